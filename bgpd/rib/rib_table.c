/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where routes are. Each family has a table of prefixes (prefix_table.c), which gives a
 * prefix an index; first[index] is the head of a chain of routes, links of one array
 * that both families share. A route names its path by id (path.c) and its source. The
 * best route of a prefix is the first of its chain; the others are in no order. It is
 * chosen anew whenever one of them changes, but only if there are several (decide.c).
 *
 * Indices are small and dense, so whatever listeners keep for a prefix is an array. An
 * index stays as long as the prefix has a route or a listener holds it; when many have
 * gone the tables are packed, and listeners are told the new ones (rib_room.c). UPDATEs
 * come in by rib_import.c, sources go by rib_forget.c.
 */
#include "bgpd/rib/rib_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/rib/decide.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/attr.h"
#include "common/alloc.h"

struct rib *
rib_new(struct path_table *paths)
{
	const struct action mark = { .kind = ACTION_COMMUNITY_ADD,
		.value = { COMMUNITY_LLGR_STALE } };
	struct rib *r = xcalloc(1, sizeof(*r));

	r->paths = paths;
	r->verdicts = verdict_table_new();
	r->last_resort = rib_verdict(r, &mark, 1);
	r->budget = RIB_BUDGET;
	r->routes_end = 1;
	r->routes_cap = 16;
	r->routes = xcalloc(r->routes_cap, sizeof(*r->routes));
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		prefix_table_init(
		    &r->tables[f].prefixes, f, path_table_seed(paths));
	rib_add_source(
	    r, RIB_LOCAL, &(struct rib_source){ .kind = PEER_LOCAL });
	return r;
}

static void
table_free(struct rib *r, struct family_table *t)
{
	for (uint32_t i = 1; i < t->prefixes.end; i++)
		for (uint32_t at = t->first[i]; at != 0;
		     at = r->routes[at].next)
			path_unref(path_by_id(r->paths, r->routes[at].path));
	prefix_table_fini(&t->prefixes);
	free(t->first);
}

void
rib_free(struct rib *r)
{
	if (r == NULL)
		return;
	assert(r->listeners == NULL);
	table_free(r, &r->tables[FAMILY_V4]);
	table_free(r, &r->tables[FAMILY_V6]);
	verdict_table_free(r->verdicts);
	free(r->own_addrs);
	free(r->routes);
	free(r->sources);
	free(r->candidates);
	free(r);
}

uint32_t
rib_verdict(struct rib *r, const struct action *actions, size_t n)
{
	return verdict_intern(r->verdicts, actions, n);
}

void
rib_verdict_unref(struct rib *r, uint32_t verdict)
{
	verdict_unref(r->verdicts, verdict);
}

const struct verdict_table *
rib_verdicts(const struct rib *r)
{
	return r->verdicts;
}

void
rib_set_identity(struct rib *r, const struct identity *me)
{
	r->own_addrs =
	    xrealloc(r->own_addrs, me->n_addrs + 1, sizeof(*r->own_addrs));
	for (size_t i = 0; i < me->n_addrs; i++)
		r->own_addrs[i] = me->addrs[i];
	r->me = *me;
	r->me.addrs = r->own_addrs;
}

void
rib_set_reach(struct rib *r, rib_reaches *reaches, void *arg)
{
	r->reaches = reaches;
	r->reaches_arg = arg;
}

/*
 * What decides between routes (RFC 4271 9.1.2.2), to whom they are told and whose they
 * are said to be (RFC 4456 6, 8), beside what they carry themselves.
 */
static bool
is_another(const struct rib_source *a, const struct rib_source *b)
{
	return a->tag != b->tag || a->kind != b->kind ||
	    a->router_id != b->router_id || !addr_eq(&a->addr, &b->addr) ||
	    a->reflected != b->reflected || a->client != b->client;
}

void
rib_add_source(struct rib *r, uint32_t id, const struct rib_source *source)
{
	assert(id < RIB_SOURCES);
	if (id >= r->n_sources) {
		uint32_t n = id + 1;

		r->sources = xrealloc(r->sources, n, sizeof(*r->sources));
		memset(r->sources + r->n_sources, 0,
		    (n - r->n_sources) * sizeof(*r->sources));
		r->n_sources = n;
	}
	if (rib_is_leaving(r, id))
		rib_walk_end(r, id);
	struct source_state *s = &r->sources[id];
	bool renamed = is_another(&s->source, source) &&
	    s->kept[FAMILY_V4] + s->kept[FAMILY_V6] > 0;

	s->source = *source;
	s->known = true;
	rib_limit_changed(r, id);
	if (!renamed)
		return;
	rib_walk_begin(r, id, WALK_JUDGE);
	s->renamed = true;
}

