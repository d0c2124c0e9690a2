/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/run.h"

#include <stdlib.h>

#include "bgpd/rib/buckets.h"
#include "common/alloc.h"

void
run_init(struct run *r)
{
	*r = (struct run){ 0 };
}

void
run_fini(struct run *r)
{
	free(r->prefix);
	free(r->next);
	free(r->bucket);
	free(r->sorted);
	*r = (struct run){ 0 };
}

static uint32_t *
grow(uint32_t *array, uint32_t cap)
{
	return xrealloc(array, cap, sizeof(*array));
}

static void
make_room(struct run *r)
{
	if (r->n < r->cap)
		return;
	r->cap = r->cap == 0 ? 64 : r->cap * 2;
	r->prefix = grow(r->prefix, r->cap);
	r->next = grow(r->next, r->cap);
	r->bucket = grow(r->bucket, r->cap);
	r->sorted = grow(r->sorted, r->cap);
}

bool
run_add(struct run *r, struct buckets *b, uint32_t bucket, uint32_t prefix)
{
	uint32_t *chain = &b->at[bucket].run;
	bool first = *chain == 0;

	make_room(r);
	if (first)
		r->bucket[r->n_buckets++] = bucket;
	r->prefix[r->n] = prefix;
	r->next[r->n] = *chain;
	*chain = ++r->n; /* 1 is the first, so that 0 ends the chain */
	return first;
}

size_t
run_take(struct run *r, struct buckets *b, uint32_t *bucket,
    const uint32_t **prefixes)
{
	size_t n = 0;

	if (r->taken == r->n_buckets) {
		r->n = r->n_buckets = r->taken = 0;
		return 0;
	}
	*bucket = r->bucket[r->taken++];
	for (uint32_t at = b->at[*bucket].run; at != 0; at = r->next[at - 1])
		r->sorted[n++] = r->prefix[at - 1];
	b->at[*bucket].run = 0;
	*prefixes = r->sorted;
	return n;
}
