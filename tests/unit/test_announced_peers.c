/* SPDX-License-Identifier: Apache-2.0 */
/* Ready of BGPPeers: of which nodes, since when, and until when. */
#include <jansson.h>
#include <string.h>

#include "allocator/announced/announced.h"
#include "tests/unit/reports.h"

#define ENDS                                                                 \
	"{'status':{'heartbeat':'2026-01-01T00:00:03Z','conditions':[{"      \
	"'type':'Ready','status':'False','reason':'Restarting'}],'peers':[{" \
	"'name':'tor','state':'Idle'}]}}"
#define OLD "'creationTimestamp':'2025-01-01T00:00:00Z'"

static void
node(struct cluster *c, const char *name, const char *ip)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{'metadata':{" OLD
	    ",'labels':{'name':'%s'}},'status':{'addresses':[{"
	    "'type':'InternalIP','address':'%s'}]}}",
	    name, ip);
	cluster_put(c, "Node", name, text);
	cluster_put(c, "BGPNodeStatus", name, REPORTS(UP("tor")));
}

/* Whose endpoints say that they are ready. */
static void
daemons(struct cluster *c, const char *nodes)
{
	slice(c, "lbbgp-system/bgpd-1", "lbbgp-bgpd", nodes);
}

#define ALL ON("n1") "," ON("n2") "," ON("n3")

/* Three nodes with a session each, for half a minute. */
static struct cluster *
three_nodes(void)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	node(c, "n1", "10.0.0.1");
	node(c, "n2", "10.0.0.2");
	node(c, "n3", "10.0.0.3");
	daemons(c, ALL);
	cluster_put(c, "BGPPeer", "tor",
	    "{'metadata':{'generation':1},'spec':{'peerIP':'10.0.0.254',"
	    "'asNumber':65000}}");
	cluster_wait(c, 30000);
	return c;
}

#define assert_ready(c, name, text) \
	assert_string_equal(        \
	    cluster_says(c, "BGPPeer", name, READY_CONDITION), text)
#define assert_tells(c, name, text) \
	assert_string_equal(        \
	    cluster_tells(c, "BGPPeer", name, READY_CONDITION), text)

static json_int_t
observed(const struct cluster *c, const char *kind, const char *name)
{
	const json_t *list = json_object_get(
	    json_object_get(cluster_get(c, kind, name), "status"),
	    "conditions");
	size_t i;
	json_t *one;

	json_array_foreach ((json_t *)list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "type")),
			READY_CONDITION) == 0)
			return json_integer_value(
			    json_object_get(one, "observedGeneration"));
	return -1;
}

/* ---- a daemon that is gone ---- */

TEST(a_daemon_that_is_killed_is_told_within_10_s)
{
	struct cluster *c = three_nodes();

	daemons(c, ON("n1") "," ON("n2"));
	cluster_wait(c, 4000);
	assert_ready(c, "tor", "True Ready");
	cluster_wait(c, 4000);
	assert_ready(c, "tor", "False NoDaemon");
	assert_tells(c, "tor",
	    "2 of 3 sessions are up; the daemon of node n3 is not ready");
	assert_has_event(c,
	    "NoDaemon: 2 of 3 sessions are up; the daemon of node n3 is not "
	    "ready");
	/* What it says of itself is for it to say until it is silent. */
	assert_string_equal(
	    cluster_says(c, "BGPNodeStatus", "n3", READY_CONDITION), "");
	daemons(c, ALL);
	cluster_wait(c, 3000);
	assert_ready(c, "tor", "True Ready");
	cluster_free(c);
}

TEST(several_daemons_that_are_gone_are_counted)
{
	struct cluster *c = three_nodes();

	daemons(c, ON("n2"));
	cluster_wait(c, 8000);
	assert_tells(c, "tor",
	    "1 of 3 sessions are up; the daemons of 2 nodes are not ready, as "
	    "of n1");
	cluster_free(c);
}

TEST(a_daemon_that_is_not_ready_for_a_moment_is_no_fault)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c), writes = cluster_applied(c);

	daemons(c, ON("n1") "," ON("n2"));
	cluster_wait(c, 4000);
	daemons(c, ALL);
	cluster_wait(c, 70000);
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_applied(c), writes);
	cluster_free(c);
}

