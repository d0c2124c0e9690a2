/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a daemon says to /readyz: a rolling update goes on to the next node by it.
 */
#include <string.h>

#include "bgpd/control/views.h"
#include "common/err.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, "                          \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" spec "}\n"
#define URL ", dataPlaneHealth: 'http://127.0.0.1:10256/healthz'"
#define PEER(name, ip, spec)                                             \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: " name \
	"}\nspec: {peerIP: " ip ", asNumber: 65002" spec "}\n"

/* What it waits for; "" when it is ready. */
static const char *
waits_for(struct sim *s)
{
	static struct err why;

	why = (struct err){ 0 };
	return bgpd_ready(s->bgpd, &why) ? "" : why.text;
}

/* Why this condition holds; "" when it does not. */
static const char *
reason_of(struct sim *s, const char *type)
{
	const struct daemon_view *view = bgpd_view(s->bgpd);

	for (size_t i = 0; i < view->n_conditions; i++)
		if (strcmp(view->conditions[i].type, type) == 0)
			return view->conditions[i].reason;
	return "";
}

/* A session comes up, and all there is to say is said. */
static void
told(struct sim *s, const char *name)
{
	fake_flush(sim_establish(s, name));
}

TEST(ready_when_the_peer_has_been_told)
{
	struct sim *s = sim_new();

	assert_string_not_equal(waits_for(s), "");
	sim_put(s, CONFIG(""));
	sim_list_all(s);
	sim_settle(s);
	assert_string_equal(waits_for(s), "peer a: not told everything yet");
	told(s, "a");
	assert_string_equal(waits_for(s), "");
}

TEST(ready_waits_for_each_peer)
{
	struct sim *s = sim_with(CONFIG("") "---\n" PEER("b", "192.0.2.3", ""));

	sim_settle(s);
	told(s, "a");
	assert_string_equal(waits_for(s), "peer b: not told everything yet");
	told(s, "b");
	assert_string_equal(waits_for(s), "");
}

TEST(ready_waits_for_the_data_plane)
{
	struct sim *s = sim_with(CONFIG(URL));

	told(s, "a");
	assert_non_null(strstr(waits_for(s), "10256/healthz has not answered"));
	sim_answer(s, true);
	sim_settle(s);
	fake_flush(sim_peer(s, "a"));
	assert_string_equal(waits_for(s), "");
}

TEST(peer_out_of_reach_is_waited_for_so_long)
{
	struct sim *s = sim_with(CONFIG(""));

	sim_sleep(s, BGPD_READY_WAIT - 1000);
	assert_string_equal(waits_for(s), "peer a: not told everything yet");
	sim_sleep(s, 1000);
	assert_string_equal(waits_for(s), "");
}

/* Nobody waits for a session that is not to be. */
TEST(peers_that_are_shut_or_blocked_are_not_waited_for)
{
	struct sim *s = sim_with(CONFIG("") "---\n" PEER(
	    "b", "192.0.2.3", ", shutdown: {enabled: true}") "---\n" PEER("c",
	    "192.0.2.4", ", password: {secretKeyRef: {name: none, key: k}}"));

	sim_settle(s);
	told(s, "a");
	assert_string_equal(waits_for(s), "");
}

/* 10/8 and 11/8, where one is allowed. */
TEST(peer_that_sent_too_much_is_not_waited_for)
{
	struct sim *s = sim_with(
	    CONFIG("") "---\n" PEER("b", "192.0.2.3", ", maxPrefixes: 1"));

	told(s, "a");
	fake_say(sim_establish(s, "b"), 2,
	    "0000 0014 40010100 400206 0201 0000fdea 400304 c0000203 "
	    "08 0a 08 0b");
	assert_false(sim_is_up(s, "b"));
	assert_string_equal(waits_for(s), "");
}

/*
 * A daemon that starts with something that it refuses has no last good one. Where that
 * leaves it without any peer, the next node is not to follow it.
 */
TEST(ready_waits_where_no_peer_is_left_by_what_is_refused)
{
	struct sim *s = sim_with(CONFIG(", drain: {wait: 3601}"));

	sim_sleep(s, BGPD_READY_WAIT + 1000);
	assert_string_equal(waits_for(s),
	    "BGPConfiguration default: spec.drain.wait: 3601: not 0..3600");
	assert_string_equal(reason_of(s, "ObjectsRefused"), "NothingInForce");
	sim_put(s, CONFIG(""));
	sim_sleep(s, 1000);
	told(s, "a");
	assert_string_equal(waits_for(s), "");
	sim_put(s, CONFIG(", drain: {wait: 3601}"));
	assert_string_equal(reason_of(s, "ObjectsRefused"), "LastGoodInForce");
}

TEST(ready_waits_where_the_only_peer_is_refused)
{
	struct sim *s = sim_with(
	    CONFIG("") "---\n" PEER("a", "192.0.2.2", ", holdTime: 1"));

	sim_sleep(s, BGPD_READY_WAIT + 1000);
	assert_non_null(strstr(waits_for(s), "BGPPeer a: spec.holdTime: 1"));
}

TEST(ready_waits_for_no_other_refused_object)
{
	struct sim *s = sim_with(
	    CONFIG("") "---\n" PEER("b", "192.0.2.3", ", holdTime: 1"));

	sim_settle(s);
	told(s, "a");
	assert_string_equal(waits_for(s), "");
}

/* Else one router that falls would make all pods unready. */
TEST(ready_stays_when_a_session_falls)
{
	struct sim *s = sim_with(CONFIG(""));

	told(s, "a");
	assert_string_equal(waits_for(s), "");
	fake_hangs_up(sim_peer(s, "a"));
	sim_settle(s);
	assert_false(sim_is_up(s, "a"));
	assert_string_equal(waits_for(s), "");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(ready_when_the_peer_has_been_told),
		T(ready_waits_for_each_peer),
		T(ready_waits_for_the_data_plane),
		T(peer_out_of_reach_is_waited_for_so_long),
		T(peers_that_are_shut_or_blocked_are_not_waited_for),
		T(peer_that_sent_too_much_is_not_waited_for),
		T(ready_waits_where_no_peer_is_left_by_what_is_refused),
		T(ready_waits_where_the_only_peer_is_refused),
		T(ready_waits_for_no_other_refused_object),
		T(ready_stays_when_a_session_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
