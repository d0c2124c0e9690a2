/* SPDX-License-Identifier: Apache-2.0 */
/* Pools that overlap: doc/rules.md 21. */
#include <jansson.h>
#include <string.h>

#include "tests/unit/allocator_cases.h"

static const char *
group_says(const struct cluster *c, const char *name, const char *field)
{
	const json_t *status =
	    json_object_get(cluster_get(c, "ServiceGroup", name), "status");
	const json_t *list = json_object_get(status, "conditions");

	return json_string_value(
	    json_object_get(json_array_get(list, 0), field));
}

/* A group of two pools, of which the second may be nonsense. */
static void
group_of_two(
    struct cluster *c, const char *name, const char *first, const char *second)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'%s'},"
	    "{'subnet':'10.0.0.0/24','pool':'%s'}]}}",
	    first, second);
	cluster_put(c, "ServiceGroup", name, text);
	cluster_settle(c);
}

TEST(of_two_that_overlap_the_older_group_works)
{
	struct cluster *c = cluster_new(1);

	cluster_set_age(c, 10);
	group(c, "young", "10.0.0.0/24", "10.0.0.2-10.0.0.9");
	cluster_set_age(c, 5);
	group(c, "old", "10.0.0.0/24", "10.0.0.0-10.0.0.2");
	cluster_settle(c);
	assert_string_equal(group_says(c, "old", "status"), "True");
	assert_string_equal(group_says(c, "young", "message"),
	    "spec.pools[0]: overlaps ServiceGroup old, which came first");
	annotate(c, "web/a", "lbbgp.io/service-group", "young");
	assert_has(c, "web/a", "");
	cluster_delete(c, "ServiceGroup", "old");
	cluster_settle(c); /* nothing is in the way any more */
	assert_has(c, "web/a", "10.0.0.2");
	cluster_free(c);
}

TEST(of_two_of_the_same_age_the_one_in_force_works)
{
	static const char *const names[] = { "a", "b" };

	for (unsigned first = 0; first < 2; first++) {
		struct cluster *c = cluster_new(1);

		group(c, names[first], "10.0.0.0/24", "10.0.0.0/30");
		cluster_put(c, "ServiceGroup", names[first],
		    "{'metadata':{'uid':'z'}}"); /* chance would have it */
		cluster_settle(c);
		group(c, names[1 - first], "10.0.0.0/24", "10.0.0.0/24");
		cluster_settle(c);
		assert_string_equal(
		    group_says(c, names[first], "status"), "True");
		assert_string_equal(
		    group_says(c, names[1 - first], "status"), "False");
		cluster_restart(c);
		cluster_settle(c);
		assert_string_equal(
		    group_says(c, names[first], "status"), "True");
		cluster_free(c);
	}
}

TEST(two_pools_of_one_group_may_not_overlap_either)
{
	struct cluster *c = cluster_new(1);

	cluster_put(c, "ServiceGroup", "g",
	    "{'spec':{'pools':["
	    "{'subnet':'10.0.0.0/24','pool':'10.0.0.0/30'},"
	    "{'subnet':'10.0.0.0/24','pool':'10.0.0.3'}]}}");
	cluster_settle(c);
	assert_string_equal(group_says(c, "g", "message"),
	    "spec.pools[1]: overlaps spec.pools[0]");
	cluster_free(c);
}

TEST(a_group_with_a_bad_pool_is_not_robbed_of_its_good_one)
{
	struct cluster *c = cluster_new(1);

	group_of_two(c, "owner", "10.0.0.0/30", "192.0.2.0/30");
	group(c, "edited", "10.0.0.0/24", "10.0.0.8/30");
	cluster_settle(c);
	group(c, "edited", "10.0.0.0/24", "10.0.0.0/30");
	cluster_settle(c);
	assert_string_equal(group_says(c, "edited", "message"),
	    "spec.pools[0]: overlaps ServiceGroup owner, which came first");
	cluster_restart(c);
	annotate(c, "web/a", "lbbgp.io/service-group", "owner");
	assert_has(c, "web/a", "10.0.0.0");
	assert_string_equal(group_says(c, "edited", "message"),
	    "spec.pools[0]: overlaps ServiceGroup owner, which came first");
	cluster_free(c);
}

