/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each pool has a book with a shelf for each family: the addresses that nobody holds,
 * as ranges, so that the lowest one is where they begin. An address that is held or
 * rests has a record, found by the address, whether a pool has it or not. One that is
 * reserved is in no set of its shelf, whatever its record says, until it is so no more.
 *
 * A holder is a node in two lists: of those who hold the address, and of what its
 * owner holds. There is no second place that knows who holds what, so nothing can
 * disagree.
 */
#include "allocator/ipam/ipam.h"

#include <stdlib.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/ranges.h"
#include "allocator/ipam/reserved.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"

enum state { FREE, RESTING, HELD, RESERVED }; /* of an address */

struct record { /* an address that is held, or rests */
	struct addr addr;
	uint32_t n_holders, n_undecided;
	struct ipam_holder *holders; /* owned; NULL: it rests */
	void *note;                  /* of ipam_note() */
	const void *by;              /* for whom it rests; not followed */
	UT_hash_handle hh;
};

struct shelf {                    /* of one family */
	struct ranges sets[HELD]; /* by their state */
	uint64_t used, reserved;
};

struct book { /* what is known of one pool, and nothing else */
	const struct pool *pool; /* borrowed */
	struct shelf shelves[FAMILIES];
};

struct claim { /* a range of a pool */
	struct addr_range range;
	size_t pool;
};

struct ipam {
	struct record *records; /* hash, owned */
	struct book *books;     /* owned */
	size_t n_books;
	struct claim *claims; /* owned, ordered, disjoint */
	size_t n_claims;
	struct reserved reserved;
	struct bitset *changed; /* borrowed; pools */
};

struct ipam *
ipam_new(void)
{
	return xcalloc(1, sizeof(struct ipam));
}

static void
pools_fini(struct ipam *ipam)
{
	for (size_t i = 0; i < ipam->n_books; i++)
		for (unsigned f = 0; f < FAMILIES; f++)
			for (enum state state = FREE; state < HELD; state++)
				ranges_clear(
				    &ipam->books[i].shelves[f].sets[state]);
	free(ipam->books);
	free(ipam->claims);
}

static void
record_free(struct ipam *ipam, struct record *r)
{
	HASH_DEL(ipam->records, r);
	free(r);
}

void
ipam_free(struct ipam *ipam)
{
	struct ipam_holder *h, *more;
	struct record *r, *next;

	if (ipam == NULL)
		return;
	HASH_ITER (hh, ipam->records, r, next) {
		DL_FOREACH_SAFE (r->holders, h, more)
			free(h);
		record_free(ipam, r);
	}
	pools_fini(ipam);
	reserved_fini(&ipam->reserved);
	free(ipam);
}

/* How many there are in a state that has no set. */
static uint64_t *
count_of(struct shelf *s, enum state state)
{
	return state == HELD ? &s->used : &s->reserved;
}

/* The address comes from one state to another, which the pool's figures tell. */
static void
change_in(struct ipam *ipam, size_t pool, const struct addr *a, enum state from,
    enum state to)
{
	const struct addr_range range = { *a, *a };

	if (pool == IPAM_NO_POOL)
		return;
	struct shelf *s = &ipam->books[pool].shelves[a->family];

	if (from >= HELD)
		--*count_of(s, from);
	else
		ranges_remove(&s->sets[from], a);
	if (to >= HELD)
		++*count_of(s, to);
	else
		ranges_add(&s->sets[to], &range);
	bitset_set(ipam->changed, pool, true);
}

/* Of what is reserved nothing is told. */
static void
change(struct ipam *ipam, const struct addr *a, enum state from, enum state to)
{
	change_in(ipam, ipam_pool_of(ipam, a), a, from, to);
}

static int
claim_cmp(const void *a, const void *b)
{
	const struct claim *ca = a, *cb = b;

	return addr_cmp(&ca->range.first, &cb->range.first);
}

static void
claims_make(struct ipam *ipam)
{
	size_t n;

	ipam->claims = NULL;
	ipam->n_claims = 0;
	for (size_t i = 0; i < ipam->n_books; i++) {
		const struct addr_range *r =
		    pool_ranges(ipam->books[i].pool, &n);

		ipam->claims = xrealloc(ipam->claims, ipam->n_claims + n + 1,
		    sizeof(*ipam->claims));
		for (size_t k = 0; k < n; k++)
			ipam->claims[ipam->n_claims++] =
			    (struct claim){ r[k], i };
	}
	if (ipam->n_claims > 0)
		qsort(ipam->claims, ipam->n_claims, sizeof(*ipam->claims),
		    claim_cmp);
}

