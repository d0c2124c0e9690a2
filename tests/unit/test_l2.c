/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/l2.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/l2/hello.h"
#include "common/log.h"
#include "tests/sim/lan.h"
#include "tests/test.h"

enum {
	DEAD = 800,
	PROBES = 200,
	UP = 2 * DEAD + PROBES, /* ms: after that all addresses are held */
};

/* What nodes sent of the first address, and what was taken down of it. */
static struct heard_frames {
	unsigned arp_replies, adverts, announced, probes, hellos;
	struct frame last;
	struct mac announcer; /* of the last announcement */
	size_t longest;       /* hello; bytes, with the header of IP */
	uint64_t at[64];      /* of announcements */
} said;

static void
on_sent(struct lan *lan, struct lan_node *from, const struct frame *f)
{
	(void)from;
	said.last = *f;
	if (f->kind == FRAME_HELLO) {
		said.hellos++;
		if (f->ip.n + 28 > said.longest)
			said.longest = f->ip.n + 28;
	} else if (f->kind == FRAME_NEIGHBOR) {
		said.adverts += f->neighbor.advert;
		said.probes += !f->neighbor.advert;
	} else if (f->kind == FRAME_ARP && addr_is_zero(&f->arp.sender)) {
		said.probes++;
	} else if (addr_eq(&f->arp.sender, &f->arp.target)) {
		said.announcer = f->arp.sender_mac;
		if (!f->arp.reply)
			said.at[said.announced++ % 64] = lan->now;
	} else {
		said.arp_replies += f->arp.reply;
	}
}

static struct lan *
lan_of(unsigned nodes, unsigned addrs)
{
	struct lan *lan = lan_new(7, nodes, addrs, false);

	memset(&said, 0, sizeof(said));
	lan->sent = on_sent;
	return lan;
}

static enum l2_state
state_on(const struct lan *lan, unsigned node, unsigned address)
{
	struct addr addr = lan_addr(address);
	struct l2_view view;

	assert_true(l2_find(lan->nodes[node].l2, &addr, &view));
	return view.state;
}

static const struct mac stranger = { { 2, 0xbb, 0, 0, 0, 1 } };
#define CLIENT addr_v4(0x0a0000c8)

static void
inject_arp(struct lan *lan, const struct mac *from, struct frame_arp arp)
{
	uint8_t bytes[FRAME_MAX];

	arp.sender_mac = *from;
	lan_inject(
	    lan, bytes, frame_put_arp(bytes, from, &mac_broadcast, &arp));
	lan_run(lan, 5);
}

static void
ask(struct lan *lan, unsigned address)
{
	inject_arp(lan, &stranger,
	    (struct frame_arp){
		.sender = CLIENT, .target = lan_addr(address) });
}

static void
ask_by_neighbor_discovery(struct lan *lan, unsigned address, struct addr src)
{
	uint8_t bytes[FRAME_MAX];
	struct frame_neighbor n = { .src = src, .target = lan_addr(address) };

	n.dst = frame_solicited_node(&n.target);
	struct mac group = frame_group_mac(&n.dst);

	n.has_mac = !addr_is_zero(&src);
	n.mac = stranger;
	lan_inject(
	    lan, bytes, frame_put_neighbor(bytes, &stranger, &group, &n));
	lan_run(lan, 5);
}

static struct addr
six(uint8_t last)
{
	return addr_from(
	    FAMILY_V6, (uint8_t[16]){ last == 0 ? 0 : 0xfd, [15] = last });
}

/* Of the milliseconds, those in which nobody, and those in which several answer. */
static unsigned
silence(struct lan *lan, unsigned address, unsigned ms)
{
	unsigned silent = 0;

	for (unsigned i = 0; i < ms; i++) {
		lan_run(lan, 1);
		silent += lan_answers(lan, address) == 0;
	}
	return silent;
}

/* --- To take, at the start. --- */

TEST(a_node_listens_before_it_takes)
{
	struct lan *lan = lan_of(1, 1);

	lan_run(lan, DEAD - 1);
	assert_int_equal(state_on(lan, 0, 0), L2_WAITING);
	assert_int_equal(said.probes, 0);
	lan_run(lan, PROBES);
	assert_int_equal(state_on(lan, 0, 0), L2_PROBING);
	lan_run(lan, 1);
	assert_int_equal(state_on(lan, 0, 0), L2_HELD);
	lan_free(lan);
}

TEST(each_address_has_the_best_for_a_holder)
{
	struct lan *lan = lan_of(3, 30);

	lan_run(lan, UP);
	for (unsigned a = 0; a < 30; a++) {
		assert_int_equal(lan_answers(lan, a), 1);
		assert_int_equal(lan_holder(lan, a), lan_best(lan, a));
	}
	lan_free(lan);
}

TEST(all_nodes_know_the_holder)
{
	struct lan *lan = lan_of(3, 1);
	struct addr addr = lan_addr(0);
	struct l2_view view;

	lan_run(lan, UP);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(l2_find(lan->nodes[i].l2, &addr, &view));
		assert_string_equal(
		    view.holder, lan->nodes[lan_holder(lan, 0)].name);
		assert_string_equal(view.interface, "eth0");
	}
	lan_free(lan);
}

TEST(it_is_announced_at_once_twice_more_and_each_minute)
{
	struct lan *lan = lan_of(1, 1);

	lan_run(lan, DEAD + PROBES + 500);
	assert_int_equal(said.announced, 3);
	assert_int_equal(said.at[1] - said.at[0], 100);
	assert_int_equal(said.at[2] - said.at[0], 400);
	lan_run(lan, 60 * 1000);
	assert_int_equal(said.announced, 4);
	lan_free(lan);
}

/* --- To answer. --- */

TEST(the_holder_answers_arp)
{
	struct lan *lan = lan_of(3, 1);
	const struct lan_node *holder;

	lan_run(lan, UP);
	holder = &lan->nodes[lan_holder(lan, 0)];
	ask(lan, 0);
	assert_int_equal(said.arp_replies, 1);
	assert_true(mac_eq(&said.last.to, &stranger));
	assert_true(mac_eq(&said.last.arp.sender_mac, &holder->interface.mac));
	ask(lan, 1);
	assert_int_equal(said.arp_replies, 1);
	lan_free(lan);
}

