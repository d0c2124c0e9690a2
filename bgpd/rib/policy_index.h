/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_index - the rules of a policy by their prefixes, so that of thousands only
 * those are looked at whose prefix covers that of a route.
 *
 * A node is a prefix that rules have; the nodes that cover a prefix are a chain, from
 * the longest one up.
 */
#ifndef BGPD_RIB_POLICY_INDEX_H
#define BGPD_RIB_POLICY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct policy_node {
	struct prefix prefix;
	uint32_t up;    /* the node that covers it most closely; 0: none */
	uint32_t first; /* of the index's rules */
	uint32_t n;
};

struct policy_index {
	struct policy_node *nodes; /* owned; numbered from 1 */
	uint32_t n_nodes;
	uint32_t *rules; /* owned; numbers of rules, ascending in each node */
};

/* Of the rules that have these prefixes, one each. Borrows nothing. */
struct policy_index *policy_index_new(const struct prefix *, size_t n);
void policy_index_free(struct policy_index *); /* NULL is fine */
/* The node with the longest prefix that covers this one; 0: none does. */
uint32_t policy_index_find(const struct policy_index *, const struct prefix *);

static inline const struct policy_node *
policy_index_node(const struct policy_index *index, uint32_t node)
{
	return &index->nodes[node - 1];
}
#endif
