/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a whole daemon writes and tells: its status, and conditions of objects.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/status/status.h"
#include "common/source/store.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define PEER(name, spec)                                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: " name "}\n" \
	"spec: {" spec "}\n"
#define A "peerIP: 192.0.2.2, asNumber: 65002"
#define CONFIG(name, spec)                                  \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: " name "}\nspec: {asNumber: 65001" spec "}\n"

/* Else each start would be a fault for who reads it. */
TEST(first_status_waits_for_the_sessions)
{
	struct sim *s = sim_started();

	sim_sleep(s, 1000);
	assert_int_equal(s->statuses, 0);
	sim_establish(s, "a");
	sim_settle(s);
	assert_int_equal(s->statuses, 1);
	assert_false(sim_has_written(s, "SentToNobody"));
}

TEST(first_status_waits_for_all_sessions_and_for_3_s_at_most)
{
	struct sim *s = sim_with(PEER("b", "peerIP: 192.0.2.3, asNumber: 1"));

	sim_establish(s, "a");
	sim_sleep(s, STATUS_START - 10);
	assert_int_equal(s->statuses, 0);
	sim_sleep(s, 10);
	assert_int_equal(s->statuses, 1);
}

/* As if the first one had not waited. */
TEST(second_status_comes_5_s_after_the_start)
{
	struct sim *s = sim_started();

	sim_sleep(s, STATUS_START + 500);
	sim_establish(s, "a");
	assert_true(sim_has_written(s, "SentToNobody"));
	sim_sleep(s, STATUS_PAUSE - STATUS_START - 500);
	assert_int_equal(s->statuses, 2);
	assert_false(sim_has_written(s, "SentToNobody"));
}

#define NODE                                       \
	"apiVersion: v1\nkind: Node\n"             \
	"metadata: {name: node1, uid: u1}\n"       \
	"status: {addresses: [{type: InternalIP, " \
	"address: 192.0.2.1}]}\n"

/* It was to be written long ago. */
TEST(status_of_a_node_that_comes_late_is_not_written_twice)
{
	struct sim *s = sim_new();

	sim_drop(s, "Node", "node1");
	sim_list_all(s);
	sim_sleep(s, 200000);
	assert_int_equal(s->statuses, 0);
	sim_put(s, NODE);
	sim_sleep(s, 100);
	sim_establish(s, "a");
	sim_sleep(s, STATUS_PAUSE - STATUS_START - 200);
	assert_int_equal(s->statuses, 1);
	sim_sleep(s, 200);
	assert_int_equal(s->statuses, 2);
}

TEST(first_status_waits_for_no_session_that_is_not_to_be)
{
	struct sim *s = sim_with(PEER("a", A ", shutdown: {enabled: true}"));

	sim_settle(s);
	assert_int_equal(s->statuses, 1);
}

TEST(last_status_waits_for_nothing)
{
	struct sim *s = sim_started();

	sim_sleep(s, 1000);
	bgpd_stop(s->bgpd, NULL);
	sim_settle(s);
	assert_int_equal(s->statuses, 1);
}

TEST(status_is_written_at_most_once_in_5_s)
{
	struct sim *s = sim_started();
	unsigned before;

	sim_sleep(s, 10000);
	before = s->statuses;
	for (unsigned i = 0; i < 100; i++) { /* 20 s of changes */
		sim_put(s,
		    i % 2 == 0 ? PEER("a", A ", passive: true") : PEER("a", A));
		sim_sleep(s, 200);
	}
	assert_in_range(s->statuses - before, 4, 5);
}

TEST(quiet_node_writes_once_a_minute)
{
	struct sim *s = sim_started();
	unsigned before;

	sim_put(s, PEER("a", A ", passive: true, holdTime: 0"));
	sim_sleep(s, 20000);
	before = s->statuses;
	sim_sleep(s, 600000);
	assert_int_equal(s->statuses - before, 10);
}

TEST(kind_that_is_missing_still_makes_nobody_write)
{
	struct sim *s = sim_started();
	struct store *store = bgpd_store(s->bgpd);
	size_t block =
	    store_kind_find(store, "crd.projectcalico.org/v1", "BlockAffinity");
	unsigned before;

	sim_put(s, PEER("a", A ", passive: true, holdTime: 0"));
	store_missing(store, block);
	sim_sleep(s, 20000);
	before = s->statuses;
	for (unsigned i = 0; i < 20; i++) {
		store_missing(store, block);
		sim_sleep(s, 30000);
	}
	assert_int_equal(s->statuses - before, 10);
}

