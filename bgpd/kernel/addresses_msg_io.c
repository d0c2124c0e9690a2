/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each change is a row of parts, one message a part: an interface is made in one step,
 * by which it is ours (its group), and set up and put up in a second one, when its
 * index is known. So nothing is ever done to an interface of that name that somebody
 * else was quicker to make. What the kernel's sysctls of an interface would say is said
 * here in netlink (IFLA_AF_SPEC): /proc/sys is read-only in a container.
 */
#include "bgpd/kernel/addresses_msg_io.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/netlink/netlink_msg_io.h"

#ifndef IFA_PROTO /* headers before Linux 5.18 */
#define IFA_PROTO 11
#endif
#define FOR_EVER UINT32_MAX /* a lifetime */

/* Reading. */

/* Of a bridge's port a message of family AF_BRIDGE tells that it is one, or not. */
bool
addresses_msg_link(struct nlmsghdr *h, struct addresses_link *link)
{
	struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *ifi = nlmsg_data(h);

	if (nlmsg_parse(h, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0 ||
	    ifi->ifi_family != AF_UNSPEC || tb[IFLA_IFNAME] == NULL)
		return false;
	*link = (struct addresses_link){
		.index = ifi->ifi_index,
		.up = ifi->ifi_flags & IFF_UP,
		.ours = tb[IFLA_GROUP] != NULL &&
		    nla_get_u32(tb[IFLA_GROUP]) == ADDRESSES_GROUP,
		.parent =
		    tb[IFLA_LINK] != NULL ? (int)nla_get_u32(tb[IFLA_LINK]) : 0,
	};
	nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	if (tb[IFLA_ADDRESS] != NULL &&
	    nla_len(tb[IFLA_ADDRESS]) == sizeof(link->mac))
		memcpy(
		    link->mac, nla_data(tb[IFLA_ADDRESS]), sizeof(link->mac));
	return true;
}

/* Writing. */

static bool
put_header(struct nl_msg *m, int index, unsigned flags)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = flags,
		.ifi_change = flags,
	};

	return nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO) == 0;
}

static bool
put_kind(struct nl_msg *m, const struct addresses_change *c)
{
	static const char *const kinds[ADDRESSES_KINDS] = {
		[ADDRESSES_MACVLAN] = "macvlan",
		[ADDRESSES_DUMMY] = "dummy",
		[ADDRESSES_BRIDGE] = "bridge",
		[ADDRESSES_IFB] = "ifb",
		[ADDRESSES_VETH] = "veth",
	};
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO);
	bool good = info != NULL &&
	    nla_put_string(m, IFLA_INFO_KIND, kinds[c->kind]) == 0;

	if (good && c->kind == ADDRESSES_MACVLAN) {
		struct nlattr *more = nla_nest_start(m, IFLA_INFO_DATA);

		good = more != NULL &&
		    nla_put_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE) ==
			0;
		nla_nest_end(m, more);
	}
	if (good)
		nla_nest_end(m, info);
	return good;
}

/* Its group says from the first moment on that it is ours. */
static bool
put_create(struct nl_msg *m, const struct addresses_change *c)
{
	return put_header(m, 0, 0) &&
	    nla_put_string(m, IFLA_IFNAME, c->interface) == 0 &&
	    nla_put_u32(m, IFLA_GROUP, ADDRESSES_GROUP) == 0 &&
	    (c->kind != ADDRESSES_MACVLAN ||
		(nla_put_u32(m, IFLA_LINK, (uint32_t)c->parent) == 0 &&
		    nla_put(m, IFLA_ADDRESS, sizeof(c->mac), c->mac) == 0)) &&
	    put_kind(m, c);
}

struct setting { /* of an interface and a family */
	int type;
	uint32_t value;
};

static bool
put_ipv4_settings(
    struct nl_msg *m, int index, const struct setting *at, size_t n)
{
	if (!put_header(m, index, 0))
		return false;
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *family = nla_nest_start(m, AF_INET);
	struct nlattr *conf = nla_nest_start(m, IFLA_INET_CONF);
	bool good = spec != NULL && family != NULL && conf != NULL;

	for (size_t i = 0; good && i < n; i++)
		good = nla_put_u32(m, at[i].type, at[i].value) == 0;
	if (!good)
		return false;
	nla_nest_end(m, conf);
	nla_nest_end(m, family);
	nla_nest_end(m, spec);
	return true;
}

/*
 * Of a macvlan: it answers for its own addresses only, and takes packets of those whom
 * the way back leads to over its parent.
 */
static bool
put_quiet(struct nl_msg *m, const struct addresses_change *c)
{
	static const struct setting quiet[] = {
		{ IPV4_DEVCONF_ARP_IGNORE, 1 },
		{ IPV4_DEVCONF_RP_FILTER, 2 },
	};

	return put_ipv4_settings(m, c->index, quiet, 2);
}

