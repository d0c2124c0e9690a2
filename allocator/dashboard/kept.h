/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept - the tables as they were made a moment ago, for who asks for the same next.
 *
 * Making them is a look at every Service, in the program that gives addresses, and
 * whoever reaches the page may ask for it as often as he likes. So what is kept is
 * given again, and in the long run all of it takes a fifth of the time at most.
 */
#ifndef ALLOCATOR_DASHBOARD_KEPT_H
#define ALLOCATOR_DASHBOARD_KEPT_H

struct clock;
struct dashboard;
struct kept; /* private to kept.c */

/* Both are borrowed for good. */
struct kept *kept_new(const struct dashboard *, const struct clock *);
void kept_free(struct kept *);

/*
 * The tables of what matches the filter, a second old at most; borrowed until the next
 * call. NULL: they have been asked for too often, and may be had in a second.
 */
const char *kept_tables(struct kept *, const char *filter);
/* They have changed: what was made before this is given to nobody any more. */
void kept_forget(struct kept *);
#endif
