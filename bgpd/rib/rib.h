/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rib - every path we know for every prefix, and the best one.
 *
 * Fed by core.c with announcements of our own and with UPDATEs of peers. Tells those
 * who listen what changes of a prefix. Knows nothing of sessions. A prefix has an index
 * in its family's table, which holds while it has a path or a listener says that it is
 * held.
 */
#ifndef BGPD_RIB_RIB_H
#define BGPD_RIB_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/policy.h"
#include "common/prefix.h"

struct path;
struct path_table;
struct prefix_table;
struct rib;
struct verdict_table;
struct update; /* bgpd/wire/update.h */

#define RIB_LOCAL 0       /* the source of our own announcements */
#define RIB_SOURCES 65536 /* ids are small numbers below this */

/* One path of one prefix. Borrowed until the rib changes. */
struct rib_route {
	struct prefix prefix;
	uint32_t source;
	uint32_t path_id; /* RFC 7911; 0 without ADD-PATH */
	const struct path *path;
	bool best;
	bool eligible;
	bool filtered;  /* no, since the policy of its source refuses it */
	bool unreached; /* no, since its next hop is, see rib_set_reach() */
	bool stale;     /* to be said anew, see rib_stale_begin() */
	bool
	    multipath; /* see RIB_NEWS_MULTIPATH, while somebody listens to it */
	uint32_t at;   /* private to rib_table.c */
};

struct rib_counts {
	/*
	 * Prefixes that the source holds announced, with ADD-PATH one for each path of
	 * them. Where nothing is stored an estimate:
	 * announcements minus withdrawals, an implicit replacement counts again. With a
	 * limit from the start it is exact.
	 */
	uint32_t received;
	uint32_t accepted; /* of these, eligible */
	uint32_t
	    filtered;   /* of these, refused by policy and kept to be shown */
	uint32_t stale; /* of these, kept while the source is away */
	/* Only: what is not used is not kept to be shown, see rib_set_budget(). */
	bool counted;
	uint64_t leaked; /* ineligible by their OTC (RFC 9234), ever */
	uint64_t looped; /* ineligible by a loop check, ever */
	/* For a bad attribute, as a martian, or one of too many paths; ever. */
	uint64_t refused;
};

/*
 * Paths of a prefix that a source may have (RFC 7911): with each, all are looked at, so
 * that a peer with as many as it likes would leave no time for the others.
 */
#define RIB_PATHS_MOST 1024

enum rib_import {
	RIB_IMPORTED,
	RIB_OVER_LIMIT, /* max_prefixes: Cease 6/1 is due */
	RIB_NO_ROOM,    /* over the budget: Cease 6/8 to rib_heaviest() */
};

/* What has changed of a prefix. */
enum rib_news {
	RIB_NEWS_BEST = 0x1, /* the best path is another one now, or none */
	RIB_NEWS_ROUTE =
	    0x2, /* any of its routes came, went or is another now */
	/*
	 * The routes that are as good as the best one, itself included, are others now:
	 * all that RFC 4271 9.1.2.2 tells apart before its tie-breaks (f) and (g), so
	 * that traffic may be shared among them. Found only while somebody listens. Of
	 * those, too, that have no part in it since their next hop is not reached.
	 */
	RIB_NEWS_MULTIPATH = 0x4,
};

struct rib_ops {
	unsigned news; /* of RIB_NEWS_…, what it listens to */
	/* news: all that has changed. Must not change routes. NULL where news is 0. */
	void (*changed)(void *arg, enum family, uint32_t index, unsigned news);
	/*
	 * Of RIB_NEWS_ROUTE, which one: a route of the source, by that path id, came,
	 * went or may be another now. was_eligible: it may have been. Must not change
	 * routes. May be NULL.
	 */
	void (*route)(void *arg, enum family, uint32_t index, uint32_t source,
	    uint32_t path_id, bool was_eligible);
	/* When the last path has gone: must the index stay for now? May be NULL. */
	bool (*held)(void *arg, enum family, uint32_t index);
	/*
	 * Indices are given anew, in the same order: map has the new one by the old
	 * one, below end. For rib_tidy() and whatever changes routes, but never for
	 * held(). May be NULL.
	 */
	void (*packed)(
	    void *arg, enum family, const uint32_t *map, uint32_t end);
};

