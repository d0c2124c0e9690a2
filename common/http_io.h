/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_io - a small HTTP server for /metrics, /healthz and /readyz.
 */
#ifndef COMMON_HTTP_IO_H
#define COMMON_HTTP_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "common/permit.h"

struct err;
struct event_base;
struct http;
struct metrics;
struct tls;

struct http_options {
	/* "127.0.0.1:9179", "[::1]:9179" or ":9180" (all addresses). */
	const char *where;
	const struct metrics *metrics; /* borrowed for good */
	struct tls *tls; /* HTTPS by this; borrowed for good; NULL: HTTP */
	/* Connections a second, a fifth of them from one address; 0: no limit. */
	unsigned handshakes_most;
};

struct http_ops {
	/* False: 503 and, where the metrics are for everybody, why. */
	bool (*ready)(void *arg, struct err *why);
	/*
	 * May he get the metrics? Unless it is granted why is for him; PERMIT_WAITS:
	 * http_decided() with *ticket, which is not 0, follows. NULL: everybody may.
	 */
	enum permit (*permit)(void *arg, const struct bearer *,
	    unsigned *ticket, struct err *why);
};

/* Could a server be there, whatever its host, and whether or not its port is free? */
bool http_where_check(const char *where, struct err *);
/* ops is borrowed for good. */
struct http *http_new(struct event_base *, const struct http_options *,
    const struct http_ops *, void *arg, struct err *);
/* Answers all who wait with this ticket; why as that of permit(). */
void http_decided(
    struct http *, unsigned ticket, enum permit, const struct err *why);
void http_free(struct http *);
#endif
