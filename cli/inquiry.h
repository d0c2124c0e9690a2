/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry - single questions to an API server, and its answers: what no list of objects
 * tells.
 *
 * Pure: inquiry_io.c asks. As JSON they are {KEY: {"path": …, "post": …}}; asked, each
 * has besides "http" (0: no answer came), "error" (what was said instead of what was
 * wanted), "date" (the server's, s since 1970) and "body". So they come back in the
 * request, as its "answers".
 */
#ifndef CLI_INQUIRY_H
#define CLI_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

typedef struct json_t json_t;
struct inquiry; /* private to inquiry.c */
struct json_at;

struct api_answer {
	long http;
	const char *error; /* "": none; borrowed from the request, as body is */
	int64_t date;      /* 0: not told */
	const json_t *body; /* of 2xx, else NULL */
};

struct inquiry *inquiry_new(void);
void inquiry_free(struct inquiry *);
/* post is taken; NULL: a GET. */
void
inquiry_add(struct inquiry *, const char *key, const char *path, json_t *post);
/* Borrowed; answers are put into it. */
json_t *inquiry_json(struct inquiry *);
/* False: it was not asked, as there is no API server behind the source. */
bool inquiry_answer(
    const struct json_at *request, const char *key, struct api_answer *);
#endif
