/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object (a Node, a configuration, a Service) has an array of claims: one for each
 * want, 8 bytes, which name an entry, a set of attributes and the verdict. An entry is
 * there for each prefix that any claim names. Most are claimed by one object and hold
 * that claim in place; the others have a crowd: how many claims of each kind there are,
 * and how many announce it with which set of attributes. So nobody's wants are ever
 * gone through again to find out what holds for a prefix. An entry knows one Service
 * that announces it, for people; only when that one goes, and others may stay, are all
 * wants gone through for the next, and that when somebody asks.
 *
 * announce_index_set() takes the object's old claims out of the counts, puts the new
 * ones in, and settles each entry that either names: is it wanted now, with which
 * attributes, is it to be guarded? What differs from what was told last is told. The
 * new ones are settled first, so that a prefix which only moves is never withdrawn, and
 * entries are released last, so that one which both name stays.
 *
 * A prefix is announced if a claim is firm, or if one is loose (any node would do) and
 * none says that its endpoints are elsewhere.
 *
 * What a Service says itself of its address (service_routes.h) holds while all claims
 * have that one set; with two sets or more, each of them stands for its plain one, and
 * who gave way for it no longer does.
 */
#include "bgpd/announce/index.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/announce/attribute_sets.h"
#include "bgpd/announce/entries.h"
#include "common/alloc.h"

struct claims { /* of one object */
	UT_hash_handle hh;
	bool is_service;
	struct claim *at; /* owned */
	size_t n;
	char key[];
};

/* How many of the wants of a prefix … */
struct counts {
	uint32_t firm;  /* announce it whatever others say */
	uint32_t loose; /* would do with any node */
	uint32_t away;  /* are of policy Local with endpoints elsewhere only */
	/* Would do with this one, if not all ask for fewer nodes. */
	uint32_t yielding;
	uint32_t services; /* make it a prefix which Services share */
	uint32_t listed;   /* list it, of host length */
	uint32_t holders;  /* are of Services that have that address */
};

struct share {        /* wants of one prefix with equal attributes */
	uint32_t set; /* a reference */
	uint32_t wants;
	uint32_t says; /* of them: these go out with the prefix */
};

struct crowd { /* several wants of one prefix */
	struct counts counts;
	struct share *shares; /* owned */
	size_t n;
};

#define LENGTHS 129 /* 0 to 128 */

struct announce_index {
	const struct announce_index_ops *ops;
	void *arg;
	struct claims *objects; /* owned, a uthash */
	struct entries entries;
	struct attribute_sets *sets;       /* owned */
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
	x->sets = attribute_sets_new();
	return x;
}

static void
crowd_free(struct crowd *c)
{
	free(c->shares);
	free(c);
}

static void
object_free(struct announce_index *x, struct claims *o)
{
	HASH_DEL(x->objects, o);
	free(o->at);
	free(o);
}

void
announce_index_free(struct announce_index *x)
{
	struct claims *o, *next;

	if (x == NULL)
		return;
	HASH_ITER (hh, x->objects, o, next)
		object_free(x, o);
	for (uint32_t i = 1; i < x->entries.end; i++)
		if (entries_at(&x->entries, i)->crowded)
			crowd_free(entries_at(&x->entries, i)->crowd);
	entries_fini(&x->entries);
	attribute_sets_free(x->sets);
	free(x);
}

static struct claims *
object_find(const struct announce_index *x, const char *key)
{
	struct claims *o;

	HASH_FIND_STR(x->objects, key, o);
	return o;
}

static struct claims *
object_get(struct announce_index *x, const char *key)
{
	struct claims *o = object_find(x, key);
	size_t n = strlen(key) + 1;

	if (o != NULL)
		return o;
	o = xcalloc(1, sizeof(*o) + n);
	memcpy(o->key, key, n);
	o->is_service = strchr(key, '/') != NULL;
	HASH_ADD_STR(x->objects, key, o);
	return o;
}

