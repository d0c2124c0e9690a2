/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer lives from the BGPPeer that selects this node to the one that no longer does.
 * Its session may be blocked or shut down meanwhile; it stays, so that people can see
 * why. The road of a change: the store tells core.c, which calls peers_refresh(); what
 * it finds goes to session_reconfigure() as a whole configuration, and the session says
 * what of it waits for a reset (peer.c).
 */
#include "bgpd/peer/peers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/neighbors.h"
#include "bgpd/config/peering.h"
#include "bgpd/link/routers.h"
#include "bgpd/peer/peer.h"
#include "bgpd/policy/peer_filters.h"
#include "bgpd/peer/peer_ranges.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session_port.h"
#include "bgpd/wire/bgp.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/fnv.h"
#include "common/log.h"
#include "common/source/store.h"

struct peers {
	struct peers_shared shared;
	struct peer **at; /* owned, by name */
	size_t n;
	struct peer_ranges *ranges; /* owned */
	bool want_gateway;          /* one of the peers is the node's */
	size_t mesh;                /* nodes in the mesh of ours; 0: none */
	uint8_t source_used[RIB_SOURCES / 8];   /* a bit each */
	uint32_t last_bfd;                      /* id: none is used twice */
	struct neighbors *neighbors;            /* owned; during a refresh */
	const struct node *node;                /* the same */
	const struct bgp_configuration *config; /* the same */
	uint64_t kept_until;                    /* ms: by peers that went */
	/* By family, the address asked for last and where it is; the same */
	struct scoped_addr interfaces[FAMILIES];
	struct view_peer *views; /* owned */
	size_t views_room;
	char **links; /* owned, with the names: see peers_links() */
	size_t n_links;
	bool stopped;
};

/* doc/bgp.md row 46. Whoever takes the most goes, not whoever happens to speak. */
static void
make_room(struct peers *p)
{
	uint32_t heaviest = rib_heaviest(p->shared.env.rib);

	for (size_t i = 0; i < p->n; i++)
		if (peer_source(p->at[i]) == heaviest &&
		    peer_give_way(p->at[i]))
			return;
}

static bool
source_is_used(const struct peers *p, uint32_t source)
{
	return (p->source_used[source / 8] >> source % 8 & 1) != 0;
}

static void
source_use(struct peers *p, uint32_t source, bool used)
{
	uint8_t bit = (uint8_t)(1u << source % 8);

	if (used)
		p->source_used[source / 8] |= bit;
	else
		p->source_used[source / 8] &= (uint8_t)~bit;
}

/* The lowest one, as the rib has room for each below; late routes of it are gone. */
static uint32_t
source_next(struct peers *p)
{
	uint32_t source = RIB_LOCAL + 1;

	while (source_is_used(p, source) ||
	    rib_is_leaving(p->shared.env.rib, source)) {
		source++;
		assert(source < RIB_SOURCES);
	}
	source_use(p, source, true);
	return source;
}

static uint32_t
source_other(struct peers *p, uint32_t was)
{
	uint32_t source = source_next(p);

	source_use(p, was, false);
	return source;
}

static void
links_forget(struct peers *p)
{
	for (size_t i = 0; i < p->n_links; i++)
		free(p->links[i]);
	p->n_links = 0;
}

static void
links_add(struct peers *p, const char *interface)
{
	for (size_t i = 0; i < p->n_links; i++)
		if (strcmp(p->links[i], interface) == 0)
			return;
	p->links = xrealloc(p->links, p->n_links + 1, sizeof(p->links[0]));
	p->links[p->n_links++] = xstrdup(interface);
}

const char *const *
peers_links(const struct peers *p, size_t *n)
{
	*n = p->n_links;
	return (const char *const *)p->links;
}

bool
peers_use(const struct peers *p, const char *interface)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_uses(p->at[i], interface))
			return true;
	return false;
}

const char *
peers_zone(const struct peers *p, uint32_t source)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_source(p->at[i]) == source)
			return peer_zone(p->at[i]);
	return NULL;
}

/* Where the peer of this name is, or would be. */
static size_t
place(const struct peers *p, const char *name)
{
	size_t from = 0, to = p->n;

	while (from < to) {
		size_t at = from + (to - from) / 2;

		if (strcmp(peer_name(p->at[at]), name) < 0)
			from = at + 1;
		else
			to = at;
	}
	return from;
}