/* It ends, is started, and reports; a kubelet asks it a while later. */
TEST(a_daemon_that_reports_again_may_be_ready_late)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c), writes = cluster_applied(c);

	daemons(c, ON("n1") "," ON("n2"));
	cluster_put(c, "BGPNodeStatus", "n3", ENDS);
	cluster_wait(c, 6000);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS_AT("00:36", UP("tor")));
	cluster_wait(c, 8000);
	daemons(c, ALL);
	cluster_wait(c, 70000);
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_applied(c), writes);
	cluster_free(c);
}

/* Not before its routers have been told everything, if they answer. */
TEST(a_daemon_that_is_new_may_be_ready_late)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPNodeStatus", "n4", REPORTS(UP("tor")));
	node(c, "n4", "10.0.0.4");
	cluster_wait(c, 30000);
	daemons(c, ALL "," ON("n4"));
	cluster_wait(c, 60000);
	assert_ready(c, "tor", "True Ready");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

/* As when it hangs: a word of it is to come once a minute. */
TEST(a_daemon_that_reported_once_without_being_ready_is_missed_later)
{
	struct cluster *c = three_nodes();

	daemons(c, ON("n1") "," ON("n2"));
	cluster_wait(c, 1000);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS_AT("00:31", UP("tor")));
	cluster_wait(c, 60000);
	assert_ready(c, "tor", "True Ready");
	cluster_wait(c, 20000);
	assert_ready(c, "tor", "False NoDaemon");
	cluster_free(c);
}

/* All restart: what was said of them is so again soon. */
TEST(a_peer_that_is_ready_counts_no_session_as_down_while_it_says_so)
{
	struct cluster *c = three_nodes();

	cluster_wait(c, 60000);
	cluster_put(c, "BGPNodeStatus", "n1", ENDS);
	cluster_put(c, "BGPNodeStatus", "n2", ENDS);
	cluster_put(c, "BGPNodeStatus", "n3", ENDS);
	cluster_wait(c, 5000);
	assert_ready(c, "tor", "True Ready");
	assert_tells(c, "tor", "3 of 3 sessions are up");
	cluster_free(c);
}

/* A router may not take the first connection. */
TEST(sessions_that_are_not_back_with_their_daemon_have_7_s)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c), writes = cluster_writes(c);

	cluster_put(c, "BGPNodeStatus", "n3", ENDS);
	cluster_wait(c, 3000);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS_AT("00:36", DOWN("tor")));
	cluster_wait(c, 3000);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS_AT("00:39", UP("tor")));
	cluster_wait(c, 60000);
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_writes(c), writes);
	cluster_put(c, "BGPNodeStatus", "n3", ENDS);
	cluster_wait(c, 3000);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS_AT("01:42", DOWN("tor")));
	cluster_wait(c, 7000);
	assert_tells(
	    c, "tor", "2 of 3 sessions are up; on node n3 it is Active");
	cluster_free(c);
}

/* No endpoint is left then, as where there is no Service of daemons. */
TEST(daemons_that_ended_and_stay_away_are_not_told_by_their_last_states)
{
	struct cluster *c = three_nodes();

	daemons(c, "");
	cluster_put(c, "BGPNodeStatus", "n1", ENDS);
	cluster_put(c, "BGPNodeStatus", "n2", ENDS);
	cluster_put(c, "BGPNodeStatus", "n3", ENDS);
	cluster_wait(c, 6000);
	assert_ready(c, "tor", "True Ready");
	cluster_wait(c, 4000);
	assert_ready(c, "tor", "False NoDaemon");
	assert_tells(c, "tor",
	    "0 of 3 sessions are up; the daemons of 3 nodes are not ready, as "
	    "of n1");
	cluster_free(c);
}

