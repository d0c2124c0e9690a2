/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bgpd/session/ration.h"
#include "tests/test.h"

enum { DAY = 24 * 3600 };

TEST(line_comes_at_once_and_then_less_and_less)
{
	static const unsigned told_at[] = { 0, 10, 30, 70, 150, 310, 630, 1270,
		2550, 5110, 8710, 12310 };
	struct ration r = { 0 };
	unsigned held, told = 0, lost = 0;

	for (unsigned t = 0; t < 12311; t++) {
		if (!ration_take(&r, 1, 5000 + t * 1000, &held)) {
			lost++;
			continue;
		}
		assert_int_equal(t, told_at[told++]);
		assert_int_equal(held, lost);
		lost = 0;
	}
	assert_int_equal(told, 12);
}

TEST(another_line_is_news)
{
	struct ration r = { 0 };
	unsigned held;

	assert_true(ration_take(&r, 1, 1000, &held));
	assert_false(ration_take(&r, 1, 1001, &held));
	assert_true(ration_take(&r, 2, 1002, &held));
	assert_int_equal(held, 0);
	assert_false(ration_take(&r, 2, 1003, &held));
}

TEST(half_a_day_of_silence_ends_it)
{
	struct ration r = { 0 };
	unsigned held;
	uint64_t now = 1000;

	for (unsigned i = 0; i < DAY; i++, now += 1000)
		ration_take(&r, 1, now, &held);
	now += DAY / 2 * 1000;
	assert_true(ration_take(&r, 1, now, &held));
	assert_true(ration_take(&r, 1, now + 10000, &held));
}

static struct addr
address(unsigned i)
{
	return addr_v4(0x0a000000 + i);
}

TEST(each_caller_is_told_of)
{
	struct rations all = { 0 };
	unsigned held;

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < RATION_CALLERS; i++) {
			struct addr a = address(i);

			assert_int_equal(
			    rations_take(&all, &a, 1, 1000 + round, &held),
			    round == 0);
		}
	}
}

/* Each from another address: as many lines as from one. */
TEST(crowd_is_rationed_as_one)
{
	struct rations all = { 0 };
	unsigned held, told = 0;

	for (unsigned i = 0; i < DAY; i++) {
		struct addr a = address(i);

		told += rations_take(&all, &a, 1, 1000 + i * 1000, &held);
	}
	assert_in_range(told, RATION_CALLERS, RATION_CALLERS + 40);
}

TEST(caller_of_long_ago_gives_way)
{
	struct rations all = { 0 };
	unsigned held;
	struct addr a;

	for (unsigned i = 0; i < RATION_CALLERS; i++) {
		a = address(i);
		assert_true(rations_take(&all, &a, 1, 1000, &held));
	}
	for (unsigned i = 0; i < RATION_CALLERS; i++) {
		a = address(1000 + i);
		assert_true(rations_take(&all, &a, 1, 900 * 1000, &held));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_comes_at_once_and_then_less_and_less),
		cmocka_unit_test(another_line_is_news),
		cmocka_unit_test(half_a_day_of_silence_ends_it),
		cmocka_unit_test(each_caller_is_told_of),
		cmocka_unit_test(crowd_is_rationed_as_one),
		cmocka_unit_test(caller_of_long_ago_gives_way),
	};

	return cmocka_run_group_tests_name("ration", tests, NULL, NULL);
}
