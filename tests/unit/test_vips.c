/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VirtualIPs on one node of three, on a virtual clock. What the owner is told to do is
 * noted as lines, of which a test names those it waits for, in their order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/health/health_port.h"
#include "bgpd/vip/probes.h"
#include "bgpd/vip/vips.h"
#include "common/clock.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define OBJECTS 4
#define NODES 3

struct scene {
	struct vips *vips;
	struct clock clock;
	struct health_port health;
	uint64_t now, armed; /* armed 0: nothing */
	char said[4096];
	unsigned changes;
	struct {
		char name[8];
		struct virtual_ip *object;
		int created;
	} objects[OBJECTS];
	struct labels labels[NODES]; /* of node1, node2, node3 */
	bool known[NODES];
	bool prompt;          /* l2 holds an address from within the call */
	const char *ca;       /* what the Secret "ca" has */
	char asked_ca[64];    /* with which authority the last question came */
	struct addr node_has; /* node2; FAMILY_NONE: nothing */
};

static struct scene *
scene_of(void *arg)
{
	return arg;
}

static void __attribute__((format(printf, 2, 3)))
note(struct scene *s, const char *fmt, ...)
{
	size_t used = strlen(s->said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->said + used, sizeof(s->said) - used, fmt, ap);
	va_end(ap);
}

/* ---- what the owner does ---- */

static uint64_t
scene_now(void *arg)
{
	return scene_of(arg)->now;
}

static int64_t
scene_wall(void *arg)
{
	return (int64_t)scene_of(arg)->now;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct scene *s = arg;

	if (s->armed == 0 || at < s->armed)
		s->armed = at;
}

static void
on_l2(void *arg, const struct lan_want *want)
{
	const struct vips_l2_news news = { .interface = "eth0" };
	char text[ADDR_TEXT];

	note(arg, "l2 %s %d%s%s%s%s\n", addr_print(&want->addr, text),
	    want->preference, want->always ? " always" : "",
	    want->terms->n_interfaces > 0 ? " " : "",
	    want->terms->n_interfaces > 0 ? want->terms->interfaces[0] : "",
	    want->terms->fail_back && want->terms->detect ? ""
							  : " other terms");
	assert_int_equal(want->why_not == NULL, want->preference >= 0);
	if (scene_of(arg)->prompt)
		vips_l2_changed(scene_of(arg)->vips, &want->addr, &news);
}

static void
on_l2_gone(void *arg, const struct addr *a)
{
	char text[ADDR_TEXT];

	note(arg, "l2 %s gone\n", addr_print(a, text));
}

static void
on_recheck(void *arg, const struct addr *a)
{
	char text[ADDR_TEXT];

	note(arg, "recheck %s\n", addr_print(a, text));
}

static void
on_vrrp(void *arg, const char *name, const struct vips_router *r)
{
	char text[ADDR_TEXT];

	if (r == NULL) {
		note(arg, "vrrp %s gone\n", name);
		return;
	}
	note(arg, "vrrp %s %s/%u %u%s", name, r->terms->interface,
	    r->terms->vrid, r->priority, r->fault != NULL ? " faulty" : "");
	for (size_t i = 0; i < r->n_addrs; i++)
		note(arg, " %s", addr_print(&r->addrs[i], text));
	note(arg, "\n");
}

static void
on_bgp(void *arg, const char *name, const struct virtual_ip *object)
{
	if (object == NULL)
		note(arg, "bgp %s gone\n", name);
	else
		note(arg, "bgp %s %zu %u\n", name, object->n_addrs,
		    object->bgp->local_preference);
}

static void
on_hold(void *arg, const char *interface, const struct prefix *p, bool on)
{
	char text[PREFIX_TEXT];

	note(arg, "%s %s %s\n", on ? "hold" : "drop", interface,
	    prefix_print(p, text));
}

static void
on_macvlan(void *arg, const char *name, const struct vips_macvlan *m)
{
	if (m == NULL)
		note(arg, "macvlan %.8s gone\n", name);
	else
		note(arg, "macvlan %.8s %s %02x:%02x\n", name, m->parent,
		    m->mac[4], m->mac[5]);
}

static void
on_judged(void *arg, const struct virtual_ip *object, const char *why)
{
	note(arg, "judged %s %s\n", object->meta.name,
	    why != NULL ? why : "good");
}

static void
on_event(void *arg, const struct virtual_ip *object, enum vips_news news,
    const char *text)
{
	static const char *const names[] = {
		[VIPS_HEALTHY] = "healthy",
		[VIPS_UNHEALTHY] = "unhealthy",
		[VIPS_HELD] = "held",
		[VIPS_RELEASED] = "released",
		[VIPS_CONFLICT] = "conflict",
		[VIPS_GAVE_UP] = "gave up",
	};

	note(arg, "event %s %s: %s\n", object->meta.name, names[news], text);
}

static void
on_changed(void *arg, const char *name)
{
	(void)name;
	scene_of(arg)->changes++;
}

static const struct vips_ops ops = { on_arm, on_l2, on_l2_gone, on_recheck,
	on_vrrp, on_bgp, on_hold, on_macvlan, on_judged, on_event, on_changed };

static void
on_ask(void *arg, uint32_t id, const struct health_question *q)
{
	struct scene *s = arg;

	note(s, "ask %u %s\n", id,
	    q->ask == HEALTH_ASK_TCP           ? q->host
		: q->ask == HEALTH_ASK_COMMAND ? q->argv[0]
					       : q->url);
	snprintf(s->asked_ca, sizeof(s->asked_ca), "%.*s", (int)q->n_ca,
	    q->ca != NULL ? q->ca : "");
}

static void
on_forget(void *arg, uint32_t id)
{
	note(arg, "forget %u\n", id);
}

static const struct labels *
on_labels(void *arg, const char *node)
{
	struct scene *s = arg;
	size_t i = (size_t)(node[4] - '1');

	return i < NODES && s->known[i] ? &s->labels[i] : NULL;
}

