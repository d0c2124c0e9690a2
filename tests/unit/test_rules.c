/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Service, its endpoints and a node, as YAML, in; the prefixes that are announced for
 * it, or why none is, out. Most tests change one thing of a cluster in which all is
 * well. Pod CIDRs come first, then what each kind of address needs, then listed CIDRs
 * of host length and what is never announced, whatever is said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/audiences.h"
#include "bgpd/announce/dress.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/pod_cidrs.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "common/api/block_affinity.h"
#include "common/api/endpoint_slice.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/alloc.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/objects.h"

#define CONFIG(more)                                           \
	"{metadata: {name: default}, spec: {asNumber: 64517, " \
	"serviceClusterIPs: [{cidr: 10.33.128.0/18}], "        \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" more "}}"
#define NODE(name, more) \
	"{metadata: {name: " name more "}, spec: {podCIDRs: [10.33.5.0/24]}}"
#define GROUP                                                            \
	"{metadata: {name: web}, spec: {pools: [{subnet: 192.0.2.0/24, " \
	"pool: 192.0.2.0/24, aggregation: /28}], announce: {bgp: "       \
	"{communities: ['64517:7'], localPreference: 200}}}}"
#define SERVICE(spec, ip)                                            \
	"{metadata: {name: shop, namespace: web}, spec: {type: "     \
	"LoadBalancer, ipFamilies: [IPv4], ports: [{port: 80}]" spec \
	"}, status: {loadBalancer: {ingress: [{ip: " ip "}]}}}"
#define SLICE(endpoints)                                           \
	"{metadata: {name: shop-1, namespace: web, labels: "       \
	"{kubernetes.io/service-name: shop}}, addressType: IPv4, " \
	"endpoints: [" endpoints "]}"
#define EP(node, conditions)                                                   \
	"{addresses: [10.33.5.9], nodeName: " node ", conditions: " conditions \
	"}"
#define READY "{ready: true}"
#define LEAVING "{ready: false, serving: true, terminating: true}"

struct world {
	struct node *node;
	struct bgp_configuration *config;
	struct service_group *group;
	struct service *service;
	struct endpoint_slice *slice;
	struct block_affinity *block;
	struct endpoints *endpoints;
	struct wants wants;
	struct view view;
};

static void
build(struct world *w, const char *node, const char *config)
{
	*w = (struct world){ .node = object(node_decode, node),
		.config = object(bgp_configuration_decode, config),
		.group = object(service_group_decode, GROUP),
		.endpoints = endpoints_new("n1") };
	w->view = (struct view){ .instance = &instance_default,
		.node = w->node,
		.config = w->config,
		.groups = (const struct service_group *const *)&w->group,
		.n_groups = 1,
		.endpoints = w->endpoints,
		.data_plane = true };
}

static bool
nothing_to_do(void *arg, const char *ns, const char *service)
{
	(void)arg;
	(void)ns;
	(void)service;
	return false;
}

/* Its endpoints came long ago. */
static void
has_service(struct world *w, const char *service, const char *slice)
{
	w->service = object(service_decode, service);
	if (slice != NULL) {
		w->slice = object(endpoint_slice_decode, slice);
		endpoints_change(w->endpoints, NULL, w->slice);
	}
	while (endpoints_are_fresh(w->endpoints))
		endpoints_grow_older(w->endpoints, nothing_to_do, NULL);
	announce_service(&w->view, w->service, &w->wants);
}

static void
tear_down(struct world *w)
{
	wants_fini(&w->wants);
	endpoints_free(w->endpoints);
	node_free(w->node);
	bgp_configuration_free(w->config);
	service_group_free(w->group);
	if (w->service != NULL)
		service_free(w->service);
	if (w->slice != NULL)
		endpoint_slice_free(w->slice);
	if (w->block != NULL)
		block_affinity_free(w->block);
}

static void
assert_want(
    const struct world *w, size_t i, const char *prefix, enum verdict verdict)
{
	char text[PREFIX_TEXT];

	assert_true(i < w->wants.n);
	assert_string_equal(prefix_print(&w->wants.at[i].prefix, text), prefix);
	assert_string_equal(
	    verdict_name(w->wants.at[i].verdict), verdict_name(verdict));
}

TEST(pod_cidrs_are_those_of_the_node)
{
	struct world w;
	struct err err;

	build(&w, NODE("n1", ""), CONFIG(""));
	assert_true(announce_node(&w.view, &w.wants, &err));
	assert_int_equal(w.wants.n, 1);
	assert_want(&w, 0, "10.33.5.0/24", VERDICT_POD_CIDR);
	tear_down(&w);
}

TEST(an_annotation_goes_before_the_spec)
{
	struct world w;
	struct err err;

	build(&w,
	    NODE("n1",
		", annotations: {lbbgp.io/pod-cidrs: '10.1.0.0/24, fd00::/64'}"),
	    CONFIG(""));
	assert_true(announce_node(&w.view, &w.wants, &err));
	assert_want(&w, 0, "10.1.0.0/24", VERDICT_POD_CIDR);
	assert_want(&w, 1, "fd00::/64", VERDICT_POD_CIDR);
	tear_down(&w);
}

TEST(a_bad_word_of_the_annotation_is_named_and_the_rest_holds)
{
	struct world w;
	struct err err;

	build(&w,
	    NODE("n1",
		", annotations: {lbbgp.io/pod-cidrs: '10.1.0.0/24,10.2/24'}"),
	    CONFIG(""));
	assert_false(announce_node(&w.view, &w.wants, &err));
	assert_non_null(strstr(err.text, "lbbgp.io/pod-cidrs: 10.2/24"));
	assert_int_equal(w.wants.n, 1);
	tear_down(&w);
}