/* Which counter a claim belongs to, by verdict; the others count nowhere. */
static const struct {
	bool is;
	size_t at;
} counters[VERDICTS] = {
	[VERDICT_POD_CIDR] = { true, offsetof(struct counts, firm) },
	[VERDICT_SERVICE_CIDR] = { true, offsetof(struct counts, firm) },
	[VERDICT_AGGREGATE] = { true, offsetof(struct counts, loose) },
	[VERDICT_HOST] = { true, offsetof(struct counts, loose) },
	[VERDICT_LISTED] = { true, offsetof(struct counts, loose) },
	[VERDICT_VIRTUAL_IP] = { true, offsetof(struct counts, firm) },
	[VERDICT_LOCAL_ENDPOINT] = { true, offsetof(struct counts, firm) },
	[VERDICT_GIVES_WAY] = { true, offsetof(struct counts, yielding) },
	[VERDICT_NO_LOCAL_ENDPOINT] = { true, offsetof(struct counts, away) },
	[VERDICT_FRESH_ENDPOINT] = { true, offsetof(struct counts, away) },
	[VERDICT_FOLLOWS] = { true, offsetof(struct counts, listed) },
};

static bool
claim_is_service(const struct claim *c)
{
	return c->verdict == VERDICT_SERVICE_CIDR ||
	    c->verdict == VERDICT_AGGREGATE;
}

/* by is 1, or UINT32_MAX to take away. */
static void
counts_add(struct counts *counts, const struct claim *c, uint32_t by)
{
	if (counters[c->verdict].is)
		*(uint32_t *)((char *)counts + counters[c->verdict].at) += by;
	if (claim_is_service(c))
		counts->services += by;
	if (c->holds)
		counts->holders += by;
}

static struct counts
entry_counts(const struct entry *e)
{
	struct counts counts = { 0 };

	if (e->crowded)
		return e->crowd->counts;
	if (e->linked)
		counts_add(&counts, &e->only, 1);
	return counts;
}

/* Do its attributes go out, if the prefix does? */
static bool
has_say(const struct claim *c)
{
	return verdict_announces(c->verdict) || verdict_gives_way(c->verdict);
}

/*
 * Does it count when it comes to whether all agree? Also a Service that is not
 * announced from here: elsewhere it may be, or soon.
 */
static bool
has_view(const struct claim *c)
{
	return has_say(c) || (c->set != 0 && c->verdict != VERDICT_FOLLOWS);
}

/* Services of one block rarely differ in what they say: few shares. */
static struct share *
crowd_share(struct announce_index *x, struct crowd *crowd, uint32_t set)
{
	for (size_t i = 0; i < crowd->n; i++)
		if (crowd->shares[i].set == set)
			return &crowd->shares[i];
	crowd->shares =
	    xrealloc(crowd->shares, crowd->n + 1, sizeof(crowd->shares[0]));
	crowd->shares[crowd->n] = (struct share){ set, 0, 0 };
	attribute_sets_ref(x->sets, set);
	return &crowd->shares[crowd->n++];
}

static void
crowd_link(struct announce_index *x, struct crowd *crowd, const struct claim *c)
{
	counts_add(&crowd->counts, c, 1);
	if (!has_view(c))
		return;
	struct share *share = crowd_share(x, crowd, c->set);

	share->wants++;
	share->says += has_say(c);
}

static void
crowd_unlink(
    struct announce_index *x, struct crowd *crowd, const struct claim *c)
{
	counts_add(&crowd->counts, c, UINT32_MAX);
	if (!has_view(c))
		return;
	struct share *share = crowd_share(x, crowd, c->set);

	share->says -= has_say(c);
	if (--share->wants > 0)
		return;
	attribute_sets_unref(x->sets, share->set);
	*share = crowd->shares[--crowd->n];
}

/* Most prefixes are wanted by one object, and need no more than that want. */
static void
entry_link(struct announce_index *x, struct entry *e, const struct claim *c)
{
	if (!e->linked && !e->crowded) {
		e->only = *c;
		e->linked = true;
		return;
	}
	if (!e->crowded) {
		struct crowd *crowd = xcalloc(1, sizeof(*crowd));

		crowd_link(x, crowd, &e->only);
		e->crowd = crowd;
		e->crowded = true;
	}
	crowd_link(x, e->crowd, c);
}

static bool
names(const struct claims *o, const struct claim *c)
{
	return o->is_service && verdict_announces(c->verdict);
}

static void
entry_unlink(struct announce_index *x, struct entry *e, const struct claim *c)
{
	if (e->crowded)
		crowd_unlink(x, e->crowd, c);
	else
		e->linked = false;
}