TEST(change_during_a_write_is_not_lost)
{
	struct sim *s = sim_started();
	unsigned before;

	sim_put(s, PEER("a", A ", passive: true"));
	sim_sleep(s, 20000);
	s->away = true;
	sim_put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	sim_sleep(s, 7000); /* it is being written */
	sim_drop(s, "BGPPeer", "b");
	sim_sleep(s, 7000);
	before = s->statuses;
	s->away = false;
	sim_settle(s);
	assert_int_equal(s->statuses, before + 2);
}

TEST(deleted_status_is_written_again)
{
	struct sim *s = sim_started();
	unsigned before;

	sim_put(s, PEER("a", A ", passive: true"));
	sim_sleep(s, 20000);
	before = s->statuses;
	sim_drop(s, "BGPNodeStatus", "node1");
	sim_sleep(s, 5000);
	assert_int_equal(s->statuses, before + 1);
}

TEST(refused_peer_keeps_its_last_good_value_and_says_why)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	sim_put(
	    s, PEER("a", "peerIP: 192.0.2.2, asNumber: 65002, holdTime: 2"));
	sim_sleep(s, 10000);
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(sim_accepted(s, "BGPPeer", "a"),
	    "False: spec.holdTime: 2: not 0 or 3..65535");
	assert_true(sim_logged("spec.holdTime"));
	assert_string_equal(sim_condition(s, "ObjectsRefused"),
	    "BGPPeer a: spec.holdTime: 2: not 0 or 3..65535");
	assert_int_equal(s->conditions, 1);
	assert_int_equal(s->events, 1);
	sim_put(s, PEER("a", A));
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "ObjectsRefused"), "");
	assert_true(sim_is_up(s, "a"));
}

/* The status stays with the object when its spec is edited. */
TEST(refusal_is_taken_back_once_the_value_is_good)
{
	struct sim *s = sim_started();

	sim_put(s,
	    PEER("a",
		A) "status: {conditions: [{type: Accepted, status: 'False', "
		   "reason: Refused, message: no, "
		   "lastTransitionTime: '2026-01-31T00:00:00Z'}]}\n");
	sim_sleep(s, 10000);
	assert_string_equal(sim_accepted(s, "BGPPeer", "a"), "True: ");
	assert_int_equal(s->conditions, 1);
	assert_int_equal(s->events, 0);
}

#define VIRTUAL_IP(name, spec)                                              \
	"{apiVersion: lbbgp.io/v1, kind: VirtualIP, metadata: {name: " name \
	"}, spec: {addresses: [192.0.2.9], " spec "}}"

TEST(refused_virtual_ip_is_told_why_and_when_it_is_mended)
{
	struct sim *s = sim_started();

	sim_put(s, VIRTUAL_IP("v", "l2: {mode: Never}"));
	sim_sleep(s, 10000);
	assert_string_equal(sim_accepted(s, "VirtualIP", "v"),
	    "False: spec.l2.mode: \"Never\": not one of Auto, Always");
	assert_string_equal(sim_condition(s, "ObjectsRefused"),
	    "VirtualIP v: spec.l2.mode: \"Never\": not one of Auto, Always");
	assert_int_equal(s->events, 1);
	sim_put(s, VIRTUAL_IP("v", "l2: {}"));
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "ObjectsRefused"), "");
}

TEST(refused_configuration_changes_nothing_and_says_why)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	fake_forget(p);
	sim_put(s, CONFIG("default", ", listenPort: 70000"));
	sim_sleep(s, 10000);
	assert_true(sim_is_up(s, "a"));
	assert_said(p, "");
	assert_int_equal(s->listen.port, 179);
	assert_string_equal(sim_accepted(s, "BGPConfiguration", "default"),
	    "False: spec.listenPort: 70000: not 1..65535");
	assert_int_equal(s->conditions, 1);
}

