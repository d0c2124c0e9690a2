/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgetting a source, a part at a time.
 *
 * A source's routes are wherever its prefixes are in the tables, so that forgetting is
 * a walk over them. It goes on from a cursor, one source after the other; meanwhile no
 * table is packed, or the walk would start again and millions be moved several times.
 */
#include <assert.h>

#include "bgpd/rib/rib_table.h"

#define LOOKS 8 /* at prefixes, for the time of dropping one route */

/* Goes on with a family's table. Work in looks is taken off *left. */
static bool
unset_some(struct rib *r, uint32_t source, struct rib_cursor *c, uint64_t *left)
{
	const struct prefix_table *prefixes = &r->tables[c->family].prefixes;
	const uint32_t *kept = &r->sources[source].kept[c->family];

	for (; c->index<prefixes->end && * kept> 0; c->index++) {
		if (*left == 0)
			return false;
		uint64_t cost =
		    rib_unset_at(r, c->family, c->index, source) ? LOOKS : 1;

		*left -= cost < *left ? cost : *left;
	}
	return true;
}

void
rib_unset_all(struct rib *r, uint32_t source, enum family family)
{
	struct rib_cursor c = { .family = family, .index = 1 };
	uint64_t left = UINT64_MAX;

	unset_some(r, source, &c, &left);
}

void
rib_forget_begin(struct rib *r, uint32_t id)
{
	assert(rib_source(r, id) != NULL);
	struct source_state *s = &r->sources[id];

	if (s->leaving)
		return;
	s->leaving = true;
	s->forgets = (struct rib_cursor){ FAMILY_V4, 1, 0, r->epoch };
	r->n_leaving++;
}

bool
rib_is_leaving(const struct rib *r, uint32_t id)
{
	return id < r->n_sources && r->sources[id].leaving;
}

/* Nothing of it is in the tables any more. */
static void
end(struct rib *r, struct source_state *s)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		s->counts[f].received = 0; /* what was only counted */
		s->counts[f].counted = s->estimated[f] = false;
	}
	s->light = s->leaving = false;
	r->n_leaving--;
}

static bool
forget_source(struct rib *r, uint32_t id, uint64_t *left)
{
	struct rib_cursor *c = &r->sources[id].forgets;

	if (c->epoch != r->epoch) /* packed by force: the walk starts again */
		*c = (struct rib_cursor){ FAMILY_V4, 1, 0, r->epoch };
	while (unset_some(r, id, c, left)) {
		if (c->family == FAMILY_V6) {
			end(r, &r->sources[id]);
			return true;
		}
		c->family = FAMILY_V6;
		c->index = 1;
	}
	return false;
}

bool
rib_forget_some(struct rib *r, uint32_t most)
{
	uint64_t left = (uint64_t)most * LOOKS;

	if (r->n_leaving == 0)
		return !rib_tidy(r);
	for (uint32_t id = 0; id < r->n_sources && r->n_leaving > 0; id++)
		if (r->sources[id].leaving && !forget_source(r, id, &left))
			return false;
	return false; /* tables may be left to pack */
}

void
rib_forget_rest(struct rib *r)
{
	while (!rib_forget_some(r, UINT32_MAX))
		;
}

void
rib_forget(struct rib *r, uint32_t source)
{
	rib_forget_begin(r, source);
	rib_forget_rest(r);
}
