/* SPDX-License-Identifier: Apache-2.0 */
/* Services that change what they ask for: doc/rules.md 13, 14, 34. */
#include <string.h>

#include "tests/unit/allocator_cases.h"

#define KEYS(key) \
	"'metadata':{'annotations':{'lbbgp.io/sharing-key':'" key "'}}"
#define KEY(key) "{" KEYS(key) "}"
#define SHARER_81(key) "{'spec':{'ports':[{'port':81}]}," KEYS(key) "}"
#define CLASS(class) "{'spec':{'loadBalancerClass':'" class "'}}"

TEST(the_old_address_stays_until_the_new_one_can_be_had)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", ASKS("10.0.0.1"));
	service(c, "web/b", NULL);
	service(c, "web/b", ASKS("10.0.0.1"));
	assert_has(c, "web/b", "10.0.0.0");
	assert_says(c, "web/b", "False AddressInUse");
	assert_string_equal(cluster_message(c, "web/b"),
	    "10.0.0.1 is held by Service web/a; it keeps 10.0.0.0");
	assert_has_event(c,
	    "AddressInUse: 10.0.0.1 is held by Service web/a; it keeps 10.0.0.0");
	unsigned writes = cluster_writes(c);

	remove_service(c, "web/a");
	assert_has(c, "web/b", "10.0.0.1");
	assert_says(c, "web/b", "True Assigned");
	assert_int_equal(cluster_writes(c), writes + 1);
	cluster_free(c);
}

TEST(a_named_group_that_has_nothing_leaves_the_old_address)
{
	struct cluster *c = two_groups();

	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.1.0.0,10.1.0.1,10.1.0.2,10.1.0.3");
	service(c, "web/a", NULL);
	annotate(c, "web/a", "lbbgp.io/service-group", "other");
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "False PoolExhausted");
	remove_service(c, "web/all");
	assert_has(c, "web/a", "10.1.0.0");
	cluster_free(c);
}

TEST(a_name_that_no_group_has_is_told_and_the_old_address_stays)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	annotate(c, "web/a", "lbbgp.io/service-group", "typo");
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "False GroupNotFound");
	assert_has_event(c,
	    "GroupNotFound: there is no ServiceGroup typo; it keeps 10.0.0.0");
	group(c, "typo", "10.9.0.0/24", "10.9.0.0/24");
	cluster_settle(c);
	assert_has(c, "web/a", "10.9.0.0");
	cluster_free(c);
}

TEST(a_family_that_can_not_be_had_leaves_the_old_address)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/a", "{'spec':{'ipFamilies':['IPv6']}}");
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "False FamilyMismatch");
	group(c, "six", "fd00::/64", "fd00::/64");
	cluster_settle(c);
	assert_has(c, "web/a", "fd00::");
	cluster_free(c);
}

/* It has the old address until it has the new one. */
static void
changes_at_once(
    struct cluster *c, const char *where, const char *text, const char *to)
{
	unsigned writes = cluster_writes(c);
	char was[64];

	snprintf(was, sizeof(was), "%s", cluster_addresses(c, where));
	assert_string_not_equal(was, to);
	cluster_put(c, "Service", where, text);
	while (cluster_step(c))
		if (strcmp(cluster_addresses(c, where), was) != 0)
			assert_has(c, where, to);
	assert_has(c, where, to);
	assert_says(c, where, "True Assigned");
	assert_int_equal(cluster_writes(c), writes + 1);
}

TEST(every_change_is_one_write_from_the_old_to_the_new)
{
	struct cluster *c = two_groups();

	group(c, "six", "fd00::/64", "fd00::/64");
	service(c, "web/mate", KEY("k"));
	service(c, "web/a", SHARER_81("k"));
	assert_has(c, "web/a", "10.0.0.0");
	changes_at_once(c, "web/a", KEY("l"), "10.0.0.1");
	changes_at_once(c, "web/a", ASKS("10.0.0.2"), "10.0.0.2");
	changes_at_once(c, "web/a",
	    "{'spec':{'loadBalancerIP':null},'metadata':{'annotations':{"
	    "'lbbgp.io/service-group':'other'}}}",
	    "10.1.0.0");
	changes_at_once(c, "web/a",
	    "{'spec':{'ipFamilies':['IPv6']},'metadata':{'annotations':{"
	    "'lbbgp.io/service-group':'six'}}}",
	    "fd00::");
	cluster_free(c);
}

