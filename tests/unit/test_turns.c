/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write now, and who stands in line. */
#include "allocator/announced/turns.h"
#include "tests/test.h"

#define PAUSE 10

TEST(the_first_may_at_once_and_the_next_after_a_pause)
{
	struct turns t = { 0 };
	struct in_line a = { 0 }, b = { 0 }, c = { 0 };

	assert_true(turns_take(&t, &a, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &b, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &c, TURN_SERVICE, PAUSE, 105));
	assert_false(turns_take(&t, &b, TURN_SERVICE, PAUSE, 109));
	assert_int_equal(turns_due(&t, TURN_SERVICE), 110);
	assert_null(turns_next(&t, TURN_SERVICE, PAUSE, 109));
	assert_ptr_equal(turns_next(&t, TURN_SERVICE, PAUSE, 110), &b);
	assert_null(turns_next(&t, TURN_SERVICE, PAUSE, 110));
	assert_true(turns_take(&t, &b, TURN_SERVICE, PAUSE, 110));
	assert_false(turns_take(&t, &b, TURN_SERVICE, PAUSE, 110));
	assert_ptr_equal(turns_next(&t, TURN_SERVICE, PAUSE, 120), &c);
	turns_leave(&t, &b);
	assert_int_equal(turns_due(&t, TURN_SERVICE), UINT64_MAX);
}

/* Nobody overtakes those that wait, though a write could go. */
TEST(who_comes_late_stands_behind)
{
	struct turns t = { 0 };
	struct in_line a = { 0 }, b = { 0 }, c = { 0 };

	assert_true(turns_take(&t, &a, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &b, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &c, TURN_SERVICE, PAUSE, 500));
	assert_ptr_equal(turns_next(&t, TURN_SERVICE, PAUSE, 500), &b);
}

TEST(who_leaves_holds_up_nobody)
{
	struct turns t = { 0 };
	struct in_line a = { 0 }, b = { 0 }, c = { 0 };

	assert_true(turns_take(&t, &a, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &b, TURN_SERVICE, PAUSE, 100));
	assert_false(turns_take(&t, &c, TURN_SERVICE, PAUSE, 100));
	turns_leave(&t, &b);
	assert_ptr_equal(turns_next(&t, TURN_SERVICE, PAUSE, 110), &c);
	turns_leave(&t, &c); /* it does not want to any more */
	assert_false(turns_take(&t, &c, TURN_SERVICE, PAUSE, 110));
}

TEST(lines_do_not_wait_for_each_other)
{
	struct turns t = { 0 };
	struct in_line a = { 0 }, b = { 0 };

	assert_true(turns_take(&t, &a, TURN_NUMBERS, 1000, 100));
	assert_false(turns_take(&t, &b, TURN_NUMBERS, 1000, 100));
	assert_true(turns_take(&t, &a, TURN_PEER, PAUSE, 100));
	/* It was about numbers, and is about more now. */
	assert_true(turns_take(&t, &b, TURN_SERVICE, PAUSE, 100));
	assert_int_equal(turns_due(&t, TURN_NUMBERS), UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_first_may_at_once_and_the_next_after_a_pause),
		cmocka_unit_test(who_comes_late_stands_behind),
		cmocka_unit_test(who_leaves_holds_up_nobody),
		cmocka_unit_test(lines_do_not_wait_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
