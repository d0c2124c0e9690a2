/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups are made anew, all of them, when one of them, a node or a namespace has
 * changed, since what one of them loses another may win.
 *
 * - Claims: of pools that overlap, the one of the older group counts. Of groups made
 *   in the same second, or in a folder that knows no times, it is the one that is in
 *   force: no edit of another group takes it away, and no restart does, since the
 *   condition of a group tells which of its pools lost. A pool that does not count is
 *   named in the fault of its group, whose other pools work. Groups of another lbbgp
 *   claim theirs like ours, and its allocator comes to the same verdict: so where there
 *   are any, nothing counts but what both see alike, the age and then the uid.
 * - Exclusions: what the spec leaves out, addresses of nodes and of the API server,
 *   and what no Service can have.
 * - Order: those that assign by themselves come first, by priority and name.
 * - Index: there may be thousands, each for few namespaces, and each plan asks which of
 *   them its Service may use. So that is known for each namespace that a group names;
 *   all others may use the same ones.
 */
#include "allocator/pool/groups.h"

#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/pool/namespace.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/text.h"

static int
text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
group_allows_namespace(const struct group *g, const char *ns)
{
	return g->all_namespaces ||
	    (g->n_namespaces > 0 &&
		bsearch(&ns, g->namespaces, g->n_namespaces,
		    sizeof(*g->namespaces), text_order) != NULL);
}

bool
group_allows(const struct group *g, const struct service *s)
{
	return group_allows_namespace(g, s->meta.ns) &&
	    selector_matches(&g->services, &s->labels);
}

static bool
namespaces_same(const struct group *a, const struct group *b)
{
	if (a->all_namespaces != b->all_namespaces ||
	    a->n_namespaces != b->n_namespaces)
		return false;
	for (size_t i = 0; i < a->n_namespaces; i++)
		if (strcmp(a->namespaces[i], b->namespaces[i]) != 0)
			return false;
	return true;
}

static bool
group_same(const struct group *a, const struct group *b)
{
	return strcmp(a->name, b->name) == 0 && pool_same(a->pool, b->pool) &&
	    text_eq(a->fault, b->fault) && text_eq(a->warning, b->warning) &&
	    namespaces_same(a, b) && selector_eq(&a->services, &b->services) &&
	    a->auto_assign == b->auto_assign &&
	    a->reallocate == b->reallocate && a->refused == b->refused &&
	    a->priority == b->priority && a->terms == b->terms;
}

bool
groups_same(const struct groups *a, const struct groups *b)
{
	size_t i = 0;

	while (a->n == b->n && i < a->n && group_same(&a->at[i], &b->at[i]))
		i++;
	return a->n == b->n && i == a->n;
}

struct named_namespace { /* that a group names */
	struct bitset open;
	UT_hash_handle hh;
	const char *name; /* borrowed from such a group */
};

const struct bitset *
groups_open_to_namespace(const struct groups *gs, const char *ns)
{
	struct named_namespace *named;

	HASH_FIND_STR(gs->named, ns, named);
	return named != NULL ? &named->open : &gs->everywhere;
}

void
groups_open_to(
    const struct groups *gs, const struct service *s, struct bitset *open)
{
	const struct bitset *near = groups_open_to_namespace(gs, s->meta.ns);

	bitset_init(open, gs->n);
	bitset_add_all(open, near);
	for (size_t i = bitset_next(near, 0); i != BITSET_NONE;
	     i = bitset_next(near, i + 1))
		if (!selector_matches(&gs->at[i].services, &s->labels))
			bitset_set(open, i, false);
}

static int
name_search(const void *name, const void *group)
{
	return strcmp(name, (*(const struct group *const *)group)->name);
}

size_t
groups_find(const struct groups *gs, const char *name)
{
	struct group *const *at = gs->n > 0
	    ? bsearch(
		  name, gs->by_name, gs->n, sizeof(*gs->by_name), name_search)
	    : NULL;

	return at != NULL ? (size_t)(*at - gs->at) : GROUPS_NONE;
}

/* ---- whose pool counts ---- */

/* So begins what the condition says of a pool that lost. */
#define LOST "spec.pools[%zu]: overlaps "

enum standing { IN_FORCE, PARTLY_IN_FORCE, NOT_IN_FORCE };

struct claim { /* of a group, by one of its pools */
	const struct service_group *group;
	size_t pool;
	enum standing standing;
	bool other; /* its group is another lbbgp's */
};