TEST(a_daemon_that_ended_is_away_for_the_next_leader_too)
{
	struct cluster *c = three_nodes();

	daemons(c, "");
	cluster_put(c, "BGPNodeStatus", "n2", ENDS);
	cluster_wait(c, 10000);
	unsigned events = cluster_events(c);

	cluster_restart(c);
	cluster_wait(c, 30000);
	assert_tells(c, "tor",
	    "2 of 3 sessions are up; the daemon of node n2 is not ready");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

/* It has said no last word, and its sessions stand as it reported them. */
TEST(a_daemon_that_was_killed_is_away_for_the_next_leader_too)
{
	struct cluster *c = three_nodes();

	daemons(c, ON("n1") "," ON("n2"));
	cluster_wait(c, 10000);
	assert_ready(c, "tor", "False NoDaemon");
	unsigned events = cluster_events(c), writes = cluster_applied(c);

	cluster_restart(c);
	cluster_wait(c, 30000);
	assert_ready(c, "tor", "False NoDaemon");
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_applied(c), writes);
	cluster_free(c);
}

/* Nor is any session of it known to whoever leads next. */
TEST(a_daemon_that_was_killed_without_a_session_is_away_yet)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPNodeStatus", "n3", REPORTS(""));
	daemons(c, ON("n1") "," ON("n2"));
	cluster_wait(c, 20000);
	assert_ready(c, "tor", "False NoDaemon");
	unsigned writes = cluster_applied(c);

	cluster_restart(c);
	cluster_wait(c, 30000);
	assert_tells(c, "tor",
	    "2 of 3 sessions are up; the daemon of node n3 is not ready");
	assert_int_equal(cluster_applied(c), writes);
	cluster_free(c);
}

/* ---- one that is new ---- */

/* As when lbbgp is installed: images are pulled first. */
static struct cluster *
without_daemons(void)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	cluster_put(c, "Node", "n1", "{'metadata':{" OLD "}}");
	cluster_wait(c, 5000);
	cluster_put(c, "BGPPeer", "tor",
	    "{'metadata':{'generation':1},'spec':{'peerIP':'10.0.0.254',"
	    "'asNumber':65000}}");
	cluster_wait(c, 20000);
	return c;
}

TEST(a_new_peer_whose_daemons_are_on_their_way_is_not_warned_of)
{
	struct cluster *c = without_daemons();

	assert_ready(c, "tor", "False NoDaemon");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_wait(c, 5000);
	assert_ready(c, "tor", "False NoSession");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_ready(c, "tor", "True Ready");
	assert_int_equal(cluster_events(c), 0);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_wait(c, 3000);
	assert_has_event(
	    c, "NoSession: 0 of 1 sessions are up; on node n1 it is Active");
	cluster_free(c);
}

TEST(a_new_peer_whose_daemons_do_not_come_is_warned_of)
{
	struct cluster *c = without_daemons();

	cluster_wait(c, 20000);
	assert_int_equal(cluster_events(c), 1);
	assert_has_event(c,
	    "NoDaemon: 0 of 1 sessions are up; nothing is heard of the daemons "
	    "of 1 nodes that it is for, as n1");
	cluster_wait(c, 60000);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

#define EDGE                                                           \
	"{'metadata':{'generation':1},'spec':{'peerIP':'10.0.0.253','" \
	"asNumber':65000}}"

static void
report(struct cluster *c, const char *name, const char *text)
{
	cluster_put(c, "BGPNodeStatus", name, text);
	cluster_wait(c, 1000);
}

TEST(a_peer_that_is_new_is_pending_until_all_nodes_have_its_session)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPPeer", "edge", EDGE);
	cluster_wait(c, 1000);
	assert_ready(c, "edge", "Unknown Pending");
	assert_tells(c, "edge",
	    "0 of 3 sessions are up; 3 nodes that it is for report none, as n1");
	report(c, "n1", REPORTS(UP("tor") "," DOWN("edge")));
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	report(c, "n2", REPORTS(UP("tor") "," UP("edge")));
	assert_ready(c, "edge", "Unknown Pending");
	report(c, "n3", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 1500);
	assert_ready(c, "edge", "True Ready");
	assert_tells(c, "edge", "3 of 3 sessions are up");
	cluster_wait(c, 60000);
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(a_fault_of_a_peer_that_is_new_is_told_within_10_s)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "edge", EDGE);
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	report(c, "n3", REPORTS(UP("tor") "," DOWN("edge")));
	cluster_wait(c, 7500);
	assert_ready(c, "edge", "False NoSession");
	assert_has_event(
	    c, "NoSession: 1 of 3 sessions are up; on node n3 it is Active");
	cluster_free(c);
}

