/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Service has an entry with a tally for each family: how many endpoints are ready and
 * how many linger (serve while they terminate), here and in all, and a place for each
 * other node that has any, for there may be thousands of nodes and few places. A slice
 * that changes is counted as it is now and then taken away as it was, so that what both
 * have is never gone in between.
 *
 * What is the first ready one of a node is fresh for some passes: a number of them that
 * is left stands beside the count. Entries with something fresh are in a list, so that
 * a pass costs those and no others. No clock is read: who calls
 * endpoints_grow_older() knows how long a pass is.
 */
#include "bgpd/announce/endpoints.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/api/endpoint_slice.h"

/* Of a place, when that node itself counts on its endpoints. */
#define FRESH_LEFT (FRESH_FOR_OTHERS - FRESH_HERE)

struct host {       /* another node; once for all Services */
	char *name; /* owned */
	uint32_t places;
	UT_hash_handle hh;
};

struct place {
	struct host *host;
	uint32_t ready;
	uint32_t lingering : 28;
	uint32_t fresh : 4; /* passes until the ready ones count for others */
};

_Static_assert(FRESH_FOR_OTHERS < 16, "it fits into struct place");

struct entry {
	struct tally tally[FAMILIES];
	bool ages; /* something of it is fresh: it is in that list */
	struct entry *prev, *next;
	UT_hash_handle hh;
	char key[]; /* "namespace/service" */
};

struct endpoints {
	char *node; /* owned */
	struct entry *entries;
	struct host *hosts;  /* owned */
	struct entry *aging; /* borrowed: those with something fresh */
};

struct endpoints *
endpoints_new(const char *node)
{
	struct endpoints *e = xcalloc(1, sizeof(*e));

	e->node = xstrdup(node);
	return e;
}

static struct host *
host_get(struct endpoints *e, const char *name)
{
	struct host *h;

	HASH_FIND_STR(e->hosts, name, h);
	if (h != NULL)
		return h;
	h = xcalloc(1, sizeof(*h));
	h->name = xstrdup(name);
	HASH_ADD_KEYPTR(hh, e->hosts, h->name, strlen(h->name), h);
	return h;
}

static void
host_release(struct endpoints *e, struct host *h)
{
	if (--h->places > 0)
		return;
	HASH_DEL(e->hosts, h);
	free(h->name);
	free(h);
}

static void
entry_age(struct endpoints *e, struct entry *entry)
{
	if (!entry->ages)
		DL_APPEND(e->aging, entry);
	entry->ages = true;
}

static struct place *
place_get(struct endpoints *e, struct tally *t, const char *node)
{
	uint32_t i = 0;

	while (i < t->n_places && strcmp(t->places[i].host->name, node) != 0)
		i++;
	if (i < t->n_places)
		return &t->places[i];
	t->places = xrealloc(t->places, t->n_places + 1, sizeof(t->places[0]));
	t->places[t->n_places++] = (struct place){ .host = host_get(e, node) };
	t->places[i].host->places++;
	return &t->places[i];
}

/*
 * The ready ones of a node, from so many to so many. The first makes it fresh for so
 * many passes. Returns what is left of those.
 */
static uint32_t
freshness(uint32_t was, uint32_t now, uint32_t fresh, uint32_t passes)
{
	if (now == 0)
		return 0;
	return was == 0 ? passes : fresh;
}

/* What is counted is added to the place of the node; both may wrap, to take away. */
static void
place_count(struct endpoints *e, struct tally *t, const char *node,
    uint32_t ready, uint32_t lingering)
{
	struct place *p = place_get(e, t, node);
	uint32_t was = p->ready;

	p->ready += ready;
	p->lingering += lingering;
	p->fresh = freshness(was, p->ready, p->fresh, FRESH_FOR_OTHERS) & 15u;
	if (p->ready > 0 || p->lingering > 0)
		return;
	host_release(e, p->host);
	*p = t->places[--t->n_places];
}

static void
here_count(struct tally *t, uint32_t ready, uint32_t lingering)
{
	uint32_t was = t->ready_here;

	t->ready_here += ready;
	t->lingering_here += lingering;
	t->fresh_here =
	    freshness(was, t->ready_here, t->fresh_here, FRESH_HERE);
}

