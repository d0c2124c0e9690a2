/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/kernel/guard_msg_io.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/netlink/netlink_msg_io.h"

/* Reading. */

static uint32_t
attr_u32(struct nlattr *const *tb, int type, uint32_t absent)
{
	return tb[type] != NULL ? nla_get_u32(tb[type]) : absent;
}

static bool
attr_prefix(const struct nlattr *attr, int af, uint8_t len, struct prefix *p)
{
	enum family family = af == AF_INET ? FAMILY_V4 : FAMILY_V6;

	*p = (struct prefix){ .addr.family = (uint8_t)family, .len = len };
	if (attr == NULL)
		return len == 0;
	if (nla_len(attr) != (int)family_bytes(family))
		return false;
	p->addr = addr_from(family, nla_data(attr));
	return true;
}

static enum guard_action
action_of(uint8_t action)
{
	return action == FR_ACT_GOTO       ? GUARD_GOTO
	    : action == FR_ACT_TO_TBL      ? GUARD_LOOKUP
	    : action == FR_ACT_UNREACHABLE ? GUARD_UNREACHABLE
					   : GUARD_OTHER;
}

bool
guard_msg_rule(struct nlmsghdr *h, struct guard_rule *r)
{
	struct nlattr *tb[FRA_MAX + 1];
	const struct fib_rule_hdr *hdr = nlmsg_data(h);

	if (nlmsg_parse(h, sizeof(*hdr), tb, FRA_MAX, NULL) < 0 ||
	    (hdr->family != AF_INET && hdr->family != AF_INET6))
		return false;
	*r = (struct guard_rule){
		.priority = attr_u32(tb, FRA_PRIORITY, 0),
		.action = action_of(hdr->action),
		.target = attr_u32(tb, FRA_GOTO, 0),
		.suppress =
		    (int32_t)attr_u32(tb, FRA_SUPPRESS_PREFIXLEN, UINT32_MAX),
		.own_packets = tb[FRA_IIFNAME] != NULL &&
		    strcmp(nla_get_string(tb[FRA_IIFNAME]), "lo") == 0,
		.inverted = hdr->flags & FIB_RULE_INVERT,
		.of_a_stranger = tb[FRA_PROTOCOL] == NULL ||
		    nla_get_u8(tb[FRA_PROTOCOL]) != GUARD_PROTOCOL,
	};

	if (r->action == GUARD_LOOKUP)
		r->table = attr_u32(tb, FRA_TABLE, hdr->table);
	return attr_prefix(tb[FRA_DST], hdr->family, hdr->dst_len, &r->to) &&
	    (!r->of_a_stranger || r->priority == GUARD_PRIORITY);
}

/* An old kernel tells all tables when it is asked for one. */
bool
guard_msg_route(struct nlmsghdr *h, struct prefix *cidr)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *r = nlmsg_data(h);

	return nlmsg_parse(h, sizeof(*r), tb, RTA_MAX, NULL) >= 0 &&
	    (r->rtm_family == AF_INET || r->rtm_family == AF_INET6) &&
	    r->rtm_protocol == GUARD_PROTOCOL &&
	    r->rtm_type == RTN_UNREACHABLE &&
	    attr_u32(tb, RTA_TABLE, r->rtm_table) ==
	    GUARD_TABLES + (uint32_t)r->rtm_dst_len &&
	    attr_prefix(tb[RTA_DST], r->rtm_family, r->rtm_dst_len, cidr);
}

/* Writing. */

static int
family_number(enum family family)
{
	return family == FAMILY_V4 ? AF_INET : AF_INET6;
}

static uint8_t
action_number(enum guard_action action)
{
	static const uint8_t numbers[] = {
		[GUARD_GOTO] = FR_ACT_GOTO,
		[GUARD_LOOKUP] = FR_ACT_TO_TBL,
		[GUARD_UNREACHABLE] = FR_ACT_UNREACHABLE,
		[GUARD_OTHER] = FR_ACT_UNSPEC,
	};

	return numbers[action];
}

