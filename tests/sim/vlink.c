/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link has a list of the frames under way, by the time at which they arrive. Each
 * node has a port whose functions write down what was asked of them; a frame is parsed
 * on its way out, so that none is malformed unnoticed, and put into the list once for
 * each node that it reaches. Time passes by the millisecond: first the timers that are
 * due, then the frames, then whoever looks at it all.
 */
#include "tests/sim/vlink.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/vrrp/vrrp_msg.h"
#include "common/alloc.h"
#include "common/err.h"

struct addr
vaddr(const char *text)
{
	struct addr a;
	bool good = addr_parse(text, &a);

	assert(good);
	(void)good;
	return a;
}

/* ---- the link ---- */

static void
frame_add(struct vlink *l, unsigned to, const uint8_t *bytes, size_t n)
{
	struct vframe *f = xcalloc(1, sizeof(*f)), *after = NULL, *one;

	f->at = l->t + (l->delay > 0 ? rng_below(&l->rng, l->delay) : 0);
	f->to = to;
	f->n = n;
	memcpy(f->bytes, bytes, n);
	DL_FOREACH (l->frames, one)
		if (one->at <= f->at)
			after = one;
	if (after == NULL)
		DL_PREPEND(l->frames, f);
	else
		DL_APPEND_ELEM(l->frames, after, f);
}

static bool
passes(struct vlink *l, unsigned from, unsigned to)
{
	return from != to && !l->cut[from][to] && l->nodes[to].vrrp != NULL &&
	    l->nodes[to].eth[0].up && rng_below(&l->rng, 1000) >= l->loss;
}

static void
note_advert(struct vnode *n, const struct frame_ip *ip)
{
	struct vrrp_advert a;
	enum vrrp_fault fault = vrrp_advert_parse(
	    rbuf_of(ip->payload, ip->n), &ip->src, &ip->dst, &a);

	assert(fault == VRRP_GOOD);
	(void)fault;
	n->adverts++;
	n->zeros += a.priority == 0;
	n->priority = a.priority;
	n->plain = a.plain;
}

/* What a node says is well formed, or the test fails here. */
static void
note(struct vnode *n, const uint8_t *bytes, size_t size)
{
	struct frame f;
	bool good = frame_parse(bytes, size, &f);

	assert(good);
	(void)good;
	n->from = f.from;
	if (f.kind == FRAME_VRRP)
		note_advert(n, &f.ip);
	if (f.kind == FRAME_ARP) {
		n->arps++;
		n->arp = f.arp;
	}
	if (f.kind == FRAME_NEIGHBOR) {
		n->adverts_na++;
		n->neighbor = f.neighbor;
	}
}

/* ---- a node's port ---- */

static void
on_send(void *arg, int index, const uint8_t *bytes, size_t size)
{
	struct vnode *n = arg;
	struct vlink *l = n->link;

	assert(index == VLINK_INDEX);
	note(n, bytes, size);
	for (unsigned to = 0; n->eth[0].up && to < VLINK_NODES; to++)
		if (passes(l, n->id, to))
			frame_add(l, to, bytes, size);
}

static void
on_send_vrrp(void *arg, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *bytes, size_t size)
{
	struct vnode *n = arg;
	struct vlink *l = n->link;
	struct frame_ip ip = { *src, *dst, FRAME_PROTOCOL_VRRP, 255, bytes,
		size };
	uint8_t out[FRAME_MAX];
	unsigned to = dst->bytes[dst->family == FAMILY_V4 ? 3 : 15] - 1u;
	size_t whole;

	assert(index == VLINK_INDEX && to < VLINK_NODES);
	whole =
	    frame_put_ip(out, &n->eth[0].mac, &l->nodes[to].eth[0].mac, &ip);
	note(n, out, whole);
	n->unicasts++;
	if (passes(l, n->id, to))
		frame_add(l, to, out, whole);
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	struct vnode *n = arg;
	char text[ADDR_TEXT];
	size_t at = strlen(n->groups);

	assert(index == VLINK_INDEX);
	snprintf(n->groups + at, sizeof(n->groups) - at, "%c%s ",
	    in ? '+' : '-', addr_print(group, text));
}

static void
on_hush(void *arg, int index, bool on)
{
	struct vnode *n = arg;
	size_t at = strlen(n->hushes);

	snprintf(n->hushes + at, sizeof(n->hushes) - at, "%c%d ",
	    on ? '+' : '-', index);
}

static void
on_arm(void *arg, uint64_t at)
{
	((struct vnode *)arg)->armed = at;
}

static void
on_state(void *arg, const char *name, enum vrrp_state state, const char *why)
{
	struct vnode *n = arg;

	snprintf(n->told, sizeof(n->told), "%s %s: %s", name,
	    vrrp_state_name(state), why);
}

static void
on_listens(void *arg)
{
	((struct vnode *)arg)->changes_of_listening++;
}

static const struct vrrp_ops ops = { on_arm, on_state, on_listens };

/* ---- a node ---- */

void
vnode_has(struct vnode *n, unsigned eth, const char *prefix)
{
	struct interface *at = &n->eth[eth];
	struct err err;
	bool good = prefix_parse(prefix, &n->at[eth][at->n], &err);

	assert(good && at->n < 8);
	(void)good;
	at->n++;
}

void
vnode_change(struct vnode *n)
{
	vrrp_interfaces(n->vrrp, n->eth, n->n_eth);
}

