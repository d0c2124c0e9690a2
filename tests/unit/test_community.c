/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/community.h"
#include "tests/test.h"

TEST(values_are_standard_or_large)
{
	struct community c;

	assert_true(community_parse("64517:120", &c));
	assert_int_equal(c.kind, COMMUNITY_STANDARD);
	assert_int_equal(c.value[0], 64517u << 16 | 120);
	assert_true(community_parse("4294967295:300:0", &c));
	assert_int_equal(c.kind, COMMUNITY_LARGE);
	assert_int_equal(c.value[0], UINT32_MAX);
	assert_int_equal(c.value[1], 300);
	assert_int_equal(c.value[2], 0);
}

TEST(well_known_names_are_values)
{
	struct community c;

	assert_true(community_parse("no-export", &c));
	assert_int_equal(c.value[0], 0xffffff01);
	assert_true(community_parse("graceful-shutdown", &c));
	assert_int_equal(c.value[0], 0xffff0000);
	assert_true(community_is_well_known("blackhole"));
	assert_false(community_is_well_known("65535:666"));
}

TEST(anything_else_is_no_value)
{
	static const char *const bad[] = { "", ":", "1:", ":1", "65536:0",
		"0:65536", "1:2:", "1:2:3:4", "1:2:4294967296", "-1:2", "1: 2",
		"00000000001:2:3", "000001:1", "No-Export", "name" };
	struct community c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(community_parse(bad[i], &c));
}

TEST(names_are_kept_for_later)
{
	struct communities cs = { 0 };

	communities_add(&cs, "1:2");
	communities_add(&cs, "my-name");
	assert_int_equal(cs.n, 2);
	assert_null(cs.at[0].name);
	assert_int_equal(cs.at[1].kind, COMMUNITY_NAME);
	assert_string_equal(cs.at[1].name, "my-name");
	communities_fini(&cs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_standard_or_large),
		cmocka_unit_test(well_known_names_are_values),
		cmocka_unit_test(anything_else_is_no_value),
		cmocka_unit_test(names_are_kept_for_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