static bool
put_addr(struct nl_msg *m, int type, const struct addr *a)
{
	return nla_put(m, type, (int)family_bytes(a->family), a->bytes) == 0;
}

/*
 * libnl's own rules know no suppress_prefixlength, so the request is put together
 * attribute by attribute.
 */
static bool
rule_put(struct nl_msg *m, const struct guard_rule *r)
{
	struct fib_rule_hdr hdr = {
		.family = (uint8_t)family_number(r->to.addr.family),
		.dst_len = r->to.len,
		.action = action_number(r->action),
		.flags = r->inverted ? FIB_RULE_INVERT : 0,
	};

	return nlmsg_append(m, &hdr, sizeof(hdr), NLMSG_ALIGNTO) == 0 &&
	    (r->to.len == 0 || put_addr(m, FRA_DST, &r->to.addr)) &&
	    nla_put_u32(m, FRA_PRIORITY, r->priority) == 0 &&
	    nla_put_u8(m, FRA_PROTOCOL, GUARD_PROTOCOL) == 0 &&
	    (!r->own_packets || nla_put_string(m, FRA_IIFNAME, "lo") == 0) &&
	    (r->action != GUARD_GOTO ||
		nla_put_u32(m, FRA_GOTO, r->target) == 0) &&
	    (r->action != GUARD_LOOKUP ||
		nla_put_u32(m, FRA_TABLE, r->table) == 0) &&
	    (r->suppress < 0 ||
		nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN, (uint32_t)r->suppress) ==
		    0);
}

static bool
route_put(struct nl_msg *m, const struct prefix *cidr)
{
	struct rtmsg r = {
		.rtm_family = (uint8_t)family_number(cidr->addr.family),
		.rtm_dst_len = cidr->len,
		.rtm_protocol = GUARD_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNREACHABLE,
	};

	return nlmsg_append(m, &r, sizeof(r), NLMSG_ALIGNTO) == 0 &&
	    put_addr(m, RTA_DST, &cidr->addr) &&
	    nla_put_u32(m, RTA_TABLE, GUARD_TABLES + (uint32_t)cidr->len) == 0;
}

static const struct guard_msg_step steps[] = {
	/* Two equal rules are wanted for a moment; see guard.c. */
	[GUARD_ADD_RULE] = { RTM_NEWRULE, NLM_F_CREATE, EEXIST, true, true },
	[GUARD_ADD_ROUTE] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, EEXIST,
	    false, true },
	[GUARD_DELETE_ROUTE] = { RTM_DELROUTE, 0, ESRCH, false, false },
	[GUARD_DELETE_REFUSAL] = { RTM_DELRULE, 0, ENOENT, true, false },
	[GUARD_DELETE_EXCEPTION] = { RTM_DELRULE, 0, ENOENT, true, false },
};

const struct guard_msg_step *
guard_msg_step(enum guard_step step)
{
	return &steps[step];
}

size_t
guard_msg_change(
    const struct guard_change *c, uint32_t seq, bool ack, uint8_t *at)
{
	const struct guard_msg_step *step = &steps[c->step];
	struct nl_msg *m = nlmsg_alloc_simple(
	    step->type, step->flags | NLM_F_REQUEST | (ack ? NLM_F_ACK : 0));
	bool good = m != NULL &&
	    (step->is_rule ? rule_put(m, &c->rule) : route_put(m, &c->cidr));

	return netlink_msg_take(m, good, seq, at);
}

size_t
guard_msg_ask_rules(uint32_t seq, uint8_t *at)
{
	struct fib_rule_hdr hdr = { .family = AF_UNSPEC };
	struct netlink_dump all = { RTM_GETRULE, &hdr, sizeof(hdr), 0, 0 };

	return netlink_msg_dump(&all, seq, at);
}

size_t
guard_msg_ask_routes(
    enum family family, unsigned len, uint32_t seq, uint8_t *at)
{
	struct rtmsg r = { .rtm_family = (uint8_t)family_number(family) };
	struct netlink_dump all = { RTM_GETROUTE, &r, sizeof(r), RTA_TABLE,
		GUARD_TABLES + len };

	return netlink_msg_dump(&all, seq, at);
}
