/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/lead/classes.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/meta.h"
#include "common/err.h"

struct home {               /* a Namespace that has the lbbgp of a class */
	char *name, *class; /* owned */
	int64_t created;
	UT_hash_handle hh;
};

struct resource { /* of another class than ours */
	char *id; /* owned: kind, namespace and name */
	size_t kind;
	char *ns;          /* owned; "": it has none */
	const char *name;  /* in id */
	char *uid, *class; /* owned */
	uint64_t due; /* when people are to be told, if nobody has the class */
	UT_hash_handle hh;
};

struct classes {
	struct instance own; /* texts owned */
	bool has_own_namespace;
	int64_t own_created;
	struct home *homes;         /* hash by name, owned */
	struct resource *resources; /* likewise, by id */
};

struct classes *
classes_new(const struct instance *own)
{
	struct classes *c = xcalloc(1, sizeof(*c));

	c->own = (struct instance){ xstrdup(own->ns), xstrdup(own->class) };
	return c;
}

static void
home_free(struct classes *c, struct home *h)
{
	HASH_DEL(c->homes, h);
	free(h->name);
	free(h->class);
	free(h);
}

static void
resource_free(struct classes *c, struct resource *r)
{
	HASH_DEL(c->resources, r);
	free(r->id);
	free(r->ns);
	free(r->uid);
	free(r->class);
	free(r);
}

void
classes_free(struct classes *c)
{
	struct home *h, *h_next;
	struct resource *r, *r_next;

	if (c == NULL)
		return;
	HASH_ITER (hh, c->homes, h, h_next)
		home_free(c, h);
	HASH_ITER (hh, c->resources, r, r_next)
		resource_free(c, r);
	free((char *)c->own.ns);
	free((char *)c->own.class);
	free(c);
}

/* ---- what is told ---- */

void
classes_namespace_gone(struct classes *c, const char *name)
{
	struct home *h;

	HASH_FIND_STR(c->homes, name, h);
	if (h != NULL)
		home_free(c, h);
	if (strcmp(name, c->own.ns) == 0)
		c->has_own_namespace = false;
}

void
classes_namespace(struct classes *c, const struct meta *meta, const char *class)
{
	classes_namespace_gone(c, meta->name);
	if (strcmp(meta->name, c->own.ns) == 0) {
		c->has_own_namespace = true;
		c->own_created = meta->created;
	}
	class = instance_of_namespace(meta->name, class);
	if (class == NULL)
		return;
	struct home *h = xcalloc(1, sizeof(*h));

	*h = (struct home){ .name = xstrdup(meta->name),
		.class = xstrdup(class),
		.created = meta->created };
	HASH_ADD_KEYPTR(hh, c->homes, h->name, strlen(h->name), h);
}

void
classes_resource(struct classes *c, size_t kind, const struct meta *meta,
    const char *class, uint64_t now)
{
	char *id = xasprintf("%zu/%s/%s", kind, meta->ns, meta->name);
	struct resource *r;

	HASH_FIND_STR(c->resources, id, r);
	bool same = r != NULL && class != NULL &&
	    strcmp(r->class, class) == 0 && strcmp(r->uid, meta->uid) == 0;

	if (r != NULL && !same)
		resource_free(c, r);
	if (same || class == NULL || strcmp(class, c->own.class) == 0) {
		free(id);
		return;
	}
	r = xcalloc(1, sizeof(*r));
	*r = (struct resource){ .id = id,
		.kind = kind,
		.ns = xstrdup(meta->ns),
		.name = strrchr(id, '/') + 1,
		.uid = xstrdup(meta->uid),
		.class = xstrdup(class),
		.due = now + CLASSES_WAIT };
	HASH_ADD_KEYPTR(hh, c->resources, r->id, strlen(r->id), r);
}

/* ---- what follows ---- */

static bool
is_had(const struct classes *c, const char *class)
{
	const struct home *h, *next;

	HASH_ITER (hh, c->homes, h, next)
		if (strcmp(h->class, class) == 0)
			return true;
	return false;
}

static bool
is_first_home(const char *ns, const char *class)
{
	return strcmp(ns, INSTANCE_NAMESPACE) == 0 &&
	    strcmp(class, INSTANCE_CLASS) == 0;
}

/*
 * Of two Namespaces with one class the older has it; but the default one is that of
 * lbbgp-system, whoever may write annotations of an old Namespace.
 */
static bool
goes_before(const struct classes *c, const struct home *h)
{
	if (is_first_home(c->own.ns, c->own.class))
		return false;
	if (!c->has_own_namespace || is_first_home(h->name, h->class))
		return true;
	if (h->created != c->own_created)
		return h->created < c->own_created;
	return strcmp(h->name, c->own.ns) < 0;
}

bool
classes_clash(const struct classes *c, struct err *why)
{
	const struct home *h, *next;

	HASH_FIND_STR(c->homes, c->own.ns, h);
	if (c->has_own_namespace &&
	    (h == NULL || strcmp(h->class, c->own.class) != 0))
		return !err_set(why,
		    "Namespace %s: its annotation " INSTANCE_ANNOTATION
		    " is %s, --class is %s: other lbbgp go by it (kubectl "
		    "annotate namespace %s " INSTANCE_ANNOTATION "=%s)",
		    c->own.ns, h != NULL ? h->class : "missing", c->own.class,
		    c->own.ns, c->own.class);
	HASH_ITER (hh, c->homes, h, next)
		if (strcmp(h->name, c->own.ns) != 0 &&
		    strcmp(h->class, c->own.class) == 0 && goes_before(c, h))
			return !err_set(why,
			    "Namespace %s has the class %s, too, and came "
			    "first: one lbbgp decides for a class (--class, or "
			    "the annotation " INSTANCE_ANNOTATION
			    " of that Namespace)",
			    h->name, c->own.class);
	return false;
}

bool
classes_next(struct classes *c, uint64_t now, struct classes_stray *s)
{
	struct resource *r, *next;

	HASH_ITER (hh, c->resources, r, next) {
		if (r->due > now || is_had(c, r->class))
			continue;
		r->due = now + CLASSES_AGAIN;
		*s = (struct classes_stray){ r->kind, { r->ns, r->name },
			r->uid, r->class };
		return true;
	}
	return false;
}

uint64_t
classes_due(const struct classes *c)
{
	const struct resource *r, *next;
	uint64_t due = UINT64_MAX;

	HASH_ITER (hh, c->resources, r, next)
		if (!is_had(c, r->class) && r->due < due)
			due = r->due;
	return due;
}
