/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/index.h"

#include <stddef.h>
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
	size_t firm;     /* wants that announce it whatever others say */
	size_t loose;    /* … that would do with any node */
	size_t away;     /* … of policy Local with endpoints elsewhere only */
	size_t services; /* … that make it a prefix which Services share */
	size_t listed;   /* … that list it, of host length */
	size_t holders;  /* … of Services that have that address */
	bool announced;
	bool shared;                  /* as told */
	struct attributes attributes; /* as told; owned */
	UT_hash_handle hh;
};

#define LENGTHS 129 /* 0 to 128 */

struct announce_index {
	const struct announce_index_ops *ops;
	void *arg;
	struct object *objects;
	struct entry *entries;
	size_t count[FAMILIES];            /* announced */
	size_t lengths[FAMILIES][LENGTHS]; /* … by length */
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

/* Which counter of its entry a want belongs to, by verdict; 0: none. */
static const size_t counters[VERDICTS] = {
	[VERDICT_POD_CIDR] = offsetof(struct entry, firm),
	[VERDICT_SERVICE_CIDR] = offsetof(struct entry, firm),
	[VERDICT_AGGREGATE] = offsetof(struct entry, loose),
	[VERDICT_LISTED] = offsetof(struct entry, loose),
	[VERDICT_LOCAL_ENDPOINT] = offsetof(struct entry, firm),
	[VERDICT_NO_LOCAL_ENDPOINT] = offsetof(struct entry, away),
	[VERDICT_FOLLOWS] = offsetof(struct entry, listed),
};

static bool
want_is_service(const struct want *w)
{
	return w->verdict == VERDICT_SERVICE_CIDR ||
	    w->verdict == VERDICT_AGGREGATE;
}

/* Does the want say anything about its prefix? Most Services are covered, and don't. */
static bool
want_matters(const struct want *w)
{
	return counters[w->verdict] != 0 || w->holds;
}

/* by is 1, or SIZE_MAX to take away. */
static void
entry_count(struct entry *e, const struct want *w, size_t by)
{
	if (counters[w->verdict] != 0)
		*(size_t *)((char *)e + counters[w->verdict]) += by;
	if (want_is_service(w))
		e->services += by;
	if (w->holds)
		e->holders += by;
}

static void
entry_link(struct entry *e, const struct want *w)
{
	entry_count(e, w, 1);
	if (verdict_announces(w->verdict))
		entry_share(e, &w->attributes)->wants++;
}

static void
entry_unlink(struct entry *e, const struct want *w)
{
	entry_count(e, w, SIZE_MAX);
	if (!verdict_announces(w->verdict))
		return;
	struct share *share = entry_share(e, &w->attributes);

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

static bool
entry_is_host(const struct entry *e)
{
	return e->prefix.len == family_bits(e->prefix.addr.family);
}

/* A host route that is announced has no unassigned members. */
static void
entry_tell_shared(struct announce_index *x, struct entry *e)
{
	bool shared = entry_is_host(e) ? e->listed > 0 && e->holders == 0
				       : e->services > 0;

	if (shared == e->shared)
		return;
	e->shared = shared;
	x->ops->shared(x->arg, &e->prefix, shared);
}

static bool
entry_is_wanted(const struct entry *e)
{
	return e->firm > 0 || (e->loose > 0 && e->away == 0);
}

static bool
entry_is_empty(const struct entry *e)
{
	return e->n == 0 && e->away == 0 && e->listed == 0 && e->holders == 0;
}

static void
entry_mark(struct announce_index *x, struct entry *e, bool announced)
{
	enum family family = e->prefix.addr.family;
	size_t by = announced ? 1 : SIZE_MAX;

	if (e->announced == announced)
		return;
	e->announced = announced;
	x->count[family] += by;
	x->lengths[family][e->prefix.len] += by;
}

static void
entry_withdraw(struct announce_index *x, struct entry *e)
{
	if (!e->announced)
		return;
	entry_mark(x, e, false);
	attributes_fini(&e->attributes);
	x->ops->changed(x->arg, &e->prefix, NULL);
}

static void
entry_announce(struct announce_index *x, struct entry *e)
{
	struct attributes now = entry_unite(x, e);

	if (e->announced && attributes_eq(&now, &e->attributes)) {
		attributes_fini(&now);
		return;
	}
	entry_mark(x, e, true);
	attributes_fini(&e->attributes);
	e->attributes = now;
	x->ops->changed(x->arg, &e->prefix, &e->attributes);
}

/* Tells what has become of a prefix; the entry may be gone after it. */
static void
entry_settle(struct announce_index *x, struct entry *e)
{
	entry_tell_shared(x, e);
	if (entry_is_wanted(e))
		entry_announce(x, e);
	else
		entry_withdraw(x, e);
	if (entry_is_empty(e))
		entry_free(x, e);
}

static void
link_all(struct announce_index *x, struct object *o)
{
	for (size_t i = 0; i < o->wants.n; i++) {
		struct want *w = &o->wants.at[i];

		x->verdicts[w->verdict]++;
		if (want_matters(w))
			entry_link(entry_get(x, &w->prefix), w);
	}
}

static void
unlink_all(struct announce_index *x, struct object *o)
{
	for (size_t i = 0; i < o->wants.n; i++) {
		struct want *w = &o->wants.at[i];

		x->verdicts[w->verdict]--;
		if (want_matters(w))
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

bool
announce_index_cover(const struct announce_index *x, const struct prefix *of,
    struct prefix *found)
{
	for (unsigned len = of->len + 1u; len-- > 0;) {
		struct entry *e;

		if (x->lengths[of->addr.family][len] == 0)
			continue;
		*found = prefix_of(&of->addr, len);
		HASH_FIND(hh, x->entries, found, sizeof(*found), e);
		if (e != NULL && e->announced)
			return true;
	}
	return false;
}

size_t
announce_index_verdicts(const struct announce_index *x, enum verdict verdict)
{
	return x->verdicts[verdict];
}