TEST(with_calico_only_its_confirmed_blocks_of_this_node_count)
{
	struct world w;
	struct err err;

	build(&w, NODE("n1", ""), CONFIG(""));
	w.block = object(block_affinity_decode,
	    "{metadata: {name: b}, spec: {cidr: 10.9.0.0/26, node: n1, "
	    "state: confirmed}}");
	w.view.blocks = (const struct block_affinity *const *)&w.block;
	w.view.n_blocks = 1;
	w.view.calico = true;
	assert_true(announce_node(&w.view, &w.wants, &err));
	assert_int_equal(w.wants.n, 1);
	assert_want(&w, 0, "10.9.0.0/26", VERDICT_POD_CIDR);
	wants_fini(&w.wants);
	w.block->confirmed = false;
	announce_node(&w.view, &w.wants, &err);
	assert_int_equal(w.wants.n, 0);
	tear_down(&w);
}

TEST(configured_cidrs_are_announced_as_a_whole)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	announce_config(&w.view, &w.wants);
	assert_want(&w, 0, "10.33.128.0/18", VERDICT_SERVICE_CIDR);
	assert_want(&w, 1, "10.33.192.0/18", VERDICT_SERVICE_CIDR);
	tear_down(&w);
}

/* Its Services with internalTrafficPolicy Local, too. */
TEST(service_cidrs_are_as_listed_ones_where_they_are_followed)
{
	struct world w;
	struct prefix cidr = { addr_v4(0x0a610000), 24 };

	build(&w, NODE("n1", ""), CONFIG(", serviceClusterIPSource: Auto"));
	w.view.service_cidrs = (struct cidrs){ &cidr, 1 };
	announce_config(&w.view, &w.wants);
	assert_want(&w, 0, "10.33.128.0/18", VERDICT_SERVICE_CIDR);
	assert_want(&w, 1, "10.97.0.0/24", VERDICT_SERVICE_CIDR);
	assert_int_equal(w.wants.at[1].attributes.kinds, ANNOUNCED_SERVICE);
	wants_fini(&w.wants);
	has_service(&w,
	    SERVICE(", internalTrafficPolicy: Local, clusterIP: 10.97.0.9, "
		    "clusterIPs: [10.97.0.9]",
		"192.0.2.1"),
	    SLICE(EP("n1", READY)));
	assert_want(&w, 1, "10.97.0.9/32", VERDICT_LOCAL_ENDPOINT);
	wants_fini(&w.wants);
	w.config->follow_service_cidrs = false;
	announce_service(&w.view, w.service, &w.wants);
	assert_int_equal(w.wants.n, 1);
	tear_down(&w);
}

#define GATEWAY(labels, spec)                                             \
	"{metadata: {name: shop, namespace: web, labels: {" labels "}}, " \
	"spec: {type: LoadBalancer, ipFamilies: [IPv4, IPv6], "           \
	"externalTrafficPolicy: Local, ports: [{port: 80}]" spec "}, "    \
	"status: {loadBalancer: {ingress: [{ip: 192.0.2.17}, "            \
	"{ip: '2001:db8::7'}]}}}"
#define OF_GATEWAY "gateway.networking.k8s.io/gateway-name: shop"
#define PLACEHOLDER "{addresses: [192.192.192.192], conditions: {ready: true}}"

/* As Cilium has them, whose nodes all have a proxy; the slice is of IPv4 alone. */
TEST(a_placeholder_of_a_gateway_starves_no_address)
{
	static const struct {
		const char *service, *slice;
		enum verdict v4, v6;
	} rows[] = {
		{ GATEWAY(OF_GATEWAY, ""), SLICE(PLACEHOLDER),
		    VERDICT_AGGREGATE, VERDICT_LISTED },
		{ GATEWAY("io.cilium.gateway/owning-gateway: shop", ""),
		    SLICE(PLACEHOLDER), VERDICT_AGGREGATE, VERDICT_LISTED },
		{ GATEWAY("cilium.io/ingress: 'true'", ""), SLICE(PLACEHOLDER),
		    VERDICT_AGGREGATE, VERDICT_LISTED },
		{ GATEWAY(OF_GATEWAY, ""), NULL, VERDICT_NO_ENDPOINT,
		    VERDICT_NO_ENDPOINT },
		{ GATEWAY(OF_GATEWAY, ""), SLICE(EP("n2", READY)),
		    VERDICT_NO_LOCAL_ENDPOINT, VERDICT_NO_ENDPOINT },
		{ GATEWAY(OF_GATEWAY, ""),
		    SLICE(PLACEHOLDER ", " EP("n2", READY)),
		    VERDICT_NO_LOCAL_ENDPOINT, VERDICT_NO_ENDPOINT },
		/* Its proxies are pods, and there is none of them on a node. */
		{ GATEWAY(OF_GATEWAY, ", selector: {a: b}"), SLICE(PLACEHOLDER),
		    VERDICT_STRANDED, VERDICT_NO_ENDPOINT },
		{ GATEWAY("a: b", ""), SLICE(PLACEHOLDER), VERDICT_STRANDED,
		    VERDICT_NO_ENDPOINT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;

		build(&w, NODE("n1", ""),
		    CONFIG(", serviceLoadBalancerIPs: "
			   "[{cidr: '2001:db8::7/128'}]"));
		has_service(&w, rows[i].service, rows[i].slice);
		assert_want(&w, 0,
		    rows[i].v4 == VERDICT_AGGREGATE ? "192.0.2.16/28"
						    : "192.0.2.17/32",
		    rows[i].v4);
		assert_want(&w, 1, "2001:db8::7/128", rows[i].v6);
		tear_down(&w);
	}
}

/* So nothing is to be said of it apart. */
TEST(a_gateway_of_all_nodes_is_covered_by_a_listed_cidr)
{
	struct world w;

	build(&w, NODE("n1", ""),
	    CONFIG(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}]"));
	has_service(&w, GATEWAY(OF_GATEWAY, ""), SLICE(PLACEHOLDER));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_COVERED);
	tear_down(&w);
}

