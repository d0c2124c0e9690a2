/* SPDX-License-Identifier: Apache-2.0 */
/* Restart and stickiness: doc/rules.md 1-6, 8, 36. */
#include "tests/unit/allocator_cases.h"

#define STATUS(address) \
	"{'status':{'loadBalancer':{'ingress':[{'ip':'" address "'}]}}}"
#define RECORD(address)                                                 \
	"{'metadata':{'annotations':{'lbbgp.io/allocated-from':'four'," \
	"'lbbgp.io/allocated-addresses':'" address "'}}}"

/* Four addresses, of which the lowest is not to be had yet: nobody spares it. */
static struct cluster *
cluster_without_the_first(void)
{
	struct cluster *c = cluster_with_four();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'exclude':['10.0.0.0']}}");
	cluster_settle(c);
	return c;
}

/* Whoever chooses anew now, chooses 10.0.0.0. */
static void
open_the_first(struct cluster *c)
{
	cluster_put(c, "ServiceGroup", "four", "{'spec':{'exclude':null}}");
}

TEST(existing_addresses_are_taken_in_before_the_first_allocation)
{
	struct cluster *c = cluster_with_four();

	cluster_stop(c);
	cluster_put(c, "Service", "a/new", NULL);
	cluster_put(c, "Service", "z/old",
	    "{'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "z/old", "10.0.0.0");
	assert_has(c, "a/new", "10.0.0.1");
	cluster_free(c);
}

TEST(nothing_is_allocated_before_everything_is_listed)
{
	static const char *const kinds[] = { "Service", "ServiceGroup", "Node",
		"Namespace", "EndpointSlice" };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct cluster *c = cluster_with_four();

		cluster_stop(c);
		cluster_put(c, "Service", "a/new", NULL);
		cluster_put(c, "Service", "z/old", STATUS("10.0.0.0"));
		cluster_withhold(c, kinds[i]);
		cluster_restart(c);
		cluster_settle(c);
		assert_int_equal(cluster_writes(c), 0);
		cluster_withhold(c, NULL);
		cluster_settle(c);
		assert_has(c, "a/new", "10.0.0.1");
		cluster_free(c);
	}
}

TEST(nothing_changes_after_a_restart)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	remove_service(c, "web/a");
	unsigned writes = cluster_writes(c), events = cluster_events(c);

	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.1");
	assert_int_equal(cluster_writes(c), writes);
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(the_older_of_two_with_one_address_keeps_it)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 10);
	service(c, "b/old", NULL);
	cluster_stop(c);
	cluster_set_age(c, 20);
	cluster_put(c, "Service", "a/young", STATUS("10.0.0.0"));
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "b/old", "10.0.0.0");
	assert_has(c, "a/young", "10.0.0.1");
	assert_has_event(c, "AddressAssigned: 10.0.0.1 from ServiceGroup four");
	cluster_free(c);
}

TEST(of_two_of_the_same_second_the_lower_uid_keeps_it)
{
	struct cluster *c = cluster_with_four();

	cluster_stop(c);
	cluster_put(c, "Service", "z/first", STATUS("10.0.0.0"));
	cluster_put(c, "Service", "a/second", STATUS("10.0.0.0"));
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "z/first", "10.0.0.0");
	assert_has(c, "a/second", "10.0.0.1");
	cluster_free(c);
}

TEST(a_second_holder_that_appears_is_moved)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 10);
	service(c, "web/old", NULL);
	cluster_set_age(c, 20);
	service(c, "web/young", NULL);
	service(c, "web/young",
	    "{'metadata':{'annotations':{"
	    "'lbbgp.io/allocated-addresses':'10.0.0.0'}},"
	    "'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	assert_has(c, "web/old", "10.0.0.0");
	assert_has(c, "web/young", "10.0.0.1");
	cluster_free(c);
}