static const char *
on_node_with(void *arg, const struct addr *addr)
{
	const struct scene *s = arg;

	return addr_eq(&s->node_has, addr) ? "node2" : NULL;
}

static const char *
on_secret(void *arg, const char *name, const char *key, size_t *n)
{
	struct scene *s = arg;

	assert_string_equal(name, "ca");
	assert_string_equal(key, "pem");
	*n = s->ca != NULL ? strlen(s->ca) : 0;
	return s->ca;
}

/* ---- the scene ---- */

static void
set_labels(struct scene *s, unsigned node, const char *yaml)
{
	char name[] = { 'n', 'o', 'd', 'e', (char)('0' + node), '\0' };
	struct labels was = s->labels[node - 1];
	bool known = s->known[node - 1];
	json_t *obj = manifest(yaml);
	struct err err;

	s->labels[node - 1] = (struct labels){ 0 };
	assert_true(labels_decode(&s->labels[node - 1], obj, "labels", &err));
	json_decref(obj);
	s->known[node - 1] = true;
	vips_node_changed(
	    s->vips, name, known ? &was : NULL, &s->labels[node - 1]);
	labels_fini(&was);
}

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof(*s));

	s->now = 100000;
	s->clock = (struct clock){ scene_now, scene_wall, s };
	s->health = (struct health_port){ on_ask, on_forget, s };
	const struct vips_env env = { "node1", &s->clock, &s->health, 100,
		on_labels, on_secret, on_node_with };

	s->vips = vips_new(&env, &ops, s);
	set_labels(s, 1, "{rack: a}");
	set_labels(s, 2, "{rack: b}");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	vips_free(s->vips);
	for (size_t i = 0; i < OBJECTS; i++)
		virtual_ip_free(s->objects[i].object);
	for (size_t i = 0; i < NODES; i++)
		labels_fini(&s->labels[i]);
	free(s);
	return 0;
}

/* What is due is done, until the time. */
static void
run_until(struct scene *s, uint64_t until)
{
	while (s->armed != 0 && s->armed <= until) {
		if (s->armed > s->now)
			s->now = s->armed;
		s->armed = 0;
		vips_tick(s->vips);
	}
	s->now = until;
}

static void
later(struct scene *s, unsigned ms)
{
	run_until(s, s->now + ms);
}

static size_t
object_at(struct scene *s, const char *name)
{
	size_t i = 0;

	while (s->objects[i].name[0] != '\0' &&
	    strcmp(s->objects[i].name, name) != 0)
		assert_true(++i < OBJECTS);
	if (s->objects[i].created == 0)
		s->objects[i].created = (int)i + 1;
	snprintf(s->objects[i].name, sizeof(s->objects[i].name), "%s", name);
	return i;
}

/* spec NULL: it goes. Who was named first is the oldest. */
static void
put_with_status(
    struct scene *s, const char *name, const char *spec, const char *status)
{
	size_t i = object_at(s, name);
	struct virtual_ip *was = s->objects[i].object, *is = NULL;

	if (spec != NULL) {
		char *yaml = xasprintf("metadata: {name: %s, generation: 5, "
				       "creationTimestamp: "
				       "'2026-01-01T00:00:0%dZ'}\nspec: {%s}\n"
				       "status: {%s}\n",
		    name, s->objects[i].created, spec, status);

		is = decoded(virtual_ip_decode, yaml);
		free(yaml);
	}
	s->objects[i].object = is;
	vips_changed(s->vips, was, is);
	virtual_ip_free(was);
	later(s, 0);
}

static void
put(struct scene *s, const char *name, const char *spec)
{
	put_with_status(s, name, spec, "");
}

/* Just these lines since the last time. */
static void
assert_said(struct scene *s, const char *lines)
{
	assert_string_equal(s->said, lines);
	s->said[0] = '\0';
}

static void
forget_said(struct scene *s)
{
	s->said[0] = '\0';
}

static void
answer(struct scene *s, uint32_t id, bool good)
{
	vips_answered(s->vips, id, good ? NULL : "refused");
	later(s, 0);
}

static struct addr
addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
l2_says(struct scene *s, const char *addr, const char *interface,
    const char *holder)
{
	struct addr a = addr_of(addr);

	vips_l2_changed(s->vips, &a,
	    &(struct vips_l2_news){ .interface = interface, .holder = holder });
	later(s, 0);
}

static void
vrrp_says(struct scene *s, const char *name, bool master)
{
	vips_vrrp_changed(s->vips, name, master, master ? "Master" : "Backup");
	later(s, 0);
}

static void
start(struct scene *s)
{
	vips_start(s->vips);
	later(s, 0);
}

#define V4 "addresses: [10.0.0.9]"
#define ROUTER "vrrp: {interface: eth0, virtualRouterID: 51}"
#define TCP_CHECK(more) \
	"health: {checks: [{name: a, tcp: {host: h, port: 1}" more "}]}"

#define T(name) static void name(void **state)

/* ---- l2 ---- */

T(nothing_is_done_before_everything_is_listed)
{
	struct scene *s = *state;
	struct addr a = addr_of("10.0.0.9");

	put(s, "v", V4 ", bgp: {}, l2: {}, " TCP_CHECK(""));
	later(s, 60000);
	assert_said(s, "");
	assert_int_equal(vips_may(s->vips, &a, "node2"), -1);
	start(s);
	assert_said(s, "ask 100 h\nl2 10.0.0.9 -1\n");
}

T(l2_is_told_of_each_address)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", "addresses: [10.0.0.9/24, 'fd00::9'], l2: {}");
	assert_said(s, "l2 10.0.0.9 0\nl2 fd00::9 0\n");
	put(s, "v", NULL);
	assert_said(s, "l2 10.0.0.9 gone\nl2 fd00::9 gone\n");
}