struct claims {
	struct claim *all; /* owned, in order: who claims first wins */
	void *won;         /* tree of those that do, which are disjoint */
};

static const struct addr_range *
range_of(const struct claim *c)
{
	return &c->group->pools[c->pool].range;
}

static enum standing
standing_in(const struct pool *before, const struct addr_range *range)
{
	size_t n;
	const struct addr_range *at = pool_ranges(before, &n);
	enum standing standing = NOT_IN_FORCE;

	for (size_t i = 0; i < n; i++) {
		if (range_contains(&at[i], &range->first) &&
		    range_contains(&at[i], &range->last))
			return IN_FORCE;
		if (range_overlaps(&at[i], range))
			standing = PARTLY_IN_FORCE;
	}
	return standing;
}

/* By what we did before; when we begin, by what its condition says of that. */
static enum standing
standing_of(const struct groups_spec *spec, const struct service_group *group,
    size_t pool)
{
	const struct groups *before = spec->before;
	size_t i = before != NULL ? groups_find(before, group->meta.name)
				  : GROUPS_NONE;
	const struct condition *c =
	    conditions_find(&group->conditions, GROUP_CONDITION);
	char lost[64];

	if (i != GROUPS_NONE)
		return standing_in(
		    before->at[i].pool, &group->pools[pool].range);
	snprintf(lost, sizeof(lost), LOST, pool);
	return c != NULL && strstr(c->message, lost) == NULL ? IN_FORCE
							     : NOT_IN_FORCE;
}

static int
claim_order(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->group->meta.created != y->group->meta.created)
		return x->group->meta.created < y->group->meta.created ? -1 : 1;
	if (x->standing != y->standing)
		return x->standing < y->standing ? -1 : 1;
	int age = meta_age_cmp(&x->group->meta, &y->group->meta);

	return age != 0 ? age : x->pool < y->pool ? -1 : 1;
}

static int
claim_overlap(const void *a, const void *b)
{
	const struct addr_range *x = range_of(a), *y = range_of(b);

	return range_overlaps(x, y) ? 0 : addr_cmp(&x->first, &y->first);
}

/* Those of one group, behind the n that there are. Their number. */
static size_t
claims_add(struct claims *c, size_t n, const struct groups_spec *spec,
    const struct service_group *group, bool other)
{
	for (size_t i = 0; i < group->n_pools; i++)
		if (group->pools[i].fault == NULL)
			c->all[n++] = (struct claim){ group, i,
				spec->n_others > 0
				    ? NOT_IN_FORCE
				    : standing_of(spec, group, i),
				other };
	return n;
}

/* Decides at once. The groups are borrowed. */
static void
claims_init(struct claims *c, const struct groups_spec *spec)
{
	size_t n = 0, pools = 0;

	for (size_t g = 0; g < spec->n_specs; g++)
		pools += spec->specs[g]->n_pools;
	for (size_t g = 0; g < spec->n_others; g++)
		pools += spec->others[g]->n_pools;
	*c = (struct claims){ xcalloc(pools + 1, sizeof(*c->all)), NULL };
	for (size_t g = 0; g < spec->n_specs; g++)
		n = claims_add(c, n, spec, spec->specs[g], false);
	for (size_t g = 0; g < spec->n_others; g++)
		n = claims_add(c, n, spec, spec->others[g], true);
	qsort(c->all, n, sizeof(*c->all), claim_order);
	for (size_t i = 0; i < n; i++) /* not if one that overlaps is there */
		if (tsearch(&c->all[i], &c->won, claim_overlap) == NULL)
			abort(); /* out of memory */
}

static void
claims_fini(struct claims *c)
{
	while (c->won != NULL)
		tdelete(*(struct claim **)c->won, &c->won, claim_overlap);
	free(c->all);
}

/* Does this pool, which has no fault of its own, count? Else who is in the way. */
static bool
claims_won(const struct claims *c, const struct service_group *group,
    size_t pool, struct err *why)
{
	const struct claim claim = { group, pool, IN_FORCE, false };
	const struct claim *owner =
	    *(struct claim **)tfind(&claim, &c->won, claim_overlap);

	if (owner->group != group)
		return err_set(why, LOST "ServiceGroup %s%s, which came first",
		    pool, owner->group->meta.name,
		    owner->other ? " of another lbbgp" : "");
	if (owner->pool != pool)
		return err_set(why, LOST "spec.pools[%zu]", pool, owner->pool);
	return true;
}

/* ---- what is left out of it ---- */

