/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of a node that has two neighbours: one on a link of l2, one on a link of
 * virtual routers.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/control/lan_metrics.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/link/link_counters.h"
#include "bgpd/vip/vips.h"
#include "common/metrics.h"
#include "tests/sim/lan.h"
#include "tests/sim/vlink.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/metric_labels.h"

struct world {
	struct lan *lan;
	struct vlink *vlink;
	struct vips *vips;
	struct virtual_ip *objects[2];
	struct daemon_view view;
	struct link_counters frames;
	bool has_links;
	struct metrics *metrics;
	struct bgpd_metrics numbers;
};

static const struct daemon_view *
on_view(void *arg)
{
	struct world *w = arg;

	return &w->view;
}

static bool
on_links(void *arg, struct link_counters *counters)
{
	struct world *w = arg;

	*counters = w->frames;
	return w->has_links;
}

/* ---- VirtualIPs by BGP ---- */

static const struct labels *
on_labels(void *arg, const char *node)
{
	static const struct labels none;

	(void)arg;
	(void)node;
	return &none;
}

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
on_bgp(void *arg, const char *name, const struct virtual_ip *object)
{
	(void)arg;
	(void)name;
	(void)object;
}

static void
on_hold(void *arg, const char *interface, const struct prefix *at, bool on)
{
	(void)arg;
	(void)interface;
	(void)at;
	(void)on;
}

static void
on_judged(void *arg, const struct virtual_ip *object, const char *why)
{
	(void)arg;
	(void)object;
	(void)why;
}

static void
on_event(void *arg, const struct virtual_ip *object, enum vips_news news,
    const char *text)
{
	(void)arg;
	(void)object;
	(void)news;
	(void)text;
}

static void
on_changed(void *arg, const char *name)
{
	(void)arg;
	(void)name;
}

static const struct vips_ops vips_ops = {
	.arm = on_arm,
	.bgp = on_bgp,
	.hold = on_hold,
	.judged = on_judged,
	.event = on_event,
	.changed = on_changed,
};

/* Whose check nobody answers is not healthy. */
static void
add_vips(struct world *w)
{
	const struct vips_env env = { .node = "n0",
		.clock = &w->lan->nodes[0].clock,
		.labels = on_labels };

	w->objects[0] = decoded(virtual_ip_decode,
	    "{metadata: {name: api}, "
	    "spec: {addresses: [192.0.2.7], bgp: {}}}");
	w->objects[1] = decoded(virtual_ip_decode,
	    "{metadata: {name: checked}, "
	    "spec: {addresses: [192.0.2.8], bgp: {}, "
	    "health: {checks: [{name: up, tcp: {port: 80}}]}}}");
	w->vips = vips_new(&env, &vips_ops, w);
	vips_start(w->vips);
	for (size_t i = 0; i < 2; i++)
		vips_changed(w->vips, NULL, w->objects[i]);
	vips_tick(w->vips);
}

/* ---- the world ---- */

/* Two nodes on each link; n0 holds the addresses that n1 does not. */
static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct vrrp_config first = vconfig(200), second = vconfig(100);

	w->lan = lan_new(7, 2, 8, false);
	lan_run(w->lan, 5000);
	w->vlink = vlink_new(2, 1);
	vrrp_set(w->vlink->nodes[0].vrrp, "vip", &first);
	vrrp_set(w->vlink->nodes[1].vrrp, "vip", &second);
	vlink_run(w->vlink, 10000);
	add_vips(w);
	w->view.l2 = w->lan->nodes[0].l2;
	w->view.vrrp = w->vlink->nodes[0].vrrp;
	w->view.vips = w->vips;
	w->has_links = true;
	w->frames = (struct link_counters){ 11, 12, 13, 14 };
	w->metrics = metrics_new();
	w->numbers = (struct bgpd_metrics){
		.view = on_view, .arg = w, .links = on_links
	};
	lan_metrics_add(w->metrics, &w->numbers);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char *text = metrics_text(w->metrics); /* of whatever a test did */

	assert_labels_are_told(w->metrics, text);
	free(text);
	metrics_free(w->metrics);
	vips_free(w->vips);
	for (size_t i = 0; i < 2; i++)
		virtual_ip_free(w->objects[i]);
	vlink_free(w->vlink);
	lan_free(w->lan);
	free(w);
	return 0;
}

/* The number behind `line` and a space; the test ends where there is none. */
static double
value_of(const struct world *w, const char *line)
{
	char *text = metrics_text(w->metrics);
	char *start = xasprintf("\n%s ", line);
	const char *found = strstr(text, start);

	if (found == NULL)
		print_error("no %s in\n%s\n", line, text);
	assert_non_null(found);
	double value = strtod(found + strlen(start), NULL);

	free(start);
	free(text);
	return value;
}

static void
assert_value(const struct world *w, const char *line, double value)
{
	assert_true(value_of(w, line) == value);
}

/* ---- tests ---- */

TEST(frames_of_the_links_are_counted)
{
	struct world *w = *state;

	assert_value(w, "lbbgp_link_frames_total{direction=\"received\"}", 11);
	assert_value(w, "lbbgp_link_frames_total{direction=\"sent\"}", 13);
	assert_value(
	    w, "lbbgp_link_frames_lost_total{direction=\"received\"}", 12);
	assert_value(w, "lbbgp_link_frames_lost_total{direction=\"sent\"}", 14);
}

