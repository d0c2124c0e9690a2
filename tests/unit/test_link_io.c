/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_io against the kernel. "near" is one end of a wire in a network namespace of our
 * own, where link_io runs; "far", the other one, is in a second namespace, whose frames
 * are made and looked at by hand.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/link/checksum.h"
#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "bgpd/link/link_io.h"
#include "bgpd/link/link_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/lockdown_io.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "config.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

static int near_ns, far_ns; /* the namespaces */
static pid_t keeper;        /* of the far one */

struct fixture {
	struct event_base *base;
	struct link_io *io;
	const struct link_port *port;
	const char
	    *listens;  /* to the interface of this name, whenever it is there */
	int index;     /* of it; 0: it is not there */
	unsigned told; /* so often, of interfaces */
	char unheard[256]; /* as told of the ones that are; "": none */
	char list[1024]; /* " name ADDRESS…" for each; down ones with a "!" */
	unsigned frames; /* that came */
	struct frame last; /* one of them, if it can be read */
	bool deaf;         /* listens to nobody once a frame is there */
	int far;           /* a packet socket at the far end */
};

/* Of the netlink messages that come so many are lost, and ENOBUFS says so. */
static unsigned lost_news;
/* So many packet sockets are broken when they are read next. */
static unsigned broken;
/* None is to be had (EPERM). */
static bool no_sockets;

/* In the place of libc's. */
int
socket(int domain, int type, int protocol)
{
	if (domain != AF_PACKET || !no_sockets)
		return (int)syscall(SYS_socket, domain, type, protocol);
	errno = EPERM;
	return -1;
}

/* In the place of libc's. */
ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
	int domain = 0;
	socklen_t length = sizeof(domain);
	ssize_t n = recvfrom(fd, buffer, size, flags, NULL, NULL);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
	if (domain == AF_PACKET && broken > 0) {
		broken--;
		errno = EIO;
		return -1;
	}
	if (n <= 0 || lost_news == 0 || domain != AF_NETLINK)
		return n;
	lost_news--;
	errno = ENOBUFS;
	return -1;
}

/* ---- the owner ---- */

static void
on_interfaces(void *arg, const struct interface *list, size_t n)
{
	struct fixture *f = arg;
	size_t at = 0;

	f->told++;
	f->index = 0;
	f->list[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(f->list + at, sizeof(f->list) - at,
		    " %s%s", list[i].name, list[i].up ? "" : "!");
		for (size_t j = 0; j < list[i].n; j++) {
			char text[PREFIX_TEXT];

			if (addr_is_link_local(&list[i].at[j].addr))
				continue;
			at +=
			    (size_t)snprintf(f->list + at, sizeof(f->list) - at,
				" %s", prefix_print(&list[i].at[j], text));
		}
		if (strcmp(list[i].name, f->listens) == 0)
			f->index = list[i].index;
	}
	f->port->listen(f->port->arg, &f->index, f->index != 0);
}

static void
on_frame(void *arg, int index, const uint8_t *bytes, size_t n)
{
	struct fixture *f = arg;

	assert_int_equal(index, f->index);
	f->frames++;
	if (!frame_parse(bytes, n, &f->last))
		f->last.kind = FRAME_OTHER;
	if (f->deaf)
		f->port->listen(f->port->arg, NULL, 0);
}

static void
on_unheard(void *arg, const char *why)
{
	struct fixture *f = arg;

	snprintf(f->unheard, sizeof(f->unheard), "%s", why != NULL ? why : "");
}

static const struct link_io_ops ops = { on_interfaces, on_unheard, on_frame };

/* ---- the wire ---- */

static void
enter(int ns)
{
	assert_int_equal(setns(ns, CLONE_NEWNET), 0);
}

static void
far_sh(const char *command)
{
	enter(far_ns);
	sh(command);
	enter(near_ns);
}

/*
 * options: of the near end, as "index 77". Neither end gets an address by itself, which
 * would be told, and tested with frames of its own, at a time of its own.
 */
static void
wire_up(const char *options)
{
	char command[256];

	snprintf(command, sizeof(command),
	    "ip link add name near address 02:00:00:00:00:0a %s type veth "
	    "peer name far address 02:00:00:00:00:0b netns %d && "
	    "ip link set near addrgenmode none up",
	    options, (int)keeper);
	sh(command);
	far_sh("ip link set far addrgenmode none up");
}

static int
far_open(const char *name)
{
	enter(far_ns);
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	enter(near_ns);
	return fd;
}

static void
run(struct fixture *f, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(f->base, &tv);
	event_base_dispatch(f->base);
}

/* Runs the loop until this holds, for some seconds at most. */
#define UNTIL(f, holds)                                                       \
	do {                                                                  \
		uint64_t end_ = loop_now() + 8000;                            \
		while (!(holds)) {                                            \
			if (loop_now() > end_)                                \
				fail_msg("not so: %s; interfaces:%s", #holds, \
				    (f)->list);                               \
			run(f, 5);                                            \
		}                                                             \
	} while (0)

/* Listens to the interface of this name, if it is there. */
static struct fixture *
begin(const char *listens)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err;

	f->base = loop_new();
	f->listens = listens;
	f->far = -1;
	f->io = link_io_new(f->base, &ops, f, &err);
	assert_non_null(f->io);
	f->port = link_io_port(f->io);
	UNTIL(f, f->told > 0);
	return f;
}

