/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/reserved.h"
#include "tests/test.h"
#include "tests/unit/addresses.h"

TEST(an_address_is_reserved_in_a_name_until_it_is_no_more)
{
	struct reserved all = { 0 };
	struct addr a = ip("10.0.0.1"), b = ip("fd00::1");

	assert_null(reserved_by(&all, &a));
	assert_true(reserved_add(&all, &a, "api"));
	assert_false(reserved_add(&all, &a, "api"));
	assert_string_equal(reserved_by(&all, &a), "api");
	assert_null(reserved_by(&all, &b));
	assert_false(reserved_remove(&all, &a, "other"));
	assert_false(reserved_remove(&all, &b, "api"));
	assert_true(reserved_remove(&all, &a, "api"));
	assert_null(reserved_by(&all, &a));
	assert_false(reserved_remove(&all, &a, "api"));
	reserved_fini(&all);
}

TEST(of_several_names_the_first_speaks_whatever_the_order)
{
	struct reserved all = { 0 };
	struct addr a = ip("10.0.0.1");

	reserved_add(&all, &a, "b");
	reserved_add(&all, &a, "c");
	reserved_add(&all, &a, "a");
	assert_string_equal(reserved_by(&all, &a), "a");
	reserved_remove(&all, &a, "a");
	assert_string_equal(reserved_by(&all, &a), "b");
	reserved_remove(&all, &a, "c");
	assert_string_equal(reserved_by(&all, &a), "b");
	reserved_fini(&all); /* what is left is freed, too */
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_address_is_reserved_in_a_name_until_it_is_no_more),
		cmocka_unit_test(
		    of_several_names_the_first_speaks_whatever_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