/* As of another BGPPeer that has its address, or of what its router says. */
TEST(what_keeps_a_session_down_is_told_of_the_first_node_that_has_it)
{
	struct cluster *c = three_nodes();
	unsigned writes;

	cluster_put(c, "BGPNodeStatus", "n2",
	    REPORTS("{'name':'tor','state':'Idle','lastError':{'text':"
		    "'Peer Error'},'tcpError':{'text':'Refused'}}"));
	cluster_wait(c, 2000);
	assert_ready(c, "tor", "False NoSession");
	assert_tells(
	    c, "tor", "2 of 3 sessions are up; on node n2 it is Idle: Refused");
	writes = cluster_applied(c);
	for (unsigned i = 0; i < 10; i++) { /* a minute is not over */
		report(c, "n2",
		    REPORTS("{'name':'tor','state':'Idle','lastError':{"
			    "'text':'other','at':'x'}}"));
		report(c, "n2",
		    REPORTS("{'name':'tor','state':'Active','lastError':{"
			    "'text':'Hold'}}"));
	}
	assert_int_equal(cluster_applied(c), writes);
	cluster_wait(c, 60000);
	assert_tells(
	    c, "tor", "2 of 3 sessions are up; on node n2 it is Active: Hold");
	cluster_free(c);
}

TEST(an_error_that_has_no_end_is_told_in_part)
{
	struct cluster *c = three_nodes();
	char text[2048], x[1001];

	memset(x, 'x', sizeof(x) - 1);
	x[sizeof(x) - 1] = '\0';
	snprintf(text, sizeof(text),
	    REPORTS("{'name':'tor','state':'Idle','lastError':{'text':'%s'}}"),
	    x);
	report(c, "n2", text);
	cluster_wait(c, 2000);
	assert_int_equal(
	    strlen(cluster_tells(c, "BGPPeer", "tor", READY_CONDITION)),
	    strlen("2 of 3 sessions are up; on node n2 it is Idle: ") + 400);
	cluster_free(c);
}

/* Half a character is no UTF-8, and no JSON. */
TEST(an_error_that_is_cut_is_cut_between_characters)
{
	struct cluster *c = three_nodes();
	char text[2048], x[403];

	memset(x, 'x', 399);
	memcpy(x + 399, "\u00fc", sizeof("\u00fc"));
	snprintf(text, sizeof(text),
	    REPORTS("{'name':'tor','state':'Idle','lastError':{'text':'%s'}}"),
	    x);
	report(c, "n2", text);
	cluster_wait(c, 2000);
	assert_ready(c, "tor", "False NoSession");
	assert_int_equal(
	    strlen(cluster_tells(c, "BGPPeer", "tor", READY_CONDITION)),
	    strlen("2 of 3 sessions are up; on node n2 it is Idle: ") + 399);
	cluster_free(c);
}

TEST(a_peer_of_which_a_node_says_nothing_is_not_ready)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "edge", EDGE);
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	report(c, "n3", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 7500);
	assert_ready(c, "edge", "False NoSession");
	assert_tells(c, "edge",
	    "2 of 3 sessions are up; 1 nodes that it is for report none, as n2");
	cluster_free(c);
}

/* It was up for all nodes, and is not any more. */
TEST(a_peer_that_was_ready_once_is_not_new)
{
	struct cluster *c = three_nodes();
	const char *both = REPORTS(UP("tor") "," UP("edge"));

	cluster_put(c, "BGPNodeStatus", "n1", both);
	cluster_put(c, "BGPNodeStatus", "n2", both);
	cluster_put(c, "BGPNodeStatus", "n3", both);
	cluster_put(c, "BGPPeer", "edge", EDGE);
	cluster_wait(c, 3000);
	assert_ready(c, "edge", "True Ready");
	cluster_put(
	    c, "BGPNodeStatus", "n2", REPORTS(UP("tor") "," DOWN("edge")));
	cluster_wait(c, 2500);
	assert_ready(c, "edge", "False NoSession");
	cluster_free(c);
}

#define THEIRS "'annotations':{'lbbgp.io/class':'lbbgp.io/b'}"

