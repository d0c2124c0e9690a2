/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What packets meet is the same between two events, so nothing has to be sent: after an
 * event that may have changed it, the time since the last one is added up with what was
 * lost by then, and the state is looked at anew. All is in sets of prefixes
 * (announced.h), one for each router and node; time is kept only for the prefixes that
 * differ from what they should be.
 *
 * What is judged:
 *
 *	a packet for an address that nobody has does not go back to the router that
 *	  sent it, where it is in an announced aggregate (at any moment);
 *	a node that hears of all, is heard by the router and has been for a while is
 *	  announced by that router as objects say, but for moments;
 *	routes without a session are gone after the restart time;
 *	where loss is forbidden, none of what was served all along.
 *
 * With racks a router uses the routes of some nodes alone, and has the others' by way
 * of other routers, which hear of each other late: fabric.c.
 */
#include "tests/sim/plane.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "tests/sim/announced.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/fabric.h"
#include "tests/sim/limited.h"
#include "tests/sim/promises.h"
#include "tests/sim/rim.h"
#include "tests/sim/router.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	BITS = 64,
	LOOK_EVERY = 1000, /* ms, where nothing changes */
	/* ms until what was held back for a pair has come: TCP's longest pause and a
	 * few answers of kube-proxy. */
	CLEAN_FOR = 45000,
	HOLD_MOST = 100000, /* ms, of what scene.c configures */
	REACT = 5000,       /* ms from an edit to the router */
	DRAIN_MOST = 30000, /* ms from the wish to what follows */
	RESTART_MOST =
	    122000, /* ms that a node is waited for, the slack in it */
	AGED_MOST = RESTART_MOST + FOR_LONG_MOST * 1000, /* … for long */
};

static const uint64_t addrs = (1ull << ANNOUNCED_ADDRS) - 1;
static const uint64_t pods =
    ((1ull << ANNOUNCED_AGGREGATES) - 1) & ~((1ull << ANNOUNCED_ADDRS) - 1);

struct pair { /* a router and a node */
	struct router_table table;
	uint64_t uses;         /* addresses and pods that it sends there */
	uint64_t by_aggregate; /* … of them without a host route */
	uint64_t dead;         /* … that get no further */
	bool reaches;
	uint64_t
	    troubled_at; /* ms, when words of one last were late; 0: never */
	uint64_t clean_since;  /* ms; 0: it is not */
	uint64_t orphan_since; /* ms; 0: there is a session, or no route */
	bool was_aged;         /* all that it had, when last looked at */
	uint64_t connection;   /* as last looked at */
	uint64_t differs;      /* from what is to be there */
	uint64_t since[BITS];  /* ms, of the bits of differs */
};

struct plane {
	struct history *h;
	struct fabric *fabric;    /* owned; NULL: all routers have all nodes */
	uint64_t passes[ROUTERS]; /* addresses and pods that get there */
	uint64_t seen;            /* world's changes */
	uint64_t at;              /* ms, of the last look */
	bool edited;              /* objects have changed since then */
	bool forbids;
	uint64_t serves[NODES], wanted[NODES];
	uint64_t takes[ROUTERS]; /* what filters let through */
	bool unclear[ROUTERS];   /* … one of which is missing */
	bool drained[NODES];
	uint64_t drained_at[NODES]; /* ms, when that changed */
	bool excused[NODES];        /* nobody keeps what it alone serves */
	uint64_t touched;           /* by edits */
	uint64_t policy_at; /* ms, when what filters do was last edited */
	uint64_t offered;   /* by any node that is not drained */
	uint64_t
	    edited_at[BITS];  /* ms: it is served where it was not, or less */
	uint64_t settled;     /* those that everybody has heard of */
	uint64_t whole_since; /* ms, all do; 0: they don't */
	struct pair pairs[ROUTERS][NODES];
	double rate[PLANE_CAUSES]; /* addresses that are lost now */
	double lost[PLANE_CAUSES];
};

