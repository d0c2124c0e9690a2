/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_io against the kernel, in a network namespace of its own.
 */
#include <errno.h>
#include <event2/event.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/kernel/addresses.h"
#include "bgpd/kernel/addresses_io.h"
#include "bgpd/kernel/addresses_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

struct fixture {
	struct event_base *base;
	struct addresses *addresses;
	struct addresses_io *io;
	char *why;      /* owned; as told, NULL: all is there */
	char news[512]; /* what was told of addresses, a line each */
};

/* What happens to what the kernel says. */
static struct {
	unsigned lost;  /* so many don't come, and ENOBUFS says so */
	bool unlabeled; /* no protocol of addresses, as before Linux 5.18 */
} trouble;

static void
take_protocols(struct nlmsghdr *h, int left)
{
	for (; NLMSG_OK(h, (unsigned)left); h = NLMSG_NEXT(h, left)) {
		struct rtattr *a = IFA_RTA(NLMSG_DATA(h));
		int n = (int)IFA_PAYLOAD(h);

		if (h->nlmsg_type != RTM_NEWADDR)
			continue;
		for (; RTA_OK(a, n); a = RTA_NEXT(a, n))
			if (a->rta_type == IFA_PROTO)
				a->rta_type = IFA_UNSPEC;
	}
}

/* In the place of libc's. */
ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
	ssize_t n = recvfrom(fd, buffer, size, flags, NULL, NULL);

	if (n > 0 && trouble.lost > 0) {
		trouble.lost--;
		errno = ENOBUFS;
		return -1;
	}
	if (n > 0 && trouble.unlabeled)
		take_protocols(buffer, (int)n);
	return n;
}

static char directory[] = "/tmp/test_addresses_io.XXXXXX";

static void
on_state(void *arg, const char *why)
{
	struct fixture *f = arg;

	free(f->why);
	f->why = xstrdup(why);
}

static void
on_placed(
    void *arg, const char *interface, const struct prefix *at, const char *why)
{
	struct fixture *f = arg;
	size_t n = strlen(f->news);
	char text[PREFIX_TEXT];

	snprintf(f->news + n, sizeof(f->news) - n, "%s %s: %s\n", interface,
	    prefix_print(at, text), why != NULL ? why : "there");
}

static const struct addresses_io_ops ops = { on_state, on_placed };

static struct fixture *
start(const char *who)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err;

	f->base = loop_new();
	f->addresses = addresses_new();
	f->io = addresses_io_new(f->base, directory, who, &ops, f, &err);
	assert_non_null(f->io);
	return f;
}

/* As a crash does. */
static void
end(struct fixture *f)
{
	addresses_io_free(f->io);
	addresses_free(f->addresses);
	event_base_free(f->base);
	free(f->why);
	free(f);
}

static void
run(struct fixture *f, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(f->base, &tv);
	event_base_dispatch(f->base);
}

static void
begin(struct fixture *f)
{
	const struct addresses_port *port = addresses_io_port(f->io);

	port->settle(port->arg, f->addresses);
}

static bool
is_idle(struct fixture *f)
{
	const struct addresses_port *port = addresses_io_port(f->io);

	return port->is_idle(port->arg);
}

static void
settle(struct fixture *f)
{
	uint64_t end_at = loop_now() + 15000;

	begin(f);
	while (!is_idle(f)) {
		assert_true(loop_now() < end_at);
		run(f, 1);
	}
}

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static void
want(struct fixture *f, const char *interface, const char *at)
{
	struct prefix p = prefix(at);

	addresses_want(f->addresses, interface, &p);
}

static void
unwant(struct fixture *f, const char *interface, const char *at)
{
	struct prefix p = prefix(at);

	addresses_unwant(f->addresses, interface, &p);
}

static void
leave(struct fixture *f)
{
	addresses_clear(f->addresses);
	settle(f);
	end(f);
}

/* A wire with an end, which is up. */
static void
make_wire(void)
{
	sh("ip link add name wire type veth peer name end && "
	   "ip link set wire up && ip link set end up");
}

static void
cut_wire(void)
{
	sh("ip link del wire");
}

#define AT(interface) "ip -o addr show dev " interface " 2>&1"
#define OWN AT("lbbgp0")
#define NONE "does not exist"

