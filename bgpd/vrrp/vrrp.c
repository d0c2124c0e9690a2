/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All virtual routers of the node. place.c says where each one is and whether it can
 * take part, vrouter.c what it does there; here each frame finds the one it is for.
 *
 * Every call from outside ends in settle(), which compares what follows from the states
 * (interfaces listened to and hushed, groups joined, the one timer) with what was asked
 * for before, and tells the owner last what has changed. So a virtual router only
 * changes itself, and an owner that answers a change with another call finds all in
 * order.
 *
 * They are few, a node has some dozens at most, so lists are walked.
 */
#include "bgpd/vrrp/vrrp.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/link/frame.h"
#include "bgpd/link/link_port.h"
#include "bgpd/vrrp/memberships.h"
#include "bgpd/vrrp/place.h"
#include "bgpd/vrrp/vrouter.h"
#include "common/alloc.h"

/* The indexes of interfaces, sorted. */
struct indexes {
	int *of; /* owned */
	size_t n;
};

struct vrrp {
	struct vrouter_common common;
	const struct vrrp_ops *ops; /* borrowed */
	void *arg;
	struct vrrp_counters counters;
	struct vrouter *all; /* owned */
	struct memberships *memberships;
	struct interface *interfaces; /* owned, with their addresses */
	size_t n_interfaces;
	struct indexes listens; /* … and are hushed */
	uint64_t armed;         /* as told */
	bool leaving;
};

struct vrrp *
vrrp_new(const struct clock *clock, const struct link_port *port,
    const struct vrrp_ops *ops, void *arg)
{
	struct vrrp *v = xcalloc(1, sizeof(*v));

	v->common = (struct vrouter_common){ clock, port, &v->counters };
	v->ops = ops;
	v->arg = arg;
	v->memberships = memberships_new(port);
	return v;
}

static void
interfaces_forget(struct vrrp *v)
{
	for (size_t i = 0; i < v->n_interfaces; i++)
		free(v->interfaces[i].at);
	free(v->interfaces);
	v->interfaces = NULL;
	v->n_interfaces = 0;
}

void
vrrp_free(struct vrrp *v)
{
	struct vrouter *r, *tmp;

	if (v == NULL)
		return;
	DL_FOREACH_SAFE (v->all, r, tmp)
		vrouter_free(r);
	interfaces_forget(v);
	memberships_free(v->memberships);
	free(v->listens.of);
	free(v);
}

/* What follows from the states, after each call from outside. */

static int
by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static bool
is_there(const struct vrouter *r)
{
	return r->place.index != 0;
}

static struct indexes
indexes_of_all(const struct vrrp *v)
{
	struct indexes x = { 0 };
	const struct vrouter *r;
	size_t n = 0;

	DL_FOREACH (v->all, r) {
		if (!is_there(r))
			continue;
		x.of = xrealloc(x.of, n + 1, sizeof(x.of[0]));
		x.of[n++] = r->place.index;
	}
	if (n > 0)
		qsort(x.of, n, sizeof(x.of[0]), by_number);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || x.of[i] != x.of[i - 1])
			x.of[x.n++] = x.of[i];
	return x;
}

static bool
indexes_eq(const struct indexes *a, const struct indexes *b)
{
	return a->n == b->n &&
	    (a->n == 0 || memcmp(a->of, b->of, a->n * sizeof(a->of[0])) == 0);
}

static bool
indexes_have(const struct indexes *x, int index)
{
	return x->n > 0 &&
	    bsearch(&index, x->of, x->n, sizeof(x->of[0]), by_number) != NULL;
}

/*
 * The kernel answers on no link for addresses that it has on other interfaces: a backup
 * may have one of the virtual router's, which it announces to BGP peers, and the
 * interface of a virtual MAC has them beside its parent.
 */
static void
hush(const struct vrrp *v, const struct indexes *was, const struct indexes *now)
{
	const struct link_port *port = v->common.port;

	for (size_t i = 0; i < now->n; i++)
		if (!indexes_have(was, now->of[i]))
			port->hush(port->arg, now->of[i], true);
	for (size_t i = 0; i < was->n; i++)
		if (!indexes_have(now, was->of[i]))
			port->hush(port->arg, was->of[i], false);
}

static void
settle_listens(struct vrrp *v)
{
	struct indexes was = v->listens;

	v->listens = indexes_of_all(v);
	if (!indexes_eq(&was, &v->listens))
		v->ops->listens(v->arg);
	hush(v, &was, &v->listens);
	free(was.of);
}

/* VRRP's own, and of who answers those to which its IPv6 addresses are asked for. */
static void
settle_groups(struct vrrp *v)
{
	const struct vrouter *r;

	DL_FOREACH (v->all, r) {
		enum family family = vrrp_config_family(&r->config);
		struct addr group = vrrp_group(family);

		if (!is_there(r))
			continue;
		if (r->config.n_peers == 0)
			memberships_want(
			    v->memberships, r->place.index, &group);
		if (!vrrp_has_addrs(r->state) || family != FAMILY_V6)
			continue;
		for (size_t i = 0; i < r->config.n_addrs; i++) {
			group = frame_solicited_node(&r->config.addrs[i]);
			memberships_want(
			    v->memberships, r->place.index, &group);
		}
	}
	memberships_settle(v->memberships);
}

static void
settle_timer(struct vrrp *v)
{
	uint64_t at = UINT64_MAX;
	const struct vrouter *r;

	DL_FOREACH (v->all, r)
		if (vrouter_due(r) < at)
			at = vrouter_due(r);
	at = at == UINT64_MAX ? 0 : at;
	if (at == v->armed)
		return;
	v->armed = at;
	v->ops->arm(v->arg, at);
}

