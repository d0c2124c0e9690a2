/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/vrrp/vrrp_timers.h"
#include "common/alloc.h"

static struct addr *
addrs_dup(const struct addr *addrs, size_t n)
{
	struct addr *copy = xcalloc(n, sizeof(copy[0]));

	if (n > 0)
		memcpy(copy, addrs, n * sizeof(copy[0]));
	return copy;
}

/* IPv6: the link-local address is to come first (RFC 9568 5.2.9). */
static void
link_local_first(struct addr *addrs, size_t n)
{
	struct addr first;
	size_t i = 0;

	while (i < n && !addr_is_link_local(&addrs[i]))
		i++;
	if (i == n || addrs[0].family != FAMILY_V6)
		return;
	first = addrs[i];
	memmove(addrs + 1, addrs, i * sizeof(addrs[0]));
	addrs[0] = first;
}

struct vrrp_config
vrrp_config_dup(const struct vrrp_config *c)
{
	struct vrrp_config copy = *c;

	assert(c->n_addrs > 0 && c->n_addrs <= VRRP_ADDRS_MAX);
	assert(c->priority > 0 && c->vrid > 0);
	copy.interval = vrrp_interval(c->version, c->interval);
	copy.addrs = addrs_dup(c->addrs, c->n_addrs);
	copy.peers = addrs_dup(c->peers, c->n_peers);
	link_local_first(copy.addrs, copy.n_addrs);
	return copy;
}

void
vrrp_config_fini(struct vrrp_config *c)
{
	free(c->addrs);
	free(c->peers);
}

enum family
vrrp_config_family(const struct vrrp_config *c)
{
	return c->addrs[0].family;
}

bool
vrrp_config_same_place(const struct vrrp_config *a, const struct vrrp_config *b)
{
	return strcmp(a->interface, b->interface) == 0 && a->vrid == b->vrid &&
	    a->version == b->version && a->virtual_mac == b->virtual_mac &&
	    vrrp_config_family(a) == vrrp_config_family(b) &&
	    (a->n_peers == 0) == (b->n_peers == 0);
}

bool
vrrp_config_same_addrs(const struct vrrp_config *a, const struct vrrp_config *b)
{
	if (a->n_addrs != b->n_addrs)
		return false;
	for (size_t i = 0; i < a->n_addrs; i++)
		if (!addr_eq(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}
