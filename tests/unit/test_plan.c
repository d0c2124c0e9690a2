/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and families: doc/rules.md 9-12, 15-18, 33. */
#include <string.h>

#include "allocator/plan/plan.h"
#include "common/api/service.h"
#include "tests/unit/allocator_cases.h"
#include "tests/unit/manifests.h"

TEST(a_requested_address_is_given)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", ASKS("10.0.0.2"));
	assert_has(c, "web/shop", "10.0.0.2");
	cluster_free(c);
}

TEST(every_alias_of_a_request_is_understood)
{
	static const char *const keys[] = { "lbbgp.io/addresses",
		"purelb.io/addresses", "metallb.io/loadBalancerIPs",
		"metallb.universe.tf/loadBalancerIPs",
		"kube-vip.io/loadbalancerIPs", "lbipam.cilium.io/ips",
		"io.cilium/lb-ipam-ips" };
	struct cluster *c = cluster_with_four();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		annotate(c, "web/shop", keys[i], " 10.0.0.3 ");
		assert_has(c, "web/shop", "10.0.0.3");
		remove_service(c, "web/shop");
	}
	annotate(c, "web/shop", "projectcalico.org/loadBalancerIPs",
	    "[\\\"10.0.0.3\\\"]");
	assert_has(c, "web/shop", "10.0.0.3");
	cluster_free(c);
}

TEST(every_alias_of_a_group_is_understood)
{
	static const char *const keys[] = { "lbbgp.io/service-group",
		"purelb.io/service-group", "metallb.io/address-pool",
		"metallb.universe.tf/address-pool" };
	struct cluster *c = two_groups();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		annotate(c, "web/shop", keys[i], "other");
		assert_has(c, "web/shop", "10.1.0.0");
		remove_service(c, "web/shop");
	}
	cluster_free(c);
}

#define UNKNOWN "; lbbgp.io/address is no annotation of lbbgp"

TEST(an_annotation_we_do_not_know_is_told_with_the_address)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/shop", "lbbgp.io/address", "10.0.0.3");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "True Assigned");
	assert_has_event(
	    c, "AddressAssigned: 10.0.0.0 from ServiceGroup four" UNKNOWN);
	unsigned writes = cluster_writes(c), events = cluster_events(c);

	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), writes);
	assert_int_equal(cluster_events(c), events);
	service(c, "web/shop",
	    "{'metadata':{'annotations':{'lbbgp.io/address':null}}}");
	assert_string_equal(
	    cluster_message(c, "web/shop"), "10.0.0.0 from ServiceGroup four");
	cluster_free(c);
}

TEST(an_annotation_we_do_not_know_is_told_with_a_refusal)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	annotate(c, "web/shop", "lbbgp.io/service-group", "none");
	annotate(c, "web/shop", "lbbgp.io/address", "10.0.0.3");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_string_equal(cluster_message(c, "web/shop"),
	    "there is no ServiceGroup none; it keeps 10.0.0.0" UNKNOWN);
	cluster_free(c);
}

#define HAS "10.0.0.0 from ServiceGroup four"
#define ALLOW(bgp) "{'spec':{'announce':{'bgp':{" bgp "}}}}"

static void
allow(struct cluster *c, const char *bgp)
{
	cluster_put(c, "ServiceGroup", "four", bgp);
	cluster_settle(c);
}

#define assert_told(c, where, text) \
	assert_string_equal(cluster_message(c, where), text)

