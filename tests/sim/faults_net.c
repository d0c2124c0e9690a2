/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/faults_net.h"

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "tests/sim/bfd_host.h"
#include "tests/sim/bfd_wire.h"
#include "tests/sim/chance.h"
#include "tests/sim/daemon.h"
#include "tests/sim/vtcp.h"

enum { ALL = 16 };

static void
set_cut(struct history *h, uint64_t what, bool cut)
{
	unsigned node = (unsigned)what / ALL, router = (unsigned)what % ALL;

	h->troubles++;
	vtcp_set_cut(h->net, daemon_host(h->nodes[node]),
	    router_host(h->routers[router]), cut);
}

static void
on_joined(void *arg, uint64_t what)
{
	set_cut(arg, what, false);
}

void
way_is_cut(struct history *h)
{
	unsigned node = any_node(h), router = any_router(h);

	world_trace(h->w, "node%u and router %u are cut", node,
	    scene_router_octet(router));
	set_cut(h, node * ALL + router, true);
	later(h, on_joined, node * ALL + router);
	go_on(h);
}

static void
on_losses_end(void *arg, uint64_t what)
{
	struct history *h = arg;
	unsigned node = (unsigned)what / ALL, router = (unsigned)what % ALL;

	vtcp_set_loss(h->net, daemon_host(h->nodes[node]),
	    router_host(h->routers[router]), 0);
}

void
segments_are_lost(struct history *h)
{
	unsigned node = any_node(h), router = any_router(h);
	unsigned percent = 5 + below(h, 60);

	h->troubles++;
	world_trace(h->w, "node%u and router %u lose %u of a hundred", node,
	    scene_router_octet(router), percent);
	vtcp_set_loss(h->net, daemon_host(h->nodes[node]),
	    router_host(h->routers[router]), percent);
	later(h, on_losses_end, node * ALL + router);
	go_on(h);
}

void
connection_is_reset(struct history *h)
{
	unsigned node = any_node(h), router = any_router(h);

	h->troubles++;
	world_trace(h->w, "node%u and router %u are reset", node,
	    scene_router_octet(router));
	vtcp_reset(h->net, daemon_host(h->nodes[node]),
	    router_host(h->routers[router]));
	go_on(h);
}

static struct vhost *
host_of(struct history *h, uint64_t what)
{
	return what < ALL ? daemon_host(h->nodes[what])
			  : router_host(h->routers[what - ALL]);
}

static void
on_reads(void *arg, uint64_t what)
{
	vhost_set_deaf(host_of(arg, what), false);
}

/* Zero windows. */
void
host_reads_nothing(struct history *h)
{
	uint64_t what = below(h, 2) == 0 ? any_node(h) : ALL + any_router(h);

	h->troubles++;
	world_trace(h->w, "%s %u reads nothing",
	    what < ALL ? "node" : "router number", (unsigned)what % ALL);
	vhost_set_deaf(host_of(h, what), true);
	later(h, on_reads, what);
	go_on(h);
}

static void
on_reads_all(void *arg, uint64_t router)
{
	struct history *h = arg;

	vhost_set_slow(router_host(h->routers[router]), 0);
}

/*
 * A few bytes now and then, but more than our KEEPALIVEs are: three in the shortest
 * hold time.
 */
void
router_reads_little(struct history *h)
{
	unsigned nth = any_router(h), bytes = 40 + below(h, 200);

	world_trace(
	    h->w, "router number %u reads %u bytes a second", nth, bytes);
	vhost_set_slow(router_host(h->routers[nth]), bytes);
	later(h, on_reads_all, nth);
	go_on(h);
}

/* --- An intruder from afar with the address of a router, and its key at times. --- */

static void
on_intrusion_up(void *arg)
{
	struct history *h = arg;
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open o = { .asn = h->asn[0],
		.hold_time = 90,
		.router_id = 0xc00002ff,
		.has_caps = true,
		.caps = { .family = { [FAMILY_V4] = true }, .as4 = true } };

	open_build(&w, &o);
	keepalive_build(&w);
	vsock_send(h->intrusion, w.p, w.len);
}

static void
on_intrusion_input(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg; /* what is let in is judged in rim.c */
	(void)bytes;
	(void)n;
}

static void
on_intrusion_writable(void *arg)
{
	(void)arg;
}

static void
on_intrusion_down(void *arg, const char *why)
{
	struct history *h = arg;

	(void)why;
	h->intrusion = NULL;
}

static const struct vsock_ops intrusion_ops = { on_intrusion_up,
	on_intrusion_input, on_intrusion_writable, on_intrusion_down };

void
intrude(struct history *h, unsigned node, unsigned router)
{
	const char *key = below(h, 2) == 0 ? scene_password(h, router) : NULL;
	const struct addr *from = scene_router_addr(h, router);
	const struct vhost *host = daemon_host(h->nodes[node]);

	if (h->intrusion != NULL)
		vsock_abort(h->intrusion);
	h->troubles++;
	world_trace(h->w, "an intruder dials node%u as router %u", node,
	    scene_router_octet(router));
	h->intrusion = vsock_dial(h->intruder, from, vhost_addr_to(host, from),
	    key, &intrusion_ops, h);
}

/* From one hop away, with all that can be known: that the router's BFD is Down. */
static void
pretend_down(struct history *h, unsigned node, unsigned router)
{
	const struct addr *from = scene_router_addr(h, router);
	struct bfd_datagram d = { .from = *from, .ttl = UINT8_MAX - 1 };
	struct wbuf w = wbuf_of(d.bytes, sizeof(d.bytes));
	struct bfd_view v;

	bfd_host_look(daemon_bfd(h->nodes[node]), from, &v);
	const struct bfd_packet p = { .state = BFD_DOWN,
		.mult = 3,
		.mine = v.yours != 0 ? v.yours : 1,
		.yours = v.mine,
		.min_tx = 50000,
		.min_rx = 50000 };

	bfd_build(&w, &p);
	d.n = w.len;
	d.to = *vhost_addr_to(daemon_host(h->nodes[node]), from);
	bfd_wire_send(h->bfd, h->intruder, &d);
}

void
intruder_dials(struct history *h)
{
	unsigned router = any_router(h), node = any_node(h);

	intrude(h, node, router);
	if (h->bfd != NULL)
		pretend_down(h, node, router);
	go_on(h);
}
