/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/groups.h"

#include <stdlib.h>
#include <string.h>

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