const struct rib_source *
rib_source(const struct rib *r, uint32_t id)
{
	return id < r->n_sources && r->sources[id].known
	    ? &r->sources[id].source
	    : NULL;
}

struct rib_counts
rib_counts(const struct rib *r, uint32_t id, enum family family)
{
	if (rib_source(r, id) == NULL)
		return (struct rib_counts){ 0 };
	return r->sources[id].counts[family];
}

static uint32_t
route_new(struct rib *r)
{
	uint32_t at = r->free_route;

	r->n_routes++;
	if (at != 0) {
		r->free_route = r->routes[at].next;
		return at;
	}
	if (r->routes_end >= r->routes_cap) {
		r->routes_cap *= 2;
		r->routes =
		    xrealloc(r->routes, r->routes_cap, sizeof(*r->routes));
	}
	return r->routes_end++;
}

static void
route_free(struct rib *r, uint32_t at)
{
	path_unref(path_by_id(r->paths, r->routes[at].path));
	r->routes[at].path = PATH_NONE;
	r->routes[at].next = r->free_route;
	r->free_route = at;
	r->n_routes--;
}

static uint32_t
prefix_index(struct family_table *t, const struct prefix *p)
{
	uint32_t index = prefix_table_add(&t->prefixes, p);

	if (t->first_cap < t->prefixes.cap) {
		uint32_t was = t->first_cap;

		t->first_cap = t->prefixes.cap;
		t->first = xrealloc(t->first, t->first_cap, sizeof(*t->first));
		memset(t->first + was, 0,
		    (t->first_cap - was) * sizeof(*t->first));
	}
	return index;
}

/* Where the link to the route stands; the link is 0 when there is none. */
static uint32_t *
route_link(struct rib *r, uint32_t *link, struct route_key key)
{
	while (*link != 0 &&
	    (r->routes[*link].source != key.source ||
		r->routes[*link].path_id != key.path_id))
		link = &r->routes[*link].next;
	return link;
}

static bool
is_eligible(const struct route *route)
{
	return (route->flags & ROUTE_ELIGIBLE) != 0;
}

static const struct route *
best_route(const struct rib *r, const struct family_table *t, uint32_t index)
{
	const struct route *best = &r->routes[t->first[index]];

	return t->first[index] != 0 && is_eligible(best) ? best : NULL;
}

bool
rib_route_is_stale(
    const struct rib *r, enum family family, const struct route *route)
{
	const struct stale *s = &r->sources[route->source].stale[family];

	return s->n > 0 && (route->flags & ROUTE_ERA) != s->era;
}

static bool
is_last_resort(
    const struct rib *r, enum family family, const struct route *route)
{
	return r->sources[route->source].stale[family].aged &&
	    rib_route_is_stale(r, family, route);
}

void
rib_add_candidate(struct rib *r, enum family family, size_t n, uint32_t at)
{
	if (n >= r->candidates_cap) {
		r->candidates_cap = n * 2 + 8;
		r->candidates = xrealloc(
		    r->candidates, r->candidates_cap, sizeof(*r->candidates));
	}
	r->candidates[n] = (struct route_candidate){
		.path = path_by_id(r->paths, r->routes[at].path),
		.source = &r->sources[r->routes[at].source].source,
		.path_id = r->routes[at].path_id,
		.stale = is_last_resort(r, family, &r->routes[at]),
		.tag = at,
	};
}

static void
move_to_front(struct rib *r, uint32_t *first, uint32_t at)
{
	uint32_t *link = first;

	while (*link != at)
		link = &r->routes[*link].next;
	*link = r->routes[at].next;
	r->routes[at].next = *first;
	*first = at;
}

static bool
is_multipath(const struct route *route)
{
	return (route->flags & ROUTE_MULTIPATH) != 0;
}

/* Marks the first n candidates among a prefix's routes. Were it others before? */
static bool
mark_multipath(struct rib *r, uint32_t first, size_t n)
{
	size_t had = 0, stay = 0;

	for (size_t i = 0; i < n; i++)
		stay += is_multipath(&r->routes[r->candidates[i].tag]);
	for (uint32_t at = first; at != 0; at = r->routes[at].next) {
		had += is_multipath(&r->routes[at]);
		r->routes[at].flags &= (uint16_t)~ROUTE_MULTIPATH;
	}
	for (size_t i = 0; i < n; i++)
		r->routes[r->candidates[i].tag].flags |= ROUTE_MULTIPATH;
	return had != n || stay != n;
}

