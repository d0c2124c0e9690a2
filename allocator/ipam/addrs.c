/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/addrs.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

bool
addrs_has(const struct addrs *list, const struct addr *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (addr_eq(&list->at[i], a))
			return true;
	return false;
}

bool
addrs_same(const struct addrs *a, const struct addrs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (!addr_eq(&a->at[i], &b->at[i]) && !addrs_has(a, &b->at[i]))
			return false;
	return true;
}

void
addrs_add(struct addrs *list, const struct addr *a)
{
	if (!addrs_has(list, a))
		list->at[list->n++] = *a;
}

void
addrs_add_all(struct addrs *list, const struct addrs *more)
{
	for (size_t i = 0; i < more->n; i++)
		addrs_add(list, &more->at[i]);
}

static int
addr_order(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

void
addrs_sort(struct addrs *list)
{
	size_t kept = 0;

	if (list->n > 0)
		qsort(list->at, list->n, sizeof(*list->at), addr_order);
	for (size_t i = 0; i < list->n; i++)
		if (i == 0 || !addr_eq(&list->at[i], &list->at[kept - 1]))
			list->at[kept++] = list->at[i];
	list->n = kept;
}

void
addr_queue_add(struct addr_queue *q, const struct addr *a)
{
	if (q->n == q->room) {
		q->room = q->room * 2 + 16;
		q->at = xrealloc(q->at, q->room, sizeof(*q->at));
	}
	q->at[q->n++] = *a;
}

bool
addr_queue_take(struct addr_queue *q, struct addr *a)
{
	if (q->first == q->n) {
		addr_queue_clear(q);
		return false;
	}
	*a = q->at[q->first++];
	return true;
}

void
addr_queue_clear(struct addr_queue *q)
{
	q->first = q->n = 0;
}

void
addr_queue_fini(struct addr_queue *q)
{
	free(q->at);
}

struct addrs
addrs_copy(const struct addr *at, size_t n)
{
	struct addrs copy = { n > 0 ? xcalloc(n, sizeof(*at)) : NULL, n };

	if (n > 0)
		memcpy(copy.at, at, n * sizeof(*at));
	return copy;
}
