/* SPDX-License-Identifier: Apache-2.0 */
/* Pools and who waits for them: doc/rules.md 20-28, 40. */
#include <jansson.h>
#include <string.h>

#include "tests/unit/allocator_cases.h"

static const json_t *
group_status(const struct cluster *c, const char *name)
{
	return json_object_get(cluster_get(c, "ServiceGroup", name), "status");
}

static const char *
group_says(const struct cluster *c, const char *name, const char *field)
{
	const json_t *list =
	    json_object_get(group_status(c, name), "conditions");

	return json_string_value(
	    json_object_get(json_array_get(list, 0), field));
}

static long long
group_count(const struct cluster *c, const char *name, const char *family,
    const char *field)
{
	return json_integer_value(json_object_get(
	    json_object_get(group_status(c, name), family), field));
}

TEST(the_status_of_a_group_has_its_figures)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	assert_int_equal(group_count(c, "four", "ipv4", "capacity"), 4);
	assert_int_equal(group_count(c, "four", "ipv4", "used"), 1);
	assert_int_equal(group_count(c, "four", "ipv4", "free"), 3);
	assert_string_equal(group_says(c, "four", "status"), "True");
	remove_service(c, "web/a");
	assert_int_equal(group_count(c, "four", "ipv4", "free"), 4);
	cluster_free(c);
}

TEST(counts_of_ipv6_end_at_the_largest_number)
{
	struct cluster *c = cluster_new(1);

	group(c, "six", "fd00::/48", "fd00::/48");
	cluster_settle(c);
	assert_true(group_count(c, "six", "ipv6", "capacity") == INT64_MAX);
	cluster_free(c);
}

TEST(a_bad_pool_is_told_and_the_others_work)
{
	struct cluster *c = cluster_new(1);

	cluster_put(c, "ServiceGroup", "mixed",
	    "{'spec':{'pools':["
	    "{'subnet':'10.0.0.0/24','pool':'10.0.0.9-10.0.0.1'},"
	    "{'subnet':'10.0.0.0/24','pool':'192.0.2.0/24'},"
	    "{'subnet':'10.0.0.0/24','pool':'10.0.0.7'}]}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.7");
	assert_string_equal(group_says(c, "mixed", "status"), "False");
	assert_string_equal(group_says(c, "mixed", "reason"), "PoolRefused");
	assert_non_null(
	    strstr(group_says(c, "mixed", "message"), "spec.pools[0]"));
	assert_non_null(
	    strstr(group_says(c, "mixed", "message"), "spec.pools[1]"));
	cluster_free(c);
}

TEST(addresses_of_nodes_are_never_given)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Node", "n1",
	    "{'status':{'addresses':["
	    "{'type':'InternalIP','address':'10.0.0.0'}]}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.1");
	assert_int_equal(group_count(c, "four", "ipv4", "capacity"), 3);
	assert_string_equal(group_says(c, "four", "message"),
	    "addresses of nodes, never given: 1, first 10.0.0.0");
	cluster_free(c);
}

TEST(what_no_service_can_have_is_never_given)
{
	static const struct {
		const char *subnet, *pool, *first, *says;
	} rows[] = {
		{ "0.0.0.0/0", "0.255.255.254-1.0.0.0", "1.0.0.0",
		    "0.0.0.0/8 (this network) is never given" },
		{ "0.0.0.0/0", "127.0.0.0-128.0.0.9", "128.0.0.0",
		    "127.0.0.0/8 (loopback) is never given" },
		{ "0.0.0.0/0", "169.254.0.0-169.255.0.0", "169.255.0.0",
		    "169.254.0.0/16 (link-local) is never given" },
		{ "0.0.0.0/0", "230.0.0.0-240.0.0.9", "240.0.0.0",
		    "224.0.0.0/4 (multicast) is never given" },
		{ "0.0.0.0/0", "255.255.255.254-255.255.255.255",
		    "255.255.255.254",
		    "255.255.255.255/32 (broadcast) is never given" },
		{ "::/0", "::1-::2", "::2",
		    "::1/128 (loopback) is never given" },
		{ "::/0", "fe80::-fec0::", "fec0::",
		    "fe80::/10 (link-local) is never given" },
		{ "::/0", "feff::-ff02::1",
		    "feff::", "ff00::/8 (multicast) is never given" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cluster *c = cluster_new(1);

		group(c, "odd", rows[i].subnet, rows[i].pool);
		service(c, "web/a",
		    rows[i].first[0] == ':' || rows[i].first[0] == 'f'
			? "{'spec':{'ipFamilies':['IPv6']}}"
			: NULL);
		assert_has(c, "web/a", rows[i].first);
		assert_string_equal(
		    group_says(c, "odd", "message"), rows[i].says);
		cluster_free(c);
	}
}

TEST(ipv4_in_ipv6_is_never_given)
{
	struct cluster *c = cluster_new(1);

	group(c, "odd", "::/0", "::fffe:ffff:ffff-::1:0:0:0");
	service(c, "web/a", "{'spec':{'ipFamilies':['IPv6']}}");
	service(c, "web/b", "{'spec':{'ipFamilies':['IPv6']}}");
	assert_has(c, "web/a", "::fffe:ffff:ffff");
	assert_has(c, "web/b", "::1:0:0:0");
	cluster_free(c);
}

TEST(a_group_that_has_nothing_left_to_give_says_so)
{
	struct cluster *c = cluster_with_four();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'exclude':['10.0.0.0/16']}}");
	cluster_settle(c);
	assert_string_equal(
	    group_says(c, "four", "message"), "no address is left to be given");
	group(c, "home", "127.0.0.0/8", "127.0.0.0/8");
	cluster_settle(c);
	assert_string_equal(group_says(c, "home", "message"),
	    "127.0.0.0/8 (loopback) is never given; "
	    "no address is left to be given");
	cluster_free(c);
}

