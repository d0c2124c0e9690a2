/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BMP stations of a whole daemon: who is dialed, and what each is told of sessions and
 * routes, as the words of bmp_words.h.
 */
#include "bgpd/bmp/stations.h"
#include "bgpd/control/bmp_answer.h"
#include "bgpd/control/bmp_metrics.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/wire/bgp.h"
#include "common/err.h"
#include "common/metrics.h"
#include "tests/fake/fake_peer.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"
#include "tests/unit/bmp_words.h"
#include "tests/unit/reply.h"

#define CONFIG(more)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001" more "}\n"
#define STATION(routes) \
	", bmp: [{address: 192.0.2.7, port: 5000, routes: [" routes "]}]"

/* 20.0.0.0/8 by AS 65002. */
#define UPDATE_20 "0000 0014 40010100 40020602010000fdea 400304c0000202 08 14"
#define WITHDRAW_20 "0002 0814 0000"

static struct sim *
sim_configured(const char *config)
{
	struct sim *s = sim_started();

	sim_put(s, config);
	sim_sleep(s, 100);
	return s;
}

/* What waits for the connection. */
static void
assert_told(struct sim *s, uint32_t id, const char *want)
{
	static uint8_t bytes[STATION_ROOM];
	struct stations *all = bgpd_stations(s->bgpd);
	char text[4096] = "";

	for (unsigned i = 0; stations_wait(all, id); i++) {
		struct wbuf out = wbuf_of(bytes, sizeof(bytes));

		assert_true(i < 1000);
		stations_next(all, id, &out, s->now);
		for (struct rbuf r = wbuf_read(&out, 0); r.left > 0;)
			hear_message(text, sizeof(text), &r);
	}
	assert_string_equal(text, want);
}

TEST(sessions_and_their_routes_are_told)
{
	struct sim *s =
	    sim_configured(CONFIG(STATION("PrePolicy, PostPolicy")));

	assert_non_null(strstr(s->ports, "station 1 192.0.2.7 5000\n"));
	struct fake_peer *p = sim_establish(s, "a");

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	assert_told(
	    s, 1, "initiation\nup 65002\npre 65002 end4\npost 65002 end4\n");
	fake_say(p, MSG_UPDATE, UPDATE_20);
	/* It is imported by nobody. */
	assert_told(s, 1, "pre 65002 +20.0.0.0/8\n");
	fake_say(p, MSG_UPDATE, WITHDRAW_20);
	assert_told(s, 1, "pre 65002 -20.0.0.0/8\n");
	fake_say(p, MSG_NOTIFICATION, "06 02 03 627965"); /* "bye" */
	assert_told(s, 1, "down 65002 3 6/2 03627965\n");
	sim_sleep(s, 60000);
	p = sim_establish(s, "a");
	assert_told(s, 1, "up 65002\npre 65002 end4\npost 65002 end4\n");
}

#define FILTER(rule)                                 \
	"apiVersion: lbbgp.io/v1\nkind: BGPFilter\n" \
	"metadata: {name: f}\nspec: {import: [{name: one, " rule "}]}\n"
#define PEER(more)                                 \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: a}\n"                    \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, " more "}\n"
#define FILTERED_PEER PEER("gracefulRestart: {enabled: false}, filters: [f]")

/* The peer has said a route, to a station for both sides of the policy. */
static void
hear_both(struct sim *s, const char *peer)
{
	sim_put(s, peer);
	sim_list_all(s);
	sim_put(s, CONFIG(STATION("PrePolicy, PostPolicy")));
	sim_sleep(s, 100);
	struct fake_peer *p = sim_establish(s, "a");

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	fake_say(p, MSG_UPDATE, UPDATE_20);
}