static void
end(struct fixture *f)
{
	link_io_free(f->io);
	event_base_free(f->base);
	if (f->far >= 0)
		close(f->far);
	free(f);
}

static struct fixture *
begin_wired(void)
{
	wire_up("");
	struct fixture *f = begin("near");

	UNTIL(f, f->index != 0 && strstr(f->list, "near!") == NULL);
	f->far = far_open("far");
	return f;
}

static void
end_wired(struct fixture *f)
{
	end(f);
	sh("ip link del near");
}

static void
far_send(struct fixture *f, const uint8_t *frame, size_t n)
{
	assert_int_equal(send(f->far, frame, n, 0), n);
}

typedef bool frame_test(const uint8_t *, ssize_t n);

/* The next frame that the far end sees and this is true of; NULL: none in this time. */
static const uint8_t *
far_sees_within(struct fixture *f, frame_test *is_it, unsigned ms)
{
	static uint8_t frame[2000];

	for (uint64_t until = loop_now() + ms; loop_now() < until;) {
		ssize_t n =
		    recvfrom(f->far, frame, sizeof(frame), 0, NULL, NULL);

		if (n > 0 && is_it(frame, n))
			return frame;
		if (n <= 0)
			run(f, 2);
	}
	return NULL;
}

static const uint8_t *
far_sees(struct fixture *f, frame_test *is_it)
{
	const uint8_t *frame = far_sees_within(f, is_it, 8000);

	assert_non_null(frame);
	return frame;
}

static void
far_sees_none(struct fixture *f, frame_test *is_it)
{
	assert_null(far_sees_within(f, is_it, 300));
}

static int
number(const char *command)
{
	return atoi(said(command));
}

/* ---- frames of the far end ---- */

static const struct mac near_mac = { { 2, 0, 0, 0, 0, 0x0a } };
static const struct mac far_mac = { { 2, 0, 0, 0, 0, 0x0b } };

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static size_t
arp_request(uint8_t out[FRAME_MAX], const char *target)
{
	struct frame_arp arp = {
		.sender_mac = far_mac,
		.sender = addr("192.0.2.2"),
		.target = addr(target),
	};

	return frame_put_arp(out, &far_mac, &mac_broadcast, &arp);
}

static void
far_asks(struct fixture *f, const char *target)
{
	uint8_t out[FRAME_MAX];

	far_send(f, out, arp_request(out, target));
}

/* An IP packet of this protocol with some bytes in it. */
static void
far_sends_ip(struct fixture *f, const char *src, const char *dst,
    uint8_t protocol, uint8_t ttl, const char *payload)
{
	struct addr to = addr(dst);
	struct mac mac = frame_group_mac(&to);
	uint8_t out[FRAME_MAX], bytes[24] = { 0 };
	struct frame_ip ip = { addr(src), to, protocol, ttl, bytes,
		sizeof(bytes) };

	memcpy(bytes, payload, strnlen(payload, sizeof(bytes)));
	far_send(f, out, frame_put_ip(out, &far_mac, &mac, &ip));
}

/*
 * That what was sent until now did not come in: what is sent behind it does, as the
 * first one.
 */
static void
assert_nothing_came(struct fixture *f)
{
	unsigned before = f->frames;

	far_asks(f, "192.0.2.250");
	UNTIL(f, f->frames > before);
	assert_int_equal(f->frames, before + 1);
	assert_int_equal(f->last.kind, FRAME_ARP);
}

static void
assert_came(struct fixture *f, enum frame_kind kind)
{
	unsigned before = f->frames;

	UNTIL(f, f->frames > before);
	assert_int_equal(f->last.kind, kind);
}

static bool
is_arp_reply(const uint8_t *p, ssize_t n)
{
	return n >= 42 && p[12] == 8 && p[13] == 6 && p[21] == 2;
}

/* ---- tests ---- */

TEST(interfaces_that_have_neighbours_are_told)
{
	wire_up("");
	sh("ip link add name noarp type ifb && ip link set noarp up");
	sh("ip link add name lbbgp0 type bridge && ip link set lbbgp0 up && "
	   "ip addr add 203.0.113.1/32 dev lbbgp0");
	sh("ip addr add 192.0.2.1/24 dev near && "
	   "ip addr add 192.0.2.9/24 dev near && "
	   "ip addr add 2001:db8::1/64 dev near nodad");
	struct fixture *f = begin("near");

	UNTIL(f,
	    strcmp(f->list, " near 192.0.2.1/24 2001:db8::1/64 192.0.2.9/24") ==
		0);
	end(f);
}

TEST(changes_are_told_once)
{
	struct fixture *f = begin_wired();
	unsigned before = f->told;

	sh("ip addr add 192.0.2.1/24 dev near");
	UNTIL(f, strcmp(f->list, " near 192.0.2.1/24") == 0);
	sh("ip addr del 192.0.2.1/24 dev near");
	UNTIL(f, strcmp(f->list, " near") == 0);
	sh("ip link set near mtu 1400");
	UNTIL(f, f->told >= before + 3);
	/* Not its own sake: what does not concern us. */
	sh("ip link set near txqueuelen 77");
	run(f, 100);
	assert_int_equal(f->told, before + 3);
	end_wired(f);
}