/* Also when it is the group that changes; the address stays whatever is said. */
TEST(what_a_service_may_not_say_of_its_routes_is_told)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/shop", "lbbgp.io/med", "7");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "True Assigned");
	assert_told(c, "web/shop",
	    HAS "; lbbgp.io/med: not allowed by ServiceGroup four "
		"(serviceAnnotations: none)");
	allow(c, ALLOW("'serviceAnnotations':['med','prepend']"));
	assert_told(c, "web/shop", HAS);
	annotate(c, "web/shop", "lbbgp.io/med", "many");
	annotate(c, "web/shop", "lbbgp.io/prepend", "11");
	assert_told(c, "web/shop",
	    HAS "; lbbgp.io/med: \"many\": not 0..4294967295; and 1 more");
	unsigned writes = cluster_writes(c);

	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), writes);
	annotate(c, "web/shop", "lbbgp.io/med", "7");
	assert_told(c, "web/shop", HAS "; lbbgp.io/prepend: \"11\": not 1..10");
	allow(c, ALLOW("'serviceAnnotations':['med']"));
	assert_told(c, "web/shop",
	    HAS "; lbbgp.io/prepend: not allowed by ServiceGroup four "
		"(serviceAnnotations: med)");
	cluster_free(c);
}

TEST(what_a_service_says_of_an_aggregate_is_told_to_be_nothing)
{
	struct cluster *c = cluster_with_four();

	allow(c,
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'10.0.0.0/30',"
	    "'aggregation':'/28'}],'announce':{'bgp':{'serviceAnnotations':"
	    "['med']}}}}");
	annotate(c, "web/shop", "lbbgp.io/med", "7");
	assert_told(c, "web/shop",
	    HAS "; lbbgp.io/med: no effect, as ServiceGroup four announces no "
		"route for 10.0.0.0 alone (announce.bgp.lengths)");
	allow(c, ALLOW("'lengths':'Both'"));
	assert_told(c, "web/shop", HAS);
	allow(c, ALLOW("'lengths':'Aggregate'"));
	service(c, "web/shop", "{'spec':{'externalTrafficPolicy':'Local'}}");
	assert_told(c, "web/shop", HAS);
	cluster_free(c);
}

#define SHARES(port)                                                       \
	"{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}},'spec':" \
	"{'loadBalancerIP':'10.0.0.0','ports':[{'port':" #port "}]}}"

/* Whoever says something is told, whichever of the two changes last. */
TEST(services_that_share_an_address_have_to_agree_on_its_routes)
{
	struct cluster *c = cluster_with_four();

	allow(c, ALLOW("'serviceAnnotations':['med']"));
	service(c, "web/shop", SHARES(80));
	annotate(c, "web/shop", "lbbgp.io/med", "7");
	assert_told(c, "web/shop", HAS);
	service(c, "web/other", SHARES(81));
	assert_has(c, "web/other", "10.0.0.0");
	assert_told(c, "web/other", HAS);
	assert_told(c, "web/shop",
	    HAS "; lbbgp.io/med: no effect, as Service web/other has 10.0.0.0 "
		"and says otherwise");
	annotate(c, "web/other", "lbbgp.io/med", "8");
	assert_told(c, "web/other",
	    HAS "; lbbgp.io/med: no effect, as Service web/shop has 10.0.0.0 "
		"and says otherwise");
	annotate(c, "web/other", "lbbgp.io/med", "7");
	assert_told(c, "web/other", HAS);
	assert_told(c, "web/shop", HAS);
	annotate(c, "web/other", "lbbgp.io/med", "9");
	remove_service(c, "web/other");
	assert_told(c, "web/shop", HAS);
	cluster_free(c);
}

TEST(a_service_without_a_class_is_left_alone_when_told)
{
	const struct plan_class all = { instance_default, true };
	const struct plan_class own = { instance_default, false };
	struct service *new = decoded(service_decode,
	    "metadata: {name: a, namespace: web}\n"
	    "spec: {type: LoadBalancer}\n");
	struct service *old = decoded(service_decode,
	    "metadata: {name: b, namespace: web, annotations:\n"
	    "  {lbbgp.io/allocated-from: four}}\n"
	    "spec: {type: LoadBalancer}\n");

	assert_true(plan_is_ours(new, &all));
	assert_false(plan_is_ours(new, &own));
	assert_true(plan_is_ours(old, &own)); /* it has an address of ours */
	service_free(new);
	service_free(old);
}

