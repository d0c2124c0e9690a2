/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "allocator/ipam/addrs.h"
#include "tests/test.h"

TEST(what_is_there_is_not_added_again)
{
	struct addr room[3], more[] = { addr_v4(2), addr_v4(3), addr_v4(2) };
	const struct addr one = addr_v4(1);
	struct addrs list = { room, 0 }, others = { more, 3 };

	addrs_add(&list, &one);
	addrs_add(&list, &more[0]);
	addrs_add_all(&list, &others);
	assert_int_equal(list.n, 3);
	assert_true(addrs_has(&list, &one));
	assert_true(addr_eq(&list.at[2], &more[1]));
}

TEST(a_sorted_list_is_in_the_order_of_its_numbers)
{
	struct addr at[] = { addr_v4(10), addr_v4(9), addr_v4(10),
		addr_v4(0x0a000000), addr_v4(10) };
	struct addrs list = { at, 5 };

	addrs_sort(&list);
	assert_int_equal(list.n, 3);
	for (size_t i = 1; i < list.n; i++)
		assert_true(addr_cmp(&at[i - 1], &at[i]) < 0);
}

TEST(lists_are_the_same_in_any_order)
{
	struct addr one_two[] = { addr_v4(1), addr_v4(2) };
	struct addr two_one[] = { addr_v4(2), addr_v4(1) };
	struct addr two_three[] = { addr_v4(2), addr_v4(3) };
	struct addrs a = { one_two, 2 }, b = { two_one, 2 };
	struct addrs c = { two_three, 2 }, d = { one_two, 1 };

	assert_true(addrs_same(&a, &b));
	assert_false(addrs_same(&a, &c));
	assert_false(addrs_same(&a, &d));
}

TEST(a_kept_list_is_what_it_was_made_of)
{
	struct addr two[] = { addr_v4(1), addr_v4(2) };
	struct addrs was = { two, 2 }, is = addrs_copy(two, 2);

	assert_true(addrs_same(&was, &is));
	free(is.at);
	assert_null(addrs_copy(two, 0).at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_not_added_again),
		cmocka_unit_test(a_sorted_list_is_in_the_order_of_its_numbers),
		cmocka_unit_test(lists_are_the_same_in_any_order),
		cmocka_unit_test(a_kept_list_is_what_it_was_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
