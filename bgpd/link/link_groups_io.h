/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_groups_io - the multicast groups that this node is in, thousands of them on one
 * interface: the kernel reports them (MLD, IGMP) and lets their frames in.
 */
#ifndef BGPD_LINK_LINK_GROUPS_IO_H
#define BGPD_LINK_LINK_GROUPS_IO_H

#include <stdbool.h>

struct addr;
struct err;
struct link_groups;

struct link_groups *link_groups_new(void);
void link_groups_free(struct link_groups *); /* leaves them all */

/* False and err: the kernel can't. What is joined already stays so. */
bool link_groups_join(
    struct link_groups *, int index, const struct addr *group, struct err *);
void
link_groups_leave(struct link_groups *, int index, const struct addr *group);
/* The interface is another one of the same index now: they are joined there. */
bool link_groups_rejoin(struct link_groups *, int index, struct err *);
void link_groups_forget(struct link_groups *, int index); /* leaves all of it */
#endif
