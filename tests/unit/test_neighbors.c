/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a node is to speak with, as BGPPeers and the node-to-node mesh say.
 */
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/neighbors.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "common/api/node.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define NODE(name, labels, more, ip)                          \
	"{apiVersion: v1, kind: Node, metadata: {name: " name \
	", labels: {" labels "}" more "}, status: {addresses: [" ip "]}}"
#define V4(ip) "{type: InternalIP, address: " ip "}"
#define V6(ip) "{type: InternalIP, address: '" ip "'}"
#define REFLECTS ", annotations: {lbbgp.io/cluster-id: 10.9.9.9}"
#define CONFIG(name, spec)                                             \
	"{apiVersion: lbbgp.io/v1, kind: BGPConfiguration, metadata: " \
	"{name: " name "}, spec: {" spec "}}"
#define MESH CONFIG("default", "asNumber: 64517, nodeToNodeMeshEnabled: true")
#define PEER(name, spec)                                                    \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: p" name  \
	", creationTimestamp: '2026-01-0" name "T00:00:00Z'}, spec: {" spec \
	"}}"
#define TO_REFLECTORS                                                 \
	"nodeSelector: {matchLabels: {role: worker}}, peerSelector: " \
	"{matchLabels: {role: reflector}}"

enum { KIND_NODE, KIND_CONFIG, KIND_PEER, KINDS };

static const struct store_kind kinds[KINDS] = {
	[KIND_NODE] = { "v1", "Node", "nodes", false, .decode = node_decode,
	    .free = node_free },
	[KIND_CONFIG] = { "lbbgp.io/v1", "BGPConfiguration",
	    "bgpconfigurations", false, .decode = bgp_configuration_decode,
	    .free = bgp_configuration_free },
	[KIND_PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false,
	    .decode = bgp_peer_decode, .free = bgp_peer_free },
};

static struct store *store;
static struct neighbors *all;
static const struct neighbor_gateway *gateways; /* NULL at first */

static void
put(size_t kind, const char *yaml)
{
	json_t *obj = manifest(yaml);

	store_put(store, kind, obj);
	json_decref(obj);
}

/* Three nodes of both families, the last one of a rack of its own. */
static int
setup(void **state)
{
	static const struct store_ops ops = { 0 };

	(void)state;
	store = store_new(kinds, KINDS, &ops, NULL);
	put(KIND_NODE,
	    NODE("a", "role: worker", "", V4("10.0.0.1") ", " V6("fd00::1")));
	put(KIND_NODE,
	    NODE("b", "role: worker", "", V4("10.0.0.2") ", " V6("fd00::2")));
	put(KIND_NODE,
	    NODE("c", "role: reflector, rack: z", REFLECTS, V4("10.0.0.3")));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	neighbors_free(all);
	all = NULL;
	gateways = NULL;
	store_free(store);
	return 0;
}

/* Those of the node: "name address%port AS; ", in the order of the list. */
static const char *
of(const char *name)
{
	static char text[1024];
	const struct neighbor_kinds k = { KIND_NODE, KIND_CONFIG, KIND_PEER,
		NULL };
	const struct object_key key = { "", name };
	const struct node *node = store_get(store, KIND_NODE, &key);
	const struct bgp_configuration *rival;
	const struct bgp_peer *p;

	neighbors_free(all);
	all = neighbors_new(store, &k, node,
	    rivals_configuration(store, KIND_CONFIG, node, &rival), gateways);
	text[0] = '\0';
	for (size_t i = 0; (p = neighbors_at(all, i)) != NULL; i++) {
		char ip[ADDR_TEXT];
		size_t n = strlen(text);

		addr_print(&p->address, ip);
		snprintf(text + n, sizeof(text) - n, "%s %s %u %u; ",
		    p->meta.name, ip, p->port, p->as_number);
		assert_ptr_equal(neighbors_find(all, p->meta.name), p);
	}
	return text;
}

static const struct bgp_peer *
find(const char *node, const char *name)
{
	of(node);
	const struct bgp_peer *p = neighbors_find(all, name);

	assert_non_null(p);
	return p;
}

#define HOLDS(text, part) assert_non_null(strstr(text, part))
#define FROM_NODE                                                                \
	"fromNode: {peerIP: {annotation: lbbgp.io/tor}, asNumber: {label: as}, " \
	"sourceAddress: {annotation: lbbgp.io/source}, "                         \
	"passwordSecret: {annotation: lbbgp.io/secret}}"