static struct peer *
peer_find(const struct peers *p, const char *name)
{
	size_t at = place(p, name);

	return at < p->n && strcmp(peer_name(p->at[at]), name) == 0 ? p->at[at]
								    : NULL;
}

static struct peer *
peer_add(struct peers *p, const struct session_config *config)
{
	size_t at = place(p, config->name);
	struct peer *peer =
	    peer_new(&p->shared, config, source_next(p), ++p->last_bfd);

	p->at = xrealloc(p->at, p->n + 1, sizeof(p->at[0]));
	memmove(p->at + at + 1, p->at + at, (p->n - at) * sizeof(p->at[0]));
	p->at[at] = peer;
	p->n++;
	return peer;
}

uint64_t
peers_tick(struct peers *p)
{
	uint64_t next = 0;

	if (p->stopped)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		next = clock_sooner(next, peer_tick(p->at[i]));
	/* By then nothing is kept of those whose time is over. */
	return clock_sooner(
	    next, peer_ranges_tick(p->ranges, clock_now(p->shared.env.clock)));
}

void
peers_settled(struct peers *p)
{
	filters_tidy(p->shared.filters);
}

void
peers_regroup(struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		peer_regroup(p->at[i]);
}

void
peers_bfd(struct peers *p, const struct bfd_news *news)
{
	for (size_t i = 0; i < p->n && !p->stopped; i++)
		if (peer_has_bfd(p->at[i], news->id))
			peer_bfd(p->at[i], news);
}

static const struct secret *
secret_of(const struct peers *p, const struct bgp_peer *peer)
{
	struct object_key key = { store_namespace(p->shared.env.store,
				      p->shared.env.kind_secret),
		peer->secret_name };

	return peer->secret_name == NULL
	    ? NULL
	    : store_get(p->shared.env.store, p->shared.env.kind_secret, &key);
}

static const char *
lacks_ao(const struct peers *p)
{
	const struct session_port *tcp = p->shared.env.tcp;

	return tcp == NULL || tcp->lacks_ao == NULL ? NULL
						    : tcp->lacks_ao(tcp->arg);
}

static struct peering_view
view_of(const struct peers *p, const struct bgp_peer *spec)
{
	return (struct peering_view){ .node = p->node,
		.config = p->config,
		.ns = store_namespace(
		    p->shared.env.store, p->shared.env.kind_secret),
		.secret = secret_of(p, spec),
		.older = neighbors_older(p->neighbors, spec),
		.beside =
		    spec->passive ? neighbors_beside(p->neighbors, spec) : NULL,
		.no_ao = lacks_ao(p) };
}

static struct router_found
router_of(const struct peers *p, const struct bgp_peer *spec)
{
	if (!spec->unnumbered || p->shared.ops->router == NULL)
		return (struct router_found){ .why = NULL };
	return p->shared.ops->router(p->shared.arg, spec->zone);
}

/* Which of two it should be only people can tell. */
static void
doubt_router(struct peering *peering, const struct bgp_peer *spec,
    const struct addr *other)
{
	char text[ADDR_TEXT];

	if (other->family != FAMILY_NONE && peering->doubt.text[0] == '\0')
		err_set(&peering->doubt,
		    "spec.interface: %s: another router, %s, is on this link, "
		    "too",
		    spec->zone, addr_print(other, text));
}

struct reach { /* by which interface is a peer reached? */
	struct peers *peers;
	const struct bgp_peer *spec;
	const struct addr *source; /* of the session */
};

/* The interface that has the address of ours; all are looked at for it, once. */
static const char *
interface_of(struct peers *p, const struct addr *addr)
{
	const struct session_port *tcp = p->shared.env.tcp;
	struct scoped_addr *found = &p->interfaces[addr->family];

	if (!addr_eq(&found->addr, addr)) {
		*found = scoped_addr(addr, "");
		if (tcp == NULL || tcp->interface_of == NULL ||
		    !tcp->interface_of(tcp->arg, addr, found->zone))
			found->zone[0] = '\0';
	}
	return found->zone[0] != '\0' ? found->zone : NULL;
}

static const char *
reached_by(void *arg)
{
	const struct reach *r = arg;

	return r->spec->zone[0] != '\0' ? r->spec->zone
					: interface_of(r->peers, r->source);
}

