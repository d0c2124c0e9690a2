/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routers with even numbers are on link 2 of each node, those with odd ones on link 1.
 * Odd small routers teach from afar, by one AS number more. So of the ways to a prefix
 * the best ones are known by the local preference that an import filter sets, by the
 * length of the AS path, and by eBGP before iBGP; they are one route of several hops.
 *
 * What is to be in a kernel is looked at when all is at rest. While things happen a
 * route may be late, but not one to what the node announces itself; and over restarts
 * that are planned nothing that is wanted goes.
 */
#include "tests/sim/taught.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/fib/fib.h"
#include "common/err.h"
#include "tests/fake/fake_fib.h"
#include "tests/sim/announced.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/policies.h"
#include "tests/sim/rim.h"
#include "tests/sim/router.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	METRIC = 2048,  /* spec.learnedRoutes.metric, if nothing else is said */
	SAID_IN = 5000, /* ms from the last session to its routes */
	HELD_LEAST =
	    55000,       /* ms: the least restart time of scene.c, and slack */
	OWN_MOST = 5000, /* ms that one of our own may be there */
	PREF = 100,      /* RFC 4271 9.1.1, where nobody sets it */
};

static const char *const links[TAUGHT_LINKS][2] = {
	{ "192.0.2.0/26", "fd00::/122" },
	{ "192.0.2.64/26", "fd00::40/122" },
};

struct prefix
taught_prefix(unsigned bit)
{
	static const struct {
		uint32_t addr;
		uint8_t len;
	} more[TAUGHT - TAUGHT_DEFAULT] = {
		{ 0, 0 },
		{ 0x0a210000, 24 },
		{ 0x0a210100, 24 },
		{ 0x0a3c0000, 28 },
		{ 0x0a3c0001, 32 },
	};

	if (bit < TAUGHT_DEFAULT)
		return (struct prefix){ addr_v4(0xac100000u | bit << 8), 24 };
	return (struct prefix){ addr_v4(more[bit - TAUGHT_DEFAULT].addr),
		more[bit - TAUGHT_DEFAULT].len };
}

/* TAUGHT: nobody teaches it. */
static unsigned
bit_of(const struct prefix *p)
{
	for (unsigned bit = 0; bit < TAUGHT; bit++) {
		struct prefix q = taught_prefix(bit);

		if (prefix_eq(p, &q))
			return bit;
	}
	return TAUGHT;
}

int
taught_link(unsigned octet)
{
	return octet < 64 ? 1 : 2;
}

/* --- Kernels. --- */

static void
link_up(struct fake_fib *k, int link)
{
	for (unsigned i = 0; i < 2; i++)
		fake_fib_other(k, links[link - 1][i], TABLE_MAIN, 0, "", link);
}

void
taught_links(struct history *h, unsigned node)
{
	for (int link = 1; link <= TAUGHT_LINKS; link++) {
		h->link_down[node][link - 1] = false;
		link_up(daemon_fib(h->nodes[node]), link);
	}
	h->taken[node] = 0;
}

void
taught_set_link(struct history *h, unsigned node, int link, bool up)
{
	struct fake_fib *k = daemon_fib(h->nodes[node]);

	if (h->link_down[node][link - 1] == !up)
		return;
	world_trace(
	    h->w, "node%u: link %d is %s", node, link, up ? "up" : "down");
	h->link_down[node][link - 1] = !up;
	fake_fib_link(k, link, up);
	if (up)
		link_up(k, link);
	else
		h->taken[node] &= taught_link(0) == link ? 0 : UINT32_MAX;
	daemon_fib_news(h->nodes[node]);
}

/* --- What is to be there. --- */

/* Does the node announce it, or what it is in? */
static bool
is_own(uint64_t announced, const struct prefix *p)
{
	for (; announced != 0; announced &= announced - 1) {
		struct prefix own =
		    announced_prefix((unsigned)__builtin_ctzll(announced));

		if (prefix_covers(&own, p))
			return true;
	}
	return false;
}