static bool
is_policy(const char *kind)
{
	return strcmp(kind, "BGPFilter") == 0 || strcmp(kind, "BGPPeer") == 0 ||
	    strcmp(kind, "BGPConfiguration") == 0;
}

static void
on_news(void *arg, const char *kind, const char *ns, const char *name,
    const json_t *object)
{
	struct plane *p = arg;
	bool matters = strcmp(kind, "Service") == 0 ||
	    strcmp(kind, "EndpointSlice") == 0 || strcmp(kind, "Node") == 0 ||
	    strcmp(kind, "ServiceGroup") == 0 ||
	    (p->h->filtered && strncmp(kind, "BGP", 3) == 0);

	(void)ns;
	/* A filter and who names it, too: for a moment either may be as it was. */
	if (p->h->filtered && is_policy(kind)) {
		if (p->h->w->now - p->policy_at <= REACT)
			p->touched = UINT64_MAX;
		p->policy_at = p->h->w->now;
	}
	/* The two of a Service are heard of at different times. */
	if (strcmp(kind, "Service") == 0)
		p->touched |= announced_of(etcd_all(p->h->etcd), name);
	if (strcmp(kind, "EndpointSlice") == 0 && object != NULL)
		p->touched |= announced_of(etcd_all(p->h->etcd),
		    etcd_text(
			json_object_get(
			    json_object_get(object, "metadata"), "labels"),
			"kubernetes.io/service-name"));
	if (matters) {
		p->edited = true;
		p->h->w->changes++;
	}
}

struct plane *
plane_new(struct history *h)
{
	struct plane *p = xcalloc(1, sizeof(*p));

	p->h = h;
	p->at = h->w->now;
	p->edited = true;
	etcd_follow(h->etcd, on_news, p);
	return p;
}

void
plane_set_racks(struct plane *p)
{
	p->fabric = fabric_new(p->h->w, p->h->n_routers);
}

void
plane_free(struct plane *p)
{
	fabric_free(p->fabric);
	free(p);
}

/* --- What is there now. --- */

/* What another set of routers' filters lets through now. */
static uint64_t
see_filters(struct plane *p)
{
	struct words words[64];
	uint64_t changed = 0;

	for (unsigned k = 0; k < p->h->n_routers; k++) {
		uint64_t takes;

		p->unclear[k] = !scene_told(p->h, k, &takes, words);
		changed |= takes ^ p->takes[k];
		p->takes[k] = takes;
	}
	return changed | announced_covered(changed);
}

static void
see_objects(struct plane *p)
{
	const json_t *all = etcd_all(p->h->etcd);
	uint64_t offered = 0, changed = see_filters(p);

	for (unsigned i = 0; i < p->h->n_nodes; i++) {
		uint64_t was = p->serves[i];

		p->serves[i] = announced_served(all, i);
		p->wanted[i] = announced_by(all, i);
		if (p->drained[i] != announced_drained(all, i))
			p->drained_at[i] = p->h->w->now;
		p->drained[i] = announced_drained(all, i);
		offered |= p->drained[i] ? 0 : p->serves[i];
		changed |= was & ~p->serves[i];
	}
	changed |= (offered & ~p->offered) | p->touched;
	p->touched = 0;
	p->offered = offered;
	p->settled &= ~changed;
	for (; changed != 0; changed &= changed - 1)
		p->edited_at[__builtin_ctzll(changed)] = p->h->w->now;
	p->edited = false;
}

/* What is said of several nodes' routes for the same prefixes. */
struct routes {
	uint64_t has[NODES], shunned[NODES], aged[NODES];
};

/* Where there are others. */
static void
leave_out(struct routes *r, const uint64_t blemished[NODES], unsigned n)
{
	uint64_t good = 0;

	for (unsigned i = 0; i < n; i++)
		good |= r->has[i] & ~blemished[i];
	for (unsigned i = 0; i < n; i++)
		r->has[i] &= ~(good & blemished[i]);
}

