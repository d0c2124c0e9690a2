/* SPDX-License-Identifier: Apache-2.0 */
/* What members have been told, wait to be told, and can't be told. */
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/adjout_state.h"
#include "bgpd/rib/group.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"

size_t
adjout_advertised(const struct member *m, enum family family)
{
	const struct update_group *g = m->tails[family].group;

	return g == NULL ? 0 : group_told(g, member_viewer(m, g));
}

size_t
adjout_queued(const struct member *m, enum family family)
{
	const struct tail *t = &m->tails[family];
	const struct update_group *g = t->group;
	size_t n = t->left.n;

	if (g == NULL)
		return 0;
	for (uint32_t i = t->reader.pos; t->begun && i < g->changes.tail; i++)
		n += g->changes.list[i] != 0;
	if (m->adjout->started)
		n += group_unfilled(g);
	if (t->phase == TAIL_TABLE && !t->knows)
		n += group_table_rest(g, member_viewer(m, g), t->cursor);
	if (t->former.group != NULL)
		n += group_end_of_items(t->former.group) - t->former.next;
	return n;
}

/* Of a difference that is being found or sent: not before all of it is. */
static bool
table_passed(const struct tail *t, uint32_t item)
{
	return t->knows ? t->former.group == NULL && t->left.said == t->left.n
			: group_table_passed(t->group, t->cursor, item);
}

static enum adjout_told
item_told(const struct member *m, const struct tail *t, uint32_t item)
{
	const struct update_group *g = t->group;

	if (!group_tells(g, member_viewer(m, g), item))
		return buckets_of(&g->buckets, item)->too_long ? ADJOUT_TOO_LONG
							       : ADJOUT_KEPT;
	if (!m->adjout->started ||
	    changes_waits(&g->changes, &t->reader, item) ||
	    (t->phase == TAIL_TABLE && !table_passed(t, item)))
		return ADJOUT_QUEUED;
	return ADJOUT_SENT;
}

/* Of several paths, one that waits to be sent counts most. */
static enum adjout_told
most_told(const struct member *m, const struct tail *t, uint32_t prefix)
{
	static const unsigned rank[] = {
		[ADJOUT_KEPT] = 0,
		[ADJOUT_TOO_LONG] = 1,
		[ADJOUT_SENT] = 2,
		[ADJOUT_QUEUED] = 3,
	};
	enum adjout_told most = ADJOUT_KEPT;
	uint32_t item = 0;

	while ((item = group_next_item(t->group, prefix, item)) != 0) {
		enum adjout_told told = item_told(m, t, item);

		if (rank[told] > rank[most])
			most = told;
	}
	return most;
}

enum adjout_told
adjout_told(const struct member *m, const struct prefix *prefix)
{
	const struct tail *t = &m->tails[prefix->addr.family];
	const struct update_group *g = t->group;
	uint32_t index = g == NULL
	    ? 0
	    : prefix_table_find(rib_prefixes(g->rib, g->family), prefix);

	if (index == 0)
		return ADJOUT_KEPT;
	if (index >= g->filled)
		return ADJOUT_QUEUED;
	return most_told(m, t, index);
}

size_t
adjout_too_long(const struct member *m, enum family family)
{
	const struct update_group *g = m->tails[family].group;

	return g == NULL ? 0 : group_too_long(g);
}

bool
adjout_too_long_next(
    const struct member *m, struct adjout_cursor *c, struct prefix *prefix)
{
	const struct update_group *g = m->tails[c->family].group;

	return g != NULL &&
	    group_too_long_next(g, &c->bucket, &c->slot, prefix);
}

bool
adjout_advertised_next(
    const struct member *m, struct adjout_cursor *c, struct adjout_route *r)
{
	const struct update_group *g = m->tails[c->family].group;

	if (g == NULL)
		return false;
	for (; c->bucket < g->buckets.end; c->bucket++, c->slot = 0) {
		const struct bucket *b = &g->buckets.at[c->bucket];

		if (!bucket_told(b, member_viewer(m, g)) || c->slot >= b->n)
			continue;
		uint32_t item = b->prefixes[c->slot++];

		*r = (struct adjout_route){
			.prefix =
			    prefix_table_get(rib_prefixes(g->rib, g->family),
				group_prefix_index(g, item)),
			.path_id = group_by_route(g) ? item : 0,
			.path = b->out,
		};
		return true;
	}
	return false;
}
