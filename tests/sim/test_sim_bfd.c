/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BFD beside BGP in a whole daemon: what it asks for, says and shows.
 */
#include "bgpd/control/bfd_metrics.h"
#include "bgpd/control/bfd_view.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/node_status.h"
#include "bgpd/control/views.h"
#include "common/err.h"
#include "common/json.h"
#include "common/metrics.h"
#include "tests/fake/fake_peer.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define PEER_AT(where)                             \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: a}\n"                    \
	"spec: {asNumber: 65002, " where "}\n"
#define PEER(more) PEER_AT("peerIP: 192.0.2.2" more)

/* A daemon that asks for BFD with its peer. */
static struct sim *
sim_watching(void)
{
	return sim_with(PEER(", bfd: {}"));
}

/* BGP and BFD are up. */
static struct sim *
sim_watched(void)
{
	struct sim *s = sim_watching();

	sim_establish(s, "a");
	sim_bfd(s, BFD_UP, false);
	return s;
}

TEST(the_port_is_told_whom_to_watch)
{
	struct sim *s = sim_with(PEER(", bfd: {transmitInterval: 50}"));

	assert_non_null(strstr(s->ports, "bfd 192.0.2.2 50 300 3\n"));
	s->ports[0] = '\0';
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 1000);
	assert_non_null(strstr(s->ports, "bfd none\n"));
}

/* Behind the first of its peers; and once. */
TEST(the_port_is_told_when_all_are_watched)
{
	struct sim *s = sim_watching();

	sim_sleep(s, 1000);
	const char *first = strstr(s->ports, "bfd 192.0.2.2 300 300 3\n");

	assert_non_null(first);
	assert_non_null(strstr(first, "bfd resumed\n"));
	s->ports[0] = '\0';
	sim_put(s, PEER(", bfd: {transmitInterval: 50}"));
	sim_sleep(s, 1000);
	assert_null(strstr(s->ports, "bfd resumed\n"));
}

static struct sim *
behind(const char *peer, uint64_t away)
{
	struct sim *s = sim_new_behind(away);

	sim_put(s, peer);
	sim_list_all(s);
	sim_sleep(s, 1000);
	return s;
}

/* One that the run before watched may be among them, and waits for so long. */
TEST(those_of_before_are_not_ended_while_peers_are_looked_for)
{
	static const char *const peers[] = {
		PEER_AT("interface: eth0, bfd: {}"),
		PEER_AT("peerIP: gateway, bfd: {}"),
		PEER_AT("peerPrefix: 192.0.2.0/24, bfd: {}"),
	};

	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		struct sim *s = behind(peers[i], 0);

		assert_int_equal(s->resumed, 0);
		sim_sleep(s, 58000);
		assert_int_equal(s->resumed, 0);
		sim_sleep(s, 2000);
		assert_int_equal(s->resumed, 1);
		sim_teardown(state);
	}
	assert_int_equal(behind(PEER(", bfd: {}"), 0)->resumed, 1);
}

/* Nor for longer than they wait, of which most may be over. */
TEST(those_of_before_are_ended_in_time)
{
	struct sim *s = behind(PEER_AT("interface: eth0, bfd: {}"), 250000);

	sim_sleep(s, 3000);
	assert_int_equal(s->resumed, 0);
	sim_sleep(s, 2000);
	assert_int_equal(s->resumed, 1);
}

TEST(a_peer_that_is_gone_is_told_why)
{
	struct sim *s = sim_watched();
	struct fake_peer *p = sim_peer(s, "a");

	fake_forget(p);
	sim_bfd(s, BFD_DOWN, false);
	assert_said(p, "NOTIFICATION 6/10 CLOSE");
	assert_false(sim_is_up(s, "a"));
	assert_true(
	    sim_logged("peer a: BFD Down: Control Detection Time Expired"));
}

