/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/groups.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/pool.h"
#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/err.h"

struct taken { /* the range of a pool that counts, and whose it is */
	struct addr_range range;
	const struct service_group *group;
	size_t pool;
};

struct build { /* what groups_init() needs while it runs */
	const struct groups_spec *spec;
	struct taken *taken; /* owned, ordered, disjoint */
	size_t n_taken;
};

/* Adds a sentence to a text. */
static void
say(char **text, const char *more)
{
	char *longer =
	    *text != NULL ? xasprintf("%s; %s", *text, more) : xstrdup(more);

	free(*text);
	*text = longer;
}

static size_t
taken_upto(const struct build *b, const struct addr *a)
{
	size_t low = 0, high = b->n_taken;

	while (low < high) { /* how many ranges begin at or below a */
		size_t mid = low + (high - low) / 2;

		if (addr_cmp(a, &b->taken[mid].range.first) < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/*
 * The range becomes this pool's; NULL. When it overlaps another one's: that one, and
 * nothing changes. Only the last range that begins at or below the end can overlap,
 * since ranges are disjoint.
 */
static const struct taken *
take(struct build *b, const struct addr_range *range,
    const struct service_group *group, size_t pool)
{
	size_t i = taken_upto(b, &range->last);

	if (i > 0 && range_overlaps(&b->taken[i - 1].range, range))
		return &b->taken[i - 1];
	memmove(&b->taken[i + 1], &b->taken[i],
	    (b->n_taken - i) * sizeof(*b->taken));
	b->taken[i] = (struct taken){ *range, group, pool };
	b->n_taken++;
	return NULL;
}

static bool
pool_is_good(struct build *b, const struct service_group *group, size_t pool,
    struct err *why)
{
	const struct group_pool *p = &group->pools[pool];
	const struct taken *other;

	if (p->fault != NULL)
		return err_set(why, "%s", p->fault);
	other = take(b, &p->range, group, pool);
	if (other == NULL)
		return true;
	if (other->group == group)
		return err_set(why, "spec.pools[%zu]: overlaps spec.pools[%zu]",
		    pool, other->pool);
	return err_set(why,
	    "spec.pools[%zu]: overlaps ServiceGroup %s, which came first", pool,
	    other->group->meta.name);
}

static void
exclude_nodes(const struct build *b, struct group *g, struct pool_spec *pool,
    struct addr_range *out)
{
	size_t before = pool->n_exclude;
	char text[ADDR_TEXT];
	struct err said;

	for (size_t i = 0; i < b->spec->n_nodes; i++) {
		const struct addr *a = &b->spec->nodes[i];

		for (size_t k = 0; k < pool->n_ranges; k++)
			if (range_contains(&pool->ranges[k], a))
				out[pool->n_exclude++] =
				    (struct addr_range){ *a, *a };
	}
	if (pool->n_exclude == before)
		return;
	err_set(&said, "addresses of nodes, never given: %zu, first %s",
	    pool->n_exclude - before, addr_print(&out[before].first, text));
	say(&g->warning, said.text);
}

static void
group_init(struct build *b, struct group *g, const struct service_group *spec)
{
	struct addr_range *in = xcalloc(spec->n_pools + 1, sizeof(*in));
	struct addr_range *out =
	    xcalloc(spec->n_exclude + b->spec->n_nodes + 1, sizeof(*out));
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
		if (pool_is_good(b, spec, i, &why))
			in[pool.n_ranges++] = spec->pools[i].range;
		else
			say(&g->fault, why.text);
	}
	while (pool.n_exclude < spec->n_exclude) {
		out[pool.n_exclude] = spec->exclude[pool.n_exclude];
		pool.n_exclude++;
	}
	exclude_nodes(b, g, &pool, out);
	g->pool = pool_new(&pool);
	free(in);
	free(out);
	g->namespaces = xcalloc(spec->n_namespaces + 1, sizeof(char *));
	for (; g->n_namespaces < spec->n_namespaces; g->n_namespaces++)
		g->namespaces[g->n_namespaces] =
		    xstrdup(spec->namespaces[g->n_namespaces]);
}

/* Lower for one that has been looked at before, lowest if nothing was wrong. */
static int
standing(const struct service_group *g)
{
	const struct condition *c =
	    conditions_find(&g->conditions, GROUP_CONDITION);

	return c == NULL ? 2 : strcmp(c->status, "True") == 0 ? 0 : 1;
}

/*
 * Of groups made in the same second, or in a folder that knows no times, those that
 * are in force come first: a new one can't take their pools.
 */
static int
age_order(const void *a, const void *b)
{
	const struct service_group *ga =
	    *(const struct service_group *const *)a;
	const struct service_group *gb =
	    *(const struct service_group *const *)b;

	if (ga->meta.created == gb->meta.created &&
	    standing(ga) != standing(gb))
		return standing(ga) - standing(gb);
	return meta_age_cmp(&ga->meta, &gb->meta);
}

/* Insertion into a list of indices, which the order keeps sorted. */
static void
index_add(const struct groups *gs, size_t *list, size_t n, size_t i,
    int (*order)(const struct group *, const struct group *))
{
	while (n > 0 && order(&gs->at[list[n - 1]], &gs->at[i]) > 0) {
		list[n] = list[n - 1];
		n--;
	}
	list[n] = i;
}

static int
name_order(const struct group *a, const struct group *b)
{
	return strcmp(a->name, b->name);
}

static int
priority_order(const struct group *a, const struct group *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return name_order(a, b);
}

static void
indices_make(struct groups *gs)
{
	gs->by_name = xcalloc(gs->n + 1, sizeof(*gs->by_name));
	gs->by_priority = xcalloc(gs->n + 1, sizeof(*gs->by_priority));
	for (size_t i = 0; i < gs->n; i++) {
		index_add(gs, gs->by_name, i, i, name_order);
		if (gs->at[i].auto_assign)
			index_add(gs, gs->by_priority, gs->n_by_priority++, i,
			    priority_order);
	}
}

void
groups_init(struct groups *gs, const struct groups_spec *spec)
{
	struct build b = { .spec = spec };
	size_t pools = 0;

	qsort(spec->specs, spec->n_specs, sizeof(spec->specs[0]), age_order);
	for (size_t i = 0; i < spec->n_specs; i++)
		pools += spec->specs[i]->n_pools;
	b.taken = xcalloc(pools + 1, sizeof(*b.taken));
	*gs = (struct groups){ .n = spec->n_specs };
	gs->at = xcalloc(gs->n + 1, sizeof(*gs->at));
	for (size_t i = 0; i < gs->n; i++)
		group_init(&b, &gs->at[i], spec->specs[i]);
	indices_make(gs);
	free(b.taken);
}

static void
group_fini(struct group *g)
{
	while (g->n_namespaces > 0)
		free(g->namespaces[--g->n_namespaces]);
	free(g->namespaces);
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
	free(gs->by_priority);
	*gs = (struct groups){ 0 };
}

bool
group_allows(const struct group *g, const char *ns)
{
	for (size_t i = 0; i < g->n_namespaces; i++)
		if (strcmp(g->namespaces[i], ns) == 0)
			return true;
	return g->n_namespaces == 0;
}

size_t
groups_find(const struct groups *gs, const char *name)
{
	size_t low = 0, high = gs->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, gs->at[gs->by_name[mid]].name);

		if (order == 0)
			return gs->by_name[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return GROUPS_NONE;
}
