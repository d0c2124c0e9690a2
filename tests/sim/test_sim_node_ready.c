/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Node says of us with spec.nodeReadiness: the condition lbbgp.io/BGPReady and
 * the taint lbbgp.io/not-ready, over starts, flaps, restarts and ends.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/status/readiness.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define NODE(taints, conditions)                                         \
	"apiVersion: v1\nkind: Node\n"                                   \
	"metadata: {name: node1, uid: u1}\n"                             \
	"spec: {podCIDRs: [10.33.5.0/24], taints: [" taints "]}\n"       \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}], " \
	"conditions: [{type: Ready, status: 'True'}" conditions "]}\n"
#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, "                          \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" spec "}\n"
#define ENABLED NO_HEALTH ", nodeReadiness: {enabled: true}"
#define NO_HEALTH ", dataPlaneHealth: None"
#define OURS "{key: lbbgp.io/not-ready, effect: NoSchedule}"
#define OTHER \
	"{key: other, effect: NoExecute, timeAdded: '2026-01-01T00:00:00Z'}"
#define SAYS(status)                                   \
	", {type: lbbgp.io/BGPReady, status: '" status \
	"', lastTransitionTime: '2026-01-01T00:00:00Z'}"
#define DAEMONSET(meta)                          \
	"apiVersion: apps/v1\nkind: DaemonSet\n" \
	"metadata: {namespace: lbbgp-system, name: lbbgp-bgpd" meta "}\n"
#define FAST_PEER                                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n" \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, "                   \
	"connectRetryTime: 5, connectRetryMaxTime: 5}\n"
#define DELETED ", deletionTimestamp: '2026-01-31T00:00:00Z'"
#define FIRST "0 of 1 sessions are up and told everything; 1 needed"
#define ENOUGH "1 of 1 sessions are up and told everything; 1 needed"

/* On a cluster, with these objects; all is listed. */
static struct sim *
started(struct sim *s, const char *node, const char *config)
{
	sim_put(s, node);
	sim_put(s, config);
	sim_list_all(s);
	sim_settle(s);
	sim_sleep(s, 20);
	return s;
}

static const json_t *
node_of(const struct sim *s, const char *part)
{
	return json_object_get(
	    json_object_get(s->objects, "Node//node1"), part);
}

/* "True SessionsUp: why" as the Node has it; "" without the condition. */
static const char *
says(const struct sim *s)
{
	static char text[400];
	const json_t *c;
	size_t i;

	text[0] = '\0';
	json_array_foreach (
	    json_object_get(node_of(s, "status"), "conditions"), i, c)
		if (strcmp(json_string_value(json_object_get(c, "type")),
			"lbbgp.io/BGPReady") == 0)
			snprintf(text, sizeof(text), "%s %s: %s",
			    json_string_value(json_object_get(c, "status")),
			    json_string_value(json_object_get(c, "reason")),
			    json_string_value(json_object_get(c, "message")));
	return text;
}

/* Keys of its taints: "a b ". */
static const char *
taints(const struct sim *s)
{
	static char text[200];
	const json_t *taint;
	size_t i;

	text[0] = '\0';
	json_array_foreach (
	    json_object_get(node_of(s, "spec"), "taints"), i, taint) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s ",
		    json_string_value(json_object_get(taint, "key")));
	}
	return text;
}

/* The session is up, and all is told. */
static struct fake_peer *
serving(struct sim *s)
{
	struct fake_peer *p = sim_establish(s, "a");

	fake_flush(p);
	sim_sleep(s, 20);
	return p;
}

/* What is told only when the data plane has answered ends with End-of-RIB. */
TEST(node_is_ready_when_routers_have_been_told_everything)
{
	struct sim *s = started(sim_new_on_cluster(), NODE(OTHER ", " OURS, ""),
	    CONFIG(", dataPlaneHealth: 'http://127.0.0.1:1/', "
		   "nodeReadiness: {enabled: true}"));

	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	assert_string_equal(taints(s), "other lbbgp.io/not-ready ");
	serving(s);
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	assert_string_equal(taints(s), "other lbbgp.io/not-ready ");
	sim_answer(s, true);
	sim_sleep(s, 20);
	assert_string_equal(taints(s), "other ");
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
	assert_int_equal(s->node_writes, 3);
	assert_true(sim_logged(
	    "node node1: taint lbbgp.io/not-ready taken off: " ENOUGH));
	sim_sleep(s, 60000);
	assert_int_equal(s->node_writes, 3);
}

TEST(without_the_field_the_node_is_left_alone)
{
	struct sim *s =
	    started(sim_new_on_cluster(), NODE(OURS, ""), CONFIG(NO_HEALTH));

	serving(s);
	sim_sleep(s, 600000);
	assert_int_equal(s->node_writes, 0);
	assert_string_equal(taints(s), "lbbgp.io/not-ready ");
}