TEST(the_exclude_label_leaves_the_configured_cidrs_alone)
{
	struct world w;

	build(&w,
	    NODE("n1",
		", labels: {node.kubernetes.io/"
		"exclude-from-external-load-balancers: ''}"),
	    CONFIG(""));
	announce_config(&w.view, &w.wants);
	assert_want(&w, 0, "10.33.128.0/18", VERDICT_SERVICE_CIDR);
	wants_fini(&w.wants);
	has_service(&w, SERVICE("", "192.0.2.1"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "192.0.2.1/32", VERDICT_NODE_EXCLUDED);
	tear_down(&w);
}

TEST(a_node_that_the_selector_leaves_out_announces_no_services)
{
	struct world w;

	build(&w, NODE("n1", ""),
	    CONFIG(", serviceNodeSelector: {matchLabels: {edge: 'yes'}}"));
	announce_config(&w.view, &w.wants);
	assert_want(&w, 0, "10.33.128.0/18", VERDICT_NODE_NOT_SELECTED);
	tear_down(&w);
}

TEST(cluster_policy_announces_the_groups_aggregation)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE("", "192.0.2.17"), SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.16/28", VERDICT_AGGREGATE);
	assert_int_equal(w.wants.at[0].attributes.local_pref, 200);
	assert_int_equal(w.wants.at[0].attributes.n_standard, 1);
	assert_int_equal(
	    w.wants.at[0].attributes.standard[0], 64517u << 16 | 7);
	tear_down(&w);
}

TEST(a_configured_cidr_covers_cluster_policy)
{
	struct world w;

	build(&w, NODE("n1", ""),
	    CONFIG(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}]"));
	has_service(&w, SERVICE("", "192.0.2.17"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_COVERED);
	tear_down(&w);
}

#define LOCAL ", externalTrafficPolicy: Local"

/* For filters. */
TEST(every_want_says_of_what_kind_it_is)
{
	struct world w;
	struct err err;

	build(&w, NODE("n1", ""),
	    CONFIG(", serviceLoadBalancerIPs: [{cidr: 198.51.100.0/24}]"));
	assert_true(announce_node(&w.view, &w.wants, &err));
	announce_config(&w.view, &w.wants);
	has_service(&w,
	    SERVICE(LOCAL ", internalTrafficPolicy: Local, clusterIP: "
			  "10.33.128.9, clusterIPs: [10.33.128.9], "
			  "externalIPs: [10.33.192.9]",
		"192.0.2.17"),
	    SLICE(EP("n1", READY)));
	static const struct {
		const char *prefix;
		enum verdict verdict;
		uint8_t kinds;
	} rows[] = {
		{ "10.33.5.0/24", VERDICT_POD_CIDR, ANNOUNCED_POD },
		{ "10.33.128.0/18", VERDICT_SERVICE_CIDR, ANNOUNCED_SERVICE },
		{ "10.33.192.0/18", VERDICT_SERVICE_CIDR, ANNOUNCED_EXTERNAL },
		{ "198.51.100.0/24", VERDICT_SERVICE_CIDR,
		    ANNOUNCED_LOAD_BALANCER },
		{ "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT,
		    ANNOUNCED_LOAD_BALANCER },
		{ "10.33.128.9/32", VERDICT_LOCAL_ENDPOINT, ANNOUNCED_SERVICE },
		{ "10.33.192.9/32", VERDICT_LOCAL_ENDPOINT,
		    ANNOUNCED_EXTERNAL },
	};
	size_t n = sizeof(rows) / sizeof(rows[0]);

	assert_int_equal(w.wants.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_want(&w, i, rows[i].prefix, rows[i].verdict);
		assert_int_equal(w.wants.at[i].attributes.kinds, rows[i].kinds);
	}
	tear_down(&w);
}

TEST(local_policy_needs_an_endpoint_here_even_inside_a_cidr)
{
	struct world w;

	build(&w, NODE("n1", ""),
	    CONFIG(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}]"));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_LOCAL_ENDPOINT);
	tear_down(&w);
}

TEST(a_group_says_how_far_its_addresses_are)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	w.group->announce.has_med = true;
	w.group->announce.med = 0;
	w.group->announce.prepends = 3;
	has_service(&w, SERVICE("", "192.0.2.17"), SLICE(EP("n2", READY)));
	assert_true(w.wants.at[0].attributes.has_med);
	assert_int_equal(w.wants.at[0].attributes.med, 0);
	assert_int_equal(w.wants.at[0].attributes.prepends, 3);
	tear_down(&w);
}

/* The bandwidth of the one want there is, in Mbit/s. */
static uint32_t
bandwidth(const char *service, const char *slice, uint32_t bucket)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(", advertiseWithoutEndpoints: true"));
	w.group->announce.weights =
	    (struct group_weights){ .bandwidth = 100, .bucket = bucket };
	has_service(&w, service, slice);
	assert_int_equal(w.wants.n, 1);
	assert_true(verdict_announces(w.wants.at[0].verdict));
	uint32_t n = w.wants.at[0].attributes.bandwidth;

	tear_down(&w);
	return n;
}

