/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/members.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

enum { DEAD = 800, INTERVAL = 200 };

static const int64_t wall = 1700000000000; /* ms */
#define OURS UINT64_C(0xaaaa)
#define SEQ(ms) ((uint64_t)(wall + (ms)) * 1000)

struct fixture {
	struct members *m;
	uint64_t now;
	unsigned changed, gone;
	enum member_state was;
	struct l2_member *last; /* heard */
	struct hello h;         /* what the other says */
	struct mac mac;
};

static void
on_changed(void *arg, struct l2_member *mb, enum member_state was)
{
	struct fixture *x = arg;

	(void)mb;
	x->changed++;
	x->was = was;
}

static void
on_gone(void *arg, struct l2_member *mb)
{
	struct fixture *x = arg;

	(void)mb;
	x->gone++;
	x->last = NULL;
}

static const struct members_ops ops = { on_changed, on_gone };

/* Another's first hello, which lists nobody. We have said SEQ(0). */
static int
set_up(void **state)
{
	static struct fixture x;

	x = (struct fixture){ .now = 100000, .mac = { { 2, 0, 0, 0, 0, 9 } } };
	x.m = members_new("us", OURS, &ops, &x);
	members_set_dead(x.m, DEAD);
	members_said(x.m, SEQ(0), x.now);
	x.h = (struct hello){ .kind = HELLO_ALIVE,
		.name = "other",
		.epoch = 1,
		.seq = SEQ(0),
		.interval = INTERVAL,
		.dead = DEAD,
		.number = 1,
		.complete = true };
	*state = &x;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *x = *state;

	members_free(x->m);
	return 0;
}

/* The hello after the one before, later by some ms. */
static enum heard
hear(struct fixture *x, unsigned later)
{
	x->now += later;
	x->h.seq += 1 + later * UINT64_C(1000);
	x->h.number++;
	return members_hear(x->m, &x->h, &x->mac, x->now,
	    wall + (int64_t)(x->now - 100000), &x->last, &x->was);
}

static void
list_us(struct fixture *x, uint64_t epoch, uint64_t seq)
{
	x->h.n_heard = 1;
	x->h.heard[0] =
	    (struct hello_heard){ hello_name_hash("us"), epoch, (uint32_t)seq };
}

static void
say(struct fixture *x)
{
	members_said(x->m, SEQ(x->now - 100000), x->now);
}

/* Both hear each other. */
static void
meet(struct fixture *x)
{
	say(x);
	list_us(x, OURS, SEQ(x->now - 100000));
	assert_int_equal(hear(x, 1), HEARD_GOOD);
	assert_int_equal(x->last->state, MEMBER_BOTH);
}

static void
one_that_lists_us_hears_us(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(hear(x, 1), HEARD_GOOD);
	assert_int_equal(x->last->state, MEMBER_NEW);
	assert_int_equal(x->was, MEMBER_DEAD);
	meet(x);
	assert_true(x->last->proven);
	assert_int_equal(members_both(x->m), 1);
}

static void
to_list_another_life_of_us_is_not_to_hear_us(void **state)
{
	struct fixture *x = *state;

	list_us(x, OURS + 1, SEQ(0));
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_NEW);
}

static void
to_list_what_we_said_long_ago_is_not_to_hear_us(void **state)
{
	struct fixture *x = *state;

	for (unsigned i = 0; i < 20; i++) {
		x->now += INTERVAL;
		say(x);
	}
	list_us(x, OURS, SEQ(0));
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_NEW);
	list_us(x, OURS, SEQ(20 * INTERVAL + 1000)); /* nor what we shall say */
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_NEW);
	list_us(x, OURS, SEQ(19 * INTERVAL));
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_BOTH);
}

static void
what_was_heard_before_is_a_replay(void **state)
{
	struct fixture *x = *state;
	struct hello replay;

	hear(x, 1);
	replay = x->h;
	meet(x);
	assert_int_equal(members_hear(x->m, &replay, &x->mac, x->now, wall,
			     &x->last, &x->was),
	    HEARD_OLD);
	assert_int_equal(
	    members_hear(x->m, &x->h, &x->mac, x->now, wall, &x->last, &x->was),
	    HEARD_OLD);
	assert_int_equal(x->last->state, MEMBER_BOTH);
}

