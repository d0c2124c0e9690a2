/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/endpoints.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/api/endpoint_slice.h"

#define OVERLAP 2 /* passes: one whole pause at least */

struct host {       /* another node; once for all Services */
	char *name; /* owned */
	uint32_t places;
	UT_hash_handle hh;
};

struct place {
	struct host *host;
	uint32_t ready, lingering;
};

struct entry {
	char *key; /* owned, "namespace/service" */
	struct tally tally[FAMILIES];
	UT_hash_handle hh;
};

struct endpoints {
	char *node; /* owned */
	struct entry *entries;
	struct host *hosts; /* owned */
	size_t overlaps;    /* tallies that do */
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

/* What is counted is added to the place of the node; both may wrap, to take away. */
static void
place_count(struct endpoints *e, struct tally *t, const char *node,
    uint32_t ready, uint32_t lingering)
{
	uint32_t i = 0;

	while (i < t->n_places && strcmp(t->places[i].host->name, node) != 0)
		i++;
	if (i == t->n_places) {
		t->places =
		    xrealloc(t->places, t->n_places + 1, sizeof(t->places[0]));
		t->places[t->n_places++] =
		    (struct place){ host_get(e, node), 0, 0 };
		t->places[i].host->places++;
	}
	t->places[i].ready += ready;
	t->places[i].lingering += lingering;
	if (t->places[i].ready > 0 || t->places[i].lingering > 0)
		return;
	host_release(e, t->places[i].host);
	t->places[i] = t->places[--t->n_places];
}

static void
entry_remove(struct endpoints *e, struct entry *entry)
{
	HASH_DEL(e->entries, entry);
	for (unsigned f = 0; f < FAMILIES; f++) {
		struct tally *t = &entry->tally[f];

		for (uint32_t i = 0; i < t->n_places; i++)
			host_release(e, t->places[i].host);
		free(t->places);
	}
	free(entry->key);
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
	struct entry *entry = entry_find(e, ns, service);

	if (entry != NULL)
		return entry;
	entry = xcalloc(1, sizeof(*entry));
	entry->key = xasprintf("%s/%s", ns, service);
	HASH_ADD_KEYPTR(hh, e->entries, entry->key, strlen(entry->key), entry);
	return entry;
}

/* by is 1, or UINT32_MAX to take away. */
static void
count(struct endpoints *e, struct tally *t, const struct endpoint_slice *slice,
    uint32_t by)
{
	for (size_t i = 0; i < slice->n_endpoints; i++) {
		const struct endpoint *ep = &slice->endpoints[i];
		uint32_t here = strcmp(ep->node, e->node) == 0 ? by : 0;

		if (ep->ready) {
			t->ready += by;
			t->ready_here += here;
			if (here == 0)
				place_count(e, t, ep->node, by, 0);
		} else if (ep->serving && ep->terminating) {
			t->lingering += by;
			t->lingering_here += here;
			if (here == 0)
				place_count(e, t, ep->node, 0, by);
		}
	}
}

static bool
tally_is_empty(const struct tally *t)
{
	return t->ready == 0 && t->lingering == 0;
}

static void
slice_count(
    struct endpoints *e, const struct endpoint_slice *slice, uint32_t by)
{
	if (slice == NULL || slice->service[0] == '\0')
		return;
	struct entry *entry = entry_get(e, slice->meta.ns, slice->service);

	count(e, &entry->tally[slice->family], slice, by);
}

/* Is it served here, and nowhere else ready? */
static bool
is_ours_alone(const struct tally *t)
{
	return t->ready == t->ready_here &&
	    (t->ready_here > 0 || t->lingering_here > 0);
}

static bool
is_handed_over(const struct tally *t)
{
	return t->ready > 0 && t->ready_here == 0 && t->lingering_here > 0;
}

static void
overlap_set(struct endpoints *e, struct tally *t, uint32_t passes)
{
	e->overlaps += (passes > 0) - (t->overlap > 0);
	t->overlap = passes;
}

/* The tally of what the slice is about; NULL: nobody's. */
static struct tally *
tally_of(struct endpoints *e, const struct endpoint_slice *slice)
{
	struct entry *entry = slice != NULL
	    ? entry_find(e, slice->meta.ns, slice->service)
	    : NULL;

	return entry != NULL ? &entry->tally[slice->family] : NULL;
}

static void
drop_if_empty(struct endpoints *e, const struct endpoint_slice *slice)
{
	if (slice == NULL)
		return;
	struct entry *entry = entry_find(e, slice->meta.ns, slice->service);

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
	struct tally *t = tally_of(e, now);
	bool alone = t != NULL && is_ours_alone(t);

	slice_count(e, now, 1);
	slice_count(e, was, UINT32_MAX);
	t = tally_of(e, now);
	if (t != NULL && alone && is_handed_over(t))
		overlap_set(e, t, OVERLAP);
	else if (t != NULL && !is_handed_over(t))
		overlap_set(e, t, 0);
	t = tally_of(e, was);
	if (t != NULL && !is_handed_over(t))
		overlap_set(e, t, 0);
	drop_if_empty(e, was);
	drop_if_empty(e, now);
}

bool
endpoints_overlap(const struct endpoints *e)
{
	return e->overlaps > 0;
}

static bool
entry_hand_over(struct endpoints *e, struct entry *entry)
{
	bool over = false;

	for (unsigned f = 0; f < FAMILIES; f++) {
		struct tally *t = &entry->tally[f];

		if (t->overlap == 0)
			continue;
		overlap_set(e, t, t->overlap - 1);
		over |= t->overlap == 0;
	}
	return over;
}

void
endpoints_hand_over(struct endpoints *e,
    void (*each)(void *arg, const char *ns, const char *service), void *arg)
{
	struct entry *entry, *next;

	HASH_ITER (hh, e->entries, entry, next) {
		if (!entry_hand_over(e, entry))
			continue;
		char *ns = xstrdup(entry->key), *slash = strchr(ns, '/');

		*slash = '\0';
		each(arg, ns, slash + 1);
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
presence(uint32_t ready, uint32_t lingering)
{
	return ready > 0    ? PRESENCE_READY
	    : lingering > 0 ? PRESENCE_LINGERING
			    : PRESENCE_NONE;
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
		return presence(t->ready_here, t->lingering_here);
	for (uint32_t i = 0; i < t->n_places; i++)
		if (strcmp(t->places[i].host->name, node) == 0)
			return presence(
			    t->places[i].ready, t->places[i].lingering);
	return PRESENCE_NONE;
}

bool
tally_ready_elsewhere(const struct tally *t,
    bool (*is_good)(void *arg, const char *node), void *arg)
{
	for (uint32_t i = 0; i < t->n_places; i++)
		if (t->places[i].ready > 0 &&
		    is_good(arg, t->places[i].host->name))
			return true;
	return false;
}
