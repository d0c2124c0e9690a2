/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables are long, a reply is not: an answer to routes walks from where the cursor of
 * the last reply points, until so many routes are shown or so many bytes are reached,
 * and hands out a cursor of its own. A cursor is four numbers that mean something to us
 * alone: a place in the table of prefixes, or a peer and a place in what it was sent. A
 * table may change between two parts. Then a route can be shown twice or not at all, as
 * in any listing that is made page by page, but a cursor never points outside.
 *
 * Looking at routes is bounded by VISITS_PART too, so that a selector that matches
 * nothing does not hold up the sessions.
 *
 * Where a prefix is asked for, or those that it lies in, they are looked up; what lies
 * in it is found by looking at all. What a peer was sent is looked through whole.
 */
#include "bgpd/control/routes_answer.h"

#include <jansson.h>
#include <stdlib.h>

#include "bgpd/control/kernel_view.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/raw_view.h"
#include "bgpd/control/route_select.h"
#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

#define CURSOR 4          /* numbers in a cursor */
#define VISITS_PART 50000 /* routes looked at for one reply, at most */
#define ROUTES_PART 500   /* shown in one reply, about */
#define BYTES_PART 65536  /* of their attributes, about */
#define BYTES_VISIT 256 /* of attributes searched, as much as one more route */

enum scope { SCOPE_ALL, SCOPE_ADVERTISED, SCOPE_RECEIVED };

struct walk {
	const struct daemon_view *view;
	enum scope scope;
	const char *neighbor; /* NULL: all */
	struct route_select select;
	uint32_t most; /* routes to show */
	bool raw;      /* … as their bytes */
	/* Where it is. */
	size_t peer; /* SCOPE_ADVERTISED: whose table */
	struct rib_cursor rib;
	struct adjout_cursor adjout;
	json_t *routes; /* borrowed; the reply's */
	unsigned visits;
	const struct view_peer **by_source; /* owned */
	uint32_t n_sources;
	size_t bytes; /* of attributes shown; as JSON each is some 40 */
};

/* For each of many routes; so it is no search. */
static const struct view_peer *
peer_of_source(const struct walk *w, uint32_t source)
{
	return source < w->n_sources ? w->by_source[source] : NULL;
}

static void
sources_index(struct walk *w)
{
	const struct daemon_view *view = w->view;

	for (size_t i = 0; i < view->n_peers; i++)
		if (view->peers[i].source >= w->n_sources)
			w->n_sources = view->peers[i].source + 1;
	w->by_source = xcalloc(w->n_sources, sizeof(w->by_source[0]));
	for (size_t i = 0; i < view->n_peers; i++)
		w->by_source[view->peers[i].source] = &view->peers[i];
}

static json_t *
route_view(const struct prefix *prefix, const struct view_peer *peer,
    const struct path *path)
{
	char text[PREFIX_TEXT];
	json_t *o = view_path(path);

	json_object_set_new(
	    o, "prefix", json_string(prefix_print(prefix, text)));
	json_object_set_new(o, "neighbor",
	    peer != NULL ? view_neighbor_addr(peer) : json_null());
	json_object_set_new(o, "neighborName",
	    peer != NULL ? json_string(peer->name) : json_null());
	return o;
}

static bool
walk_is_full(const struct walk *w)
{
	return w->visits >= VISITS_PART || w->bytes >= BYTES_PART ||
	    json_array_size(w->routes) >= w->most;
}

/* A path to be looked into counts by its length: a peer may send long ones. */
static void
walk_visit(struct walk *w, const struct path *path)
{
	w->visits++;
	if (route_select_looks(&w->select))
		w->visits += (unsigned)(path_bytes(path) / BYTES_VISIT);
}

static void
walk_add(struct walk *w, json_t *route, const struct path *path)
{
	json_array_append_new(w->routes, route);
	w->bytes += path_bytes(path);
}

/* Is it of whom the request names? */
static bool
walk_is_from(const struct walk *w, const struct rib_route *r)
{
	const struct view_peer *p = peer_of_source(w, r->source);

	if (w->scope == SCOPE_RECEIVED && r->source == RIB_LOCAL)
		return false;
	return w->neighbor == NULL ||
	    (p != NULL && view_peer_is(p, w->neighbor));
}

static void
walk_show(struct walk *w, const struct rib_route *r)
{
	walk_visit(w, r->path);
	if (!route_select_prefix(&w->select, &r->prefix) ||
	    !walk_is_from(w, r) || !route_select_path(&w->select, r->path))
		return;
	const struct view_peer *p = peer_of_source(w, r->source);

	if (w->raw) {
		walk_add(w, raw_route(r, p), r->path);
		return;
	}
	json_t *o = route_view(&r->prefix, p, r->path);

	json_object_set_new(o, "pathID", json_integer(r->path_id));
	json_object_set_new(o, "best", json_boolean(r->best));
	json_object_set_new(o, "eligible", json_boolean(r->eligible));
	json_object_set_new(o, "filtered", json_boolean(r->filtered));
	json_object_set_new(o, "stale", json_boolean(r->stale));
	const char *unused = rib_unused_for(w->view->rib, r);

	json_object_set_new(
	    o, "reason", unused != NULL ? json_string(unused) : json_null());
	json_t *kernel = kernel_view(w->view, r);

	if (kernel != NULL)
		json_object_set_new(o, "kernel", kernel);
	walk_add(w, o, r->path);
}

