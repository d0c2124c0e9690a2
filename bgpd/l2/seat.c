/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seat has a state (enum l2_state) and at most one alarm, whose meaning the state
 * gives: when to announce again (HELD), to give up (YIELDING), to decide (WAITING), to
 * probe again or to take it (PROBING), to try again (CONFLICT).
 *
 * Whatever is news (a claim, a member that comes, goes or is deaf, a want, an alarm)
 * leads to seat_judge(), which looks at all that is known as if for the first time: a
 * contest (rank.c) says what to do, and the table of moves does it. So no order of
 * events leads to another end than the state of affairs does.
 *
 * Costs: of a held seat only those who claim it are looked at. Of another one all
 * members, until one is found that goes before us while somebody holds it.
 */
#include "bgpd/l2/seat.h"

#include <stdlib.h>
#include <utlist.h>

#include "bgpd/l2/say.h"
#include "bgpd/l2/state.h"
#include "common/alloc.h"
#include "common/log.h"

enum {
	YIELD = 3000,      /* ms: to answer for what may not be held any more */
	PROBES = 2,        /* and … */
	PROBE_EVERY = 100, /* ms: the time for an answer, too */
	CONFLICT_EVERY =
	    10 * 1000, /* ms: tried again; defended (RFC 5227 2.4 b) */
	CONFLICT_SHOWN = 60 * 1000, /* ms: while held, after the last claim */
	REFRESH = 60 * 1000,        /* ms: announced again */
	DEAF_MOST = 5,              /* doublings of the wait */
};

/* An announcement goes out at once and after these times (ms), then each REFRESH. */
static const uint16_t burst[] = { 100, 300 };
enum { BURST = sizeof(burst) / sizeof(burst[0]) };

static uint64_t
now_of(const struct l2_seat *s)
{
	return l2_now(s->link->l2);
}

static struct alarms *
alarms_of(const struct l2_seat *s)
{
	return &s->link->l2->alarms;
}

static void
tell(const struct l2_seat *s)
{
	const struct l2 *l2 = s->link->l2;

	l2->ops->changed(l2->arg, &s->addr);
}

/* --- Seats come and go. --- */

struct l2_seat *
seat_find(const struct l2_link *k, const struct addr *addr)
{
	struct l2_seat *s;

	HASH_FIND(hh, k->seats, addr, sizeof(*addr), s);
	return s;
}

struct l2_seat *
seat_add(struct l2_link *k, const struct addr *addr)
{
	struct l2_seat *s = seat_find(k, addr);

	if (s != NULL)
		return s;
	s = xcalloc(1, sizeof(*s));
	s->addr = *addr;
	s->link = k;
	s->state = L2_AWAY;
	s->since = l2_now(k->l2);
	HASH_ADD(hh, k->seats, addr, sizeof(s->addr), s);
	return s;
}

/* Some addresses have a group in common: the port counts. */
static void
join(const struct l2_seat *s, bool in)
{
	const struct link_port *port = s->link->l2->port;
	struct addr group = frame_solicited_node(&s->addr);

	if (s->addr.family == FAMILY_V6)
		port->join(port->arg, s->link->interface.index, &group, in);
}

/* --- The only writer of a seat's state. --- */

static void
log_turn(const struct l2_seat *s)
{
	char text[ADDR_TEXT];

	log_info("address %s: %s on %s", addr_print(&s->addr, text),
	    seat_answers(s) ? "answered for" : "no longer answered for",
	    s->link->interface.name);
}

/* In the group that solicitations for it go to, of others that probe, too. */
static bool
is_joined(const struct l2_seat *s)
{
	return seat_answers(s) || s->state == L2_PROBING;
}

static void
turn(struct l2_seat *s, enum l2_state state)
{
	struct l2_link *k = s->link;
	bool answered = seat_answers(s), joined = is_joined(s);

	if (s->state == state)
		return;
	s->state = (uint8_t)state;
	s->since = now_of(s);
	if (answered != seat_answers(s)) {
		log_turn(s);
		s->transitions++;
		k->l2->counters.transitions++;
		k->n_answering += answered ? -1 : 1;
	}
	if (joined != is_joined(s))
		join(s, !joined);
	say_mark(s);
	tell(s);
}

static void
end_conflict(struct l2_seat *s)
{
	if (!s->has_conflict)
		return;
	s->has_conflict = false;
	tell(s);
}

