/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who hold an address and agree on all but their ports are a party, which ipam
 * keeps with the address. Most addresses have one, so that the question whether one
 * more may hold an address costs a look at the ports of its party and no more. Whoever
 * holds an address without a key is in no party: ipam counts all holders, and where
 * the counts differ nobody may join.
 *
 * A ring is the parties with one key: those of one namespace, or, of those who consent
 * to share with others, of all namespaces. A party has a seat in each.
 *
 * A tenant enters with what its Service says and must leave with the same words.
 */
#include "allocator/ipam/sharing.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "common/alloc.h"
#include "common/api/service.h"

struct seat { /* of a party, in a ring */
	struct party *party;
	struct ring *ring; /* or NULL: none has its name */
	struct seat *prev, *next;
};

struct party { /* of one address: tenants that share_alike() */
	struct addr addr;
	const struct tenant *speaker; /* one of them */
	size_t n;
	uint32_t *ports; /* owned, in order; of each, with the protocol */
	size_t n_ports;
	struct party *prev, *next; /* of the address */
	struct seat seats[2];      /* near and wide, see ring_name() */
};

struct ring { /* the parties with one name */
	struct seat *seats;
	UT_hash_handle hh;
	char *name; /* owned */
};

struct sharing {
	struct ipam *ipam;
	struct ring *rings; /* hash */
};

struct sharing *
sharing_new(struct ipam *ipam)
{
	struct sharing *sh = xcalloc(1, sizeof(*sh));

	sh->ipam = ipam;
	return sh;
}

/* All have left. */
void
sharing_free(struct sharing *sh)
{
	free(sh);
}

/*
 * Names those with whom the Service may share: of its namespace and key, or, wide, of
 * all namespaces, with the key and its consent. Owned; NULL: there are none.
 */
static char *
ring_name(const struct service *s, bool wide)
{
	const char *key = share_key(s);

	if (key == NULL)
		return NULL;
	if (!wide)
		return xasprintf("%s/%s", s->meta.ns, key);
	return service_wishes(s, WISH_SHARING_NAMESPACES).n > 0
	    ? xasprintf("/%s", key)
	    : NULL;
}

/* ---- parties, in the rings of their names ---- */

static uint32_t
port_key(const struct service_port *p)
{
	return (uint32_t)p->protocol << 16 | p->port;
}

/* Where the ports that are no less begin. */
static size_t
port_place(const struct party *p, uint32_t port)
{
	size_t low = 0, end = p->n_ports;

	while (low < end) {
		size_t mid = low + (end - low) / 2;

		if (p->ports[mid] < port)
			low = mid + 1;
		else
			end = mid;
	}
	return low;
}

static uint32_t
port_count(const struct party *p, uint32_t port)
{
	size_t from = port_place(p, port), i = from;

	while (i < p->n_ports && p->ports[i] == port)
		i++;
	return (uint32_t)(i - from);
}

/* Room for one more port, or one less, at its place. */
static void
ports_shift(struct party *p, size_t from, size_t to)
{
	memmove(&p->ports[to], &p->ports[from],
	    (p->n_ports - from) * sizeof(*p->ports));
	p->n_ports += to - from;
}

static void
ports_add(struct party *p, const struct service *s)
{
	p->ports =
	    xrealloc(p->ports, p->n_ports + s->n_ports + 1, sizeof(*p->ports));
	for (size_t i = 0; i < s->n_ports; i++) {
		size_t at = port_place(p, port_key(&s->ports[i]));

		ports_shift(p, at, at + 1);
		p->ports[at] = port_key(&s->ports[i]);
	}
}

static void
ports_remove(struct party *p, const struct service *s)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		size_t at = port_place(p, port_key(&s->ports[i]));

		ports_shift(p, at + 1, at);
	}
}

static struct ring *
ring_find(const struct sharing *sh, const struct service *s, bool wide)
{
	char *name = ring_name(s, wide);
	struct ring *ring = NULL;

	if (name != NULL)
		HASH_FIND_STR(sh->rings, name, ring);
	free(name);
	return ring;
}

static void
seat_take(struct sharing *sh, struct party *p, bool wide)
{
	const struct service *s = p->speaker->service;
	struct ring *ring = ring_find(sh, s, wide);
	char *name = ring == NULL ? ring_name(s, wide) : NULL;

	if (name != NULL) {
		ring = xcalloc(1, sizeof(*ring));
		ring->name = name;
		HASH_ADD_KEYPTR(hh, sh->rings, name, strlen(name), ring);
	}
	p->seats[wide] = (struct seat){ .party = p, .ring = ring };
	if (ring != NULL)
		DL_APPEND(ring->seats, &p->seats[wide]);
}

static void
seat_leave(struct sharing *sh, struct seat *seat)
{
	struct ring *ring = seat->ring;

	if (ring == NULL)
		return;
	DL_DELETE(ring->seats, seat);
	if (ring->seats != NULL)
		return;
	HASH_DEL(sh->rings, ring);
	free(ring->name);
	free(ring);
}

static struct party **
parties_of(const struct sharing *sh, const struct addr *a)
{
	return (struct party **)ipam_note(sh->ipam, a);
}

/* Its party, be it a member or not. */
static struct party *
party_of(struct party *p, const struct service *s)
{
	while (p != NULL && !share_alike(p->speaker->service, s))
		p = p->next;
	return p;
}