/* It says so as long as it is so, whatever is written into it meanwhile. */
TEST(configuration_refused_in_part_is_in_force_for_the_rest)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	fake_forget(p);
	sim_put(s,
	    CONFIG("default",
		", serviceExternalIPs: [{cidr: 10.33.192.0/18}, "
		"{cidr: 0.0.0.0/0}, {cidr: 10.34.0.0/16}]"));
	sim_sleep(s, 10000);
	assert_said(p, "+10.34.0.0/16");
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(
		    sim_accepted(s, "BGPConfiguration", "default"),
		    "False: spec.serviceExternalIPs[1].cidr: \"0.0.0.0/0\": a "
		    "default route is never announced; the rest of it is in "
		    "force");
		assert_int_equal(s->conditions, 1);
		sim_sleep(s, 60000);
	}
	sim_put(s,
	    CONFIG("default", ", serviceExternalIPs: [{cidr: 10.34.0.0/16}]"));
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "ObjectsRefused"), "");
}

#define REFUSED(message)                                                   \
	"status: {conditions: [{type: Accepted, status: 'False', reason: " \
	"Refused, message: '" message                                      \
	"', lastTransitionTime: '2026-01-31T00:00:00Z'}]}\n"
#define HOLD_2 "spec.holdTime: 2: not 0 or 3..65535"

/* All nodes see it at once. */
TEST(what_another_node_has_written_is_not_written_again)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 1, holdTime: 2"));
	assert_int_equal(s->conditions, 0);
	sim_put(s,
	    PEER("b", "peerIP: 192.0.2.3, asNumber: 1, holdTime: 2")
		REFUSED(HOLD_2));
	sim_sleep(s, 20000);
	assert_int_equal(s->conditions + s->events, 0);
	sim_put(s,
	    PEER("b", "peerIP: 192.0.2.3, asNumber: 1, holdTime: 1")
		REFUSED(HOLD_2)); /* another fault */
	sim_sleep(s, 10000);
	assert_int_equal(s->conditions, 1);
	assert_int_equal(s->events, 1);
	assert_string_equal(sim_accepted(s, "BGPPeer", "b"),
	    "False: spec.holdTime: 1: not 0 or 3..65535");
}

TEST(refusal_that_was_there_before_the_start_is_not_written)
{
	struct sim *s = sim_new();

	sim_put(s,
	    PEER("b", "peerIP: 192.0.2.3, asNumber: 1, holdTime: 2")
		REFUSED(HOLD_2));
	sim_put(s,
	    PEER("c",
		"peerIP: 192.0.2.4, asNumber: 1, holdTime: 2, shutdown: "
		"{enabled: true}")
		REFUSED(HOLD_2 "; the rest of it is in force"));
	sim_list_all(s);
	sim_sleep(s, 20000);
	assert_int_equal(s->conditions + s->events, 0);
}

TEST(missing_secret_is_said_once_on_the_peer)
{
	struct sim *s = sim_started();

	s->away = true; /* its word is not heard yet */
	sim_put(s,
	    PEER("a",
		A ", password: {secretKeyRef: {name: bgp, key: password}}"));
	for (unsigned i = 0; i < 5; i++) { /* it is looked at again */
		sim_put(s, PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
		sim_sleep(s, 50);
	}
	sim_sleep(s, 10000);
	s->away = false;
	sim_sleep(s, 1000);
	assert_non_null(strstr(sim_accepted(s, "BGPPeer", "a"), "Secret bgp"));
	assert_int_equal(s->conditions, 1);
	assert_int_equal(s->events, 1);
}

TEST(missing_secret_of_a_peer_that_is_shut_down_is_said_once)
{
	struct sim *s = sim_started();

	sim_put(s,
	    PEER("a",
		A ", password: {secretKeyRef: {name: bgp, key: password}}, "
		  "shutdown: {enabled: true}"));
	sim_sleep(s, 60000);
	assert_non_null(strstr(sim_accepted(s, "BGPPeer", "a"), "Secret bgp"));
	assert_int_equal(s->conditions, 1);
}

TEST(two_configurations_for_one_node_are_told)
{
	struct sim *s = sim_started();

	sim_put(s,
	    CONFIG("rack-1",
		", nodeSelector: {matchLabels: {rack: a}}") "---\n" CONFIG("rack-2",
		", nodeSelector: {matchLabels: {rack: a}}"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "ConfigurationConflict"),
	    "BGPConfiguration rack-2 selects this node too, but rack-1 is older and in "
	    "force");
	sim_drop(s, "BGPConfiguration", "rack-1");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "ConfigurationConflict"), "");
}

TEST(no_configuration_is_told)
{
	struct sim *s = sim_started();

	sim_drop(s, "BGPConfiguration", "default");
	sim_sleep(s, 50);
	assert_non_null(
	    strstr(sim_condition(s, "NotConfigured"), "nothing listens"));
	assert_int_equal(s->listen.port, 0);
	assert_null(sim_peer(s, "a"));
}

