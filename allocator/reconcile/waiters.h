/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiters - the Services that did not get all they asked for, first come first served.
 *
 * They stand in one line, and each keeps its place for as long as it waits. What an
 * address may go to is found by looking along the line.
 */
#ifndef ALLOCATOR_RECONCILE_WAITERS_H
#define ALLOCATOR_RECONCILE_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/pool/bitset.h"
#include "common/prefix.h"

struct groups;
struct plan;
struct service;
struct waiters; /* private to waiters.c */

struct waiter {                     /* lives while somebody waits */
	void *who;                  /* borrowed; that one */
	struct waiter *prev, *next; /* in line */
	struct bitset open; /* groups of which any free address will do */
	struct addr addr;   /* that it asks for, or of FAMILY_NONE */
	uint8_t families;   /* 1 << family, of the groups */
	bool keyed;         /* it may share with whoever has its key */
};

struct waiters *waiters_new(void);
void waiters_free(struct waiters *); /* all have left */

/* The groups have changed: nobody waits for any, but places in line are kept. */
void waiters_regroup(struct waiters *, const struct groups *);

/*
 * The Service `who` waits for what the plan says, keeping its place if it waits
 * already; or it leaves. The waiter is NULL while `who` does not wait.
 */
void waiters_put(struct waiters *, struct waiter **, void *who,
    const struct service *, const struct plan *);
void waiters_leave(struct waiters *, struct waiter **);

/*
 * The next walk is along those who ask for the address, then, unless it is
 * GROUPS_NONE, along those to whom any address of its family in the group will do.
 */
void waiters_walk(struct waiters *, const struct addr *, size_t group);
/* NULL: the walk is over. Between two steps they may leave, come and change. */
struct waiter *waiters_next(struct waiters *);
void waiters_stop(struct waiters *);

/* Everybody, in line. */
struct waiter *waiters_all(const struct waiters *); /* then ->next */
/* How many wait for the group. */
size_t waiters_count(const struct waiters *, size_t group);
/*
 * A group for which the count may have changed since the group was last given, or
 * GROUPS_NONE.
 */
size_t waiters_take_changed(struct waiters *);
#endif
