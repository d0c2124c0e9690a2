/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of the rib: what it takes, who takes it, and giving it back.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib_table.h"
#include "common/alloc.h"
#include "common/log.h"

#define SHOWN_PART 8     /* of the budget, below which unused routes are kept */
#define SHOWN_MOST 16384 /* … of a source that is of no use at all */
#define PACK_LEAST 1024

void
rib_set_budget(struct rib *r, size_t bytes)
{
	r->budget = bytes;
}

size_t
rib_budget(const struct rib *r)
{
	return r->budget;
}

size_t
rib_bytes(const struct rib *r)
{
	size_t n = (size_t)r->n_routes * sizeof(struct route) +
	    path_table_bytes(r->paths);

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		n += prefix_table_bytes(&r->tables[f].prefixes) +
		    (size_t)r->tables[f].prefixes.n * sizeof(uint32_t);
	return n;
}

/* Who takes how much. */

#define FINE 1024 /* parts of a byte, so that shares of a set don't vanish */

/* Who has an attribute set shares its bytes, and those of the one it was made of. */
static uint64_t
share_of(const struct path *path)
{
	if (path == NULL)
		return 0;
	uint64_t bytes = path_cost(path) * FINE + share_of(path->from);

	return bytes / path->refs;
}

static uint64_t
weight_of(const struct rib *r, const struct family_table *t,
    const struct route *route)
{
	uint64_t bytes = sizeof(*route) + t->prefixes.size + sizeof(uint32_t);

	return bytes * FINE + share_of(path_by_id(r->paths, route->path));
}

/* By source, owned. */
static uint64_t *
weights(const struct rib *r)
{
	uint64_t *weight = xcalloc(r->n_sources, sizeof(*weight));

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		const struct family_table *t = &r->tables[f];

		for (uint32_t i = 1; i < t->prefixes.end; i++)
			for (uint32_t at = t->first[i]; at != 0;
			     at = r->routes[at].next)
				weight[r->routes[at].source] +=
				    weight_of(r, t, &r->routes[at]);
	}
	return weight;
}

/* Does it have routes that are kept for nothing but to be shown? */
static bool
is_shown(const struct source_state *s)
{
	const struct rib_counts *c = s->counts;
	uint32_t n = s->source.import == IMPORT_ACCEPT
	    ? c[FAMILY_V4].filtered + c[FAMILY_V6].filtered
	    : s->kept[FAMILY_V4] + s->kept[FAMILY_V6];

	return s->source.import != IMPORT_COUNT && !s->light &&
	    s->walk == WALK_NONE && n > 0;
}

static bool
any_is_shown(const struct rib *r)
{
	for (uint32_t id = RIB_LOCAL + 1; id < r->n_sources; id++)
		if (is_shown(&r->sources[id]))
			return true;
	return false;
}

/* Of all peers, or of those. */
static uint32_t
heaviest(const struct rib *r, bool shown)
{
	uint64_t *weight = weights(r);
	uint32_t most = RIB_LOCAL;

	weight[RIB_LOCAL] = 0;
	for (uint32_t id = RIB_LOCAL + 1; id < r->n_sources; id++) {
		if (shown && !is_shown(&r->sources[id]))
			continue;
		if (weight[id] > weight[most])
			most = id;
	}
	free(weight);
	return most;
}

uint32_t
rib_heaviest(const struct rib *r)
{
	return heaviest(r, false);
}

/* Keeping less. */

/* Without a limit nobody asks which they were: their number is enough. */
void
rib_limit_changed(struct rib *r, uint32_t id)
{
	struct source_state *s = &r->sources[id];

	for (unsigned f = FAMILY_V4; s->light && f < FAMILIES; f++) {
		if (s->source.max_prefixes[f] != 0 || s->kept[f] == 0)
			continue;
		s->estimated[f] = true;
		rib_walk_begin(r, id, WALK_LIGHTEN);
	}
}

static void
count_only(struct rib *r, uint32_t id)
{
	struct source_state *s = &r->sources[id];
	char text[ADDR_TEXT];

	s->light = true;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		s->estimated[f] |= s->source.max_prefixes[f] == 0;
		s->counts[f].counted = true;
	}
	rib_walk_begin(r, id, WALK_LIGHTEN);
	log_info(
	    "peer %s: %s only counted from now on, they are too many to be "
	    "kept to be shown",
	    addr_print(&s->source.addr, text),
	    s->source.import == IMPORT_ACCEPT
		? "routes that its filters refuse are"
		: "its routes are");
}

