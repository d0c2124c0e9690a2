/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/decide.h"

#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/policy.h"

static int
less(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What we announce ourselves goes before all that is learned. */
static int
cmp_local(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(
	    a->source->kind != PEER_LOCAL, b->source->kind != PEER_LOCAL);
}

/* RFC 9494 4.3: whatever else is known goes before it. */
static int
cmp_stale(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(
	    a->stale || path_has_community(a->path, COMMUNITY_LLGR_STALE),
	    b->stale || path_has_community(b->path, COMMUNITY_LLGR_STALE));
}

static int
cmp_local_pref(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(b->path->local_pref, a->path->local_pref);
}

static int
cmp_as_path(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(a->path->as_len, b->path->as_len);
}

static int
cmp_origin(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(a->path->origin, b->path->origin);
}

static int
cmp_ebgp(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(a->source->kind == PEER_IBGP, b->source->kind == PEER_IBGP);
}

/* RFC 4456 9: the ORIGINATOR_ID stands for the router id. */
static uint32_t
router_id(const struct route_candidate *c)
{
	return c->path->originator_id != 0 ? c->path->originator_id
					   : c->source->router_id;
}

static int
cmp_router_id(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(router_id(a), router_id(b));
}

/* RFC 4456 9. */
static int
cmp_cluster_list(
    const struct route_candidate *a, const struct route_candidate *b)
{
	return less(
	    a->path->list_len[LIST_CLUSTERS], b->path->list_len[LIST_CLUSTERS]);
}

static int
cmp_addr(const struct route_candidate *a, const struct route_candidate *b)
{
	return addr_cmp(&a->source->addr, &b->source->addr);
}

/* Of one peer's paths any may do, but always the same one. */
static int
cmp_path_id(const struct route_candidate *a, const struct route_candidate *b)
{
	return less(a->path_id, b->path_id);
}

typedef int (*compare)(
    const struct route_candidate *, const struct route_candidate *);

/* Below 0: the first one is better. Step (e), the cost to the next hop, is unknown. */
static const compare steps[] = {
	cmp_local,
	cmp_stale,        /* RFC 9494 4.3 */
	cmp_local_pref,   /* 9.1.1 */
	cmp_as_path,      /* 9.1.2.2 (a) */
	cmp_origin,       /* (b) */
	NULL,             /* (c): keep_med() */
	cmp_ebgp,         /* (d) */
	cmp_router_id,    /* (f): TIE_BREAKS from here on */
	cmp_cluster_list, /* RFC 4456 9 */
	cmp_addr,         /* (g) */
	cmp_path_id,
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]), TIE_BREAKS = 7 };

/* The best stay, in front; in one go, as a peer may give thousands (RFC 7911). */
static size_t
keep_best(struct route_candidate *c, size_t n, compare cmp)
{
	struct route_candidate best = c[0];
	size_t kept = 0;

	for (size_t i = 1; i < n; i++)
		if (cmp(&c[i], &best) < 0)
			best = c[i];
	for (size_t i = 0; i < n; i++) {
		struct route_candidate other = c[kept];

		if (cmp(&c[i], &best) > 0)
			continue;
		c[kept++] = c[i];
		c[i] = other;
	}
	return kept;
}

static int
by_as_and_med(const void *a, const void *b)
{
	const struct route_candidate *x = a, *y = b;
	int order = less(x->path->neighbor_as, y->path->neighbor_as);

	return order != 0 ? order : less(x->path->med, y->path->med);
}

/* MEDs only compare where they come from the same neighbouring AS: (c). */
static size_t
keep_med(struct route_candidate *c, size_t n)
{
	size_t kept = 0;

	qsort(c, n, sizeof(*c), by_as_and_med);
	for (size_t i = 0; i < n; i++) {
		struct route_candidate other = c[kept];
		const struct path *last = kept > 0 ? c[kept - 1].path : NULL;

		if (last != NULL &&
		    last->neighbor_as == c[i].path->neighbor_as &&
		    last->med < c[i].path->med)
			continue;
		c[kept++] = c[i];
		c[i] = other;
	}
	return kept;
}

/* Those that no other one beats change places with those in front that are beaten. */
static size_t
eliminate(struct route_candidate *c, size_t n, compare cmp)
{
	return cmp != NULL ? keep_best(c, n, cmp) : keep_med(c, n);
}

size_t
decide_multipath(struct route_candidate *c, size_t n)
{
	for (size_t i = 0; i < TIE_BREAKS && n > 1; i++)
		n = eliminate(c, n, steps[i]);
	return n;
}

void
decide(struct route_candidate *c, size_t n)
{
	n = decide_multipath(c, n);
	for (size_t i = TIE_BREAKS; i < STEPS && n > 1; i++)
		n = eliminate(c, n, steps[i]);
}
