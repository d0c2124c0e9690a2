/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/addresses.h"

static const char *
nth(const struct pool *p, const char *from, uint64_t k)
{
	static char text[ADDR_TEXT];
	struct addr start = ip(from), a;

	return pool_nth(p, &start, k, &a) ? addr_print(&a, text) : "none";
}

static uint64_t
count(const struct pool *p, const char *from, const char *to)
{
	struct addr a = ip(from), b = ip(to);

	return pool_count(p, &a, &b);
}

static bool
has(const struct pool *p, const char *text)
{
	struct addr a = ip(text);

	return pool_contains(p, &a);
}

TEST(network_and_broadcast_are_usable)
{
	struct pool *p = pool_of("10.0.0.0/24", "", false);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 256);
	assert_string_equal(nth(p, "0.0.0.0", 0), "10.0.0.0");
	assert_string_equal(nth(p, "0.0.0.0", 255), "10.0.0.255");
	assert_string_equal(nth(p, "0.0.0.0", 256), "none");
	pool_free(p);
}

TEST(buggy_addresses_are_left_out_when_told)
{
	struct pool *p = pool_of("10.0.0.250-10.0.2.3", "", true);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 5 + 254 + 3);
	assert_false(has(p, "10.0.0.255"));
	assert_false(has(p, "10.0.1.0"));
	assert_true(has(p, "10.0.1.1"));
	assert_string_equal(nth(p, "10.0.0.254", 1), "10.0.1.1");
	assert_string_equal(nth(p, "10.0.0.255", 0), "10.0.1.1");
	assert_int_equal(count(p, "10.0.0.254", "10.0.1.2"), 2);
	pool_free(p);
}

TEST(a_pool_of_buggy_addresses_only_is_empty)
{
	struct pool *p = pool_of("10.0.0.255-10.0.1.0", "", true);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 0);
	assert_string_equal(nth(p, "0.0.0.0", 0), "none");
	pool_free(p);
}

TEST(exclusions_take_out_addresses_and_ranges)
{
	struct pool *p = pool_of("10.0.0.0/28,fd00::/126",
	    "10.0.0.0,10.0.0.4-10.0.0.13,10.0.0.15-10.0.0.20,fd00::1", false);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 4);
	assert_int_equal(pool_capacity(p, FAMILY_V6), 3);
	assert_string_equal(nth(p, "0.0.0.0", 0), "10.0.0.1");
	assert_string_equal(nth(p, "0.0.0.0", 3), "10.0.0.14");
	assert_string_equal(nth(p, "::", 1), "fd00::2");
	assert_false(has(p, "10.0.0.4"));

	struct addr excluded = ip("10.0.0.4"), outside = ip("10.0.0.16");
	assert_true(pool_covers(p, &excluded));
	assert_false(pool_covers(p, &outside));
	pool_free(p);
}

TEST(an_exclusion_of_everything_leaves_nothing)
{
	struct pool *p = pool_of("10.0.0.1-10.0.0.9", "10.0.0.0/8", false);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 0);
	assert_false(has(p, "10.0.0.5"));
	pool_free(p);
}

TEST(ranges_that_overlap_or_touch_count_once)
{
	struct pool *p = pool_of(
	    "10.0.0.5-10.0.0.9,10.0.0.0-10.0.0.4,10.0.0.8-10.0.0.8", "", false);
	size_t n;

	assert_int_equal(pool_capacity(p, FAMILY_V4), 10);
	pool_ranges(p, &n);
	assert_int_equal(n, 1);
	pool_free(p);
}

TEST(counts_saturate_for_ipv6)
{
	struct pool *p = pool_of("fd00::/16,fe00::-fe00::9", "fd00::1", false);

	assert_true(pool_capacity(p, FAMILY_V6) == UINT64_MAX);
	assert_int_equal(count(p, "fd00::", "fd00::9"), 8);
	assert_int_equal(count(p, "fe00::2", "ff00::"), 8);
	assert_string_equal(nth(p, "fd00::", 1), "fd00::2");
	assert_string_equal(nth(p, "fd00::", UINT64_MAX), "fd00:0:0:1::");
	assert_string_equal(
	    nth(p, "fd00:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 2), "fe00::");
	pool_free(p);
}

TEST(the_whole_of_ipv4_can_be_counted)
{
	struct pool *p = pool_of("0.0.0.1-255.255.255.255", "", false);

	assert_true(pool_capacity(p, FAMILY_V4) == UINT32_MAX);
	assert_string_equal(nth(p, "255.255.255.255", 0), "255.255.255.255");
	assert_string_equal(nth(p, "255.255.255.255", 1), "none");
	pool_free(p);
}

/* Every way to ask, against a list made by asking each address. */
TEST(counting_and_stepping_agree_with_a_list)
{
	struct pool *p = pool_of("10.0.0.3-10.0.3.9,10.0.5.0/25",
	    "10.0.1.0-10.0.1.7,10.0.3.9,10.0.5.127", true);
	struct addr first = ip("10.0.0.0"), last = ip("10.0.6.0"), got;
	uint64_t below = 0;

	for (struct addr a = first; !addr_eq(&a, &last); addr_next(&a)) {
		assert_int_equal(pool_count(p, &first, &a), below);
		if (!pool_contains(p, &a))
			continue;
		assert_true(pool_nth(p, &first, below, &got));
		assert_true(addr_eq(&got, &a));
		assert_true(pool_nth(p, &a, 0, &got));
		assert_true(addr_eq(&got, &a));
		below++;
	}
	assert_int_equal(pool_capacity(p, FAMILY_V4), below);
	pool_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_and_broadcast_are_usable),
		cmocka_unit_test(buggy_addresses_are_left_out_when_told),
		cmocka_unit_test(a_pool_of_buggy_addresses_only_is_empty),
		cmocka_unit_test(exclusions_take_out_addresses_and_ranges),
		cmocka_unit_test(an_exclusion_of_everything_leaves_nothing),
		cmocka_unit_test(ranges_that_overlap_or_touch_count_once),
		cmocka_unit_test(counts_saturate_for_ipv6),
		cmocka_unit_test(the_whole_of_ipv4_can_be_counted),
		cmocka_unit_test(counting_and_stepping_agree_with_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
