/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a whole daemon does on its links: Services and VirtualIPs, from the objects to
 * the frames and the addresses of interfaces, and back.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/control/lan_metrics.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/control/vips_answer.h"
#include "bgpd/l2/hello.h"
#include "bgpd/l2/l2.h"
#include "bgpd/l2/state.h"
#include "bgpd/link/frame.h"
#include "bgpd/vrrp/vrrp_msg.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/metrics.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define GROUP(announce)                                                      \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"                      \
	"metadata: {name: lan}\n"                                            \
	"spec:\n"                                                            \
	"  pools: [{subnet: 192.0.2.0/24, pool: 192.0.2.200-192.0.2.210}]\n" \
	"  announce: {" announce "}\n"
#define SERVICE                                                    \
	"apiVersion: v1\nkind: Service\n"                          \
	"metadata: {namespace: web, name: shop, annotations: "     \
	"{lbbgp.io/allocated-from: lan}}\n"                        \
	"spec: {type: LoadBalancer, clusterIPs: [10.96.0.9], "     \
	"ports: [{port: 80}]}\n"                                   \
	"status: {loadBalancer: {ingress: [{ip: 192.0.2.200}]}}\n" \
	"---\n"                                                    \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"   \
	"metadata: {namespace: web, name: shop-1, labels: "        \
	"{kubernetes.io/service-name: shop}}\n"                    \
	"addressType: IPv4\n"                                      \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node1, "   \
	"conditions: {ready: true}}]\n"
#define VIP(name, spec)                                 \
	"apiVersion: lbbgp.io/v1\nkind: VirtualIP\n"    \
	"metadata: {name: " name ", uid: u-" name "}\n" \
	"spec: {addresses: [192.0.2.200/24], " spec "}\n"

static struct sim *
started_on_link(void)
{
	struct sim *s = sim_started();

	sim_link_up(s);
	sim_settle(s);
	s->links[0] = s->told[0] = '\0';
	return s;
}

/* The state on the link of 192.0.2.200; L2_AWAY, too, where nobody wants it. */
static enum l2_state
state_of(struct sim *s)
{
	struct addr addr = addr_v4(0xc00002c8);
	struct l2_view view = { .state = L2_AWAY };

	l2_find(bgpd_view(s->bgpd)->l2, &addr, &view);
	return view.state;
}

static bool
is_announced_to_peers(struct sim *s, const char *text)
{
	struct prefix prefix, found;
	struct err err;

	assert_true(prefix_parse(text, &prefix, &err));
	return announce_cover(bgpd_view(s->bgpd)->announce, &prefix, &found);
}

TEST(service_of_a_group_for_links_is_answered_for_there_alone)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
	assert_string_equal(
	    s->links, "listen 2\nhush yes\nannounce 192.0.2.200\n");
	assert_false(is_announced_to_peers(s, "192.0.2.200/32"));
}

TEST(group_for_both_is_announced_both_ways)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, bgp: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
	assert_true(is_announced_to_peers(s, "192.0.2.200/32"));
}

TEST(interface_of_the_group_has_the_address_while_it_is_held)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_sleep(s, 500);
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_drop(s, "Service", "shop");
	sim_sleep(s, 100);
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
}

#define HELD "shop AddressHeld: node node1 answers for 192.0.2.200 on eth0\n"

TEST(service_hears_of_the_node_that_begins_to_hold_its_address)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 40000);
	assert_string_equal(s->told, HELD);
	sim_drop(s, "Service", "shop");
	sim_sleep(s, 40000);
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_string_equal(s->told, HELD HELD);
}

/* Who claims the address; a frame to our interface. */
static void
stranger_says(struct sim *s)
{
	const struct mac mac = { { 2, 0xbb, 0, 0, 0, 1 } };
	struct frame_arp claim = { .sender_mac = mac,
		.sender = addr_v4(0xc00002c8),
		.target = addr_v4(0xc00002c8) };
	uint8_t bytes[FRAME_MAX];
	size_t n = frame_put_arp(bytes, &mac, &mac_broadcast, &claim);

	bgpd_frame(s->bgpd, SIM_LINK, bytes, n);
}

