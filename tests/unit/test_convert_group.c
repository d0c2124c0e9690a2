/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/group.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* A group with the range, aggregated; its first pool has to be this. */
static void
assert_pool(const char *range, int v4, int v6, const char *want)
{
	json_t *group = manifest("{spec: {}}"), *pool = manifest(want);
	json_t *text = json_string(range);
	struct err err;

	assert_true(group_add_range(group, text, &err));
	group_aggregate(group, v4, v6);
	json_t *pools =
	    json_object_get(json_object_get(group, "spec"), "pools");

	assert_true(json_equal(json_array_get(pools, 0), pool));
	json_decref(group);
	json_decref(pool);
	json_decref(text);
}

TEST(a_range_lies_in_the_smallest_subnet_around_it)
{
	assert_pool("192.168.1.240-192.168.1.250", -1, -1,
	    "{subnet: 192.168.1.240/28, pool: 192.168.1.240-192.168.1.250}");
	assert_pool(" 10.0.0.255 - 10.0.1.0 ", -1, -1,
	    "{subnet: 10.0.0.0/23, pool: 10.0.0.255-10.0.1.0}");
	assert_pool("0.0.0.0-255.255.255.255", -1, -1,
	    "{subnet: 0.0.0.0/0, pool: 0.0.0.0/0}");
	assert_pool(
	    "10.0.0.7", -1, -1, "{subnet: 10.0.0.7/32, pool: 10.0.0.7/32}");
}

TEST(a_prefix_is_its_own_subnet_without_host_bits)
{
	assert_pool(
	    "10.0.0.7/24", -1, -1, "{subnet: 10.0.0.0/24, pool: 10.0.0.0/24}");
	assert_pool(
	    "FD00::/64", -1, -1, "{subnet: 'fd00::/64', pool: 'fd00::/64'}");
	assert_pool("10.0.0.8-10.0.0.15", -1, -1,
	    "{subnet: 10.0.0.8/29, pool: 10.0.0.8/29}");
}

TEST(a_subnet_grows_to_what_is_announced)
{
	assert_pool("10.0.0.0/24", 26, 64,
	    "{subnet: 10.0.0.0/24, pool: 10.0.0.0/24, aggregation: /26}");
	assert_pool("10.0.0.200-10.0.0.202", 24, 64,
	    "{subnet: 10.0.0.0/24, pool: 10.0.0.200-10.0.0.202, "
	    "aggregation: /24}");
	assert_pool("fd00::1-fd00::2", 24, 64,
	    "{subnet: 'fd00::/64', pool: 'fd00::1-fd00::2', aggregation: /64}");
}

TEST(host_routes_need_no_aggregation)
{
	assert_pool(
	    "10.0.0.0/24", 32, 128, "{subnet: 10.0.0.0/24, pool: 10.0.0.0/24}");
}

TEST(what_is_no_range_is_refused)
{
	static const char *const texts[] = { "x", "", "10.0.0.2-10.0.0.1",
		"10.0.0.1-fd00::1", "10.0.0.0/33", "10.0.0.1-", "1-2-3" };
	json_t *group = manifest("{spec: {}}");
	struct err err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *text = json_string(texts[i]);

		assert_false(group_add_range(group, text, &err));
		json_decref(text);
	}
	assert_false(group_add_range(group, NULL, &err));
	json_decref(group);
}

TEST(both_ends_of_a_prefix_are_excluded)
{
	json_t *group = manifest("{spec: {}}");
	json_t *want = manifest("{spec: {exclude: [10.0.0.0, 10.0.0.255]}}");

	group_exclude_ends(group, "10.0.0.0/24");
	group_exclude_ends(group, "10.0.1.0/31"); /* nothing would be left */
	group_exclude_ends(group, "x");
	assert_true(json_equal(group, want));
	json_decref(group);
	json_decref(want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_lies_in_the_smallest_subnet_around_it),
		cmocka_unit_test(a_prefix_is_its_own_subnet_without_host_bits),
		cmocka_unit_test(a_subnet_grows_to_what_is_announced),
		cmocka_unit_test(host_routes_need_no_aggregation),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(both_ends_of_a_prefix_are_excluded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