TEST(a_peer_that_comes_back_is_not_warned_of)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "tor", "{'metadata':{" THEIRS "}}");
	report(c, "n1", REPORTS(""));
	report(c, "n2", REPORTS(""));
	report(c, "n3", REPORTS(""));
	cluster_wait(c, 30000);
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPPeer", "tor",
	    "{'metadata':{'annotations':{'lbbgp.io/class':null}}}");
	cluster_wait(c, 5000);
	report(c, "n1", REPORTS(UP("tor")));
	report(c, "n2", REPORTS(UP("tor")));
	report(c, "n3", REPORTS(UP("tor")));
	cluster_wait(c, 30000);
	assert_ready(c, "tor", "True Ready");
	assert_int_equal(cluster_events(c), events + 1); /* no Warning */
	assert_has_event(c, "Ready: 3 of 3 sessions are up");
	cluster_free(c);
}

/* Whoever leads now has not seen it come. */
TEST(an_old_peer_is_judged_at_once_by_who_leads_now)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "tor", "{'metadata':{" OLD "}}");
	cluster_stop(c);
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_restart(c);
	cluster_wait(c, 3000);
	assert_ready(c, "tor", "False NoSession");
	cluster_free(c);
}

/* ---- one that is edited ---- */

TEST(an_edit_that_changes_nothing_is_observed_after_a_while)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c);

	assert_int_equal(observed(c, "BGPPeer", "tor"), 1);
	cluster_put(c, "BGPPeer", "tor", "{'metadata':{'generation':2}}");
	cluster_wait(c, 7000);
	assert_int_equal(observed(c, "BGPPeer", "tor"), 1);
	cluster_wait(c, 2000);
	assert_int_equal(observed(c, "BGPPeer", "tor"), 2);
	assert_ready(c, "tor", "True Ready");
	cluster_wait(c, 100000);
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(an_edit_of_a_peer_that_stays_down_is_observed)
{
	struct cluster *c = three_nodes();

	report(c, "n1", REPORTS(DOWN("tor")));
	cluster_wait(c, 2000);
	assert_ready(c, "tor", "False NoSession");
	cluster_put(c, "BGPPeer", "tor", "{'metadata':{'generation':2}}");
	cluster_wait(c, 9000);
	assert_int_equal(observed(c, "BGPPeer", "tor"), 2);
	cluster_free(c);
}

TEST(an_edit_that_resets_sessions_is_no_fault)
{
	struct cluster *c = three_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPPeer", "tor", "{'metadata':{'generation':2}}");
	report(c, "n1", REPORTS(DOWN("tor")));
	report(c, "n2", REPORTS(DOWN("tor")));
	cluster_wait(c, 3000);
	assert_ready(c, "tor", "True Ready");
	report(c, "n1", REPORTS(UP("tor")));
	report(c, "n2", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_ready(c, "tor", "True Ready");
	assert_int_equal(observed(c, "BGPPeer", "tor"), 2);
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(an_edit_of_a_group_is_observed)
{
	struct cluster *c = three_nodes();

	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_put(c, "ServiceGroup", "four", "{'metadata':{'generation':1}}");
	cluster_wait(c, 10000);
	assert_int_equal(observed(c, "ServiceGroup", "four"), 1);
	cluster_put(c, "ServiceGroup", "four", "{'metadata':{'generation':2}}");
	cluster_wait(c, 10000);
	assert_int_equal(observed(c, "ServiceGroup", "four"), 2);
	cluster_free(c);
}

/* ---- how many there are to be ---- */

TEST(nodes_that_a_peer_is_not_for_are_not_missed)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "edge",
	    "{'spec':{'peerIP':'10.0.0.253','asNumber':65000,'nodeSelector':{"
	    "'matchLabels':{'name':'n2'}}}}");
	report(c, "n2", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 1500);
	assert_ready(c, "edge", "True Ready");
	assert_tells(c, "edge", "1 of 1 sessions are up");
	cluster_free(c);
}

TEST(a_node_that_is_the_peer_is_not_missed)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "edge",
	    "{'spec':{'peerIP':'10.0.0.3','asNumber':65000}}");
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	report(c, "n2", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 1500);
	assert_tells(c, "edge", "2 of 2 sessions are up");
	cluster_free(c);
}

