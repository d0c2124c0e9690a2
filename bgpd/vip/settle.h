/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle - what one VirtualIP is to be on this node, and the steps from what it is.
 */
#ifndef BGPD_VIP_SETTLE_H
#define BGPD_VIP_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

struct labels;
struct vip;
struct vips;
struct virtual_ip;

/* What it is not to be any more; before another one is settled that may take it. */
void vip_settle_losses(struct vips *, struct vip *, uint64_t now);
/* The rest. Of an object that is gone nothing is left then. */
void vip_settle(struct vips *, struct vip *, uint64_t now);
/* Only which interface has the addresses, for news of l2 and vrrp: calls neither. */
void vip_settle_holds(struct vips *, struct vip *);
/* What is to be seen of it is another thing. */
void vip_tell(struct vips *, struct vip *);
bool vip_holds(const struct vip *); /* any of its addresses, on a LAN */
/* Preference of a node with these labels (NULL: not known), -1: it may not. */
int vip_preference(const struct virtual_ip *, const struct labels *);
#endif
