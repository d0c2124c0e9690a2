/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First comes whether this node is a candidate for the addresses: the object is in
 * force, selects the node, and the node is healthy. `why` is the one answer to that,
 * NULL for a candidate. From it follow the three ways, each by itself:
 *
 *	l2	every address is told to it, with the node's preference or why it may
 *		not: so it knows who else holds it
 *	vrrp	a virtual router is there on each node that is selected; one that is no
 *		candidate is faulty, as is a master on a node that is not selected any
 *		more, until another one has followed
 *	bgp	candidates announce all addresses, and who would be one but for a
 *		drain, until that ends
 *
 * and from what the ways have come to, the interface on which the node has an address
 * (holds). Each step compares what is to be with what is in force, which is kept in
 * struct vip, and tells the owner of the difference. So what an edit takes away is
 * undone by the same lines that would do it when the whole object goes. What is lost is
 * undone for all objects first.
 */
#include "bgpd/vip/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/vip/vip_state.h"
#include "common/alloc.h"
#include "common/fnv.h"
#include "common/text.h"

#define OWN_INTERFACE "lbbgp0"

void
vip_tell(struct vips *v, struct vip *vip)
{
	vip->unsaid = true;
	v->ops->changed(v->arg, vip->name);
}

/* ---- is it a candidate? ---- */

bool
vip_holds(const struct vip *vip)
{
	for (size_t i = 0; i < vip->n_spots; i++)
		if (vip->spots[i].on[0] != '\0')
			return true;
	return vip->master;
}

static bool
selects(const struct virtual_ip *object, const struct labels *labels)
{
	return labels != NULL ? selector_matches(&object->nodes, labels)
			      : !object->nodes.present;
}

int
vip_preference(const struct virtual_ip *object, const struct labels *labels)
{
	const struct labels none = { 0 };

	if (object->l2 == NULL || !selects(object, labels))
		return -1;
	return lan_terms_weight(
	    &object->l2->terms, labels != NULL ? labels : &none);
}

static const char drained[] = "the node is drained";

static const char *
candidate_fault(const struct vips *v, const struct vip *vip, uint64_t now)
{
	if (!vip->in_force)
		return "not in force";
	if (v->leaving)
		return "the node leaves";
	if (!vip->selected)
		return "its nodeSelector does not match this node";
	if (now < vip->given_up_until)
		return "it gave up when a check of the holder failed";
	if (vip->health == CHECK_UNKNOWN)
		return "its health is not known yet";
	if (vip->health == CHECK_DOWN)
		return "a health check fails";
	return v->gives ? drained : NULL;
}

static void
take_health(struct vips *v, struct vip *vip)
{
	enum check_state was = vip->health;
	char text[300];

	vip->health = probes_state(vip->probes);
	if (vip->health == CHECK_DOWN && was != CHECK_DOWN &&
	    probes_fault(vip->probes, text, sizeof(text)))
		v->ops->event(v->arg, vip->object, VIPS_UNHEALTHY, text);
	else if (vip->health == CHECK_UP && was == CHECK_DOWN)
		v->ops->event(v->arg, vip->object, VIPS_HEALTHY,
		    "its health checks hold again");
}

static void
give_up(struct vips *v, struct vip *vip, uint64_t now)
{
	char text[300];

	if (now < vip->given_up_until || !vip_holds(vip) ||
	    !probes_holder_failed(vip->probes))
		return;
	vip->given_up_until = now + VIPS_GIVEN_UP;
	if (probes_fault(vip->probes, text, sizeof(text)))
		v->ops->event(v->arg, vip->object, VIPS_GAVE_UP, text);
}

