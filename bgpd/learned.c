/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learned routes between the parts: the configuration says whether there are any, the
 * rib what they are, the port puts them into the kernel.
 *
 * What an earlier run left there is kept at the start until the peers have said all of
 * it anew, or for as long as they keep ours (gracefulRestart.restartTime): then what
 * nobody has said goes. Over a restart they stay; who leaves takes them along.
 */
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/core.h"
#include "bgpd/fib/fib.h"
#include "bgpd/fib/fib_port.h"
#include "bgpd/fib/hops.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/path.h"
#include "bgpd/session/agreed.h"
#include "bgpd/session/session.h"
#include "common/alloc.h"
#include "common/log.h"

#define SLICE 2048   /* prefixes that are judged in one go */
#define HEARD_MS 500 /* between two looks whether peers have said all */

_Static_assert(
    LEARNED_PATHS_MOST == HOPS_MAX, "as many as a list has room for");

static void
on_due(void *arg)
{
	bgpd_mark_learned(arg);
}

static const char *
on_zone(void *arg, uint32_t source)
{
	const struct bgpd *b = arg;

	return peers_zone(b->peers, source);
}

static void
on_judges(void *arg)
{
	struct bgpd *b = arg;

	bgpd_mark(b, JOB_ROUTES, bgpd_now(b));
}

static const struct fib_ops fib_ops = {
	.due = on_due, .zone = on_zone, .judges = on_judges
};

void
bgpd_learned_init(struct bgpd *b)
{
	b->fib = fib_new(
	    b->rib, path_table_seed(b->paths) ^ FIB_PROTOCOL, &fib_ops, b);
}

void
bgpd_learned_fini(struct bgpd *b)
{
	fib_free(b->fib);
	free(b->uninstalled);
}

void
bgpd_mark_learned(struct bgpd *b)
{
	if (b->listed)
		bgpd_mark(b, JOB_LEARNED, bgpd_now(b));
}

void
bgpd_apply_learned(struct bgpd *b, const struct bgp_configuration *config)
{
	const struct learned_settings *l =
	    config != NULL ? &config->learned : NULL;

	if (!b->learning && config != NULL && config->restart.enabled) {
		fib_hold(b->fib);
		b->held_until = b->ran_at + config->restart.time * 1000ull;
	}
	b->learning = true;
	if (l == NULL || !l->enabled)
		fib_set(b->fib, NULL);
	else
		fib_set(b->fib,
		    &(struct fib_settings){ .table = l->table,
			.metric = l->metric,
			.max_paths = l->max_paths,
			.has_default = l->default_route });
}

/* Has the peer said all that it had to say since the start? */
static bool
has_said(const struct view_peer *p)
{
	const struct agreed *agreed = session_agreed(p->session);

	if (p->blocked != NULL)
		return true;
	for (unsigned f = FAMILY_V4; agreed != NULL && f < FAMILIES; f++)
		if (agreed->caps.family[f] && p->restart->end_received[f] == 0)
			return false;
	return agreed != NULL;
}

/* Of a prefix nobody knows who is still to come. */
static bool
have_said(struct bgpd *b)
{
	size_t n, n_ranges;
	const struct view_peer *peers = peers_view(b->peers, &n);
	const struct view_range *ranges = peers_ranges(b->peers, &n_ranges);

	for (size_t i = 0; i < n; i++)
		if (!has_said(&peers[i]))
			return false;
	for (size_t i = 0; i < n_ranges; i++)
		if (ranges[i].blocked == NULL && !ranges[i].shut)
			return false;
	return true;
}

/* When it is to be looked again; 0: nothing is held any more. */
static uint64_t
release(struct bgpd *b, uint64_t now)
{
	if (!fib_is_holding(b->fib))
		return 0;
	if (now < b->held_until && !have_said(b))
		return now + HEARD_MS;
	fib_release(b->fib);
	return now;
}

uint64_t
bgpd_run_learned(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	const struct fib_port *port = b->ports.fib;
	uint64_t again = release(b, now);
	bool more = fib_run(b->fib, SLICE);

	if (port != NULL && b->learning)
		port->settle(port->arg, b->fib);
	return more ? now : again;
}

void
bgpd_clear_learned(struct bgpd *b)
{
	const struct fib_port *port = b->ports.fib;

	/* What an earlier run left is told of the next one; who leaves has none. */
	if (!b->learning && b->phase != PHASE_LEAVING)
		return;
	b->learning = true;
	fib_clear(b->fib);
	if (port != NULL)
		port->settle(port->arg, b->fib);
}

bool
bgpd_learned_is_idle(const struct bgpd *b)
{
	const struct fib_port *port = b->ports.fib;

	return port == NULL || port->is_idle(port->arg);
}

void
bgpd_fib_news(struct bgpd *b)
{
	bgpd_mark_learned(b);
}

void
bgpd_installed(struct bgpd *b, const char *why)
{
	free(b->uninstalled);
	b->uninstalled = xstrdup(why);
	bgpd_mark_status(b);
}

/* Conditions. */

struct told_state {
	enum fib_state state;
	const char *reason, *what;
};

/* What somebody has to do something about; the first prefix stands for all. */
static const struct told_state told[] = {
	{ FIB_UNREACHABLE, "NextHopUnreachable",
	    "no link and no route of others leads to their next hops" },
	{ FIB_TAKEN, "Taken",
	    "somebody else has a route with this metric "
	    "(BGPConfiguration.spec.learnedRoutes.metric)" },
	{ FIB_REFUSED, "Refused", "the kernel refuses them" },
};

void
bgpd_learned_conditions(struct bgpd *b)
{
	const struct fib_counts *c = fib_count(b->fib);
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const struct told_state *t = &told[i];
		uint32_t n =
		    c->n[FAMILY_V4][t->state] + c->n[FAMILY_V6][t->state];

		if (n > 0)
			standing_add(&b->standing, "LearnedRoutesMissing",
			    t->reason, bgpd_now(b),
			    "%u learned routes are not in the kernel, as %s: "
			    "%s",
			    n, prefix_print(&c->first[t->state], text),
			    t->what);
	}
	if (b->uninstalled != NULL && fib_is_on(b->fib))
		standing_add(&b->standing, "LearnedRoutesMissing", "NotInPlace",
		    bgpd_now(b), "learned routes: %s", b->uninstalled);
}
