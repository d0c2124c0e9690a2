/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiters - the Services that did not get all they asked for, first come first served.
 *
 * They stand in one line, and each keeps its place for as long as it waits. What comes
 * to be free is offered by that order, and only to those who can make use of it.
 */
#ifndef ALLOCATOR_RECONCILE_WAITERS_H
#define ALLOCATOR_RECONCILE_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct bitset;
struct groups;
struct plan;
struct queue; /* private to waiters.c */
struct service;

/* What a waiter may stand in a queue for: each queue is a part of the line. */
enum waits_for {
	FOR_GROUPS, /* any free address of these groups and families */
	FOR_ADDR,   /* one address */
	FOR_KEY,    /* room on an address whose holders have its sharing key */
	FOR_TURN,   /* it is to be planned next */
	WAITS_FOR
};

struct ticket { /* of one waiter in one queue, a tree by place */
	struct ticket *left, *right;
	struct waiter *of;
	struct queue *in; /* NULL: not there */
};

struct waiter {                     /* lives while somebody waits */
	void *who;                  /* borrowed; that one */
	struct waiter *prev, *next; /* in line */
	uint64_t place;             /* in line: above those of all older ones */
	uint64_t rank;              /* as good as random, for the trees */
	struct ticket tickets[WAITS_FOR];
};

struct waiters {                     /* all zero: nobody, and no groups yet */
	const struct groups *groups; /* borrowed */
	struct bitset *changed; /* likewise; groups of which the count has */
	struct waiter *line;    /* all, owned */
	uint64_t last_place;
	struct queue *queues[WAITS_FOR]; /* hashes, owned; none is empty */
};

/*
 * The groups have changed: nobody waits for anything, but places in line are kept. Both
 * stay borrowed; changed has room for all groups, and each whose count changes is
 * added.
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

/* How many any free address of the group will do. */
size_t waiters_count(const struct waiters *, size_t group);

/*
 * The oldest one behind that place, 0 being the first, who asks for the address; to
 * whom any address of that family in the group will do; who has the key of the Service.
 * NULL: there is none. In between they may leave, come and change.
 */
struct waiter *
waiters_for_addr(const struct waiters *, const struct addr *, uint64_t place);
struct waiter *waiters_for_group(
    const struct waiters *, size_t group, enum family, uint64_t place);
struct waiter *
waiters_for_key(const struct waiters *, const struct service *, uint64_t place);

/* It is to be planned, whatever it waits for. */
void waiters_call(struct waiters *, struct waiter *);
/* The oldest of those, who is called no more; or NULL. */
struct waiter *waiters_take_called(struct waiters *);
#endif
