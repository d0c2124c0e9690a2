/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/status/readiness.h"
#include "tests/test.h"

#define T0 1000000 /* ms */

static struct readiness r;
static struct node node;
static struct node_taint taints[3];
static uint64_t now, due;

static int
setup(void **state)
{
	(void)state;
	now = T0;
	node = (struct node){ .meta = { .uid = (char *)"u1" } };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	readiness_fini(&r);
	return 0;
}

static void
tainted(const char *key)
{
	taints[node.n_taints++] = (struct node_taint){ (char *)key, (char *)"",
		(char *)"NoSchedule" };
	node.taints = taints;
}

static struct readiness_facts
facts(bool ready)
{
	return (struct readiness_facts){ .enabled = true,
		.ready = ready,
		.reason = "",
		.message = ready ? "enough" : "too few",
		.node = &node };
}

static enum readiness_write
step(const struct readiness_facts *f)
{
	return readiness_step(&r, f, now, &due);
}

/* As if it were carried out, and the Node came back with it. */
static void
written(enum readiness_write what, const struct readiness_facts *f)
{
	if (what == READINESS_CONDITION)
		node.bgp_ready =
		    r.good ? NODE_BGP_READY_TRUE : NODE_BGP_READY_FALSE;
	else if (what == READINESS_REMOVAL)
		node.bgp_ready = NODE_BGP_READY_ABSENT;
	else
		node.n_taints = 0;
	readiness_answered(&r, what, f->message, node.meta.uid, true);
}

/* "+" True, "-" False, "0" removed, "t" the taint, "" nothing. */
static const char *
writes(const struct readiness_facts *f)
{
	enum readiness_write what = step(f);

	if (what == READINESS_NOTHING)
		return "";
	written(what, f);
	if (what == READINESS_CONDITION)
		return r.good ? "+" : "-";
	return what == READINESS_REMOVAL ? "0" : "t";
}

static const char *
look(bool ready)
{
	struct readiness_facts f = facts(ready);

	return writes(&f);
}

static const char *
judged(size_t n, size_t told, size_t min, bool alone)
{
	static char text[600];
	struct readiness_sessions s = { n, told, min, alone };
	const char *reason;
	struct err message;
	bool good = readiness_judge(&s, &reason, &message);

	snprintf(text, sizeof(text), "%s %s: %s", good ? "True" : "False",
	    reason, message.text);
	return text;
}

TEST(enough_sessions_are_as_many_as_are_asked_for)
{
	assert_string_equal(judged(3, 1, 1, false),
	    "True SessionsUp: 1 of 3 sessions are up and told everything; "
	    "1 needed");
	assert_string_equal(judged(3, 1, 2, false),
	    "False TooFewSessions: 1 of 3 sessions are up and told everything; "
	    "2 needed");
	assert_string_equal(judged(3, 2, 0, false),
	    "False TooFewSessions: 2 of 3 sessions are up and told everything; "
	    "3 needed");
	assert_string_equal(judged(3, 3, 0, false),
	    "True SessionsUp: 3 of 3 sessions are up and told everything; "
	    "3 needed");
	assert_string_equal(judged(1, 1, 2, false),
	    "False TooFewSessions: 1 of 1 sessions are up and told everything; "
	    "2 needed");
}

/* Else "all of them" would hold where there are none. */
TEST(without_any_session_only_the_first_node_of_a_mesh_is_ready)
{
	assert_string_equal(judged(0, 0, 0, false),
	    "False NoSessions: no BGPPeer is for this node");
	assert_string_equal(judged(0, 0, 1, false),
	    "False NoSessions: no BGPPeer is for this node");
	assert_string_equal(judged(0, 0, 1, true),
	    "True NoOtherNode: there is no other node in the mesh yet");
}

TEST(node_says_at_once_that_it_is_not_ready_and_then_that_it_is)
{
	assert_string_equal(look(false), "-");
	assert_string_equal(look(false), "");
	now += READINESS_PAUSE;
	assert_string_equal(look(true), "+");
	assert_string_equal(look(true), "");
	assert_int_equal(due, 0);
}

TEST(two_writes_are_apart)
{
	assert_string_equal(look(false), "-");
	now += READINESS_PAUSE - 1;
	assert_string_equal(look(true), "");
	assert_int_equal(due, T0 + READINESS_PAUSE);
	now++;
	assert_string_equal(look(true), "+");
}

TEST(session_that_flaps_changes_nothing)
{
	assert_string_equal(look(true), "+");
	for (unsigned i = 0; i < 100; i++) {
		now += 1000;
		assert_string_equal(look(false), "");
		assert_int_equal(due, now + READINESS_HOLD);
		now += READINESS_HOLD - 1;
		assert_string_equal(look(false), "");
		assert_string_equal(look(true), "");
	}
}