/* The best goes to the front. Returns what is news beside that. */
static unsigned
choose_best(struct rib *r, enum family family, uint32_t *first)
{
	bool others = false;
	size_t n = 0;

	for (uint32_t at = *first; at != 0; at = r->routes[at].next)
		if (is_eligible(&r->routes[at]))
			rib_add_candidate(r, family, n++, at);
	if (r->multipath) {
		n = decide_multipath(r->candidates, n);
		others = mark_multipath(r, *first, n);
	}
	if (n > 1)
		decide(r->candidates, n);
	if (n > 0 && r->candidates[0].tag != *first)
		move_to_front(r, first, r->candidates[0].tag);
	return others ? RIB_NEWS_MULTIPATH : 0;
}

static void
start_multipath(struct rib *r)
{
	r->multipath = true;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		for (uint32_t i = 1; i < r->tables[f].prefixes.end; i++)
			choose_best(r, f, &r->tables[f].first[i]);
}

void
rib_listen(struct rib *r, struct rib_listener *l)
{
	DL_APPEND(r->listeners, l);
	if (!r->multipath && (l->ops->news & RIB_NEWS_MULTIPATH) != 0)
		start_multipath(r);
}

void
rib_unlisten(struct rib *r, struct rib_listener *gone)
{
	struct rib_listener *l;

	DL_DELETE(r->listeners, gone);
	r->multipath = false;
	DL_FOREACH (r->listeners, l)
		r->multipath |= (l->ops->news & RIB_NEWS_MULTIPATH) != 0;
}

/* The best route of a prefix as it was, to see whether it is another one now. */
struct best {
	uint32_t path;
	uint32_t source;
};

static struct best
best_of(const struct rib *r, const struct family_table *t, uint32_t index)
{
	const struct route *best = best_route(r, t, index);

	return best == NULL ? (struct best){ 0 }
			    : (struct best){ best->path, best->source };
}

/*
 * After a prefix was spoken of. was: the best route before; its path is still
 * referenced, so that its id has not been given to another. news: what has changed
 * beside the best one.
 */
static void
routes_changed(struct rib *r, struct family_table *t, uint32_t index,
    struct best was, unsigned news)
{
	struct rib_listener *l;

	if (r->routes[t->first[index]].next != 0 || r->multipath)
		news |= choose_best(r, t->prefixes.family, &t->first[index]);

	struct best now = best_of(r, t, index);

	if (now.path != was.path || now.source != was.source)
		news |= RIB_NEWS_BEST;
	DL_FOREACH (r->listeners, l)
		if ((l->ops->news & news) != 0)
			l->ops->changed(
			    l->arg, t->prefixes.family, index, news);
}

void
rib_route_changed(const struct rib *r, enum family family, uint32_t index,
    const struct route *route, bool was_eligible)
{
	const struct rib_listener *l;

	DL_FOREACH (r->listeners, l)
		if (l->ops->route != NULL)
			l->ops->route(l->arg, family, index, route->source,
			    route->path_id, was_eligible);
}

/* Nobody speaks of it, or has to. */
static bool
is_unused(const struct rib *r, const struct family_table *t, uint32_t index)
{
	const struct rib_listener *l;

	if (t->first[index] != 0)
		return false;
	DL_FOREACH (r->listeners, l)
		if (l->ops->held != NULL &&
		    l->ops->held(l->arg, t->prefixes.family, index))
			return false;
	return true;
}

static void
drop_unused(struct rib *r, struct family_table *t, uint32_t index)
{
	if (is_unused(r, t, index))
		prefix_table_remove(&t->prefixes, index);
}

void
rib_release(struct rib *r, enum family family, uint32_t index)
{
	drop_unused(r, &r->tables[family], index);
}

/* What was made of it. */
static void
count_judged(struct rib_counts *c, const struct route *route, int by)
{
	if (is_eligible(route))
		c->accepted += (uint32_t)by;
	if ((route->flags & ROUTE_FILTERED) != 0)
		c->filtered += (uint32_t)by;
}

static void
count_route(
    struct rib *r, enum family family, const struct route *route, int by)
{
	struct source_state *s = &r->sources[route->source];
	struct rib_counts *c = &s->counts[family];