TEST(weight_is_the_number_of_endpoints_here)
{
	const char *local = SERVICE(LOCAL, "192.0.2.17");
	static const struct {
		const char *slice;
		uint32_t bandwidth;
	} rows[] = {
		{ SLICE(EP("n1", READY)), 100 },
		{ SLICE(EP("n1", READY) ", " EP("n2", READY)), 100 },
		{ SLICE(EP("n1", READY) ", " EP("n1", READY)), 200 },
		/* Who goes counts only where nobody stays. */
		{ SLICE(EP("n1", READY) ", " EP("n1", LEAVING)), 100 },
		{ SLICE(EP("n1", LEAVING) ", " EP("n1", LEAVING)), 200 },
		{ NULL, 100 }, /* announced without any */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    bandwidth(local, rows[i].slice, 1), rows[i].bandwidth);
}

TEST(weight_goes_up_in_steps_of_a_bucket)
{
	const char *local = SERVICE(LOCAL, "192.0.2.17");

#define TWO EP("n1", READY) ", " EP("n1", READY)
	assert_int_equal(bandwidth(local, SLICE(EP("n1", READY)), 2), 200);
	assert_int_equal(bandwidth(local, SLICE(TWO), 2), 200);
	assert_int_equal(bandwidth(local, SLICE(TWO ", " TWO), 3), 600);
	assert_int_equal(bandwidth(local, SLICE(TWO ", " TWO), 1000), 100000);
}

/* Any node sends to all endpoints: its own say nothing of what it can take. */
TEST(what_any_node_does_for_has_no_weight)
{
	const char *slice = SLICE(EP("n1", READY));

	assert_int_equal(bandwidth(SERVICE("", "192.0.2.17"), slice, 1), 0);
}

TEST(a_group_without_weights_gives_none)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	assert_int_equal(w.wants.at[0].attributes.bandwidth, 0);
	tear_down(&w);
}

TEST(weight_says_whose_it_is_and_for_whom)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	w.group->announce.weights = (struct group_weights){
		.bandwidth = UINT32_MAX, .non_transitive = true, .bucket = 2
	};
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", READY)));
	struct attributes *a = &w.wants.at[0].attributes;

	announce_decorate(&w.view, &w.wants.at[0].prefix, a);
	assert_int_equal(a->bandwidth, UINT32_MAX);
	assert_int_equal(a->bandwidth_as, 64517);
	assert_true(a->non_transitive);
	tear_down(&w);
}

#define ANNOTATED(annotations, spec, ip)                                     \
	"{metadata: {name: shop, namespace: web, annotations: {" annotations \
	"}}, spec: {type: LoadBalancer, ipFamilies: [IPv4], ports: "         \
	"[{port: 80}]" spec "}, status: {loadBalancer: {ingress: [{ip: " ip  \
	"}]}}}"
#define ALL_SAID                                                   \
	"lbbgp.io/communities: '64517:9', lbbgp.io/med: '5', "     \
	"lbbgp.io/local-preference: '50', lbbgp.io/prepend: '2', " \
	"lbbgp.io/peers: b"

/* Its own route alone: others are in the aggregate, too. */
TEST(a_service_says_of_its_own_route_what_the_group_allows)
{
	char *peers[] = { (char *)"a", (char *)"b" };
	struct audiences *audiences = audiences_new();
	struct world w;

	audiences_add(audiences, "a");
	audiences_add(audiences, "b");
	for (uint8_t allowed = 0; allowed <= 0x3f; allowed += 0x3f) {
		build(&w, NODE("n1", ""), CONFIG(""));
		w.view.audiences = audiences;
		w.group->announce.lengths = GROUP_BOTH;
		w.group->announce.service_annotations = allowed;
		w.group->announce.prepends = 7;
		free(w.group->announce.peers);
		w.group->announce.peers = peers;
		w.group->announce.n_peers = 2;
		has_service(&w, ANNOTATED(ALL_SAID, "", "192.0.2.17"),
		    SLICE(EP("n2", READY)));
		assert_int_equal(w.wants.n, 2);
		for (size_t i = 0; i < 2; i++) {
			const struct attributes *a = &w.wants.at[i].attributes;
			bool own = i == 1 && allowed != 0;

			assert_int_equal(w.wants.at[i].own, own);
			assert_int_equal(a->n_standard, own ? 2 : 1);
			assert_int_equal(a->has_med, own);
			assert_int_equal(a->med, own ? 5 : 0);
			assert_int_equal(a->local_pref, own ? 50 : 200);
			assert_int_equal(a->prepends, own ? 2 : 7);
			assert_int_equal(attributes_are_for(a, 1), !own);
			assert_true(attributes_are_for(a, 2));
		}
		if (allowed != 0)
			assert_true(attributes_eq(
			    &w.wants.at[1].plain, &w.wants.at[0].attributes));
		w.group->announce.peers = NULL;
		w.group->announce.n_peers = 0;
		tear_down(&w);
	}
	audiences_free(audiences);
}

TEST(a_group_says_of_which_lengths_its_prefixes_are)
{
	static const enum group_lengths lengths[] = { GROUP_HOST, GROUP_BOTH };
	struct world w;

	for (unsigned i = 0; i < 2; i++) {
		build(&w, NODE("n1", ""), CONFIG(""));
		w.group->announce.lengths = lengths[i];
		has_service(
		    &w, SERVICE("", "192.0.2.17"), SLICE(EP("n2", READY)));
		assert_int_equal(w.wants.n, 1 + i);
		if (lengths[i] == GROUP_BOTH)
			assert_want(&w, 0, "192.0.2.16/28", VERDICT_AGGREGATE);
		assert_want(&w, i, "192.0.2.17/32", VERDICT_HOST);
		assert_int_equal(w.wants.at[i].attributes.local_pref, 200);
		tear_down(&w);
	}
	build(&w, NODE("n1", ""), CONFIG(""));
	w.group->announce.lengths = GROUP_BOTH;
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", READY)));
	assert_int_equal(w.wants.n, 1);
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
}