T(terms_of_l2_are_passed_on)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", l2: {mode: Always, interfaces: [eth1], preferred: "
	       "[{weight: 7, nodeSelector: {matchLabels: {rack: a}}}]}");
	assert_said(s, "l2 10.0.0.9 7 always eth1\n");
	put(s, "v", V4 ", l2: {failBack: false}");
	assert_said(s, "l2 10.0.0.9 0 other terms\n");
	put(s, "v", V4 ", l2: {duplicateDetection: false}");
	assert_said(s, "l2 10.0.0.9 0 other terms\n");
}

/* Where l2 answers the kernel has it, in its length. */
T(holder_has_the_address_on_the_link)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", "addresses: [10.0.0.9/24], l2: {}");
	forget_said(s);
	l2_says(s, "10.0.0.9", "eth0", "node1");
	assert_said(s,
	    "event v held: node1 holds 10.0.0.9 on eth0\n"
	    "hold eth0 10.0.0.9/24\n");
	l2_says(s, "10.0.0.9", "eth1", "node1");
	assert_said(s,
	    "event v held: node1 holds 10.0.0.9 on eth1\n"
	    "hold eth1 10.0.0.9/24\ndrop eth0 10.0.0.9/24\n");
	l2_says(s, "10.0.0.9", NULL, "node2");
	assert_said(s,
	    "event v released: node1 no longer holds 10.0.0.9 on eth1\n"
	    "drop eth1 10.0.0.9/24\n");
}

T(interface_of_the_object_goes_before_all)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", interface: lo, l2: {}");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	assert_non_null(strstr(s->said, "hold lo 10.0.0.9/32\n"));
	forget_said(s);
	put(s, "v", V4 ", interface: dummy0, l2: {}");
	assert_said(
	    s, "l2 10.0.0.9 0\nhold dummy0 10.0.0.9/32\ndrop lo 10.0.0.9/32\n");
}

/* Somebody else may take it from the same l2, so nothing is undone. */
T(another_length_moves_no_address)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", l2: {}");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	forget_said(s);
	put(s, "v", "addresses: [10.0.0.9/24], l2: {}");
	assert_said(
	    s, "drop eth0 10.0.0.9/32\nl2 10.0.0.9 0\nhold eth0 10.0.0.9/24\n");
}

T(conflict_is_told_once)
{
	const uint8_t mac[] = { 2, 0, 0, 0, 0, 7 };
	struct scene *s = *state;
	struct addr a = addr_of("10.0.0.9");
	struct vips_place place;

	start(s);
	put(s, "v", V4 ", l2: {}");
	forget_said(s);
	for (int i = 0; i < 2; i++)
		vips_l2_changed(
		    s->vips, &a, &(struct vips_l2_news){ .conflict = mac });
	assert_said(s,
	    "event v conflict: 10.0.0.9 is used by 02:00:00:00:00:07, which "
	    "is no node\n");
	assert_true(vips_place(s->vips, "v", 0, &place));
	assert_true(place.has_conflict);
	l2_says(s, "10.0.0.9", NULL, NULL);
	assert_true(vips_place(s->vips, "v", 0, &place));
	assert_false(place.has_conflict);
}

T(other_nodes_may_by_their_labels)
{
	struct scene *s = *state;
	struct addr a = addr_of("10.0.0.9"), b = addr_of("10.0.0.10");

	assert_false(vips_has(s->vips, &a));
	start(s);
	put(s, "v",
	    V4 ", l2: {preferred: [{weight: 5, nodeSelector: {matchLabels: "
	       "{rack: b}}}]}");
	assert_int_equal(vips_may(s->vips, &a, "node2"), 5);
	assert_int_equal(vips_may(s->vips, &a, "node1"), 0);
	assert_int_equal(vips_may(s->vips, &b, "node2"), -1);
	assert_true(vips_has(s->vips, &a));
	assert_false(vips_has(s->vips, &b));
	/* Without an API server nobody knows it; it is on the link, all the same. */
	assert_int_equal(vips_may(s->vips, &a, "node3"), 0);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: a}}, l2: {}");
	assert_int_equal(vips_may(s->vips, &a, "node2"), -1);
	assert_int_equal(vips_may(s->vips, &a, "node3"), -1);
	put(s, "v", V4 ", bgp: {}");
	assert_int_equal(vips_may(s->vips, &a, "node2"), -1);
	assert_false(vips_has(s->vips, &a));
	put(s, "v", NULL);
	assert_false(vips_has(s->vips, &a));
}

T(labels_of_another_node_are_looked_at_where_they_count)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: b}}, l2: {}");
	put(s, "w", "addresses: [10.0.0.10], l2: {}");
	forget_said(s);
	set_labels(s, 2, "{rack: c}");
	assert_said(s, "recheck 10.0.0.9\n");
	set_labels(s, 2, "{rack: d}");
	assert_said(s, "");
	set_labels(s, 3, "{rack: b}"); /* a new node */
	assert_said(s, "recheck 10.0.0.9\n");
}

T(our_labels_decide_what_we_may)
{
	struct scene *s = *state;
	struct vips_view view;

	start(s);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: a}}, l2: {}");
	forget_said(s);
	set_labels(s, 1, "{rack: z}");
	later(s, 0);
	assert_said(s, "l2 10.0.0.9 -1\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_false(view.selected);
	assert_string_equal(
	    view.why, "its nodeSelector does not match this node");
	set_labels(s, 1, "{rack: a}");
	later(s, 0);
	assert_said(s, "l2 10.0.0.9 0\n");
}

/* ---- bgp ---- */

T(bgp_announces_from_the_own_interface)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", "addresses: [10.0.0.9, 'fd00::9'], bgp: {}");
	assert_said(
	    s, "hold lbbgp0 10.0.0.9/32\nhold lbbgp0 fd00::9/128\nbgp v 2 0\n");
	put(s, "v", "addresses: [10.0.0.9], bgp: {localPreference: 7}");
	assert_said(s, "drop lbbgp0 fd00::9/128\nbgp v 1 7\n");
	put(s, "v", NULL);
	assert_said(s, "drop lbbgp0 10.0.0.9/32\nbgp v gone\n");
}

