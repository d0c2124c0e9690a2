/* SPDX-License-Identifier: Apache-2.0 */
/* Two sessions over a wire of no length, and a peer that says what it likes. */
#include <string.h>

#include "bgpd/bfd/bfd_fsm.h"
#include "bgpd/bfd/bfd_session.h"
#include "common/scoped_addr.h"
#include "tests/test.h"

#define MS 1000u

static struct rng rng;
static struct bfd_session a, b;
static uint64_t now;
static unsigned lost; /* bits: 1: what a sends, 2: what b sends */
static struct bfd_packet last_a;

static struct bfd_config
config(unsigned tx, unsigned rx, uint8_t mult)
{
	return (struct bfd_config){
		.id = 1, .tx_ms = tx, .rx_ms = rx, .mult = mult, .min_ttl = 255
	};
}

static int
begin(void **state)
{
	struct bfd_config c = config(300, 300, 3);

	(void)state;
	rng_init(&rng, 7);
	now = 1000000;
	lost = 0;
	bfd_session_init(&a, &c, 11, now);
	bfd_session_init(&b, &c, 22, now);
	return 0;
}

static void
pass(struct bfd_session *from, struct bfd_session *to, unsigned bit)
{
	struct bfd_packet p;

	if (!bfd_session_output(from, &p, &rng, now))
		return;
	if (from == &a)
		last_a = p;
	if (!(lost & bit))
		bfd_session_receive(to, &p, now);
}

static void
run_for(unsigned ms)
{
	for (uint64_t end = now + ms * MS; now < end; now += 500) {
		bfd_session_expire(&a, now);
		bfd_session_expire(&b, now);
		pass(&a, &b, 1);
		pass(&b, &a, 2);
	}
}

/* A packet of a peer that is Up with us. */
static struct bfd_packet
packet(enum bfd_state state)
{
	return (struct bfd_packet){ .state = (uint8_t)state,
		.mult = 3,
		.mine = 22,
		.yours = 11,
		.min_tx = 300 * MS,
		.min_rx = 300 * MS };
}

TEST(two_come_up_within_two_packets_each)
{
	run_for(1);
	run_for(10);
	assert_int_equal(a.state, BFD_UP);
	assert_int_equal(b.state, BFD_UP);
	assert_int_equal(a.yours, 22);
	assert_int_equal(b.yours, 11);
}

/* RFC 5880 6.8.3 */
TEST(who_is_not_up_says_that_it_sends_one_a_second)
{
	lost = 2;
	run_for(1);
	assert_int_equal(last_a.min_tx, 1000 * MS);
	assert_int_equal(last_a.min_rx, 300 * MS);
	run_for(10000);
	assert_in_range(a.sent, 10, 15);
}

TEST(who_is_up_sends_as_often_as_agreed)
{
	run_for(3000);
	uint64_t before = a.sent;

	run_for(30000);
	/* 300 ms, less a quarter at most */
	assert_in_range(a.sent - before, 100, 134);
	assert_int_equal(last_a.min_tx, 300 * MS);
	assert_false(a.poll);
	assert_int_equal(a.flaps, 0);
}

TEST(the_slower_wish_decides)
{
	struct bfd_config slow = config(50, 700, 3);

	bfd_session_change(&b, &slow, now);
	run_for(3000);
	assert_int_equal(bfd_session_tx(&a), 700 * MS);
	assert_int_equal(bfd_session_tx(&b), 300 * MS);
	assert_int_equal(bfd_session_detect(&b), 3 * 700 * MS);
	assert_int_equal(bfd_session_detect(&a), 3 * 300 * MS);
}

TEST(one_that_is_silent_is_down_after_the_detection_time)
{
	run_for(3000);
	lost = 2;
	uint64_t since = a.heard_at;

	run_for(2000);
	assert_int_equal(a.last_down, BFD_DIAG_EXPIRED);
	assert_in_range(a.since - since, 900 * MS, 901 * MS);
	assert_int_equal(a.yours, 0);
	assert_int_equal(a.flaps, 1);
	assert_int_equal(b.last_down, BFD_DIAG_NEIGHBOR);
}

TEST(two_that_were_down_come_up_again)
{
	run_for(3000);
	lost = 3;
	run_for(3000);
	assert_int_equal(a.state, BFD_DOWN);
	lost = 0;
	run_for(3000);
	assert_int_equal(a.state, BFD_UP);
	assert_int_equal(b.state, BFD_UP);
}

TEST(a_longer_time_waits_for_the_poll)
{
	struct bfd_config slow = config(2000, 300, 3);

	run_for(3000);
	lost = 3;
	bfd_session_change(&a, &slow, now);
	run_for(3);
	assert_true(a.poll && last_a.poll);
	assert_int_equal(bfd_session_tx(&a), 300 * MS);
	lost = 0;
	run_for(700);
	assert_false(a.poll);
	assert_int_equal(bfd_session_tx(&a), 2000 * MS);
	run_for(20000);
	assert_int_equal(b.flaps, 0);
}

