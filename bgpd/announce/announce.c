/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road of a decision: an object changes in the store; announce_X_changed() asks
 * rules.c what that object wants now; index.c lays it beside what the others want, and
 * tells the owner of each prefix that is announced, announced otherwise or withdrawn.
 *
 * What is news for many starts a rescan: announce_run() visits the Services one after
 * the other, in slices, with the view that holds by then. What the store tells
 * meanwhile is decided at once. When more is news for many during a pass, that one goes
 * on to its end and another follows: so each Service has its turn, however often that
 * happens.
 *
 * What a Service wants on the links of the node goes the same way, to lan.c in place of
 * index.c. There other nodes matter more: a change of one that might hold an address
 * is news for many, too.
 */
#include "bgpd/announce/announce.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce_state.h"
#include "bgpd/announce/audiences.h"
#include "bgpd/announce/dress.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/lan.h"
#include "bgpd/announce/news.h"
#include "bgpd/announce/others.h"
#include "bgpd/announce/pod_cidrs.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/weights.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/rivals.h"
#include "bgpd/config/service_cidr.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/source/store.h"

/* Keys of the index; a Service's is "namespace/name". */
#define KEY_NODE "node"
#define KEY_CONFIG "configuration"
#define KEY_VIRTUAL_IP "virtual ip " /* … and its name */
/* What it listed before a rescan: Services get routes of their own in its place. */
#define KEY_LISTED "configuration before"

#define SLICE 2000  /* Services and their wants that one call visits, about */
#define LINK_WORK 5 /* that many wants is the work of an address for links */
#define RIVALS_WORK 16 /* so many nodes are looked at in the time of a want */

static void
on_decorate(void *arg, const struct prefix *prefix, struct attributes *into)
{
	struct announce *a = arg;

	announce_decorate(&a->view, prefix, into);
}

static void
on_changed(void *arg, const struct prefix *prefix, const struct attributes *now)
{
	struct announce *a = arg;

	a->ops->changed(a->arg, prefix, now);
}

static void
on_shared(void *arg, const struct prefix *prefix, bool shared)
{
	struct announce *a = arg;

	a->ops->shared(a->arg, prefix, shared);
}

static const struct announce_index_ops index_ops = {
	.decorate = on_decorate,
	.changed = on_changed,
	.shared = on_shared,
};

struct announce *
announce_new(const char *node, const struct store *store,
    const struct announce_kinds *kinds, const struct announce_ops *ops,
    void *arg)
{
	struct announce *a = xcalloc(1, sizeof(*a));

	a->node_name = xstrdup(node);
	a->store = store;
	a->kinds = *kinds;
	a->ops = ops;
	a->arg = arg;
	a->audiences = audiences_new();
	a->endpoints = endpoints_new(node);
	a->index = announce_index_new(&index_ops, a);
	struct others_kinds rows = { kinds->node, kinds->configuration,
		kinds->peer, kinds->instance };

	a->others = others_new(store, &rows);
	a->weights = weights_new();
	a->view.instance =
	    kinds->instance != NULL ? kinds->instance : &instance_default;
	a->view.weights = a->weights;
	a->view.audiences = a->audiences;
	a->view.endpoints = a->endpoints;
	a->view.others = a->others;
	a->view.data_plane = true;
	a->lan = lan_new(&a->view, ops->lan, arg);
	return a;
}

void
announce_free(struct announce *a)
{
	if (a == NULL)
		return;
	announce_index_free(a->index);
	lan_free(a->lan);
	audiences_free(a->audiences);
	endpoints_free(a->endpoints);
	others_free(a->others);
	weights_free(a->weights);
	free((void *)a->view.groups);
	free((void *)a->view.blocks);
	free(a->view.service_cidrs.at);
	free(a->rescan.ns);
	free(a->rescan.name);
	free(a->node_name);
	free(a);
}

static void
revisit_node(struct announce *a)
{
	struct wants wants = { 0 };

	a->node_bad = !announce_node(&a->view, &wants, &a->node_error);
	announce_index_set(a->index, KEY_NODE, &wants);
}

static bool
has_prefix(const struct wants *wants, const struct prefix *prefix)
{
	for (size_t i = 0; i < wants->n; i++)
		if (prefix_eq(&wants->at[i].prefix, prefix))
			return true;
	return false;
}

/* The CIDRs that an object of the index has announced. */
static void
listed_by(const struct announce *a, const char *key, struct wants *wants)
{
	const struct claims *claims = announce_index_get(a->index, key);

	for (size_t i = 0; i < claims_count(claims); i++) {
		struct want w = announce_index_want(a->index, claims, i);

		if (w.verdict == VERDICT_SERVICE_CIDR &&
		    !has_prefix(wants, &w.prefix))
			wants_add(wants, &w.prefix, w.verdict);
	}
}