TEST(the_holder_answers_neighbour_solicitations)
{
	struct lan *lan = lan_of(3, 4);
	struct addr client = six(0xc8), nobody = six(0);

	lan_run(lan, UP);
	said.adverts = 0;
	ask_by_neighbor_discovery(lan, 3, client);
	assert_int_equal(said.adverts, 1);
	assert_true(
	    said.last.neighbor.solicited && said.last.neighbor.override);
	assert_true(addr_eq(&said.last.neighbor.dst, &client));
	ask_by_neighbor_discovery(lan, 3, nobody);
	assert_int_equal(said.adverts, 2);
	assert_false(said.last.neighbor.solicited);
	assert_int_equal(said.last.neighbor.dst.bytes[15], 1); /* all nodes */
	lan_free(lan);
}

/* --- Strangers. --- */

TEST(what_a_stranger_uses_is_not_taken)
{
	struct lan *lan = lan_of(1, 1);
	struct addr addr = lan_addr(0);
	struct l2_view view;

	lan_run(lan, DEAD + 50);
	inject_arp(lan, &stranger,
	    (struct frame_arp){
		.reply = true, .sender = addr, .target = CLIENT });
	assert_int_equal(state_on(lan, 0, 0), L2_CONFLICT);
	lan_run(lan, 9000);
	assert_true(l2_find(lan->nodes[0].l2, &addr, &view));
	assert_int_equal(view.state, L2_CONFLICT);
	assert_true(view.has_conflict && mac_eq(&view.conflict, &stranger));
	said.probes = 0;
	lan_run(lan, 1000 + PROBES);
	assert_int_equal(said.probes, 2);
	assert_int_equal(state_on(lan, 0, 0), L2_HELD);
	lan_free(lan);
}

TEST(what_a_stranger_probes_for_too_is_not_taken)
{
	struct lan *lan = lan_of(1, 1);

	lan_run(lan, DEAD + 50);
	inject_arp(lan, &stranger,
	    (struct frame_arp){ .sender = addr_v4(0), .target = lan_addr(0) });
	assert_int_equal(state_on(lan, 0, 0), L2_CONFLICT);
	lan_free(lan);
}

TEST(a_stranger_is_seen_by_neighbour_discovery)
{
	struct lan *lan = lan_of(1, 4);
	uint8_t bytes[FRAME_MAX];
	struct addr all =
	    addr_from(FAMILY_V6, (uint8_t[16]){ 0xff, 2, [15] = 1 });
	struct mac group = frame_group_mac(&all);
	struct frame_neighbor n = { .advert = true,
		.override = true,
		.src = lan_addr(3),
		.dst = all,
		.target = lan_addr(3),
		.has_mac = true,
		.mac = stranger };

	lan_run(lan, DEAD + 50);
	lan_inject(
	    lan, bytes, frame_put_neighbor(bytes, &stranger, &group, &n));
	lan_run(lan, 5);
	assert_int_equal(state_on(lan, 0, 3), L2_CONFLICT);
	lan_free(lan);
}

TEST(a_conflict_is_over_for_one_that_leaves_it_to_another)
{
	struct lan *lan = lan_of(2, 1);
	struct addr addr = lan_addr(0);
	unsigned best = (unsigned)lan_best(lan, 0);
	struct l2_view view;

	lan->terms.fail_back = false;
	lan_hear(lan, 0);
	lan_hear(lan, 1);
	while (state_on(lan, best, 0) != L2_PROBING)
		lan_run(lan, 1);
	inject_arp(lan, &stranger,
	    (struct frame_arp){
		.reply = true, .sender = addr, .target = CLIENT });
	assert_int_equal(state_on(lan, best, 0), L2_CONFLICT);
	lan_run(lan, 15 * 1000);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	assert_true(l2_find(lan->nodes[best].l2, &addr, &view));
	assert_int_equal(view.state, L2_OTHER);
	assert_false(view.has_conflict);
	lan_free(lan);
}

/* RFC 4862 5.4.2: so that it hears another that looks for doubles. */
TEST(one_that_probes_is_in_the_group_of_the_address)
{
	struct lan *lan = lan_of(1, 4);

	assert_int_equal(lan->nodes[0].joined, 0);
	lan_run(lan, DEAD + 50);
	assert_int_equal(state_on(lan, 0, 3), L2_PROBING);
	assert_int_equal(lan->nodes[0].joined, 1);
	lan_run(lan, PROBES);
	assert_int_equal(state_on(lan, 0, 3), L2_HELD);
	assert_int_equal(lan->nodes[0].joined, 1);
	lan_prefer(lan, 3, 0, LAN_NOWHERE);
	lan_run(lan, 4000);
	assert_int_equal(lan->nodes[0].joined, 0);
	lan_free(lan);
}

TEST(without_detection_it_is_taken_without_a_probe)
{
	struct lan *lan = lan_of(1, 1);

	lan->terms.detect = false;
	lan_hear(lan, 0);
	lan_run(lan, DEAD);
	assert_int_equal(state_on(lan, 0, 0), L2_HELD);
	assert_int_equal(said.probes, 0);
	lan_free(lan);
}

TEST(a_held_address_is_defended_now_and_then)
{
	struct lan *lan = lan_of(1, 1);
	struct frame_arp claim = { .sender = lan_addr(0),
		.target = lan_addr(0) };
	struct l2_counters count;

	lan_run(lan, 3000);
	said.announced = 0;
	for (unsigned i = 0; i < 20; i++) {
		inject_arp(lan, &stranger, claim);
		lan_run(lan, 500);
	}
	assert_in_range(said.announced, 1, 2);
	assert_int_equal(state_on(lan, 0, 0), L2_HELD);
	l2_count(lan->nodes[0].l2, &count);
	assert_int_equal(count.conflicts, 1);
	lan_free(lan);
}