/*
 * Addresses that no Service can have, whatever a pool says, since no router forwards to
 * them (RFC 6890 2.2). 240.0.0.0/4 is not among them: it is reserved (RFC 1112 4), but
 * in use, and what forwards it is the business of whoever has it in a pool.
 */
/* clang-format off */
static const struct martian {
	struct prefix prefix;
	const char *what;
} martians[] = {
	{ { { .family = FAMILY_V4 }, 8 }, "this network" },
	{ { { .family = FAMILY_V4, .bytes = { 127 } }, 8 }, "loopback" },
	{ { { .family = FAMILY_V4, .bytes = { 169, 254 } }, 16 }, "link-local" },
	{ { { .family = FAMILY_V4, .bytes = { 224 } }, 4 }, "multicast" },
	{ { { .family = FAMILY_V4, .bytes = { 255, 255, 255, 255 } }, 32 },
	    "broadcast" },
	{ { { .family = FAMILY_V6 }, 128 }, "unspecified" },
	{ { { .family = FAMILY_V6, .bytes = { [15] = 1 } }, 128 }, "loopback" },
	{ { { .family = FAMILY_V6, .bytes = { [10] = 0xff, 0xff } }, 96 },
	    "IPv4 in IPv6" },
	{ { { .family = FAMILY_V6, .bytes = { 0xfe, 0x80 } }, 10 },
	    "link-local" },
	{ { { .family = FAMILY_V6, .bytes = { 0xff } }, 8 }, "multicast" },
};
enum { MARTIANS = sizeof(martians) / sizeof(*martians) };
/* clang-format on */

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
		const struct prefix *p = &martians[i].prefix;
		struct addr_range range = { p->addr, prefix_last(p) };
		size_t k = 0;

		while (k < pool->n_ranges &&
		    !range_overlaps(&pool->ranges[k], &range))
			k++;
		if (k == pool->n_ranges)
			continue;
		out[pool->n_exclude++] = range;
		err_set(&said, "%s (%s) is never given", prefix_print(p, text),
		    martians[i].what);
		say(&g->warning, said.text);
	}
}

/* ---- making them ---- */

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
	if (g->n_namespaces > 0)
		qsort(g->namespaces, g->n_namespaces, sizeof(*g->namespaces),
		    text_order);
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
		.priority = spec->priority,
		.terms = spec->terms,
		.spec = spec };
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

static void
named_add(struct groups *gs, const char *name, size_t group)
{
	struct named_namespace *named;

	HASH_FIND_STR(gs->named, name, named);
	if (named == NULL) {
		named = xcalloc(1, sizeof(*named));
		named->name = name;
		bitset_init(&named->open, gs->n);
		bitset_add_all(&named->open, &gs->everywhere);
		HASH_ADD_KEYPTR(hh, gs->named, name, strlen(name), named);
	}
	bitset_set(&named->open, group, true);
}

static void
index_by_namespace(struct groups *gs)
{
	bitset_init(&gs->everywhere, gs->n);
	for (size_t i = 0; i < gs->n_auto; i++)
		bitset_set(&gs->everywhere, i, gs->at[i].all_namespaces);
	for (size_t i = 0; i < gs->n_auto; i++)
		for (size_t k = 0; k < gs->at[i].n_namespaces; k++)
			named_add(gs, gs->at[i].namespaces[k], i);
}

void
groups_init(struct groups *gs, const struct groups_spec *spec)
{
	struct claims claims;

	claims_init(&claims, spec);
	*gs = (struct groups){ .n = spec->n_specs };
	gs->at = xcalloc(gs->n + 1, sizeof(*gs->at));
	for (size_t i = 0; i < gs->n; i++)
		group_init(&gs->at[i], spec->specs[i], spec, &claims);
	put_in_order(gs);
	index_by_namespace(gs);
	claims_fini(&claims);
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
	struct named_namespace *named, *next;

	HASH_ITER (hh, gs->named, named, next) {
		HASH_DEL(gs->named, named);
		bitset_fini(&named->open);
		free(named);
	}
	bitset_fini(&gs->everywhere);
	for (size_t i = 0; i < gs->n; i++)
		group_fini(&gs->at[i]);
	free(gs->at);
	free(gs->by_name);
	*gs = (struct groups){ 0 };
}

void
groups_respec(
    struct groups *gs, const char *name, const struct service_group *spec)
{
	size_t i = groups_find(gs, name);

	if (i != GROUPS_NONE)
		gs->at[i].spec = spec;
}