	if (rib_route_is_stale(r, family, route)) {
		s->stale[family].n += (uint32_t)by;
		c->stale = s->stale[family].n;
	}
	s->kept[family] += (uint32_t)by;
	c->received += (uint32_t)by;
	count_judged(c, route, by);
}

/* A route with these flags went, or is another now. */
static unsigned
news_of(const struct rib *r, uint16_t flags)
{
	const uint16_t among = ROUTE_MULTIPATH | ROUTE_UNREACHED;
	bool others = r->multipath && (flags & among) != 0;

	return RIB_NEWS_ROUTE | (others ? RIB_NEWS_MULTIPATH : 0);
}

void
rib_set_route(struct rib *r, struct route_key key, const struct prefix *prefix,
    struct path *path, uint16_t flags)
{
	enum family family = prefix->addr.family;
	struct family_table *t = &r->tables[family];
	uint32_t index = prefix_index(t, prefix);
	struct best was = best_of(r, t, index);
	uint32_t at = *route_link(r, &t->first[index], key);
	struct path *old = NULL;

	assert(r->sources[key.source].walk != WALK_FORGET);
	if (at == 0) {
		t->n += t->first[index] == 0;
		at = route_new(r);
		r->routes[at].next = t->first[index];
		t->first[index] = at;
	} else {
		old = path_by_id(r->paths, r->routes[at].path);
		count_route(r, family, &r->routes[at], -1);
	}
	struct route *route = &r->routes[at];
	uint16_t had = old == NULL ? 0 : route->flags;
	uint16_t multipath = had & ROUTE_MULTIPATH;
	uint16_t era = r->sources[key.source].stale[family].era;
	bool was_eligible = old != NULL && is_eligible(route);
	bool same = old != NULL && old == path &&
	    (route->flags & ~ROUTE_ERA) == (flags | multipath);

	*route = (struct route){
		.path = path == NULL ? PATH_NONE : path_ref(path)->id,
		.next = route->next,
		.path_id = key.path_id,
		.source = (uint16_t)key.source,
		.flags = flags | multipath | era,
	};
	count_route(r, family, route, 1);
	routes_changed(r, t, index, was, same ? 0 : news_of(r, had | flags));
	if (!same && (old != NULL || path != NULL))
		rib_route_changed(r, family, index, route, was_eligible);
	path_unref(old);
}

/*
 * RFC 9494 4.3: a last resort is marked as such for whom it is passed on to. Of the
 * same path as it came; takes that reference and gives one.
 */
static struct path *
marked(struct rib *r, struct path *was)
{
	struct path *root = was->from != NULL ? was->from : was;
	struct path *made = verdict_apply(r->verdicts, r->last_resort, was);
	struct attrs a;

	path_attrs(made, &a);
	struct path *now = path_like(root, &a);

	path_unref(made);
	path_unref(was);
	return now;
}

/* Of the path as it came. Returns what is news; the best one is to be chosen yet. */
static unsigned
judge_route(struct rib *r, enum family family, const struct prefix *prefix,
    struct route *route)
{
	struct rib_counts *counts = &r->sources[route->source].counts[family];
	struct path *was = path_by_id(r->paths, route->path);
	const uint16_t judged =
	    ROUTE_ELIGIBLE | ROUTE_FILTERED | ROUTE_UNREACHED;
	uint16_t had = route->flags;
	uint16_t flags = 0;

	if (was == NULL)
		return 0;
	struct path *now = rib_judge(r, route->source, prefix,
	    was->from != NULL ? was->from : was, &flags);
	if (is_last_resort(r, family, route))
		now = marked(r, now);
	bool same = now == was && (route->flags & judged) == flags;

	count_judged(counts, route, -1);
	route->path = now->id;
	route->flags = (uint16_t)((route->flags & ~judged) | flags);
	count_judged(counts, route, 1);
	path_unref(was);
	return same ? 0 : news_of(r, had | route->flags);
}

static void
all_changed(struct rib *r, enum family family, uint32_t index, uint32_t source)
{
	uint32_t at = r->tables[family].first[index];

	for (; at != 0; at = r->routes[at].next)
		if (r->routes[at].source == source &&
		    r->routes[at].path != PATH_NONE)
			rib_route_changed(
			    r, family, index, &r->routes[at], true);
}

