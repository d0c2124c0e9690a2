/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/claims.h"

#include "tests/test.h"

TEST(each_member_has_one_claim)
{
	struct claims c = { 0 };

	for (uint16_t m = 1; m <= 9; m++)
		claims_set(&c, m, CLAIM_NOT, false, 1);
	claims_set(&c, 5, CLAIM_HOLD, false, 1);
	assert_int_equal(c.n, 9);
	for (uint16_t m = 1; m <= 9; m++)
		assert_int_equal(
		    claims_of(&c, m), m == 5 ? CLAIM_HOLD : CLAIM_NOT);
	assert_int_equal(claims_of(&c, 10), CLAIM_NONE);
	claims_fini(&c);
}

TEST(what_is_claimed_no_more_is_out_of_the_list)
{
	struct claims c = { 0 };

	for (uint16_t m = 1; m <= 5; m++)
		claims_set(&c, m, CLAIM_HOLD, false, 1);
	for (uint16_t m = 5; m >= 1; m--) {
		claims_set(&c, m, CLAIM_NONE, false, 1);
		assert_int_equal(c.n, m - 1);
		assert_int_equal(claims_of(&c, m), CLAIM_NONE);
	}
	assert_int_equal(c.room, 0);
	claims_set(&c, 1, CLAIM_NONE, false, 1);
	assert_int_equal(c.n, 0);
}

TEST(a_claim_of_an_earlier_round_is_outdated)
{
	struct claims c = { 0 };

	claims_set(&c, 1, CLAIM_HOLD, false, 1);
	claims_set(&c, 2, CLAIM_HOLD, false, 1);
	claims_set(&c, 1, CLAIM_HOLD, false, 2);
	assert_false(claims_outdate(&c, 1, 2));
	assert_true(claims_outdate(&c, 2, 2));
	assert_false(claims_outdate(&c, 2, 2));
	assert_int_equal(c.n, 1);
}

TEST(nobody_knows_what_is_said_now)
{
	struct claims c = { 0 };

	claims_set(&c, 1, CLAIM_HOLD, true, 1);
	claims_set(&c, 2, CLAIM_HOLD, false, 1);
	assert_true(claims_list(&c)[0].knows);
	assert_false(claims_list(&c)[1].knows);
	claims_outrun(&c);
	assert_false(claims_list(&c)[0].knows);
	assert_int_equal(claims_of(&c, 1), CLAIM_HOLD);
	claims_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_member_has_one_claim),
		cmocka_unit_test(what_is_claimed_no_more_is_out_of_the_list),
		cmocka_unit_test(a_claim_of_an_earlier_round_is_outdated),
		cmocka_unit_test(nobody_knows_what_is_said_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
