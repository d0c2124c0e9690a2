/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole daemon with a peer behind an interface: from the router's advertisements to
 * the session, and what of them a session that is up does not heed.
 */
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/link/frame.h"
#include "bgpd/session/session.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define PEER(more)                                                      \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: r}\n" \
	"spec: {interface: eth0, asNumber: 65002" more "}\n"

static struct sim *
started(void)
{
	struct sim *s = sim_started();

	sim_link_up(s);
	sim_put(s, PEER(""));
	sim_sleep(s, 1000);
	return s;
}

/* As from the link; hops: the hop limit. */
static void
advertise_by(struct sim *s, const char *from, uint8_t hops)
{
	struct frame_router r = { .advert = true, .lifetime = 30 };
	struct mac mac = { { 2, 0, 0, 0, 0, 9 } }, to;
	uint8_t out[FRAME_MAX];

	assert_true(addr_parse(from, &r.src));
	assert_true(addr_parse("ff02::1", &r.dst));
	to = frame_group_mac(&r.dst);
	size_t n = frame_put_router(out, &mac, &to, &r);

	out[21] = hops; /* no part of the checksum */
	bgpd_frame(s->bgpd, SIM_LINK, out, n);
	sim_sleep(s, 50);
}

static void
advertise(struct sim *s, const char *from)
{
	advertise_by(s, from, 255);
}

static const char *
remote(struct sim *s)
{
	static char text[SCOPED_ADDR_TEXT];
	struct scoped_addr at =
	    session_config_remote(session_config(sim_peer(s, "r")->session));

	return scoped_addr_print(&at, text);
}

TEST(router_that_advertises_itself_is_dialed)
{
	struct sim *s = started();

	assert_string_equal(sim_listens(s), "192.0.2.1 ::%eth0");
	assert_int_equal(sim_peer(s, "r")->tcps, 0);
	assert_true(s->router_adverts > 0);
	advertise(s, "fe80::9");
	assert_string_equal(remote(s), "fe80::9%eth0");
	assert_int_equal(sim_peer(s, "r")->tcps, 1);
	sim_establish(s, "r");
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
}

TEST(what_a_stranger_far_away_advertises_is_not_heard)
{
	struct sim *s = started();

	advertise_by(s, "fe80::9", 254);
	advertise_by(s, "2001:db8::9", 255);
	assert_int_equal(sim_peer(s, "r")->tcps, 0);
}

/* The hold time says whether it lives; who else is there changes nothing. */
TEST(session_that_is_up_needs_no_advertisements)
{
	struct sim *s = started();

	advertise(s, "fe80::9");
	sim_establish(s, "r");
	for (unsigned i = 0; i < 6; i++) {
		sim_sleep(s, 20000);
		fake_say_keepalive(sim_peer(s, "r"));
		advertise(s, "fe80::8");
	}
	assert_true(sim_is_up(s, "r"));
	assert_string_equal(remote(s), "fe80::9%eth0");
	sim_sleep(s, 90000);
	assert_false(sim_is_up(s, "r"));
	assert_string_equal(remote(s), "fe80::9%eth0");
}

TEST(router_that_was_replaced_is_found_once_its_session_is_down)
{
	struct sim *s = started();

	advertise(s, "fe80::9");
	sim_establish(s, "r");
	sim_sleep(s, 30000);
	advertise(s, "fe80::8");
	sim_sleep(s, 61000);
	assert_false(sim_is_up(s, "r"));
	advertise(s, "fe80::8");
	assert_string_equal(remote(s), "fe80::8%eth0");
	sim_sleep(s, 10000);
	sim_establish(s, "r");
}

TEST(interface_that_is_gone_and_back_finds_its_router_anew)
{
	struct sim *s = started();

	advertise(s, "fe80::9");
	sim_establish(s, "r");
	bgpd_interfaces(s->bgpd, NULL, 0);
	sim_sleep(s, 50);
	assert_false(sim_is_up(s, "r"));
	sim_link_up(s);
	sim_sleep(s, 1000);
	assert_false(sim_is_up(s, "r"));
	advertise(s, "fe80::9");
	sim_sleep(s, 10000);
	sim_establish(s, "r");
}

TEST(nobody_is_told_of_us_where_no_peer_is_wanted)
{
	struct sim *s = started();

	sim_drop(s, "BGPPeer", "r");
	sim_sleep(s, 50);
	s->router_adverts = 0;
	sim_sleep(s, 60000);
	assert_int_equal(s->router_adverts, 0);
	assert_string_equal(sim_listens(s), "192.0.2.1");
}

int
main(void)
{
#define T(name) cmocka_unit_test_teardown(name, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(router_that_advertises_itself_is_dialed),
		T(what_a_stranger_far_away_advertises_is_not_heard),
		T(session_that_is_up_needs_no_advertisements),
		T(router_that_was_replaced_is_found_once_its_session_is_down),
		T(interface_that_is_gone_and_back_finds_its_router_anew),
		T(nobody_is_told_of_us_where_no_peer_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