#define SPEECHLESS                                          \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\nspec: {l2: {}}\n"

/* Nodes may announce on links alone; that is no fault where there are no peers. */
TEST(configuration_without_as_number_ends_bgp)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, SPEECHLESS);
	sim_sleep(s, 50);
	assert_said(p, "-10.33.5.0/24 -10.33.192.0/18 NOTIFICATION 6/3 CLOSE");
	assert_null(sim_peer(s, "a"));
	assert_int_equal(s->listen.port, 0);
	assert_string_equal(sim_condition(s, "NotConfigured"),
	    "BGPConfiguration default: spec.asNumber: missing, so this node "
	    "speaks no BGP, not with BGPPeer a either");
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "NotConfigured"), "");
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {nodeToNodeMeshEnabled: true}\n");
	sim_sleep(s, 50);
	assert_non_null(strstr(sim_condition(s, "NotConfigured"),
	    "nodeToNodeMeshEnabled is without effect"));
	sim_put(s, PEER("a", A));
	sim_put(s, CONFIG("default", ""));
	sim_sleep(s, 50);
	assert_non_null(sim_establish(s, "a"));
}

#define LINKS                                                       \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"             \
	"metadata: {name: lan}\nspec: {announce: {l2: {}}, pools: " \
	"[{subnet: 192.0.2.0/24, pool: 192.0.2.128/25}]}\n"
#define SECRET(data)                                                           \
	"apiVersion: v1\nkind: Secret\nmetadata: {name: lbbgp-l2, namespace: " \
	"lbbgp-system}\nstringData: {" data "}\n"

/* Neither a configuration nor a key is needed, but what that means is told. */
TEST(links_need_no_configuration_and_no_key)
{
	struct sim *s = sim_started();

	assert_string_equal(sim_condition(s, "L2NotAuthenticated"), "");
	sim_put(s, LINKS);
	sim_drop(s, "BGPConfiguration", "default");
	sim_sleep(s, 50);
	assert_non_null(
	    strstr(sim_condition(s, "NotConfigured"), "BGPPeer a either"));
	assert_non_null(strstr(
	    sim_condition(s, "L2NotAuthenticated"), "no Secret lbbgp-l2"));
	sim_drop(s, "BGPPeer", "a");
	sim_put(s, SECRET("key: 0123456789abcdef"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "NotConfigured"), "");
	assert_string_equal(sim_condition(s, "L2NotAuthenticated"), "");
	sim_put(s, SECRET("key: geheim"));
	assert_non_null(
	    strstr(sim_condition(s, "L2KeyDoubtful"), "shorter than"));
	sim_put(s, SECRET("other: geheim"));
	assert_string_equal(sim_condition(s, "L2Blocked"),
	    "Secret lbbgp-l2 in namespace lbbgp-system has no key key; without "
	    "it this node holds no address on its links");
}

#define VIP_SPEC(spec)                               \
	"apiVersion: lbbgp.io/v1\nkind: VirtualIP\n" \
	"metadata: {name: v}\nspec: {addresses: [192.0.2.200], " spec "}\n"

/* The node of a control plane may have nothing else. */
TEST(virtual_ips_need_no_configuration_and_their_links_a_key)
{
	struct sim *s = sim_started();

	sim_drop(s, "BGPConfiguration", "default");
	sim_drop(s, "BGPPeer", "a");
	sim_put(s, VIP_SPEC("vrrp: {interface: eth0, virtualRouterID: 7}"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "NotConfigured"), "");
	assert_string_equal(sim_condition(s, "L2NotAuthenticated"), "");
	sim_put(s, VIP_SPEC("l2: {}"));
	sim_sleep(s, 50);
	assert_non_null(strstr(
	    sim_condition(s, "L2NotAuthenticated"), "no Secret lbbgp-l2"));
	sim_drop(s, "VirtualIP", "v");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "L2NotAuthenticated"), "");
	assert_non_null(
	    strstr(sim_condition(s, "NotConfigured"), "nothing listens"));
}

TEST(no_node_is_told)
{
	struct sim *s = sim_started();

	sim_drop(s, "Node", "node1");
	sim_sleep(s, 50);
	assert_string_equal(
	    sim_condition(s, "NodeUnknown"), "there is no Node node1");
	assert_null(sim_peer(s, "a"));
}