TEST(a_node_is_no_stranger)
{
	struct lan *lan = lan_of(2, 1);
	unsigned holder;

	lan_run(lan, UP);
	holder = (unsigned)lan_holder(lan, 0);
	inject_arp(lan, &lan->nodes[1 - holder].interface.mac,
	    (struct frame_arp){ .sender = lan_addr(0), .target = lan_addr(0) });
	inject_arp(lan, &lan->nodes[holder].interface.mac,
	    (struct frame_arp){ .sender = lan_addr(0), .target = lan_addr(0) });
	struct l2_counters count;

	l2_count(lan->nodes[holder].l2, &count);
	assert_int_equal(count.conflicts, 0);
	lan_free(lan);
}

/* --- To take over. --- */

TEST(a_dead_holder_is_followed_without_probing_first)
{
	struct lan *lan = lan_of(3, 12);
	unsigned dead;

	lan_run(lan, UP);
	dead = (unsigned)lan_holder(lan, 0);
	lan_kill(lan, dead);
	assert_in_range(silence(lan, 0, 3000), DEAD - 200, DEAD + 10);
	for (unsigned a = 0; a < 12; a++)
		assert_int_equal(lan_holder(lan, a), lan_best(lan, a));
	lan_free(lan);
}

TEST(a_planned_move_leaves_no_gap)
{
	struct lan *lan = lan_of(3, 1);
	unsigned first, to;

	lan_run(lan, UP);
	first = (unsigned)lan_holder(lan, 0);
	to = (first + 1) % 3;
	lan_prefer(lan, 0, to, 50);
	assert_int_equal(silence(lan, 0, 50), 0);
	assert_int_equal(lan_holder(lan, 0), to);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_prefer(lan, 0, to, LAN_NOWHERE);
	assert_int_equal(silence(lan, 0, 50), 0);
	assert_int_equal(lan_holder(lan, 0), first);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_free(lan);
}

/*
 * Of two the one takes it from the other, and neither may hold it before either has
 * heard of that: what each of them says is what the other stops for.
 */
TEST(what_two_say_of_it_may_cross)
{
	struct lan *lan = lan_of(3, 1);
	unsigned first, to;

	lan_run(lan, UP);
	lan->delay = 40;
	for (unsigned i = 0; i < 20; i++) {
		to = (unsigned)lan_holder(lan, 0);
		first = (to + 1) % 3;
		lan_prefer(lan, 0, first, 50); /* so it knows of the other */
		lan_run(lan, 1000);
		assert_int_equal(lan_holder(lan, 0), first);
		lan_prefer(lan, 0, to, 60);
		lan_run(lan, 1);
		lan->sick[to] = lan->sick[first] = 1;
		lan_hear_one(lan, to, 0);
		lan_hear_one(lan, first, 0);
		assert_int_equal(silence(lan, 0, 1000), 0);
		assert_int_equal(lan_answers(lan, 0), 1);
		lan->sick[to] = lan->sick[first] = 0;
		lan_prefer(lan, 0, to, 0);
		lan_prefer(lan, 0, first, 0);
		assert_int_equal(silence(lan, 0, 1000), 0);
		assert_int_equal(lan_answers(lan, 0), 1);
	}
	lan_free(lan);
}

/* It is preferred elsewhere, or the node itself may no longer; or it may again. */
static void
change_mind(struct lan *lan, struct rng *rng)
{
	unsigned node = (unsigned)rng_below(rng, 2);

	if (rng_below(rng, 2) == 0) {
		lan_prefer(lan, 0, node, (int)rng_below(rng, 3) * 50);
		return;
	}
	lan->sick[node] = !lan->sick[node];
	lan_hear_one(lan, node, 0);
}

/*
 * Two change their minds while the last news of that is under way; a third one always
 * may. A HOLD that was said before its speaker heard our last word is none to stop for.
 */
TEST(whatever_is_under_way_somebody_answers)
{
	struct lan *lan = lan_of(3, 1);
	unsigned silent = 0;
	struct rng rng;

	rng_init(&rng, 1);
	lan_run(lan, UP);
	lan->delay = 40;
	for (unsigned i = 0; i < 400; i++) {
		change_mind(lan, &rng);
		silent += silence(lan, 0, (unsigned)rng_below(&rng, 60));
		if (i % 4 == 0)
			silent += silence(lan, 0, 1500);
	}
	assert_int_equal(silent, 0);
	lan_free(lan);
}

/* Each is told that the other goes before it: one after the other tries again. */
TEST(two_that_yield_to_each_other_go_on_to_answer)
{
	struct lan *lan = lan_of(2, 1);

	lan_run(lan, UP);
	lan_cut_off(lan, 0, true);
	lan_run(lan, 5000);
	assert_int_equal(lan_answers(lan, 0), 2);
	for (unsigned i = 0; i < 2; i++) {
		lan->nodes[1 - i].offline = true;
		lan_prefer(lan, 0, 1 - i, 50);
		lan_prefer(lan, 0, i, 0);
		lan->nodes[1 - i].offline = false;
	}
	said.hellos = said.announced = 0;
	lan_cut_off(lan, 0, false);
	assert_int_equal(silence(lan, 0, 1000), 0);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_in_range(said.hellos, 0, 40);
	assert_in_range(said.announced, 0, 10);
	lan_free(lan);
}

/* What tells the one that yields that it may stop is lost, and asked for again. */
TEST(one_that_yields_says_so_until_it_is_heard)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	lan_run(lan, UP);
	lan_cut_off(lan, best, true);
	lan_run(lan, 5000);
	assert_int_equal(lan_answers(lan, 0), 2);
	lan_cut_off(lan, best, false);
	while (state_on(lan, 1 - best, 0) != L2_YIELDING)
		lan_run(lan, 1);
	lan_cut(lan, best, 1 - best, true);
	lan_run(lan, 30);
	lan_cut(lan, best, 1 - best, false);
	assert_int_equal(silence(lan, 0, 2 * DEAD), 0);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_free(lan);
}

