/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each call goes to the one or the other kind of router, which know nothing of each
 * other. What differs between makes of routers is in router_ways[], as FRR and BIRD
 * have it by default or are configured: their timers, what they do when they are dialed
 * while a session is up, and what they keep of a node whose session has ended.
 *
 * A small router complains itself of what must not be, when it hears it; a core's table
 * is looked at now and then, after something has changed.
 */
#include "tests/sim/router.h"

#include <stdlib.h>

#include "bgpd/session/agreed.h"
#include "common/alloc.h"
#include "tests/sim/core_router.h"
#include "tests/sim/policies.h"
#include "tests/sim/small_router.h"
#include "tests/sim/taught.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum { JUDGE_EVERY = 5000 /* ms */ };

struct router {
	struct world *w;
	struct vhost *host;
	const struct router_way *way;
	struct router_asks asks;
	unsigned number;
	struct core_router *core;   /* owned; either this one … */
	struct small_router *small; /* owned; … or that one */
	bool running;
	uint64_t judged_at; /* ms */
	uint64_t moves;     /* of the core, as last seen */
	unsigned nodes[ROUTER_NODES], n;
};

const struct router_way router_ways[] = {
	{ .name = "frr",
	    .hold_time = 180,
	    .retry = 10000,
	    .error_wait = 1000,
	    .error_most = 16000,
	    .add_path = true,
	    .extended = true,
	    .by_v6 = true,
	    .restart = RESTART_AWARE,
	    .notification = true,
	    .long_lived = true,
	    .heeds_admin = true },
	{ .name = "frr, timers 3 9",
	    .hold_time = 9,
	    .retry = 5000,
	    .error_wait = 1000,
	    .error_most = 8000,
	    .add_path = true,
	    .restart = RESTART_ABLE,
	    .notification = true,
	    .long_lived = true,
	    .heeds_admin = true },
	{ .name = "frr, passive",
	    .hold_time = 30,
	    .retry = 10000,
	    .error_wait = 1000,
	    .error_most = 8000,
	    .passive = true,
	    .restart = RESTART_AWARE,
	    .notification = true,
	    .heeds_admin = true },
	{ .name = "frr, delayopen",
	    .hold_time = 30,
	    .retry = 10000,
	    .error_wait = 1000,
	    .error_most = 8000,
	    .delay_open = 5000 },
	{ .name = "bird",
	    .hold_time = 240,
	    .retry = 30000,
	    .error_wait = 10000,
	    .error_most = 60000,
	    .refuses = true,
	    .restart = RESTART_AWARE,
	    .long_lived = true },
	{ .name = "bird, hold 12",
	    .hold_time = 12,
	    .retry = 10000,
	    .error_wait = 5000,
	    .error_most = 30000,
	    .refuses = true,
	    .replaces = true,
	    .restart = RESTART_ABLE,
	    .long_lived = true },
	{ .name = "bird, passive",
	    .hold_time = 15,
	    .retry = 10000,
	    .error_wait = 5000,
	    .error_most = 30000,
	    .refuses = true,
	    .passive = true },
	{ .name = "bird, hold 0",
	    .hold_time = 0,
	    .retry = 10000,
	    .error_wait = 5000,
	    .error_most = 30000,
	    .replaces = true },
	{ .name = "core", .hold_time = 30, .core = true, .long_lived = true },
	{ .name = "core, passive",
	    .hold_time = 9,
	    .core = true,
	    .passive = true,
	    .notification = true },
	{ .name = "frr, silent",
	    .hold_time = 30,
	    .retry = 5000,
	    .error_wait = 1000,
	    .error_most = 8000,
	    .silent = true,
	    .heeds_admin = true },
};
const unsigned router_n_ways = sizeof(router_ways) / sizeof(router_ways[0]);

struct router *
router_new(struct world *w, struct vhost *host, const struct router_way *way,
    uint32_t asn, uint32_t id, const struct router_asks *asks)
{
	struct router *r = xcalloc(1, sizeof(*r));

	r->w = w;
	r->host = host;
	r->way = way;
	r->asks = *asks;
	r->number = id & 0xff;
	if (way->core)
		r->core = core_router_new(w, host, asn, id, way);
	else
		r->small = small_router_new(w, host, way, asn, id, asks);
	return r;
}

void
router_add(struct router *r, unsigned node, const struct addr *addr,
    uint32_t asn, const char *key)
{
	r->nodes[r->n++] = node;
	if (r->core != NULL)
		core_router_add(r->core, addr, asn, r->way->passive);
	else
		small_router_add(r->small, node, addr, asn);
	router_set_key(r, key);
}

void
router_set_bfd(struct router *r, struct bfd_wire *wire, unsigned ms)
{
	if (r->core != NULL)
		core_router_set_bfd(r->core, wire, ms);
	else
		small_router_set_bfd(r->small, wire, ms);
}