/* Here and below: true when the table is through. */
static bool
walk_prefix(struct walk *w, const struct prefix *prefix)
{
	struct rib_route r;

	for (; !walk_is_full(w); w->rib.nth++) {
		if (!rib_lookup(w->view->rib, prefix, w->rib.nth, &r))
			return true;
		walk_show(w, &r);
	}
	return false;
}

/* There is no tree of prefixes; so each length is looked up, the longest first. */
static bool
walk_shorter(struct walk *w)
{
	const struct prefix *asked = &w->select.prefix;

	for (; w->rib.index <= asked->len; w->rib.index++) {
		struct prefix prefix =
		    prefix_of(&asked->addr, asked->len - w->rib.index);

		if (!walk_prefix(w, &prefix))
			return false;
		w->rib.nth = 0;
	}
	return true;
}

/* Is there a route to it, of whom the request names? */
static bool
walk_knows(const struct walk *w, const struct prefix *prefix)
{
	struct rib_route r;

	bool any = rib_lookup(w->view->rib, prefix, 0, &r);

	while (any && !walk_is_from(w, &r))
		any = rib_lookup_next(w->view->rib, &r);
	return any;
}

static bool
walk_covering(struct walk *w)
{
	const struct prefix *asked = &w->select.prefix;

	for (unsigned less = 0; less <= asked->len; less++) {
		struct prefix prefix =
		    prefix_of(&asked->addr, asked->len - less);

		if (walk_knows(w, &prefix))
			return walk_prefix(w, &prefix);
	}
	return true;
}

static bool
walk_tables(struct walk *w)
{
	const struct route_select *s = &w->select;
	struct rib_route r;

	if (w->rib.family == FAMILY_NONE)
		w->rib.family = FAMILY_V4;
	if (s->by_prefix)
		w->rib.family = s->prefix.addr.family;
	while (!walk_is_full(w)) {
		if (rib_next(w->view->rib, &w->rib, &r))
			walk_show(w, &r);
		else if (w->rib.family == FAMILY_V4 && !s->by_prefix)
			w->rib = (struct rib_cursor){ .family = FAMILY_V6 };
		else
			return true;
	}
	return false;
}

static bool
walk_rib(struct walk *w)
{
	if (!w->select.by_prefix)
		return walk_tables(w);
	switch (w->select.match) {
	case MATCH_LONGER:
		return walk_tables(w);
	case MATCH_SHORTER:
		return walk_shorter(w);
	case MATCH_COVERING:
		return walk_covering(w);
	default:
		return walk_prefix(w, &w->select.prefix);
	}
}

/* Of the best route, as `sources` of a BGPFilter name it. */
static json_t *
sources_view(const struct rib *rib, const struct prefix *prefix)
{
	static const char *const names[] = { "Pod", "Service", "External",
		"LoadBalancer" };
	json_t *out = json_array();
	struct rib_route r;
	bool known = rib_best(rib, prefix, &r);

	for (unsigned i = 0; known && i < sizeof(names) / sizeof(names[0]); i++)
		if ((r.path->kinds & PATH_KIND_POD << i) != 0)
			json_array_append_new(out, json_string(names[i]));
	if (known && json_array_size(out) == 0)
		json_array_append_new(
		    out, json_string(r.source == RIB_LOCAL ? "Local" : "Peer"));
	return out;
}

static bool
walk_family(
    struct walk *w, const struct view_peer *p, const struct route_select *s)
{
	struct adjout_route r;

	while (!walk_is_full(w)) {
		if (!adjout_advertised_next(p->member, &w->adjout, &r))
			return true;
		walk_visit(w, r.path);
		if (!route_select_prefix(s, &r.prefix) ||
		    !route_select_path(s, r.path))
			continue;
		json_t *o = route_view(&r.prefix, p, r.path);

		json_object_set_new(o, "pathID", json_integer(r.path_id));
		json_object_set_new(
		    o, "sources", sources_view(w->view->rib, &r.prefix));
		walk_add(w, o, r.path);
	}
	return false;
}

