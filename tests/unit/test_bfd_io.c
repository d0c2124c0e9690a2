/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real thread and sockets, in a network of the test's own. A session with 127.0.0.1
 * hears itself: that is enough to come up. Another end is a socket of the test.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/bfd/bfd.h"
#include "bgpd/bfd/bfd_io.h"
#include "bgpd/bfd/bfd_kept_io.h"
#include "bgpd/bfd/bfd_socket_io.h"
#include "bgpd/run/run_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

static struct event_base *base;
static struct bfd_io *io;
static const struct bfd_port *port;
static unsigned ups, falls;
static char dir[] = "/tmp/bfd-XXXXXX";

static void
on_news(void *arg, const struct bfd_news *news)
{
	(void)arg;
	assert_int_equal(news->id, 1);
	ups += news->state == BFD_UP;
	falls += news->fell;
}

static const struct bfd_io_ops ops = { on_news };

static int
begin(void **state)
{
	struct err err = { "" };

	(void)state;
	ups = falls = 0;
	base = loop_new();
	io = bfd_io_new(base, dir, &ops, NULL, &err);
	assert_non_null(io);
	port = bfd_io_port(io);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	bfd_io_free(io);
	event_base_free(base);
	return 0;
}

static struct bfd_config
config(const char *remote)
{
	struct bfd_config c = {
		.id = 1, .min_ttl = 1, .tx_ms = 20, .rx_ms = 20, .mult = 5
	};

	assert_true(scoped_addr_parse(remote, &c.remote));
	return c;
}

static struct bfd_view
look(void)
{
	struct bfd_view v;

	port->view(port->arg, 1, &v);
	return v;
}

static void
run_until(bool (*done)(void))
{
	struct timeval step = { 0, 5000 };

	for (unsigned i = 0; i < 2000 && !done(); i++) {
		event_base_loopexit(base, &step);
		event_base_dispatch(base);
	}
	assert_true(done());
}

static bool
is_up(void)
{
	return ups > 0;
}

static bool
is_quick(void)
{
	return look().tx_us == 20000 && !look().poll;
}

static bool
is_troubled(void)
{
	return look().trouble[0] != '\0';
}

static bool
is_well(void)
{
	return look().trouble[0] == '\0';
}

static unsigned ill, well; /* looks that found it so */

static void
run_for(unsigned ms)
{
	struct timeval step = { 0, 5000 };

	ill = well = 0;
	for (unsigned i = 0; i < ms / 5; i++) {
		event_base_loopexit(base, &step);
		event_base_dispatch(base);
		ill += is_troubled();
		well += is_well();
	}
}

TEST(a_session_comes_up_over_real_sockets)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	run_until(is_quick);
	assert_int_equal(look().state, BFD_UP);
	assert_int_equal(look().detect_us, 100000);
	HAS("ss -Hnlu", ":3784");
	HAS_NOT("ss -Hnlu", ":4784");
	assert_int_equal(falls, 0);
}

TEST(one_over_several_hops_has_a_port_of_its_own)
{
	struct bfd_config c = config("::1");

	c.multihop = true;
	port->set(port->arg, &c);
	run_until(is_up);
	HAS("ss -Hnlu", "[::]:4784");
	HAS_NOT("ss -Hnlu", ":3784");
}

TEST(a_peer_on_our_link_is_one_hop_away)
{
	struct bfd_config c = config("127.0.0.1");

	c.by_link = true;
	port->set(port->arg, &c);
	assert_false(look().config.multihop);
	port->unset(port->arg, 1);
	c = config("10.99.0.1");
	c.by_link = true;
	port->set(port->arg, &c);
	assert_true(look().config.multihop);
}

static bool
is_near(void)
{
	return !look().config.multihop;
}

static bool
is_far(void)
{
	return look().config.multihop;
}

