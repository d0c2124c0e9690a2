/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/netlink/netlink_msg_io.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 32768 /* bytes that a dump is cut into */

#ifndef IFA_PROTO /* headers before Linux 5.18 */
#define IFA_PROTO 11
#endif

/* On a link between two IFA_ADDRESS is the other end, and IFA_LOCAL ours. */
bool
netlink_msg_address(struct nlmsghdr *h, struct netlink_address *a)
{
	struct nlattr *tb[IFA_PROTO + 1];
	const struct ifaddrmsg *i = nlmsg_data(h);

	if (nlmsg_parse(h, sizeof(*i), tb, IFA_PROTO, NULL) < 0 ||
	    (i->ifa_family != AF_INET && i->ifa_family != AF_INET6))
		return false;
	enum family family = i->ifa_family == AF_INET ? FAMILY_V4 : FAMILY_V6;
	const struct nlattr *at =
	    tb[IFA_LOCAL] != NULL ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];

	if (at == NULL || nla_len(at) != (int)family_bytes(family) ||
	    i->ifa_prefixlen > family_bits(family))
		return false;
	*a = (struct netlink_address){
		.index = (int)i->ifa_index,
		.at = { addr_from(family, nla_data(at)), i->ifa_prefixlen },
		.flags = tb[IFA_FLAGS] != NULL ? nla_get_u32(tb[IFA_FLAGS])
					       : i->ifa_flags,
		.protocol =
		    tb[IFA_PROTO] != NULL ? nla_get_u8(tb[IFA_PROTO]) : 0,
	};
	return true;
}

size_t
netlink_msg_take(struct nl_msg *m, bool good, uint32_t seq, uint8_t *bytes)
{
	if (m == NULL || !good)
		abort(); /* out of memory, as in alloc.c */
	struct nlmsghdr *h = nlmsg_hdr(m);
	size_t n = NLMSG_ALIGN(h->nlmsg_len);

	h->nlmsg_seq = seq;
	memset(bytes, 0, n);
	memcpy(bytes, h, h->nlmsg_len);
	nlmsg_free(m);
	return n;
}

size_t
netlink_msg_dump(const struct netlink_dump *d, uint32_t seq, uint8_t *bytes)
{
	struct nl_msg *m =
	    nlmsg_alloc_simple(d->type, NLM_F_REQUEST | NLM_F_DUMP);
	bool good = m != NULL &&
	    nlmsg_append(m, (void *)d->header, d->n, NLMSG_ALIGNTO) == 0 &&
	    (d->attr == 0 || nla_put_u32(m, d->attr, d->value) == 0);

	return netlink_msg_take(m, good, seq, bytes);
}

size_t
netlink_msg_ask_links(uint32_t seq, uint8_t *bytes)
{
	struct ifinfomsg i = { .ifi_family = AF_UNSPEC };
	struct netlink_dump all = { RTM_GETLINK, &i, sizeof(i), IFLA_EXT_MASK,
		RTEXT_FILTER_SKIP_STATS };

	return netlink_msg_dump(&all, seq, bytes);
}

size_t
netlink_msg_ask_addresses(uint32_t seq, uint8_t *bytes)
{
	struct ifaddrmsg i = { .ifa_family = AF_UNSPEC };
	struct netlink_dump all = { RTM_GETADDR, &i, sizeof(i), 0, 0 };

	return netlink_msg_dump(&all, seq, bytes);
}

bool
netlink_msg_read(int fd, void (*each)(void *arg, struct nlmsghdr *), void *arg)
{
	_Alignas(struct nlmsghdr) uint8_t room[ROOM];
	ssize_t got = recv(fd, room, sizeof(room), MSG_DONTWAIT);
	int left = got < 0 ? 0 : (int)got;

	if (got < 0 && errno == ENOBUFS)
		return false;
	for (struct nlmsghdr *h = (struct nlmsghdr *)room; nlmsg_ok(h, left);
	     h = nlmsg_next(h, &left))
		each(arg, h);
	return true;
}
