/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways_io against the kernel, in a network namespace of its own.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "bgpd/fib/gateways.h"
#include "bgpd/fib/gateways_io.h"
#include "bgpd/fib/gateways_port.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

static struct event_base *base;
static struct gateways_io *io;
static char seen[SCOPED_ADDR_TEXT];
static unsigned looks;
static enum family family;

static void
on_found(void *arg, const struct gateways *g)
{
	struct gateway found = gateways_find(g, family);

	(void)arg;
	seen[0] = '\0';
	if (found.at.addr.family != FAMILY_NONE)
		scoped_addr_print(&found.at, seen);
	looks++;
}

/* For at most that long; until one more look when it is to come. */
static void
run(unsigned ms, bool until_found)
{
	unsigned before = looks;

	for (unsigned i = 0; i < ms / 10 && (!until_found || looks == before);
	     i++) {
		struct timeval tv = { 0, 10000 };

		event_base_loopexit(base, &tv);
		event_base_dispatch(base);
	}
}

static void
start(enum family of)
{
	static const struct gateways_io_ops ops = { .found = on_found };
	struct err err;

	family = of;
	looks = 0;
	base = event_base_new();
	io = gateways_io_new(base, &ops, NULL, &err);
	assert_non_null(io);
	const struct gateways_port *port = gateways_io_port(io);

	run(50, true);
	assert_int_equal(looks, 0); /* nobody wants to know */
	port->watch(port->arg, true);
	run(5000, true);
	assert_int_equal(looks, 1);
}

static void
end(void)
{
	gateways_io_free(io);
	event_base_free(base);
}

static void
becomes(const char *command, const char *text)
{
	sh(command);
	run(5000, true);
	assert_string_equal(seen, text);
}

TEST(default_routes_come_change_and_go)
{
	start(FAMILY_V4);
	assert_string_equal(seen, "");
	becomes("ip route add default via 10.0.1.1 metric 100", "10.0.1.1");
	becomes("ip route add default via 10.0.2.1 metric 50", "10.0.2.1");
	becomes("ip route replace default via 10.0.2.9 metric 50", "10.0.2.9");
	becomes("ip link set eth2 down", "10.0.1.1");
	becomes("ip route del default", "");
	end();
	sh("ip link set eth2 up && ip address replace 10.0.2.2/24 dev eth2");
}

TEST(gateway_of_ipv6_has_its_link)
{
	start(FAMILY_V6);
	becomes("ip -6 route add default via fe80::9 dev eth1", "fe80::9%eth1");
	becomes("ip -6 route del default via fe80::9 dev eth1", "");
	end();
}

TEST(routes_that_are_no_default_are_no_news)
{
	start(FAMILY_V4);
	sh("ip route add 198.51.100.0/24 via 10.0.1.1 && "
	   "ip route del 198.51.100.0/24 via 10.0.1.1");
	sh("ip route add default via 10.0.1.1 proto 77 metric 9999"); /* ours */
	run(300, false);
	assert_int_equal(looks, 1);
	becomes("ip route add default via 10.0.2.1 metric 99999", "10.0.2.1");
	becomes("ip route del default via 10.0.2.1", "");
	sh("ip route del default via 10.0.1.1 proto 77 metric 9999");
	end();
}

TEST(nothing_is_looked_at_for_nobody)
{
	start(FAMILY_V4);
	const struct gateways_port *port = gateways_io_port(io);

	port->watch(port->arg, false);
	sh("ip route add default via 10.0.1.1 && ip route del default");
	run(300, false);
	assert_int_equal(looks, 1);
	port->watch(port->arg, true);
	run(5000, true);
	assert_int_equal(looks, 2);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_routes_come_change_and_go),
		cmocka_unit_test(gateway_of_ipv6_has_its_link),
		cmocka_unit_test(routes_that_are_no_default_are_no_news),
		cmocka_unit_test(nothing_is_looked_at_for_nobody),
	};

	if (!netns_enter())
		return 1;
	sh("ip link add eth1 type veth peer name far1 && "
	   "ip link add eth2 type veth peer name far2 && "
	   "ip address add 10.0.1.2/24 dev eth1 && "
	   "ip address add 10.0.2.2/24 dev eth2 && "
	   "for l in lo eth1 far1 eth2 far2; do ip link set $l up; done");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
