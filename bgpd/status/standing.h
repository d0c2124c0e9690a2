/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing - the conditions that hold on this node, one of each type, and since when.
 */
#ifndef BGPD_STATUS_STANDING_H
#define BGPD_STATUS_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STANDING_MAX 64    /* types: there are fewer */
#define STANDING_LONG 4000 /* bytes of a message; what is more is counted */

struct view_condition {
	const char *type;   /* "DataPlaneUnknown" */
	const char *reason; /* one CamelCase word */
	const char *message;
	uint64_t since; /* on the view's monotonic clock, ms */
};

struct standing {
	struct view_condition at[STANDING_MAX]; /* those that hold */
	char *messages[STANDING_MAX];           /* owned */
	unsigned more[STANDING_MAX]; /* that have no room in the message */
	bool again[STANDING_MAX];    /* found by the look that is under way */
	size_t n;
};

void standing_fini(struct standing *);

/* A look at everything: begin, add what is found, end drops what was not. */
void standing_begin(struct standing *);
/*
 * type and reason are literals. What is found again under one type joins the message of
 * the first; a message that would become too long ends with "; and 3 more".
 */
void standing_add(struct standing *, const char *type, const char *reason,
    uint64_t now, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void standing_end(struct standing *);
#endif
