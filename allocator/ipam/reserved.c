/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/reserved.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static struct reservation *
find(const struct reserved *all, const struct addr *a)
{
	struct reservation *r;

	HASH_FIND(hh, all->all, a, sizeof(*a), r);
	return r;
}

static void
drop(struct reserved *all, struct reservation *r)
{
	HASH_DEL(all->all, r);
	while (r->n > 0)
		free(r->names[--r->n]);
	free(r->names);
	free(r);
}

void
reserved_fini(struct reserved *all)
{
	struct reservation *r, *next;

	HASH_ITER (hh, all->all, r, next)
		drop(all, r);
}

/* Where the name is, or would be. */
static size_t
place_of(const struct reservation *r, const char *name)
{
	size_t i = 0;

	while (i < r->n && strcmp(r->names[i], name) < 0)
		i++;
	return i;
}

static bool
has_at(const struct reservation *r, size_t place, const char *name)
{
	return place < r->n && strcmp(r->names[place], name) == 0;
}

bool
reserved_add(struct reserved *all, const struct addr *a, const char *name)
{
	struct reservation *r = find(all, a);

	if (r == NULL) {
		r = xcalloc(1, sizeof(*r));
		r->addr = *a;
		HASH_ADD(hh, all->all, addr, sizeof(r->addr), r);
	}
	size_t place = place_of(r, name);

	if (has_at(r, place, name))
		return false;
	r->names = xrealloc(r->names, r->n + 1, sizeof(*r->names));
	memmove(r->names + place + 1, r->names + place,
	    (r->n - place) * sizeof(*r->names));
	r->names[place] = xstrdup(name);
	r->n++;
	return true;
}

bool
reserved_remove(struct reserved *all, const struct addr *a, const char *name)
{
	struct reservation *r = find(all, a);
	size_t place = r != NULL ? place_of(r, name) : 0;

	if (r == NULL || !has_at(r, place, name))
		return false;
	free(r->names[place]);
	r->n--;
	memmove(r->names + place, r->names + place + 1,
	    (r->n - place) * sizeof(*r->names));
	if (r->n == 0)
		drop(all, r);
	return true;
}

const char *
reserved_by(const struct reserved *all, const struct addr *a)
{
	const struct reservation *r = find(all, a);

	return r != NULL ? r->names[0] : NULL;
}
