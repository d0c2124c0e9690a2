/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ranges - a set of addresses of one family that can say which is the lowest.
 *
 * Addresses that follow each other are one range, so that a pool of any size that
 * nobody uses yet is as cheap as a small one. All is O(log n) of the ranges.
 */
#ifndef ALLOCATOR_IPAM_RANGES_H
#define ALLOCATOR_IPAM_RANGES_H

#include <stdbool.h>

struct addr;
struct addr_range;

struct ranges { /* all zero: empty */
	void *tree;
	bool
	    avoid_buggy; /* addr_is_buggy() are none of it, nor parts a range */
};

/* Of which the set has nothing yet. Neither end is one to avoid. */
void ranges_add(struct ranges *, const struct addr_range *);
/* The set has this address. */
void ranges_remove(struct ranges *, const struct addr *);
bool ranges_lowest(const struct ranges *, struct addr *);
void ranges_clear(struct ranges *);
#endif