/* Health is asked only where somebody can make use of it. */
static void
judge(struct vips *v, struct vip *vip, uint64_t now)
{
	const struct labels *labels = v->env.labels(v->arg, v->env.node);
	bool asks;

	vip->selected = vip->in_force && selects(vip->object, labels);
	asks = vip->selected && !v->leaving;
	probes_select(vip->probes, asks, asks && vip_holds(vip), now);
	probes_tick(vip->probes, now);
	take_health(v, vip);
	give_up(v, vip, now);
	vip->why = candidate_fault(v, vip, now);
}

/* ---- by l2 ---- */

static void
l2_unset(struct vips *v, struct vip_spot *spot)
{
	if (!spot->wanted)
		return;
	spot->wanted = false;
	spot->on[0] = '\0';
	spot->has_conflict = false;
	xreplace(&spot->holder, NULL);
	v->ops->l2_gone(v->arg, &spot->at.addr);
}

static void
l2_set(struct vips *v, struct vip *vip, struct vip_spot *spot, int preference)
{
	const struct lan_want want = { .addr = spot->at.addr,
		.terms = &vip->object->l2->terms,
		.always = vip->object->l2->always,
		.preference = preference,
		.why_not = vip->why };

	if (spot->wanted && !vip->edited && spot->preference == preference &&
	    text_eq(spot->why_not, vip->why))
		return;
	spot->wanted = true;
	spot->preference = preference;
	spot->why_not = vip->why;
	v->ops->l2(v->arg, &want);
}

static void
settle_l2(struct vips *v, struct vip *vip)
{
	bool is_l2 = vip->in_force && vip->object->l2 != NULL;
	int preference = is_l2 && vip->why == NULL
	    ? vip_preference(vip->object, v->env.labels(v->arg, v->env.node))
	    : -1;

	for (size_t i = 0; i < vip->n_spots; i++)
		if (is_l2)
			l2_set(v, vip, &vip->spots[i], preference);
		else
			l2_unset(v, &vip->spots[i]);
}

/* ---- by vrrp ---- */

static uint8_t
router_priority(const struct vips *v, const struct vip *vip)
{
	const struct vip_vrrp *vrrp = vip->object->vrrp;
	const struct labels *labels = v->env.labels(v->arg, v->env.node);
	const struct labels none = { 0 };
	unsigned priority = vrrp->priority;
	unsigned lowered = probes_lowered(vip->probes);

	for (size_t i = 0; i < vrrp->n_priorities; i++)
		if (selector_matches(&vrrp->priorities[i].nodes,
			labels != NULL ? labels : &none)) {
			priority = vrrp->priorities[i].priority;
			break;
		}
	return (uint8_t)(lowered < priority ? priority - lowered : 1);
}

static struct vip_router_place
router_place(const struct vip *vip)
{
	struct vip_router_place place = { .vrid = vip->object->vrrp->vrid,
		.family = vip->object->addrs[0].addr.family };

	memcpy(place.interface, vip->object->vrrp->interface,
	    sizeof(place.interface));
	return place;
}

static void
router_unset(struct vips *v, struct vip *vip)
{
	if (!vip->routed)
		return;
	vip->routed = vip->master = false;
	vip->router_state = NULL;
	v->ops->vrrp(v->arg, vip->name, NULL);
}

/* Another number, or on another interface, is another virtual router. */
static bool
router_stays(const struct vip *vip)
{
	if (vip->object == NULL || vip->object->vrrp == NULL || !vip->in_force)
		return false;
	struct vip_router_place place = router_place(vip);

	return strcmp(place.interface, vip->place.interface) == 0 &&
	    place.vrid == vip->place.vrid && place.family == vip->place.family;
}

static void
router_set(struct vips *v, struct vip *vip, uint8_t priority)
{
	struct addr *addrs = xcalloc(vip->n_spots, sizeof(*addrs));

	for (size_t i = 0; i < vip->n_spots; i++)
		addrs[i] = vip->spots[i].at.addr;
	vip->routed = true;
	vip->place = router_place(vip);
	vip->priority = priority;
	vip->fault = vip->why;
	v->ops->vrrp(v->arg, vip->name,
	    &(struct vips_router){
		vip->object->vrrp, addrs, vip->n_spots, priority, vip->fault });
	free(addrs);
}