/* What is stale for long is worse than any preference (RFC 9494 4.3). */
static void
choose(struct routes *r, unsigned n)
{
	leave_out(r, r->aged, n);
	leave_out(r, r->shunned, n);
}

static bool
is_in_rack(const struct plane *p, unsigned k, unsigned i)
{
	return p->fabric == NULL || i % p->h->n_routers == k;
}

/* Of the rack, one by one. */
static void
tell_fabric(struct plane *p, unsigned k)
{
	struct ranks own = { 0 };

	for (unsigned i = 0; i < p->h->n_nodes; i++) {
		const struct router_table *t = &p->pairs[k][i].table;

		if (!is_in_rack(p, k, i))
			continue;
		own.at_least[RANK_AGED] |= t->routes;
		own.at_least[RANK_SHUNNED] |= t->routes & ~t->aged;
		own.at_least[RANK_GOOD] |= t->routes & ~t->aged & ~t->shunned;
	}
	fabric_has(p->fabric, k, &own);
}

/* Does the router send its packets for these to another one? */
static uint64_t
sent_on(const struct plane *p, unsigned k)
{
	uint64_t all = 0;

	for (unsigned m = 0; p->fabric != NULL && m < p->h->n_routers; m++)
		all |= fabric_sends(p->fabric, k, m);
	return all;
}

static void
see_router(struct plane *p, unsigned k)
{
	struct history *h = p->h;
	struct router *r = h->routers[k];
	struct routes host, wide;
	uint64_t any = 0;

	for (unsigned i = 0; i < h->n_nodes; i++) {
		struct pair *pair = &p->pairs[k][i];

		pair->table = router_is_running(r) ? router_table(r, i)
						   : (struct router_table){ 0 };
		pair->reaches =
		    vtcp_passes(router_host(r), daemon_host(h->nodes[i]));
		if (!is_in_rack(p, k, i)) {
			host.has[i] = host.shunned[i] = host.aged[i] = 0;
			wide.has[i] = wide.shunned[i] = wide.aged[i] = 0;
			continue;
		}
		host.has[i] = pair->table.routes & (addrs | pods);
		host.shunned[i] = pair->table.shunned & (addrs | pods);
		host.aged[i] = pair->table.aged & (addrs | pods);
		wide.has[i] = announced_covered(pair->table.routes);
		wide.shunned[i] = announced_covered(pair->table.shunned);
		wide.aged[i] = announced_covered(pair->table.aged);
		any |= host.has[i];
	}
	if (p->fabric != NULL)
		tell_fabric(p, k);

	uint64_t away = sent_on(p, k);

	any |= away & (addrs | pods);
	choose(&host, h->n_nodes);
	choose(&wide, h->n_nodes);
	for (unsigned i = 0; i < h->n_nodes; i++) {
		struct pair *pair = &p->pairs[k][i];

		pair->by_aggregate =
		    wide.has[i] & ~any & ~announced_covered(away);
		pair->uses = (host.has[i] & ~away) | pair->by_aggregate;
		pair->dead = pair->uses & ~(pair->reaches ? p->serves[i] : 0);
	}
}

/* --- Loss. --- */

/* Of what the node serves, what it may tell all routers concerned. */
static uint64_t
is_passed(const struct plane *p, unsigned k, unsigned i)
{
	uint64_t takes = p->takes[k];

	for (unsigned m = 0; p->fabric != NULL && m < p->h->n_routers; m++)
		takes &= p->takes[m];
	return p->serves[i] & takes & ~announced_covered(p->wanted[i] & ~takes);
}

