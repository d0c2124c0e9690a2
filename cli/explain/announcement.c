/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer is what the daemons of all nodes would decide, so it is got by asking
 * their own functions: for each node the facts are put together as its daemon has them
 * (node, configuration, peers, groups, slices), rules.c is asked what it wants
 * announced and index.c what becomes of that among the Services that share its
 * addresses; announcement_peers.c asks whom that is told, links.c the same about links.
 * Nothing is decided a second time.
 *
 * What only a node knows comes from its BGPNodeStatus: sessions, what each was sent,
 * the state of the data plane, and which addresses it holds on links (holders.c). A
 * status that is older than three heartbeats is not believed, and one that is younger
 * than a change may not have it yet; both are said beside the answer.
 */
#include "cli/explain/announcement.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/audiences.h"
#include "bgpd/announce/covered.h"
#include "bgpd/announce/dress.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/index.h"
#include "bgpd/announce/others.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/node_drain.h"
#include "bgpd/config/rivals.h"
#include "bgpd/config/service_cidr.h"
#include "cli/explain/announcement_state.h"
#include "cli/explain/filtered.h"
#include "cli/explain/holders.h"
#include "cli/explain/kinds.h"
#include "cli/explain/links.h"
#include "cli/explain/steps.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/json.h"
#include "common/source/store.h"

/* ---- what the node says of itself ---- */

/* A node that has not been heard of for long says nothing about now. */
static const json_t *
status_of(const struct explainer *e, const char *node)
{
	const struct object_key key = { "", node };
	const json_t *status = store_get(e->store, EXPLAIN_STATUS, &key);
	bool heard =
	    status != NULL && !bgp_node_status_is_stale(status, e->now);

	return heard ? status : NULL;
}

static bool
has_condition(const json_t *status, const char *type)
{
	const json_t *list = json_object_get(status, "conditions");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_text(json_array_get(list, i), "type"), type) ==
		    0)
			return true;
	return false;
}

/* ---- what ---- */

static void
attributes_print(const struct attributes *a, FILE *to)
{
	const char *between = "; communities ";

	for (size_t i = 0; i < a->n_standard; i++) {
		fprintf(to, "%s%" PRIu32 ":%" PRIu32, between,
		    a->standard[i] >> 16, a->standard[i] & 0xffff);
		between = " ";
	}
	for (size_t i = 0; i < a->n_large; i++) {
		fprintf(to, "%s%" PRIu32 ":%" PRIu32 ":%" PRIu32, between,
		    a->large[i][0], a->large[i][1], a->large[i][2]);
		between = " ";
	}
	if (a->has_local_pref)
		fprintf(to, "; local preference %" PRIu32, a->local_pref);
	if (a->has_med)
		fprintf(to, "; MED %" PRIu32, a->med);
	if (a->prepends > 0)
		fprintf(to, "; own AS %u more time%s in the AS path",
		    a->prepends, a->prepends == 1 ? "" : "s");
	if (a->bandwidth > 0)
		fprintf(to, "; link bandwidth %" PRIu32 " Mbit/s%s",
		    a->bandwidth, a->non_transitive ? ", not transitive" : "");
}

/* Prints the route with all that goes with it; false: nobody hears of it. */
static bool
route_print(const struct explainer *e, struct want *want, FILE *to)
{
	const struct attributes *told =
	    announce_index_told(e->index, &want->prefix);
	struct attributes all = { 0 };
	char text[PREFIX_TEXT];
	size_t peers;

	if (told != NULL)
		attributes_copy(&all, told, 1);
	announce_decorate(&e->view, &want->prefix, &all);
	fputs(prefix_print(&want->prefix, text), to);
	peers = announcement_peers(e, &want->prefix, &all, to);
	attributes_print(&all, to);
	attributes_fini(&all);
	return peers > 0;
}

