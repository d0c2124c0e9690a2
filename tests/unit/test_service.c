/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as an API server gives them, each with what is read from it: addresses,
 * policies, wishes, the status that anybody may have written, and what is told of a
 * value that a field may not have. What is odd about one field is no reason to lose the
 * rest.
 */
#include "common/api/instance.h"
#include "common/api/service.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define META "metadata: {name: s, namespace: web"

static void
assert_wish(const struct service *s, enum service_wish_kind kind, size_t i,
    const char *key, const char *text)
{
	struct service_wishes wishes = service_wishes(s, kind);

	assert_true(i < wishes.n);
	assert_string_equal(wishes.at[i].key, key);
	assert_string_equal(wishes.at[i].text, text);
}

TEST(service_of_the_fabric_is_read)
{
	struct service *s = decoded(service_decode,
	    META ", uid: u-1, resourceVersion: \"7\","
		 " creationTimestamp: 2026-01-31T00:00:01Z,"
		 " labels: {app: shop},"
		 " annotations: {lbbgp.io/service-group: bgp-ippool}}\n"
		 "spec:\n"
		 "  type: LoadBalancer\n"
		 "  loadBalancerIP: 10.33.192.80\n"
		 "  selector: {tier: b, app: a}\n"
		 "  ports: [{port: 443}, {port: 443, protocol: UDP}]\n");

	assert_string_equal(s->meta.ns, "web");
	assert_string_equal(labels_get(&s->labels, "app"), "shop");
	assert_string_equal(s->meta.uid, "u-1");
	assert_string_equal(s->meta.resource_version, "7");
	assert_int_equal(s->meta.created, 1769817601);
	assert_int_equal(s->type, SERVICE_LOAD_BALANCER);
	assert_wish(
	    s, WISH_ADDRESSES, 0, "spec.loadBalancerIP", "10.33.192.80");
	assert_string_equal(labels_get(&s->selector, "tier"), "b");
	assert_null(labels_get(&s->labels, "tier"));
	assert_int_equal(s->n_ports, 2);
	assert_int_equal(s->ports[1].port, 443);
	assert_int_equal(s->ports[1].protocol, SERVICE_UDP);
	assert_int_equal(service_wishes(s, WISH_GROUP).n, 1);
	assert_wish(s, WISH_GROUP, 0, "lbbgp.io/service-group", "bgp-ippool");
	service_free(s);
}

TEST(absent_fields_have_what_the_api_server_fills_in)
{
	struct service *s = decoded(service_decode, META "}\nspec: {}\n");

	assert_int_equal(s->type, SERVICE_CLUSTER_IP);
	assert_int_equal(s->n_families, 1);
	assert_int_equal(s->families[0], FAMILY_V4);
	assert_false(s->external_local);
	assert_false(s->internal_local);
	assert_null(s->class);
	for (unsigned k = 0; k < WISH_KINDS; k++)
		assert_int_equal(service_wishes(s, k).n, 0);
	assert_null(s->condition);
	assert_null(s->allocated_from);
	service_free(s);
}

TEST(dual_stack_service_has_both_families_in_its_order)
{
	struct service *s = decoded(service_decode,
	    META "}\nspec: {ipFamilyPolicy: RequireDualStack,"
		 " ipFamilies: [IPv6, IPv4],"
		 " clusterIPs: [\"fd00::1\", 10.0.0.1]}\n");

	assert_int_equal(s->family_policy, FAMILY_POLICY_REQUIRE_DUAL);
	assert_int_equal(s->n_families, 2);
	assert_int_equal(s->families[0], FAMILY_V6);
	assert_int_equal(s->families[1], FAMILY_V4);
	assert_int_equal(s->n_cluster_ips, 2);
	assert_addr(&s->cluster_ips[0], "fd00::1");
	service_free(s);
}

TEST(dual_stack_without_families_means_both)
{
	struct service *s = decoded(service_decode,
	    META "}\nspec: {ipFamilyPolicy: PreferDualStack,"
		 " clusterIP: \"fd00::1\"}\n");

	assert_int_equal(s->n_families, 2);
	assert_int_equal(s->families[0], FAMILY_V6);
	service_free(s);
}

