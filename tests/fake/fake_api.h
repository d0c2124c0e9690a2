/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_api - an API server that answers from a script, over HTTP on loopback.
 *
 * Each request takes the first answer of the script that fits it and has not been
 * taken yet; one that none fits gets 404. What was asked is kept as text.
 */
#ifndef TESTS_FAKE_API_H
#define TESTS_FAKE_API_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct fake_api;

struct fake_answer {
	const char *method;
	const char *path; /* a part of it, with the query */
	int status;
	const char *body; /* NULL: none */
	size_t
	    gzip; /* bytes of it, packed: fits only who takes that; 0: it isn't */
	bool plain; /* fits only who takes nothing that is packed */
	bool open;  /* more of the body comes by fake_api_push() */
	const char *retry_after;
	const char *token; /* fits only requests with this one; NULL: any */
	unsigned delay_ms; /* before it comes */
};

/* The script ends with an answer without a method; borrowed. */
struct fake_api *fake_api_new(struct event_base *, const struct fake_answer *);
void fake_api_free(struct fake_api *);
unsigned fake_api_port(const struct fake_api *);

/* On the answer that was left open last: some more of its body; its end. */
void fake_api_push(struct fake_api *, const char *text);
void fake_api_close(struct fake_api *);

/* From now on it reads, and answers nothing. */
void fake_api_freeze(struct fake_api *);

/* Requests so far with this method and this part in path or body. */
unsigned
fake_api_asked(const struct fake_api *, const char *method, const char *part);
/* The requests with this method: their bodies, one after another. */
const char *fake_api_bodies(struct fake_api *, const char *method);
#endif
