/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made anew for each look at the objects: a list of what BGPPeers say and, by address,
 * the oldest of those that want the same one. A BGPPeer goes before the mesh, so a pair
 * of nodes can be given a session of another kind while the mesh is still there.
 *
 * Who comes from a range yields to both in the same way, as admission.c has it, too.
 *
 * Between two nodes there is one session, over which all families go that both have an
 * InternalIP of. Either may dial; a collision is resolved as any other.
 */
#include "bgpd/config/neighbors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/node_values.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/err.h"
#include "common/source/store.h"

struct neighbor {
	UT_hash_handle hh;           /* by name */
	const struct bgp_peer *spec; /* borrowed, or made */
	struct bgp_peer made; /* a shallow copy, but for its name: owned */
	struct err fault;     /* of made */
};

enum { ANY_PORT = 0 };

struct oldest { /* of those with one address and port, or any */
	UT_hash_handle hh;
	uint8_t key[3 + sizeof(((struct addr *)0)->bytes) + ZONE_TEXT];
	const struct bgp_peer *peer; /* borrowed */
};

struct neighbors {
	const struct store *store;
	struct neighbor_kinds kinds;
	const struct node *node;
	const struct bgp_configuration *config; /* in force on the node */
	const struct neighbor_gateway
	    *gateways; /* by family; NULL: not known */
	bool want_gateway;
	struct neighbor *by_name; /* owned */
	struct neighbor **at;     /* owned; in their order */
	size_t n, room;
	struct oldest *by_addr;         /* owned */
	const struct bgp_peer **ranges; /* owned, what they point to borrowed */
	size_t n_ranges;
	size_t mesh;
};

/* At that port, or ANY_PORT. */
static struct oldest *
oldest_find(const struct neighbors *all, const struct bgp_peer *peer,
    uint16_t port, struct oldest *fresh)
{
	const struct addr *a = &peer->address;
	struct oldest *found;

	memset(fresh->key, 0, sizeof(fresh->key));
	fresh->key[0] = (uint8_t)a->family;
	fresh->key[1] = (uint8_t)(port >> 8);
	fresh->key[2] = (uint8_t)port;
	memcpy(fresh->key + 3, a->bytes, sizeof(a->bytes));
	memcpy(
	    fresh->key + 3 + sizeof(a->bytes), peer->zone, sizeof(peer->zone));
	HASH_FIND(hh, all->by_addr, fresh->key, sizeof(fresh->key), found);
	return found;
}

static void
oldest_note(struct neighbors *all, const struct bgp_peer *peer, uint16_t port)
{
	struct oldest look, *found = oldest_find(all, peer, port, &look);

	if (found == NULL) {
		found = xcalloc(1, sizeof(*found));
		memcpy(found->key, look.key, sizeof(look.key));
		found->peer = peer;
		HASH_ADD(hh, all->by_addr, key, sizeof(found->key), found);
	} else if (meta_age_cmp(&peer->meta, &found->peer->meta) < 0) {
		found->peer = peer;
	}
}

/* Has it one, though it may be faulty? */
static bool
has_place(const struct bgp_peer *peer)
{
	return peer->fault == NULL || peer->address.family != FAMILY_NONE ||
	    peer->zone[0] != '\0';
}

static void
neighbor_note(struct neighbors *all, const struct neighbor *n)
{
	oldest_note(all, n->spec, n->spec->port);
	oldest_note(all, n->spec, ANY_PORT);
}

static void
neighbor_add(struct neighbors *all, struct neighbor *n)
{
	const char *name = n->spec->meta.name;

	if (all->n == all->room) {
		all->room = all->room == 0 ? 8 : 2 * all->room;
		all->at = xrealloc(all->at, all->room, sizeof(all->at[0]));
	}
	all->at[all->n++] = n;
	HASH_ADD_KEYPTR(hh, all->by_name, name, strlen(name), n);
	if (has_place(n->spec))
		neighbor_note(all, n);
}