/* The announcement that covers it, and what becomes of that; false: nobody hears it. */
static bool
cover_print(const struct explainer *e, const struct prefix *cover, FILE *to)
{
	struct want want = { .prefix = *cover };
	bool good = route_print(e, &want, to);

	attributes_fini(&want.attributes);
	return good;
}

/* A route of its own, or one that another Service has announced. */
static bool
own_print(const struct explainer *e, struct want *want, FILE *to)
{
	bool good = route_print(e, want, to);

	fprintf(to, "; %s%s", verdict_text(want->verdict),
	    verdict_announces(want->verdict)
		? ""
		: ", but it is announced for another");
	return good;
}

/* What its group says of a route of its own, which there is not. */
static void
idle_print(const struct explainer *e, const struct want *want, FILE *to)
{
	const struct service_group *group =
	    announce_group_of(&e->view, e->service, &want->prefix.addr);
	struct err names;

	if (group != NULL && covered_fields(group, &names))
		fprintf(to, "; without effect of ServiceGroup %s: %s",
		    group->meta.name, names.text);
}

/* No route of its own: why not, which may be as it should be, and what covers it. */
static bool
other_print(const struct explainer *e, const struct want *want,
    const struct prefix *cover, FILE *to)
{
	char prefix[PREFIX_TEXT];

	fprintf(to,
	    want->verdict == VERDICT_LINK_ONLY ? "%s is no BGP route: %s"
					       : "not %s: %s",
	    prefix_print(&want->prefix, prefix),
	    !verdict_announces(want->verdict)
		? verdict_text(want->verdict)
		: "a Service with policy Local has the address, and its "
		  "endpoints are on other nodes");
	if (cover == NULL)
		return false;
	fputs(want->verdict == VERDICT_COVERED ? ", " : "; it is covered by ",
	    to);
	bool good = cover_print(e, cover, to);

	if (want->verdict == VERDICT_COVERED)
		idle_print(e, want, to);
	return good;
}

static void
want_explain(const struct explainer *e, struct want *want)
{
	char *text = NULL;
	struct prefix cover;
	bool covered = announce_index_cover(e->index, &want->prefix, &cover);
	bool own = covered && prefix_eq(&cover, &want->prefix);
	size_t n;
	FILE *to = xmemstream(&text, &n);
	bool good = own ? own_print(e, want, to)
			: other_print(e, want, covered ? &cover : NULL, to);
	bool hoped = own || verdict_announces(want->verdict) ||
	    want->verdict == VERDICT_COVERED;

	fclose(to);
	steps_add(e->steps, "announce",
	    good || !hoped ? verdict_name(want->verdict) : "no", "node %s: %s",
	    e->view.node->meta.name, text);
	free(text);
}

/* ---- what can't be read is not in force ---- */

struct refusals {
	struct steps *steps;
	const char *kind;
};

static void
refused_each(void *arg, const struct object_key *key, const struct err *why)
{
	const struct refusals *r = arg;

	steps_add(r->steps, "announce", "no", "%s %s can't be read: %s",
	    r->kind, key->name, why->text);
}

static void
refusals_explain(
    const struct store *store, enum explain_kind kind, struct steps *steps)
{
	size_t n;
	struct refusals r = { steps, store_kinds(store, &n)[kind].kind };

	store_each_refused(store, kind, refused_each, &r);
}

/* ---- where ---- */

static bool
is_sharer(const struct explainer *e, const char *ns, const char *name)
{
	for (size_t i = 0; i < e->n_sharers; i++)
		if (strcmp(e->sharers[i]->meta.ns, ns) == 0 &&
		    strcmp(e->sharers[i]->meta.name, name) == 0)
			return true;
	return false;
}

static bool
is_of_daemons(const struct explainer *e, const struct endpoint_slice *slice)
{
	return strcmp(slice->ns, e->view.instance->ns) == 0 &&
	    strcmp(slice->service, DAEMONS_SERVICE) == 0;
}

static bool
nothing_to_do(void *arg, const char *ns, const char *service)
{
	(void)arg;
	(void)ns;
	(void)service;
	return false;
}

