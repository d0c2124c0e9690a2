/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/opening.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/l2/hear.h"
#include "bgpd/l2/say.h"
#include "bgpd/l2/seat.h"
#include "bgpd/l2/state.h"
#include "common/alloc.h"
#include "common/log.h"

/* --- A link opens and closes. --- */

static uint64_t
by_chance(struct rng *rng)
{
	uint64_t high = rng_u32(rng);

	return high << 32 | rng_u32(rng);
}

static void
link_open(struct l2_link *k)
{
	struct l2 *l2 = k->l2;
	uint64_t now = l2_now(l2);

	k->open = true;
	k->epoch = by_chance(l2->rng);
	k->seq = k->whole_at = 0;
	k->number = k->version = 0;
	k->whole_due = false;
	k->members = members_new(l2->node, k->epoch, &hear_members_ops, k);
	members_set_dead(k->members, l2->dead);
	k->hello_at = k->said_at = now;
	k->listen_until = now + l2->dead;
	l2->ops->listens(l2->arg);
	l2->port->hush(l2->port->arg, k->interface.index, true);
	log_info("interface %s: addresses are answered for", k->interface.name);
}

static void
link_close(struct l2_link *k)
{
	struct l2 *l2 = k->l2;
	struct l2_seat *s, *tmp;

	if (!k->open)
		return;
	HASH_ITER (hh, k->seats, s, tmp)
		seat_free(s);
	k->n_wanted = 0;
	l2->port->hush(l2->port->arg, k->interface.index, false);
	members_free(k->members);
	k->members = NULL;
	k->open = false;
	l2->ops->listens(l2->arg);
}

/* --- Seats of wants. --- */

/*
 * An interface that has a virtual router's MAC has no node behind it: it moves, and
 * lies on another interface that leads to the same hosts.
 */
static bool
is_for(const struct l2_link *k, const struct l2_wanted *w)
{
	const struct l2 *l2 = k->l2;

	return l2->configured && !l2->blocked && k->interface.up &&
	    !mac_is_virtual_router(&k->interface.mac) &&
	    terms_fit(w->terms, &k->interface, l2->ips, l2->n_ips) &&
	    terms_take(w->terms, &k->interface, &w->addr);
}

static bool
goes_before(
    const struct l2_link *a, const struct l2_link *b, const struct addr *addr)
{
	int of_a = terms_subnet(&a->interface, addr);
	int of_b = terms_subnet(&b->interface, addr);

	return of_a != of_b ? of_a > of_b
			    : a->interface.index < b->interface.index;
}

/*
 * Interfaces of one subnet are on one LAN, where a node shall answer with one MAC: by
 * the interface that the kernel would send to the address by.
 */
static bool
is_second(const struct l2_link *k, const struct l2_wanted *w)
{
	const struct l2_link *other;

	if (w->terms->always)
		return false;
	DL_FOREACH (k->l2->links, other)
		if (other != k && is_for(other, w) &&
		    goes_before(other, k, &w->addr))
			return true;
	return false;
}

static void
seat_give(struct l2_link *k, struct l2_wanted *w)
{
	if (!k->open)
		link_open(k);
	struct l2_seat *s = seat_add(k, &w->addr);

	if (s->want == NULL)
		k->n_wanted++;
	s->want = w;
	s->second = is_second(k, w);
	seat_queue(s);
}

static void
seat_withdraw(struct l2_link *k, const struct l2_wanted *w)
{
	struct l2_seat *s = k->open ? seat_find(k, &w->addr) : NULL;

	if (s == NULL)
		return;
	if (s->want != NULL)
		seat_unwant(s);
	else
		seat_queue(
		    s); /* what this node says of it may be another thing */
}

static void
place_on(struct l2_link *k, struct l2_wanted *w)
{
	if (is_for(k, w))
		seat_give(k, w);
	else
		seat_withdraw(k, w);
}

/* After its wants have been placed anew: one without any says nothing more. */
static void
close_unused(struct l2 *l2)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open && k->n_wanted == 0)
			link_close(k);
}

void
opening_place(struct l2 *l2, struct l2_wanted *w)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		place_on(k, w);
	close_unused(l2);
}

