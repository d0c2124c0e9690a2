/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership, types, telling: doc/rules.md 19, 35, 37-39. */
#include "tests/unit/allocator_cases.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define INGRESS(entries) "{'status':{'loadBalancer':{'ingress':[" entries "]}}}"

TEST(the_lowest_free_address_is_given)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "True Assigned");
	assert_string_equal(
	    cluster_message(c, "web/shop"), "10.0.0.0 from ServiceGroup four");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-from"),
	    "four");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-addresses"),
	    "10.0.0.0");
	cluster_free(c);
}

TEST(no_finalizer_is_put_on_a_service)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_null(json_object_get(
	    json_object_get(cluster_get(c, "Service", "web/shop"), "metadata"),
	    "finalizers"));
	remove_service(c, "web/shop");
	assert_null(cluster_get(c, "Service", "web/shop"));
	cluster_free(c);
}

TEST(a_service_without_node_ports_gets_an_address)
{
	struct cluster *c = cluster_with_four();

	service(
	    c, "web/shop", "{'spec':{'allocateLoadBalancerNodePorts':false}}");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_true(json_is_false(json_object_get(
	    json_object_get(cluster_get(c, "Service", "web/shop"), "spec"),
	    "allocateLoadBalancerNodePorts")));
	cluster_free(c);
}

TEST(an_address_of_somebody_else_is_reserved_and_left)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs",
	    "{'status':{'loadBalancer':{'ingress':[{'ip':'192.0.2.1'}]}}}");
	assert_has(c, "web/theirs", "192.0.2.1");
	assert_says(c, "web/theirs", "False ForeignAddress");
	assert_string_equal(
	    cluster_annotation(c, "web/theirs", "lbbgp.io/allocated-from"), "");
	service(c, "web/asks", ASKS("192.0.2.1"));
	group(c, "later", "192.0.2.0/24", "192.0.2.1-192.0.2.2");
	cluster_settle(c); /* now it lies in a group of ours */
	assert_says(c, "web/theirs", "True Assigned");
	assert_says(c, "web/asks", "False AddressInUse");
	cluster_free(c);
}

/* As of a load balancer that writes the addresses of all nodes. */
TEST(all_that_somebody_else_has_in_a_status_is_reserved)
{
	struct cluster *c = cluster_new(1);
	char text[2048] = "{'spec':{'loadBalancerClass':'other.io/x'},"
			  "'status':{'loadBalancer':{'ingress':[";
	size_t used = strlen(text);

	group(c, "some", "10.0.0.0/24", "10.0.0.0-10.0.0.60");
	for (unsigned i = 0; i < 60; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "{'ip':'10.0.0.%u'}%s", i, i < 59 ? "," : "]}}}");
	service(c, "web/theirs", text);
	service(c, "web/ours", NULL);
	assert_has(c, "web/ours", "10.0.0.60");
	remove_service(c, "web/theirs");
	service(c, "web/next", NULL);
	assert_has(c, "web/next", "10.0.0.0");
	cluster_free(c);
}

TEST(another_class_is_never_touched)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs",
	    "{'spec':{'loadBalancerClass':'example.com/other'},"
	    "'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	service(
	    c, "web/ours", "{'spec':{'loadBalancerClass':'lbbgp.io/lbbgp'}}");
	assert_has(c, "web/ours", "10.0.0.1");
	assert_int_equal(cluster_writes(c), 1);
	assert_int_equal(cluster_events(c), 1);
	assert_says(c, "web/theirs", "");
	cluster_free(c);
}

TEST(a_type_changed_away_is_released_and_cleaned)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	service(c, "web/shop", "{'spec':{'type':'ClusterIP'}}");
	assert_has(c, "web/shop", "");
	assert_says(c, "web/shop", "");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-from"), "");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-addresses"),
	    "");
	service(c, "web/next", NULL);
	assert_has(c, "web/next", "10.0.0.0");
	cluster_free(c);
}

TEST(a_newer_server_that_clears_the_status_itself_is_no_trap)
{
	struct cluster *c = cluster_with_four();

	service(
	    c, "web/shop", "{'spec':{'loadBalancerClass':'lbbgp.io/lbbgp'}}");
	service(c, "web/shop",
	    "{'spec':{'type':'ClusterIP','loadBalancerClass':null},"
	    "'status':{'loadBalancer':{'ingress':null}}}");
	assert_says(c, "web/shop", "");
	service(c, "web/next", NULL);
	assert_has(c, "web/next", "10.0.0.0");
	cluster_free(c);
}

TEST(headless_and_external_names_are_skipped)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/headless", "{'spec':{'clusterIP':'None'}}");
	service(c, "web/name",
	    "{'spec':{'type':'ExternalName','externalName':'x.example'}}");
	assert_int_equal(cluster_writes(c), 0);
	cluster_free(c);
}

TEST(ip_mode_is_vip)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	const json_t *status =
	    json_object_get(cluster_get(c, "Service", "web/shop"), "status");
	const json_t *first = json_array_get(
	    json_object_get(json_object_get(status, "loadBalancer"), "ingress"),
	    0);

	assert_string_equal(
	    json_string_value(json_object_get(first, "ipMode")), "VIP");
	cluster_free(c);
}

