/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The books: every VirtualIP by its name, and which of them has which address.
 *
 * Changes of objects and of our own labels only mark: vips_tick() looks at who has what
 * (vip_claims.c) and settles what is marked (settle.c), so that many changes cost one
 * round, and nothing is called back from within l2 or vrrp. Answers of health checks
 * are settled at once, as somebody waits for the takeover; news of l2 and vrrp as far
 * as the interface goes that has the address, the rest with the next tick.
 *
 * An object that is gone stays in the books until the tick, which undoes what is in
 * force of it.
 */
#include "bgpd/vip/vips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/vip/settle.h"
#include "bgpd/vip/vip_claims.h"
#include "bgpd/vip/vip_state.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/text.h"

static uint64_t
now_of(const struct vips *v)
{
	return clock_now(v->env.clock);
}

static void
soon(struct vips *v)
{
	if (v->running)
		v->ops->arm(v->arg, now_of(v));
}

/* ---- objects ---- */

static struct vip *
vip_find(const struct vips *v, const char *name)
{
	struct vip *vip;

	HASH_FIND_STR(v->all, name, vip);
	return vip;
}

static struct vip *
vip_make(struct vips *v, const char *name)
{
	struct vip *vip = xcalloc(1, sizeof(*vip));

	vip->name = xstrdup(name);
	vip->probes = probes_new(&v->probing);
	HASH_ADD_KEYPTR(hh, v->all, vip->name, strlen(vip->name), vip);
	return vip;
}

static void
vip_drop(struct vips *v, struct vip *vip)
{
	HASH_DEL(v->all, vip);
	probes_free(vip->probes);
	for (size_t i = 0; i < vip->n_spots; i++)
		free(vip->spots[i].holder);
	free(vip->spots);
	free(vip->rival);
	free(vip->name);
	free(vip);
}

void
vips_changed(
    struct vips *v, const struct virtual_ip *was, const struct virtual_ip *is)
{
	const char *name = is != NULL ? is->meta.name : was->meta.name;
	struct vip *vip = vip_find(v, name);

	if (vip == NULL && is == NULL)
		return;
	if (vip == NULL)
		vip = vip_make(v, name);
	vip->object = is;
	if (is != NULL)
		probes_set(vip->probes, is->checks, is->n_checks, is->any);
	else
		probes_set(vip->probes, NULL, 0, false);
	vip->edited = vip->dirty = true;
	v->stale = true;
	soon(v);
}

/* ---- who has what ---- */

static int
by_age(const void *a, const void *b)
{
	const struct vip *const *x = a, *const *y = b;

	return meta_age_cmp(&(*x)->object->meta, &(*y)->object->meta);
}

/* Those whose object is there, the oldest first; owned. */
static struct vip **
vips_by_age(const struct vips *v, size_t *n)
{
	struct vip **list = xcalloc(HASH_COUNT(v->all), sizeof(struct vip *));
	struct vip *vip;

	*n = 0;
	for (vip = v->all; vip != NULL; vip = vip->hh.next)
		if (vip->object != NULL)
			list[(*n)++] = vip;
	qsort(list, *n, sizeof(struct vip *), by_age);
	return list;
}

/* Nothing is said of one that was never refused. */
static bool
stands_there(const struct virtual_ip *object, const char *why)
{
	const struct condition *c =
	    conditions_find(&object->conditions, "Accepted");

	if (c != NULL && condition_lags(c, object->meta.generation))
		return false;
	if (why == NULL)
		return c == NULL || strcmp(c->status, "True") == 0;
	return c != NULL && strcmp(c->status, "False") == 0 &&
	    strcmp(c->message, why) == 0;
}