/* Node a says this of itself, and its rack's AS number as a label. */
static const char *
fault_of_a(const char *as, const char *annotations)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {%s}, "
	    "annotations: {other.example/tor: 1, %s}}, status: {addresses: [" V4(
		"10.0.0.1") ", " V6("fd00::1") "]}}",
	    as, annotations);
	put(KIND_NODE, text);
	return find("a", "p1")->fault;
}

static struct addr
addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

TEST(what_is_left_to_the_node_is_taken_from_it)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", FROM_NODE));
	assert_null(fault_of_a("as: '4200000000'",
	    "lbbgp.io/tor: '[fd00::9]:1790', lbbgp.io/source: 'fd00::5', "
	    "lbbgp.io/secret: rack-1"));
	assert_string_equal(of("a"), "p1 fd00::9 1790 4200000000; ");
	const struct bgp_peer *p = find("a", "p1");

	assert_string_equal(p->of->meta.name, "p1");
	assert_addr(&p->source, "fd00::5");
	assert_string_equal(p->secret_name, "rack-1");
	assert_string_equal(p->secret_key, "password");
	assert_true(p->families[FAMILY_V6]);
	assert_false(p->families[FAMILY_V4]);
}

TEST(what_of_the_node_is_missing_or_wrong_is_named)
{
	static const char tor[] = "lbbgp.io/tor: 10.0.0.9";
	static const char both[] =
	    "lbbgp.io/tor: 10.0.0.9, lbbgp.io/source: 10.0.0.1";

	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", FROM_NODE));
	assert_string_equal(fault_of_a("as: '1'", "lbbgp.io/x: x"),
	    "Node a: metadata.annotations[lbbgp.io/tor]: missing: "
	    "spec.fromNode.peerIP takes the value from there");
	assert_string_equal(fault_of_a("as: '1'", "lbbgp.io/tor: 10.0.0"),
	    "Node a: metadata.annotations[lbbgp.io/tor]: 10.0.0: not an IP "
	    "address, with a port as 10.0.0.1:1790 or [fd00::1]:1790, nor "
	    "gateway or gateway/IPv6, as which "
	    "spec.fromNode.peerIP takes it");
	HOLDS(fault_of_a("as: '1'", "lbbgp.io/tor: 'ff02::1'"),
	    "ff02::1: not an address that a peer can have");
	HOLDS(fault_of_a("as: '64512.1'", tor),
	    "labels[as]: 64512.1: not an AS number in 1..4294967295");
	HOLDS(fault_of_a("as: '4294967296'", tor),
	    "4294967296: not an AS number");
	HOLDS(fault_of_a("as: '0'", tor), "0: not an AS");
	HOLDS(fault_of_a("as: '1'", tor),
	    "annotations[lbbgp.io/source]: missing");
	assert_false(find("a", "p1")->wrong);
	HOLDS(
	    fault_of_a("as: '1'", "lbbgp.io/tor: 10.0.0.9, lbbgp.io/source: x"),
	    "lbbgp.io/source]: x: not an IP address");
	assert_true(find("a", "p1")->wrong);
	HOLDS(fault_of_a("as: '1'", both), "lbbgp.io/secret]: missing");
	HOLDS(fault_of_a("as: '1'",
		  "lbbgp.io/tor: 10.0.0.9, lbbgp.io/source: 'fd00::5', "
		  "lbbgp.io/secret: s"),
	    "fd00::5 and the peer 10.0.0.9 are of different families");
	HOLDS(fault_of_a("as: '1'",
		  "lbbgp.io/tor: 10.0.0.9, lbbgp.io/source: 10.0.0.1, "
		  "lbbgp.io/secret: A/b"),
	    "A/b: not the name of a Secret");
	assert_int_equal(find("a", "p1")->address.family, FAMILY_NONE);
}

/* Of two that have no address neither is in the way of the other. */
TEST(what_is_wrong_takes_nobody_s_address)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", FROM_NODE));
	put(KIND_PEER, PEER("2", FROM_NODE));
	of("a");
	assert_non_null(find("a", "p1")->fault);
	assert_null(neighbors_older(all, find("a", "p1")));
	assert_null(neighbors_older(all, find("a", "p2")));
}