TEST(addresses_come_on_a_link_and_on_an_interface_of_ours_and_go)
{
	struct fixture *f = start("us");

	make_wire();
	want(f, "wire", "192.168.10.15/24");
	want(f, ADDRESSES_OWN, "10.33.192.80");
	want(f, ADDRESSES_OWN, "fd00:33::80");
	settle(f);
	assert_null(f->why);
	HAS(AT("wire"), "inet 192.168.10.15/24");
	HAS("ip route show dev wire", "192.168.10.0/24");
	HAS(OWN, "inet 10.33.192.80/32");
	HAS(OWN, "inet6 fd00:33::80/128");
	HAS("ip route get 10.33.192.80", "local 10.33.192.80");
	HAS("ip link show lbbgp0", ",UP");
	unwant(f, "wire", "192.168.10.15/24");
	settle(f);
	HAS_NOT(AT("wire"), "192.168.10.15");
	leave(f);
	HAS(OWN, NONE);
	cut_wire();
}

/* The subnet of an address stays where it is, whatever its length. */
TEST(an_interface_of_ours_draws_no_subnet_to_itself)
{
	struct fixture *f = start("us");

	want(f, ADDRESSES_OWN, "10.33.192.80/18");
	want(f, ADDRESSES_OWN, "fd00:33::80/64");
	settle(f);
	HAS(OWN, "10.33.192.80/18");
	assert_int_equal(lines("ip route show dev lbbgp0"), 0);
	HAS_NOT("ip -6 route show dev lbbgp0", "fd00:33");
	leave(f);
}

TEST(an_ipv6_address_is_used_at_once_and_not_as_a_source)
{
	struct fixture *f = start("us");

	make_wire();
	sh("sysctl -qw net.ipv6.conf.wire.accept_dad=1");
	want(f, "wire", "fd00::15/64");
	settle(f);
	HAS("ip -6 addr show dev wire", "fd00::15/64");
	HAS_NOT("ip -6 addr show dev wire to fd00::15", "tentative");
	HAS("ip -6 addr show dev wire to fd00::15", "deprecated");
	leave(f);
	cut_wire();
}

/* However busy the machine is; returns how long it took, in ms. */
static uint64_t
await(struct fixture *f, const char *command, const char *part)
{
	uint64_t from = loop_now();

	while (strstr(said(command), part) == NULL) {
		assert_true(loop_now() - from < 10000);
		run(f, 5);
	}
	return loop_now() - from;
}

TEST(what_somebody_removes_is_back_within_100_ms)
{
	uint64_t best = UINT64_MAX;

	make_wire();
	for (unsigned i = 0; i < 5; i++) {
		struct fixture *f = start("us");

		want(f, "wire", "192.168.10.15");
		settle(f);
		sh("ip addr del 192.168.10.15/32 dev wire");
		uint64_t ms = await(f, AT("wire"), "192.168.10.15");

		best = ms < best ? ms : best;
		leave(f);
	}
	assert_true(best < 100);
	cut_wire();
}

TEST(an_interface_of_ours_that_somebody_removes_comes_back)
{
	struct fixture *f = start("us");

	want(f, ADDRESSES_OWN, "10.0.0.1");
	want(f, ADDRESSES_OWN, "fd00::1");
	settle(f);
	sh("ip link del lbbgp0");
	await(f, OWN, "fd00::1");
	await(f, OWN, "10.0.0.1");
	sh("ip link set lbbgp0 down");
	await(f, "ip link show lbbgp0", ",UP");
	await(f, OWN, "fd00::1");
	leave(f);
}

/* Nobody is fought with for ever: the pauses grow. */
TEST(who_removes_again_and_again_gets_longer_pauses)
{
	struct fixture *f = start("us");
	int there = 0;

	want(f, ADDRESSES_OWN, "10.0.0.1");
	settle(f);
	for (int i = 0; i < 20; i++) {
		(void)said("ip addr del 10.0.0.1/32 dev lbbgp0 2>&1");
		run(f, 60);
		there += strstr(said(OWN), "10.0.0.1") != NULL;
	}
	assert_in_range(there, 1, 12);
	leave(f);
}

static void
await_state(struct fixture *f, bool well)
{
	uint64_t until = loop_now() + 15000;

	while ((f->why == NULL) != well) {
		assert_true(loop_now() < until);
		run(f, 5);
	}
}

