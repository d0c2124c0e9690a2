/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing: doc/rules.md 29-31. */
#include <string.h>

#include "tests/unit/allocator_cases.h"

/* A Service with that key and one port: "web/a", "k", "53", "UDP". */
static void
sharer(struct cluster *c, const char *where, const char *key, const char *port,
    const char *protocol)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'%s'}},"
	    "'spec':{'selector':{'app':'a'},'ports':[{'port':%s,"
	    "'protocol':'%s'}]}}",
	    key, port, protocol);
	service(c, where, text);
}

TEST(equal_keys_and_other_ports_share)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/a", "k", "80", "TCP");
	sharer(c, "web/b", "k", "443", "TCP");
	sharer(c, "web/other", "x", "443", "TCP");
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.0");
	assert_has(c, "web/other", "10.0.0.1");
	cluster_free(c);
}

TEST(tcp_and_udp_of_one_port_share)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/tcp", "dns", "53", "TCP");
	sharer(c, "web/udp", "dns", "53", "UDP");
	assert_has(c, "web/udp", "10.0.0.0");
	cluster_free(c);
}

TEST(the_same_port_gets_an_address_of_its_own)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/a", "k", "80", "TCP");
	sharer(c, "web/b", "k", "80", "TCP");
	sharer(c, "web/c", "k", "81", "TCP");
	assert_has(c, "web/b", "10.0.0.1");
	assert_has(c, "web/c", "10.0.0.0");
	cluster_free(c);
}

TEST(a_requested_address_is_shared_or_refused_with_the_cause)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/a", "k", "80", "TCP");
	cluster_put(c, "Service", "web/b", ASKS("10.0.0.0"));
	sharer(c, "web/b", "k", "80", "TCP");
	assert_says(c, "web/b", "False SharingConflict");
	assert_non_null(strstr(cluster_message(c, "web/b"),
	    "held by Service web/a: both have the same port"));
	sharer(c, "web/b", "k", "81", "TCP");
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(across_namespaces_both_have_to_agree)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/a", "k", "80", "TCP");
	sharer(c, "mail/b", "k", "25", "TCP");
	assert_has(c, "mail/b", "10.0.0.1");
	annotate(c, "web/a", "lbbgp.io/sharing-namespaces", "ftp, mail");
	annotate(c, "mail/c", "lbbgp.io/sharing-namespaces", "*");
	sharer(c, "mail/c", "k", "26", "TCP");
	assert_has(c, "mail/b", "10.0.0.1");
	remove_service(c, "mail/c");
	annotate(c, "mail/b", "lbbgp.io/addresses", "10.0.0.0");
	assert_says(c, "mail/b", "False SharingConflict");
	annotate(c, "mail/b", "lbbgp.io/sharing-namespaces", "web");
	assert_has(c, "mail/b", "10.0.0.0");
	cluster_free(c);
}

enum { MANY = 49 }; /* more than one looks at at once */

/* So many of them, each in a namespace or by a name of its own. */
static void
many_sharers(struct cluster *c, const char *fmt, const char *port)
{
	char where[64];

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(where, sizeof(where), fmt, i);
		sharer(c, where, "default", port, "TCP");
	}
}

TEST(users_of_a_key_that_can_not_share_hide_nobody_who_can)
{
	struct cluster *c = cluster_new(1);

	group(c, "some", "10.0.0.0/24", "10.0.0.0-10.0.0.49");
	many_sharers(c, "other%u/a", "80");
	sharer(c, "web/http", "default", "80", "TCP");
	sharer(c, "web/https", "default", "443", "TCP");
	assert_has(c, "web/http", "10.0.0.49");
	assert_has(c, "web/https", "10.0.0.49");
	cluster_free(c);
}

TEST(addresses_with_no_room_for_its_ports_hide_none_that_has)
{
	struct cluster *c = cluster_new(1);
	char where[64];

	group(c, "some", "10.0.0.0/24", "10.0.0.0-10.0.0.48");
	many_sharers(c, "web/http%u", "80");
	many_sharers(c, "web/https%u", "443");
	snprintf(where, sizeof(where), "web/https%u", MANY - 1);
	assert_has(c, where, "10.0.0.48");
	cluster_free(c);
}