/* What is served by a node that the router could reach. */
static uint64_t
should_pass(const struct plane *p, unsigned k)
{
	uint64_t all = 0;

	if (!router_is_running(p->h->routers[k]))
		return 0;
	for (unsigned i = 0; i < p->h->n_nodes; i++) {
		unsigned by = p->fabric != NULL ? i % p->h->n_routers : k;

		if (p->pairs[by][i].reaches &&
		    router_is_running(p->h->routers[by]) && !p->drained[i] &&
		    !p->excused[i])
			all |= is_passed(p, k, i);
	}
	return all;
}

/* What only the reflector knows of is a moment away, where a route goes at once. */
static bool
is_excused(const struct plane *p)
{
	bool any = false;

	for (unsigned i = 0; i < p->h->n_nodes; i++)
		any |= p->excused[i];
	return p->fabric != NULL && any;
}

static void
forbid(struct plane *p, unsigned k, unsigned bit, const char *why)
{
	if (p->forbids && !is_excused(p) && (p->settled & 1ull << bit) != 0)
		world_complain(p->h->w, "router %u loses packets for %u: %s",
		    scene_router_octet(k), bit, why);
}

/* Of one address as a router sees it. */
static void
count_loss(struct plane *p, unsigned k, unsigned bit)
{
	const uint64_t mask = 1ull << bit;
	unsigned hops = 0, cut = 0, unserved = 0;

	for (unsigned i = 0; i < p->h->n_nodes; i++) {
		const struct pair *pair = &p->pairs[k][i];

		if ((pair->uses & mask) == 0)
			continue;
		hops++;
		if ((pair->dead & mask) != 0) {
			cut += !pair->reaches;
			unserved += pair->reaches;
		}
	}
	if (hops == 0) {
		p->rate[LOST_NO_ROUTE] += 1;
		forbid(p, k, bit, "no route");
		return;
	}
	p->rate[LOST_WAY] += (double)cut / hops;
	p->rate[LOST_NO_SERVICE] += (double)unserved / hops;
	forbid(p, k, bit, cut > 0 ? "no way" : "no service");
}

/* What one sends to another, by its host route or by an aggregate. */
static uint64_t
sent_to(const struct plane *p, unsigned k, unsigned m)
{
	uint64_t set = fabric_sends(p->fabric, k, m), host = 0;

	for (unsigned i = 0; i < p->h->n_nodes; i++)
		if (is_in_rack(p, k, i))
			host |= p->pairs[k][i].table.routes;
	host |= sent_on(p, k);
	return (set & (addrs | pods)) |
	    (announced_covered(set) & ~(host & (addrs | pods)));
}

/* Where packets get, over one router or two; those that go around never do. */
static void
see_ways(struct plane *p)
{
	unsigned n = p->h->n_routers;

	for (unsigned k = 0; k < n; k++) {
		uint64_t used = 0, dead = 0;

		for (unsigned i = 0; i < p->h->n_nodes; i++) {
			used |= p->pairs[k][i].uses;
			dead |= p->pairs[k][i].dead;
		}
		p->passes[k] = used & ~dead;
	}
	for (unsigned round = 0; p->fabric != NULL && round < n; round++)
		for (unsigned k = 0; k < n; k++)
			for (unsigned m = 0; m < n; m++)
				if (m != k)
					p->passes[k] |=
					    sent_to(p, k, m) & p->passes[m];
}

static void
see_loss(struct plane *p, unsigned k)
{
	uint64_t lost = should_pass(p, k) & ~p->passes[k];

	for (; lost != 0; lost &= lost - 1)
		count_loss(p, k, (unsigned)__builtin_ctzll(lost));
}

/* --- Promises. --- */

/* Does all that one says come to the other at once? */
static bool
is_heard(const struct plane *p, unsigned k, unsigned i)
{
	const struct vhost *router = router_host(p->h->routers[k]);
	const struct vhost *node = daemon_host(p->h->nodes[i]);

	return p->pairs[k][i].reaches && !vhost_is_deaf(router) &&
	    !vhost_is_deaf(node) && !vhost_is_slow(router) &&
	    vtcp_loss(router, node) == 0;
}

