/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of <search.h>, which the C library keeps in balance. */
#include "allocator/ipam/ranges.h"

#include <search.h>
#include <stdlib.h>

#include "allocator/pool/pool.h"
#include "common/alloc.h"

/* Those in the tree are disjoint: what overlaps one is looked for. */
static int
order(const void *a, const void *b)
{
	const struct addr_range *x = a, *y = b;

	return addr_cmp(&x->last, &y->first) < 0 ? -1
	    : addr_cmp(&y->last, &x->first) < 0  ? 1
						 : 0;
}

static struct addr_range *
find(const struct ranges *s, const struct addr *a)
{
	const struct addr_range key = { *a, *a };
	struct addr_range **node = tfind(&key, &s->tree, order);

	return node != NULL ? *node : NULL;
}

static void
insert(struct ranges *s, const struct addr_range *r)
{
	struct addr_range *copy = xcalloc(1, sizeof(*copy));

	*copy = *r;
	if (tsearch(copy, &s->tree, order) == NULL)
		abort(); /* out of memory */
}

static void
drop(struct ranges *s, struct addr_range *r)
{
	tdelete(r, &s->tree, order);
	free(r);
}

/* Steps to the next address of the set's kind, or the one before. False: none. */
static bool
step(const struct ranges *s, struct addr *a, bool (*to)(struct addr *))
{
	do
		if (!to(a))
			return false;
	while (s->avoid_buggy && addr_is_buggy(a));
	return true;
}

void
ranges_add(struct ranges *s, const struct addr_range *r)
{
	struct addr before = r->first, after = r->last;
	struct addr_range *low = NULL, *high = NULL;

	if (step(s, &before, addr_prev))
		low = find(s, &before);
	if (step(s, &after, addr_next))
		high = find(s, &after);
	if (low == NULL && high == NULL) {
		insert(s, r);
	} else if (low == NULL) {
		high->first = r->first;
	} else if (high == NULL) {
		low->last = r->last;
	} else {
		after = high->last;
		drop(s, high);
		low->last = after;
	}
}

void
ranges_remove(struct ranges *s, const struct addr *a)
{
	struct addr_range *r = find(s, a), rest = *r;

	if (addr_eq(&r->first, &r->last)) {
		drop(s, r);
	} else if (addr_eq(a, &r->first)) {
		step(s, &r->first, addr_next);
	} else if (addr_eq(a, &r->last)) {
		step(s, &r->last, addr_prev);
	} else {
		r->last = rest.first = *a;
		step(s, &r->last, addr_prev);
		step(s, &rest.first, addr_next);
		insert(s, &rest);
	}
}

/* Goes left only; the key is where the last one that it came by is noted. */
static int
go_left(const void *key, const void *range)
{
	**(const struct addr_range **const *)key = range;
	return -1;
}

bool
ranges_lowest(const struct ranges *s, struct addr *a)
{
	const struct addr_range *first = NULL, **key = &first;

	tfind(&key, &s->tree, go_left);
	if (first != NULL)
		*a = first->first;
	return first != NULL;
}

void
ranges_clear(struct ranges *s)
{
	while (s->tree != NULL)
		drop(s, *(struct addr_range **)s->tree);
}
