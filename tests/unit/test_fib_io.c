/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_io against the kernel, in a network namespace of its own: two links that lead to
 * routers that are not there, and what iproute2 says of the routes.
 */
#include <errno.h>
#include <event2/event.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/fib/fib.h"
#include "bgpd/fib/fib_io.h"
#include "bgpd/fib/fib_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/netns.h"
#include "tests/unit/routes.h"

enum { PEERS = 4, BROADCAST = 4 };

static const char *const hops[PEERS + 1] = { "", "10.0.1.1", "10.0.2.1",
	"10.9.9.9", "10.0.1.255" };

struct fixture {
	struct event_base *base;
	struct path_table *paths;
	struct rib *rib;
	struct path *path[PEERS + 1], *v6;
	struct fib *fib;
	struct fib_io *io;
	struct fib_settings settings;
	char *why; /* owned; as told, NULL: nothing is refused */
	unsigned n_told;
	bool due;
};

/* Whoever waits for so long waits for a moment. */
static uint64_t hurried;

void __real_loop_arm_in(struct event *, uint64_t ms);
void __wrap_loop_arm_in(struct event *, uint64_t ms);

void
__wrap_loop_arm_in(struct event *timer, uint64_t ms)
{
	__real_loop_arm_in(timer, ms == hurried ? 1 : ms);
}

static unsigned lost; /* so many answers don't come, and ENOBUFS says so */

/* In the place of libc's. */
ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
	ssize_t n = recvfrom(fd, buffer, size, flags, NULL, NULL);

	if (n > 0 && lost > 0) {
		lost--;
		errno = ENOBUFS;
		return -1;
	}
	return n;
}

static char locks[] = "/tmp/test_fib_io.XXXXXX";

static void
on_due(void *arg)
{
	struct fixture *f = arg;

	f->due = true;
}

static const char *
on_zone(void *arg, uint32_t source)
{
	(void)arg;
	(void)source;
	return "eth1";
}

static void
on_judges(void *arg)
{
	(void)arg;
}

static const struct fib_ops fib_ops = {
	.due = on_due, .zone = on_zone, .judges = on_judges
};

static void
on_state(void *arg, const char *why)
{
	struct fixture *f = arg;

	free(f->why);
	f->why = xstrdup(why);
	f->n_told++;
}

static const struct fib_io_ops ops = { .news = on_due, .state = on_state };

static void
born(struct fixture *f)
{
	struct err err;

	f->fib = fib_new(f->rib, 1, &fib_ops, f);
	f->io = fib_io_new(f->base, locks, "test", &ops, f, &err);
	assert_non_null(f->io);
	fib_set(f->fib, &f->settings);
}

static struct fixture *
start(void)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct attrs a;

	f->base = event_base_new();
	f->paths = path_table_new(1);
	f->rib = rib_new(f->paths);
	rib_set_identity(
	    f->rib, &(struct identity){ .asn = 65000, .router_id = 1 });
	for (uint32_t i = 1; i <= PEERS; i++) {
		struct rib_source s = ebgp_source;

		s.router_id = i;
		s.addr = ip(hops[i]);
		rib_add_source(f->rib, i, &s);
		a = heard(VIA_65001, hops[i]);
		f->path[i] = path_intern(f->paths, &a);
	}
	a = heard(VIA_65001, "fe80::1");
	f->v6 = path_intern(f->paths, &a);
	f->settings = (struct fib_settings){
		.table = TABLE_MAIN, .metric = 2048, .max_paths = 4
	};
	born(f);
	return f;
}

static void
die(struct fixture *f)
{
	fib_io_free(f->io);
	fib_free(f->fib);
}

static void
end(struct fixture *f)
{
	die(f);
	for (uint32_t i = 1; i <= PEERS; i++) {
		rib_forget(f->rib, i);
		path_unref(f->path[i]);
	}
	path_unref(f->v6);
	rib_free(f->rib);
	path_table_free(f->paths);
	event_base_free(f->base);
	free(f->why);
	free(f);
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
	const struct fib_port *port = fib_io_port(f->io);
	struct timeval soon = { 0, 50000 };
	struct event *alarm = evtimer_new(f->base, on_alarm, NULL);

	f->due = false;
	(void)fib_run(f->fib, 1000);
	port->settle(port->arg, f->fib);
	event_add(alarm, &soon);
	event_base_loop(f->base, EVLOOP_ONCE);
	event_free(alarm);
}

/* Until the kernel's routes, as ip prints them, say so (or not). */
static void
await(struct fixture *f, const char *command, const char *part, bool there)
{
	time_t limit = time(NULL) + 20;

	while ((strstr(said(command), part) != NULL) != there) {
		if (time(NULL) >= limit)
			fail_msg("%s: %s\n%s", command, part, said(command));
		turn(f);
	}
}