/*
 * A CIDR that is listed no longer stays until all have been visited, so that traffic
 * for Services in it does not stop: unless none is to come here at all.
 */
static void
revisit_config(struct announce *a)
{
	struct wants wants = { 0 }, before = { 0 };

	if (announce_serves(&a->view)) {
		listed_by(a, KEY_LISTED, &before);
		listed_by(a, KEY_CONFIG, &before);
	}
	announce_config(&a->view, &wants);
	announce_index_set(a->index, KEY_LISTED, &before);
	announce_index_set(a->index, KEY_CONFIG, &wants);
}

/* Returns how much that was. */
static size_t
revisit_service(struct announce *a, const struct object_key *key)
{
	const struct service *s = store_get(a->store, a->kinds.service, key);
	struct wants wants = { 0 };
	char *name = xasprintf("%s/%s", key->ns, key->name);

	weights_begin(a->weights, key);
	if (s != NULL)
		announce_service(&a->view, s, &wants);
	weights_end(a->weights);
	size_t n = 1 + wants.n + LINK_WORK * wants.n_hosts +
	    wants.rivals / RIVALS_WORK;

	lan_set(a->lan, key, &wants);
	announce_index_set(a->index, name, &wants);
	free(name);
	return n;
}

static void
rescan_go_to(struct rescan *r, const struct object_key *key)
{
	free(r->ns);
	free(r->name);
	r->ns = key != NULL ? xstrdup(key->ns) : NULL;
	r->name = key != NULL ? xstrdup(key->name) : NULL;
}

static void
rescan_begin(struct announce *a)
{
	struct rescan *r = &a->rescan;

	r->passes = r->name == NULL ? 1 : 2;
	if (r->held == 0)
		r->held = r->passes;
	a->ops->busy(a->arg);
}

static void
pass_end(struct announce *a)
{
	struct rescan *r = &a->rescan;
	struct wants none = { 0 };

	rescan_go_to(r, NULL);
	r->passes--;
	if (r->held > 0 && --r->held == 0)
		announce_index_set(a->index, KEY_LISTED, &none);
}

struct slice {
	struct announce *announce;
	size_t done;
};

static bool
rescan_each(void *arg, const struct object_key *key, const void *item)
{
	struct slice *s = arg;

	(void)item;
	s->done += revisit_service(s->announce, key);
	if (s->done < SLICE)
		return true;
	rescan_go_to(&s->announce->rescan, key);
	return false;
}

bool
announce_run(struct announce *a)
{
	struct slice slice = { a, 0 };
	struct object_key last = { a->rescan.ns, a->rescan.name };

	if (a->rescan.passes == 0)
		return false;
	/* The last one may be gone: then all are visited again. */
	if (last.name == NULL ||
	    !store_each_after(
		a->store, a->kinds.service, &last, rescan_each, &slice))
		store_each(a->store, a->kinds.service, rescan_each, &slice);
	if (slice.done < SLICE)
		pass_end(a);
	return a->rescan.passes > 0;
}

bool
announce_is_busy(const struct announce *a)
{
	return a->rescan.held > 0;
}

static void
revisit_all(struct announce *a)
{
	if (!a->started)
		return;
	revisit_node(a);
	revisit_config(a);
	rescan_begin(a);
	a->rescan.held = a->rescan.passes;
}

static void
refresh_configuration(struct announce *a)
{
	a->view.config = rivals_configuration(
	    a->store, a->kinds.configuration, a->view.node, &a->rival);
}

struct collect { /* items of a kind into an array */
	const void **at;
	size_t n;
};

static bool
collect_each(void *arg, const struct object_key *key, const void *item)
{
	struct collect *c = arg;

	(void)key;
	c->at[c->n++] = item;
	return true;
}

/* An owned array of borrowed items. */
static struct collect
collect(const struct announce *a, size_t kind)
{
	struct collect c = {
		xcalloc(store_count(a->store, kind), sizeof(void *)), 0
	};

	store_each(a->store, kind, collect_each, &c);
	return c;
}

/* Itself, or as Services ask. */
static bool
limits(const struct group_announce *g)
{
	return g->max_announcers > 0 ||
	    (g->service_annotations &
		1u << (WISH_MAX_ANNOUNCERS - WISH_ROUTES)) != 0;
}

const char *
announce_limited(const struct announce *a)
{
	for (size_t i = 0; i < a->view.n_groups; i++)
		if (limits(&a->view.groups[i]->announce))
			return a->view.groups[i]->meta.name;
	return NULL;
}

