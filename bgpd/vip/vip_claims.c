/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vip/vip_claims.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/config/virtual_ip.h"
#include "common/alloc.h"
#include "common/prefix.h"

/* An address, or a virtual router: unused bytes are 0. */
struct claim_key {
	char interface[INTERFACE_MAX_CHARS + 1]; /* of a virtual router */
	uint8_t vrid;
	uint8_t family;
	struct addr addr;
};

struct claim_of {
	struct claim_key key;
	const struct virtual_ip *vip; /* borrowed, as its owner */
	struct vip *owner;
	UT_hash_handle hh;
};

struct vip_claims {
	struct claim_of *all; /* owned, a uthash */
};

struct vip_claims *
vip_claims_new(void)
{
	return xcalloc(1, sizeof(struct vip_claims));
}

void
vip_claims_clear(struct vip_claims *c)
{
	struct claim_of *claim, *next;

	HASH_ITER (hh, c->all, claim, next) {
		HASH_DEL(c->all, claim);
		free(claim);
	}
}

void
vip_claims_free(struct vip_claims *c)
{
	if (c == NULL)
		return;
	vip_claims_clear(c);
	free(c);
}

static struct claim_key
addr_key(const struct addr *a)
{
	struct claim_key key;

	memset(&key, 0, sizeof(key));
	key.addr = *a;
	return key;
}

static struct claim_key
router_key(const struct virtual_ip *vip)
{
	struct claim_key key;

	memset(&key, 0, sizeof(key));
	memcpy(key.interface, vip->vrrp->interface, sizeof(key.interface));
	key.vrid = vip->vrrp->vrid;
	key.family = vip->addrs[0].addr.family;
	return key;
}

static struct claim_of *
claim_find(const struct vip_claims *c, const struct claim_key *key)
{
	struct claim_of *claim;

	HASH_FIND(hh, c->all, key, sizeof(*key), claim);
	return claim;
}

static void
claim_add(struct vip_claims *c, const struct claim_key *key,
    const struct virtual_ip *vip, struct vip *owner)
{
	struct claim_of *claim = xcalloc(1, sizeof(*claim));

	memcpy(&claim->key, key, sizeof(*key));
	claim->vip = vip;
	claim->owner = owner;
	HASH_ADD(hh, c->all, key, sizeof(claim->key), claim);
}

static bool
is_free(const struct vip_claims *c, const struct virtual_ip *vip, char **why)
{
	const struct claim_of *other;
	char text[ADDR_TEXT];

	for (size_t i = 0; i < vip->n_addrs; i++) {
		struct claim_key key = addr_key(&vip->addrs[i].addr);

		other = claim_find(c, &key);
		if (other == NULL)
			continue;
		*why = xasprintf("spec.addresses[%zu]: %s: the older VirtualIP "
				 "%s has it",
		    i, addr_print(&key.addr, text), other->vip->meta.name);
		return false;
	}
	if (vip->vrrp == NULL)
		return true;
	struct claim_key key = router_key(vip);

	other = claim_find(c, &key);
	if (other != NULL)
		*why = xasprintf("spec.vrrp.virtualRouterID: %u: the older "
				 "VirtualIP %s has it on %s for %s",
		    key.vrid, other->vip->meta.name, key.interface,
		    family_name(key.family));
	return other == NULL;
}

bool
vip_claims_take(struct vip_claims *c, const struct virtual_ip *vip,
    struct vip *owner, char **why)
{
	if (!is_free(c, vip, why))
		return false;
	for (size_t i = 0; i < vip->n_addrs; i++) {
		struct claim_key key = addr_key(&vip->addrs[i].addr);

		claim_add(c, &key, vip, owner);
	}
	if (vip->vrrp != NULL) {
		struct claim_key key = router_key(vip);

		claim_add(c, &key, vip, owner);
	}
	return true;
}

struct vip *
vip_claims_owner(const struct vip_claims *c, const struct addr *a)
{
	struct claim_key key = addr_key(a);
	const struct claim_of *claim = claim_find(c, &key);

	return claim != NULL ? claim->owner : NULL;
}
