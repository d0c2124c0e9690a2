/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_io - a small HTTP server: /metrics, /healthz and /readyz, or pages of its owner.
 */
#ifndef COMMON_HTTP_IO_H
#define COMMON_HTTP_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "common/permit.h"

struct err;
struct event_base;
struct http;
struct http_request;
struct metrics;
struct tls;

struct http_options {
	/* "127.0.0.1:9179", "[::1]:9179" or ":9180" (all addresses). */
	const char *where;
	const struct metrics *metrics; /* borrowed for good; not with page() */
	struct tls *tls; /* HTTPS by this; borrowed for good; NULL: HTTP */
	/* Connections a second, a fifth of them from one address; 0: no limit. */
	unsigned handshakes_most;
	/* s; an answer that stays open ends then, and who wants to comes again. */
	unsigned stays_most;
};

struct http_answer {
	const char *status, *type; /* literals, as the next one */
	const char
	    *fields; /* more of them, each with its line end; NULL: none */
	char *body;  /* owned */
	/* It is never complete: http_tell() adds to it, for stays_most. */
	bool stays;
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
	/*
	 * What becomes of whoever asks for whatever by GET or HEAD, in place of all
	 * else; the answer is taken. NULL: the three paths are served.
	 */
	struct http_answer (*page)(void *arg, const struct http_request *);
};

/* Could a server be there, whatever its host, and whether or not its port is free? */
bool http_where_check(const char *where, struct err *);
/* ops is borrowed for good. */
struct http *http_new(struct event_base *, const struct http_options *,
    const struct http_ops *, void *arg, struct err *);
/* Is it reached from this host only, however that was written? */
bool http_is_local(const struct http *);
/* Answers all who wait with this ticket; why as that of permit(). */
void http_decided(
    struct http *, unsigned ticket, enum permit, const struct err *why);
/* To all whose answer stays open; who has not read what he was told is let go. */
void http_tell(struct http *, const char *text);
unsigned http_listeners(const struct http *); /* how many these are */
void http_free(struct http *);
#endif