bool
announce_limit_fails(const struct announce *a)
{
	return a->view.limited && !announce_knows_daemons(&a->view);
}

/*
 * Whoever is named for the first time is told apart from others before something is for
 * it alone: it would lose that and get it back.
 */
static void
name_audiences(struct announce *a)
{
	bool more = false;

	for (size_t i = 0; i < a->view.n_groups; i++) {
		const struct group_announce *g = &a->view.groups[i]->announce;

		for (size_t j = 0; j < g->n_peers; j++)
			more |= audiences_add(a->audiences, g->peers[j]);
	}
	if (more && a->ops->audiences != NULL)
		a->ops->audiences(a->arg);
}

static void
refresh_groups(struct announce *a)
{
	struct collect c = collect(a, a->kinds.group);

	free((void *)a->view.groups);
	a->view.groups = (const struct service_group *const *)c.at;
	a->view.n_groups = c.n;
	a->view.limited = announce_limited(a) != NULL;
	name_audiences(a);
}

static void
refresh_blocks(struct announce *a)
{
	struct collect c = collect(a, a->kinds.block);

	free((void *)a->view.blocks);
	a->view.blocks = (const struct block_affinity *const *)c.at;
	a->view.n_blocks = c.n;
	/* Before Calico's first block its CRD is enough to know that they come. */
	a->view.calico = a->kinds.tells_missing
	    ? !store_is_missing(a->store, a->kinds.block)
	    : c.n > 0;
}

/* Are they others than before? Of their status there is news, too. */
static bool
refresh_service_cidrs(struct announce *a)
{
	struct cidrs was = a->view.service_cidrs, *is = &a->view.service_cidrs;

	*is = service_cidrs_of(a->store, a->kinds.service_cidr);
	bool others = was.n != is->n;

	for (size_t i = 0; i < was.n; i++)
		others |= !cidrs_have(is, &was.at[i]);
	free(was.at);
	return others;
}

bool
announce_lacks_service_cidrs(const struct announce *a)
{
	const struct bgp_configuration *c = a->view.config;

	return bgp_configuration_speaks(c) && c->follow_service_cidrs &&
	    c->cluster_ips.n == 0 && a->view.service_cidrs.n == 0;
}

static void
refresh_node(struct announce *a)
{
	struct object_key key = { "", a->node_name };

	a->view.node = store_get(a->store, a->kinds.node, &key);
}

static bool
nothing_to_revisit(void *arg, const char *ns, const char *service)
{
	(void)arg;
	(void)ns;
	(void)service;
	return false;
}

void
announce_start(struct announce *a)
{
	/* In what order they were listed says nothing of what came last. */
	while (endpoints_are_fresh(a->endpoints))
		endpoints_grow_older(a->endpoints, nothing_to_revisit, a);
	a->started = true;
	refresh_node(a);
	refresh_configuration(a);
	refresh_groups(a);
	refresh_blocks(a);
	refresh_service_cidrs(a);
	revisit_all(a);
	while (announce_run(a))
		;
}

static void
own_node_changed(
    struct announce *a, const struct node *was, const struct node *now)
{
	refresh_node(a);
	if (news_none_of(was, now))
		return;
	others_changed(a->others, a->node_name);
	refresh_configuration(a);
	lan_nodes_changed(a->lan);
	revisit_all(a);
}

static void
other_node_changed(struct announce *a, const char *name, const struct node *was,
    const struct node *now)
{
	bool others = others_changed(a->others, name);
	bool links = news_for_links(&a->view, was, now);

	if (others || links)
		lan_nodes_changed(a->lan);
	if (others || links || news_for_peers(&a->view, was, now))
		rescan_begin(a);
}

void
announce_node_changed(
    struct announce *a, const struct node *was, const struct node *now)
{
	const char *name = now != NULL ? now->meta.name : was->meta.name;

	if (!a->started)
		return;
	if (strcmp(name, a->node_name) == 0)
		own_node_changed(a, was, now);
	else if (!news_none_of(was, now))
		other_node_changed(a, name, was, now);
}

/* Nodes write the status of a peer all the time, the allocator that of a group. */
void
announce_peer_changed(
    struct announce *a, const struct bgp_peer *was, const struct bgp_peer *now)
{
	if (!a->started ||
	    (was != NULL && now != NULL &&
		meta_same_spec(&was->meta, &now->meta)))
		return;
	bool others = others_peer_changed(a->others, was, now);

	if (others ||
	    announce_audience(
		a, now != NULL ? now->meta.name : was->meta.name) != 0)
		rescan_begin(a);
}