/* Somebody may have it already (RFC 4862 5.4). */
TEST(an_address_is_told_when_it_is_known_to_be_unique)
{
	struct fixture *f = begin_wired();

	sh("ip addr add 2001:db8::1/64 dev near");
	run(f, 100);
	assert_string_equal(f->list, " near");
	UNTIL(f, strcmp(f->list, " near 2001:db8::1/64") == 0);
	end_wired(f);
}

TEST(frames_go_both_ways)
{
	struct fixture *f = begin_wired();
	struct frame_arp reply = { true, near_mac, far_mac, addr("192.0.2.7"),
		addr("192.0.2.2") };
	uint8_t out[FRAME_MAX];

	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	assert_false(f->last.arp.reply);
	assert_true(mac_eq(&f->last.from, &far_mac));
	size_t n = frame_put_arp(out, &near_mac, &far_mac, &reply);

	f->port->send(f->port->arg, f->index, out, n);
	assert_memory_equal(far_sees(f, is_arp_reply), out, n);
	struct link_counters c = link_io_counters(f->io);

	assert_int_equal(c.sent, 1);
	assert_int_equal(c.unsent, 0);
	assert_true(c.received >= 1);
	end_wired(f);
}

TEST(what_cannot_be_sent_is_counted)
{
	struct fixture *f = begin_wired();
	uint8_t out[FRAME_MAX];
	size_t n = arp_request(out, "192.0.2.7");

	f->port->send(f->port->arg, f->index + 1000, out, n);
	f->port->send(f->port->arg, f->index, out, 3);
	sh("ip link set near down");
	f->port->send(f->port->arg, f->index, out, n);
	assert_int_equal(link_io_counters(f->io).unsent, 3);
	assert_int_equal(link_io_counters(f->io).sent, 0);
	end_wired(f);
}

TEST(own_frames_are_not_heard)
{
	struct fixture *f = begin_wired();
	uint8_t out[FRAME_MAX];

	f->port->send(
	    f->port->arg, f->index, out, arp_request(out, "192.0.2.7"));
	assert_nothing_came(f);
	end_wired(f);
}

#define SOME_BYTES "some bytes of a payload and more"

TEST(what_has_passed_a_router_is_not_heard)
{
	struct fixture *f = begin_wired();

	far_sends_ip(
	    f, "fe80::2", "ff02::1", 58, 254, "\x88 an advertisement of one");
	far_sends_ip(f, "192.0.2.2", "224.0.0.254", 17, 254,
	    "\x23\xdd\x23\xdd a hello of a stranger");
	far_sends_ip(f, "fe80::2", "ff02::114", 17, 254,
	    "\x23\xdd\x23\xdd a hello of a stranger");
	assert_nothing_came(f);
	end_wired(f);
}

/* So that who speaks it can tell of it. */
TEST(vrrp_is_heard_whatever_its_ttl)
{
	static const uint8_t ttls[] = { 255, 254 };
	struct fixture *f = begin_wired();

	for (size_t i = 0; i < 2; i++) {
		far_sends_ip(
		    f, "192.0.2.2", "224.0.0.18", 112, ttls[i], SOME_BYTES);
		assert_came(f, FRAME_VRRP);
		assert_int_equal(f->last.ip.ttl, ttls[i]);
		far_sends_ip(
		    f, "fe80::2", "ff02::12", 112, ttls[i], SOME_BYTES);
		assert_came(f, FRAME_VRRP);
		assert_int_equal(f->last.ip.ttl, ttls[i]);
	}
	end_wired(f);
}

TEST(hellos_and_neighbour_discovery_are_heard)
{
	static const char *const from[] = { "192.0.2.2", "0.0.0.0", "fe80::2" };
	struct fixture *f = begin_wired();
	uint8_t out[FRAME_MAX];
	struct frame_neighbor n = { .src = addr("fe80::2"),
		.dst = addr("ff02::1:ff00:7"),
		.target = addr("2001:db8::7"),
		.has_mac = true,
		.mac = far_mac };
	struct mac to = frame_group_mac(&n.dst);

	for (size_t i = 0; i < 3; i++) {
		struct addr src = addr(from[i]);

		far_send(f, out,
		    frame_put_hello(
			out, &far_mac, &src, (const uint8_t *)"hello", 5));
		assert_came(f, FRAME_HELLO);
		assert_int_equal(f->last.ip.n, 5);
	}
	far_send(f, out, frame_put_neighbor(out, &far_mac, &to, &n));
	assert_came(f, FRAME_NEIGHBOR);
	assert_false(f->last.neighbor.advert);
	n.advert = true;
	far_send(f, out, frame_put_neighbor(out, &far_mac, &near_mac, &n));
	assert_came(f, FRAME_NEIGHBOR);
	assert_true(f->last.neighbor.advert);
	end_wired(f);
}

