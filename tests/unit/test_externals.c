/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told that Kubernetes gives externalIPs up, by a condition. */
#include <jansson.h>
#include <string.h>

#include "allocator/reconcile/task.h"
#include "common/api/service.h"
#include "tests/unit/allocator_cases.h"

#define PLAIN "{'spec':{'type':'ClusterIP','externalIPs':['%s']}}"
#define ANNOUNCED "{'spec':{'serviceExternalIPs':[{'cidr':'192.168.61.0/24'}]}}"

/* The condition, or NULL. */
static const json_t *
remark(const struct cluster *c, const char *where)
{
	const json_t *list = json_object_get(
	    json_object_get(cluster_get(c, "Service", where), "status"),
	    "conditions");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "type")),
			SERVICE_DEPRECATION) == 0)
			return one;
	return NULL;
}

static bool
is_told(const struct cluster *c, const char *where)
{
	const json_t *one = remark(c, where);
	const char *message =
	    json_string_value(json_object_get(one, "message"));

	return message != NULL && strcmp(message, DEPRECATION_MESSAGE) == 0 &&
	    strcmp(json_string_value(json_object_get(one, "status")), "True") ==
	    0;
}

static void
plain(struct cluster *c, const char *where, const char *address)
{
	char text[128];

	snprintf(text, sizeof(text), PLAIN, address);
	service(c, where, text);
}

TEST(a_service_of_ours_is_told_with_its_address_in_one_write)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", "{'spec':{'externalIPs':['192.0.2.1']}}");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_true(is_told(c, "web/shop"));
	assert_int_equal(cluster_writes(c), 1);
	assert_int_equal(cluster_events(c), 1);
	service(c, "web/other", NULL);
	assert_null(remark(c, "web/other"));
	cluster_free(c);
}

TEST(the_remark_comes_and_goes_with_the_field)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_null(remark(c, "web/shop"));
	service(c, "web/shop", "{'spec':{'externalIPs':['192.0.2.1']}}");
	assert_true(is_told(c, "web/shop"));
	service(c, "web/shop", "{'spec':{'externalIPs':['192.0.2.2']}}");
	assert_int_equal(cluster_writes(c), 2); /* it said that before */
	service(c, "web/shop", "{'spec':{'externalIPs':null}}");
	assert_null(remark(c, "web/shop"));
	assert_says(c, "web/shop", "True Assigned");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_int_equal(cluster_writes(c), 3);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(who_has_an_address_of_a_pool_is_told_and_nobody_else)
{
	struct cluster *c = cluster_with_four();

	plain(c, "web/pool", "10.0.0.3");
	plain(c, "web/elsewhere", "10.0.0.4");
	assert_true(is_told(c, "web/pool"));
	assert_null(remark(c, "web/elsewhere"));
	group(c, "more", "10.0.0.0/24", "10.0.0.4-10.0.0.4");
	cluster_settle(c);
	assert_true(is_told(c, "web/elsewhere"));
	assert_int_equal(cluster_writes(c), 2);
	assert_int_equal(cluster_events(c), 0);
	cluster_free(c);
}

TEST(who_has_an_address_that_nodes_announce_is_told)
{
	struct cluster *c = cluster_with_four();

	plain(c, "web/edge", "192.168.61.10");
	assert_null(remark(c, "web/edge"));
	cluster_put(c, "BGPConfiguration", "default", ANNOUNCED);
	cluster_settle(c);
	assert_true(is_told(c, "web/edge"));
	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), 1); /* all of it is there */
	cluster_delete(c, "BGPConfiguration", "default");
	cluster_settle(c);
	assert_null(remark(c, "web/edge"));
	assert_int_equal(cluster_writes(c), 2);
	cluster_free(c);
}

/* Old rights do not cover BGPConfigurations: addresses are given all the same. */
TEST(nothing_is_taken_back_while_configurations_are_not_known)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "BGPConfiguration", "default", ANNOUNCED);
	plain(c, "web/edge", "192.168.61.10");
	cluster_stop(c);
	cluster_withhold(c, "BGPConfiguration");
	cluster_restart(c);
	service(c, "web/shop", NULL);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_true(is_told(c, "web/edge"));
	cluster_free(c);
}

TEST(a_service_of_another_load_balancer_is_left_alone)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/theirs",
	    "{'spec':{'loadBalancerClass':'example.com/other',"
	    "'externalIPs':['10.0.0.1']}}");
	assert_null(remark(c, "web/theirs"));
	assert_int_equal(cluster_writes(c), 0);
	cluster_free(c);
}

TEST(who_ceases_to_be_ours_keeps_only_the_remark)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", "{'spec':{'externalIPs':['10.0.0.2']}}");
	service(c, "web/shop", "{'spec':{'type':'ClusterIP'}}");
	assert_true(is_told(c, "web/shop"));
	assert_says(c, "web/shop", "");
	assert_has(c, "web/shop", "");
	cluster_free(c);
}

TEST(a_remark_that_somebody_takes_away_is_put_back)
{
	struct cluster *c = cluster_with_four();

	plain(c, "web/pool", "10.0.0.3");
	service(c, "web/pool", "{'status':{'conditions':[]}}");
	assert_true(is_told(c, "web/pool"));
	assert_int_equal(cluster_writes(c), 2);
	cluster_free(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_service_of_ours_is_told_with_its_address_in_one_write),
		cmocka_unit_test(the_remark_comes_and_goes_with_the_field),
		cmocka_unit_test(
		    who_has_an_address_of_a_pool_is_told_and_nobody_else),
		cmocka_unit_test(
		    who_has_an_address_that_nodes_announce_is_told),
		cmocka_unit_test(
		    nothing_is_taken_back_while_configurations_are_not_known),
		cmocka_unit_test(
		    a_service_of_another_load_balancer_is_left_alone),
		cmocka_unit_test(who_ceases_to_be_ours_keeps_only_the_remark),
		cmocka_unit_test(a_remark_that_somebody_takes_away_is_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
