/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rib_table - struct rib from inside, for the files that do what rib.h says:
 * rib_table.c, rib_import.c, rib_forget.c and rib_room.c.
 */
#ifndef BGPD_RIB_RIB_TABLE_H
#define BGPD_RIB_RIB_TABLE_H

#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"

/*
 * One path that a source gave for a prefix; with ADD-PATH it may give several, told
 * apart by their path ids (RFC 7911 3). The best of a prefix is the first in its chain.
 */
struct route {
	uint32_t path; /* id; a reference. PATH_NONE: only the prefix is kept */
	uint32_t next; /* index, 0: the last one */
	uint32_t path_id; /* 0 without ADD-PATH */
	uint16_t source;
	uint16_t flags; /* ROUTE_…; bits without a name are free */
};
_Static_assert(sizeof(struct route) == 16, "a table has millions of them");

#define ROUTE_ELIGIBLE 0x1  /* may be the best */
#define ROUTE_MULTIPATH 0x2 /* as good as it; only while a listener asks */
#define ROUTE_ERA 0x4 /* in which of two it was said, see struct source_state */
#define ROUTE_FILTERED 0x8   /* refused by the policy of its source */
#define ROUTE_UNREACHED 0x10 /* accepted, but for its next hop */

struct family_table {
	struct prefix_table prefixes;
	uint32_t *first; /* owned: by prefix index, the first route */
	uint32_t first_cap;
	uint32_t n;  /* prefixes that have a route */
	bool clears; /* walks take most prefixes away, so it is packed then */
};

/* Why its routes are taken out of the tables, a part at a time. */
enum source_walk {
	WALK_NONE,
	WALK_LIGHTEN, /* they are only counted from now on */
	WALK_JUDGE,   /* none goes: they are judged anew */
	WALK_STALE,   /* what is stale goes, or is looked at anew */
	WALK_FORGET,
};

/*
 * The routes of a source have an era each, one bit. When its session ends the era is
 * another one, so that in one moment all of them are stale that are still of the era
 * before: those that count in n. What is said again is of the new one.
 */
struct stale {
	uint16_t era; /* 0 or ROUTE_ERA */
	uint32_t n;   /* routes of the other era */
	bool going;   /* … which WALK_STALE takes away */
	bool aged;    /* … they are the last resort (RFC 9494) */
};

struct source_state {
	struct rib_source source;
	bool known;
	struct rib_counts counts[FAMILIES];
	uint32_t kept[FAMILIES]; /* its routes in the table */
	struct stale stale[FAMILIES];
	bool light; /* what nobody uses, or is refused, is not kept */
	bool estimated[FAMILIES]; /* some of `received` was only counted */
	enum source_walk walk;
	struct rib_cursor walked; /* to there */
	bool renamed; /* WALK_JUDGE is told of, whatever it comes to */
};

struct rib {
	struct path_table *paths;
	struct verdict_table *verdicts; /* owned */
	uint32_t last_resort;           /* of these, see marked() */
	struct rib_listener *listeners;
	struct identity me;
	struct addr *own_addrs; /* owned, of me */
	struct family_table tables[FAMILIES];
	struct route *routes; /* owned; index 0 is none */
	uint32_t routes_end;
	uint32_t routes_cap;
	uint32_t n_routes;
	uint32_t epoch;               /* of indices: counts packing */
	uint32_t free_route;          /* chained by next */
	struct source_state *sources; /* owned, by id */
	uint32_t n_sources;
	struct route_candidate *candidates; /* owned, room for a decision */
	size_t candidates_cap;
	size_t budget;        /* bytes */
	uint32_t n_walks;     /* sources with one */
	bool multipath;       /* a listener asks for RIB_NEWS_MULTIPATH */
	rib_reaches *reaches; /* NULL: all next hops are */
	void *reaches_arg;
};

/* Whose route of a prefix. */
struct route_key {
	uint32_t source;
	uint32_t path_id;
};

/* rib_table.c: one route, of a prefix without host bits. path NULL: only the prefix. */
void rib_set_route(struct rib *, struct route_key, const struct prefix *,
    struct path *, uint16_t flags);
/* For struct rib_ops.route, when all else is as it is to be. */
void rib_route_changed(const struct rib *, enum family, uint32_t index,
    const struct route *, bool was_eligible);
/* Has the source this route, or fewer than RIB_PATHS_MOST of the prefix? */
bool rib_has_place(const struct rib *, struct route_key, const struct prefix *);
/* False: there was none. */
bool rib_unset_route(struct rib *, struct route_key, const struct prefix *);
/*
 * Judges the routes of the source for the prefix at an index anew: see rib_judge().
 * Has one changed?
 */
bool rib_judge_at(struct rib *, enum family, uint32_t index, uint32_t source);
/*
 * All routes of the source for the prefix at an index, or (NULL: all) those of which it
 * is so. False: there was none.
 */
typedef bool
rib_route_is(const struct rib *, enum family, const struct route *);
bool rib_unset_at(
    struct rib *, enum family, uint32_t index, uint32_t source, rib_route_is *);

rib_route_is rib_route_is_stale;
/*
 * Of the prefix's routes those of the source that are a last resort are marked as such,
 * and the best is chosen anew.
 */
void rib_age_at(struct rib *, enum family, uint32_t index, uint32_t source);

/*
 * rib_import.c: what becomes of a path as the source gave it for a prefix, a reference
 * for the caller, and ROUTE_ELIGIBLE, ROUTE_FILTERED, ROUTE_UNREACHED or none of them.
 */
struct path *rib_judge(const struct rib *, uint32_t source,
    const struct prefix *, struct path *, uint16_t *flags);
/* The route as the nth of those that decide.h is to choose from. */
void rib_add_candidate(struct rib *, enum family, size_t n, uint32_t route);

/* rib_forget.c. One to forget goes on; any other begins anew. */
void rib_walk_begin(struct rib *, uint32_t source, enum source_walk);
/* Of that source, or of all that have one. */
void rib_walk_end(struct rib *, uint32_t source);
void rib_forget_rest(struct rib *);
#define WALK_SHARE \
	4096 /* routes that go with each UPDATE that waits for their room */

/* rib_room.c: after routes of a source were taken in. */
enum rib_import rib_keep_room(struct rib *, uint32_t source);
/* … and when a source may have no limit any more. */
void rib_limit_changed(struct rib *, uint32_t source);
#endif