static void
one_that_is_not_heard_is_dead(void **state)
{
	struct fixture *x = *state;

	meet(x);
	assert_true(members_due(x->m) == x->now + DEAD);
	members_tick(x->m, x->now + DEAD - 1);
	assert_int_equal(x->changed, 0);
	members_tick(x->m, x->now + DEAD);
	assert_int_equal(x->changed, 1);
	assert_int_equal(x->was, MEMBER_BOTH);
	assert_int_equal(x->last->state, MEMBER_DEAD);
}

static void
one_that_lists_us_no_more_is_deaf_at_once(void **state)
{
	struct fixture *x = *state;

	meet(x);
	x->h.n_heard = 0;
	hear(x, INTERVAL);
	assert_int_equal(x->last->state, MEMBER_DEAF);
	assert_true(members_some_deaf(x->m));
}

static void
one_of_many_that_lists_a_part_has_time_for_it(void **state)
{
	struct fixture *x = *state;

	meet(x);
	x->h.n_heard = 0;
	x->h.complete = false;
	for (unsigned i = 0; i < 8; i++) {
		hear(x, INTERVAL);
		assert_int_equal(x->last->state, MEMBER_BOTH);
	}
	for (unsigned i = 0; i < 8; i++)
		hear(x, INTERVAL);
	assert_int_equal(x->last->state, MEMBER_DEAF);
}

static void
one_that_is_new_has_time_to_hear_us(void **state)
{
	struct fixture *x = *state;

	hear(x, 1);
	hear(x, INTERVAL);
	assert_int_equal(x->last->state, MEMBER_NEW);
	hear(x, INTERVAL);
	assert_int_equal(x->last->state, MEMBER_DEAF);
}

static void
one_with_another_clock_counts_only_once_it_heard_us(void **state)
{
	struct fixture *x = *state;

	x->h.seq = SEQ(-(int64_t)MEMBERS_CLOCKS_WITHIN - 1000);
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_DOUBTED);
	meet(x);
	x->h.n_heard = 0;
	hear(x, INTERVAL);
	assert_int_equal(x->last->state, MEMBER_DEAF);
}

static void
a_life_before_the_one_that_is_known_is_doubted(void **state)
{
	struct fixture *x = *state;

	meet(x);
	x->h.epoch = 77;
	x->h.seq = SEQ(-5000);
	x->h.n_heard = 0;
	hear(x, 1);
	assert_int_equal(x->last->state, MEMBER_DOUBTED);
	assert_int_equal(members_both(x->m), 1);
}

static void
a_new_life_ends_the_one_before(void **state)
{
	struct fixture *x = *state;
	const struct l2_member *before;

	meet(x);
	before = x->last;
	x->h.epoch = 2;
	meet(x);
	assert_ptr_not_equal(before, x->last);
	assert_int_equal(before->state, MEMBER_DEAD);
	assert_int_equal(x->changed, 1);
	assert_int_equal(members_both(x->m), 1);
}

static void
we_and_who_has_our_name_are_no_members(void **state)
{
	struct fixture *x = *state;

	snprintf(x->h.name, sizeof(x->h.name), "us");
	assert_int_equal(hear(x, 1), HEARD_NAMESAKE);
	x->h.epoch = OURS;
	assert_int_equal(hear(x, 1), HEARD_OWN);
}

static void
the_mac_of_a_dead_member_is_known_for_long(void **state)
{
	struct fixture *x = *state;
	const struct mac stranger = { { 2, 0, 0, 0, 0, 8 } };
	uint64_t end;

	meet(x);
	end = x->now + MEMBERS_KEPT;
	members_tick(x->m, end - 1);
	assert_true(members_have_mac(x->m, &x->mac));
	assert_false(members_have_mac(x->m, &stranger));
	members_tick(x->m, end);
	assert_false(members_have_mac(x->m, &x->mac));
	assert_int_equal(x->gone, 1);
}

static void
hellos_that_do_not_come_are_counted(void **state)
{
	struct fixture *x = *state;

	hear(x, 1);
	x->h.number += 3;
	hear(x, 1);
	assert_int_equal(x->last->lost, 3);
	assert_int_equal(x->last->missed, 3);
	hear(x, 1);
	assert_int_equal(x->last->lost, 3);
	assert_int_equal(x->last->missed, 0);
}

static void
hear_many(struct fixture *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		snprintf(x->h.name, sizeof(x->h.name), "other-%u", i);
		hear(x, 0);
	}
}

