/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adjout_state - what adjout.c, which tells members, and adjout_views.c, which tells
 * what they were told, both know of a member.
 */
#ifndef BGPD_RIB_ADJOUT_STATE_H
#define BGPD_RIB_ADJOUT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/group.h"
#include "bgpd/rib/rib.h"

struct adjout;
struct adjout_ops;
struct batch;

enum phase { TAIL_TABLE, TAIL_LEFT, TAIL_EOR, TAIL_CHANGES };

/*
 * What another group told and this one does not, or tells otherwise: path ids, and
 * entries of the prefix table, by value.
 */
struct left {
	uint8_t *entries; /* owned */
	size_t n, cap;
	size_t said; /* looked at, as far as they are told */
};

/*
 * The group that a member was in before, until what it told and the new one does not is
 * collected. Its reader stands where the member left off: what has changed since then
 * is still in the list.
 */
struct former {
	struct update_group *group; /* NULL: there is none */
	struct change_reader reader;
	uint32_t next; /* item to be looked at */
};

struct tail {
	struct member *member;
	struct update_group *group; /* NULL: the family is not agreed */
	struct change_reader reader;
	struct former former;
	enum phase phase;
	struct batch_at cursor; /* in the table */
	struct left left;
	bool begun; /* the first table is being sent or has been */
	bool
	    knows; /* the table of another group: of this, the difference is sent */
	bool eor_due;
	bool begin_due, end_due; /* markers of a refresh, RFC 7313 */
	struct batch *batch;     /* ref; being sent */
	size_t offset;           /* of the next message in it */
};

struct member {
	struct member *next, *prev;
	struct adjout *adjout;
	uint32_t source;
	const struct adjout_ops *ops;
	void *arg;
	bool idle;        /* has been told that there is nothing */
	enum family turn; /* who sent last */
	struct tail tails[FAMILIES];
};

struct adjout {
	struct rib *rib;
	struct rib_listener listener;
	struct rib_listener route_listener; /* while by_route is not 0 */
	unsigned by_route;                  /* groups */
	bool started;
	bool held;   /* no End-of-RIB goes out */
	bool awaits; /* … to those who are told of others' routes */
	struct update_group *groups;
	struct member *members;
};

/* Might it tell what others said? */
static inline bool
group_passes(const struct update_group *g)
{
	return g->key.pass_received || g->key.cluster_id != 0;
}

/* Not 0 when the group might tell the member what it said itself. */
static inline uint32_t
member_viewer(const struct member *m, const struct update_group *g)
{
	struct rib_counts c = rib_counts(m->adjout->rib, m->source, g->family);

	return group_passes(g) && c.accepted > 0 ? m->source : 0;
}
#endif