TEST(the_traffic_of_the_node_is_not_heard)
{
	struct fixture *f = begin_wired();

	far_sends_ip(f, "192.0.2.2", "192.0.2.1", 6, 255, SOME_BYTES);
	far_sends_ip(f, "fe80::2", "fe80::1", 6, 255, SOME_BYTES);
	far_sends_ip(f, "192.0.2.2", "224.0.0.251", 17, 255, SOME_BYTES);
	far_sends_ip(f, "192.0.2.2", "224.0.0.254", 17, 255,
	    "\x23\xdd\x23\xde another port ..");
	far_sends_ip(f, "fe80::2", "ff02::114", 17, 255,
	    "\x23\xdd\x23\xde another port ..");
	far_sends_ip(f, "fe80::2", "ff02::1", 17, 255,
	    "\x23\xdd\x23\xdd another group .");
	far_sends_ip(
	    f, "fe80::2", "ff02::1", 58, 255, "\x80 an echo request ....");
	assert_nothing_came(f);
	end_wired(f);
}

/* As an interface shows them that is promiscuous, or when a switch floods. */
TEST(what_is_for_others_is_not_heard)
{
	struct fixture *f = begin_wired();
	struct frame_arp reply = { true, far_mac, near_mac, addr("192.0.2.2"),
		addr("192.0.2.1") };
	struct mac other = { { 2, 0, 0, 0, 0, 0x0c } };
	uint8_t out[FRAME_MAX];

	sh("ip link set near promisc on");
	far_send(f, out, frame_put_arp(out, &far_mac, &other, &reply));
	assert_nothing_came(f);
	far_send(f, out, frame_put_arp(out, &far_mac, &near_mac, &reply));
	assert_came(f, FRAME_ARP);
	assert_true(f->last.arp.reply);
	end_wired(f);
}

/* A request with the tag of this VLAN, and of priority 6. */
static void
far_asks_tagged(struct fixture *f, uint8_t vlan)
{
	uint8_t frame[FRAME_MAX + 4];
	size_t n = arp_request(frame, "192.0.2.7");

	memmove(frame + 16, frame + 12, n - 12);
	memcpy(frame + 12, (uint8_t[]){ 0x81, 0x00, 0xc0, vlan }, 4);
	far_send(f, frame, n + 4);
}

TEST(frames_of_a_vlan_are_not_taken_for_untagged_ones)
{
	struct fixture *f = begin_wired();

	far_asks_tagged(f, 5);
	assert_nothing_came(f);
	far_asks_tagged(f, 0); /* of none */
	assert_came(f, FRAME_ARP);
	assert_int_equal(f->last.arp.target.bytes[3], 7);
	end_wired(f);
}

TEST(an_interface_that_goes_down_and_comes_up_is_heard_again)
{
	struct fixture *f = begin_wired();

	for (int i = 0; i < 3; i++) {
		sh("ip link set near down");
		UNTIL(f, strcmp(f->list, " near!") == 0);
		sh("ip link set near up");
		UNTIL(f, strcmp(f->list, " near") == 0);
		far_asks(f, "192.0.2.7");
		assert_came(f, FRAME_ARP);
	}
	far_sh("ip link set far down"); /* no carrier */
	UNTIL(f, strcmp(f->list, " near!") == 0);
	end_wired(f);
}

TEST(an_interface_that_gets_another_name_goes_on)
{
	struct fixture *f = begin_wired();
	int index = f->index;

	f->listens = "lan";
	sh("ip link set near down && ip link set near name lan up");
	UNTIL(f, strcmp(f->list, " lan") == 0);
	assert_int_equal(f->index, index);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end(f);
	sh("ip link del lan");
}

TEST(an_interface_that_is_made_anew_is_heard)
{
	struct fixture *f = begin_wired();
	int index = f->index;

	sh("ip link del near");
	UNTIL(f, strcmp(f->list, "") == 0);
	assert_int_equal(f->index, 0);
	wire_up("");
	UNTIL(f, strcmp(f->list, " near") == 0);
	assert_int_not_equal(f->index, index);
	close(f->far);
	f->far = far_open("far");
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
}

#define IN_GROUP "grep -c ff0200000000000000000001ff12 /proc/net/igmp6"

/* Whoever joins need not know who listens. */
TEST(groups_joined_where_nobody_listens_go_with_their_interface)
{
	struct fixture *f = begin_wired();
	struct addr group = addr("ff02::1:ff12:3456");
	char options[32];

	f->port->listen(f->port->arg, NULL, 0);
	f->port->join(f->port->arg, f->index, &group, true);
	assert_int_equal(number(IN_GROUP), 1);
	snprintf(options, sizeof(options), "index %d", f->index);
	sh("ip link del near");
	UNTIL(f, strcmp(f->list, "") == 0);
	wire_up(options);
	UNTIL(f, strcmp(f->list, " near") == 0);
	assert_int_equal(number(IN_GROUP), 0);
	end_wired(f);
}

/* As one that a container had for a moment: nobody is told that it was away. */
TEST(an_interface_that_is_back_under_its_index_has_all_it_had)
{
	struct fixture *f = begin_wired();
	struct addr group = addr("ff02::1:ff12:3456");
	char options[32];

	f->port->join(f->port->arg, f->index, &group, true);
	assert_int_equal(number(IN_GROUP), 1);
	snprintf(options, sizeof(options), "index %d", f->index);
	sh("ip link del near");
	wire_up(options);
	close(f->far);
	f->far = far_open("far");
	UNTIL(f, number(IN_GROUP) == 1);
	UNTIL(f, strcmp(f->list, " near") == 0);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
	assert_int_equal(number("grep -c ff12 /proc/net/igmp6"), 0);
}

