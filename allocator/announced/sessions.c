/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First a look at all nodes: what is heard of the daemon of each, and of the sessions
 * that it reports, which are counted by their BGPPeer. Then a ruling on one BGPPeer
 * after the other. What its nodes report is not all of it: one that it is for may have
 * no word of it, since its daemon is gone, or has not read it yet. So those are looked
 * for among the nodes that report no session with it, and each of them counts as one
 * that is not up: "1 of 1 sessions are up", said of six nodes, would be the first that
 * has answered.
 *
 * How many there are to be is not known of a peerPrefix, whose peers come as they like:
 * they count by what is reported. One with peerSelector has a session, at least, on
 * each node that finds another one at the other end.
 */
#include "allocator/announced/sessions.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "allocator/announced/node_classes.h"
#include "allocator/announced/judge.h"
#include "allocator/announced/report.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/node_values.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "common/alloc.h"
#include "common/api/meta.h"
#include "common/api/node.h"
#include "common/err.h"
#include "common/source/store.h"
#include "common/utf8.h"

#define NEW_S 180    /* in which the daemon of a new Node is to be heard of */
#define WHY_MOST 400 /* bytes of what a node says of a session */

enum word { /* of a daemon */
	WORD_GOOD,
	WORD_RESTARTS,
	WORD_LATE, /* it is not ready, just now */
	WORD_AWAY, /* an old one: it is not there any more */
	WORD_NONE,
};

struct witness { /* a node where a daemon of ours may be */
	const struct node *node;
	enum word word;
	bool speaks; /* BGP, by its BGPConfiguration */
	bool cut;    /* it has more sessions than it reports */
};

struct absent { /* sessions whose daemon is not there */
	size_t n, up;
	size_t nodes;
	const char *first; /* borrowed; of these */
};

struct tallied {          /* sessions with a BGPPeer, on all nodes */
	const char *peer; /* borrowed */
	size_t *at;       /* owned; witnesses that report any, in their order */
	size_t n_at;
	size_t n, up;
	size_t restarting;  /* not up: their daemon starts again */
	struct absent away; /* none of these is up */
	struct absent
	    late; /* … may be away; they are counted with all others */
	const char *node; /* borrowed; of the first that is down */
	const struct report_session *down;
	bool down_restarts; /* … for that, as all others are */
	UT_hash_handle hh;
};

struct sessions {
	struct sessions_spec spec;
	struct tallied *peers;     /* owned */
	struct witness *witnesses; /* owned */
	size_t n;
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

/* ---- what is reported ---- */

static void
down_count(struct tallied *t, const struct report_session *of, const char *node,
    bool restarts)
{
	t->restarting += restarts;
	if (t->down != NULL && (restarts || !t->down_restarts))
		return;
	t->node = node;
	t->down = of;
	t->down_restarts = restarts;
}

static struct tallied *
tallied_of(struct sessions *s, const char *peer)
{
	struct tallied *t;

	HASH_FIND_STR(s->peers, peer, t);
	if (t == NULL) {
		t = xcalloc(1, sizeof(*t));
		t->peer = peer;
		HASH_ADD_KEYPTR(hh, s->peers, t->peer, strlen(t->peer), t);
	}
	return t;
}

/* True: it is the first of that node. */
static bool
witness_note(struct tallied *t, size_t at)
{
	if (t->n_at > 0 && t->at[t->n_at - 1] == at)
		return false;
	if ((t->n_at & (t->n_at - 1)) == 0) /* full */
		t->at = xrealloc(
		    t->at, t->n_at == 0 ? 1 : 2 * t->n_at, sizeof(t->at[0]));
	t->at[t->n_at++] = at;
	return true;
}

static void
absent_count(struct absent *a, const struct report_session *of,
    const char *node, bool first)
{
	a->n++;
	a->up += of->up;
	a->nodes += first;
	a->first = a->first == NULL ? node : a->first;
}

static void
session_count(struct sessions *s, const struct report_session *of, size_t at)
{
	const struct witness *p = &s->witnesses[at];
	struct tallied *t = tallied_of(s, of->peer);
	const char *node = p->node->meta.name;
	bool first = witness_note(t, at);

	t->n++;
	if (p->word == WORD_LATE)
		absent_count(&t->late, of, node, first);
	if (p->word == WORD_AWAY)
		absent_count(&t->away, of, node, first);
	else if (of->up)
		t->up++;
	else
		down_count(t, of, node, p->word == WORD_RESTARTS);
}

static enum word
word_of(const struct sessions *s, const struct object_key *node,
    const struct report *r)
{
	const struct sessions_spec *of = &s->spec;
	bool ready = node_classes_daemon_is_ready(of->classes, node->name);

	if (r == NULL)
		return WORD_NONE;
	enum daemon_is is = of->presence(of->arg, node, ready);

	if (of->restarting(of->arg, node)) /* or has, and meets its peers */
		return WORD_RESTARTS;
	if (r->restarting) /* its last word, whatever states are in it */
		return WORD_AWAY;
	return is == DAEMON_AWAY ? WORD_AWAY
	    : is == DAEMON_LATE  ? WORD_LATE
				 : WORD_GOOD;
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct sessions *s = arg;
	const struct sessions_spec *of = &s->spec;
	const struct bgp_configuration *rival;

	if (!node_classes_may_have(of->classes, item))
		return true;
	const struct report *r =
	    node_classes_report(of->classes, key, of->wall);
	size_t at = s->n++;

	s->witnesses[at] = (struct witness){ .node = item,
		.word = word_of(s, key, r),
		.speaks = bgp_configuration_speaks(rivals_configuration(
		    of->store, of->configuration, item, &rival)),
		.cut = r != NULL && r->cut };
	for (size_t i = 0; r != NULL && i < r->n; i++)
		session_count(s, &r->sessions[i], at);
	return true;
}

struct sessions *
sessions_look(const struct sessions_spec *spec)
{
	struct sessions *s = xcalloc(1, sizeof(*s));
	size_t n = store_count(spec->store, spec->nodes);

	s->spec = *spec;
	s->witnesses = xcalloc(n + 1, sizeof(*s->witnesses));
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
		free(t->at);
		free(t);
	}
	free(s->witnesses);
	free(s);
}

