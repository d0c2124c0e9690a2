/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiters - who waits for an address, first come first served.
 *
 * There is a queue for each address that somebody asked for and another one holds, one
 * for each sharing key, and those of the crowds: of all who wait for any of the same
 * groups. A waiter may stand in several; whichever serves it first, it leaves all.
 */
#ifndef ALLOCATOR_RECONCILE_WAITERS_H
#define ALLOCATOR_RECONCILE_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct crowd;
struct groups;
struct plan;
struct service;
struct wait;
struct waiters; /* private to waiters.c */

struct waiter {                     /* lives while somebody waits */
	void *who;                  /* borrowed; that one */
	uint64_t ticket;            /* its place in line */
	struct waiter *prev, *next; /* the line of all, by ticket */
	struct wait *waits;         /* owned; the queues it stands in */
	struct crowd *crowd;        /* or NULL: it waits for no group */
	uint8_t families;
};

struct waiters *waiters_new(void);
void waiters_free(struct waiters *); /* all have left */

/* The groups have changed: all queues are empty now, but places in line are kept. */
void waiters_regroup(struct waiters *, const struct groups *);

/*
 * The Service `who` waits for what the plan says, keeping its place if it waits
 * already; or it leaves. The waiter is NULL while `who` does not wait.
 */
void waiters_put(struct waiters *, struct waiter **, void *who,
    const struct service *, const struct plan *);
void waiters_leave(struct waiters *, struct waiter **);

/* The first waiter for an address of the group, or for that address, or NULL. */
struct waiter *waiters_for_group(struct waiters *, size_t group, enum family);
struct waiter *waiters_for_addr(struct waiters *, const struct addr *);
/* The waiter behind the last that one of these three gave; that one may have left. */
struct waiter *waiters_next(struct waiters *);

/* Those who wait with the same sharing key, in its namespace or with consent. Nobody
 * may come or leave meanwhile. */
void waiters_each_sharer(const struct waiters *, const struct service *,
    void (*each)(void *arg, void *who), void *arg);

/* Everybody, in line. */
struct waiter *waiters_all(const struct waiters *); /* then ->next */
/* How many wait for the group, each once. */
size_t waiters_count(const struct waiters *, size_t group);
/*
 * A group for which the count may have changed since the group was last given, or
 * GROUPS_NONE.
 */
size_t waiters_take_changed(struct waiters *);
#endif