TEST(what_became_a_port_of_a_bridge_is_listened_to_no_more)
{
	struct fixture *f = begin_wired();

	sh("ip link add name br0 type bridge && ip link set br0 up");
	UNTIL(f, strstr(f->list, "br0") != NULL);
	sh("ip link set near master br0");
	UNTIL(f, strcmp(f->list, " br0") == 0);
	f->listens = "br0";
	sh("ip addr add 192.0.2.1/24 dev br0");
	UNTIL(f, f->index != 0);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP); /* by way of its port */
	f->listens = "near";
	sh("ip link set near nomaster");
	UNTIL(f, strstr(f->list, " near") != NULL);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
	sh("ip link del br0");
}

TEST(a_vlan_is_heard_on_its_own_interface)
{
	struct fixture *f = begin_wired();

	f->listens = "near.5";
	if (system("ip link add link near name near.5 type vlan id 5") != 0) {
		puts("# this kernel has no VLANs");
		end_wired(f);
		return;
	}
	sh("ip link set near.5 up");
	UNTIL(f, strcmp(f->list, " near near.5") == 0);
	far_asks_tagged(f, 6);
	far_asks_tagged(f, 5);
	assert_came(f, FRAME_ARP);
	assert_int_equal(f->frames, 1);
	end_wired(f);
}

TEST(a_bond_is_heard_and_its_ports_are_not_told)
{
	struct fixture *f = begin_wired();

	f->listens = "bond7";
	if (system("ip link add bond7 type bond mode active-backup") != 0) {
		puts("# this kernel has no bonds");
		end_wired(f);
		return;
	}
	sh("ip link set near down && ip link set near master bond7 && "
	   "ip link set bond7 up");
	UNTIL(f, strcmp(f->list, " bond7") == 0);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	sh("ip link del bond7");
	end_wired(f);
}

TEST(who_is_read_from_may_be_given_up)
{
	struct fixture *f = begin_wired();

	f->deaf = true;
	for (int i = 0; i < 5; i++)
		far_asks(f, "192.0.2.7");
	UNTIL(f, f->frames > 0);
	run(f, 50);
	assert_int_equal(f->frames, 1);
	end_wired(f);
}

/* As the owner does when it is told that the interface is down. */
static void
hear_nobody(struct fixture *f)
{
	f->listens = "";
	f->port->listen(f->port->arg, NULL, 0);
}

TEST(an_interface_that_cannot_be_listened_to_is_not_up)
{
	struct fixture *f = begin_wired();

	hear_nobody(f);
	no_sockets = true;
	f->port->listen(f->port->arg, &f->index, 1);
	UNTIL(f, strcmp(f->list, " near!") == 0);
	assert_string_equal(
	    f->unheard, "near: packet socket: Operation not permitted");
	run(f, 1200); /* nobody listens now, and still */
	assert_string_equal(f->list, " near!");
	no_sockets = false;
	UNTIL(f, strcmp(f->list, " near") == 0);
	assert_string_equal(f->unheard, "");
	f->listens = "near";
	f->port->listen(f->port->arg, &f->index, 1);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
}

TEST(an_interface_whose_socket_broke_is_not_up_until_it_has_another)
{
	struct fixture *f = begin_wired();

	broken = 1;
	far_asks(f, "192.0.2.7");
	UNTIL(f, strcmp(f->list, " near!") == 0);
	assert_string_equal(
	    f->unheard, "near: packet socket: Input/output error");
	far_asks(f, "192.0.2.7"); /* who listens has to wait */
	UNTIL(f, strcmp(f->list, " near") == 0);
	assert_string_equal(f->unheard, "");
	assert_int_equal(f->frames, 0);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
}

TEST(lost_news_is_made_up_for)
{
	struct fixture *f = begin_wired();
	unsigned before = f->told;
	char options[32];

	lost_news = 3;
	sh("ip addr add 192.0.2.1/24 dev near");
	UNTIL(f, strcmp(f->list, " near 192.0.2.1/24") == 0);
	snprintf(options, sizeof(options), "index %d", f->index);
	lost_news = 100; /* all about another one of that index */
	sh("ip link del near");
	wire_up(options);
	close(f->far);
	f->far = far_open("far");
	run(f, 150);
	lost_news = 0;
	UNTIL(f, strcmp(f->list, " near") == 0);
	assert_true(f->told > before);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	end_wired(f);
}

/* For long, where pods come and go: who heard nobody would take others for dead. */
TEST(frames_are_heard_while_news_is_lost)
{
	struct fixture *f = begin_wired();

	lost_news = 1000000;
	sh("ip addr add 192.0.2.1/24 dev near");
	run(f, 50);
	assert_true(lost_news < 1000000);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	lost_news = 0;
	UNTIL(f, strcmp(f->list, " near 192.0.2.1/24") == 0);
	end_wired(f);
}

