/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/groups_make.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/pool/claims.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/martians.h"
#include "allocator/pool/namespace.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/err.h"

/* Adds a sentence to a text. */
static void
say(char **text, const char *more)
{
	char *longer =
	    *text != NULL ? xasprintf("%s; %s", *text, more) : xstrdup(more);

	free(*text);
	*text = longer;
}

static bool
pool_is_good(const struct claims *claims, const struct service_group *group,
    size_t pool, struct err *why)
{
	const char *fault = group->pools[pool].fault;

	if (fault != NULL)
		return err_set(why, "%s", fault);
	return claims_won(claims, group, pool, why);
}

struct others { /* addresses that somebody else has */
	const struct addr *at;
	size_t n;
	const char *whose;
};

static void
exclude_others(struct group *g, struct pool_spec *pool, struct addr_range *out,
    const struct others *others)
{
	size_t before = pool->n_exclude;
	char text[ADDR_TEXT];
	struct err said;

	for (size_t i = 0; i < others->n; i++) {
		const struct addr *a = &others->at[i];

		for (size_t k = 0; k < pool->n_ranges; k++)
			if (range_contains(&pool->ranges[k], a))
				out[pool->n_exclude++] =
				    (struct addr_range){ *a, *a };
	}
	if (pool->n_exclude == before)
		return;
	err_set(&said, "addresses of %s, never given: %zu, first %s",
	    others->whose, pool->n_exclude - before,
	    addr_print(&out[before].first, text));
	say(&g->warning, said.text);
}

static void
exclude_martians(
    struct group *g, struct pool_spec *pool, struct addr_range *out)
{
	char text[PREFIX_TEXT];
	struct err said;

	for (size_t i = 0; i < MARTIANS; i++) {
		struct addr_range range = martian_range(&martians[i]);
		size_t k = 0;

		while (k < pool->n_ranges &&
		    !range_overlaps(&pool->ranges[k], &range))
			k++;
		if (k == pool->n_ranges)
			continue;
		out[pool->n_exclude++] = range;
		err_set(&said, "%s (%s) is never given",
		    prefix_print(&martians[i].prefix, text), martians[i].what);
		say(&g->warning, said.text);
	}
}

static bool
has_nothing(const struct pool *pool)
{
	return pool_capacity(pool, FAMILY_V4) == 0 &&
	    pool_capacity(pool, FAMILY_V6) == 0;
}

static void
namespace_add(struct group *g, const char *name)
{
	g->namespaces = xrealloc(
	    g->namespaces, g->n_namespaces + 1, sizeof(*g->namespaces));
	g->namespaces[g->n_namespaces++] = xstrdup(name);
}

/* Those that are named, and those that have the labels now. */
static void
namespaces_init(const struct groups_spec *all, struct group *g,
    const struct service_group *spec)
{
	const struct selector *selector = &spec->namespace_selector;

	g->all_namespaces = spec->n_namespaces == 0 && !selector->present;
	for (size_t i = 0; i < spec->n_namespaces; i++)
		namespace_add(g, spec->namespaces[i]);
	for (size_t i = 0; selector->present && i < all->n_namespaces; i++)
		if (selector_matches(selector, &all->namespaces[i]->labels))
			namespace_add(g, all->namespaces[i]->meta.name);
	group_sort_namespaces(g);
}

static void
group_init(struct group *g, const struct service_group *spec,
    const struct groups_spec *all, const struct claims *claims)
{
	const struct others nodes = { all->nodes, all->n_nodes, "nodes" };
	const struct others servers = { all->servers, all->n_servers,
		"the API server" };
	struct addr_range *in = xcalloc(spec->n_pools + 1, sizeof(*in));
	struct addr_range *out = xcalloc(
	    spec->n_exclude + nodes.n + servers.n + MARTIANS, sizeof(*out));
	struct pool_spec pool = {
		.ranges = in, .exclude = out, .avoid_buggy = spec->avoid_buggy
	};
	struct err why;

	*g = (struct group){ .name = xstrdup(spec->meta.name),
		.auto_assign = spec->auto_assign,
		.reallocate = spec->reallocate,
		.priority = spec->priority };
	for (size_t i = 0; i < spec->n_pools; i++) {
		if (spec->pools[i].warning != NULL)
			say(&g->warning, spec->pools[i].warning);
		if (pool_is_good(claims, spec, i, &why)) {
			in[pool.n_ranges++] = spec->pools[i].range;
			continue;
		}
		say(&g->fault, why.text);
		g->refused |= (uint8_t)(1 << spec->pools[i].subnet.addr.family);
	}
	while (pool.n_exclude < spec->n_exclude) {
		out[pool.n_exclude] = spec->exclude[pool.n_exclude];
		pool.n_exclude++;
	}
	exclude_others(g, &pool, out, &nodes);
	exclude_others(g, &pool, out, &servers);
	exclude_martians(g, &pool, out);
	g->pool = pool_new(&pool);
	if (pool.n_ranges > 0 && has_nothing(g->pool))
		say(&g->warning, "no address is left to be given");
	free(in);
	free(out);
	namespaces_init(all, g, spec);
	selector_copy(&g->services, &spec->service_selector);
}

static int
age_order(const void *a, const void *b)
{
	const struct service_group *const *ga = a, *const *gb = b;

	return meta_age_cmp(&(*ga)->meta, &(*gb)->meta);
}

static int
priority_order(const void *a, const void *b)
{
	const struct group *ga = a, *gb = b;

	if (ga->auto_assign != gb->auto_assign)
		return ga->auto_assign ? -1 : 1;
	if (ga->priority != gb->priority)
		return ga->priority < gb->priority ? -1 : 1;
	return strcmp(ga->name, gb->name);
}

static int
name_order(const void *a, const void *b)
{
	const struct group *const *ga = a, *const *gb = b;

	return strcmp((*ga)->name, (*gb)->name);
}

static void
put_in_order(struct groups *gs)
{
	qsort(gs->at, gs->n, sizeof(*gs->at), priority_order);
	while (gs->n_auto < gs->n && gs->at[gs->n_auto].auto_assign)
		gs->n_auto++;
	gs->by_name = xcalloc(gs->n + 1, sizeof(*gs->by_name));
	for (size_t i = 0; i < gs->n; i++)
		gs->by_name[i] = &gs->at[i];
	qsort(gs->by_name, gs->n, sizeof(*gs->by_name), name_order);
}

void
groups_init(struct groups *gs, const struct groups_spec *spec)
{
	struct claims *claims = claims_new(spec);

	qsort(spec->specs, spec->n_specs, sizeof(spec->specs[0]), age_order);
	*gs = (struct groups){ .n = spec->n_specs };
	gs->at = xcalloc(gs->n + 1, sizeof(*gs->at));
	for (size_t i = 0; i < gs->n; i++)
		group_init(&gs->at[i], spec->specs[i], spec, claims);
	put_in_order(gs);
	claims_free(claims);
}

static void
group_fini(struct group *g)
{
	while (g->n_namespaces > 0)
		free(g->namespaces[--g->n_namespaces]);
	free(g->namespaces);
	selector_fini(&g->services);
	free(g->name);
	pool_free(g->pool);
	free(g->fault);
	free(g->warning);
}

void
groups_fini(struct groups *gs)
{
	for (size_t i = 0; i < gs->n; i++)
		group_fini(&gs->at[i]);
	free(gs->at);
	free(gs->by_name);
	*gs = (struct groups){ 0 };
}
