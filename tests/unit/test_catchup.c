/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/catchup.h"

#include "tests/test.h"

static struct catchup
known(uint32_t version)
{
	struct catchup s = { 0 };

	assert_int_equal(catchup_part(&s, version, 0, 1), CATCHUP_LAST);
	assert_false(catchup_lacks(&s));
	return s;
}

TEST(changes_follow_each_other)
{
	struct catchup s = known(7);

	assert_int_equal(catchup_change(&s, 7, 8), CATCHUP_APPLY);
	assert_int_equal(catchup_change(&s, 8, 9), CATCHUP_APPLY);
	assert_false(catchup_lacks(&s));
}

TEST(a_change_that_was_lost_is_missed)
{
	struct catchup s = known(7);

	assert_int_equal(catchup_change(&s, 8, 9), CATCHUP_IGNORE);
	assert_true(catchup_lacks(&s));
	assert_int_equal(catchup_part(&s, 9, 0, 1), CATCHUP_LAST);
	assert_false(catchup_lacks(&s));
}

TEST(a_hello_tells_of_a_change_that_was_lost)
{
	struct catchup s = known(7);

	catchup_told(&s, 7);
	assert_false(catchup_lacks(&s));
	catchup_told(&s, 8);
	assert_true(catchup_lacks(&s));
}

TEST(nothing_is_known_before_all_parts_came)
{
	struct catchup s = { 0 };

	assert_true(catchup_lacks(&s));
	assert_int_equal(catchup_change(&s, 0, 1), CATCHUP_IGNORE);
	assert_int_equal(catchup_part(&s, 4, 0, 3), CATCHUP_APPLY);
	assert_int_equal(catchup_part(&s, 4, 2, 3), CATCHUP_APPLY);
	assert_int_equal(catchup_part(&s, 4, 2, 3), CATCHUP_IGNORE);
	assert_false(s.known);
	assert_int_equal(catchup_part(&s, 4, 1, 3), CATCHUP_LAST);
	assert_true(s.known);
}

TEST(parts_of_another_version_begin_anew)
{
	struct catchup s = { 0 };
	uint16_t round;

	catchup_part(&s, 4, 0, 2);
	round = s.round;
	assert_int_equal(catchup_part(&s, 5, 1, 2), CATCHUP_APPLY);
	assert_int_not_equal(s.round, round);
	assert_int_equal(catchup_part(&s, 5, 0, 2), CATCHUP_LAST);
	assert_int_equal(s.have, 5);
}

TEST(too_many_parts_are_passed_over)
{
	struct catchup s = { 0 };

	assert_int_equal(
	    catchup_part(&s, 4, CATCHUP_PARTS_MAX, CATCHUP_PARTS_MAX + 1),
	    CATCHUP_IGNORE);
	assert_int_equal(
	    catchup_part(&s, 4, CATCHUP_PARTS_MAX - 1, CATCHUP_PARTS_MAX),
	    CATCHUP_APPLY);
}

TEST(rounds_have_room_in_a_claim)
{
	struct catchup s = { 0 };

	for (uint32_t version = 1; version < 40000; version++) {
		catchup_part(&s, version, 0, 2);
		assert_in_range(s.round, 1, (1 << 14) - 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_follow_each_other),
		cmocka_unit_test(a_change_that_was_lost_is_missed),
		cmocka_unit_test(a_hello_tells_of_a_change_that_was_lost),
		cmocka_unit_test(nothing_is_known_before_all_parts_came),
		cmocka_unit_test(parts_of_another_version_begin_anew),
		cmocka_unit_test(too_many_parts_are_passed_over),
		cmocka_unit_test(rounds_have_room_in_a_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
