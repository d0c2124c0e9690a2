/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle - those of a namespace who have the same sharing key.
 */
#ifndef ALLOCATOR_RECONCILE_CIRCLE_H
#define ALLOCATOR_RECONCILE_CIRCLE_H

#include <stdbool.h>

struct circle; /* private to circle.c */

struct circle_member { /* lives while somebody is in one */
	void *who;     /* borrowed; that one */
	struct circle *circle;
	struct circle_member *prev, *next;
	struct circle_member *prev_waiting, *next_waiting;
	bool waits;
};

/*
 * circles is a hash, NULL when empty; the member is NULL while `who` is in none. With
 * "" for a namespace there is a circle across all. key NULL: it leaves.
 */
void circle_join(struct circle **circles, struct circle_member **, void *who,
    const char *ns, const char *key);
/* It waits for an address, or does no more. No member: nothing. */
void circle_set_waiting(struct circle_member *, bool);

/* The first of those in the same circle, itself among them; then ->next. NULL: no one,
 * as it is in none. */
struct circle_member *circle_first(const struct circle_member *);
/* Of those who wait; then ->next_waiting. */
struct circle_member *circle_first_waiting(const struct circle_member *);
#endif
