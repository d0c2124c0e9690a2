/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memberships - the multicast groups that virtual routers listen to on interfaces:
 * those wanted now are asked of the link, those wanted no longer are left.
 */
#ifndef BGPD_VRRP_MEMBERSHIPS_H
#define BGPD_VRRP_MEMBERSHIPS_H

struct addr;
struct memberships;
struct link_port;

struct memberships *memberships_new(const struct link_port *); /* borrowed */
void memberships_free(struct memberships *);

/* Wanted once more, at the next settle(). */
void
memberships_want(struct memberships *, int index, const struct addr *group);
/* Joins what was wanted since the last time, leaves what was not. */
void memberships_settle(struct memberships *);
#endif
