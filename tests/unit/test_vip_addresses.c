/* SPDX-License-Identifier: Apache-2.0 */
/* What the addresses of VirtualIPs mean to Services: doc/rules.md 49. */
#include <jansson.h>
#include <string.h>

#include "tests/unit/allocator_cases.h"

static void
vip(struct cluster *c, const char *name, const char *address)
{
	char text[128];

	snprintf(text, sizeof(text), "{'spec':{'addresses':['%s']}}", address);
	cluster_put(c, "VirtualIP", name, text);
	cluster_settle(c);
}

static void
remove_vip(struct cluster *c, const char *name)
{
	cluster_delete(c, "VirtualIP", name);
	cluster_settle(c);
}

static const json_t *
group_status(const struct cluster *c, const char *name)
{
	return json_object_get(cluster_get(c, "ServiceGroup", name), "status");
}

static const char *
group_says(const struct cluster *c, const char *name)
{
	const json_t *list =
	    json_object_get(group_status(c, name), "conditions");

	return json_string_value(
	    json_object_get(json_array_get(list, 0), "message"));
}

/* "capacity used free" of IPv4. */
static const char *
figures(const struct cluster *c, const char *name)
{
	const json_t *v4 = json_object_get(group_status(c, name), "ipv4");
	static char text[64];
	json_int_t n[3] = { 0 };

	json_unpack((json_t *)v4, "{s:I, s:I, s:I}", "capacity", &n[0], "used",
	    &n[1], "free", &n[2]);
	snprintf(text, sizeof(text), "%lld %lld %lld", (long long)n[0],
	    (long long)n[1], (long long)n[2]);
	return text;
}

#define assert_figures(c, name, text) \
	assert_string_equal(figures(c, name), text)
#define assert_message(c, where, text) \
	assert_string_equal(cluster_message(c, where), text)

TEST(an_address_of_a_virtual_ip_is_not_given)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.0.0.0");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.1");
	assert_figures(c, "four", "3 1 2");
	assert_string_equal(group_says(c, "four"),
	    "addresses of VirtualIPs, never given: 1, first 10.0.0.0 of api");
	cluster_free(c);
}

TEST(a_length_behind_the_address_is_no_part_of_it)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.0.0.0/24");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.1");
	assert_figures(c, "four", "3 1 2");
	cluster_free(c);
}

TEST(what_can_not_be_read_of_a_virtual_ip_is_left_out)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "VirtualIP", "odd",
	    "{'spec':{'addresses':[7,'nonsense','10.0.0.0','10.0.0.0/8']}}");
	cluster_put(c, "VirtualIP", "empty", "{'spec':{}}");
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "10.0.0.1");
	assert_figures(c, "four", "3 1 2");
	cluster_free(c);
}

TEST(who_asks_for_an_address_of_a_virtual_ip_is_told_its_name)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.0.0.2");
	service(c, "web/a", ASKS("10.0.0.2"));
	assert_has(c, "web/a", "");
	assert_says(c, "web/a", "False AddressInUse");
	assert_message(c, "web/a", "10.0.0.2 is an address of VirtualIP api");
	cluster_free(c);
}

TEST(who_asked_for_it_first_gets_it_when_the_virtual_ip_goes)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.0.0.2");
	service(c, "web/first", ASKS("10.0.0.2"));
	service(c, "web/second", ASKS("10.0.0.2"));
	remove_vip(c, "api");
	assert_has(c, "web/first", "10.0.0.2");
	assert_message(
	    c, "web/second", "10.0.0.2 is held by Service web/first");
	cluster_free(c);
}

TEST(who_waits_for_any_address_gets_one_that_a_virtual_ip_leaves)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.7");
	vip(c, "api", "10.0.0.7");
	service(c, "web/a", NULL);
	assert_says(c, "web/a", "False PoolExhausted");
	vip(c, "api", "10.0.0.8");
	assert_has(c, "web/a", "10.0.0.7");
	assert_figures(c, "one", "1 1 0");
	cluster_free(c);
}

TEST(a_service_keeps_an_address_that_a_virtual_ip_has_too)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	vip(c, "api", "10.0.0.0");
	assert_has(c, "web/a", "10.0.0.0");
	assert_says(c, "web/a", "True Assigned");
	assert_message(c, "web/a",
	    "10.0.0.0 from ServiceGroup four; retained, though 10.0.0.0 is "
	    "an address of VirtualIP api too");
	assert_figures(c, "four", "3 0 3");
	assert_string_equal(group_says(c, "four"),
	    "addresses of VirtualIPs, never given: 1, first 10.0.0.0 of api; "
	    "Services that keep addresses no pool has any more: 1");
	remove_vip(c, "api");
	assert_has(c, "web/a", "10.0.0.0");
	assert_message(c, "web/a", "10.0.0.0 from ServiceGroup four");
	assert_figures(c, "four", "4 1 3");
	assert_string_equal(group_says(c, "four"), "");
	cluster_free(c);
}

TEST(what_such_a_service_leaves_nobody_gets)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	vip(c, "api", "10.0.0.0");
	service(c, "web/b", ASKS("10.0.0.0"));
	remove_service(c, "web/a");
	assert_message(c, "web/b", "10.0.0.0 is an address of VirtualIP api");
	service(c, "web/a", NULL); /* as it would have it back: rule 7 */
	assert_has(c, "web/a", "10.0.0.1");
	cluster_free(c);
}

