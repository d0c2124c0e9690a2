/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/node.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

TEST(node_of_the_fabric_is_read)
{
	struct node *n = decoded(node_decode,
	    "metadata: {name: node1, labels: {a: b},"
	    " annotations: {lbbgp.io/router-id: 1.2.3.4,"
	    " lbbgp.io/pod-cidrs: 10.33.5.0/24}}\n"
	    "spec: {podCIDRs: [10.33.5.0/24, \"fd00:5::/64\"]}\n"
	    "status: {addresses: [{type: Hostname, address: node1},"
	    " {type: InternalIP, address: 10.31.90.1},"
	    " {type: InternalIP, address: \"fd00::1\"},"
	    " {type: ExternalIP, address: 192.0.2.1}]}\n");

	assert_addr(node_internal_ip(n, FAMILY_V4), "10.31.90.1");
	assert_addr(node_internal_ip(n, FAMILY_V6), "fd00::1");
	assert_int_equal(n->n_other_ips, 1);
	assert_int_equal(n->n_pod_cidrs, 2);
	assert_prefix(&n->pod_cidrs[1], "fd00:5::/64");
	assert_string_equal(labels_get(&n->labels, "a"), "b");
	assert_string_equal(n->router_id, "1.2.3.4");
	assert_string_equal(n->annotated_pod_cidrs, "10.33.5.0/24");
	assert_false(
	    n->not_ready || n->shutting_down || n->network_unavailable);
	node_free(n);
}

TEST(node_without_anything_has_nothing)
{
	struct node *n = decoded(
	    node_decode, "metadata: {name: node1}\nspec: {podCIDR: \"\"}\n");

	assert_null(node_internal_ip(n, FAMILY_V4));
	assert_int_equal(n->n_pod_cidrs, 0);
	assert_null(n->router_id);
	node_free(n);
}

TEST(single_pod_cidr_counts_when_there_is_no_list)
{
	struct node *n = decoded(node_decode,
	    "metadata: {name: node1}\nspec: {podCIDR: 10.1.2.3/24}\n");

	assert_int_equal(n->n_pod_cidrs, 1);
	assert_prefix(&n->pod_cidrs[0], "10.1.2.0/24");
	node_free(n);
}

TEST(conditions_tell_how_the_node_is)
{
	struct node *n = decoded(node_decode,
	    "metadata: {name: node1, deletionTimestamp: 2026-01-31T00:00:00Z}\n"
	    "status: {conditions: ["
	    "{type: Ready, status: \"False\", reason: KubeletNotReady,"
	    " message: node is shutting down},"
	    "{type: NetworkUnavailable, status: \"True\"}]}\n");

	assert_true(n->meta.deleted);
	assert_true(n->not_ready);
	assert_true(n->shutting_down);
	assert_true(n->network_unavailable);
	node_free(n);
}

static enum node_bgp_ready
said(const char *yaml)
{
	struct node *n = decoded(node_decode, yaml);
	enum node_bgp_ready says = n->bgp_ready;

	node_free(n);
	return says;
}

TEST(condition_of_ours_is_read)
{
#define SAYS(status)                                                     \
	"metadata: {name: node1}\nstatus: {conditions: ["                \
	"{type: Ready, status: 'True'}, {type: lbbgp.io/BGPReady" status \
	"}]}\n"
	assert_int_equal(
	    said("metadata: {name: node1}\n"), NODE_BGP_READY_ABSENT);
	assert_int_equal(said(SAYS(", status: 'True'")), NODE_BGP_READY_TRUE);
	assert_int_equal(said(SAYS(", status: 'False'")), NODE_BGP_READY_FALSE);
	assert_int_equal(said(SAYS(", status: Unknown")), NODE_BGP_READY_OTHER);
	assert_int_equal(said(SAYS("")), NODE_BGP_READY_OTHER);
}

TEST(unknown_readiness_is_no_shutdown)
{
	struct node *n = decoded(node_decode,
	    "metadata: {name: node1}\n"
	    "status: {conditions: [{type: Ready, status: Unknown}]}\n");

	assert_true(n->not_ready);
	assert_false(n->shutting_down);
	node_free(n);
}

TEST(what_is_odd_is_told_and_the_rest_is_read)
{
	static const struct {
		const char *fields, *why;
	} rows[] = {
		{ "spec: {podCIDRs: [10.0.0.0/33]}",
		    "spec.podCIDRs[0]: 10.0.0.0/33: prefix length above 32" },
		{ "spec: {podCIDR: all}",
		    "spec.podCIDR: all: not an IP prefix" },
		{ "spec: none", "spec: \"none\": not an object" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(
		    "metadata: {name: node1}\n%s\nstatus: {addresses: ["
		    "{type: InternalIP, address: here}, "
		    "{type: InternalIP, address: 10.0.0.1}]}\n",
		    rows[i].fields);
		struct node *n = decoded_but(node_decode, yaml, rows[i].why);

		assert_int_equal(n->n_internal_ips, 1);
		assert_addr(&n->internal_ips[0], "10.0.0.1");
		assert_int_equal(n->n_pod_cidrs, 0);
		node_free(n);
		free(yaml);
	}
}

TEST(an_odd_address_or_label_takes_no_other_along)
{
	struct node *n = decoded_but(node_decode,
	    "metadata: {name: node1}\n"
	    "spec: {podCIDRs: [10.1.0.0/16]}\n"
	    "status: {addresses: [{type: InternalIP, address: 010.0.0.1}]}\n",
	    "status.addresses[0].address: \"010.0.0.1\": not an IP address");
	struct node *labelled = decoded_but(node_decode,
	    "metadata: {name: node1, labels: {a: 1, b: x}}\n",
	    "metadata.labels.a: not a string");

	assert_int_equal(n->n_pod_cidrs, 1);
	assert_string_equal(labels_get(&labelled->labels, "b"), "x");
	node_free(n);
	node_free(labelled);
}

TEST(what_drains_a_node_is_read)
{
	struct node *n = decoded(node_decode,
	    "metadata: {name: node1, annotations: {lbbgp.io/drain: \"\"}}\n"
	    "spec: {unschedulable: true, taints: ["
	    "{key: a/b, value: c, effect: NoExecute}, {key: d}]}\n");

	assert_string_equal(n->drain, "");
	assert_true(n->cordoned);
	assert_int_equal(n->n_taints, 2);
	assert_string_equal(n->taints[0].key, "a/b");
	assert_string_equal(n->taints[0].value, "c");
	assert_string_equal(n->taints[0].effect, "NoExecute");
	assert_string_equal(n->taints[1].effect, "");
	node_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_of_the_fabric_is_read),
		cmocka_unit_test(node_without_anything_has_nothing),
		cmocka_unit_test(single_pod_cidr_counts_when_there_is_no_list),
		cmocka_unit_test(conditions_tell_how_the_node_is),
		cmocka_unit_test(condition_of_ours_is_read),
		cmocka_unit_test(unknown_readiness_is_no_shutdown),
		cmocka_unit_test(what_is_odd_is_told_and_the_rest_is_read),
		cmocka_unit_test(an_odd_address_or_label_takes_no_other_along),
		cmocka_unit_test(what_drains_a_node_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