TEST(an_address_that_comes_late_puts_the_peer_on_our_link)
{
	struct bfd_config c = config("192.0.2.1");

	c.by_link = true;
	port->set(port->arg, &c);
	assert_true(is_far());
	HAS("ss -Hnlu", ":4784");
	sh("ip link add d0 type veth peer name d1 && ip link set d0 up && "
	   "ip address add 192.0.2.9/24 dev d0");
	run_until(is_near);
	HAS("ss -Hnlu", ":3784");
	HAS_NOT("ss -Hnlu", ":4784");
	sh("ip link del d0");
	run_until(is_far);
}

TEST(what_is_unset_is_gone_with_its_sockets)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	port->unset(port->arg, 1);
	assert_false(look().known);
	assert_int_equal(lines("ss -Hnlu"), 0);
	assert_int_equal(falls, 0);
}

TEST(without_a_way_it_says_so_until_there_is_one)
{
	struct bfd_config c = config("192.0.2.1");

	port->set(port->arg, &c);
	run_until(is_troubled);
	assert_non_null(strstr(look().trouble, "nothing can be sent"));
	sh("ip link add d0 type veth peer name d1 && ip link set d0 up && "
	   "ip address add 192.0.2.9/24 dev d0");
	run_until(is_well);
	sh("ip link del d0");
	run_until(is_troubled);
}

/* A filter of the node's own; connect() knows nothing of it. */
TEST(what_the_node_may_not_send_is_trouble_until_it_may)
{
	struct bfd_config c = config("127.0.0.1");

	sh("iptables -A OUTPUT -p udp --dport 3784 -j DROP");
	port->set(port->arg, &c);
	run_until(is_troubled);
	run_for(2500);
	assert_int_equal(well, 0);
	assert_non_null(strstr(look().trouble, "not permitted"));
	sh("iptables -F OUTPUT");
	run_until(is_well);
	run_until(is_up);
}

/* It says so by ICMP to each, as of a port where nobody listens. */
TEST(what_a_firewall_refuses_goes_out_all_the_same)
{
	struct bfd_config c = config("127.0.0.1");

	sh("iptables -A INPUT -p udp --dport 3784 -j REJECT "
	   "--reject-with icmp-admin-prohibited");
	port->set(port->arg, &c);
	run_for(2500);
	assert_int_equal(ill, 0);
	sh("iptables -F INPUT");
}

TEST(an_interface_that_is_missing_is_named)
{
	struct bfd_config c = config("fe80::1%nope0");

	port->set(port->arg, &c);
	assert_string_equal(look().trouble, "there is no interface nope0");
}

TEST(a_port_that_somebody_has_is_told)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(BFD_SINGLE_HOP) };
	struct bfd_config c = config("127.0.0.1");
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	port->set(port->arg, &c);
	assert_non_null(strstr(look().trouble, "another BFD runs"));
	close(fd);
	run_until(is_up);
}

/* How far a packet has come is the kernel's word, not the packet's. */
static struct bfd_totals
totals_after(int ttl)
{
	static const uint8_t packet[] = { 0x20, 0x40, 3, 24, 0, 0, 0, 7, 0, 0,
		0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(BFD_SINGLE_HOP) };
	struct bfd_totals t;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	for (unsigned i = 0; i < 1000; i++) {
		sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to,
		    sizeof(to));
		usleep(100);
	}
	close(fd);
	usleep(50000);
	port->totals(port->arg, &t);
	return t;
}

TEST(packets_from_far_away_are_refused_and_counted)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	assert_int_equal(totals_after(254).refused[BFD_BAD_TTL], 1000);
	assert_int_equal(falls, 0);
}

TEST(the_end_is_said_before_it_returns)
{
	struct bfd_config c = config("127.0.0.1");
	struct bfd_totals before, after;

	port->set(port->arg, &c);
	run_until(is_up);
	port->totals(port->arg, &before);
	port->admin_down_all(port->arg);
	port->totals(port->arg, &after);
	assert_true(after.sent > before.sent);
	port->set(port->arg, &c);
	assert_false(look().known);
}

static char *
kept_path(void)
{
	return run_path(dir, "bfd");
}

static void
restart(void)
{
	end(NULL);
	begin(NULL);
}