/* It has its filters, whatever else it must not run for; without any it must not. */
static void
find_filters(struct peers *p, struct peer *peer, const struct bgp_peer *spec,
    struct peering *peering)
{
	const struct peers_env *env = &p->shared.env;
	struct filter_objects objects =
	    peer_filters_objects(env->store, env->kind_filter, spec, p->config);
	struct reach reach = { p, spec, &peering->source };
	struct filter_peer of = { .config = p->config,
		.local_as = peering->local_as,
		.interface = reached_by,
		.arg = &reach };
	struct err err;

	if (peer_find_filters(peer, &objects, &of, &err) ||
	    peer_has_filters(peer) || peering->state == PEERING_BLOCKED)
		return;
	peering->state = PEERING_BLOCKED;
	peering->why = err;
}

/* Of a session at a link-local address: see peer_next_hop(). */
static bool
is_off_link(struct peers *p, const struct bgp_peer *spec)
{
	const struct session_port *tcp = p->shared.env.tcp;
	const struct addr *own = &p->shared.node_ips[FAMILY_V6];

	if (spec->zone[0] == '\0' || own->family == FAMILY_NONE ||
	    tcp == NULL || tcp->interface_of == NULL)
		return false;
	const char *on = interface_of(p, own);

	return on == NULL || strcmp(on, spec->zone) != 0;
}

/*
 * A slip in a Node ends no session: what it said before stays in force as long as the
 * daemon runs. What it says no more it does not mean any more.
 */
static struct peer *
left_alone(const struct peers *p, const struct bgp_peer *spec)
{
	struct peer *peer = spec->wrong && !spec->shutdown
	    ? peer_find(p, spec->meta.name)
	    : NULL;

	return peer != NULL && !peer_is_blocked(peer) ? peer : NULL;
}

static bool
is_left_alone(const struct peers *p, const struct bgp_peer *spec)
{
	struct peer *peer = left_alone(p, spec);
	struct err doubt;

	if (peer == NULL)
		return false;
	err_set(
	    &doubt, "%s; what was there before stays in force", spec->fault);
	peer_set_doubt(peer, doubt.text, false);
	return true;
}

static void
refresh_one(struct peers *p, const struct bgp_peer *spec)
{
	if (is_left_alone(p, spec))
		return;
	struct router_found found = router_of(p, spec);
	struct peering_view view = view_of(p, spec);

	if (found.router.family != FAMILY_NONE)
		view.router = &found.router;
	view.no_router = found.why;
	struct peering peering = peering_decide(spec, &view);

	if (peering.state == PEERING_ELSEWHERE)
		return;
	if (spec->unnumbered)
		links_add(p, spec->zone);
	doubt_router(&peering, spec, &found.other);
	struct session_config config = peer_config(spec, &peering);
	struct peer *peer = peer_find(p, spec->meta.name);

	if (peer == NULL)
		peer = peer_add(p, &config);
	peer_set_origin(peer, spec);
	if (view.older == NULL)
		peer_attach(peer);
	find_filters(p, peer, spec, &peering);
	if (peering.state != PEERING_BLOCKED && peering.state != PEERING_WAITS)
		peer_reconfigure(peer, &config, peering.state);
	peer_set_off_link(peer, is_off_link(p, spec));
	peer_apply(peer, spec);
	peer_set_doubt(peer, peering.doubt.text, peering.doubts_password);
	peer_run(peer, &peering, spec);
	peer_judge(peer, &peering, spec);
}

static void
peer_remove(struct peers *p, size_t at)
{
	struct peer *peer = p->at[at];

	peer_set_blocked(peer, NULL);
	peer_stop(peer, CEASE_DECONFIGURED, NULL);
	if (peer_kept_until(peer) > p->kept_until)
		p->kept_until = peer_kept_until(peer);
	memmove(p->at + at, p->at + at + 1, (p->n - at - 1) * sizeof(p->at[0]));
	p->n--;
	source_use(p, peer_source(peer), false);
	peer_free(peer);
}

static bool
on_came(void *arg, const char *name)
{
	struct peers *p = arg;
	const struct peer *peer;

	if (p->stopped)
		return false;
	p->shared.ops->came(p->shared.arg);
	peer = peer_find(p, name);
	return peer != NULL && peer_is_attached(peer);
}

static bool
on_is_idle(void *arg, const char *name)
{
	const struct peer *peer = peer_find(arg, name);

	return peer == NULL || peer_is_idle(peer);
}