TEST(a_node_that_names_itself_is_no_peer_of_its_own)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER,
	    PEER("1", "internal: true, fromNode: {peerIP: {label: tor}}"));
	put(KIND_NODE, NODE("a", "tor: 10.0.0.1", "", V4("10.0.0.1")));
	assert_string_equal(of("a"), "");
	put(KIND_NODE, NODE("a", "tor: 10.0.0.8", "", V4("10.0.0.1")));
	assert_string_equal(of("a"), "p1 10.0.0.8 179 0; ");
}

TEST(a_peer_is_the_default_gateway_as_soon_as_that_is_known)
{
	struct neighbor_gateway known[FAMILIES] = {
		[FAMILY_V4] = { .why = "none" },
		[FAMILY_V6] = { .at = { addr_of("fe80::9"), "eth0" } },
	};

	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", "external: true, peerIP: gateway"));
	put(KIND_PEER, PEER("2", "external: true, peerIP: gateway/IPv6"));
	assert_non_null(find("a", "p1")->waits);
	assert_true(neighbors_want_gateway(all));
	gateways = known;
	assert_string_equal(find("a", "p1")->waits, "none");
	assert_null(find("a", "p1")->fault);
	assert_null(find("a", "p2")->waits);
	assert_addr(&find("a", "p2")->address, "fe80::9");
	assert_string_equal(find("a", "p2")->zone, "eth0");
	assert_true(find("a", "p2")->families[FAMILY_V6]);
	known[FAMILY_V4].at.addr = addr_of("10.0.0.254");
	known[FAMILY_V4].other = addr_of("10.0.0.253");
	assert_addr(&find("a", "p1")->address, "10.0.0.254");
	assert_addr(&find("a", "p1")->other, "10.0.0.253");
	known[FAMILY_V4].at.addr = addr_of("10.0.0.1"); /* we are it */
	assert_string_equal(of("a"), "p2 fe80::9 179 0; ");
}

TEST(a_node_can_say_that_its_peer_is_its_gateway)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER,
	    PEER("1", "external: true, fromNode: {peerIP: {label: tor}}"));
	put(KIND_NODE, NODE("a", "tor: gateway", "", V4("10.0.0.1")));
	assert_non_null(find("a", "p1")->waits);
	assert_int_equal(find("a", "p1")->address.family, FAMILY_V4);
}

TEST(two_on_one_address_differ_by_their_ports)
{
	put(KIND_CONFIG, MESH);
	put(KIND_PEER, PEER("1", "asNumber: 1, peerIP: '10.0.0.9:1790'"));
	put(KIND_PEER, PEER("2", "asNumber: 1, peerIP: '10.0.0.9:1791'"));
	put(KIND_PEER, PEER("3", "asNumber: 1, peerIP: '10.0.0.9:1791'"));
	put(KIND_PEER, PEER("4", "asNumber: 1, peerIP: '10.0.0.2:1790'"));
	assert_null(neighbors_older(all, find("a", "p1")));
	assert_null(neighbors_older(all, find("a", "p2")));
	assert_string_equal(
	    neighbors_older(all, find("a", "p3"))->meta.name, "p2");
	assert_string_equal(
	    neighbors_beside(all, find("a", "p1"))->meta.name, "p2");
	assert_string_equal(/* the mesh, at its own port */
	    neighbors_beside(all, find("a", "p4"))->meta.name, "mesh:b");
	put(KIND_PEER,
	    PEER("1",
		"asNumber: 1, peerIP: '10.0.0.9:1790', sourceAddress: "
		"10.0.0.11"));
	assert_null(neighbors_beside(all, find("a", "p1")));
	assert_null(neighbors_beside(all, find("a", "p2")));
}

TEST(nodes_without_a_mesh_are_no_peers)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	assert_string_equal(of("a"), "");
	assert_int_equal(neighbors_mesh(all), 0);
}

TEST(mesh_is_all_other_nodes)
{
	put(KIND_CONFIG, MESH);
	assert_string_equal(
	    of("a"), "mesh:b 10.0.0.2 179 64517; mesh:c 10.0.0.3 179 64517; ");
	assert_int_equal(neighbors_mesh(all), 3);
	assert_string_equal(
	    of("c"), "mesh:a 10.0.0.1 179 64517; mesh:b 10.0.0.2 179 64517; ");
}

