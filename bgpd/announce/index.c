/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/index.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"

struct object {    /* who wants */
	char *key; /* owned */
	struct wants wants;
	UT_hash_handle hh;
};

struct share { /* wants of one prefix with equal attributes */
	struct attributes attributes;
	size_t wants;
};

struct entry { /* what is wanted */
	struct prefix prefix;
	struct share *shares; /* owned */
	size_t n;
	size_t services; /* wants that make it a prefix which Services share */
	bool announced;
	bool shared;                  /* as told */
	struct attributes attributes; /* as told, while announced */
	UT_hash_handle hh;
};

struct announce_index {
	const struct announce_index_ops *ops;
	void *arg;
	struct object *objects;
	struct entry *entries;
	size_t count[FAMILIES];
	size_t verdicts[VERDICTS];
};

struct announce_index *
announce_index_new(const struct announce_index_ops *ops, void *arg)
{
	struct announce_index *x = xcalloc(1, sizeof(*x));

	x->ops = ops;
	x->arg = arg;
	return x;
}

static void
entry_free(struct announce_index *x, struct entry *e)
{
	HASH_DEL(x->entries, e);
	attributes_fini(&e->attributes);
	for (size_t i = 0; i < e->n; i++)
		attributes_fini(&e->shares[i].attributes);
	free(e->shares);
	free(e);
}

static void
object_free(struct announce_index *x, struct object *o)
{
	HASH_DEL(x->objects, o);
	wants_fini(&o->wants);
	free(o->key);
	free(o);
}

void
announce_index_free(struct announce_index *x)
{
	struct object *o, *next_o;
	struct entry *e, *next_e;

	if (x == NULL)
		return;
	HASH_ITER (hh, x->entries, e, next_e)
		entry_free(x, e);
	HASH_ITER (hh, x->objects, o, next_o)
		object_free(x, o);
	free(x);
}

static struct entry *
entry_get(struct announce_index *x, const struct prefix *prefix)
{
	struct entry *e;

	HASH_FIND(hh, x->entries, prefix, sizeof(*prefix), e);
	if (e != NULL)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->prefix = *prefix;
	HASH_ADD(hh, x->entries, prefix, sizeof(e->prefix), e);
	return e;
}

static struct object *
object_get(struct announce_index *x, const char *key)
{
	struct object *o;

	HASH_FIND_STR(x->objects, key, o);
	if (o != NULL)
		return o;
	o = xcalloc(1, sizeof(*o));
	o->key = xstrdup(key);
	HASH_ADD_KEYPTR(hh, x->objects, o->key, strlen(o->key), o);
	return o;
}

/* Services of one block rarely differ in what they say: few shares. */
static struct share *
entry_share(struct entry *e, const struct attributes *attributes)
{
	for (size_t i = 0; i < e->n; i++)
		if (attributes_eq(&e->shares[i].attributes, attributes))
			return &e->shares[i];
	e->shares = xrealloc(e->shares, e->n + 1, sizeof(e->shares[0]));
	e->shares[e->n] = (struct share){ 0 };
	attributes_unite(&e->shares[e->n].attributes, attributes);
	return &e->shares[e->n++];
}

static bool
want_is_service(const struct want *w)
{
	return w->verdict == VERDICT_SERVICE_CIDR ||
	    w->verdict == VERDICT_AGGREGATE;
}

static void
entry_link(struct entry *e, const struct want *w)
{
	entry_share(e, &w->attributes)->wants++;
	e->services += want_is_service(w);
}

static void
entry_unlink(struct entry *e, const struct want *w)
{
	struct share *share = entry_share(e, &w->attributes);

	e->services -= want_is_service(w);
	if (--share->wants > 0)
		return;
	attributes_fini(&share->attributes);
	*share = e->shares[--e->n];
}

/* Everybody's attributes for this prefix, and what goes for it anyway. */
static struct attributes
entry_unite(const struct announce_index *x, const struct entry *e)
{
	struct attributes all = { 0 };

	for (size_t i = 0; i < e->n; i++)
		attributes_unite(&all, &e->shares[i].attributes);
	x->ops->decorate(x->arg, &e->prefix, &all);
	return all;
}

/* A host route has no unassigned members. */
static void
entry_tell_shared(struct announce_index *x, struct entry *e)
{
	bool shared = e->services > 0 &&
	    e->prefix.len < family_bits(e->prefix.addr.family);

	if (shared == e->shared)
		return;
	e->shared = shared;
	x->ops->shared(x->arg, &e->prefix, shared);
}

/* Tells what has become of a prefix; the entry may be gone after it. */
static void
entry_settle(struct announce_index *x, struct entry *e)
{
	enum family family = e->prefix.addr.family;

	entry_tell_shared(x, e);
	if (e->n == 0) {
		if (e->announced) {
			x->count[family]--;
			x->ops->changed(x->arg, &e->prefix, NULL);
		}
		entry_free(x, e);
		return;
	}
	struct attributes now = entry_unite(x, e);

	if (e->announced && attributes_eq(&now, &e->attributes)) {
		attributes_fini(&now);
		return;
	}
	if (!e->announced)
		x->count[family]++;
	e->announced = true;
	attributes_fini(&e->attributes);
	e->attributes = now;
	x->ops->changed(x->arg, &e->prefix, &e->attributes);
}

static void
link_all(struct announce_index *x, struct object *o)
{
	for (size_t i = 0; i < o->wants.n; i++) {
		struct want *w = &o->wants.at[i];

		x->verdicts[w->verdict]++;
		if (verdict_announces(w->verdict))
			entry_link(entry_get(x, &w->prefix), w);
	}
}

static void
unlink_all(struct announce_index *x, struct object *o)
{
	for (size_t i = 0; i < o->wants.n; i++) {
		struct want *w = &o->wants.at[i];

		x->verdicts[w->verdict]--;
		if (verdict_announces(w->verdict))
			entry_unlink(entry_get(x, &w->prefix), w);
	}
}

static void
settle_all(struct announce_index *x, const struct wants *wants)
{
	for (size_t i = 0; i < wants->n; i++) {
		struct entry *e;

		HASH_FIND(hh, x->entries, &wants->at[i].prefix,
		    sizeof(struct prefix), e);
		if (e != NULL)
			entry_settle(x, e);
	}
}

void
announce_index_set(
    struct announce_index *x, const char *key, struct wants *wants)
{
	struct object *o = object_get(x, key);
	struct wants was = o->wants;

	unlink_all(x, o);
	o->wants = *wants;
	*wants = (struct wants){ 0 };
	link_all(x, o);
	/* Before it lets go of the old, the network learns of the new. */
	settle_all(x, &o->wants);
	settle_all(x, &was);
	wants_fini(&was);
	if (o->wants.n == 0)
		object_free(x, o);
}

void
announce_index_refresh(struct announce_index *x)
{
	struct entry *e, *next;

	HASH_ITER (hh, x->entries, e, next)
		entry_settle(x, e);
}

const struct wants *
announce_index_get(const struct announce_index *x, const char *key)
{
	struct object *o;

	HASH_FIND_STR(x->objects, key, o);
	return o != NULL ? &o->wants : NULL;
}

size_t
announce_index_count(const struct announce_index *x, enum family family)
{
	return x->count[family];
}

size_t
announce_index_verdicts(const struct announce_index *x, enum verdict verdict)
{
	return x->verdicts[verdict];
}
