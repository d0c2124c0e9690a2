/* SPDX-License-Identifier: Apache-2.0 */
/* How often the tables are made, by whom they are asked for however often. */
#include <string.h>

#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/kept.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "tests/test.h"

static uint64_t now;
static unsigned cost; /* ms that tables take */
static unsigned made;

char *__wrap_dashboard_tables(
    const struct dashboard *, const char *filter, int64_t wall);

char *
__wrap_dashboard_tables(
    const struct dashboard *d, const char *filter, int64_t wall)
{
	(void)d;
	made++;
	now += cost;
	return xasprintf("%s at %lld", filter, (long long)wall);
}

static uint64_t
clock_reads(void *arg)
{
	(void)arg;
	return now;
}

static int64_t
wall_reads(void *arg)
{
	(void)arg;
	return (int64_t)now;
}

static const struct clock virtual = { clock_reads, wall_reads, NULL };

static struct kept *
begin(unsigned ms)
{
	now = 10000;
	cost = ms;
	made = 0;
	return kept_new(NULL, &virtual);
}

TEST(what_was_made_a_moment_ago_is_given_again)
{
	struct kept *k = begin(27);

	assert_string_equal(kept_tables(k, "web"), "web at 10");
	now = 10999;
	assert_string_equal(kept_tables(k, "web"), "web at 10");
	assert_int_equal(made, 1);
	now = 11000;
	assert_string_equal(kept_tables(k, "web"), "web at 11");
	assert_int_equal(made, 2);
	kept_free(k);
}

TEST(what_has_changed_is_made_anew)
{
	struct kept *k = begin(0);

	kept_tables(k, "a");
	kept_tables(k, "b");
	kept_forget(k);
	kept_tables(k, "a");
	kept_tables(k, "b");
	assert_int_equal(made, 4);
	kept_free(k);
}

/* Four browsers with a filter each; a fifth takes the place of the oldest. */
TEST(each_filter_has_its_own)
{
	static const char *const filters[] = { "", "a", "b", "c" };
	struct kept *k = begin(1);

	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 4; i++)
			kept_tables(k, filters[i]);
	assert_int_equal(made, 4);
	assert_string_equal(kept_tables(k, "d"), "d at 10");
	for (unsigned i = 1; i < 4; i++)
		kept_tables(k, filters[i]);
	assert_int_equal(made, 5);
	assert_string_equal(kept_tables(k, ""), " at 10");
	assert_int_equal(made, 6);
	kept_free(k);
}

/* Each with a filter of his own, whatever that costs us. */
TEST(making_takes_a_fifth_of_the_time_at_most)
{
	struct kept *k = begin(27);
	unsigned refused = 0;
	char filter[16];

	for (unsigned i = 0; now < 20000; i++) {
		snprintf(filter, sizeof(filter), "%u", i);
		if (kept_tables(k, filter) != NULL)
			continue;
		refused++;
		now++;
	}
	assert_in_range(made * cost, 1900, 2000 + 200 + 27);
	assert_in_range(refused, 7000, 8100);
	kept_free(k);
}

/* Copies and their sending cost something, too. */
TEST(so_many_are_given_and_no_more)
{
	struct kept *k = begin(0);
	unsigned given = 0;

	while (now < 20000) {
		for (unsigned i = 0; i < 4; i++)
			given += kept_tables(k, "") != NULL;
		now++;
	}
	assert_in_range(given, 2000, 2000 + 200 + 1);
	kept_free(k);
}

TEST(who_comes_again_in_a_second_is_served)
{
	struct kept *k = begin(0);

	for (unsigned i = 0; i < 1000; i++)
		kept_tables(k, "");
	assert_null(kept_tables(k, ""));
	now += 1000;
	for (unsigned i = 0; i < 100; i++)
		assert_non_null(kept_tables(k, ""));
	kept_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_made_a_moment_ago_is_given_again),
		cmocka_unit_test(what_has_changed_is_made_anew),
		cmocka_unit_test(each_filter_has_its_own),
		cmocka_unit_test(making_takes_a_fifth_of_the_time_at_most),
		cmocka_unit_test(so_many_are_given_and_no_more),
		cmocka_unit_test(who_comes_again_in_a_second_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