/* Owned; NULL: no node has one of its addresses as its own, as by a slip of the pen. */
static char *
vip_of_a_node(const struct vips *v, const struct virtual_ip *object)
{
	char text[ADDR_TEXT];

	for (size_t i = 0; v->env.node_with != NULL && i < object->n_addrs;
	     i++) {
		const struct addr *addr = &object->addrs[i].addr;
		const char *node = v->env.node_with(v->arg, addr);

		if (node != NULL)
			return xasprintf(
			    "spec.addresses: %s: is an address of Node %s",
			    addr_print(addr, text), node);
	}
	return NULL;
}

static void
vip_claim(struct vips *v, struct vip *vip)
{
	char *why = vip_of_a_node(v, vip->object);
	bool has =
	    why == NULL && vip_claims_take(v->claims, vip->object, vip, &why);

	if (has != vip->in_force)
		vip->dirty = true;
	if ((vip->edited || !text_eq(why, vip->rival)) &&
	    !stands_there(vip->object, why))
		v->ops->judged(v->arg, vip->object, why);
	vip->in_force = has;
	free(vip->rival);
	vip->rival = why;
}

static int
by_name(const struct vip *a, const struct vip *b)
{
	return strcmp(a->name, b->name);
}

static void
claims_refresh(struct vips *v)
{
	size_t n;
	struct vip **list = vips_by_age(v, &n);

	v->stale = false;
	HASH_SRT(hh, v->all, by_name);
	vip_claims_clear(v->claims);
	for (size_t i = 0; i < n; i++)
		vip_claim(v, list[i]);
	free(list);
}

/* What is lost goes first: another may be about to take an address of it. */
static void
settle_marked(struct vips *v, uint64_t now)
{
	struct vip *vip, *next;

	HASH_ITER (hh, v->all, vip, next)
		if (vip->dirty)
			vip_settle_losses(v, vip, now);
	HASH_ITER (hh, v->all, vip, next) {
		if (vip->dirty)
			vip_settle(v, vip, now);
		if (vip->object == NULL)
			vip_drop(v, vip);
	}
}

/* ---- time ---- */

/* When it is to be looked at again; 0: not before a change. */
static uint64_t
vip_tick(struct vips *v, struct vip *vip, uint64_t now)
{
	if (vip->given_up_until != 0 && vip->given_up_until <= now) {
		vip->given_up_until = 0;
		vip->dirty = true;
	}
	uint64_t next = probes_tick(vip->probes, now);

	if (probes_state(vip->probes) != vip->health)
		vip->dirty = true;
	if (vip->dirty)
		vip_settle(v, vip, now);
	return clock_sooner(next, vip->given_up_until);
}

void
vips_tick(struct vips *v)
{
	uint64_t now = now_of(v), next = 0;

	if (!v->running)
		return;
	if (v->stale)
		claims_refresh(v);
	settle_marked(v, now);
	for (struct vip *vip = v->all; vip != NULL; vip = vip->hh.next)
		next = clock_sooner(next, vip_tick(v, vip, now));
	if (next != 0)
		v->ops->arm(v->arg, next);
}

void
vips_start(struct vips *v)
{
	v->running = true;
	soon(v);
}

static void
judge_all(struct vips *v)
{
	for (struct vip *vip = v->all; vip != NULL; vip = vip->hh.next)
		vip->dirty = true;
	if (v->running)
		vips_tick(v);
}

void
vips_drain(struct vips *v, bool gives, bool silent)
{
	v->gives = gives;
	v->silent = silent;
	judge_all(v);
}

static void
leave(struct vips *v)
{
	v->leaving = true;
	judge_all(v);
}

void
vips_leave(struct vips *v)
{
	v->returns = false;
	leave(v);
}

void
vips_restart(struct vips *v)
{
	v->returns = true;
	leave(v);
}

/* ---- news ---- */

void
vips_node_addresses_changed(struct vips *v)
{
	v->stale = true;
	soon(v);
}