TEST(a_service_of_another_lbbgp_is_not_ours)
{
	const struct plan_class a = { instance_default, true };
	const struct plan_class b = { { "other", "lbbgp.io/b" }, true };
	struct service *none = decoded(service_decode,
	    "metadata: {name: a, namespace: web, annotations:\n"
	    "  {lbbgp.io/allocated-from: four}}\n"
	    "spec: {type: LoadBalancer}\n");
	struct service *of_b = decoded(service_decode,
	    "metadata: {name: b, namespace: web}\n"
	    "spec: {type: LoadBalancer, loadBalancerClass: lbbgp.io/b}\n");
	struct service *cloud = decoded(service_decode,
	    "metadata: {name: c, namespace: web}\n"
	    "spec: {type: LoadBalancer, loadBalancerClass: example.com/lb}\n");

	assert_true(plan_is_ours(none, &a));
	assert_true(plan_is_of_others(none, &b));
	assert_true(plan_is_of_others(of_b, &a));
	assert_true(plan_is_ours(of_b, &b));
	assert_string_equal(
	    plan_not_ours(of_b, &a), "it is of another lbbgp's class");
	assert_false(plan_is_of_others(cloud, &a));
	assert_false(plan_is_of_others(cloud, &b));
	assert_false(plan_is_ours(cloud, &b));
	service_free(none);
	service_free(of_b);
	service_free(cloud);
}

TEST(equal_requests_by_field_and_annotation_are_fine)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", ASKS("10.0.0.2"));
	annotate(c, "web/shop", "metallb.io/loadBalancerIPs", "10.0.0.2");
	assert_has(c, "web/shop", "10.0.0.2");
	assert_says(c, "web/shop", "True Assigned");
	cluster_free(c);
}

TEST(unequal_requests_are_refused_with_both_names)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop",
	    "{'spec':{'loadBalancerIP':'10.0.0.2'},'metadata':{"
	    "'annotations':{'metallb.io/loadBalancerIPs':'10.0.0.1'}}}");
	assert_has(c, "web/shop", "");
	assert_says(c, "web/shop", "False ConflictingRequests");
	assert_string_equal(cluster_message(c, "web/shop"),
	    "metallb.io/loadBalancerIPs and spec.loadBalancerIP ask for "
	    "different addresses");
	cluster_free(c);
}

TEST(the_own_key_beats_aliases_that_disagree)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Service", "web/shop",
	    "{'metadata':{'annotations':{'lbbgp.io/addresses':'10.0.0.3',"
	    "'metallb.io/loadBalancerIPs':'10.0.0.1',"
	    "'purelb.io/addresses':'10.0.0.2'}}}");
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.3");
	cluster_free(c);
}

TEST(addresses_are_compared_as_bytes)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/126");

	service(c, "web/shop",
	    "{'spec':{'ipFamilies':['IPv6'],'loadBalancerIP':'FD00:0::0002'},"
	    "'metadata':{'annotations':{'purelb.io/addresses':'fd00::2'}}}");
	assert_has(c, "web/shop", "fd00::2");
	service(c, "web/mapped", ASKS("::ffff:10.0.0.2"));
	assert_has(c, "web/mapped", "10.0.0.2");
	cluster_free(c);
}

TEST(several_addresses_of_a_family_are_given_all_or_none)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/a", "lbbgp.io/addresses", "10.0.0.1,10.0.0.3");
	assert_has(c, "web/a", "10.0.0.1,10.0.0.3");
	annotate(c, "web/b", "lbbgp.io/addresses", "10.0.0.2,10.0.0.3");
	assert_has(c, "web/b", "");
	assert_says(c, "web/b", "False AddressInUse");
	cluster_free(c);
}

#define TAKEN_OVER(ingress)                                             \
	"{'metadata':{'annotations':{'lbbgp.io/allocated-from':'four'," \
	"'lbbgp.io/sharing-key':'k'}},"                                 \
	"'status':{'loadBalancer':{'ingress':[" ingress "]}}}"