#define MAIN "ip route show table main proto 77"
#define AWAIT(f, command, part) await(f, command, part, true)
#define AWAIT_NOT(f, command, part) await(f, command, part, false)

static void
say(struct fixture *f, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_set(f->rib, source, &p, f->path[source]);
}

static void
unsay(struct fixture *f, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_unset(f->rib, source, &p);
}

#define NET "198.51.100.0/24"
#define ONE NET " via 10.0.1.1 dev eth1 metric 2048"

TEST(routes_come_change_and_go)
{
	struct fixture *f = start();

	say(f, 1, NET);
	AWAIT(f, MAIN, ONE);
	say(f, 2, NET);
	AWAIT(f, MAIN, "nexthop via 10.0.2.1 dev eth2 weight 1");
	AWAIT(f, MAIN, "nexthop via 10.0.1.1 dev eth1 weight 1");
	unsay(f, 2, NET);
	AWAIT(f, MAIN, ONE);
	unsay(f, 1, NET);
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

TEST(hop_behind_a_gateway_of_others_is_reached_by_it)
{
	struct fixture *f = start();

	sh("ip route add 10.9.9.0/24 via 10.0.1.9");
	say(f, 3, NET);
	AWAIT(f, MAIN, NET " via 10.0.1.9 dev eth1");
	sh("ip route del 10.9.9.0/24 via 10.0.1.9");
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

TEST(link_local_hops_of_both_families_lead_out)
{
	struct fixture *f = start();
	struct prefix v6 = pfx("2001:db8:ff::/48"), v4 = pfx(NET);

	rib_set(f->rib, 1, &v6, f->v6);
	rib_set(f->rib, 1, &v4, f->v6); /* RFC 8950 */
	AWAIT(f, "ip -6 route show proto 77",
	    "2001:db8:ff::/48 via fe80::1 dev eth1 metric 2048");
	AWAIT(f, MAIN, NET " via inet6 fe80::1 dev eth1");
	rib_unset(f->rib, 1, &v6);
	rib_unset(f->rib, 1, &v4);
	AWAIT_NOT(f, "ip -6 route show proto 77", "2001");
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

TEST(link_that_goes_takes_its_hop_along_and_brings_it_back)
{
	struct fixture *f = start();

	say(f, 1, NET);
	say(f, 2, NET);
	say(f, 1, "203.0.113.0/24");
	AWAIT(f, MAIN, "nexthop via 10.0.1.1 dev eth1");
	sh("ip link set eth1 down");
	AWAIT(f, MAIN, NET " via 10.0.2.1 dev eth2 metric 2048");
	AWAIT_NOT(f, MAIN, "203.0.113.0/24");
	sh("ip link set eth1 up");
	AWAIT(f, MAIN, "nexthop via 10.0.1.1 dev eth1");
	AWAIT(f, MAIN, "203.0.113.0/24 via 10.0.1.1");
	sh("ip link set peer1 down"); /* no carrier any more */
	AWAIT(f, MAIN, NET " via 10.0.2.1 dev eth2 metric 2048");
	AWAIT_NOT(f, MAIN, "203.0.113.0/24");
	sh("ip link set peer1 up");
	AWAIT(f, MAIN, "203.0.113.0/24 via 10.0.1.1");
	unsay(f, 1, NET);
	unsay(f, 2, NET);
	unsay(f, 1, "203.0.113.0/24");
	AWAIT_NOT(f, MAIN, "via");
	end(f);
}

TEST(address_that_goes_makes_its_hops_unreachable)
{
	struct fixture *f = start();

	say(f, 2, NET);
	AWAIT(f, MAIN, NET);
	sh("ip addr del 10.0.2.2/24 dev eth2");
	AWAIT_NOT(f, MAIN, NET);
	sh("ip addr add 10.0.2.2/24 dev eth2");
	AWAIT(f, MAIN, NET " via 10.0.2.1");
	unsay(f, 2, NET);
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

/*
 * With an interface's last address of IPv4 all IPv4 routes over it go, without a word
 * of them (fib_disable_ip() of Linux): also those that need no such address, and those
 * of others that led to a hop.
 */
TEST(what_went_with_an_address_is_put_back)
{
	struct fixture *f = start();
	struct prefix p = pfx(NET);

	rib_set(f->rib, 1, &p, f->v6);
	AWAIT(f, MAIN, NET " via inet6 fe80::1 dev eth1");
	sh("ip addr del 10.0.1.2/24 dev eth1");
	HAS_NOT(MAIN, NET);
	AWAIT(f, MAIN, NET " via inet6 fe80::1 dev eth1");
	sh("ip addr add 10.0.1.2/24 dev eth1");
	unsay(f, 1, NET);
	AWAIT_NOT(f, MAIN, NET);
	/* It is back before anybody looks. */
	say(f, 2, NET);
	AWAIT(f, MAIN, NET " via 10.0.2.1");
	sh("ip addr del 10.0.2.2/24 dev eth2; ip addr add 10.0.2.2/24 dev "
	   "eth2");
	HAS_NOT(MAIN, NET);
	AWAIT(f, MAIN, NET " via 10.0.2.1");
	unsay(f, 2, NET);
	AWAIT_NOT(f, MAIN, NET);
	sh("ip route add 10.9.9.0/24 via 10.0.1.9");
	say(f, 3, NET);
	AWAIT(f, MAIN, NET " via 10.0.1.9");
	sh("ip addr del 10.0.1.2/24 dev eth1; ip addr add 10.0.1.2/24 dev "
	   "eth1");
	HAS_NOT("ip route show", "10.9.9.0/24");
	while (fib_look_up(f->fib, &p).state != FIB_UNREACHABLE)
		turn(f);
	HAS_NOT(MAIN, NET);
	unsay(f, 3, NET);
	end(f);
}

TEST(nobody_elses_is_touched)
{
	struct fixture *f = start();

	sh("ip route add " NET " via 10.0.1.9 metric 2048 proto static");
	sh("ip route add 203.0.113.0/24 via 10.0.1.9 metric 5 proto static");
	say(f, 2, NET);
	say(f, 2, "203.0.113.0/24");
	AWAIT(f, MAIN, "203.0.113.0/24 via 10.0.2.1");
	AWAIT(f, "ip route show proto static", NET " via 10.0.1.9");
	struct prefix p = pfx(NET);

	assert_int_equal(fib_look_up(f->fib, &p).state, FIB_TAKEN);
	sh("ip route del " NET " via 10.0.1.9 metric 2048");
	AWAIT(f, MAIN, NET " via 10.0.2.1");
	/* One that nobody has heard of yet. */
	sh("ip route add 192.0.2.0/24 via 10.0.1.9 metric 2048 proto static");
	say(f, 2, "192.0.2.0/24");
	turn(f);
	turn(f);
	HAS("ip route show proto static", "192.0.2.0/24 via 10.0.1.9");
	HAS_NOT(MAIN, "192.0.2.0/24");
	unsay(f, 2, "192.0.2.0/24");
	sh("ip route del 192.0.2.0/24");
	/* Ours gives way to who puts his in its place. */
	sh("ip route replace " NET " via 10.0.1.9 metric 2048 proto static");
	AWAIT_NOT(f, MAIN, NET);
	HAS("ip route show proto static", NET " via 10.0.1.9");
	unsay(f, 2, NET);
	unsay(f, 2, "203.0.113.0/24");
	AWAIT_NOT(f, MAIN, "via");
	HAS("ip route show proto static", NET " via 10.0.1.9");
	HAS("ip route show proto static", "203.0.113.0/24 via 10.0.1.9");
	sh("ip route del " NET "; ip route del 203.0.113.0/24");
	end(f);
}

TEST(what_somebody_takes_away_is_back)
{
	struct fixture *f = start();

	say(f, 1, NET);
	AWAIT(f, MAIN, ONE);
	sh("ip route del " NET);
	HAS_NOT(MAIN, NET);
	AWAIT(f, MAIN, ONE);
	unsay(f, 1, NET);
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

static uint64_t
refusals(const struct fixture *f)
{
	return fib_totals(f->fib).refused;
}

/* A router may give a next hop that is the broadcast address of the link. */
TEST(what_is_refused_again_and_again_is_told_once)
{
	struct fixture *f = start();

	hurried = 5000;
	say(f, BROADCAST, NET);
	for (int i = 0; i < 1000 && refusals(f) < 5; i++)
		turn(f);
	assert_in_range(refusals(f), 5, 1000);
	assert_non_null(f->why);
	assert_int_equal(f->n_told, 1);
	unsay(f, BROADCAST, NET);
	for (int i = 0; i < 1000 && f->why != NULL; i++)
		turn(f);
	assert_null(f->why);
	assert_int_equal(f->n_told, 2);
	hurried = 0;
	end(f);
}

TEST(next_run_adopts_what_is_there)
{
	struct fixture *f = start();

	say(f, 1, NET);
	say(f, 2, NET);
	say(f, 1, "203.0.113.0/24");
	AWAIT(f, MAIN, "203.0.113.0/24");
	AWAIT(f, MAIN, "nexthop via 10.0.2.1");
	die(f);
	unsay(f, 1, "203.0.113.0/24");
	f->fib = fib_new(f->rib, 1, &fib_ops, f);
	fib_hold(f->fib);
	struct err err;

	f->io = fib_io_new(f->base, locks, "test", &ops, f, &err);
	fib_set(f->fib, &f->settings);
	struct prefix p = pfx(NET), q = pfx("203.0.113.0/24");

	while (fib_look_up(f->fib, &p).state != FIB_INSTALLED ||
	    fib_look_up(f->fib, &q).state != FIB_HELD)
		turn(f);
	assert_int_equal(fib_totals(f->fib).added, 0);
	assert_int_equal(fib_totals(f->fib).replaced, 0);
	HAS(MAIN, "203.0.113.0/24");
	fib_release(f->fib);
	AWAIT_NOT(f, MAIN, "203.0.113.0/24");
	fib_clear(f->fib);
	AWAIT_NOT(f, MAIN, "via");
	end(f);
}

TEST(other_tables_are_filled_and_cleaned)
{
	struct fixture *f = start();

	say(f, 1, NET);
	AWAIT(f, MAIN, NET);
	f->settings.table = 1000;
	fib_set(f->fib, &f->settings);
	AWAIT(f, "ip route show table 1000", NET " via 10.0.1.1");
	AWAIT_NOT(f, MAIN, NET);
	/* As one that was killed, and is configured otherwise by then. */
	die(f);
	f->settings.table = TABLE_MAIN;
	born(f);
	AWAIT(f, MAIN, NET);
	AWAIT_NOT(f, "ip route show table 1000 2>/dev/null", NET);
	fib_set(f->fib, NULL);
	AWAIT_NOT(f, MAIN, NET);
	end(f);
}

TEST(lost_answers_are_made_up_for)
{
	struct fixture *f = start();

	say(f, 1, "203.0.113.0/24");
	AWAIT(f, MAIN, "203.0.113.0/24");
	lost = 1;
	say(f, 1, NET);
	AWAIT(f, MAIN, NET);
	struct prefix p = pfx(NET);

	while (fib_look_up(f->fib, &p).state != FIB_INSTALLED)
		turn(f);
	lost = 1; /* of news */
	sh("ip link set eth1 down");
	AWAIT_NOT(f, MAIN, "via");
	while (fib_look_up(f->fib, &p).state != FIB_UNREACHABLE)
		turn(f);
	sh("ip link set eth1 up");
	AWAIT(f, MAIN, NET);
	fib_clear(f->fib);
	AWAIT_NOT(f, MAIN, "via");
	end(f);
}

#define MANY 3000

TEST(thousands_of_routes_come_and_go)
{
	struct fixture *f = start();
	char text[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(
		    text, sizeof(text), "172.16.%d.%d/32", i / 256, i % 256);
		say(f, 1, text);
		say(f, 2, text);
	}
	time_t limit = time(NULL) + 20;

	while (fib_count(f->fib)->n[FAMILY_V4][FIB_INSTALLED] < MANY) {
		assert_true(time(NULL) < limit);
		turn(f);
	}
	assert_int_equal(
	    strtol(said("ip -o route show proto 77 | wc -l"), NULL, 10), MANY);
	fib_clear(f->fib);
	AWAIT_NOT(f, MAIN, "via");
	end(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_come_change_and_go),
		cmocka_unit_test(
		    hop_behind_a_gateway_of_others_is_reached_by_it),
		cmocka_unit_test(link_local_hops_of_both_families_lead_out),
		cmocka_unit_test(
		    link_that_goes_takes_its_hop_along_and_brings_it_back),
		cmocka_unit_test(address_that_goes_makes_its_hops_unreachable),
		cmocka_unit_test(what_went_with_an_address_is_put_back),
		cmocka_unit_test(nobody_elses_is_touched),
		cmocka_unit_test(what_somebody_takes_away_is_back),
		cmocka_unit_test(what_is_refused_again_and_again_is_told_once),
		cmocka_unit_test(next_run_adopts_what_is_there),
		cmocka_unit_test(other_tables_are_filled_and_cleaned),
		cmocka_unit_test(lost_answers_are_made_up_for),
		cmocka_unit_test(thousands_of_routes_come_and_go),
	};

	if (!netns_enter())
		return 1;
	if (mkdtemp(locks) == NULL) {
		puts("Bail out! no directory for locks");
		return 1;
	}
	sh("ip link set lo up;"
	   "for i in 1 2; do ip link add eth$i type veth peer name peer$i;"
	   "ip addr add 10.0.$i.2/24 dev eth$i; ip link set peer$i up;"
	   "ip link set eth$i up; done");
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];

	snprintf(command, sizeof(command), "rmdir %s", locks);
	if (system(command) != 0)
		puts("# locks are left");
	return failed;
}
