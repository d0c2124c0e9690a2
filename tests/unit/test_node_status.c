/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/control/node_status.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

static int
setup(void **state)
{
	*state = fake_daemon_new();
	return 0;
}

static int
teardown(void **state)
{
	fake_daemon_free(*state);
	return fake_teardown(state);
}

/* The object; its status has nothing that the schema does not name. */
static json_t *
build(struct fake_daemon *d, const char *uid)
{
	char *text = node_status_build(&d->view, uid);
	json_t *object = json_of(text);
	struct err err = { "" };
	bool good = fields_status_known(
	    &bgp_node_status_fields, at(object, "status"), &err);

	if (!good)
		print_error("%s\n", err.text);
	assert_true(good);
	free(text);
	return object;
}

static void
a_status_is_named_after_its_node(void **state)
{
	json_t *o = build(*state, "");

	assert_at(o, "apiVersion", "\"lbbgp.io/v1\"");
	assert_at(o, "kind", "\"BGPNodeStatus\"");
	assert_at(o, "metadata", "{\"name\": \"n1\"}");
	assert_at(o, "status.heartbeat", "\"2023-11-14T22:13:20Z\"");
	assert_at(o, "status.asNumber", "64517");
	assert_at(o, "status.announcements", "{\"ipv4\": 2, \"ipv6\": 0}");
	assert_at(o, "status.peersConfigured", "0");
	json_decref(o);
}

static void
the_node_owns_it_once_its_uid_is_known(void **state)
{
	json_t *o = build(*state, "4711");

	assert_at(o, "metadata.ownerReferences",
	    "[{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"name\": \"n1\", "
	    "\"uid\": \"4711\"}]");
	json_decref(o);
}

static void
a_peer_that_is_up_says_what_was_agreed(void **state)
{
	fake_daemon_peer(*state, "up", fake_established(9)->session, true);
	json_t *o = build(*state, "");

	assert_at(o, "status.peersEstablished", "1");
	assert_at(o, "status.peers.0.name", "\"up\"");
	assert_at(o, "status.peers.0.state", "\"Established\"");
	assert_at(o, "status.peers.0.holdTime", "9");
	assert_at(o, "status.peers.0.prefixes.ipv4",
	    "{\"received\": 0, \"sent\": 2}");
	assert_null(json_object_get(at(o, "status.peers.0"), "lastError"));
	json_decref(o);
}

/* What it counts changes all the time, and is no news. */
static void
a_peer_with_tcp_ao_is_one_as_others(void **state)
{
	static const struct ao_state ao = { 1, 3, 10, 11, 12, 13 };
	struct fake_peer *p = fake_established(9);

	p->ao = &ao;
	fake_daemon_peer(*state, "up", p->session, true);
	json_t *o = build(*state, "");

	assert_at(o, "status.peers.0.state", "\"Established\"");
	json_decref(o);
}

/* Established; the peer's part of graceful restart as it said it. */
static struct fake_peer *
restartable(void)
{
	struct fake_peer *p = fake_new();

	p->config.restart.on = true;
	p->config.restart.long_lived = 9;
	p->restart = (struct caps_restart){ .present = true,
		.restarting = true,
		.time = 120,
		.family = { false, true, false },
		.forwarding = { false, true, false } };
	p->long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, false },
		.time = { 0, 3600, 0 } };
	fake_start(p);
	fake_connects(p);

	struct bgp_open open = fake_open(p);

	fake_say_open(p, &open);
	fake_say_keepalive(p);
	return p;
}

static void
a_peer_that_may_restart_says_what_was_agreed(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_peer(d, "up", restartable()->session, true);
	d->restarts[0].end_sent[FAMILY_V4] = FAKE_NOW - 2000;
	d->peers[0].stale_until = FAKE_NOW + 60000;

	json_t *o = build(d, "");

	assert_at(o, "status.peers.0.gracefulRestart",
	    "{\"agreed\": true, \"restartTime\": 120, "
	    "\"notification\": false, \"restarting\": true, "
	    "\"preserved\": [\"IPv4\"], \"longLivedTime\": 3600, "
	    "\"staleRoutes\": 0, "
	    "\"staleUntil\": \"2023-11-14T22:14:20Z\"}");
	assert_at(o, "status.peers.0.endOfRib",
	    "{\"ipv4\": {\"sent\": \"2023-11-14T22:13:18Z\"}, "
	    "\"ipv6\": {}}");
	json_decref(o);
}

/* It ends behind the last status. */
static void
a_peer_that_is_about_to_be_left_is_not_up(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_peer(d, "up", restartable()->session, true);
	d->peers[0].leaving = true;

	json_t *o = build(d, "");

	assert_at(o, "status.peersEstablished", "0");
	assert_at(o, "status.peers.0.state", "\"Idle\"");
	assert_at(o, "status.peers.0.gracefulRestart.agreed", "false");
	json_decref(o);
}

static void
a_peer_that_went_down_says_why(void **state)
{
	struct fake_peer *p = fake_established(9);

	fake_say_notification(p, 6, 2);
	fake_daemon_peer(*state, "down", p->session, false);
	json_t *o = build(*state, "");

	assert_at(o, "status.peersConfigured", "1");
	assert_at(o, "status.peersEstablished", "0");
	assert_at(o, "status.peers.0.flaps", "1");
	assert_at(o, "status.peers.0.lastError.sentBy", "\"Peer\"");
	assert_at(o, "status.peers.0.lastError.code", "6");
	assert_at(o, "status.peers.0.lastError.subcode", "2");
	assert_at(o, "status.peers.0.lastError.text",
	    "\"Cease, Administrative Shutdown\"");
	json_decref(o);
}