TEST(an_interface_that_goes_is_told_and_waited_for)
{
	struct fixture *f = start("us");

	want(f, "wire", "192.168.10.15");
	settle(f);
	assert_string_equal(
	    f->why, "wire: 192.168.10.15/32: there is no such interface");
	make_wire();
	await(f, AT("wire"), "192.168.10.15");
	await_state(f, true);
	cut_wire();
	await_state(f, false);
	make_wire();
	await(f, AT("wire"), "192.168.10.15");
	await_state(f, true);
	assert_string_equal(f->news,
	    "wire 192.168.10.15/32: there is no such interface\n"
	    "wire 192.168.10.15/32: there\n"
	    "wire 192.168.10.15/32: there is no such interface\n"
	    "wire 192.168.10.15/32: there\n");
	leave(f);
	cut_wire();
}

TEST(an_interface_that_gets_the_wanted_name_gets_its_addresses)
{
	struct fixture *f = start("us");

	make_wire();
	want(f, "wire", "10.0.0.1");
	want(f, "lan", "10.0.0.2");
	settle(f);
	sh("ip link set wire down && ip link set wire name lan && "
	   "ip link set lan up");
	await(f, AT("lan"), "10.0.0.2");
	HAS_NOT(AT("lan"), "10.0.0.1");
	leave(f);
	sh("ip link del lan");
}

static void
adoption(void)
{
	struct fixture *f = start("first");

	make_wire();
	sh("ip addr add 10.0.0.9/32 dev wire");
	want(f, "wire", "10.0.0.1");
	want(f, "wire", "10.0.0.2");
	want(f, "wire", "fd00::2");
	want(f, "wire", "10.0.0.9");
	want(f, ADDRESSES_OWN, "10.0.0.3");
	want(f, ADDRESSES_OWN, "10.0.0.4");
	settle(f);
	end(f);
	HAS(OWN, "10.0.0.4");
	f = start("second");
	want(f, "wire", "10.0.0.1");
	want(f, ADDRESSES_OWN, "10.0.0.3");
	HAS(AT("wire"), "10.0.0.2");
	settle(f);
	assert_null(f->why);
	HAS(AT("wire"), "10.0.0.1");
	HAS_NOT(AT("wire"), "10.0.0.2");
	HAS_NOT(AT("wire"), "fd00::2");
	HAS(AT("wire"), "10.0.0.9");
	HAS(OWN, "10.0.0.3");
	HAS_NOT(OWN, "10.0.0.4");
	leave(f);
	HAS_NOT(AT("wire"), "10.0.0.1");
	HAS(AT("wire"), "10.0.0.9");
	HAS(OWN, NONE);
	cut_wire();
}

TEST(an_earlier_run_is_adopted_and_what_is_stale_removed)
{
	adoption();
}

TEST(without_protocols_an_earlier_run_is_adopted_by_a_list)
{
	trouble.unlabeled = true;
	adoption();
	trouble.unlabeled = false;
}

TEST(what_others_have_stays)
{
	struct fixture *f = start("us");

	make_wire();
	sh("ip link add name kube-ipvs0 type bridge && "
	   "ip addr add 10.0.0.1/32 dev kube-ipvs0 && "
	   "ip addr add 10.0.0.2/32 dev wire");
	want(f, "kube-ipvs0", "10.0.0.1");
	want(f, "wire", "10.0.0.2");
	want(f, "wire", "10.0.0.3");
	settle(f);
	assert_null(f->why);
	assert_string_equal(f->news,
	    "kube-ipvs0 10.0.0.1/32: there\nwire 10.0.0.2/32: there\n"
	    "wire 10.0.0.3/32: there\n");
	leave(f);
	HAS(AT("kube-ipvs0"), "10.0.0.1");
	HAS(AT("wire"), "10.0.0.2");
	HAS_NOT(AT("wire"), "10.0.0.3");
	sh("ip link del kube-ipvs0");
	cut_wire();
}

TEST(an_operators_own_lbbgp0_is_used_and_stays)
{
	struct fixture *f = start("us");

	sh("ip link add name lbbgp0 type bridge && ip link set lbbgp0 up");
	want(f, ADDRESSES_OWN, "10.0.0.1");
	settle(f);
	HAS(OWN, "10.0.0.1");
	leave(f);
	HAS_NOT(OWN, NONE);
	HAS_NOT(OWN, "10.0.0.1");
	sh("ip link del lbbgp0");
}