TEST(local_ones_share_only_with_the_same_selector)
{
	struct cluster *c = cluster_with_four();
	char text[512];

	for (unsigned i = 0; i < 4; i++) {
		static const char *const names[] = { "web/a", "web/cluster",
			"web/local", "web/elsewhere" };

		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}},"
		    "'spec':{'externalTrafficPolicy':'%s','selector':{'app':"
		    "'%s'},'ports':[{'port':%u}]}}",
		    i == 1 ? "Cluster" : "Local", i == 3 ? "b" : "a", 80 + i);
		service(c, names[i], text);
	}
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/cluster", "10.0.0.1");
	assert_has(c, "web/local", "10.0.0.0");
	assert_has(c, "web/elsewhere", "10.0.0.2");
	cluster_free(c);
}

TEST(local_ones_without_a_selector_do_not_share)
{
	struct cluster *c = cluster_with_four();

	for (unsigned i = 0; i < 2; i++) { /* who knows their endpoints? */
		static const char *const names[] = { "web/a", "web/b" };
		char text[512];

		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}},"
		    "'spec':{'externalTrafficPolicy':'Local',"
		    "'ports':[{'port':%u}]}}",
		    80 + i);
		service(c, names[i], text);
	}
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

TEST(the_service_that_changed_loses_and_the_incumbent_stays)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	sharer(c, "web/old", "k", "80", "TCP");
	cluster_set_age(c, 2);
	sharer(c, "web/young", "k", "81", "TCP");
	sharer(c, "web/old", "k", "81", "TCP");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(found_in_conflict_at_the_start_the_older_keeps_it)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	sharer(c, "web/old", "k", "80", "TCP");
	cluster_set_age(c, 2);
	sharer(c, "web/young", "k", "81", "TCP");
	cluster_stop(c);
	cluster_put(
	    c, "Service", "web/old", "{'spec':{'ports':[{'port':81}]}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/old", "10.0.0.0");
	assert_has(c, "web/young", "10.0.0.1");
	cluster_free(c);
}

TEST(the_only_user_may_change_its_key_in_place)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/a", "k", "80", "TCP");
	sharer(c, "web/a", "x", "80", "TCP");
	assert_has(c, "web/a", "10.0.0.0");
	sharer(c, "web/b", "x", "81", "TCP");
	assert_has(c, "web/b", "10.0.0.0");
	cluster_free(c);
}

TEST(release_of_one_sharer_frees_exactly_its_ports)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	sharer(c, "web/a", "k", "80", "TCP");
	sharer(c, "web/b", "k", "81", "TCP");
	sharer(c, "web/waits", "k", "80", "TCP");
	service(c, "web/alone", NULL);
	assert_says(c, "web/waits", "False PoolExhausted");
	remove_service(c, "web/a");
	assert_has(c, "web/waits", "10.0.0.0");
	assert_has(c, "web/alone", "");
	cluster_free(c);
}

TEST(a_holder_that_takes_a_key_serves_those_who_wait_with_it)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	service(c, "web/has", NULL);
	sharer(c, "web/waits", "k", "81", "TCP");
	assert_says(c, "web/waits", "False PoolExhausted");
	annotate(c, "web/has", "lbbgp.io/sharing-key", "k");
	assert_has(c, "web/waits", "10.0.0.0");
	cluster_free(c);
}

TEST(who_asks_is_told_when_the_terms_of_the_holder_change)
{
	struct cluster *c = cluster_with_four();

	service(c, "mail/a", "{'spec':{'ports':[{'port':80}]}}");
	sharer(c, "web/b", "k", "81", "TCP");
	service(c, "web/b", ASKS("10.0.0.0"));
	assert_says(c, "web/b", "False SharingConflict");
	sharer(c, "mail/a", "k", "80", "TCP");
	assert_string_equal(cluster_message(c, "web/b"),
	    "10.0.0.0 is held by a Service of another namespace: the "
	    "namespaces have not agreed to share; it keeps 10.0.0.1");
	cluster_free(c);
}

TEST(a_sharer_that_leaves_without_its_key_makes_room_for_its_ports)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	sharer(c, "web/stays", "k", "80", "TCP");
	sharer(c, "web/leaves", "k", "81", "TCP");
	sharer(c, "web/waits", "k", "81", "TCP");
	assert_says(c, "web/waits", "False PoolExhausted");
	group(c, "more", "10.1.0.0/24", "10.1.0.0/32");
	cluster_put(c, "ServiceGroup", "more", "{'spec':{'autoAssign':false}}");
	service(c, "web/leaves",
	    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':null,"
	    "'lbbgp.io/service-group':'more'}}}");
	assert_has(c, "web/leaves", "10.1.0.0");
	assert_has(c, "web/waits", "10.0.0.0");
	cluster_free(c);
}