TEST(the_next_run_goes_on_where_this_one_ended)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine, yours = look().yours;

	port->hold_all(port->arg);
	restart();
	port->set(port->arg, &c);
	assert_int_equal(look().state, BFD_UP);
	assert_int_equal(look().mine, mine);
	assert_int_equal(look().yours, yours);
	assert_int_equal(ups, 0);
	run_until(is_up);
	run_until(is_quick);
	assert_int_equal(look().mine, mine);
	assert_int_equal(falls, 0);
}

/* It was ended before it knew of any peer. */
TEST(a_run_without_sessions_leaves_them_to_the_next)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine;

	port->hold_all(port->arg);
	restart();
	port->hold_all(port->arg);
	restart(); /* as after a crash */
	restart();
	port->set(port->arg, &c);
	assert_int_equal(look().mine, mine);
	port->hold_all(port->arg); /* not heard of yet */
	restart();
	port->set(port->arg, &c);
	assert_int_equal(look().mine, mine);
	restart();
	port->set(port->arg, &c);
	assert_int_not_equal(look().mine, mine);
}

TEST(who_cannot_go_on_asks_nobody_to_wait)
{
	struct bfd_config c = config("127.0.0.1");
	char *path = kept_path();

	port->set(port->arg, &c);
	run_until(is_up);
	assert_int_equal(unlink(path), 0);
	port->hold_all(port->arg);
	assert_false(look().known); /* AdminDown, not held */
	free(path);
}

/* The port that the session sends from, as the kernel knows it; 0: none. */
static unsigned
source(void)
{
	FILE *f = popen("ss -Hnu dst :3784", "r");
	unsigned from = 0;

	assert_non_null(f);
	assert_true(fscanf(f, "%*s %*s %*[0-9.]:%u", &from) >= 0);
	pclose(f);
	return from;
}

/* RFC 5881 4. */
TEST(a_session_keeps_its_port_over_a_restart)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	unsigned from = source();

	assert_true(from >= 49152);
	port->hold_all(port->arg);
	restart();
	port->set(port->arg, &c);
	assert_int_equal(source(), from);
}

TEST(a_session_keeps_its_port_when_its_socket_is_opened_anew)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	unsigned from = source();

	sh("iptables -A OUTPUT -p udp --dport 3784 -j DROP");
	run_until(is_troubled);
	run_for(1500);
	assert_int_equal(source(), from);
	sh("iptables -F OUTPUT");
	run_until(is_well);
	assert_int_equal(source(), from);
}

/* What comes in as UDP, with the headers of IP and UDP before it. */
static int
tap(void)
{
	struct timeval limit = { 2, 0 };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);

	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	return fd;
}

TEST(who_has_no_peer_in_the_next_run_is_told_that)
{
	struct bfd_config c = config("127.0.0.1");
	uint8_t p[64];

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine, yours = look().yours;
	unsigned from = source();

	port->hold_all(port->arg);
	restart();
	int fd = tap();

	port->resumed_all(port->arg);
	assert_int_equal(recv(fd, p, sizeof(p), 0), 20 + 8 + BFD_LENGTH);
	close(fd);
	assert_int_equal(p[20] << 8 | p[21], from);
	assert_int_equal(p[29] >> 6, BFD_ADMIN_DOWN);
	assert_int_equal(
	    (uint32_t)p[36] << 24 | p[37] << 16 | p[38] << 8 | p[39], yours);
	port->set(port->arg, &c);
	assert_int_not_equal(look().mine, mine);
}

TEST(who_has_a_peer_is_not)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	port->hold_all(port->arg);
	restart();
	port->set(port->arg, &c);
	port->resumed_all(port->arg);
	assert_int_equal(look().state, BFD_UP);
	run_until(is_up);
	assert_int_equal(falls, 0);
}

TEST(who_left_for_good_begins_anew)
{
	struct bfd_config c = config("127.0.0.1");
	char *path = kept_path();

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine;

	assert_int_equal(access(path, F_OK), 0);
	port->admin_down_all(port->arg);
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
	restart();
	port->set(port->arg, &c);
	assert_int_not_equal(look().mine, mine);
}

