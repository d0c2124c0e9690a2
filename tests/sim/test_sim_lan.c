/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of a link: nodes and addresses through random faults, with promises judged
 * after every event; then the faults end, and two dead intervals later one node answers
 * for each address that some node may hold, and it goes on to be one.
 *
 * While nothing but what is planned happens (objects change, nodes leave and come) some
 * node answers at any time, and never two for more than a dead interval.
 *
 * At no time does a node answer that knows better: one that has heard that a node of a
 * higher rank, which knows that it answers, holds the address, or one that does not
 * hear it.
 *
 * LBBGP_SEEDS=N runs N of them, LBBGP_SEED=S begins with that seed. One that breaks a
 * promise is shrunk and played aloud.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bgpd/l2/state.h"
#include "common/log.h"
#include "tests/sim/lan.h"
#include "tests/unit/histories.h"

enum {
	SEEDS = 60,
	STEPS = 20,
	NODES = 5,
	ADDRS = 12,
	PROBES = 250, /* ms: what duplicate detection takes */
	CALM = 5000,  /* ms: for so long the promises are judged at the end */
};

struct history {
	struct lan *lan;
	struct rng rng;
	bool aloud, calm, planned;
	uint64_t two_since[ADDRS]; /* ms; 0: not more than one answers */
	char complaint[128];
};

static void
complain(struct history *h, const char *what, unsigned address)
{
	if (h->complaint[0] == '\0')
		snprintf(h->complaint, sizeof(h->complaint), "%llu ms: a%u: %s",
		    (unsigned long long)h->lan->now, address, what);
}

/* --- Promises. --- */

static bool
knows_better(const struct l2_seat *s)
{
	struct contest c = { .mine = { seat_may(s) ? s->want->preference : -1,
				 rank_hash(&s->addr, s->link->l2->name) },
		.holding = true };
	const struct claims_entry *at = claims_list(&s->claims);

	for (size_t i = 0; i < s->claims.n; i++) {
		const struct l2_member *mb =
		    members_by_id(s->link->members, at[i].member);

		if (mb == NULL || mb->state < MEMBER_NEW)
			continue;
		struct rival r = {
			.rank = { s->link->l2->ops->may(
				      s->link->l2->arg, &s->addr, mb->name),
			    rank_hash(&s->addr, mb->hash) },
			.ear = member_ear(mb),
			.claim = at[i].claim,
			.knows = at[i].knows,
			.idle = mb->idle,
		};
		contest_add(&c, &r);
	}
	return contest_move(&c) == MOVE_STOP;
}

static void
judge_two(struct history *h, unsigned address, unsigned answers)
{
	uint64_t *since = &h->two_since[address];

	if (answers < 2 || !h->planned)
		*since = 0;
	else if (*since == 0)
		*since = h->lan->now;
	else if (h->lan->now > *since + h->lan->config.dead)
		complain(h, "two answer for long", address);
}

static void
judge(struct lan *lan, struct lan_node *n)
{
	struct history *h = lan->arg;
	const struct l2_link *k = n->l2->links;

	for (const struct l2_seat *s = k->seats; s != NULL; s = s->hh.next)
		if (seat_answers(s) && !s->queued && knows_better(s))
			complain(h, "answers and knows better", 0);
	for (unsigned a = 0; (h->calm || h->planned) && a < lan->n_addrs; a++) {
		unsigned answers = lan_answers(lan, a);

		judge_two(h, a, answers);
		if (answers > 1 && h->calm)
			complain(h, "two answer", a);
		if (answers == 0 && (h->planned || lan_best(lan, a) >= 0))
			complain(h, "nobody answers", a);
	}
}

/* With fail-back, the best of all. */
static void
judge_rest(struct history *h)
{
	for (unsigned a = 0; a < h->lan->n_addrs; a++)
		if (h->lan->terms.fail_back &&
		    lan_holder(h->lan, a) != lan_best(h->lan, a))
			complain(h, "not the best holds it", a);
}

/* --- Faults. --- */

static unsigned
node(struct history *h)
{
	return rng_below(&h->rng, h->lan->n_nodes);
}

static void
wait(struct history *h)
{
	lan_run(h->lan, rng_below(&h->rng, 3000));
}

static void
wait_a_bit(struct history *h)
{
	lan_run(h->lan, rng_below(&h->rng, 60));
}

static void
cut_one_way(struct history *h)
{
	unsigned from = node(h), to = node(h);

	if (from != to)
		lan_cut(h->lan, from, to, true);
}