/* It is its owner's folder. */
TEST(manifest_of_a_folder_is_left_alone)
{
	struct sim *s =
	    started(sim_new(), NODE(OURS, SAYS("False")), CONFIG(ENABLED));

	serving(s);
	sim_sleep(s, 600000);
	assert_int_equal(s->node_writes, 0);
}

TEST(as_many_sessions_as_are_asked_for)
{
	struct sim *s = started(sim_new_on_cluster(), NODE(OURS, ""),
	    CONFIG(
		NO_HEALTH ", nodeReadiness: {enabled: true, minSessions: 2}"));

	serving(s);
	sim_sleep(s, READINESS_PAUSE);
	assert_string_equal(taints(s), "lbbgp.io/not-ready ");
	sim_put(s,
	    CONFIG(
		NO_HEALTH ", nodeReadiness: {enabled: true, minSessions: 0}"));
	sim_sleep(s, 20);
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
	assert_string_equal(taints(s), "");
}

#define MESH ENABLED ", nodeToNodeMeshEnabled: true"
#define SECOND_NODE                                \
	"apiVersion: v1\nkind: Node\n"             \
	"metadata: {name: node2, uid: u2}\n"       \
	"status: {addresses: [{type: InternalIP, " \
	"address: 192.0.2.2}]}\n"

/* Nobody is there to tell, which is no fault of this node. */
TEST(first_node_of_a_mesh_is_ready)
{
	struct sim *s = sim_new_on_cluster();

	sim_drop(s, "BGPPeer", "a");
	started(s, NODE(OURS, ""), CONFIG(MESH));
	assert_string_equal(says(s),
	    "True NoOtherNode: there is no other node in the mesh yet");
	assert_string_equal(taints(s), "");
}

TEST(without_a_bgppeer_the_sessions_of_the_mesh_count)
{
	struct sim *s = sim_new_on_cluster();

	sim_drop(s, "BGPPeer", "a");
	sim_put(s, SECOND_NODE);
	started(s, NODE(OURS, ""), CONFIG(MESH));
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	fake_flush(sim_establish(s, "mesh:node2"));
	sim_sleep(s, READINESS_PAUSE);
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
	assert_string_equal(taints(s), "");
}

/* Else it would be ready while no router knows it. */
TEST(beside_bgppeers_the_sessions_of_the_mesh_do_not_count)
{
	struct sim *s = sim_new_on_cluster();

	sim_drop(s, "BGPPeer", "a");
	sim_put(s, SECOND_NODE);
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: b}\n"
	    "spec: {peerIP: 192.0.2.3, asNumber: 65002}\n");
	started(s, NODE(OURS, ""), CONFIG(MESH));
	fake_flush(sim_establish(s, "mesh:node2"));
	sim_sleep(s, READINESS_PAUSE);
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	assert_string_equal(taints(s), "lbbgp.io/not-ready ");
}

/* Whoever is shut down on purpose is not waited for. */
TEST(peers_that_are_shut_down_do_not_count)
{
	struct sim *s = sim_new_on_cluster();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: b}\n"
	    "spec: {peerIP: 192.0.2.3, asNumber: 65002, "
	    "shutdown: {enabled: true}}\n");
	started(s, NODE(OURS, ""),
	    CONFIG(
		NO_HEALTH ", nodeReadiness: {enabled: true, minSessions: 0}"));
	serving(s);
	sim_sleep(s, READINESS_PAUSE);
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
	assert_string_equal(taints(s), "");
}

/* It is dialed often enough for that to be within 10 s. */
static void
await_dial(struct sim *s)
{
	for (unsigned i = 0; sim_peer(s, "a")->at->conn == NULL; i++) {
		assert_in_range(i, 0, 8);
		sim_sleep(s, 1000);
	}
}

/* A link that comes and goes would be an event for every node each time. */
TEST(flaps_do_not_storm_the_node)
{
	struct sim *s = started(sim_new_on_cluster(), NODE("", ""),
	    CONFIG(ENABLED ", gracefulRestart: {enabled: false}"));
	unsigned before;

	sim_put(s, FAST_PEER);
	sim_sleep(s, READINESS_PAUSE);
	await_dial(s);
	serving(s);
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
	before = s->node_writes;
	for (unsigned i = 0; i < 4; i++) {
		fake_hangs_up(sim_peer(s, "a"));
		sim_sleep(s, READINESS_HOLD - 10000);
		await_dial(s);
		serving(s);
	}
	assert_int_equal(s->node_writes, before);
	fake_hangs_up(sim_peer(s, "a"));
	sim_sleep(s, READINESS_HOLD + 20);
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	assert_int_equal(s->node_writes, before + 1);
}