/* Eight with long texts, and many: each is named, or counted. */
TEST(all_refused_objects_are_named_or_counted)
{
	struct sim *s = sim_started();
	const char *told;
	char yaml[1024], name[16], text[400];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned i = 10; i < 18; i++) {
		snprintf(yaml, sizeof(yaml),
		    PEER("p%u",
			"peerIP: 192.0.2.9, asNumber: 1, holdTime: 2, "
			"localASNumber: %s"),
		    i, text);
		sim_put(s, yaml);
	}
	told = sim_condition(s, "ObjectsRefused");
	for (unsigned i = 10; i < 18; i++) {
		snprintf(name, sizeof(name), "p%u: ", i);
		assert_non_null(strstr(told, name));
	}
	for (unsigned i = 18; i < 110; i++) {
		snprintf(yaml, sizeof(yaml),
		    PEER("p%u", "peerIP: 192.0.2.9, asNumber: 1, holdTime: 2"),
		    i);
		sim_put(s, yaml);
	}
	told = sim_condition(s, "ObjectsRefused");
	unsigned named = 0, more = 0;

	for (const char *at = told; (at = strstr(at, "BGPPeer ")) != NULL; at++)
		named++;
	assert_int_equal(
	    sscanf(strstr(told, "; and "), "; and %u more", &more), 1);
	assert_int_equal(named + more, 100);
}

#define MEMBER(n)                                                       \
	"apiVersion: v1\nkind: Node\nmetadata: {name: node" n "}\n"     \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.10" n \
	"}]}\n"

/* For so many nodes it is said once. */
TEST(mesh_that_lacks_its_secret_is_told_of_the_configuration)
{
	struct sim *s = sim_started();

	sim_put(s, MEMBER("2") "---\n" MEMBER("3"));
	sim_put(s,
	    CONFIG("default",
		", nodeToNodeMeshEnabled: true, nodeMeshPassword: "
		"{secretKeyRef: {name: m, key: k}}"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "PeerBlocked"),
	    "BGPConfiguration default: spec.nodeMeshPassword.secretKeyRef.name: "
	    "there is no Secret m in namespace lbbgp-system; of 2 sessions, as "
	    "mesh:node2");
}

TEST(cluster_id_that_is_none_is_told)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: v1\nkind: Node\n"
	    "metadata: {name: node1, labels: {rack: a}, uid: u1, "
	    "annotations: {lbbgp.io/cluster-id: 0.0.0.0}}\n"
	    "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "ClusterIDInvalid"),
	    "Node node1: metadata.annotations[lbbgp.io/cluster-id]: 0.0.0.0: not an "
	    "IPv4 address other than 0.0.0.0, so the node reflects no routes");
}

TEST(router_id_that_routers_refuse_is_told)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: v1\nkind: Node\n"
	    "metadata: {name: node1, labels: {rack: a}, uid: u1, "
	    "annotations: {lbbgp.io/router-id: 240.0.0.1}}\n"
	    "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "RouterIDInvalid"),
	    "Node node1: metadata.annotations[lbbgp.io/router-id]: 240.0.0.1: not an "
	    "IPv4 address in 1.0.0.0..223.255.255.255 outside 127.0.0.0/8, so it is "
	    "not used");
	assert_true(sim_logged("lbbgp.io/router-id]: 240.0.0.1"));
	assert_int_equal(
	    session_config(sim_peer(s, "a")->session)->router_id, 0xc0000201);
}

TEST(unknown_community_of_a_group_is_told)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.40.0.0/24, pool: 10.40.0.0/24}], "
	    "announce: {bgp: {communities: [blue]}}}\n");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "CommunityUnknown"),
	    "ServiceGroup g: spec.announce.bgp.communities: no community of "
	    "BGPConfiguration default is called blue");
	sim_put(s,
	    CONFIG("default", ", communities: [{name: blue, value: '1:2'}]"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "CommunityUnknown"), "");
	/* Nor may a Service name it. */
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.40.0.0/24, pool: 10.40.0.0/24}], "
	    "announce: {bgp: {communities: [blue], serviceAnnotations: "
	    "[communities], serviceCommunities: [blue, red]}}}\n");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "CommunityUnknown"),
	    "ServiceGroup g: spec.announce.bgp.serviceCommunities: no community "
	    "of BGPConfiguration default is called red");
}