/* By what it says of itself. */
TEST(a_node_that_says_it_is_the_peer_is_not_missed)
{
	struct cluster *c = three_nodes();
	static const char *const names[] = { "n1", "n2", "n3" };

	for (unsigned i = 0; i < 3; i++)
		cluster_put(c, "Node", names[i],
		    "{'metadata':{'annotations':{'lbbgp.io/tor':'10.0.0.3'}}}");
	cluster_put(c, "BGPPeer", "edge",
	    "{'spec':{'fromNode':{'peerIP':{'annotation':'lbbgp.io/tor'}},"
	    "'asNumber':65000}}");
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	report(c, "n2", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 1500);
	assert_tells(c, "edge", "2 of 2 sessions are up");
	assert_ready(c, "edge", "True Ready");
	cluster_free(c);
}

TEST(a_node_without_a_configuration_is_not_missed)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPConfiguration", "links",
	    "{'spec':{'nodeSelector':{'matchLabels':{'name':'n3'}}}}");
	report(c, "n3", REPORTS(""));
	cluster_wait(c, 70000);
	assert_ready(c, "tor", "True Ready");
	assert_tells(c, "tor", "2 of 2 sessions are up");
	cluster_free(c);
}

TEST(a_node_that_a_peer_is_for_from_now_on_has_time_to_say_so)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "edge",
	    "{'spec':{'peerIP':'10.0.0.253','asNumber':65000,'nodeSelector':{"
	    "'matchLabels':{'edge':'yes'}}}}");
	cluster_put(c, "Node", "n1", "{'metadata':{'labels':{'edge':'yes'}}}");
	report(c, "n1", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 20000);
	assert_ready(c, "edge", "True Ready");
	unsigned events = cluster_events(c);

	cluster_put(c, "Node", "n2", "{'metadata':{'labels':{'edge':'yes'}}}");
	cluster_wait(c, 6000);
	report(c, "n2", REPORTS(UP("tor") "," UP("edge")));
	cluster_wait(c, 60000);
	assert_ready(c, "edge", "True Ready");
	assert_int_equal(cluster_events(c), events);
	cluster_put(c, "Node", "n3", "{'metadata':{'labels':{'edge':'yes'}}}");
	cluster_wait(c, 9900);
	assert_ready(c, "edge", "False NoSession");
	cluster_free(c);
}

TEST(whoever_comes_from_a_prefix_is_all_that_is_counted)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "racks",
	    "{'spec':{'peerPrefix':'10.7.0.0/24','asNumber':65000}}");
	cluster_wait(c, 9900);
	assert_ready(c, "racks", "False NobodyCame");
	report(c, "n2", REPORTS(UP("tor") "," UP("racks/10.7.0.1")));
	cluster_wait(c, 2500);
	assert_ready(c, "racks", "True Ready");
	assert_tells(c, "racks", "1 of 1 sessions are up");
	cluster_free(c);
}

#define REFLECTOR                                                \
	"{'spec':{'nodeSelector':{'matchLabels':{'name':'n1'}}," \
	"'peerSelector':{},'reversePeering':'Auto'}}"

TEST(each_node_at_an_end_of_a_peer_selector_has_a_session)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "mesh", REFLECTOR);
	report(c, "n1", REPORTS(UP("tor") "," UP("mesh/n2") "," UP("mesh/n3")));
	report(c, "n2", REPORTS(UP("tor") "," UP("mesh/n1")));
	assert_ready(c, "mesh", "Unknown Pending");
	report(c, "n3", REPORTS(UP("tor") "," UP("mesh/n1")));
	cluster_wait(c, 1500);
	assert_ready(c, "mesh", "True Ready");
	assert_tells(c, "mesh", "4 of 4 sessions are up");
	cluster_free(c);
}

/* It is at both ends, and alone; nor has any other an address of its family. */
TEST(a_node_that_finds_nobody_at_the_other_end_is_not_missed)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPPeer", "alone",
	    "{'spec':{'nodeSelector':{'matchLabels':{'name':'n1'}},"
	    "'peerSelector':{'matchLabels':{'name':'n1'}}}}");
	cluster_put(c, "Node", "n2",
	    "{'status':{'addresses':[{'type':'InternalIP','address':"
	    "'fd00::2'}]}}");
	cluster_put(c, "BGPPeer", "other",
	    "{'spec':{'nodeSelector':{'matchLabels':{'name':'n1'}},"
	    "'peerSelector':{'matchLabels':{'name':'n2'}},"
	    "'reversePeering':'Auto'}}");
	cluster_wait(c, 9900);
	assert_ready(c, "alone", "False NoNode");
	assert_ready(c, "other", "False NoNode");
	cluster_free(c);
}

