/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fib/fib_msg_io.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/netlink/netlink_msg_io.h"

/* Reading. */

static enum family
family_of(int af)
{
	return af == AF_INET ? FAMILY_V4
	    : af == AF_INET6 ? FAMILY_V6
			     : FAMILY_NONE;
}

static uint32_t
attr_u32(const struct nlattr *a, uint32_t absent)
{
	return a != NULL && nla_len(a) >= 4 ? nla_get_u32(a) : absent;
}

/* One of AF_BRIDGE is about a port and its bridge, not about the link. */
bool
fib_msg_link(struct nlmsghdr *h, struct reach_link *link)
{
	struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *i = nlmsg_data(h);
	const unsigned runs = IFF_UP | IFF_RUNNING;

	if (nlmsg_parse(h, sizeof(*i), tb, IFLA_MAX, NULL) < 0 ||
	    i->ifi_family != AF_UNSPEC || tb[IFLA_IFNAME] == NULL)
		return false;
	*link = (struct reach_link){ .index = i->ifi_index,
		.up = (i->ifi_flags & runs) == runs,
		.off = (i->ifi_flags & IFF_UP) == 0 };
	nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	return true;
}

static bool
read_addr(const struct nlattr *a, enum family family, struct addr *out)
{
	if (nla_len(a) != (int)family_bytes(family))
		return false;
	*out = addr_from(family, nla_data(a));
	return true;
}

/* RTA_VIA: a gateway of the other family. */
static bool
read_via(const struct nlattr *a, struct addr *out)
{
	const struct rtvia *via = nla_data(a);
	enum family family;

	if (nla_len(a) < (int)sizeof(*via))
		return false;
	family = family_of(via->rtvia_family);
	if (family == FAMILY_NONE ||
	    nla_len(a) < (int)(sizeof(*via) + family_bytes(family)))
		return false;
	*out = addr_from(family, via->rtvia_addr);
	return true;
}

static bool
read_gateway(const struct nlattr *gateway, const struct nlattr *via,
    enum family family, struct addr *out)
{
	*out = (struct addr){ 0 };
	return (gateway == NULL || read_addr(gateway, family, out)) &&
	    (via == NULL || read_via(via, out));
}

/* False: more hops than there is room for, or not what we know. */
static bool
read_many(const struct nlattr *many, enum family family, struct hop *at,
    size_t max, size_t *n)
{
	const struct rtnexthop *nh = nla_data(many);
	int left = nla_len(many);

	for (*n = 0; left >= (int)sizeof(*nh) && RTNH_OK(nh, left);
	     left -= (int)NLMSG_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh)) {
		struct nlattr *attrs = (struct nlattr *)RTNH_DATA(nh);
		int bytes = nh->rtnh_len - (int)sizeof(*nh);

		if (*n == max)
			return false;
		at[*n].link = nh->rtnh_ifindex;
		at[*n].weight = nh->rtnh_hops + 1u;
		if (!read_gateway(nla_find(attrs, bytes, RTA_GATEWAY),
			nla_find(attrs, bytes, RTA_VIA), family, &at[*n].via))
			return false;
		(*n)++;
	}
	return true;
}

static bool
read_hops(struct nlattr *const *tb, enum family family, struct hop *at,
    size_t max, size_t *n)
{
	if (tb[RTA_MULTIPATH] != NULL)
		return read_many(tb[RTA_MULTIPATH], family, at, max, n);
	*n = 0;
	if (tb[RTA_OIF] == NULL)
		return true;
	*n = 1;
	at[0].link = (int32_t)nla_get_u32(tb[RTA_OIF]);
	at[0].weight = 1;
	return read_gateway(tb[RTA_GATEWAY], tb[RTA_VIA], family, &at[0].via);
}

static bool
leads(uint8_t type)
{
	return type == RTN_UNICAST;
}

/* Does it decide where packets go that the node sends to others? */
static bool
concerns(const struct rtmsg *r)
{
	return family_of(r->rtm_family) != FAMILY_NONE &&
	    (r->rtm_flags & RTM_F_CLONED) == 0 && r->rtm_src_len == 0 &&
	    r->rtm_tos == 0 &&
	    (leads(r->rtm_type) || r->rtm_type == RTN_BLACKHOLE ||
		r->rtm_type == RTN_UNREACHABLE || r->rtm_type == RTN_PROHIBIT ||
		r->rtm_type == RTN_THROW);
}

static bool
read_dst(const struct nlattr *dst, const struct rtmsg *r, struct prefix *p)
{
	enum family family = family_of(r->rtm_family);

	*p = (struct prefix){ .addr.family = (uint8_t)family,
		.len = r->rtm_dst_len };
	return r->rtm_dst_len <= family_bits(family) &&
	    (dst == NULL ? r->rtm_dst_len == 0
			 : read_addr(dst, family, &p->addr));
}

/* Of a route of ours with hops that can't be ours none is told: it is put anew. */
static void
fill_ours(struct nlattr *const *tb, enum family family, struct fib_found *f)
{
	f->table = attr_u32(tb[RTA_TABLE], 0);
	f->metric = attr_u32(tb[RTA_PRIORITY], 0);
	if (!read_hops(tb, family, f->hops, HOPS_MAX, &f->n))
		f->n = 0;
}