/* As when ours was there before the node's own, which is a secondary one then. */
TEST(the_nodes_own_address_stays_when_ours_was_the_first_of_the_subnet)
{
	struct fixture *f = start("us");

	make_wire();
	sh("sysctl -qw net.ipv4.conf.all.promote_secondaries=0 "
	   "net.ipv4.conf.wire.promote_secondaries=0");
	want(f, "wire", "192.168.10.15/24");
	settle(f);
	sh("ip addr add 192.168.10.11/24 dev wire");
	HAS(AT("wire") " | grep 10.11", "secondary");
	leave(f);
	HAS(AT("wire"), "192.168.10.11/24");
	HAS("ip route show dev wire", "192.168.10.0/24");
	cut_wire();
}

static const struct addresses_macvlan router = { .parent = "wire",
	.mac = { 0, 0, 0x5e, 0, 1, 50 } };

TEST(a_macvlan_has_the_mac_of_the_virtual_router)
{
	struct fixture *f = start("us");

	make_wire();
	addresses_want_macvlan(f->addresses, "vrrp.50", &router);
	want(f, "vrrp.50", "192.168.10.15/24");
	settle(f);
	assert_null(f->why);
	HAS("ip -d link show vrrp.50", "vrrp.50@wire");
	HAS("ip -d link show vrrp.50", "00:00:5e:00:01:32");
	HAS("ip -d link show vrrp.50", "macvlan mode private");
	HAS("ip -d link show vrrp.50", ",UP");
	HAS(AT("vrrp.50"), "192.168.10.15/24");
	HAS_NOT(AT("vrrp.50"), "fe80");
	HAS("sysctl -n net.ipv4.conf.vrrp/50.arp_ignore", "1");
	HAS("sysctl -n net.ipv4.conf.vrrp/50.rp_filter", "2");
	cut_wire();
	await(f, AT("vrrp.50"), NONE);
	await_state(f, false);
	make_wire();
	await(f, AT("vrrp.50"), "192.168.10.15/24");
	addresses_want_macvlan(f->addresses, "vrrp.50", NULL);
	unwant(f, "vrrp.50", "192.168.10.15/24");
	settle(f);
	HAS(AT("vrrp.50"), NONE);
	leave(f);
	cut_wire();
}

/* A namespace with the other end of the wire; the caller ends its process. */
static int
make_client(void)
{
	int pid = atoi(said("unshare -n sh -c 'echo $$; exec >&- sleep 60' &"));
	char command[256];

	assert_true(pid > 1);
	snprintf(command, sizeof(command),
	    "ip link set end netns %d && nsenter -t %d -n sh -c "
	    "'ip addr add 192.168.10.99/24 dev end && ip link set end up'",
	    pid, pid);
	sh(command);
	return pid;
}

/* The way back is over the parent: strict filters must not stop that. */
TEST(a_macvlan_is_reached_by_its_mac_and_by_no_other)
{
	struct fixture *f = start("us");
	char command[256];

	make_wire();
	int pid = make_client();

	sh("ip addr add 192.168.10.11/24 dev wire && sysctl -qw "
	   "net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.wire.rp_filter=1 "
	   "net.ipv4.conf.wire.arp_ignore=1 net.ipv4.conf.wire.arp_announce=2");
	addresses_want_macvlan(f->addresses, "vrrp.50", &router);
	want(f, "vrrp.50", "192.168.10.15/24");
	settle(f);
	snprintf(command, sizeof(command),
	    "nsenter -t %d -n bash -c "
	    "'timeout 5 bash -c \"exec 3<>/dev/tcp/192.168.10.15/9\" 2>&1; "
	    "ip neigh'",
	    pid);
	HAS(command, "Connection refused");
	HAS(command, "192.168.10.15 dev end lladdr 00:00:5e:00:01:32");
	HAS("ip route get 192.168.10.99", "dev wire src 192.168.10.11");
	leave(f);
	sh("sysctl -qw net.ipv4.conf.all.rp_filter=0");
	cut_wire(); /* its end goes with the client */
	kill(pid, SIGKILL);
}

TEST(what_the_kernel_refuses_is_told_and_tried_again)
{
	struct fixture *f = start("us");

	make_wire();
	sh("sysctl -qw net.ipv6.conf.wire.disable_ipv6=1");
	want(f, "wire", "fd00::1");
	want(f, "wire", "10.0.0.1");
	settle(f);
	assert_string_equal(f->why, "wire: fd00::1/128: Permission denied");
	HAS(AT("wire"), "10.0.0.1");
	sh("sysctl -qw net.ipv6.conf.wire.disable_ipv6=0");
	await_state(f, true);
	HAS(AT("wire"), "fd00::1");
	leave(f);
	cut_wire();
}