static bool
slice_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;
	const struct endpoint_slice *slice =
	    ((const struct explain_slice *)item)->slice;

	(void)key;
	if (is_sharer(e, slice->ns, slice->service) || is_of_daemons(e, slice))
		endpoints_change(e->endpoints, NULL, slice);
	return true;
}

static bool
has_addr(const struct service *s, const struct addr *a)
{
	for (uint32_t i = 0; i < s->n_ingress; i++)
		if (addr_eq(&s->ingress[i].addr, a))
			return true;
	for (uint32_t i = 0; i < s->n_external_ips; i++)
		if (addr_eq(&s->external_ips[i], a))
			return true;
	for (uint32_t i = 0; i < s->n_cluster_ips; i++)
		if (addr_eq(&s->cluster_ips[i], a))
			return true;
	return false;
}

static bool
has_addr_of(const struct service *s, const struct service *other)
{
	for (uint32_t i = 0; i < other->n_ingress; i++)
		if (has_addr(s, &other->ingress[i].addr))
			return true;
	for (uint32_t i = 0; i < other->n_external_ips; i++)
		if (has_addr(s, &other->external_ips[i]))
			return true;
	for (uint32_t i = 0; i < other->n_cluster_ips; i++)
		if (has_addr(s, &other->cluster_ips[i]))
			return true;
	return false;
}

static bool
sharer_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;

	(void)key;
	if (item == e->service || has_addr_of(item, e->service))
		e->sharers[e->n_sharers++] = item;
	return true;
}

static void
on_decorate(void *arg, const struct prefix *p, struct attributes *into)
{
	(void)arg; /* route_print() does it */
	(void)p;
	(void)into;
}

static void
on_shared(void *arg, const struct prefix *p, bool shared)
{
	(void)arg;
	(void)p;
	(void)shared;
}

static void
on_index(void *arg, const struct prefix *p, const struct attributes *now)
{
	(void)arg;
	(void)p;
	(void)now;
}

static const struct announce_index_ops index_ops = {
	.decorate = on_decorate,
	.shared = on_shared,
	.changed = on_index,
};

/* What all who have a say about its addresses want on this node. */
static void
index_fill(struct explainer *e)
{
	struct wants wants = { 0 };
	char key[32];

	e->index = announce_index_new(&index_ops, NULL);
	announce_config(&e->view, &wants);
	announce_index_set(e->index, "configuration", &wants);
	for (size_t i = 0; i < e->n_sharers; i++) {
		snprintf(key, sizeof(key), "service %zu", i);
		announce_service(&e->view, e->sharers[i], &wants);
		announce_index_set(e->index, key, &wants);
	}
}

/* Each once, though it is asked about for each node. */
static void
linked_add(struct explainer *e, const struct addr *addr)
{
	for (size_t i = 0; i < e->n_linked; i++)
		if (addr_eq(&e->linked[i], addr))
			return;
	e->linked = xrealloc(e->linked, e->n_linked + 1, sizeof(e->linked[0]));
	e->linked[e->n_linked++] = *addr;
}

static void
wants_explain(struct explainer *e)
{
	struct wants wants = { 0 };

	e->endpoints = endpoints_new(e->view.node->meta.name);
	store_each(e->store, EXPLAIN_SLICE, slice_each, e);
	/* Nobody knows here since when they are there. */
	while (endpoints_are_fresh(e->endpoints))
		endpoints_grow_older(e->endpoints, nothing_to_do, NULL);
	e->view.endpoints = e->endpoints;
	index_fill(e);
	announce_service(&e->view, e->service, &wants);
	for (size_t i = 0; i < wants.n; i++)
		want_explain(e, &wants.at[i]);
	for (size_t i = 0; i < wants.n_hosts; i++)
		if (wants.hosts[i].link)
			linked_add(e, &wants.hosts[i].addr);
	wants_fini(&wants);
	links_explain(&e->view, e->service, e->sharers, e->n_sharers, e->steps);
	announce_index_free(e->index);
	endpoints_free(e->endpoints);
}

