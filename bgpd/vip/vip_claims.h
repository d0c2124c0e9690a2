/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vip_claims - which VirtualIP has an address, or a virtual router's number, that
 * several ask for: the oldest, whatever nodes they select. All nodes come to the same.
 */
#ifndef BGPD_VIP_VIP_CLAIMS_H
#define BGPD_VIP_VIP_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

struct addr;
struct vip;
struct vip_claims;
struct virtual_ip;

struct vip_claims *vip_claims_new(void);
void vip_claims_free(struct vip_claims *);

void vip_claims_clear(struct vip_claims *);
/*
 * Takes all that it asks for, called in the order of age: the oldest first. False:
 * another has some of it, and it takes nothing; why (owned) names it. The object and
 * its owner are borrowed until clear().
 */
bool vip_claims_take(struct vip_claims *, const struct virtual_ip *,
    struct vip *owner, char **why);
/* NULL: nobody has it. */
struct vip *vip_claims_owner(const struct vip_claims *, const struct addr *);
#endif
