/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request - the head of an HTTP request, as far as http_io needs it.
 */
#ifndef COMMON_HTTP_REQUEST_H
#define COMMON_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_HEAD_MAX 8192 /* bytes of a head with its empty line */
#define HTTP_PATH_MAX 64   /* a longer path is none of ours */

struct err;

struct http_request {
	bool get, head, other;    /* the method; none: one that nobody knows */
	char path[HTTP_PATH_MAX]; /* without the query; "": too long */
	/* All texts from here on are borrowed from the head. */
	const char *query; /* behind the "?"; NULL: there is none */
	size_t n_query;
	const char *host; /* whom it is for, with its port; NULL: HTTP/1.0 */
	size_t n_host;
	/* Of "Authorization: Bearer"; NULL: none is shown, or several. */
	const char *token;
	size_t n_token;
};

/*
 * Bytes of the head that begins there, with an empty line before and the one that ends
 * it; 0: not whole yet.
 */
size_t http_head_length(const char *text, size_t n);
/*
 * The request line of the head (RFC 9112 3), and of its fields the host (RFC 9110 7.2)
 * and the bearer token (RFC 6750 2.1). False: 400 is to be answered.
 */
bool http_request_parse(
    const char *head, size_t n, struct http_request *, struct err *);
#endif