TEST(one_that_leaves_answers_until_it_is_followed)
{
	struct lan *lan = lan_of(3, 12);
	unsigned first;

	lan_run(lan, UP);
	first = (unsigned)lan_holder(lan, 0);
	assert_false(l2_is_idle(lan->nodes[first].l2));
	l2_leave(lan->nodes[first].l2);
	lan->nodes[first].leaving = true;
	assert_int_equal(silence(lan, 0, 50), 0);
	assert_true(l2_is_idle(lan->nodes[first].l2));
	for (unsigned a = 0; a < 12; a++)
		assert_int_equal(lan_holder(lan, a), lan_best(lan, a));
	lan_free(lan);
}

TEST(one_that_leaves_alone_is_idle)
{
	struct lan *lan = lan_of(1, 1);

	lan_run(lan, UP);
	l2_leave(lan->nodes[0].l2);
	lan_run(lan, 10);
	assert_int_equal(state_on(lan, 0, 0), L2_YIELDING);
	assert_true(l2_is_idle(lan->nodes[0].l2));
	lan_free(lan);
}

TEST(when_all_leave_nobody_waits_for_another)
{
	struct lan *lan = lan_of(3, 12);

	lan_run(lan, UP);
	for (unsigned i = 0; i < 3; i++)
		l2_leave(lan->nodes[i].l2);
	lan_run(lan, 20);
	for (unsigned i = 0; i < 3; i++)
		assert_true(l2_is_idle(lan->nodes[i].l2));
	lan_free(lan);
}

TEST(what_nobody_else_may_hold_is_answered_for_some_seconds_yet)
{
	struct lan *lan = lan_of(1, 1);

	lan_run(lan, UP);
	lan_prefer(lan, 0, 0, LAN_NOWHERE);
	lan_run(lan, 2999);
	assert_int_equal(state_on(lan, 0, 0), L2_YIELDING);
	lan_run(lan, 2);
	assert_int_equal(state_on(lan, 0, 0), L2_EXCLUDED);
	lan_free(lan);
}

TEST(what_is_not_wanted_is_not_answered_for)
{
	struct lan *lan = lan_of(2, 1);
	struct addr addr = lan_addr(0);
	struct l2_view view;

	lan_run(lan, UP);
	l2_unset(lan->nodes[0].l2, &addr);
	l2_unset(lan->nodes[1].l2, &addr);
	assert_false(l2_find(lan->nodes[0].l2, &addr, &view));
	assert_int_equal(lan_answers(lan, 0), 0);
	ask(lan, 0);
	assert_int_equal(said.arp_replies, 0);
	lan_free(lan);
}

TEST(what_the_best_does_not_take_the_next_one_does)
{
	struct lan *lan = lan_of(3, 1);
	struct addr addr = lan_addr(0);
	unsigned best = (unsigned)lan_best(lan, 0);

	l2_unset(lan->nodes[best].l2, &addr); /* its objects are late */
	lan_run(lan, 3 * DEAD + PROBES + 200);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_hear(lan, best);
	assert_int_equal(silence(lan, 0, 20), 0);
	assert_int_equal(lan_holder(lan, 0), best);
	lan_free(lan);
}

TEST(without_fail_back_one_that_returns_takes_nothing)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	lan->terms.fail_back = false;
	lan_hear(lan, 0);
	lan_hear(lan, 1);
	lan_run(lan, UP);
	assert_int_equal(lan_holder(lan, 0), best);
	lan_kill(lan, best);
	lan_run(lan, 2 * DEAD);
	lan_start(lan, best);
	assert_int_equal(silence(lan, 0, 5000), 0);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	lan_free(lan);
}

TEST(one_that_the_holder_does_not_hear_leaves_it)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	lan_run(lan, UP);
	lan_cut(lan, best, 1 - best, true);
	lan_run(lan, 2 * DEAD);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	lan_cut(lan, best, 1 - best, false);
	lan_run(lan, DEAD);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_int_equal(lan_holder(lan, 0), best);
	lan_free(lan);
}

TEST(one_that_starts_takes_nothing_from_a_holder_that_does_not_hear_it)
{
	struct lan *lan = lan_of(2, 4);

	lan_run(lan, UP);
	lan_kill(lan, 0);
	lan_run(lan, 2 * DEAD);
	lan_cut(lan, 0, 1, true);
	for (unsigned i = 0; i < 60; i++) {
		if (i % 6 == 0)
			lan_start(lan, 0);
		lan_run(lan, 1000);
		for (unsigned a = 0; a < 4; a++)
			assert_int_equal(lan_answers(lan, a), 1);
	}
	lan_kill(lan, 1);
	lan_run(lan, 3 * DEAD);
	for (unsigned a = 0; a < 4; a++)
		assert_int_equal(lan_answers(lan, a), 1);
	lan_free(lan);
}

/* The other stands for it no more, which it tells now and then to whom can't ask. */
TEST(one_that_starts_takes_what_one_that_does_not_hear_it_can_not_hold)
{
	struct lan *lan = lan_of(2, 4);

	lan->sick[0 * 2 + 1] = 1; /* address 0, node 1 */
	lan_hear(lan, 1);
	lan_kill(lan, 0);
	lan_run(lan, 6000);
	assert_int_equal(lan_answers(lan, 0), 0);
	lan_cut(lan, 0, 1, true);
	lan_start(lan, 0);
	lan_run(lan, 15 * 1000);
	for (unsigned a = 0; a < 4; a++)
		assert_int_equal(lan_answers(lan, a), 1);
	assert_int_equal(lan_holder(lan, 0), 0);
	lan_free(lan);
}

TEST(one_that_was_frozen_answers_nothing_it_lost)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	lan_run(lan, UP);
	lan_freeze(lan, best, false);
	lan_run(lan, 3000);
	ask(lan, 0);
	assert_int_equal(said.arp_replies, 1);
	lan_thaw(lan, best);
	lan_run(lan, 1);
	assert_int_equal(said.arp_replies, 1);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	assert_int_equal(silence(lan, 0, UP), 0);
	assert_int_equal(lan_holder(lan, 0), best);
	lan_free(lan);
}