TEST(session_of_two_nodes_has_the_families_of_both)
{
	put(KIND_CONFIG, MESH);
	assert_true(find("a", "mesh:b")->families[FAMILY_V4]);
	assert_true(find("a", "mesh:b")->families[FAMILY_V6]);
	assert_true(find("a", "mesh:c")->families[FAMILY_V4]);
	assert_false(find("a", "mesh:c")->families[FAMILY_V6]);
	put(KIND_NODE, NODE("d", "", "", V6("fd00::4")));
	assert_string_equal(
	    of("d"), "mesh:a fd00::1 179 64517; mesh:b fd00::2 179 64517; ");
}

TEST(mesh_is_of_one_as_and_of_those_who_want_it)
{
	put(KIND_CONFIG, MESH);
	put(KIND_CONFIG,
	    CONFIG("z",
		"nodeSelector: {matchLabels: {rack: z}}, asNumber: 64600, "
		"nodeToNodeMeshEnabled: true"));
	assert_string_equal(of("a"), "mesh:b 10.0.0.2 179 64517; ");
	assert_string_equal(of("c"), "");
	put(KIND_CONFIG,
	    CONFIG("z",
		"nodeSelector: {matchLabels: {rack: z}}, asNumber: 64517"));
	assert_string_equal(of("a"), "mesh:b 10.0.0.2 179 64517; ");
	assert_string_equal(of("c"), "");
}

/* Its daemon goes by configurations of its own, and has another AS number, perhaps. */
TEST(mesh_is_without_nodes_of_another_lbbgp)
{
	put(KIND_CONFIG, MESH);
	put(KIND_NODE,
	    NODE("c", "lbbgp.io/instance: second", "", V4("10.0.0.3")));
	assert_string_equal(of("a"), "mesh:b 10.0.0.2 179 64517; ");
	assert_int_equal(neighbors_mesh(all), 2);
	put(KIND_NODE,
	    NODE("c", "lbbgp.io/instance: lbbgp", "", V4("10.0.0.3")));
	assert_string_equal(
	    of("a"), "mesh:b 10.0.0.2 179 64517; mesh:c 10.0.0.3 179 64517; ");
}

TEST(mesh_yields_to_a_peer_of_that_address)
{
	put(KIND_CONFIG, MESH);
	put(KIND_PEER, PEER("1", "peerIP: 10.0.0.2, internal: true"));
	assert_string_equal(
	    of("a"), "p1 10.0.0.2 179 0; mesh:c 10.0.0.3 179 64517; ");
}

TEST(password_of_the_mesh_is_that_of_its_sessions)
{
	put(KIND_CONFIG,
	    CONFIG("default",
		"asNumber: 64517, nodeToNodeMeshEnabled: true, "
		"nodeMeshPassword: {secretKeyRef: {name: s, key: k}}"));
	assert_string_equal(find("a", "mesh:b")->secret_name, "s");
	assert_string_equal(find("a", "mesh:b")->secret_key, "k");
}

TEST(keys_of_the_mesh_are_those_of_its_sessions)
{
	put(KIND_CONFIG,
	    CONFIG("default",
		"asNumber: 64517, nodeToNodeMeshEnabled: true, nodeMeshTCPAO: "
		"{secretName: s, keys: [{keyID: 7, secretKey: k}]}"));
	const struct bgp_peer *p = find("a", "mesh:b");

	assert_string_equal(p->secret_name, "s");
	assert_null(p->secret_key);
	assert_int_equal(p->ao.n, 1);
	assert_int_equal(p->ao.at[0].send_id, 7);
	assert_int_equal(p->ao.at[0].recv_id, 7);
	assert_string_equal(p->ao.at[0].secret_key, "k");
}

TEST(sessions_of_the_mesh_are_as_a_peer_is_by_default)
{
	struct bgp_peer ours = bgp_peer_default();
	struct bgp_peer *p = decoded(bgp_peer_decode,
	    "metadata: {name: p}\nspec: {peerIP: 10.0.0.1, asNumber: 1}");

	assert_int_equal(p->port, ours.port);
	assert_int_equal(p->hold_time, ours.hold_time);
	assert_int_equal(p->keepalive_time, ours.keepalive_time);
	assert_int_equal(p->connect_retry_time, ours.connect_retry_time);
	assert_int_equal(
	    p->connect_retry_max_time, ours.connect_retry_max_time);
	assert_int_equal(p->max_prefixes, ours.max_prefixes);
	assert_memory_equal(&p->restart, &ours.restart, sizeof(p->restart));
	assert_false(ours.has_restart || ours.passive || ours.shutdown);
	bgp_peer_free(p);
}