static void
all_are_listed_in_turns(void **state)
{
	struct fixture *x = *state;
	struct hello h = { 0 };

	hear_many(x, HELLO_HEARD_MAX);
	members_list(x->m, &h);
	assert_true(h.complete);
	hear_many(x, HELLO_HEARD_MAX + 10);
	members_list(x->m, &h);
	assert_false(h.complete);
	assert_int_equal(h.n_heard, HELLO_HEARD_MAX);
	assert_true(h.heard[0].name == hello_name_hash("other-0"));
	members_list(x->m, &h);
	assert_true(h.heard[0].name == hello_name_hash("other-40"));
}

static void
one_that_counts_for_nothing_makes_room(void **state)
{
	struct fixture *x = *state;

	hear_many(x, MEMBERS_MAX);
	assert_int_equal(x->gone, 0);
	snprintf(x->h.name, sizeof(x->h.name), "one-more");
	assert_int_equal(hear(x, 0), HEARD_FULL);
	members_tick(x->m, x->now + DEAD);
	assert_int_equal(x->gone, MEMBERS_MAX);
	assert_int_equal(hear(x, 1), HEARD_GOOD);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* What was sent before and what is sent now are further apart than 31 bits. */
static void
one_hears_us_though_our_clock_jumps_ahead(void **state)
{
	struct fixture *x = *state;
	uint64_t far = SEQ(3000 * 1000);

	meet(x);
	members_said(x->m, far, x->now);
	list_us(x, OURS, far);
	hear(x, 10);
	assert_int_equal(x->last->state, MEMBER_BOTH);
	list_us(x, OURS, far + 1); /* not sent yet */
	hear(x, 10);
	assert_int_equal(x->last->state, MEMBER_DEAF);
}

/* Speaks in turn with another of its name, each time 50 ms later. */
static struct l2_member *
speak_as(struct fixture *x, uint64_t epoch)
{
	say(x);
	list_us(x, OURS, SEQ(x->now - 100000));
	x->h.epoch = epoch;
	assert_int_equal(hear(x, 50), HEARD_GOOD);
	assert_int_equal(x->last->state, MEMBER_BOTH);
	return x->last;
}

/* Two clusters on one link, or two interfaces of one node. */
static void
lives_that_go_on_beside_each_other_are_both_believed(void **state)
{
	struct fixture *x = *state;
	struct l2_member *first = speak_as(x, 1), *second = speak_as(x, 2);

	assert_int_equal(first->state, MEMBER_DEAD);
	members_tick(x->m, x->now);
	assert_ptr_equal(speak_as(x, 1), first);
	assert_int_equal(second->state, MEMBER_BOTH);
	x->changed = 0;
	for (unsigned i = 0; i < 20; i++) {
		assert_ptr_equal(speak_as(x, 2), second);
		assert_ptr_equal(speak_as(x, 1), first);
		assert_int_equal(second->state, MEMBER_BOTH);
		members_tick(x->m, x->now);
	}
	assert_int_equal(x->changed, 0);
}

/* A switch may have kept it for a while. */
static void
a_late_word_of_a_life_before_counts_for_nothing(void **state)
{
	struct fixture *x = *state;
	struct l2_member *first = speak_as(x, 1);

	speak_as(x, 2);
	x->h.epoch = 1;
	x->h.seq = first->seq; /* below what the second has said */
	x->h.n_heard = 0;
	x->h.complete = false;
	assert_int_equal(hear(x, 0), HEARD_GOOD);
	assert_int_equal(x->last->state, MEMBER_DOUBTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(one_that_lists_us_hears_us),
		CASE(to_list_another_life_of_us_is_not_to_hear_us),
		CASE(to_list_what_we_said_long_ago_is_not_to_hear_us),
		CASE(what_was_heard_before_is_a_replay),
		CASE(one_that_is_not_heard_is_dead),
		CASE(one_that_lists_us_no_more_is_deaf_at_once),
		CASE(one_of_many_that_lists_a_part_has_time_for_it),
		CASE(one_that_is_new_has_time_to_hear_us),
		CASE(one_with_another_clock_counts_only_once_it_heard_us),
		CASE(a_life_before_the_one_that_is_known_is_doubted),
		CASE(a_new_life_ends_the_one_before),
		CASE(we_and_who_has_our_name_are_no_members),
		CASE(the_mac_of_a_dead_member_is_known_for_long),
		CASE(hellos_that_do_not_come_are_counted),
		CASE(all_are_listed_in_turns),
		CASE(one_that_counts_for_nothing_makes_room),
		CASE(one_hears_us_though_our_clock_jumps_ahead),
		CASE(lives_that_go_on_beside_each_other_are_both_believed),
		CASE(a_late_word_of_a_life_before_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