/* The daemons of other nodes, which have been ready for long, or just came. */
static void
has_daemons(struct world *w, const char *endpoints, bool fresh)
{
	char *yaml = xasprintf(
	    "{metadata: {name: d, namespace: lbbgp-system, labels: "
	    "{kubernetes.io/service-name: lbbgp-bgpd}}, addressType: IPv4, "
	    "endpoints: [%s]}",
	    endpoints);
	struct endpoint_slice *slice = object(endpoint_slice_decode, yaml);

	endpoints_change(w->endpoints, NULL, slice);
	while (!fresh && endpoints_are_fresh(w->endpoints))
		endpoints_grow_older(w->endpoints, nothing_to_do, NULL);
	endpoint_slice_free(slice);
	free(yaml);
}

/* What n1 says of as many Services with policy Cluster, each of an aggregate. */
static unsigned
chosen(struct world *w, unsigned services, const char *more)
{
	unsigned n = 0;

	for (unsigned i = 0; i < services; i++) {
		char ip[ADDR_TEXT];

		snprintf(ip, sizeof(ip), "192.0.2.%u", i);
		char *yaml = xasprintf("{metadata: {name: shop, namespace: "
				       "web}, spec: {type: LoadBalancer%s}, "
				       "status: {loadBalancer: {ingress: [{ip: "
				       "%s}]}}}",
		    more, ip);
		struct service *s = object(service_decode, yaml);

		announce_service(&w->view, s, &w->wants);
		service_free(s);
		free(yaml);
	}
	for (size_t i = 0; i < w->wants.n; i++) {
		enum verdict v = w->wants.at[i].verdict;

		assert_true(v == VERDICT_NOT_CHOSEN || verdict_announces(v));
		n += verdict_announces(v);
	}
	wants_fini(&w->wants);
	return n;
}

#define DAEMONS                                            \
	EP("n1", READY)                                    \
	", " EP("n2", READY) ", " EP("n3", READY) ", " EP( \
	    "n4", LEAVING) ", " EP("n5", "{ready: false}")

/* 16 aggregates of 16 addresses, of which this node has a part alone. */
TEST(of_a_group_with_a_limit_some_nodes_announce_each_prefix)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE("", "192.0.2.1"), SLICE(EP("n2", READY)));
	wants_fini(&w.wants);
	w.group->announce.max_announcers = 1;
	assert_int_equal(chosen(&w, 256, ""), 256); /* nobody is known */
	assert_false(announce_knows_daemons(&w.view));
	has_daemons(&w, DAEMONS, true);
	assert_int_equal(chosen(&w, 256, ""), 256); /* nor counted on yet */
	endpoints_free(w.endpoints);
	w.view.endpoints = w.endpoints = endpoints_new("n1");
	endpoints_change(w.endpoints, NULL, w.slice);
	has_daemons(&w, DAEMONS, false);
	assert_true(announce_knows_daemons(&w.view));
	unsigned one = chosen(&w, 256, "");

	assert_in_range(one, 16, 176);
	assert_int_equal(one % 16, 0); /* all of an aggregate, or none */
	w.group->announce.max_announcers = 2;
	assert_in_range(chosen(&w, 256, ""), one + 1, 255);
	w.group->announce.max_announcers = 3; /* as many as there are */
	assert_int_equal(chosen(&w, 256, ""), 256);
	tear_down(&w);
}

/* A rival is who has a ready endpoint, too. */
TEST(with_policy_local_the_limit_is_for_nodes_with_endpoints)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.1"),
	    SLICE(EP("n1", READY) ", " EP("n4", READY)));
	wants_fini(&w.wants);
	w.group->announce.max_announcers = 1;
	has_daemons(&w, DAEMONS, false);
	assert_int_equal(chosen(&w, 64, LOCAL), 64); /* n4 has no daemon */
	has_daemons(&w, EP("n4", READY), false);
	assert_in_range(chosen(&w, 64, LOCAL), 1, 63);
	tear_down(&w);
}

/* How many of 64 addresses n1 announces, and whether it gives way with the others. */
static unsigned
announced_alone(struct world *w, const char *most, enum verdict other)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 64; i++) {
		char *yaml =
		    xasprintf(ANNOTATED("lbbgp.io/max-announcers: '%s'", "",
				  "192.0.2.%u"),
			most, i);
		struct service *s = object(service_decode, yaml);

		announce_service(&w->view, s, &w->wants);
		assert_int_equal(w->wants.n, 1);
		n += w->wants.at[0].verdict == VERDICT_HOST;
		assert_true(w->wants.at[0].verdict == VERDICT_HOST ||
		    w->wants.at[0].verdict == other);
		wants_fini(&w->wants);
		service_free(s);
		free(yaml);
	}
	return n;
}

TEST(a_service_may_ask_for_fewer_nodes)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE("", "192.0.2.1"), SLICE(EP("n2", READY)));
	wants_fini(&w.wants);
	has_daemons(&w, DAEMONS, false);
	w.group->announce.lengths = GROUP_HOST;
	assert_int_equal(announced_alone(&w, "1", VERDICTS), 64);
	w.group->announce.service_annotations = 0x3f;
	unsigned one = announced_alone(&w, "1", VERDICT_GIVES_WAY);

	assert_in_range(one, 1, 63);
	assert_in_range(
	    announced_alone(&w, "2", VERDICT_GIVES_WAY), one + 1, 63);
	w.group->announce.max_announcers = 1; /* no more than that */
	assert_int_equal(announced_alone(&w, "2", VERDICT_NOT_CHOSEN), one);
	assert_int_equal(announced_alone(&w, "1", VERDICT_NOT_CHOSEN), one);
	tear_down(&w);
}