struct bfd_host *
router_bfd(const struct router *r)
{
	return r->core != NULL ? core_router_bfd(r->core)
			       : small_router_bfd(r->small);
}

void
router_start(struct router *r)
{
	if (r->running)
		return;
	world_trace(r->w, "router %u: starts, %s", r->number, r->way->name);
	r->running = true;
	/* What was about to stop when the power went does not live to see it back. */
	if (r->core != NULL)
		core_router_kill(r->core);
	vhost_set_power(r->host, true);
	if (r->core != NULL)
		core_router_start(r->core);
	else
		small_router_start(r->small);
}

static void
end(struct router *r, bool goodbye)
{
	if (!r->running)
		return;
	world_trace(
	    r->w, "router %u: %s", r->number, goodbye ? "stops" : "is gone");
	r->running = false;
	if (r->core == NULL)
		small_router_end(r->small, goodbye);
	else if (goodbye)
		core_router_stop(r->core);
	else
		core_router_kill(r->core);
}

void
router_stop(struct router *r)
{
	end(r, true);
}

void
router_kill(struct router *r)
{
	end(r, false);
}

void
router_free(struct router *r)
{
	end(r, false);
	if (r->core != NULL)
		core_router_free(r->core);
	else
		small_router_free(r->small);
	free(r);
}

bool
router_is_running(const struct router *r)
{
	return r->running;
}

void
router_set_key(struct router *r, const char *key)
{
	if (r->core != NULL)
		core_router_set_key(r->core, key);
	else
		small_router_set_key(r->small, key);
}

void
router_reset(struct router *r, unsigned node)
{
	if (r->small != NULL)
		small_router_reset(r->small, node);
}

void
router_refresh(struct router *r, unsigned node)
{
	if (r->small != NULL)
		small_router_refresh(r->small, node);
}

void
router_teach(struct router *r, uint32_t taught)
{
	if (r->core != NULL)
		core_router_teach(r->core, taught);
	else
		small_router_teach(r->small, taught);
}

/* The core announces no default route, and no host that is no Service's. */
uint32_t
router_can_teach(const struct router *r)
{
	if (r->core == NULL)
		return UINT32_MAX;
	/* Nor is its next hop known beyond the link. */
	return addr_is_link_local(vhost_addr(r->host))
	    ? 0
	    : ~(1u << TAUGHT_DEFAULT | 1u << TAUGHT_HOST);
}

unsigned
router_teaches_from(const struct router *r)
{
	return r->core == NULL ? r->number % 2 : 0;
}

/* --- Looking. --- */

/* The small one says at once what must not be. */
void
router_judge(struct router *r)
{
	if (r->core == NULL)
		return;
	core_router_judge(r->core);
	if (core_router_moves(r->core) != r->moves) {
		r->moves = core_router_moves(r->core);
		r->w->changes++;
	}
	if (r->w->now - r->judged_at < JUDGE_EVERY)
		return;
	r->judged_at = r->w->now;
	for (unsigned i = 0; i < r->n; i++)
		if ((core_router_table(r->core, i).routes &
			~r->asks.told(r->asks.arg, r->nodes[i])) != 0)
			world_complain(
			    r->w, "node%u announces what nobody told it", i);
}

struct vhost *
router_host(const struct router *r)
{
	return r->host;
}

uint64_t
router_routes(const struct router *r, unsigned node)
{
	return r->core != NULL ? core_router_table(r->core, node).routes
			       : small_router_routes(r->small, node);
}

struct router_table
router_table(const struct router *r, unsigned node)
{
	if (r->small != NULL)
		return small_router_table(r->small, node);
	return core_router_table(r->core, node);
}

struct words
router_words(const struct router *r, unsigned node, unsigned bit)
{
	return r->core != NULL ? core_router_words(r->core, node, bit)
			       : small_router_words(r->small, node, bit);
}

bool
router_has_all(const struct router *r, unsigned node)
{
	return r->core != NULL || small_router_has_all(r->small, node);
}

uint64_t
router_connection(const struct router *r, unsigned node)
{
	return r->core != NULL ? core_router_connection(r->core, node)
			       : small_router_connection(r->small, node);
}

bool
router_agreed(const struct router *r, unsigned node, struct agreed *to)
{
	if (r->small != NULL)
		return small_router_agreed(r->small, node, to);
	const struct agreed *agreed = core_router_agreed(r->core, node);

	if (agreed != NULL)
		*to = *agreed;
	return agreed != NULL;
}

unsigned
router_hold_time(const struct router *r, unsigned node)
{
	return r->core != NULL ? core_router_hold_time(r->core, node)
			       : small_router_hold_time(r->small, node);
}
