/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp_io - sockets as BGP wants them: options, keys, addresses. No events, no
 * state.
 *
 * Every fd returned is non-blocking and the caller's to close; -1 and err:
 * failed.
 */
#ifndef BGPD_TCP_IO_H
#define BGPD_TCP_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct err;
struct session_config;

/*
 * A socket of one family that will listen: keys come first, then tcp_listen(). at: all
 * zero for any address of the family, with a zone for the link-local one there. errno
 * tells EADDRINUSE from the rest.
 */
int tcp_listener(enum family, struct err *);
bool
tcp_listen(int fd, const struct scoped_addr *at, uint16_t port, struct err *);
/* Is it bound where tcp_listen() at this address of a link would bind it? */
bool tcp_is_at(int fd, const struct scoped_addr *at);
/* Is the address that it is bound to one of the node's on that interface? */
bool tcp_is_on_link(int fd, const char *zone);
/* Could a socket be bound to it? */
/* The interface that has the address; false: none. */
bool tcp_interface_of(const struct addr *, char name[ZONE_TEXT]);
bool tcp_is_here(const struct scoped_addr *, struct err *);
/*
 * TCP MD5 (RFC 2385) with these addresses; key NULL: none any more. The kernel has no
 * zones there (TCP_MD5SIG_FLAG_IFINDEX is for VRFs): a key is for an address on every
 * link. An accepted socket has it for the one address that it speaks with.
 */
bool
tcp_set_key(int fd, const struct prefix *peers, const char *key, struct err *);
/*
 * Was this socket, just accepted from the peer, made under a key that its listener has?
 * If so, only what is signed with `key` is let in from here on.
 */
bool
tcp_prove_key(int fd, const struct addr *peer, const char *key, struct err *);

/* Everything a peer's socket needs but the key. */
bool tcp_prepare(int fd, const struct session_config *, struct err *);
/* Prepared, keyed, on its way: writable once decided, see tcp_error(). */
int tcp_dial(const struct session_config *, struct err *);
/*
 * Asks the other host when it is silent, and ends with ETIMEDOUT when it was for so
 * many seconds: also with bytes that it does not take. False and errno: it can't be.
 */
bool tcp_watch(int fd, uint16_t seconds);
int
tcp_accept(int listener, struct scoped_addr *remote); /* -1: nobody is there */
int tcp_error(int fd); /* an errno value, 0: up */
bool tcp_local(int fd, struct addr *);
void tcp_abort(int fd); /* closes with a RST: nothing more is delivered */
#endif
