/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/policy_index.h"

#include <stdlib.h>

#include "common/alloc.h"

struct numbered { /* a rule */
	struct prefix prefix;
	uint32_t rule;
};

static int
numbered_cmp(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int order = prefix_cmp(&x->prefix, &y->prefix);

	if (order != 0)
		return order;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* The node before it, or of those above that one the first that covers it. */
static uint32_t
covering(
    const struct policy_index *index, uint32_t node, const struct prefix *p)
{
	while (node != 0 &&
	    !prefix_covers(&policy_index_node(index, node)->prefix, p))
		node = policy_index_node(index, node)->up;
	return node;
}

static void
node_add(struct policy_index *index, const struct prefix *p, uint32_t first)
{
	uint32_t last = index->n_nodes;

	index->nodes[last] = (struct policy_node){
		.prefix = *p, .up = covering(index, last, p), .first = first
	};
	index->n_nodes++;
}

struct policy_index *
policy_index_new(const struct prefix *prefixes, size_t n)
{
	struct policy_index *index = xcalloc(1, sizeof(*index));
	struct numbered *all = xcalloc(n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct numbered){ prefixes[i], (uint32_t)i };
	qsort(all, n, sizeof(*all), numbered_cmp);
	index->nodes = xcalloc(n + 1, sizeof(*index->nodes));
	index->rules = xcalloc(n + 1, sizeof(*index->rules));
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || !prefix_eq(&all[i - 1].prefix, &all[i].prefix))
			node_add(index, &all[i].prefix, i);
		index->rules[i] = all[i].rule;
		index->nodes[index->n_nodes - 1].n++;
	}
	free(all);
	return index;
}

void
policy_index_free(struct policy_index *index)
{
	if (index == NULL)
		return;
	free(index->nodes);
	free(index->rules);
	free(index);
}

/* What covers a prefix sorts before it, and so does all between them. */
uint32_t
policy_index_find(const struct policy_index *index, const struct prefix *p)
{
	uint32_t from = 0, to = index->n_nodes;

	while (from < to) {
		uint32_t at = from + (to - from) / 2;

		if (prefix_cmp(&index->nodes[at].prefix, p) <= 0)
			from = at + 1;
		else
			to = at;
	}
	return covering(index, from, p);
}
