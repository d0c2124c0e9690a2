/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/prefix_table.h"

#include <stdlib.h>

#include "common/rng.h"
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

static struct prefix
nth(uint32_t n)
{
	struct addr a = addr_v4(0x0a000000u + n);

	return prefix_host(&a);
}

static void
assert_those(const struct prefix_table *t, const bool *there, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct prefix p = nth(i), found;
		uint32_t index = prefix_table_find(t, &p);

		count += there[i];
		assert_int_equal(index != 0, there[i]);
		if (index == 0)
			continue;
		assert_true(prefix_table_has(t, index));
		found = prefix_table_get(t, index);
		assert_true(prefix_eq(&p, &found));
	}
	assert_int_equal(t->n, count);
}

/* Others come, go and move to larger tables meanwhile; at last it is packed. */
TEST(what_is_buried_is_gone_and_hides_nobody)
{
	enum { N = 3000, STEPS = 40000 };
	static bool there[N];
	struct prefix_table t;
	struct rng rng;

	rng_init(&rng, 1);
	prefix_table_init(&t, FAMILY_V4, 1);
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t i = rng_below(&rng, N), what = rng_below(&rng, 8);
		struct prefix p = nth(i);
		uint32_t index = prefix_table_find(&t, &p);

		assert_int_equal(index != 0, there[i]);
		if (!there[i])
			prefix_table_add(&t, &p);
		else if (what == 0)
			prefix_table_bury(&t, index);
		else
			prefix_table_remove(&t, index);
		there[i] = !there[i];
		if (step % 1000 == 0)
			assert_those(&t, there, N);
		if (step % 15000 == 14999)
			free(prefix_table_pack(&t));
	}
	assert_true(t.buried > 0);
	assert_those(&t, there, N);
	free(prefix_table_pack(&t));
	assert_int_equal(t.buried, 0);
	assert_int_equal(t.end, t.n + 1);
	assert_those(&t, there, N);
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
		cmocka_unit_test(what_is_buried_is_gone_and_hides_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