static struct addr
solicited(unsigned i)
{
	uint8_t bytes[16] = { 0xff, 2, [11] = 1, [12] = 0xff, [13] = 0x12,
		[14] = (uint8_t)(i >> 8), [15] = (uint8_t)i };

	return addr_from(FAMILY_V6, bytes);
}

/* With what optmem_max was for years, where a namespace has one of its own. */
TEST(thousands_of_groups_are_joined_and_left)
{
	struct fixture *f = begin_wired();

	sh("[ ! -e /proc/sys/net/core/optmem_max ] || "
	   "sysctl -qw net.core.optmem_max=20480");

	for (unsigned i = 0; i < 1500; i++) {
		struct addr group = solicited(i);

		f->port->join(f->port->arg, f->index, &group, true);
	}
	assert_int_equal(number(IN_GROUP), 1500);
	for (unsigned i = 0; i < 1499; i++) {
		struct addr group = solicited(i);

		f->port->join(f->port->arg, f->index, &group, false);
	}
	assert_int_equal(number(IN_GROUP), 1);
	end_wired(f);
}

TEST(a_group_is_left_with_its_last_user)
{
	struct fixture *f = begin_wired();
	struct addr group = solicited(1), other = solicited(2);

	f->port->join(f->port->arg, f->index, &group, true);
	f->port->join(f->port->arg, f->index, &group, true);
	f->port->join(f->port->arg, f->index, &other, true);
	assert_int_equal(number(IN_GROUP), 2);
	f->port->join(f->port->arg, f->index, &group, false);
	assert_int_equal(number(IN_GROUP), 2);
	f->port->join(f->port->arg, f->index, &group, false);
	assert_int_equal(number(IN_GROUP), 1);
	end_wired(f);
}

/* The hellos' too, of which a socket that is opened anew is no second user. */
TEST(what_is_listened_to_no_more_is_in_no_group)
{
	struct fixture *f = begin_wired();
	char options[32];

	snprintf(options, sizeof(options), "index %d", f->index);
	sh("ip link del near");
	wire_up(options);
	close(f->far);
	f->far = far_open("far");
	UNTIL(f, number("grep -c FE0000E0 /proc/net/igmp") == 1);
	far_asks(f, "192.0.2.7");
	assert_came(f, FRAME_ARP);
	f->port->listen(f->port->arg, NULL, 0);
	assert_int_equal(number("grep -c FE0000E0 /proc/net/igmp"), 0);
	end_wired(f);
}

/* A socket can be in 20 of them by default (igmp_max_memberships). */
TEST(many_groups_of_ipv4_are_joined)
{
	struct fixture *f = begin_wired();

	for (unsigned i = 0; i < 100; i++) {
		struct addr group = addr_v4(0xe0000300 + i);

		f->port->join(f->port->arg, f->index, &group, true);
	}
	assert_int_equal(number("grep -c '..0300E0' /proc/net/igmp"), 100);
	assert_int_equal(number("grep -c FE0000E0 /proc/net/igmp"), 1);
	end_wired(f);
	assert_int_equal(number("grep -c '..0300E0' /proc/net/igmp"), 0);
}

/* Version 2 of MLD: behind a hop-by-hop header, type 143. */
static bool
is_report_of_the_group(const uint8_t *p, ssize_t n)
{
	struct addr group = solicited(0x3456);

	return n >= 90 && p[12] == 0x86 && p[20] == 0 && p[62] == 143 &&
	    memmem(p + 62, (size_t)n - 62, group.bytes, 16) != NULL;
}

TEST(a_group_is_reported)
{
	struct fixture *f = begin_wired();
	struct addr group = solicited(0x3456);

	f->port->join(f->port->arg, f->index, &group, true);
	far_sees(f, is_report_of_the_group);
	end_wired(f);
}

/* Here: what is no group at all. */
TEST(where_a_group_cannot_be_joined_all_are_let_in)
{
	struct fixture *f = begin_wired();
	struct addr bad = addr("192.0.2.1");

	assert_null(strstr(said("ip -d link show near"), "allmulti 1"));
	f->port->join(f->port->arg, f->index, &bad, true);
	assert_non_null(strstr(said("ip -d link show near"), "allmulti 1"));
	f->port->listen(f->port->arg, NULL, 0);
	assert_null(strstr(said("ip -d link show near"), "allmulti 1"));
	f->port->listen(f->port->arg, &f->index, 1);
	assert_non_null(strstr(said("ip -d link show near"), "allmulti 1"));
	end_wired(f);
}

TEST(a_hushed_interface_does_not_answer_for_others)
{
	struct fixture *f = begin_wired();

	sh("ip addr add 192.0.2.1/24 dev near && "
	   "ip link add name holder type bridge && ip link set holder up && "
	   "ip addr add 192.0.2.99/32 dev holder");
	far_asks(f, "192.0.2.99");
	far_sees(f, is_arp_reply);
	f->port->hush(f->port->arg, f->index, true);
	far_asks(f, "192.0.2.99");
	far_sees_none(f, is_arp_reply);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_announce"), 2);
	far_asks(f, "192.0.2.1"); /* its own */
	far_sees(f, is_arp_reply);
	f->port->hush(f->port->arg, f->index, false);
	far_asks(f, "192.0.2.99");
	far_sees(f, is_arp_reply);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_announce"), 0);
	sh("ip link del holder");
	end_wired(f);
}