TEST(service_hears_of_a_stranger_that_uses_its_address)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 40000);
	for (unsigned i = 0; i < 5; i++) {
		stranger_says(s);
		sim_sleep(s, 8000);
	}
	assert_string_equal(s->told,
	    HELD
	    "! shop AddressConflict: 02:bb:00:00:00:01 uses 192.0.2.200 "
	    "on eth0, and is no node of the cluster: both answer for it\n");
}

TEST(event_of_a_virtual_ip_is_not_of_the_service)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 5000);
	assert_null(strstr(s->told, "shop "));
	assert_non_null(strstr(s->told, "v Held: "));
}

TEST(virtual_ip_takes_a_held_address_and_gives_it_back)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_sleep(s, 5000);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 40000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	s->told[0] = '\0';
	sim_drop(s, "VirtualIP", "v");
	sim_sleep(s, 5000);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	assert_non_null(strstr(s->told, HELD));
}

TEST(virtual_ip_on_a_link_is_on_its_interface)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_drop(s, "VirtualIP", "v");
	sim_sleep(s, 100);
	assert_int_equal(state_of(s), L2_AWAY);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

#define OUR_NODE(meta)                               \
	"apiVersion: v1\nkind: Node\n"               \
	"metadata: {name: node1, uid: u1" meta "}\n" \
	"spec: {podCIDRs: [10.33.5.0/24]}\n"         \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n"

/* At once, while routers still have its routes; others take over meanwhile. */
TEST(drained_node_gives_up_what_it_holds)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
	sim_put(s, OUR_NODE(", annotations: {lbbgp.io/drain: ''}"));
	sim_sleep(s, 100);
	assert_int_equal(state_of(s), L2_YIELDING);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_sleep(s, 9000);
	assert_int_equal(state_of(s), L2_EXCLUDED);
	sim_put(s, OUR_NODE(""));
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
}

TEST(virtual_ip_goes_before_a_service_until_it_goes)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_drop(s, "VirtualIP", "v");
	sim_sleep(s, 3000);
	assert_int_equal(state_of(s), L2_HELD);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
}

TEST(virtual_ip_by_bgp_is_announced_and_on_our_interface)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "bgp: {}"));
	sim_sleep(s, 1000);
	assert_true(is_announced_to_peers(s, "192.0.2.200/32"));
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/24"));
	sim_drop(s, "VirtualIP", "v");
	sim_sleep(s, 100);
	assert_false(is_announced_to_peers(s, "192.0.2.200/32"));
}

static const struct daemon_view *
on_view(void *arg)
{
	const struct sim *s = arg;

	return bgpd_view(s->bgpd);
}

static bool
on_links(void *arg, struct link_counters *counters)
{
	(void)arg;
	(void)counters;
	return false;
}

TEST(metrics_tell_what_is_held_and_healthy)
{
	struct sim *s = started_on_link();
	struct bgpd_metrics numbers = {
		.view = on_view, .arg = s, .links = on_links
	};
	struct metrics *metrics = metrics_new();

	sim_put(s, VIP("v", "l2: {}"));
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: VirtualIP\nmetadata: {name: w}\n"
	    "spec: {addresses: [192.0.2.7], l2: {}, "
	    "nodeSelector: {matchLabels: {no: node}}}\n");
	sim_sleep(s, 3000);
	lan_metrics_add(metrics, &numbers);
	char *text = metrics_text(metrics);

	assert_non_null(strstr(text, "lbbgp_l2_addresses{held=\"yes\"} 1\n"));
	assert_non_null(
	    strstr(text, "lbbgp_virtual_ip_healthy{name=\"v\"} 1\n"));
	assert_null(strstr(text, "{name=\"w\"}"));
	free(text);
	metrics_free(metrics);
}