TEST(who_leaves_for_good_after_all_begins_anew)
{
	struct bfd_config c = config("127.0.0.1");
	struct bfd_totals before, after;

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine;

	port->hold_all(port->arg);
	port->totals(port->arg, &before);
	port->admin_down_all(port->arg);
	port->totals(port->arg, &after);
	assert_true(after.sent > before.sent);
	restart();
	port->set(port->arg, &c);
	assert_int_not_equal(look().mine, mine);
}

TEST(another_road_is_not_the_one_of_before)
{
	struct bfd_config c = config("127.0.0.1");

	port->set(port->arg, &c);
	run_until(is_up);
	uint32_t mine = look().mine;

	port->hold_all(port->arg);
	restart();
	c.multihop = true;
	port->set(port->arg, &c);
	assert_int_not_equal(look().mine, mine);
}

#define NOW 1000000 /* us */

static char boot[RUN_BOOT],
    other_boot[] = "11f1c1a6-36b4-46b8-a0b2-5a1a6a1c9b0e";
static struct bfd_kept_file *file;

/* Put there behind the back of who has it open. */
static void
put(const char *text)
{
	char *path = kept_path();
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

static int
file_begin(void **state)
{
	struct err err;

	(void)state;
	file = bfd_kept_open(dir, &err);
	return file != NULL && run_boot("", boot, &err) ? 0 : -1;
}

static int
file_end(void **state)
{
	(void)state;
	put("");
	bfd_kept_close(file);
	return 0;
}

/* Taken at that time; says why not, "": there is nothing. */
static const char *
refusal(uint64_t now)
{
	static struct err err;
	size_t n;

	assert_null(bfd_kept_take(file, &n, now, &err));
	assert_int_equal(n, 0);
	return err.text;
}

/* HEAD stands for what is before the time, of this boot. */
static void
put_head(const char *rest)
{
	char text[200];

	snprintf(text, sizeof(text), "lbbgp bfd 2 %s %s", boot, rest);
	put(text);
}

static bool
is_taken(uint64_t now)
{
	struct err err;
	size_t n;
	struct bfd_kept *kept = bfd_kept_take(file, &n, now, &err);
	bool taken = n == 1 && kept[0].mine == 5 && kept[0].yours == 6 &&
	    kept[0].source == 7;

	assert_string_equal(err.text, "");
	free(kept);
	return taken;
}

TEST(what_was_kept_is_taken_once)
{
	put_head("0 1\n127.0.0.1 - 0 5 6 7\n");
	assert_true(is_taken(NOW));
	assert_string_equal(refusal(NOW), "");
}

/* What somebody else has written there, or another version of the daemon. */
TEST(a_file_that_says_something_else_says_why)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "0 2\n127.0.0.1 - 0 5 6 7\n", "line 3: no session" },
		{ "0 1\n127.0.0.1 - 0 0 6 7\n", "line 2: no session" },
		{ "0 1\n127.0.0.1 - 0 5 6\n", "line 2: no session" },
		{ "0 1\n127.0.0.1 x 0 5 6 7\n", "line 2: no session" },
		{ "0 0\n", "0 sessions: not 1..4096" },
		{ "0 9999999\n", "9999999 sessions: not 1..4096" },
		{ "18446744073709551615 1\n127.0.0.1 - 0 5 6 7\n",
		    "of a time to come" },
		{ "x", "not \"lbbgp bfd 2 BOOT TIME COUNT\"" },
	};
	char *path = kept_path();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *want = xasprintf("%s: %s", path, rows[i].why);

		put_head(rows[i].text);
		assert_string_equal(refusal(NOW), want);
		free(want);
		assert_string_equal(refusal(NOW), "");
	}
	put("lbbgp bfd 1 0 1\n127.0.0.1 - 0 5 6 7\n");
	assert_non_null(strstr(refusal(NOW), ": not \"lbbgp bfd 2 BOOT"));
	free(path);
}

