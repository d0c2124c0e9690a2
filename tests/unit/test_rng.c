/* SPDX-License-Identifier: Apache-2.0 */
#include "common/rng.h"
#include "tests/test.h"

TEST(same_seed_gives_the_same_numbers)
{
	struct rng a, b, c;
	unsigned differ = 0;

	rng_init(&a, 1);
	rng_init(&b, 1);
	rng_init(&c, 2);
	for (int i = 0; i < 100; i++) {
		uint32_t n = rng_u32(&a);
		assert_int_equal(n, rng_u32(&b));
		differ += n != rng_u32(&c);
	}
	assert_true(differ > 90);
}

TEST(below_is_below_and_reaches_all)
{
	struct rng r;
	unsigned seen[6] = { 0 };

	rng_init(&r, 3);
	for (int i = 0; i < 6000; i++)
		seen[rng_below(&r, 6)]++;
	for (int i = 0; i < 6; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_int_equal(rng_below(&r, 0), 0);
	assert_int_equal(rng_below(&r, 1), 0);
}

TEST(jitter_keeps_three_quarters)
{
	struct rng r;

	rng_init(&r, 4);
	for (int i = 0; i < 1000; i++)
		assert_in_range(rng_jitter(&r, 1000), 750, 1000);
	assert_int_equal(rng_jitter(&r, 0), 0);
	assert_in_range(
	    rng_jitter(&r, UINT32_MAX), UINT32_MAX / 4 * 3 - 3, UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_gives_the_same_numbers),
		cmocka_unit_test(below_is_below_and_reaches_all),
		cmocka_unit_test(jitter_keeps_three_quarters),
	};

	return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
