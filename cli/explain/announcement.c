/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/announcement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/peering.h"
#include "bgpd/announce/rivals.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/view.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "cli/explain/kinds.h"
#include "cli/explain/steps.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/store.h"

struct explainer {
	const struct store *store;
	const struct service *service;
	struct steps *steps;
	struct view view;            /* of the node that is looked at */
	struct endpoints *endpoints; /* as it counts them; owned */
};

/* ---- to whom ---- */

struct peer_walk {
	const struct explainer *e;
	enum family family;
	FILE *to;
	struct rivals *rivals; /* owned */
	size_t n;              /* that are talked to */
};

static void
peer_print(struct peer_walk *w, const struct bgp_peer *peer)
{
	char text[ADDR_TEXT];

	fprintf(w->to, "%s%s (%s%s%s)", w->n++ > 0 ? ", " : " to ",
	    peer->meta.name, addr_print(&peer->address, text),
	    peer->shutdown ? ", shut down" : "",
	    peer->secret_name != NULL ? ", with a password" : "");
}

/* The Secret is not read: a peer that lacks nothing else is one to talk to. */
static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	struct peer_walk *w = arg;
	const struct explainer *e = w->e;
	const struct bgp_peer *peer = item;
	const struct peering_view view = { .node = e->view.node,
		.config = e->view.config,
		.older = rivals_older(w->rivals, peer) };
	struct peering p = peering_decide(peer, &view);

	if (p.state == PEERING_ELSEWHERE)
		return true;
	if (p.state == PEERING_BLOCKED && !p.no_secret)
		fprintf(w->to, "; not to %s: %s;", key->name, p.why.text);
	else if (!peer->families[w->family])
		fprintf(w->to, "; not to %s: spec.families lacks %s;",
		    key->name, family_name(w->family));
	else
		peer_print(w, peer);
	return true;
}

static size_t
peers_print(const struct explainer *e, enum family family, FILE *to)
{
	struct peer_walk w = { .e = e, .family = family, .to = to };

	w.rivals = rivals_new(e->store, EXPLAIN_PEER, e->view.node);
	store_each(e->store, EXPLAIN_PEER, peer_each, &w);
	rivals_free(w.rivals);
	if (w.n == 0)
		fputs(" to nobody: no BGPPeer for this node", to);
	return w.n;
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
}

/* Prints the route with all that goes with it; false: nobody hears of it. */
static bool
route_print(const struct explainer *e, struct want *want, FILE *to)
{
	char text[PREFIX_TEXT];
	size_t peers;

	fputs(prefix_print(&want->prefix, text), to);
	peers = peers_print(e, want->prefix.addr.family, to);
	announce_decorate(&e->view, &want->prefix, &want->attributes);
	attributes_print(&want->attributes, to);
	return peers > 0;
}

/* The configured CIDR that does it, with what becomes of that. */
static bool
cover_print(const struct explainer *e, const struct prefix *covered, FILE *to)
{
	struct wants wants = { 0 };
	bool good = false;

	announce_config(&e->view, &wants);
	for (size_t i = 0; i < wants.n; i++)
		if (verdict_announces(wants.at[i].verdict) &&
		    prefix_covers(&wants.at[i].prefix, covered)) {
			fputs(", ", to);
			good = route_print(e, &wants.at[i], to);
			break;
		}
	wants_fini(&wants);
	return good;
}

static void
want_explain(const struct explainer *e, struct want *want)
{
	char prefix[PREFIX_TEXT], *text = NULL;
	bool good = verdict_announces(want->verdict);
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		abort();
	if (good) {
		good = route_print(e, want, to);
		fprintf(to, "; %s", verdict_text(want->verdict));
	} else {
		fprintf(to, "not %s: %s", prefix_print(&want->prefix, prefix),
		    verdict_text(want->verdict));
		if (want->verdict == VERDICT_COVERED)
			good = cover_print(e, &want->prefix, to);
	}
	fclose(to);
	steps_add(e->steps, "announce",
	    good || !verdict_announces(want->verdict)
		? verdict_name(want->verdict)
		: "no",
	    "node %s: %s", e->view.node->meta.name, text);
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
slice_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;
	const struct endpoint_slice *slice =
	    ((const struct explain_slice *)item)->slice;

	(void)key;
	if (strcmp(slice->meta.ns, e->service->meta.ns) == 0 &&
	    strcmp(slice->service, e->service->meta.name) == 0)
		endpoints_change(e->endpoints, NULL, slice);
	return true;
}

static void
wants_explain(struct explainer *e)
{
	struct wants wants = { 0 };

	e->endpoints = endpoints_new(e->view.node->meta.name);
	store_each(e->store, EXPLAIN_SLICE, slice_each, e);
	e->view.endpoints = e->endpoints;
	announce_service(&e->view, e->service, &wants);
	for (size_t i = 0; i < wants.n; i++)
		want_explain(e, &wants.at[i]);
	wants_fini(&wants);
	endpoints_free(e->endpoints);
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct explainer *e = arg;
	const struct bgp_configuration *rival;

	e->view.node = item;
	e->view.config =
	    rivals_configuration(e->store, EXPLAIN_CONFIGURATION, item, &rival);
	if (e->view.config == NULL)
		steps_add(e->steps, "announce", "no",
		    "node %s: no BGPConfiguration is for this node", key->name);
	else
		wants_explain(e);
	return true;
}

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	struct view *view = arg;

	(void)key;
	((const void **)view->groups)[view->n_groups++] = item;
	return true;
}

void
announcement_explain(
    const struct store *store, const struct service *s, struct steps *steps)
{
	struct explainer e = { .store = store,
		.service = s,
		.steps = steps,
		.view = { .data_plane = true } };
	const void **groups =
	    xcalloc(store_count(store, EXPLAIN_GROUP) + 1, sizeof(*groups));
	size_t before = steps->n;

	e.view.groups = (const struct service_group *const *)groups;
	store_each(store, EXPLAIN_GROUP, group_each, &e.view);
	refusals_explain(store, EXPLAIN_CONFIGURATION, steps);
	refusals_explain(store, EXPLAIN_PEER, steps);
	store_each(store, EXPLAIN_NODE, node_each, &e);
	if (store_count(store, EXPLAIN_NODE) == 0)
		steps_add(steps, "announce", "no", "there is no Node");
	else if (steps->n == before)
		steps_add(steps, "announce", "no",
		    "it has no address that would be announced by itself");
	free(groups);
}