T(bgp_and_l2_have_it_in_one_place)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", bgp: {}, l2: {}");
	assert_said(s, "l2 10.0.0.9 0\nhold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	assert_said(s, "event v held: node1 holds 10.0.0.9 on eth0\n");
	l2_says(s, "10.0.0.9", NULL, "node2");
	assert_said(
	    s, "event v released: node1 no longer holds 10.0.0.9 on eth0\n");
}

T(nobody_announces_without_being_selected)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: b}}, bgp: {}");
	assert_said(s, "");
	set_labels(s, 1, "{rack: b}");
	later(s, 0);
	assert_said(s, "hold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
	set_labels(s, 1, "{rack: a}");
	later(s, 0);
	assert_said(s, "bgp v gone\ndrop lbbgp0 10.0.0.9/32\n");
}

/* ---- vrrp ---- */

T(master_has_the_addresses)
{
	struct scene *s = *state;
	struct vips_place place;

	start(s);
	put(s, "v", "addresses: [10.0.0.9/24, 10.0.0.10], " ROUTER);
	assert_said(s, "vrrp v eth0/51 100 10.0.0.9 10.0.0.10\n");
	vrrp_says(s, "v", true);
	assert_said(s,
	    "event v held: node1 is the master of virtual router 51 on eth0\n"
	    "hold eth0 10.0.0.9/24\nhold eth0 10.0.0.10/32\n");
	assert_true(vips_place(s->vips, "v", 0, &place));
	assert_string_equal(place.interface, "eth0");
	assert_string_equal(place.holder, "node1");
	vrrp_says(s, "v", false);
	assert_said(s,
	    "event v released: node1 is no longer master of virtual router 51 "
	    "on eth0\n"
	    "drop eth0 10.0.0.9/24\ndrop eth0 10.0.0.10/32\n");
	put(s, "v", NULL);
	assert_said(s, "vrrp v gone\n");
}

/* It gives up, and what it has stays until vrrp says that another one has followed. */
T(master_on_a_node_not_selected_any_more_yields)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: a}}, " ROUTER);
	vrrp_says(s, "v", true);
	forget_said(s);
	set_labels(s, 1, "{rack: b}");
	later(s, 0);
	assert_said(s, "vrrp v eth0/51 100 faulty 10.0.0.9\n");
	vrrp_says(s, "v", true); /* it yields */
	assert_said(s, "");
	vrrp_says(s, "v", false);
	later(s, 0);
	assert_said(s,
	    "event v released: node1 is no longer master of virtual router 51 "
	    "on eth0\n"
	    "drop eth0 10.0.0.9/32\nvrrp v gone\n");
}

T(master_that_does_not_accept_has_none)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", vrrp: {interface: eth0, virtualRouterID: 51, "
	       "acceptMode: false}");
	vrrp_says(s, "v", true);
	assert_null(strstr(s->said, "hold"));
}

T(priority_is_that_of_the_first_selector_that_matches)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", vrrp: {interface: eth0, virtualRouterID: 51, priority: 90, "
	       "priorities: [{priority: 200, nodeSelector: {matchLabels: "
	       "{rack: b}}}, {priority: 150, nodeSelector: {matchLabels: "
	       "{rack: a}}}, {priority: 10}]}");
	assert_said(s, "vrrp v eth0/51 150 10.0.0.9\n");
	set_labels(s, 1, "{rack: b}");
	later(s, 0);
	assert_said(s, "vrrp v eth0/51 200 10.0.0.9\n");
	set_labels(s, 1, "{rack: c}");
	later(s, 0);
	assert_said(s, "vrrp v eth0/51 10 10.0.0.9\n");
}

T(virtual_mac_is_on_an_interface_of_its_own)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", vrrp: {interface: eth0, virtualRouterID: 51, "
	       "virtualMAC: true}");
	forget_said(s);
	vrrp_says(s, "v", true);
	assert_non_null(
	    strstr(s->said, "macvlan vrrp4.51 eth0 01:33\nhold vrrp4.51-"));
	forget_said(s);
	vrrp_says(s, "v", false);
	assert_non_null(strstr(s->said, "drop vrrp4.51-"));
	assert_non_null(
	    strstr(strstr(s->said, "drop"), "macvlan vrrp4.51 gone\n"));
	put(s, "v",
	    "addresses: ['fd00::9'], vrrp: {interface: eth0, "
	    "virtualRouterID: 51, virtualMAC: true}");
	forget_said(s);
	vrrp_says(s, "v", true);
	assert_non_null(strstr(s->said, "macvlan vrrp6.51 eth0 02:33\n"));
}

T(a_node_that_is_not_selected_is_no_router)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", nodeSelector: {matchLabels: {rack: b}}, " ROUTER);
	assert_said(s, "");
}

/* ---- edits from one way to another ---- */

T(what_was_before_an_edit_is_undone)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", l2: {}");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	forget_said(s);
	put(s, "v", V4 ", " ROUTER);
	assert_said(s,
	    "l2 10.0.0.9 gone\nvrrp v eth0/51 100 10.0.0.9\n"
	    "drop eth0 10.0.0.9/32\n");
	vrrp_says(s, "v", true);
	forget_said(s);
	put(s, "v", V4 ", bgp: {}");
	assert_said(s,
	    "vrrp v gone\nhold lbbgp0 10.0.0.9/32\n"
	    "drop eth0 10.0.0.9/32\nbgp v 1 0\n");
	put(s, "v", V4 ", l2: {}");
	assert_said(s, "l2 10.0.0.9 0\nbgp v gone\ndrop lbbgp0 10.0.0.9/32\n");
}

