/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/rank.h"

#include <stdio.h>

#include "tests/test.h"

enum { LOWER = 1, MINE = 2, HIGHER = 3 };

static struct contest
contest(bool holding)
{
	return (struct contest){
		.mine = { 0, MINE }, .holding = holding, .fail_back = true
	};
}

static struct rival
rival(uint64_t hash, enum claim claim)
{
	return (
	    struct rival){ .rank = { 0, hash }, .claim = claim, .knows = true };
}

static enum move
move(struct contest c, struct rival r)
{
	contest_add(&c, &r);
	return contest_move(&c);
}

/* --- The order. --- */

TEST(preference_goes_before_the_hash)
{
	struct rank low = { 1, 99 }, high = { 2, 1 }, higher = { 2, 2 };

	assert_true(rank_is_above(&high, &low));
	assert_false(rank_is_above(&low, &high));
	assert_true(rank_is_above(&higher, &high));
	assert_false(rank_is_above(&high, &high));
}

static unsigned
winner(uint32_t address, unsigned nodes)
{
	struct addr addr = addr_v4(address);
	uint64_t best = 0;
	unsigned who = 0;

	for (unsigned i = 0; i < nodes; i++) {
		char name[16];

		snprintf(name, sizeof(name), "worker-%u", i);
		uint64_t hash = rank_hash(&addr, hello_name_hash(name));

		if (hash > best) {
			best = hash;
			who = i;
		}
	}
	return who;
}

TEST(addresses_are_spread_evenly_over_nodes)
{
	unsigned won[10] = { 0 };

	for (uint32_t a = 0; a < 10000; a++)
		won[winner(0x0a000000 + a, 10)]++;
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(won[i], 900, 1100);
}

TEST(a_node_more_moves_only_what_it_takes)
{
	unsigned moved = 0;

	for (uint32_t a = 0; a < 10000; a++) {
		unsigned before = winner(a, 9), after = winner(a, 10);

		if (before == after)
			continue;
		assert_int_equal(after, 9);
		moved++;
	}
	assert_in_range(moved, 900, 1100);
}

/* --- Who does not answer. --- */

TEST(the_best_takes_what_nobody_holds)
{
	assert_int_equal(
	    contest_move(&(struct contest){ .mine = { 0, MINE } }), MOVE_TAKE);
	assert_int_equal(
	    move(contest(false), rival(LOWER, CLAIM_NONE)), MOVE_TAKE);
	assert_int_equal(
	    move(contest(false), rival(LOWER, CLAIM_YIELD)), MOVE_TAKE);
}

TEST(the_best_takes_back_what_a_lower_one_holds)
{
	assert_int_equal(
	    move(contest(false), rival(LOWER, CLAIM_HOLD)), MOVE_TAKE);
}

TEST(without_fail_back_a_holder_keeps_it)
{
	struct contest c = contest(false);

	c.fail_back = false;
	assert_int_equal(move(c, rival(LOWER, CLAIM_HOLD)), MOVE_NONE);
	assert_int_equal(move(c, rival(LOWER, CLAIM_YIELD)), MOVE_TAKE);
}

TEST(without_fail_back_it_is_taken_from_one_that_may_not)
{
	struct contest c = contest(false);
	struct rival r = rival(LOWER, CLAIM_HOLD), leaves = r;

	c.fail_back = false;
	r.rank.preference = -1;
	leaves.idle = true;
	assert_int_equal(move(c, r), MOVE_TAKE);
	assert_int_equal(move(c, leaves), MOVE_TAKE);
}

TEST(one_behind_others_waits_for_them)
{
	struct contest c = contest(false);
	struct rival r = rival(HIGHER, CLAIM_NONE);

	contest_add(&c, &r);
	contest_add(&c, &r);
	assert_int_equal(contest_move(&c), MOVE_WAIT);
	assert_int_equal(c.place, 2);
}

TEST(no_candidate_is_waited_for_that_says_it_is_none)
{
	struct rival leaves = rival(HIGHER, CLAIM_NONE), unfit = leaves;

	leaves.idle = true;
	unfit.rank.preference = -1;
	assert_int_equal(
	    move(contest(false), rival(HIGHER, CLAIM_NOT)), MOVE_TAKE);
	assert_int_equal(
	    move(contest(false), rival(HIGHER, CLAIM_YIELD)), MOVE_TAKE);
	assert_int_equal(move(contest(false), leaves), MOVE_TAKE);
	assert_int_equal(move(contest(false), unfit), MOVE_TAKE);
}

TEST(what_a_higher_one_holds_is_left_to_it)
{
	struct contest c = contest(false);
	struct rival r = rival(HIGHER, CLAIM_HOLD);

	contest_add(&c, &r);
	assert_true(contest_is_lost(&c));
	assert_int_equal(contest_move(&c), MOVE_NONE);
}