TEST(peer_selector_stands_for_nodes_at_both_ends)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", TO_REFLECTORS));
	assert_string_equal(of("a"), "p1/c 10.0.0.3 179 64517; ");
	assert_string_equal(
	    of("c"), "p1/a 10.0.0.1 179 64517; p1/b 10.0.0.2 179 64517; ");
	assert_string_equal(find("c", "p1/a")->of->meta.name, "p1");
}

TEST(reverse_peering_may_be_said_by_another_peer)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", TO_REFLECTORS ", reversePeering: Manual"));
	assert_string_equal(of("a"), "p1/c 10.0.0.3 179 64517; ");
	assert_string_equal(of("c"), "");
}

TEST(node_is_called_as_its_configuration_says)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_CONFIG,
	    CONFIG("z",
		"nodeSelector: {matchLabels: {rack: z}}, asNumber: 64600, "
		"listenPort: 1790"));
	put(KIND_PEER, PEER("1", TO_REFLECTORS));
	assert_string_equal(of("a"), "p1/c 10.0.0.3 1790 64600; ");
	assert_string_equal(
	    of("c"), "p1/a 10.0.0.1 179 64517; p1/b 10.0.0.2 179 64517; ");
}

/* Reflectors that share a cluster are peers of each other, and no clients. */
TEST(reflector_is_no_client)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_NODE, NODE("d", "role: reflector", REFLECTS, V4("10.0.0.4")));
	put(KIND_PEER,
	    PEER("1",
		"peerSelector: {matchLabels: {role: reflector}}, "
		"routeReflectorClient: true"));
	assert_true(find("c", "p1/a")->client);
	assert_false(find("c", "p1/d")->client);
	assert_false(find("a", "p1/c")->client);
}

TEST(older_one_has_the_address_of_a_node)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("2", "peerSelector: {}"));
	put(KIND_PEER, PEER("1", TO_REFLECTORS));
	assert_null(neighbors_older(all, find("a", "p1/c")));
	const struct bgp_peer *older = neighbors_older(all, find("a", "p2/c"));

	assert_non_null(older);
	assert_string_equal(older->meta.name, "p1/c");
	assert_null(neighbors_older(all, find("a", "p2/b")));
}

static const struct bgp_peer *
came(const char *range, uint32_t from)
{
	struct addr addr = addr_v4(from);

	return neighbors_came(all, range, &addr);
}

static const struct bgp_peer *
range(const char *name)
{
	size_t i = 0;

	while (strcmp(neighbors_range(all, i)->meta.name, name) != 0)
		i++;
	return neighbors_range(all, i);
}

/* Others are for other nodes, or named. */
TEST(who_comes_from_a_prefix_is_a_neighbor)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER,
	    PEER("1",
		"peerPrefix: 10.9.0.0/24, asNumber: 7, holdTime: 30, "
		"nodeSelector: {matchLabels: {role: worker}}"));
	put(KIND_PEER, PEER("2", "peerIP: 10.9.0.2, asNumber: 7"));
	put(KIND_PEER, PEER("3", "peerIP: \"10.9.0.3:1790\", asNumber: 7"));
	assert_string_equal(of("c"), "p2 10.9.0.2 179 7; p3 10.9.0.3 1790 7; ");
	assert_null(neighbors_range(all, 0));
	assert_null(came("p1", 0x0a090001));
	assert_string_equal(of("a"), "p2 10.9.0.2 179 7; p3 10.9.0.3 1790 7; ");
	assert_string_equal(neighbors_range(all, 0)->meta.name, "p1");
	assert_null(neighbors_range(all, 1));
	assert_null(neighbors_find(all, "p1"));
	assert_null(came("p1", 0x0a090002));
	assert_null(came("p1", 0x0a090003)); /* at whatever port */
	assert_null(came("p1", 0x0a090101));
	assert_null(came("p2", 0x0a090001));
	const struct bgp_peer *p = came("p1", 0x0a090001);

	assert_string_equal(p->meta.name, "p1/10.9.0.1");
	assert_ptr_equal(neighbors_find(all, "p1/10.9.0.1"), p);
	assert_ptr_equal(neighbors_at(all, 2), p);
	assert_ptr_equal(p->of, neighbors_range(all, 0));
	assert_true(p->passive && p->families[FAMILY_V4]);
	assert_int_equal(p->hold_time, 30);
	assert_null(came("p1", 0x0a090001)); /* he is there */
}