/* An ADVERTISEMENT of virtual router 50, of somebody else's. */
static void
hear_master(struct sim *s)
{
	static const uint8_t vip[] = { 192, 0, 2, 200 };
	struct vrrp_advert a = { .version = 3,
		.vrid = 50,
		.priority = 1,
		.interval = 1000,
		.addrs = rbuf_of(vip, sizeof(vip)) };
	struct mac mac = { { 2, 0, 0, 0, 0, 9 } };
	struct frame_ip ip = { .src = addr_v4(0xc0000209),
		.dst = vrrp_group(FAMILY_V4),
		.protocol = FRAME_PROTOCOL_VRRP,
		.ttl = 255 };
	struct mac to = frame_group_mac(&ip.dst);
	uint8_t message[64], out[FRAME_MAX];
	struct wbuf w = wbuf_of(message, sizeof(message));

	assert_true(vrrp_advert_put(&w, &a, &ip.src, &ip.dst));
	ip.payload = message;
	ip.n = w.len;
	bgpd_frame(s->bgpd, SIM_LINK, out, frame_put_ip(out, &mac, &to, &ip));
}

/* What show vips says of the VirtualIP, "STATE HOLDER MESSAGE", "-" for null. */
static const char *
shown(struct sim *s, const char *name)
{
	static char text[256];
	json_t *request = json_pack("{s:s}", "name", name);
	json_t *reply = json_object();
	struct json_at at = json_at_root(request);
	struct err err;

	assert_true(vips_answer(bgpd_view(s->bgpd), &at, reply, &err));
	const json_t *row = json_array_get(json_object_get(reply, "vips"), 0);
	const char *holder = json_string_value(json_object_get(row, "holder"));
	const char *message =
	    json_string_value(json_object_get(row, "message"));

	snprintf(text, sizeof(text), "%s %s %s",
	    json_string_value(json_object_get(row, "state")),
	    holder != NULL ? holder : "-", message != NULL ? message : "-");
	json_decref(request);
	json_decref(reply);
	return text;
}

TEST(virtual_ips_say_why_they_are_as_they_are)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "vrrp: {interface: eth7, virtualRouterID: 50}"));
	sim_sleep(s, 1000);
	assert_string_equal(
	    shown(s, "v"), "Initialize - its interface is not there");
	sim_put(s, VIP("v", "l2: {interfaces: [eth7]}"));
	sim_sleep(s, 3000);
	assert_string_equal(shown(s, "v"),
	    "Other - no interface of this node is for it and up");
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_string_equal(shown(s, "v"), "Held node1 -");
}

TEST(virtual_ip_with_an_address_of_a_node_is_refused)
{
	struct sim *s = started_on_link();

	sim_put(s,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: node2}\n"
	    "status: {addresses: [{type: InternalIP, address: "
	    "192.0.2.200}]}\n");
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_string_equal(sim_accepted(s, "VirtualIP", "v"),
	    "False: spec.addresses: 192.0.2.200: is an address of Node "
	    "node2");
	sim_drop(s, "Node", "node2");
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
}

TEST(virtual_router_becomes_master_and_gives_up_at_the_end)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "vrrp: {interface: eth0, virtualRouterID: 50}"));
	sim_sleep(s, 5000);
	assert_non_null(strstr(s->links, "vrrp 100\n"));
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	s->links[0] = '\0';
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 1000);
	assert_string_equal(s->links, "vrrp 0\n");
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	sim_sleep(s, 110);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

/* What `show vips` says of the only address. */
static void
assert_shown(struct sim *s, const char *state)
{
	json_t *request = json_object(), *reply = json_object();
	struct json_at root = json_at_root(request);
	struct err err;
	json_t *row;

	assert_true(vips_answer(bgpd_view(s->bgpd), &root, reply, &err));
	row = json_array_get(json_object_get(reply, "vips"), 0);
	assert_string_equal(
	    json_string_value(json_object_get(row, "state")), state);
	json_decref(reply);
	json_decref(request);
}

TEST(master_on_a_node_that_loses_its_label_yields)
{
	struct sim *s = started_on_link();

	sim_put(s,
	    VIP("v",
		"nodeSelector: {matchLabels: {rack: a}}, "
		"vrrp: {interface: eth0, virtualRouterID: 50}"));
	sim_sleep(s, 5000);
	assert_shown(s, "Master");
	s->links[0] = '\0';
	sim_put(s,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: node1, uid: u1}\n");
	sim_sleep(s, 500);
	assert_string_equal(s->links, "vrrp 0\n");
	assert_shown(s, "Yielding");
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	hear_master(s);
	sim_sleep(s, 10);
	assert_shown(s, "NotSelected");
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

/* Also of a node that leaves for good. */
TEST(master_that_leaves_has_its_address_until_another_is_master)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "vrrp: {interface: eth0, virtualRouterID: 50}"));
	sim_sleep(s, 5000);
	bgpd_stop(s->bgpd, "the test says so");
	sim_sleep(s, 600);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	hear_master(s);
	sim_sleep(s, 10);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