/* Without a word of the router. */
TEST(what_another_filter_makes_of_a_route_is_told)
{
	struct sim *s = sim_new();

	sim_put(s, FILTER("action: Accept, set: {med: 7}"));
	hear_both(s, FILTERED_PEER);
	assert_told(s, 1,
	    "initiation\nup 65002\n"
	    "pre 65002 +20.0.0.0/8\npost 65002 +20.0.0.0/8 med 7\n"
	    "pre 65002 end4\npost 65002 end4\n");
	sim_put(s, FILTER("action: Accept, set: {med: 8}"));
	sim_sleep(s, 100);
	assert_told(
	    s, 1, "pre 65002 +20.0.0.0/8\npost 65002 +20.0.0.0/8 med 8\n");
	sim_put(s, FILTER("action: Reject"));
	sim_sleep(s, 100);
	assert_told(s, 1, "pre 65002 +20.0.0.0/8\npost 65002 -20.0.0.0/8\n");
	sim_put(s, FILTER("action: Reject, set: {med: 8}"));
	sim_sleep(s, 100);
	assert_told(s, 1, "");
}

/* RFC 7705 3.1, RFC 7854 5 */
TEST(our_own_number_in_front_of_a_path_is_told_behind_the_policy_only)
{
	struct sim *s = sim_new();

	as_paths_are_told = true;
	sim_put(s, FILTER("action: Accept"));
	hear_both(s,
	    PEER("localASNumber: 64999, filters: [f], "
		 "localASNumberOptions: {noPrepend: false}"));
	assert_told(s, 1,
	    "initiation\nup 65002\n"
	    "pre 65002 +20.0.0.0/8 as 65002\n"
	    "post 65002 +20.0.0.0/8 as 64999 65002\n"
	    "pre 65002 end4\npost 65002 end4\n");
	as_paths_are_told = false;
}

TEST(how_a_session_ended_is_told)
{
	struct sim *s = sim_configured(CONFIG(STATION("PostPolicy")));
	struct fake_peer *p = sim_establish(s, "a");

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	assert_told(s, 1, "initiation\nup 65002\npost 65002 end4\n");
	fake_say(p, 9, ""); /* no type of a message */
	assert_told(s, 1, "down 65002 1 1/3 09\n");
	sim_sleep(s, 60000);
	p = sim_establish(s, "a");
	assert_told(s, 1, "up 65002\npost 65002 end4\n");
	fake_hangs_up(p);
	assert_told(s, 1, "down 65002 4\n");
}

/* Who keeps our routes is told nothing. */
TEST(that_we_ended_a_session_in_silence_is_told)
{
	struct sim *s = sim_configured(CONFIG(STATION("PostPolicy")));
	struct fake_peer *p = sim_peer(s, "a");
	struct bgp_open open = fake_open(p);

	open.caps.restart = (struct caps_restart){
		.present = true, .time = 120, .family = { [FAMILY_V4] = true }
	};
	fake_connects(p);
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	assert_told(s, 1, "initiation\nup 65002\npost 65002 end4\n");
	sim_put(s, PEER("holdTime: 30"));
	sim_sleep(s, 30000);
	assert_told(s, 1, "down 65002 2 event 0\n");
}

TEST(the_table_is_told_with_our_own)
{
	struct sim *s = sim_configured(CONFIG(
	    ", serviceClusterIPs: [{cidr: 10.33.128.0/18}]" STATION("LocRIB")));

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	assert_told(s, 1,
	    "initiation\nup 65001\ntable 65001 +10.33.5.0/24\n"
	    "table 65001 +10.33.128.0/18\n"
	    "table 65001 end4\ntable 65001 end6\n");
	sim_put(s, CONFIG(STATION("LocRIB")));
	sim_sleep(s, 100);
	assert_told(s, 1, "table 65001 -10.33.128.0/18\n");
}

TEST(another_configuration_is_another_line)
{
	struct sim *s = sim_configured(CONFIG(STATION("PrePolicy")));

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	s->ports[0] = '\0';
	sim_put(s, CONFIG(STATION("PostPolicy")));
	sim_sleep(s, 100);
	assert_non_null(strstr(s->ports, "station 1 ends\n"));
	assert_non_null(strstr(s->ports, "station 2 192.0.2.7 5000\n"));
	sim_put(s, CONFIG(""));
	sim_sleep(s, 100);
	assert_non_null(strstr(s->ports, "station 2 ends\n"));
}

/* The daemon's own words; owned. */
static json_t *
shown(struct sim *s)
{
	json_t *reply = json_object();
	struct err err;

	assert_true(bmp_answer(bgpd_view(s->bgpd), NULL, reply, &err));
	return reply;
}