T(another_number_is_another_virtual_router)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", " ROUTER);
	vrrp_says(s, "v", true);
	forget_said(s);
	put(s, "v", V4 ", vrrp: {interface: eth0, virtualRouterID: 52}");
	assert_said(s,
	    "vrrp v gone\nvrrp v eth0/52 100 10.0.0.9\n"
	    "drop eth0 10.0.0.9/32\n");
	put(s, "v", V4 ", vrrp: {interface: eth1, virtualRouterID: 52}");
	assert_said(s, "vrrp v gone\nvrrp v eth1/52 100 10.0.0.9\n");
	put(s, "v",
	    V4 ", vrrp: {interface: eth1, virtualRouterID: 52, "
	       "advertisementInterval: 100}");
	assert_said(s, "vrrp v eth1/52 100 10.0.0.9\n");
}

/* ---- two that want the same ---- */

T(address_of_a_node_is_nobody_elses)
{
	struct scene *s = *state;

	struct vips_view view;

	start(s);
	s->node_has = addr_of("10.0.0.9");
	put(s, "v", V4 ", l2: {}");
	assert_said(s,
	    "judged v spec.addresses: 10.0.0.9: is an address of Node "
	    "node2\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_string_equal(
	    view.why, "spec.addresses: 10.0.0.9: is an address of Node node2");
	s->node_has = addr_of("10.0.0.8");
	vips_node_addresses_changed(s->vips);
	vips_tick(s->vips);
	assert_said(s, "l2 10.0.0.9 0\n");
}

T(older_of_two_has_the_address)
{
	struct scene *s = *state;
	struct vips_view view;

	start(s);
	put(s, "z", V4 ", l2: {}");
	forget_said(s);
	put(s, "a", "addresses: [10.0.0.8, 10.0.0.9], l2: {}");
	assert_said(s,
	    "judged a spec.addresses[1]: 10.0.0.9: the older VirtualIP z has "
	    "it\n");
	assert_true(vips_find(s->vips, "a", &view));
	assert_string_equal(view.why,
	    "spec.addresses[1]: 10.0.0.9: the older VirtualIP z has it");
	put(s, "z", NULL);
	assert_said(s, "l2 10.0.0.9 gone\nl2 10.0.0.8 0\nl2 10.0.0.9 0\n");
}

#define ACCEPTED(status, message)                                         \
	"conditions: [{type: Accepted, status: '" status "', reason: R, " \
	"message: '" message "', lastTransitionTime: '2026-01-01T00:00:00Z'}]"

/* Every node looks at it, and one of them has to write. */
T(what_the_status_says_is_not_judged_again)
{
	struct scene *s = *state;

	start(s);
	put_with_status(s, "z", V4 ", bgp: {}", ACCEPTED("True", ""));
	put_with_status(s, "a", V4 ", bgp: {}",
	    ACCEPTED("False",
		"spec.addresses[0]: 10.0.0.9: the older VirtualIP z has it"));
	assert_null(strstr(s->said, "judged"));
	forget_said(s);
	put(s, "z", NULL);
	assert_non_null(strstr(s->said, "judged a good\n"));
}

#define OBSERVED(n)                                                 \
	"conditions: [{type: Accepted, status: 'True', reason: R, " \
	"message: '', observedGeneration: " n "}]"

/* It was refused once; kubectl waits for what is said of it as it is now. */
T(what_is_said_of_an_older_generation_is_said_again)
{
	struct scene *s = *state;

	start(s);
	put_with_status(s, "z", V4 ", bgp: {}", OBSERVED("5"));
	assert_null(strstr(s->said, "judged"));
	put_with_status(s, "z", V4 ", bgp: {}", OBSERVED("4"));
	assert_non_null(strstr(s->said, "judged z good\n"));
}

/* By name the one that gets it comes first, but what is lost is undone before. */
T(address_that_one_gives_up_is_the_others)
{
	struct scene *s = *state;

	start(s);
	put(s, "z", "addresses: [10.0.0.8, 10.0.0.9], l2: {}");
	put(s, "a", V4 ", l2: {}");
	forget_said(s);
	put(s, "z", "addresses: [10.0.0.8], l2: {}");
	assert_said(s, "l2 10.0.0.9 gone\nl2 10.0.0.9 0\nl2 10.0.0.8 0\n");
}

T(older_one_that_comes_later_takes_it)
{
	struct scene *s = *state;

	start(s);
	s->objects[0].created = 0;
	object_at(s, "old");
	put(s, "new", V4 ", bgp: {}");
	forget_said(s);
	put(s, "old", V4 ", l2: {}");
	assert_said(s,
	    "judged new spec.addresses[0]: 10.0.0.9: the older VirtualIP old "
	    "has it\n"
	    "bgp new gone\ndrop lbbgp0 10.0.0.9/32\nl2 10.0.0.9 0\n");
}

T(number_of_a_virtual_router_is_one_objects)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", " ROUTER);
	forget_said(s);
	put(s, "w", "addresses: [10.0.0.10], " ROUTER);
	assert_said(s,
	    "judged w spec.vrrp.virtualRouterID: 51: the older VirtualIP v has "
	    "it on eth0 for IPv4\n");
	put(s, "x", "addresses: ['fd00::9'], " ROUTER);
	assert_said(s, "vrrp x eth0/51 100 fd00::9\n");
	put(s, "w",
	    "addresses: [10.0.0.10], vrrp: {interface: eth1, "
	    "virtualRouterID: 51}");
	assert_said(s, "vrrp w eth1/51 100 10.0.0.10\n");
}

/* ---- health ---- */