static void
on_ended(void *arg, const char *name)
{
	struct peers *p = arg;

	if (peer_find(p, name) == NULL)
		return;
	log_info("peer %s: is forgotten, as it has no session", name);
	peer_remove(p, place(p, name));
	p->shared.ops->changed(p->shared.arg);
}

static const struct peer_ranges_ops peer_ranges_ops = { on_came, on_is_idle,
	on_ended };

struct peers *
peers_new(const struct peers_env *env, const struct peers_ops *ops, void *arg)
{
	struct peers *p = xcalloc(1, sizeof(*p));

	p->shared = (struct peers_shared){ .env = *env,
		.ops = ops,
		.arg = arg,
		.crowded = make_room,
		.other_source = source_other,
		.peers = p };
	p->shared.filters = filters_new(env->rib);
	p->ranges = peer_ranges_new(&p->shared, &peer_ranges_ops, p);
	return p;
}

void
peers_free(struct peers *p)
{
	if (p == NULL)
		return;
	peer_ranges_free(p->ranges);
	for (size_t i = 0; i < p->n; i++)
		peer_free(p->at[i]);
	filters_free(p->shared.filters);
	links_forget(p);
	free(p->links);
	free(p->at);
	free(p->views);
	free(p);
}

static struct peer *
orphan_at(const struct peers *p, const struct bgp_peer *spec)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_at(p->at[i], spec) &&
		    peer_has_something(p->at[i]) &&
		    neighbors_find(p->neighbors, peer_name(p->at[i])) == NULL)
			return p->at[i];
	return NULL;
}

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(peer_name(*(struct peer *const *)a),
	    peer_name(*(struct peer *const *)b));
}

/*
 * A node that is no longer a peer by the mesh, but by a BGPPeer, keeps its session, as
 * does one of which another BGPPeer says the same. So do routes. Who is down begins
 * anew, with times of its own.
 */
static void
inherit(struct peers *p)
{
	const struct bgp_peer *spec;

	for (size_t i = 0; (spec = neighbors_at(p->neighbors, i)) != NULL;
	     i++) {
		struct peer *orphan = peer_find(p, spec->meta.name) == NULL &&
			neighbors_older(p->neighbors, spec) == NULL
		    ? orphan_at(p, spec)
		    : NULL;

		if (orphan == NULL)
			continue;
		peer_rename(orphan, spec->meta.name);
		qsort(p->at, p->n, sizeof(p->at[0]), name_cmp);
	}
}

/* Before others look for it: nobody takes the address of one that goes on. */
static void
keep_places(struct peers *p)
{
	const struct bgp_peer *spec;

	for (size_t i = 0; (spec = neighbors_at(p->neighbors, i)) != NULL;
	     i++) {
		const struct peer *peer = left_alone(p, spec);

		if (peer == NULL)
			continue;
		uint16_t port;
		struct scoped_addr at = peer_place(peer, &port);

		neighbors_stays(p->neighbors, spec->meta.name, &at, port);
	}
}

/* Whoever goes, or gives way to an older one, does so before others take its place. */
static void
retire(struct peers *p, size_t at)
{
	struct peer *peer = p->at[at];
	const struct bgp_peer *spec =
	    neighbors_find(p->neighbors, peer_name(peer));
	struct peering_view view = { 0 };
	struct peering peering = { .state = PEERING_ELSEWHERE };

	if (spec != NULL) {
		view = view_of(p, spec);
		peering = peering_decide(spec, &view);
	}
	if (peering.state == PEERING_ELSEWHERE) {
		peer_remove(p, at);
	} else if (view.older != NULL) {
		peer_run(peer, &peering, spec);
		peer_detach(peer);
	}
}

/* The same for a node each time, and as good as even over all of them. */
static uint32_t
name_spread(const char *name)
{
	return (
	    uint32_t)(fnv_add(FNV_START, name, strlen(name)) % RESET_SPREAD);
}

static void
set_node(struct peers *p, const struct node *node)
{
	p->node = node;
	p->shared.spread = node != NULL ? name_spread(node->meta.name) : 0;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		const struct addr *ip =
		    node != NULL ? node_internal_ip(node, f) : NULL;

		p->shared.node_ips[f] = ip != NULL ? *ip : (struct addr){ 0 };
	}
}

