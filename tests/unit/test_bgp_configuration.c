/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/bgp_configuration.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* Refusals are rows of tests/corpus. */

static struct bgp_configuration *
corpus(const char *name)
{
	char *path = source_path(name);
	char *text = file_text(path);
	struct bgp_configuration *c = decoded(bgp_configuration_decode, text);

	free(path);
	free(text);
	return c;
}

TEST(configuration_of_the_fabric_is_read)
{
	struct bgp_configuration *c =
	    corpus("tests/corpus/good/fabric-configuration.yaml");
	const struct community *named =
	    bgp_configuration_community(c, "bgp-large-community");

	assert_int_equal(c->as_number, 64517);
	assert_int_equal(c->listen_port, 179);
	assert_int_equal(c->bind_mode, BIND_NODE_IP);
	assert_prefix(&c->cluster_ips.at[0], "10.33.128.0/18");
	assert_prefix(&c->external_ips.at[0], "10.33.192.0/18");
	assert_int_equal(c->load_balancer_ips.n, 0);
	assert_int_equal(named->kind, COMMUNITY_LARGE);
	assert_int_equal(named->value[1], 300);
	assert_null(bgp_configuration_community(c, "other"));
	assert_int_equal(c->n_advertisements, 1);
	assert_prefix(&c->advertisements[0].cidr, "10.33.0.0/17");
	assert_int_equal(c->advertisements[0].communities.n, 2);
	assert_false(c->advertisements[0].has_local_preference);
	bgp_configuration_free(c);
}

TEST(absent_fields_have_their_defaults)
{
	struct bgp_configuration *c = decoded(bgp_configuration_decode,
	    "metadata: {name: default}\nspec: {asNumber: 1}\n");

	assert_int_equal(c->router_id, ROUTER_ID_NODE_IP);
	assert_int_equal(c->listen_port, 179);
	assert_true(c->advertise_pod_cidrs);
	assert_int_equal(c->pod_cidr_source, POD_CIDR_AUTO);
	assert_false(c->follow_service_cidrs);
	assert_false(c->ignore_exclude_label);
	assert_false(c->advertise_without_endpoints);
	assert_false(c->has_health);
	assert_int_equal(c->health, HEALTH_AUTO);
	assert_false(c->service_nodes.present);
	assert_int_equal(c->l2.hello_interval, 200);
	assert_int_equal(c->l2.dead_interval, 800);
	assert_null(c->l2.secret_name);
	assert_false(c->readiness.enabled);
	assert_int_equal(c->readiness.min_sessions, 1);
	bgp_configuration_free(c);
}

TEST(everything_that_can_be_said_is_read)
{
	struct bgp_configuration *c =
	    corpus("tests/corpus/good/configuration-with-everything.yaml");

	assert_true(c->nodes.present);
	assert_int_equal(c->router_id, ROUTER_ID_HASH);
	assert_int_equal(c->bind_mode, BIND_NONE);
	assert_int_equal(c->cluster_ips.n, 2);
	assert_prefix(&c->cluster_ips.at[1], "fd00:33::/112");
	assert_true(c->follow_service_cidrs);
	assert_false(c->advertise_pod_cidrs);
	assert_int_equal(c->pod_cidr_source, POD_CIDR_CALICO_IPAM);
	assert_true(c->ignore_exclude_label);
	assert_true(c->advertise_without_endpoints);
	assert_int_equal(c->health, HEALTH_URL);
	assert_string_equal(c->health_url, "http://127.0.0.1:10256/healthz");
	assert_int_equal(c->n_communities, 2);
	assert_true(c->advertisements[0].has_local_preference);
	assert_int_equal(c->advertisements[0].communities.n, 6);
	assert_int_equal(c->service_nodes.n, 2);
	assert_int_equal(c->n_stations, 2);
	assert_int_equal(c->stations[0].addr.bytes[3], 7);
	assert_int_equal(c->stations[0].port, 11019);
	assert_true(c->stations[0].pre_policy);
	assert_false(c->stations[0].post_policy || c->stations[0].loc_rib);
	assert_int_equal(c->stations[0].statistics, 60);
	assert_false(c->stations[1].pre_policy);
	assert_true(c->stations[1].post_policy && c->stations[1].loc_rib);
	assert_int_equal(c->stations[1].statistics, 0);
	assert_int_equal(c->l2.hello_interval, 50);
	assert_int_equal(c->l2.dead_interval, 200);
	assert_string_equal(c->l2.secret_name, "lan");
	assert_string_equal(c->l2.secret_key, "hmac");
	assert_true(c->readiness.enabled);
	assert_int_equal(c->readiness.min_sessions, 1024);
	bgp_configuration_free(c);
}

TEST(configuration_without_as_number_is_for_links_alone)
{
	struct bgp_configuration *c = decoded(bgp_configuration_decode,
	    "metadata: {name: default}\nspec: {l2: {helloInterval: 100}}\n");

	assert_int_equal(c->as_number, 0);
	assert_int_equal(c->l2.hello_interval, 100);
	assert_int_equal(c->l2.dead_interval, 800);
	bgp_configuration_free(c);
}

TEST(health_may_be_switched_off)
{
	struct bgp_configuration *c = decoded(bgp_configuration_decode,
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 1, dataPlaneHealth: None}\n");

	assert_true(c->has_health);
	assert_int_equal(c->health, HEALTH_NONE);
	bgp_configuration_free(c);
}

/* Each listed CIDR is judged by itself. */
TEST(cidrs_that_are_never_announced_leave_the_others_in_force)
{
	static const char yaml[] =
	    "{metadata: {name: default}, spec: {asNumber: 1, "
	    "serviceExternalIPs: [{cidr: 10.1.0.0/16}, {cidr: 0.0.0.0/0}, "
	    "{cidr: 10.2.0.0/16}], serviceLoadBalancerIPs: "
	    "[{cidr: 127.0.0.0/8}, {cidr: 'ff02::/16'}]}}";
	struct err err = { "" }, known = { "" };
	json_t *obj = yaml_parse(yaml, strlen(yaml), 1, &err);
	struct bgp_configuration *c = bgp_configuration_decode(obj, &err);

	assert_non_null(c);
	assert_string_equal(err.text,
	    "spec.serviceExternalIPs[1].cidr: \"0.0.0.0/0\": a default route "
	    "is never announced; and 2 more");
	assert_true(c->in_part);
	assert_int_equal(c->external_ips.n, 2);
	assert_prefix(&c->external_ips.at[1], "10.2.0.0/16");
	assert_int_equal(c->load_balancer_ips.n, 0);
	assert_true(bgp_configuration_known(obj, &known));
	bgp_configuration_free(c);
	json_decref(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_of_the_fabric_is_read),
		cmocka_unit_test(absent_fields_have_their_defaults),
		cmocka_unit_test(everything_that_can_be_said_is_read),
		cmocka_unit_test(
		    configuration_without_as_number_is_for_links_alone),
		cmocka_unit_test(health_may_be_switched_off),
		cmocka_unit_test(
		    cidrs_that_are_never_announced_leave_the_others_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