void
rib_age_at(struct rib *r, enum family family, uint32_t index, uint32_t source)
{
	struct family_table *t = &r->tables[family];
	struct best was = best_of(r, t, index);
	struct path *best = path_by_id(r->paths, was.path);
	bool any = false;

	if (best != NULL) /* as in rib_judge_at() */
		path_ref(best);
	for (uint32_t at = t->first[index]; at != 0; at = r->routes[at].next) {
		struct route *route = &r->routes[at];
		struct path *path = path_by_id(r->paths, route->path);

		if (route->source != source || path == NULL ||
		    !is_last_resort(r, family, route))
			continue;
		route->path = marked(r, path)->id;
		any = true;
	}
	routes_changed(
	    r, t, index, was, t->first[index] != 0 ? RIB_NEWS_ROUTE : 0);
	if (any)
		all_changed(r, family, index, source);
	path_unref(best);
}

bool
rib_judge_at(struct rib *r, enum family family, uint32_t index, uint32_t source)
{
	struct family_table *t = &r->tables[family];
	struct best was = best_of(r, t, index);
	struct path *best = path_by_id(r->paths, was.path);
	struct prefix prefix = prefix_table_get(&t->prefixes, index);
	unsigned anew =
	    r->sources[source].renamed ? RIB_NEWS_BEST | RIB_NEWS_ROUTE : 0;
	unsigned news = 0;

	if (best != NULL) /* so that no other gets its id meanwhile */
		path_ref(best);
	for (uint32_t at = t->first[index]; at != 0; at = r->routes[at].next)
		if (r->routes[at].source == source)
			news |= anew |
			    judge_route(r, family, &prefix, &r->routes[at]);
	if (news != 0) {
		routes_changed(r, t, index, was, news);
		all_changed(r, family, index, source);
	}
	path_unref(best);
	return news != 0;
}

/* The route at a link of the prefix's chain, which may be empty then. */
static void
take_route(
    struct rib *r, struct family_table *t, uint32_t index, uint32_t *link)
{
	struct best was = best_of(r, t, index);
	uint32_t at = *link;

	*link = r->routes[at].next;
	t->n -= t->first[index] == 0;
	count_route(r, t->prefixes.family, &r->routes[at], -1);
	routes_changed(r, t, index, was, news_of(r, r->routes[at].flags));
	if (r->routes[at].path != PATH_NONE)
		rib_route_changed(r, t->prefixes.family, index, &r->routes[at],
		    is_eligible(&r->routes[at]));
	route_free(r, at);
}

/* Where the link to a route of the source stands, of which that is so. */
static uint32_t *
source_link(const struct rib *r, uint32_t *link, enum family family,
    uint32_t source, rib_route_is *is)
{
	for (; *link != 0; link = &r->routes[*link].next) {
		const struct route *route = &r->routes[*link];

		if (route->source == source &&
		    (is == NULL || is(r, family, route)))
			break;
	}
	return link;
}

bool
rib_unset_at(struct rib *r, enum family family, uint32_t index, uint32_t source,
    rib_route_is *goes)
{
	struct family_table *t = &r->tables[family];
	uint32_t *link = source_link(r, &t->first[index], family, source, goes);

	if (*link == 0)
		return false;
	for (; *link != 0;
	     link = source_link(r, &t->first[index], family, source, goes))
		take_route(r, t, index, link);
	if (!t->clears)
		drop_unused(r, t, index);
	else if (is_unused(r, t, index))
		prefix_table_bury(&t->prefixes, index);
	return true;
}

void
rib_set(struct rib *r, uint32_t source, const struct prefix *prefix,
    struct path *path)
{
	struct prefix p = prefix_canonical(prefix);

	assert(rib_source(r, source) != NULL);
	rib_set_route(
	    r, (struct route_key){ source, 0 }, &p, path, ROUTE_ELIGIBLE);
}

/* What is stale is about to go, or to be said again. */
bool
rib_has_place(const struct rib *r, struct route_key key, const struct prefix *p)
{
	const struct family_table *t = &r->tables[p->addr.family];
	uint32_t index = prefix_table_find(&t->prefixes, p), n = 0;
	uint32_t at = index != 0 ? t->first[index] : 0;

	for (; at != 0; at = r->routes[at].next) {
		const struct route *route = &r->routes[at];

		if (route->source != key.source)
			continue;
		if (route->path_id == key.path_id)
			return true;
		n += !rib_route_is_stale(r, t->prefixes.family, route);
	}
	return n < RIB_PATHS_MOST;
}

bool
rib_unset_route(struct rib *r, struct route_key key, const struct prefix *p)
{
	struct family_table *t = &r->tables[p->addr.family];
	uint32_t index = prefix_table_find(&t->prefixes, p);

	if (index == 0)
		return false;
	uint32_t *link = route_link(r, &t->first[index], key);

	if (*link == 0)
		return false;
	take_route(r, t, index, link);
	drop_unused(r, t, index);
	return true;
}