TEST(a_daemon_that_leaves_says_so_to_bfd_first)
{
	struct sim *s = sim_watched();

	s->ports[0] = '\0';
	bgpd_stop(s->bgpd, "gone");
	assert_memory_equal(s->ports, "bfd end\n", 8);
}

TEST(a_daemon_that_restarts_has_its_silence_borne)
{
	struct sim *s = sim_watched();

	s->ports[0] = '\0';
	bgpd_stop(s->bgpd, NULL);
	assert_memory_equal(s->ports, "bfd hold\n", 9);
}

TEST(a_strict_peer_is_dialed_when_bfd_is_up)
{
	struct sim *s = sim_with(PEER(", bfd: {strict: true}"));

	sim_sleep(s, 60000);
	assert_int_equal(sim_peer(s, "a")->tcps, 0);
	sim_bfd(s, BFD_UP, false);
	assert_int_equal(sim_peer(s, "a")->tcps, 1);
	sim_establish(s, "a");
}

TEST(bfd_that_does_not_come_up_is_a_condition)
{
	struct sim *s = sim_watching();

	sim_establish(s, "a");
	sim_sleep(s, 9000);
	assert_string_equal(sim_condition(s, "BFDDown"), "");
	sim_sleep(s, 2000);
	assert_string_equal(sim_condition(s, "BFDDown"),
	    "BGPPeer a: spec.bfd: BGP is Established without BFD, which is "
	    "Down; the peer sends no packets of BFD");
	sim_bfd(s, BFD_UP, false);
	assert_string_equal(sim_condition(s, "BFDDown"), "");
}

TEST(bfd_that_does_not_come_up_is_in_the_status_soon)
{
	struct sim *s = sim_watching();

	sim_establish(s, "a");
	sim_sleep(s, 9000);
	assert_false(sim_has_written(s, "BFDDown"));
	sim_sleep(
	    s, 7000); /* 10 s after it began, and 5 s between two writes */
	assert_true(sim_has_written(s, "BFDDown"));
}

static void
assert_because(struct sim *s, const char *why)
{
	const char *is = sim_condition(s, "BFDDown");

	assert_non_null(strstr(is, "which is Down; "));
	assert_string_equal(strstr(is, "; ") + 2, why);
}

/* BGP is up all the time, but for once, or has come back without BFD. */
TEST(condition_says_what_the_peer_does)
{
	struct sim *s = sim_watched();

	sim_bfd(s, BFD_DOWN, true);
	sim_sleep(s, 11000);
	s->watched.diag = BFD_DIAG_NEIGHBOR;
	s->watched.remote_state = BFD_DOWN;
	assert_because(s, "the peer has it shut down");
	s->watched.diag = BFD_DIAG_EXPIRED;
	assert_because(s, "the peer sends no packets of BFD any more");
	s->watched.yours = 7;
	assert_because(s, "the peer hears none of ours");
	s->watched.diag = BFD_DIAG_NEIGHBOR;
	s->watched.remote_state = BFD_ADMIN_DOWN;
	assert_because(s, "the peer has it shut down");
}

TEST(what_was_refused_once_is_not_what_keeps_it_down)
{
	struct sim *s = sim_watching();

	sim_establish(s, "a");
	sim_sleep(s, 11000);
	strcpy(s->watched.refusal, "ttl");
	s->watched.refused = 9; /* long ago, and one just now */
	s->watched.refused_row = 1;
	s->watched.refused_at = s->now;
	assert_because(s, "the peer sends no packets of BFD");
	s->watched.refused_row = 3;
	assert_because(s, "ttl");
	sim_sleep(s, 10001);
	assert_because(s, "the peer sends no packets of BFD");
	s->watched.refused_at = s->now + 1; /* BFD's thread is ahead */
	assert_because(s, "ttl");
}

