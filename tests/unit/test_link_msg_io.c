/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as the kernel would send them, also of kinds of links that not each has. */
#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/link/interfaces.h"
#include "bgpd/link/link_msg_io.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "tests/test.h"

struct link { /* what is told of one */
	int family;
	unsigned type, flags;
	const char *name, *kind, *slave_kind; /* NULL: not told */
	bool port, wireless;
	int mac; /* bytes of it */
	int confs;
};

static const struct link eth0 = {
	.type = ARPHRD_ETHER,
	.flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST,
	.name = "eth0",
	.mac = 6,
	.confs = IPV4_DEVCONF_MAX,
};

static void
put_info(struct nl_msg *m, const struct link *l)
{
	struct nlattr *info = nla_nest_start(m, IFLA_LINKINFO);

	if (l->kind != NULL)
		nla_put_string(m, IFLA_INFO_KIND, l->kind);
	if (l->slave_kind != NULL)
		nla_put_string(m, IFLA_INFO_SLAVE_KIND, l->slave_kind);
	nla_nest_end(m, info);
}

/* Each setting's value is its number, as that is in the kernel's list. */
static void
put_confs(struct nl_msg *m, int n)
{
	uint32_t values[IPV4_DEVCONF_MAX];
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *inet = nla_nest_start(m, AF_INET);

	for (int i = 0; i < n; i++)
		values[i] = (uint32_t)i + 1;
	nla_put(m, IFLA_INET_CONF, n * (int)sizeof(*values), values);
	nla_nest_end(m, inet);
	nla_nest_end(m, spec);
}

static bool
parse(const struct link *l, struct link_facts *facts)
{
	static const uint8_t mac[8] = { 2, 0, 0, 0, 0, 0xa };
	struct ifinfomsg i = { .ifi_family = (unsigned char)l->family,
		.ifi_type = (unsigned short)l->type,
		.ifi_index = 7,
		.ifi_flags = l->flags };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO);
	if (l->name != NULL)
		nla_put_string(m, IFLA_IFNAME, l->name);
	if (l->mac > 0)
		nla_put(m, IFLA_ADDRESS, l->mac, mac);
	nla_put_u32(m, IFLA_MTU, 1500);
	if (l->port)
		nla_put_u32(m, IFLA_MASTER, 9);
	if (l->wireless)
		nla_put_u32(m, IFLA_WIRELESS, 0);
	put_info(m, l);
	put_confs(m, l->confs);
	bool good = link_msg_link(nlmsg_hdr(m), facts);

	nlmsg_free(m);
	return good;
}

TEST(an_ethernet_card_has_neighbours)
{
	struct link_facts facts;

	assert_true(parse(&eth0, &facts));
	assert_int_equal(facts.index, 7);
	assert_string_equal(facts.name, "eth0");
	assert_true(facts.has_neighbors);
	assert_true(facts.up);
	assert_int_equal(facts.mac.bytes[5], 0xa);
	assert_int_equal(facts.mtu, 1500);
	assert_true(facts.has_arp);
	assert_int_equal(facts.arp.ignore, IPV4_DEVCONF_ARP_IGNORE);
	assert_int_equal(facts.arp.announce, IPV4_DEVCONF_ARP_ANNOUNCE);
}

static bool
has_neighbors(const struct link *l)
{
	struct link_facts facts;

	assert_true(parse(l, &facts));
	return facts.has_neighbors;
}

TEST(others_have_none)
{
	static const unsigned flags[] = { IFF_LOOPBACK, IFF_NOARP,
		IFF_POINTOPOINT };
	static const char *const masters[] = { "bridge", "bond", "team",
		"openvswitch", NULL };
	struct link l;

	for (size_t i = 0; i < 3; i++) {
		l = eth0;
		l.flags |= flags[i];
		assert_false(has_neighbors(&l));
	}
	for (size_t i = 0; i < 5; i++) {
		l = eth0;
		l.port = true;
		l.slave_kind = masters[i];
		assert_false(has_neighbors(&l));
	}
	l = eth0;
	l.kind = "dummy";
	assert_false(has_neighbors(&l));
	l = eth0;
	l.name = INTERFACE_OWN;
	assert_false(has_neighbors(&l));
	l = eth0;
	l.type = ARPHRD_NONE;
	assert_false(has_neighbors(&l));
	l = eth0;
	l.mac = 8;
	assert_false(has_neighbors(&l));
	l.mac = 0;
	assert_false(has_neighbors(&l));
}

TEST(vlans_bonds_bridges_and_those_of_a_vrf_have_neighbours)
{
	static const char *const kinds[] = { "vlan", "bond", "bridge", "veth",
		"macvlan", "team" };
	struct link l = eth0;

	for (size_t i = 0; i < 6; i++) {
		l.kind = kinds[i];
		assert_true(has_neighbors(&l));
	}
	l = eth0;
	l.port = true;
	l.slave_kind = "vrf";
	assert_true(has_neighbors(&l));
}

TEST(up_is_who_has_a_carrier)
{
	struct link_facts facts;
	struct link l = eth0;

	l.flags = IFF_UP;
	assert_true(parse(&l, &facts));
	assert_false(facts.up);
	l.flags = IFF_RUNNING;
	assert_true(parse(&l, &facts));
	assert_false(facts.up);
}

TEST(news_about_something_else_is_none_of_a_link)
{
	struct link_facts facts;
	struct link l = eth0;

	l.family = AF_BRIDGE;
	assert_false(parse(&l, &facts));
	l = eth0;
	l.wireless = true;
	assert_false(parse(&l, &facts));
	l = eth0;
	l.name = NULL;
	assert_false(parse(&l, &facts));
}

