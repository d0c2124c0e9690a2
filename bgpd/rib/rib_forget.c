/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the routes of a source out of the tables, a part at a time.
 *
 * A source's routes are wherever its prefixes are in the tables, so that this is a walk
 * over them. It goes on from a cursor, one source after the other; meanwhile no table
 * is packed, or the walk would start again and millions be moved several times.
 *
 * Where most prefixes of a table go, none of them is taken out of its hash, which would
 * cost more than all else together: the table has to be packed afterwards, and its hash
 * is made anew then.
 *
 * A source that is forgotten loses all. One that is only counted from now on loses them
 * as well, but not their number; with a limit it keeps its prefixes, or they could not
 * be counted exactly.
 *
 * One whose policy is another now has its routes judged anew. None goes; what the new
 * policy refuses stays to be shown, and what it makes of a path begins from that path
 * as it came.
 *
 * When a session ends whose peer is about to restart, the routes of its source stay
 * (RFC 4724 4.2): they are stale, by a bit that differs (struct stale). What has not
 * been said again when the peer is through is taken out by a walk, too. A session that
 * ends before that leaves what it said stale in the place of what was stale before,
 * unless that is the last resort by then: then all is.
 */
#include <assert.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib_table.h"

#define LOOKS 8 /* at prefixes, for the time of dropping one route */
#define CLEARS_LEAST 1024

static bool
is_filtered(const struct rib *r, enum family family, const struct route *route)
{
	(void)r;
	(void)family;
	return (route->flags & ROUTE_FILTERED) != 0;
}

/* Another mode may hold by now, by which what is used is not judged yet. */
static bool
is_not_used(const struct rib *r, enum family family, const struct route *route)
{
	(void)r;
	(void)family;
	return (route->flags & ROUTE_ELIGIBLE) == 0;
}

/* Of whom some is used that is refused only; of others all. */
static rib_route_is *
unused(const struct source_state *s)
{
	return s->source.import == IMPORT_ACCEPT ? is_filtered : is_not_used;
}

static void
strip(struct rib *r, enum family family, uint32_t index, uint32_t source)
{
	rib_route_is *goes = unused(&r->sources[source]);
	uint32_t at = r->tables[family].first[index];

	for (; at != 0; at = r->routes[at].next) {
		struct route *route = &r->routes[at];

		if (route->source != source || route->path == PATH_NONE ||
		    !goes(r, family, route))
			continue;
		path_unref(path_by_id(r->paths, route->path));
		route->path = PATH_NONE;
		rib_route_changed(r, family, index, route, false);
	}
}

static bool
is_stale_without_llgr(
    const struct rib *r, enum family family, const struct route *route)
{
	const struct path *path = path_by_id(r->paths, route->path);

	return rib_route_is_stale(r, family, route) && path != NULL &&
	    path_has_community(path, COMMUNITY_NO_LLGR);
}

/* It was chosen when its routes were as good as any. */
static bool
visit_stale(struct rib *r, enum family family, uint32_t index, uint32_t id)
{
	if (r->sources[id].stale[family].going)
		return rib_unset_at(r, family, index, id, rib_route_is_stale);
	bool gone = rib_unset_at(r, family, index, id, is_stale_without_llgr);

	rib_age_at(r, family, index, id);
	return gone;
}

/* Has a route gone, or become another? */
static bool
visit(struct rib *r, enum family family, uint32_t index, uint32_t id)
{
	struct source_state *s = &r->sources[id];
	uint32_t received = s->counts[family].received;

	if (s->walk == WALK_STALE)
		return visit_stale(r, family, index, id);
	if (s->walk == WALK_JUDGE)
		return rib_judge_at(r, family, index, id);
	if (s->walk == WALK_LIGHTEN && !s->estimated[family]) {
		strip(r, family, index, id);
		return false;
	}
	bool gone = rib_unset_at(
	    r, family, index, id, s->walk == WALK_LIGHTEN ? unused(s) : NULL);

	if (s->walk == WALK_LIGHTEN)
		s->counts[family].received = received;
	return gone;
}