/* Where ours is the first of its subnet, the others' stay when it goes. */
static bool
put_promote(struct nl_msg *m, const struct addresses_change *c)
{
	static const struct setting promote = {
		IPV4_DEVCONF_PROMOTE_SECONDARIES, 1
	};

	return put_ipv4_settings(m, c->index, &promote, 1);
}

static bool
put_no_link_local(struct nl_msg *m, const struct addresses_change *c)
{
	if (!put_header(m, c->index, 0))
		return false;
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *family = nla_nest_start(m, AF_INET6);
	bool good = spec != NULL && family != NULL &&
	    nla_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE) ==
		0;

	if (good) {
		nla_nest_end(m, family);
		nla_nest_end(m, spec);
	}
	return good;
}

static bool
put_up(struct nl_msg *m, const struct addresses_change *c)
{
	return put_header(m, c->index, IFF_UP);
}

static bool
put_index(struct nl_msg *m, const struct addresses_change *c)
{
	return put_header(m, c->index, 0);
}

static bool
put_at(struct nl_msg *m, const struct addresses_change *c)
{
	const struct addr *addr = &c->at.addr;
	int n = (int)family_bytes(addr->family);
	struct ifaddrmsg ifa = {
		.ifa_family = addr->family == FAMILY_V4 ? AF_INET : AF_INET6,
		.ifa_prefixlen = c->at.len,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = (unsigned)c->index,
	};

	return nlmsg_append(m, &ifa, sizeof(ifa), NLMSG_ALIGNTO) == 0 &&
	    nla_put(m, IFA_LOCAL, n, addr->bytes) == 0 &&
	    nla_put(m, IFA_ADDRESS, n, addr->bytes) == 0;
}

/*
 * An IPv6 address is used at once, without duplicate address detection (RFC 4862 5.4):
 * who holds it is decided elsewhere. And it is deprecated (5.5.4): nobody is to choose
 * it as the source of what the node itself sends, since it may be gone any time.
 */
static bool
put_add(struct nl_msg *m, const struct addresses_change *c)
{
	bool v6 = c->at.addr.family == FAMILY_V6;
	uint32_t flags =
	    (c->routed ? 0 : IFA_F_NOPREFIXROUTE) | (v6 ? IFA_F_NODAD : 0);
	struct ifa_cacheinfo life = { .ifa_prefered = v6 ? 0 : FOR_EVER,
		.ifa_valid = FOR_EVER };

	return put_at(m, c) && nla_put_u32(m, IFA_FLAGS, flags) == 0 &&
	    nla_put(m, IFA_CACHEINFO, sizeof(life), &life) == 0 &&
	    nla_put_u8(m, IFA_PROTO, ADDRESSES_PROTOCOL) == 0;
}

static bool
is_new(const struct addresses_change *c)
{
	return c->index == 0;
}

static bool
is_made(const struct addresses_change *c)
{
	return c->index != 0;
}

static bool
is_made_macvlan(const struct addresses_change *c)
{
	return c->index != 0 && c->kind == ADDRESSES_MACVLAN;
}

static bool
may_be_first(const struct addresses_change *c)
{
	return c->routed && c->at.addr.family == FAMILY_V4;
}

static const struct part {
	int type, flags;
	bool (*put)(struct nl_msg *, const struct addresses_change *);
	bool (*when)(const struct addresses_change *); /* NULL: always */
	bool counts;
} parts[][ADDRESSES_MSG_PARTS] = {
	[ADDRESSES_DELETE] = { { RTM_DELADDR, 0, put_at, NULL, true } },
	[ADDRESSES_MAKE] = {
		{ RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, put_create, is_new,
		    true },
		{ RTM_SETLINK, 0, put_quiet, is_made_macvlan, true },
		{ RTM_SETLINK, 0, put_no_link_local, is_made, false },
		{ RTM_SETLINK, 0, put_up, is_made, true },
	},
	[ADDRESSES_ADD] = {
		{ RTM_SETLINK, 0, put_promote, may_be_first, false },
		{ RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, put_add, NULL, true },
	},
	[ADDRESSES_REMOVE] = { { RTM_DELLINK, 0, put_index, NULL, true } },
};

size_t
addresses_msg_change(
    const struct addresses_change *c, unsigned part, uint8_t *at, bool *counts)
{
	const struct part *p = &parts[c->step][part];

	if (p->put == NULL || (p->when != NULL && !p->when(c)))
		return 0;
	struct nl_msg *m =
	    nlmsg_alloc_simple(p->type, p->flags | NLM_F_REQUEST);

	*counts = p->counts;
	return netlink_msg_take(m, m != NULL && p->put(m, c), 0, at);
}

void
addresses_msg_number(uint8_t *at, uint32_t seq, bool ack)
{
	struct nlmsghdr h;

	memcpy(&h, at, sizeof(h));
	h.nlmsg_seq = seq;
	h.nlmsg_flags |= ack ? NLM_F_ACK : 0;
	memcpy(at, &h, sizeof(h));
}
