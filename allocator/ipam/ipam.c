/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each pool has a book with a shelf for each family: a tree of records, in the order
 * of their addresses, of those that somebody holds or that rest. A tree knows how
 * many records stand before each, and a pool how many addresses, so that the lowest
 * free one is found by bisection: where the two counts first differ. Pools of any
 * size cost the same. Addresses that no pool has are on a shelf of their own.
 *
 * A holder is a node in two lists: of those who hold the address, and of what its
 * owner holds. There is no second place that knows who holds what, so nothing can
 * disagree.
 */
#include "allocator/ipam/ipam.h"

#include <stdlib.h>

#include <utlist.h>

#include "allocator/pool/addrset.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"

struct record {                      /* an address that is held, or rests */
	struct addrset_node node;    /* first: a node is its record */
	struct ipam_holder *holders; /* owned; NULL: it rests */
	size_t n_holders;
};

struct shelf { /* of one family */
	struct addrset_node *records;
	struct addrset_node *resting; /* nodes of their own, for the same */
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
	struct book *books; /* owned */
	size_t n_books;
	struct claim *claims; /* owned, ordered, disjoint */
	size_t n_claims;
	struct shelf strays;          /* no pool may give them */
	struct bitset room[FAMILIES]; /* pools that have an address to give */
	struct bitset changed;        /* pools, for ipam_take_changed() */
};

struct ipam *
ipam_new(void)
{
	return xcalloc(1, sizeof(struct ipam));
}

static void
record_free(struct record *r)
{
	while (r->holders != NULL) {
		struct ipam_holder *h = r->holders;

		r->holders = h->next;
		free(h);
	}
	free(r);
}

static void
records_free(struct addrset_node *n)
{
	if (n == NULL)
		return;
	records_free(n->left);
	records_free(n->right);
	record_free((struct record *)n);
}

static void
nodes_free(struct addrset_node *n)
{
	if (n == NULL)
		return;
	nodes_free(n->left);
	nodes_free(n->right);
	free(n);
}

static void
shelf_fini(struct shelf *s)
{
	records_free(s->records);
	nodes_free(s->resting);
}

static void
pools_fini(struct ipam *ipam)
{
	bitset_fini(&ipam->changed);
	for (unsigned f = 0; f < FAMILIES; f++)
		bitset_fini(&ipam->room[f]);
}

void
ipam_free(struct ipam *ipam)
{
	if (ipam == NULL)
		return;
	for (size_t i = 0; i < ipam->n_books; i++)
		for (unsigned f = 0; f < FAMILIES; f++)
			shelf_fini(&ipam->books[i].shelves[f]);
	shelf_fini(&ipam->strays);
	pools_fini(ipam);
	free(ipam->books);
	free(ipam->claims);
	free(ipam);
}

static struct shelf *
shelf_at(struct ipam *ipam, size_t pool, enum family family)
{
	return pool == IPAM_NO_POOL ? &ipam->strays
				    : &ipam->books[pool].shelves[family];
}

/* Where the address is entered if something is known of it. */
static struct shelf *
shelf_of(struct ipam *ipam, const struct addr *a)
{
	return shelf_at(ipam, ipam_pool_of(ipam, a), a->family);
}

static void
reshelve_records(struct ipam *ipam, struct addrset_node *n)
{
	if (n == NULL)
		return;
	struct addrset_node *left = n->left, *right = n->right;

	addrset_insert(&shelf_of(ipam, &n->addr)->records, n);
	reshelve_records(ipam, left);
	reshelve_records(ipam, right);
}

static void
reshelve_resting(struct ipam *ipam, struct addrset_node *n)
{
	if (n == NULL)
		return;
	struct addrset_node *left = n->left, *right = n->right;

	addrset_insert(&shelf_of(ipam, &n->addr)->resting, n);
	reshelve_resting(ipam, left);
	reshelve_resting(ipam, right);
}

static void
reshelve(struct ipam *ipam, const struct shelf *old)
{
	reshelve_records(ipam, old->records);
	reshelve_resting(ipam, old->resting);
}