TEST(bfd_that_bgp_waits_for_is_a_condition)
{
	struct sim *s = sim_with(PEER(", bfd: {strict: true}"));

	sim_sleep(s, 9000);
	assert_string_equal(sim_condition(s, "BFDDown"), "");
	sim_sleep(s, 2000);
	assert_string_equal(sim_condition(s, "BFDDown"),
	    "BGPPeer a: spec.bfd.strict: BGP waits for BFD, which is Down; the "
	    "peer sends no packets of BFD");
	sim_bfd(s, BFD_UP, false);
	assert_string_equal(sim_condition(s, "BFDDown"), "");
	s->watched.state = BFD_DOWN;
	s->watched.since = s->now + 1; /* BFD's thread is ahead */
	assert_string_equal(sim_condition(s, "BFDDown"), "");
}

TEST(bfd_that_bgp_waits_for_is_in_the_status_soon)
{
	struct sim *s = sim_with(PEER(", bfd: {strict: true}"));

	sim_sleep(s, 9000);
	assert_false(sim_has_written(s, "BFDDown"));
	sim_sleep(s, 7000);
	assert_true(sim_has_written(s, "BFDDown"));
}

/* Not that it comes up for the first time, nor what follows from an end. */
TEST(each_change_is_an_event_of_the_peer)
{
	struct sim *s = sim_watched();

	assert_string_equal(s->told, "");
	sim_bfd(s, BFD_DOWN, false);
	sim_bfd(s, BFD_INIT, false);
	sim_bfd(s, BFD_UP, false);
	sim_bfd(s, BFD_DOWN, true);
	assert_string_equal(s->told,
	    "! a BFDDown: node node1: BFD Down: Control Detection Time Expired\n"
	    "a BFDUp: node node1: BFD is Up again\n"
	    "! a BFDDown: node node1: BFD is shut down by the peer\n");
	sim_put(s, PEER(", bfd: {enabled: false}"));
	sim_sleep(s, 100);
	sim_put(s, PEER(", bfd: {}"));
	sim_sleep(s, 100);
	s->told[0] = '\0';
	sim_bfd(s, BFD_UP, false);
	assert_string_equal(s->told, "");
}

TEST(what_keeps_packets_from_going_out_is_a_condition)
{
	struct sim *s = sim_watching();

	strcpy(s->watched.trouble, "UDP port 3784: in use");
	assert_string_equal(sim_condition(s, "BFDDown"),
	    "BGPPeer a: spec.bfd: UDP port 3784: in use");
	s->slow = true;
	assert_non_null(
	    strstr(sim_condition(s, "BFDNotRealTime"), "no rights"));
}

/* What show bfd says, owned; of one peer or (NULL) of all. */
static json_t *
show(struct sim *s, const char *who)
{
	json_t *request = json_object(), *reply = json_object();
	struct json_at at = json_at_root(request);
	struct err err;

	if (who != NULL)
		json_object_set_new(request, "address", json_string(who));
	assert_true(bfd_answer(bgpd_view(s->bgpd), &at, reply, &err));
	json_decref(request);
	return reply;
}

TEST(sessions_are_shown)
{
	struct sim *s = sim_watching();

	sim_bfd(s, BFD_UP, false);
	s->watched.tx_us = 300000;
	s->watched.detect_us = 900000;
	json_t *reply = show(s, NULL);

	assert_at(reply, "sessions.0.name", "\"a\"");
	assert_at(reply, "sessions.0.state", "\"Up\"");
	assert_at(reply, "sessions.0.detectionTime", "900000");
	assert_at(reply, "realTime", "true");
	assert_null(json_object_get(at(reply, "sessions.0"), "configured"));
	json_decref(reply);
	reply = show(s, "192.0.2.2");
	assert_at(reply, "sessions.0.configured.detectMultiplier", "3");
	assert_at(reply, "sessions.0.configured.transmitInterval", "300000");
	assert_at(reply, "sessions.0.minimumTTL", "255");
	json_decref(reply);
}