/* All of the pool is free. */
static void
book_init(struct ipam *ipam, size_t pool)
{
	struct book *b = &ipam->books[pool];
	size_t n;
	const struct addr_range *spans = pool_spans(b->pool, &n);

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		for (enum state state = FREE; state < HELD; state++)
			b->shelves[f].sets[state].avoid_buggy =
			    pool_avoids_buggy(b->pool);
	for (size_t i = 0; i < n; i++)
		ranges_add(
		    &b->shelves[spans[i].first.family].sets[FREE], &spans[i]);
	bitset_set(ipam->changed, pool, true);
}

void
ipam_set_pools(struct ipam *ipam, const struct pool *const *pools, size_t n,
    struct bitset *changed)
{
	struct reservation *kept, *other;
	struct record *r, *next;

	pools_fini(ipam);
	ipam->books = xcalloc(n + 1, sizeof(*ipam->books));
	ipam->n_books = n;
	ipam->changed = changed;
	for (size_t i = 0; i < n; i++) {
		ipam->books[i].pool = pools[i];
		book_init(ipam, i);
	}
	claims_make(ipam);
	HASH_ITER (hh, ipam->records, r, next)
		change(
		    ipam, &r->addr, FREE, r->holders != NULL ? HELD : RESTING);
	HASH_ITER (hh, ipam->reserved.all, kept, other)
		change_in(ipam, ipam_pool_with(ipam, &kept->addr), &kept->addr,
		    FREE, RESERVED);
}

static struct record *
record_find(const struct ipam *ipam, const struct addr *a)
{
	struct record *r;

	HASH_FIND(hh, ipam->records, a, sizeof(*a), r);
	return r;
}

static struct record *
record_add(struct ipam *ipam, const struct addr *a)
{
	struct record *r = xcalloc(1, sizeof(*r));

	r->addr = *a;
	HASH_ADD(hh, ipam->records, addr, sizeof(r->addr), r);
	return r;
}

/* Where the owner has it, or, at the end of what it holds, where it would be. */
static struct ipam_holder **
place_of(struct tenant *owner, const struct addr *a)
{
	struct ipam_holder **at = &owner->first;

	while (*at != NULL && !addr_eq((*at)->addr, a))
		at = &(*at)->more;
	return at;
}

bool
ipam_hold(struct ipam *ipam, const struct addr *a, struct tenant *owner)
{
	struct ipam_holder **place = place_of(owner, a);
	struct record *r = record_find(ipam, a);

	if (*place != NULL)
		return false;
	if (r == NULL || r->holders == NULL)
		change(ipam, a, r == NULL ? FREE : RESTING, HELD);
	if (r == NULL)
		r = record_add(ipam, a);
	struct ipam_holder *h = *place = xcalloc(1, sizeof(*h));

	*h = (struct ipam_holder){ .owner = owner, .addr = &r->addr };
	DL_PREPEND(r->holders, h);
	r->n_holders++;
	r->n_undecided += !owner->decided;
	return true;
}

bool
ipam_release(struct ipam *ipam, const struct addr *a, struct tenant *owner)
{
	struct ipam_holder **place = place_of(owner, a), *h = *place;

	if (h == NULL)
		return false;
	struct record *r = record_find(ipam, a);

	*place = h->more;
	DL_DELETE(r->holders, h);
	r->n_holders--;
	r->n_undecided -= !owner->decided;
	free(h);
	if (r->holders == NULL) {
		change(ipam, a, HELD, FREE);
		record_free(ipam, r);
	}
	return true;
}

void
ipam_decide(struct ipam *ipam, struct tenant *owner, bool decided)
{
	const struct ipam_holder *h = owner->first;

	for (; h != NULL && owner->decided != decided; h = h->more) {
		struct record *r = record_find(ipam, h->addr);

		r->n_undecided += decided ? -1u : 1u;
	}
	owner->decided = decided;
}

