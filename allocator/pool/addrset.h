/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addrset - addresses in order, each knowing how many come before it.
 *
 * A weight-balanced tree whose nodes the caller embeds in records of its own. All
 * is O(log n), at worst and not only on average. A NULL root is the empty set.
 */
#ifndef ALLOCATOR_POOL_ADDRSET_H
#define ALLOCATOR_POOL_ADDRSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct addrset_node {
	struct addrset_node *left, *right;
	uint32_t size; /* of the tree below and including this node */
	struct addr addr;
};

/* The caller has set node->addr, which is not in the set yet. */
void addrset_insert(struct addrset_node **root, struct addrset_node *node);
/* The caller's again; NULL when it is not in the set. */
struct addrset_node *
addrset_remove(struct addrset_node **root, const struct addr *);

size_t addrset_size(const struct addrset_node *root);
struct addrset_node *
addrset_find(struct addrset_node *root, const struct addr *);
/* The element with exactly `index` before it; NULL past the end. */
struct addrset_node *addrset_at(struct addrset_node *root, size_t index);
/* How many elements are below the address, which need not be in the set. */
size_t addrset_below(const struct addrset_node *root, const struct addr *);
/*
 * The index of the first element for which the test is true; the size when there
 * is none. Once true, the test must stay true for all that follow.
 */
size_t addrset_search(const struct addrset_node *root,
    bool (*test)(const void *arg, const struct addr *, size_t index),
    const void *arg);
#endif
