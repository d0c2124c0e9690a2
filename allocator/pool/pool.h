/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - the addresses that one ServiceGroup may give, as arithmetic.
 *
 * A pool is a value made once: ranges minus exclusions. It stores ranges, never
 * addresses, and counts and steps by binary search over them, so that its cost
 * does not depend on how many addresses it has. Knows nothing of who holds what.
 */
#ifndef ALLOCATOR_POOL_POOL_H
#define ALLOCATOR_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/service_group.h"
#include "common/prefix.h"

struct pool; /* private to pool.c */

bool range_contains(const struct addr_range *, const struct addr *);
bool range_overlaps(const struct addr_range *, const struct addr_range *);

struct pool_spec { /* borrowed by pool_new() */
	const struct addr_range *ranges, *exclude;
	size_t n_ranges, n_exclude;
	bool avoid_buggy; /* leave out IPv4 addresses that end in .0 or .255 */
};

/* Ranges may touch or overlap: each address counts once. */
struct pool *pool_new(const struct pool_spec *);
void pool_free(struct pool *);
bool pool_same(const struct pool *, const struct pool *);

/* May it be given? */
bool pool_contains(const struct pool *, const struct addr *);
/* Does a range cover it, even if an exclusion takes it out again? */
bool pool_covers(const struct pool *, const struct addr *);
/* The ranges, ordered and disjoint, before exclusions. Borrowed. */
const struct addr_range *pool_ranges(const struct pool *, size_t *n);

/* How many addresses it can give; UINT64_MAX stands for that many or more. */
uint64_t pool_capacity(const struct pool *, enum family);
/* How many of them lie in [from, to), which are of one family; same ceiling. */
uint64_t
pool_count(const struct pool *, const struct addr *from, const struct addr *to);
/* The one that has exactly k of them between from and itself. False: too few. */
bool pool_nth(
    const struct pool *, const struct addr *from, uint64_t k, struct addr *nth);
#endif