/* Room is the listener's, from rib_listen() to rib_unlisten(). */
struct rib_listener {
	const struct rib_ops *ops;
	void *arg;
	struct rib_listener *next, *prev; /* the rib's */
};

/* The number of a list of actions, to be used in policies of this rib; a reference. */
struct action; /* bgpd/rib/verdict.h */
uint32_t rib_verdict(struct rib *, const struct action *, size_t n);
/* Of a policy that neither a source nor a listener has any more. */
void rib_verdict_unref(struct rib *, uint32_t verdict);

struct rib *rib_new(struct path_table *);
void rib_free(struct rib *); /* nobody listens any more */
/*
 * They are told in the order in which they came. The first one for RIB_NEWS_MULTIPATH
 * makes the rib look at all that it has.
 */
void rib_listen(struct rib *, struct rib_listener *);
void rib_unlisten(struct rib *, struct rib_listener *);
/* Copied, addresses too. Holds for what is imported from now on. */
void rib_set_identity(struct rib *, const struct identity *);

/*
 * Is the next hop of a path of that source reached? One that is not is kept, but has no
 * part in any decision (RFC 4271 9.1.2). NULL: nobody knows, and all are. For what is
 * said, or judged by rib_judge_begin(), from now on. Must not change routes.
 */
typedef bool rib_reaches(void *arg, uint32_t source, const struct path *);
void rib_set_reach(struct rib *, rib_reaches *, void *arg);

/*
 * A peer that may give routes, before its first one. Copied. Again with other
 * values: they hold for what comes from now on. Another mode or policy holds for what
 * is there by rib_judge_begin(). By another tag, router id, address or kind, or
 * reflected otherwise, what is there is compared and passed on anew, too, a part at a
 * time, in rib_forget_some().
 */
void rib_add_source(struct rib *, uint32_t source, const struct rib_source *);
/*
 * All that a source ever said goes, a part at a time: each rib_forget_some() takes its
 * share of all that is to be forgotten, about `most` routes, so that nobody waits for
 * millions of them. True: nothing is left to do. What is not forgotten yet counts as
 * before, until rib_add_source() of the same id, which finishes it at once: who doesn't
 * want to wait for that takes an id that is not leaving.
 */
void rib_forget_begin(struct rib *, uint32_t source);
bool rib_is_leaving(const struct rib *, uint32_t source);
bool rib_forget_some(struct rib *, uint32_t most);
bool rib_has_rest(const struct rib *); /* for rib_forget_some() to do */

/*
 * Graceful restart (RFC 4724 4.2). The session of the source has ended, and what it
 * said of these families stays as it is, though stale, until it says it anew or
 * rib_stale_end(): then what is left of that goes, in rib_forget_some(). What was stale
 * already goes at once, and so do other families. But of a family of which some is the
 * last resort, by rib_stale_age(), all is it from now on (RFC 9494 4.2). False: nothing
 * is kept, since the source's routes were only counted; it is to be forgotten.
 */
bool rib_stale_begin(struct rib *, uint32_t source, const bool keep[FAMILIES]);
void rib_stale_end(struct rib *, uint32_t source, enum family);
/*
 * The source is about to say all of a family once more (RFC 7313 4): what it has said
 * is stale in the same way. False: nothing is kept, or some of it is stale already.
 */
bool rib_stale_again(struct rib *, uint32_t source, enum family);
/*
 * RFC 9494 4.2: what is stale of the family is the last resort from now on. Routes that
 * say NO_LLGR go.
 */
void rib_stale_age(struct rib *, uint32_t source, enum family);

/*
 * Judges anew all that is kept of a source, by its mode and policy of now, a part at a
 * time, in rib_forget_some(). False: there is more that was only counted, by another
 * policy; only the peer can tell that again. When it is asked to, rib_relearn().
 */
bool rib_judge_begin(struct rib *, uint32_t source);
/* All is about to be said again (RFC 2918), and kept as if nothing was only counted. */
void rib_relearn(struct rib *, uint32_t source);