static const struct bgp_configuration *
config_of(const struct neighbors *all, const struct node *node)
{
	const struct instance *instance = all->kinds.instance;
	const struct bgp_configuration *rival;
	const struct bgp_configuration *config = rivals_configuration(
	    all->store, all->kinds.configuration, node, &rival);

	if (instance_yields_node(instance, &node->labels))
		return NULL;
	return bgp_configuration_speaks(config) ? config : NULL;
}

/*
 * The address of the other one: of the first family that both have. False: there is
 * none. Families are those of all that both have, unless they are given.
 */
static bool
address_choose(
    const struct node *us, const struct node *them, struct bgp_peer *made)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		const struct addr *there = node_internal_ip(them, f);
		bool both = there != NULL && node_internal_ip(us, f) != NULL;

		if (!made->families_given)
			made->families[f] = both;
		if (!both)
			continue;
		if (made->address.family == FAMILY_NONE)
			made->address = *there;
	}
	return made->address.family != FAMILY_NONE;
}

/* A BGPPeer as `like` says, called by its name and that of who it is for. */
static struct neighbor *
made_new(const struct bgp_peer *like, const char *whom)
{
	struct neighbor *n = xcalloc(1, sizeof(*n));
	size_t room = strlen(like->meta.name) + strlen(whom) + 2;

	n->made = *like;
	n->spec = &n->made;
	n->made.meta.name = xcalloc(room, 1);
	snprintf(n->made.meta.name, room, "%s%c%s", like->meta.name,
	    like->by_mesh ? ':' : '/', whom);
	n->made.of = like->by_mesh ? NULL : like;
	return n;
}

static void
made_free(struct neighbor *n)
{
	free(n->made.meta.name);
	free(n);
}

static void
make(struct neighbors *all, const struct bgp_peer *like,
    const struct node *them, const struct bgp_configuration *config)
{
	struct neighbor *n = made_new(like, them->meta.name);

	n->made.nodes = (struct selector){ 0 };
	n->made.as = PEER_AS_NUMBER;
	n->made.as_number = config->as_number;
	n->made.port = config->listen_port;
	n->made.client = like->client && peering_cluster_id(them) == 0;
	if (address_choose(all->node, them, &n->made)) {
		neighbor_add(all, n);
		return;
	}
	made_free(n);
}

struct node_walk {
	struct neighbors *all;
	const struct bgp_peer *like;
	bool ahead, back; /* we are meant by nodeSelector; by peerSelector */
};

static bool
selected_each(void *arg, const struct object_key *key, const void *item)
{
	struct node_walk *w = arg;
	const struct node *them = item;
	const struct bgp_configuration *config;

	if (strcmp(key->name, w->all->node->meta.name) == 0 ||
	    !((w->ahead && selector_matches(&w->like->peers, &them->labels)) ||
		(w->back && selector_matches(&w->like->nodes, &them->labels))))
		return true;
	config = config_of(w->all, them);
	if (config != NULL)
		make(w->all, w->like, them, config);
	return true;
}

/* Those that a BGPPeer with peerSelector stands for, on this node. */
static void
peers_of_selector(struct neighbors *all, const struct bgp_peer *like)
{
	const struct labels *labels = &all->node->labels;
	struct node_walk w = { all, like,
		selector_matches(&like->nodes, labels),
		like->reverse && selector_matches(&like->peers, labels) };

	if (w.ahead || w.back)
		store_each(all->store, all->kinds.node, selected_each, &w);
}

static void
range_add(struct neighbors *all, const struct bgp_peer *range)
{
	all->ranges =
	    xrealloc(all->ranges, all->n_ranges + 1, sizeof(all->ranges[0]));
	all->ranges[all->n_ranges++] = range;
}

