/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group - one update group: what its members are told of one family, what changed,
 * and both as messages.
 *
 * A member that is the source of routes itself is not told its own: it looks at the
 * group as a viewer, and gets batches of its own. To all others viewer is 0.
 */
#ifndef BGPD_RIB_GROUP_H
#define BGPD_RIB_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/rib/batch.h"
#include "bgpd/rib/buckets.h"
#include "bgpd/rib/changes.h"
#include "bgpd/rib/pack.h"
#include "bgpd/rib/policy.h"
#include "bgpd/rib/route_ids.h"
#include "bgpd/rib/run.h"

struct rib;

#define GROUP_FILLED UINT32_MAX

struct update_group {
	struct update_group *next, *prev; /* for adjout.c */
	struct group_key key;
	enum family family;
	struct rib *rib; /* borrowed */
	/* The prefixes below are in the buckets; GROUP_FILLED: all of them are. */
	uint32_t filled;
	unsigned tables;    /* members that are being sent the table */
	bool too_long_told; /* has been logged */
	bool any_idle;      /* for adjout.c: a member may sleep */
	struct buckets buckets;
	struct changes changes;
	struct batch_cache cache;
	struct packer packer;
	struct run run;
	struct route_ids ids; /* where it is by route */
};

/*
 * Does it tell several paths of a prefix (RFC 7911)? Then its items, in buckets,
 * changes and batches, are routes by their path ids, not prefixes by their indices.
 */
bool group_by_route(const struct update_group *);
uint32_t group_prefix_index(const struct update_group *, uint32_t item);
uint32_t group_end_of_items(const struct update_group *); /* they are below */
/* The items of a prefix one after the other: 0 before the first, and at the end. */
uint32_t
group_next_item(const struct update_group *, uint32_t prefix, uint32_t item);

struct update_group *
group_new(const struct group_key *, enum family, struct rib *);
void group_free(struct update_group *);
/*
 * All have left it. What it holds is given back a part at a time, which takes as long
 * as `most` changes and as many buckets. True: it can be freed.
 */
bool group_end(struct update_group *, uint32_t most);
static inline bool
group_is_left(const struct update_group *g)
{
	return g->changes.readers == NULL;
}

/*
 * Takes in what the rib has, a part at a time: about `most` prefixes with few paths,
 * fewer if each has its own. True: all of it is in, and members can be told.
 */
bool group_fill(struct update_group *, uint32_t most);
static inline bool
group_is_filled(const struct update_group *g)
{
	return g->filled == GROUP_FILLED;
}
size_t
group_unfilled(const struct update_group *); /* prefixes to look at yet */
/*
 * The best path of the prefix has changed, or by route: any of it. True: members are to
 * be told.
 */
bool group_update(struct update_group *, uint32_t prefix);
/* Is the index of the prefix needed still, to tell that it has gone? */
bool group_holds(const struct update_group *, uint32_t prefix);
/* rib_ops.packed: the prefixes have other indices. */
void group_renumber(struct update_group *, const uint32_t *map, uint32_t end);
/* Is the viewer told of the item, as things stand? */
bool group_tells(const struct update_group *, uint32_t viewer, uint32_t item);
/* … of the prefix, with that path id if it is by route? */
bool group_tells_as(const struct update_group *, uint32_t viewer,
    uint32_t prefix, uint32_t path_id);
size_t group_told(const struct update_group *, uint32_t viewer); /* items */

/* Prefixes that are left out because their attributes fit no message. */
size_t group_too_long(const struct update_group *);
/* The next of them: start with zeros; false at the end. */
bool group_too_long_next(const struct update_group *, uint32_t *bucket,
    uint32_t *slot, struct prefix *);

/* While a member is sent the table: between these two. */
void group_table_begin(struct update_group *);
void group_table_end(struct update_group *);
/* Prefixes of the table behind the cursor. */
size_t group_table_rest(
    const struct update_group *, uint32_t viewer, struct batch_at cursor);
/* Is the item, which the group tells, behind the cursor no more? */
bool group_table_passed(
    const struct update_group *, struct batch_at cursor, uint32_t item);
/*
 * The next batch of the table and of the changes; NULL at the end. A reference for
 * the caller, who moves on with the cursor, which starts zeroed.
 */
struct batch *
group_table(struct update_group *, uint32_t viewer, struct batch_at *cursor);
/* A batch of these items, which are told; the same. */
struct batch *group_say(struct update_group *, const uint32_t *items, size_t n);
struct batch *
group_changes(struct update_group *, uint32_t viewer, struct change_reader *);
#endif
