/* SPDX-License-Identifier: Apache-2.0 */
/* Services of which not all can be read: they have what they have. */
#include "tests/unit/allocator_cases.h"

/* What an API server lets in, now or some day, and we can't read. */
#define BAD_EXTERNAL_IP "{'spec':{'externalIPs':['010.1.2.3']}}"
#define BAD_POLICY "{'spec':{'externalTrafficPolicy':'Near'}}"
#define BAD_TYPE "{'spec':{'type':'Other'}}"
#define POLICY_FAULT \
	"spec.externalTrafficPolicy: \"Near\": not one of Cluster or Local"

static struct cluster *
cluster_with_one(void)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.1-10.0.0.1");
	cluster_settle(c);
	return c;
}

TEST(an_odd_service_keeps_its_address_over_a_fresh_start)
{
	static const char *const odd[] = { BAD_EXTERNAL_IP, BAD_POLICY,
		BAD_TYPE, "{'spec':{'ports':[{'port':80,'protocol':'QUIC'}]}}",
		"{'spec':{'ipFamilies':['IPv8']}}",
		"{'spec':{'ipFamilyPolicy':'Triple'}}",
		"{'spec':{'selector':{'a':1}}}",
		"{'metadata':{'creationTimestamp':'yesterday'}}",
		"{'metadata':{'annotations':{'lbbgp.io/addresses':1}}}" };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct cluster *c = cluster_with_one();

		service(c, "web/victim", NULL);
		service(c, "web/victim", odd[i]);
		service(c, "web/second", NULL);
		cluster_restart(c);
		cluster_settle(c);
		assert_has(c, "web/victim", "10.0.0.1");
		assert_has(c, "web/second", "");
		assert_says(c, "web/second", "False PoolExhausted");
		cluster_free(c);
	}
}

TEST(an_odd_address_that_is_not_ours_to_give_changes_nothing)
{
	struct cluster *c = cluster_with_one();

	service(c, "web/a", BAD_EXTERNAL_IP);
	assert_has(c, "web/a", "10.0.0.1");
	assert_says(c, "web/a", "True Assigned");
	cluster_free(c);
}

TEST(an_odd_service_gets_nothing_new_and_is_told_why)
{
	struct cluster *c = cluster_with_one();

	service(c, "web/a", BAD_POLICY);
	assert_has(c, "web/a", "");
	assert_says(c, "web/a", "False InvalidService");
	assert_has_event(c, "InvalidService: " POLICY_FAULT);
	service(c, "web/a", "{'spec':{'externalTrafficPolicy':'Local'}}");
	assert_has(c, "web/a", "10.0.0.1");
	assert_says(c, "web/a", "True Assigned");
	cluster_free(c);
}

TEST(an_odd_service_is_told_that_it_keeps_what_it_has)
{
	struct cluster *c = two_groups();

	service(c, "web/a", NULL);
	service(c, "web/a",
	    "{'metadata':{'annotations':{'lbbgp.io/service-group':'other'}},"
	    "'spec':{'externalTrafficPolicy':'Near'}}");
	assert_has(c, "web/a", "10.0.0.0");
	assert_has_event(
	    c, "InvalidService: " POLICY_FAULT "; it keeps 10.0.0.0");
	service(c, "web/a", "{'spec':{'externalTrafficPolicy':null}}");
	assert_has(c, "web/a", "10.1.0.0");
	cluster_free(c);
}

TEST(what_a_terminal_would_obey_is_escaped_in_what_is_told)
{
	struct cluster *c = cluster_with_one();

	annotate(
	    c, "web/a", "lbbgp.io/service-group", "\\u001b[2Jg\xe2\x80\xae");
	assert_has_event(
	    c, "GroupNotFound: there is no ServiceGroup \\x1b[2Jg\\u202e");
	annotate(c, "web/a", "lbbgp.io/service-group", "one");
	annotate(c, "web/a", "lbbgp.io/addresses", "\\u0007\xe2\x80\xae");
	assert_has_event(c,
	    "BadRequest: lbbgp.io/addresses: \\x07\\u202e: not an IP "
	    "address; it keeps 10.0.0.1");
	cluster_free(c);
}

TEST(families_that_can_not_be_read_take_no_address_away)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/64");

	service(c, "web/a", DUAL("RequireDualStack"));
	assert_has(c, "web/a", "10.0.0.0,fd00::");
	service(c, "web/a", "{'spec':{'ipFamilies':['IPv6','IPv8']}}");
	cluster_restart(c);
	cluster_settle(c);
	assert_says(c, "web/a", "False InvalidService");
	assert_has(c, "web/a", "fd00::,10.0.0.0");
	cluster_free(c);
}

TEST(nobody_moves_for_a_policy_that_can_not_be_read)
{
	struct cluster *c = cluster_with_four();

	for (unsigned i = 0; i < 2; i++) {
		char where[16], text[256];

		snprintf(where, sizeof(where), "web/%u", i);
		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'lbbgp.io/sharing-key':'k'}},"
		    "'spec':{'externalTrafficPolicy':'Local','selector':{'a':'b'},"
		    "'ports':[{'port':8%u}]}}",
		    i);
		cluster_set_age(c, i + 1);
		service(c, where, text);
		assert_has(c, where, "10.0.0.0");
	}
	service(c, "web/0", BAD_POLICY);
	cluster_restart(c);
	cluster_settle(c);
	assert_has(c, "web/0", "10.0.0.0");
	assert_has(c, "web/1", "10.0.0.0");
	service(c, "web/0", "{'spec':{'externalTrafficPolicy':'Local'}}");
	assert_has(c, "web/0", "10.0.0.0");
	assert_has(c, "web/1", "10.0.0.0");
	assert_says(c, "web/0", "True Assigned");
	cluster_free(c);
}

TEST(an_odd_service_that_was_wiped_has_its_address_again)
{
	struct cluster *c = cluster_with_one();

	service(c, "web/a", NULL);
	service(c, "web/a", BAD_POLICY);
	service(c, "web/a", "{'status':{'loadBalancer':{'ingress':null}}}");
	assert_has(c, "web/a", "10.0.0.1");
	cluster_free(c);
}

TEST(services_of_a_group_that_can_not_be_read_keep_their_addresses)
{
	struct cluster *c = cluster_with_one();

	service(c, "web/victim", NULL);
	cluster_put(c, "ServiceGroup", "one", "{'spec':{'priority':-1}}");
	group(c, "next", "10.0.0.0/24", "10.0.0.1-10.0.0.1");
	cluster_restart(c);
	service(c, "web/second", NULL);
	assert_has(c, "web/victim", "10.0.0.1");
	assert_has(c, "web/second", "");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_odd_service_keeps_its_address_over_a_fresh_start),
		cmocka_unit_test(
		    an_odd_address_that_is_not_ours_to_give_changes_nothing),
		cmocka_unit_test(
		    an_odd_service_gets_nothing_new_and_is_told_why),
		cmocka_unit_test(
		    an_odd_service_is_told_that_it_keeps_what_it_has),
		cmocka_unit_test(
		    what_a_terminal_would_obey_is_escaped_in_what_is_told),
		cmocka_unit_test(
		    families_that_can_not_be_read_take_no_address_away),
		cmocka_unit_test(
		    nobody_moves_for_a_policy_that_can_not_be_read),
		cmocka_unit_test(
		    an_odd_service_that_was_wiped_has_its_address_again),
		cmocka_unit_test(
		    services_of_a_group_that_can_not_be_read_keep_their_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
