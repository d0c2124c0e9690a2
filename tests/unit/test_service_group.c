/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/service_group.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define GROUP "metadata: {name: g}\nspec:\n  pools:\n"

TEST(pool_of_the_fabric_is_read)
{
	struct service_group *g = decoded(service_group_decode,
	    GROUP "  - {subnet: 10.33.192.0/18,"
		  " pool: 10.33.192.0-10.33.255.254, aggregation: /32}\n");

	assert_int_equal(g->n_pools, 1);
	assert_prefix(&g->pools[0].subnet, "10.33.192.0/18");
	assert_addr(&g->pools[0].range.first, "10.33.192.0");
	assert_addr(&g->pools[0].range.last, "10.33.255.254");
	assert_int_equal(g->pools[0].aggregation, 32);
	assert_null(g->pools[0].fault);
	assert_null(g->pools[0].warning);
	assert_true(g->auto_assign);
	assert_int_equal(g->priority, 100);
	assert_false(g->announce.nodes.present);
	service_group_free(g);
}

TEST(aggregation_is_a_host_route_unless_said)
{
	struct service_group *g = decoded(service_group_decode,
	    GROUP "  - {subnet: 10.0.0.0/24, pool: 10.0.0.5}\n"
		  "  - {subnet: \"fd00::/64\", pool: \"fd00::/120\"}\n");

	assert_int_equal(g->pools[0].aggregation, 32);
	assert_addr(&g->pools[0].range.last, "10.0.0.5");
	assert_int_equal(g->pools[1].aggregation, 128);
	assert_addr(&g->pools[1].range.last, "fd00::ff");
	service_group_free(g);
}

TEST(everything_else_of_a_group_is_read)
{
	struct service_group *g = decoded(service_group_decode,
	    GROUP "  - {subnet: 10.0.0.0/24, pool: 10.0.0.0/24}\n"
		  "  exclude: [10.0.0.1, 10.0.0.8 - 10.0.0.9]\n"
		  "  autoAssign: false\n"
		  "  priority: 7\n"
		  "  announce: {bgp: {communities: [\"1:2\", name],"
		  " localPreference: 200,"
		  " nodeSelector: {matchLabels: {edge: \"\"}}}}\n"
		  "status: {conditions: [{type: Ready, status: \"True\"}]}\n");

	assert_int_equal(g->n_exclude, 2);
	assert_addr(&g->exclude[1].last, "10.0.0.9");
	assert_false(g->auto_assign);
	assert_int_equal(g->priority, 7);
	assert_int_equal(g->announce.communities.n, 2);
	assert_int_equal(g->announce.communities.at[0].value[0], 0x10002);
	assert_string_equal(g->announce.communities.at[1].name, "name");
	assert_true(g->announce.has_local_preference);
	assert_int_equal(g->announce.local_preference, 200);
	assert_int_equal(g->announce.nodes.n, 1);
	assert_non_null(conditions_find(&g->conditions, "Ready"));
	service_group_free(g);
}