void
rib_unset(struct rib *r, uint32_t source, const struct prefix *prefix)
{
	struct prefix p = prefix_canonical(prefix);

	rib_unset_route(r, (struct route_key){ source, 0 }, &p);
	rib_tidy(r);
}

size_t
rib_size(const struct rib *r, enum family family)
{
	return r->tables[family].n;
}

static struct rib_route
route_view(const struct rib *r, const struct prefix *prefix,
    const struct route *route, bool best)
{
	return (struct rib_route){
		.prefix = *prefix,
		.source = route->source,
		.path_id = route->path_id,
		.path = path_by_id(r->paths, route->path),
		.best = best,
		.eligible = is_eligible(route),
		.filtered = (route->flags & ROUTE_FILTERED) != 0,
		.unreached = (route->flags & ROUTE_UNREACHED) != 0,
		.stale = rib_route_is_stale(r, prefix->addr.family, route),
		.multipath =
		    r->multipath && (route->flags & ROUTE_MULTIPATH) != 0,
		.at = (uint32_t)(route - r->routes),
	};
}

static void
fill_route(const struct rib *r, const struct family_table *t, uint32_t index,
    const struct route *route, struct rib_route *out)
{
	struct prefix prefix = prefix_table_get(&t->prefixes, index);

	*out = route_view(r, &prefix, route, route == best_route(r, t, index));
}

/* From that one on the nth route that has attributes; NULL past the last. */
static const struct route *
nth_from(const struct rib *r, uint32_t at, uint32_t n)
{
	for (; at != 0; at = r->routes[at].next)
		if (r->routes[at].path != PATH_NONE && n-- == 0)
			return &r->routes[at];
	return NULL;
}

bool
rib_next(const struct rib *r, struct rib_cursor *c, struct rib_route *out)
{
	const struct family_table *t = &r->tables[c->family];
	const struct route *route;

	if (c->index == 0 || c->epoch != r->epoch)
		*c = (struct rib_cursor){ c->family, 1, 0, r->epoch };
	for (; c->index < t->prefixes.end; c->index++, c->nth = 0) {
		route = nth_from(r, t->first[c->index], c->nth);
		if (route == NULL)
			continue;
		c->nth++;
		fill_route(r, t, c->index, route, out);
		return true;
	}
	return false;
}

bool
rib_lookup(const struct rib *r, const struct prefix *prefix, uint32_t nth,
    struct rib_route *out)
{
	const struct family_table *t = &r->tables[prefix->addr.family];
	uint32_t index = prefix_table_find(&t->prefixes, prefix);
	const struct route *route =
	    index == 0 ? NULL : nth_from(r, t->first[index], nth);

	if (route == NULL)
		return false;
	fill_route(r, t, index, route, out);
	return true;
}

bool
rib_lookup_next(const struct rib *r, struct rib_route *of)
{
	const struct route *next = nth_from(r, r->routes[of->at].next, 0);

	if (next != NULL) /* the best one is the first of all */
		*of = route_view(r, &of->prefix, next, false);
	return next != NULL;
}

bool
rib_best(
    const struct rib *r, const struct prefix *prefix, struct rib_route *out)
{
	return rib_lookup(r, prefix, 0, out) && out->best;
}

const struct prefix_table *
rib_prefixes(const struct rib *r, enum family family)
{
	return &r->tables[family].prefixes;
}

struct path *
rib_best_at(
    const struct rib *r, enum family family, uint32_t index, uint32_t *source)
{
	const struct route *best = best_route(r, &r->tables[family], index);

	if (best == NULL)
		return NULL;
	*source = best->source;
	return path_by_id(r->paths, best->path);
}

uint32_t
rib_best_run(const struct rib *r, enum family family, uint32_t from,
    uint32_t to, struct rib_run *run)
{
	const uint32_t *first = r->tables[family].first;
	const struct route *best = NULL;
	uint32_t i = from;

	run->n = 0;
	for (; i < to && run->n < RIB_RUN_MOST; i++) {
		const struct route *route = &r->routes[first[i]];

		if (!is_eligible(route)) /* as is none at all */
			continue;
		if (best == NULL)
			best = route;
		if (route->path != best->path || route->source != best->source)
			break;
		run->index[run->n++] = i;
	}
	run->path = best == NULL ? NULL : path_by_id(r->paths, best->path);
	run->source = best == NULL ? RIB_LOCAL : best->source;
	return i;
}
