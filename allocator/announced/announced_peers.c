/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of BGPPeers, and of nodes that are silent: both come from one look at
 * all sessions (sessions.c). It is taken when somebody's sessions have changed, and
 * when time alone makes a fault of what was none: a daemon that starts again or is not
 * ready has some seconds, and so have all nodes to take up a BGPPeer that is new or
 * another than it was.
 */
#include "allocator/announced/announced_state.h"

#include <stdio.h>
#include <string.h>

#include "allocator/announced/report.h"
#include "allocator/announced/sessions.h"
#include "bgpd/config/bgp_peer.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/source/store.h"

#define PEERS_MS 2000   /* between two looks at all sessions, at least */
#define RESTART_MS 7000 /* in which a daemon that ended starts again */
#define AWAY_MS 5000   /* … in which one that is not ready becomes so again */
#define ALIVE_MS 75000 /* of which they are heard of once, at least */

/* How long ago it was made, in ms; none where clocks disagree. */
static uint64_t
age_of(const struct announced *a, const struct meta *meta)
{
	int64_t age = clock_wall(a->spec.clock) - meta->created * 1000;

	return age > 0 ? (uint64_t)age : 0;
}

/*
 * Nodes have some time for a BGPPeer that is new to them, or another than it was. Of
 * one that is found at the start they have had it, most often.
 */
void
announced_peer_heard(struct announced *a, const struct object_key *key,
    const struct bgp_peer *was, const struct bgp_peer *is)
{
	uint64_t age = a->on || was != NULL ? 0 : age_of(a, &is->meta);

	if (was != NULL && was->meta.generation == is->meta.generation &&
	    strcmp(was->meta.uid, is->meta.uid) == 0)
		return;
	if (age < REPORT_MS)
		tell_get(a, a->spec.peer, key)->fresh_until =
		    clock_now(a->spec.clock) + REPORT_MS - age;
}

/* True: it is not yet that time, at which BGPPeers are looked at again. */
static bool
is_before(struct announced *a, uint64_t at)
{
	if (clock_now(a->spec.clock) >= at)
		return false;
	clock_hasten(&a->again_at, at);
	return true;
}

/* A node that it is for now has not said what it makes of it. */
static bool
peer_passes(struct announced *a, struct entry *e, const struct told *t)
{
	bool may = t->ruling->passes && told_true(t);
	uint64_t until = passing_until(&e->passing, t->ruling->reason,
	    may ? REPORT_MS : 0, clock_now(a->spec.clock));

	return is_before(a, until);
}

/*
 * What nodes have said may be of what it was before: that it is not Ready is no fault
 * yet. One that is new says that it is pending.
 */
static bool
peer_waits(struct announced *a, struct entry *e, const struct told *t,
    struct ruling *ruling)
{
	if (!is_before(a, e->fresh_until))
		return peer_passes(a, e, t);
	if (t->said != NULL && strcmp(t->said->reason, PENDING) != 0)
		return !ruling->good || told_true(t);
	if (ruling->good) {
		e->fresh_until = 0;
	} else {
		ruling->unknown = true;
		ruling->reason = PENDING;
	}
	return false;
}

struct peer_walk {
	struct announced *of;
	const struct sessions *sessions;
};

static void
peer_run(const struct peer_walk *w, struct entry *e)
{
	struct announced *a = w->of;
	const struct object_key key = { e->ns, e->name };
	const struct bgp_peer *peer =
	    store_get(a->spec.store, a->spec.peer, &key);
	struct ruling ruling;

	if (peer == NULL)
		return;
	struct told t = { .type = READY_CONDITION,
		.ruling = &ruling,
		.said = conditions_find(&peer->conditions, READY_CONDITION),
		.uid = peer->meta.uid,
		.generation = peer->meta.generation };

	sessions_judge(w->sessions, peer, t.said, &ruling);
	if (!peer->shutdown && peer_waits(a, e, &t, &ruling))
		return;
	e->judged = true; /* what who led before us had to send yet is lost */
	tell_condition(a, e, &t);
	tell_late_event(a, e, &t);
}

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	const struct peer_walk *w = arg;
	struct entry *e = tell_get(w->of, w->of->spec.peer, key);

	(void)item;
	if (e->work.failures == 0 || !workqueue_is_held(&e->work))
		peer_run(w, e);
	return true;
}

/*
 * A daemon that is gone can't say so itself, and its status would be green for ever.
 * When it is back it writes all of it anew.
 */
static void
silent_tell(struct announced *a, size_t kind, const struct object_key *key,
    const struct told *told)
{
	struct entry *e = tell_get(a, kind, key);

	if (e->work.failures == 0 || !workqueue_is_held(&e->work))
		tell_condition(a, e, told);
}