static void
refresh_ranges(struct peers *p)
{
	const struct bgp_peer *spec;

	peer_ranges_begin(p->ranges);
	for (size_t i = 0; (spec = neighbors_range(p->neighbors, i)) != NULL;
	     i++) {
		struct peering_view view = view_of(p, spec);
		struct peering peering = peering_decide(spec, &view);

		if (peering.state != PEERING_ELSEWHERE)
			peer_ranges_set(p->ranges, spec, &peering);
	}
	peer_ranges_end(p->ranges);
}

static const struct neighbor_gateway *
gateways_of(const struct peers *p)
{
	const struct peers_ops *ops = p->shared.ops;

	return ops->gateways != NULL ? ops->gateways(p->shared.arg) : NULL;
}

void
peers_refresh(struct peers *p, const struct node *node,
    const struct bgp_configuration *config)
{
	if (p->stopped)
		return;
	set_node(p, node);
	memset(p->interfaces, 0, sizeof(p->interfaces));
	p->config = config;
	links_forget(p);
	p->neighbors = neighbors_new(p->shared.env.store, &p->shared.env.kinds,
	    node, config, gateways_of(p));
	p->want_gateway = neighbors_want_gateway(p->neighbors);
	p->mesh = neighbors_mesh(p->neighbors);
	keep_places(p);
	peer_ranges_settle(p->ranges, p->neighbors);
	inherit(p);
	for (size_t i = p->n; i-- > 0;)
		retire(p, i);
	for (size_t i = 0; neighbors_at(p->neighbors, i) != NULL; i++)
		refresh_one(p, neighbors_at(p->neighbors, i));
	refresh_ranges(p);
	neighbors_free(p->neighbors);
	p->neighbors = NULL;
	p->node = NULL;
	p->config = NULL;
	p->shared.ops->changed(p->shared.arg);
}

void
peers_stop(struct peers *p, const char *text)
{
	p->stopped = true;
	for (size_t i = 0; i < p->n; i++)
		peer_part(p->at[i], text);
}

bool
peers_are_parting(const struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_parting(p->at[i]))
			return true;
	return false;
}

void
peers_stop_for_restart(struct peers *p, const char *text)
{
	p->stopped = true;
	for (size_t i = 0; i < p->n; i++)
		if (peer_waits(p->at[i]))
			peer_set_leaving(p->at[i]);
		else
			peer_stop(p->at[i], CEASE_SHUTDOWN, text);
}

void
peers_leave(struct peers *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_waits(p->at[i]))
			peer_leave(p->at[i], text);
}

const char *
peers_behind(const struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_behind(p->at[i]))
			return peer_name(p->at[i]);
	return NULL;
}

struct peers_told
peers_told(const struct peers *p, bool mesh)
{
	struct peers_told count = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		if (peer_is_of_mesh(p->at[i]) != mesh ||
		    !peer_is_wanted(p->at[i]))
			continue;
		count.n++;
		count.told += peer_is_told(p->at[i]);
	}
	return count;
}

const char *
peers_awaited(const struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_awaited(p->at[i]))
			return peer_name(p->at[i]);
	return peer_ranges_awaited(p->ranges);
}

const char *
peers_sought(const struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_sought(p->at[i]))
			return peer_name(p->at[i]);
	return peer_ranges_awaited(p->ranges);
}

const char *
peers_owed(const struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (peer_is_owed(p->at[i]))
			return peer_name(p->at[i]);
	return NULL;
}

uint64_t
peers_keep_until(const struct peers *p)
{
	uint64_t last = p->kept_until;

	for (size_t i = 0; i < p->n; i++) {
		uint64_t until = peer_would_keep_until(p->at[i]);

		last = until > last ? until : last;
	}
	return last;
}

bool
peers_want_gateway(const struct peers *p)
{
	return p->want_gateway;
}

size_t
peers_mesh(const struct peers *p)
{
	return p->mesh;
}

const struct view_range *
peers_ranges(const struct peers *p, size_t *n)
{
	return peer_ranges_view(p->ranges, n);
}

const struct view_peer *
peers_view(struct peers *p, size_t *n)
{
	if (p->n > p->views_room) {
		p->views_room = p->n;
		p->views = xrealloc(p->views, p->n, sizeof(p->views[0]));
	}
	for (size_t i = 0; i < p->n; i++)
		p->views[i] = peer_view(p->at[i]);
	*n = p->n;
	return p->views;
}