/* Services with policy Local still have routes of their own. */
TEST(attributes_of_a_group_whose_pool_is_covered_are_told)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.40.0.0/24, pool: 10.40.0.0/24}], "
	    "announce: {bgp: {med: 50, lengths: Both, peers: [a], "
	    "serviceAnnotations: [med]}}}\n");
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "AttributesCovered"), "");
	sim_put(s,
	    CONFIG("default", ", serviceExternalIPs: [{cidr: 10.40.0.0/16}]"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "AttributesCovered"),
	    "ServiceGroup g: spec.announce.bgp: med, lengths, peers, "
	    "serviceAnnotations: without effect for Services with policy Cluster, "
	    "as their addresses are in 10.40.0.0/16, which BGPConfiguration "
	    "default lists and which is announced in their place");
	sim_put(s,
	    CONFIG("default", ", serviceExternalIPs: [{cidr: 10.40.0.0/25}]"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "AttributesCovered"), "");
}

TEST(unknown_community_of_an_advertisement_is_refused)
{
	struct sim *s = sim_started();

	sim_put(s,
	    CONFIG("default",
		", prefixAdvertisements: "
		"[{cidr: 10.0.0.0/8, communities: [blue]}]"));
	sim_sleep(s, 50);
	assert_non_null(strstr(
	    sim_accepted(s, "BGPConfiguration", "default"), "communities"));
	assert_non_null(
	    strstr(sim_accepted(s, "BGPConfiguration", "default"), "blue"));
}

#define LISTED6 \
	CONFIG("default", ", serviceExternalIPs: [{cidr: 'fd00:60::/64'}]")

/* What is announced reaches somebody, or the status says why not. */
TEST(what_reaches_nobody_is_told_by_family)
{
	struct sim *s = sim_started();
	struct fake_peer *p;

	sim_sleep(s, 10);
	assert_string_equal(sim_condition(s, "SentToNobody"),
	    "IPv4: 2 prefixes are sent to nobody: a: the session is Connect");
	sim_establish(s, "a");
	assert_string_equal(sim_condition(s, "SentToNobody"), "");
	sim_put(s, LISTED6);
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "SentToNobody"),
	    "IPv6: 1 prefix is sent to nobody: a: spec.families lacks IPv6");
	/* The router's word counts as well. */
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	sim_put(s, PEER("a", A ", families: [IPv4, IPv6]"));
	sim_sleep(s, 50);
	p = sim_peer(s, "a");
	struct bgp_open open = fake_open(p);

	open.caps.family[FAMILY_V6] = false;
	p->config.remote_as = 65002;
	fake_connects(p);
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(sim_condition(s, "SentToNobody"),
	    "IPv6: 1 prefix is sent to nobody: a: the peer did not agree on "
	    "IPv6");
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 50);
	assert_non_null(strstr(sim_condition(s, "SentToNobody"),
	    "IPv6: 1 prefix is sent to nobody: no BGPPeer is for this node"));
}

/* Its families are those of its address, which is not known. */
TEST(one_without_an_address_lacks_no_family)
{
	struct sim *s = sim_started();

	sim_drop(s, "BGPPeer", "a");
	sim_put(s,
	    PEER("racks",
		"fromNode: {peerIP: {annotation: lbbgp.io/tor}}, "
		"asNumber: 65002"));
	sim_sleep(s, 50);
	assert_non_null(strstr(sim_condition(s, "SentToNobody"),
	    "racks: blocked, Node node1: metadata.annotations[lbbgp.io/tor]: "
	    "missing: "));
}

TEST(many_silent_peers_are_counted)
{
	struct sim *s = sim_started();
	char yaml[256];

	for (unsigned i = 1; i <= 6; i++) {
		snprintf(yaml, sizeof(yaml),
		    PEER("b%u", "peerIP: 192.0.2.1%u, asNumber: 65003"), i, i);
		sim_put(s, yaml);
	}
	sim_sleep(s, 50);
	assert_non_null(strstr(sim_condition(s, "SentToNobody"),
	    "b2: the session is Connect; and 4 more"));
}

TEST(kinds_not_followed_for_one_reason_are_told_together)
{
	struct sim *s = sim_started();

	s->ill[0] = s->ill[2] = "bad.yaml: line 2: no value";
	s->ill[1] = "HTTP 403";
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "SourceUnhealthy"),
	    "nodes, bgppeers: bad.yaml: line 2: no value; "
	    "bgpconfigurations: HTTP 403");
	s->ill[0] = s->ill[1] = s->ill[2] = NULL;
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "SourceUnhealthy"), "");
}