TEST(an_interface_is_as_before_when_all_ends)
{
	struct fixture *f;

	wire_up("");
	sh("sysctl -qw net.ipv4.conf.near.arp_announce=1");
	f = begin("near");
	UNTIL(f, f->index != 0);
	f->port->hush(f->port->arg, f->index, true);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_ignore"), 1);
	end(f);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_ignore"), 0);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_announce"), 1);
	sh("ip link del near");
}

/* ---- VRRP's unicast peers ---- */

static bool
is_vrrp(const uint8_t *p, ssize_t n)
{
	struct frame f;

	return frame_parse(p, (size_t)n, &f) && f.kind == FRAME_VRRP;
}

static void
assert_vrrp_arrives(
    struct fixture *f, const char *src, const char *dst, const char *from)
{
	struct addr source = { 0 }, to = addr(dst), seen = addr(from);
	struct frame frame;

	if (src != NULL)
		source = addr(src);
	f->port->send_vrrp(f->port->arg, f->index, &source, &to,
	    (const uint8_t *)SOME_BYTES, 20);
	assert_true(frame_parse(far_sees(f, is_vrrp), 74, &frame));
	assert_int_equal(frame.ip.ttl, 255);
	assert_int_equal(frame.ip.n, 20);
	assert_true(addr_eq(&frame.ip.src, &seen));
	assert_true(addr_eq(&frame.ip.dst, &to));
	assert_true(mac_eq(&frame.to, &far_mac));
}

TEST(vrrp_reaches_a_unicast_peer)
{
	struct fixture *f = begin_wired();
	struct addr none = { 0 }, v4 = addr("192.0.2.2"), v6 = addr("fe80::2");

	sh("ip addr add 192.0.2.1/24 dev near && "
	   "ip addr add 192.0.2.9/24 dev near && "
	   "ip addr add 2001:db8::1/64 dev near nodad && "
	   "ip addr add fe80::1/64 dev near nodad");
	far_sh("ip addr add 192.0.2.2/24 dev far && "
	       "ip addr add 2001:db8::2/64 dev far nodad && "
	       "ip addr add fe80::2/64 dev far nodad");
	assert_vrrp_arrives(f, "192.0.2.9", "192.0.2.2", "192.0.2.9");
	assert_vrrp_arrives(f, NULL, "192.0.2.2", "192.0.2.1");
	assert_vrrp_arrives(f, "fe80::1", "fe80::2", "fe80::1");
	assert_vrrp_arrives(f, NULL, "2001:db8::2", "2001:db8::1");
	uint64_t before = link_io_counters(f->io).unsent;

	f->port->send_vrrp(
	    f->port->arg, f->index, &v4, &v6, (const uint8_t *)SOME_BYTES, 20);
	f->port->send_vrrp(f->port->arg, f->index, &none, &none,
	    (const uint8_t *)SOME_BYTES, 20);
	assert_int_equal(link_io_counters(f->io).unsent, before + 2);
	end_wired(f);
}

static bool
is_unreachable_of_near(const uint8_t *p, ssize_t n)
{
	return n >= 36 && memcmp(p + 6, near_mac.bytes, MAC_SIZE) == 0 &&
	    p[12] == 8 && p[13] == 0 && p[23] == 1 && p[34] == 3;
}

TEST(who_speaks_vrrp_does_not_say_that_it_does_not)
{
	struct fixture *f = begin_wired();
	uint8_t out[FRAME_MAX];
	struct frame_ip ip = { addr("192.0.2.2"), addr("192.0.2.1"), 112, 255,
		(const uint8_t *)SOME_BYTES, 20 };
	size_t n = frame_put_ip(out, &far_mac, &near_mac, &ip);

	sh("ip addr add 192.0.2.1/24 dev near");
	far_sh("ip addr add 192.0.2.2/24 dev far");
	far_send(f, out, n);
	far_sees(f, is_unreachable_of_near);
	assert_vrrp_arrives(f, NULL, "192.0.2.2", "192.0.2.1");
	run(f, 1100); /* the kernel tells so once a second */
	far_send(f, out, n);
	far_sees_none(f, is_unreachable_of_near);
	end_wired(f);
}

/* ---- after lockdown ---- */

static char warned[512];

static void
on_log(enum log_level level, const char *text)
{
	if (level == LOG_LEVEL_WARN)
		snprintf(warned + strlen(warned),
		    sizeof(warned) - strlen(warned), "%s\n", text);
}

/* As in a pod that was not given its capabilities. */
static int
without_rights(void)
{
	static const struct lockdown nothing = { 0 };
	struct fixture *f = begin("near");
	struct err err;

	log_set_sink(on_log);
	f->port->listen(f->port->arg, NULL, 0);
	if (!lockdown(&nothing, &err))
		return 2;
	f->port->listen(f->port->arg, &f->index, 1);
	f->port->listen(f->port->arg, &f->index, 1);
	f->port->hush(f->port->arg, f->index, true);
	run(f, 50);
	if (strcmp(f->list, " near!") != 0 || f->unheard[0] == '\0')
		return 4;
	return strcmp(warned,
		   "link near: packet socket: Operation not permitted\n"
		   "link near: the kernel's ARP can't be hushed: "
		   "Operation not permitted\n") == 0
	    ? 0
	    : 3;
}

