/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole daemon whose peer is its default gateway, or is what its Node says, and that
 * its peer knows by one of two AS numbers.
 */
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/fib/gateways.h"
#include "bgpd/fib/reach.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/bgp.h"
#include "bgpd/wire/open.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define PEER(spec)                                                      \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: r}\n" \
	"spec: {asNumber: 65002, " spec "}\n"
#define NODE(annotations)                                                   \
	"apiVersion: v1\nkind: Node\nmetadata: {name: node1, annotations: " \
	"{" annotations "}}\nstatus: {addresses: [{type: InternalIP, "      \
	"address: 192.0.2.1}]}\n"

/* These are the node's default gateways, each by a lower metric; ended by NULL. */
static void
has(struct sim *s, const char *const *routers)
{
	struct gateways *g = gateways_new();

	for (uint32_t metric = 100; *routers != NULL; routers++, metric--) {
		struct reach_route route = { .table = TABLE_MAIN,
			.metric = metric,
			.leads = true,
			.n = 1 };

		assert_true(addr_parse(*routers, &route.hops[0].via));
		route.prefix.addr.family = route.hops[0].via.family;
		assert_true(gateways_route(g, &route));
	}
	bgpd_gateways(s->bgpd, g);
	gateways_free(g);
	sim_sleep(s, 1000);
}

#define HAS(s, ...) has(s, (const char *const[]){ __VA_ARGS__, NULL })

static const char *
remote(struct sim *s)
{
	static char text[SCOPED_ADDR_TEXT];
	struct scoped_addr at =
	    session_config_remote(session_config(sim_peer(s, "r")->session));

	return scoped_addr_print(&at, text);
}

static const char *
waits_for(struct sim *s)
{
	return session_error(sim_peer(s, "r")->session)->text;
}

TEST(default_gateway_is_dialed_once_there_is_one)
{
	struct sim *s = sim_started();

	assert_false(s->gateways_wanted);
	sim_put(s, PEER("peerIP: gateway"));
	sim_sleep(s, 1000);
	assert_true(s->gateways_wanted);
	assert_non_null(strstr(waits_for(s), "are not known yet"));
	HAS(s, "fe80::1"); /* of IPv6 only */
	assert_non_null(strstr(waits_for(s), "no default gateway of IPv4"));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	HAS(s, "192.0.2.9");
	assert_string_equal(remote(s), "192.0.2.9");
	sim_establish(s, "r");
	sim_drop(s, "BGPPeer", "r");
	sim_sleep(s, 1000);
	assert_false(s->gateways_wanted);
}

TEST(session_follows_the_default_gateway)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("peerIP: gateway"));
	HAS(s, "192.0.2.9");
	sim_establish(s, "r");
	HAS(s, "192.0.2.9", "192.0.2.8"); /* of a lower metric */
	assert_string_equal(remote(s), "192.0.2.8");
	assert_false(sim_is_up(s, "r"));
}

TEST(gateways_that_are_equals_are_told)
{
	struct sim *s = sim_started();
	struct reach_route route = { .prefix.addr.family = FAMILY_V4,
		.table = TABLE_MAIN,
		.leads = true,
		.n = 2,
		.hops = { { .via = addr_v4(0xc0000209) },
		    { .via = addr_v4(0xc0000208) } } };
	struct gateways *g = gateways_new();

	sim_put(s, PEER("peerIP: gateway"));
	gateways_route(g, &route);
	bgpd_gateways(s->bgpd, g);
	gateways_free(g);
	sim_sleep(s, 10000);
	assert_string_equal(remote(s), "192.0.2.8");
	assert_non_null(strstr(sim_condition(s, "PeerDoubtful"),
	    "another default gateway, 192.0.2.9, of the same metric"));
	assert_string_equal(sim_condition(s, "PasswordDoubtful"), "");
}

TEST(session_outlives_the_route_by_which_it_was_found)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("peerIP: gateway"));
	HAS(s, "192.0.2.9");
	sim_establish(s, "r");
	HAS(s, NULL);
	assert_string_equal(remote(s), "192.0.2.9");
	assert_true(sim_is_up(s, "r"));
}

TEST(session_follows_what_the_node_says)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("fromNode: {peerIP: {annotation: lbbgp.io/tor}}"));
	sim_sleep(s, 1000);
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"),
	    "Node node1: metadata.annotations[lbbgp.io/tor]: missing"));
	sim_put(s, NODE("lbbgp.io/tor: 192.0.2.9"));
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	sim_establish(s, "r");
	sim_put(s, NODE("lbbgp.io/tor: 192.0.2.8"));
	sim_sleep(s, 1000);
	assert_string_equal(remote(s), "192.0.2.8");
	sim_put(s, NODE("lbbgp.io/tor: 192.0.2.x"));
	sim_sleep(s, 10000);
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	assert_string_equal(remote(s), "192.0.2.8");
	assert_non_null(strstr(sim_condition(s, "PeerDoubtful"),
	    "lbbgp.io/tor]: 192.0.2.x: not an IP address"));
}

TEST(peer_that_refuses_one_as_number_gets_the_other)
{
	struct sim *s = sim_started();
	struct fake_peer *p;

	sim_put(s,
	    PEER("peerIP: 192.0.2.9, localASNumber: 65009, "
		 "localASNumberOptions: {dualAS: true}"));
	sim_sleep(s, 1000);
	p = sim_peer(s, "r");
	fake_connects(p);
	assert_int_equal(conn_open_sent(p->at->conn)->asn, 65009);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	sim_sleep(s, 10000);
	sim_establish(s, "r");
	assert_int_equal(session_agreed(p->session)->local_as, 65001);
}

int
main(void)
{
#define T(name) cmocka_unit_test_teardown(name, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(default_gateway_is_dialed_once_there_is_one),
		T(session_follows_the_default_gateway),
		T(gateways_that_are_equals_are_told),
		T(session_outlives_the_route_by_which_it_was_found),
		T(session_follows_what_the_node_says),
		T(peer_that_refuses_one_as_number_gets_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