/* Routes that a walk is about. */
static const uint32_t *
sought(const struct source_state *s, enum family family)
{
	static const uint32_t none;
	const struct stale *stale = &s->stale[family];

	if (s->walk != WALK_STALE)
		return &s->kept[family];
	return stale->going || stale->aged ? &stale->n : &none;
}

/* Goes on with a family's table. Work in looks is taken off *left. */
static bool
walk_some(struct rib *r, uint32_t id, struct rib_cursor *c, uint64_t *left)
{
	const struct prefix_table *prefixes = &r->tables[c->family].prefixes;
	const uint32_t *rest = sought(&r->sources[id], c->family);

	for (; c->index < prefixes->end && *rest != 0; c->index++) {
		if (*left == 0)
			return false;
		uint64_t cost = visit(r, c->family, c->index, id) ? LOOKS : 1;

		*left -= cost < *left ? cost : *left;
	}
	return true;
}

static struct rib_cursor
first_of(const struct rib *r)
{
	return (struct rib_cursor){ FAMILY_V4, 1, 0, r->epoch };
}

/* Are most of the prefixes its alone, as far as anyone can tell, and go? */
static bool
clears(const struct rib *r, const struct source_state *s, enum family f)
{
	bool goes = s->walk == WALK_FORGET ||
	    (s->walk == WALK_LIGHTEN && s->estimated[f]);
	uint32_t n = r->tables[f].prefixes.n;

	return goes && n > CLEARS_LEAST && s->kept[f] > n / 4 * 3;
}

void
rib_walk_begin(struct rib *r, uint32_t id, enum source_walk walk)
{
	struct source_state *s = &r->sources[id];

	if (s->walk == WALK_FORGET)
		return;
	if (s->walk != walk && s->walk != WALK_NONE && walk != WALK_FORGET)
		rib_walk_end(r, id);
	r->n_walks += s->walk == WALK_NONE;
	s->walk = walk;
	s->walked = first_of(r);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		r->tables[f].clears |= clears(r, s, f);
}

bool
rib_judge_begin(struct rib *r, uint32_t id)
{
	const struct source_state *s = &r->sources[id];
	bool all = true;

	assert(rib_source(r, id) != NULL);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		all = all && !s->light && !s->estimated[f];
	rib_walk_begin(r, id, WALK_JUDGE);
	return all;
}

void
rib_relearn(struct rib *r, uint32_t id)
{
	struct source_state *s = &r->sources[id];

	if (s->walk == WALK_LIGHTEN)
		rib_walk_end(r, id);
	s->light = false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		s->estimated[f] = s->counts[f].counted = false;
		s->counts[f].received = s->kept[f];
	}
}

void
rib_forget_begin(struct rib *r, uint32_t id)
{
	assert(rib_source(r, id) != NULL);
	rib_walk_begin(r, id, WALK_FORGET);
}

bool
rib_is_leaving(const struct rib *r, uint32_t id)
{
	return id < r->n_sources && r->sources[id].walk == WALK_FORGET;
}

bool
rib_has_rest(const struct rib *r)
{
	return r->n_walks > 0;
}

/* After others that are ended for its sake, what is stale has still to go. */
static bool
takes_stale(enum source_walk walk)
{
	return walk == WALK_STALE || walk == WALK_FORGET;
}

static void
end(struct rib *r, struct source_state *s)
{
	for (unsigned f = FAMILY_V4; s->walk == WALK_FORGET && f < FAMILIES;
	     f++) {
		s->counts[f].received = 0; /* what was only counted */
		s->counts[f].counted = s->estimated[f] = s->light = false;
	}
	for (unsigned f = FAMILY_V4; takes_stale(s->walk) && f < FAMILIES; f++)
		s->stale[f].going = false;
	s->walk = WALK_NONE;
	s->renamed = false;
	r->n_walks--;
	for (unsigned f = FAMILY_V4; r->n_walks == 0 && f < FAMILIES; f++)
		r->tables[f].clears = false;
}