/* A group of 16 large communities, and a Service with an address of it. */
static void
put_heavy(struct sim *s, unsigned nth)
{
	char list[16 * 24] = "", yaml[1024];

	for (unsigned i = 0, at = 0; i < 16; i++)
		at += (unsigned)snprintf(list + at, sizeof(list) - at,
		    "%s'%u:%u:1'", i > 0 ? ", " : "", 65001 + nth, i);
	snprintf(yaml, sizeof(yaml),
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g%u}\n"
	    "spec: {pools: [{subnet: 10.40.0.0/16, pool: 10.40.%u.0/24, "
	    "aggregation: /16}], announce: {bgp: {communities: [%s]}}}\n",
	    nth, nth, list);
	sim_put(s, yaml);
	snprintf(yaml, sizeof(yaml),
	    "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: s%u, namespace: web}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n"
	    "status: {loadBalancer: {ingress: [{ip: 10.40.%u.1}]}}\n---\n"
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: s%u-1, namespace: web, labels: "
	    "{kubernetes.io/service-name: s%u}}\naddressType: IPv4\n"
	    "endpoints: [{addresses: [10.33.5.9], nodeName: node1}]\n",
	    nth, nth, nth, nth);
	sim_put(s, yaml);
}

/* Of one aggregate that many groups want, with all their communities. */
TEST(attributes_that_fit_no_message_are_told_with_their_object)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	for (unsigned i = 0; i < 24; i++)
		put_heavy(s, i);
	sim_sleep(s, 10000);
	assert_non_null(strstr(sim_condition(s, "AttributesTooLong"),
	    "BGPPeer a: not told of 10.40.0.0/16 (Service web/s"));
	assert_true(sim_logged("prefix 10.40.0.0/16: not announced, its "
			       "attributes fit no message of 4096 bytes"));
	for (unsigned i = 0; i < 12; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%u", i);
		sim_drop(s, "Service", name);
	}
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "AttributesTooLong"), "");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(first_status_waits_for_the_sessions),
		T(first_status_waits_for_all_sessions_and_for_3_s_at_most),
		T(second_status_comes_5_s_after_the_start),
		T(status_of_a_node_that_comes_late_is_not_written_twice),
		T(first_status_waits_for_no_session_that_is_not_to_be),
		T(last_status_waits_for_nothing),
		T(status_is_written_at_most_once_in_5_s),
		T(attributes_that_fit_no_message_are_told_with_their_object),
		T(quiet_node_writes_once_a_minute),
		T(kind_that_is_missing_still_makes_nobody_write),
		T(change_during_a_write_is_not_lost),
		T(deleted_status_is_written_again),
		T(refused_peer_keeps_its_last_good_value_and_says_why),
		T(refusal_is_taken_back_once_the_value_is_good),
		T(refused_configuration_changes_nothing_and_says_why),
		T(refused_virtual_ip_is_told_why_and_when_it_is_mended),
		T(configuration_refused_in_part_is_in_force_for_the_rest),
		T(what_another_node_has_written_is_not_written_again),
		T(refusal_that_was_there_before_the_start_is_not_written),
		T(missing_secret_is_said_once_on_the_peer),
		T(missing_secret_of_a_peer_that_is_shut_down_is_said_once),
		T(two_configurations_for_one_node_are_told),
		T(no_configuration_is_told),
		T(configuration_without_as_number_ends_bgp),
		T(links_need_no_configuration_and_no_key),
		T(virtual_ips_need_no_configuration_and_their_links_a_key),
		T(no_node_is_told),
		T(all_refused_objects_are_named_or_counted),
		T(mesh_that_lacks_its_secret_is_told_of_the_configuration),
		T(cluster_id_that_is_none_is_told),
		T(router_id_that_routers_refuse_is_told),
		T(unknown_community_of_a_group_is_told),
		T(attributes_of_a_group_whose_pool_is_covered_are_told),
		T(unknown_community_of_an_advertisement_is_refused),
		T(what_reaches_nobody_is_told_by_family),
		T(one_without_an_address_lacks_no_family),
		T(many_silent_peers_are_counted),
		T(kinds_not_followed_for_one_reason_are_told_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
