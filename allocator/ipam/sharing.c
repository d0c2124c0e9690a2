/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three things refer to each other:
 *
 *	shared	an address that Services with a key hold, found by the address
 *	party	those of its holders who agree on all but their ports, with these ports
 *	ring	the parties with one key: of one namespace, or, of those who consent to
 *		share with others, of all namespaces
 *
 * Most addresses have one party, so that the question whether one more may hold an
 * address costs its own ports and no more. Whoever holds an address without a key is
 * in no party: ipam counts all holders, and where the counts differ nobody may join.
 *
 * A tenant enters with what its Service says and must leave with the same words.
 */
#include "allocator/ipam/sharing.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/tenant.h"
#include "common/alloc.h"
#include "common/api/service.h"

struct port_use {      /* ordered by port */
	uint32_t port; /* and protocol */
	uint32_t n;    /* who have it: one, unless they are in conflict */
};

struct party { /* of one address: tenants that share_alike() */
	struct shared *of;
	const struct tenant *speaker; /* one of them */
	size_t n;
	struct port_use *ports; /* owned */
	size_t n_ports, room;
	struct party *prev, *next; /* of the address */
	struct ring *near, *wide;  /* or NULL */
	struct party *prev_near, *next_near, *prev_wide, *next_wide;
};

struct shared { /* an address with holders that have a key */
	struct addr addr;
	size_t n; /* such holders */
	struct party *parties;
	UT_hash_handle hh;
};

struct ring { /* the parties with one name, see sharing_name() */
	struct party *near, *wide; /* one of the two lists is used */
	UT_hash_handle hh;
	char name[];
};

struct sharing {
	const struct ipam *ipam;
	struct shared *addrs; /* hash */
	struct ring *rings;   /* hash */
};

struct sharing *
sharing_new(const struct ipam *ipam)
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

char *
sharing_name(const struct service *s, bool wide)
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

/* ---- ports of a party ---- */

static uint32_t
port_key(const struct service_port *p)
{
	return (uint32_t)p->protocol << 16 | p->port;
}

/* The index of this port, or where it would be. */
static size_t
port_at(const struct party *p, uint32_t port)
{
	size_t low = 0, high = p->n_ports;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->ports[mid].port < port)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static uint32_t
port_count(const struct party *p, uint32_t port)
{
	size_t i = port_at(p, port);

	return i < p->n_ports && p->ports[i].port == port ? p->ports[i].n : 0;
}

static void
port_add(struct party *p, uint32_t port)
{
	size_t i = port_at(p, port);

	if (i < p->n_ports && p->ports[i].port == port) {
		p->ports[i].n++;
		return;
	}
	if (p->n_ports == p->room) {
		p->room = p->room * 2 + 2;
		p->ports = xrealloc(p->ports, p->room, sizeof(*p->ports));
	}
	memmove(&p->ports[i + 1], &p->ports[i],
	    (p->n_ports++ - i) * sizeof(*p->ports));
	p->ports[i] = (struct port_use){ port, 1 };
}

static void
port_remove(struct party *p, uint32_t port)
{
	size_t i = port_at(p, port);

	if (--p->ports[i].n > 0)
		return;
	memmove(&p->ports[i], &p->ports[i + 1],
	    (--p->n_ports - i) * sizeof(*p->ports));
}

/* ---- parties, in the rings of their names ---- */

static struct ring *
ring_find(const struct sharing *sh, const struct service *s, bool wide)
{
	char *name = sharing_name(s, wide);
	struct ring *ring = NULL;

	if (name != NULL)
		HASH_FIND_STR(sh->rings, name, ring);
	free(name);
	return ring;
}

static struct ring *
ring_get(struct sharing *sh, const struct service *s, bool wide)
{
	struct ring *ring = ring_find(sh, s, wide);
	char *name = sharing_name(s, wide);

	if (ring == NULL && name != NULL) {
		size_t n = strlen(name) + 1;

		ring = xcalloc(1, sizeof(*ring) + n);
		memcpy(ring->name, name, n);
		HASH_ADD_STR(sh->rings, name, ring);
	}
	free(name);
	return ring;
}

static void
ring_drop_empty(struct sharing *sh, struct ring *ring)
{
	if (ring == NULL || ring->near != NULL || ring->wide != NULL)
		return;
	HASH_DEL(sh->rings, ring);
	free(ring);
}

static struct party *
party_new(struct sharing *sh, struct shared *x, const struct tenant *t)
{
	struct party *p = xcalloc(1, sizeof(*p));

	p->of = x;
	p->speaker = t;
	p->near = ring_get(sh, t->service, false);
	p->wide = ring_get(sh, t->service, true);
	DL_APPEND(x->parties, p);
	DL_APPEND2(p->near->near, p, prev_near, next_near);
	if (p->wide != NULL)
		DL_APPEND2(p->wide->wide, p, prev_wide, next_wide);
	return p;
}

static void
party_free(struct sharing *sh, struct party *p)
{
	DL_DELETE(p->of->parties, p);
	DL_DELETE2(p->near->near, p, prev_near, next_near);
	if (p->wide != NULL)
		DL_DELETE2(p->wide->wide, p, prev_wide, next_wide);
	ring_drop_empty(sh, p->near);
	ring_drop_empty(sh, p->wide);
	free(p->ports);
	free(p);
}

