/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/bitset.h"
#include "tests/test.h"

enum { LIMIT = 130 }; /* more than two words */

static const size_t corners[] = { 0, 63, 64, 127, 128, 129 };

TEST(what_is_in_is_found_and_nothing_else)
{
	struct bitset s;

	for (size_t i = 0; i < sizeof(corners) / sizeof(*corners); i++) {
		bitset_init(&s, LIMIT);
		assert_int_equal(bitset_take(&s), BITSET_NONE);
		bitset_set(&s, corners[i], true);
		for (size_t k = 0; k < LIMIT; k++)
			assert_int_equal(bitset_has(&s, k), k == corners[i]);
		bitset_set(&s, corners[i], false);
		assert_int_equal(bitset_take(&s), BITSET_NONE);
		bitset_fini(&s);
	}
}

TEST(two_may_be_made_one)
{
	struct bitset a, b;

	bitset_init(&a, LIMIT);
	bitset_init(&b, LIMIT);
	bitset_set(&a, 1, true);
	bitset_set(&b, 65, true);
	bitset_add_all(&a, &b);
	assert_true(bitset_has(&a, 1) && bitset_has(&a, 65));
	assert_false(bitset_has(&b, 1));
	bitset_fini(&a);
	bitset_fini(&b);
}

TEST(each_is_taken_once_from_the_lowest_up)
{
	struct bitset s;

	bitset_init(&s, LIMIT);
	for (size_t i = sizeof(corners) / sizeof(*corners); i > 0; i--)
		bitset_set(&s, corners[i - 1], true);
	for (size_t i = 0; i < sizeof(corners) / sizeof(*corners); i++)
		assert_int_equal(bitset_take(&s), corners[i]);
	assert_int_equal(bitset_take(&s), BITSET_NONE);
	bitset_fini(&s);
}

TEST(the_next_one_is_found_from_anywhere)
{
	struct bitset s;

	bitset_init(&s, LIMIT);
	assert_int_equal(bitset_next(&s, 0), BITSET_NONE);
	for (size_t i = 0; i < sizeof(corners) / sizeof(*corners); i++)
		bitset_set(&s, corners[i], true);
	assert_int_equal(bitset_next(&s, 0), 0);
	assert_int_equal(bitset_next(&s, 1), 63);
	assert_int_equal(bitset_next(&s, 63), 63);
	assert_int_equal(bitset_next(&s, 65), 127);
	assert_int_equal(bitset_next(&s, LIMIT), BITSET_NONE);
	bitset_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_is_found_and_nothing_else),
		cmocka_unit_test(two_may_be_made_one),
		cmocka_unit_test(each_is_taken_once_from_the_lowest_up),
		cmocka_unit_test(the_next_one_is_found_from_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