TEST(conditions_of_others_stay)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop",
	    "{'status':{'conditions':[{'type':'Theirs','status':'True'}]}}");
	const json_t *status =
	    json_object_get(cluster_get(c, "Service", "web/shop"), "status");

	assert_int_equal(
	    json_array_size(json_object_get(status, "conditions")), 2);
	cluster_free(c);
}

TEST(an_event_is_told_once_for_a_change)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_int_equal(cluster_events(c), 1);
	assert_string_equal(cluster_last_event(c),
	    "AddressAssigned: 10.0.0.0 from ServiceGroup four");
	service(c, "web/shop", "{'metadata':{'labels':{'a':'b'}}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(two_who_write_one_status_do_not_race)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	for (unsigned i = 0; i < 100; i++) { /* the other one is quick */
		if (strcmp(cluster_addresses(c, "web/a"), "10.0.0.0") == 0)
			cluster_put(c, "Service", "web/a",
			    "{'status':{'loadBalancer':{'ingress':["
			    "{'ip':'192.0.2.1'}]}}}");
		for (unsigned k = 0; k < 4; k++)
			cluster_step(c);
	}
	/* A handful at once, then a few each five seconds. */
	assert_true(cluster_writes(c) <= 8 + cluster_now(c) / 1000);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

TEST(a_service_that_ends_keeps_its_address_until_it_is_gone)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/ends", NULL);
	service(c, "web/ends",
	    "{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'}}");
	service(c, "web/next", NULL);
	assert_has(c, "web/ends", "10.0.0.0");
	assert_has(c, "web/next", "10.0.0.1");
	cluster_free(c);
}

TEST(a_name_that_somebody_else_wrote_is_left)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs", INGRESS("{'hostname':'lb.example'}"));
	assert_has(c, "web/theirs", "lb.example");
	assert_says(c, "web/theirs", "False ForeignAddress");
	cluster_free(c);
}

TEST(a_name_beside_our_address_is_taken_out)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	service(c, "web/shop",
	    INGRESS("{'ip':'10.0.0.0'},{'hostname':'lb.example'}"));
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(of_a_class_changed_away_the_new_ones_address_stays)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	cluster_stop(c);
	cluster_put(c, "Service", "web/shop", INGRESS("{'ip':'192.0.2.1'}"));
	cluster_put(c, "Service", "web/shop",
	    "{'spec':{'loadBalancerClass':'example.com/other'}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/shop", "192.0.2.1");
	assert_says(c, "web/shop", "");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-from"), "");
	cluster_free(c);
}

TEST(who_is_no_balancer_any_more_moves_nobody)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	service(c, "web/was", NULL);
	cluster_stop(c);
	cluster_put(c, "Service", "web/was", "{'spec':{'type':'ClusterIP'}}");
	cluster_set_age(c, 2);
	cluster_put(c, "Service", "web/has", INGRESS("{'ip':'10.0.0.0'}"));
	cluster_mute(c, "was"); /* its status shows the address for longer */
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/has", "10.0.0.0");
	assert_says(c, "web/has", "True Assigned");
	cluster_free(c);
}

TEST(who_ends_does_not_wait_any_more)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/holds", ASKS("10.0.0.3"));
	service(c, "web/ends", ASKS("10.0.0.3"));
	service(c, "web/waits", ASKS("10.0.0.3"));
	service(c, "web/ends",
	    "{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'}}");
	remove_service(c, "web/holds");
	assert_has(c, "web/ends", "");
	assert_has(c, "web/waits", "10.0.0.3");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_free_address_is_given),
		cmocka_unit_test(no_finalizer_is_put_on_a_service),
		cmocka_unit_test(a_service_without_node_ports_gets_an_address),
		cmocka_unit_test(
		    an_address_of_somebody_else_is_reserved_and_left),
		cmocka_unit_test(
		    all_that_somebody_else_has_in_a_status_is_reserved),
		cmocka_unit_test(another_class_is_never_touched),
		cmocka_unit_test(a_type_changed_away_is_released_and_cleaned),
		cmocka_unit_test(
		    a_newer_server_that_clears_the_status_itself_is_no_trap),
		cmocka_unit_test(headless_and_external_names_are_skipped),
		cmocka_unit_test(ip_mode_is_vip),
		cmocka_unit_test(conditions_of_others_stay),
		cmocka_unit_test(an_event_is_told_once_for_a_change),
		cmocka_unit_test(two_who_write_one_status_do_not_race),
		cmocka_unit_test(
		    a_service_that_ends_keeps_its_address_until_it_is_gone),
		cmocka_unit_test(a_name_that_somebody_else_wrote_is_left),
		cmocka_unit_test(a_name_beside_our_address_is_taken_out),
		cmocka_unit_test(
		    of_a_class_changed_away_the_new_ones_address_stays),
		cmocka_unit_test(who_is_no_balancer_any_more_moves_nobody),
		cmocka_unit_test(who_ends_does_not_wait_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