/* None of what no pool has. */
static void
figures_changed(struct ipam *ipam, size_t pool)
{
	if (pool == IPAM_NO_POOL)
		return;
	bitset_set(&ipam->changed, pool, true);
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		bitset_set(
		    &ipam->room[f], pool, ipam_available(ipam, pool, f) > 0);
}

size_t
ipam_take_changed(struct ipam *ipam)
{
	return bitset_take(&ipam->changed);
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
	size_t n, total = 0;

	for (size_t i = 0; i < ipam->n_books; i++) {
		pool_ranges(ipam->books[i].pool, &n);
		total += n;
	}
	free(ipam->claims);
	ipam->claims = xcalloc(total + 1, sizeof(*ipam->claims));
	ipam->n_claims = 0;
	for (size_t i = 0; i < ipam->n_books; i++) {
		const struct addr_range *r =
		    pool_ranges(ipam->books[i].pool, &n);

		for (size_t k = 0; k < n; k++)
			ipam->claims[ipam->n_claims++] =
			    (struct claim){ r[k], i };
	}
	qsort(ipam->claims, total, sizeof(*ipam->claims), claim_cmp);
}

void
ipam_set_pools(struct ipam *ipam, const struct pool *const *pools, size_t n)
{
	struct book *old = ipam->books;
	size_t n_old = ipam->n_books;
	struct shelf strays = ipam->strays;

	ipam->books = xcalloc(n + 1, sizeof(*ipam->books));
	ipam->n_books = n;
	pools_fini(ipam);
	bitset_init(&ipam->changed, n);
	for (unsigned f = 0; f < FAMILIES; f++)
		bitset_init(&ipam->room[f], n);
	for (size_t i = 0; i < n; i++)
		ipam->books[i].pool = pools[i];
	claims_make(ipam);
	ipam->strays = (struct shelf){ 0 };
	reshelve(ipam, &strays);
	for (size_t i = 0; i < n_old; i++)
		for (unsigned f = 0; f < FAMILIES; f++)
			reshelve(ipam, &old[i].shelves[f]);
	for (size_t i = 0; i < n; i++)
		figures_changed(ipam, i);
	free(old);
}

static struct record *
record_of(struct shelf *s, const struct addr *a)
{
	return (struct record *)addrset_find(s->records, a);
}

static struct record *
record_add(struct shelf *s, const struct addr *a)
{
	struct record *r = xcalloc(1, sizeof(*r));

	r->node.addr = *a;
	addrset_insert(&s->records, &r->node);
	return r;
}

/* Where the owner has it, or, at the end of what it holds, where it would be. */
static struct ipam_holder **
place_of(struct ipam_owner *owner, const struct addr *a)
{
	struct ipam_holder **at = &owner->first;

	while (*at != NULL && !addr_eq((*at)->addr, a))
		at = &(*at)->more;
	return at;
}

static void
holder_add(
    struct record *r, struct ipam_owner *owner, struct ipam_holder **place)
{
	struct ipam_holder *h = xcalloc(1, sizeof(*h));

	*h = (struct ipam_holder){ .owner = owner, .addr = &r->node.addr };
	DL_PREPEND(r->holders, h);
	r->n_holders++;
	*place = h;
}

bool
ipam_hold(struct ipam *ipam, const struct addr *a, struct ipam_owner *owner)
{
	struct ipam_holder **place = place_of(owner, a);
	size_t pool = ipam_pool_of(ipam, a);
	struct shelf *s = shelf_at(ipam, pool, a->family);
	struct record *r = record_of(s, a);

	if (*place != NULL)
		return false;
	if (r == NULL)
		r = record_add(s, a);
	else if (r->holders == NULL)
		free(addrset_remove(&s->resting, a));
	holder_add(r, owner, place);
	figures_changed(ipam, pool);
	return true;
}

bool
ipam_release(struct ipam *ipam, const struct addr *a, struct ipam_owner *owner)
{
	struct ipam_holder **place = place_of(owner, a), *h = *place;
	size_t pool = ipam_pool_of(ipam, a);
	struct shelf *s = shelf_at(ipam, pool, a->family);

	if (h == NULL)
		return false;
	struct record *r = record_of(s, a);

	*place = h->more;
	DL_DELETE(r->holders, h);
	r->n_holders--;
	free(h);
	if (r->holders == NULL)
		record_free((struct record *)addrset_remove(&s->records, a));
	figures_changed(ipam, pool);
	return true;
}