/* Its party, be it a member or not. */
static struct party *
party_of(const struct shared *x, const struct service *s)
{
	struct party *p = x->parties;

	while (p != NULL && !share_alike(p->speaker->service, s))
		p = p->next;
	return p;
}

/* Another one speaks for the party when this one leaves. */
static void
party_choose(const struct sharing *sh, struct party *p, const struct tenant *t)
{
	const struct ipam_holder *h = ipam_holders(sh->ipam, &p->of->addr);
	const struct tenant *other = h->owner;

	while (other == t || !share_alike(other->service, t->service)) {
		h = h->next;
		other = h->owner;
	}
	p->speaker = other;
}

static struct shared *
shared_find(const struct sharing *sh, const struct addr *a)
{
	struct shared *x;

	HASH_FIND(hh, sh->addrs, a, sizeof(*a), x);
	return x;
}

void
sharing_enter(struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	const struct service *s = t->service;
	struct shared *x = shared_find(sh, a);

	if (share_key(s) == NULL)
		return;
	if (x == NULL) {
		x = xcalloc(1, sizeof(*x));
		x->addr = *a;
		HASH_ADD(hh, sh->addrs, addr, sizeof(x->addr), x);
	}
	struct party *p = party_of(x, s);

	if (p == NULL)
		p = party_new(sh, x, t);
	for (size_t i = 0; i < s->n_ports; i++)
		port_add(p, port_key(&s->ports[i]));
	p->n++;
	x->n++;
}

void
sharing_leave(struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	const struct service *s = t->service;

	if (share_key(s) == NULL)
		return;
	struct shared *x = shared_find(sh, a);
	struct party *p = party_of(x, s);

	for (size_t i = 0; i < s->n_ports; i++)
		port_remove(p, port_key(&s->ports[i]));
	x->n--;
	if (--p->n == 0)
		party_free(sh, p);
	else if (p->speaker == t)
		party_choose(sh, p, t);
	if (x->n > 0)
		return;
	HASH_DEL(sh->addrs, x);
	free(x);
}

/* ---- questions ---- */

static bool
others_fit(const struct ipam_holder *h, const struct tenant *t)
{
	for (; h != NULL; h = h->next) {
		const struct tenant *other = h->owner;

		if (other != t &&
		    share_refusal(t->service, other->service) != NULL)
			return false;
	}
	return true;
}

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
	bool member = share_alike(p->speaker->service, s) &&
	    ipam_holds(&t->owner, &p->of->addr);

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
	const struct ipam_holder *h = ipam_holders(sh->ipam, a);
	const struct shared *x;

	if (h == NULL || h->next == NULL || share_key(t->service) == NULL)
		return others_fit(h, t);
	x = shared_find(sh, a);
	if (x == NULL || x->n != ipam_count_holders(sh->ipam, a))
		return false; /* one has no key, and it isn't this one */
	for (const struct party *p = x->parties; p != NULL; p = p->next)
		if (!party_fits(p, t))
			return false;
	return true;
}

/*
 * Is the address of another load balancer, or not known to be ours yet (rule 19 of
 * doc/rules.md)?
 */
static bool
is_reserved(const struct tenant *holder, const struct addr *a)
{
	struct addrs target = addr_list_view(holder->target);

	return !holder->decided && !addrs_has(&target, a);
}

const struct tenant *
sharing_rival(
    const struct sharing *sh, const struct addr *a, const struct tenant *t)
{
	const struct ipam_holder *h = ipam_holders(sh->ipam, a);
	const struct tenant *oldest = NULL;
	bool fits = sharing_fits(sh, a, t);

	for (; h != NULL; h = h->next) {
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

/* Has the list one of the same pool and family? */
static bool
has_like(
    const struct sharing *sh, const struct addrs *list, const struct addr *a)
{
	size_t pool = ipam_pool_of(sh->ipam, a);

	for (size_t i = 0; i < list->n; i++)
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
		struct addrs target = addr_list_view(other->target);

		if (other != t && addrs_has(&target, a))
			return true;
	}
	return false;
}

static void
find_one(const struct sharing *sh, const struct party *p,
    const struct tenant *t, bool all, struct addrs *found)
{
	const struct addr *a = &p->of->addr;

	if (!all && (!party_fits(p, t) || has_like(sh, found, a)))
		return; /* most end here, and it costs least */
	if (is_to_stay(sh, a, t) && (all || sharing_fits(sh, a, t)))
		addrs_add(found, a);
}

void
sharing_find(const struct sharing *sh, const struct tenant *t, bool all,
    struct addrs *list, size_t most)
{
	struct addrs found = { list->at + list->n, 0 };
	const struct ring *near = ring_find(sh, t->service, false);
	const struct ring *wide = ring_find(sh, t->service, true);
	const struct party *p = near != NULL ? near->near : NULL;

	for (; p != NULL && list->n + found.n < most; p = p->next_near)
		find_one(sh, p, t, all, &found);
	p = wide != NULL ? wide->wide : NULL;
	for (; p != NULL && list->n + found.n < most; p = p->next_wide)
		find_one(sh, p, t, all, &found);
	struct addrs copy = { found.at, found.n };

	for (size_t i = 0; i < copy.n; i++)
		addrs_add(list, &copy.at[i]);
}