/* Another one speaks for the party when this one leaves. */
static void
party_choose(const struct sharing *sh, struct party *p, const struct tenant *t)
{
	const struct ipam_holder *h = ipam_holders(sh->ipam, &p->addr);
	const struct tenant *other = h->owner;

	while (other == t || !share_alike(other->service, t->service)) {
		h = h->next;
		other = h->owner;
	}
	p->speaker = other;
}

void
sharing_enter(struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	struct party **all = parties_of(sh, a), *p;

	if (share_key(t->service) == NULL)
		return;
	p = party_of(*all, t->service);
	if (p == NULL) {
		p = xcalloc(1, sizeof(*p));
		p->addr = *a;
		p->speaker = t;
		DL_APPEND(*all, p);
		seat_take(sh, p, false);
		seat_take(sh, p, true);
	}
	ports_add(p, t->service);
	p->n++;
}

void
sharing_leave(struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	struct party **all = parties_of(sh, a), *p;

	if (share_key(t->service) == NULL)
		return;
	p = party_of(*all, t->service);
	ports_remove(p, t->service);
	if (--p->n > 0) {
		if (p->speaker == t)
			party_choose(sh, p, t);
		return;
	}
	DL_DELETE(*all, p);
	seat_leave(sh, &p->seats[false]);
	seat_leave(sh, &p->seats[true]);
	free(p->ports);
	free(p);
}

/* ---- questions ---- */

static uint32_t
own_count(const struct service *s, uint32_t port)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s->n_ports; i++)
		n += port_key(&s->ports[i]) == port;
	return n;
}

static bool
party_fits(const struct party *p, const struct tenant *t)
{
	const struct service *s = t->service;
	bool member =
	    share_alike(p->speaker->service, s) && ipam_holds(t, &p->addr);

	if (member && p->n == 1)
		return true;
	if (!share_terms_agree(s, p->speaker->service))
		return false;
	for (size_t i = 0; i < s->n_ports; i++) {
		uint32_t port = port_key(&s->ports[i]);
		uint32_t own = member ? own_count(s, port) : 0;

		if (port_count(p, port) > own)
			return false;
	}
	return true;
}

bool
sharing_fits(
    const struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	size_t all = ipam_count_holders(sh->ipam, a), n = 0;

	if (all == 0 || (all == 1 && ipam_holds(t, a)))
		return true;
	if (share_key(t->service) == NULL)
		return false;
	for (const struct party *p = *parties_of(sh, a); p; p = p->next) {
		if (!party_fits(p, t))
			return false;
		n += p->n;
	}
	return n == all; /* else one has no key */
}

/*
 * Is the address of another load balancer, or not known to be ours yet (rule 19 of
 * doc/rules.md)?
 */
static bool
is_reserved(const struct tenant *holder, const struct addr *a)
{
	return !holder->decided && !addrs_has(&holder->target, a);
}

const struct tenant *
sharing_rival(
    const struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	const struct ipam_holder *h;
	const struct tenant *oldest = NULL;
	bool fits = sharing_fits(sh, a, t);

	if (fits && ipam_is_decided(sh->ipam, a))
		return NULL; /* mostly, and holders may be many */
	for (h = ipam_holders(sh->ipam, a); h != NULL; h = h->next) {
		const struct tenant *other = h->owner;
		bool excludes = is_reserved(other, a) ||
		    (!fits &&
			share_refusal(t->service, other->service) != NULL);

		if (other != t && excludes &&
		    (oldest == NULL ||
			meta_age_cmp(
			    &other->service->meta, &oldest->service->meta) < 0))
			oldest = other;
	}
	return oldest;
}

const char *
sharing_refusal(const struct tenant *t, const struct tenant *rival)
{
	const char *why = share_refusal(t->service, rival->service);

	return why != NULL ? why : "it is another load balancer's";
}

/* Has the list, from there on, one of the same pool and family? */
static bool
has_like(const struct sharing *sh, const struct addrs *list, size_t from,
    const struct addr *a)
{
	size_t pool = ipam_pool_of(sh->ipam, a);

	for (size_t i = from; i < list->n; i++)
		if (list->at[i].family == a->family &&
		    ipam_pool_of(sh->ipam, &list->at[i]) == pool)
			return true;
	return false;
}

/*
 * Is another holder to go on having it? Else it is of another load balancer, or about
 * to be given up.
 */
static bool
is_to_stay(
    const struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	const struct ipam_holder *h = ipam_holders(sh->ipam, a);

	for (; h != NULL; h = h->next) {
		const struct tenant *other = h->owner;

		if (other != t && addrs_has(&other->target, a))
			return true;
	}
	return false;
}

void
sharing_find(const struct sharing *sh, const struct tenant *t, bool all,
    struct addrs *list, size_t most)
{
	size_t from = list->n;

	for (unsigned wide = 0; wide < 2; wide++) {
		const struct ring *ring = ring_find(sh, t->service, wide);
		const struct seat *seat = ring != NULL ? ring->seats : NULL;

		for (; seat != NULL && list->n < most; seat = seat->next) {
			const struct addr *a = &seat->party->addr;

			if (!all &&
			    (!party_fits(seat->party, t) ||
				has_like(sh, list, from, a)))
				continue; /* most, and it costs least */
			if (is_to_stay(sh, a, t) &&
			    (all || sharing_fits(sh, a, t)))
				addrs_add(list, a);
		}
	}
}