/* RFC 5880 6.8.1 has values to begin with; nobody has said them. */
TEST(of_a_peer_that_was_never_heard_nothing_is_shown)
{
	struct sim *s = sim_watching();

	s->watched.remote_state = BFD_DOWN;
	s->watched.remote_min_rx = 1;
	json_t *reply = show(s, "192.0.2.2");
	const json_t *row = at(reply, "sessions.0");

	assert_null(json_object_get(row, "remoteState"));
	assert_null(json_object_get(row, "remoteDiagnostic"));
	assert_null(json_object_get(row, "remote"));
	json_decref(reply);
	s->watched.remote_mult = 3;
	reply = show(s, "192.0.2.2");
	assert_at(reply, "sessions.0.remoteState", "\"Down\"");
	assert_at(reply, "sessions.0.remoteDiagnostic", "\"No Diagnostic\"");
	assert_at(reply, "sessions.0.remote.detectMultiplier", "3");
	json_decref(reply);
}

TEST(who_has_no_bfd_is_not_shown)
{
	struct sim *s = sim_started();
	json_t *request = json_of("{\"address\": \"a\"}");
	json_t *reply = json_object();
	struct json_at at = json_at_root(request);
	struct err err;

	assert_false(bfd_answer(bgpd_view(s->bgpd), &at, reply, &err));
	assert_string_equal(err.text, "no neighbor a with BFD on node node1");
	json_decref(request);
	json_decref(reply);
}

TEST(the_status_has_it)
{
	struct sim *s = sim_watching();

	sim_bfd(s, BFD_UP, false);
	sim_bfd(s, BFD_DOWN, false);
	char *text = node_status_build(bgpd_view(s->bgpd), "u1");
	json_t *status = json_of(text);

	assert_at(status, "status.peers.0.bfd.state", "\"Down\"");
	assert_at(status, "status.peers.0.bfd.lastDown",
	    "\"Control Detection Time Expired\"");
	json_decref(status);
	free(text);
}

static const struct daemon_view *
on_view(void *arg)
{
	struct sim *s = arg;

	return bgpd_view(s->bgpd);
}

TEST(metrics_have_it)
{
	struct sim *s = sim_watching();
	struct bgpd_metrics numbers = { .view = on_view, .arg = s };
	struct metrics *m = metrics_new();

	sim_bfd(s, BFD_UP, false);
	bfd_metrics_add(m, &numbers);
	char *text = metrics_text(m);

	assert_non_null(
	    strstr(text, "lbbgp_bfd_up{peer=\"a\",address=\"192.0.2.2\"} 1\n"));
	assert_non_null(strstr(
	    text, "lbbgp_bfd_packets_refused_total{reason=\"ttl\"} 0\n"));
	assert_non_null(strstr(text, "lbbgp_bfd_real_time 1\n"));
	free(text);
	metrics_free(m);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(the_port_is_told_whom_to_watch),
		T(the_port_is_told_when_all_are_watched),
		T(those_of_before_are_not_ended_while_peers_are_looked_for),
		T(those_of_before_are_ended_in_time),
		T(a_peer_that_is_gone_is_told_why),
		T(a_daemon_that_leaves_says_so_to_bfd_first),
		T(a_daemon_that_restarts_has_its_silence_borne),
		T(a_strict_peer_is_dialed_when_bfd_is_up),
		T(bfd_that_does_not_come_up_is_a_condition),
		T(what_was_refused_once_is_not_what_keeps_it_down),
		T(bfd_that_does_not_come_up_is_in_the_status_soon),
		T(condition_says_what_the_peer_does),
		T(bfd_that_bgp_waits_for_is_a_condition),
		T(bfd_that_bgp_waits_for_is_in_the_status_soon),
		T(each_change_is_an_event_of_the_peer),
		T(what_keeps_packets_from_going_out_is_a_condition),
		T(sessions_are_shown),
		T(of_a_peer_that_was_never_heard_nothing_is_shown),
		T(who_has_no_bfd_is_not_shown),
		T(the_status_has_it),
		T(metrics_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