TEST(what_is_not_permitted_is_said_once)
{
	int status = 0;

	wire_up("");
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0)
		_exit(without_rights());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
locked_down(void)
{
	static const struct lockdown network = { .network = true };
	struct fixture *f = begin("near");
	struct addr group = solicited(7), none = { 0 }, to = addr("192.0.2.2");
	struct err err;

	f->port->listen(f->port->arg, NULL, 0);
	if (!lockdown(&network, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	f->port->listen(f->port->arg, &f->index, 1);
	f->port->join(f->port->arg, f->index, &group, true);
	f->port->hush(f->port->arg, f->index, true);
	f->port->send_vrrp(f->port->arg, f->index, &none, &to,
	    (const uint8_t *)SOME_BYTES, 20);
	for (uint64_t until = loop_now() + 3000; f->frames < 3;) {
		run(f, 10);
		if (loop_now() > until)
			return 3;
	}
	return link_io_counters(f->io).unsent == 0 ? 0 : 4;
}

TEST(all_of_it_works_after_lockdown)
{
	struct fixture *f = begin_wired();
	int status = 0;

	sh("ip addr add 192.0.2.1/24 dev near");
	far_sh("ip addr add 192.0.2.2/24 dev far");
	UNTIL(f, strstr(f->list, "192.0.2.1") != NULL);
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0)
		_exit(locked_down());
	far_sees(f, is_vrrp);
	assert_int_equal(
	    number("cat /proc/sys/net/ipv4/conf/near/arp_ignore"), 1);
	assert_int_equal(number(IN_GROUP), 1);
	for (int i = 0; i < 5; i++)
		far_asks(f, "192.0.2.7");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	end_wired(f);
}

/* ---- namespaces ---- */

/* A process that stays in the far one, so that there is a number to name it by. */
static bool
keep_far(void)
{
	int ready[2];
	char c, path[64];

	if (pipe(ready) != 0 || (keeper = fork()) < 0)
		return false;
	if (keeper == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) != 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	bool good = read(ready[0], &c, 1) == 1;

	close(ready[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)keeper);
	far_ns = open(path, O_RDONLY | O_CLOEXEC);
	near_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return good && far_ns >= 0 && near_ns >= 0;
}

static int
without_wires(void **state)
{
	(void)state;
	return system("for l in near lan br0 noarp lbbgp0 holder bond7; do "
		      "ip link del $l 2>/dev/null; done; true");
}

#define CASE(name) cmocka_unit_test_setup(name, without_wires)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(interfaces_that_have_neighbours_are_told),
		CASE(changes_are_told_once),
		cmocka_unit_test(
		    an_address_is_told_when_it_is_known_to_be_unique),
		CASE(frames_go_both_ways),
		CASE(what_cannot_be_sent_is_counted),
		CASE(own_frames_are_not_heard),
		CASE(what_has_passed_a_router_is_not_heard),
		CASE(vrrp_is_heard_whatever_its_ttl),
		CASE(hellos_and_neighbour_discovery_are_heard),
		CASE(the_traffic_of_the_node_is_not_heard),
		CASE(what_is_for_others_is_not_heard),
		cmocka_unit_test(
		    frames_of_a_vlan_are_not_taken_for_untagged_ones),
		cmocka_unit_test(
		    an_interface_that_goes_down_and_comes_up_is_heard_again),
		CASE(an_interface_that_gets_another_name_goes_on),
		CASE(an_interface_that_is_made_anew_is_heard),
		CASE(
		    groups_joined_where_nobody_listens_go_with_their_interface),
		cmocka_unit_test(
		    an_interface_that_is_back_under_its_index_has_all_it_had),
		cmocka_unit_test(
		    what_became_a_port_of_a_bridge_is_listened_to_no_more),
		CASE(a_vlan_is_heard_on_its_own_interface),
		CASE(a_bond_is_heard_and_its_ports_are_not_told),
		CASE(who_is_read_from_may_be_given_up),
		CASE(an_interface_that_cannot_be_listened_to_is_not_up),
		CASE(
		    an_interface_whose_socket_broke_is_not_up_until_it_has_another),
		CASE(lost_news_is_made_up_for),
		CASE(frames_are_heard_while_news_is_lost),
		CASE(thousands_of_groups_are_joined_and_left),
		CASE(a_group_is_left_with_its_last_user),
		CASE(what_is_listened_to_no_more_is_in_no_group),
		CASE(many_groups_of_ipv4_are_joined),
		CASE(a_group_is_reported),
		CASE(where_a_group_cannot_be_joined_all_are_let_in),
		CASE(a_hushed_interface_does_not_answer_for_others),
		CASE(an_interface_is_as_before_when_all_ends),
		CASE(vrrp_reaches_a_unicast_peer),
		CASE(who_speaks_vrrp_does_not_say_that_it_does_not),
		CASE(what_is_not_permitted_is_said_once),
		CASE(all_of_it_works_after_lockdown),
	};

	if (!netns_enter())
		return 1;
	if (!keep_far()) {
		puts("Bail out! no second network namespace");
		return 1;
	}
	sh("ip link set lo up");
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
	return rc;
}