/* Replaces what the source said before. Takes a reference of its own on path. */
void
rib_set(struct rib *, uint32_t source, const struct prefix *, struct path *);
void rib_unset(struct rib *, uint32_t source, const struct prefix *);
/* All that an UPDATE says, withdrawals first. */
enum rib_import
rib_import(struct rib *, uint32_t source, const struct update *);

/*
 * One budget for routes, prefixes and attribute sets. What a peer sends and nobody
 * uses, or what policy refuses of it, is kept to be shown while all is below an eighth
 * of it; then the heaviest such source loses those routes, a part at a time, as if they
 * were forgotten, and they are only counted until it is. So does a source of which
 * nothing is used (IMPORT_KEEP) with more than 16,384 of them. Above the budget itself
 * a peer has to go.
 */
#define RIB_BUDGET ((size_t)128 << 20) /* where nobody sets one */
void rib_set_budget(struct rib *, size_t bytes);
size_t rib_budget(const struct rib *);
size_t rib_bytes(const struct rib *); /* of it in use */

/*
 * The peer who brought the most bytes; RIB_LOCAL: none brought any. Several who share
 * an attribute set share its bytes. Walks all routes.
 */
uint32_t rib_heaviest(const struct rib *);
/*
 * Packs one table that is less than half full, and gives memory back. False: there is
 * none, or it is too early, while a source is being forgotten.
 */
bool rib_tidy(struct rib *);
void rib_pack(struct rib *); /* … whatever they are */
const struct rib_source *rib_source(const struct rib *, uint32_t source);
struct rib_counts rib_counts(const struct rib *, uint32_t source, enum family);
size_t rib_size(const struct rib *, enum family); /* prefixes with a path */
bool rib_best(const struct rib *, const struct prefix *, struct rib_route *);

/* All routes of one prefix: nth from 0 until false, the best one first. */
bool rib_lookup(const struct rib *, const struct prefix *, uint32_t nth,
    struct rib_route *);
/* The next one behind it of its prefix, in its place; the rib has not changed since. */
bool rib_lookup_next(const struct rib *, struct rib_route *);

/*
 * All routes of a family, in no order that means anything: start with a cursor of
 * nothing but the family. The rib may change in between: of a prefix that it is in
 * the midst of, it may then leave out a route that stays, or give one twice. All
 * others that stay are seen, perhaps twice: when the rib was packed the walk starts
 * again.
 */
struct rib_cursor {
	enum family family;
	uint32_t index;
	uint32_t nth;
	uint32_t epoch; /* in which the index means something */
};
bool rib_next(const struct rib *, struct rib_cursor *, struct rib_route *);
/* Why a route is not used, for people, a literal; NULL: it may be, or see unreached. */
const char *rib_unused_for(const struct rib *, const struct rib_route *);

const struct verdict_table *rib_verdicts(const struct rib *);

/* For adjout, which works on indices. */
const struct prefix_table *rib_prefixes(const struct rib *, enum family);
/* Prefixes that stand near each other and have the same best path. */
#define RIB_RUN_MOST 256
struct rib_run {
	struct path *path; /* borrowed; NULL: n is 0 */
	uint32_t source;
	uint32_t n;
	uint32_t index[RIB_RUN_MOST];
};
/*
 * The first run from an index to before another: it ends at the first prefix with
 * another path or source. Returns where to go on: the end, when nothing is left.
 */
uint32_t rib_best_run(const struct rib *, enum family, uint32_t from,
    uint32_t to, struct rib_run *);
struct path *rib_best_at(const struct rib *, enum family, uint32_t index,
    uint32_t *source); /* NULL when there is none */
/*
 * What members of an add-path group are told of a prefix: the key's number of eligible
 * routes that go to such a group at all, the best ones. Returns how many; each is asked
 * for, before the rib is asked for anything else.
 */
struct rib_one {
	struct path *path; /* borrowed */
	uint32_t source;
	uint32_t path_id; /* that it came with */
};
size_t rib_several(
    struct rib *, enum family, uint32_t index, const struct group_key *);
struct rib_one rib_one_of(const struct rib *, size_t i);
void
rib_release(struct rib *, enum family, uint32_t index); /* no longer held */
#endif
