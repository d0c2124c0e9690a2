/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peers say, taken into the rib.
 */
#include <assert.h>

#include "bgpd/rib/otc.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib_table.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/update.h"

#define AHEAD \
	16 /* prefixes; while one is taken in the misses of others overlap */

/* What is left of it where it is not used. */
enum keep { KEEP_NOTHING, KEEP_PREFIXES, KEEP_ROUTES };

/*
 * A limit needs to know which prefixes were said already: then they are kept, without
 * attributes, in as much memory as the limit allows. If they were not from the start,
 * what is counted is never less than what was said.
 */
static enum keep
keep_of(const struct source_state *s, enum family family)
{
	if (s->source.import == IMPORT_ACCEPT ||
	    (s->source.import == IMPORT_KEEP && !s->light))
		return KEEP_ROUTES;
	return s->source.max_prefixes[family] != 0 && !s->estimated[family]
	    ? KEEP_PREFIXES
	    : KEEP_NOTHING;
}

/* Where the next n will be looked for. */
static void
fetch(const struct rib *r, struct nlri *ahead, unsigned n)
{
	const struct prefix_table *t = &r->tables[ahead->family].prefixes;
	struct prefix p;
	uint32_t id;

	for (; n > 0 && nlri_next(ahead, &p, &id); n--)
		__builtin_prefetch(prefix_table_place(t, &p));
}

static void
import_unreach(struct rib *r, uint32_t source, struct nlri nlri)
{
	struct source_state *s = &r->sources[source];
	struct rib_counts *c = &s->counts[nlri.family];
	struct route_key key = { .source = source };
	struct nlri ahead = nlri;
	struct prefix p;

	if (keep_of(s, nlri.family) == KEEP_NOTHING &&
	    s->kept[nlri.family] == 0) {
		c->received -=
		    nlri.count < c->received ? nlri.count : c->received;
		return;
	}
	fetch(r, &ahead, AHEAD);
	while (nlri_next(&nlri, &p, &key.path_id)) {
		fetch(r, &ahead, 1);
		if (!rib_unset_route(r, key, &p) && s->estimated[nlri.family] &&
		    c->received > s->kept[nlri.family])
			c->received--;
	}
}

/* What is stale it has not said yet, in this session. */
static bool
is_over_limit(const struct source_state *s, enum family family)
{
	uint32_t max = s->source.max_prefixes[family];

	return max != 0 &&
	    s->counts[family].received - s->stale[family].n > max;
}

/* What the prefixes of an UPDATE get; verdicts differ, neighbours often share one. */
struct import {
	uint32_t source;
	struct path *path; /* as received; NULL: only prefixes are kept */
	bool looped;
	bool leaked;
	bool usable; /* by the loop checks, its OTC and the mode */
	struct policy_case of;
	uint32_t verdict; /* on the prefix before */
	struct path
	    *judged;  /* owned: what that made of the path; NULL: refused */
	bool reached; /* the next hop of that */
};

static struct import
import_of(const struct rib *r, uint32_t source, struct path *path)
{
	const struct rib_source *s = &r->sources[source].source;
	struct import i = {
		.source = source,
		.path = path,
		.looped = !policy_eligible(&r->me, s, path),
		.leaked = !otc_takes(s->role, s->asn, path),
	};

	i.usable = !i.looped && !i.leaked && s->import == IMPORT_ACCEPT;
	policy_case_init(&i.of, s->policy, path, s);
	return i;
}

/* RFC 4271 9.1.2. */
static bool
is_reached(const struct rib *r, const struct import *i)
{
	return r->reaches == NULL ||
	    r->reaches(r->reaches_arg, i->source, i->judged);
}

/* ROUTE_…, and in i->judged the path, unless it is refused. */
static uint16_t
judge(const struct rib *r, struct import *i, const struct prefix *p)
{
	if (!i->usable)
		return 0;
	uint32_t verdict = policy_judge(&i->of, p);

	if (verdict != i->verdict) {
		path_unref(i->judged);
		i->judged = verdict_apply(r->verdicts, verdict, i->path);
		i->verdict = verdict;
		i->reached = i->judged != NULL && is_reached(r, i);
	}
	if (i->judged == NULL)
		return ROUTE_FILTERED;
	return i->reached ? ROUTE_ELIGIBLE : ROUTE_UNREACHED;
}

struct path *
rib_judge(const struct rib *r, uint32_t source, const struct prefix *p,
    struct path *path, uint16_t *flags)
{
	struct import i = import_of(r, source, path);

	*flags = judge(r, &i, p);
	return i.judged != NULL ? i.judged : path_ref(path);
}

const char *
rib_unused_for(const struct rib *r, const struct rib_route *route)
{
	const struct rib_source *s = &r->sources[route->source].source;
	const struct path *path =
	    route->path->from != NULL ? route->path->from : route->path;

	if (route->eligible || route->unreached)
		return NULL;
	if (route->filtered)
		return "no rule of the import filters accepts it";
	if (s->import != IMPORT_ACCEPT)
		return "no import filter accepts anything from this peer";
	if (!otc_takes(s->role, s->asn, path))
		return "a peer of this role may not give it, by its OTC";
	return policy_ineligible(&r->me, s, path);
}