TEST(addresses_are_counted_by_whether_they_are_held)
{
	struct world *w = *state;
	unsigned held = 0;

	for (unsigned i = 0; i < 8; i++)
		held += lan_is_answering(w->lan, 0, i);
	assert_in_range(held, 1, 7);
	assert_value(w, "lbbgp_l2_addresses{held=\"yes\"}", held);
	assert_value(w, "lbbgp_l2_addresses{held=\"no\"}", 8 - held);
	assert_value(w, "lbbgp_l2_members", 1);
}

TEST(what_nodes_say_is_counted)
{
	struct world *w = *state;
	struct l2_counters c;

	l2_count(w->view.l2, &c);
	assert_true(c.sent > 0 && c.received > 0 && c.transitions > 0);
	assert_value(
	    w, "lbbgp_l2_messages_total{direction=\"sent\"}", (double)c.sent);
	assert_value(w, "lbbgp_l2_messages_total{direction=\"received\"}",
	    (double)c.received);
	assert_value(w, "lbbgp_l2_transitions_total", (double)c.transitions);
	assert_value(w, "lbbgp_l2_refused_total{reason=\"malformed\"}", 0);
	assert_value(w, "lbbgp_l2_hellos_lost_total", 0);
	assert_value(w, "lbbgp_l2_conflicts_total", 0);
}

TEST(a_message_that_is_not_signed_is_counted_by_its_reason)
{
	static const uint8_t bytes[] = "nobody signed it";
	struct world *w = *state;
	const struct mac stranger = { { 2, 0xbb, 0, 0, 0, 1 } };
	const struct addr from = addr_v4(0x0a0000c8);
	uint8_t frame[FRAME_MAX];

	lan_inject(w->lan, frame,
	    frame_put_hello(frame, &stranger, &from, bytes, sizeof(bytes)));
	lan_run(w->lan, 5);
	assert_value(w, "lbbgp_l2_refused_total{reason=\"key\"}", 1);
	assert_value(w, "lbbgp_l2_refused_total{reason=\"malformed\"}", 0);
}

TEST(answers_to_other_hosts_are_counted)
{
	struct world *w = *state;
	struct frame_arp arp = { .sender_mac = { { 2, 0xbb, 0, 0, 0, 1 } },
		.sender = addr_v4(0x0a0000c8) };
	uint8_t frame[FRAME_MAX];
	unsigned i = 0;

	while (
	    !lan_is_answering(w->lan, 0, i) || lan_addr(i).family != FAMILY_V4)
		i++;
	arp.target = lan_addr(i);
	assert_value(w, "lbbgp_l2_answers_total", 0);
	lan_inject(w->lan, frame,
	    frame_put_arp(frame, &arp.sender_mac, &mac_broadcast, &arp));
	lan_run(w->lan, 5);
	assert_value(w, "lbbgp_l2_answers_total", 1);
}

TEST(health_of_virtual_ips_is_told_by_name)
{
	struct world *w = *state;

	assert_value(w, "lbbgp_virtual_ip_healthy{name=\"api\"}", 1);
	assert_value(w, "lbbgp_virtual_ip_healthy{name=\"checked\"}", 0);
}

TEST(a_master_is_1_and_what_it_says_is_counted)
{
	struct world *w = *state;
	const struct vrrp_counters *c = vrrp_counters(w->view.vrrp);

	assert_value(w, "lbbgp_vrrp_master{name=\"vip\"}", 1);
	assert_value(w, "lbbgp_vrrp_transitions_total{name=\"vip\"}",
	    (double)vnode_view(&w->vlink->nodes[0], "vip").transitions);
	assert_true(c->sent > 0);
	assert_value(w, "lbbgp_vrrp_advertisements_total{direction=\"sent\"}",
	    (double)c->sent);
	w->view.vrrp = w->vlink->nodes[1].vrrp;
	assert_value(w, "lbbgp_vrrp_master{name=\"vip\"}", 0);
	c = vrrp_counters(w->view.vrrp);
	assert_true(c->received > 0);
	assert_value(w,
	    "lbbgp_vrrp_advertisements_total{direction=\"received\"}",
	    (double)c->received);
}

/* One of another virtual router that this node is not. */
TEST(refused_advertisements_are_counted_by_reason)
{
	struct world *w = *state;
	struct vrrp_config other = vconfig(100);

	other.vrid = 52;
	assert_value(w, "lbbgp_vrrp_refused_total{reason=\"vrid\"}", 0);
	vrrp_set(w->vlink->nodes[1].vrrp, "other", &other);
	vlink_run(w->vlink, 5000);
	assert_true(
	    value_of(w, "lbbgp_vrrp_refused_total{reason=\"vrid\"}") > 0);
}

TEST(without_a_way_to_the_links_there_are_no_numbers_of_them)
{
	struct world *w = *state;

	w->has_links = false;
	w->view.l2 = NULL;
	w->view.vrrp = NULL;
	char *text = metrics_text(w->metrics);

	assert_null(strstr(text, "\nlbbgp_l2_"));
	assert_null(strstr(text, "\nlbbgp_vrrp_"));
	assert_null(strstr(text, "\nlbbgp_link_"));
	assert_non_null(strstr(text, "\nlbbgp_virtual_ip_healthy"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(frames_of_the_links_are_counted),
		T(addresses_are_counted_by_whether_they_are_held),
		T(what_nodes_say_is_counted),
		T(a_message_that_is_not_signed_is_counted_by_its_reason),
		T(answers_to_other_hosts_are_counted),
		T(health_of_virtual_ips_is_told_by_name),
		T(a_master_is_1_and_what_it_says_is_counted),
		T(refused_advertisements_are_counted_by_reason),
		T(without_a_way_to_the_links_there_are_no_numbers_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
