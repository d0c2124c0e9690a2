/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/access.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"
#include "common/api/service.h"

struct admission { /* a namespace that a group is open to */
	const char *ns;
	size_t group;
};

struct access {
	const struct group *groups; /* borrowed */
	size_t n_groups;
	struct bitset all; /* open to every Service */
	size_t *choosy;    /* owned; open to every namespace only */
	size_t n_choosy;
	struct admission *admissions; /* owned, in order */
	size_t n_admissions;
};

static int
admission_order(const void *a, const void *b)
{
	const struct admission *x = a, *y = b;

	return strcmp(x->ns, y->ns);
}

static void
admit(struct access *a, size_t group)
{
	const struct group *g = &a->groups[group];

	if (g->all_namespaces && g->services.n == 0)
		bitset_set(&a->all, group, true);
	else if (g->all_namespaces)
		a->choosy[a->n_choosy++] = group;
	else
		for (size_t i = 0; i < g->n_namespaces; i++)
			a->admissions[a->n_admissions++] =
			    (struct admission){ g->namespaces[i], group };
}

struct access *
access_new(const struct groups *gs)
{
	struct access *a = xcalloc(1, sizeof(*a));
	size_t namespaces = 0;

	for (size_t i = 0; i < gs->n; i++)
		namespaces += gs->at[i].n_namespaces;
	a->groups = gs->at;
	a->n_groups = gs->n;
	bitset_init(&a->all, gs->n);
	a->choosy = xcalloc(gs->n + 1, sizeof(*a->choosy));
	a->admissions = xcalloc(namespaces + 1, sizeof(*a->admissions));
	for (size_t i = 0; i < gs->n_auto; i++)
		admit(a, i);
	qsort(a->admissions, a->n_admissions, sizeof(*a->admissions),
	    admission_order);
	return a;
}

void
access_free(struct access *a)
{
	if (a == NULL)
		return;
	bitset_fini(&a->all);
	free(a->choosy);
	free(a->admissions);
	free(a);
}

/* The first that is not of a lower namespace. */
static size_t
admissions_from(const struct access *a, const char *ns)
{
	size_t low = 0, high = a->n_admissions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(a->admissions[mid].ns, ns) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
ask(const struct access *a, size_t group, const struct service *s,
    struct bitset *open)
{
	if (selector_matches(&a->groups[group].services, &s->labels))
		bitset_set(open, group, true);
}

void
access_find(
    const struct access *a, const struct service *s, struct bitset *open)
{
	const char *ns = s->meta.ns;

	bitset_init(open, a->n_groups);
	bitset_add_all(open, &a->all);
	for (size_t i = 0; i < a->n_choosy; i++)
		ask(a, a->choosy[i], s, open);
	for (size_t i = admissions_from(a, ns);
	     i < a->n_admissions && strcmp(a->admissions[i].ns, ns) == 0; i++)
		ask(a, a->admissions[i].group, s, open);
}
