/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - the addresses that one ServiceGroup may give, as ranges.
 *
 * A pool is a value made once: ranges minus exclusions. It stores no addresses, so
 * that its cost does not depend on how many it has. Knows nothing of who holds what.
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
/*
 * The one that contains the address, for bsearch(): of structs that begin with an
 * addr_range, ordered and disjoint.
 */
int range_search(const void *addr, const void *range);
/* Does the IPv4 address end in .0 or .255? */
bool addr_is_buggy(const struct addr *);

struct pool_spec { /* borrowed by pool_new() */
	const struct addr_range *ranges, *exclude;
	size_t n_ranges, n_exclude;
	bool avoid_buggy; /* leave out addr_is_buggy() */
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
/*
 * What may be given, likewise, but for buggy addresses within a span: both its ends
 * may be given.
 */
const struct addr_range *pool_spans(const struct pool *, size_t *n);
bool pool_avoids_buggy(const struct pool *);
/* How many addresses it can give; UINT64_MAX stands for about that many or more. */
uint64_t pool_capacity(const struct pool *, enum family);
#endif