TEST(external_addresses_of_nodes_are_not_given_either)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Node", "n1",
	    "{'status':{'addresses':["
	    "{'type':'InternalIP','address':'192.168.0.1'},"
	    "{'type':'ExternalIP','address':'192.168.0.1'}]}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_put(c, "Node", "n1",
	    "{'status':{'addresses':["
	    "{'type':'InternalIP','address':'10.0.0.1'},"
	    "{'type':'ExternalIP','address':'10.0.0.1'},"
	    "{'type':'ExternalIP','address':'10.0.0.2'}]}}");
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.3");
	assert_string_equal(group_says(c, "four", "message"),
	    "addresses of nodes, never given: 2, first 10.0.0.1");
	cluster_free(c);
}

TEST(an_address_that_a_node_no_longer_has_is_given)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Node", "n1",
	    "{'status':{'addresses':["
	    "{'type':'ExternalIP','address':'10.0.0.0'}]}}");
	cluster_settle(c);
	assert_int_equal(group_count(c, "four", "ipv4", "capacity"), 3);
	cluster_delete(c, "Node", "n1");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

TEST(a_freed_address_goes_to_the_first_who_waits)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.0.0.0,10.0.0.1,10.0.0.2,10.0.0.3");
	service(c, "web/z-first", NULL);
	service(c, "web/a-second", NULL);
	assert_int_equal(json_integer_value(json_object_get(
			     group_status(c, "four"), "waiting")),
	    2);
	annotate(
	    c, "web/all", "lbbgp.io/addresses", "10.0.0.0,10.0.0.1,10.0.0.2");
	assert_has(c, "web/z-first", "10.0.0.3");
	assert_has(c, "web/a-second", "");
	remove_service(c, "web/all");
	assert_has(c, "web/a-second", "10.0.0.0");
	cluster_free(c);
}

TEST(a_label_may_open_a_group_to_one_that_waits)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	group(c, "two", "10.1.0.0/24", "10.1.0.0/32");
	cluster_put(c, "ServiceGroup", "two",
	    "{'spec':{'serviceSelector':{'matchLabels':{'tier':'gold'}}}}");
	cluster_settle(c);
	service(c, "web/a", NULL);
	service(c, "web/b", "{'metadata':{'labels':{'tier':'gold'}}}");
	service(c, "web/c", NULL);
	service(c, "web/c", "{'metadata':{'labels':{'tier':'gold'}}}");
	assert_says(c, "web/c", "False PoolExhausted");
	remove_service(c, "web/b");
	assert_has(c, "web/c", "10.1.0.0");
	cluster_free(c);
}

TEST(a_place_in_line_survives_a_change_of_pools)
{
	struct cluster *c = cluster_new(1);

	group(c, "g", "10.0.0.0/24", "10.0.0.0");
	service(c, "web/has", NULL);
	service(c, "web/z-first", NULL);
	service(c, "web/a-second", NULL);
	cluster_put(
	    c, "ServiceGroup", "g", "{'spec':{'exclude':['10.0.0.9']}}");
	cluster_settle(c);
	group(c, "g", "10.0.0.0/24", "10.0.0.0/31");
	cluster_settle(c);
	assert_has(c, "web/z-first", "10.0.0.1");
	assert_has(c, "web/a-second", "");
	cluster_free(c);
}