/*
 * A member of an aggregate that no Service has goes no further than the node. A kernel
 * that is there anew has no guard, and routers that have not noticed a session; and who
 * is told late that something is withdrawn, or that a session has ended, may hear of it
 * when its guard is gone.
 */
static void
judge_loop(struct plane *p, unsigned k, unsigned i)
{
	struct pair *pair = &p->pairs[k][i];
	uint64_t booted = daemon_booted(p->h->nodes[i]);
	bool is_new = booted != 0 && p->h->w->now - booted < HOLD_MOST;
	uint64_t guarded = announced_covered(daemon_guards(p->h->nodes[i]));

	/* Who leaves takes the guard along, and tells whom it has a session with. */
	if (daemon_has_left(p->h->nodes[i]) &&
	    router_connection(p->h->routers[k], i) == 0)
		return;
	if (!is_heard(p, k, i))
		pair->troubled_at = p->h->w->now;
	if (pair->troubled_at != 0 &&
	    p->h->w->now - pair->troubled_at < CLEAN_FOR + RESTART_MOST)
		return;
	if (!is_new && pair->reaches &&
	    (pair->by_aggregate & pair->dead & ~guarded) != 0)
		world_complain(p->h->w,
		    "a packet loops between router %u and node%u",
		    scene_router_octet(k), i);
}

static bool
is_clean(struct plane *p, unsigned k, unsigned i)
{
	struct history *h = p->h;
	const struct daemon *d = h->nodes[i];
	const struct rim *rim = daemon_rim(d);
	uint64_t theirs = router_connection(h->routers[k], i);

	return rim != NULL && theirs != 0 && is_heard(p, k, i) &&
	    !p->unclear[k] &&
	    (!h->filtered || h->w->now >= h->past_until[i] + REACT) &&
	    daemon_is_calm(d) && daemon_wants(d) == p->wanted[i] &&
	    rim_connection(rim, scene_router_addr(h, k)) == theirs;
}

/* What is no longer aged was so until a session came up, if only for a moment. */
static void
judge_orphans(struct plane *p, unsigned k, unsigned i)
{
	struct pair *pair = &p->pairs[k][i];
	struct history *h = p->h;
	bool aged = pair->table.aged == pair->table.routes;
	uint64_t most = aged ? AGED_MOST : RESTART_MOST;

	if (pair->table.routes == 0 ||
	    router_connection(h->routers[k], i) != 0 ||
	    (pair->was_aged && !aged))
		pair->orphan_since = 0;
	else if (pair->orphan_since == 0)
		pair->orphan_since = h->w->now;
	else if (h->w->now - pair->orphan_since > most)
		world_complain(h->w,
		    "router %u has routes of node%u without a session",
		    scene_router_octet(k), i);
	pair->was_aged = aged;
}

/* Who was shown the past may have seen itself in service, and drains anew since. */
static bool
is_draining(const struct plane *p, unsigned i)
{
	uint64_t past = p->h->past_until[i];
	uint64_t since = past > p->drained_at[i] ? past : p->drained_at[i];

	return since != 0 && p->h->w->now < since + DRAIN_MOST;
}

static void
judge_table(struct plane *p, unsigned k, unsigned i)
{
	struct pair *pair = &p->pairs[k][i];
	uint64_t now = p->h->w->now;
	uint64_t wanted = p->wanted[i] & p->takes[k];
	uint64_t differs = (pair->table.routes ^ wanted) &
	    (pair->table.routes | ~limited_of(p->h, UINT64_MAX));
	uint64_t news = differs & ~pair->differs;

	pair->differs = differs;
	for (; news != 0; news &= news - 1)
		pair->since[__builtin_ctzll(news)] = now;
	if (!is_clean(p, k, i))
		pair->clean_since = 0;
	else if (pair->clean_since == 0)
		pair->clean_since = now;
	if (pair->clean_since == 0 || now - pair->clean_since < CLEAN_FOR ||
	    is_draining(p, i))
		return;
	for (; differs != 0; differs &= differs - 1)
		if (now - pair->since[__builtin_ctzll(differs)] > REACT) {
			world_complain(p->h->w,
			    "router %u has %llx of node%u for long, not %llx",
			    scene_router_octet(k),
			    (unsigned long long)pair->table.routes, i,
			    (unsigned long long)wanted);
			return;
		}
}