TEST(too_few_sessions_are_told_after_the_hold)
{
	assert_string_equal(look(true), "+");
	now += 60000;
	assert_string_equal(look(false), "");
	now += READINESS_HOLD;
	assert_string_equal(look(false), "-");
}

/* A daemon is restarted, and routers keep its routes meanwhile. */
TEST(restart_keeps_what_the_node_says)
{
	r.preserved = true;
	node.bgp_ready = NODE_BGP_READY_TRUE;
	assert_string_equal(look(false), "");
	now += READINESS_HOLD - 1;
	assert_string_equal(look(true), "");
	now += READINESS_HOLD;
	assert_string_equal(look(false), "");
	now += READINESS_HOLD;
	assert_string_equal(look(false), "-");
}

/* What the Node says is from before, when routers had its routes. */
TEST(after_a_reboot_it_is_not_ready_at_once)
{
	node.bgp_ready = NODE_BGP_READY_TRUE;
	assert_string_equal(look(false), "-");
}

TEST(start_of_a_node_that_says_so_already_writes_nothing_soon)
{
	r.preserved = true;
	node.bgp_ready = NODE_BGP_READY_TRUE;
	assert_string_equal(look(true), "");
	assert_int_equal(due, T0 + READINESS_NEWS);
	now += READINESS_NEWS; /* the message may be an old one */
	assert_string_equal(look(true), "+");
	assert_string_equal(look(true), "");
	assert_int_equal(due, 0);
}

TEST(news_of_the_message_alone_waits)
{
	struct readiness_facts f = facts(true);

	assert_string_equal(writes(&f), "+");
	f.message = "more than enough";
	now += READINESS_NEWS - 1;
	assert_string_equal(writes(&f), "");
	now++;
	assert_string_equal(writes(&f), "+");
}

TEST(what_somebody_else_changes_is_put_right)
{
	assert_string_equal(look(true), "+");
	node.bgp_ready = NODE_BGP_READY_OTHER;
	assert_string_equal(look(true), "");
	now += READINESS_PAUSE;
	assert_string_equal(look(true), "+");
	node.bgp_ready = NODE_BGP_READY_ABSENT;
	now += READINESS_PAUSE;
	assert_string_equal(look(true), "+");
}

TEST(what_is_switched_off_is_removed)
{
	struct readiness_facts f = facts(true);

	assert_string_equal(writes(&f), "+");
	f.enabled = false;
	now += READINESS_PAUSE;
	assert_string_equal(writes(&f), "0");
	assert_string_equal(writes(&f), "");
	assert_int_equal(due, 0);
	f.enabled = true;
	now += READINESS_PAUSE;
	assert_string_equal(writes(&f), "+");
}

/* As of another daemon on this node, of another installation. */
TEST(condition_that_is_not_ours_stays)
{
	struct readiness_facts f = facts(true);

	tainted(NODE_STARTUP_TAINT);
	node.bgp_ready = NODE_BGP_READY_TRUE;
	f.enabled = false;
	assert_string_equal(writes(&f), "");
	assert_int_equal(due, 0);
}

TEST(taint_is_taken_off_when_enough_sessions_are_up)
{
	tainted(NODE_STARTUP_TAINT);
	assert_string_equal(look(false), "-");
	assert_string_equal(look(false), "");
	assert_string_equal(look(true), "+"); /* which waits for no pause … */
	assert_string_equal(look(true), "t"); /* … nor this */
	assert_string_equal(look(true), "");
	assert_int_equal(due, 0);
}

/* Who comes because the taint is gone looks at the condition. */
TEST(taint_stays_until_the_node_says_that_it_is_ready)
{
	struct readiness_facts f = facts(true);

	tainted(NODE_STARTUP_TAINT);
	assert_string_equal(look(false), "-");
	assert_int_equal(step(&f), READINESS_CONDITION);
	readiness_answered(&r, READINESS_CONDITION, f.message, "u1", true);
	assert_int_equal(step(&f), READINESS_NOTHING);
	assert_int_equal(due, T0 + READINESS_PAUSE); /* once without one */
	node.bgp_ready = NODE_BGP_READY_TRUE;
	assert_string_equal(look(true), "t");
}

TEST(taint_waits_for_no_condition_that_is_refused)
{
	struct readiness_facts f = facts(true);

	tainted(NODE_STARTUP_TAINT);
	assert_int_equal(step(&f), READINESS_CONDITION);
	readiness_answered(&r, READINESS_CONDITION, f.message, "u1", false);
	assert_int_equal(step(&f), READINESS_UNTAINT);
}

/* Somebody has put it on again, and will have a reason. */
TEST(taint_is_taken_off_once)
{
	assert_string_equal(look(true), "+");
	tainted(NODE_STARTUP_TAINT);
	assert_string_equal(look(true), "t");
	tainted(NODE_STARTUP_TAINT);
	now += 10 * READINESS_PAUSE;
	assert_string_equal(look(true), "");
	node.meta.uid = (char *)"u2"; /* it has registered anew */
	assert_string_equal(look(true), "t");
}