/* Its backups are slower than the daemon may be. */
TEST(daemon_that_ends_leaves_no_address_behind)
{
	struct sim *s = started_on_link();

	sim_put(s,
	    VIP("v",
		"vrrp: {interface: eth0, virtualRouterID: 50, "
		"advertisementInterval: 10000}"));
	sim_sleep(s, 60000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 1490);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_sleep(s, 30);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

/* It would take itself for alone, and the kernel would answer beside another node. */
TEST(virtual_ip_leaves_an_interface_that_cannot_be_listened_to)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_link_unheard(s);
	sim_sleep(s, 100);
	assert_int_equal(state_of(s), L2_AWAY);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_non_null(
	    strstr(sim_condition(s, "LinkUnheard"), "eth0: no packet socket"));
	sim_sleep(s, 5000);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_link_up(s);
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_string_equal(sim_condition(s, "LinkUnheard"), "");
}

TEST(service_is_held_on_no_interface_that_cannot_be_listened_to)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	sim_link_unheard(s);
	sim_sleep(s, 5000);
	assert_int_equal(state_of(s), L2_AWAY);
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
}

TEST(master_gives_up_on_an_interface_that_cannot_be_listened_to)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "vrrp: {interface: eth0, virtualRouterID: 50}"));
	sim_sleep(s, 5000);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_link_unheard(s);
	sim_sleep(s, 100);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	sim_sleep(s, 9000);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

TEST(named_key_that_is_missing_holds_all_back)
{
	struct sim *s = started_on_link();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, l2: {secretKeyRef: {name: k, key: k}}}\n");
	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 5000);
	assert_int_not_equal(state_of(s), L2_HELD);
	assert_string_not_equal(sim_condition(s, "L2Blocked"), "");
	sim_put(s,
	    "apiVersion: v1\nkind: Secret\n"
	    "metadata: {namespace: lbbgp-system, name: k}\n"
	    "data: {k: MDEyMzQ1Njc4OWFiY2RlZg==}\n");
	sim_sleep(s, 5000);
	assert_int_equal(state_of(s), L2_HELD);
	assert_string_equal(sim_condition(s, "L2Blocked"), "");
}

TEST(address_is_left_when_the_node_leaves)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}, interface: lbbgp0"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32"));
	bgpd_stop(s->bgpd, "the test says so");
	sim_sleep(s, 3000);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_false(sim_has(s, "lbbgp0", "192.0.2.200/32"));
}

/* Of node2, which hears us. */
static void
neighbor_says(struct sim *s, struct hello *h)
{
	struct hello_keys keys = { .n = 1 };
	struct mac mac = { { 2, 0, 0, 0, 0, 2 } };
	struct addr at = addr_v4(0xc0000202);
	uint8_t bytes[HELLO_MAX], out[FRAME_MAX];
	struct hello ours;
	struct frame f;

	assert_true(frame_parse(s->hello, s->n_hello, &f));
	assert_true(hello_parse(rbuf_of(f.ip.payload, f.ip.n), &ours));
	snprintf(h->name, sizeof(h->name), "node2");
	h->epoch = 5;
	h->seq = ours.seq + 1;
	h->heard[0] =
	    (struct hello_heard){ hello_name_hash(ours.name), ours.epoch,
		    h->kind == HELLO_ALIVE         ? (uint32_t)ours.seq
			: ours.kind == HELLO_ALIVE ? ours.version
						   : ours.to };
	h->n_heard = 1;
	size_t n = hello_build(h, &keys, bytes);

	n = frame_put_hello(out, &mac, &at, bytes, n);
	bgpd_frame(s->bgpd, SIM_LINK, out, n);
}