static const struct attributes *
share_says(const struct announce_index *x, const struct entry *e, size_t i)
{
	return attribute_sets_get(x->sets, e->crowd->shares[i].set);
}

/*
 * Do some of those who want the prefix say otherwise of it than others? How many
 * endpoints they have here is not for them to say.
 */
static bool
entry_disagrees(const struct announce_index *x, const struct entry *e)
{
	size_t i = 1;

	if (!e->crowded || e->crowd->n < 2)
		return false;
	while (i < e->crowd->n &&
	    attributes_say_same(share_says(x, e, 0), share_says(x, e, i)))
		i++;
	return i < e->crowd->n;
}

/* What is a Service's own it gives up where they do. */
static const struct attributes *
entry_says(const struct announce_index *x, const struct entry *e, size_t share,
    bool disagree)
{
	const struct attributes *a = e->crowded
	    ? share_says(x, e, share)
	    : attribute_sets_get(x->sets, e->only.set);

	return a->own && disagree ? attribute_sets_get(x->sets, a->plain) : a;
}

/* Everybody's attributes for this prefix, and what goes for it anyway: a set. */
static uint32_t
entry_unite(struct announce_index *x, const struct entry *e)
{
	struct attributes all = { 0 };
	bool disagree = entry_disagrees(x, e);
	size_t i = 0, n = e->crowded ? e->crowd->n : 1;

	while (e->crowded && i < n && e->crowd->shares[i].says == 0)
		i++;
	if (i < n)
		attributes_copy(&all, entry_says(x, e, i, disagree),
		    e->crowded ? e->crowd->shares[i].says : 1);
	while (++i < n)
		if (e->crowd->shares[i].says > 0)
			attributes_unite(&all, entry_says(x, e, i, disagree),
			    e->crowd->shares[i].says);
	x->ops->decorate(x->arg, &e->prefix, &all);
	uint32_t set = attribute_sets_intern(x->sets, &all);

	attributes_fini(&all);
	return set;
}

/* A host route that is announced has no unassigned members. */
static void
entry_tell_shared(
    struct announce_index *x, struct entry *e, const struct counts *n)
{
	bool shared = prefix_is_host(&e->prefix)
	    ? n->listed > 0 && n->holders == 0
	    : n->services > 0;

	if (shared == e->shared)
		return;
	e->shared = shared;
	x->ops->shared(x->arg, &e->prefix, shared);
}

static bool
is_wanted(const struct counts *n, bool disagree)
{
	uint32_t loose = n->loose + (disagree ? n->yielding : 0);

	return n->firm > 0 || (loose > 0 && n->away == 0);
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
	attribute_sets_unref(x->sets, e->told);
	e->told = 0;
	x->ops->changed(x->arg, &e->prefix, NULL);
}

static void
entry_announce(struct announce_index *x, struct entry *e)
{
	uint32_t now = entry_unite(x, e);

	if (e->announced && now == e->told) {
		attribute_sets_unref(x->sets, now);
		return;
	}
	entry_mark(x, e, true);
	attribute_sets_unref(x->sets, e->told);
	e->told = now;
	x->ops->changed(x->arg, &e->prefix, attribute_sets_get(x->sets, now));
}

/* Has one that has a say an endpoint here? Then no other one is to be asked. */
static bool
entry_is_local(const struct announce_index *x, const struct entry *e)
{
	for (size_t i = 0; i < e->crowd->n; i++)
		if (e->crowd->shares[i].says > 0 && share_says(x, e, i)->local)
			return true;
	return false;
}

/* Tells what has become of a prefix. */
static void
entry_settle(struct announce_index *x, struct entry *e)
{
	struct counts counts = entry_counts(e);
	bool disagree = entry_disagrees(x, e);

	entry_tell_shared(x, e, &counts);
	if (is_wanted(&counts, disagree) || (disagree && entry_is_local(x, e)))
		entry_announce(x, e);
	else
		entry_withdraw(x, e);
}

static struct claim
claim_link(struct announce_index *x, struct claims *o, struct want *w)
{
	uint32_t number = entries_find(&x->entries, &w->prefix);
	struct claim c = {
		.entry =
		    number != 0 ? number : entries_add(&x->entries, &w->prefix),
		.set = w->own ? attribute_sets_intern_own(
				    x->sets, &w->attributes, &w->plain)
			      : attribute_sets_intern(x->sets, &w->attributes),
		.verdict = w->verdict,
		.holds = w->holds,
	};
	struct entry *e = entries_at(&x->entries, c.entry);

	x->verdicts[w->verdict]++;
	e->claims++;
	entry_link(x, e, &c);
	if (e->service == NULL && names(o, &c))
		e->service = o;
	return c;
}

