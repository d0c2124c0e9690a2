/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/kept.h"

#include "tests/sim/router.h"
#include "tests/sim/world.h"

enum { STALE_MOST = 360000 /* ms from coming up to End-of-RIB */ };

void
kept_init(struct kept *k, struct world *w, const struct router_way *way,
    unsigned router, unsigned node)
{
	*k =
	    (struct kept){ .w = w, .way = way, .router = router, .node = node };
}

void
kept_forget(struct kept *k, uint64_t routes)
{
	k->routes &= ~routes;
	k->stale &= k->routes;
	k->shunned &= k->routes;
	k->w->changes++;
}

void
kept_announce(struct kept *k, uint64_t routes, bool shunned)
{
	kept_forget(k, routes);
	k->routes |= routes;
	k->shunned |= shunned ? routes : 0;
}

bool
kept_stays(const struct kept *k, enum end end)
{
	if (k->way->restart == RESTART_UNKNOWN || !k->restart.present ||
	    !k->restart.family[FAMILY_V4])
		return false;
	return end == END_TCP || end == END_LOST ||
	    (end == END_SAID && k->way->notification &&
		k->restart.notification);
}

static void
on_due(void *arg, uint64_t what)
{
	struct kept *k = arg;

	(void)what;
	if (k->stale != 0 && k->w->now >= k->until) {
		world_trace(
		    k->w, "router %u: node%u: too late", k->router, k->node);
		kept_forget(k, k->stale);
	}
}

static void
arm(struct kept *k, uint64_t ms)
{
	k->until = k->w->now + ms;
	world_at(k->w, k->until, on_due, k, 0);
}

/* What was stale already when the session came up goes (RFC 4724 4.2). */
void
kept_down(struct kept *k, enum end end)
{
	if (!kept_stays(k, end)) {
		kept_forget(k, UINT64_MAX);
		return;
	}
	kept_forget(k, k->stale);
	k->stale = k->routes;
	world_trace(k->w, "router %u: node%u: keeps %llx", k->router, k->node,
	    (unsigned long long)k->stale);
	arm(k, k->restart.time * 1000ull);
}

void
kept_up(struct kept *k, const struct caps *caps)
{
	k->restart = caps->restart;
	if (!k->restart.present || !k->restart.forwarding[FAMILY_V4])
		kept_forget(k, k->stale);
	else if (k->stale != 0)
		arm(k, STALE_MOST);
}

void
kept_end_of_rib(struct kept *k)
{
	kept_forget(k, k->stale);
}
