/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_groups_io - the multicast groups that this node is in, thousands of them on one
 * interface: the kernel reports them (MLD, IGMP) and lets their frames in. It is in one
 * until all who joined it have left it.
 */
#ifndef BGPD_LINK_LINK_GROUPS_IO_H
#define BGPD_LINK_LINK_GROUPS_IO_H

#include <stdbool.h>

struct addr;
struct err;
struct link_groups;

struct link_groups *link_groups_new(void);
void link_groups_free(struct link_groups *); /* leaves them all */

/*
 * False: the kernel can't now, of which link_groups_refused() tells; it is tried again
 * by link_groups_settle(). One user more, in either case.
 */
bool
link_groups_join(struct link_groups *, int index, const struct addr *group);
/* One user less; none, where the group was forgotten with its interface. */
void
link_groups_leave(struct link_groups *, int index, const struct addr *group);
/* The interface was deleted (0: any may have been): no group is joined there now. */
void link_groups_lost(struct link_groups *, int index);
/* Joins what is not joined; what is of no interface that is there is forgotten. */
void link_groups_settle(
    struct link_groups *, bool (*is_there)(void *arg, int index), void *arg);
/* Whether one could not be joined there, and why. */
bool
link_groups_refused(const struct link_groups *, int index, struct err *why);
#endif