bool
ipam_holds(const struct tenant *owner, const struct addr *a)
{
	return *place_of((struct tenant *)owner, a) != NULL;
}

void
ipam_rest(struct ipam *ipam, const struct addr *a, const void *by)
{
	struct record *r = record_find(ipam, a);

	if (r != NULL && r->holders != NULL)
		return;
	if (r == NULL) {
		change(ipam, a, FREE, RESTING);
		r = record_add(ipam, a);
	}
	r->by = by;
}

void
ipam_wake(struct ipam *ipam, const struct addr *a, const void *by)
{
	struct record *r = record_find(ipam, a);

	if (r == NULL || r->holders != NULL || r->by != by)
		return;
	change(ipam, a, RESTING, FREE);
	record_free(ipam, r);
}

const struct ipam_holder *
ipam_holders(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_find(ipam, a);

	return r != NULL ? r->holders : NULL;
}

size_t
ipam_count_holders(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_find(ipam, a);

	return r != NULL ? r->n_holders : 0;
}

bool
ipam_is_decided(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_find(ipam, a);

	return r == NULL || r->n_undecided == 0;
}

void **
ipam_note(struct ipam *ipam, const struct addr *a)
{
	return &record_find(ipam, a)->note;
}

/* But for its being reserved. */
static enum state
state_of(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_find(ipam, a);

	return r == NULL ? FREE : r->holders != NULL ? HELD : RESTING;
}

/* In another name now, or in none, which its group has to tell. */
static void
suspect(struct ipam *ipam, const struct addr *a)
{
	size_t pool = ipam_pool_with(ipam, a);

	if (pool != IPAM_NO_POOL)
		bitset_set(ipam->changed, pool, true);
}

bool
ipam_reserve(struct ipam *ipam, const struct addr *a, const char *name)
{
	if (ipam_reserved_by(ipam, a) == NULL)
		change(ipam, a, state_of(ipam, a), RESERVED);
	suspect(ipam, a);
	return reserved_add(&ipam->reserved, a, name);
}

bool
ipam_unreserve(struct ipam *ipam, const struct addr *a, const char *name)
{
	if (!reserved_remove(&ipam->reserved, a, name))
		return false;
	if (ipam_reserved_by(ipam, a) == NULL)
		change(ipam, a, RESERVED, state_of(ipam, a));
	suspect(ipam, a);
	return true;
}

const char *
ipam_reserved_by(const struct ipam *ipam, const struct addr *a)
{
	return reserved_by(&ipam->reserved, a);
}

size_t
ipam_pool_of(const struct ipam *ipam, const struct addr *a)
{
	return ipam_reserved_by(ipam, a) == NULL ? ipam_pool_with(ipam, a)
						 : IPAM_NO_POOL;
}

size_t
ipam_pool_with(const struct ipam *ipam, const struct addr *a)
{
	const struct claim *c = ipam->n_claims > 0
	    ? bsearch(a, ipam->claims, ipam->n_claims, sizeof(*c), range_search)
	    : NULL;

	return c != NULL && pool_contains(ipam->books[c->pool].pool, a)
	    ? c->pool
	    : IPAM_NO_POOL;
}

bool
ipam_lowest_free(const struct ipam *ipam, size_t pool, enum family family,
    struct addr *lowest)
{
	const struct shelf *s = &ipam->books[pool].shelves[family];

	return ranges_lowest(&s->sets[FREE], lowest) ||
	    ranges_lowest(&s->sets[RESTING], lowest);
}

uint64_t
ipam_capacity(const struct ipam *ipam, size_t pool, enum family family)
{
	return pool_capacity(ipam->books[pool].pool, family);
}

uint64_t
ipam_reserved(const struct ipam *ipam, size_t pool, enum family family)
{
	return ipam->books[pool].shelves[family].reserved;
}

uint64_t
ipam_used(const struct ipam *ipam, size_t pool, enum family family)
{
	return ipam->books[pool].shelves[family].used;
}

uint64_t
ipam_available(const struct ipam *ipam, size_t pool, enum family family)
{
	uint64_t capacity = ipam_capacity(ipam, pool, family);

	return capacity == UINT64_MAX
	    ? UINT64_MAX
	    : capacity - ipam_reserved(ipam, pool, family) -
		ipam_used(ipam, pool, family);
}
