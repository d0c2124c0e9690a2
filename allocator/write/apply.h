/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply - carries out what reconcile decided: writes and events through a source.
 *
 * Statuses of Services go first, a bounded number at a time. Events and the figures
 * of groups go when no status waits, and slowly: they can be late, addresses can't.
 */
#ifndef ALLOCATOR_WRITE_APPLY_H
#define ALLOCATOR_WRITE_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct apply; /* private to apply.c */
struct clock;
struct condition;
struct err;
struct group_ready;
struct object_key;
struct reconcile;
struct source;

struct apply_spec { /* all borrowed for good */
	struct reconcile *reconcile;
	struct source *source;
	size_t service_kind, group_kind; /* rows of the store's table */
	const struct clock *clock;
	/*
	 * What is known of a group's condition Ready; false: nothing yet. NULL: nobody
	 * looks, it has none.
	 */
	bool (*ready)(void *arg, const char *group, struct group_ready *);
	/* There is something for apply_run(), which this does not call itself. */
	void (*wake)(void *arg);
	void *arg;
};

struct apply_stats {
	uint64_t writes, write_ms; /* answered, and how long they took */
	size_t in_flight;
};

struct apply *apply_new(const struct apply_spec *);
void apply_free(struct apply *); /* after the source */

/* Reconcile begins again: how it ends what is under way is of no interest to it. */
void apply_restart(struct apply *);

/* Starts what can be started now. */
void apply_run(struct apply *);
/* When it wants to run without being woken; UINT64_MAX: never. */
uint64_t apply_due(const struct apply *);

/*
 * A ServiceGroup that can't be read: what its condition says, each time, taken; and
 * why not; in_force: what was read before is in force.
 */
void apply_group_bad(
    struct apply *, const struct object_key *, struct condition said);
void apply_group_refused(struct apply *, const struct object_key *,
    const struct err *why, bool in_force);
/* It is, or can be read again: what was told of it is forgotten. */
void apply_group_gone(struct apply *, const struct object_key *);

const struct apply_stats *apply_stats(const struct apply *);
#endif