TEST(several_addresses_of_a_family_are_taken_over)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", TAKEN_OVER("{'ip':'10.0.0.3'},{'ip':'10.0.0.1'}"));
	assert_has(c, "web/a", "10.0.0.3,10.0.0.1");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.3,10.0.0.1");
	assert_string_equal(cluster_message(c, "web/a"),
	    "10.0.0.3, 10.0.0.1 from ServiceGroup four");
	annotate(c, "web/a", "lbbgp.io/addresses", "10.0.0.1");
	assert_has(c, "web/a", "10.0.0.1");
	assert_string_equal(
	    cluster_message(c, "web/a"), "10.0.0.1 from ServiceGroup four");
	cluster_free(c);
}

#define GAVE_UP                           \
	"10.0.0.1 from ServiceGroup four" \
	"; gave up 10.0.0.3, held by Service web/old"

TEST(what_a_rule_takes_of_several_addresses_is_told)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	service(c, "web/old", ASKS("10.0.0.3"));
	cluster_set_age(c, 2);
	service(c, "web/a", TAKEN_OVER("{'ip':'10.0.0.3'},{'ip':'10.0.0.1'}"));
	assert_has(c, "web/a", "10.0.0.1");
	assert_has_event(c, "AddressAssigned: " GAVE_UP);
	assert_string_equal(cluster_message(c, "web/a"), GAVE_UP);
	unsigned writes = cluster_writes(c);

	cluster_restart(c);
	cluster_settle(c);
	assert_string_equal(cluster_message(c, "web/a"), GAVE_UP);
	assert_int_equal(cluster_writes(c), writes);
	annotate(c, "web/a", "lbbgp.io/addresses", "10.0.0.2");
	assert_string_equal(
	    cluster_message(c, "web/a"), "10.0.0.2 from ServiceGroup four");
	cluster_free(c);
}

TEST(addresses_beyond_the_most_a_service_has_are_told)
{
	struct cluster *c = cluster_new(1);
	char list[2048] = "", text[4096];

	group(c, "four", "10.0.0.0/24", "10.0.0.0/24");
	for (unsigned i = 0; i < 18; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s{'ip':'10.0.0.%u'}", i > 0 ? "," : "", i);
	snprintf(text, sizeof(text), TAKEN_OVER("%s"), list);
	service(c, "web/a", text);
	assert_non_null(strstr(cluster_message(c, "web/a"),
	    "; gave up 2 addresses, since a Service has 16 at most"));
	cluster_free(c);
}

TEST(a_family_the_service_does_not_have_is_refused)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/126");

	service(c, "web/shop", NULL);
	annotate(c, "web/shop", "lbbgp.io/addresses", "10.0.0.0,fd00::1");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "False FamilyMismatch");
	cluster_free(c);
}

TEST(an_address_outside_all_pools_is_refused)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", ASKS("192.0.2.1"));
	assert_says(c, "web/a", "False AddressOutsidePools");
	group(c, "more", "192.0.2.0/24", "192.0.2.0/31");
	cluster_settle(c);
	assert_has(c, "web/a", "192.0.2.1");
	cluster_free(c);
}

TEST(an_excluded_address_is_refused_by_the_name_of_its_group)
{
	struct cluster *c = cluster_with_four();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'exclude':['10.0.0.1']}}");
	service(c, "web/a", ASKS("10.0.0.1"));
	assert_says(c, "web/a", "False AddressOutsidePools");
	assert_string_equal(cluster_message(c, "web/a"),
	    "10.0.0.1 is excluded from ServiceGroup four");
	cluster_free(c);
}

TEST(a_holder_in_another_namespace_is_not_named)
{
	struct cluster *c = cluster_with_four();

	service(c, "secret/name", ASKS("10.0.0.1"));
	service(c, "web/a", ASKS("10.0.0.1"));
	assert_says(c, "web/a", "False AddressInUse");
	assert_null(strstr(cluster_message(c, "web/a"), "secret"));
	cluster_free(c);
}