/* Nobody withdraws what stays, whatever else of it is edited (make before break). */
static void
judge_gone(struct plane *p, unsigned k, unsigned i, uint64_t was)
{
	struct pair *pair = &p->pairs[k][i];
	uint64_t connection = router_connection(p->h->routers[k], i);
	uint64_t gone =
	    was & ~pair->table.routes & p->wanted[i] & p->takes[k] & p->settled;

	if (p->forbids && connection == pair->connection && connection != 0 &&
	    pair->clean_since != 0 &&
	    p->h->w->now - pair->clean_since >= CLEAN_FOR &&
	    !is_draining(p, i) && gone != 0)
		world_complain(p->h->w,
		    "node%u withdraws %llx from router %u, which stay", i,
		    (unsigned long long)gone, scene_router_octet(k));
	pair->connection = connection;
}

/* Everybody hears of everything, and routers of that. */
static bool
is_whole(struct plane *p)
{
	for (unsigned k = 0; k < p->h->n_routers; k++)
		for (unsigned i = 0; i < p->h->n_nodes; i++)
			if (!is_clean(p, k, i))
				return false;
	return true;
}

static void
settle(struct plane *p)
{
	uint64_t now = p->h->w->now;

	if (!is_whole(p)) {
		p->whole_since = 0;
		return;
	}
	if (p->whole_since == 0)
		p->whole_since = now;
	if (now - p->whole_since <= REACT)
		return;
	for (unsigned i = 0; i < p->h->n_nodes; i++)
		p->excused[i] = false;
	for (unsigned bit = 0; bit < BITS; bit++)
		if (now - p->edited_at[bit] > REACT)
			p->settled |= 1ull << bit;
}

void
plane_judge(struct plane *p)
{
	struct history *h = p->h;
	double passed = (double)(h->w->now - p->at);
	uint64_t was[ROUTERS][NODES];

	if (p->seen == h->w->changes && h->w->now - p->at < LOOK_EVERY)
		return;
	for (enum plane_cause c = 0; c < PLANE_CAUSES; c++) {
		p->lost[c] += passed * p->rate[c];
		p->rate[c] = 0;
	}
	p->seen = h->w->changes;
	p->at = h->w->now;
	if (p->edited)
		see_objects(p);
	if (p->forbids)
		settle(p);
	for (unsigned i = 0; i < h->n_nodes; i++)
		p->excused[i] |= !daemon_can_restart(h->nodes[i]);
	for (unsigned k = 0; k < h->n_routers; k++) {
		for (unsigned i = 0; i < h->n_nodes; i++)
			was[k][i] = p->pairs[k][i].table.routes;
		see_router(p, k);
	}
	see_ways(p);
	for (unsigned k = 0; k < h->n_routers; k++) {
		see_loss(p, k);
		for (unsigned i = 0; i < h->n_nodes; i++) {
			judge_loop(p, k, i);
			judge_orphans(p, k, i);
			judge_table(p, k, i);
			judge_gone(p, k, i, was[k][i]);
		}
	}
}

void
plane_forbid_loss(struct plane *p, bool forbidden)
{
	p->forbids = forbidden;
}

bool
plane_is_whole(const struct plane *p)
{
	return p->whole_since != 0 && p->h->w->now - p->whole_since > REACT;
}

double
plane_lost(const struct plane *p, enum plane_cause cause)
{
	return p->lost[cause];
}