T(one_good_answer_makes_a_candidate)
{
	struct scene *s = *state;
	struct vips_view view;

	start(s);
	put(s, "v", V4 ", l2: {}, bgp: {}, " TCP_CHECK(""));
	assert_said(s, "ask 100 h\nl2 10.0.0.9 -1\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_string_equal(view.why, "its health is not known yet");
	answer(s, 100, true);
	assert_said(s, "l2 10.0.0.9 0\nhold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
}

static struct scene *
healthy(void **state, const char *spec)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", spec);
	answer(s, 100, true);
	forget_said(s);
	return s;
}

/* The next question, and its answer. */
static void
next_answer(struct scene *s, uint32_t id, bool good)
{
	later(s, 2000);
	answer(s, id, good);
}

T(failure_gives_the_address_up_and_rise_takes_it_again)
{
	struct scene *s = healthy(state, V4 ", l2: {}, " TCP_CHECK(""));

	next_answer(s, 100, false);
	next_answer(s, 100, false);
	assert_said(s, "ask 100 h\nask 100 h\n");
	next_answer(s, 100, false);
	assert_said(s,
	    "ask 100 h\nevent v unhealthy: check a: refused\n"
	    "l2 10.0.0.9 -1\n");
	next_answer(s, 100, true);
	assert_said(s, "ask 100 h\n");
	next_answer(s, 100, true);
	assert_said(s,
	    "ask 100 h\nevent v healthy: its health checks hold again\n"
	    "l2 10.0.0.9 0\n");
}

T(rise_fall_and_interval_are_the_checks)
{
	struct scene *s = healthy(state,
	    V4 ", l2: {}, " TCP_CHECK(", interval: 100, fall: 1, rise: 1"));

	later(s, 99);
	assert_said(s, "");
	later(s, 1);
	answer(s, 100, false);
	assert_said(s,
	    "ask 100 h\nevent v unhealthy: check a: refused\n"
	    "l2 10.0.0.9 -1\n");
	later(s, 100);
	answer(s, 100, true);
	assert_said(s,
	    "ask 100 h\nevent v healthy: its health checks hold again\n"
	    "l2 10.0.0.9 0\n");
}

T(all_checks_have_to_hold)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", bgp: {}, health: {checks: [{name: a, fall: 1, tcp: {host: h, "
	       "port: 1}}, {name: b, command: [/c]}]}");
	assert_said(s, "ask 100 h\nask 101 /c\n");
	answer(s, 100, true);
	assert_said(s, "");
	answer(s, 101, true);
	assert_said(s, "hold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
	later(s, 2000);
	forget_said(s);
	answer(s, 100, false);
	assert_said(s,
	    "event v unhealthy: check a: refused\nbgp v gone\n"
	    "drop lbbgp0 10.0.0.9/32\n");
}

T(any_check_is_enough_where_it_says_so)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", bgp: {}, health: {require: Any, checks: [{name: a, fall: 1, "
	       "tcp: {host: h, port: 1}}, {name: b, fall: 1, http: {url: "
	       "'http://x/'}}]}");
	answer(s, 100, false);
	assert_said(s, "ask 100 h\nask 101 http://x/\n");
	answer(s, 101, true);
	assert_said(s, "hold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
	later(s, 2000);
	forget_said(s);
	answer(s, 101, false);
	assert_non_null(strstr(s->said, "bgp v gone\n"));
}

T(faulty_router_is_no_candidate)
{
	struct scene *s =
	    healthy(state, V4 ", " ROUTER ", " TCP_CHECK(", fall: 1"));

	next_answer(s, 100, false);
	assert_said(s,
	    "ask 100 h\nevent v unhealthy: check a: refused\n"
	    "vrrp v eth0/51 100 faulty 10.0.0.9\n");
}

T(check_that_lowers_the_priority_gives_nothing_up)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", " ROUTER ", " TCP_CHECK(", fall: 1, lowersPriority: 30"));
	/* Who has not answered yet has not failed. */
	assert_said(s, "ask 100 h\nvrrp v eth0/51 100 10.0.0.9\n");
	answer(s, 100, false);
	assert_said(s, "vrrp v eth0/51 70 10.0.0.9\n");
	next_answer(s, 100, true);
	next_answer(s, 100, true);
	assert_said(s, "ask 100 h\nask 100 h\nvrrp v eth0/51 100 10.0.0.9\n");
}

T(priority_is_lowered_to_1_at_least)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4
	    ", vrrp: {interface: eth0, virtualRouterID: 51, priority: 20}, " TCP_CHECK(
		", fall: 1, lowersPriority: 20"));
	forget_said(s);
	answer(s, 100, false);
	assert_said(s, "vrrp v eth0/51 1 10.0.0.9\n");
}

T(only_the_holder_is_asked_through_the_address)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", l2: {}, " TCP_CHECK(", fall: 1, askedBy: Holder"));
	assert_said(s, "l2 10.0.0.9 0\n");
	later(s, 10000);
	assert_said(s, "");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	assert_non_null(strstr(s->said, "ask 100 h\n"));
	forget_said(s);
	l2_says(s, "10.0.0.9", NULL, "node2");
	assert_non_null(strstr(s->said, "forget 100\n"));
	forget_said(s);
	later(s, 10000);
	assert_said(s, "");
}

T(news_may_come_from_within_the_call)
{
	struct scene *s = *state;

	s->prompt = true;
	start(s);
	put(s, "v", V4 ", l2: {}, " TCP_CHECK(", askedBy: Holder"));
	assert_said(s,
	    "l2 10.0.0.9 0\nevent v held: node1 holds 10.0.0.9 on eth0\n"
	    "hold eth0 10.0.0.9/32\nask 100 h\n");
}

