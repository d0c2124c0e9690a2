/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vip_rivals - which VirtualIPs of ours have an address that one of another lbbgp has,
 * too.
 *
 * Of two of one class the node daemons let one be; those of different classes know
 * nothing of each other. Looks at no clock, and writes nothing.
 */
#ifndef ALLOCATOR_POOL_VIP_RIVALS_H
#define ALLOCATOR_POOL_VIP_RIVALS_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct vip_addrs;
struct vip_rivals; /* private to vip_rivals.c */

#define VIP_RIVALS_WAIT 10000     /* ms until people are to be told */
#define VIP_RIVALS_AGAIN 1800000u /* and ms until they are told again */

struct vip_rival { /* borrowed until the next call */
	const struct vip_addrs *ours, *other;
	const struct addr *addr; /* the first that both have */
};

struct vip_rivals *vip_rivals_new(const char *class); /* ours, copied */
void vip_rivals_free(struct vip_rivals *);

/* A VirtualIP as it is now, borrowed until the next call for it; NULL: it is gone. */
void
vip_rivals_set(struct vip_rivals *, const char *name, const struct vip_addrs *);
/* The next of which people are to be told now. */
bool vip_rivals_next(struct vip_rivals *, uint64_t now, struct vip_rival *);
/* When there may be one, once there is none now; UINT64_MAX: never. */
uint64_t vip_rivals_due(const struct vip_rivals *);
#endif