TEST(after_a_split_the_lower_one_stops_and_the_higher_announces_again)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	lan_run(lan, UP);
	lan_cut_off(lan, best, true);
	lan_run(lan, 5000);
	assert_int_equal(lan_answers(lan, 0), 2);
	said.announced = 0;
	lan_cut_off(lan, best, false);
	assert_int_equal(silence(lan, 0, 250), 0);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_int_equal(lan_holder(lan, 0), best);
	assert_true(said.announced > 0);
	lan_free(lan);
}

TEST(one_that_was_frozen_while_it_probed_listens_first)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);

	while (state_on(lan, best, 0) != L2_PROBING)
		lan_run(lan, 1);
	lan_run(lan, PROBES - 20); /* all it asks is who answers the last one */
	lan_freeze(lan, best, false);
	lan_run(lan, 5000);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	l2_tick(lan->nodes[best].l2); /* before it reads what others said */
	assert_int_equal(state_on(lan, best, 0), L2_WAITING);
	lan_free(lan);
}

static void
set_pace(struct lan *lan, uint32_t interval, uint32_t dead)
{
	lan->config.interval = interval;
	lan->config.dead = dead;
	for (unsigned i = 0; i < lan->n_nodes; i++)
		l2_configure(lan->nodes[i].l2, &lan->config);
}

TEST(a_faster_pace_is_taken_up_without_a_gap)
{
	struct lan *lan = lan_of(2, 1);

	set_pace(lan, 5000, 20000);
	lan_run(lan, 3 * 20000 + 3000);
	assert_int_equal(lan_answers(lan, 0), 1);
	set_pace(lan, 200, 800);
	assert_int_equal(silence(lan, 0, 5000), 0);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_free(lan);
}

/* --- Keys and replays. --- */

static struct l2_counters
counters(const struct lan *lan, unsigned node)
{
	struct l2_counters count;

	l2_count(lan->nodes[node].l2, &count);
	return count;
}

static void
set_key(struct lan *lan, unsigned node, const char *key)
{
	struct l2_config c = lan->config;

	c.key = (const uint8_t *)key;
	c.n_key = key == NULL ? 0 : strlen(key);
	l2_configure(lan->nodes[node].l2, &c);
}

TEST(one_with_another_key_is_not_believed)
{
	struct lan *lan = lan_of(2, 1);

	set_key(lan, 0, "another");
	lan_run(lan, 20 * 1000);
	assert_int_equal(lan_answers(lan, 0), 2);
	assert_true(counters(lan, 0).refused_key > 20);
	lan_free(lan);
}

TEST(a_key_changes_without_a_gap)
{
	struct lan *lan = lan_of(2, 1);

	lan_run(lan, UP);
	set_key(lan, 0, "new");
	assert_int_equal(silence(lan, 0, 5000), 0);
	set_key(lan, 1, "new");
	assert_int_equal(silence(lan, 0, 20000), 0);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_int_equal(counters(lan, 0).refused_key, 0);
	set_key(lan, 1, NULL);
	lan_run(lan, 5000);
	assert_int_equal(lan_answers(lan, 0), 1);
	set_key(lan, 0, NULL);
	lan_run(lan, 20000);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_free(lan);
}

TEST(the_old_key_is_good_for_some_seconds_only)
{
	struct lan *lan = lan_of(2, 1);

	lan_run(lan, UP);
	set_key(lan, 0, "new");
	lan_run(lan, 12000);
	assert_true(counters(lan, 0).refused_key > 0);
	assert_int_equal(lan_answers(lan, 0), 2);
	lan_free(lan);
}

TEST(without_the_key_that_is_named_nothing_is_said_or_held)
{
	struct lan *lan = lan_of(1, 1);
	struct l2_config c = lan->config;
	int index[4];

	lan_run(lan, UP);
	assert_int_equal(l2_listens(lan->nodes[0].l2, index, 4), 1);
	c.blocked = true;
	l2_configure(lan->nodes[0].l2, &c);
	assert_int_equal(lan_answers(lan, 0), 0);
	assert_int_equal(l2_listens(lan->nodes[0].l2, index, 4), 0);
	assert_false(lan->nodes[0].hushed);
	said.hellos = 0;
	lan_hear(lan, 0);
	lan_run(lan, UP);
	assert_int_equal(said.hellos, 0);
	l2_configure(lan->nodes[0].l2, &lan->config);
	lan_run(lan, UP);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_true(lan->nodes[0].hushed);
	lan_free(lan);
}

TEST(a_node_of_the_same_name_elsewhere_takes_nothing_away)
{
	struct lan *lan = lan_of(3, 1);

	lan_prefer(lan, 0, 1, 50);
	lan_prefer(lan, 0, 2, LAN_NOWHERE);
	lan_run(lan, UP);
	assert_int_equal(lan_holder(lan, 0), 1);
	strcpy(lan->nodes[2].name, "n1"); /* of another cluster */
	lan_start(lan, 2);
	lan_run(lan, UP);
	uint64_t before = counters(lan, 0).transitions;

	assert_int_equal(silence(lan, 0, 10 * 1000), 0);
	assert_int_equal(counters(lan, 0).transitions, before);
	assert_int_equal(lan_answers(lan, 0), 1);
	assert_int_equal(lan_holder(lan, 0), 1);
	lan_free(lan);
}

/* Frames that a node sent, to be sent again by somebody else. */
static struct {
	uint8_t bytes[200][FRAME_MAX];
	size_t length[200], n;
	unsigned of;
} tape;

static void
record(struct lan *lan, struct lan_node *from, const struct frame *f)
{
	size_t i = tape.n;

	(void)lan;
	if (from->i != tape.of || f->kind != FRAME_HELLO || i == 200)
		return;
	tape.length[i] = frame_put_hello(
	    tape.bytes[i], &stranger, &f->ip.src, f->ip.payload, f->ip.n);
	tape.n++;
}