static void
turn_idle(struct l2_seat *s)
{
	alarms_unset(alarms_of(s), &s->alarm);
	s->free_since = 0;
	turn(s,
	    s->want == NULL   ? L2_AWAY
		: seat_may(s) ? L2_OTHER
			      : L2_EXCLUDED);
	end_conflict(s);
}

static void
dequeue(struct l2_seat *s)
{
	if (s->queued)
		DL_DELETE(s->link->l2->queue, s);
	s->queued = false;
}

void
seat_free(struct l2_seat *s)
{
	struct l2_link *k = s->link;

	alarms_unset(alarms_of(s), &s->alarm);
	dequeue(s);
	s->holder = 0;
	turn(s, L2_AWAY);
	if (s->dirty)
		DL_DELETE2(k->dirty, s, dirty_prev, dirty_next);
	claims_fini(&s->claims);
	HASH_DEL(k->seats, s);
	free(s);
}

static void
settle(struct l2_seat *s)
{
	if (s->want == NULL && s->claims.n == 0 && s->said == CLAIM_NONE &&
	    !s->dirty)
		seat_free(s);
}

/* --- What is done. --- */

static void
announce(struct l2_seat *s)
{
	struct l2 *l2 = s->link->l2;
	uint64_t next =
	    s->step < BURST ? burst[s->step] : rng_jitter(l2->rng, REFRESH);

	say_announce(s);
	if (s->step < BURST)
		s->step++;
	alarms_set(&l2->alarms, &s->alarm, l2_now(l2) + next);
}

static void
announce_anew(struct l2_seat *s)
{
	s->step = 0;
	announce(s);
}

/* Where a node has held it, a probe goes beside: a stranger's answer is told yet. */
static void
take(struct l2_seat *s)
{
	bool beside = s->want->terms->detect && s->state != L2_PROBING;

	s->known = true;
	s->contested = s->has_conflict = false;
	s->free_since = 0;
	turn(s, L2_HELD);
	announce_anew(s);
	if (beside)
		say_probe(s);
}

static void
probe(struct l2_seat *s)
{
	s->step++;
	say_probe(s);
	alarms_set(alarms_of(s), &s->alarm, now_of(s) + PROBE_EVERY);
}

static void
wait_until(struct l2_seat *s, uint64_t at)
{
	alarms_set(alarms_of(s), &s->alarm, at);
	turn(s, L2_WAITING);
}

static void
begin_to_take(struct l2_seat *s)
{
	if (s->state == L2_PROBING || s->state == L2_CONFLICT)
		return; /* the alarm goes on */
	if (!s->want->terms->detect || s->known) {
		take(s);
		return;
	}
	s->step = 0;
	turn(s, L2_PROBING);
	probe(s);
}

/*
 * Nodes that hear each other one way only, around a ring, take it from each other for
 * good; each time we wait longer for that.
 */
static uint64_t
deaf_delay(struct l2_seat *s)
{
	if (s->deaf_stops == 0)
		return 0;
	if (!members_some_deaf(s->link->members)) {
		s->deaf_stops = 0;
		return 0;
	}
	unsigned doublings =
	    s->deaf_stops < DEAF_MOST ? s->deaf_stops : DEAF_MOST;

	return (uint64_t)s->link->l2->dead << doublings;
}

/*
 * Those before us have a dead interval each, and the time for their probes; a part more
 * of our own, so that no two whose views differ take it in step for good.
 */
static uint64_t
delay(struct l2_seat *s, const struct contest *c)
{
	uint64_t dead = s->link->l2->dead;

	if (c->place == 0)
		return deaf_delay(s);
	return c->place * dead + PROBES * PROBE_EVERY +
	    c->mine.hash % (dead / 4 + 1) + deaf_delay(s);
}

static void
do_wait(struct l2_seat *s, const struct contest *c)
{
	uint64_t now = now_of(s);

	if (s->free_since == 0)
		s->free_since = now;
	uint64_t at = s->free_since + delay(s, c);

	if (now >= at)
		begin_to_take(s);
	else if (s->state != L2_CONFLICT)
		wait_until(s, at);
}

static void
do_none(struct l2_seat *s, const struct contest *c)
{
	if (s->state == L2_CONFLICT && seat_may(s))
		return;
	if (c->unsure && seat_may(s))
		wait_until(s, now_of(s) + s->link->l2->dead);
	else
		turn_idle(s);
}