TEST(a_file_of_long_ago_is_refused)
{
	put_head("0 1\n127.0.0.1 - 0 5 6 7\n");
	assert_non_null(strstr(refusal((uint64_t)BFD_HOLD * 1000),
	    ": 255 s old, peers waited for 255 s"));
	put_head("0 1\n127.0.0.1 - 0 5 6 7\n");
	assert_true(is_taken((uint64_t)BFD_HOLD * 1000 - 1));
}

/* Its clock began anew: a time of it says nothing. */
TEST(a_file_of_another_boot_is_refused)
{
	char *text =
	    xasprintf("lbbgp bfd 2 %s 0 1\n127.0.0.1 - 0 5 6 7\n", other_boot);
	char *want = xasprintf(": of boot %s, this is %s", other_boot, boot);

	put(text);
	assert_non_null(strstr(refusal(NOW), want));
	free(text);
	free(want);
}

/* Discriminators of somebody else's would be taken for ours. */
TEST(a_file_that_is_not_ours_alone_is_not_opened)
{
	struct err err;
	char *path = kept_path();

	assert_int_equal(chmod(path, 0620), 0);
	assert_null(bfd_kept_open(dir, &err));
	assert_non_null(strstr(err.text, ": mode 0620: others have rights"));
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

TEST(the_thread_keeps_no_capability)
{
	bfd_io_lock_down(io);
	assert_int_equal(
	    lines("for t in /proc/$PPID/task/*; do grep -q '^bfd$' $t/comm && "
		  "grep '^CapPrm:.*0000000000000000' $t/status; done"),
	    1);
}

/* Where the test may have it. */
TEST(the_thread_is_served_before_others)
{
	struct bfd_totals t;

	port->totals(port->arg, &t);
	if (t.real_time)
		HAS("for t in /proc/$PPID/task/*; do grep -q '^bfd$' $t/comm "
		    "&& chrt -p ${t##*/}; done",
		    "SCHED_RR");
	else
		assert_non_null(strstr(t.trouble, "CAP_SYS_NICE"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(a_session_comes_up_over_real_sockets),
		T(one_over_several_hops_has_a_port_of_its_own),
		T(a_peer_on_our_link_is_one_hop_away),
		T(an_address_that_comes_late_puts_the_peer_on_our_link),
		T(what_is_unset_is_gone_with_its_sockets),
		T(without_a_way_it_says_so_until_there_is_one),
		T(what_the_node_may_not_send_is_trouble_until_it_may),
		T(what_a_firewall_refuses_goes_out_all_the_same),
		T(an_interface_that_is_missing_is_named),
		T(a_port_that_somebody_has_is_told),
		T(packets_from_far_away_are_refused_and_counted),
		T(the_end_is_said_before_it_returns),
		T(the_next_run_goes_on_where_this_one_ended),
		T(a_run_without_sessions_leaves_them_to_the_next),
		T(who_cannot_go_on_asks_nobody_to_wait),
		T(a_session_keeps_its_port_over_a_restart),
		T(a_session_keeps_its_port_when_its_socket_is_opened_anew),
		T(who_has_no_peer_in_the_next_run_is_told_that),
		T(who_has_a_peer_is_not),
		T(who_left_for_good_begins_anew),
		T(who_leaves_for_good_after_all_begins_anew),
		T(another_road_is_not_the_one_of_before),
		T(the_thread_keeps_no_capability),
		T(the_thread_is_served_before_others),
#undef T
#define T(name) cmocka_unit_test_setup_teardown(name, file_begin, file_end)
		T(what_was_kept_is_taken_once),
		T(a_file_that_says_something_else_says_why),
		T(a_file_of_long_ago_is_refused),
		T(a_file_of_another_boot_is_refused),
		T(a_file_that_is_not_ours_alone_is_not_opened),
#undef T
	};

	log_set_level(LOG_LEVEL_ERROR);
	if (!netns_enter())
		return EXIT_FAILURE;
	sh("ip link set lo up");
	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char *remove = xasprintf("rm -r %s", dir);

	sh(remove);
	free(remove);
	return failed;
}
