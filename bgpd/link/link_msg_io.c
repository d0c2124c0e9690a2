/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/link_msg_io.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/link/interfaces.h"
#include "bgpd/netlink/netlink_msg_io.h"

/* Reading. */

static struct nlattr *
nested(struct nlattr *parent, int type)
{
	return parent != NULL
	    ? nla_find(nla_data(parent), nla_len(parent), type)
	    : NULL;
}

static bool
is_kind(struct nlattr *info, int type, const char *kind)
{
	struct nlattr *a = nested(info, type);

	return a != NULL && nla_strcmp(a, kind) == 0;
}

/* Frames of a port are its master's; a VRF is only a table of routes. */
static bool
is_port(struct nlattr *const *tb)
{
	return tb[IFLA_MASTER] != NULL &&
	    !is_kind(tb[IFLA_LINKINFO], IFLA_INFO_SLAVE_KIND, "vrf");
}

static bool
has_neighbors(const struct ifinfomsg *i, struct nlattr *const *tb)
{
	return i->ifi_type == ARPHRD_ETHER &&
	    (i->ifi_flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) ==
	    0 &&
	    tb[IFLA_ADDRESS] != NULL && nla_len(tb[IFLA_ADDRESS]) == MAC_SIZE &&
	    !is_port(tb) &&
	    !is_kind(tb[IFLA_LINKINFO], IFLA_INFO_KIND, "dummy") &&
	    nla_strcmp(tb[IFLA_IFNAME], INTERFACE_OWN) != 0;
}

/* All sysctls of IPv4 on the link, as numbers in the order of their own. */
static void
read_arp(struct nlattr *spec, struct link_facts *l)
{
	struct nlattr *conf = nested(nested(spec, AF_INET), IFLA_INET_CONF);
	uint32_t values[IPV4_DEVCONF_ARP_IGNORE];

	if (conf == NULL || nla_len(conf) < (int)sizeof(values))
		return;
	memcpy(values, nla_data(conf), sizeof(values));
	l->has_arp = true;
	l->arp.ignore = values[IPV4_DEVCONF_ARP_IGNORE - 1];
	l->arp.announce = values[IPV4_DEVCONF_ARP_ANNOUNCE - 1];
}

/* A message of a wireless card's own news has no other facts. */
bool
link_msg_link(struct nlmsghdr *h, struct link_facts *l)
{
	struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *i = nlmsg_data(h);

	*l = (struct link_facts){ 0 };
	if (nlmsg_parse(h, sizeof(*i), tb, IFLA_MAX, NULL) < 0 ||
	    i->ifi_family != AF_UNSPEC || tb[IFLA_IFNAME] == NULL ||
	    tb[IFLA_WIRELESS] != NULL)
		return false;
	l->index = i->ifi_index;
	nla_strlcpy(l->name, tb[IFLA_IFNAME], sizeof(l->name));
	l->up =
	    (i->ifi_flags & IFF_UP) != 0 && (i->ifi_flags & IFF_RUNNING) != 0;
	l->mtu = tb[IFLA_MTU] != NULL ? nla_get_u32(tb[IFLA_MTU]) : 0;
	l->has_neighbors = has_neighbors(i, tb);
	if (l->has_neighbors)
		memcpy(l->mac.bytes, nla_data(tb[IFLA_ADDRESS]), MAC_SIZE);
	read_arp(tb[IFLA_AF_SPEC], l);
	return true;
}

/* IFA_F_SECONDARY is IFA_F_TEMPORARY of IPv6. */
bool
link_msg_addr(struct nlmsghdr *h, struct link_msg_addr *out)
{
	struct netlink_address a;

	if (!netlink_msg_address(h, &a))
		return false;
	*out = (struct link_msg_addr){
		.index = a.index,
		.at = a.at,
		.rank = (a.flags & IFA_F_SECONDARY) != 0,
		.usable = (a.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0,
	};
	return true;
}

/* The kernel sends the question back behind the error. */
bool
link_msg_error(const struct nlmsghdr *h, struct link_msg_error *out)
{
	const struct {
		struct nlmsgerr e;
		struct ifinfomsg link;
	} *body = nlmsg_data(h);
	int size = nlmsg_datalen(h);

	*out = (struct link_msg_error){ .error = EIO };
	if (size >= (int)sizeof(body->e.error))
		out->error = -body->e.error;
	if (size >= (int)sizeof(*body) && body->e.msg.nlmsg_type == RTM_SETLINK)
		out->index = body->link.ifi_index;
	return out->error != 0;
}

/* Writing. */

static bool
put_arp(struct nl_msg *m, const struct arp_setting *s)
{
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *inet = spec ? nla_nest_start(m, AF_INET) : NULL;
	struct nlattr *conf = inet ? nla_nest_start(m, IFLA_INET_CONF) : NULL;

	return conf != NULL &&
	    nla_put_u32(m, IPV4_DEVCONF_ARP_IGNORE, s->ignore) == 0 &&
	    nla_put_u32(m, IPV4_DEVCONF_ARP_ANNOUNCE, s->announce) == 0 &&
	    nla_nest_end(m, conf) == 0 && nla_nest_end(m, inet) == 0 &&
	    nla_nest_end(m, spec) == 0;
}

/*
 * What /proc/sys would do, which is not writable in a container; by netlink it takes
 * CAP_NET_ADMIN alone.
 */
size_t
link_msg_set_arp(
    int index, const struct arp_setting *s, uint32_t seq, uint8_t *at)
{
	struct ifinfomsg i = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct nl_msg *m =
	    nlmsg_alloc_simple(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK);
	bool good = m != NULL &&
	    nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO) == 0 && put_arp(m, s);

	return netlink_msg_take(m, good, seq, at);
}