static void
a_blocked_peer_tells_its_reason_and_no_secret(void **state)
{
	struct fake_peer *p = fake_new();
	struct fake_daemon *d = *state;

	p->config.password = "secret";
	fake_start(p);
	session_block(p->session, "Secret tor-a is missing", p->now);
	fake_daemon_peer(d, "blocked", p->session, false);
	d->peers[0].blocked = "Secret tor-a is missing";
	char *text = node_status_build(&d->view, "");

	assert_non_null(strstr(text, "Secret tor-a is missing"));
	assert_null(strstr(text, "\"secret\""));
	free(text);
	json_decref(build(d, ""));
}

static void
conditions_are_written_as_they_hold(void **state)
{
	fake_daemon_condition(*state, "DataPlaneUnknown");
	json_t *o = build(*state, "");

	assert_at(o, "status.conditions.0.type", "\"DataPlaneUnknown\"");
	assert_at(o, "status.conditions.0.status", "\"True\"");
	json_decref(o);
}

/* So that a node on which everything is wrong can say so. */
static void
no_more_conditions_are_written_than_the_schema_takes(void **state)
{
	struct fake_daemon *d = *state;
	struct view_condition many[40];
	char types[40][8];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(types[i], sizeof(types[i]), "Fault%u", i);
		many[i] = (struct view_condition){ types[i], "Because", "so",
			FAKE_NOW };
	}
	d->view.conditions = many;
	d->view.n_conditions = 40;
	json_t *o = build(d, "");

	assert_int_equal(json_array_size(at(o, "status.conditions")), 32);
	assert_at(o, "status.conditions.0.type", "\"Fault0\"");
	assert_at(o, "status.conditions.30.type", "\"Drained\"");
	assert_at(o, "status.conditions.31.type", "\"Ready\"");
	json_decref(o);
}

static void
without_links_nothing_is_held(void **state)
{
	json_t *o = build(*state, "");

	assert_at(o, "status.l2",
	    "{\"conflicts\": 0, \"held\": 0, \"members\": 0, \"wanted\": 0}");
	assert_at(o, "status.heldAddresses", "[]");
	json_decref(o);
}

/* The last one: a column shows the first that holds. */
static json_t *
ready(json_t *o)
{
	const json_t *list = at(o, "status.conditions");
	json_t *last = json_array_get(list, json_array_size(list) - 1);

	assert_at(last, "type", "\"Ready\"");
	return last;
}

static struct fake_peer *
idle(void)
{
	struct fake_peer *p = fake_new();

	fake_start(p);
	return p;
}

#define assert_ready(daemon, its_status, its_reason)                     \
	do {                                                             \
		json_t *built = build(daemon, "");                       \
                                                                         \
		assert_at(ready(built), "status", "\"" its_status "\""); \
		assert_at(ready(built), "reason", "\"" its_reason "\""); \
		json_decref(built);                                      \
	} while (0)

static void
a_node_with_all_its_sessions_is_ready(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_peer(d, "up", fake_established(9)->session, true);
	fake_daemon_peer(d, "mesh:n2", idle()->session, false);
	fake_daemon_peer(d, "off", idle()->session, false);
	d->peers[2].shut = true;
	d->view.ready_since = FAKE_NOW - 1000;
	assert_ready(d, "True", "Ready");

	json_t *o = build(d, "");

	assert_at(ready(o), "message", "\"1 of 1 sessions are up\"");
	assert_at(ready(o), "lastTransitionTime", "\"2023-11-14T22:13:19Z\"");
	json_decref(o);
}

static void
a_node_without_a_peer_is_not_ready(void **state)
{
	struct fake_daemon *d = *state;

	assert_ready(d, "False", "NoPeer");
	fake_daemon_peer(d, "off", idle()->session, false);
	d->peers[0].shut = true;
	assert_ready(d, "False", "NoPeer");
	d->view.asn = 0; /* it is to speak no BGP */
	assert_ready(d, "True", "Ready");
}

static void
a_node_that_lacks_a_session_is_not_ready_and_says_which(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_peer(d, "up", fake_established(9)->session, true);
	fake_daemon_peer(d, "down", idle()->session, false);
	json_t *o = build(d, "");

	assert_at(ready(o), "status", "\"False\"");
	assert_at(ready(o), "reason", "\"NoSession\"");
	assert_at(ready(o), "message",
	    "\"1 of 2 sessions are up; BGPPeer down: the session is Connect\"");
	json_decref(o);
}

static void
a_node_that_announces_no_services_is_not_ready(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_peer(d, "up", fake_established(9)->session, true);
	d->view.drain.state = DRAIN_DRAINED;
	assert_ready(d, "False", "Drained");
	fake_daemon_condition(d, "DataPlaneDown");
	assert_ready(d, "False", "DataPlaneDown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_status_is_named_after_its_node),
		T(the_node_owns_it_once_its_uid_is_known),
		T(a_peer_that_is_up_says_what_was_agreed),
		T(a_peer_with_tcp_ao_is_one_as_others),
		T(a_peer_that_may_restart_says_what_was_agreed),
		T(a_peer_that_is_about_to_be_left_is_not_up),
		T(a_peer_that_went_down_says_why),
		T(a_blocked_peer_tells_its_reason_and_no_secret),
		T(conditions_are_written_as_they_hold),
		T(no_more_conditions_are_written_than_the_schema_takes),
		T(without_links_nothing_is_held),
		T(a_node_with_all_its_sessions_is_ready),
		T(a_node_without_a_peer_is_not_ready),
		T(a_node_that_lacks_a_session_is_not_ready_and_says_which),
		T(a_node_that_announces_no_services_is_not_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