TEST(nothing_is_taken_from_one_that_does_not_hear_us)
{
	struct rival holds = rival(LOWER, CLAIM_HOLD),
		     idle = rival(LOWER, CLAIM_NONE);

	holds.ear = idle.ear = EAR_DEAF;
	assert_int_equal(move(contest(false), holds), MOVE_NONE);
	/* … and it goes before us, as it does not know of us. */
	assert_int_equal(move(contest(false), idle), MOVE_WAIT);
}

TEST(nothing_is_taken_before_it_is_known_who_holds_it)
{
	struct rival r = rival(LOWER, CLAIM_NONE),
		     fresh = rival(LOWER, CLAIM_HOLD);

	r.unsure = true;
	fresh.ear = EAR_NEW;
	assert_int_equal(move(contest(false), r), MOVE_NONE);
	assert_int_equal(move(contest(false), fresh), MOVE_NONE);
}

TEST(who_may_not_takes_nothing)
{
	struct contest c = contest(false);

	c.mine.preference = -1;
	assert_int_equal(contest_move(&c), MOVE_NONE);
}

/* --- Who answers. --- */

TEST(a_holder_stops_when_a_higher_one_holds)
{
	assert_int_equal(
	    move(contest(true), rival(HIGHER, CLAIM_HOLD)), MOVE_STOP);
	assert_int_equal(
	    move(contest(true), rival(HIGHER, CLAIM_NONE)), MOVE_KEEP);
	assert_int_equal(
	    move(contest(true), rival(HIGHER, CLAIM_YIELD)), MOVE_KEEP);
}

/* It may have said so before it heard of us, and stop for what we said before that. */
TEST(a_holder_yields_to_one_that_may_not_know_of_it)
{
	struct contest c = contest(true);
	struct rival r = rival(HIGHER, CLAIM_HOLD),
		     lower = rival(LOWER, CLAIM_HOLD);

	r.knows = false;
	assert_int_equal(move(c, r), MOVE_YIELD);
	contest_add(&c, &lower);
	assert_int_equal(move(c, r), MOVE_YIELD);
	lower.knows = false;
	c = contest(true);
	c.mine.preference = -1;
	assert_int_equal(move(c, lower), MOVE_YIELD);
	r.ear = EAR_DEAF;
	assert_int_equal(move(contest(true), r), MOVE_STOP);
}

TEST(a_holder_goes_on_when_a_lower_one_holds)
{
	struct contest c = contest(true);
	struct rival r = rival(LOWER, CLAIM_HOLD);

	contest_add(&c, &r);
	assert_int_equal(contest_move(&c), MOVE_KEEP);
	assert_true(c.held_below);
}

TEST(a_holder_stops_for_one_that_does_not_hear_it)
{
	struct rival r = rival(LOWER, CLAIM_HOLD);

	r.ear = EAR_DEAF;
	assert_int_equal(move(contest(true), r), MOVE_STOP);
	r.ear = EAR_NEW;
	assert_int_equal(move(contest(true), r), MOVE_KEEP);
}

TEST(who_may_no_longer_answers_until_another_does)
{
	struct contest c = contest(true);

	c.mine.preference = -1;
	assert_int_equal(contest_move(&c), MOVE_YIELD);
	assert_int_equal(move(c, rival(HIGHER, CLAIM_NONE)), MOVE_YIELD);
	assert_int_equal(move(c, rival(LOWER, CLAIM_YIELD)), MOVE_YIELD);
	assert_int_equal(move(c, rival(LOWER, CLAIM_HOLD)), MOVE_STOP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preference_goes_before_the_hash),
		cmocka_unit_test(addresses_are_spread_evenly_over_nodes),
		cmocka_unit_test(a_node_more_moves_only_what_it_takes),
		cmocka_unit_test(the_best_takes_what_nobody_holds),
		cmocka_unit_test(the_best_takes_back_what_a_lower_one_holds),
		cmocka_unit_test(without_fail_back_a_holder_keeps_it),
		cmocka_unit_test(
		    without_fail_back_it_is_taken_from_one_that_may_not),
		cmocka_unit_test(one_behind_others_waits_for_them),
		cmocka_unit_test(
		    no_candidate_is_waited_for_that_says_it_is_none),
		cmocka_unit_test(what_a_higher_one_holds_is_left_to_it),
		cmocka_unit_test(
		    nothing_is_taken_from_one_that_does_not_hear_us),
		cmocka_unit_test(
		    nothing_is_taken_before_it_is_known_who_holds_it),
		cmocka_unit_test(who_may_not_takes_nothing),
		cmocka_unit_test(a_holder_stops_when_a_higher_one_holds),
		cmocka_unit_test(
		    a_holder_yields_to_one_that_may_not_know_of_it),
		cmocka_unit_test(a_holder_goes_on_when_a_lower_one_holds),
		cmocka_unit_test(a_holder_stops_for_one_that_does_not_hear_it),
		cmocka_unit_test(who_may_no_longer_answers_until_another_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