static bool
is_router(const struct vip *vip)
{
	if (vip->object == NULL || vip->object->vrrp == NULL || !vip->in_force)
		return false;
	return vip->selected || vip->master;
}

static void
settle_vrrp(struct vips *v, struct vip *vip)
{
	if (!is_router(vip)) {
		router_unset(v, vip);
		return;
	}
	uint8_t priority = router_priority(v, vip);

	if (!vip->routed || vip->edited || vip->priority != priority ||
	    !text_eq(vip->fault, vip->why))
		router_set(v, vip, priority);
}

/* ---- by bgp ---- */

static bool
announces(const struct vips *v, const struct vip *vip)
{
	if (vip->object == NULL || vip->object->bgp == NULL)
		return false;
	return vip->why == NULL || (vip->why == drained && !v->silent) ||
	    (v->returns && vip->announced && vip->selected);
}

/* Routers are told before the address goes from its interface, and after it came. */
static void
settle_bgp_and_holds(struct vips *v, struct vip *vip)
{
	bool is = announces(v, vip);
	bool begins = is && (!vip->announced || vip->edited);

	if (vip->announced && !is)
		v->ops->bgp(v->arg, vip->name, NULL);
	vip->announced = is;
	vip_settle_holds(v, vip);
	if (begins)
		v->ops->bgp(v->arg, vip->name, vip->object);
}

/* ---- the interface that has them ---- */

/* RFC 9568 7.3. */
static void
virtual_mac(const struct vip *vip, uint8_t mac[6])
{
	bool v6 = vip->spots[0].at.addr.family == FAMILY_V6;

	memcpy(mac, (uint8_t[]){ 0, 0, 0x5e, 0, v6 ? 2 : 1, 0 }, 6);
	mac[5] = vip->object->vrrp->vrid;
}

/* "vrrp4.51-1a2b": a number may be there once for each family and interface. */
static void
macvlan_name(const struct vip *vip, char name[VIP_INTERFACE])
{
	const struct vip_vrrp *vrrp = vip->object->vrrp;
	uint64_t hash =
	    fnv_add(FNV_START, vrrp->interface, strlen(vrrp->interface));

	snprintf(name, VIP_INTERFACE, "vrrp%d.%u-%04x",
	    vip->spots[0].at.addr.family == FAMILY_V6 ? 6 : 4, vrrp->vrid,
	    (unsigned)(hash & 0xffff));
}

static bool
accepts(const struct vip *vip)
{
	return vip->master && vip->object->vrrp != NULL &&
	    vip->object->vrrp->accept;
}

/* Before the addresses come, and after they have gone. */
static void
macvlan_set(struct vips *v, struct vip *vip, const char *name)
{
	struct vips_macvlan macvlan = { 0 };

	if (strcmp(vip->macvlan, name) == 0)
		return;
	if (vip->macvlan[0] != '\0')
		v->ops->macvlan(v->arg, vip->macvlan, NULL);
	snprintf(vip->macvlan, VIP_INTERFACE, "%s", name);
	if (name[0] == '\0')
		return;
	macvlan.parent = vip->object->vrrp->interface;
	virtual_mac(vip, macvlan.mac);
	v->ops->macvlan(v->arg, name, &macvlan);
}

/* "" where the node is not to have it. */
static void
hold_where(const struct vip *vip, const struct vip_spot *spot,
    char name[VIP_INTERFACE])
{
	const char *where = "";

	if (spot->on[0] != '\0')
		where = spot->on;
	else if (accepts(vip))
		where = vip->macvlan[0] != '\0' ? vip->macvlan
						: vip->object->vrrp->interface;
	if (vip->announced ||
	    (where[0] != '\0' && vip->object->bgp != NULL &&
		vip->macvlan[0] == '\0'))
		where = OWN_INTERFACE;
	if (where[0] != '\0' && vip->object->interface[0] != '\0')
		where = vip->object->interface;
	snprintf(name, VIP_INTERFACE, "%s", where);
}

