/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/prefix_table.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

TEST(a_prefix_keeps_its_index)
{
	struct prefix_table t;
	struct prefix p = pfx("10.0.0.0/8"), q = pfx("10.0.0.0/9");

	prefix_table_init(&t, FAMILY_V4, 1);
	uint32_t index = prefix_table_add(&t, &p);

	assert_int_not_equal(index, 0);
	assert_int_equal(prefix_table_add(&t, &p), index);
	assert_int_not_equal(prefix_table_add(&t, &q), index);
	assert_int_equal(prefix_table_find(&t, &p), index);
	assert_int_equal(t.n, 2);
	prefix_table_fini(&t);
}

TEST(a_removed_index_is_given_again)
{
	struct prefix_table t;
	struct prefix p = pfx("2001:db8::/32"), q = pfx("2001:db8::/48");

	prefix_table_init(&t, FAMILY_V6, 1);
	uint32_t index = prefix_table_add(&t, &p);

	prefix_table_remove(&t, index);
	assert_int_equal(prefix_table_find(&t, &p), 0);
	assert_false(prefix_table_has(&t, index));
	assert_int_equal(prefix_table_add(&t, &q), index);
	assert_true(prefix_table_has(&t, index));
	prefix_table_fini(&t);
}

TEST(what_went_in_comes_out)
{
	const char *texts[] = { "0.0.0.0/0", "10.1.2.3/32", "172.16.0.0/12" };
	struct prefix_table t;

	prefix_table_init(&t, FAMILY_V4, 1);
	for (size_t i = 0; i < 3; i++) {
		struct prefix p = pfx(texts[i]);
		struct prefix q =
		    prefix_table_get(&t, prefix_table_add(&t, &p));

		assert_true(prefix_eq(&p, &q));
	}
	prefix_table_fini(&t);
}

TEST(entries_are_as_long_as_the_family_needs)
{
	struct prefix_table v4, v6;

	prefix_table_init(&v4, FAMILY_V4, 1);
	prefix_table_init(&v6, FAMILY_V6, 1);
	assert_int_equal(v4.size, 5);
	assert_int_equal(v6.size, 17);
	prefix_table_fini(&v4);
	prefix_table_fini(&v6);
}

TEST(many_are_found_after_many_went)
{
	struct prefix_table t;

	prefix_table_init(&t, FAMILY_V6, 1);
	for (uint32_t i = 0; i < 3000; i++) {
		struct prefix p = pfx("2001:db8::/64");

		p.addr.bytes[4] = (uint8_t)i;
		p.addr.bytes[7] = (uint8_t)(i >> 8);
		uint32_t index = prefix_table_add(&t, &p);

		if (i % 3 == 0)
			prefix_table_remove(&t, index);
	}
	for (uint32_t i = 0; i < 3000; i++) {
		struct prefix p = pfx("2001:db8::/64");

		p.addr.bytes[4] = (uint8_t)i;
		p.addr.bytes[7] = (uint8_t)(i >> 8);
		assert_int_equal(prefix_table_find(&t, &p) != 0, i % 3 != 0);
	}
	prefix_table_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_keeps_its_index),
		cmocka_unit_test(a_removed_index_is_given_again),
		cmocka_unit_test(what_went_in_comes_out),
		cmocka_unit_test(entries_are_as_long_as_the_family_needs),
		cmocka_unit_test(many_are_found_after_many_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