TEST(a_terminating_endpoint_counts_only_while_none_is_ready_anywhere)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", LEAVING)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE(EP("n1", LEAVING) ", " EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_LOCAL_ENDPOINT);
	tear_down(&w);
}

/* publishNotReadyAddresses tells them ready to the end. */
TEST(an_endpoint_that_terminates_counts_as_such_though_it_is_told_ready)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE(EP("n1",
		"{ready: true, serving: false, terminating: true}") ", " EP("n2",
		READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_LOCAL_ENDPOINT);
	tear_down(&w);
	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE(
		EP("n1", "{ready: true, serving: false, terminating: true}")));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
}

/* Nobody can tell where it would be announced. */
TEST(endpoints_on_no_node_are_told_as_such)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE("{addresses: [10.33.5.9], conditions: " READY "}"));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_STRANDED);
	tear_down(&w);
	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE(EP("n1",
		LEAVING) ", {addresses: [10.33.5.9], conditions: " READY "}"));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
}

/* One that nobody can reach says nothing of those that somebody can. */
TEST(endpoints_of_several_nodes_are_told_apart)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"),
	    SLICE("{addresses: [10.33.5.9], conditions: " READY
		  "}, " EP("n1", LEAVING) ", " EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_LOCAL_ENDPOINT);
	tear_down(&w);
}

TEST(no_endpoint_anywhere_withdraws_unless_asked_not_to)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE("", "192.0.2.17"), NULL);
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_ENDPOINT);
	tear_down(&w);
	build(&w, NODE("n1", ""), CONFIG(", advertiseWithoutEndpoints: true"));
	has_service(&w, SERVICE("", "192.0.2.17"), NULL);
	assert_want(&w, 0, "192.0.2.16/28", VERDICT_AGGREGATE);
	tear_down(&w);
}

TEST(an_address_of_no_pool_is_announced_by_nobody)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w, SERVICE("", "203.0.113.9"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "203.0.113.9/32", VERDICT_OUTSIDE_POOLS);
	tear_down(&w);
}

TEST(a_service_of_another_class_is_not_looked_at)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w,
	    SERVICE(", loadBalancerClass: other.io/lb", "192.0.2.17"),
	    SLICE(EP("n1", READY)));
	assert_int_equal(w.wants.n, 0);
	tear_down(&w);
}

TEST(external_ips_outside_the_lists_get_a_reason)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	has_service(&w,
	    "{metadata: {name: shop, namespace: web}, spec: {type: ClusterIP, "
	    "externalIPs: [203.0.113.9, 10.33.192.7], "
	    "externalTrafficPolicy: Local}}",
	    SLICE(EP("n1", READY)));
	assert_want(&w, 0, "203.0.113.9/32", VERDICT_OUTSIDE_POOLS);
	assert_want(&w, 1, "10.33.192.7/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
}

TEST(a_dead_data_plane_withdraws_services_and_their_cidrs)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	w.view.data_plane = false;
	announce_config(&w.view, &w.wants);
	assert_want(&w, 0, "10.33.128.0/18", VERDICT_DATA_PLANE);
	tear_down(&w);
}

TEST(advertisements_add_up_and_the_most_specific_preference_holds)
{
	struct attributes a = { 0 };
	struct prefix p;
	struct err err;
	struct world w;

	build(&w, NODE("n1", ""),
	    CONFIG(", communities: [{name: wide, value: '64517:300:100'}], "
		   "prefixAdvertisements: [{cidr: 10.33.0.0/16, communities: "
		   "['64517:1'], localPreference: 300}, {cidr: 10.33.0.0/17, "
		   "communities: [wide, '64517:120'], localPreference: 90}]"));
	assert_true(prefix_parse("10.33.5.0/24", &p, &err));
	announce_decorate(&w.view, &p, &a);
	assert_int_equal(a.n_standard, 2);
	assert_int_equal(a.n_large, 1);
	assert_int_equal(a.large[0][1], 300);
	assert_int_equal(a.local_pref, 90);
	attributes_fini(&a);
	tear_down(&w);
}

/* ---- listed CIDRs of host length ---- */

#define ALONE                                                       \
	CONFIG(", serviceLoadBalancerIPs: [{cidr: 192.0.2.17/32}, " \
	       "{cidr: 'fd00::7/128'}]")

TEST(a_cidr_of_host_length_follows_the_service_that_has_it)
{
	struct world w;

	build(&w, NODE("n1", ""), ALONE);
	announce_config(&w.view, &w.wants);
	assert_want(&w, 2, "192.0.2.17/32", VERDICT_FOLLOWS);
	assert_want(&w, 3, "fd00::7/128", VERDICT_FOLLOWS);
	wants_fini(&w.wants);
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_LOCAL_ENDPOINT);
	assert_true(w.wants.at[0].holds);
	tear_down(&w);
	build(&w, NODE("n1", ""), ALONE);
	has_service(&w, SERVICE(LOCAL, "192.0.2.17"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LOCAL_ENDPOINT);
	tear_down(&w);
	build(&w, NODE("n1", ""), ALONE);
	has_service(&w, SERVICE("", "192.0.2.17"), SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_LISTED);
	tear_down(&w);
	build(&w, NODE("n1", ""), ALONE);
	has_service(&w, SERVICE("", "192.0.2.17"), NULL);
	assert_want(&w, 0, "192.0.2.17/32", VERDICT_NO_ENDPOINT);
	tear_down(&w);
}