TEST(nonsense_is_a_bad_request)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/a", "lbbgp.io/addresses", "10.0.0.1,ten");
	assert_says(c, "web/a", "False BadRequest");
	annotate(c, "web/b", "lbbgp.io/service-group", "two words");
	assert_says(c, "web/b", "False BadRequest");
	cluster_free(c);
}

TEST(what_is_cut_within_a_character_is_told_all_the_same)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/shop", "lbbgp.io/service-group",
	    "a\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9 b");
	assert_says(c, "web/shop", "False BadRequest");
	assert_non_null(strstr(cluster_message(c, "web/shop"), "not a name"));
	assert_int_equal(cluster_writes(c), 1);
	cluster_free(c);
}

TEST(without_auto_assign_only_by_name_or_by_address)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four", "{'spec':{'autoAssign':false}}");
	service(c, "web/any", NULL);
	assert_says(c, "web/any", "False NoGroup");
	annotate(c, "web/named", "lbbgp.io/service-group", "four");
	assert_has(c, "web/named", "10.0.0.0");
	service(c, "web/asked", ASKS("10.0.0.2"));
	assert_has(c, "web/asked", "10.0.0.2");
	cluster_free(c);
}

TEST(a_named_group_that_is_exhausted_is_not_left_for_others)
{
	struct cluster *c = two_groups();

	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.0.0.0,10.0.0.1,10.0.0.2,10.0.0.3");
	annotate(c, "web/named", "lbbgp.io/service-group", "four");
	assert_has(c, "web/named", "");
	assert_says(c, "web/named", "False PoolExhausted");
	service(c, "web/any", NULL);
	assert_has(c, "web/any", "10.1.0.0");
	cluster_free(c);
}

TEST(groups_are_tried_by_priority_then_by_name)
{
	struct cluster *c = cluster_new(1);

	group(c, "b", "10.2.0.0/24", "10.2.0.0/32");
	group(c, "a", "10.1.0.0/24", "10.1.0.0/32");
	group(c, "z", "10.3.0.0/24", "10.3.0.0/32");
	cluster_put(c, "ServiceGroup", "z", "{'spec':{'priority':1}}");
	service(c, "web/1", NULL);
	service(c, "web/2", NULL);
	service(c, "web/3", NULL);
	assert_has(c, "web/1", "10.3.0.0");
	assert_has(c, "web/2", "10.1.0.0");
	assert_has(c, "web/3", "10.2.0.0");
	cluster_free(c);
}

TEST(a_group_that_does_not_exist_is_waited_for)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/a", "lbbgp.io/service-group", "later");
	assert_says(c, "web/a", "False GroupNotFound");
	assert_has_event(c, "GroupNotFound: there is no ServiceGroup later");
	group(c, "later", "10.9.0.0/24", "10.9.0.0/24");
	cluster_settle(c);
	assert_has(c, "web/a", "10.9.0.0");
	cluster_free(c);
}

TEST(aliases_that_name_different_groups_are_refused)
{
	struct cluster *c = two_groups();

	cluster_put(c, "Service", "web/a",
	    "{'metadata':{'annotations':{'purelb.io/service-group':'four',"
	    "'metallb.io/address-pool':'other'}}}");
	cluster_settle(c);
	assert_says(c, "web/a", "False ConflictingRequests");
	assert_string_equal(cluster_message(c, "web/a"),
	    "purelb.io/service-group and metallb.io/address-pool name different "
	    "groups");
	cluster_free(c);
}

TEST(require_dual_stack_gets_both_or_none)
{
	struct cluster *c = dual_group("10.0.0.0/31", "fd00::/128");

	service(c, "web/a", DUAL("RequireDualStack"));
	assert_has(c, "web/a", "10.0.0.0,fd00::");
	service(c, "web/b", DUAL("RequireDualStack"));
	assert_has(c, "web/b", "");
	assert_says(c, "web/b", "False PoolExhausted");
	remove_service(c, "web/a");
	assert_has(c, "web/b", "10.0.0.1,fd00::");
	cluster_free(c);
}