TEST(headless_service_has_no_cluster_ip)
{
	struct service *s = decoded(service_decode,
	    META "}\nspec: {clusterIP: None, clusterIPs: [None]}\n");

	assert_true(s->headless);
	assert_int_equal(s->n_cluster_ips, 0);
	service_free(s);
}

TEST(policies_class_and_external_ips_are_read)
{
	struct service *s = decoded(service_decode,
	    META "}\nspec: {externalTrafficPolicy: Local,"
		 " internalTrafficPolicy: Local,"
		 " loadBalancerClass: lbbgp.io/lbbgp, loadBalancerIP: \"\","
		 " externalIPs: [192.168.61.10, \"fd00::a\"]}\n");

	assert_true(s->external_local);
	assert_true(s->internal_local);
	assert_string_equal(s->class, INSTANCE_CLASS);
	assert_int_equal(service_wishes(s, WISH_ADDRESSES).n, 0);
	assert_int_equal(s->n_external_ips, 2);
	assert_addr(&s->external_ips[1], "fd00::a");
	service_free(s);
}

TEST(status_written_by_anybody_is_read_as_far_as_it_goes)
{
	struct service *s = decoded(service_decode,
	    META "}\nstatus:\n"
		 "  loadBalancer: {ingress: [{ip: 10.0.0.1, ipMode: VIP},"
		 " {hostname: lb.example}, {ip: nonsense},"
		 " {ip: \"fd00::1\", ipMode: Proxy}]}\n"
		 "  conditions:\n"
		 "  - {type: other, status: \"True\"}\n"
		 "  - {type: lbbgp.io/AddressAssigned, status: \"False\","
		 " reason: PoolExhausted, message: no room}\n");

	assert_int_equal(s->n_ingress, 2);
	assert_addr(&s->ingress[0].addr, "10.0.0.1");
	assert_false(s->ingress[0].proxy);
	assert_true(s->ingress[1].proxy);
	assert_true(s->ingress_other);
	assert_string_equal(s->condition->status, "False");
	assert_string_equal(s->condition->reason, "PoolExhausted");
	assert_string_equal(s->condition->message, "no room");
	assert_int_equal(s->condition->changed, 0);
	service_free(s);
}

TEST(status_of_names_only_has_no_address)
{
	struct service *s = decoded(service_decode,
	    META "}\nstatus: {loadBalancer: {ingress:"
		 " [{hostname: lb.example}]}}\n");

	assert_int_equal(s->n_ingress, 0);
	assert_null(s->ingress);
	assert_true(s->ingress_other);
	service_free(s);
}

TEST(brief_one_has_what_is_announced_and_no_more)
{
	struct service *s = decoded(service_decode_brief,
	    META ", labels: {a: b}, annotations: {"
		 "lbbgp.io/service-group: g,"
		 " lbbgp.io/allocated-from: g,"
		 " lbbgp.io/allocated-addresses: 10.0.0.1}}\n"
		 "spec: {type: LoadBalancer, loadBalancerClass: c,"
		 " externalTrafficPolicy: Local, clusterIP: 10.96.0.1,"
		 " externalIPs: [192.168.61.10], loadBalancerIP: 10.0.0.1,"
		 " selector: {a: b}, ports: [{port: 80}]}\n"
		 "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]},"
		 " conditions: [{type: lbbgp.io/AddressAssigned,"
		 " status: \"True\"}]}\n");

	assert_string_equal(s->meta.name, "s");
	assert_int_equal(s->type, SERVICE_LOAD_BALANCER);
	assert_string_equal(s->class, "c");
	assert_true(s->external_local);
	assert_addr(&s->cluster_ips[0], "10.96.0.1");
	assert_addr(&s->external_ips[0], "192.168.61.10");
	assert_addr(&s->ingress[0].addr, "10.0.0.1");
	assert_string_equal(s->allocated_from, "g");
	assert_string_equal(s->allocated_addresses, "10.0.0.1");
	assert_int_equal(labels_bytes(&s->labels), 0);
	assert_int_equal(labels_bytes(&s->selector), 0);
	assert_int_equal(s->n_families, 0);
	assert_int_equal(s->n_ports, 0);
	assert_null(s->wishes);
	assert_null(s->condition);
	service_free(s);
}

