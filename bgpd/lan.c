/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is decided here but two things: which of two resources has an address on the
 * links, a VirtualIP before a Service, and which interfaces are listened to, those that
 * l2, vrrp or routers ask for. All else is carried from one part to the others.
 *
 * An address comes to be held in l2 or vrrp. Then it is told to whom it belongs, and
 * that one says which interface is to have it; the kernel follows behind. When the
 * daemon ends, holders give up first, so that others answer before this node no longer
 * does; meanwhile bgpd_lan_drain() keeps them going, for no job runs then.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/l2_key.h"
#include "bgpd/config/secret.h"
#include "bgpd/core.h"
#include "bgpd/kernel/addresses.h"
#include "bgpd/kernel/addresses_port.h"
#include "bgpd/l2/l2.h"
#include "bgpd/link/frame.h"
#include "bgpd/link/link_port.h"
#include "bgpd/link/routers.h"
#include "bgpd/peer/peers.h"
#include "bgpd/status/holdings.h"
#include "bgpd/vip/vips.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/lan_terms.h"
#include "common/api/node.h"
#include "common/clock.h"

#define CLEARING \
	500 /* ms that the kernel has, of the end, to take addresses off */
#define LINKS_MAX 512 /* interfaces that are listened to at once */

/* Links. */

static int
by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static size_t
at_most(size_t n)
{
	return n < LINKS_MAX ? n : LINKS_MAX;
}

/* Of l2, of vrrp and of routers, each once. */
static void
listen_again(struct bgpd *b)
{
	const struct link_port *port = b->ports.link;
	int all[3 * LINKS_MAX];
	size_t n = 0, m = 0;

	if (b->l2 == NULL || b->vrrp == NULL || b->routers == NULL)
		return; /* they come one after the other */
	n = at_most(l2_listens(b->l2, all, LINKS_MAX));
	n += at_most(vrrp_listens(b->vrrp, all + n, LINKS_MAX));
	n += at_most(routers_listens(b->routers, all + n, LINKS_MAX));
	qsort(all, n, sizeof(all[0]), by_number);
	m = 0;
	for (size_t i = 0; i < n; i++)
		if (m == 0 || all[m - 1] != all[i])
			all[m++] = all[i];
	port->listen(port->arg, all, m);
}

static void
on_listens(void *arg)
{
	listen_again(arg);
}

void
bgpd_interfaces(struct bgpd *b, const struct interface *at, size_t n)
{
	if (b->l2 == NULL)
		return;
	l2_interfaces(b->l2, at, n);
	vrrp_interfaces(b->vrrp, at, n);
	routers_interfaces(b->routers, at, n);
}

void
bgpd_frame(struct bgpd *b, int index, const uint8_t *bytes, size_t n)
{
	struct frame frame;

	if (b->l2 == NULL || !frame_parse(bytes, n, &frame))
		return;
	l2_frame(b->l2, index, &frame);
	vrrp_frame(b->vrrp, index, &frame);
	routers_frame(b->routers, index, &frame);
}

void
bgpd_unheard(struct bgpd *b, const char *why)
{
	xreplace(&b->unheard, why);
	bgpd_mark_status(b);
}

/* Addresses on interfaces. */

static void
settle(struct bgpd *b)
{
	const struct addresses_port *port = b->ports.addresses;

	if (port != NULL)
		port->settle(port->arg, b->addresses);
}

uint64_t
bgpd_run_addresses(void *arg, uint64_t now)
{
	(void)now;
	settle(arg);
	return 0;
}

/* Jobs are for who runs; who stops settles as it drains. */
void
bgpd_hold(
    struct bgpd *b, const char *interface, const struct prefix *at, bool on)
{
	if (b->addresses_cleared)
		return;
	if (on)
		addresses_want(b->addresses, interface, at);
	else
		addresses_unwant(b->addresses, interface, at);
	bgpd_mark(b, JOB_ADDRESSES, bgpd_now(b));
}

void
bgpd_placed(struct bgpd *b, const char *why)
{
	free(b->unplaced);
	b->unplaced = xstrdup(why);
	bgpd_mark_status(b);
}

/* Services, from announce. */

void
bgpd_l2_set(struct bgpd *b, const struct lan_want *want)
{
	const struct lan_terms *terms = want->terms;
	struct l2_want l2 = { .addr = want->addr,
		.terms = { terms->interfaces, terms->n_interfaces, want->always,
		    terms->fail_back, terms->detect },
		.preference = want->preference,
		.why_not = want->why_not };

	if (b->l2 != NULL)
		l2_set(b->l2, &l2);
}