TEST(a_family_that_no_pool_has_is_no_exhausted_pool)
{
	struct cluster *c = two_groups();

	service(c, "web/a", DUAL("RequireDualStack"));
	assert_says(c, "web/a", "False FamilyMismatch");
	assert_has_event(
	    c, "FamilyMismatch: no pool of IPv6 in any ServiceGroup");
	annotate(c, "web/a", "lbbgp.io/service-group", "four");
	assert_has_event(
	    c, "FamilyMismatch: no pool of IPv6 in ServiceGroup four");
	group(c, "six", "fd00::/64", "fd00::/64");
	annotate(c, "web/a", "lbbgp.io/service-group", "");
	assert_has_event(c,
	    "FamilyMismatch: no ServiceGroup has pools of both IPv4 and IPv6");
	cluster_free(c);
}

TEST(prefer_dual_stack_gets_one_now_and_the_other_later)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/128");

	service(c, "web/six", "{'spec':{'ipFamilies':['IPv6']}}");
	service(c, "web/both", DUAL("PreferDualStack"));
	assert_has(c, "web/both", "10.0.0.0");
	assert_says(c, "web/both", "True Assigned");
	remove_service(c, "web/six");
	assert_has(c, "web/both", "10.0.0.0,fd00::");
	cluster_free(c);
}

TEST(a_family_that_has_to_wait_costs_one_write_and_one_event)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/128");

	group(c, "later", "10.9.0.0/24", "10.9.0.0/30");
	service(c, "web/six", "{'spec':{'ipFamilies':['IPv6']}}");
	unsigned writes = cluster_writes(c), events = cluster_events(c);

	service(c, "web/both", DUAL("PreferDualStack"));
	assert_string_equal(cluster_message(c, "web/both"),
	    "10.0.0.0 from ServiceGroup dual; no free IPv6 address in "
	    "ServiceGroup dual");
	assert_int_equal(cluster_writes(c), writes + 1);
	assert_int_equal(cluster_events(c), events + 1);
	cluster_free(c);
}

TEST(a_family_without_any_pool_costs_one_write_and_one_event)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/both", DUAL("PreferDualStack"));
	assert_string_equal(cluster_message(c, "web/both"),
	    "10.0.0.0 from ServiceGroup four; no pool of IPv6 in "
	    "ServiceGroup four");
	assert_int_equal(cluster_writes(c), 1);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(who_takes_what_another_one_asked_for_is_named)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Service", "web/both", DUAL("RequireDualStack"));
	annotate(c, "web/both", "lbbgp.io/addresses", "10.0.0.0");
	assert_says(c, "web/both", "False FamilyMismatch");
	service(c, "web/four", NULL);
	assert_string_equal(cluster_message(c, "web/both"),
	    "10.0.0.0 is held by Service web/four");
	cluster_free(c);
}

TEST(of_two_families_refused_both_are_named)
{
	struct cluster *c = two_groups();

	service(c, "web/a", NULL);
	group(c, "six", "fd00::/64", "fd00::/128");
	annotate(c, "web/a", "lbbgp.io/service-group", "six");
	service(c, "web/a", DUAL("PreferDualStack"));
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(cluster_message(c, "web/a"),
		    "no free IPv4 and IPv6 address in ServiceGroup six; it "
		    "keeps 10.0.0.0");
		service(c, "web/six", "{'spec':{'ipFamilies':['IPv6']}}");
	}
	cluster_free(c);
}

TEST(the_second_family_comes_from_the_same_group)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/128");

	group(c, "six", "fd01::/64", "fd01::/64");
	service(c, "web/six",
	    "{'spec':{'ipFamilies':['IPv6'],'loadBalancerIP':'fd00::'}}");
	service(c, "web/both", DUAL("PreferDualStack"));
	assert_has(c, "web/both", "10.0.0.0");
	cluster_free(c);
}

