/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/addresses.h"

/* The spans, "10.0.0.1-10.0.0.9 10.0.0.12-10.0.0.12". */
static const char *
spans(const struct pool *p)
{
	static char text[1024];
	char first[ADDR_TEXT], last[ADDR_TEXT];
	size_t n, used = 0;
	const struct addr_range *at = pool_spans(p, &n);

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s-%s", i > 0 ? " " : "",
		    addr_print(&at[i].first, first),
		    addr_print(&at[i].last, last));
	return text;
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
	assert_string_equal(spans(p), "10.0.0.0-10.0.0.255");
	assert_true(has(p, "10.0.0.0"));
	assert_true(has(p, "10.0.0.255"));
	assert_false(has(p, "10.0.1.0"));
	pool_free(p);
}

TEST(buggy_addresses_are_left_out_when_told)
{
	struct pool *p = pool_of("10.0.0.250-10.0.2.3", "", true);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 5 + 254 + 3);
	assert_false(has(p, "10.0.0.255"));
	assert_false(has(p, "10.0.1.0"));
	assert_true(has(p, "10.0.1.1"));
	assert_string_equal(spans(p), "10.0.0.250-10.0.2.3");
	pool_free(p);
	p = pool_of("10.0.0.255-10.0.2.255,10.9.0.0", "10.0.1.0", true);
	assert_string_equal(spans(p), "10.0.1.1-10.0.2.254");
	assert_int_equal(pool_capacity(p, FAMILY_V4), 254 + 254);
	pool_free(p);
}

TEST(a_pool_of_buggy_addresses_only_is_empty)
{
	struct pool *p = pool_of("10.0.0.255-10.0.1.0", "", true);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 0);
	assert_string_equal(spans(p), "");
	pool_free(p);
}

TEST(exclusions_take_out_addresses_and_ranges)
{
	struct pool *p = pool_of("10.0.0.0/28,fd00::/126",
	    "10.0.0.0,10.0.0.4-10.0.0.13,10.0.0.15-10.0.0.20,fd00::1", false);

	assert_int_equal(pool_capacity(p, FAMILY_V4), 4);
	assert_int_equal(pool_capacity(p, FAMILY_V6), 3);
	assert_string_equal(spans(p),
	    "10.0.0.1-10.0.0.3 10.0.0.14-10.0.0.14 "
	    "fd00::-fd00:: fd00::2-fd00::3");
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
	assert_string_equal(spans(p),
	    "fd00::-fd00:: "
	    "fd00::2-fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe00::-fe00::9");
	pool_free(p);
	p = pool_of("fd00::/72", "", false);
	assert_int_equal(pool_capacity(p, FAMILY_V6), 1LL << 56);
	pool_free(p);
	p = pool_of("fd00::/65,fe00::/65,ff00::/64", "", false);
	assert_true(pool_capacity(p, FAMILY_V6) == UINT64_MAX);
	pool_free(p);
}

TEST(the_whole_of_ipv4_can_be_counted)
{
	struct pool *p = pool_of("0.0.0.1-255.255.255.255", "", false);

	assert_true(pool_capacity(p, FAMILY_V4) == UINT32_MAX);
	assert_true(has(p, "255.255.255.255"));
	pool_free(p);
}

/* Against asking each address. */
TEST(spans_and_capacity_agree_with_a_list)
{
	struct pool *p = pool_of("10.0.0.3-10.0.3.9,10.0.5.0/25",
	    "10.0.1.0-10.0.1.7,10.0.3.9,10.0.5.127", true);
	struct addr last = ip("10.0.6.0");
	uint64_t n = 0;
	size_t n_spans;
	const struct addr_range *at = pool_spans(p, &n_spans);

	for (struct addr a = ip("10.0.0.0"); !addr_eq(&a, &last);
	     addr_next(&a)) {
		bool in = false;

		for (size_t i = 0; i < n_spans; i++)
			in = in || range_contains(&at[i], &a);
		assert_int_equal(
		    pool_contains(p, &a), in && !addr_is_buggy(&a));
		n += pool_contains(p, &a);
	}
	for (size_t i = 0; i < n_spans; i++) {
		assert_true(pool_contains(p, &at[i].first));
		assert_true(pool_contains(p, &at[i].last));
	}
	assert_int_equal(pool_capacity(p, FAMILY_V4), n);
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
		cmocka_unit_test(spans_and_capacity_agree_with_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