TEST(stations_are_shown)
{
	struct sim *s = sim_configured(CONFIG(STATION("PrePolicy")));

	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	json_t *reply = shown(s);

	assert_at(reply, "stations.0.address", "\"192.0.2.7\"");
	assert_at(reply, "stations.0.port", "5000");
	assert_at(reply, "stations.0.state", "\"Connected\"");
	assert_at(reply, "stations.0.message", "null");
	json_decref(reply);
	stations_closed(
	    bgpd_stations(s->bgpd), 1, "it closed the connection", s->now);
	reply = shown(s);
	assert_at(reply, "stations.0.state", "\"Away\"");
	assert_at(reply, "stations.0.message", "\"it closed the connection\"");
	json_decref(reply);
}

static const struct daemon_view *
on_view(void *arg)
{
	struct sim *s = arg;

	return bgpd_view(s->bgpd);
}

TEST(metrics_have_stations)
{
	struct sim *s = sim_configured(CONFIG(STATION("PrePolicy")));
	struct bgpd_metrics numbers = { .view = on_view, .arg = s };
	struct metrics *m = metrics_new();

	bmp_metrics_add(m, &numbers);
	stations_connected(bgpd_stations(s->bgpd), 1, s->now);
	assert_told(s, 1, "initiation\n");
	char *text = metrics_text(m);

#define OF "{address=\"192.0.2.7\",port=\"5000\"} "
	assert_non_null(strstr(text, "lbbgp_bmp_up" OF "1\n"));
	assert_null(strstr(text, "lbbgp_bmp_sent_bytes_total" OF "0\n"));
	assert_non_null(strstr(text, "lbbgp_bmp_waiting_routes" OF "0\n"));
	free(text);
	stations_closed(bgpd_stations(s->bgpd), 1, "it closed", s->now);
	text = metrics_text(m);
	assert_non_null(strstr(text, "lbbgp_bmp_up" OF "0\n"));
	assert_non_null(
	    strstr(text, "lbbgp_bmp_connections_lost_total" OF "1\n"));
	assert_non_null(strstr(text, "lbbgp_bmp_too_slow_total" OF "0\n"));
	free(text);
	metrics_free(m);
}

TEST(one_that_is_away_is_a_condition)
{
	struct sim *s = sim_configured(CONFIG(STATION("PrePolicy")));

	assert_string_equal(sim_condition(s, "BMPStationAway"), "");
	stations_closed(
	    bgpd_stations(s->bgpd), 1, "Connection refused", s->now);
	assert_string_equal(sim_condition(s, "BMPStationAway"),
	    "BMP station 192.0.2.7, port 5000: Connection refused; it is told "
	    "nothing");
	sim_sleep(s, 31000); /* dialed again */
	assert_true(sim_has_written(s, "BMPStationAway"));
	stations_connected(bgpd_stations(s->bgpd), 2, s->now);
	sim_sleep(s, 6000);
	assert_false(sim_has_written(s, "BMPStationAway"));
}

TEST(one_that_is_away_is_dialed_again)
{
	struct sim *s = sim_configured(CONFIG(STATION("PrePolicy")));

	stations_closed(
	    bgpd_stations(s->bgpd), 1, "Connection refused", s->now);
	s->ports[0] = '\0';
	sim_sleep(s, 29000);
	assert_null(strstr(s->ports, "station"));
	sim_sleep(s, 2000);
	assert_non_null(strstr(s->ports, "station 2 192.0.2.7 5000\n"));
}

#define T(name) cmocka_unit_test_teardown(name, sim_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(sessions_and_their_routes_are_told),
		T(what_another_filter_makes_of_a_route_is_told),
		T(our_own_number_in_front_of_a_path_is_told_behind_the_policy_only),
		T(how_a_session_ended_is_told),
		T(that_we_ended_a_session_in_silence_is_told),
		T(the_table_is_told_with_our_own),
		T(another_configuration_is_another_line),
		T(stations_are_shown),
		T(metrics_have_stations),
		T(one_that_is_away_is_a_condition),
		T(one_that_is_away_is_dialed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
