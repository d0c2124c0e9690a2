/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/others.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/source/store.h"

struct answer {
	char *node; /* owned */
	bool may[FAMILIES];
	UT_hash_handle hh;
};

struct others {
	const struct store *store;
	struct others_kinds kinds;
	struct answer *answers; /* owned */
};

struct others *
others_new(const struct store *store, const struct others_kinds *kinds)
{
	struct others *o = xcalloc(1, sizeof(*o));

	o->store = store;
	o->kinds = *kinds;
	return o;
}

void
others_free(struct others *o)
{
	struct answer *a, *next;

	if (o == NULL)
		return;
	HASH_ITER (hh, o->answers, a, next) {
		HASH_DEL(o->answers, a);
		free(a->node);
		free(a);
	}
	free(o);
}

static const struct node *
node_of(const struct others *o, const char *name)
{
	const struct object_key key = { "", name };

	return store_get(o->store, o->kinds.node, &key);
}

struct peer_walk {
	const struct node *node;
	bool *may; /* by family */
};

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	struct peer_walk *w = arg;
	const struct bgp_peer *peer = item;

	(void)key;
	if (!peer->shutdown && peering_selects(peer, w->node))
		for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
			w->may[f] |= peer->families[f];
	return true;
}

static bool
is_eligible(const struct others *o, const struct node *node)
{
	const struct bgp_configuration *rival;
	const struct bgp_configuration *config = rivals_configuration(
	    o->store, o->kinds.configuration, node, &rival);

	return config != NULL && !node->network_unavailable &&
	    selector_matches(&config->service_nodes, &node->labels) &&
	    (config->ignore_exclude_label ||
		labels_get(&node->labels, NODE_EXCLUDE_LABEL) == NULL);
}

static void
decide(const struct others *o, const char *name, bool may[FAMILIES])
{
	const struct node *node = node_of(o, name);
	struct peer_walk w = { node, may };

	for (unsigned f = 0; f < FAMILIES; f++)
		may[f] = node == NULL;
	if (node != NULL && is_eligible(o, node))
		store_each(o->store, o->kinds.peer, peer_each, &w);
}

static struct answer *
answer_get(struct others *o, const char *name)
{
	struct answer *a;

	HASH_FIND_STR(o->answers, name, a);
	if (a != NULL)
		return a;
	a = xcalloc(1, sizeof(*a));
	a->node = xstrdup(name);
	decide(o, name, a->may);
	HASH_ADD_KEYPTR(hh, o->answers, a->node, strlen(a->node), a);
	return a;
}

bool
others_may(struct others *o, const char *name, enum family family,
    const struct selector *selector)
{
	const struct node *node = node_of(o, name);

	return name[0] != '\0' && answer_get(o, name)->may[family] &&
	    (node == NULL || selector == NULL ||
		selector_matches(selector, &node->labels));
}

static bool
answer_changed(struct others *o, struct answer *a)
{
	bool was[FAMILIES];

	memcpy(was, a->may, sizeof(was));
	decide(o, a->node, a->may);
	return memcmp(was, a->may, sizeof(was)) != 0;
}

/*
 * A peer is one of many that select one node each, or one of a few that select all: who
 * it does not select need not ask them all again.
 */
bool
others_peer_changed(
    struct others *o, const struct bgp_peer *was, const struct bgp_peer *is)
{
	struct answer *a, *next;
	bool changed = false;

	HASH_ITER (hh, o->answers, a, next) {
		const struct node *node = node_of(o, a->node);

		if (node != NULL &&
		    ((was != NULL && peering_selects(was, node)) ||
			(is != NULL && peering_selects(is, node))))
			changed |= answer_changed(o, a);
	}
	return changed;
}

bool
others_changed(struct others *o, const char *node)
{
	struct answer *a, *next;
	bool changed = false;

	HASH_ITER (hh, o->answers, a, next)
		if (node == NULL || strcmp(a->node, node) == 0)
			changed |= answer_changed(o, a);
	return changed;
}