static void
cut_off(struct history *h)
{
	lan_cut_off(h->lan, node(h), true);
}

static void
part(struct history *h)
{
	uint32_t side = rng_u32(&h->rng);

	for (unsigned a = 0; a < h->lan->n_nodes; a++)
		for (unsigned b = 0; b < h->lan->n_nodes; b++)
			if ((side >> a & 1) != (side >> b & 1))
				lan_cut(h->lan, a, b, true);
}

static void
ring(struct history *h)
{
	for (unsigned a = 0; a < h->lan->n_nodes; a++)
		for (unsigned b = 0; b < h->lan->n_nodes; b++)
			if (a != b && (a + 1) % h->lan->n_nodes != b)
				lan_cut(h->lan, a, b, true);
}

static void
mend(struct history *h)
{
	memset(h->lan->cut, 0, sizeof(h->lan->cut));
}

static void
lose(struct history *h)
{
	h->lan->loss = rng_below(&h->rng, 60);
}

static void
delay(struct history *h)
{
	h->lan->delay = rng_below(&h->rng, 40);
	h->lan->reorder = rng_below(&h->rng, 2) != 0;
}

static void
kill(struct history *h)
{
	lan_kill(h->lan, node(h));
}

static void
start(struct history *h)
{
	lan_start(h->lan, node(h));
}

static void
leave(struct history *h)
{
	struct lan_node *n = &h->lan->nodes[node(h)];

	if (n->l2 == NULL || n->frozen)
		return;
	n->leaving = true;
	l2_leave(n->l2);
}

static void
freeze(struct history *h)
{
	unsigned i = node(h);

	lan_freeze(h->lan, i, rng_below(&h->rng, 2) != 0);
}

static void
thaw(struct history *h)
{
	unsigned i = node(h);

	if (h->lan->nodes[i].frozen) {
		lan_thaw(h->lan, i);
		lan_hear(h->lan, i);
	}
}

static void
prefer(struct history *h)
{
	static const int preferences[] = { -1, -1, 0, 0, 0, 1, 50 };

	lan_prefer(h->lan, rng_below(&h->rng, h->lan->n_addrs), node(h),
	    preferences[rng_below(&h->rng, 7)]);
}

static void
sicken(struct history *h)
{
	unsigned address = rng_below(&h->rng, h->lan->n_addrs), i = node(h);

	h->lan->sick[address * h->lan->n_nodes + i] ^= 1;
	lan_hear_one(h->lan, i, address);
}

static void
go_offline(struct history *h)
{
	h->lan->nodes[node(h)].offline = true;
}

static void
go_online(struct history *h)
{
	unsigned i = node(h);

	h->lan->nodes[i].offline = false;
	lan_hear(h->lan, i);
}

static void
set_clock(struct history *h)
{
	int most = rng_below(&h->rng, 2) ? 100 * 1000 : 5000 * 1000; /* ms */

	h->lan->nodes[node(h)].wall_off =
	    (int)rng_below(&h->rng, 2 * (unsigned)most) - most;
}

/* --- What is planned. --- */

/* Another node than this one may hold it. */
static bool
some_other_may(const struct lan *lan, unsigned address, unsigned but)
{
	for (unsigned i = 0; i < lan->n_nodes; i++) {
		size_t at = (size_t)address * lan->n_nodes + i;

		if (i != but && lan->nodes[i].l2 != NULL &&
		    !lan->nodes[i].leaving && lan->truth[at] >= 0 &&
		    !lan->sick[at])
			return true;
	}
	return false;
}

static void
move(struct history *h)
{
	unsigned address = rng_below(&h->rng, h->lan->n_addrs), i = node(h);

	lan_prefer(h->lan, address, i,
	    some_other_may(h->lan, address, i) ? (int)rng_below(&h->rng, 4) - 1
					       : 1);
}

static void
fall_ill(struct history *h)
{
	unsigned address = rng_below(&h->rng, h->lan->n_addrs), i = node(h);
	uint8_t *sick = &h->lan->sick[address * h->lan->n_nodes + i];

	*sick = !*sick && some_other_may(h->lan, address, i);
	lan_hear_one(h->lan, i, address);
}

static void
go(struct history *h)
{
	struct lan_node *n = &h->lan->nodes[node(h)];

	for (unsigned a = 0; a < h->lan->n_addrs; a++)
		if (!some_other_may(h->lan, a, n->i))
			return;
	n->leaving = true;
	l2_leave(n->l2);
}

