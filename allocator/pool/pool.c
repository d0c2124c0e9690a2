/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool is a list of spans for each family, ordered and disjoint: the ranges of the
 * group less all that is excluded. Addresses are counted in 128 bits, whatever their
 * family, and only as places: those that are not left out as buggy. Beside each span
 * stands how many places come before it, so that the nth address and the count between
 * two addresses are found by bisection. What is told of the counts saturates.
 */
#include "allocator/pool/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

/* An address, or how many there are. :: is never given, so sums do not wrap. */
struct wide {
	uint64_t hi, lo;
};

struct span { /* a run of addresses without a hole but buggy ones */
	struct wide first, last; /* both can be given */
	struct wide below;       /* how many the spans before it have */
};

struct spans {
	struct span *at; /* owned, ordered */
	size_t n;
};

struct pool {
	bool avoid_buggy;
	struct addr_range *ranges; /* owned, ordered, disjoint */
	size_t n_ranges;
	struct spans spans[FAMILIES];
};

static struct wide
wide_add(struct wide a, struct wide b)
{
	struct wide sum = { a.hi + b.hi, a.lo + b.lo };

	sum.hi += sum.lo < a.lo;
	return sum;
}

static struct wide
wide_sub(struct wide a, struct wide b)
{
	return (struct wide){ a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo };
}

static bool
wide_less(struct wide a, struct wide b)
{
	return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
}

static uint64_t
wide_saturate(struct wide a)
{
	return a.hi != 0 ? UINT64_MAX : a.lo;
}

static struct wide
wide_of(const struct addr *a)
{
	struct wide w = { 0, 0 };

	for (unsigned i = 0; i < family_bytes(a->family); i++) {
		w.hi = w.hi << 8 | w.lo >> 56;
		w.lo = w.lo << 8 | a->bytes[i];
	}
	return w;
}

static struct addr
wide_addr(enum family family, struct wide w)
{
	struct addr a = { .family = (uint8_t)family };

	for (unsigned i = family_bytes(family); i-- > 0;) {
		a.bytes[i] = (uint8_t)w.lo;
		w.lo = w.lo >> 8 | w.hi << 56;
		w.hi >>= 8;
	}
	return a;
}

static const struct wide one = { 0, 1 };

/*
 * Places: the addresses of a family that are not left out as buggy, numbered from
 * the lowest. In IPv4 each /24 loses two, so it has 254 places.
 */
static bool
is_buggy(bool avoid, enum family family, struct wide w)
{
	uint8_t last = (uint8_t)w.lo;

	return avoid && family == FAMILY_V4 && (last == 0 || last == 255);
}

static struct wide
place_of(bool avoid, enum family family, struct wide w)
{
	if (!avoid || family != FAMILY_V4)
		return w;
	return (struct wide){ 0, w.lo - 2 * (w.lo >> 8) - ((w.lo & 255) != 0) };
}

static struct wide
place_address(bool avoid, enum family family, struct wide place)
{
	if (!avoid || family != FAMILY_V4)
		return place;
	return (struct wide){ 0, place.lo / 254 * 256 + place.lo % 254 + 1 };
}

bool
range_contains(const struct addr_range *r, const struct addr *a)
{
	return addr_cmp(&r->first, a) <= 0 && addr_cmp(a, &r->last) <= 0;
}

bool
range_overlaps(const struct addr_range *a, const struct addr_range *b)
{
	return addr_cmp(&a->first, &b->last) <= 0 &&
	    addr_cmp(&b->first, &a->last) <= 0;
}

static int
range_cmp(const void *a, const void *b)
{
	const struct addr_range *ra = a, *rb = b;

	return addr_cmp(&ra->first, &rb->first);
}

/* Does b begin within a, or right behind it? a begins first. */
static bool
range_joins(const struct addr_range *a, const struct addr_range *b)
{
	struct addr next = a->last;

	return addr_cmp(&b->first, &a->last) <= 0 ||
	    (addr_next(&next) && addr_eq(&next, &b->first));
}

/* A copy in order, with those that overlap or touch made one. */
static struct addr_range *
ranges_sorted(const struct addr_range *ranges, size_t *n)
{
	struct addr_range *out = xcalloc(*n + 1, sizeof(*out));
	size_t used = 0;

	for (size_t i = 0; i < *n; i++)
		out[i] = ranges[i];
	qsort(out, *n, sizeof(*out), range_cmp);
	for (size_t i = 0; i < *n; i++) {
		struct addr_range *last = used > 0 ? &out[used - 1] : NULL;

		if (last == NULL || !range_joins(last, &out[i]))
			out[used++] = out[i];
		else if (addr_cmp(&last->last, &out[i].last) < 0)
			last->last = out[i].last;
	}
	*n = used;
	return out;
}

static void
span_add(
    struct pool *p, enum family family, struct wide first, struct wide last)
{
	struct spans *spans = &p->spans[family];
	struct wide below = { 0, 0 };

	while (
	    !wide_less(last, first) && is_buggy(p->avoid_buggy, family, first))
		first = wide_add(first, one);
	while (
	    !wide_less(last, first) && is_buggy(p->avoid_buggy, family, last))
		last = wide_sub(last, one);
	if (wide_less(last, first))
		return;
	if (spans->n > 0) {
		const struct span *s = &spans->at[spans->n - 1];
		struct wide size =
		    wide_sub(place_of(p->avoid_buggy, family, s->last),
			place_of(p->avoid_buggy, family, s->first));

		below = wide_add(s->below, wide_add(size, one));
	}
	spans->at = xrealloc(spans->at, spans->n + 1, sizeof(*spans->at));
	spans->at[spans->n++] = (struct span){ first, last, below };
}

