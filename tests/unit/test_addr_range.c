/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/addr_range.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static void
assert_range(const char *text, const char *first, const char *last)
{
	struct addr_range r;
	struct err err;

	assert_true(addr_range_parse(text, &r, &err));
	assert_addr(&r.first, first);
	assert_addr(&r.last, last);
}

static void
assert_refused(const char *text, const char *why)
{
	struct addr_range r;
	struct err err;

	assert_false(addr_range_parse(text, &r, &err));
	assert_string_equal(err.text, why);
}

TEST(ranges_prefixes_and_addresses_are_ranges)
{
	assert_range("10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9");
	assert_range(" 10.0.0.1 -\t10.0.0.1 ", "10.0.0.1", "10.0.0.1");
	assert_range("10.0.0.0/24", "10.0.0.0", "10.0.0.255");
	assert_range("10.0.0.77/24", "10.0.0.0", "10.0.0.255");
	assert_range("0.0.0.0/0", "0.0.0.0", "255.255.255.255");
	assert_range("10.0.0.5", "10.0.0.5", "10.0.0.5");
	assert_range("fd00::1-fd00::ffff", "fd00::1", "fd00::ffff");
	assert_range("fd00::/127", "fd00::", "fd00::1");
}

TEST(anything_else_is_refused_with_its_reason)
{
	assert_refused("", "\"\": not a range");
	assert_refused("-10.0.0.1", "\"-10.0.0.1\": not a range");
	assert_refused("10.0.0.1-", "\"10.0.0.1-\": not a range");
	assert_refused("a-b", "\"a-b\": not two addresses");
	assert_refused("10.0.0.0/33", "10.0.0.0/33: prefix length above 32");
	assert_refused("10.0.0.2-10.0.0.1",
	    "\"10.0.0.2-10.0.0.1\": the last is below the first");
	assert_refused(
	    "10.0.0.2-fd00::1", "\"10.0.0.2-fd00::1\": two families mixed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_prefixes_and_addresses_are_ranges),
		cmocka_unit_test(anything_else_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
