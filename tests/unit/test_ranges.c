/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>

#include "allocator/ipam/ranges.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/addresses.h"

enum { FIRST = 0x0a000001, MANY = 1000 }; /* 10.0.0.1 and what follows */

static unsigned parts;

static void
count(const void *node, VISIT visit, int level)
{
	(void)node;
	(void)level;
	parts += visit == leaf || visit == postorder;
}

/* Of how many ranges the set is made. */
static unsigned
parts_of(const struct ranges *s)
{
	parts = 0;
	twalk(s->tree, count);
	return parts;
}

static void
add(struct ranges *s, const char *text)
{
	struct addr_range r = range(text);

	ranges_add(s, &r);
}

static void
take(struct ranges *s, const char *text)
{
	struct addr a = ip(text);

	ranges_remove(s, &a);
}

static const char *
lowest(const struct ranges *s)
{
	static char text[ADDR_TEXT];
	struct addr a;

	return ranges_lowest(s, &a) ? addr_print(&a, text) : "none";
}

TEST(what_follows_each_other_is_one_range)
{
	struct ranges s = { 0 };

	assert_string_equal(lowest(&s), "none");
	add(&s, "10.0.0.4-10.0.0.6");
	add(&s, "10.0.0.0-10.0.0.2");
	assert_int_equal(parts_of(&s), 2);
	add(&s, "10.0.0.3");
	assert_int_equal(parts_of(&s), 1);
	take(&s, "10.0.0.0");
	assert_string_equal(lowest(&s), "10.0.0.1");
	take(&s, "10.0.0.2");
	assert_int_equal(parts_of(&s), 2);
	take(&s, "10.0.0.1");
	assert_string_equal(lowest(&s), "10.0.0.3");
	add(&s, "10.0.0.2");
	assert_string_equal(lowest(&s), "10.0.0.2");
	assert_int_equal(parts_of(&s), 1);
	ranges_clear(&s);
	assert_string_equal(lowest(&s), "none");
}

TEST(a_set_may_reach_both_ends_of_a_family)
{
	struct ranges s = { 0 };

	add(&s, "0.0.0.0-255.255.255.255");
	take(&s, "0.0.0.0");
	take(&s, "255.255.255.255");
	assert_string_equal(lowest(&s), "0.0.0.1");
	add(&s, "255.255.255.255");
	add(&s, "0.0.0.0");
	assert_string_equal(lowest(&s), "0.0.0.0");
	assert_int_equal(parts_of(&s), 1);
	ranges_clear(&s);
}

/* Random addresses in and out, against an array of flags. */
static void
play(bool avoid_buggy)
{
	static bool in[MANY];
	struct ranges s = { .avoid_buggy = avoid_buggy };
	struct rng rng;

	rng_init(&rng, 1);
	memset(in, 0, sizeof(in));
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = rng_below(&rng, MANY), k = 0, want = 0;
		struct addr a = addr_v4(FIRST + i), got;
		bool out = avoid_buggy && addr_is_buggy(&a), gap = true;

		if (out)
			continue;
		if (in[i])
			ranges_remove(&s, &a);
		else
			ranges_add(&s, &(struct addr_range){ a, a });
		in[i] = !in[i];
		while (k < MANY && !in[k])
			k++;
		assert_int_equal(ranges_lowest(&s, &got), k < MANY);
		a = addr_v4(FIRST + k);
		assert_true(k == MANY || addr_eq(&got, &a));
		for (; k < MANY && step % 50 == 0; k++) {
			a = addr_v4(FIRST + k);
			if (avoid_buggy && addr_is_buggy(&a))
				continue;
			want += in[k] && gap;
			gap = !in[k];
		}
		assert_true(step % 50 != 0 || parts_of(&s) == want);
	}
	ranges_clear(&s);
}

TEST(it_agrees_with_a_plain_array)
{
	play(false);
}

TEST(buggy_addresses_part_no_range)
{
	play(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_each_other_is_one_range),
		cmocka_unit_test(a_set_may_reach_both_ends_of_a_family),
		cmocka_unit_test(it_agrees_with_a_plain_array),
		cmocka_unit_test(buggy_addresses_part_no_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