static void
gateway_apply(struct neighbors *all, struct bgp_peer *made)
{
	const struct neighbor_gateway *found = all->gateways;

	all->want_gateway = true;
	if (found == NULL) {
		made->waits = "only the node itself knows its default gateway";
		return;
	}
	found += made->gateway;
	if (found->at.addr.family == FAMILY_NONE) {
		made->waits = found->why;
		return;
	}
	made->address = found->at.addr;
	memcpy(made->zone, found->at.zone, sizeof(made->zone));
	made->other = found->other;
}

/* Of one that leaves something to the node to say. */
static void
peer_of_node(struct neighbors *all, const struct bgp_peer *like)
{
	struct neighbor *n = xcalloc(1, sizeof(*n));

	n->made = *like;
	n->spec = &n->made;
	n->made.meta.name = xstrdup(like->meta.name);
	n->made.of = like;
	if (!node_values_apply(&n->made, all->node, &n->fault))
		n->made.fault = n->fault.text;
	else if (n->made.gateway != FAMILY_NONE)
		gateway_apply(all, &n->made);
	if (!peering_selects(&n->made, all->node)) {
		made_free(n);
		return;
	}
	neighbor_add(all, n);
}

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	struct neighbors *all = arg;
	const struct bgp_peer *peer = item;

	(void)key;
	if (peer->peers.present) {
		if (all->config != NULL)
			peers_of_selector(all, peer);
		return true;
	}
	if (!peering_selects(peer, all->node))
		return true;
	if (bgp_peer_is_range(peer)) {
		range_add(all, peer);
		return true;
	}
	if (node_values_wanted(peer) || peer->gateway != FAMILY_NONE) {
		peer_of_node(all, peer);
		return true;
	}
	struct neighbor *n = xcalloc(1, sizeof(*n));

	n->spec = peer;
	neighbor_add(all, n);
	return true;
}

/* Those of our AS whose BGPConfiguration has it, too. */
static bool
mesh_each(void *arg, const struct object_key *key, const void *item)
{
	struct node_walk *w = arg;
	struct neighbors *all = w->all;
	const struct node *them = item;
	const struct bgp_configuration *config = config_of(all, them);
	struct bgp_peer place = { 0 };
	struct oldest look;

	if (config == NULL || !config->mesh ||
	    config->as_number != all->config->as_number)
		return true;
	all->mesh++;
	place.port = config->listen_port;
	if (strcmp(key->name, all->node->meta.name) == 0 ||
	    !address_choose(all->node, them, &place) ||
	    oldest_find(all, &place, place.port, &look) != NULL)
		return true;
	make(all, w->like, them, config);
	return true;
}

/* What is not said of these sessions is as a BGPPeer has it by default. */
static void
mesh(struct neighbors *all)
{
	struct bgp_peer like = bgp_peer_default();
	struct node_walk w = { .all = all, .like = &like };

	if (all->config == NULL || !all->config->mesh)
		return;
	like.by_mesh = true;
	like.secret_name = all->config->mesh_secret_name;
	like.secret_key = all->config->mesh_secret_key;
	like.ao = all->config->mesh_ao;
	like.meta.name = (char *)"mesh";
	store_each(all->store, all->kinds.node, mesh_each, &w);
}

struct neighbors *
neighbors_new(const struct store *store, const struct neighbor_kinds *kinds,
    const struct node *node, const struct bgp_configuration *config,
    const struct neighbor_gateway *gateways)
{
	struct neighbors *all = xcalloc(1, sizeof(*all));

	all->store = store;
	all->kinds = *kinds;
	if (kinds->instance == NULL)
		all->kinds.instance = &instance_default;
	all->node = node;
	all->gateways = gateways;
	if (node == NULL)
		return all;
	all->config = bgp_configuration_speaks(config) ? config : NULL;
	store_each(store, kinds->peer, peer_each, all);
	mesh(all);
	return all;
}

void
neighbors_free(struct neighbors *all)
{
	struct oldest *o, *next;

	if (all == NULL)
		return;
	HASH_ITER (hh, all->by_addr, o, next) {
		HASH_DEL(all->by_addr, o);
		free(o);
	}
	HASH_CLEAR(hh, all->by_name);
	for (size_t i = 0; i < all->n; i++)
		made_free(all->at[i]);
	free(all->at);
	free(all->ranges);
	free(all);
}

