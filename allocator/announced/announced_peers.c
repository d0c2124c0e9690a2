/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of BGPPeers, and of nodes that are silent: both come from one look at all
 * sessions (sessions.c).
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

	sessions_judge(w->sessions, peer, told_true(&t), &ruling);
	tell_condition(a, e, &t);
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

	return e != NULL && clock_now(a->spec.clock) < e->ended_at + RESTART_MS;
}

void
announced_run_peers(struct announced *a, uint64_t now)
{
	const struct sessions_spec spec = { .store = a->spec.store,
		.nodes = a->spec.node,
		.classes = a->classes,
		.wall = clock_wall(a->spec.clock) / 1000,
		.restarting = is_restarting,
		.arg = a };

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
	if (sessions_restart(sessions)) {
		a->peers_due = true;
		announced_hasten(a, a->peers_at);
	}
	sessions_free(sessions);
}