T(holder_whose_check_fails_gives_up_for_30_s)
{
	struct scene *s = *state;
	struct vips_view view;

	start(s);
	put(s, "v", V4 ", l2: {}, " TCP_CHECK(", fall: 2, askedBy: Holder"));
	l2_says(s, "10.0.0.9", "eth0", "node1");
	answer(s, 100, false); /* the first bad one is none yet */
	later(s, 2000);
	forget_said(s);
	answer(s, 100, false);
	assert_said(s, "event v gave up: check a: refused\nl2 10.0.0.9 -1\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_string_equal(
	    view.why, "it gave up when a check of the holder failed");
	l2_says(s, "10.0.0.9", NULL, "node2");
	later(s, VIPS_GIVEN_UP - 1);
	assert_null(strstr(s->said, "l2 10.0.0.9 0\n"));
	later(s, 1);
	assert_non_null(strstr(s->said, "l2 10.0.0.9 0\n"));
	forget_said(s);
	l2_says(s, "10.0.0.9", "eth0", "node1"); /* it begins anew */
	answer(s, 100, false);
	assert_null(strstr(s->said, "gave up"));
}

T(master_whose_check_fails_gives_up_too)
{
	struct scene *s = *state;

	start(s);
	put(s, "v",
	    V4 ", " ROUTER ", " TCP_CHECK(", fall: 1, askedBy: Holder"));
	vrrp_says(s, "v", true);
	forget_said(s);
	answer(s, 100, false);
	assert_said(s,
	    "event v gave up: check a: refused\n"
	    "vrrp v eth0/51 100 faulty 10.0.0.9\n");
	vrrp_says(s, "v", false);
	later(s, VIPS_GIVEN_UP);
	assert_non_null(strstr(s->said, "vrrp v eth0/51 100 10.0.0.9\n"));
}

T(edit_of_something_else_keeps_what_is_known)
{
	struct scene *s = healthy(state, V4 ", bgp: {}, " TCP_CHECK(""));

	put(s, "v", V4 ", bgp: {localPreference: 1}, " TCP_CHECK(", fall: 9"));
	assert_said(s, "bgp v 1 1\n");
	put(s, "v",
	    V4 ", bgp: {localPreference: 1}, health: {checks: [{name: b, tcp: "
	       "{host: h, port: 1}}]}");
	assert_said(s, "ask 101 h\nbgp v gone\ndrop lbbgp0 10.0.0.9/32\n");
}

/* As long as the other question has no answer the last one's holds. */
T(another_question_of_the_same_check_gives_nothing_up)
{
	struct scene *s = healthy(state, V4 ", bgp: {}, " TCP_CHECK(""));

	put(s, "v",
	    V4 ", bgp: {}, health: {checks: [{name: a, fall: 1, tcp: {host: "
	       "other, port: 1}}]}");
	assert_said(s, "ask 100 other\nbgp v 1 0\n");
	answer(s, 100, false);
	assert_non_null(strstr(s->said, "bgp v gone\n"));
}

T(who_is_not_selected_asks_nobody)
{
	struct scene *s = healthy(state,
	    V4 ", nodeSelector: {matchLabels: {rack: a}}, bgp: {}, " TCP_CHECK(
		""));

	set_labels(s, 1, "{rack: b}");
	later(s, 60000);
	assert_said(s, "bgp v gone\ndrop lbbgp0 10.0.0.9/32\n");
}

T(what_was_known_before_is_not_known_when_it_is_selected_again)
{
	struct scene *s = healthy(state,
	    V4 ", nodeSelector: {matchLabels: {rack: a}}, bgp: {}, " TCP_CHECK(
		""));

	set_labels(s, 1, "{rack: b}");
	later(s, 60000);
	forget_said(s);
	set_labels(s, 1, "{rack: a}");
	later(s, 0);
	assert_said(s, "ask 100 h\n");
	answer(s, 100, true);
	assert_said(s, "hold lbbgp0 10.0.0.9/32\nbgp v 1 0\n");
}

T(no_answer_at_all_is_a_bad_one)
{
	struct scene *s = healthy(
	    state, V4 ", bgp: {}, " TCP_CHECK(", fall: 1, timeout: 500"));

	later(s, 2000 + 500 + 999);
	assert_said(s, "ask 100 h\n");
	later(s, 1);
	assert_non_null(
	    strstr(s->said, "event v unhealthy: check a: no answer\n"));
}

T(authority_comes_from_the_secret_and_is_needed)
{
	struct scene *s = *state;
	struct probe_view view;

	start(s);
	put(s, "v",
	    V4 ", bgp: {}, health: {checks: [{name: a, https: {url: "
	       "'https://x/', caSecretRef: {name: ca, key: pem}}}]}");
	assert_said(s, "");
	assert_true(vips_probe(s->vips, "v", 0, &view));
	assert_string_equal(view.why, "Secret ca has no key pem");
	s->ca = "PEM";
	later(s, 2000);
	assert_said(s, "ask 100 https://x/\n");
	assert_string_equal(s->asked_ca, "PEM");
}

T(answers_of_others_are_passed_over)
{
	struct scene *s =
	    healthy(state, V4 ", bgp: {}, " TCP_CHECK(", fall: 1"));

	answer(s, 1, false);
	answer(s, 100, false); /* nobody is asked at present */
	assert_said(s, "");
}

/* ---- the end ---- */