TEST(a_shorter_silence_waits_for_the_poll)
{
	struct bfd_config quick = config(300, 50, 3);
	struct bfd_config peers = config(50, 300, 3);

	bfd_session_change(&b, &peers, now);
	run_for(3000);
	assert_int_equal(bfd_session_detect(&a), 900 * MS);
	lost = 1;
	bfd_session_change(&a, &quick, now);
	run_for(3);
	assert_int_equal(bfd_session_detect(&a), 900 * MS);
	lost = 0;
	run_for(1000);
	assert_int_equal(bfd_session_detect(&a), 150 * MS);
	assert_int_equal(bfd_session_tx(&b), 50 * MS);
	assert_int_equal(a.flaps + b.flaps, 0);
}

TEST(a_poll_is_answered_at_once_and_never_by_a_poll)
{
	struct bfd_packet p = packet(BFD_UP), out;

	run_for(3000);
	now += 5 * MS;
	p.poll = true;
	a.poll = true;
	bfd_session_receive(&a, &p, now);
	assert_true(bfd_session_output(&a, &out, &rng, now));
	assert_true(out.final);
	assert_false(out.poll);
}

/* doc/bgp.md 53 */
TEST(a_flood_of_polls_is_answered_now_and_then)
{
	struct bfd_packet p = packet(BFD_UP), out;
	unsigned answers = 0;

	run_for(3000);
	p.poll = true;
	for (unsigned i = 0; i < 100000; i++, now++) {
		bfd_session_receive(&a, &p, now);
		answers += bfd_session_output(&a, &out, &rng, now);
	}
	assert_in_range(answers, 40, 51);
}

/* doc/bgp.md 53 */
TEST(who_wants_packets_at_once_gets_them_as_often_as_we_say)
{
	struct bfd_packet p = packet(BFD_UP);

	run_for(3000);
	p.min_rx = p.min_tx = 1;
	bfd_session_receive(&a, &p, now);
	assert_int_equal(bfd_session_tx(&a), 300 * MS);
	assert_int_equal(bfd_session_detect(&a), 900 * MS);
}

TEST(who_wants_no_packets_gets_none)
{
	struct bfd_packet p = packet(BFD_UP), out;

	run_for(3000);
	p.min_rx = 0;
	bfd_session_receive(&a, &p, now);
	now += 400 * MS;
	assert_false(bfd_session_output(&a, &out, &rng, now));
	p.min_rx = 300 * MS;
	now += 200 * MS;
	bfd_session_receive(&a, &p, now);
	assert_true(bfd_session_output(&a, &out, &rng, now));
}

/* RFC 5880 6.8.7 */
TEST(who_is_on_demand_gets_answers_only)
{
	struct bfd_packet p = packet(BFD_UP), out;

	run_for(3000);
	p.demand = true;
	bfd_session_receive(&a, &p, now);
	now += 400 * MS;
	assert_false(bfd_session_output(&a, &out, &rng, now));
	p.poll = true;
	bfd_session_receive(&a, &p, now);
	assert_true(bfd_session_output(&a, &out, &rng, now));
}

TEST(who_wanted_no_packets_and_went_is_looked_for_again)
{
	struct bfd_packet p = packet(BFD_DOWN), out;

	p.min_rx = 0;
	p.yours = 0;
	bfd_session_receive(&a, &p, now);
	bfd_session_output(&a, &out, &rng, now);
	now += 2000 * MS;
	assert_false(bfd_session_output(&a, &out, &rng, now));
	now = a.detect_at;
	bfd_session_expire(&a, now);
	now = bfd_session_due(&a);
	assert_true(bfd_session_output(&a, &out, &rng, now));
}

TEST(who_is_shut_down_says_so_and_is_gone)
{
	run_for(3000);
	uint64_t before = a.sent;

	bfd_session_leave(&a, now);
	run_for(20);
	assert_true(bfd_session_is_gone(&a));
	assert_int_equal(a.sent - before, BFD_LAST);
	assert_int_equal(last_a.state, BFD_ADMIN_DOWN);
	assert_int_equal(last_a.diag, BFD_DIAG_ADMIN);
	assert_int_equal(b.state, BFD_DOWN);
	assert_int_equal(b.remote_state, BFD_ADMIN_DOWN);
	assert_int_equal(bfd_session_due(&a), BFD_NEVER);
}

TEST(who_is_held_bears_a_long_silence)
{
	run_for(3000);
	assert_true(bfd_session_hold(&a, now));
	for (uint64_t stop = now + 250000 * MS; now < stop; now += MS) {
		bfd_session_expire(&b, now);
		assert_false(bfd_session_expire(&a, now));
		pass(&a, &b, 1);
		pass(&b, &a, 2);
	}
	assert_int_equal(a.state, BFD_UP);
	assert_int_equal(b.state, BFD_UP);
	now += 10000 * MS;
	assert_true(bfd_session_expire(&b, now));
}

TEST(who_is_not_up_is_not_held)
{
	assert_false(bfd_session_hold(&a, now));
}

static void
restart(void)
{
	struct bfd_kept kept = { .mine = a.mine, .yours = a.yours };
	struct bfd_config c = config(300, 300, 3);

	bfd_session_hold(&a, now);
	run_for(10);
	now += 5000 * MS;
	bfd_session_init(&a, &c, 77, now);
	bfd_session_resume(&a, &kept, now);
}

