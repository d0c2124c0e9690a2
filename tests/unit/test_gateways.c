/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of its default gateways a node has.
 */
#include <string.h>

#include "bgpd/fib/gateways.h"
#include "bgpd/fib/reach.h"
#include "tests/test.h"

static struct gateways *g;

static int
setup(void **state)
{
	(void)state;
	g = gateways_new();
	gateways_link(
	    g, &(struct reach_link){ .index = 2, .up = true, .name = "eth0" });
	gateways_link(
	    g, &(struct reach_link){ .index = 3, .up = true, .name = "eth1" });
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	gateways_free(g);
	return 0;
}

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

/* A route to everything by that. */
static struct reach_route
by(const char *via, int32_t link, uint32_t metric)
{
	struct addr a = addr(via);

	return (struct reach_route){ .prefix.addr.family = a.family,
		.table = TABLE_MAIN,
		.metric = metric,
		.leads = true,
		.n = 1,
		.hops = { { .via = a, .link = link, .weight = 1 } } };
}

static void
add(const char *via, int32_t link, uint32_t metric)
{
	struct reach_route route = by(via, link, metric);

	assert_true(gateways_route(g, &route));
}

static void
assert_found(enum family family, const char *at, const char *zone)
{
	struct gateway found = gateways_find(g, family);
	struct addr a = addr(at);

	assert_true(addr_eq(&found.at.addr, &a));
	assert_string_equal(found.at.zone, zone);
}

TEST(without_a_default_route_there_is_none)
{
	assert_int_equal(
	    gateways_find(g, FAMILY_V4).at.addr.family, FAMILY_NONE);
	add("fe80::1", 2, 1024);
	assert_int_equal(
	    gateways_find(g, FAMILY_V4).at.addr.family, FAMILY_NONE);
	assert_found(FAMILY_V6, "fe80::1", "eth0");
	gateways_forget(g);
	assert_int_equal(
	    gateways_find(g, FAMILY_V6).at.addr.family, FAMILY_NONE);
}

TEST(the_least_metric_wins)
{
	add("10.0.0.1", 2, 100);
	add("10.0.1.1", 3, 50);
	add("10.0.2.1", 3, 200);
	assert_found(FAMILY_V4, "10.0.1.1", "");
	assert_int_equal(gateways_find(g, FAMILY_V4).other.family, FAMILY_NONE);
	assert_true(gateways_use(g, 3));
	assert_false(gateways_use(g, 4));
}

TEST(of_several_with_one_metric_it_is_the_lowest_address)
{
	struct addr other = addr("10.0.0.9");
	struct reach_route route = by("10.0.0.9", 2, 0);

	route.n = 2;
	route.hops[1] = (struct hop){ addr("10.0.0.1"), 3, 1 };
	assert_true(gateways_route(g, &route));
	assert_found(FAMILY_V4, "10.0.0.1", "");
	struct gateway found = gateways_find(g, FAMILY_V4);

	assert_true(addr_eq(&found.other, &other));
}

TEST(what_is_no_way_out_is_none)
{
	struct reach_route route = by("10.0.0.1", 2, 0);

	route.table = 100;
	assert_false(gateways_route(g, &route));
	route = by("10.0.0.1", 2, 0);
	route.prefix.len = 1;
	assert_false(gateways_route(g, &route));
	route = by("10.0.0.1", 2, 0);
	route.leads = false;
	assert_false(gateways_route(g, &route));
	route = by("fe80::1", 2, 0); /* IPv4 by a router of IPv6 */
	route.prefix.addr.family = FAMILY_V4;
	assert_true(gateways_route(g, &route));
	assert_int_equal(
	    gateways_find(g, FAMILY_V4).at.addr.family, FAMILY_NONE);
	route = by("10.0.0.1", 2, 0); /* everybody is on that link */
	route.hops[0].via.family = FAMILY_NONE;
	assert_true(gateways_route(g, &route));
	assert_int_equal(
	    gateways_find(g, FAMILY_V4).at.addr.family, FAMILY_NONE);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(without_a_default_route_there_is_none),
		T(the_least_metric_wins),
		T(of_several_with_one_metric_it_is_the_lowest_address),
		T(what_is_no_way_out_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
