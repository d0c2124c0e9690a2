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

struct asked; /* private to waiters.c */
struct groups;
struct plan;
struct service;

struct waiter {                     /* lives while somebody waits */
	void *who;                  /* borrowed; that one */
	struct waiter *prev, *next; /* in line */
	struct bitset open; /* groups of which any free address will do */
	struct addr addr;   /* that it asks for, or of FAMILY_NONE */
	uint8_t families;   /* 1 << family, of the groups */
	char *key;          /* owned; of sharing, or NULL */
};

struct waiters {                     /* all zero: nobody, and no groups yet */
	const struct groups *groups; /* borrowed */
	struct bitset *changed; /* likewise; groups of which the count has */
	struct waiter *line;    /* all, owned */
	size_t *counts;         /* owned; of each group, who waits for it */
	struct asked *asked;    /* hash, owned */

	/* The walk. */
	struct waiter *upcoming; /* it has come so far */
	struct addr walk_addr;
	size_t walk_group; /* once the end is reached: again, for this one */
	bool walks_group;
};

void waiters_fini(struct waiters *); /* all have left */

/*
 * The groups have changed: nobody waits for any, but places in line are kept. Both stay
 * borrowed; changed has room for all groups, and each whose count changes is added.
 */
void waiters_regroup(
    struct waiters *, const struct groups *, struct bitset *changed);

/*
 * The Service `who` waits for what the plan says, keeping its place if it waits
 * already; or it leaves. The waiter is NULL while `who` does not wait.
 */
void waiters_put(struct waiters *, struct waiter **, void *who,
    const struct service *, const struct plan *);
void waiters_leave(struct waiters *, struct waiter **);

/* Everybody in line, if one of them has the key of this Service; then ->next. */
struct waiter *waiters_with_key(const struct waiters *, const struct service *);

/*
 * The next walk is along those who ask for the address, then, unless it is
 * GROUPS_NONE, along those to whom any address of its family in the group will do.
 */
void waiters_walk(struct waiters *, const struct addr *, size_t group);
/* NULL: the walk is over. Between two steps they may leave, come and change. */
struct waiter *waiters_next(struct waiters *);
void waiters_stop(struct waiters *);
#endif