/* From the start each time: whoever is told may take one away. */
static void
tell(struct vrrp *v)
{
	struct vrouter *r;

	do {
		DL_FOREACH (v->all, r)
			if (r->news)
				break;
		if (r != NULL) {
			r->news = false;
			v->ops->state(v->arg, r->name, r->state, r->why);
		}
	} while (r != NULL);
}

static void
settle(struct vrrp *v)
{
	settle_listens(v);
	settle_groups(v);
	settle_timer(v);
	tell(v);
}

/* What comes in. */

static void
place_all(struct vrrp *v)
{
	struct vrouter *r;

	DL_FOREACH (v->all, r) {
		struct vrouter_place p =
		    place_of(r, v->all, v->interfaces, v->n_interfaces);

		p.leaving = v->leaving;
		if (v->leaving)
			p.fault = "this node leaves";
		vrouter_move(r, &p);
	}
}

static struct vrouter *
find(const struct vrrp *v, const char *name)
{
	struct vrouter *r;

	DL_FOREACH (v->all, r)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

static void
forget(struct vrrp *v, struct vrouter *r)
{
	if (r == NULL)
		return;
	vrouter_stop(r, "it is not wanted any more");
	DL_DELETE(v->all, r);
	vrouter_free(r);
}

void
vrrp_set(struct vrrp *v, const char *name, const struct vrrp_config *c)
{
	struct vrouter *r = find(v, name);

	if (c == NULL) {
		forget(v, r);
	} else {
		if (r == NULL) {
			r = vrouter_new(name, &v->common);
			DL_APPEND(v->all, r);
		}
		vrouter_configure(r, c);
	}
	place_all(v);
	settle(v);
}

void
vrrp_interfaces(struct vrrp *v, const struct interface *interfaces, size_t n)
{
	interfaces_forget(v);
	v->interfaces = xcalloc(n, sizeof(v->interfaces[0]));
	for (size_t i = 0; i < n; i++) {
		struct interface *copy = &v->interfaces[v->n_interfaces++];

		*copy = interfaces[i];
		copy->at = xcalloc(copy->n, sizeof(copy->at[0]));
		for (size_t j = 0; j < copy->n; j++)
			copy->at[j] = interfaces[i].at[j];
	}
	place_all(v);
	settle(v);
}

static struct vrouter *
whose(const struct vrrp *v, int index, uint8_t vrid, enum family family)
{
	struct vrouter *r;

	DL_FOREACH (v->all, r)
		if (r->place.index == index && r->config.vrid == vrid &&
		    vrrp_config_family(&r->config) == family)
			return r;
	return NULL;
}

static enum vrrp_fault
hear(struct vrrp *v, int index, const struct frame_ip *ip)
{
	struct vrrp_advert a;
	enum vrrp_fault fault;
	struct vrouter *r;

	fault = vrrp_advert_parse(
	    rbuf_of(ip->payload, ip->n), &ip->src, &ip->dst, &a);
	r = whose(v, index, a.vrid, ip->src.family);
	if (fault != VRRP_GOOD && r != NULL)
		vrouter_complain(r, fault, &ip->src);
	if (fault != VRRP_GOOD)
		return fault;
	return r == NULL ? VRRP_VRID : vrouter_hear(r, &a, ip);
}

void
vrrp_frame(struct vrrp *v, int index, const struct frame *f)
{
	const struct vrouter *r;

	if (f->kind == FRAME_VRRP) {
		enum vrrp_fault fault = hear(v, index, &f->ip);

		v->counters.received += fault == VRRP_GOOD;
		v->counters.refused[fault] += fault != VRRP_GOOD;
		settle(v);
		return;
	}
	DL_FOREACH (v->all, r)
		if (r->place.index == index)
			vrouter_answer(r, f);
}

void
vrrp_tick(struct vrrp *v)
{
	struct vrouter *r;

	v->armed = 0; /* it may have come early, and has to come again */
	DL_FOREACH (v->all, r)
		vrouter_tick(r);
	settle(v);
}

void
vrrp_leave(struct vrrp *v)
{
	v->leaving = true;
	place_all(v);
	settle(v);
}

bool
vrrp_is_idle(const struct vrrp *v)
{
	const struct vrouter *r;

	DL_FOREACH (v->all, r)
		if (r->state == VRRP_YIELDING)
			return false;
	return true;
}

/* Views. */

size_t
vrrp_listens(const struct vrrp *v, int *out, size_t max)
{
	for (size_t i = 0; i < v->listens.n && i < max; i++)
		out[i] = v->listens.of[i];
	return v->listens.n;
}

static struct vrrp_view
view_of(const struct vrouter *r)
{
	return (struct vrrp_view){ .name = r->name,
		.interface = r->config.interface,
		.vrid = r->config.vrid,
		.version = r->config.version,
		.priority = r->config.priority,
		.state = r->state,
		.why = r->why,
		.since = r->since,
		.source = r->place.source,
		.master = r->master.addr,
		.master_priority = r->master.priority,
		.interval = r->state == VRRP_BACKUP ? r->master.interval
						    : r->config.interval,
		.transitions = r->transitions };
}

void
vrrp_each(const struct vrrp *v,
    bool (*each)(void *arg, const struct vrrp_view *), void *arg)
{
	const struct vrouter *r;

	DL_FOREACH (v->all, r) {
		struct vrrp_view view = view_of(r);

		if (!each(arg, &view))
			return;
	}
}

const struct vrrp_counters *
vrrp_counters(const struct vrrp *v)
{
	return &v->counters;
}