TEST(lost_news_are_made_up_for)
{
	struct fixture *f = start("us");
	char at[32];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(at, sizeof(at), "10.0.%u.%u", i / 100, i % 100);
		want(f, ADDRESSES_OWN, at);
		trouble.lost = i % 50 == 0;
		begin(f);
		run(f, 1);
	}
	trouble.lost = 1;
	sh("ip addr del 10.0.1.7/32 dev lbbgp0");
	run(f, 200);
	settle(f);
	assert_int_equal(trouble.lost, 0);
	assert_null(f->why);
	assert_int_equal(lines("ip -4 -o addr show dev lbbgp0"), 200);
	leave(f);
	HAS(OWN, NONE);
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The longest turn of the loop until all is done, in ms of our own time. */
static double
longest_turn(struct fixture *f)
{
	double longest = 0;

	begin(f);
	for (unsigned turns = 0; !is_idle(f); turns++) {
		double from = cpu_ms();

		assert_true(turns < 5000);
		event_base_loop(f->base, EVLOOP_ONCE);
		longest = cpu_ms() - from > longest ? cpu_ms() - from : longest;
	}
	return longest;
}

TEST(a_thousand_addresses_come_and_go_in_short_turns)
{
	struct fixture *f = start("us");

	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = addr_v4(0x0a000000 + i);
		struct prefix p = prefix_host(&a);

		addresses_want(f->addresses, ADDRESSES_OWN, &p);
	}
	assert_true(longest_turn(f) < 20);
	HAS("ip -4 -o addr show dev lbbgp0 | wc -l", "1000");
	addresses_clear(f->addresses);
	assert_true(longest_turn(f) < 20);
	HAS(OWN, NONE);
	end(f);
}

TEST(of_two_daemons_one_keeps_the_addresses)
{
	struct fixture *first = start("node n1, process 17");
	struct fixture *second = start("node n2, process 18");

	want(first, ADDRESSES_OWN, "10.0.0.1");
	settle(first);
	want(second, ADDRESSES_OWN, "10.0.0.2");
	settle(second);
	HAS(OWN, "10.0.0.1");
	HAS_NOT(OWN, "10.0.0.2");
	assert_non_null(strstr(second->why, "node n1, process 17"));
	leave(second);
	HAS(OWN, "10.0.0.1");
	leave(first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    addresses_come_on_a_link_and_on_an_interface_of_ours_and_go),
		cmocka_unit_test(
		    an_interface_of_ours_draws_no_subnet_to_itself),
		cmocka_unit_test(
		    an_ipv6_address_is_used_at_once_and_not_as_a_source),
		cmocka_unit_test(what_somebody_removes_is_back_within_100_ms),
		cmocka_unit_test(
		    an_interface_of_ours_that_somebody_removes_comes_back),
		cmocka_unit_test(
		    who_removes_again_and_again_gets_longer_pauses),
		cmocka_unit_test(an_interface_that_goes_is_told_and_waited_for),
		cmocka_unit_test(
		    an_interface_that_gets_the_wanted_name_gets_its_addresses),
		cmocka_unit_test(
		    an_earlier_run_is_adopted_and_what_is_stale_removed),
		cmocka_unit_test(
		    without_protocols_an_earlier_run_is_adopted_by_a_list),
		cmocka_unit_test(what_others_have_stays),
		cmocka_unit_test(an_operators_own_lbbgp0_is_used_and_stays),
		cmocka_unit_test(
		    the_nodes_own_address_stays_when_ours_was_the_first_of_the_subnet),
		cmocka_unit_test(a_macvlan_has_the_mac_of_the_virtual_router),
		cmocka_unit_test(
		    a_macvlan_is_reached_by_its_mac_and_by_no_other),
		cmocka_unit_test(
		    what_the_kernel_refuses_is_told_and_tried_again),
		cmocka_unit_test(lost_news_are_made_up_for),
		cmocka_unit_test(
		    a_thousand_addresses_come_and_go_in_short_turns),
		cmocka_unit_test(of_two_daemons_one_keeps_the_addresses),
	};

	if (!netns_enter())
		return 1;
	if (mkdtemp(directory) == NULL) {
		puts("Bail out! no directory for locks");
		return 1;
	}
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];

	/* Empty: who holds a lock removes its file, and a list is empty in the end. */
	snprintf(command, sizeof(command), "rmdir %s", directory);
	return system(command) == 0 ? rc : 1;
}
