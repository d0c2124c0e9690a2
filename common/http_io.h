/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_io - a small HTTP server for /metrics, /healthz and /readyz.
 */
#ifndef COMMON_HTTP_IO_H
#define COMMON_HTTP_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct http;
struct metrics;

struct http_ops {
	/* False: 503 and why. */
	bool (*ready)(void *arg, struct err *why);
};

/* where is "127.0.0.1:9179", "[::1]:9179" or ":9180" (all addresses). */
struct http *http_new(struct event_base *, const char *where,
    const struct metrics *, const struct http_ops *, void *arg, struct err *);
void http_free(struct http *);
#endif
