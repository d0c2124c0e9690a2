/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle - those who have the same sharing key.
 */
#ifndef ALLOCATOR_CIRCLE_H
#define ALLOCATOR_CIRCLE_H

struct circle; /* private to circle.c */

struct circle_member { /* lives while somebody is in one */
	void *who;     /* borrowed; that one */
	struct circle *circle;
	struct circle_member *prev, *next;
};

/*
 * circles is a hash by key, NULL when empty; the member is NULL while `who` is in none.
 * key NULL: it leaves.
 */
void circle_join(struct circle **circles, struct circle_member **, void *who,
    const char *key);
/* The first of those in the same circle, itself among them; then ->next. NULL: no one,
 * as it is in none. */
struct circle_member *circle_first(const struct circle_member *);
#endif