/* A list in a status has its bounds. */
TEST(a_node_that_does_not_report_all_of_its_sessions_is_not_missed)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "BGPNodeStatus", "n2",
	    "{'status':{'peersConfigured':2,'peers':[" UP("edge") "]}}");
	cluster_wait(c, 70000);
	assert_ready(c, "tor", "True Ready");
	assert_tells(c, "tor", "2 of 2 sessions are up");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_daemon_that_is_killed_is_told_within_10_s),
		cmocka_unit_test(several_daemons_that_are_gone_are_counted),
		cmocka_unit_test(
		    a_daemon_that_is_not_ready_for_a_moment_is_no_fault),
		cmocka_unit_test(a_daemon_that_reports_again_may_be_ready_late),
		cmocka_unit_test(a_daemon_that_is_new_may_be_ready_late),
		cmocka_unit_test(
		    a_daemon_that_reported_once_without_being_ready_is_missed_later),
		cmocka_unit_test(
		    a_peer_that_is_ready_counts_no_session_as_down_while_it_says_so),
		cmocka_unit_test(
		    sessions_that_are_not_back_with_their_daemon_have_7_s),
		cmocka_unit_test(
		    daemons_that_ended_and_stay_away_are_not_told_by_their_last_states),
		cmocka_unit_test(
		    a_daemon_that_ended_is_away_for_the_next_leader_too),
		cmocka_unit_test(
		    a_new_peer_whose_daemons_are_on_their_way_is_not_warned_of),
		cmocka_unit_test(
		    a_new_peer_whose_daemons_do_not_come_is_warned_of),
		cmocka_unit_test(
		    a_daemon_that_was_killed_is_away_for_the_next_leader_too),
		cmocka_unit_test(
		    a_daemon_that_was_killed_without_a_session_is_away_yet),
		cmocka_unit_test(
		    a_peer_that_is_new_is_pending_until_all_nodes_have_its_session),
		cmocka_unit_test(
		    a_fault_of_a_peer_that_is_new_is_told_within_10_s),
		cmocka_unit_test(
		    what_keeps_a_session_down_is_told_of_the_first_node_that_has_it),
		cmocka_unit_test(an_error_that_has_no_end_is_told_in_part),
		cmocka_unit_test(
		    an_error_that_is_cut_is_cut_between_characters),
		cmocka_unit_test(
		    a_peer_of_which_a_node_says_nothing_is_not_ready),
		cmocka_unit_test(a_peer_that_was_ready_once_is_not_new),
		cmocka_unit_test(a_peer_that_comes_back_is_not_warned_of),
		cmocka_unit_test(
		    an_old_peer_is_judged_at_once_by_who_leads_now),
		cmocka_unit_test(
		    an_edit_that_changes_nothing_is_observed_after_a_while),
		cmocka_unit_test(an_edit_of_a_peer_that_stays_down_is_observed),
		cmocka_unit_test(an_edit_that_resets_sessions_is_no_fault),
		cmocka_unit_test(an_edit_of_a_group_is_observed),
		cmocka_unit_test(nodes_that_a_peer_is_not_for_are_not_missed),
		cmocka_unit_test(a_node_that_is_the_peer_is_not_missed),
		cmocka_unit_test(a_node_that_says_it_is_the_peer_is_not_missed),
		cmocka_unit_test(a_node_without_a_configuration_is_not_missed),
		cmocka_unit_test(
		    a_node_that_a_peer_is_for_from_now_on_has_time_to_say_so),
		cmocka_unit_test(
		    whoever_comes_from_a_prefix_is_all_that_is_counted),
		cmocka_unit_test(
		    each_node_at_an_end_of_a_peer_selector_has_a_session),
		cmocka_unit_test(
		    a_node_that_finds_nobody_at_the_other_end_is_not_missed),
		cmocka_unit_test(
		    a_node_that_does_not_report_all_of_its_sessions_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
