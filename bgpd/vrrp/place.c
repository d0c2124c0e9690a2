/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/place.h"

#include <string.h>
#include <utlist.h>

#include "bgpd/link/interface.h"

static const struct interface *
find(const char *name, const struct interface *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

/* RFC 9568 7.3: 00-00-5E-00-01-{VRID}, for IPv6 00-00-5E-00-02-{VRID}. */
static struct mac
virtual_mac(const struct vrrp_config *c)
{
	bool v4 = vrrp_config_family(c) == FAMILY_V4;

	return (struct mac){ { 0, 0, 0x5e, 0, v4 ? 1 : 2, c->vrid } };
}

static bool
is_virtual(const struct addr *addr, const struct vrouter *all)
{
	const struct vrouter *r;

	DL_FOREACH (all, r)
		for (size_t i = 0; i < r->config.n_addrs; i++)
			if (addr_eq(&r->config.addrs[i], addr))
				return true;
	return false;
}

/*
 * Whether it is an address to speak with by choice: to peers one of their subnet. By
 * multicast over IPv6 the link-local one (RFC 9568 5.1.2.2), over IPv4 one that is no
 * host address, which could be somebody's for a while.
 */
static bool
is_good_source(const struct prefix *p, const struct vrrp_config *c)
{
	if (c->n_peers > 0)
		return prefix_contains(p, &c->peers[0]);
	return p->addr.family == FAMILY_V6 ? addr_is_link_local(&p->addr)
					   : p->len < 32;
}

/* A good one, else the first; but by multicast over IPv6 only a good one. */
static struct addr
source_of(const struct vrrp_config *c, const struct interface *at,
    const struct vrouter *all)
{
	enum family family = vrrp_config_family(c);
	struct addr source = { .family = FAMILY_NONE };

	for (size_t i = 0; i < at->n; i++) {
		const struct prefix *p = &at->at[i];

		if (p->addr.family != family || is_virtual(&p->addr, all))
			continue;
		if (is_good_source(p, c))
			return p->addr;
		if (source.family == FAMILY_NONE &&
		    (family == FAMILY_V4 || c->n_peers > 0))
			source = p->addr;
	}
	return source;
}

static bool
has(const struct interface *at, const struct addr *addr)
{
	for (size_t i = 0; i < at->n; i++)
		if (addr_eq(&at->at[i].addr, addr))
			return true;
	return false;
}

/*
 * On the interface itself, or on the one that has the virtual MAC; on no other one, be
 * it of the same MAC as those of VLANs are: the interface is hushed.
 */
static bool
kernel_has(const struct addr *addr, const struct mac *virtual,
    const struct interface *at, const struct interface *all, size_t n)
{
	if (virtual == NULL)
		return has(at, addr);
	for (size_t i = 0; i < n; i++)
		if (mac_eq(virtual, &all[i].mac) && has(&all[i], addr))
			return true;
	return false;
}

/* Who was there first has the ID. */
static bool
has_rival(const struct vrouter *r, const struct vrouter *all)
{
	const struct vrouter *other;

	DL_FOREACH (all, other) {
		if (other == r)
			return false;
		if (strcmp(other->config.interface, r->config.interface) == 0 &&
		    other->config.vrid == r->config.vrid &&
		    vrrp_config_family(&other->config) ==
			vrrp_config_family(&r->config))
			return true;
	}
	return false;
}

static const char *
hindrance_of(const struct vrouter *r, const struct vrouter *all,
    const struct interface *at, const struct addr *source)
{
	if (has_rival(r, all))
		return "another one has its virtual router ID on that interface";
	if (at == NULL)
		return "its interface is not there";
	if (!at->up)
		return "its interface is down";
	if (source->family == FAMILY_NONE)
		return "its interface has no address to speak with";
	return NULL;
}

struct vrouter_place
place_of(const struct vrouter *r, const struct vrouter *all,
    const struct interface *interfaces, size_t n)
{
	const struct vrrp_config *c = &r->config;
	const struct interface *at = find(c->interface, interfaces, n);
	struct vrouter_place p = { .source = c->source, .fault = c->fault };

	if (at != NULL) {
		p.index = at->index;
		p.mac = c->virtual_mac ? virtual_mac(c) : at->mac;
		for (size_t i = 0; i < c->n_addrs; i++)
			p.kernel_has[i] = kernel_has(&c->addrs[i],
			    c->virtual_mac ? &p.mac : NULL, at, interfaces, n);
	}
	if (at != NULL && p.source.family == FAMILY_NONE)
		p.source = source_of(c, at, all);
	p.hindrance = hindrance_of(r, all, at, &p.source);
	return p;
}