TEST(the_next_run_is_the_same_session_to_the_peer)
{
	run_for(3000);
	restart();
	assert_true(a.resumed);
	run_for(3000);
	assert_false(a.resumed || a.poll);
	assert_int_equal(b.flaps + a.flaps, 0);
	assert_int_equal(a.state, BFD_UP);
	assert_int_equal(bfd_session_detect(&b), 900 * MS);
}

TEST(a_peer_that_went_meanwhile_is_no_fall)
{
	run_for(3000);
	restart();
	lost = 3;
	run_for(4000);
	assert_int_equal(a.state, BFD_DOWN);
	assert_int_equal(a.flaps, 0);
	assert_false(a.resumed);
}

TEST(who_is_shut_down_hears_nothing)
{
	struct bfd_packet p = packet(BFD_INIT);

	bfd_session_leave(&a, now);
	assert_false(bfd_session_receive(&a, &p, now));
	assert_int_equal(a.state, BFD_ADMIN_DOWN);
}

TEST(jitter_is_as_the_rfc_says)
{
	for (uint8_t mult = 1; mult <= 3; mult++) {
		uint64_t least = UINT64_MAX, most = 0;
		struct bfd_packet out;

		run_for(3000);
		a.config.mult = mult;
		for (unsigned i = 0; i < 2000; i++) {
			now = a.send_at;
			assert_true(bfd_session_output(&a, &out, &rng, now));
			uint64_t gap = a.send_at - now;

			least = gap < least ? gap : least;
			most = gap > most ? gap : most;
		}
		assert_in_range(least, 225 * MS, 228 * MS);
		assert_in_range(most, mult == 1 ? 267 * MS : 297 * MS,
		    mult == 1 ? 270 * MS : 300 * MS);
	}
}

/* RFC 5880 6.8.6 */
TEST(the_states_follow_each_other_as_the_rfc_says)
{
	static const struct {
		enum bfd_state from;
		enum bfd_event event;
		enum bfd_state to;
		uint8_t diag;
	} rows[] = {
		{ BFD_DOWN, BFD_EV_DOWN, BFD_INIT, 0 },
		{ BFD_DOWN, BFD_EV_INIT, BFD_UP, 0 },
		{ BFD_DOWN, BFD_EV_UP, BFD_DOWN, 0 },
		{ BFD_DOWN, BFD_EV_ADMIN_DOWN, BFD_DOWN, 0 },
		{ BFD_INIT, BFD_EV_INIT, BFD_UP, 0 },
		{ BFD_INIT, BFD_EV_UP, BFD_UP, 0 },
		{ BFD_INIT, BFD_EV_DOWN, BFD_INIT, 0 },
		{ BFD_INIT, BFD_EV_ADMIN_DOWN, BFD_DOWN, 3 },
		{ BFD_INIT, BFD_EV_EXPIRED, BFD_DOWN, 1 },
		{ BFD_UP, BFD_EV_UP, BFD_UP, 0 },
		{ BFD_UP, BFD_EV_INIT, BFD_UP, 0 },
		{ BFD_UP, BFD_EV_DOWN, BFD_DOWN, 3 },
		{ BFD_UP, BFD_EV_ADMIN_DOWN, BFD_DOWN, 3 },
		{ BFD_UP, BFD_EV_EXPIRED, BFD_DOWN, 1 },
		{ BFD_UP, BFD_EV_DISABLE, BFD_ADMIN_DOWN, 7 },
		{ BFD_ADMIN_DOWN, BFD_EV_UP, BFD_ADMIN_DOWN, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bfd_step step =
		    bfd_fsm_next(rows[i].from, rows[i].event);

		assert_int_equal(step.next, rows[i].to);
		assert_int_equal(step.diag, rows[i].diag);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(name, begin)
		T(two_come_up_within_two_packets_each),
		T(who_is_not_up_says_that_it_sends_one_a_second),
		T(who_is_up_sends_as_often_as_agreed),
		T(the_slower_wish_decides),
		T(one_that_is_silent_is_down_after_the_detection_time),
		T(two_that_were_down_come_up_again),
		T(a_longer_time_waits_for_the_poll),
		T(a_shorter_silence_waits_for_the_poll),
		T(a_poll_is_answered_at_once_and_never_by_a_poll),
		T(a_flood_of_polls_is_answered_now_and_then),
		T(who_wants_packets_at_once_gets_them_as_often_as_we_say),
		T(who_wants_no_packets_gets_none),
		T(who_is_on_demand_gets_answers_only),
		T(who_wanted_no_packets_and_went_is_looked_for_again),
		T(who_is_shut_down_says_so_and_is_gone),
		T(who_is_held_bears_a_long_silence),
		T(who_is_not_up_is_not_held),
		T(the_next_run_is_the_same_session_to_the_peer),
		T(a_peer_that_went_meanwhile_is_no_fall),
		T(who_is_shut_down_hears_nothing),
		T(jitter_is_as_the_rfc_says),
		T(the_states_follow_each_other_as_the_rfc_says),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