/* Whatever kind the list and the address are of. */
TEST(a_cluster_ip_that_is_listed_alone_follows_its_service)
{
	static const char *const policies[] = { "Cluster", "Local" };
	struct world w;

	for (unsigned i = 0; i < 2; i++) {
		char yaml[256];

		snprintf(yaml, sizeof(yaml),
		    "{metadata: {name: shop, namespace: web}, spec: {type: "
		    "ClusterIP, clusterIPs: [10.96.0.9], "
		    "internalTrafficPolicy: %s}}",
		    policies[i]);
		build(&w, NODE("n1", ""),
		    CONFIG(", serviceLoadBalancerIPs: "
			   "[{cidr: 10.96.0.9/32}]"));
		has_service(&w, yaml, SLICE(EP("n2", READY)));
		assert_want(&w, 0, "10.96.0.9/32",
		    i == 0 ? VERDICT_LISTED : VERDICT_NO_LOCAL_ENDPOINT);
		assert_true(w.wants.at[0].holds);
		tear_down(&w);
	}
}

/* ---- what is never announced ---- */

TEST(external_ips_that_no_node_serves_are_not_announced)
{
	static const char *const kinds[] = {
		"type: ClusterIP, clusterIP: None, clusterIPs: [None]",
		"type: ExternalName, externalName: a.example"
	};
	static const char *const policies[] = { "Cluster", "Local" };
	struct world w;

	for (unsigned i = 0; i < 4; i++) {
		char yaml[256];

		snprintf(yaml, sizeof(yaml),
		    "{metadata: {name: shop, namespace: web}, spec: {%s, "
		    "externalIPs: [10.33.192.7], externalTrafficPolicy: %s}}",
		    kinds[i % 2], policies[i / 2]);
		build(&w, NODE("n1", ""), CONFIG(""));
		w.service = object(service_decode, yaml);
		w.slice = object(endpoint_slice_decode, SLICE(EP("n1", READY)));
		endpoints_change(w.endpoints, NULL, w.slice);
		announce_service(&w.view, w.service, &w.wants);
		assert_int_equal(w.wants.n, 1);
		assert_want(&w, 0, "10.33.192.7/32", VERDICT_NOT_SERVED);
		tear_down(&w);
	}
}

TEST(pod_cidrs_that_no_router_takes_are_named_and_the_rest_holds)
{
	struct world w;
	struct err err;

	build(&w,
	    NODE("n1",
		", annotations: {lbbgp.io/pod-cidrs: "
		"'0.0.0.0/0, 10.1.0.0/24, 127.0.0.0/8, ::/0'}"),
	    CONFIG(""));
	assert_false(announce_node(&w.view, &w.wants, &err));
	assert_string_equal(err.text,
	    "annotation lbbgp.io/pod-cidrs: 0.0.0.0/0: a default route is "
	    "never announced; and 2 more");
	assert_int_equal(w.wants.n, 1);
	assert_want(&w, 0, "10.1.0.0/24", VERDICT_POD_CIDR);
	tear_down(&w);
	build(&w,
	    "{metadata: {name: n1}, spec: {podCIDRs: [0.0.0.0/0, "
	    "10.33.5.0/24]}}",
	    CONFIG(""));
	assert_false(announce_node(&w.view, &w.wants, &err));
	assert_non_null(strstr(err.text, "spec.podCIDRs: 0.0.0.0/0"));
	assert_int_equal(w.wants.n, 1);
	tear_down(&w);
}

TEST(an_address_that_no_router_takes_is_not_announced_from_a_pool)
{
	struct world w;

	build(&w, NODE("n1", ""), CONFIG(""));
	service_group_free(w.group);
	w.group = object(service_group_decode,
	    "{metadata: {name: all}, spec: {pools: [{subnet: 0.0.0.0/0, pool: "
	    "0.0.0.0/0, aggregation: /0}]}}");
	has_service(&w, SERVICE("", "127.0.0.9"), SLICE(EP("n1", READY)));
	assert_want(&w, 0, "127.0.0.9/32", VERDICT_NEVER);
	wants_fini(&w.wants);
	service_free(w.service);
	w.service = object(service_decode, SERVICE("", "198.51.100.7"));
	announce_service(&w.view, w.service, &w.wants);
	assert_want(&w, 0, "198.51.100.7/32", VERDICT_AGGREGATE);
	tear_down(&w);
}

#define ON_LINKS(more)                                                   \
	"{metadata: {name: web}, spec: {pools: [{subnet: 192.0.2.0/24, " \
	"pool: 192.0.2.0/24}], announce: {l2: {}" more "}}}"

/* What becomes of a Service whose group announces on links. */
static void
on_links(struct world *w, const char *config, const char *group,
    const char *service, const char *slice)
{
	build(w, NODE("n1", ""), config);
	service_group_free(w->group);
	w->group = object(service_group_decode, group);
	has_service(w, service, slice);
}