TEST(weights_are_read_and_have_defaults)
{
	static const struct {
		const char *bgp;
		struct group_weights is;
	} rows[] = {
		{ "{}", { 0 } },
		{ "{weightedECMP: {}}", { 100, false, 1, 10 } },
		{ "{weightedECMP: {bandwidth: 1000, form: NonTransitive,"
		  " bucket: 4, minInterval: 30}}",
		    { 1000, true, 4, 30 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(GROUP
		    "  - {subnet: 10.0.0.0/24, pool: 10.0.0.0/24}\n"
		    "  announce: {bgp: %s}\n",
		    rows[i].bgp);
		struct service_group *g = decoded(service_group_decode, yaml);
		const struct group_weights *w = &g->announce.weights;

		assert_int_equal(w->bandwidth, rows[i].is.bandwidth);
		assert_int_equal(w->non_transitive, rows[i].is.non_transitive);
		assert_int_equal(w->bucket, rows[i].is.bucket);
		assert_int_equal(w->min_interval, rows[i].is.min_interval);
		service_group_free(g);
		free(yaml);
	}
}

TEST(where_addresses_are_announced_is_read)
{
	static const struct {
		const char *announce;
		bool bgp, l2;
	} rows[] = {
		{ "{}", true, false },
		{ "{bgp: {}}", true, false },
		{ "{l2: {}}", false, true },
		{ "{bgp: {}, l2: {}}", true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(GROUP
		    "  - {subnet: 10.0.0.0/24, pool: 10.0.0.0/24}\n"
		    "  announce: %s\n",
		    rows[i].announce);
		struct service_group *g = decoded(service_group_decode, yaml);

		assert_int_equal(service_group_on_bgp(g), rows[i].bgp);
		assert_int_equal(g->l2.present, rows[i].l2);
		assert_false(g->l2.always);
		assert_true(g->l2.terms.detect);
		assert_null(g->interface);
		service_group_free(g);
		free(yaml);
	}
}

TEST(terms_of_the_link_are_read)
{
	struct service_group *g = decoded(service_group_decode,
	    GROUP "  - {subnet: 10.0.0.0/24, pool: 10.0.0.0/24}\n"
		  "  announce: {interface: lbbgp0, l2: {mode: Always,"
		  " interfaces: [eth0], preferred: [{weight: 3}],"
		  " nodeSelector: {matchLabels: {edge: \"\"}}}}\n");

	assert_string_equal(g->interface, "lbbgp0");
	assert_true(g->l2.always);
	assert_int_equal(g->l2.nodes.n, 1);
	assert_string_equal(g->l2.terms.interfaces[0], "eth0");
	assert_int_equal(g->l2.terms.preferred[0].weight, 3);
	service_group_free(g);
}

TEST(bad_pool_carries_its_fault_and_the_others_work)
{
	static const struct {
		const char *pool, *fault;
	} rows[] = {
		{ "{subnet: 10.0.0.0/24, pool: 10.0.0.9-10.0.0.1}",
		    "spec.pools[0].pool: \"10.0.0.9-10.0.0.1\": "
		    "the last is below the first" },
		{ "{subnet: 10.0.0.0/24, pool: \"10.0.0.1-fd00::1\"}",
		    "spec.pools[0].pool: \"10.0.0.1-fd00::1\": "
		    "two families mixed" },
		{ "{subnet: 10.0.0.0/24, pool: 10.0.0.9-10.0.1.1}",
		    "spec.pools[0].pool: \"10.0.0.9-10.0.1.1\": "
		    "not inside the subnet 10.0.0.0/24" },
		{ "{subnet: 10.0.0.0/24, pool: \"fd00::/64\"}",
		    "spec.pools[0].pool: \"fd00::/64\": "
		    "not inside the subnet 10.0.0.0/24" },
		{ "{subnet: 10.0.0.0/24, pool: 10.0.0.9, aggregation: /23}",
		    "spec.pools[0].aggregation: \"/23\": not in /24../32" },
		{ "{subnet: 10.0.0.0/24, pool: 10.0.0.9, aggregation: /33}",
		    "spec.pools[0].aggregation: \"/33\": not in /24../32" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(GROUP
		    "  - %s\n  - {subnet: 10.9.0.0/24, pool: 10.9.0.0/24}\n",
		    rows[i].pool);
		struct service_group *g = decoded(service_group_decode, yaml);

		assert_string_equal(g->pools[0].fault, rows[i].fault);
		assert_null(g->pools[1].fault);
		service_group_free(g);
		free(yaml);
	}
}

TEST(host_bits_are_cleared_with_a_warning)
{
	struct service_group *g = decoded(service_group_decode,
	    GROUP "  - {subnet: 10.0.0.7/24, pool: 10.0.0.70/26}\n");

	assert_null(g->pools[0].fault);
	assert_string_equal(g->pools[0].warning,
	    "host bits cleared in subnet 10.0.0.7/24, pool 10.0.0.70/26");
	assert_prefix(&g->pools[0].subnet, "10.0.0.0/24");
	assert_addr(&g->pools[0].range.first, "10.0.0.64");
	service_group_free(g);
}

TEST(bad_exclusion_refuses_the_group)
{
	assert_not_decoded(service_group_decode,
	    GROUP "  - {subnet: 10.0.0.0/24, pool: 10.0.0.0/24}\n"
		  "  exclude: [10.0.0.1, 10.0.0.9-10.0.0.8]\n",
	    "spec.exclude[1]: \"10.0.0.9-10.0.0.8\": "
	    "the last is below the first");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_of_the_fabric_is_read),
		cmocka_unit_test(aggregation_is_a_host_route_unless_said),
		cmocka_unit_test(everything_else_of_a_group_is_read),
		cmocka_unit_test(weights_are_read_and_have_defaults),
		cmocka_unit_test(where_addresses_are_announced_is_read),
		cmocka_unit_test(terms_of_the_link_are_read),
		cmocka_unit_test(
		    bad_pool_carries_its_fault_and_the_others_work),
		cmocka_unit_test(host_bits_are_cleared_with_a_warning),
		cmocka_unit_test(bad_exclusion_refuses_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
