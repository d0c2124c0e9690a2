/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/kept.h"

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
	k->table.routes &= ~routes;
	k->table.stale &= k->table.routes;
	k->table.shunned &= k->table.routes;
	k->w->changes++;
}

void
kept_announce(struct kept *k, uint64_t routes, bool shunned)
{
	kept_forget(k, routes);
	k->table.routes |= routes;
	k->table.shunned |= shunned ? routes : 0;
	k->unsaid &= ~routes;
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

static void arm(struct kept *, uint64_t ms);

static uint64_t
long_lived_time(const struct kept *k)
{
	return k->long_lived.present && k->long_lived.family[FAMILY_V4]
	    ? k->long_lived.time[FAMILY_V4] * 1000ull
	    : 0;
}

/* RFC 9494 4.2: from now on they are depreferenced. */
static void
age(struct kept *k)
{
	world_trace(k->w, "router %u: node%u: %llx for long", k->router,
	    k->node, (unsigned long long)k->table.stale);
	k->aged = true;
	k->w->changes++;
	arm(k, long_lived_time(k));
}

static void
on_due(void *arg, uint64_t what)
{
	struct kept *k = arg;

	(void)what;
	if (k->table.stale == 0 || k->w->now < k->until)
		return;
	if (!k->up && !k->aged && long_lived_time(k) != 0) {
		age(k);
		return;
	}
	world_trace(k->w, "router %u: node%u: too late", k->router, k->node);
	kept_forget(k, k->table.stale);
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
	k->up = k->aged = false;
	if (!kept_stays(k, end)) {
		kept_forget(k, UINT64_MAX);
		return;
	}
	kept_forget(k, k->table.stale);
	k->table.stale = k->table.routes;
	world_trace(k->w, "router %u: node%u: keeps %llx", k->router, k->node,
	    (unsigned long long)k->table.stale);
	arm(k, k->restart.time * 1000ull);
}

void
kept_up(struct kept *k, const struct caps *caps)
{
	bool forwards = k->aged ? caps->long_lived.forwarding[FAMILY_V4]
				: caps->restart.forwarding[FAMILY_V4];

	k->up = true;
	k->ended = k->refreshes = false;
	k->restart = caps->restart;
	k->long_lived = k->way->long_lived ? caps->long_lived
					   : (struct caps_long_lived){ 0 };
	if (!k->restart.present || !forwards)
		kept_forget(k, k->table.stale);
	else if (k->table.stale != 0 && !k->aged) /* else that time goes on */
		arm(k, STALE_MOST);
}

void
kept_end_of_rib(struct kept *k)
{
	kept_forget(k, k->table.stale);
	k->aged = false;
	k->ended = true;
}

bool
kept_refresh_begin(struct kept *k)
{
	if (!k->ended)
		return false;
	k->refreshes = true;
	k->unsaid = k->table.routes;
	return true;
}

bool
kept_refresh_end(struct kept *k)
{
	if (!k->refreshes)
		return false;
	k->refreshes = false;
	kept_forget(k, k->unsaid);
	return true;
}

struct router_table
kept_table(const struct kept *k)
{
	struct router_table t = k->table;

	t.aged = k->aged ? t.stale : 0;
	return t;
}