TEST(a_new_service_does_not_overtake_those_who_wait)
{
	for (unsigned seed = 1; seed < 10; seed++) {
		struct cluster *c = cluster_new(seed);

		group(c, "g", "10.0.0.0/24", "10.0.0.0");
		service(c, "web/becomes-ours",
		    "{'spec':{'loadBalancerClass':'example.com/other'},"
		    "'status':{'loadBalancer':{'ingress':["
		    "{'ip':'192.0.2.1'}]}}}");
		service(c, "web/has", NULL);
		service(c, "web/waits", NULL);
		cluster_put(c, "Service", "web/new", NULL);
		cluster_put(c, "Service", "web/becomes-ours",
		    "{'spec':{'loadBalancerClass':null},'status':null}");
		group(c, "g", "10.0.0.0/24", "10.0.0.0/31");
		cluster_settle(c);
		assert_has(c, "web/waits", "10.0.0.1");
		assert_has(c, "web/new", "");
		cluster_free(c);
	}
}

TEST(a_grown_pool_serves_all_who_wait)
{
	struct cluster *c = cluster_new(1);

	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	assert_says(c, "web/a", "False NoGroup");
	group(c, "g", "10.0.0.0/24", "10.0.0.0/31");
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

/* As by kubectl replace --force: both events come before anybody thinks. */
TEST(a_group_that_is_created_anew_counts_who_keeps_an_address)
{
	static const char same[] =
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'10.0.0.2'}]}}";
	static const char kept[] =
	    "Services that keep addresses no pool has any more: 1";
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	cluster_put(c, "ServiceGroup", "four", same);
	cluster_settle(c);
	assert_string_equal(group_says(c, "four", "message"), kept);
	cluster_delete(c, "ServiceGroup", "four");
	cluster_put(c, "ServiceGroup", "four", same);
	cluster_settle(c);
	assert_string_equal(group_says(c, "four", "message"), kept);
	remove_service(c, "web/a");
	assert_string_not_equal(group_says(c, "four", "message"), kept);
	cluster_free(c);
}

TEST(a_pool_that_shrinks_keeps_its_addresses)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	group(c, "four", "10.0.0.0/24", "10.0.0.2-10.0.0.3");
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0");
	assert_string_equal(cluster_message(c, "web/a"),
	    "10.0.0.0 from ServiceGroup four; retained, no pool has it any "
	    "more");
	assert_string_equal(group_says(c, "four", "message"),
	    "Services that keep addresses no pool has any more: 1");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0");
	remove_service(c, "web/a");
	assert_string_equal(group_says(c, "four", "message"), "");
	cluster_free(c);
}

TEST(all_groups_gone_for_a_moment_clears_nothing)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	annotate(c, "web/b", "lbbgp.io/service-group", "four");
	cluster_delete(c, "ServiceGroup", "four");
	cluster_settle(c);
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.1");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	service(c, "web/c", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/c", "10.0.0.2");
	cluster_free(c);
}

TEST(a_pool_moved_to_another_group_changes_only_allocated_from)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/any", NULL);
	annotate(c, "web/named", "lbbgp.io/service-group", "four");
	cluster_delete(c, "ServiceGroup", "four");
	group(c, "renamed", "10.0.0.0/24", "10.0.0.0/30");
	cluster_settle(c);
	assert_has(c, "web/any", "10.0.0.0");
	assert_string_equal(
	    cluster_annotation(c, "web/any", "lbbgp.io/allocated-from"),
	    "renamed");
	group(c, "four", "10.4.0.0/24", "10.4.0.0/24");
	cluster_settle(c); /* the name is back, with other addresses */
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/named", "10.0.0.1");
	cluster_free(c);
}

TEST(auto_assign_turned_off_leaves_addresses_in_place)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	cluster_put(c, "ServiceGroup", "four", "{'spec':{'autoAssign':false}}");
	service(c, "web/b", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "True Assigned");
	assert_says(c, "web/b", "False NoGroup");
	cluster_free(c);
}

TEST(buggy_addresses_are_avoided_when_the_group_says_so)
{
	struct cluster *c = cluster_with_four();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'avoidBuggyIPs':true}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.1");
	service(c, "web/b", ASKS("10.0.0.0"));
	assert_says(c, "web/b", "False AddressOutsidePools");
	cluster_free(c);
}

TEST(an_enabled_group_serves_those_who_wait)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four", "{'spec':{'autoAssign':false}}");
	cluster_settle(c);
	service(c, "web/shop", NULL);
	assert_has(c, "web/shop", "");
	assert_says(c, "web/shop", "False NoGroup");
	cluster_put(c, "ServiceGroup", "four", "{'spec':{'autoAssign':true}}");
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(reallocate_moves_what_the_pool_no_longer_has)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'reclaimPolicy':'Reallocate'}}");
	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	group(c, "four", "10.0.0.0/24", "10.0.0.8");
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.8");
	assert_has(c, "web/b", "10.0.0.1"); /* until there is another one */
	assert_says(c, "web/b", "False PoolExhausted");
	group(c, "four", "10.0.0.0/24", "10.0.0.8-10.0.0.9");
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.9");
	cluster_free(c);
}