struct way { /* to what one router teaches */
	bool taken, external;
	uint32_t pref;
	unsigned length;
};

static struct way
way_by(const struct history *h, unsigned router, unsigned bit)
{
	struct scoped_addr at = rim_scoped(scene_router_addr(h, router));
	struct prefix p = taught_prefix(bit);
	char text[SCOPED_ADDR_TEXT];
	struct way way = { .pref = PREF };

	way.external = h->asn[router] != POLICY_AS;
	way.length = way.external + router_teaches_from(h->routers[router]);
	way.taken = (h->taught[router] & 1u << bit) != 0 &&
	    policies_taken(etcd_all(h->etcd), scoped_addr_print(&at, text), &p,
		way.length, &way.pref);
	return way;
}

/* RFC 4271 9.1.2.2 without what all have alike. */
static bool
is_better(const struct way *a, const struct way *b)
{
	if (a->pref != b->pref)
		return a->pref > b->pref;
	if (a->length != b->length)
		return a->length < b->length;
	return a->external && !b->external;
}

/* Routers that the node's route leads to, by bits; 0: there is none. */
static unsigned
wanted(const struct history *h, unsigned node, unsigned bit)
{
	const struct prefix p = taught_prefix(bit);
	struct way ways[ROUTERS];
	unsigned set = 0;

	if (!h->learns || (bit == TAUGHT_DEFAULT && !h->learns_default) ||
	    (h->taken[node] & 1u << bit) != 0 ||
	    is_own(announced_by(etcd_all(h->etcd), node), &p))
		return 0;
	for (unsigned k = 0; k < h->n_routers; k++)
		ways[k] = way_by(h, k, bit);
	for (unsigned k = 0; k < h->n_routers; k++) {
		bool best = ways[k].taken;

		for (unsigned m = 0; m < h->n_routers; m++)
			best &=
			    !ways[m].taken || !is_better(&ways[m], &ways[k]);
		if (best &&
		    !h->link_down[node][taught_link(scene_router_octet(k)) - 1])
			set |= 1u << k;
	}
	return set;
}

/* --- What is there. --- */

static unsigned
router_of(const struct history *h, const struct hop *hop)
{
	unsigned octet = hop->via.bytes[hop->via.family == FAMILY_V4 ? 3 : 15];

	for (unsigned k = 0; k < h->n_routers; k++)
		if (scene_router_octet(k) == octet &&
		    taught_link(octet) == hop->link)
			return 1u << k;
	return 0;
}

static void
judge_route(struct history *h, unsigned node, const struct fake_route *r)
{
	char text[PREFIX_TEXT];
	unsigned bit = bit_of(&r->prefix), has = 0;
	unsigned want = bit < TAUGHT ? wanted(h, node, bit) : 0;

	for (size_t i = 0; i < r->n; i++)
		has |= router_of(h, &r->hops[i]);
	if (want != has || r->metric != METRIC || r->table != TABLE_MAIN)
		world_complain(h->w,
		    "node%u has a route to %s by routers %x, not %x", node,
		    prefix_print(&r->prefix, text), has, want);
}

static void
judge_node(struct history *h, unsigned node)
{
	const struct fake_fib *k = daemon_fib(h->nodes[node]);
	char text[PREFIX_TEXT];

	for (unsigned bit = 0; bit < TAUGHT; bit++) {
		const struct prefix p = taught_prefix(bit);
		bool has = fake_fib_find(k, &p, TABLE_MAIN, METRIC) != NULL;
		unsigned want = wanted(h, node, bit);

		if (has != (want != 0))
			world_complain(h->w,
			    "node%u has %s route to %s, by routers %x", node,
			    has ? "a" : "no", prefix_print(&p, text), want);
	}
	for (size_t i = 0; i < k->n; i++)
		if (k->routes[i].protocol == FIB_PROTOCOL)
			judge_route(h, node, &k->routes[i]);
}

