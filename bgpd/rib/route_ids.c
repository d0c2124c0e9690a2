/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/route_ids.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { CAP_FIRST = 16 };

void
route_ids_init(struct route_ids *ids)
{
	*ids = (struct route_ids){ .end = 1, .cap = CAP_FIRST };
	ids->at = xcalloc(ids->cap, sizeof(*ids->at));
}

void
route_ids_fini(struct route_ids *ids)
{
	free(ids->at);
	free(ids->first);
	*ids = (struct route_ids){ 0 };
}

static uint32_t
take_free(struct route_ids *ids)
{
	uint32_t id = ids->first_free;

	if (id != 0) {
		ids->first_free = ids->at[id].next;
		return id;
	}
	if (ids->end >= ids->cap) {
		ids->cap *= 2;
		ids->at = xrealloc(ids->at, ids->cap, sizeof(*ids->at));
	}
	return ids->end++;
}

static void
make_room(struct route_ids *ids, uint32_t prefix)
{
	uint32_t was = ids->first_cap, cap = was == 0 ? CAP_FIRST : was;

	if (prefix < was)
		return;
	while (cap <= prefix)
		cap *= 2;
	ids->first = xrealloc(ids->first, cap, sizeof(*ids->first));
	memset(ids->first + was, 0, (cap - was) * sizeof(*ids->first));
	ids->first_cap = cap;
}

/* Makes a number one of its prefix's. */
static void
chain(struct route_ids *ids, uint32_t id)
{
	uint32_t prefix = ids->at[id].prefix;

	make_room(ids, prefix);
	ids->at[id].next = ids->first[prefix];
	ids->first[prefix] = id;
}

uint32_t
route_ids_get(
    struct route_ids *ids, uint32_t prefix, uint32_t source, uint32_t path_id)
{
	uint32_t id = route_ids_first(ids, prefix);

	for (; id != 0; id = ids->at[id].next)
		if (ids->at[id].source == source &&
		    ids->at[id].path_id == path_id)
			return id;
	id = take_free(ids);
	ids->at[id] = (struct route_id){
		.prefix = prefix, .source = source, .path_id = path_id
	};
	chain(ids, id);
	return id;
}

static void
give_back(struct route_ids *ids, uint32_t id)
{
	ids->at[id] = (struct route_id){ .next = ids->first_free };
	ids->first_free = id;
}

void
route_ids_remove(struct route_ids *ids, uint32_t id)
{
	uint32_t *link = &ids->first[ids->at[id].prefix];

	while (*link != id)
		link = &ids->at[*link].next;
	*link = ids->at[id].next;
	give_back(ids, id);
}

void
route_ids_renumber(struct route_ids *ids, const uint32_t *map, uint32_t end)
{
	if (ids->first != NULL)
		memset(ids->first, 0, ids->first_cap * sizeof(*ids->first));
	for (uint32_t id = 1; id < ids->end; id++) {
		struct route_id *r = &ids->at[id];

		if (r->prefix == 0)
			continue;
		r->prefix = r->prefix < end ? map[r->prefix] : 0;
		if (r->prefix != 0)
			chain(ids, id);
		else
			give_back(ids, id);
	}
}