static void
entry_remove(struct endpoints *e, struct entry *entry)
{
	HASH_DEL(e->entries, entry);
	if (entry->ages)
		DL_DELETE(e->aging, entry);
	for (unsigned f = 0; f < FAMILIES; f++) {
		struct tally *t = &entry->tally[f];

		for (uint32_t i = 0; i < t->n_places; i++)
			host_release(e, t->places[i].host);
		free(t->places);
	}
	free(entry);
}

void
endpoints_free(struct endpoints *e)
{
	struct entry *entry, *next;

	if (e == NULL)
		return;
	HASH_ITER (hh, e->entries, entry, next)
		entry_remove(e, entry);
	free(e->node);
	free(e);
}

static struct entry *
entry_find(const struct endpoints *e, const char *ns, const char *service)
{
	char *key = xasprintf("%s/%s", ns, service);
	struct entry *entry;

	HASH_FIND_STR(e->entries, key, entry);
	free(key);
	return entry;
}

static struct entry *
entry_get(struct endpoints *e, const char *ns, const char *service)
{
	char *key = xasprintf("%s/%s", ns, service);
	size_t n = strlen(key);
	struct entry *entry;

	HASH_FIND(hh, e->entries, key, n, entry);
	if (entry == NULL) {
		entry = xcalloc(1, offsetof(struct entry, key) + n + 1);
		memcpy(entry->key, key, n + 1);
		HASH_ADD(hh, e->entries, key, n, entry);
	}
	free(key);
	return entry;
}

/*
 * One that terminates is on its way out whether it is told to be ready or not, as it is
 * with publishNotReadyAddresses. by is 1, or UINT32_MAX to take away.
 */
static void
count(struct endpoints *e, struct tally *t, const struct endpoint_slice *slice,
    uint32_t by)
{
	for (size_t i = 0; i < slice->n_endpoints; i++) {
		const struct endpoint *ep = &slice->endpoints[i];
		uint32_t ready = ep->ready && !ep->terminating ? by : 0;
		uint32_t lingering =
		    ep->terminating && (ep->ready || ep->serving) ? by : 0;

		if (ready == 0 && lingering == 0)
			continue;
		t->ready += ready;
		t->lingering += lingering;
		const char *node = endpoint_node(slice, ep);

		if (strcmp(node, e->node) == 0)
			here_count(t, ready, lingering);
		else
			place_count(e, t, node, ready, lingering);
	}
}

static bool
tally_is_empty(const struct tally *t)
{
	return t->ready == 0 && t->lingering == 0;
}

static bool
tally_is_fresh(const struct tally *t)
{
	bool fresh = t->fresh_here > 0;

	for (uint32_t i = 0; i < t->n_places; i++)
		fresh |= t->places[i].fresh > 0;
	return fresh;
}

static void
slice_count(
    struct endpoints *e, const struct endpoint_slice *slice, uint32_t by)
{
	if (slice == NULL || slice->service[0] == '\0')
		return;
	struct entry *entry = entry_get(e, slice->ns, slice->service);

	count(e, &entry->tally[slice->family], slice, by);
	if (tally_is_fresh(&entry->tally[slice->family]))
		entry_age(e, entry);
}

static void
drop_if_empty(struct endpoints *e, const struct endpoint_slice *slice)
{
	if (slice == NULL)
		return;
	struct entry *entry = entry_find(e, slice->ns, slice->service);

	if (entry == NULL)
		return;
	for (unsigned f = 0; f < FAMILIES; f++)
		if (!tally_is_empty(&entry->tally[f]))
			return;
	entry_remove(e, entry);
}

void
endpoints_change(struct endpoints *e, const struct endpoint_slice *was,
    const struct endpoint_slice *now)
{
	slice_count(e, now, 1);
	slice_count(e, was, UINT32_MAX);
	drop_if_empty(e, was);
	drop_if_empty(e, now);
}

bool
endpoints_are_fresh(const struct endpoints *e)
{
	return e->aging != NULL;
}

/* A pass less; true: that makes a difference to somebody. */
static bool
grow_older(uint32_t *fresh, uint32_t left)
{
	if (*fresh == 0)
		return false;
	--*fresh;
	return *fresh == 0 || *fresh == left;
}

static bool
place_grow_older(struct place *p)
{
	uint32_t fresh = p->fresh;
	bool over = grow_older(&fresh, FRESH_LEFT);

	p->fresh = fresh & 15u;
	return over;
}