TEST(every_write_names_the_version_it_is_based_on)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Service", "web/shop", NULL);
	while (cluster_in_flight(c) == 0)
		cluster_step(c);
	cluster_put(c, "Service", "web/shop",
	    "{'metadata':{'annotations':{'lbbgp.io/addresses':'10.0.0.3'}}}");
	while (cluster_writes(c) == 0)
		cluster_step(c);
	assert_has(
	    c, "web/shop", ""); /* what was decided before came too late */
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.3");
	cluster_free(c);
}

TEST(after_a_conflict_the_same_address_is_written)
{
	struct cluster *c = cluster_without_the_first();

	cluster_put(c, "Service", "web/shop", NULL);
	while (cluster_in_flight(c) == 0)
		cluster_step(c);
	cluster_put(
	    c, "Service", "web/shop", "{'metadata':{'labels':{'x':'y'}}}");
	open_the_first(c);
	cluster_settle(c);
	assert_string_equal(cluster_last_event(c),
	    "AddressAssigned: 10.0.0.1 from ServiceGroup four");
	assert_has(c, "web/shop", "10.0.0.1");
	assert_int_equal(cluster_writes(c), 2);
	cluster_free(c);
}

TEST(a_conflict_that_nothing_explains_is_tried_again)
{
	struct cluster *c = cluster_with_four();

	cluster_conflict_once(c);
	service(c, "web/shop", NULL);
	assert_int_equal(cluster_writes(c), 2);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(a_failed_write_is_tried_again_with_the_same_address)
{
	struct cluster *c = cluster_without_the_first();

	cluster_set_faults(c, 256);
	cluster_put(c, "Service", "web/shop", NULL);
	while (cluster_writes(c) == 0)
		cluster_step(c);
	open_the_first(c);
	cluster_set_faults(c, 0);
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.1");
	service(c, "web/next", NULL);
	assert_has(c, "web/next", "10.0.0.0");
	cluster_free(c);
}

TEST(ownership_is_marked_only_when_the_write_succeeded)
{
	struct cluster *c = cluster_with_four();

	cluster_mute(c, "shop");
	service(c, "web/shop", NULL);
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-from"), "");
	assert_int_equal(cluster_events(c), 0);
	cluster_mute(c, NULL);
	cluster_restart(c); /* the write never arrived */
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(a_wiped_status_is_written_again)
{
	struct cluster *c = cluster_without_the_first();

	service(c, "web/b", NULL);
	open_the_first(c);
	service(c, "web/b", "{'status':null}");
	assert_has(c, "web/b", "10.0.0.1");
	service(c, "web/b", /* and the record with it */
	    "{'status':null,'metadata':{'annotations':null}}");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

TEST(a_retained_service_that_loses_its_annotations_gets_them_back)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	group(c, "four", "10.0.0.0/24", "10.0.0.2-10.0.0.3");
	cluster_settle(c);
	service(c, "web/a", "{'metadata':{'annotations':null}}");
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "True Assigned");
	assert_string_equal(
	    cluster_annotation(c, "web/a", "lbbgp.io/allocated-from"), "four");
	assert_string_equal(
	    cluster_annotation(c, "web/a", "lbbgp.io/allocated-addresses"),
	    "10.0.0.0");
	cluster_free(c);
}

TEST(a_status_wiped_before_we_begin_is_written_again)
{
	struct cluster *c = cluster_without_the_first();

	service(c, "web/b", NULL);
	open_the_first(c);
	cluster_withhold(c, "Node");
	cluster_restart(c);
	service(c, "web/b", "{'status':null,'metadata':{'annotations':null}}");
	cluster_withhold(c, NULL);
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

TEST(a_status_wiped_while_away_comes_back_from_the_record)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	remove_service(c, "web/a");
	cluster_stop(c);
	cluster_put(c, "Service", "web/b", "{'status':null}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

/* The same with a group that would not give the address any more. */
static void
a_wiped_status_comes_back_from_a_group_that_became(const char *spec)
{
	struct cluster *c = two_groups();

	service(c, "web/a", ASKS("10.0.0.2"));
	service(c, "web/a", "{'spec':{'loadBalancerIP':null}}");
	cluster_put(c, "ServiceGroup", "four", spec);
	cluster_settle(c);
	cluster_stop(c);
	cluster_put(c, "Service", "web/a",
	    "{'status':{'loadBalancer':{'ingress':null}}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.2");
	assert_says(c, "web/a", "True Assigned");
	cluster_free(c);
}

TEST(a_status_wiped_while_away_comes_back_though_nobody_gets_such_now)
{
	a_wiped_status_comes_back_from_a_group_that_became(
	    "{'spec':{'autoAssign':false}}");
	a_wiped_status_comes_back_from_a_group_that_became(
	    "{'spec':{'namespaces':['mail']}}");
	a_wiped_status_comes_back_from_a_group_that_became(
	    "{'spec':{'serviceSelector':{'matchLabels':{'a':'b'}}}}");
	a_wiped_status_comes_back_from_a_group_that_became(
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'10.0.0.9'}]}}");
}