void
vips_node_changed(struct vips *v, const char *node, const struct labels *was,
    const struct labels *is)
{
	for (struct vip *vip = v->all; vip != NULL; vip = vip->hh.next) {
		if (strcmp(node, v->env.node) == 0)
			vip->dirty = true;
		else if (vip->object != NULL && vip->in_force &&
		    vip_preference(vip->object, was) !=
			vip_preference(vip->object, is))
			for (size_t i = 0; i < vip->n_spots; i++)
				v->ops->recheck(v->arg, &vip->spots[i].at.addr);
	}
	if (strcmp(node, v->env.node) == 0)
		soon(v);
}

void
vips_answered(struct vips *v, uint32_t id, const char *why)
{
	uint64_t now = now_of(v);

	for (struct vip *vip = v->all; vip != NULL; vip = vip->hh.next)
		if (probes_answer(vip->probes, id, why, now)) {
			if (!v->stale)
				vip_settle(v, vip, now);
			soon(v); /* the next question */
			return;
		}
}

static struct vip_spot *
spot_find(struct vip *vip, const struct addr *a)
{
	for (size_t i = 0; i < vip->n_spots; i++)
		if (addr_eq(&vip->spots[i].at.addr, a))
			return &vip->spots[i];
	return NULL;
}

/* Takes the text. */
static void
event(struct vips *v, struct vip *vip, enum vips_news news, char *text)
{
	v->ops->event(v->arg, vip->object, news, text);
	free(text);
}

static void
take_conflict(
    struct vips *v, struct vip *vip, struct vip_spot *spot, const uint8_t *mac)
{
	bool is_new = mac != NULL &&
	    (!spot->has_conflict || memcmp(spot->conflict, mac, 6) != 0);
	char addr[ADDR_TEXT];

	spot->has_conflict = mac != NULL;
	if (!is_new)
		return;
	memcpy(spot->conflict, mac, 6);
	event(v, vip, VIPS_CONFLICT,
	    xasprintf("%s is used by %02x:%02x:%02x:%02x:%02x:%02x, which is "
		      "no node",
		addr_print(&spot->at.addr, addr), mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]));
}

static void
take_place(struct vips *v, struct vip *vip, struct vip_spot *spot,
    const char *interface)
{
	bool held = interface[0] != '\0';
	char addr[ADDR_TEXT], *text;

	if (strcmp(spot->on, interface) == 0)
		return;
	addr_print(&spot->at.addr, addr);
	text = held
	    ? xasprintf("%s holds %s on %s", v->env.node, addr, interface)
	    : xasprintf(
		  "%s no longer holds %s on %s", v->env.node, addr, spot->on);
	snprintf(spot->on, sizeof(spot->on), "%s", interface);
	spot->since = now_of(v);
	event(v, vip, held ? VIPS_HELD : VIPS_RELEASED, text);
}

void
vips_l2_changed(
    struct vips *v, const struct addr *a, const struct vips_l2_news *news)
{
	struct vip *vip = vip_claims_owner(v->claims, a);
	struct vip_spot *spot =
	    vip != NULL && vip->object != NULL ? spot_find(vip, a) : NULL;

	if (spot == NULL || !spot->wanted)
		return;
	if (!text_eq(spot->holder, news->holder))
		xreplace(&spot->holder, news->holder);
	take_place(
	    v, vip, spot, news->interface != NULL ? news->interface : "");
	take_conflict(v, vip, spot, news->conflict);
	vip_settle_holds(v, vip);
	vip_tell(v, vip);
	vip->dirty = true;
	soon(v);
}

static void
take_mastership(struct vips *v, struct vip *vip, bool master)
{
	if (master == vip->master)
		return;
	vip->master = master;
	for (size_t i = 0; i < vip->n_spots; i++)
		vip->spots[i].since = now_of(v);
	event(v, vip, master ? VIPS_HELD : VIPS_RELEASED,
	    xasprintf("%s is %s master of virtual router %u on %s", v->env.node,
		master ? "the" : "no longer", vip->place.vrid,
		vip->place.interface));
}

