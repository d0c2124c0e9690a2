/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fib/hops.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static int
hop_cmp(const void *a, const void *b)
{
	const struct hop *x = a, *y = b;
	int order = addr_cmp(&x->via, &y->via);

	return order != 0 ? order : (x->link > y->link) - (x->link < y->link);
}

/* In proportion, where several to one place have more than the kernel can hold. */
static void
shrink(struct hop *at, size_t n)
{
	uint32_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = at[i].weight > most ? at[i].weight : most;
	if (most <= HOP_WEIGHT_MAX)
		return;
	for (size_t i = 0; i < n; i++) {
		uint32_t w = (at[i].weight * HOP_WEIGHT_MAX + most / 2) / most;

		at[i].weight = w > 0 ? w : 1;
	}
}

/* Sorted, each place once. */
static size_t
unite(struct hop *at, size_t n)
{
	size_t kept = 0;

	qsort(at, n, sizeof(*at), hop_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && hop_cmp(&at[kept - 1], &at[i]) == 0)
			at[kept - 1].weight += at[i].weight;
		else
			at[kept++] = at[i];
	shrink(at, kept);
	if (kept == 1)
		at[0].weight = 1; /* of all */
	return kept;
}

/* Compared and hashed as bytes. */
_Static_assert(offsetof(struct hop, link) == 20 && sizeof(struct hop) == 28,
    "a hop has three bytes of padding, behind the address");

static void
clean(struct hop *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memset((uint8_t *)&at[i] + sizeof(at[i].via), 0,
		    offsetof(struct hop, link) - sizeof(at[i].via));
}

struct hops *
hops_intern(struct hops_table *t, struct hop *at, size_t n)
{
	struct hops *h;

	if (n == 0)
		return NULL;
	n = unite(at, n);
	clean(at, n);
	HASH_FIND(hh, t->lists, at, n * sizeof(*at), h);
	if (h != NULL)
		return hops_ref(h);
	h = xcalloc(1, sizeof(*h) + n * sizeof(*at));
	h->table = t;
	h->refs = 1;
	h->n = (uint32_t)n;
	memcpy(h->at, at, n * sizeof(*at));
	HASH_ADD(hh, t->lists, at, n * sizeof(*at), h);
	t->n++;
	return h;
}

struct hops *
hops_ref(struct hops *h)
{
	if (h != NULL)
		h->refs++;
	return h;
}

void
hops_unref(struct hops *h)
{
	if (h == NULL || --h->refs > 0)
		return;
	if (!h->gone)
		HASH_DEL(h->table->lists, h);
	h->table->n--;
	hops_unref(h->real);
	free(h);
}

static bool
goes_over(const struct hops *h, int32_t link)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (h->at[i].link == link)
			return true;
	return false;
}

bool
hops_go_over(const struct hops_table *t, int32_t link)
{
	const struct hops *h, *tmp;

	HASH_ITER (hh, t->lists, h, tmp)
		if (goes_over(h, link))
			return true;
	return false;
}

bool
hops_void(struct hops_table *t, int32_t link)
{
	struct hops *h, *tmp;
	bool any = false;

	HASH_ITER (hh, t->lists, h, tmp)
		if (goes_over(h, link)) {
			HASH_DEL(t->lists, h);
			h->gone = any = true;
		}
	return any;
}
