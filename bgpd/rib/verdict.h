/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - what policy makes of a route: nothing of it, or what actions do to its
 * path.
 *
 * Lists of actions are kept once, so that a verdict is a small number and routes that
 * get the same one are told together. There are as many as policies have different
 * lists; they stay as long as the table does.
 */
#ifndef BGPD_RIB_VERDICT_H
#define BGPD_RIB_VERDICT_H

#include <stddef.h>
#include <stdint.h>

struct path;
struct verdict_table;

enum action_kind {
	ACTION_LOCAL_PREF, /* is the value; RFC 4271 5.1.5: for iBGP alone */
	ACTION_PREPEND,    /* the AS number once more in front of the AS_PATH */
};

struct action {
	enum action_kind kind;
	uint32_t value;
};

#define VERDICT_REFUSE 0 /* not used, not told */
#define VERDICT_ACCEPT 1 /* as it is: no actions */

struct verdict_table *verdict_table_new(void);
void verdict_table_free(struct verdict_table *);
/* The verdict that is these actions, one after the other. */
uint32_t
verdict_intern(struct verdict_table *, const struct action *, size_t n);
/* What it makes of the path, a reference for the caller; NULL: it is refused. */
struct path *
verdict_apply(const struct verdict_table *, uint32_t verdict, struct path *);
#endif