void
announce_configuration_changed(struct announce *a)
{
	if (!a->started)
		return;
	others_configuration_changed(a->others);
	refresh_configuration(a);
	lan_nodes_changed(a->lan);
	revisit_all(a);
}

void
announce_group_changed(struct announce *a, const struct service_group *was,
    const struct service_group *now)
{
	if (!a->started)
		return;
	refresh_groups(a);
	if (was != NULL && now != NULL &&
	    meta_same_spec(&was->meta, &now->meta))
		return;
	lan_groups_changed(a->lan);
	rescan_begin(a);
}

void
announce_service_changed(struct announce *a, const struct object_key *key)
{
	if (a->started)
		revisit_service(a, key);
}

/* Whose endpoints are is news for whoever has to be one of a few. */
static void
daemons_changed(struct announce *a, const char *ns, const char *service)
{
	if (a->view.limited && strcmp(ns, a->view.instance->ns) == 0 &&
	    strcmp(service, DAEMONS_SERVICE) == 0)
		rescan_begin(a);
}

static void
slice_revisit(struct announce *a, const struct endpoint_slice *slice)
{
	if (slice == NULL || slice->service[0] == '\0')
		return;
	struct object_key key = { slice->ns, slice->service };

	daemons_changed(a, key.ns, key.name);
	lan_endpoints_changed(a->lan, &key);
	revisit_service(a, &key);
}

void
announce_slice_changed(struct announce *a, const struct endpoint_slice *was,
    const struct endpoint_slice *now)
{
	endpoints_change(a->endpoints, was, now);
	if (!a->started)
		return;
	slice_revisit(a, now);
	if (was != NULL &&
	    (now == NULL || strcmp(was->service, now->service) != 0))
		slice_revisit(a, was);
}

bool
announce_overlaps(const struct announce *a)
{
	return endpoints_are_fresh(a->endpoints) || weights_wait(a->weights);
}

static bool
handed_over(void *arg, const char *ns, const char *service)
{
	struct slice *s = arg;
	struct object_key key = { ns, service };

	daemons_changed(s->announce, ns, service);
	lan_endpoints_changed(s->announce->lan, &key);
	s->done += revisit_service(s->announce, &key);
	return s->done < SLICE;
}

static bool
weighed_again(void *arg, const struct object_key *key)
{
	struct slice *s = arg;

	s->done += revisit_service(s->announce, key);
	return s->done < SLICE;
}

void
announce_hand_over(struct announce *a)
{
	struct slice slice = { a, 0 };

	endpoints_grow_older(a->endpoints, handed_over, &slice);
	weights_grow_older(a->weights, weighed_again, &slice);
	if (slice.done < SLICE)
		return;
	lan_nodes_changed(a->lan); /* there may be more of them */
	rescan_begin(a);
}

void
announce_blocks_changed(struct announce *a)
{
	if (!a->started)
		return;
	refresh_blocks(a);
	revisit_node(a);
}

void
announce_service_cidrs_changed(struct announce *a)
{
	if (a->started && refresh_service_cidrs(a) && a->view.config != NULL &&
	    a->view.config->follow_service_cidrs)
		revisit_all(a);
}

void
announce_data_plane_changed(struct announce *a, bool up)
{
	if (a->view.data_plane == up)
		return;
	a->view.data_plane = up;
	revisit_all(a);
}

void
announce_drain(struct announce *a, bool draining, bool drained)
{
	a->view.draining = draining;
	a->view.drained = drained;
	revisit_all(a);
}

void
announce_exclude(struct announce *a, bool excluding)
{
	if (a->view.excluding == excluding)
		return;
	a->view.excluding = excluding;
	revisit_all(a);
}

void
announce_stale_changed(struct announce *a, bool stale)
{
	if (a->view.stale == stale)
		return;
	a->view.stale = stale;
	revisit_all(a);
}

int
announce_may_hold(
    const struct announce *a, const struct addr *addr, const char *node)
{
	return lan_may(a->lan, addr, node);
}

void
announce_want_again(struct announce *a, const struct addr *addr)
{
	lan_want_again(a->lan, addr);
}

void
announce_virtual_ip(
    struct announce *a, const char *name, const struct virtual_ip *vip)
{
	char *key = xasprintf(KEY_VIRTUAL_IP "%s", name);
	struct wants wants = { 0 };

	if (vip != NULL)
		announce_vip(&a->view, vip, &wants);
	announce_index_set(a->index, key, &wants);
	free(key);
}

void
announce_held(struct announce *a, const struct addr *addr, bool held)
{
	lan_held(a->lan, addr, held);
}