TEST(a_wiped_status_does_not_come_back_when_another_has_the_address)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	service(c, "web/wiped", NULL);
	cluster_stop(c);
	cluster_put(c, "Service", "web/wiped",
	    "{'status':{'loadBalancer':{'ingress':null}}}");
	cluster_set_age(c, 2);
	cluster_put(c, "Service", "web/young", STATUS("10.0.0.0"));
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/wiped", "10.0.0.1");
	cluster_free(c);
}

/* The other one, who is older, would like to have its second address. */
TEST(what_was_in_two_wiped_statuses_is_kept_for_each)
{
	struct cluster *c = dual_group("10.0.0.0/31", "fd00::/128");

	cluster_set_age(c, 2);
	service(c, "web/a", DUAL("RequireDualStack"));
	cluster_set_age(c, 1);
	service(c, "web/b", DUAL("PreferDualStack"));
	assert_has(c, "web/a", "10.0.0.0,fd00::");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_stop(c);
	cluster_put(c, "Service", "web/a", "{'status':{'loadBalancer':null}}");
	cluster_put(c, "Service", "web/b", "{'status':{'loadBalancer':null}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0,fd00::");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

TEST(a_wiped_status_comes_back_before_others_ask_for_the_address)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 2);
	service(c, "web/wiped", NULL);
	cluster_stop(c);
	cluster_put(c, "Service", "web/wiped",
	    "{'status':{'loadBalancer':{'ingress':null}}}");
	cluster_set_age(c, 1);
	cluster_put(c, "Service", "web/asks", ASKS("10.0.0.0"));
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/wiped", "10.0.0.0");
	assert_says(c, "web/asks", "False AddressInUse");
	cluster_free(c);
}

TEST(a_wiped_status_comes_back_before_others_are_completed)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/128");

	cluster_set_age(c, 2);
	service(c, "web/wiped", "{'spec':{'ipFamilies':['IPv6']}}");
	cluster_set_age(c, 1);
	service(c, "web/half", DUAL("PreferDualStack"));
	cluster_stop(c);
	cluster_put(c, "Service", "web/wiped",
	    "{'status':{'loadBalancer':{'ingress':null}}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/wiped", "fd00::");
	assert_has(c, "web/half", "10.0.0.0");
	cluster_free(c);
}

TEST(a_restored_service_finds_a_group_that_assigns_by_name_only)
{
	struct cluster *c = two_groups();

	cluster_put(c, "ServiceGroup", "four", "{'spec':{'autoAssign':false}}");
	cluster_settle(c);
	service(c, "web/restored", RECORD("10.0.0.2"));
	assert_has(c, "web/restored", "10.0.0.2");
	cluster_free(c);
}

TEST(a_copied_record_opens_no_group_to_another_namespace)
{
	struct cluster *c = two_groups();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'namespaces':['mail']}}");
	cluster_settle(c);
	service(c, "mail/a", NULL);
	service(c, "web/copy", RECORD("10.0.0.1"));
	assert_has(c, "mail/a", "10.0.0.0");
	assert_has(c, "web/copy", "10.1.0.0");
	cluster_free(c);
}

