/* SPDX-License-Identifier: Apache-2.0 */
#include "common/fnv.h"
#include "tests/test.h"

/* From the draft's tables. */
TEST(hash_is_that_of_fnv_1a)
{
	assert_true(fnv_add(FNV_START, "", 0) == FNV_START);
	assert_true(fnv_add(FNV_START, "a", 1) == 0xaf63dc4c8601ec8c);
	assert_true(fnv_add(FNV_START, "foobar", 6) == 0x85944171f73967e8);
}

TEST(bytes_may_come_in_parts)
{
	uint64_t foo = fnv_add(FNV_START, "foo", 3);

	assert_true(fnv_add(foo, "bar", 3) == fnv_add(FNV_START, "foobar", 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_that_of_fnv_1a),
		cmocka_unit_test(bytes_may_come_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