TEST(a_family_twice_counts_once_and_is_told)
{
	struct service *s = decoded_but(service_decode,
	    "metadata: {name: s, namespace: web}\n"
	    "spec: {ipFamilies: [IPv4, IPv4]}\n",
	    "spec.ipFamilies[1]: the same again");

	assert_int_equal(s->n_families, 1);
	assert_int_equal(s->families[0], FAMILY_V4);
	assert_non_null(s->fault);
	service_free(s);
}

TEST(own_annotation_hides_the_keys_of_others)
{
	struct service *s = decoded(service_decode,
	    META ", annotations: {lbbgp.io/addresses: 10.0.0.1,"
		 " metallb.io/loadBalancerIPs: 10.0.0.2,"
		 " big: unread}}\nspec: {loadBalancerIP: 10.0.0.3}\n");

	assert_int_equal(service_wishes(s, WISH_ADDRESSES).n, 2);
	assert_wish(s, WISH_ADDRESSES, 0, "lbbgp.io/addresses", "10.0.0.1");
	assert_wish(s, WISH_ADDRESSES, 1, "spec.loadBalancerIP", "10.0.0.3");
	service_free(s);
}

TEST(of_unknown_annotations_below_our_name_the_first_is_kept)
{
	struct service *s = decoded(service_decode,
	    META ", annotations: {a.lbbgp.io/group: x, lbbgp.io: x,"
		 " lbbgp.io/addresses: 10.0.0.1, lbbgp.io/address: 10.0.0.1,"
		 " lbbgp.io/servicegroup: tiny}}\n");

	assert_string_equal(s->unknown, "lbbgp.io/address");
	assert_int_equal(service_wishes(s, WISH_ADDRESSES).n, 1);
	service_free(s);
}

TEST(every_annotation_of_ours_is_known)
{
	struct service *s = decoded(service_decode,
	    META ", annotations: {lbbgp.io/service-group: g,"
		 " lbbgp.io/addresses: 10.0.0.1, lbbgp.io/sharing-key: k,"
		 " lbbgp.io/sharing-namespaces: \"*\","
		 " lbbgp.io/allocated-from: g,"
		 " lbbgp.io/allocated-addresses: 10.0.0.1}}\n");

	assert_null(s->unknown);
	service_free(s);
}

TEST(every_key_of_others_is_kept_without_an_own_one)
{
	struct service *s = decoded(service_decode,
	    META ", annotations: {kube-vip.io/loadbalancerIPs: 10.0.0.1,"
		 " lbipam.cilium.io/ips: 10.0.0.2,"
		 " purelb.io/service-group: g,"
		 " purelb.io/allow-shared-ip: k,"
		 " lbipam.cilium.io/sharing-cross-namespace: \"*\","
		 " lbbgp.io/allocated-from: g,"
		 " lbbgp.io/allocated-addresses: 10.0.0.1}}\n");

	assert_int_equal(service_wishes(s, WISH_ADDRESSES).n, 2);
	assert_wish(
	    s, WISH_ADDRESSES, 0, "kube-vip.io/loadbalancerIPs", "10.0.0.1");
	assert_wish(s, WISH_ADDRESSES, 1, "lbipam.cilium.io/ips", "10.0.0.2");
	assert_wish(s, WISH_GROUP, 0, "purelb.io/service-group", "g");
	assert_wish(s, WISH_SHARING_KEY, 0, "purelb.io/allow-shared-ip", "k");
	assert_wish(s, WISH_SHARING_NAMESPACES, 0,
	    "lbipam.cilium.io/sharing-cross-namespace", "*");
	assert_string_equal(s->allocated_from, "g");
	assert_string_equal(s->allocated_addresses, "10.0.0.1");
	service_free(s);
}

TEST(only_one_without_a_name_is_refused)
{
	assert_not_decoded(service_decode, "metadata: {namespace: web}\n",
	    "metadata.name: missing");
	assert_not_decoded(service_decode_brief,
	    "metadata: {name: s, namespace: 1}\n",
	    "metadata.namespace: 1: not a string");
}