static void
do_keep(struct l2_seat *s, const struct contest *c)
{
	bool was_contested = s->contested;

	if (s->state == L2_YIELDING && s->alarm.place != 0)
		return; /* the alarm goes on */
	s->contested = c->held_below;
	if (s->state != L2_HELD || (was_contested && !s->contested)) {
		turn(s, L2_HELD);
		announce_anew(s);
	}
}

static void
do_stop(struct l2_seat *s, const struct contest *c)
{
	if (c->held_deaf && s->deaf_stops < DEAF_MOST)
		s->deaf_stops++;
	turn_idle(s);
}

/* The owner decides how long a node that leaves goes on. */
static uint64_t
yields_until(const struct l2_seat *s)
{
	if (seat_may(s) || s->link->l2->leaving)
		return UINT64_MAX;
	return s->since + YIELD;
}

/*
 * Once in an interval it is seen whether another one holds it, but said so before it
 * heard of us, or what it said is lost: it is told again.
 */
static void
do_yield(struct l2_seat *s, const struct contest *c)
{
	struct l2 *l2 = s->link->l2;
	uint64_t at = now_of(s) + rng_jitter(l2->rng, l2->interval);

	if (s->state == L2_YIELDING && s->alarm.place != 0)
		return;
	if (s->state == L2_YIELDING && (c->held || c->held_loosely))
		say_again(s);
	turn(s, L2_YIELDING);
	if (at > yields_until(s))
		at = yields_until(s);
	alarms_set(alarms_of(s), &s->alarm, at);
}

static void (*const moves[])(struct l2_seat *, const struct contest *) = {
	[MOVE_NONE] = do_none,
	[MOVE_KEEP] = do_keep,
	[MOVE_TAKE] = do_wait,
	[MOVE_WAIT] = do_wait,
	[MOVE_STOP] = do_stop,
	[MOVE_YIELD] = do_yield,
};

/* --- What is known. --- */

/*
 * What it holds is not known: for a short while after it came, and for as long as it
 * does not hear us, as it takes what it may and we can't ask.
 */
static bool
is_unsure(const struct l2_seat *s, const struct l2_member *mb, int may)
{
	const struct l2 *l2 = s->link->l2;

	if (mb->catchup.known)
		return false;
	return l2_now(l2) < mb->alive_from + l2->dead ||
	    (mb->state == MEMBER_DEAF && may >= 0 && !mb->idle);
}

static struct rival
rival_of(const struct l2_seat *s, const struct l2_member *mb, enum claim claim,
    bool knows)
{
	const struct l2 *l2 = s->link->l2;
	int may = l2->ops->may(l2->arg, &s->addr, mb->name);

	return (struct rival){
		.rank = { may, rank_hash(&s->addr, mb->hash) },
		.ear = member_ear(mb),
		.claim = claim,
		.knows = knows,
		.idle = mb->idle,
		.unsure = is_unsure(s, mb, may),
	};
}

static bool
counts(const struct l2_member *mb)
{
	return mb != NULL && mb->state != MEMBER_DEAD &&
	    mb->state != MEMBER_DOUBTED;
}

/* Whoever answers, if several do the one that shall. */
static void
note_holder(struct l2_seat *s, uint16_t *best, enum claim *best_claim,
    const struct l2_member *mb, enum claim claim)
{
	const struct l2_member *was = members_by_id(s->link->members, *best);

	if (claim != CLAIM_HOLD && claim != CLAIM_YIELD)
		return;
	if (was != NULL &&
	    (*best_claim == CLAIM_HOLD) >= (claim == CLAIM_HOLD) &&
	    rank_hash(&s->addr, was->hash) > rank_hash(&s->addr, mb->hash))
		return;
	*best = mb->id;
	*best_claim = claim;
}

static void
add_claimers(struct l2_seat *s, struct contest *c)
{
	const struct claims_entry *at = claims_list(&s->claims);
	enum claim best_claim = CLAIM_NONE;
	uint16_t best = 0;

	for (size_t i = 0; i < s->claims.n; i++) {
		const struct l2_member *mb =
		    members_by_id(s->link->members, at[i].member);

		if (!counts(mb))
			continue;
		struct rival r = rival_of(s, mb, at[i].claim, at[i].knows);

		contest_add(c, &r);
		note_holder(s, &best, &best_claim, mb, at[i].claim);
	}
	if (best != s->holder) {
		s->holder = best;
		tell(s);
	}
}