/* As the node says how far it is; one that says nothing is taken to be through. */
static void
drain_view(struct explainer *e)
{
	const json_t *drain = json_object_get(e->status, "drain");
	struct err why;
	bool drains = node_drains(e->view.node, e->view.config, &why);

	e->view.draining =
	    drains && strcmp(json_text(drain, "state"), "Draining") == 0;
	e->view.drained = drains && !e->view.draining;
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;
	const struct bgp_configuration *rival;
	const struct labels *labels = &((const struct node *)item)->labels;

	if (instance_yields_node(e->view.instance, labels)) {
		steps_add(e->steps, "announce", "no",
		    "node %s: it is of another lbbgp, " INSTANCE_PREFIX
		    "%s, by its label " INSTANCE_LABEL,
		    key->name, labels_get(labels, INSTANCE_LABEL));
		return true;
	}
	e->view.node = item;
	e->status = status_of(e, key->name);
	e->view.data_plane = !has_condition(e->status, "DataPlaneDown");
	e->view.stale = has_condition(e->status, "StateStale");
	e->view.config =
	    rivals_configuration(e->store, EXPLAIN_CONFIGURATION, item, &rival);
	drain_view(e);
	size_t before = e->steps->n;

	wants_explain(e);
	if (e->steps->n == before && e->view.config == NULL)
		steps_add(e->steps, "announce", "no",
		    "node %s: no BGPConfiguration is for this node", key->name);
	return true;
}

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;
	const struct service_group *group = item;

	(void)key;
	((const void **)e->view.groups)[e->view.n_groups++] = item;
	for (size_t i = 0; i < group->announce.n_peers; i++)
		audiences_add(e->audiences, group->announce.peers[i]);
	return true;
}

void
announcement_explain(const struct store *store, const struct service *s,
    const struct instance *instance, int64_t now, struct steps *steps,
    struct asked_routes *asked)
{
	struct explainer e = { .store = store,
		.service = s,
		.steps = steps,
		.asked = asked,
		.now = now,
		.audiences = audiences_new(),
		.filtering = filtering_new(store),
		.sharers = xcalloc(
		    store_count(store, EXPLAIN_SERVICE), sizeof(*e.sharers)) };
	const void **groups =
	    xcalloc(store_count(store, EXPLAIN_GROUP) + 1, sizeof(*groups));
	const struct others_kinds rows = { EXPLAIN_NODE, EXPLAIN_CONFIGURATION,
		EXPLAIN_PEER, instance };
	size_t before;

	e.view.instance = instance;
	e.view.others = others_new(store, &rows);
	e.view.audiences = e.audiences;
	e.view.service_cidrs = service_cidrs_of(store, EXPLAIN_CIDR);
	e.view.groups = (const struct service_group *const *)groups;
	store_each(store, EXPLAIN_GROUP, group_each, &e);
	store_each(store, EXPLAIN_SERVICE, sharer_each, &e);
	refusals_explain(store, EXPLAIN_CONFIGURATION, steps);
	refusals_explain(store, EXPLAIN_PEER, steps);
	refusals_explain(store, EXPLAIN_FILTER, steps);
	before = steps->n;
	store_each(store, EXPLAIN_NODE, node_each, &e);
	if (store_count(store, EXPLAIN_NODE) == 0)
		steps_add(steps, "announce", "no", "there is no Node");
	else if (steps->n == before)
		steps_add(steps, "announce", "no",
		    "it has no address that would be announced by itself");
	holders_explain(store, e.linked, e.n_linked, now, steps);
	free(e.linked);
	free(e.view.service_cidrs.at);
	others_free(e.view.others);
	audiences_free(e.audiences);
	filtering_free(e.filtering);
	free(groups);
	free((void *)e.sharers);
}