/* ---- what is not ---- */

struct lack { /* nodes without a session that they are to have */
	size_t n;
	const char *first;
};

struct lacks {
	struct lack silent; /* nothing is heard of the daemon */
	struct lack gone;   /* it is not there any more */
	struct lack bare;   /* it says nothing of the peer */
};

static void
lack_add(struct lack *l, const struct witness *p)
{
	l->first = l->n++ == 0 ? p->node->meta.name : l->first;
}

#define FAMILY_SETS (1 << FAMILIES)

/* Nodes at the ends of a peerSelector, by the families of their addresses. */
struct ends {
	size_t ahead[FAMILY_SETS], back[FAMILY_SETS];
};

static unsigned
families_of(const struct node *node)
{
	unsigned set = 0;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (node_internal_ip(node, f) != NULL)
			set |= 1u << f;
	return set;
}

static void
ends_count(
    const struct sessions *s, const struct bgp_peer *peer, struct ends *ends)
{
	*ends = (struct ends){ 0 };
	for (size_t i = 0; peer->peers.present && i < s->n; i++) {
		const struct node *node = s->witnesses[i].node;
		unsigned set = families_of(node);

		if (!s->witnesses[i].speaks)
			continue;
		ends->ahead[set] +=
		    selector_matches(&peer->peers, &node->labels);
		ends->back[set] +=
		    selector_matches(&peer->nodes, &node->labels);
	}
}

/* Is another node than this one there, with an address that both can use? */
static bool
end_has_other(const size_t counts[FAMILY_SETS], unsigned set, bool itself)
{
	size_t n = 0;

	for (unsigned i = 0; i < FAMILY_SETS; i++)
		n += (i & set) != 0 ? counts[i] : 0;
	return n > (itself && set != 0 ? 1 : 0);
}

static bool
meets_other(const struct bgp_peer *peer, const struct node *node,
    const struct ends *ends)
{
	bool from = selector_matches(&peer->nodes, &node->labels);
	bool to = selector_matches(&peer->peers, &node->labels);
	unsigned set = families_of(node);

	return (from && end_has_other(ends->ahead, set, to)) ||
	    (to && peer->reverse && end_has_other(ends->back, set, from));
}

/* By what the Node says the peer is the node itself. */
static bool
is_itself(const struct bgp_peer *peer, const struct node *node)
{
	struct bgp_peer made = *peer;
	struct err why;

	return node_values_wanted(peer) &&
	    node_values_apply(&made, node, &why) &&
	    !peering_selects(&made, node);
}

/* It speaks with the peer as soon as it has read of it. */
static bool
is_to_have(const struct bgp_peer *peer, const struct witness *p,
    const struct ends *ends)
{
	if (!p->speaks || p->cut || bgp_peer_is_range(peer) ||
	    is_itself(peer, p->node))
		return false;
	return !peer->peers.present || meets_other(peer, p->node, ends);
}

struct was { /* what is said now */
	bool good;
	bool away; /* that a daemon is */
};

/* Of nodes that are new nothing need be heard yet where all is well. */
static void
lacks_find(const struct sessions *s, const struct bgp_peer *peer,
    const struct tallied *t, const struct was *was, struct lacks *l)
{
	bool patient = was->good && t != NULL;
	size_t next = 0;
	struct ends ends;

	*l = (struct lacks){ 0 };
	ends_count(s, peer, &ends);
	for (size_t i = 0; i < s->n; i++) {
		const struct witness *p = &s->witnesses[i];

		if (t != NULL && next < t->n_at && t->at[next] == i) {
			next++;
			continue;
		}
		if (!peering_selects(peer, p->node))
			continue;
		if (p->word == WORD_NONE) {
			if (!(patient && is_new(s, p->node)))
				lack_add(&l->silent, p);
		} else if (!is_to_have(peer, p, &ends)) {
			continue;
		} else if (p->word == WORD_AWAY ||
		    (p->word == WORD_LATE && was->away)) {
			lack_add(&l->gone, p);
		} else {
			lack_add(&l->bare, p);
		}
	}
}