void
vnode_start(struct vnode *n)
{
	n->vrrp = vrrp_new(&n->link->clock, &n->port, &ops, n);
	n->armed = 0;
	n->frozen = false;
	vnode_change(n);
}

void
vnode_kill(struct vnode *n)
{
	vrrp_free(n->vrrp);
	n->vrrp = NULL;
	n->armed = 0;
}

void
vnode_frame(struct vnode *n, const uint8_t *bytes, size_t size)
{
	struct frame f;

	if (frame_parse(bytes, size, &f))
		vrrp_frame(n->vrrp, VLINK_INDEX, &f);
}

static void
node_make(struct vlink *l, unsigned id)
{
	struct vnode *n = &l->nodes[id];
	char text[PREFIX_TEXT];

	n->link = l;
	n->id = id;
	n->port = (struct link_port){ .send = on_send,
		.send_vrrp = on_send_vrrp,
		.join = on_join,
		.hush = on_hush,
		.arg = n };
	for (unsigned e = 0; e < 2; e++)
		n->eth[e] = (struct interface){ .index = VLINK_INDEX + (int)e,
			.up = true,
			.at = n->at[e],
			.mac = { { 2, 0, 0, 0, (uint8_t)e, (uint8_t)id } } };
	strcpy(n->eth[0].name, "eth0");
	strcpy(n->eth[1].name, "eth1");
	n->n_eth = 1;
	snprintf(text, sizeof(text), "192.0.2.%u/24", id + 1);
	vnode_has(n, 0, text);
	snprintf(text, sizeof(text), "2001:db8::%x/64", id + 1);
	vnode_has(n, 0, text);
	snprintf(text, sizeof(text), "fe80::%x/64", id + 1);
	vnode_has(n, 0, text);
	vnode_start(n);
}

/* ---- time ---- */

static uint64_t
clock_read(void *arg)
{
	return ((struct vlink *)arg)->t;
}

static int64_t
clock_read_wall(void *arg)
{
	return (int64_t)((struct vlink *)arg)->t;
}

struct vlink *
vlink_new(unsigned nodes, uint64_t seed)
{
	struct vlink *l = xcalloc(1, sizeof(*l));

	l->t = 1000;
	l->clock = (struct clock){ clock_read, clock_read_wall, l };
	rng_init(&l->rng, seed);
	for (unsigned i = 0; i < nodes; i++)
		node_make(l, i);
	return l;
}

void
vlink_free(struct vlink *l)
{
	struct vframe *f, *tmp;

	for (unsigned i = 0; i < VLINK_NODES; i++)
		vnode_kill(&l->nodes[i]);
	DL_FOREACH_SAFE (l->frames, f, tmp)
		free(f);
	free(l);
}

static bool
is_awake(const struct vnode *n)
{
	return n->vrrp != NULL && !n->frozen;
}

static void
tick(struct vnode *n)
{
	if (is_awake(n) && n->armed != 0 && n->armed <= n->link->t)
		vrrp_tick(n->vrrp);
}

/* The timer first: the worst order in which a process can find its events. */
void
vnode_thaw(struct vnode *n)
{
	n->frozen = false;
	tick(n);
}

static struct vframe *
next_frame(struct vlink *l)
{
	struct vframe *f;

	DL_FOREACH (l->frames, f)
		if (f->at <= l->t && !l->nodes[f->to].frozen)
			return f;
	return NULL;
}

static void
deliver(struct vlink *l, struct vframe *f)
{
	struct vnode *n = &l->nodes[f->to];

	DL_DELETE(l->frames, f);
	if (n->vrrp != NULL)
		vnode_frame(n, f->bytes, f->n);
	free(f);
}

static void
step(struct vlink *l)
{
	struct vframe *f;

	for (unsigned i = 0; i < VLINK_NODES; i++)
		tick(&l->nodes[i]);
	while ((f = next_frame(l)) != NULL)
		deliver(l, f);
	if (l->look != NULL)
		l->look(l->look_arg);
}

/* One millisecond after the other: the timers are of that grain. */
void
vlink_run(struct vlink *l, uint64_t ms)
{
	uint64_t end = l->t + ms;

	for (; l->t < end; l->t++)
		step(l);
	step(l);
}

/* ---- configurations and questions ---- */

struct vrrp_config
vconfig(uint8_t priority)
{
	static struct addr vip;

	vip = vaddr("192.0.2.100");
	return (struct vrrp_config){ .interface = "eth0",
		.vrid = 51,
		.version = 3,
		.priority = priority,
		.interval = 1000,
		.preempt = true,
		.addrs = &vip,
		.n_addrs = 1 };
}

struct vrrp_config
vconfig_v6(uint8_t priority)
{
	static struct addr vips[2];
	struct vrrp_config c = vconfig(priority);

	vips[0] = vaddr("2001:db8::64");
	vips[1] = vaddr("fe80::64");
	c.addrs = vips;
	c.n_addrs = 2;
	return c;
}

struct search {
	const char *name;
	struct vrrp_view view;
};

static bool
on_view(void *arg, const struct vrrp_view *v)
{
	struct search *s = arg;

	if (strcmp(v->name, s->name) != 0)
		return true;
	s->view = *v;
	return false;
}

struct vrrp_view
vnode_view(const struct vnode *n, const char *name)
{
	struct search s = { .name = name };

	if (n->vrrp != NULL)
		vrrp_each(n->vrrp, on_view, &s);
	return s.view;
}

enum vrrp_state
vnode_state(const struct vnode *n, const char *name)
{
	return vnode_view(n, name).state;
}