TEST(the_oldest_in_the_way_is_named_whatever_came_first)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 2);
	sharer(c, "web/young", "k", "80", "TCP");
	cluster_set_age(c, 3);
	service(c, "web/asks", ASKS("10.0.0.0"));
	assert_string_equal(cluster_message(c, "web/asks"),
	    "10.0.0.0 is held by Service web/young");
	cluster_set_age(c, 1);
	sharer(c, "web/old", "k", "81", "TCP");
	assert_string_equal(cluster_message(c, "web/asks"),
	    "10.0.0.0 is held by Service web/old");
	unsigned writes = cluster_writes(c);

	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), writes);
	remove_service(c, "web/old");
	assert_string_equal(cluster_message(c, "web/asks"),
	    "10.0.0.0 is held by Service web/young");
	cluster_free(c);
}

TEST(keys_that_disagree_are_refused)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a",
	    "{'metadata':{'annotations':{'metallb.io/allow-shared-ip':'x',"
	    "'purelb.io/allow-shared-ip':'y'}}}");
	assert_says(c, "web/a", "False ConflictingRequests");
	assert_string_equal(cluster_message(c, "web/a"),
	    "purelb.io/allow-shared-ip and metallb.io/allow-shared-ip are "
	    "different keys");
	cluster_free(c);
}

TEST(every_alias_of_a_sharing_key_is_understood)
{
	static const char *const keys[] = { "purelb.io/allow-shared-ip",
		"metallb.io/allow-shared-ip",
		"metallb.universe.tf/allow-shared-ip",
		"lbipam.cilium.io/sharing-key",
		"io.cilium/lb-ipam-sharing-key" };
	struct cluster *c = cluster_with_four();
	char text[256];

	sharer(c, "web/a", "k", "80", "TCP");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'%s':'k'}},"
		    "'spec':{'ports':[{'port':81}]}}",
		    keys[i]);
		service(c, "web/b", text);
		assert_has(c, "web/b", "10.0.0.0");
		remove_service(c, "web/b");
	}
	cluster_free(c);
}

TEST(the_aliases_for_other_namespaces_are_understood)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/a", "io.cilium/lb-ipam-sharing-cross-namespace", "*");
	sharer(c, "web/a", "k", "80", "TCP");
	annotate(c, "mail/b", "lbbgp.io/addresses", "10.0.0.0");
	sharer(c, "mail/b", "k", "25", "TCP");
	assert_says(c, "mail/b", "False SharingConflict");
	annotate(
	    c, "mail/b", "lbipam.cilium.io/sharing-cross-namespace", "web");
	assert_has(c, "mail/b", "10.0.0.0");
	cluster_free(c);
}

TEST(a_key_edited_later_moves_the_service_that_changed)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/old", "k", "80", "TCP");
	sharer(c, "web/young", "k", "81", "TCP");
	sharer(c, "web/old", "other", "80", "TCP");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(a_protocol_edited_later_moves_the_service_that_changed)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/old", "k", "53", "UDP");
	sharer(c, "web/young", "k", "53", "TCP");
	sharer(c, "web/old", "k", "53", "TCP");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(who_can_not_share_any_more_and_finds_nothing_else_loses)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	sharer(c, "web/stays", "k", "80", "TCP");
	sharer(c, "web/changes", "k", "81", "TCP");
	sharer(c, "web/changes", "l", "81", "TCP");
	assert_has(c, "web/stays", "10.0.0.0");
	assert_has(c, "web/changes", "");
	assert_has_event(
	    c, "PoolExhausted: no free IPv4 address in any ServiceGroup");
	sharer(c, "web/changes", "k", "81", "TCP");
	assert_has(c, "web/changes", "10.0.0.0");
	cluster_free(c);
}

