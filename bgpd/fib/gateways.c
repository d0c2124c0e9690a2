/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fib/gateways.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/reach.h"
#include "common/alloc.h"

struct way { /* a hop of a default route */
	uint32_t metric;
	enum family family; /* of the route */
	struct addr via;
	int32_t link;
};

struct name {
	int32_t index;
	char text[LINK_NAME];
};

struct gateways {
	struct way *ways; /* owned */
	size_t n;
	struct name *names; /* owned; of links */
	size_t n_names;
};

struct gateways *
gateways_new(void)
{
	return xcalloc(1, sizeof(struct gateways));
}

void
gateways_free(struct gateways *g)
{
	if (g == NULL)
		return;
	free(g->ways);
	free(g->names);
	free(g);
}

void
gateways_forget(struct gateways *g)
{
	g->n = g->n_names = 0;
}

void
gateways_link(struct gateways *g, const struct reach_link *link)
{
	struct name name = { .index = link->index };

	memcpy(name.text, link->name, sizeof(name.text));
	g->names = xrealloc(g->names, g->n_names + 1, sizeof(g->names[0]));
	g->names[g->n_names++] = name;
}

/* One by the other family (RFC 5549) is no neighbour of the route's. */
bool
gateways_route(struct gateways *g, const struct reach_route *route)
{
	enum family family = route->prefix.addr.family;

	if (route->prefix.len != 0 || route->table != TABLE_MAIN ||
	    !route->leads)
		return false;
	for (size_t i = 0; i < route->n; i++) {
		if (route->hops[i].via.family != family)
			continue;
		g->ways = xrealloc(g->ways, g->n + 1, sizeof(g->ways[0]));
		g->ways[g->n++] = (struct way){ route->metric, family,
			route->hops[i].via, route->hops[i].link };
	}
	return true;
}

bool
gateways_use(const struct gateways *g, int32_t link)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->ways[i].link == link)
			return true;
	return false;
}

static bool
is_before(const struct way *a, const struct way *b)
{
	if (a->metric != b->metric)
		return a->metric < b->metric;
	return memcmp(a->via.bytes, b->via.bytes, sizeof(a->via.bytes)) < 0;
}

static const char *
name_of(const struct gateways *g, int32_t link)
{
	for (size_t i = 0; i < g->n_names; i++)
		if (g->names[i].index == link)
			return g->names[i].text;
	return "";
}

struct gateway
gateways_find(const struct gateways *g, enum family family)
{
	const struct way *best = NULL, *other = NULL;
	struct gateway found = { .other.family = FAMILY_NONE };

	for (size_t i = 0; i < g->n; i++)
		if (g->ways[i].family == family &&
		    (best == NULL || is_before(&g->ways[i], best)))
			best = &g->ways[i];
	for (size_t i = 0; best != NULL && i < g->n; i++)
		if (g->ways[i].family == family &&
		    g->ways[i].metric == best->metric &&
		    !addr_eq(&g->ways[i].via, &best->via) &&
		    (other == NULL || is_before(&g->ways[i], other)))
			other = &g->ways[i];
	if (best != NULL)
		found.at = scoped_addr(&best->via,
		    addr_is_link_local(&best->via) ? name_of(g, best->link)
						   : "");
	if (other != NULL)
		found.other = other->via;
	return found;
}
