/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries by property: whatever was added and removed, each prefix is found under the
 * number that it was given.
 */
#include "bgpd/announce/entries.h"
#include "common/rng.h"
#include "tests/test.h"

#define PREFIXES 4096
#define STEPS 40000

/* IPv4 and IPv6, of several lengths: some differ in nothing but that. */
static struct prefix
prefix(uint32_t n)
{
	struct addr a = addr_v4(0x0a000000 | (n >> 2) << 8);

	if (n % 2 == 1)
		a.family = FAMILY_V6;
	return prefix_of(&a, n % 4 < 2 ? 24 : 26);
}

struct world {
	struct entries entries;
	uint32_t number[PREFIXES], n;
	struct rng rng;
};

static void
assert_all(struct world *w)
{
	for (uint32_t i = 0; i < PREFIXES; i++) {
		struct prefix p = prefix(i);

		assert_int_equal(entries_find(&w->entries, &p), w->number[i]);
		if (w->number[i] != 0)
			assert_true(prefix_eq(
			    &entries_at(&w->entries, w->number[i])->prefix,
			    &p));
	}
	assert_int_equal(w->entries.n, w->n);
}

/* The others stay where they are. */
static void
turn(struct world *w, uint32_t i)
{
	struct prefix p = prefix(i);

	if (w->number[i] == 0) {
		w->number[i] = entries_add(&w->entries, &p);
		w->n++;
		return;
	}
	entries_remove(&w->entries, w->number[i]);
	w->number[i] = 0;
	w->n--;
}

TEST(each_prefix_is_found_until_it_is_removed)
{
	struct world w = { .n = 0 };

	rng_init(&w.rng, 1);
	for (uint32_t step = 0; step < STEPS; step++) {
		turn(&w, (uint32_t)rng_below(&w.rng, PREFIXES));
		if (step % 1000 == 0)
			assert_all(&w);
	}
	assert_all(&w);
	entries_fini(&w.entries);
}

TEST(numbers_are_given_again_and_an_empty_table_keeps_nothing)
{
	struct entries t = { 0 };
	struct prefix p = prefix(1), q = prefix(2);

	assert_int_equal(entries_find(&t, &p), 0);
	assert_int_equal(entries_add(&t, &p), 1);
	assert_int_equal(entries_add(&t, &q), 2);
	entries_remove(&t, 1);
	assert_int_equal(entries_add(&t, &p), 1);
	entries_remove(&t, 2);
	entries_remove(&t, 1);
	assert_null(t.pages);
	assert_null(t.chains);
	assert_int_equal(entries_find(&t, &p), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_prefix_is_found_until_it_is_removed),
		cmocka_unit_test(
		    numbers_are_given_again_and_an_empty_table_keeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