void
vips_vrrp_changed(
    struct vips *v, const char *name, bool master, const char *state)
{
	struct vip *vip = vip_find(v, name);

	if (vip == NULL || vip->object == NULL || !vip->routed)
		return;
	vip->router_state = state;
	take_mastership(v, vip, master);
	vip_settle_holds(v, vip);
	vip_tell(v, vip);
	vip->dirty = true;
	soon(v);
}

/* ---- questions ---- */

bool
vips_has(const struct vips *v, const struct addr *a)
{
	const struct vip *vip = vip_claims_owner(v->claims, a);

	return vip != NULL && vip->object != NULL && vip->object->l2 != NULL;
}

int
vips_may(const struct vips *v, const struct addr *a, const char *node)
{
	const struct vip *vip = vip_claims_owner(v->claims, a);

	if (vip == NULL || vip->object == NULL)
		return -1;
	return vip_preference(vip->object, v->env.labels(v->arg, node));
}

static struct vips_view
view_of(const struct vip *vip)
{
	return (struct vips_view){
		.object = vip->object,
		.selected = vip->selected,
		.healthy = vip->health == CHECK_UP,
		.announced = vip->announced,
		.router = vip->routed ? vip->router_state : NULL,
		.why = vip->rival != NULL ? vip->rival : vip->why,
	};
}

bool
vips_find(const struct vips *v, const char *name, struct vips_view *view)
{
	const struct vip *vip = vip_find(v, name);

	if (vip == NULL || vip->object == NULL)
		return false;
	*view = view_of(vip);
	return true;
}

void
vips_each(const struct vips *v, bool (*each)(void *, const struct vips_view *),
    void *arg)
{
	for (const struct vip *vip = v->all; vip != NULL; vip = vip->hh.next) {
		struct vips_view view = view_of(vip);

		if (vip->object != NULL && !each(arg, &view))
			return;
	}
}

bool
vips_place(
    const struct vips *v, const char *name, size_t i, struct vips_place *place)
{
	const struct vip *vip = vip_find(v, name);

	if (vip == NULL || i >= vip->n_spots)
		return false;
	const struct vip_spot *spot = &vip->spots[i];
	const char *on = spot->on[0] != '\0'       ? spot->on
	    : vip->master && spot->held[0] != '\0' ? spot->held
						   : NULL;

	*place = (struct vips_place){ .at = &spot->at,
		.interface = on,
		.holder = vip->master ? v->env.node : spot->holder,
		.since = spot->since,
		.has_conflict = spot->has_conflict };
	memcpy(place->conflict, spot->conflict, sizeof(place->conflict));
	return true;
}

bool
vips_probe(
    const struct vips *v, const char *name, size_t i, struct probe_view *view)
{
	const struct vip *vip = vip_find(v, name);

	return vip != NULL && probes_view(vip->probes, i, view);
}

/* ---- birth and death ---- */

static uint32_t
on_next_id(void *arg)
{
	struct vips *v = arg;
	uint32_t id = v->next_id++;

	if (v->next_id < v->env.first_id) /* after 4 billion checks */
		v->next_id = v->env.first_id;
	return id;
}

static const char *
on_secret(void *arg, const char *name, const char *key, size_t *n)
{
	struct vips *v = arg;

	return v->env.secret(v->arg, name, key, n);
}

struct vips *
vips_new(const struct vips_env *env, const struct vips_ops *ops, void *arg)
{
	struct vips *v = xcalloc(1, sizeof(*v));

	v->env = *env;
	v->ops = ops;
	v->arg = arg;
	v->next_id = env->first_id;
	v->probing =
	    (struct probes_env){ env->health, on_next_id, on_secret, v };
	v->claims = vip_claims_new();
	return v;
}

void
vips_free(struct vips *v)
{
	if (v == NULL)
		return;
	while (v->all != NULL)
		vip_drop(v, v->all);
	vip_claims_free(v->claims);
	free(v);
}