/* The new one has it before the old one loses it. */
static void
hold_on(struct vips *v, struct vip_spot *spot, const char *name)
{
	char was[VIP_INTERFACE];

	if (strcmp(spot->held, name) == 0)
		return;
	memcpy(was, spot->held, sizeof(was));
	snprintf(spot->held, sizeof(spot->held), "%s", name);
	if (name[0] != '\0')
		v->ops->hold(v->arg, name, &spot->at, true);
	if (was[0] != '\0')
		v->ops->hold(v->arg, was, &spot->at, false);
}

void
vip_settle_holds(struct vips *v, struct vip *vip)
{
	char name[VIP_INTERFACE] = "";
	bool has_mac = vip->object != NULL && vip->object->vrrp != NULL &&
	    vip->object->vrrp->virtual_mac && vip->routed && vip->master;

	if (has_mac) {
		macvlan_name(vip, name);
		macvlan_set(v, vip, name);
	}
	for (size_t i = 0; i < vip->n_spots; i++) {
		char where[VIP_INTERFACE] = "";

		if (vip->object != NULL)
			hold_where(vip, &vip->spots[i], where);
		hold_on(v, &vip->spots[i], where);
	}
	if (!has_mac)
		macvlan_set(v, vip, "");
}

/* ---- all of it ---- */

static void
spot_drop(struct vips *v, struct vip_spot *spot)
{
	l2_unset(v, spot);
	hold_on(v, spot, "");
	free(spot->holder);
	*spot = (struct vip_spot){ 0 };
}

/* One of the same address goes on as it is, but for another length on the interface. */
static struct vip_spot
spot_inherit(
    struct vips *v, struct vip *vip, const struct prefix *at, uint64_t now)
{
	for (size_t i = 0; i < vip->n_spots; i++) {
		struct vip_spot is = vip->spots[i];

		if (!addr_eq(&is.at.addr, &at->addr))
			continue;
		vip->spots[i] = (struct vip_spot){ 0 };
		if (is.at.len != at->len)
			hold_on(v, &is, "");
		is.at = *at;
		return is;
	}
	return (struct vip_spot){ .at = *at, .since = now };
}

static void
spots_set(struct vips *v, struct vip *vip, uint64_t now)
{
	size_t n = vip->object != NULL ? vip->object->n_addrs : 0;
	struct vip_spot *spots = xcalloc(n, sizeof(*spots));

	for (size_t i = 0; i < n; i++)
		spots[i] = spot_inherit(v, vip, &vip->object->addrs[i], now);
	for (size_t i = 0; i < vip->n_spots; i++)
		spot_drop(v, &vip->spots[i]);
	free(vip->spots);
	vip->spots = spots;
	vip->n_spots = n;
}

void
vip_settle_losses(struct vips *v, struct vip *vip, uint64_t now)
{
	if (vip->object == NULL)
		vip->in_force = false;
	if (vip->edited)
		spots_set(v, vip, now);
	for (size_t i = 0; !vip->in_force && i < vip->n_spots; i++)
		l2_unset(v, &vip->spots[i]);
	if (vip->routed && !router_stays(vip))
		router_unset(v, vip);
}

void
vip_settle(struct vips *v, struct vip *vip, uint64_t now)
{
	const char *was = vip->why;

	vip->dirty = false; /* it may be marked again from within */
	if (vip->object != NULL)
		judge(v, vip, now);
	else
		vip->selected = false;
	settle_l2(v, vip);
	settle_vrrp(v, vip);
	settle_bgp_and_holds(v, vip);
	if (vip->object != NULL && (vip->edited || !text_eq(was, vip->why)))
		vip_tell(v, vip);
	vip->edited = false;
}
