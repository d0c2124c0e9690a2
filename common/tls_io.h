/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_io - the server's side of TLS: a certificate, and connections that show it.
 */
#ifndef COMMON_TLS_IO_H
#define COMMON_TLS_IO_H

struct bufferevent;
struct err;
struct event_base;
struct tls; /* private to tls_io.c */

/*
 * dir has tls.crt, a chain, and tls.key, its key, in PEM, as a Secret of the type
 * kubernetes.io/tls does; NULL: a certificate for that name is made, which nobody has
 * signed, with a key that is in memory only. NULL: err.
 */
struct tls *tls_new(const char *dir, const char *name, struct err *);
void tls_free(struct tls *);

/*
 * A connection that was accepted, which the bufferevent owns. Before that dir is read
 * again if its files are others; where they are bad, what was read before holds.
 */
struct bufferevent *tls_accept(struct tls *, struct event_base *, int fd);
/* Before such a one is freed: nothing was cut off its end (RFC 8446 6.1). */
void tls_goodbye(struct bufferevent *);
#endif