static bool
walk_source(struct rib *r, uint32_t id, uint64_t *left)
{
	struct source_state *s = &r->sources[id];
	struct rib_cursor *c = &s->walked;

	if (c->epoch != r->epoch) /* packed by force: the walk starts again */
		*c = first_of(r);
	while (walk_some(r, id, c, left)) {
		if (c->family == FAMILY_V6) {
			bool judged = s->walk == WALK_JUDGE;

			end(r, s);
			/* There is no more room for what is not used than before. */
			if (judged && s->light)
				rib_walk_begin(r, id, WALK_LIGHTEN);
			return s->walk == WALK_NONE;
		}
		c->family = FAMILY_V6;
		c->index = 1;
	}
	return false;
}

void
rib_walk_end(struct rib *r, uint32_t id)
{
	uint64_t left = UINT64_MAX;

	while (r->sources[id].walk != WALK_NONE)
		walk_source(r, id, &left);
}

bool
rib_forget_some(struct rib *r, uint32_t most)
{
	uint64_t left = (uint64_t)most * LOOKS;

	if (r->n_walks == 0)
		return !rib_tidy(r);
	for (uint32_t id = 0; id < r->n_sources && r->n_walks > 0; id++)
		if (r->sources[id].walk != WALK_NONE &&
		    !walk_source(r, id, &left))
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
rib_stale_end(struct rib *r, uint32_t id, enum family family)
{
	struct stale *s = &r->sources[id].stale[family];

	if (s->n == 0)
		return;
	s->going = true;
	rib_walk_begin(r, id, WALK_STALE);
}

void
rib_stale_age(struct rib *r, uint32_t id, enum family family)
{
	struct stale *s = &r->sources[id].stale[family];

	if (s->n == 0)
		return;
	s->aged = true;
	rib_walk_begin(r, id, WALK_STALE);
}

/* RFC 4724 4.2: what was stale before goes, of all families but those that stay. */
static void
end_stale(struct rib *r, uint32_t id, const bool stays[FAMILIES])
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (!stays[f])
			rib_stale_end(r, id, f);
	if (r->sources[id].walk != WALK_NONE)
		rib_walk_end(r, id);
}

static bool
may_be_stale(const struct rib *r, uint32_t id)
{
	const struct source_state *s = &r->sources[id];

	return s->source.import != IMPORT_COUNT && !rib_is_leaving(r, id) &&
	    !(s->light && s->source.import == IMPORT_KEEP);
}

/* All that is kept of a family; nothing of it is stale. */
static void
turn_stale(struct source_state *s, enum family f)
{
	s->stale[f] = (struct stale){ .era = s->stale[f].era ^ ROUTE_ERA,
		.n = s->kept[f] };
	s->counts[f].stale = s->kept[f];
}

/*
 * RFC 9494 4.2: what is the last resort already does not go because the peer is away
 * once more before it is through.
 */
static bool
outlasts(const struct stale *s)
{
	return s->aged && !s->going && s->n > 0;
}

/* What is stale of a family is of one era with the rest, as if all were fresh. */
static void
rejoin(struct rib *r, uint32_t id, enum family f)
{
	const struct family_table *t = &r->tables[f];
	uint16_t era = r->sources[id].stale[f].era;

	for (uint32_t i = 1; i < t->prefixes.end; i++)
		for (uint32_t at = t->first[i]; at != 0;
		     at = r->routes[at].next) {
			struct route *route = &r->routes[at];

			if (route->source != id)
				continue;
			route->flags &= (uint16_t)~ROUTE_ERA;
			route->flags |= era;
		}
}

bool
rib_stale_again(struct rib *r, uint32_t id, enum family family)
{
	struct source_state *s = &r->sources[id];

	if (!may_be_stale(r, id) || s->stale[family].n != 0 ||
	    s->kept[family] == 0)
		return false;
	turn_stale(s, family);
	return true;
}

bool
rib_stale_begin(struct rib *r, uint32_t id, const bool keep[FAMILIES])
{
	struct source_state *s = &r->sources[id];
	bool stays[FAMILIES] = { false };

	if (!may_be_stale(r, id))
		return false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		stays[f] = keep[f] && outlasts(&s->stale[f]);
	end_stale(r, id, stays);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		if (stays[f])
			rejoin(r, id, f);
		turn_stale(s, f);
		if (stays[f])
			rib_stale_age(r, id, f);
		if (!keep[f])
			rib_stale_end(r, id, f);
	}
	return true;
}