/* Routers keep its routes, so pods may come meanwhile. */
TEST(restart_of_the_daemon_changes_nothing)
{
	struct sim *s = started(sim_new_on_cluster_behind(1000),
	    NODE("", SAYS("True")), CONFIG(ENABLED));

	sim_sleep(s, READINESS_HOLD - 1000);
	assert_int_equal(s->node_writes, 0);
	serving(s);
	sim_sleep(s, READINESS_HOLD);
	assert_int_equal(s->node_writes, 0);
}

TEST(restart_after_which_no_session_comes_up_is_told)
{
	struct sim *s = started(sim_new_on_cluster_behind(1000),
	    NODE("", SAYS("True")), CONFIG(ENABLED));

	sim_sleep(s, READINESS_HOLD);
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
}

TEST(reboot_is_told_at_once)
{
	struct sim *s = started(
	    sim_new_on_cluster(), NODE("", SAYS("True")), CONFIG(ENABLED));

	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
}

/* For a restart nothing is written: that is no news. */
TEST(end_for_a_restart_writes_nothing)
{
	struct sim *s =
	    started(sim_new_on_cluster(), NODE("", ""), CONFIG(ENABLED));
	unsigned before;

	sim_sleep(s, READINESS_PAUSE);
	serving(s);
	before = s->node_writes;
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 3000);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_int_equal(s->node_writes, before);
	assert_string_equal(says(s), "True SessionsUp: " ENOUGH);
}

TEST(end_for_good_is_told_at_once)
{
	struct sim *s =
	    started(sim_new_on_cluster(), NODE("", ""), CONFIG(ENABLED));

	serving(s);
	bgpd_stop(s->bgpd, "interrupted");
	sim_sleep(s, 3000);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_string_equal(says(s),
	    "False Leaving: the daemon has ended its sessions for good");
}

TEST(who_is_uninstalled_takes_the_condition_along)
{
	struct sim *s =
	    started(sim_new_on_cluster(), NODE("", ""), CONFIG(ENABLED));

	serving(s);
	sim_put(s, DAEMONSET(DELETED));
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 3000);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_string_equal(says(s), "");
}

TEST(what_is_switched_off_goes)
{
	struct sim *s =
	    started(sim_new_on_cluster(), NODE("", ""), CONFIG(ENABLED));

	sim_sleep(s, READINESS_PAUSE);
	sim_put(s, CONFIG(NO_HEALTH));
	sim_sleep(s, 20);
	assert_string_equal(says(s), "");
	sim_sleep(s, 600000);
	assert_int_equal(s->node_writes, 2);
}

TEST(right_that_is_missing_is_a_condition)
{
	struct sim *s = sim_new_on_cluster();

	s->node_refuses = "HTTP 403: nodes is forbidden";
	started(s, NODE(OURS, ""), CONFIG(ENABLED));
	assert_string_equal(sim_condition(s, "NodeNotWritten"),
	    "BGPConfiguration default: spec.nodeReadiness: the Node is not "
	    "written; the right to is in manifests/node-readiness: "
	    "HTTP 403: nodes is forbidden");
	sim_sleep(s, 600000);
	assert_in_range(s->node_writes, 5, 12);
	s->node_refuses = NULL;
	sim_sleep(s, READINESS_AGAIN);
	assert_string_equal(says(s), "False TooFewSessions: " FIRST);
	assert_string_equal(sim_condition(s, "NodeNotWritten"), "");
}

TEST(complaint_ends_with_the_field)
{
	struct sim *s = sim_new_on_cluster();

	s->node_refuses = "HTTP 403: nodes is forbidden";
	started(s, NODE("", ""), CONFIG(ENABLED));
	assert_string_not_equal(sim_condition(s, "NodeNotWritten"), "");
	sim_put(s, CONFIG(NO_HEALTH));
	sim_sleep(s, 20);
	assert_string_equal(sim_condition(s, "NodeNotWritten"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
		T(node_is_ready_when_routers_have_been_told_everything),
		T(without_the_field_the_node_is_left_alone),
		T(manifest_of_a_folder_is_left_alone),
		T(as_many_sessions_as_are_asked_for),
		T(first_node_of_a_mesh_is_ready),
		T(without_a_bgppeer_the_sessions_of_the_mesh_count),
		T(beside_bgppeers_the_sessions_of_the_mesh_do_not_count),
		T(peers_that_are_shut_down_do_not_count),
		T(flaps_do_not_storm_the_node),
		T(restart_of_the_daemon_changes_nothing),
		T(restart_after_which_no_session_comes_up_is_told),
		T(reboot_is_told_at_once),
		T(end_for_a_restart_writes_nothing),
		T(end_for_good_is_told_at_once),
		T(who_is_uninstalled_takes_the_condition_along),
		T(what_is_switched_off_goes),
		T(right_that_is_missing_is_a_condition),
		T(complaint_ends_with_the_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