/* The longest that covers the one asked for, of those that the peer is told. */
static struct route_select
select_told(const struct route_select *s, const struct member *m)
{
	struct route_select told = *s;

	if (!s->by_prefix || s->match != MATCH_COVERING)
		return told;
	told.match = MATCH_EXACT;
	for (unsigned less = 0; less <= s->prefix.len; less++) {
		told.prefix = prefix_of(&s->prefix.addr, s->prefix.len - less);
		if (adjout_told(m, &told.prefix) >= ADJOUT_QUEUED)
			break;
	}
	return told;
}

static bool
walk_member(struct walk *w, const struct view_peer *p)
{
	if (p->member == NULL ||
	    (w->neighbor != NULL && !view_peer_is(p, w->neighbor)))
		return true;
	const struct route_select select = select_told(&w->select, p->member);

	if (w->adjout.family == FAMILY_NONE)
		w->adjout.family = FAMILY_V4;
	for (;;) {
		if (!walk_family(w, p, &select))
			return false;
		if (w->adjout.family == FAMILY_V6)
			return true;
		w->adjout = (struct adjout_cursor){ .family = FAMILY_V6 };
	}
}

static bool
walk_members(struct walk *w)
{
	for (; w->peer < w->view->n_peers; w->peer++) {
		if (!walk_member(w, &w->view->peers[w->peer]))
			return false;
		w->adjout = (struct adjout_cursor){ 0 };
	}
	return true;
}

/* A cursor is a few numbers that mean something to us alone. */
static bool
cursor_read(const struct json_at *request, uint32_t at[CURSOR], struct err *err)
{
	struct json_at list;

	if (!json_get_array(request, "cursor", &list, err))
		return false;
	for (size_t i = 0; i < CURSOR && i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);

		if (!json_get_uint32(&item, NULL, 0, UINT32_MAX, &at[i], err))
			return false;
	}
	return true;
}

static bool
walk_go_to(struct walk *w, const uint32_t at[CURSOR], struct err *err)
{
	if (at[1] >= FAMILIES)
		return err_set(err, "cursor: not one of ours");
	w->peer = at[0];
	w->rib = (struct rib_cursor){ at[1], at[2], at[3], at[0] };
	w->adjout = (struct adjout_cursor){ at[1], at[2], at[3] };
	return true;
}

static json_t *
cursor_view(const struct walk *w)
{
	json_t *out = w->scope == SCOPE_ADVERTISED
	    ? json_pack("[i, i, I, I]", (int)w->peer, (int)w->adjout.family,
		  (json_int_t)w->adjout.bucket, (json_int_t)w->adjout.slot)
	    : json_pack("[I, i, I, I]", (json_int_t)w->rib.epoch,
		  (int)w->rib.family, (json_int_t)w->rib.index,
		  (json_int_t)w->rib.nth);

	return out;
}

static bool
walk_read(struct walk *w, const struct json_at *request, struct err *err)
{
	static const char *const scopes[] = { "all", "advertised", "received",
		NULL };
	unsigned scope = SCOPE_ALL;
	uint32_t at[CURSOR] = { 0 };

	w->most = ROUTES_PART;
	if (!json_get_enum(request, "scope", scopes, &scope, err) ||
	    !json_get_string(request, "neighbor", &w->neighbor, err) ||
	    !json_get_uint32(request, "limit", 1, UINT32_MAX, &w->most, err) ||
	    !json_get_bool(request, "raw", &w->raw, err) ||
	    !route_select_read(&w->select, request, err) ||
	    !cursor_read(request, at, err) || !walk_go_to(w, at, err))
		return false;
	w->scope = scope;
	if (w->raw && scope == SCOPE_ADVERTISED)
		return err_set(err, "raw: not with scope advertised");
	if (w->most > ROUTES_PART)
		w->most = ROUTES_PART;
	return w->neighbor == NULL ||
	    view_peer_exists(w->view, w->neighbor, err);
}

/* Names of the neighbours asked for whose routes were too many to be kept. */
static json_t *
counted_view(const struct walk *w)
{
	json_t *names = json_array();

	for (size_t i = 0; i < w->view->n_peers; i++) {
		const struct view_peer *p = &w->view->peers[i];

		if (rib_counts(w->view->rib, p->source, FAMILY_V4).counted &&
		    (w->neighbor == NULL || view_peer_is(p, w->neighbor)))
			json_array_append_new(names, json_string(p->name));
	}
	return names;
}

bool
routes_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	struct walk w = { .view = view, .routes = json_array() };

	json_object_set_new(reply, "routes", w.routes);
	if (!walk_read(&w, request, err))
		return false;
	if (w.raw && json_object_get(request->v, "cursor") == NULL)
		raw_peers(view, reply);
	bool through;

	sources_index(&w);
	through = w.scope == SCOPE_ADVERTISED ? walk_members(&w) : walk_rib(&w);
	json_object_set_new(
	    reply, "cursor", through ? json_null() : cursor_view(&w));
	free(w.by_source);
	if (through && w.scope != SCOPE_ADVERTISED)
		json_object_set_new(reply, "counted", counted_view(&w));
	return true;
}
