/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/others.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/node_drain.h"
#include "bgpd/config/node_values.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/source/store.h"

struct answer {
	char *node;               /* owned */
	bool known;               /* there is such a Node */
	bool serves;              /* it may hold addresses of Services */
	bool speaks;              /* BGP */
	uint32_t peers[FAMILIES]; /* that select it and take the family */
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
	if (kinds->instance == NULL)
		o->kinds.instance = &instance_default;
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

/*
 * With what the node says of it (fromNode), in room; NULL: there is none, it is shut
 * down, it is not for that node, or the node says nothing that is of use.
 */
static const struct bgp_peer *
peer_on(
    const struct bgp_peer *peer, const struct node *node, struct bgp_peer *room)
{
	struct err why;

	if (peer == NULL || peer->shutdown)
		return NULL;
	if (node_values_wanted(peer)) {
		*room = *peer;
		peer = room;
		if (!node_values_apply(room, node, &why))
			return NULL;
	}
	return peering_selects(peer, node) ? peer : NULL;
}

/* Does the node tell that peer of the family, once it announces something? */
static bool
is_told(
    const struct bgp_peer *peer, const struct node *node, enum family family)
{
	struct bgp_peer room;
	const struct bgp_peer *on = peer_on(peer, node, &room);

	return on != NULL && on->families[family];
}

/* by is 1, or UINT32_MAX to take away; NULL: no peer. */
static void
peer_count(struct answer *a, const struct node *node,
    const struct bgp_peer *peer, uint32_t by)
{
	struct bgp_peer room;
	const struct bgp_peer *on = peer_on(peer, node, &room);

	for (unsigned f = FAMILY_V4; f < FAMILIES && on != NULL; f++)
		if (on->families[f])
			a->peers[f] += by;
}

struct peer_walk {
	struct answer *answer;
	const struct node *node;
};

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	struct peer_walk *w = arg;

	(void)key;
	peer_count(w->answer, w->node, item, 1);
	return true;
}

static void
apply_configuration(
    const struct others *o, struct answer *a, const struct node *node)
{
	const struct bgp_configuration *rival;
	const struct bgp_configuration *config = rivals_configuration(
	    o->store, o->kinds.configuration, node, &rival);
	bool ours = !instance_yields_node(o->kinds.instance, &node->labels);
	struct err why;

	a->speaks = ours && bgp_configuration_speaks(config);
	a->serves = ours && !node->network_unavailable &&
	    !node_drains(node, config, &why) &&
	    (config == NULL ||
		selector_matches(&config->service_nodes, &node->labels)) &&
	    !node_is_excluded(node, config);
}

static void
decide(const struct others *o, struct answer *a)
{
	struct peer_walk w = { a, node_of(o, a->node) };

	memset(a->peers, 0, sizeof(a->peers));
	a->serves = a->speaks = false;
	a->known = w.node != NULL;
	if (!a->known)
		return;
	apply_configuration(o, a, w.node);
	store_each(o->store, o->kinds.peer, peer_each, &w);
}

/* One that is not known is taken to. */
static bool
answer_may(const struct answer *a, enum family f)
{
	return !a->known || (a->serves && a->speaks && a->peers[f] > 0);
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
	decide(o, a);
	HASH_ADD_KEYPTR(hh, o->answers, a->node, strlen(a->node), a);
	return a;
}

/* Without names any peer will do. */
static bool
tells_one_of(const struct others *o, const struct node *node,
    enum family family, const struct group_announce *group, uint16_t peers)
{
	bool tells = group->n_peers == 0;

	for (size_t i = 0; i < group->n_peers && !tells; i++) {
		const struct object_key key = { "", group->peers[i] };

		tells = (peers & 1u << i) != 0 &&
		    is_told(
			store_get(o->store, o->kinds.peer, &key), node, family);
	}
	return tells;
}

bool
others_may(struct others *o, const char *name, enum family family,
    const struct group_announce *group, uint16_t peers)
{
	const struct node *node = node_of(o, name);

	return name[0] != '\0' && answer_may(answer_get(o, name), family) &&
	    (node == NULL || group == NULL ||
		(selector_matches(&group->nodes, &node->labels) &&
		    tells_one_of(o, node, family, group, peers)));
}

const struct node *
others_serve(
    struct others *o, const char *name, const struct selector *selector)
{
	const struct node *node = node_of(o, name);
	const struct answer *a = node != NULL ? answer_get(o, name) : NULL;

	return a != NULL && a->serves &&
		selector_matches(selector, &node->labels)
	    ? node
	    : NULL;
}

static bool
answer_eq(const struct answer *a, const struct answer *b)
{
	if (a->serves != b->serves)
		return false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (answer_may(a, f) != answer_may(b, f))
			return false;
	return true;
}

bool
others_peer_changed(
    struct others *o, const struct bgp_peer *was, const struct bgp_peer *is)
{
	struct answer *a, *next;
	bool changed = false;

	HASH_ITER (hh, o->answers, a, next) {
		const struct node *node = a->known ? node_of(o, a->node) : NULL;
		struct answer before = *a;

		if (node == NULL)
			continue;
		peer_count(a, node, is, 1);
		peer_count(a, node, was, UINT32_MAX);
		changed |= !answer_eq(a, &before);
	}
	return changed;
}

bool
others_changed(struct others *o, const char *node)
{
	struct answer *a, before;

	HASH_FIND_STR(o->answers, node, a);
	if (a == NULL)
		return false;
	before = *a;
	decide(o, a);
	return !answer_eq(a, &before);
}

void
others_configuration_changed(struct others *o)
{
	struct answer *a, *next;

	HASH_ITER (hh, o->answers, a, next)
		if (a->known)
			apply_configuration(o, a, node_of(o, a->node));
}
