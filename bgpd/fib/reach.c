/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of prefixes, each with the routes that others have to it in one of two tables:
 * the one that learned routes go to, and main. How many prefixes there are of each
 * length is counted, so the longest match of an address is one look-up for each length
 * that there is, and those are few on a node.
 *
 * What is heard of a link that was switched off or has gone stands for all routes over
 * it, since IPv4 says nothing of those. What is heard of a route afterwards may then be
 * about one that is not known any more.
 */
#include "bgpd/fib/reach.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"

#define LENGTHS 129

enum side { SIDE_TABLE, SIDE_MAIN, SIDES }; /* in the order of looking */

struct known_link {
	struct reach_link link;
	UT_hash_handle hh;
};

struct known_route {
	struct reach_route route;
	struct known_route *prev, *next;
};

struct known_key { /* zeros where nothing is, since it is hashed */
	struct prefix prefix;
	uint8_t side;
};

struct known {
	struct known_key key;
	struct known_route *routes; /* owned; never none */
	UT_hash_handle hh;
};

struct reach_table {
	uint32_t table;
	struct known_link *links;           /* owned; uthash */
	struct known *known;                /* owned; uthash */
	size_t n[SIDES][FAMILIES][LENGTHS]; /* of known, by length */
};

struct reach_table *
reach_new(void)
{
	struct reach_table *r = xcalloc(1, sizeof(*r));

	r->table = TABLE_MAIN;
	return r;
}

static void
known_free(struct reach_table *r, struct known *k)
{
	const struct prefix *p = &k->key.prefix;

	r->n[k->key.side][p->addr.family][p->len]--;
	HASH_DEL(r->known, k);
	free(k);
}

static void
forget_routes(struct reach_table *r)
{
	struct known *k, *tmp;
	struct known_route *route, *next;

	HASH_ITER (hh, r->known, k, tmp) {
		DL_FOREACH_SAFE (k->routes, route, next)
			free(route);
		known_free(r, k);
	}
}

void
reach_forget(struct reach_table *r)
{
	struct known_link *l, *tmp;

	forget_routes(r);
	HASH_ITER (hh, r->links, l, tmp) {
		HASH_DEL(r->links, l);
		free(l);
	}
}

void
reach_free(struct reach_table *r)
{
	if (r == NULL)
		return;
	reach_forget(r);
	free(r);
}

void
reach_set_table(struct reach_table *r, uint32_t table)
{
	forget_routes(r);
	r->table = table;
}

/* Links. */

static struct known_link *
link_find(const struct reach_table *r, int32_t index)
{
	struct known_link *l;

	HASH_FIND(hh, r->links, &index, sizeof(index), l);
	return l;
}

/* Is anything left of it? */
static bool
lose_link(struct reach_route *route, int32_t index)
{
	size_t kept = 0, had = route->n;

	for (size_t i = 0; i < had; i++)
		if (route->hops[i].link != index)
			route->hops[kept++] = route->hops[i];
	route->n = kept;
	return kept > 0 || had == 0;
}

/* All that goes over it. */
static void
drop_link(struct reach_table *r, int32_t index)
{
	struct known *k, *tmp;
	struct known_route *route, *next;

	HASH_ITER (hh, r->known, k, tmp) {
		DL_FOREACH_SAFE (k->routes, route, next)
			if (!lose_link(&route->route, index)) {
				DL_DELETE(k->routes, route);
				free(route);
			}
		if (k->routes == NULL)
			known_free(r, k);
	}
}

bool
reach_link(struct reach_table *r, const struct reach_link *link)
{
	struct known_link *l = link_find(r, link->index);

	if (link->off)
		drop_link(r, link->index);
	if (l != NULL) {
		bool news = l->link.up != link->up ||
		    strcmp(l->link.name, link->name) != 0;

		l->link = *link;
		return news;
	}
	l = xcalloc(1, sizeof(*l));
	l->link = *link;
	HASH_ADD(hh, r->links, link.index, sizeof(l->link.index), l);
	return true;
}

bool
reach_link_gone(struct reach_table *r, int32_t index)
{
	struct known_link *l = link_find(r, index);

	drop_link(r, index);
	if (l == NULL)
		return false;
	HASH_DEL(r->links, l);
	free(l);
	return true;
}

bool
reach_link_is_up(const struct reach_table *r, int32_t index)
{
	const struct known_link *l = link_find(r, index);

	return l != NULL && l->link.up;
}

int32_t
reach_link_index(const struct reach_table *r, const char *name)
{
	struct known_link *l, *tmp;

	HASH_ITER (hh, r->links, l, tmp)
		if (strcmp(l->link.name, name) == 0)
			return l->link.index;
	return 0;
}

const char *
reach_link_name(const struct reach_table *r, int32_t index)
{
	const struct known_link *l = link_find(r, index);

	return l != NULL ? l->link.name : NULL;
}

/* Routes. */

static bool
side_of(const struct reach_table *r, uint32_t table, enum side *side)
{
	*side = table == r->table ? SIDE_TABLE : SIDE_MAIN;
	return table == r->table || table == TABLE_MAIN;
}

