/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/alikes.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define NAMED 3 /* nodes; the others are counted */

static struct alike *
alike_of(struct alikes *all, const char *key, const char *text)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].key, key) == 0)
			return &all->at[i];
	all->at = xrealloc(all->at, all->n + 1, sizeof(all->at[0]));
	all->at[all->n] =
	    (struct alike){ xstrdup(key), xstrdup(text), xstrdup(""), 0 };
	return &all->at[all->n++];
}

void
alike_add(
    struct alikes *all, const char *key, const char *text, const char *node)
{
	struct alike *a = alike_of(all, key, text);
	char *nodes;

	if (a->n++ >= NAMED)
		return;
	nodes = xasprintf("%s%s%s", a->nodes, a->n > 1 ? ", " : "", node);
	free(a->nodes);
	a->nodes = nodes;
}

char *
alike_nodes(const struct alike *a)
{
	return a->n <= NAMED
	    ? xstrdup(a->nodes)
	    : xasprintf("%s and %zu more", a->nodes, a->n - NAMED);
}

void
alikes_fini(struct alikes *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->at[i].key);
		free(all->at[i].text);
		free(all->at[i].nodes);
	}
	free(all->at);
}