/* As an older kernel may tell fewer, and one without IPv4 none. */
TEST(settings_that_are_not_told_are_not_known)
{
	struct link_facts facts;
	struct link l = eth0;

	l.confs = IPV4_DEVCONF_ARP_IGNORE;
	assert_true(parse(&l, &facts));
	assert_true(facts.has_arp);
	l.confs--;
	assert_true(parse(&l, &facts));
	assert_false(facts.has_arp);
}

/* local: of IFA_LOCAL; size: bytes of it; NULL: there is none. */
static bool
parse_addr(int family, unsigned len, uint32_t flags, const char *local,
    int size, const char *address, struct link_msg_addr *a)
{
	struct ifaddrmsg i = { .ifa_family = (unsigned char)family,
		.ifa_prefixlen = (unsigned char)len,
		.ifa_index = 7 };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWADDR, 0);
	struct addr at;

	nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO);
	if (address != NULL && addr_parse(address, &at))
		nla_put(m, IFA_ADDRESS, size, at.bytes);
	if (local != NULL && addr_parse(local, &at))
		nla_put(m, IFA_LOCAL, size, at.bytes);
	nla_put_u32(m, IFA_FLAGS, flags);
	bool good = link_msg_addr(nlmsg_hdr(m), a);

	nlmsg_free(m);
	return good;
}

static void
assert_at(const struct link_msg_addr *a, const char *text)
{
	char is[PREFIX_TEXT];

	assert_int_equal(a->index, 7);
	assert_string_equal(prefix_print(&a->at, is), text);
}

TEST(addresses_are_read)
{
	struct link_msg_addr a;

	assert_true(
	    parse_addr(AF_INET, 24, 0, "192.0.2.1", 4, "192.0.2.1", &a));
	assert_at(&a, "192.0.2.1/24");
	assert_int_equal(a.rank, 0);
	assert_true(a.usable);
	assert_true(parse_addr(AF_INET6, 64, 0, NULL, 16, "2001:db8::1", &a));
	assert_at(&a, "2001:db8::1/64");
	/* Of a link between two the other end is not ours. */
	assert_true(
	    parse_addr(AF_INET, 32, 0, "192.0.2.1", 4, "192.0.2.2", &a));
	assert_at(&a, "192.0.2.1/32");
}

TEST(secondary_and_untested_addresses_are_known)
{
	static const uint32_t untested[] = { IFA_F_TENTATIVE,
		IFA_F_DADFAILED | IFA_F_PERMANENT };
	struct link_msg_addr a;

	assert_true(parse_addr(
	    AF_INET, 24, IFA_F_SECONDARY, "192.0.2.1", 4, "192.0.2.1", &a));
	assert_int_equal(a.rank, 1);
	for (size_t i = 0; i < 2; i++) {
		assert_true(parse_addr(
		    AF_INET6, 64, untested[i], NULL, 16, "2001:db8::1", &a));
		assert_false(a.usable);
	}
}

TEST(what_is_no_address_is_refused)
{
	struct link_msg_addr a;

	assert_false(parse_addr(AF_PHONET, 24, 0, NULL, 4, "192.0.2.1", &a));
	assert_false(parse_addr(AF_INET, 24, 0, NULL, 4, NULL, &a));
	assert_false(parse_addr(AF_INET, 33, 0, NULL, 4, "192.0.2.1", &a));
	assert_false(parse_addr(AF_INET6, 64, 0, NULL, 4, "2001:db8::1", &a));
}

/* size: bytes of what the error is about, which come back with it. */
static bool
parse_error(int error, size_t size, struct link_msg_error *e)
{
	const struct arp_setting s = { 1, 2 };
	uint8_t question[LINK_MSG_MAX];
	struct nlmsgerr body = { .error = -error };
	struct nl_msg *m = nlmsg_alloc_simple(NLMSG_ERROR, 0);

	link_msg_set_arp(7, &s, 3, question);
	memcpy(&body.msg, question, sizeof(body.msg));
	nlmsg_append(m, &body, sizeof(body), 0);
	nlmsg_append(m, question + sizeof(body.msg), size, 0);
	bool bad = link_msg_error(nlmsg_hdr(m), e);

	nlmsg_free(m);
	return bad;
}

TEST(a_refusal_names_its_link)
{
	struct link_msg_error e;

	assert_false(parse_error(0, 0, &e));
	assert_true(parse_error(EPERM, sizeof(struct ifinfomsg), &e));
	assert_int_equal(e.error, EPERM);
	assert_int_equal(e.index, 7);
	assert_true(parse_error(EPERM, sizeof(struct ifinfomsg) - 1, &e));
	assert_int_equal(e.index, 0);
}

TEST(questions_fit_their_room)
{
	const struct arp_setting s = { 1, 2 };
	uint8_t at[LINK_MSG_MAX];

	assert_in_range(netlink_msg_ask_links(1, at), 1, LINK_MSG_MAX);
	assert_in_range(netlink_msg_ask_addresses(2, at), 1, LINK_MSG_MAX);
	assert_in_range(link_msg_set_arp(7, &s, 3, at), 1, LINK_MSG_MAX);
	assert_int_equal(((struct nlmsghdr *)at)->nlmsg_seq, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ethernet_card_has_neighbours),
		cmocka_unit_test(others_have_none),
		cmocka_unit_test(
		    vlans_bonds_bridges_and_those_of_a_vrf_have_neighbours),
		cmocka_unit_test(up_is_who_has_a_carrier),
		cmocka_unit_test(news_about_something_else_is_none_of_a_link),
		cmocka_unit_test(settings_that_are_not_told_are_not_known),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(secondary_and_untested_addresses_are_known),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_refusal_names_its_link),
		cmocka_unit_test(questions_fit_their_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