/* One that has left, and answers for nothing any more, starts anew. */
static void
come(struct history *h)
{
	unsigned i = node(h);

	for (unsigned a = 0; a < h->lan->n_addrs; a++)
		if (lan_is_answering(h->lan, i, a))
			return;
	if (h->lan->nodes[i].leaving)
		lan_start(h->lan, i);
}

static const struct step_kind planned[] = {
	{ "wait", 10, wait },
	{ "wait a bit", 40, wait_a_bit },
	{ "move", 40, move },
	{ "fall ill", 20, fall_ill },
	{ "go", 10, go },
	{ "come", 20, come },
	{ NULL, 0, NULL },
};

static const struct step_kind kinds[] = {
	{ "wait", 30, wait },
	{ "wait a bit", 30, wait_a_bit },
	{ "cut one way", 10, cut_one_way },
	{ "cut off", 6, cut_off },
	{ "part", 4, part },
	{ "ring", 2, ring },
	{ "mend", 10, mend },
	{ "lose", 4, lose },
	{ "delay", 4, delay },
	{ "kill", 6, kill },
	{ "start", 8, start },
	{ "leave", 4, leave },
	{ "freeze", 6, freeze },
	{ "thaw", 8, thaw },
	{ "prefer", 12, prefer },
	{ "sicken", 6, sicken },
	{ "go offline", 4, go_offline },
	{ "go online", 6, go_online },
	{ "set the clock", 4, set_clock },
	{ NULL, 0, NULL },
};

static const struct lan *aloud_lan; /* whose log is told */

static void
on_log(enum log_level level, const char *text)
{
	const struct lan *lan = aloud_lan;

	(void)level;
	if (lan != NULL && lan->turn != NULL)
		fprintf(stderr, "    %llu %s: %s\n",
		    (unsigned long long)lan->now, lan->turn, text);
}

static void
rest(struct history *h)
{
	lan_run(h->lan, h->planned ? h->lan->config.dead : 0);
	h->planned = false;
	lan_heal(h->lan);
	lan_run(h->lan, 2 * h->lan->config.dead + PROBES);
	h->calm = true;
	lan_run(h->lan, CALM);
	judge_rest(h);
}