TEST(group_on_links_alone_is_not_announced_by_bgp)
{
	struct world w;

	on_links(&w, CONFIG(""), ON_LINKS(""), SERVICE("", "192.0.2.9"),
	    SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.9/32", VERDICT_LINK_ONLY);
	assert_int_equal(w.wants.n_hosts, 1);
	assert_true(w.wants.hosts[0].link);
	assert_false(w.wants.hosts[0].bgp);
	tear_down(&w);
}

TEST(group_on_both_is_announced_by_bgp_as_well)
{
	struct world w;

	on_links(&w, CONFIG(""), ON_LINKS(", bgp: {}"),
	    SERVICE("", "192.0.2.9"), SLICE(EP("n2", READY)));
	assert_want(&w, 0, "192.0.2.9/32", VERDICT_AGGREGATE);
	assert_true(w.wants.hosts[0].link);
	assert_true(w.wants.hosts[0].bgp);
	tear_down(&w);
}

TEST(without_as_number_there_are_links_alone)
{
	struct world w;

	on_links(&w, "{metadata: {name: default}, spec: {}}",
	    ON_LINKS(", bgp: {}"), SERVICE("", "192.0.2.9"),
	    SLICE(EP("n2", READY)));
	assert_int_equal(w.wants.n, 1);
	assert_want(&w, 0, "192.0.2.9/32", VERDICT_LINK_ONLY);
	tear_down(&w);
	on_links(&w, "{metadata: {name: default}, spec: {}}", GROUP,
	    SERVICE("", "192.0.2.9"), SLICE(EP("n2", READY)));
	assert_int_equal(w.wants.n, 0);
	assert_int_equal(w.wants.n_hosts, 0);
	tear_down(&w);
}

/* By a CIDR around it routers know it anyway; it is no reason not to hold it. */
TEST(what_keeps_the_node_from_a_link_is_the_verdict)
{
	static const struct {
		const char *slice;
		enum verdict verdict;
	} rows[] = {
		{ NULL, VERDICT_NO_ENDPOINT },
		{ SLICE(EP("n2", READY)), VERDICT_NO_LOCAL_ENDPOINT },
		{ SLICE(EP("n1", READY)), VERDICT_LINK_ONLY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;

		on_links(&w,
		    CONFIG(", serviceLoadBalancerIPs: [{cidr: 192.0.2.0/24}]"),
		    ON_LINKS(""),
		    SERVICE(", externalTrafficPolicy: Local", "192.0.2.9"),
		    rows[i].slice);
		assert_want(&w, 0, "192.0.2.9/32", rows[i].verdict);
		tear_down(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pod_cidrs_are_those_of_the_node),
		cmocka_unit_test(an_annotation_goes_before_the_spec),
		cmocka_unit_test(
		    a_bad_word_of_the_annotation_is_named_and_the_rest_holds),
		cmocka_unit_test(
		    with_calico_only_its_confirmed_blocks_of_this_node_count),
		cmocka_unit_test(configured_cidrs_are_announced_as_a_whole),
		cmocka_unit_test(
		    service_cidrs_are_as_listed_ones_where_they_are_followed),
		cmocka_unit_test(a_placeholder_of_a_gateway_starves_no_address),
		cmocka_unit_test(
		    a_gateway_of_all_nodes_is_covered_by_a_listed_cidr),
		cmocka_unit_test(
		    the_exclude_label_leaves_the_configured_cidrs_alone),
		cmocka_unit_test(
		    a_node_that_the_selector_leaves_out_announces_no_services),
		cmocka_unit_test(
		    cluster_policy_announces_the_groups_aggregation),
		cmocka_unit_test(every_want_says_of_what_kind_it_is),
		cmocka_unit_test(a_configured_cidr_covers_cluster_policy),
		cmocka_unit_test(
		    local_policy_needs_an_endpoint_here_even_inside_a_cidr),
		cmocka_unit_test(weight_is_the_number_of_endpoints_here),
		cmocka_unit_test(weight_goes_up_in_steps_of_a_bucket),
		cmocka_unit_test(what_any_node_does_for_has_no_weight),
		cmocka_unit_test(a_group_without_weights_gives_none),
		cmocka_unit_test(weight_says_whose_it_is_and_for_whom),
		cmocka_unit_test(a_group_says_how_far_its_addresses_are),
		cmocka_unit_test(
		    a_service_says_of_its_own_route_what_the_group_allows),
		cmocka_unit_test(a_service_may_ask_for_fewer_nodes),
		cmocka_unit_test(
		    a_group_says_of_which_lengths_its_prefixes_are),
		cmocka_unit_test(
		    of_a_group_with_a_limit_some_nodes_announce_each_prefix),
		cmocka_unit_test(
		    with_policy_local_the_limit_is_for_nodes_with_endpoints),
		cmocka_unit_test(
		    a_terminating_endpoint_counts_only_while_none_is_ready_anywhere),
		cmocka_unit_test(
		    an_endpoint_that_terminates_counts_as_such_though_it_is_told_ready),
		cmocka_unit_test(endpoints_on_no_node_are_told_as_such),
		cmocka_unit_test(endpoints_of_several_nodes_are_told_apart),
		cmocka_unit_test(
		    no_endpoint_anywhere_withdraws_unless_asked_not_to),
		cmocka_unit_test(an_address_of_no_pool_is_announced_by_nobody),
		cmocka_unit_test(a_service_of_another_class_is_not_looked_at),
		cmocka_unit_test(external_ips_outside_the_lists_get_a_reason),
		cmocka_unit_test(
		    a_dead_data_plane_withdraws_services_and_their_cidrs),
		cmocka_unit_test(
		    advertisements_add_up_and_the_most_specific_preference_holds),
		cmocka_unit_test(
		    a_cidr_of_host_length_follows_the_service_that_has_it),
		cmocka_unit_test(
		    a_cluster_ip_that_is_listed_alone_follows_its_service),
		cmocka_unit_test(
		    external_ips_that_no_node_serves_are_not_announced),
		cmocka_unit_test(
		    pod_cidrs_that_no_router_takes_are_named_and_the_rest_holds),
		cmocka_unit_test(
		    an_address_that_no_router_takes_is_not_announced_from_a_pool),
		cmocka_unit_test(group_on_links_alone_is_not_announced_by_bgp),
		cmocka_unit_test(group_on_both_is_announced_by_bgp_as_well),
		cmocka_unit_test(without_as_number_there_are_links_alone),
		cmocka_unit_test(
		    what_keeps_the_node_from_a_link_is_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