/* What policy refuses, where there is no room to keep it as it was said. */
static void
import_refused(struct rib *r, struct route_key key, const struct prefix *p)
{
	struct source_state *s = &r->sources[key.source];
	enum family family = p->addr.family;

	if (s->source.max_prefixes[family] != 0 && !s->estimated[family]) {
		rib_set_route(r, key, p, NULL, ROUTE_FILTERED);
		return;
	}
	rib_unset_route(r, key, p);
	s->counts[family].received++;
	s->estimated[family] = true;
}

/* What is refused is kept as it was said, to be shown. */
static void
import_route(struct rib *r, struct route_key key, const struct prefix *p,
    struct import *i)
{
	uint16_t flags = judge(r, i, p);

	if (flags == ROUTE_FILTERED && r->sources[key.source].light)
		import_refused(r, key, p);
	else
		rib_set_route(
		    r, key, p, i->judged != NULL ? i->judged : i->path, flags);
}

/* Stops at the first prefix that is one too many. */
static enum rib_import
import_prefixes(
    struct rib *r, uint32_t source, struct nlri nlri, struct import *i)
{
	const struct source_state *s = &r->sources[source];
	struct route_key key = { .source = source };
	struct nlri ahead = nlri;
	struct prefix p;

	fetch(r, &ahead, AHEAD);
	while (nlri_next(&nlri, &p, &key.path_id)) {
		fetch(r, &ahead, 1);
		if (nlri_is_martian(&p) ||
		    (nlri.add_path && !rib_has_place(r, key, &p))) {
			r->sources[source].counts[nlri.family].refused++;
			continue;
		}
		import_route(r, key, &p, i);
		if (is_over_limit(s, nlri.family))
			return RIB_OVER_LIMIT;
	}
	return RIB_IMPORTED;
}

static enum rib_import
import_routes(
    struct rib *r, uint32_t source, const struct update *u, unsigned which)
{
	const struct nlri *nlri = &u->reach[which].nlri;
	struct source_state *s = &r->sources[source];
	struct attrs a = update_attrs(u, which);

	otc_mark_received(s->source.role, s->source.asn, &a);
	struct path *path = s->source.prepended
	    ? policy_prepend(r->paths, &a, s->source.local_as, 1)
	    : path_intern(r->paths, &a);
	struct import i = import_of(r, source, path);

	if (i.looped)
		s->counts[nlri->family].looped += nlri->count;
	if (i.leaked)
		s->counts[nlri->family].leaked += nlri->count;
	enum rib_import result = import_prefixes(r, source, *nlri, &i);

	path_unref(i.judged);
	path_unref(path);
	return result;
}

/* What is kept of before, until that is let go, is not what is said now. */
static void
drop_kept(struct rib *r, uint32_t source, struct nlri nlri)
{
	struct route_key key = { .source = source };
	struct nlri ahead = nlri;
	struct prefix p;

	if (r->sources[source].kept[nlri.family] == 0)
		return;
	fetch(r, &ahead, AHEAD);
	while (nlri_next(&nlri, &p, &key.path_id)) {
		fetch(r, &ahead, 1);
		rib_unset_route(r, key, &p);
	}
}

static enum rib_import
import_count(struct rib *r, uint32_t source, struct nlri nlri)
{
	struct source_state *s = &r->sources[source];

	drop_kept(r, source, nlri);
	s->counts[nlri.family].received += nlri.count;
	s->estimated[nlri.family] |= nlri.count > 0;
	return is_over_limit(s, nlri.family) ? RIB_OVER_LIMIT : RIB_IMPORTED;
}

static enum rib_import
import_reach(
    struct rib *r, uint32_t source, const struct update *u, unsigned which)
{
	const struct nlri *nlri = &u->reach[which].nlri;
	struct source_state *s = &r->sources[source];

	if (u->withdrawn != 0) { /* RFC 7606 2: treat-as-withdraw */
		s->counts[nlri->family].refused += nlri->count;
		import_unreach(r, source, *nlri);
		return RIB_IMPORTED;
	}
	switch (keep_of(s, nlri->family)) {
	case KEEP_ROUTES:
		return import_routes(r, source, u, which);
	case KEEP_PREFIXES:
		return import_prefixes(r, source, *nlri, &(struct import){ 0 });
	default:
		return import_count(r, source, *nlri);
	}
}

/* Then nothing it says takes room, or gives any back. */
static bool
keeps_nothing(const struct source_state *s)
{
	return keep_of(s, FAMILY_V4) == KEEP_NOTHING &&
	    keep_of(s, FAMILY_V6) == KEEP_NOTHING;
}

enum rib_import
rib_import(struct rib *r, uint32_t source, const struct update *u)
{
	enum rib_import result = RIB_IMPORTED;

	assert(rib_source(r, source) != NULL);
	for (unsigned i = 0; i < 2; i++)
		if (u->unreach[i].family != FAMILY_NONE)
			import_unreach(r, source, u->unreach[i]);
	for (unsigned i = 0; i < 2 && result != RIB_OVER_LIMIT; i++)
		if (u->reach[i].nlri.family != FAMILY_NONE)
			result = import_reach(r, source, u, i);
	if (r->sources[source].walk != WALK_NONE)
		rib_forget_some(r, WALK_SHARE);
	else if (keeps_nothing(&r->sources[source]))
		return result;
	rib_tidy(r);
	return result == RIB_IMPORTED ? rib_keep_room(r, source) : result;
}