static void
neighbor_lives(struct sim *s)
{
	neighbor_says(s,
	    &(struct hello){ .kind = HELLO_ALIVE,
		.interval = 200,
		.dead = 800,
		.number = 1,
		.complete = true });
}

static void
neighbor_holds(struct sim *s, struct addr addr)
{
	struct hello h = { .kind = HELLO_CLAIMS, .to = 1, .parts = 1 };
	struct hello_entry entry = { addr, CLAIM_HOLD };

	hello_add(&h, &entry);
	neighbor_says(s, &h);
}

TEST(address_stays_until_another_node_answers_for_it)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	neighbor_lives(s);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	bgpd_stop(s->bgpd, "the test says so");
	sim_sleep(s, 100);
	assert_true(sim_has(s, "eth0", "192.0.2.200/24"));
	neighbor_holds(s, addr_v4(0xc00002c8));
	sim_sleep(s, 10);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(address_is_left_when_nobody_takes_it)
{
	struct sim *s = started_on_link();

	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	bgpd_stop(s->bgpd, "the test says so");
	for (unsigned i = 0; i < 6; i++) {
		neighbor_lives(s);
		sim_sleep(s, 400);
	}
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_false(sim_has(s, "eth0", "192.0.2.200/24"));
}

static bool
node2_may(struct sim *s, const char *labels)
{
	const struct l2 *l2 = bgpd_view(s->bgpd)->l2;
	struct addr addr = addr_v4(0xc00002c8);
	char *node = xasprintf("apiVersion: v1\nkind: Node\n"
			       "metadata: {name: node2, labels: {%s}}\n",
	    labels);

	sim_put(s, node);
	free(node);
	sim_sleep(s, 100);
	return l2->ops->may(l2->arg, &addr, "node2") >= 0;
}

/* Whoever waits for it to take an address waits in vain, for a dead interval each. */
TEST(node_of_another_lbbgp_is_not_waited_for)
{
	struct sim *s = started_on_link();

	sim_put(s, GROUP("l2: {}"));
	sim_put(s, SERVICE);
	sim_sleep(s, 3000);
	assert_true(node2_may(s, ""));
	assert_false(node2_may(s, "lbbgp.io/instance: second"));
	assert_true(node2_may(s, "lbbgp.io/instance: lbbgp"));
	sim_put(s, VIP("v", "l2: {}"));
	sim_sleep(s, 3000);
	assert_true(node2_may(s, ""));
	assert_false(node2_may(s, "lbbgp.io/instance: second"));
}

#define T(name) cmocka_unit_test_teardown(name, sim_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(service_of_a_group_for_links_is_answered_for_there_alone),
		T(group_for_both_is_announced_both_ways),
		T(interface_of_the_group_has_the_address_while_it_is_held),
		T(service_hears_of_the_node_that_begins_to_hold_its_address),
		T(service_hears_of_a_stranger_that_uses_its_address),
		T(event_of_a_virtual_ip_is_not_of_the_service),
		T(virtual_ip_takes_a_held_address_and_gives_it_back),
		T(virtual_ip_on_a_link_is_on_its_interface),
		T(drained_node_gives_up_what_it_holds),
		T(virtual_ip_goes_before_a_service_until_it_goes),
		T(virtual_ip_by_bgp_is_announced_and_on_our_interface),
		T(metrics_tell_what_is_held_and_healthy),
		T(virtual_ips_say_why_they_are_as_they_are),
		T(virtual_ip_with_an_address_of_a_node_is_refused),
		T(virtual_router_becomes_master_and_gives_up_at_the_end),
		T(master_on_a_node_that_loses_its_label_yields),
		T(master_that_leaves_has_its_address_until_another_is_master),
		T(daemon_that_ends_leaves_no_address_behind),
		T(virtual_ip_leaves_an_interface_that_cannot_be_listened_to),
		T(service_is_held_on_no_interface_that_cannot_be_listened_to),
		T(master_gives_up_on_an_interface_that_cannot_be_listened_to),
		T(named_key_that_is_missing_holds_all_back),
		T(address_is_left_when_the_node_leaves),
		T(address_stays_until_another_node_answers_for_it),
		T(address_is_left_when_nobody_takes_it),
		T(node_of_another_lbbgp_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
