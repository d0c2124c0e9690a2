/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/promises.h"

#include <string.h>

#include "bgpd/session/agreed.h"
#include "bgpd/session/session_config.h"
#include "tests/sim/allocators.h"
#include "tests/sim/announced.h"
#include "tests/sim/bfd_promises.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/limited.h"
#include "tests/sim/plane.h"
#include "tests/sim/rim.h"
#include "tests/sim/router.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	SLACK = 2000,      /* ms, of the network */
	GOODBYE_IN = 5000, /* ms */
	/* ms, of what scene.c configures, and a restart time behind it */
	HOLD_MOST = 100000 + 60000,
};

/*
 * A session that is up on one side and dead on the other ends within its hold time. The
 * other side may never have been up with it, as it reads nothing: its KEEPALIVEs come
 * from OpenConfirm then, for a hold time of its own (RFC 4271 8.2.2), before it dies.
 */
static void
judge_lonely(struct history *h, unsigned node, unsigned router, bool at_node,
    uint64_t one, unsigned hold)
{
	uint64_t *since = &h->lonely[node][router][at_node];
	uint64_t *which = &h->lonely_one[node][router][at_node];
	unsigned holds = h->compared[node][router] == one ? 1 : 2;

	/* Where segments are lost, what was said long ago is heard late. */
	if (one == 0 || hold == 0 ||
	    vtcp_loss(daemon_host(h->nodes[node]),
		router_host(h->routers[router])) != 0) {
		*since = 0;
		return;
	}
	if (*since == 0 || *which != one)
		*since = h->w->now;
	*which = one;
	if (h->w->now - *since > holds * hold * 1000 + SLACK)
		world_complain(h->w,
		    "%s of node%u and router %u is up without the other side",
		    at_node ? "the session" : "the router's session", node,
		    scene_router_octet(router));
}

/* Of what the node asks for the router knows all that it knows itself, and no more. */
static bool
differ_in_restart(
    const struct caps *at_router, const struct restart_config *asked)
{
	const struct caps_restart *r = &at_router->restart;
	const struct caps_long_lived *l = &at_router->long_lived;

	if (!r->present)
		return false;
	return !asked->on || r->time != asked->time ||
	    (r->notification && !asked->notification) ||
	    (l->present && l->time[FAMILY_V4] != asked->long_lived);
}

/* Both sides of a session go by the same. */
static void
compare(struct history *h, unsigned node, unsigned router)
{
	const struct agreed *ours = rim_agreed(
	    daemon_rim(h->nodes[node]), scene_router_addr(h, router));
	const struct session_config *running = rim_running(
	    daemon_rim(h->nodes[node]), scene_router_addr(h, router));
	struct agreed theirs;

	if (!router_agreed(h->routers[router], node, &theirs) || ours == NULL)
		return;
	const struct caps *a = &ours->caps, *b = &theirs.caps;

	if (ours->hold_time != theirs.hold_time || a->as4 != b->as4 ||
	    memcmp(a->family, b->family, sizeof(a->family)) != 0 ||
	    a->route_refresh != b->route_refresh ||
	    a->enhanced_refresh != b->enhanced_refresh ||
	    a->extended_message != b->extended_message ||
	    a->extended_next_hop != b->extended_next_hop ||
	    a->restart.present != b->restart.present ||
	    a->restart.notification != b->restart.notification ||
	    a->long_lived.present != b->long_lived.present ||
	    (running != NULL && differ_in_restart(b, &running->restart)))
		world_complain(h->w,
		    "node%u and router %u have agreed to different things",
		    node, scene_router_octet(router));
}

static void
judge_pair(struct history *h, unsigned node, unsigned router)
{
	const struct rim *rim = daemon_rim(h->nodes[node]);
	const struct router *r = h->routers[router];
	const struct addr *addr = scene_router_addr(h, router);
	uint64_t ours = rim != NULL ? rim_connection(rim, addr) : 0;
	uint64_t theirs = router_connection(r, node);

	if (ours != 0 && ours == theirs && h->compared[node][router] != ours) {
		h->compared[node][router] = ours;
		compare(h, node, router);
	}
	bfd_promises_judge_pair(h, node, router, ours);
	judge_lonely(h, node, router, true, ours != theirs ? ours : 0,
	    ours != 0 ? rim_hold_time(rim, addr) : 0);
	judge_lonely(h, node, router, false, ours != theirs ? theirs : 0,
	    theirs != 0 ? router_hold_time(r, node) : 0);
	if (h->at_rest && (ours == 0 || ours != theirs))
		world_complain(h->w, "node%u and router %u part at rest", node,
		    scene_router_octet(router));
	/* Without a hold time a router has no way to know. */
	if (h->stopped[node] != 0 && theirs != 0 &&
	    router_hold_time(r, node) != 0 && router_routes(r, node) != 0 &&
	    h->w->now - h->stopped[node] > HOLD_MOST + SLACK)
		world_complain(
		    h->w, "node%u has stopped, and is not withdrawn", node);
}