TEST(a_changed_key_that_could_share_moves_nobody)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", KEY("k"));
	service(c, "web/b", KEY("l"));
	assert_has(c, "web/b", "10.0.0.1");
	unsigned writes = cluster_writes(c);

	service(c, "web/b", KEY("k"));
	assert_has(c, "web/b", "10.0.0.1");
	assert_int_equal(cluster_writes(c), writes);
	cluster_free(c);
}

TEST(a_key_that_does_not_open_the_requested_address_leaves_the_old_one)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/mate", KEY("k"));
	service(c, "web/a", SHARER_81("x"));
	service(c, "web/a", ASKS("10.0.0.0"));
	service(c, "web/a", KEY("y"));
	assert_has(c, "web/a", "10.0.0.1");
	assert_says(c, "web/a", "False SharingConflict");
	assert_has_event(c,
	    "SharingConflict: 10.0.0.0 is held by Service web/mate: the sharing "
	    "keys are not equal; it keeps 10.0.0.1");
	changes_at_once(c, "web/a", KEY("k"), "10.0.0.0");
	cluster_free(c);
}

TEST(a_class_that_becomes_ours_keeps_what_it_has_until_there_is_another)
{
	struct cluster *c = two_groups();

	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.1.0.0,10.1.0.1,10.1.0.2,10.1.0.3");
	service(c, "web/a",
	    "{'spec':{'loadBalancerClass':'example.com/other'},"
	    "'metadata':{'annotations':{'lbbgp.io/service-group':'other'}},"
	    "'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	service(c, "web/a", CLASS("lbbgp.io/lbbgp"));
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "False PoolExhausted");
	assert_has_event(c,
	    "PoolExhausted: no free IPv4 address in ServiceGroup other; it keeps "
	    "10.0.0.0");
	remove_service(c, "web/all");
	assert_has(c, "web/a", "10.1.0.0");
	cluster_free(c);
}

TEST(a_class_named_that_it_had_by_default_changes_nothing)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/a", CLASS("lbbgp.io/lbbgp"));
	assert_has(c, "web/a", "10.0.0.0");
	assert_int_equal(cluster_writes(c), 1);
	cluster_free(c);
}

TEST(of_a_class_changed_away_nothing_is_given_on_before_it_is_cleared)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/waits", ASKS("10.0.0.0"));
	cluster_put(c, "Service", "web/a", CLASS("example.com/other"));
	while (cluster_step(c))
		if (cluster_addresses(c, "web/a")[0] != '\0')
			assert_has(c, "web/waits", "");
	assert_has(c, "web/a", "");
	assert_says(c, "web/a", "");
	assert_has(c, "web/waits", "10.0.0.0");
	cluster_free(c);
}

TEST(what_one_leaves_is_given_on_when_its_status_shows_it_no_more)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/waits", ASKS("10.0.0.0"));
	cluster_mute(c, "a"); /* it may have been written or not */
	service(c, "web/a", ASKS("10.0.0.3"));
	assert_has(c, "web/waits", "");
	cluster_mute(c, NULL);
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.3");
	assert_has(c, "web/waits", "10.0.0.0");
	cluster_free(c);
}

/* The change is heard of before or after the answer to the write. */
TEST(what_a_failed_write_may_have_given_is_free_when_the_type_changes)
{
	for (unsigned seed = 1; seed <= 8; seed++) {
		struct cluster *c = cluster_new(seed);

		group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
		cluster_settle(c);
		cluster_set_faults(c, 256);
		cluster_put(c, "Service", "web/a", NULL);
		while (cluster_in_flight(c) == 0 && cluster_step(c))
			;
		cluster_put(
		    c, "Service", "web/a", "{'spec':{'type':'ClusterIP'}}");
		while (cluster_writes(c) == 0 && cluster_step(c))
			;
		cluster_set_faults(c, 0);
		group(c, "other", "10.1.0.0/24", "10.1.0.0/32");
		cluster_settle(c); /* all are asked again */
		service(c, "web/b", ASKS("10.0.0.0"));
		assert_has(c, "web/b", "10.0.0.0");
		cluster_free(c);
	}
}