static struct known *
known_find(const struct reach_table *r, const struct prefix *p, enum side side)
{
	struct known_key key;
	struct known *k;

	memset(&key, 0, sizeof(key));
	key.prefix = *p;
	key.side = (uint8_t)side;
	HASH_FIND(hh, r->known, &key, sizeof(key), k);
	return k;
}

static struct known *
known_of(struct reach_table *r, const struct prefix *p, enum side side)
{
	struct known *k = known_find(r, p, side);

	if (k != NULL)
		return k;
	k = xcalloc(1, sizeof(*k));
	k->key.prefix = *p;
	k->key.side = (uint8_t)side;
	HASH_ADD(hh, r->known, key, sizeof(k->key), k);
	r->n[side][p->addr.family][p->len]++;
	return k;
}

static bool
same_way(const struct reach_route *a, const struct reach_route *b)
{
	return a->leads == b->leads && a->n == b->n &&
	    (a->n == 0 ||
		(addr_eq(&a->hops[0].via, &b->hops[0].via) &&
		    a->hops[0].link == b->hops[0].link));
}

/* The one that is meant; of the same way, if way. */
static struct known_route *
route_find(const struct known *k, const struct reach_route *like, bool way)
{
	struct known_route *route;

	DL_FOREACH (k->routes, route)
		if (route->route.metric == like->metric &&
		    route->route.protocol == like->protocol &&
		    (!way || same_way(&route->route, like)))
			return route;
	return NULL;
}

static void
drop_metric(struct known *k, uint32_t metric)
{
	struct known_route *route, *next;

	DL_FOREACH_SAFE (k->routes, route, next)
		if (route->route.metric == metric) {
			DL_DELETE(k->routes, route);
			free(route);
		}
}

void
reach_add(struct reach_table *r, const struct reach_route *like, bool replaces)
{
	enum side side;

	if (!side_of(r, like->table, &side))
		return;
	struct known *k = known_of(r, &like->prefix, side);

	if (replaces)
		drop_metric(k, like->metric);
	if (route_find(k, like, true) != NULL)
		return;
	struct known_route *route = xcalloc(1, sizeof(*route));

	route->route = *like;
	DL_APPEND(k->routes, route);
}

bool
reach_remove(struct reach_table *r, const struct reach_route *like)
{
	enum side side;

	if (!side_of(r, like->table, &side))
		return true;
	struct known *k = known_find(r, &like->prefix, side);
	struct known_route *route =
	    k != NULL ? route_find(k, like, true) : NULL;

	if (k != NULL && route == NULL)
		route = route_find(k, like, false);
	if (route == NULL)
		return true; /* it went before, as with its link */
	bool exact = same_way(&route->route, like);

	DL_DELETE(k->routes, route);
	free(route);
	if (k->routes == NULL)
		known_free(r, k);
	return exact;
}

/* The one with the lowest metric. */
static const struct reach_route *
best_of(const struct known *k)
{
	const struct known_route *route, *best = NULL;

	DL_FOREACH (k->routes, route)
		if (best == NULL || route->route.metric < best->route.metric)
			best = route;
	return best != NULL ? &best->route : NULL;
}

/* By the first hop that is alive. */
static bool
by_route(const struct reach_table *r, const struct reach_route *route,
    const struct addr *to, struct hop *hop)
{
	for (size_t i = 0; route->leads && i < route->n; i++) {
		const struct hop *h = &route->hops[i];

		if (!reach_link_is_up(r, h->link))
			continue;
		hop->via = h->via.family != FAMILY_NONE ? h->via : *to;
		hop->link = h->link;
		return true;
	}
	return false;
}

/* The longest match decides, also that there is no way; the default is none. */
static const struct reach_route *
longest(const struct reach_table *r, const struct addr *to, enum side side)
{
	for (unsigned len = family_bits(to->family); len > 0; len--) {
		if (r->n[side][to->family][len] == 0)
			continue;
		struct prefix p = prefix_of(to, len);
		const struct known *k = known_find(r, &p, side);

		if (k != NULL)
			return best_of(k);
	}
	return NULL;
}

bool
reach_find(const struct reach_table *r, const struct addr *to, int32_t link,
    struct hop *hop)
{
	const struct reach_route *route = NULL;

	if (to->family == FAMILY_V6 && addr_is_link_local(to)) {
		hop->via = *to;
		hop->link = link;
		return link != 0 && reach_link_is_up(r, link);
	}
	for (unsigned side = 0; side < SIDES && route == NULL; side++)
		route = longest(r, to, side);
	return route != NULL && by_route(r, route, to, hop);
}

const struct reach_route *
reach_other(const struct reach_table *r, const struct prefix *p,
    uint32_t metric, bool before)
{
	const struct known *k = known_find(r, p, SIDE_TABLE);
	const struct known_route *route;

	if (k == NULL)
		return NULL;
	DL_FOREACH (k->routes, route)
		if (before ? route->route.metric < metric
			   : route->route.metric == metric)
			return &route->route;
	return NULL;
}