TEST(a_family_without_a_pool_is_told)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", "{'spec':{'ipFamilies':['IPv6']}}");
	assert_says(c, "web/a", "False FamilyMismatch");
	cluster_free(c);
}

TEST(aliases_that_ask_for_different_addresses_are_refused)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop",
	    "{'metadata':{'annotations':{'purelb.io/addresses':'10.0.0.2',"
	    "'metallb.io/loadBalancerIPs':'10.0.0.1'}}}");
	assert_says(c, "web/shop", "False ConflictingRequests");
	assert_string_equal(cluster_message(c, "web/shop"),
	    "purelb.io/addresses and metallb.io/loadBalancerIPs ask for "
	    "different addresses");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_requested_address_is_given),
		cmocka_unit_test(every_alias_of_a_request_is_understood),
		cmocka_unit_test(every_alias_of_a_group_is_understood),
		cmocka_unit_test(
		    an_annotation_we_do_not_know_is_told_with_the_address),
		cmocka_unit_test(
		    an_annotation_we_do_not_know_is_told_with_a_refusal),
		cmocka_unit_test(
		    what_a_service_may_not_say_of_its_routes_is_told),
		cmocka_unit_test(
		    what_a_service_says_of_an_aggregate_is_told_to_be_nothing),
		cmocka_unit_test(
		    services_that_share_an_address_have_to_agree_on_its_routes),
		cmocka_unit_test(
		    a_service_without_a_class_is_left_alone_when_told),
		cmocka_unit_test(a_service_of_another_lbbgp_is_not_ours),
		cmocka_unit_test(
		    equal_requests_by_field_and_annotation_are_fine),
		cmocka_unit_test(unequal_requests_are_refused_with_both_names),
		cmocka_unit_test(the_own_key_beats_aliases_that_disagree),
		cmocka_unit_test(addresses_are_compared_as_bytes),
		cmocka_unit_test(
		    several_addresses_of_a_family_are_given_all_or_none),
		cmocka_unit_test(several_addresses_of_a_family_are_taken_over),
		cmocka_unit_test(
		    what_a_rule_takes_of_several_addresses_is_told),
		cmocka_unit_test(
		    addresses_beyond_the_most_a_service_has_are_told),
		cmocka_unit_test(a_family_the_service_does_not_have_is_refused),
		cmocka_unit_test(an_address_outside_all_pools_is_refused),
		cmocka_unit_test(
		    an_excluded_address_is_refused_by_the_name_of_its_group),
		cmocka_unit_test(a_holder_in_another_namespace_is_not_named),
		cmocka_unit_test(nonsense_is_a_bad_request),
		cmocka_unit_test(
		    what_is_cut_within_a_character_is_told_all_the_same),
		cmocka_unit_test(
		    without_auto_assign_only_by_name_or_by_address),
		cmocka_unit_test(
		    a_named_group_that_is_exhausted_is_not_left_for_others),
		cmocka_unit_test(groups_are_tried_by_priority_then_by_name),
		cmocka_unit_test(a_group_that_does_not_exist_is_waited_for),
		cmocka_unit_test(
		    aliases_that_name_different_groups_are_refused),
		cmocka_unit_test(require_dual_stack_gets_both_or_none),
		cmocka_unit_test(
		    a_family_that_no_pool_has_is_no_exhausted_pool),
		cmocka_unit_test(
		    prefer_dual_stack_gets_one_now_and_the_other_later),
		cmocka_unit_test(
		    a_family_that_has_to_wait_costs_one_write_and_one_event),
		cmocka_unit_test(
		    a_family_without_any_pool_costs_one_write_and_one_event),
		cmocka_unit_test(who_takes_what_another_one_asked_for_is_named),
		cmocka_unit_test(of_two_families_refused_both_are_named),
		cmocka_unit_test(the_second_family_comes_from_the_same_group),
		cmocka_unit_test(a_family_without_a_pool_is_told),
		cmocka_unit_test(
		    aliases_that_ask_for_different_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