/*
 * Its Node, where it says by spec.nodeReadiness that routers know it. Not while the
 * daemon is restarted, for that it is not ready is no sign that routers forget it.
 */
static void
silent_node(struct announced *a, const struct object_key *key,
    const struct ruling *ruling)
{
	const struct node *node = store_get(a->spec.store, a->spec.node, key);
	bool is_true;

	if (node == NULL)
		return;
	is_true = node->bgp_ready == NODE_BGP_READY_TRUE;
	if (is_true || node->bgp_ready == NODE_BGP_READY_FALSE)
		silent_tell(a, a->spec.node, key,
		    &(struct told){ .type = NODE_BGP_READY,
			.ruling = ruling,
			.said =
			    &(struct condition){
				.status = is_true ? "True" : "False",
				.reason = (char *)"",
				.message = (char *)"" },
			.uid = node->meta.uid });
}

static void
silent_each(void *arg, const char *node)
{
	struct announced *a = arg;
	const struct object_key key = { "", node };
	const struct report *r = store_get(a->spec.store, a->spec.report, &key);
	struct ruling ruling = { .unknown = true, .reason = NO_DAEMON };
	char when[DATE_TEXT];

	snprintf(ruling.message, sizeof(ruling.message),
	    "nothing was heard of the daemon%s%s", r != NULL ? " since " : "",
	    r != NULL ? date_print(r->heartbeat, when) : "");
	silent_node(a, &key, &ruling);
	if (r != NULL && !r->unknown)
		silent_tell(a, a->spec.report, &key,
		    &(struct told){ .type = READY_CONDITION,
			.ruling = &ruling,
			.uid = "" });
}

/* As many as may be written until the next look have their turn. */
static void
batch_take(struct announced *a, enum turn_sort sort, uint64_t now)
{
	unsigned n = BATCH_MS / tell_pause(a, sort);

	while (n > 0 &&
	    turns_next(&a->turns, sort, n > 1 ? 0 : BATCH_MS, now) != NULL)
		n--;
}

/* As sessions_spec has it. By no clock of the node. */
static bool
is_restarting(void *arg, const struct object_key *node)
{
	struct announced *a = arg;
	const struct entry *e = tell_find(a, a->spec.report, node);

	return e != NULL && e->ended_at != 0 &&
	    is_before(a, e->ended_at + RESTART_MS);
}

/*
 * The same. One that reports since it is not ready has been started again, and becomes
 * ready as soon as a kubelet asks.
 */
static enum daemon_is
presence(void *arg, const struct object_key *node, bool ready)
{
	struct announced *a = arg;
	struct entry *e = ready ? tell_find(a, a->spec.report, node)
				: tell_get(a, a->spec.report, node);

	if (ready && e != NULL)
		e->unready_at = e->heard_at = 0;
	if (ready)
		return DAEMON_HERE;
	if (e->unready_at == 0)
		e->unready_at = clock_now(a->spec.clock);
	if (e->heard_at != 0 && is_before(a, e->heard_at + ALIVE_MS))
		return DAEMON_HERE;
	return is_before(a, e->unready_at + AWAY_MS) ? DAEMON_LATE
						     : DAEMON_AWAY;
}

/* What is due without news is late by no more than a batch. */
static void
peers_hasten(struct announced *a, uint64_t now)
{
	uint64_t at = a->again_at;

	if (at != UINT64_MAX)
		at = tell_batch_at(a, at);
	if (now >= at) {
		a->again_at = UINT64_MAX;
		a->peers_due = true;
		clock_hasten(&a->peers_at, now);
	} else {
		announced_hasten(a, at);
	}
}

void
announced_run_peers(struct announced *a, uint64_t now)
{
	const struct sessions_spec spec = { .store = a->spec.store,
		.nodes = a->spec.node,
		.configuration = a->spec.configuration,
		.classes = a->classes,
		.wall = clock_wall(a->spec.clock) / 1000,
		.restarting = is_restarting,
		.presence = presence,
		.arg = a };

	peers_hasten(a, now);
	if (!a->peers_due)
		return;
	if (now < a->peers_at) {
		announced_hasten(a, a->peers_at);
		return;
	}
	a->peers_due = false;
	a->looked_at = now;
	a->peers_at = now + PEERS_MS;
	batch_take(a, TURN_PEER, now);
	batch_take(a, TURN_NODE, now);
	struct sessions *sessions = sessions_look(&spec);
	struct peer_walk w = { a, sessions };

	store_each(a->spec.store, a->spec.peer, peer_each, &w);
	sessions_each_silent(sessions, silent_each, a);
	sessions_free(sessions);
	peers_hasten(a, now);
}
