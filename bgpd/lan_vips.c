/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VirtualIPs: what vips.c asks for is carried out here, by l2, vrrp, announce and the
 * addresses of interfaces; and their status is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/secret.h"
#include "bgpd/config/virtual_ip.h"
#include "bgpd/core.h"
#include "bgpd/kernel/addresses.h"
#include "bgpd/l2/l2.h"
#include "bgpd/vip/vip_status.h"
#include "bgpd/vip/vips.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"

#define FIRST_VIP_CHECK \
	16 /* ids of health checks: those below are the node's own */

static const struct labels *
on_labels(void *arg, const char *name)
{
	const struct bgpd *b = arg;
	struct object_key key = { "", name };
	const struct node *node = store_get(b->store, KIND_NODE, &key);

	return node != NULL ? &node->labels : NULL;
}

static const char *
on_secret(void *arg, const char *name, const char *at, size_t *n)
{
	const struct bgpd *b = arg;
	struct object_key key = { b->options.instance.ns, name };
	const struct secret *secret = store_get(b->store, KIND_SECRET, &key);
	const struct secret_value *value =
	    secret != NULL ? secret_get(secret, at) : NULL;

	if (value == NULL)
		return NULL;
	*n = value->length;
	return value->value;
}

struct search { /* for a Node with an address */
	const struct addr *addr;
	const char *found;
};

static bool
search_each(void *arg, const struct object_key *key, const void *item)
{
	struct search *s = arg;
	const struct node *node = item;

	if (node_has_address(node, s->addr))
		s->found = key->name;
	return s->found == NULL;
}

static const char *
on_node_with(void *arg, const struct addr *addr)
{
	const struct bgpd *b = arg;
	struct search s = { addr, NULL };

	store_each(b->store, KIND_NODE, search_each, &s);
	return s.found;
}

static void
on_vips_arm(void *arg, uint64_t at)
{
	bgpd_mark(arg, JOB_VIPS, at);
}

/* What a Service had is given up and taken anew, so that all hear whose it is now. */
static void
take_from_service(struct bgpd *b, const struct addr *addr)
{
	if (!announce_holds(b->announce, addr))
		return;
	l2_unset(b->l2, addr);
	announce_held(b->announce, addr, false);
	bgpd_lan_tell(b, addr, NULL);
}

static void
on_vips_l2(void *arg, const struct lan_want *want)
{
	struct bgpd *b = arg;

	if (b->l2 != NULL)
		take_from_service(b, &want->addr);
	bgpd_l2_set(b, want);
}

/* A Service may want it too, that a VirtualIP went before. */
static void
on_vips_l2_gone(void *arg, const struct addr *addr)
{
	struct bgpd *b = arg;

	if (b->l2 != NULL)
		l2_unset(b->l2, addr);
	announce_want_again(b->announce, addr);
}

static void
on_vips_vrrp(void *arg, const char *name, const struct vips_router *router)
{
	struct bgpd *b = arg;

	if (b->vrrp == NULL)
		return;
	if (router == NULL) {
		vrrp_set(b->vrrp, name, NULL);
		return;
	}
	const struct vip_vrrp *terms = router->terms;
	struct vrrp_config config = {
		.vrid = terms->vrid,
		.version = terms->version,
		.priority = router->priority,
		.interval = terms->interval,
		.preempt_delay = terms->preempt_delay,
		.preempt = terms->preempt,
		.virtual_mac = terms->virtual_mac,
		.fault = router->fault,
		.addrs = (struct addr *)router->addrs,
		.n_addrs = router->n_addrs,
		.peers = terms->peers,
		.n_peers = terms->n_peers,
	};

	memcpy(config.interface, terms->interface, sizeof(config.interface));
	vrrp_set(b->vrrp, name, &config);
}

static void
on_vips_bgp(void *arg, const char *name, const struct virtual_ip *vip)
{
	struct bgpd *b = arg;

	announce_virtual_ip(b->announce, name, vip);
}

static void
on_vips_hold(void *arg, const char *interface, const struct prefix *at, bool on)
{
	bgpd_hold(arg, interface, at, on);
}