/* ---- in words ---- */

__attribute__((format(printf, 3, 4))) static void
say(struct ruling *r, const char *reason, const char *fmt, ...)
{
	size_t used = strlen(r->message);
	va_list args;

	r->reason = reason;
	va_start(args, fmt);
	vsnprintf(r->message + used, sizeof(r->message) - used, fmt, args);
	va_end(args);
}

static void
none_say(
    const struct sessions *s, const struct bgp_peer *peer, struct ruling *r)
{
	if (bgp_peer_is_range(peer))
		say(r, "NobodyCame",
		    "nobody has come from its peerPrefix to any of %zu nodes",
		    s->n);
	else
		say(r, NO_NODE,
		    "none of %zu nodes has a session with it: is it for any "
		    "(spec.nodeSelector), and has that a BGPConfiguration?",
		    s->n);
}

static void
down_say(const struct tallied *t, struct ruling *r)
{
	const struct report_session *s = t->down;

	say(r, NO_SESSION, "; on node %s it is %s", t->node,
	    s->state[0] != '\0' ? s->state : "down");
	if (s->error != NULL)
		say(r, NO_SESSION, ": %.*s", (int)utf8_cut(s->error, WHY_MOST),
		    s->error);
}

static void
gone_say(const struct tallied *t, const struct lack *more, struct ruling *r)
{
	size_t n = more->n + (t != NULL ? t->away.nodes : 0);
	const char *first =
	    t != NULL && t->away.first != NULL ? t->away.first : more->first;

	if (n == 1)
		say(r, NO_DAEMON, "; the daemon of node %s is not ready",
		    first);
	else
		say(r, NO_DAEMON,
		    "; the daemons of %zu nodes are not ready, as of %s", n,
		    first);
}

/* What keeps sessions from being up, the first of it that there is. */
static bool
faults_say(const struct tallied *t, const struct lacks *l, bool patient,
    struct ruling *r)
{
	size_t down = t != NULL ? t->n - t->up - t->away.n : 0;

	if (down > (patient && t != NULL ? t->restarting : 0)) {
		down_say(t, r);
	} else if (l->gone.n > 0 || (t != NULL && t->away.nodes > 0)) {
		gone_say(t, &l->gone, r);
	} else if (l->silent.n > 0) {
		say(r, NO_DAEMON,
		    "; nothing is heard of the daemons of %zu nodes that it "
		    "is for, as %s",
		    l->silent.n, l->silent.first);
	} else if (l->bare.n > 0) {
		say(r, NO_SESSION,
		    "; %zu nodes that it is for report none, as %s", l->bare.n,
		    l->bare.first);
		r->passes = true;
	} else {
		return false;
	}
	return true;
}

static void
numbers_say(const struct bgp_peer *peer, const struct tallied *t,
    const struct lacks *l, struct ruling *r)
{
	size_t n = t != NULL ? t->n : 0;

	if (!bgp_peer_is_range(peer))
		n += l->gone.n + l->silent.n + l->bare.n;
	say(r, "Ready", "%zu of %zu sessions are up", t != NULL ? t->up : 0, n);
}

/* The sessions with the BGPPeer; NULL: nobody reports any. */
static const struct tallied *
tallied_find(const struct sessions *s, const struct bgp_peer *peer,
    const struct was *was, struct tallied *own)
{
	const struct tallied *t;

	HASH_FIND_STR(s->peers, peer->meta.name, t);
	if (t == NULL || !was->away)
		return t;
	*own = *t;
	own->up -= t->late.up;
	own->away.n += t->late.n;
	own->away.nodes += t->late.nodes;
	if (own->away.first == NULL)
		own->away.first = t->late.first;
	return own;
}

void
sessions_judge(const struct sessions *s, const struct bgp_peer *peer,
    const struct condition *said, struct ruling *r)
{
	const struct was was = { .good = said != NULL &&
		    strcmp(said->status, "True") == 0,
		.away = said != NULL && strcmp(said->reason, NO_DAEMON) == 0 };
	const struct tallied *t;
	struct tallied own;
	struct lacks lacks;

	*r = (struct ruling){ .good = false };
	if (peer->shutdown) {
		say(r, "ShutDown", "spec.shutdown");
		return;
	}
	t = tallied_find(s, peer, &was, &own);
	lacks_find(s, peer, t, &was, &lacks);
	numbers_say(peer, t, &lacks, r);
	if (faults_say(t, &lacks, was.good || was.away, r))
		return;
	if (t == NULL) {
		r->message[0] = '\0';
		none_say(s, peer, r);
		return;
	}
	r->good = t->restarting == 0 || was.good;
	if (t->restarting > 0) /* what was said is so in a moment again */
		snprintf(r->message, sizeof(r->message), "%s", said->message);
	if (!r->good)
		r->reason = NO_DAEMON;
}

void
sessions_each_silent(const struct sessions *s,
    void (*each)(void *arg, const char *node), void *arg)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->witnesses[i].word == WORD_NONE)
			each(arg, s->witnesses[i].node->meta.name);
}