/* A restart with sessions down is no reason to let pods in. */
TEST(taint_stays_while_the_condition_is_only_held)
{
	r.preserved = true;
	node.bgp_ready = NODE_BGP_READY_TRUE;
	tainted(NODE_STARTUP_TAINT);
	assert_string_equal(look(false), "");
}

TEST(other_taints_stay)
{
	assert_string_equal(look(true), "+");
	tainted("node.kubernetes.io/unschedulable");
	assert_string_equal(look(true), "");
}

TEST(refused_condition_is_tried_again_later)
{
	struct readiness_facts f = facts(true);

	assert_int_equal(step(&f), READINESS_CONDITION);
	readiness_answered(&r, READINESS_CONDITION, f.message, "u1", false);
	assert_int_equal(step(&f), READINESS_NOTHING);
	assert_int_equal(due, T0 + READINESS_AGAIN);
	now += READINESS_AGAIN;
	assert_int_equal(step(&f), READINESS_CONDITION);
}

/* The list was another one by then. */
TEST(refused_taint_is_tried_again)
{
	struct readiness_facts f = facts(true);

	assert_string_equal(look(true), "+");
	tainted(NODE_STARTUP_TAINT);
	assert_int_equal(step(&f), READINESS_UNTAINT);
	readiness_answered(&r, READINESS_UNTAINT, f.message, "u1", false);
	assert_int_equal(step(&f), READINESS_NOTHING);
	assert_int_equal(due, T0 + READINESS_PAUSE);
	now += READINESS_PAUSE;
	assert_int_equal(step(&f), READINESS_UNTAINT);
}

static void
assert_body(char *body, const char *want)
{
	assert_string_equal(body, want);
	free(body);
}

TEST(bodies_are_patches_of_one_condition_and_one_taint)
{
#define AT "2026-01-31T00:00:00Z"
#define WALL 1769817600000
	assert_body(readiness_condition(true, true, "SessionsUp", "m", WALL),
	    "{\"status\":{\"conditions\":[{\"type\":\"lbbgp.io/BGPReady\","
	    "\"status\":\"True\",\"reason\":\"SessionsUp\",\"message\":\"m\","
	    "\"lastHeartbeatTime\":\"" AT "\",\"lastTransitionTime\":\"" AT
	    "\"}]}}");
	assert_body(readiness_condition(false, false, "R", "m", WALL),
	    "{\"status\":{\"conditions\":[{\"type\":\"lbbgp.io/BGPReady\","
	    "\"status\":\"False\",\"reason\":\"R\",\"message\":\"m\","
	    "\"lastHeartbeatTime\":\"" AT "\"}]}}");
	assert_body(readiness_removal(),
	    "{\"status\":{\"conditions\":[{\"type\":\"lbbgp.io/BGPReady\","
	    "\"$patch\":\"delete\"}]}}");
	tainted(NODE_STARTUP_TAINT);
	tainted("other");
	tainted(NODE_STARTUP_TAINT); /* of another effect */
	assert_body(readiness_untaint(&node),
	    "[{\"op\":\"test\",\"path\":\"/spec/taints/2/key\","
	    "\"value\":\"lbbgp.io/not-ready\"},"
	    "{\"op\":\"remove\",\"path\":\"/spec/taints/2\"},"
	    "{\"op\":\"test\",\"path\":\"/spec/taints/0/key\","
	    "\"value\":\"lbbgp.io/not-ready\"},"
	    "{\"op\":\"remove\",\"path\":\"/spec/taints/0\"}]");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(enough_sessions_are_as_many_as_are_asked_for),
		CASE(
		    without_any_session_only_the_first_node_of_a_mesh_is_ready),
		CASE(
		    node_says_at_once_that_it_is_not_ready_and_then_that_it_is),
		CASE(two_writes_are_apart),
		CASE(session_that_flaps_changes_nothing),
		CASE(too_few_sessions_are_told_after_the_hold),
		CASE(restart_keeps_what_the_node_says),
		CASE(after_a_reboot_it_is_not_ready_at_once),
		CASE(start_of_a_node_that_says_so_already_writes_nothing_soon),
		CASE(news_of_the_message_alone_waits),
		CASE(what_somebody_else_changes_is_put_right),
		CASE(what_is_switched_off_is_removed),
		CASE(condition_that_is_not_ours_stays),
		CASE(taint_is_taken_off_when_enough_sessions_are_up),
		CASE(taint_stays_until_the_node_says_that_it_is_ready),
		CASE(taint_waits_for_no_condition_that_is_refused),
		CASE(taint_is_taken_off_once),
		CASE(taint_stays_while_the_condition_is_only_held),
		CASE(other_taints_stay),
		CASE(refused_condition_is_tried_again_later),
		CASE(refused_taint_is_tried_again),
		CASE(bodies_are_patches_of_one_condition_and_one_taint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