static void
on_vips_macvlan(void *arg, const char *name, const struct vips_macvlan *macvlan)
{
	struct bgpd *b = arg;
	struct addresses_macvlan wanted = { 0 };

	if (b->addresses_cleared)
		return;
	if (macvlan != NULL) {
		snprintf(wanted.parent, sizeof(wanted.parent), "%s",
		    macvlan->parent);
		memcpy(wanted.mac, macvlan->mac, sizeof(wanted.mac));
	}
	addresses_want_macvlan(
	    b->addresses, name, macvlan != NULL ? &wanted : NULL);
	bgpd_mark(b, JOB_ADDRESSES, bgpd_now(b));
}

static void
on_vips_judged(void *arg, const struct virtual_ip *vip, const char *why)
{
	bgpd_tell(arg, KIND_VIRTUAL_IP, vip->meta.name, &vip->meta, why);
}

static const struct {
	const char *reason;
	bool warning;
} vip_news[] = {
	[VIPS_HEALTHY] = { "Healthy", false },
	[VIPS_UNHEALTHY] = { "Unhealthy", true },
	[VIPS_HELD] = { "Held", false },
	[VIPS_RELEASED] = { "Released", false },
	[VIPS_CONFLICT] = { "AddressConflict", true },
	[VIPS_GAVE_UP] = { "GaveUp", true },
};

static void
on_vips_event(void *arg, const struct virtual_ip *vip, enum vips_news news,
    const char *text)
{
	struct bgpd *b = arg;
	struct source_event event = { KIND_VIRTUAL_IP, { "", vip->meta.name },
		vip->meta.uid, vip_news[news].warning, vip_news[news].reason,
		text };

	if (vip_news[news].warning)
		log_warn("VirtualIP %s: %s", vip->meta.name, text);
	else
		log_info("VirtualIP %s: %s", vip->meta.name, text);
	if (b->source != NULL && !store_is_recalled(b->store, KIND_VIRTUAL_IP))
		source_event(b->source, &event);
}

/* Of one that several news come of at once the last state is written. */
static void
on_vips_changed(void *arg, const char *name)
{
	struct bgpd *b = arg;

	(void)name;
	bgpd_mark_status(b);
	bgpd_mark(b, JOB_VIP_STATUS, bgpd_now(b));
}

static const struct vips_ops vips_ops = {
	.arm = on_vips_arm,
	.l2 = on_vips_l2,
	.l2_gone = on_vips_l2_gone,
	.recheck = bgpd_l2_recheck,
	.vrrp = on_vips_vrrp,
	.bgp = on_vips_bgp,
	.hold = on_vips_hold,
	.macvlan = on_vips_macvlan,
	.judged = on_vips_judged,
	.event = on_vips_event,
	.changed = on_vips_changed,
};

uint64_t
bgpd_run_vips(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	vips_tick(b->vips);
	return 0;
}

static void
on_vip_status_written(void *arg, const struct source_result *result)
{
	struct write_name *of = arg;

	if (result->code != WRITE_OK && result->code != WRITE_GONE)
		log_warn("VirtualIP %s: its status is not written: %s",
		    of->name, result->message);
	write_end(of);
}

uint64_t
bgpd_run_vip_status(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	struct vip_clocks clocks = { now, clock_wall(b->ports.clock) };
	struct vip_status next;
	uint64_t again = 0;

	if (store_is_recalled(b->store, KIND_VIRTUAL_IP))
		return 0; /* until it is listed: last_state.c */
	while (b->source != NULL &&
	    vip_status_next(b->vips, &clocks, &next, &again)) {
		struct source_write write = { .how = WRITE_STATUS,
			.kind = KIND_VIRTUAL_IP,
			.key = { "", next.name },
			.body = next.body };

		source_write(b->source, &write, on_vip_status_written,
		    writes_begin(&b->writes, next.name));
		free(next.body);
	}
	return again;
}

/* Communities of the configuration, by their names. */
static bool
announce_again(void *arg, const struct vips_view *v)
{
	struct bgpd *b = arg;

	if (v->announced)
		announce_virtual_ip(
		    b->announce, v->object->meta.name, v->object);
	return true;
}

void
bgpd_announce_vips(struct bgpd *b)
{
	vips_each(b->vips, announce_again, b);
}

struct vips *
bgpd_vips_new(struct bgpd *b)
{
	struct vips_env env = { b->options.node, b->ports.clock,
		b->ports.health, FIRST_VIP_CHECK, on_labels, on_secret,
		on_node_with };

	return vips_new(&env, &vips_ops, b);
}
