/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/path_match.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

#define VIA_1_2_3_2 "02 04 00000001 00000002 00000003 00000002"

static bool
meets(const struct path_match *m, const struct attrs *a)
{
	struct path_table *t = path_table_new(1);
	struct path *p = path_intern(t, a);
	bool met = path_match_meets(m, p, true, 0);

	path_unref(p);
	path_table_free(t);
	return met;
}

TEST(no_condition_is_met_by_all)
{
	const struct path_match none = { 0 };
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct attrs bare = { 0 };

	assert_true(meets(&none, &a));
	assert_true(meets(&none, &bare));
}

TEST(sources_are_told_apart)
{
	static const struct {
		uint8_t wanted, kinds;
		bool received, met;
	} rows[] = {
		{ PATH_KIND_POD, PATH_KIND_POD, false, true },
		{ PATH_KIND_POD, PATH_KIND_SERVICE, false, false },
		{ PATH_KIND_POD | PATH_KIND_EXTERNAL,
		    PATH_KIND_SERVICE | PATH_KIND_EXTERNAL, false, true },
		{ PATH_KIND_LOAD_BALANCER, PATH_KIND_LOAD_BALANCER, false,
		    true },
		{ MATCH_LOCAL, 0, false, true },
		{ MATCH_LOCAL, 0, true, false },
		{ MATCH_PEER, 0, true, true },
		{ MATCH_PEER, PATH_KIND_POD, false, false },
		{ MATCH_PEER | PATH_KIND_POD, PATH_KIND_POD, false, true },
	};
	struct path_table *t = path_table_new(1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct path_match m = { .sources = rows[i].wanted };
		struct path *p = path_local(
		    t, &(struct path_local){ .kinds = rows[i].kinds });

		assert_int_equal(
		    path_match_meets(&m, p, rows[i].received, 0), rows[i].met);
		path_unref(p);
	}
	path_table_free(t);
}

TEST(one_of_the_peers_gave_it)
{
	static const uint32_t tags[] = { 4, 7 };
	const struct path_match m = { .tags = tags, .n_tags = 2 };
	struct path_table *t = path_table_new(1);
	struct path *p = local_path(t, 0);

	assert_false(path_match_meets(&m, p, true, 0));
	assert_true(path_match_meets(&m, p, true, 7));
	path_unref(p);
	path_table_free(t);
}

TEST(communities_are_all_there)
{
	static const uint32_t two[] = { 0xfde80001, 0xfde80003 };
	static const uint32_t ext[][2] = { { 0x0002fde8, 1 } };
	static const uint32_t large[][3] = { { 1, 2, 3 } };
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	const struct path_match standard = { .communities = two,
		.n_communities = 2 };
	const struct path_match extended = { .ext = ext, .n_ext = 1 };
	const struct path_match big = { .large = large, .n_large = 1 };

	a.communities = hex("fde80003 fde80002");
	a.ext_communities = hex("0002fde8 00000002");
	a.large_communities = hex("00000002 00000003 00000001");
	assert_false(meets(&standard, &a));
	assert_false(meets(&extended, &a));
	assert_false(meets(&big, &a));
	a.communities = hex("fde80003 fde80002 fde80001");
	a.ext_communities = hex("0002fde8 00000002 0002fde8 00000001");
	a.large_communities =
	    hex("00000002 00000003 00000001 00000001 00000002 00000003");
	assert_true(meets(&standard, &a));
	assert_true(meets(&extended, &a));
	assert_true(meets(&big, &a));
}

TEST(the_as_path_is_as_asked)
{
	static const struct {
		uint32_t starts[2], contains[2], min, max;
		size_t n_starts, n_contains;
		bool met;
	} rows[] = {
		{ { 1 }, { 0 }, 0, 0, 1, 0, true },
		{ { 1, 2 }, { 0 }, 0, 0, 2, 0, true },
		{ { 2 }, { 0 }, 0, 0, 1, 0, false },
		{ { 1, 3 }, { 0 }, 0, 0, 2, 0, false },
		{ { 0 }, { 3 }, 0, 0, 0, 1, true },
		{ { 0 }, { 2, 1 }, 0, 0, 0, 2, true },
		{ { 0 }, { 2, 4 }, 0, 0, 0, 2, false },
		{ { 0 }, { 0 }, 4, 4, 0, 0, true },
		{ { 0 }, { 0 }, 5, 0, 0, 0, false },
		{ { 0 }, { 0 }, 0, 3, 0, 0, false },
	};
	struct attrs a = heard(VIA_1_2_3_2, "10.0.0.1");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct path_match m = {
			.starts = rows[i].starts,
			.n_starts = rows[i].n_starts,
			.contains = rows[i].contains,
			.n_contains = rows[i].n_contains,
			.min_length = rows[i].min,
			.max_length = rows[i].max,
		};

		assert_int_equal(meets(&m, &a), rows[i].met);
	}
}

TEST(a_short_path_begins_with_no_more_than_it_has)
{
	static const uint32_t starts[] = { 65001, 65002 };
	const struct path_match m = { .starts = starts, .n_starts = 2 };
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	assert_false(meets(&m, &a));
}

TEST(equal_conditions_are_equal)
{
	static const uint32_t one[] = { 1, 2 }, other[] = { 1, 2 };
	static const uint32_t large[][3] = { { 1, 2, 3 } };
	const struct path_match m = { .communities = one, .n_communities = 2 };
	struct path_match all[] = { m, m, m, m, m, m, m, m, m };
	const struct path_match same = { .communities = other,
		.n_communities = 2 };

	assert_true(path_match_eq(&m, &same));
	all[0].n_communities = 1;
	all[1].sources = MATCH_PEER;
	all[2].tags = one, all[2].n_tags = 1;
	all[3].large = large, all[3].n_large = 1;
	all[4].starts = one, all[4].n_starts = 2;
	all[5].contains = one, all[5].n_contains = 2;
	all[6].min_length = 1;
	all[7].max_length = 1;
	all[8].communities = large[0];
	all[8].n_communities = 3;
	for (size_t i = 0; i < 9; i++)
		assert_false(path_match_eq(&m, &all[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_condition_is_met_by_all),
		cmocka_unit_test(sources_are_told_apart),
		cmocka_unit_test(one_of_the_peers_gave_it),
		cmocka_unit_test(communities_are_all_there),
		cmocka_unit_test(the_as_path_is_as_asked),
		cmocka_unit_test(a_short_path_begins_with_no_more_than_it_has),
		cmocka_unit_test(equal_conditions_are_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