TEST(a_restored_service_gets_its_recorded_address)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/restored",
	    "{'metadata':{'annotations':{'lbbgp.io/allocated-from':'four',"
	    "'lbbgp.io/allocated-addresses':'10.0.0.2'}}}");
	assert_has(c, "web/restored", "10.0.0.2");
	cluster_free(c);
}

TEST(a_record_is_a_wish_and_never_makes_pending)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/original", RECORD("10.0.0.0"));
	service(c, "web/copy", RECORD("10.0.0.0"));
	assert_has(c, "web/original", "10.0.0.0");
	assert_has(c, "web/copy", "10.0.0.1");
	assert_says(c, "web/copy", "True Assigned");
	assert_has_event(c, "AddressAssigned: 10.0.0.1 from ServiceGroup four");
	cluster_free(c);
}

TEST(a_record_that_the_groups_do_not_allow_is_passed_over)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/outside", RECORD("192.0.2.1"));
	assert_has(c, "web/outside", "10.0.0.0");
	group(c, "closed", "10.1.0.0/24", "10.1.0.0/30");
	cluster_put(
	    c, "ServiceGroup", "closed", "{'spec':{'namespaces':['mail']}}");
	cluster_settle(c);
	service(c, "web/closed", RECORD("10.1.0.1"));
	assert_has(c, "web/closed", "10.0.0.1");
	service(c, "mail/open", RECORD("10.1.0.1"));
	assert_has(c, "mail/open", "10.1.0.1");
	cluster_free(c);
}

TEST(deleted_while_we_were_away_is_freed_by_the_next_list)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	cluster_stop(c);
	cluster_delete(c, "Service", "web/shop");
	cluster_restart(c);
	service(c, "web/next", NULL);
	assert_has(c, "web/next", "10.0.0.0");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    existing_addresses_are_taken_in_before_the_first_allocation),
		cmocka_unit_test(
		    nothing_is_allocated_before_everything_is_listed),
		cmocka_unit_test(nothing_changes_after_a_restart),
		cmocka_unit_test(the_older_of_two_with_one_address_keeps_it),
		cmocka_unit_test(
		    of_two_of_the_same_second_the_lower_uid_keeps_it),
		cmocka_unit_test(a_second_holder_that_appears_is_moved),
		cmocka_unit_test(every_write_names_the_version_it_is_based_on),
		cmocka_unit_test(after_a_conflict_the_same_address_is_written),
		cmocka_unit_test(
		    a_conflict_that_nothing_explains_is_tried_again),
		cmocka_unit_test(
		    a_failed_write_is_tried_again_with_the_same_address),
		cmocka_unit_test(
		    ownership_is_marked_only_when_the_write_succeeded),
		cmocka_unit_test(a_wiped_status_is_written_again),
		cmocka_unit_test(
		    a_retained_service_that_loses_its_annotations_gets_them_back),
		cmocka_unit_test(
		    a_status_wiped_before_we_begin_is_written_again),
		cmocka_unit_test(
		    a_status_wiped_while_away_comes_back_from_the_record),
		cmocka_unit_test(
		    a_status_wiped_while_away_comes_back_though_nobody_gets_such_now),
		cmocka_unit_test(
		    a_wiped_status_does_not_come_back_when_another_has_the_address),
		cmocka_unit_test(
		    what_was_in_two_wiped_statuses_is_kept_for_each),
		cmocka_unit_test(
		    a_wiped_status_comes_back_before_others_ask_for_the_address),
		cmocka_unit_test(
		    a_wiped_status_comes_back_before_others_are_completed),
		cmocka_unit_test(
		    a_restored_service_finds_a_group_that_assigns_by_name_only),
		cmocka_unit_test(
		    a_copied_record_opens_no_group_to_another_namespace),
		cmocka_unit_test(a_restored_service_gets_its_recorded_address),
		cmocka_unit_test(a_record_is_a_wish_and_never_makes_pending),
		cmocka_unit_test(
		    a_record_that_the_groups_do_not_allow_is_passed_over),
		cmocka_unit_test(
		    deleted_while_we_were_away_is_freed_by_the_next_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