const struct bgp_peer *
neighbors_at(const struct neighbors *all, size_t nth)
{
	return nth < all->n ? all->at[nth]->spec : NULL;
}

const struct bgp_peer *
neighbors_find(const struct neighbors *all, const char *name)
{
	const struct neighbor *n;

	HASH_FIND_STR(all->by_name, name, n);
	return n != NULL ? n->spec : NULL;
}

const struct bgp_peer *
neighbors_range(const struct neighbors *all, size_t nth)
{
	return nth < all->n_ranges ? all->ranges[nth] : NULL;
}

void
neighbors_stays(struct neighbors *all, const char *name,
    const struct scoped_addr *at, uint16_t port)
{
	struct neighbor *n;

	HASH_FIND_STR(all->by_name, name, n);
	n->made.address = at->addr;
	memcpy(n->made.zone, at->zone, sizeof(n->made.zone));
	n->made.port = port;
	neighbor_note(all, n);
}

static const struct bgp_peer *
range_find(const struct neighbors *all, const char *name)
{
	for (size_t i = 0; i < all->n_ranges; i++)
		if (strcmp(all->ranges[i]->meta.name, name) == 0)
			return all->ranges[i];
	return NULL;
}

const struct bgp_peer *
neighbors_came(
    struct neighbors *all, const char *range, const struct addr *addr)
{
	const struct bgp_peer *like = range_find(all, range);
	char text[ADDR_TEXT];
	struct oldest look;

	if (like == NULL || !prefix_contains(&like->prefix, addr))
		return NULL;
	struct neighbor *n = made_new(like, addr_print(addr, text));

	n->made.address = *addr;
	n->made.passive = true;
	if (!peering_selects(&n->made, all->node) || /* that is ourselves */
	    oldest_find(all, &n->made, ANY_PORT, &look) != NULL) {
		made_free(n);
		return NULL;
	}
	neighbor_add(all, n);
	return n->spec;
}

static const struct bgp_peer *
older_range(const struct neighbors *all, const struct bgp_peer *than)
{
	const struct bgp_peer *found = NULL;

	for (size_t i = 0; i < all->n_ranges; i++) {
		const struct bgp_peer *r = all->ranges[i];

		if (r != than && prefix_eq(&r->prefix, &than->prefix) &&
		    meta_age_cmp(&r->meta,
			found != NULL ? &found->meta : &than->meta) < 0)
			found = r;
	}
	return found;
}

const struct bgp_peer *
neighbors_older(const struct neighbors *all, const struct bgp_peer *peer)
{
	struct oldest look;

	if (bgp_peer_is_range(peer))
		return older_range(all, peer);
	const struct oldest *found = oldest_find(all, peer, peer->port, &look);

	return has_place(peer) && found != NULL && found->peer != peer &&
		meta_age_cmp(&found->peer->meta, &peer->meta) < 0
	    ? found->peer
	    : NULL;
}

/* Both at the same address of ours, as far as the BGPPeers tell. */
static bool
is_beside(const struct bgp_peer *a, const struct bgp_peer *b)
{
	return a->port != b->port && addr_eq(&a->address, &b->address) &&
	    strcmp(a->zone, b->zone) == 0 && addr_eq(&a->source, &b->source);
}

const struct bgp_peer *
neighbors_beside(const struct neighbors *all, const struct bgp_peer *peer)
{
	if (peer->prefix.addr.family != FAMILY_NONE)
		return NULL; /* who comes from one yields to all of its address */
	for (size_t i = 0; i < all->n; i++)
		if (is_beside(all->at[i]->spec, peer))
			return all->at[i]->spec;
	return NULL;
}

bool
neighbors_want_gateway(const struct neighbors *all)
{
	return all->want_gateway;
}

size_t
neighbors_mesh(const struct neighbors *all)
{
	return all->mesh;
}
