/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/vip_rivals.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/pool/vip_addrs.h"
#include "common/alloc.h"

struct known {
	char *name; /* owned */
	const struct vip_addrs *is;
	const struct vip_addrs *rival; /* NULL: there is none */
	const struct addr *addr;       /* that both have */
	uint64_t due;                  /* when people are to be told of it */
	UT_hash_handle hh;
};

struct vip_rivals {
	char *class;        /* owned */
	struct known *vips; /* of all classes; hash by name, owned */
	bool changed;       /* rivals are to be looked for */
};

struct vip_rivals *
vip_rivals_new(const char *class)
{
	struct vip_rivals *r = xcalloc(1, sizeof(*r));

	r->class = xstrdup(class);
	return r;
}

static void
vip_free(struct vip_rivals *r, struct known *v)
{
	HASH_DEL(r->vips, v);
	free(v->name);
	free(v);
}

void
vip_rivals_free(struct vip_rivals *r)
{
	struct known *v, *next;

	if (r == NULL)
		return;
	HASH_ITER (hh, r->vips, v, next)
		vip_free(r, v);
	free(r->class);
	free(r);
}

void
vip_rivals_set(
    struct vip_rivals *r, const char *name, const struct vip_addrs *is)
{
	struct known *v;

	r->changed = true;
	HASH_FIND_STR(r->vips, name, v);
	if (v == NULL && is != NULL) {
		v = xcalloc(1, sizeof(*v));
		v->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, r->vips, v->name, strlen(v->name), v);
	}
	if (v == NULL)
		return;
	v->is = is;
	if (is == NULL)
		vip_free(r, v);
}

/* The first address of the one that the other has, too, or NULL. */
static const struct addr *
shared(const struct vip_addrs *one, const struct vip_addrs *other)
{
	for (size_t i = 0; i < one->n; i++)
		if (vip_addrs_have(other, &one->at[i]))
			return &one->at[i];
	return NULL;
}

/* One that has had a rival before waits no longer for it. */
static void
rival_find(const struct vip_rivals *r, struct known *v, uint64_t now)
{
	bool had = v->rival != NULL;
	const struct known *other, *next;

	v->rival = NULL;
	if (strcmp(v->is->class, r->class) != 0)
		return;
	HASH_ITER (hh, r->vips, other, next) {
		if (strcmp(other->is->class, r->class) == 0)
			continue;
		v->addr = shared(v->is, other->is);
		if (v->addr == NULL)
			continue;
		v->rival = other->is;
		v->due = had ? v->due : now + VIP_RIVALS_WAIT;
		return;
	}
}

bool
vip_rivals_next(struct vip_rivals *r, uint64_t now, struct vip_rival *found)
{
	struct known *v, *next;

	if (r->changed)
		HASH_ITER (hh, r->vips, v, next)
			rival_find(r, v, now);
	r->changed = false;
	HASH_ITER (hh, r->vips, v, next) {
		if (v->rival == NULL || v->due > now)
			continue;
		v->due = now + VIP_RIVALS_AGAIN;
		*found = (struct vip_rival){ v->is, v->rival, v->addr };
		return true;
	}
	return false;
}

uint64_t
vip_rivals_due(const struct vip_rivals *r)
{
	const struct known *v, *next;
	uint64_t due = UINT64_MAX;

	HASH_ITER (hh, r->vips, v, next)
		if (v->rival != NULL && v->due < due)
			due = v->due;
	return due;
}