TEST(a_group_that_can_not_be_read_keeps_its_last_good_value)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four", "{'spec':{'pools':'none'}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.0");
	assert_string_equal(group_says(c, "four", "reason"), "Refused");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_settle(c);
	assert_string_equal(group_says(c, "four", "reason"), "Accepted");
	cluster_free(c);
}

TEST(a_groups_own_status_is_no_reason_to_think_again)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	unsigned writes = cluster_writes(c);

	cluster_put(c, "ServiceGroup", "four", "{'status':{'waiting':7}}");
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), writes);
	cluster_free(c);
}

TEST(addresses_of_the_api_server_are_never_given)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "EndpointSlice", "default/kubernetes",
	    "{'endpoints':[{'addresses':['10.0.0.0','fd00::1']},"
	    "{'addresses':['10.0.0.1']}]}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.2");
	service(c, "web/b", ASKS("10.0.0.0"));
	assert_says(c, "web/b", "False AddressOutsidePools");
	assert_non_null(strstr(group_says(c, "four", "message"),
	    "addresses of the API server, never given: 2, first 10.0.0.0"));
	cluster_delete(c, "EndpointSlice", "default/kubernetes");
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(a_pool_split_in_two_groups_changes_no_address)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/low", NULL);
	service(c, "web/high", ASKS("10.0.0.3"));
	group(c, "four", "10.0.0.0/24", "10.0.0.0/31");
	group(c, "upper", "10.0.0.0/24", "10.0.0.2/31");
	cluster_settle(c);
	assert_has(c, "web/low", "10.0.0.0");
	assert_has(c, "web/high", "10.0.0.3");
	assert_string_equal(
	    cluster_annotation(c, "web/high", "lbbgp.io/allocated-from"),
	    "upper");
	cluster_free(c);
}

TEST(host_bits_are_masked_with_a_warning)
{
	struct cluster *c = cluster_new(1);

	group(c, "odd", "10.0.0.7/24", " 10.0.0.5/30 ");
	cluster_settle(c);
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.4");
	assert_non_null(
	    strstr(group_says(c, "odd", "message"), "host bits cleared"));
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_of_a_group_has_its_figures),
		cmocka_unit_test(counts_of_ipv6_end_at_the_largest_number),
		cmocka_unit_test(a_bad_pool_is_told_and_the_others_work),
		cmocka_unit_test(addresses_of_nodes_are_never_given),
		cmocka_unit_test(what_no_service_can_have_is_never_given),
		cmocka_unit_test(ipv4_in_ipv6_is_never_given),
		cmocka_unit_test(a_group_that_has_nothing_left_to_give_says_so),
		cmocka_unit_test(
		    external_addresses_of_nodes_are_not_given_either),
		cmocka_unit_test(an_address_that_a_node_no_longer_has_is_given),
		cmocka_unit_test(a_freed_address_goes_to_the_first_who_waits),
		cmocka_unit_test(a_label_may_open_a_group_to_one_that_waits),
		cmocka_unit_test(a_place_in_line_survives_a_change_of_pools),
		cmocka_unit_test(
		    a_new_service_does_not_overtake_those_who_wait),
		cmocka_unit_test(a_grown_pool_serves_all_who_wait),
		cmocka_unit_test(
		    a_group_that_is_created_anew_counts_who_keeps_an_address),
		cmocka_unit_test(a_pool_that_shrinks_keeps_its_addresses),
		cmocka_unit_test(all_groups_gone_for_a_moment_clears_nothing),
		cmocka_unit_test(
		    a_pool_moved_to_another_group_changes_only_allocated_from),
		cmocka_unit_test(
		    auto_assign_turned_off_leaves_addresses_in_place),
		cmocka_unit_test(
		    buggy_addresses_are_avoided_when_the_group_says_so),
		cmocka_unit_test(an_enabled_group_serves_those_who_wait),
		cmocka_unit_test(reallocate_moves_what_the_pool_no_longer_has),
		cmocka_unit_test(
		    a_group_that_can_not_be_read_keeps_its_last_good_value),
		cmocka_unit_test(
		    a_groups_own_status_is_no_reason_to_think_again),
		cmocka_unit_test(addresses_of_the_api_server_are_never_given),
		cmocka_unit_test(a_pool_split_in_two_groups_changes_no_address),
		cmocka_unit_test(host_bits_are_masked_with_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
