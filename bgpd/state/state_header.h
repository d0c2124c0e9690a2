/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_header - whose state it is: the first line of each segment.
 */
#ifndef BGPD_STATE_STATE_HEADER_H
#define BGPD_STATE_STATE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct state_line;
struct store_kind;

struct state_header {        /* all borrowed */
	const char *boot;    /* of the kernel */
	const char *cluster; /* whose objects: source_identity() */
	const char *node;    /* its name */
	bool secrets;        /* are they in it? */
	const struct store_kind *kinds;
	size_t n_kinds;
};

char *
state_header_new(const struct state_header *, size_t *n); /* the line, owned */
/* Is it one that we can go on from? If not, why. */
bool state_header_fits(
    const struct state_header *, const struct state_line *, struct err *);
/* A kind whose objects are never in it. */
bool state_header_omits(const struct state_header *, size_t kind);
#endif