static void
on_want(void *arg, const struct lan_want *want)
{
	struct bgpd *b = arg;

	if (!vips_has(b->vips, &want->addr))
		bgpd_l2_set(b, want);
}

static void
on_gone(void *arg, const struct addr *addr)
{
	struct bgpd *b = arg;

	if (b->l2 != NULL && !vips_has(b->vips, addr))
		l2_unset(b->l2, addr);
	bgpd_lan_tell(b, addr, NULL);
}

void
bgpd_l2_recheck(void *arg, const struct addr *addr)
{
	struct bgpd *b = arg;

	if (b->l2 != NULL && addr != NULL)
		l2_recheck(b->l2, addr);
	else if (b->l2 != NULL)
		l2_recheck_all(b->l2);
}

static void
on_hold(void *arg, const char *interface, const struct addr *addr, bool on)
{
	struct prefix host = prefix_host(addr);

	bgpd_hold(arg, interface, &host, on);
}

const struct lan_ops bgpd_lan_ops = {
	.want = on_want,
	.gone = on_gone,
	.recheck = bgpd_l2_recheck,
	.hold = on_hold,
};

/* Who holds, from l2. */

static void
on_l2_arm(void *arg, uint64_t at)
{
	bgpd_mark(arg, JOB_L2, at);
}

/* Its daemon is on the link, too, and holds what is of its own class. */
static bool
is_anothers(const struct bgpd *b, const struct node *node)
{
	return node != NULL &&
	    instance_yields_node(&b->options.instance, &node->labels);
}

static int
on_l2_may(void *arg, const struct addr *addr, const char *name)
{
	const struct bgpd *b = arg;
	const struct object_key key = { "", name };

	if (!vips_has(b->vips, addr))
		return announce_may_hold(b->announce, addr, name);
	return is_anothers(b, store_get(b->store, KIND_NODE, &key))
	    ? -1
	    : vips_may(b->vips, addr, name);
}

static bool
is_held(const struct l2_view *v)
{
	return v->state == L2_HELD || v->state == L2_YIELDING;
}

static void
on_l2_changed(void *arg, const struct addr *addr)
{
	struct bgpd *b = arg;
	struct l2_view v = { 0 };
	bool known = l2_find(b->l2, addr, &v);
	struct vips_l2_news news = {
		.interface = known && is_held(&v) ? v.interface : NULL,
		.holder = known ? v.holder : NULL,
		.conflict = known && v.has_conflict ? v.conflict.bytes : NULL,
	};

	if (vips_has(b->vips, addr))
		vips_l2_changed(b->vips, addr, &news);
	else {
		announce_held(b->announce, addr, known && is_held(&v));
		bgpd_lan_tell(b, addr, known ? &v : NULL);
	}
	bgpd_mark_status(b);
}

static const struct l2_ops l2_ops = {
	.arm = on_l2_arm,
	.may = on_l2_may,
	.changed = on_l2_changed,
	.listens = on_listens,
};

uint64_t
bgpd_run_l2(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	l2_tick(b->l2);
	return 0;
}

/* Virtual routers. */

static void
on_vrrp_arm(void *arg, uint64_t at)
{
	struct bgpd *b = arg;

	jobs_unmark(&b->jobs, JOB_VRRP);
	if (at != 0)
		bgpd_mark(b, JOB_VRRP, at);
}

static void
on_vrrp_state(
    void *arg, const char *name, enum vrrp_state state, const char *why)
{
	struct bgpd *b = arg;

	(void)why;
	vips_vrrp_changed(
	    b->vips, name, vrrp_has_addrs(state), vrrp_state_name(state));
	bgpd_mark_status(b);
}

static const struct vrrp_ops vrrp_ops = {
	.arm = on_vrrp_arm,
	.state = on_vrrp_state,
	.listens = on_listens,
};

uint64_t
bgpd_run_vrrp(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	vrrp_tick(b->vrrp);
	return 0;
}

/* Routers behind interfaces, for peers. */

static void
on_routers_arm(void *arg, uint64_t at)
{
	bgpd_mark(arg, JOB_ROUTERS, at);
}

static bool
on_router_in_use(void *arg, const char *interface)
{
	const struct bgpd *b = arg;

	return peers_use(b->peers, interface);
}

static void
on_routers_changed(void *arg)
{
	bgpd_mark_peers(arg);
}

static const struct routers_ops routers_ops = {
	.arm = on_routers_arm,
	.listens = on_listens,
	.in_use = on_router_in_use,
	.changed = on_routers_changed,
};

struct router_found
bgpd_router(void *arg, const char *interface)
{
	const struct bgpd *b = arg;

	if (b->routers == NULL)
		return (struct router_found){ .why = NULL };
	return routers_find(b->routers, interface);
}

