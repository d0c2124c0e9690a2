/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/endpoints.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/api/endpoint_slice.h"

struct entry {
	char *key; /* owned, "namespace/service" */
	struct tally tally[FAMILIES];
	UT_hash_handle hh;
};

struct endpoints {
	char *node; /* owned */
	struct entry *entries;
};

struct endpoints *
endpoints_new(const char *node)
{
	struct endpoints *e = xcalloc(1, sizeof(*e));

	e->node = xstrdup(node);
	return e;
}

static void
entry_remove(struct endpoints *e, struct entry *entry)
{
	HASH_DEL(e->entries, entry);
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
count(const struct endpoints *e, struct tally *t,
    const struct endpoint_slice *slice, uint32_t by)
{
	for (size_t i = 0; i < slice->n_endpoints; i++) {
		const struct endpoint *ep = &slice->endpoints[i];
		uint32_t here = strcmp(ep->node, e->node) == 0 ? by : 0;

		if (ep->ready) {
			t->ready += by;
			t->ready_here += here;
		} else if (ep->serving && ep->terminating) {
			t->lingering += by;
			t->lingering_here += here;
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
	slice_count(e, now, 1);
	slice_count(e, was, UINT32_MAX);
	drop_if_empty(e, was);
	drop_if_empty(e, now);
}

bool
endpoints_here(const struct endpoints *e, const char *ns, const char *service,
    enum family family)
{
	const struct entry *entry = entry_find(e, ns, service);

	if (entry == NULL)
		return false;
	const struct tally *t = &entry->tally[family];

	return (t->ready > 0 ? t->ready_here : t->lingering_here) > 0;
}

bool
endpoints_anywhere(const struct endpoints *e, const char *ns,
    const char *service, enum family family)
{
	const struct entry *entry = entry_find(e, ns, service);

	return entry != NULL && !tally_is_empty(&entry->tally[family]);
}
