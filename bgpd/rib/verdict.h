/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - what policy makes of a route: nothing of it, or what actions do to its
 * path.
 *
 * Lists of actions are kept once, so that a verdict is a small number and routes that
 * get the same one are told together. There are as many as policies have different
 * lists; the number of one that nobody has any more may become that of another.
 */
#ifndef BGPD_RIB_VERDICT_H
#define BGPD_RIB_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct path;
struct verdict_table;

enum action_kind {
	ACTION_LOCAL_PREF, /* is the value; RFC 4271 5.1.5: for iBGP alone */
	ACTION_PREPEND, /* an AS number in front of the AS_PATH, value[1] times */
	ACTION_MED,     /* is the value */
	ACTION_ORIGIN,   /* is the value, ORIGIN_IGP … */
	ACTION_NEXT_HOP, /* is the hop; FAMILY_NONE: the session's own */
	/* One community comes, unless it is there, or goes. Words of value: */
	ACTION_COMMUNITY_ADD,    /* 1, RFC 1997 */
	ACTION_COMMUNITY_REMOVE, /* 1 */
	ACTION_EXT_ADD,          /* 2, RFC 4360 */
	ACTION_EXT_REMOVE,       /* 2 */
	ACTION_LARGE_ADD,        /* 3, RFC 8092 */
	ACTION_LARGE_REMOVE,     /* 3 */
};

/* What a kind makes no use of is 0. */
struct action {
	enum action_kind kind;
	uint32_t value[3];
	struct addr hop;
};

#define VERDICT_REFUSE 0 /* not used, not told */
#define VERDICT_ACCEPT 1 /* as it is: no actions */

struct verdict_table *verdict_table_new(void);
void verdict_table_free(struct verdict_table *);
/* The verdict that is these actions, one after the other; a reference. */
uint32_t
verdict_intern(struct verdict_table *, const struct action *, size_t n);
void verdict_unref(struct verdict_table *, uint32_t verdict);
/* What it makes of the path, a reference for the caller; NULL: it is refused. */
struct path *
verdict_apply(const struct verdict_table *, uint32_t verdict, struct path *);
/* ATTR_BIT() of what it gives a value, whatever the path had. */
uint64_t verdict_sets(const struct verdict_table *, uint32_t verdict);
#endif