static void
claim_unlink(
    struct announce_index *x, const struct claims *o, const struct claim *c)
{
	struct entry *e = entries_at(&x->entries, c->entry);

	x->verdicts[c->verdict]--;
	entry_unlink(x, e, c);
	if (e->service != o)
		return;
	e->service = NULL;
	e->lost = e->crowded;
}

/* The entry may be gone after it. */
static void
claim_release(struct announce_index *x, const struct claim *c)
{
	struct entry *e = entries_at(&x->entries, c->entry);

	attribute_sets_unref(x->sets, c->set);
	if (--e->claims > 0)
		return;
	if (e->crowded)
		crowd_free(e->crowd);
	entries_remove(&x->entries, c->entry);
}

static void
claims_take(struct announce_index *x, struct claims *o, struct wants *wants)
{
	o->n = wants->n;
	o->at = o->n > 0 ? xcalloc(o->n, sizeof(o->at[0])) : NULL;
	for (size_t i = 0; i < o->n; i++)
		o->at[i] = claim_link(x, o, &wants->at[i]);
	wants_fini(wants);
}

static void
settle_all(struct announce_index *x, const struct claim *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		entry_settle(x, entries_at(&x->entries, at[i].entry));
}

void
announce_index_set(
    struct announce_index *x, const char *key, struct wants *wants)
{
	struct claims *o = object_get(x, key);
	struct claim *was = o->at;
	size_t n = o->n;

	for (size_t i = 0; i < n; i++)
		claim_unlink(x, o, &was[i]);
	claims_take(x, o, wants);
	/* Before it lets go of the old, the network learns of the new. */
	settle_all(x, o->at, o->n);
	settle_all(x, was, n);
	for (size_t i = 0; i < n; i++)
		claim_release(x, &was[i]);
	free(was);
	if (o->n == 0)
		object_free(x, o);
}

const struct claims *
announce_index_get(const struct announce_index *x, const char *key)
{
	return object_find(x, key);
}

static bool
has_named(const struct claims *o, uint32_t entry)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].entry == entry && names(o, &o->at[i]))
			return true;
	return false;
}

static struct claims *
find_service(const struct announce_index *x, uint32_t entry)
{
	struct claims *o = x->objects;

	while (o != NULL && !has_named(o, entry))
		o = o->hh.next;
	return o;
}

const char *
announce_index_service(struct announce_index *x, const struct prefix *prefix)
{
	uint32_t number = entries_find(&x->entries, prefix);

	if (number == 0)
		return NULL;
	struct entry *e = entries_at(&x->entries, number);

	if (e->service == NULL && e->lost)
		e->service = find_service(x, number);
	e->lost = false;
	return e->service != NULL ? e->service->key : NULL;
}

size_t
claims_count(const struct claims *claims)
{
	return claims != NULL ? claims->n : 0;
}

struct want
announce_index_want(
    const struct announce_index *x, const struct claims *claims, size_t i)
{
	const struct claim *c = &claims->at[i];

	return (struct want){
		.prefix = entries_at(&x->entries, c->entry)->prefix,
		.verdict = c->verdict,
		.holds = c->holds,
	};
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
		if (x->lengths[of->addr.family][len] == 0)
			continue;
		*found = prefix_of(&of->addr, len);
		uint32_t i = entries_find(&x->entries, found);

		if (i != 0 && entries_at(&x->entries, i)->announced)
			return true;
	}
	return false;
}

const struct attributes *
announce_index_told(const struct announce_index *x, const struct prefix *p)
{
	uint32_t i = entries_find(&x->entries, p);

	return i != 0 && entries_at(&x->entries, i)->announced
	    ? attribute_sets_get(x->sets, entries_at(&x->entries, i)->told)
	    : NULL;
}

uint32_t
announce_index_bandwidth(const struct announce_index *x)
{
	return attribute_sets_bandwidth(x->sets);
}

size_t
announce_index_verdicts(const struct announce_index *x, enum verdict verdict)
{
	return x->verdicts[verdict];
}
