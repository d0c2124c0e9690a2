/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/route_ids.h"
#include "tests/test.h"

enum { SOURCE = 1, OTHER = 2 };

TEST(a_route_keeps_its_number_until_it_is_removed)
{
	struct route_ids ids;

	route_ids_init(&ids);
	uint32_t a = route_ids_get(&ids, 5, SOURCE, 0);
	uint32_t b = route_ids_get(&ids, 5, SOURCE, 1);
	uint32_t c = route_ids_get(&ids, 5, OTHER, 0);
	uint32_t d = route_ids_get(&ids, 100, SOURCE, 0);

	assert_true(a != 0 && b != 0 && c != 0 && d != 0);
	assert_true(a != b && b != c && a != c && d != a && d != b && d != c);
	assert_int_equal(route_ids_get(&ids, 5, SOURCE, 1), b);
	route_ids_remove(&ids, a);
	assert_false(route_ids_is_of(&ids, a, 5));
	assert_true(route_ids_is_of(&ids, b, 5));
	assert_int_equal(route_ids_get(&ids, 5, OTHER, 0), c);
	assert_int_equal(route_ids_get(&ids, 7, OTHER, 0), a); /* free */
	route_ids_fini(&ids);
}

TEST(the_numbers_of_a_prefix_are_chained)
{
	struct route_ids ids;
	unsigned n = 0;

	route_ids_init(&ids);
	assert_int_equal(route_ids_first(&ids, 1000), 0);
	for (uint32_t i = 0; i < 40; i++)
		route_ids_get(&ids, 1 + i % 2, SOURCE, i);
	for (uint32_t id = route_ids_first(&ids, 2); id != 0;
	     id = ids.at[id].next, n++)
		assert_int_equal(ids.at[id].path_id % 2, 1);
	assert_int_equal(n, 20);
	route_ids_fini(&ids);
}

TEST(they_stay_when_prefixes_get_other_indices)
{
	static const uint32_t map[] = { 0, 0, 0, 1, 0, 2 };
	struct route_ids ids;

	route_ids_init(&ids);
	uint32_t gone = route_ids_get(&ids, 2, SOURCE, 0);
	uint32_t a = route_ids_get(&ids, 3, SOURCE, 0);
	uint32_t b = route_ids_get(&ids, 5, SOURCE, 0);

	route_ids_renumber(&ids, map, 6);
	assert_int_equal(route_ids_first(&ids, 1), a);
	assert_int_equal(route_ids_first(&ids, 2), b);
	assert_int_equal(route_ids_first(&ids, 3), 0);
	assert_int_equal(route_ids_get(&ids, 9, SOURCE, 0), gone);
	route_ids_fini(&ids);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_keeps_its_number_until_it_is_removed),
		cmocka_unit_test(the_numbers_of_a_prefix_are_chained),
		cmocka_unit_test(they_stay_when_prefixes_get_other_indices),
	};

	return cmocka_run_group_tests_name("route_ids", tests, NULL, NULL);
}