void
opening_remove(struct l2 *l2, struct l2_wanted *w)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		seat_withdraw(k, w);
}

void
opening_place_all(struct l2 *l2)
{
	struct l2_link *k;
	struct l2_wanted *w, *tmp;

	DL_FOREACH (l2->links, k)
		HASH_ITER (hh, l2->wants, w, tmp)
			place_on(k, w);
	close_unused(l2);
}

/* --- Interfaces. --- */

static void
interface_copy(struct interface *to, const struct interface *from)
{
	struct prefix *at = xcalloc(from->n + 1, sizeof(at[0]));

	if (from->n > 0)
		memcpy(at, from->at, from->n * sizeof(at[0]));
	free(to->at);
	*to = *from;
	to->at = at;
}

static bool
interface_is_same(const struct interface *a, const struct interface *b)
{
	return a->index == b->index && a->up == b->up && a->mtu == b->mtu &&
	    mac_eq(&a->mac, &b->mac) && a->n == b->n &&
	    (a->n == 0 || memcmp(a->at, b->at, a->n * sizeof(a->at[0])) == 0);
}

static struct l2_link *
link_of(struct l2 *l2, const char *name)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (strcmp(k->interface.name, name) == 0)
			return k;
	k = xcalloc(1, sizeof(*k));
	k->l2 = l2;
	DL_APPEND(l2->links, k);
	return k;
}

/* First to the nodes: they would take the new MAC for that of somebody else. */
static void
speak_anew(struct l2_link *k)
{
	struct l2_seat *s, *tmp;

	say_alive(k);
	HASH_ITER (hh, k->seats, s, tmp)
		seat_announce(s);
}

/*
 * What it was is left at once: an interface of another index is another one. Another
 * MAC is told to all, as of a bond that goes on with another port.
 */
static void
link_change(struct l2_link *k, const struct interface *now)
{
	bool other_mac = !mac_eq(&k->interface.mac, &now->mac);

	if (k->interface.index != now->index || !now->up)
		link_close(k);
	interface_copy(&k->interface, now);
	if (k->open && other_mac)
		speak_anew(k);
}

static void
link_free(struct l2_link *k)
{
	link_close(k);
	DL_DELETE(k->l2->links, k);
	free(k->interface.at);
	free(k);
}

static bool
is_told(const struct l2_link *k, const struct interface *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(k->interface.name, all[i].name) == 0)
			return true;
	return false;
}

/* First of all: one of them may be there by another name. */
static bool
drop_untold(struct l2 *l2, const struct interface *all, size_t n)
{
	struct l2_link *k, *tmp;
	bool dropped = false;

	DL_FOREACH_SAFE (l2->links, k, tmp)
		if (!is_told(k, all, n)) {
			link_free(k);
			dropped = true;
		}
	return dropped;
}

void
opening_interfaces(struct l2 *l2, const struct interface *all, size_t n)
{
	bool changed = drop_untold(l2, all, n);

	for (size_t i = 0; i < n; i++) {
		struct l2_link *k = link_of(l2, all[i].name);

		if (k->interface.name[0] == '\0' ||
		    !interface_is_same(&k->interface, &all[i])) {
			link_change(k, &all[i]);
			changed = true;
		}
	}
	if (changed) /* of all: which one comes first may be another */
		opening_place_all(l2);
}

void
opening_close_all(struct l2 *l2)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		link_close(k);
}

void
opening_free_all(struct l2 *l2)
{
	struct l2_link *k, *tmp;

	DL_FOREACH_SAFE (l2->links, k, tmp)
		link_free(k);
}

void
opening_wake(struct l2_link *k)
{
	const struct l2 *l2 = k->l2;
	uint64_t now = l2_now(l2);
	struct l2_seat *s, *tmp;

	if (now <= k->said_at + l2->dead || members_both(k->members) == 0)
		return;
	log_warn(
	    "interface %s: nothing was said for %llu ms: what was held there is "
	    "taken to be lost",
	    k->interface.name, (unsigned long long)(now - k->said_at));
	k->l2->counters.frozen++;
	k->listen_until = now + l2->dead;
	k->said_at = k->hello_at = now;
	HASH_ITER (hh, k->seats, s, tmp)
		seat_lose(s);
}
