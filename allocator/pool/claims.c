/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/pool/groups.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/err.h"

/* So begins what the condition says of a pool that lost. */
#define LOST "spec.pools[%zu]: overlaps "

enum standing { IN_FORCE, PARTLY_IN_FORCE, NOT_IN_FORCE };

struct claim { /* of a group, by one of its pools */
	const struct service_group *group;
	size_t pool;
	enum standing standing;
};

struct claims {
	struct claim *won; /* owned, in the order of their ranges: disjoint */
	size_t n_won;
};

static const struct addr_range *
range_of(const struct claim *c)
{
	return &c->group->pools[c->pool].range;
}

/* ---- who goes first ---- */

static enum standing
standing_in(const struct pool *before, const struct addr_range *range)
{
	size_t n;
	const struct addr_range *at = pool_ranges(before, &n);
	enum standing standing = NOT_IN_FORCE;

	for (size_t i = 0; i < n; i++) {
		if (range_contains(&at[i], &range->first) &&
		    range_contains(&at[i], &range->last))
			return IN_FORCE;
		if (range_overlaps(&at[i], range))
			standing = PARTLY_IN_FORCE;
	}
	return standing;
}

/* By what we did before; when we begin, by what its condition says of that. */
static enum standing
standing_of(const struct groups_spec *spec, const struct service_group *group,
    size_t pool)
{
	const struct groups *before = spec->before;
	size_t i = before != NULL ? groups_find(before, group->meta.name)
				  : GROUPS_NONE;
	const struct condition *c =
	    conditions_find(&group->conditions, GROUP_CONDITION);
	char lost[64];

	if (i != GROUPS_NONE)
		return standing_in(
		    before->at[i].pool, &group->pools[pool].range);
	snprintf(lost, sizeof(lost), LOST, pool);
	return c != NULL && strstr(c->message, lost) == NULL ? IN_FORCE
							     : NOT_IN_FORCE;
}

static int
claim_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->group->meta.created != y->group->meta.created)
		return x->group->meta.created < y->group->meta.created ? -1 : 1;
	if (x->standing != y->standing)
		return x->standing < y->standing ? -1 : 1;
	int age = meta_age_cmp(&x->group->meta, &y->group->meta);

	return age != 0 ? age : x->pool < y->pool ? -1 : 1;
}

/* ---- who has what ---- */

/* How many of those that won begin at or below the address. */
static size_t
won_upto(const struct claims *c, const struct addr *a)
{
	size_t low = 0, high = c->n_won;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (addr_cmp(a, &range_of(&c->won[mid])->first) < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/*
 * One that overlaps the range, or NULL. Only the last that begins at or below its end
 * can, since they are disjoint.
 */
static const struct claim *
owner_of(const struct claims *c, const struct addr_range *range)
{
	size_t i = won_upto(c, &range->last);

	return i > 0 && range_overlaps(range_of(&c->won[i - 1]), range)
	    ? &c->won[i - 1]
	    : NULL;
}

static void
settle(struct claims *c, const struct claim *claim)
{
	size_t i = won_upto(c, &range_of(claim)->first);

	if (owner_of(c, range_of(claim)) != NULL)
		return;
	memmove(&c->won[i + 1], &c->won[i], (c->n_won - i) * sizeof(*c->won));
	c->won[i] = *claim;
	c->n_won++;
}

struct claims *
claims_new(const struct groups_spec *spec)
{
	struct claims *c = xcalloc(1, sizeof(*c));
	struct claim *all;
	size_t n = 0, pools = 0;

	for (size_t g = 0; g < spec->n_specs; g++)
		pools += spec->specs[g]->n_pools;
	all = xcalloc(pools + 1, sizeof(*all));
	c->won = xcalloc(pools + 1, sizeof(*c->won));
	for (size_t g = 0; g < spec->n_specs; g++)
		for (size_t i = 0; i < spec->specs[g]->n_pools; i++)
			if (spec->specs[g]->pools[i].fault == NULL)
				all[n++] = (struct claim){ spec->specs[g], i,
					standing_of(spec, spec->specs[g], i) };
	qsort(all, n, sizeof(*all), claim_order);
	for (size_t i = 0; i < n; i++)
		settle(c, &all[i]);
	free(all);
	return c;
}

void
claims_free(struct claims *c)
{
	if (c == NULL)
		return;
	free(c->won);
	free(c);
}

bool
claims_won(const struct claims *c, const struct service_group *group,
    size_t pool, struct err *why)
{
	const struct claim *owner = owner_of(c, &group->pools[pool].range);

	if (owner->group != group)
		return err_set(why, LOST "ServiceGroup %s, which came first",
		    pool, owner->group->meta.name);
	if (owner->pool != pool)
		return err_set(why, LOST "spec.pools[%zu]", pool, owner->pool);
	return true;
}