bool
ipam_holds(const struct ipam_owner *owner, const struct addr *a)
{
	return *place_of((struct ipam_owner *)owner, a) != NULL;
}

void
ipam_rest(struct ipam *ipam, const struct addr *a)
{
	struct shelf *s = shelf_of(ipam, a);

	if (record_of(s, a) != NULL)
		return;
	struct addrset_node *n = xcalloc(1, sizeof(*n));

	n->addr = *a;
	addrset_insert(&s->resting, n);
	record_add(s, a);
}

void
ipam_wake(struct ipam *ipam, const struct addr *a)
{
	struct shelf *s = shelf_of(ipam, a);
	struct addrset_node *n = addrset_remove(&s->resting, a);

	if (n == NULL)
		return;
	free(n);
	free((struct record *)addrset_remove(&s->records, a));
}

const struct ipam_holder *
ipam_holders(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_of(shelf_of((struct ipam *)ipam, a), a);

	return r != NULL ? r->holders : NULL;
}

size_t
ipam_count_holders(const struct ipam *ipam, const struct addr *a)
{
	const struct record *r = record_of(shelf_of((struct ipam *)ipam, a), a);

	return r != NULL ? r->n_holders : 0;
}

size_t
ipam_pool_of(const struct ipam *ipam, const struct addr *a)
{
	size_t low = 0, high = ipam->n_claims;

	while (low < high) { /* how many ranges begin at or below a */
		size_t mid = low + (high - low) / 2;

		if (addr_cmp(a, &ipam->claims[mid].range.first) < 0)
			high = mid;
		else
			low = mid + 1;
	}
	if (low == 0)
		return IPAM_NO_POOL;
	size_t pool = ipam->claims[low - 1].pool;

	return pool_contains(ipam->books[pool].pool, a) ? pool : IPAM_NO_POOL;
}

/* Counting from an address: how many below it are not free, and in which pool. */
struct walk {
	const struct pool *pool;
	struct addr from;
	size_t below;
};

/* Is there a free address between from and this one, which is not? */
static bool
has_gap_before(const void *arg, const struct addr *held, size_t index)
{
	const struct walk *w = arg;

	return index >= w->below &&
	    pool_count(w->pool, &w->from, held) > index - w->below;
}

bool
ipam_lowest_free(const struct ipam *ipam, size_t pool, const struct addr *from,
    struct addr *lowest)
{
	const struct book *b = &ipam->books[pool];
	const struct addrset_node *known = b->shelves[from->family].records;
	struct walk w = { b->pool, *from, addrset_below(known, from) };
	size_t gap = addrset_search(known, has_gap_before, &w);

	/* All from `below` up to the gap follow each other without one. */
	return pool_nth(b->pool, from, gap - w.below, lowest);
}

bool
ipam_lowest_resting(const struct ipam *ipam, size_t pool, enum family family,
    struct addr *lowest)
{
	const struct addrset_node *n =
	    addrset_at(ipam->books[pool].shelves[family].resting, 0);

	if (n != NULL)
		*lowest = n->addr;
	return n != NULL;
}

uint64_t
ipam_capacity(const struct ipam *ipam, size_t pool, enum family family)
{
	return pool_capacity(ipam->books[pool].pool, family);
}

uint64_t
ipam_used(const struct ipam *ipam, size_t pool, enum family family)
{
	const struct shelf *s = &ipam->books[pool].shelves[family];

	return addrset_size(s->records) - addrset_size(s->resting);
}

uint64_t
ipam_available(const struct ipam *ipam, size_t pool, enum family family)
{
	uint64_t capacity = ipam_capacity(ipam, pool, family);

	return capacity == UINT64_MAX
	    ? UINT64_MAX
	    : capacity - ipam_used(ipam, pool, family);
}

size_t
ipam_first_with_room(
    const struct ipam *ipam, const struct bitset *among, uint8_t families)
{
	const struct bitset *sets[1 + FAMILIES] = { among };
	size_t n = 1;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (families & 1 << f)
			sets[n++] = &ipam->room[f];
	return bitset_first_common(sets, n);
}