/* Those of its links, and those that were put there. */
static void
judge_others(struct history *h, unsigned node)
{
	const struct fake_fib *k = daemon_fib(h->nodes[node]);
	size_t want = (unsigned)__builtin_popcount(h->taken[node]);

	for (unsigned i = 0; i < TAUGHT_LINKS; i++)
		want += h->link_down[node][i] ? 0 : 2;
	if (k->n - fake_fib_count(k) != want)
		world_complain(h->w, "node%u has %zu routes of others, not %zu",
		    node, k->n - fake_fib_count(k), want);
}

void
taught_judge_rest(struct history *h)
{
	for (unsigned i = 0; h->teaches && i < h->n_nodes; i++) {
		judge_node(h, i);
		judge_others(h, i);
	}
}

static bool
has_own(const struct history *h, unsigned node)
{
	const struct fake_fib *k = daemon_fib(h->nodes[node]);
	uint64_t announced = daemon_wants(h->nodes[node]);

	for (size_t i = 0; i < k->n; i++)
		if (k->routes[i].protocol == FIB_PROTOCOL &&
		    is_own(announced, &k->routes[i].prefix))
			return true;
	return false;
}

static uint32_t
in_kernel(const struct history *h, unsigned node)
{
	uint32_t set = 0;

	for (unsigned bit = 0; bit < TAUGHT; bit++) {
		const struct prefix p = taught_prefix(bit);

		if (fake_fib_find(daemon_fib(h->nodes[node]), &p, TABLE_MAIN,
			METRIC) != NULL)
			set |= 1u << bit;
	}
	return set;
}

static bool
have_said(struct history *h, unsigned node)
{
	struct taught_run *r = &h->runs[node];
	bool up = true;

	for (unsigned k = 0; k < h->n_routers; k++)
		up &= router_connection(h->routers[k], node) != 0;
	if (!up)
		r->up_since = 0;
	else if (r->up_since == 0)
		r->up_since = h->w->now;
	return up && h->w->now - r->up_since > SAID_IN;
}

static void
judge_held(struct history *h, unsigned node)
{
	struct taught_run *r = &h->runs[node];
	bool runs = daemon_bgpd(h->nodes[node]) != NULL;
	char text[PREFIX_TEXT];

	if (runs && !r->runs)
		*r = (struct taught_run){ .held = in_kernel(h, node),
			.began = h->w->now };
	r->runs = runs;
	if (!runs || r->held == 0)
		return;
	if (have_said(h, node) || !daemon_can_restart(h->nodes[node]) ||
	    h->w->now - r->began > HELD_LEAST) {
		r->held = 0;
		return;
	}
	uint32_t gone = r->held & ~in_kernel(h, node);

	for (; gone != 0; gone &= gone - 1) {
		unsigned bit = (unsigned)__builtin_ctz(gone);
		const struct prefix p = taught_prefix(bit);

		if (wanted(h, node, bit) != 0)
			world_complain(h->w,
			    "node%u loses its route to %s over a restart", node,
			    prefix_print(&p, text));
		r->held &= ~(1u << bit);
	}
}

void
taught_judge(struct history *h)
{
	for (unsigned i = 0; h->planned && i < h->n_nodes; i++)
		judge_held(h, i);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		if (h->own_seen[i] == h->w->changes && h->own_since[i] == 0)
			continue;
		h->own_seen[i] = h->w->changes;
		if (!daemon_is_calm(h->nodes[i]) || !has_own(h, i))
			h->own_since[i] = 0;
		else if (h->own_since[i] == 0)
			h->own_since[i] = h->w->now;
		else if (h->w->now - h->own_since[i] > OWN_MOST)
			world_complain(
			    h->w, "node%u has a route to what it announces", i);
	}
}