/* One range, minus the exclusions, which are ordered and disjoint. */
static void
range_cut(struct pool *p, const struct addr_range *r,
    const struct addr_range *exclude, size_t n)
{
	enum family family = r->first.family;
	struct wide first = wide_of(&r->first), last = wide_of(&r->last);

	if (addr_is_zero(&r->first)) /* the unspecified address is no one's */
		first = one;
	for (size_t i = 0; i < n; i++) {
		if (!range_overlaps(r, &exclude[i]))
			continue;
		struct wide from = wide_of(&exclude[i].first);

		if (wide_less(first, from))
			span_add(p, family, first, wide_sub(from, one));
		if (addr_cmp(&exclude[i].last, &r->last) >= 0)
			return;
		first = wide_add(wide_of(&exclude[i].last), one);
	}
	span_add(p, family, first, last);
}

struct pool *
pool_new(const struct pool_spec *spec)
{
	struct pool *p = xcalloc(1, sizeof(*p));
	size_t n_exclude = spec->n_exclude;
	struct addr_range *exclude = ranges_sorted(spec->exclude, &n_exclude);

	p->avoid_buggy = spec->avoid_buggy;
	p->n_ranges = spec->n_ranges;
	p->ranges = ranges_sorted(spec->ranges, &p->n_ranges);
	for (size_t i = 0; i < p->n_ranges; i++)
		range_cut(p, &p->ranges[i], exclude, n_exclude);
	free(exclude);
	return p;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (unsigned f = 0; f < FAMILIES; f++)
		free(p->spans[f].at);
	free(p->ranges);
	free(p);
}

static bool
bytes_same(const void *a, size_t n, const void *b, size_t m, size_t size)
{
	return n == m && (n == 0 || memcmp(a, b, n * size) == 0);
}

bool
pool_same(const struct pool *a, const struct pool *b)
{
	bool same = a->avoid_buggy == b->avoid_buggy &&
	    bytes_same(a->ranges, a->n_ranges, b->ranges, b->n_ranges,
		sizeof(*a->ranges));

	for (unsigned f = 0; same && f < FAMILIES; f++)
		same = bytes_same(a->spans[f].at, a->spans[f].n, b->spans[f].at,
		    b->spans[f].n, sizeof(*a->spans[f].at));
	return same;
}

/* How many spans begin at or below w. */
static size_t
spans_upto(const struct spans *spans, struct wide w)
{
	size_t low = 0, high = spans->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (wide_less(w, spans->at[mid].first))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* How many addresses of the pool are below w. */
static struct wide
pool_below(const struct pool *p, enum family family, struct wide w)
{
	const struct spans *spans = &p->spans[family];
	size_t i = spans_upto(spans, w);

	if (i == 0)
		return (struct wide){ 0, 0 };
	const struct span *s = &spans->at[i - 1];
	bool behind = wide_less(s->last, w);
	struct wide size =
	    wide_sub(place_of(p->avoid_buggy, family, behind ? s->last : w),
		place_of(p->avoid_buggy, family, s->first));

	return wide_add(s->below, behind ? wide_add(size, one) : size);
}

bool
pool_contains(const struct pool *p, const struct addr *a)
{
	const struct spans *spans = &p->spans[a->family];
	struct wide w = wide_of(a);
	size_t i = spans_upto(spans, w);

	return i > 0 && !wide_less(spans->at[i - 1].last, w) &&
	    !is_buggy(p->avoid_buggy, a->family, w);
}

bool
pool_covers(const struct pool *p, const struct addr *a)
{
	for (size_t i = 0; i < p->n_ranges; i++)
		if (range_contains(&p->ranges[i], a))
			return true;
	return false;
}

const struct addr_range *
pool_ranges(const struct pool *p, size_t *n)
{
	*n = p->n_ranges;
	return p->ranges;
}

uint64_t
pool_capacity(const struct pool *p, enum family family)
{
	const struct spans *spans = &p->spans[family];

	if (spans->n == 0)
		return 0;
	const struct span *s = &spans->at[spans->n - 1];

	return wide_saturate(wide_add(pool_below(p, family, s->last), one));
}

uint64_t
pool_count(const struct pool *p, const struct addr *from, const struct addr *to)
{
	assert(from->family == to->family);
	if (addr_cmp(from, to) >= 0)
		return 0;
	return wide_saturate(wide_sub(pool_below(p, to->family, wide_of(to)),
	    pool_below(p, from->family, wide_of(from))));
}

bool
pool_nth(
    const struct pool *p, const struct addr *from, uint64_t k, struct addr *nth)
{
	enum family family = from->family;
	const struct spans *spans = &p->spans[family];
	struct wide rank = wide_add(
	    pool_below(p, family, wide_of(from)), (struct wide){ 0, k });
	size_t low = 0, high = spans->n;

	while (low < high) { /* how many spans begin at or below the rank */
		size_t mid = low + (high - low) / 2;

		if (wide_less(rank, spans->at[mid].below))
			high = mid;
		else
			low = mid + 1;
	}
	if (low == 0)
		return false;
	const struct span *s = &spans->at[low - 1];
	struct wide place = wide_add(wide_sub(rank, s->below),
	    place_of(p->avoid_buggy, family, s->first));
	struct wide w = place_address(p->avoid_buggy, family, place);

	if (wide_less(s->last, w) || wide_less(place, rank))
		return false;
	*nth = wide_addr(family, w);
	return true;
}
