/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elect - carries the Lease between the source and the leader, which decides.
 */
#ifndef ALLOCATOR_LEAD_ELECT_H
#define ALLOCATOR_LEAD_ELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/lead/leader.h"

struct clock;
struct elect; /* private to elect.c */
struct err;
struct lease;
struct source;

struct elect_ops {
	/* There is something for elect_run(), which this does not call itself. */
	void (*wake)(void *arg);
	/* From within elect_run(), in turn. */
	void (*won)(void *arg);
	void (*lost)(void *arg);
};

struct elect_spec { /* all borrowed for good */
	struct leader_spec leader;
	struct source *source;
	size_t kind; /* row of the store's table */
	const struct clock *clock;
	const struct elect_ops *ops;
	void *arg;
};

/* From now on the source sends only what a leader may write. */
struct elect *elect_new(const struct elect_spec *);
void elect_free(struct elect *); /* after the source */

/* The record has changed; NULL: it is gone. */
void elect_saw(struct elect *, const struct lease *);
/* It has been listed: what there is. */
void elect_listed(struct elect *, const struct lease *);
/* Gives the record back; nothing is won any more. */
void elect_resign(struct elect *);

void elect_run(struct elect *);
/* When it wants to run without being woken; UINT64_MAX: never. */
uint64_t elect_due(const struct elect *);
/* Could it win? Not while the server refuses the record; why says so. */
bool elect_is_healthy(const struct elect *, struct err *why);
/* Who leads by the last record seen, be it us; "": nobody. Borrowed. */
const char *elect_holder(const struct elect *);
/* It has resigned, and there is nothing left to give back. */
bool elect_is_over(const struct elect *);
#endif