static bool
shows_too_many(const struct source_state *s)
{
	return s->source.import == IMPORT_KEEP && is_shown(s) &&
	    s->kept[FAMILY_V4] + s->kept[FAMILY_V6] > SHOWN_MOST;
}

/* Some source is losing routes, or begins to. False: there are none to lose. */
static bool
gives_way(struct rib *r)
{
	if (r->n_walks == 0 && any_is_shown(r))
		count_only(r, heaviest(r, true));
	return r->n_walks > 0;
}

/* What is as good as gone must not cost another peer its session. */
enum rib_import
rib_keep_room(struct rib *r, uint32_t id)
{
	if (shows_too_many(&r->sources[id]))
		count_only(r, id);
	if (rib_bytes(r) > r->budget / SHOWN_PART && gives_way(r))
		rib_forget_some(r, WALK_SHARE);
	while (rib_bytes(r) > r->budget && gives_way(r))
		rib_forget_rest(r);
	return rib_bytes(r) > r->budget ? RIB_NO_ROOM : RIB_IMPORTED;
}

/* Giving back. */

static bool
is_sparse(uint32_t n, uint32_t end)
{
	return end > PACK_LEAST && n < end / 2;
}

/* A route is where its prefix is, so that walks go straight through memory. */
static void
pack_routes(struct rib *r)
{
	struct route *to = xcalloc(r->n_routes + 1, sizeof(*to));
	uint32_t n = 0;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct family_table *t = &r->tables[f];

		for (uint32_t i = 1; i < t->prefixes.end; i++) {
			uint32_t *link = &t->first[i];

			while (*link != 0) {
				to[++n] = r->routes[*link];
				*link = n;
				link = &to[n].next;
			}
		}
	}
	assert(n == r->n_routes);
	free(r->routes);
	r->routes = to;
	r->routes_end = r->routes_cap = n + 1;
	r->free_route = 0;
}

static void
pack_prefixes(struct rib *r, struct family_table *t)
{
	uint32_t end = t->prefixes.end;
	struct rib_listener *l;
	uint32_t *map = prefix_table_pack(&t->prefixes);

	for (uint32_t i = 1; i < end; i++) {
		uint32_t first = t->first[i];

		t->first[i] = 0;
		if (map[i] != 0)
			t->first[map[i]] = first;
	}
	if (t->first_cap > t->prefixes.cap) {
		t->first_cap = t->prefixes.cap;
		t->first = xrealloc(t->first, t->first_cap, sizeof(*t->first));
	}
	DL_FOREACH (r->listeners, l)
		if (l->ops->packed != NULL)
			l->ops->packed(l->arg, t->prefixes.family, map, end);
	r->epoch++;
	free(map);
}

static void
pack_paths(struct rib *r)
{
	uint32_t *map = path_table_pack(r->paths);

	for (uint32_t at = 1; at < r->routes_end; at++)
		r->routes[at].path = map[r->routes[at].path];
	free(map);
}

void
rib_pack(struct rib *r)
{
	pack_routes(r);
	pack_paths(r);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		pack_prefixes(r, &r->tables[f]);
	alloc_trim();
}

static bool
has_sparse_prefixes(const struct rib *r, enum family family)
{
	const struct prefix_table *prefixes = &r->tables[family].prefixes;

	return prefixes->buried > 0 || is_sparse(prefixes->n, prefixes->end);
}

bool
rib_tidy(struct rib *r)
{
	if (r->n_walks > 0)
		return false;
	if (is_sparse(r->n_routes, r->routes_end))
		pack_routes(r);
	else if (is_sparse((uint32_t)path_table_count(r->paths),
		     path_table_end(r->paths)))
		pack_paths(r);
	else if (has_sparse_prefixes(r, FAMILY_V4))
		pack_prefixes(r, &r->tables[FAMILY_V4]);
	else if (has_sparse_prefixes(r, FAMILY_V6))
		pack_prefixes(r, &r->tables[FAMILY_V6]);
	else
		return false;
	alloc_trim();
	return true;
}
