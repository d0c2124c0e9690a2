/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/announced/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "allocator/announced/node_classes.h"
#include "allocator/announced/judge.h"
#include "allocator/announced/report.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/source/store.h"

#define NEW_S 180 /* in which the daemon of a new Node is to be heard of */

struct tallied {          /* sessions with a BGPPeer, on all nodes */
	const char *peer; /* borrowed */
	size_t n, up;
	size_t restarting;        /* not up: their daemon starts again */
	const char *down, *state; /* borrowed; node of the first that is not */
	bool down_restarts;       /* … for that, as all others are */
	UT_hash_handle hh;
};

struct sessions {
	struct sessions_spec spec;
	struct tallied *peers;      /* owned */
	const struct node **silent; /* owned; those that report nothing */
	size_t n_silent, nodes;
	bool restart; /* some daemon starts again */
};

/*
 * Its daemon may be on its way. A clock that is wrong, there or here, makes no Node new
 * for longer than twice that.
 */
static bool
is_new(const struct sessions *s, const struct node *node)
{
	int64_t age = s->spec.wall - node->meta.created;

	return age > -NEW_S && age < NEW_S;
}

static void
down_count(struct tallied *t, const struct report_session *of, const char *node,
    bool restarts)
{
	t->restarting += restarts;
	if (t->down != NULL && (restarts || !t->down_restarts))
		return;
	t->down = node;
	t->state = of->state;
	t->down_restarts = restarts;
}

static void
session_count(struct sessions *s, const struct report_session *of,
    const char *node, bool restarts)
{
	struct tallied *t;

	HASH_FIND_STR(s->peers, of->peer, t);
	if (t == NULL) {
		t = xcalloc(1, sizeof(*t));
		t->peer = of->peer;
		HASH_ADD_KEYPTR(hh, s->peers, t->peer, strlen(t->peer), t);
	}
	t->n++;
	t->up += of->up;
	if (!of->up)
		down_count(t, of, node, restarts);
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct sessions *s = arg;
	const struct sessions_spec *of = &s->spec;
	const struct report *r =
	    node_classes_report(of->classes, key, of->wall);
	const struct node *node = item;

	if (!node_classes_may_have(of->classes, node))
		return true;
	s->nodes++;
	if (r == NULL) {
		s->silent[s->n_silent++] = node;
		return true;
	}
	bool restarts = r->restarting && of->restarting(of->arg, key);

	s->restart |= restarts;
	for (size_t i = 0; i < r->n; i++)
		session_count(s, &r->sessions[i], node->meta.name, restarts);
	return true;
}

struct sessions *
sessions_look(const struct sessions_spec *spec)
{
	struct sessions *s = xcalloc(1, sizeof(*s));
	size_t n = store_count(spec->store, spec->nodes);

	s->spec = *spec;
	s->silent = xcalloc(n + 1, sizeof(struct node *));
	store_each(spec->store, spec->nodes, node_each, s);
	return s;
}

void
sessions_free(struct sessions *s)
{
	struct tallied *t, *next;

	if (s == NULL)
		return;
	HASH_ITER (hh, s->peers, t, next) {
		HASH_DEL(s->peers, t);
		free(t);
	}
	free((void *)s->silent);
	free(s);
}

/*
 * Nodes that it is for and that report nothing; the first in *first. patient: but for
 * those that are new.
 */
static size_t
silent_count(const struct sessions *s, const struct bgp_peer *peer,
    bool patient, const struct node **first)
{
	size_t n = 0;

	for (size_t i = s->n_silent; i-- > 0;)
		if (!(patient && is_new(s, s->silent[i])) &&
		    peering_selects(peer, s->silent[i])) {
			*first = s->silent[i];
			n++;
		}
	return n;
}

static void
none_say(
    const struct sessions *s, const struct bgp_peer *peer, struct ruling *r)
{
	if (bgp_peer_is_range(peer)) {
		r->reason = "NobodyCame";
		snprintf(r->message, sizeof(r->message),
		    "nobody has come from its peerPrefix to any of %zu nodes",
		    s->nodes);
		return;
	}
	r->reason = NO_NODE;
	snprintf(r->message, sizeof(r->message),
	    "none of %zu nodes has a session with it: is it for any "
	    "(spec.nodeSelector), and has that a BGPConfiguration?",
	    s->nodes);
}

void
sessions_judge(const struct sessions *s, const struct bgp_peer *peer,
    bool was_good, struct ruling *r)
{
	const struct node *first = NULL;
	struct tallied *t;
	size_t n, up, down, silent = 0;

	HASH_FIND_STR(s->peers, peer->meta.name, t);
	n = t != NULL ? t->n : 0;
	up = t != NULL ? t->up : 0;
	down = n - up - (t != NULL && was_good ? t->restarting : 0);
	if (!peer->shutdown && down == 0)
		silent = silent_count(s, peer, was_good && n > 0, &first);
	*r = (struct ruling){ .good = false };
	if (peer->shutdown) {
		r->reason = "ShutDown";
		snprintf(r->message, sizeof(r->message), "spec.shutdown");
	} else if (down > 0) {
		r->reason = "NoSession";
		snprintf(r->message, sizeof(r->message),
		    "%zu of %zu sessions are up; on node %s it is %s", up, n,
		    t->down, t->state[0] != '\0' ? t->state : "down");
	} else if (silent > 0) {
		r->reason = NO_DAEMON;
		snprintf(r->message, sizeof(r->message),
		    "%zu of %zu sessions are up; nothing is heard of the "
		    "daemons of %zu nodes that it is for, as %s",
		    up, n, silent, first->meta.name);
	} else if (n == 0) {
		none_say(s, peer, r);
	} else {
		r->good = true;
		r->reason = "Ready";
		snprintf(r->message, sizeof(r->message),
		    "%zu of %zu sessions are up", up, n);
	}
}

bool
sessions_restart(const struct sessions *s)
{
	return s->restart;
}

void
sessions_each_silent(const struct sessions *s,
    void (*each)(void *arg, const char *node), void *arg)
{
	for (size_t i = 0; i < s->n_silent; i++)
		each(arg, s->silent[i]->meta.name);
}