TEST(of_two_that_want_each_others_pool_both_keep_their_own)
{
	struct cluster *c = cluster_new(1);

	group(c, "a", "10.0.0.0/24", "10.0.0.0/30");
	group(c, "b", "10.0.0.0/24", "10.0.0.8/30");
	cluster_settle(c);
	group_of_two(c, "a", "10.0.0.8/30", "10.0.0.0/30");
	group_of_two(c, "b", "10.0.0.0/30", "10.0.0.8/30");
	for (unsigned restarts = 0; restarts < 2; restarts++) {
		assert_string_equal(group_says(c, "a", "message"),
		    "spec.pools[0]: overlaps ServiceGroup b, which came "
		    "first");
		assert_string_equal(group_says(c, "b", "message"),
		    "spec.pools[0]: overlaps ServiceGroup a, which came "
		    "first");
		cluster_restart(c);
		cluster_settle(c);
	}
	cluster_free(c);
}

TEST(a_pool_that_grows_goes_before_one_that_is_new)
{
	struct cluster *c = cluster_new(1);

	group(c, "a", "10.0.0.0/24", "10.0.0.16/30");
	group(c, "z", "10.0.0.0/24", "10.0.0.4/30");
	cluster_settle(c);
	cluster_withhold(c, "ServiceGroup"); /* both are heard of at once */
	group(c, "a", "10.0.0.0/24", "10.0.0.2-10.0.0.5");
	group(c, "z", "10.0.0.0/24", "10.0.0.4-10.0.0.9");
	cluster_withhold(c, NULL);
	cluster_settle(c);
	assert_string_equal(group_says(c, "z", "status"), "True");
	assert_string_equal(group_says(c, "a", "status"), "False");
	cluster_free(c);
}

TEST(a_service_is_told_why_no_pool_of_its_group_is_usable)
{
	struct cluster *c = cluster_with_four();

	group(c, "twice", "10.0.0.0/24", "10.0.0.0/24");
	annotate(c, "web/a", "lbbgp.io/service-group", "twice");
	assert_says(c, "web/a", "False FamilyMismatch");
	assert_string_equal(cluster_message(c, "web/a"),
	    "no usable pool of IPv4 in ServiceGroup twice: spec.pools[0]: "
	    "overlaps ServiceGroup four, which came first");
	service(c, "web/a", "{'spec':{'ipFamilies':['IPv6']}}");
	assert_string_equal(cluster_message(c, "web/a"),
	    "no pool of IPv6 in ServiceGroup twice");
	cluster_free(c);
}

TEST(of_many_refused_pools_so_many_are_told_that_what_it_keeps_is)
{
	struct cluster *c = cluster_with_four();
	const char *pool = "{'subnet':'10.0.0.0/24','pool':'10.0.0.1'}";
	char text[1024];

	service(c, "web/a", NULL);
	snprintf(text, sizeof(text),
	    "{'spec':{'pools':[%s,%s,%s,%s,%s,%s,%s,%s]}}", pool, pool, pool,
	    pool, pool, pool, pool, pool);
	cluster_put(c, "ServiceGroup", "twice", text);
	annotate(c, "web/a", "lbbgp.io/service-group", "twice");
	assert_has(c, "web/a", "10.0.0.0");
	const char *message = cluster_message(c, "web/a");

	assert_non_null(strstr(message, "twice: spec.pools[0]: overlaps"));
	assert_non_null(strstr(message, "; it keeps 10.0.0.0"));
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_that_overlap_the_older_group_works),
		cmocka_unit_test(of_two_of_the_same_age_the_one_in_force_works),
		cmocka_unit_test(two_pools_of_one_group_may_not_overlap_either),
		cmocka_unit_test(
		    a_group_with_a_bad_pool_is_not_robbed_of_its_good_one),
		cmocka_unit_test(
		    of_two_that_want_each_others_pool_both_keep_their_own),
		cmocka_unit_test(a_pool_that_grows_goes_before_one_that_is_new),
		cmocka_unit_test(
		    a_service_is_told_why_no_pool_of_its_group_is_usable),
		cmocka_unit_test(
		    of_many_refused_pools_so_many_are_told_that_what_it_keeps_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