TEST(a_group_that_reallocates_moves_who_has_such_an_address)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'reclaimPolicy':'Reallocate'}}");
	service(c, "web/a", NULL);
	vip(c, "api", "10.0.0.0");
	assert_has(c, "web/a", "10.0.0.1");
	assert_message(c, "web/a", "10.0.0.1 from ServiceGroup four");
	cluster_free(c);
}

TEST(who_has_others_beside_it_is_told_why_it_goes)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'reclaimPolicy':'Reallocate'}}");
	service(c, "web/a",
	    "{'status':{'loadBalancer':{'ingress':["
	    "{'ip':'10.0.0.1'},{'ip':'10.0.0.2'}]}}}");
	vip(c, "api", "10.0.0.1");
	assert_has(c, "web/a", "10.0.0.2");
	assert_message(c, "web/a",
	    "10.0.0.2 from ServiceGroup four; gave up 10.0.0.1, an address of "
	    "VirtualIP api");
	cluster_free(c);
}

TEST(who_reallocates_and_finds_nothing_keeps_it_all_the_same)
{
	struct cluster *c = cluster_new(1);

	group(c, "one", "10.0.0.0/24", "10.0.0.7");
	cluster_put(c, "ServiceGroup", "one",
	    "{'spec':{'reclaimPolicy':'Reallocate'}}");
	service(c, "web/a", NULL);
	vip(c, "api", "10.0.0.7");
	assert_has(c, "web/a", "10.0.0.7");
	assert_says(c, "web/a", "False PoolExhausted");
	cluster_free(c);
}

TEST(a_lost_record_makes_no_stranger_of_who_has_such_an_address)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.0.0.3");
	service(c, "web/a",
	    "{'status':{'loadBalancer':{'ingress':[{'ip':'10.0.0.3'}]}}}");
	assert_has(c, "web/a", "10.0.0.3");
	assert_says(c, "web/a", "True Assigned");
	assert_string_equal(
	    cluster_annotation(c, "web/a", "lbbgp.io/allocated-from"), "four");
	cluster_free(c);
}

TEST(two_virtual_ips_with_one_address_have_both_to_go)
{
	struct cluster *c = cluster_with_four();

	vip(c, "b", "10.0.0.2");
	vip(c, "a", "10.0.0.2");
	service(c, "web/a", ASKS("10.0.0.2"));
	assert_message(c, "web/a", "10.0.0.2 is an address of VirtualIP a");
	assert_figures(c, "four", "3 0 3");
	remove_vip(c, "a");
	assert_message(c, "web/a", "10.0.0.2 is an address of VirtualIP b");
	assert_string_equal(group_says(c, "four"),
	    "addresses of VirtualIPs, never given: 1, first 10.0.0.2 of b");
	remove_vip(c, "b");
	assert_has(c, "web/a", "10.0.0.2");
	cluster_free(c);
}

TEST(nothing_is_given_before_virtual_ips_are_listed)
{
	struct cluster *c = cluster_with_four();

	cluster_stop(c);
	cluster_withhold(c, "VirtualIP");
	vip(c, "api", "10.0.0.0");
	cluster_restart(c);
	service(c, "web/a", NULL);
	assert_has(c, "web/a", "");
	cluster_withhold(c, NULL);
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.1");
	cluster_free(c);
}

TEST(a_new_pool_knows_the_virtual_ips_that_were_there_before)
{
	struct cluster *c = cluster_with_four();

	vip(c, "api", "10.7.0.0");
	group(c, "later", "10.7.0.0/24", "10.7.0.0-10.7.0.1");
	cluster_settle(c);
	assert_figures(c, "later", "1 0 1");
	service(c, "web/a",
	    "{'metadata':{'annotations':{'lbbgp.io/service-group':'later'}}}");
	assert_has(c, "web/a", "10.7.0.1");
	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), 1);
	cluster_free(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_of_a_virtual_ip_is_not_given),
		cmocka_unit_test(a_length_behind_the_address_is_no_part_of_it),
		cmocka_unit_test(
		    what_can_not_be_read_of_a_virtual_ip_is_left_out),
		cmocka_unit_test(
		    who_asks_for_an_address_of_a_virtual_ip_is_told_its_name),
		cmocka_unit_test(
		    who_asked_for_it_first_gets_it_when_the_virtual_ip_goes),
		cmocka_unit_test(
		    who_waits_for_any_address_gets_one_that_a_virtual_ip_leaves),
		cmocka_unit_test(
		    a_service_keeps_an_address_that_a_virtual_ip_has_too),
		cmocka_unit_test(what_such_a_service_leaves_nobody_gets),
		cmocka_unit_test(
		    a_group_that_reallocates_moves_who_has_such_an_address),
		cmocka_unit_test(who_has_others_beside_it_is_told_why_it_goes),
		cmocka_unit_test(
		    who_reallocates_and_finds_nothing_keeps_it_all_the_same),
		cmocka_unit_test(
		    a_lost_record_makes_no_stranger_of_who_has_such_an_address),
		cmocka_unit_test(
		    two_virtual_ips_with_one_address_have_both_to_go),
		cmocka_unit_test(
		    nothing_is_given_before_virtual_ips_are_listed),
		cmocka_unit_test(
		    a_new_pool_knows_the_virtual_ips_that_were_there_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