static void
replay(struct lan *lan)
{
	for (size_t i = 0; i < tape.n; i++) {
		lan_inject(lan, tape.bytes[i], tape.length[i]);
		lan_run(lan, 10);
	}
}

/* Two interfaces may be on one link, or a switch sends frames back. */
TEST(what_it_says_on_another_interface_is_of_no_namesake)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface both[2] = { n->interface, n->interface };
	struct frame f;

	snprintf(both[1].name, sizeof(both[1].name), "eth1");
	both[1].index = 9;
	l2_interfaces(n->l2, both, 2);
	tape.n = tape.of = 0;
	lan->sent = record;
	lan_run(lan, 1000);
	assert_true(tape.n > 3);
	assert_true(frame_parse(tape.bytes[3], tape.length[3], &f));
	l2_frame(n->l2, 9, &f);
	assert_int_equal(counters(lan, 0).refused_name, 0);
	lan_free(lan);
}

TEST(what_is_said_again_moves_nothing)
{
	struct lan *lan = lan_of(3, 8);
	unsigned best = (unsigned)lan_best(lan, 0);

	tape.n = 0;
	tape.of = best;
	lan->sent = record;
	lan_run(lan, 4000);
	lan->sent = NULL;
	uint64_t before = counters(lan, (best + 1) % 3).transitions;

	replay(lan);
	assert_true(counters(lan, (best + 1) % 3).refused_old >= tape.n);
	assert_int_equal(counters(lan, (best + 1) % 3).transitions, before);
	for (unsigned a = 0; a < 8; a++)
		assert_int_equal(lan_holder(lan, a), lan_best(lan, a));
	lan_free(lan);
}

/* The others hold its addresses; that it once claimed them moves nothing. */
TEST(what_a_dead_node_said_is_not_believed_from_another)
{
	struct lan *lan = lan_of(3, 8);
	unsigned best = (unsigned)lan_best(lan, 0);

	tape.n = 0;
	tape.of = best;
	lan->sent = record;
	lan_run(lan, 4000);
	lan->sent = NULL;
	lan_kill(lan, best);
	for (unsigned i = 0; i < 3; i++) /* which do not remember it */
		if (i != best)
			lan_start(lan, i);
	lan_run(lan, 60 * 1000);
	replay(lan);
	for (unsigned a = 0; a < 8; a++) {
		assert_int_equal(lan_answers(lan, a), 1);
		assert_int_equal(lan_holder(lan, a), lan_best(lan, a));
	}
	lan_free(lan);
}

/* --- Interfaces. --- */

TEST(an_address_is_for_the_interface_of_its_subnet)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface other = n->interface;
	struct prefix far = { addr_v4(0xc0a80001), 24 };
	int index[4];

	other.at = &far;
	other.n = 1;
	l2_interfaces(n->l2, &other, 1);
	assert_int_equal(l2_listens(n->l2, index, 4), 0);
	assert_int_equal(state_on(lan, 0, 0), L2_AWAY);
	lan->terms.always =
	    true; /* … and with `always` for that of the InternalIP */
	lan_hear(lan, 0);
	assert_int_equal(l2_listens(n->l2, index, 4), 0);
	l2_set_node(n->l2, &far.addr, 1);
	assert_int_equal(l2_listens(n->l2, index, 4), 1);
	lan_free(lan);
}

static bool
count_held(void *arg, const struct l2_view *view)
{
	unsigned *held = arg;

	*held += view->state == L2_HELD;
	return true;
}

static unsigned
held_by(const struct lan_node *n)
{
	unsigned held = 0;

	l2_each(n->l2, count_held, &held);
	return held;
}

/* Hosts would see the address move between two MACs. */
TEST(of_two_interfaces_of_one_subnet_one_answers)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface both[2] = { n->interface, n->interface };
	struct prefix narrow = { addr_v4(0x0a00000a), 24 };
	struct addr addr = lan_addr(0);
	struct l2_view view;

	snprintf(both[1].name, sizeof(both[1].name), "eth1");
	both[1].index = LAN_INDEX + 1;
	both[1].mac.bytes[0] = 6;
	l2_interfaces(n->l2, both, 2);
	lan_run(lan, 2 * UP);
	assert_int_equal(held_by(n), 1);
	assert_true(l2_find(n->l2, &addr, &view));
	assert_string_equal(view.interface, "eth0");
	both[0].up = false;
	l2_interfaces(n->l2, both, 2);
	lan_run(lan, 2 * UP);
	assert_int_equal(held_by(n), 1);
	assert_true(l2_find(n->l2, &addr, &view));
	assert_string_equal(view.interface, "eth1");
	both[0].up = true;
	both[1].at = &narrow;
	both[1].n = 1;
	l2_interfaces(n->l2, both, 2);
	lan_run(lan, 5000);
	assert_int_equal(held_by(n), 1);
	assert_true(l2_find(n->l2, &addr, &view));
	assert_string_equal(view.interface, "eth1");
	lan_free(lan);
}

TEST(on_each_link_somebody_holds_it)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface both[2] = { n->interface, n->interface };
	unsigned held = 0;
	int index[4];

	lan->terms.always = true;
	lan_hear(lan, 0);
	snprintf(both[0].name, sizeof(both[0].name), "eth1");
	both[0].index = 9;
	both[0].mac.bytes[0] = 6;
	l2_interfaces(n->l2, both, 2);
	assert_int_equal(l2_listens(n->l2, index, 4), 2);
	assert_true(index[0] == LAN_INDEX && index[1] == 9);
	assert_int_equal(l2_listens(n->l2, index, 1), 2);
	lan_run(lan, UP);
	l2_each(n->l2, count_held, &held);
	assert_int_equal(held, 2);
	l2_interfaces(n->l2, both, 1); /* eth0 is gone */
	held = 0;
	l2_each(n->l2, count_held, &held);
	assert_int_equal(held, 1);
	lan_free(lan);
}

