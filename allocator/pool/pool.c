/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct pool {
	bool avoid_buggy;
	struct addr_range *ranges; /* owned, ordered, disjoint */
	size_t n_ranges;
	struct addr_range *spans; /* owned, likewise: less the exclusions */
	size_t n_spans;
	uint64_t capacity[FAMILIES];
};

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

int
range_search(const void *addr, const void *range)
{
	const struct addr_range *r = range;

	return addr_cmp(addr, &r->first) < 0 ? -1
	    : addr_cmp(addr, &r->last) > 0   ? 1
					     : 0;
}

bool
addr_is_buggy(const struct addr *a)
{
	return a->family == FAMILY_V4 && (uint8_t)(a->bytes[3] + 1) <= 1;
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

/* How many addresses a span has; UINT64_MAX: too many. */
static uint64_t
span_size(const struct addr_range *s, bool avoid_buggy)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < family_bytes(s->first.family); i++) {
		if (n >> 56 != 0)
			return UINT64_MAX;
		n = (n << 8) + s->last.bytes[i] - s->first.bytes[i];
	}
	if (avoid_buggy && s->first.family == FAMILY_V4) /* .255 and .0 */
		n -= 2 * ((n + s->first.bytes[3]) >> 8);
	return n == UINT64_MAX ? n : n + 1;
}

static void
span_add(struct pool *p, struct addr_range s)
{
	uint64_t *capacity = &p->capacity[s.first.family];

	while (p->avoid_buggy && addr_is_buggy(&s.first) &&
	    addr_cmp(&s.first, &s.last) < 0)
		addr_next(&s.first);
	while (p->avoid_buggy && addr_is_buggy(&s.last) &&
	    addr_cmp(&s.first, &s.last) < 0)
		addr_prev(&s.last);
	if (p->avoid_buggy && addr_is_buggy(&s.first))
		return;
	uint64_t n = span_size(&s, p->avoid_buggy);

	*capacity = *capacity > UINT64_MAX - n ? UINT64_MAX : *capacity + n;
	p->spans = xrealloc(p->spans, p->n_spans + 1, sizeof(*p->spans));
	p->spans[p->n_spans++] = s;
}

/* One range, minus the exclusions, which are ordered and disjoint. */
static void
range_cut(struct pool *p, struct addr_range r, const struct addr_range *exclude,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct addr_range before = { r.first, exclude[i].first };

		if (!range_overlaps(&r, &exclude[i]))
			continue;
		if (addr_cmp(&r.first, &exclude[i].first) < 0) {
			addr_prev(&before.last);
			span_add(p, before);
		}
		if (addr_cmp(&exclude[i].last, &r.last) >= 0)
			return;
		r.first = exclude[i].last;
		addr_next(&r.first);
	}
	span_add(p, r);
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
		range_cut(p, p->ranges[i], exclude, n_exclude);
	free(exclude);
	return p;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	free(p->spans);
	free(p->ranges);
	free(p);
}

static bool
ranges_same(
    const struct addr_range *a, size_t n, const struct addr_range *b, size_t m)
{
	return n == m && (n == 0 || memcmp(a, b, n * sizeof(*a)) == 0);
}

bool
pool_same(const struct pool *a, const struct pool *b)
{
	return a->avoid_buggy == b->avoid_buggy &&
	    ranges_same(a->ranges, a->n_ranges, b->ranges, b->n_ranges) &&
	    ranges_same(a->spans, a->n_spans, b->spans, b->n_spans);
}

bool
pool_contains(const struct pool *p, const struct addr *a)
{
	return p->n_spans > 0 && !(p->avoid_buggy && addr_is_buggy(a)) &&
	    bsearch(a, p->spans, p->n_spans, sizeof(*p->spans), range_search) !=
	    NULL;
}

bool
pool_covers(const struct pool *p, const struct addr *a)
{
	return p->n_ranges > 0 &&
	    bsearch(a, p->ranges, p->n_ranges, sizeof(*p->ranges),
		range_search) != NULL;
}

const struct addr_range *
pool_ranges(const struct pool *p, size_t *n)
{
	*n = p->n_ranges;
	return p->ranges;
}

const struct addr_range *
pool_spans(const struct pool *p, size_t *n)
{
	*n = p->n_spans;
	return p->spans;
}

bool
pool_avoids_buggy(const struct pool *p)
{
	return p->avoid_buggy;
}

uint64_t
pool_capacity(const struct pool *p, enum family family)
{
	return p->capacity[family];
}