static bool
play(const struct script *script, bool aloud, bool is_planned, uint64_t *events)
{
	struct history h = { .aloud = aloud };

	log_set_sink(on_log);
	log_set_level(aloud ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
	h.lan = lan_new(script->seed, NODES, ADDRS, script->seed % 2);
	h.lan->terms.fail_back = script->seed % 4 < 2;
	h.lan->terms.detect = script->seed % 8 < 4;
	aloud_lan = h.lan;
	h.lan->judge = judge;
	h.lan->arg = &h;
	for (unsigned i = 0; i < h.lan->n_nodes; i++)
		lan_hear(h.lan, i);
	if (is_planned)
		lan_run(h.lan, 2 * h.lan->config.dead + PROBES);
	h.planned = is_planned;
	script_play(script, &h, &h.rng, h.complaint, aloud);
	if (h.complaint[0] == '\0')
		rest(&h);
	if (aloud)
		print_error("%s\n", h.complaint);
	*events += h.lan->events;
	aloud_lan = NULL;
	lan_free(h.lan);
	log_set_sink(NULL);
	return h.complaint[0] != '\0';
}

static bool
breaks(const struct script *script, bool aloud, void *arg)
{
	return play(script, aloud, false, arg);
}

static bool
breaks_when_planned(const struct script *script, bool aloud, void *arg)
{
	return play(script, aloud, true, arg);
}

TEST(what_is_planned_leaves_no_gap)
{
	uint64_t events = 0;
	const struct histories all = { .kinds = planned,
		.count = SEEDS,
		.steps = 2 * STEPS,
		.variable = "LBBGP_SEEDS",
		.breaks = breaks_when_planned,
		.arg = &events };

	histories_hold(&all);
	print_message("# %llu events\n", (unsigned long long)events);
}

TEST(promises_are_kept)
{
	uint64_t events = 0;
	const struct histories all = { .kinds = kinds,
		.count = SEEDS,
		.steps = STEPS,
		.variable = "LBBGP_SEEDS",
		.breaks = breaks,
		.arg = &events };

	histories_hold(&all);
	print_message("# %llu events\n", (unsigned long long)events);
}

/* --- How long nobody answers. --- */

static unsigned
holder_of(struct lan *lan)
{
	lan_run(lan, 3 * lan->config.dead + PROBES);
	return (unsigned)lan_holder(lan, 0);
}

/* Of those that a client reaches: not the one that is cut off. */
static unsigned
longest_silence(struct lan *lan, unsigned ms, unsigned away)
{
	unsigned longest = 0, silent = 0;

	for (unsigned i = 0; i < ms; i++) {
		bool answered = false;

		lan_run(lan, 1);
		for (unsigned n = 0; n < lan->n_nodes; n++)
			answered |= n != away && lan_is_answering(lan, n, 0);
		silent = answered ? 0 : silent + 1;
		if (silent > longest)
			longest = silent;
	}
	return longest;
}

static unsigned
killed(struct lan *lan)
{
	lan_kill(lan, holder_of(lan));
	return longest_silence(lan, 3000, LAN_NODES);
}

static unsigned
is_cut_off(struct lan *lan)
{
	unsigned holder = holder_of(lan);

	lan_cut_off(lan, holder, true);
	return longest_silence(lan, 3000, holder);
}

static unsigned
frozen(struct lan *lan)
{
	unsigned holder = holder_of(lan), longest;

	lan_freeze(lan, holder, false);
	longest = longest_silence(lan, 3000, LAN_NODES);
	lan_thaw(lan, holder);
	unsigned after = longest_silence(lan, 3000, LAN_NODES);

	return after > longest ? after : longest;
}

/* A virtual machine that stands still: it does not know that it did. */
static unsigned
paused(struct lan *lan)
{
	unsigned holder = holder_of(lan), longest;

	lan_freeze(lan, holder, true);
	longest = longest_silence(lan, 3000, LAN_NODES);
	lan_thaw(lan, holder);
	unsigned after = longest_silence(lan, 3000, LAN_NODES);

	return after > longest ? after : longest;
}

static unsigned
moved(struct lan *lan)
{
	lan_prefer(lan, 0, (holder_of(lan) + 1) % lan->n_nodes, 10);
	return longest_silence(lan, 3000, LAN_NODES);
}

/* An upgrade: it leaves, ends when it is idle, and is back a moment later. */
static unsigned
restarted(struct lan *lan)
{
	unsigned holder = holder_of(lan), longest;

	l2_leave(lan->nodes[holder].l2);
	longest = longest_silence(lan, 20, LAN_NODES);
	assert_true(l2_is_idle(lan->nodes[holder].l2));
	lan_kill(lan, holder);
	lan_run(lan, 100);
	lan_start(lan, holder);
	unsigned after = longest_silence(lan, 3000, LAN_NODES);

	return after > longest ? after : longest;
}

static unsigned
crashed_and_back(struct lan *lan)
{
	unsigned holder = holder_of(lan);

	lan_kill(lan, holder);
	unsigned down = longest_silence(lan, 50, LAN_NODES);

	lan_start(lan, holder);
	return down + longest_silence(lan, 3000, LAN_NODES);
}

/* ms, at most, of what SEEDS links show. */
static const struct failover {
	const char *name;
	unsigned (*happens)(struct lan *);
	unsigned most, most_tuned;
} failovers[] = {
	{ "holder killed", killed, 810, 210 },
	{ "holder cut off", is_cut_off, 810, 210 },
	{ "holder frozen, then back", frozen, 810, 210 },
	{ "machine paused, then back", paused, 810, 210 },
	{ "planned move", moved, 0, 0 },
	{ "restart that leaves first", restarted, 0, 0 },
	{ "crash, back after 50 ms", crashed_and_back, 70, 70 },
};

static unsigned
worst(const struct failover *f, bool tuned)
{
	unsigned longest = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct lan *lan = lan_new(seed, 3, 1, tuned);
		unsigned silent = f->happens(lan);

		if (silent > longest)
			longest = silent;
		lan_free(lan);
	}
	return longest;
}

TEST(failovers_are_as_short_as_they_are_told)
{
	log_set_level(LOG_LEVEL_ERROR);
	for (size_t i = 0; i < sizeof(failovers) / sizeof(failovers[0]); i++) {
		const struct failover *f = &failovers[i];
		unsigned normal = worst(f, false), tuned = worst(f, true);

		print_message("# %s: nobody answers for %u ms, tuned %u ms\n",
		    f->name, normal, tuned);
		assert_in_range(normal, 0, f->most);
		assert_in_range(tuned, 0, f->most_tuned);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_are_kept),
		cmocka_unit_test(what_is_planned_leaves_no_gap),
		cmocka_unit_test(failovers_are_as_short_as_they_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