TEST(who_comes_from_a_prefix_is_not_the_node)
{
	put(KIND_CONFIG, MESH);
	put(KIND_PEER, PEER("1", "peerPrefix: 10.0.0.0/24, external: true"));
	of("a");
	assert_null(came("p1", 0x0a000001));
	assert_null(came("p1", 0x0a000002)); /* the mesh has it */
	assert_non_null(came("p1", 0x0a000009));
}

/* Of a link with two addresses the first may be the node's, as of fd00::/127. */
TEST(a_prefix_may_begin_with_the_node_s_own_address)
{
	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("1", "peerPrefix: 10.0.0.2/31, external: true"));
	of("b");
	assert_string_equal(range("p1")->meta.name, "p1");
	assert_null(came("p1", 0x0a000002));
	assert_non_null(came("p1", 0x0a000003));
	struct peering_view view = { 0 };
	const struct object_key node = { "", "b" }, config = { "", "default" };

	view.node = store_get(store, KIND_NODE, &node);
	view.config = store_get(store, KIND_CONFIG, &config);
	assert_int_equal(peering_decide(range("p1"), &view).state, PEERING_RUN);
}

TEST(older_one_has_the_prefix)
{
	struct peering_view view = { 0 };

	put(KIND_CONFIG, CONFIG("default", "asNumber: 64517"));
	put(KIND_PEER, PEER("3", "peerPrefix: 10.9.0.0/24, external: true"));
	put(KIND_PEER, PEER("2", "peerPrefix: 10.9.0.0/24, external: true"));
	put(KIND_PEER, PEER("1", "peerPrefix: 10.9.0.0/25, external: true"));
	of("a");
	assert_null(neighbors_older(all, range("p1")));
	assert_null(neighbors_older(all, range("p2")));
	const struct bgp_peer *third = range("p3");

	view.older = neighbors_older(all, third);
	assert_string_equal(view.older->meta.name, "p2");
	const struct object_key node = { "", "a" }, config = { "", "default" };

	view.node = store_get(store, KIND_NODE, &node);
	view.config = store_get(store, KIND_CONFIG, &config);
	struct peering p = peering_decide(third, &view);

	assert_int_equal(p.state, PEERING_BLOCKED);
	assert_string_equal(p.why.text,
	    "spec.peerPrefix: BGPPeer p2, which is older, has the same prefix");
}

TEST(cluster_id_is_an_address)
{
	static const struct {
		const char *id;
		uint32_t is;
	} rows[] = { { "10.9.9.9", 0x0a090909 }, { "0.0.0.0", 0 },
		{ "'fd00::1'", 0 }, { "'7'", 0 }, { "x", 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char yaml[200];
		struct err why;

		snprintf(yaml, sizeof(yaml),
		    "metadata: {name: node, annotations: {lbbgp.io/cluster-id: "
		    "%s}}",
		    rows[i].id);
		struct node *node = decoded(node_decode, yaml);

		assert_int_equal(peering_cluster_id(node), rows[i].is);
		assert_int_equal(
		    peering_cluster_id_fits(node, &why), rows[i].is != 0);
		node_free(node);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    two_on_one_address_differ_by_their_ports, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_peer_is_the_default_gateway_as_soon_as_that_is_known,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_can_say_that_its_peer_is_its_gateway, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_left_to_the_node_is_taken_from_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_of_the_node_is_missing_or_wrong_is_named, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_wrong_takes_nobody_s_address, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_that_names_itself_is_no_peer_of_its_own, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    nodes_without_a_mesh_are_no_peers, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    mesh_is_all_other_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    session_of_two_nodes_has_the_families_of_both, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    mesh_is_of_one_as_and_of_those_who_want_it, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    mesh_yields_to_a_peer_of_that_address, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    mesh_is_without_nodes_of_another_lbbgp, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    password_of_the_mesh_is_that_of_its_sessions, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    keys_of_the_mesh_are_those_of_its_sessions, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    sessions_of_the_mesh_are_as_a_peer_is_by_default, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    peer_selector_stands_for_nodes_at_both_ends, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    reverse_peering_may_be_said_by_another_peer, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    node_is_called_as_its_configuration_says, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    reflector_is_no_client, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    older_one_has_the_address_of_a_node, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    who_comes_from_a_prefix_is_a_neighbor, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_prefix_may_begin_with_the_node_s_own_address, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    who_comes_from_a_prefix_is_not_the_node, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    older_one_has_the_prefix, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    cluster_id_is_an_address, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