void
promises_judge(void *arg)
{
	struct history *h = arg;

	for (unsigned k = 0; k < h->n_routers; k++)
		router_judge(h->routers[k]);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		struct rim *rim = daemon_rim(h->nodes[i]);

		if (rim != NULL)
			rim_judge(rim);
		for (unsigned k = 0; k < h->n_routers; k++)
			judge_pair(h, i, k);
	}
	bfd_promises_judge(h);
	plane_judge(h->plane);
	if (h->teaches)
		taught_judge(h);
	if (h->mesh.there && h->at_rest)
		mesh_judge(h);
}

/* Nothing is left over from what has been. */
void
promises_judge_counts(struct history *h)
{
	unsigned wanted = h->n_nodes * h->n_routers + mesh_sessions(h);

	if (vtcp_count(h->net) != 2 * wanted)
		world_complain(h->w, "%u sockets for %u sessions",
		    vtcp_count(h->net), wanted);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		if (rim_count(daemon_rim(h->nodes[i])) !=
		    h->n_routers + mesh_sessions_of(h, i))
			world_complain(h->w, "node%u has %u connections", i,
			    rim_count(daemon_rim(h->nodes[i])));
		for (unsigned k = 0; k < h->n_routers; k++)
			if (router_table(h->routers[k], i).stale != 0)
				world_complain(h->w,
				    "router %u has stale routes of node%u",
				    scene_router_octet(k), i);
	}
}

/* Of what the router has of the node. */
static void
judge_words(struct history *h, unsigned node, unsigned router,
    const struct words words[64])
{
	uint64_t left = router_routes(h->routers[router], node);

	for (; left != 0; left &= left - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(left);
		struct words has = router_words(h->routers[router], node, bit);
		const struct words *want = &words[bit];

		if (!words_eq(&has, want))
			world_complain(h->w,
			    "router %u has bit %u of node%u with MED %u, %x, "
			    "%u prepended, not MED %u, %x, %u prepended",
			    scene_router_octet(router), bit, node, has.med,
			    has.communities, has.prepends, want->med,
			    want->communities, want->prepends);
	}
}

static void
judge_routes(struct history *h, unsigned node, unsigned router)
{
	uint64_t takes, has = router_routes(h->routers[router], node);
	struct words words[64];
	unsigned octet = scene_router_octet(router);

	if (!scene_told(h, router, &takes, words))
		world_complain(h->w, "r%u lacks a filter", router);
	uint64_t wanted = announced_by(etcd_all(h->etcd), node) & takes;

	if (router_connection(h->routers[router], node) == 0)
		world_complain(
		    h->w, "node%u and router %u do not come up", node, octet);
	else if ((has ^ wanted) & (has | ~limited_of(h, UINT64_MAX)) ||
	    !router_has_all(h->routers[router], node))
		world_complain(h->w, "router %u has %llx of node%u, not %llx",
		    octet, (unsigned long long)has, node,
		    (unsigned long long)wanted);
	else
		judge_words(h, node, router, words);
}

void
promises_judge_rest(struct history *h)
{
	allocators_judge_rest(h->allocators);
	bfd_promises_judge_rest(h);
	taught_judge_rest(h);
	mesh_judge_rest(h);
	limited_judge_rest(h);
	for (unsigned i = 0; i < h->n_nodes; i++)
		for (unsigned k = 0; k < h->n_routers; k++)
			judge_routes(h, i, k);
}

/* what: the troubles there had been by then, and the node. */
static void
on_goodbye_due(void *arg, uint64_t what)
{
	struct history *h = arg;
	unsigned node = (unsigned)(what % NODES);

	/* It may be there again by now, or have stopped again, for a restart. */
	if (what / NODES != h->troubles || h->stopped[node] == 0 ||
	    h->w->now - h->stopped[node] < GOODBYE_IN)
		return;
	for (unsigned k = 0; k < h->n_routers; k++)
		if (h->had_session[node][k] &&
		    router_routes(h->routers[k], node) != 0)
			world_complain(
			    h->w, "node%u did not say goodbye", node);
}

void
promises_expect_goodbye(struct history *h, unsigned node)
{
	for (unsigned k = 0; k < h->n_routers; k++)
		h->had_session[node][k] =
		    router_connection(h->routers[k], node) != 0;
	world_at(h->w, h->w->now + GOODBYE_IN, on_goodbye_due, h,
	    h->troubles * NODES + node);
}