static void
add_others(const struct l2_seat *s, struct contest *c)
{
	const struct l2_member *mb;

	for (size_t i = 0; !contest_is_lost(c) &&
	     (mb = members_next(s->link->members, &i)) != NULL;) {
		if (!counts(mb) || claims_of(&s->claims, mb->id) != CLAIM_NONE)
			continue;
		struct rival r = rival_of(s, mb, CLAIM_NONE, false);

		contest_add(c, &r);
	}
}

void
seat_judge(struct l2_seat *s)
{
	struct l2_link *k = s->link;
	struct contest c = { .mine = { seat_may(s) ? s->want->preference : -1,
				 rank_hash(&s->addr, k->l2->name) },
		.holding = seat_answers(s),
		.fail_back = s->want != NULL && s->want->terms->fail_back };

	dequeue(s);
	add_claimers(s, &c);
	if (s->want == NULL) {
		say_mark(s);
		settle(s);
		return;
	}
	if (!c.holding && c.mine.preference >= 0)
		add_others(s, &c);
	if (!c.holding && seat_may(s) && now_of(s) < k->listen_until)
		wait_until(s, k->listen_until);
	else
		moves[contest_move(&c)](s, &c);
	say_mark(s);
}

void
seat_claim(
    struct l2_seat *s, const struct l2_member *mb, enum claim claim, bool knows)
{
	claims_set(&s->claims, mb->id, claim, knows, mb->catchup.round);
	if (claim == CLAIM_HOLD || claim == CLAIM_YIELD)
		s->known = true;
}

/* --- The time, and what else happens to it. --- */

static void
held_on(struct l2_seat *s)
{
	if (now_of(s) >= s->conflict_at + CONFLICT_SHOWN)
		end_conflict(s);
	announce(s);
}

static void
probed(struct l2_seat *s)
{
	if (s->step < PROBES)
		probe(s);
	else
		take(s);
}

static void
yielded(struct l2_seat *s)
{
	if (now_of(s) >= yields_until(s))
		turn_idle(s);
	else
		seat_judge(s);
}

static void
try_again(struct l2_seat *s)
{
	turn(s, L2_OTHER);
	seat_judge(s);
}

void
seat_alarm(struct alarm *alarm)
{
	static void (*const due[])(struct l2_seat *) = {
		[L2_WAITING] = seat_judge,
		[L2_PROBING] = probed,
		[L2_CONFLICT] = try_again,
		[L2_HELD] = held_on,
		[L2_YIELDING] = yielded,
	};
	struct l2_seat *s = (struct l2_seat *)alarm;

	due[s->state](s);
}

void
seat_unwant(struct l2_seat *s)
{
	s->want = NULL;
	s->link->n_wanted--;
	turn_idle(s);
	seat_judge(s);
}

void
seat_lose(struct l2_seat *s)
{
	if (seat_answers(s) || s->state == L2_PROBING)
		turn_idle(s);
	seat_queue(s);
}

void
seat_announce(struct l2_seat *s)
{
	if (s->state == L2_HELD) {
		s->step = 0;
		alarms_set(alarms_of(s), &s->alarm, now_of(s));
	} else if (s->state == L2_YIELDING) {
		say_announce(s);
	}
}

static void
defend(struct l2_seat *s)
{
	uint64_t now = now_of(s);

	if (s->defended_at != 0 && now < s->defended_at + CONFLICT_EVERY)
		return;
	s->defended_at = now;
	say_announce(s);
}

void
seat_conflict(struct l2_seat *s, const struct mac *mac)
{
	char text[ADDR_TEXT], who[MAC_TEXT];
	bool is_news = !s->has_conflict || !mac_eq(&s->conflict, mac);

	if (s->state != L2_PROBING && !seat_answers(s))
		return;
	s->has_conflict = true;
	s->conflict = *mac;
	s->conflict_at = now_of(s);
	if (is_news) {
		s->link->l2->counters.conflicts++;
		log_warn("address %s: %s on %s uses it too and is no node",
		    addr_print(&s->addr, text), mac_print(mac, who),
		    s->link->interface.name);
	}
	if (seat_answers(s)) {
		defend(s);
		if (is_news)
			tell(s);
		return;
	}
	s->known = false;
	alarms_set(alarms_of(s), &s->alarm, now_of(s) + CONFLICT_EVERY);
	turn(s, L2_CONFLICT);
}

void
seat_forgive(struct l2_seat *s, const struct mac *mac)
{
	if (!s->has_conflict || !mac_eq(&s->conflict, mac))
		return;
	end_conflict(s);
	if (s->state == L2_CONFLICT)
		turn_idle(s);
	seat_queue(s);
}
