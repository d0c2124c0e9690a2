/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/groups.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/pool/bitset.h"
#include "allocator/pool/pool.h"
#include "common/api/service.h"

static int
text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
group_sort_namespaces(struct group *g)
{
	if (g->n_namespaces > 0)
		qsort(g->namespaces, g->n_namespaces, sizeof(*g->namespaces),
		    text_order);
}

bool
group_allows_namespace(const struct group *g, const char *ns)
{
	return g->all_namespaces ||
	    (g->n_namespaces > 0 &&
		bsearch(&ns, g->namespaces, g->n_namespaces,
		    sizeof(*g->namespaces), text_order) != NULL);
}

bool
group_allows(const struct group *g, const struct service *s)
{
	return group_allows_namespace(g, s->meta.ns) &&
	    selector_matches(&g->services, &s->labels);
}

static bool
text_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
namespaces_same(const struct group *a, const struct group *b)
{
	if (a->all_namespaces != b->all_namespaces ||
	    a->n_namespaces != b->n_namespaces)
		return false;
	for (size_t i = 0; i < a->n_namespaces; i++)
		if (strcmp(a->namespaces[i], b->namespaces[i]) != 0)
			return false;
	return true;
}

static bool
group_same(const struct group *a, const struct group *b)
{
	return strcmp(a->name, b->name) == 0 && pool_same(a->pool, b->pool) &&
	    text_same(a->fault, b->fault) &&
	    text_same(a->warning, b->warning) && namespaces_same(a, b) &&
	    selector_eq(&a->services, &b->services) &&
	    a->auto_assign == b->auto_assign &&
	    a->reallocate == b->reallocate && a->refused == b->refused &&
	    a->priority == b->priority;
}

bool
groups_same(const struct groups *a, const struct groups *b)
{
	size_t i = 0;

	while (a->n == b->n && i < a->n && group_same(&a->at[i], &b->at[i]))
		i++;
	return a->n == b->n && i == a->n;
}

void
groups_open_to(
    const struct groups *gs, const struct service *s, struct bitset *open)
{
	bitset_init(open, gs->n);
	for (size_t i = 0; i < gs->n_auto; i++)
		bitset_set(open, i, group_allows(&gs->at[i], s));
}

size_t
groups_find(const struct groups *gs, const char *name)
{
	size_t low = 0, high = gs->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, gs->by_name[mid]->name);

		if (order == 0)
			return (size_t)(gs->by_name[mid] - gs->at);
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return GROUPS_NONE;
}