#define MARKED                                                           \
	META ", annotations: {lbbgp.io/allocated-from: g,"               \
	     " lbbgp.io/allocated-addresses: 10.0.0.1}%s}\nspec: {%s}\n" \
	     "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}\n"

struct odd { /* more of the metadata and of the spec, and what is told */
	const char *meta, *spec, *why;
};

/* The addresses, whatever else is odd. */
static struct service *
marked(void *(*decode)(const json_t *, struct err *), const struct odd *odd)
{
	char *yaml = xasprintf(MARKED, odd->meta, odd->spec);
	struct service *s = decoded_but(decode, yaml, odd->why);

	free(yaml);
	assert_int_equal(s->n_ingress, 1);
	assert_addr(&s->ingress[0].addr, "10.0.0.1");
	assert_string_equal(s->allocated_from, "g");
	assert_string_equal(s->allocated_addresses, "10.0.0.1");
	return s;
}

TEST(what_a_decision_needs_and_is_odd_is_a_fault)
{
	static const struct odd rows[] = {
		{ "", "type: loadbalancer",
		    "spec.type: \"loadbalancer\": not one of ClusterIP, "
		    "NodePort, LoadBalancer or ExternalName" },
		{ "", "externalTrafficPolicy: Near",
		    "spec.externalTrafficPolicy: \"Near\": not one of Cluster "
		    "or Local" },
		{ "", "loadBalancerClass: 1",
		    "spec.loadBalancerClass: 1: not a string" },
		{ "", "ports: [{port: 0}]",
		    "spec.ports[0].port: 0: not in 1..65535" },
		{ "", "ports: [{port: 1, protocol: QUIC}]",
		    "spec.ports[0].protocol: \"QUIC\": not one of TCP, UDP or "
		    "SCTP" },
		{ "", "ipFamilies: [IPv4, IPv6, IPv4]",
		    "spec.ipFamilies: more than two families" },
		{ "", "ipFamilies: [IPv8]",
		    "spec.ipFamilies[0]: \"IPv8\": not one of IPv4 or IPv6" },
		{ "", "ipFamilyPolicy: Triple",
		    "spec.ipFamilyPolicy: \"Triple\": not one of SingleStack, "
		    "PreferDualStack or RequireDualStack" },
		{ "", "selector: {app: 1}", "spec.selector.app: not a string" },
		{ ", labels: {app: \"a\\0b\"}", "",
		    "metadata.labels.app: contains a zero byte" },
		{ "", "loadBalancerIP: 1",
		    "spec.loadBalancerIP: 1: not a string" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct service *s = marked(service_decode, &rows[i]);

		assert_string_equal(s->fault, rows[i].why);
		service_free(s);
	}
}

TEST(what_no_decision_needs_is_told_only)
{
	static const struct odd rows[] = {
		{ "", "externalIPs: [010.1.2.3]",
		    "spec.externalIPs[0]: \"010.1.2.3\": not an IP address" },
		{ "", "clusterIP: here",
		    "spec.clusterIP: \"here\": not an IP address" },
		{ "", "clusterIPs: [here]",
		    "spec.clusterIPs[0]: \"here\": not an IP address" },
		{ "", "internalTrafficPolicy: Near",
		    "spec.internalTrafficPolicy: \"Near\": not one of Cluster "
		    "or Local" },
		{ ", creationTimestamp: yesterday", "",
		    "metadata.creationTimestamp: \"yesterday\": "
		    "not a time in UTC" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct service *s = marked(service_decode, &rows[i]);
		struct service *brief = marked(service_decode_brief, &rows[i]);

		assert_null(s->fault);
		assert_null(brief->fault);
		service_free(s);
		service_free(brief);
	}
}

TEST(what_is_good_between_what_is_odd_is_read)
{
	struct service *s = decoded_but(service_decode,
	    META "}\nspec: {externalIPs: [1.1.1.1, 010.1.2.3, 2.2.2.2],"
		 " ports: [{port: 80}, {port: 0}, {port: 443}],"
		 " selector: {a: x, b: 1, c: z},"
		 " ipFamilies: [IPv9, IPv6]}\n",
	    "spec.selector.b: not a string");

	assert_int_equal(s->n_external_ips, 2);
	assert_addr(&s->external_ips[1], "2.2.2.2");
	assert_int_equal(s->n_ports, 2);
	assert_int_equal(s->ports[1].port, 443);
	assert_string_equal(labels_get(&s->selector, "c"), "z");
	assert_int_equal(s->n_families, 1);
	assert_int_equal(s->families[0], FAMILY_V6);
	service_free(s);
}

TEST(a_service_of_an_unknown_type_with_an_address_is_a_load_balancer)
{
	struct service *s = decoded_but(service_decode_brief,
	    META "}\nspec: {type: Other}\n"
		 "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}\n",
	    "spec.type: \"Other\": not one of ClusterIP, NodePort, "
	    "LoadBalancer or ExternalName");
	struct service *without =
	    decoded_but(service_decode_brief, META "}\nspec: {type: Other}\n",
		"spec.type: \"Other\": not one of ClusterIP, NodePort, "
		"LoadBalancer or ExternalName");

	assert_int_equal(s->type, SERVICE_LOAD_BALANCER);
	assert_int_equal(without->type, SERVICE_CLUSTER_IP);
	service_free(s);
	service_free(without);
}

TEST(a_zero_byte_in_a_wish_can_be_seen)
{
	struct service *s = decoded(service_decode,
	    META
	    ", annotations: {lbbgp.io/service-group: \"a\\0b\","
	    " lbbgp.io/allocated-from: \"\\0\"}}\n"
	    "spec: {loadBalancerIP: \"10.0.0.1\\0\"}\n"
	    "status: {loadBalancer: {ingress: [{ip: \"10.0.0.1\\0\"}]}}\n");

	assert_wish(s, WISH_GROUP, 0, "lbbgp.io/service-group", "a\\x00b");
	assert_wish(
	    s, WISH_ADDRESSES, 0, "spec.loadBalancerIP", "10.0.0.1\\x00");
	assert_string_equal(s->allocated_from, "\\x00");
	assert_int_equal(s->n_ingress, 0);
	assert_true(s->ingress_other);
	service_free(s);
}

TEST(a_wish_that_is_no_text_is_a_fault_and_kept_as_it_reads)
{
	struct service *s = decoded_but(service_decode,
	    META ", annotations: {lbbgp.io/sharing-key: 5}}\n",
	    "metadata.annotations.lbbgp.io/sharing-key: 5: not a string");

	assert_non_null(s->fault);
	assert_wish(s, WISH_SHARING_KEY, 0, "lbbgp.io/sharing-key", "5");
	service_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_of_the_fabric_is_read),
		cmocka_unit_test(
		    absent_fields_have_what_the_api_server_fills_in),
		cmocka_unit_test(
		    dual_stack_service_has_both_families_in_its_order),
		cmocka_unit_test(dual_stack_without_families_means_both),
		cmocka_unit_test(headless_service_has_no_cluster_ip),
		cmocka_unit_test(policies_class_and_external_ips_are_read),
		cmocka_unit_test(
		    status_written_by_anybody_is_read_as_far_as_it_goes),
		cmocka_unit_test(status_of_names_only_has_no_address),
		cmocka_unit_test(brief_one_has_what_is_announced_and_no_more),
		cmocka_unit_test(a_family_twice_counts_once_and_is_told),
		cmocka_unit_test(own_annotation_hides_the_keys_of_others),
		cmocka_unit_test(
		    of_unknown_annotations_below_our_name_the_first_is_kept),
		cmocka_unit_test(every_annotation_of_ours_is_known),
		cmocka_unit_test(
		    every_key_of_others_is_kept_without_an_own_one),
		cmocka_unit_test(only_one_without_a_name_is_refused),
		cmocka_unit_test(what_a_decision_needs_and_is_odd_is_a_fault),
		cmocka_unit_test(what_no_decision_needs_is_told_only),
		cmocka_unit_test(what_is_good_between_what_is_odd_is_read),
		cmocka_unit_test(
		    a_service_of_an_unknown_type_with_an_address_is_a_load_balancer),
		cmocka_unit_test(a_zero_byte_in_a_wish_can_be_seen),
		cmocka_unit_test(
		    a_wish_that_is_no_text_is_a_fault_and_kept_as_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