TEST(interfaces_are_chosen_by_their_whole_names)
{
	static const struct {
		const char *pattern;
		size_t listens;
	} rows[] = {
		{ "eth0", 1 },
		{ "eth", 0 },
		{ "th0", 0 },
		{ "eth[0-9]+", 1 },
		{ "ens.*|eth.", 1 },
		{ "(", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lan *lan = lan_of(1, 1);
		char *pattern = (char *)rows[i].pattern;
		int index[4];

		lan->terms.interfaces = &pattern;
		lan->terms.n_interfaces = 1;
		lan_hear(lan, 0);
		assert_int_equal(
		    l2_listens(lan->nodes[0].l2, index, 4), rows[i].listens);
		lan_free(lan);
	}
}

TEST(on_an_interface_that_is_down_nothing_is_held)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);
	struct interface at = lan->nodes[best].interface;

	lan_run(lan, UP);
	at.up = false;
	l2_interfaces(lan->nodes[best].l2, &at, 1);
	assert_int_equal(state_on(lan, best, 0), L2_AWAY);
	assert_int_equal(lan->nodes[best].listened, 0);
	lan_run(lan, DEAD + 10);
	assert_int_equal(lan_holder(lan, 0), 1 - best);
	at.up = true;
	l2_interfaces(lan->nodes[best].l2, &at, 1);
	assert_int_equal(silence(lan, 0, UP), 0);
	assert_int_equal(lan_holder(lan, 0), best);
	lan_free(lan);
}

TEST(hellos_fit_the_interface)
{
	struct lan *lan = lan_of(2, 1200);

	for (unsigned i = 0; i < 2; i++) {
		lan->nodes[i].interface.mtu = 1300;
		l2_interfaces(lan->nodes[i].l2, &lan->nodes[i].interface, 1);
	}
	lan_run(lan, UP + 1000);
	assert_in_range(said.longest, 1200, 1300);
	lan_kill(lan, 1);
	lan_start(lan, 1); /* which asks for all claims */
	lan_run(lan, UP + 1000);
	assert_in_range(said.longest, 1200, 1300);
	for (unsigned a = 0; a < 1200; a++)
		assert_int_equal(lan_answers(lan, a), 1);
	lan_free(lan);
}

TEST(an_interface_of_a_new_name_stays_hushed)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface at = n->interface;

	lan_run(lan, UP);
	assert_true(n->hushed);
	snprintf(at.name, sizeof(at.name), "lan0");
	l2_interfaces(n->l2, &at, 1);
	assert_true(n->hushed);
	assert_int_equal(lan_answers(lan, 0), 0);
	lan_run(lan, UP);
	assert_int_equal(lan_answers(lan, 0), 1);
	lan_free(lan);
}

/* A macvlan, ours or keepalived's: it leads to the same hosts as what it lies on. */
TEST(on_an_interface_of_a_virtual_router_nothing_is_held)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface both[2] = { n->interface, n->interface };
	int index[4];

	both[1].index = 9;
	snprintf(both[1].name, sizeof(both[1].name), "vrrp4.51-1a2b");
	both[1].mac = (struct mac){ { 0, 0, 0x5e, 0, 1, 51 } };
	lan->terms.always = true;
	lan_hear(lan, 0);
	l2_set_node(n->l2, &n->at[0].addr, 1);
	l2_interfaces(n->l2, both, 2);
	assert_int_equal(l2_listens(n->l2, index, 4), 1);
	assert_int_equal(index[0], LAN_INDEX);
	both[1].mac.bytes[4] = 3; /* of nobody that is known */
	l2_interfaces(n->l2, both, 2);
	assert_int_equal(l2_listens(n->l2, index, 4), 2);
	lan_free(lan);
}

TEST(a_host_address_on_an_interface_is_no_subnet)
{
	struct lan *lan = lan_of(1, 1);
	struct lan_node *n = &lan->nodes[0];
	struct interface at = n->interface;
	struct addr addr = lan_addr(0);
	struct prefix host = prefix_host(&addr);
	int index[4];

	at.at = &host;
	at.n = 1;
	l2_interfaces(n->l2, &at, 1);
	assert_int_equal(l2_listens(n->l2, index, 4), 0);
	lan_free(lan);
}

TEST(what_is_held_is_announced_when_the_carrier_is_back)
{
	struct lan *lan = lan_of(1, 1);
	struct interface at = lan->nodes[0].interface;

	lan_run(lan, UP);
	at.up = false;
	l2_interfaces(lan->nodes[0].l2, &at, 1);
	lan_run(lan, 5000);
	said.announced = 0;
	at.up = true;
	l2_interfaces(lan->nodes[0].l2, &at, 1);
	lan_run(lan, UP);
	assert_int_equal(state_on(lan, 0, 0), L2_HELD);
	assert_true(said.announced >= 3);
	lan_free(lan);
}

static unsigned
transitions_of(const struct lan *lan, unsigned node)
{
	struct l2_counters counters;

	l2_count(lan->nodes[node].l2, &counters);
	return (unsigned)counters.transitions;
}

/* As of a bond with fail_over_mac, or by hand. */
TEST(another_mac_of_the_interface_is_announced_at_once)
{
	struct lan *lan = lan_of(2, 1);
	unsigned best = (unsigned)lan_best(lan, 0);
	struct lan_node *n = &lan->nodes[best];
	struct addr addr = lan_addr(0);
	struct l2_view other;

	lan_run(lan, UP);
	unsigned before = transitions_of(lan, best);

	said.announced = said.hellos = 0;
	n->interface.mac.bytes[1] = 0x77;
	l2_interfaces(n->l2, &n->interface, 1);
	assert_int_equal(said.hellos, 1);
	lan_run(lan, 5);
	assert_int_equal(said.announced, 1);
	assert_true(mac_eq(&said.announcer, &n->interface.mac));
	lan_run(lan, 1000);
	assert_int_equal(said.announced, 3);
	assert_int_equal(transitions_of(lan, best), before);
	assert_true(l2_find(lan->nodes[1 - best].l2, &addr, &other));
	assert_false(other.has_conflict);
	assert_string_equal(other.holder, n->name);
	lan_free(lan);
}