T(leaving_announces_nothing_more)
{
	struct scene *s =
	    healthy(state, V4 ", l2: {}, bgp: {}, " TCP_CHECK(""));
	struct vips_view view;

	l2_says(s, "10.0.0.9", "eth0", "node1");
	forget_said(s);
	vips_leave(s->vips);
	/* It stays where it is for as long as l2 answers. */
	assert_said(s, "l2 10.0.0.9 -1\nbgp v gone\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_string_equal(view.why, "the node leaves");
	l2_says(s, "10.0.0.9", NULL, "node2");
	later(s, 60000);
	assert_said(s,
	    "event v released: node1 no longer holds 10.0.0.9 on eth0\n"
	    "drop lbbgp0 10.0.0.9/32\n");
}

/* Routers keep the routes for a while: what comes by them has to be taken. */
T(restart_leaves_announcements_as_they_are)
{
	struct scene *s = *state;

	start(s);
	put(s, "v", V4 ", l2: {}, bgp: {}");
	put(s, "w", "addresses: [10.0.0.10], l2: {}");
	l2_says(s, "10.0.0.9", "eth0", "node1");
	forget_said(s);
	vips_restart(s->vips);
	assert_said(s, "l2 10.0.0.9 -1\nl2 10.0.0.10 -1\n");
	l2_says(s, "10.0.0.9", NULL, "node2");
	assert_said(
	    s, "event v released: node1 no longer holds 10.0.0.9 on eth0\n");
	vips_leave(s->vips); /* it was for good, after all */
	assert_said(s, "bgp v gone\ndrop lbbgp0 10.0.0.9/32\n");
}

/* Others take over on links first; routers are told when the owner says so. */
T(drain_gives_links_away_before_routes)
{
	struct scene *s = *state;
	struct vips_view view;

	start(s);
	put(s, "v", V4 ", l2: {}, bgp: {}");
	put(s, "w", "addresses: [10.0.0.10], " ROUTER);
	l2_says(s, "10.0.0.9", "eth0", "node1");
	vrrp_says(s, "w", true);
	forget_said(s);
	vips_drain(s->vips, true, false);
	assert_said(s, "l2 10.0.0.9 -1\nvrrp w eth0/51 100 faulty 10.0.0.10\n");
	assert_true(vips_find(s->vips, "v", &view));
	assert_string_equal(view.why, "the node is drained");
	assert_true(view.announced);
	vips_drain(s->vips, true, true);
	assert_said(s, "bgp v gone\n");
	vips_drain(s->vips, false, false);
	assert_said(
	    s, "l2 10.0.0.9 0\nbgp v 1 0\nvrrp w eth0/51 100 10.0.0.10\n");
}

/* A drain makes no candidate of who is none. */
T(drain_announces_nothing_that_is_unwell)
{
	struct scene *s =
	    healthy(state, V4 ", bgp: {}, " TCP_CHECK(", fall: 1"));

	vips_drain(s->vips, true, false);
	assert_said(s, "");
	next_answer(s, 100, false);
	assert_non_null(strstr(s->said, "bgp v gone\n"));
}

T(a_node_without_a_node_object_works_alone)
{
	struct scene *s = *state;

	s->known[0] = false;
	start(s);
	put(s, "v", V4 ", " ROUTER);
	assert_said(s, "vrrp v eth0/51 100 10.0.0.9\n");
	put(s, "w",
	    "addresses: [10.0.0.10], nodeSelector: {matchLabels: {rack: a}}, "
	    "bgp: {}");
	assert_said(s, "");
	s->known[0] = true;
}

static bool
add_name(void *arg, const struct vips_view *view)
{
	strcat(arg, view->object->meta.name);
	return true;
}

T(they_are_shown_in_the_order_of_their_names)
{
	struct scene *s = *state;
	char names[16] = "";

	start(s);
	put(s, "c", "addresses: [10.0.0.1], l2: {}");
	put(s, "a", "addresses: [10.0.0.2], l2: {}");
	put(s, "b", "addresses: [10.0.0.3], l2: {}");
	vips_each(s->vips, add_name, names);
	assert_string_equal(names, "abc");
}

#undef T
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_is_done_before_everything_is_listed),
		T(l2_is_told_of_each_address),
		T(terms_of_l2_are_passed_on),
		T(holder_has_the_address_on_the_link),
		T(interface_of_the_object_goes_before_all),
		T(another_length_moves_no_address),
		T(conflict_is_told_once),
		T(other_nodes_may_by_their_labels),
		T(labels_of_another_node_are_looked_at_where_they_count),
		T(our_labels_decide_what_we_may),
		T(bgp_announces_from_the_own_interface),
		T(bgp_and_l2_have_it_in_one_place),
		T(nobody_announces_without_being_selected),
		T(master_has_the_addresses),
		T(master_on_a_node_not_selected_any_more_yields),
		T(master_that_does_not_accept_has_none),
		T(priority_is_that_of_the_first_selector_that_matches),
		T(virtual_mac_is_on_an_interface_of_its_own),
		T(a_node_that_is_not_selected_is_no_router),
		T(what_was_before_an_edit_is_undone),
		T(another_number_is_another_virtual_router),
		T(address_of_a_node_is_nobody_elses),
		T(older_of_two_has_the_address),
		T(what_the_status_says_is_not_judged_again),
		T(what_is_said_of_an_older_generation_is_said_again),
		T(address_that_one_gives_up_is_the_others),
		T(older_one_that_comes_later_takes_it),
		T(number_of_a_virtual_router_is_one_objects),
		T(one_good_answer_makes_a_candidate),
		T(failure_gives_the_address_up_and_rise_takes_it_again),
		T(rise_fall_and_interval_are_the_checks),
		T(all_checks_have_to_hold),
		T(any_check_is_enough_where_it_says_so),
		T(faulty_router_is_no_candidate),
		T(check_that_lowers_the_priority_gives_nothing_up),
		T(priority_is_lowered_to_1_at_least),
		T(only_the_holder_is_asked_through_the_address),
		T(news_may_come_from_within_the_call),
		T(holder_whose_check_fails_gives_up_for_30_s),
		T(master_whose_check_fails_gives_up_too),
		T(edit_of_something_else_keeps_what_is_known),
		T(another_question_of_the_same_check_gives_nothing_up),
		T(who_is_not_selected_asks_nobody),
		T(what_was_known_before_is_not_known_when_it_is_selected_again),
		T(no_answer_at_all_is_a_bad_one),
		T(authority_comes_from_the_secret_and_is_needed),
		T(answers_of_others_are_passed_over),
		T(leaving_announces_nothing_more),
		T(restart_leaves_announcements_as_they_are),
		T(drain_gives_links_away_before_routes),
		T(drain_announces_nothing_that_is_unwell),
		T(a_node_without_a_node_object_works_alone),
		T(they_are_shown_in_the_order_of_their_names),
	};

	return cmocka_run_group_tests_name("vips", tests, NULL, NULL);
}