static void
fill_other(
    struct nlattr *const *tb, const struct rtmsg *r, struct reach_route *o)
{
	o->table = attr_u32(tb[RTA_TABLE], r->rtm_table);
	o->metric = attr_u32(tb[RTA_PRIORITY], 0);
	o->protocol = r->rtm_protocol;
	o->leads = leads(r->rtm_type);
	/* More than there is room for: the first ones are enough. */
	(void)read_hops(
	    tb, family_of(r->rtm_family), o->hops, REACH_HOPS, &o->n);
}

bool
fib_msg_route(struct nlmsghdr *h, struct fib_msg_route *route)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *r = nlmsg_data(h);
	struct prefix p;

	if (nlmsg_parse(h, sizeof(*r), tb, RTA_MAX, NULL) < 0 || !concerns(r) ||
	    !read_dst(tb[RTA_DST], r, &p))
		return false;
	route->ours = r->rtm_protocol == FIB_PROTOCOL;
	if (route->ours) {
		route->found.prefix = p;
		fill_ours(tb, p.addr.family, &route->found);
	} else {
		route->other.prefix = p;
		fill_other(tb, r, &route->other);
	}
	return true;
}

/* Writing. */

static uint8_t
family_number(enum family family)
{
	return family == FAMILY_V4 ? AF_INET : AF_INET6;
}

static bool
put_gateway(struct nl_msg *m, enum family family, const struct addr *via)
{
	uint8_t text[sizeof(struct rtvia) + sizeof(via->bytes)];
	struct rtvia head = { .rtvia_family = family_number(via->family) };
	int bytes = (int)family_bytes(via->family);

	if (via->family == FAMILY_NONE)
		return true;
	if (via->family == family)
		return nla_put(m, RTA_GATEWAY, bytes, via->bytes) == 0;
	memcpy(text, &head, sizeof(head));
	memcpy(text + sizeof(head), via->bytes, (size_t)bytes);
	return nla_put(m, RTA_VIA, (int)sizeof(head) + bytes, text) == 0;
}

static bool
put_hop(struct nl_msg *m, enum family family, const struct hop *hop)
{
	struct rtnexthop *nh = nlmsg_reserve(m, sizeof(*nh), NLMSG_ALIGNTO);

	if (nh == NULL)
		return false;
	*nh = (struct rtnexthop){ .rtnh_hops = (uint8_t)(hop->weight - 1),
		.rtnh_ifindex = hop->link };
	if (!put_gateway(m, family, &hop->via))
		return false;
	nh->rtnh_len =
	    (uint16_t)((uint8_t *)nlmsg_tail(nlmsg_hdr(m)) - (uint8_t *)nh);
	return true;
}

static bool
put_hops(struct nl_msg *m, enum family family, const struct hops *hops)
{
	const struct hop *only = &hops->at[0];

	if (hops->n == 1)
		return put_gateway(m, family, &only->via) &&
		    nla_put_u32(m, RTA_OIF, (uint32_t)only->link) == 0;
	struct nlattr *many = nla_nest_start(m, RTA_MULTIPATH);

	if (many == NULL)
		return false;
	for (uint32_t i = 0; i < hops->n; i++)
		if (!put_hop(m, family, &hops->at[i]))
			return false;
	nla_nest_end(m, many);
	many->nla_type = RTA_MULTIPATH; /* routes know no NLA_F_NESTED here */
	return true;
}

/*
 * What is added must not be there. A deletion names protocol and metric, and whatever
 * hops: the kernel deletes nothing else by it.
 */
static const struct {
	int type, flags;
} steps[] = {
	[FIB_ADD] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL },
	[FIB_REPLACE] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE },
	[FIB_DELETE] = { RTM_DELROUTE, 0 },
};

static bool
put_route(struct nl_msg *m, const struct fib_change *c)
{
	enum family family = c->prefix.addr.family;
	bool deletes = c->step == FIB_DELETE;
	struct rtmsg r = {
		.rtm_family = family_number(family),
		.rtm_dst_len = c->prefix.len,
		.rtm_protocol = FIB_PROTOCOL,
		.rtm_scope = deletes ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE,
		.rtm_type = deletes ? RTN_UNSPEC : RTN_UNICAST,
	};

	return nlmsg_append(m, &r, sizeof(r), NLMSG_ALIGNTO) == 0 &&
	    (c->prefix.len == 0 ||
		nla_put(m, RTA_DST, (int)family_bytes(family),
		    c->prefix.addr.bytes) == 0) &&
	    nla_put_u32(m, RTA_TABLE, c->table) == 0 &&
	    nla_put_u32(m, RTA_PRIORITY, c->metric) == 0 &&
	    (deletes || put_hops(m, family, c->hops));
}

size_t
fib_msg_change(const struct fib_change *c, uint32_t seq, bool ack, uint8_t *at)
{
	struct nl_msg *m = nlmsg_alloc_simple(steps[c->step].type,
	    steps[c->step].flags | NLM_F_REQUEST | (ack ? NLM_F_ACK : 0));

	return netlink_msg_take(m, m != NULL && put_route(m, c), seq, at);
}

size_t
fib_msg_ask_routes(enum family family, bool ours, uint32_t seq, uint8_t *at)
{
	struct rtmsg r = { .rtm_family = family_number(family),
		.rtm_protocol = ours ? FIB_PROTOCOL : RTPROT_UNSPEC };
	struct nl_msg *m =
	    nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
	bool good =
	    m != NULL && nlmsg_append(m, &r, sizeof(r), NLMSG_ALIGNTO) == 0;

	return netlink_msg_take(m, good, seq, at);
}