void
bgpd_apply_links(struct bgpd *b)
{
	size_t n = 0;
	const char *const *names = peers_links(b->peers, &n);

	if (b->routers != NULL)
		routers_want(b->routers, names, n);
}

uint64_t
bgpd_run_routers(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	routers_tick(b->routers);
	return 0;
}

/* All of it. */

/* Without a way to the links nobody answers on them, but VirtualIPs are judged. */
void
bgpd_lan_init(struct bgpd *b)
{
	const struct clock *clock = b->ports.clock;

	b->addresses = addresses_new();
	b->vips = bgpd_vips_new(b);
	b->holdings = holdings_new();
	if (b->ports.link == NULL)
		return;
	b->l2 =
	    l2_new(b->options.node, clock, &b->rng, b->ports.link, &l2_ops, b);
	b->vrrp = vrrp_new(clock, b->ports.link, &vrrp_ops, b);
	b->routers =
	    routers_new(clock, &b->rng, b->ports.link, &routers_ops, b);
}

void
bgpd_lan_fini(struct bgpd *b)
{
	l2_free(b->l2);
	vrrp_free(b->vrrp);
	routers_free(b->routers);
	vips_free(b->vips);
	holdings_free(b->holdings);
	addresses_free(b->addresses);
	free(b->unplaced);
	free(b->unheard);
}

/* What nodes on a link tell each other is signed by the key; without one it is not. */
void
bgpd_lan_configure(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	const struct node *node = announce_our_node(b->announce);
	struct l2_key key = l2_key_find(config, b->store, KIND_SECRET);
	struct l2_config l2 = { .interval = config != NULL
		    ? config->l2.hello_interval
		    : HELLO_INTERVAL_DEFAULT,
		.dead = config != NULL ? config->l2.dead_interval
				       : DEAD_INTERVAL_DEFAULT,
		.blocked = key.state == L2_KEY_MISSING };

	if (!b->listed)
		return;
	bgpd_announce_vips(b);
	if (b->l2 == NULL)
		return;
	if (key.value != NULL) {
		l2.key = (const uint8_t *)key.value->value;
		l2.n_key = key.value->length;
	}
	l2_configure(b->l2, &l2);
	if (node != NULL)
		l2_set_node(b->l2, node->internal_ips, node->n_internal_ips);
}

void
bgpd_lan_node_changed(
    struct bgpd *b, const struct node *was, const struct node *is)
{
	const char *name = is != NULL ? is->meta.name : was->meta.name;

	vips_node_changed(b->vips, name, was != NULL ? &was->labels : NULL,
	    is != NULL ? &is->labels : NULL);
	if (was == NULL || is == NULL || !node_same_addresses(was, is))
		vips_node_addresses_changed(b->vips);
	if (is_anothers(b, was) != is_anothers(b, is))
		bgpd_l2_recheck(b, NULL);
	if (strcmp(name, b->options.node) == 0)
		bgpd_lan_configure(b);
}

/* From here on the kernel is looked at: what an earlier run has left there goes. */
void
bgpd_lan_start(struct bgpd *b)
{
	bgpd_lan_configure(b);
	vips_start(b->vips);
	bgpd_mark(b, JOB_ADDRESSES, bgpd_now(b));
}

void
bgpd_lan_stop(struct bgpd *b, bool for_good)
{
	if (for_good)
		vips_leave(b->vips);
	else
		vips_restart(b->vips);
	if (b->l2 == NULL)
		return;
	l2_leave(b->l2);
	vrrp_leave(b->vrrp);
}

static bool
is_followed(const struct bgpd *b)
{
	return b->l2 == NULL || (l2_is_idle(b->l2) && vrrp_is_idle(b->vrrp));
}

/* Hosts still come here for an address until another node answers for it. */
static void
clear_in_time(struct bgpd *b)
{
	if (b->phase != PHASE_LEAVING || b->addresses_cleared ||
	    (!is_followed(b) && bgpd_now(b) + CLEARING < b->stop_at))
		return;
	b->addresses_cleared = true;
	addresses_clear(b->addresses);
}

void
bgpd_lan_leave(struct bgpd *b)
{
	vips_leave(b->vips);
	clear_in_time(b);
	settle(b);
}

void
bgpd_lan_drain(struct bgpd *b)
{
	vips_tick(b->vips);
	if (b->l2 != NULL) {
		l2_tick(b->l2);
		vrrp_tick(b->vrrp);
	}
	clear_in_time(b);
	settle(b);
}

bool
bgpd_lan_is_idle(const struct bgpd *b)
{
	const struct addresses_port *port = b->ports.addresses;

	return is_followed(b) && (port == NULL || port->is_idle(port->arg));
}