TEST(a_changed_request_is_followed)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/a", ASKS("10.0.0.3"));
	assert_has(c, "web/a", "10.0.0.3");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(a_request_taken_back_changes_nothing)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", ASKS("10.0.0.3"));
	service(c, "web/a", "{'spec':{'loadBalancerIP':null}}");
	assert_has(c, "web/a", "10.0.0.3");
	cluster_free(c);
}

TEST(another_group_by_name_moves_the_service)
{
	struct cluster *c = two_groups();

	service(c, "web/a", NULL);
	annotate(c, "web/a", "lbbgp.io/service-group", "other");
	assert_has(c, "web/a", "10.1.0.0");
	assert_string_equal(
	    cluster_annotation(c, "web/a", "lbbgp.io/allocated-from"), "other");
	cluster_free(c);
}

TEST(dual_to_single_releases_only_the_extra_family)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/126");

	service(c, "web/a", DUAL("RequireDualStack"));
	service(c, "web/a",
	    "{'spec':{'ipFamilyPolicy':'SingleStack',"
	    "'ipFamilies':['IPv4']}}");
	assert_has(c, "web/a", "10.0.0.0");
	service(c, "web/b", "{'spec':{'ipFamilies':['IPv6']}}");
	assert_has(c, "web/b", "fd00::");
	cluster_free(c);
}

TEST(a_family_given_up_goes_though_the_request_still_names_it)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/126");

	annotate(c, "web/a", "lbbgp.io/addresses", "10.0.0.1,fd00::2");
	service(c, "web/a", DUAL("RequireDualStack"));
	assert_has(c, "web/a", "10.0.0.1,fd00::2");
	service(c, "web/a",
	    "{'spec':{'ipFamilyPolicy':'SingleStack',"
	    "'ipFamilies':['IPv4']}}");
	assert_has(c, "web/a", "10.0.0.1");
	assert_says(c, "web/a", "False FamilyMismatch");
	cluster_free(c);
}

TEST(single_to_dual_adds_and_never_changes_the_first)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/126");

	service(c, "web/a", ASKS("10.0.0.2"));
	service(c, "web/a", "{'spec':{'loadBalancerIP':null}}");
	service(c, "web/a", DUAL("PreferDualStack"));
	assert_has(c, "web/a", "10.0.0.2,fd00::");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_old_address_stays_until_the_new_one_can_be_had),
		cmocka_unit_test(
		    a_named_group_that_has_nothing_leaves_the_old_address),
		cmocka_unit_test(
		    a_name_that_no_group_has_is_told_and_the_old_address_stays),
		cmocka_unit_test(
		    a_family_that_can_not_be_had_leaves_the_old_address),
		cmocka_unit_test(
		    every_change_is_one_write_from_the_old_to_the_new),
		cmocka_unit_test(a_changed_key_that_could_share_moves_nobody),
		cmocka_unit_test(
		    a_key_that_does_not_open_the_requested_address_leaves_the_old_one),
		cmocka_unit_test(
		    a_class_that_becomes_ours_keeps_what_it_has_until_there_is_another),
		cmocka_unit_test(
		    a_class_named_that_it_had_by_default_changes_nothing),
		cmocka_unit_test(
		    of_a_class_changed_away_nothing_is_given_on_before_it_is_cleared),
		cmocka_unit_test(
		    what_one_leaves_is_given_on_when_its_status_shows_it_no_more),
		cmocka_unit_test(
		    what_a_failed_write_may_have_given_is_free_when_the_type_changes),
		cmocka_unit_test(a_changed_request_is_followed),
		cmocka_unit_test(a_request_taken_back_changes_nothing),
		cmocka_unit_test(another_group_by_name_moves_the_service),
		cmocka_unit_test(dual_to_single_releases_only_the_extra_family),
		cmocka_unit_test(
		    a_family_given_up_goes_though_the_request_still_names_it),
		cmocka_unit_test(
		    single_to_dual_adds_and_never_changes_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