static bool
take_member(void *arg, const struct l2_member_view *view)
{
	*(struct l2_member_view *)arg = *view;
	return true;
}

static bool
count_member(void *arg, const struct l2_member_view *view)
{
	(void)view;
	(*(unsigned *)arg)++;
	return true;
}

TEST(node_that_has_started_anew_is_shown_once)
{
	struct lan *lan = lan_of(2, 8);
	struct l2_member_view view = { 0 };
	unsigned n = 0;

	lan_run(lan, UP);
	for (unsigned life = 0; life < 3; life++) {
		lan_kill(lan, 1);
		lan_run(lan, UP);
		lan_start(lan, 1);
		lan_run(lan, UP);
	}
	l2_each_member(lan->nodes[0].l2, count_member, &n);
	assert_int_equal(n, 1);
	l2_each_member(lan->nodes[0].l2, take_member, &view);
	assert_string_equal(view.state, "two-way");
	lan_free(lan);
}

TEST(members_are_shown)
{
	struct lan *lan = lan_of(2, 8);
	struct l2_member_view view = { 0 };

	lan_run(lan, UP);
	l2_each_member(lan->nodes[0].l2, take_member, &view);
	assert_string_equal(view.node, "n1");
	assert_string_equal(view.state, "two-way");
	assert_int_equal(view.interval, 200);
	assert_true(view.n_held > 0 && view.n_held < 8);
	lan_kill(lan, 1);
	lan_run(lan, UP);
	l2_each_member(lan->nodes[0].l2, take_member, &view);
	assert_string_equal(view.state, "dead");
	lan_free(lan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_listens_before_it_takes),
		cmocka_unit_test(each_address_has_the_best_for_a_holder),
		cmocka_unit_test(all_nodes_know_the_holder),
		cmocka_unit_test(
		    it_is_announced_at_once_twice_more_and_each_minute),
		cmocka_unit_test(the_holder_answers_arp),
		cmocka_unit_test(the_holder_answers_neighbour_solicitations),
		cmocka_unit_test(what_a_stranger_uses_is_not_taken),
		cmocka_unit_test(what_a_stranger_probes_for_too_is_not_taken),
		cmocka_unit_test(a_stranger_is_seen_by_neighbour_discovery),
		cmocka_unit_test(
		    a_conflict_is_over_for_one_that_leaves_it_to_another),
		cmocka_unit_test(
		    one_that_probes_is_in_the_group_of_the_address),
		cmocka_unit_test(without_detection_it_is_taken_without_a_probe),
		cmocka_unit_test(a_held_address_is_defended_now_and_then),
		cmocka_unit_test(a_node_is_no_stranger),
		cmocka_unit_test(
		    a_dead_holder_is_followed_without_probing_first),
		cmocka_unit_test(a_planned_move_leaves_no_gap),
		cmocka_unit_test(what_two_say_of_it_may_cross),
		cmocka_unit_test(whatever_is_under_way_somebody_answers),
		cmocka_unit_test(two_that_yield_to_each_other_go_on_to_answer),
		cmocka_unit_test(one_that_yields_says_so_until_it_is_heard),
		cmocka_unit_test(one_that_leaves_answers_until_it_is_followed),
		cmocka_unit_test(one_that_leaves_alone_is_idle),
		cmocka_unit_test(when_all_leave_nobody_waits_for_another),
		cmocka_unit_test(
		    what_nobody_else_may_hold_is_answered_for_some_seconds_yet),
		cmocka_unit_test(what_is_not_wanted_is_not_answered_for),
		cmocka_unit_test(what_the_best_does_not_take_the_next_one_does),
		cmocka_unit_test(
		    without_fail_back_one_that_returns_takes_nothing),
		cmocka_unit_test(one_that_the_holder_does_not_hear_leaves_it),
		cmocka_unit_test(
		    one_that_starts_takes_nothing_from_a_holder_that_does_not_hear_it),
		cmocka_unit_test(
		    one_that_starts_takes_what_one_that_does_not_hear_it_can_not_hold),
		cmocka_unit_test(one_that_was_frozen_answers_nothing_it_lost),
		cmocka_unit_test(
		    after_a_split_the_lower_one_stops_and_the_higher_announces_again),
		cmocka_unit_test(
		    one_that_was_frozen_while_it_probed_listens_first),
		cmocka_unit_test(a_faster_pace_is_taken_up_without_a_gap),
		cmocka_unit_test(one_with_another_key_is_not_believed),
		cmocka_unit_test(a_key_changes_without_a_gap),
		cmocka_unit_test(the_old_key_is_good_for_some_seconds_only),
		cmocka_unit_test(
		    without_the_key_that_is_named_nothing_is_said_or_held),
		cmocka_unit_test(
		    a_node_of_the_same_name_elsewhere_takes_nothing_away),
		cmocka_unit_test(
		    what_it_says_on_another_interface_is_of_no_namesake),
		cmocka_unit_test(what_is_said_again_moves_nothing),
		cmocka_unit_test(
		    what_a_dead_node_said_is_not_believed_from_another),
		cmocka_unit_test(an_address_is_for_the_interface_of_its_subnet),
		cmocka_unit_test(of_two_interfaces_of_one_subnet_one_answers),
		cmocka_unit_test(on_each_link_somebody_holds_it),
		cmocka_unit_test(interfaces_are_chosen_by_their_whole_names),
		cmocka_unit_test(on_an_interface_that_is_down_nothing_is_held),
		cmocka_unit_test(hellos_fit_the_interface),
		cmocka_unit_test(an_interface_of_a_new_name_stays_hushed),
		cmocka_unit_test(
		    on_an_interface_of_a_virtual_router_nothing_is_held),
		cmocka_unit_test(a_host_address_on_an_interface_is_no_subnet),
		cmocka_unit_test(
		    what_is_held_is_announced_when_the_carrier_is_back),
		cmocka_unit_test(
		    another_mac_of_the_interface_is_announced_at_once),
		cmocka_unit_test(node_that_has_started_anew_is_shown_once),
		cmocka_unit_test(members_are_shown),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
