/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_io against the kernel, in a network namespace of its own.
 */
#include <errno.h>
#include <event2/event.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_io.h"
#include "bgpd/kernel/guard_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

struct fixture {
	struct event_base *base;
	struct guard *guard;
	struct guard_io *io;
	char *why; /* owned; as told, NULL: in place */
};

/* What happens to the next answers of the kernel. */
static struct {
	unsigned lost;        /* so many don't come, and ENOBUFS says so */
	unsigned interrupted; /* so many are of a dump that missed its rules */
	unsigned refused;     /* so many dumps of rules are */
} trouble;

/* In the place of libc's. */
ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
	ssize_t n = recvfrom(fd, buffer, size, flags, NULL, NULL);
	struct nlmsghdr *h = buffer;

	if (n > 0 && trouble.lost > 0) {
		trouble.lost--;
		errno = ENOBUFS;
		return -1;
	}
	if (n > 0 && trouble.interrupted > 0 && h->nlmsg_type == RTM_NEWRULE) {
		trouble.interrupted--;
		for (int left = (int)n; NLMSG_OK(h, (unsigned)left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == RTM_NEWRULE)
				h->nlmsg_type = NLMSG_NOOP;
			h->nlmsg_flags |= NLM_F_DUMP_INTR;
		}
	}
	if (n > 0 && trouble.refused > 0 && h->nlmsg_type == RTM_NEWRULE) {
		struct nlmsgerr *e = NLMSG_DATA(h);

		trouble.refused--;
		h->nlmsg_type = NLMSG_ERROR;
		h->nlmsg_len = NLMSG_LENGTH(sizeof(*e));
		e->error = -EPERM;
		return NLMSG_ALIGN(h->nlmsg_len);
	}
	return n;
}

static time_t skipped; /* s, by all clocks */