static bool
tally_grow_older(struct tally *t)
{
	bool over = grow_older(&t->fresh_here, 0);

	for (uint32_t i = 0; i < t->n_places; i++)
		over |= place_grow_older(&t->places[i]);
	return over;
}

/* Has something come to its end? */
static bool
entry_grow_older(struct endpoints *e, struct entry *entry)
{
	bool over = false, fresh = false;

	for (unsigned f = 0; f < FAMILIES; f++) {
		over |= tally_grow_older(&entry->tally[f]);
		fresh |= tally_is_fresh(&entry->tally[f]);
	}
	if (!fresh) {
		DL_DELETE(e->aging, entry);
		entry->ages = false;
	}
	return over;
}

void
endpoints_grow_older(struct endpoints *e,
    bool (*each)(void *arg, const char *ns, const char *service), void *arg)
{
	struct entry *entry, *next;
	bool tells = true;

	DL_FOREACH_SAFE (e->aging, entry, next) {
		if (!entry_grow_older(e, entry) || !tells)
			continue;
		char *ns = xstrdup(entry->key), *slash = strchr(ns, '/');

		*slash = '\0';
		tells = each(arg, ns, slash + 1);
		free(ns);
	}
}

const struct tally *
endpoints_of(const struct endpoints *e, const char *ns, const char *service,
    enum family family)
{
	const struct entry *entry = entry_find(e, ns, service);

	return entry != NULL && !tally_is_empty(&entry->tally[family])
	    ? &entry->tally[family]
	    : NULL;
}

static enum presence
presence(uint32_t ready, uint32_t lingering, bool fresh)
{
	if (ready > 0 && !fresh)
		return PRESENCE_READY;
	if (lingering > 0)
		return PRESENCE_LINGERING;
	return ready > 0 ? PRESENCE_FRESH : PRESENCE_NONE;
}

/* For as long as the node itself says so: all who ask agree. */
static enum presence
place_presence(const struct place *p)
{
	return presence(p->ready, p->lingering, p->fresh > FRESH_LEFT);
}

void
endpoints_each_node(const struct endpoints *e, const struct tally *t,
    bool (*each)(void *arg, const char *node), void *arg)
{
	if ((t->ready_here > 0 || t->lingering_here > 0) && !each(arg, e->node))
		return;
	for (uint32_t i = 0; i < t->n_places; i++)
		if (!each(arg, t->places[i].host->name))
			return;
}

enum presence
endpoints_at(const struct endpoints *e, const struct tally *t, const char *node)
{
	if (strcmp(e->node, node) == 0)
		return presence(
		    t->ready_here, t->lingering_here, t->fresh_here > 0);
	for (uint32_t i = 0; i < t->n_places; i++)
		if (strcmp(t->places[i].host->name, node) == 0)
			return place_presence(&t->places[i]);
	return PRESENCE_NONE;
}

enum elsewhere
tally_elsewhere(const struct tally *t,
    bool (*is_good)(void *arg, const char *node), void *arg)
{
	enum elsewhere best = ELSEWHERE_NONE;

	for (uint32_t i = 0; i < t->n_places; i++) {
		const struct place *p = &t->places[i];
		enum elsewhere has = p->ready > 0 && p->fresh == 0
		    ? ELSEWHERE_READY
		    : p->lingering > 0 ? ELSEWHERE_LINGERING
				       : ELSEWHERE_FRESH;

		if (has > best && is_good(arg, p->host->name))
			best = has;
	}
	return best;
}

bool
tally_is_nowhere(const struct tally *t)
{
	return t->ready_here == 0 && t->lingering_here == 0 &&
	    t->n_places == 1 && t->places[0].host->name[0] == '\0';
}

static bool
counts_for_others(const struct place *p)
{
	return p->ready > 0 && p->fresh == 0;
}

void
tally_each_ready(
    const struct tally *t, void (*each)(void *arg, const char *node), void *arg)
{
	for (uint32_t i = 0; i < t->n_places; i++)
		if (counts_for_others(&t->places[i]))
			each(arg, t->places[i].host->name);
}

bool
tally_has_ready(const struct tally *t, const char *node)
{
	for (uint32_t i = 0; i < t->n_places; i++)
		if (strcmp(t->places[i].host->name, node) == 0)
			return counts_for_others(&t->places[i]);
	return false;
}