TEST(a_policy_edited_later_moves_the_service_that_changed)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/old", "k", "80", "TCP");
	sharer(c, "web/young", "k", "81", "TCP");
	service(c, "web/old", "{'spec':{'externalTrafficPolicy':'Local'}}");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(one_that_can_be_read_again_moves_if_its_terms_are_others_now)
{
	struct cluster *c = cluster_with_four();

	cluster_set_age(c, 1);
	sharer(c, "web/old", "k", "80", "TCP");
	service(c, "web/old",
	    "{'metadata':{'annotations':{'lbbgp.io/addresses':1}},"
	    "'spec':{'externalTrafficPolicy':'Local'}}");
	cluster_set_age(c, 2);
	sharer(c, "web/young", "k", "81", "TCP");
	assert_has(c, "web/young", "10.0.0.0");
	service(c, "web/old",
	    "{'metadata':{'annotations':{'lbbgp.io/addresses':null}}}");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(a_selector_edited_later_moves_the_service_that_changed)
{
	struct cluster *c = cluster_with_four();
	const char *local = "{'spec':{'externalTrafficPolicy':'Local'}}";

	cluster_put(c, "Service", "web/old", local);
	sharer(c, "web/old", "k", "80", "TCP");
	cluster_put(c, "Service", "web/young", local);
	sharer(c, "web/young", "k", "81", "TCP");
	service(c, "web/young", ASKS("10.0.0.0"));
	service(c, "web/old", "{'spec':{'selector':{'app':'b'}}}");
	assert_has(c, "web/young", "10.0.0.0");
	assert_has(c, "web/old", "10.0.0.1");
	cluster_free(c);
}

TEST(a_consent_taken_back_moves_the_service_that_took_it)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/old", "lbbgp.io/sharing-namespaces", "mail");
	sharer(c, "web/old", "k", "80", "TCP");
	annotate(c, "mail/young", "lbbgp.io/sharing-namespaces", "web");
	cluster_put(c, "Service", "mail/young", ASKS("10.0.0.0"));
	sharer(c, "mail/young", "k", "25", "TCP");
	assert_has(c, "mail/young", "10.0.0.0");
	annotate(c, "web/old", "lbbgp.io/sharing-namespaces", "ftp");
	assert_has(c, "mail/young", "10.0.0.0");
	assert_says(c, "web/old", "True Assigned");
	assert_string_not_equal(cluster_addresses(c, "web/old"), "10.0.0.0");
	cluster_free(c);
}

#define THEIRS                                                      \
	"{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}}," \
	"'spec':{'loadBalancerClass':'example.com/other'},"         \
	"'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}"

TEST(an_address_of_another_load_balancer_is_not_shared)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs", THEIRS);
	sharer(c, "web/ours", "k", "443", "TCP");
	assert_has(c, "web/ours", "10.0.0.1");
	cluster_free(c);
}

TEST(an_address_of_another_load_balancer_is_not_shared_by_request)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs", THEIRS);
	cluster_put(c, "Service", "web/ours", ASKS("10.0.0.0"));
	sharer(c, "web/ours", "k", "443", "TCP");
	assert_says(c, "web/ours", "False SharingConflict");
	assert_string_equal(cluster_message(c, "web/ours"),
	    "10.0.0.0 is held by Service web/theirs: "
	    "it is another load balancer's");
	service(c, "web/theirs", "{'spec':{'loadBalancerClass':null}}");
	assert_has(c, "web/ours", "10.0.0.0");
	cluster_free(c);
}

TEST(an_address_of_another_load_balancer_is_not_shared_by_record)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs", THEIRS);
	cluster_put(c, "Service", "web/ours",
	    "{'metadata':{'annotations':"
	    "{'lbbgp.io/allocated-addresses':'10.0.0.0'}}}");
	sharer(c, "web/ours", "k", "443", "TCP");
	assert_has(c, "web/ours", "10.0.0.1");
	cluster_free(c);
}

TEST(a_wiped_status_takes_no_address_of_another_load_balancer_back)
{
	struct cluster *c = cluster_with_four();

	cluster_stop(c);
	cluster_put(c, "Service", "web/theirs",
	    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}},"
	    "'spec':{'loadBalancerClass':'example.com/other',"
	    "'ports':[{'port':81}]},"
	    "'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.0'}]}}}");
	cluster_put(c, "Service", "web/wiped",
	    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k',"
	    "'lbbgp.io/allocated-from':'four',"
	    "'lbbgp.io/allocated-addresses':'10.0.0.0'}},"
	    "'spec':{'ports':[{'port':80}]},"
	    "'status':{'conditions':[{'type':'lbbgp.io/AddressAssigned',"
	    "'status':'True','reason':'Assigned',"
	    "'message':'10.0.0.0 from ServiceGroup four'}]}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/wiped", "10.0.0.1");
	cluster_free(c);
}

