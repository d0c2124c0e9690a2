/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach - over which link a next hop is reached, as far as the kernel's links and the
 * routes of others tell.
 *
 * Routes of ours are none of that: a hop is not reached over what was learned from it.
 * Nor does the default route count, which knows a way to every hop that is gone. Pure:
 * fib_io tells what the kernel has.
 */
#ifndef BGPD_FIB_REACH_H
#define BGPD_FIB_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/fib/hops.h"
#include "common/prefix.h"

#define REACH_HOPS 8   /* of a route that are looked at */
#define TABLE_MAIN 254 /* RT_TABLE_MAIN */
#define LINK_NAME 16   /* room for the name of an interface, with NUL */

struct reach_table; /* private to reach.c */

struct reach_link {
	int32_t index;
	bool up;  /* it runs: packets can go out there */
	bool off; /* switched off: the kernel dropped all routes over it */
	char name[LINK_NAME];
};

/* A route of somebody else's. */
struct reach_route {
	struct prefix prefix;
	uint32_t table;
	uint32_t metric;
	uint8_t protocol;
	bool leads; /* somewhere: no blackhole, prohibit or unreachable */
	size_t n;
	struct hop hops[REACH_HOPS];
};

struct reach_table *reach_new(void);
void reach_free(struct reach_table *);
/* Its routes count before those of main; all are forgotten. */
void reach_set_table(struct reach_table *, uint32_t table);
void
reach_forget(struct reach_table *); /* links and routes: they are told anew */

/* False: that is no news. */
bool reach_link(struct reach_table *, const struct reach_link *);
/* All that went over it is gone. False: it was not known. */
bool reach_link_gone(struct reach_table *, int32_t index);
bool reach_link_is_up(const struct reach_table *, int32_t index);
int32_t
reach_link_index(const struct reach_table *, const char *name); /* 0: none */
/* NULL: not known. */
const char *reach_link_name(const struct reach_table *, int32_t index);

/* replaces: one of the same metric. Routes of other tables are none of ours. */
void reach_add(struct reach_table *, const struct reach_route *, bool replaces);
/* False: another one than was known is gone, too: all is to be looked at again. */
bool reach_remove(struct reach_table *, const struct reach_route *);

/*
 * The gateway and the link by which the address is reached. link: which it is on, for
 * a link-local one, or 0. weight is not touched.
 */
bool reach_find(const struct reach_table *, const struct addr *, int32_t link,
    struct hop *);
/*
 * Somebody else's route to that very prefix in the table: the one with that metric, or
 * (before) the first of a lower one. Borrowed; NULL: there is none.
 */
const struct reach_route *reach_other(const struct reach_table *,
    const struct prefix *, uint32_t metric, bool before);
#endif