/* In the place of libc's. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += skipped;
	return rc;
}

static char locks[] = "/tmp/test_guard_io.XXXXXX";

static void
on_state(void *arg, const char *why)
{
	struct fixture *f = arg;

	free(f->why);
	f->why = xstrdup(why);
}

static const struct guard_io_ops ops = { .state = on_state };

static struct fixture *
start(const char *who)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err;

	f->base = event_base_new();
	f->guard = guard_new();
	f->io = guard_io_new(f->base, locks, who, &ops, f, &err);
	assert_non_null(f->io);
	return f;
}

/* As a crash does. */
static void
end(struct fixture *f)
{
	guard_io_free(f->io);
	guard_free(f->guard);
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
on_alarm(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* One turn of the loop, which does not wait for long. */
static void
turn(struct fixture *f)
{
	struct timeval second = { 1, 0 };
	struct event *alarm = evtimer_new(f->base, on_alarm, NULL);

	event_add(alarm, &second);
	event_base_loop(f->base, EVLOOP_ONCE);
	event_free(alarm);
}

static bool
is_idle(struct fixture *f)
{
	const struct guard_port *port = guard_io_port(f->io);

	return port->is_idle(port->arg);
}

static void
begin(struct fixture *f)
{
	const struct guard_port *port = guard_io_port(f->io);

	port->settle(port->arg, f->guard);
}

static void
settle(struct fixture *f)
{
	time_t end = time(NULL) + 5;

	begin(f);
	while (!is_idle(f)) {
		assert_true(time(NULL) < end);
		turn(f);
	}
}

/* What was wrong is over at one of the next tries, every 5 s. */
static void
await_well(struct fixture *f)
{
	time_t end = time(NULL) + 15;

	while (f->why != NULL) {
		assert_true(time(NULL) < end);
		turn(f);
	}
	settle(f);
}

static void
want(struct fixture *f, const char *text, bool wanted)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	guard_want(f->guard, &p, wanted);
}

/* CIDRs of a length, the first one at 11.0.0.0. */
static void
want_many(struct fixture *f, uint32_t n, unsigned len, bool wanted)
{
	for (uint32_t i = 0; i < n; i++) {
		struct addr a = addr_v4(0x0b000000 + (i << (32 - len)));
		struct prefix p = prefix_of(&a, len);

		guard_want(f->guard, &p, wanted);
	}
}

static void
leave(struct fixture *f)
{
	guard_clear(f->guard);
	settle(f);
	end(f);
}

#define V4 "ip -4 rule show"
#define V6 "ip -6 rule show"
#define OURS                                                             \
	"(ip -4 rule; ip -6 rule; ip -4 route show table all proto 76; " \
	"ip -6 route show table all proto 76) | grep -w 76"

TEST(rules_come_stay_over_a_restart_and_go)
{
	struct fixture *f = start("first");

	want(f, "10.33.192.0/18", true);
	settle(f);
	assert_null(f->why);
	HAS(V4,
	    "32765:\tnot from all iif lo lookup main "
	    "suppress_prefixlength 17 proto 76");
	HAS(V4, "32765:\tnot from all iif lo lookup 76018 proto 76");
	HAS("ip route show table 76018", "unreachable 10.33.192.0/18 proto 76");
	end(f);
	HAS("ip route show table 76018", "10.33.192.0/18");
	f = start("second");
	want(f, "fd00:33::/64", true);
	settle(f);
	HAS_NOT(V4, "proto 76");
	HAS_NOT("ip route show table all proto 76", "10.33.192.0");
	HAS(V6,
	    "32765:\tnot from all iif lo lookup main "
	    "suppress_prefixlength 63 proto 76");
	HAS("ip -6 route show table 76064", "unreachable fd00:33::/64");
	assert_null(f->why);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(packets_for_nobody_are_refused_and_others_are_not)
{
	struct fixture *f = start("us");

	sh("ip link add wire type veth peer name end && ip link set wire up && "
	   "ip link set end up && "
	   "ip addr add 192.0.2.1/24 dev wire && "
	   "ip route add default via 192.0.2.254 && "
	   "ip route add 10.33.195.0/24 dev wire && "
	   "sysctl -qw net.ipv4.ip_forward=1");
	want(f, "10.33.192.0/18", true);
	want(f, "10.60.0.7/32", true);
	settle(f);
#define ROUTE(to) "ip route get " to " from 192.0.2.9 iif wire 2>&1"
	HAS(ROUTE("10.33.193.1"), "No route to host");
	HAS(ROUTE("10.60.0.7"), "No route to host");
	HAS(ROUTE("10.60.0.8"), "via 192.0.2.254");
	HAS(ROUTE("10.33.195.1"), "dev wire");
	HAS("ip route get 10.33.193.1", "via 192.0.2.254");
	sh("ip route add 10.60.0.7/32 dev wire");
	HAS(ROUTE("10.60.0.7"), "dev wire");
	leave(f);
	HAS(ROUTE("10.33.193.1"), "via 192.0.2.254");
	sh("ip link del wire");
}

TEST(what_somebody_deletes_comes_back)
{
	struct fixture *f = start("us");

	want(f, "10.0.0.0/8", true);
	want(f, "fd00::1/128", true);
	want_many(f, 1000, 24, true);
	settle(f);
	sh("ip rule del priority 32765 table 76024");
	sh("ip route flush table 76008");
	sh("ip route flush table 76024");
	sh("ip -6 route del unreachable fd00::1 table 76128");
	run(f, 500);
	HAS(V4, "lookup 76024");
	assert_int_equal(atoi(said("ip route show table 76024 | wc -l")), 1000);
	assert_int_equal(lines("ip route show table 76008"), 1);
	HAS("ip -6 route show table 76128", "fd00::1");
	assert_int_equal(lines(V4), 3 + 4);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

/* systemd-networkd may take the rules for main and default along. */
TEST(it_comes_back_and_holds_without_the_rule_for_main)
{
	struct fixture *f = start("us");

	sh("ip link add wire type veth peer name end && ip link set wire up && "
	   "ip link set end up && ip addr add 192.0.2.1/24 dev wire && "
	   "ip route add 10.33.195.0/24 dev wire");
	want(f, "10.33.192.0/18", true);
	settle(f);
	sh("ip rule flush");
	run(f, 500);
	assert_int_equal(lines(V4), 1 + 2);
	HAS(ROUTE("10.33.193.1"), "No route to host");
	HAS(ROUTE("10.33.195.1"), "dev wire");
	leave(f);
	sh("ip rule add priority 32766 lookup main && "
	   "ip rule add priority 32767 lookup default && ip link del wire");
}

TEST(what_others_have_in_our_tables_is_theirs)
{
	struct fixture *f = start("us");

	sh("ip route add unreachable 10.9.0.0/24 table 76024 protocol static");
	want(f, "10.0.0.0/24", true);
	settle(f);
	leave(f);
	HAS("ip route show table 76024", "10.9.0.0/24");
	HAS_NOT("ip route show table 76024", "10.0.0.0/24");
	sh("ip route flush table 76024");
}

/* Nobody is fought with for ever: the pauses grow. */
TEST(who_deletes_again_and_again_gets_longer_pauses)
{
	struct fixture *f = start("us");
	int there = 0;

	want(f, "10.0.0.0/8", true);
	settle(f);
	for (int i = 0; i < 12; i++) {
		(void)said("ip rule del table 76008 2>&1");
		run(f, 200);
		there += strstr(said(V4), "76008") != NULL;
	}
	assert_in_range(there, 1, 9);
	leave(f);
}

/* As systemd-networkd, which is started anew now and then. */
TEST(who_deletes_now_and_then_gets_no_longer_pauses)
{
	struct fixture *f = start("us");

	want(f, "10.0.0.0/8", true);
	settle(f);
	for (int i = 0; i < 6; i++) {
		sh("ip rule del table 76008");
		run(f, 400);
		HAS(V4, "76008");
		skipped += 30;
	}
	leave(f);
}

TEST(lost_answers_are_made_up_for)
{
	struct fixture *f = start("us");

	want_many(f, 300, 24, true);
	for (unsigned i = 0; i < 4; i++) {
		trouble.lost = 1;
		settle(f);
		want_many(f, 300 + 100 * i, 28, true);
	}
	settle(f);
	assert_int_equal(trouble.lost, 0);
	assert_int_equal(atoi(said("ip route show table 76028 | wc -l")), 600);
	assert_int_equal(atoi(said("ip route show table 76024 | wc -l")), 300);
	assert_int_equal(lines(V4), 3 + 4);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(a_dump_that_was_interrupted_is_asked_for_again)
{
	struct fixture *f = start("first");

	want(f, "10.0.0.0/8", true);
	settle(f);
	end(f);
	f = start("second");
	want(f, "10.0.0.0/8", true);
	trouble.interrupted = 1;
	settle(f);
	assert_int_equal(trouble.interrupted, 0);
	assert_int_equal(lines(V4), 3 + 2);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(a_dump_that_is_refused_is_told_and_tried_again)
{
	struct fixture *f = start("us");

	want(f, "10.0.0.0/8", true);
	trouble.refused = 1;
	settle(f);
	assert_int_equal(trouble.refused, 0);
	assert_non_null(f->why);
	assert_string_equal(
	    f->why, "netlink: rules are not told: Operation not permitted");
	await_well(f);
	assert_int_equal(lines(V4), 3 + 2);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

/* As IPv6 is where it is switched off; here it is a length that no prefix has. */
TEST(a_cidr_that_the_kernel_refuses_does_not_hurt_the_others)
{
	struct fixture *f = start("us");
	struct prefix bad = { .addr = addr_v4(0x0a000000), .len = 77 };

	want(f, "12.0.0.0/8", true);
	settle(f);
	want(f, "12.0.0.0/8", false);
	want(f, "11.0.0.0/8", true);
	guard_want(f->guard, &bad, true);
	settle(f);
	assert_string_equal(f->why, "10.0.0.0/77: Invalid argument");
	HAS("ip route show table 76008", "unreachable 11.0.0.0/8");
	HAS_NOT("ip route show table 76008", "12.0.0.0/8");
	guard_want(f->guard, &bad, false);
	await_well(f);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

/* More than fit a batch. */
TEST(who_leaves_waits_for_all_whatever_was_refused_before)
{
	struct fixture *f = start("us");
	struct prefix bad = { .addr = addr_v4(0x0a000000), .len = 77 };

	want_many(f, 200, 28, true);
	settle(f);
	guard_want(f->guard, &bad, true);
	settle(f);
	assert_non_null(f->why);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(rules_of_earlier_versions_are_taken_over)
{
	for (int i = 0; i < 2; i++) {
		static const char *const to[] = { "10.33.192.0/18",
			"10.44.0.0/16" };
		char command[512];

		snprintf(command, sizeof(command),
		    "ip rule add to %s iif lo goto 32766 priority 32760 protocol 76 && "
		    "ip rule add to %s lookup main suppress_prefixlength %d "
		    "priority 32761 protocol 76 && "
		    "ip rule add to %s unreachable priority 32762 protocol 76",
		    to[i], to[i], i == 0 ? 17 : 15, to[i]);
		sh(command);
	}
	struct fixture *f = start("new");

	want(f, "10.33.192.0/18", true);
	settle(f);
	assert_int_equal(lines(V4), 3 + 2);
	HAS(V4, "lookup 76018");
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(rules_that_others_add_at_our_priority_come_first)
{
	struct fixture *f = start("us");

	want(f, "10.0.0.0/8", true);
	settle(f);
	sh("ip rule add from 192.0.2.0/24 lookup 100 priority 32765");
	run(f, 400);
	assert_int_equal(lines(V4 " | grep -A2 'lookup 100' | grep -w 76"), 2);
	sh("ip rule del priority 32765 lookup 100");
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

TEST(thousands_of_cidrs_never_hold_the_loop)
{
	struct fixture *f = start("us");
	double longest = 0;

	want_many(f, 5000, 28, true);
	begin(f);
	for (unsigned turns = 0; !is_idle(f); turns++) {
		double from = cpu_ms();

		assert_true(turns < 2000);
		event_base_loop(f->base, EVLOOP_ONCE);
		longest = cpu_ms() - from > longest ? cpu_ms() - from : longest;
	}
	assert_true(longest < 10);
	assert_int_equal(atoi(said("ip route show table 76028 | wc -l")), 5000);
	leave(f);
	assert_int_equal(lines(OURS), 0);
}

TEST(of_two_daemons_one_keeps_the_guard)
{
	struct fixture *first = start("node n1, process 17");
	struct fixture *second = start("node n2, process 18");

	want(first, "10.0.0.0/8", true);
	settle(first);
	want(second, "11.0.0.0/8", true);
	settle(second);
	HAS("ip route show table 76008", "10.0.0.0/8");
	HAS_NOT("ip route show table 76008", "11.0.0.0/8");
	assert_non_null(strstr(second->why, "node n1, process 17"));
	guard_clear(second->guard);
	settle(second);
	HAS("ip route show table 76008", "10.0.0.0/8");
	want(second, "11.0.0.0/8", true);
	end(first);
	await_well(second);
	HAS("ip route show table 76008", "11.0.0.0/8");
	HAS_NOT("ip route show table 76008", "10.0.0.0/8");
	struct fixture *third = start("node n3, process 19");

	want(third, "12.0.0.0/8", true);
	settle(third); /* the first has removed the file that the second had */
	assert_non_null(strstr(third->why, "node n2, process 18"));
	end(third);
	leave(second);
	assert_int_equal(lines(OURS), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_come_stay_over_a_restart_and_go),
		cmocka_unit_test(
		    packets_for_nobody_are_refused_and_others_are_not),
		cmocka_unit_test(what_somebody_deletes_comes_back),
		cmocka_unit_test(
		    it_comes_back_and_holds_without_the_rule_for_main),
		cmocka_unit_test(what_others_have_in_our_tables_is_theirs),
		cmocka_unit_test(
		    who_deletes_again_and_again_gets_longer_pauses),
		cmocka_unit_test(
		    who_deletes_now_and_then_gets_no_longer_pauses),
		cmocka_unit_test(lost_answers_are_made_up_for),
		cmocka_unit_test(
		    a_dump_that_was_interrupted_is_asked_for_again),
		cmocka_unit_test(
		    a_dump_that_is_refused_is_told_and_tried_again),
		cmocka_unit_test(
		    a_cidr_that_the_kernel_refuses_does_not_hurt_the_others),
		cmocka_unit_test(
		    who_leaves_waits_for_all_whatever_was_refused_before),
		cmocka_unit_test(rules_of_earlier_versions_are_taken_over),
		cmocka_unit_test(
		    rules_that_others_add_at_our_priority_come_first),
		cmocka_unit_test(thousands_of_cidrs_never_hold_the_loop),
		cmocka_unit_test(of_two_daemons_one_keeps_the_guard),
	};

	if (!netns_enter())
		return 1;
	if (mkdtemp(locks) == NULL) {
		puts("Bail out! no directory for locks");
		return 1;
	}
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];

	/* Empty: who holds a lock removes its file. */
	snprintf(command, sizeof(command), "rmdir %s", locks);
	return system(command) == 0 ? rc : 1;
}