TEST(an_address_that_becomes_ours_serves_those_who_wait_with_its_key)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.0/32");
	service(c, "web/theirs", THEIRS);
	sharer(c, "web/waits", "k", "443", "TCP");
	assert_says(c, "web/waits", "False PoolExhausted");
	service(c, "web/theirs", "{'spec':{'loadBalancerClass':null}}");
	assert_says(c, "web/theirs", "True Assigned");
	assert_has(c, "web/waits", "10.0.0.0");
	cluster_free(c);
}

TEST(who_moves_is_followed_to_where_it_goes)
{
	struct cluster *c = cluster_with_four();

	sharer(c, "web/moves", "k", "80", "TCP");
	cluster_mute(c, "moves"); /* it holds both until there is an answer */
	service(c, "web/moves", ASKS("10.0.0.3"));
	sharer(c, "web/follows", "k", "443", "TCP");
	assert_has(c, "web/follows", "10.0.0.3");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_keys_and_other_ports_share),
		cmocka_unit_test(tcp_and_udp_of_one_port_share),
		cmocka_unit_test(the_same_port_gets_an_address_of_its_own),
		cmocka_unit_test(
		    a_requested_address_is_shared_or_refused_with_the_cause),
		cmocka_unit_test(across_namespaces_both_have_to_agree),
		cmocka_unit_test(
		    users_of_a_key_that_can_not_share_hide_nobody_who_can),
		cmocka_unit_test(
		    addresses_with_no_room_for_its_ports_hide_none_that_has),
		cmocka_unit_test(local_ones_share_only_with_the_same_selector),
		cmocka_unit_test(local_ones_without_a_selector_do_not_share),
		cmocka_unit_test(
		    the_service_that_changed_loses_and_the_incumbent_stays),
		cmocka_unit_test(
		    found_in_conflict_at_the_start_the_older_keeps_it),
		cmocka_unit_test(the_only_user_may_change_its_key_in_place),
		cmocka_unit_test(release_of_one_sharer_frees_exactly_its_ports),
		cmocka_unit_test(
		    a_holder_that_takes_a_key_serves_those_who_wait_with_it),
		cmocka_unit_test(
		    who_asks_is_told_when_the_terms_of_the_holder_change),
		cmocka_unit_test(
		    a_sharer_that_leaves_without_its_key_makes_room_for_its_ports),
		cmocka_unit_test(
		    the_oldest_in_the_way_is_named_whatever_came_first),
		cmocka_unit_test(keys_that_disagree_are_refused),
		cmocka_unit_test(every_alias_of_a_sharing_key_is_understood),
		cmocka_unit_test(
		    the_aliases_for_other_namespaces_are_understood),
		cmocka_unit_test(
		    a_key_edited_later_moves_the_service_that_changed),
		cmocka_unit_test(
		    a_protocol_edited_later_moves_the_service_that_changed),
		cmocka_unit_test(
		    who_can_not_share_any_more_and_finds_nothing_else_loses),
		cmocka_unit_test(
		    a_policy_edited_later_moves_the_service_that_changed),
		cmocka_unit_test(
		    one_that_can_be_read_again_moves_if_its_terms_are_others_now),
		cmocka_unit_test(
		    a_selector_edited_later_moves_the_service_that_changed),
		cmocka_unit_test(
		    a_consent_taken_back_moves_the_service_that_took_it),
		cmocka_unit_test(
		    an_address_of_another_load_balancer_is_not_shared),
		cmocka_unit_test(
		    an_address_of_another_load_balancer_is_not_shared_by_request),
		cmocka_unit_test(
		    an_address_of_another_load_balancer_is_not_shared_by_record),
		cmocka_unit_test(
		    a_wiped_status_takes_no_address_of_another_load_balancer_back),
		cmocka_unit_test(
		    an_address_that_becomes_ours_serves_those_who_wait_with_its_key),
		cmocka_unit_test(who_moves_is_followed_to_where_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
