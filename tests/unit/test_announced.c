/* SPDX-License-Identifier: Apache-2.0 */
/* Whether nodes announce what there is: Announced of Services, Ready of the rest. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/announced/announced.h"
#include "allocator/announced/judge.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/log.h"
#include "tests/unit/reports.h"

/* How often one Service was judged. */
static unsigned judged;

void __real_judge_service(const struct node_classes *, const struct endpoints *,
    const struct service *, struct ruling *);
void __wrap_judge_service(const struct node_classes *, const struct endpoints *,
    const struct service *, struct ruling *);

void
__wrap_judge_service(const struct node_classes *classes,
    const struct endpoints *endpoints, const struct service *s,
    struct ruling *ruling)
{
	judged++;
	__real_judge_service(classes, endpoints, s, ruling);
}

#define PASSES 6000 /* ms in which what may pass by itself has */

static void
node(struct cluster *c, const char *name)
{
	cluster_put(c, "Node", name, "{'metadata':{'labels':{'a':'b'}}}");
	cluster_put(c, "BGPNodeStatus", name, REPORTS(UP("tor")));
}

/* Two nodes with a session each, a group, a Service with an endpoint on n1. */
static void
fill(struct cluster *c)
{
	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	node(c, "n1");
	node(c, "n2");
	slice(c, "web/shop-1", "shop", ON("n1"));
	cluster_put(c, "Service", "web/shop", NULL);
}

static struct cluster *
two_nodes(void)
{
	struct cluster *c = cluster_new_telling(1);

	fill(c);
	cluster_wait(c, 3000);
	return c;
}

#define assert_announced(c, text) \
	assert_string_equal(      \
	    cluster_says(c, "Service", "web/shop", SERVICE_ANNOUNCED), text)
#define assert_tells(c, text) \
	assert_string_equal(  \
	    cluster_tells(c, "Service", "web/shop", SERVICE_ANNOUNCED), text)
#define assert_ready(c, kind, name, text) \
	assert_string_equal(cluster_says(c, kind, name, READY_CONDITION), text)
#define assert_ready_tells(c, kind, name, text) \
	assert_string_equal(cluster_tells(c, kind, name, READY_CONDITION), text)

static void
change(struct cluster *c, const char *kind, const char *where, const char *text)
{
	cluster_put(c, kind, where, text);
	cluster_wait(c, 3000);
}

TEST(all_is_well_where_nodes_have_sessions)
{
	struct cluster *c = two_nodes();

	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "True Assigned");
	assert_announced(c, "True Announced");
	assert_tells(c, "10.0.0.0: 2 of 2 nodes");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_ready_tells(c, "BGPPeer", "tor", "2 of 2 sessions are up");
	cluster_free(c);
}

TEST(nothing_is_written_when_nothing_changes)
{
	struct cluster *c = two_nodes();

	cluster_wait(c, 60000); /* numbers are late */
	unsigned writes = cluster_writes(c), applied = cluster_applied(c);

	/* A heartbeat, and a change of a Node that bears on nothing. */
	change(c, "BGPNodeStatus", "n1",
	    "{'status':{'heartbeat':'2026-01-01T00:00:20Z'}}");
	change(c, "Node", "n1", "{'metadata':{'labels':{'c':'d'}}}");
	cluster_wait(c, 60000);
	cluster_restart(c); /* another leader */
	cluster_wait(c, 10000);
	assert_int_equal(cluster_writes(c), writes);
	/* The figures of a group are told by each that begins to lead. */
	assert_int_equal(cluster_applied(c), applied + 1);
	assert_announced(c, "True Announced");
	cluster_free(c);
}

TEST(the_exclude_label_on_every_node_is_told)
{
	struct cluster *c = two_nodes();
	const char *excluded =
	    "{'metadata':{'labels':{'" NODE_EXCLUDE_LABEL "':''}}}";

	change(c, "Node", "n1", excluded);
	assert_announced(c, "True Announced");
	change(c, "Node", "n2", excluded);
	assert_announced(c, "False NodeExcluded");
	assert_tells(c,
	    "10.0.0.0: 0 of 2 nodes, 2 NodeExcluded; NodeExcluded: this node "
	    "has the label " NODE_EXCLUDE_LABEL);
	assert_ready(c, "ServiceGroup", "four", "False NodeExcluded");
	change(c, "Node", "n1",
	    "{'metadata':{'labels':{'" NODE_EXCLUDE_LABEL "':null}}}");
	assert_announced(c, "True Announced");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	cluster_free(c);
}

/* Both what follows an address of it sees: it is there all the time. */
TEST(a_fault_takes_no_address_away)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	while (cluster_step(c) && cluster_now(c) < 20000)
		assert_has(c, "web/shop", "10.0.0.0");
	assert_announced(c, "False NoSession");
	assert_says(c, "web/shop", "True Assigned");
	cluster_free(c);
}

TEST(sessions_that_are_down_are_told)
{
	struct cluster *c = two_nodes();

	change(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	assert_announced(c, "True Announced");
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	assert_ready_tells(c, "BGPPeer", "tor",
	    "1 of 2 sessions are up; on node n1 it is Active");
	change(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	assert_announced(c, "False NoSession");
	assert_ready(c, "ServiceGroup", "four", "False NoSession");
	change(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	assert_announced(c, "True Announced");
	cluster_free(c);
}

/* The last word of a daemon, at that second. */
#define ENDS(at)                                                             \
	"{'status':{'heartbeat':'2026-01-01T00:00:" at "Z','conditions':[{"  \
	"'type':'Ready','status':'False','reason':'Restarting'}],'peers':[{" \
	"'name':'tor','state':'Idle'}]}}"

/* One after the other, as in an upgrade, and for a while at the same time. */
TEST(a_daemon_that_is_restarted_is_no_fault)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("03"));
	cluster_wait(c, 4000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_announced(c, "True Announced");
	cluster_put(c, "BGPNodeStatus", "n2", ENDS("07"));
	cluster_wait(c, 1000);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_wait(c, 4000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(UP("tor")));
	cluster_wait(c, 20000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(a_daemon_that_does_not_come_back_is_told_within_10_s)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("03"));
	cluster_wait(c, 9500);
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	assert_has_event(c,
	    "NoDaemon: 1 of 2 sessions are up; the daemon of node n1 is not ready");
	cluster_free(c);
}

TEST(a_session_that_is_lost_during_a_restart_is_told_at_once)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("03"));
	change(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	assert_ready_tells(c, "BGPPeer", "tor",
	    "0 of 2 sessions are up; on node n2 it is Active");
	cluster_free(c);
}

/* It was not up before either. */
TEST(a_restart_makes_no_session_good)
{
	struct cluster *c = two_nodes();

	change(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	change(c, "BGPNodeStatus", "n1", ENDS("06"));
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	cluster_free(c);
}

/* Nodes have no session then, but had a moment ago. */
TEST(a_service_of_daemons_that_are_restarted_is_announced_for_5_s)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("03"));
	cluster_put(c, "BGPNodeStatus", "n2", ENDS("03"));
	cluster_wait(c, 4000);
	assert_announced(c, "True Announced");
	cluster_wait(c, 5000);
	assert_announced(c, "False NoDaemon");
	cluster_free(c);
}

/* What counts is when its last word came here. */
TEST(a_clock_that_is_wrong_gives_a_restart_no_more_and_no_less_time)
{
	static const char *const ends[] = { ENDS("00"), ENDS("30"),
		ENDS("59") };

	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct cluster *c = two_nodes();

		cluster_wait(c, 20000);
		cluster_put(c, "BGPNodeStatus", "n1", ends[i]);
		cluster_wait(c, 6000);
		assert_ready(c, "BGPPeer", "tor", "True Ready");
		cluster_wait(c, 3500);
		assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
		cluster_free(c);
	}
}

/* Nothing but its last words is heard of it. */
TEST(a_daemon_that_is_restarted_twice_has_its_time_each_time)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("03"));
	cluster_wait(c, 5000);
	cluster_put(c, "BGPNodeStatus", "n1", ENDS("08"));
	cluster_wait(c, 5000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	cluster_wait(c, 4500);
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	cluster_free(c);
}

TEST(a_node_that_is_new_is_missed_when_it_could_have_been_heard_of)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "Node", "n3", NULL);
	for (unsigned i = 0; i < 17; i++) {
		cluster_wait(c, 10000);
		assert_ready(c, "BGPPeer", "tor", "True Ready");
	}
	assert_int_equal(cluster_events(c), events);
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS(UP("tor")));
	cluster_wait(c, 3000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(a_node_of_which_nothing_is_heard_is_missed_in_the_end)
{
	struct cluster *c = two_nodes();
	const char *heard = "{'status':{'heartbeat':'2026-01-01T00:02:30Z'}}";

	cluster_put(c, "Node", "n3", NULL);
	cluster_wait(c, 150000);
	cluster_put(c, "BGPNodeStatus", "n1", heard);
	cluster_put(c, "BGPNodeStatus", "n2", heard);
	cluster_wait(c, 100000);
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	assert_ready_tells(c, "BGPPeer", "tor",
	    "2 of 3 sessions are up; nothing is heard of the daemons of 1 "
	    "nodes that it is for, as n3");
	cluster_free(c);
}

/* Else it would turn with each daemon whose session takes its time. */
TEST(a_peer_of_new_nodes_is_ready_when_all_have_been_heard_of)
{
	struct cluster *c = cluster_new_telling(1);

	fill(c);
	cluster_put(c, "Node", "n3", NULL);
	cluster_wait(c, 9000);
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	change(c, "BGPNodeStatus", "n3", REPORTS(UP("tor")));
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	cluster_free(c);
}

/* kubectl describe shows events of a Service, and no conditions. */
TEST(what_turns_is_an_event_too)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_delete(c, "EndpointSlice", "web/shop-1");
	cluster_wait(c, 1000);
	assert_int_equal(cluster_events(c), events + 1);
	assert_has_event(c,
	    "NoEndpoint: 10.0.0.0: 0 of 2 nodes, 2 NoEndpoint; NoEndpoint: no "
	    "endpoint anywhere");
	slice(c, "web/shop-1", "shop", ON("n2"));
	cluster_wait(c, 1000);
	assert_int_equal(cluster_events(c), events + 2);
	assert_has_event(c, "Announced: 10.0.0.0: 2 of 2 nodes");
	cluster_free(c);
}

/* Its pods are being started, most often. */
TEST(a_new_service_without_endpoints_is_no_event_at_once)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "Service", "web/new", NULL);
	cluster_wait(c, 25000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "False NoEndpoint");
	assert_int_equal(cluster_events(c), events + 1); /* its address */
	cluster_wait(c, 10000);
	assert_int_equal(cluster_events(c), events + 2);
	assert_has_event(c,
	    "NoEndpoint: 10.0.0.1: 0 of 2 nodes, 2 NoEndpoint; NoEndpoint: no "
	    "endpoint anywhere");
	cluster_wait(c, 100000);
	assert_int_equal(cluster_events(c), events + 2);
	cluster_free(c);
}

TEST(a_new_service_that_gets_endpoints_was_never_worth_a_warning)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/new", NULL);
	cluster_wait(c, 20000);
	unsigned events = cluster_events(c);

	slice(c, "web/new-1", "new", ON("n2"));
	cluster_wait(c, 60000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "True Announced");
	assert_int_equal(cluster_events(c), events); /* nobody was worried */
	cluster_free(c);
}

/* Its EndpointSlices are there before it has an address. */
TEST(a_new_service_that_all_is_well_with_is_told_once)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c), writes = cluster_writes(c);

	cluster_put(c, "Service", "web/new",
	    "{'spec':{'externalTrafficPolicy':'Local'}}");
	slice(c, "web/new-1", "new", "");
	slice(c, "web/new-1", "new", ON("n2"));
	cluster_wait(c, 4000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "True Announced");
	cluster_wait(c, 60000);
	assert_int_equal(cluster_events(c), events + 1); /* its address */
	assert_int_equal(cluster_writes(c), writes + 2);
	cluster_free(c);
}

TEST(a_new_service_that_gets_no_address_is_told_soon)
{
	struct cluster *c = two_nodes();

	for (unsigned i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "web/new%u", i);
		cluster_put(c, "Service", name, NULL);
	}
	cluster_wait(c, 8000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new3", SERVICE_ANNOUNCED),
	    "False NoAddress");
	cluster_free(c);
}

/* As when lbbgp is installed with all that it is for: images are pulled first. */
static struct cluster *
without_daemons(void)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_put(c, "Node", "n1", NULL);
	cluster_put(c, "Node", "n2", NULL);
	cluster_wait(c, 5000);
	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	slice(c, "web/shop-1", "shop", ON("n1"));
	cluster_put(c, "Service", "web/shop", NULL);
	return c;
}

TEST(daemons_that_are_on_their_way_are_not_warned_of)
{
	struct cluster *c = without_daemons();

	cluster_wait(c, 5000);
	assert_announced(c, "False NoDaemon");
	cluster_wait(c, 15000);
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_events(c), 1); /* its address */
	cluster_free(c);
}

TEST(daemons_that_do_not_come_are_warned_of)
{
	struct cluster *c = without_daemons();

	cluster_wait(c, 40000);
	assert_has_event(c,
	    "NoDaemon: 10.0.0.0: 0 of 2 nodes, 2 NoDaemon; NoDaemon: no daemon "
	    "of lbbgp runs there, or none was heard of for long");
	cluster_free(c);
}

/* What comes in one manifest: a report that it is all up takes some seconds. */
TEST(a_service_that_comes_with_its_peer_is_not_warned_of)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_put(c, "Node", "n1", NULL);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(""));
	cluster_wait(c, 5000);
	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	slice(c, "web/shop-1", "shop", ON("n1"));
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_wait(c, 2000);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_wait(c, 5000);
	assert_announced(c, "False NoSession");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_events(c), 1); /* its address */
	cluster_free(c);
}

TEST(a_new_service_without_a_session_is_warned_of_within_10_s)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_wait(c, 20000);
	unsigned events = cluster_events(c);

	slice(c, "web/new-1", "new", ON("n1"));
	cluster_put(c, "Service", "web/new", NULL);
	cluster_wait(c, 10000);
	assert_int_equal(cluster_events(c), events + 2); /* and its address */
	assert_has_event(c,
	    "NoSession: 10.0.0.1: 0 of 2 nodes, 2 NoSession; NoSession: no "
	    "session is up with a peer that it is for, of its family");
	cluster_wait(c, 60000);
	assert_int_equal(cluster_events(c), events + 2);
	cluster_free(c);
}

/* A daemon that is there has to meet its routers first. */
TEST(sessions_of_daemons_that_have_come_are_not_warned_of)
{
	struct cluster *c = without_daemons();

	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	cluster_wait(c, 15000);
	assert_announced(c, "False NoDaemon");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(""));
	cluster_wait(c, 3000);
	assert_announced(c, "False NoPeer");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_wait(c, 5000);
	assert_announced(c, "False NoSession");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_events(c), 1); /* its address */
	cluster_free(c);
}

/* They stand in line to be told so. */
TEST(many_services_that_waited_for_daemons_are_no_events)
{
	struct cluster *c = without_daemons();
	char name[32], of[32];

	group(c, "many", "10.1.0.0/24", "10.1.0.0/24");
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "web/s%u", i);
		snprintf(of, sizeof(of), "web/s%u-1", i);
		slice(c, of, name + strlen("web/"), ON("n1"));
		cluster_put(c, "Service", name, NULL);
	}
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	cluster_wait(c, 10000);
	unsigned events = cluster_events(c);

	assert_announced(c, "False NoDaemon");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(UP("tor")));
	cluster_wait(c, 60000);
	assert_announced(c, "True Announced");
	assert_string_equal(
	    cluster_says(c, "Service", "web/s99", SERVICE_ANNOUNCED),
	    "True Announced");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

/* As when manifests are applied by the order of their names. */
TEST(a_service_that_waited_for_its_address_has_time_for_its_pods_then)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/new", ASKS("10.0.1.0"));
	cluster_wait(c, 10000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "False NoAddress");
	group(c, "five", "10.0.1.0/24", "10.0.1.0/30");
	cluster_wait(c, 4000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "False NoEndpoint");
	unsigned events = cluster_events(c);

	cluster_wait(c, 15000);
	assert_int_equal(cluster_events(c), events);
	cluster_wait(c, 15000);
	assert_int_equal(cluster_events(c), events + 1);
	assert_has_event(c,
	    "NoEndpoint: 10.0.1.0: 0 of 2 nodes, 2 NoEndpoint; NoEndpoint: no "
	    "endpoint anywhere");
	cluster_free(c);
}

TEST(a_service_that_becomes_local_is_told_once_and_quietly)
{
	struct cluster *c = two_nodes();

	cluster_wait(c, 5000);
	unsigned events = cluster_events(c), writes = cluster_writes(c);

	cluster_put(c, "Service", "web/shop",
	    "{'metadata':{'generation':2},"
	    "'spec':{'externalTrafficPolicy':'Local'}}");
	cluster_wait(c, 3000);
	assert_announced(c, "True Announced");
	assert_tells(c, "10.0.0.0: 1 of 2 nodes, 1 NoLocalEndpoint");
	cluster_wait(c, 30000);
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_writes(c), writes + 1);
	/* Its pod is replaced by one on the other node. */
	slice(c, "web/shop-1", "shop", ON("n1") "," ON("n2"));
	cluster_wait(c, 2000);
	slice(c, "web/shop-1", "shop", ON("n2"));
	cluster_wait(c, 70000);
	assert_int_equal(cluster_events(c), events);
	assert_int_equal(cluster_writes(c), writes + 1);
	cluster_free(c);
}

/* Who led before could not send it any more; nor is what he has sent sent again. */
TEST(the_warning_of_a_new_service_outlives_its_leader)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "Service", "web/new", NULL);
	cluster_wait(c, 15000);
	cluster_restart(c);
	cluster_wait(c, 10000);
	assert_int_equal(cluster_events(c), events + 1); /* its address */
	cluster_wait(c, 10000);
	assert_int_equal(cluster_events(c), events + 2);
	assert_has_event(c,
	    "NoEndpoint: 10.0.0.1: 0 of 2 nodes, 2 NoEndpoint; NoEndpoint: no "
	    "endpoint anywhere");
	cluster_restart(c);
	cluster_wait(c, 100000);
	assert_int_equal(cluster_events(c), events + 2);
	cluster_free(c);
}

/* Whenever the leader is killed, whoever is next goes on from what is written. */
TEST(a_new_service_that_all_is_well_with_is_told_once_by_all_leaders)
{
	for (unsigned at = 0; at < 10000; at += 250) {
		struct cluster *c = two_nodes();
		unsigned events = cluster_events(c), writes = cluster_writes(c);

		cluster_put(c, "Service", "web/new",
		    "{'spec':{'externalTrafficPolicy':'Local'}}");
		slice(c, "web/new-1", "new", ON("n2"));
		cluster_wait(c, at);
		cluster_restart(c);
		cluster_wait(c, 60000);
		assert_int_equal(cluster_events(c), events + 1);
		assert_int_equal(cluster_writes(c), writes + 2);
		cluster_free(c);
	}
}

TEST(who_leads_later_warns_of_no_service_that_has_endpoints_by_then)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/new", NULL);
	cluster_wait(c, 15000);
	cluster_restart(c);
	cluster_wait(c, 5000);
	unsigned events = cluster_events(c);

	slice(c, "web/new-1", "new", ON("n2"));
	cluster_wait(c, 60000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/new", SERVICE_ANNOUNCED),
	    "True Announced");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(a_session_of_the_other_family_tells_nobody)
{
	struct cluster *c = two_nodes();
	const char *v6 =
	    REPORTS("{'name':'tor','state':'Established','capabilities':"
		    "['ipv6-unicast']}");

	change(c, "BGPNodeStatus", "n1", v6);
	change(c, "BGPNodeStatus", "n2", v6);
	assert_announced(c, "False NoSession");
	cluster_free(c);
}

TEST(no_peer_of_any_node_is_told)
{
	struct cluster *c = two_nodes();

	change(c, "BGPPeer", "tor",
	    "{'spec':{'nodeSelector':{'matchLabels':{'x':'y'}}}}");
	change(c, "BGPNodeStatus", "n1", REPORTS(""));
	change(c, "BGPNodeStatus", "n2", REPORTS(""));
	assert_announced(c, "False NoPeer");
	assert_ready(c, "BGPPeer", "tor", "False NoNode");
	cluster_free(c);
}

TEST(a_group_that_no_node_may_announce_is_told)
{
	struct cluster *c = two_nodes();

	change(c, "ServiceGroup", "four",
	    "{'spec':{'announce':{'bgp':{'nodeSelector':{'matchLabels':"
	    "{'edge':'yes'}}}}}}");
	assert_ready(c, "ServiceGroup", "four", "False NodeNotSelected");
	assert_announced(c, "False NodeNotSelected");
	change(c, "Node", "n2", "{'metadata':{'labels':{'edge':'yes'}}}");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	assert_announced(c, "True Announced");
	assert_tells(c, "10.0.0.0: 1 of 2 nodes, 1 NodeNotSelected");
	cluster_free(c);
}

TEST(peers_that_a_group_names_are_those_that_count)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPPeer", "edge",
	    "{'spec':{'peerIP':'10.0.0.253','asNumber':65000}}");
	change(c, "ServiceGroup", "four",
	    "{'spec':{'announce':{'bgp':{'peers':['edge']}}}}");
	assert_announced(c, "False NoSession");
	change(c, "BGPNodeStatus", "n2", REPORTS(UP("tor") "," UP("edge")));
	assert_announced(c, "True Announced");
	cluster_free(c);
}

TEST(no_configuration_is_told)
{
	struct cluster *c = two_nodes();

	cluster_delete(c, "BGPConfiguration", "default");
	cluster_wait(c, 3000);
	assert_announced(c, "False NotConfigured");
	assert_ready(c, "ServiceGroup", "four", "False NotConfigured");
	cluster_free(c);
}

TEST(no_endpoint_is_told)
{
	struct cluster *c = two_nodes();

	cluster_delete(c, "EndpointSlice", "web/shop-1");
	cluster_wait(c, 1000);
	assert_announced(c, "False NoEndpoint");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	slice(c, "web/shop-1", "shop", ON("n2"));
	cluster_wait(c, 1000);
	assert_announced(c, "True Announced");
	cluster_free(c);
}

TEST(with_policy_local_nodes_with_an_endpoint_count)
{
	struct cluster *c = two_nodes();

	change(c, "Service", "web/shop",
	    "{'spec':{'externalTrafficPolicy':'Local'}}");
	assert_announced(c, "True Announced");
	change(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	assert_announced(c, "True Announced");
	change(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	assert_announced(c, "False NoSession");
	assert_tells(c,
	    "10.0.0.0: 0 of 2 nodes, 1 NoLocalEndpoint, 1 NoSession; "
	    "NoSession: no session is up with a peer that it is for, of its "
	    "family");
	cluster_free(c);
}

TEST(endpoints_on_nodes_that_may_not_announce_are_told)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/shop",
	    "{'spec':{'externalTrafficPolicy':'Local'}}");
	change(c, "Node", "n1",
	    "{'metadata':{'labels':{'" NODE_EXCLUDE_LABEL "':''}}}");
	assert_announced(c, "False Stranded");
	cluster_free(c);
}

TEST(a_data_plane_that_is_down_is_told)
{
	struct cluster *c = two_nodes();
	const char *down =
	    "{'status':{'conditions':[{'type':'DataPlaneDown','status':'True'}]}}";

	change(c, "BGPNodeStatus", "n1", down);
	change(c, "BGPNodeStatus", "n2", down);
	cluster_wait(c, PASSES);
	assert_announced(c, "False DataPlaneDown");
	cluster_free(c);
}

TEST(a_daemon_that_is_not_ready_is_told_before_its_heartbeat_is_old)
{
	struct cluster *c = two_nodes();

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n2"));
	cluster_wait(c, 3000);
	assert_tells(c, "10.0.0.0: 2 of 2 nodes"); /* numbers may wait */
	cluster_wait(c, 60000);
	assert_tells(c, "10.0.0.0: 1 of 2 nodes, 1 NoDaemon");
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n3"));
	cluster_wait(c, 2000 + PASSES);
	assert_announced(c, "False NoDaemon");
	cluster_free(c);
}

/* As in an upgrade: the routers have its routes all the time. */
/* As the only one of a cluster of one node. */
TEST(daemons_none_of_which_is_ready_any_more_are_told_within_10_s)
{
	struct cluster *c = two_nodes();

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd",
	    ON("n1") "," ON("n2"));
	cluster_wait(c, 70000);
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd",
	    OFF("n1") "," OFF("n2"));
	cluster_wait(c, 9500);
	assert_announced(c, "False NoDaemon");
	assert_ready(c, "ServiceGroup", "four", "False NoDaemon");
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	cluster_restart(c); /* another leader */
	cluster_wait(c, 30000);
	assert_announced(c, "False NoDaemon");
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	/* None has an endpoint any more, so the daemons' word has to do. */
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", "");
	cluster_wait(c, 9500);
	assert_announced(c, "True Announced");
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	cluster_free(c);
}

TEST(a_daemon_that_starts_anew_is_no_news)
{
	struct cluster *c = two_nodes();
	const char *first =
	    "{'status':{'conditions':[{'type':'DataPlaneDown','status':'True'}]}}";

	cluster_delete(c, "Node", "n2");
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n1"));
	cluster_wait(c, 70000);
	unsigned writes = cluster_writes(c);

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n3"));
	cluster_wait(c, 4000);
	cluster_put(c, "BGPNodeStatus", "n1", first);
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n1"));
	cluster_wait(c, 4000);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_wait(c, 30000);
	assert_int_equal(cluster_writes(c), writes);
	assert_announced(c, "True Announced");
	cluster_free(c);
}

TEST(nodes_that_fall_silent_are_told)
{
	struct cluster *c = two_nodes();

	cluster_wait(c, 170000);
	assert_announced(c, "True Announced");
	cluster_wait(c, 60000);
	assert_announced(c, "False NoDaemon");
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	assert_ready_tells(c, "BGPPeer", "tor",
	    "0 of 2 sessions are up; nothing is heard of the daemons of 2 "
	    "nodes that it is for, as n1");
	cluster_free(c);
}

TEST(the_status_of_a_daemon_that_is_gone_does_not_stay_green)
{
	struct cluster *c = two_nodes();
	const char *ready = "{'status':{'heartbeat':'2026-01-01T00:03:00Z',"
			    "'conditions':[{'type':'Ready','status':'True',"
			    "'reason':'Ready','message':''}]}}";

	change(c, "BGPNodeStatus", "n1", ready);
	assert_ready(c, "BGPNodeStatus", "n1", "True Ready");
	cluster_wait(c, 400000);
	assert_ready(c, "BGPNodeStatus", "n1", "Unknown NoDaemon");
	assert_ready_tells(c, "BGPNodeStatus", "n1",
	    "nothing was heard of the daemon since 2026-01-01T00:03:00Z");
	unsigned applied = cluster_applied(c);

	cluster_wait(c, 100000);
	assert_int_equal(cluster_applied(c), applied); /* once */
	change(c, "BGPNodeStatus", "n1",
	    "{'status':{'heartbeat':'2026-01-01T00:08:20Z','conditions':[{"
	    "'type':'Ready','status':'True','reason':'Ready','message':''}]}}");
	cluster_wait(c, 60000);
	assert_ready(c, "BGPNodeStatus", "n1", "True Ready");
	cluster_free(c);
}

#define SAYS_READY(status)                                   \
	"{'status':{'conditions':[{'type':'Ready','status':" \
	"'True','reason':'KubeletReady'},"                   \
	"{'type':'lbbgp.io/BGPReady','status':'" status      \
	"','reason':'SessionsUp'}]}}"
#define assert_node(c, text) \
	assert_string_equal(cluster_says(c, "Node", "n1", NODE_BGP_READY), text)

/* spec.nodeReadiness: pods are scheduled by what a Node says. */
TEST(a_node_does_not_say_for_ever_that_routers_know_it)
{
	struct cluster *c = two_nodes();

	change(c, "Node", "n1", SAYS_READY("True"));
	cluster_wait(c, 100000);
	assert_node(c, "True SessionsUp");
	cluster_wait(c, 100000);
	assert_node(c, "Unknown NoDaemon");
	assert_string_equal(cluster_tells(c, "Node", "n1", NODE_BGP_READY),
	    "nothing was heard of the daemon since " HEARD);
	assert_string_equal(cluster_says(c, "Node", "n1", READY_CONDITION),
	    "True KubeletReady");
	assert_string_equal(cluster_says(c, "Node", "n2", NODE_BGP_READY), "");
	unsigned writes = cluster_applied(c);

	cluster_wait(c, 600000);
	assert_int_equal(cluster_applied(c), writes); /* once */
	cluster_delete(c, "Node", "n1");
	cluster_wait(c, 3000);
	cluster_free(c);
}

TEST(a_node_that_says_it_is_not_known_does_not_for_ever_either)
{
	struct cluster *c = two_nodes();

	change(c, "Node", "n1", SAYS_READY("False"));
	cluster_wait(c, 200000);
	assert_node(c, "Unknown NoDaemon");
	cluster_free(c);
}

/* Its routers keep its routes meanwhile. */
TEST(a_daemon_that_is_restarted_leaves_what_its_node_says)
{
	struct cluster *c = two_nodes();

	change(c, "Node", "n1", SAYS_READY("True"));
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n2"));
	cluster_wait(c, 100000);
	assert_node(c, "True SessionsUp");
	cluster_free(c);
}

/* Whose clock is wrong nobody knows; that it is ready a kubelet has seen. */
TEST(an_old_heartbeat_of_a_daemon_that_is_ready_is_no_fault)
{
	struct cluster *c = two_nodes();

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd",
	    ON("n1") "," ON("n2"));
	cluster_wait(c, 600000);
	assert_announced(c, "True Announced");
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	cluster_delete(c, "BGPNodeStatus", "n1");
	cluster_delete(c, "BGPNodeStatus", "n2");
	cluster_wait(c, 2000 + PASSES);
	assert_announced(c, "False NoDaemon");
	cluster_free(c);
}

TEST(a_service_without_an_address_says_so)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/other",
	    "{'spec':{'loadBalancerIP':'10.7.7.7'}}");
	cluster_wait(c, PASSES);
	assert_string_equal(
	    cluster_says(c, "Service", "web/other", SERVICE_ANNOUNCED),
	    "False NoAddress");
	cluster_free(c);
}

TEST(what_is_not_ours_any_more_says_nothing_any_more)
{
	struct cluster *c = two_nodes();

	change(c, "Service", "web/shop", "{'spec':{'type':'ClusterIP'}}");
	assert_announced(c, "");
	cluster_put(c, "Service", "web/theirs",
	    "{'spec':{'loadBalancerClass':'else.io/x'}}");
	cluster_wait(c, 1000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/theirs", SERVICE_ANNOUNCED), "");
	cluster_free(c);
}

#define THEIRS "'annotations':{'lbbgp.io/class':'lbbgp.io/b'}"

/* Else the one would take away what the other says, for ever. */
TEST(what_another_lbbgp_tells_stays)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/theirs",
	    "{'spec':{'loadBalancerClass':'lbbgp.io/b'},'status':{'conditions':"
	    "[{'type':'lbbgp.io/Announced','status':'False','reason':"
	    "'NoSession','message':'theirs'}]}}");
	cluster_put(c, "BGPPeer", "theirs",
	    "{'metadata':{" THEIRS "},'spec':{'peerIP':'10.0.0.253',"
	    "'asNumber':65000}}");
	cluster_wait(c, 10000);
	assert_string_equal(
	    cluster_tells(c, "Service", "web/theirs", SERVICE_ANNOUNCED),
	    "theirs");
	assert_ready(c, "BGPPeer", "theirs", "");
	/* Daemons of theirs on our nodes tell nothing of our Services. */
	cluster_put(c, "BGPNodeStatus", "n1", "{'metadata':{" THEIRS "}}");
	cluster_put(c, "BGPNodeStatus", "n2", "{'metadata':{" THEIRS "}}");
	cluster_wait(c, 10000);
	assert_announced(c, "False NoDaemon");
	cluster_free(c);
}

/* A daemon of ours is nowhere there, and none is missed. */
TEST(a_node_that_is_not_for_us_is_no_node_of_a_peer)
{
	struct cluster *c = two_nodes();

	change(c, "Node", "n3",
	    "{'metadata':{'creationTimestamp':'2025-01-01T00:00:00Z',"
	    "'labels':{'lbbgp.io/instance':'b'}}}");
	cluster_put(c, "BGPNodeStatus", "n3", "{'metadata':{" THEIRS "}}");
	cluster_wait(c, 61000);
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_tells(c, "10.0.0.0: 2 of 2 nodes");
	change(c, "Node", "n3",
	    "{'metadata':{'labels':{'lbbgp.io/instance':null,"
	    "'kubernetes.io/os':'windows'}}}");
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	change(c, "Node", "n3",
	    "{'metadata':{'labels':{'lbbgp.io/instance':'lbbgp',"
	    "'kubernetes.io/os':'linux'}}}");
	assert_ready(c, "BGPPeer", "tor", "False NoDaemon");
	cluster_free(c);
}

/* Of two lbbgp each tells of what is of its class. */
TEST(the_second_of_two_lbbgp_tells_of_its_own)
{
	static const struct instance b = { "other", "lbbgp.io/b" };
	struct cluster *c = cluster_new_telling_instances(1, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", "{'metadata':{" THEIRS "}}");
	fill(c);
	cluster_put(c, "BGPConfiguration", "b",
	    "{'metadata':{" THEIRS "},'spec':{'asNumber':65009,"
	    "'nodeSelector':{}}}");
	cluster_put(c, "BGPPeer", "edge",
	    "{'metadata':{" THEIRS "},'spec':{'peerIP':'10.0.0.253',"
	    "'asNumber':65000}}");
	cluster_put(c, "ServiceGroup", "b",
	    "{'metadata':{" THEIRS "},'spec':{'pools':[{'subnet':"
	    "'10.7.0.0/24','pool':'10.7.0.0/30'}]}}");
	cluster_put(c, "Node", "n3",
	    "{'metadata':{'labels':{'lbbgp.io/instance':'b'}}}");
	cluster_put(c, "BGPNodeStatus", "n3", REPORTS(UP("edge")));
	cluster_put(c, "BGPNodeStatus", "n3", "{'metadata':{" THEIRS "}}");
	slice(c, "web/theirs-1", "theirs", ON("n3"));
	cluster_put(c, "Service", "web/theirs",
	    "{'spec':{'loadBalancerClass':'lbbgp.io/b'}}");
	cluster_wait(c, 10000);
	assert_announced(c, "True Announced");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	assert_ready(c, "BGPPeer", "tor", "True Ready");
	assert_string_equal(
	    cluster_says(c, "Service", "web/theirs", SERVICE_ANNOUNCED),
	    "True Announced");
	assert_ready(c, "BGPPeer", "edge", "True Ready");
	assert_ready(c, "ServiceGroup", "b", "True Announced");
	cluster_free(c);
}

TEST(a_group_that_is_refused_is_not_ready)
{
	struct cluster *c = two_nodes();

	change(c, "ServiceGroup", "bad",
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'x'}]}}");
	assert_string_equal(cluster_says(c, "ServiceGroup", "bad", "Accepted"),
	    "False Refused");
	assert_ready(c, "ServiceGroup", "bad", "False Refused");
	cluster_free(c);
}

TEST(a_peer_that_is_shut_down_is_not_ready)
{
	struct cluster *c = two_nodes();

	change(c, "BGPPeer", "tor", "{'spec':{'shutdown':{'enabled':true}}}");
	assert_ready(c, "BGPPeer", "tor", "False ShutDown");
	cluster_free(c);
}

/* So that each node hears of a thousand changes one after the other. */
TEST(many_services_that_turn_at_once_are_told_one_after_the_other)
{
	struct cluster *c = two_nodes();
	char where[32];

	group(c, "many", "10.1.0.0/16", "10.1.0.0/20");
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(where, sizeof(where), "web/s%u", i);
		cluster_put(c, "Service", where, NULL);
	}
	cluster_wait(c, 60000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/s1999", SERVICE_ANNOUNCED),
	    "False NoEndpoint");

	unsigned writes = cluster_writes(c);
	uint64_t begin = cluster_now(c);

	cluster_delete(c, "BGPConfiguration", "default");
	while (cluster_now(c) < begin + 4000 && cluster_step(c))
		;
	assert_true(cluster_writes(c) - writes >= 500);
	assert_true(cluster_writes(c) - writes <= 2000);
	assert_ready(c, "ServiceGroup", "many", "False NotConfigured");
	cluster_wait(c, 60000);
	assert_int_equal(cluster_writes(c) - writes, 2001);
	cluster_free(c);
}

/* Its endpoints say that daemons are ready, so that no heartbeat is too old. */
static void
daemons(struct cluster *c, const char *nodes)
{
	slice(c, "lbbgp-system/bgpd-1", "lbbgp-bgpd", nodes);
}

/* 2,000 Services, and one without an address, which does not turn with them. */
static struct cluster *
many_services(void)
{
	struct cluster *c = two_nodes();
	char where[32];

	daemons(c, ON("n1") "," ON("n2") "," ON("n3"));
	group(c, "many", "10.1.0.0/16", "10.1.0.0/20");
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(where, sizeof(where), "web/s%u", i);
		cluster_put(c, "Service", where, NULL);
	}
	cluster_put(c, "Service", "web/other",
	    "{'spec':{'loadBalancerIP':'10.7.7.7'}}");
	cluster_wait(c, 60000);
	return c;
}

/* 990 of them: 100 writes a second. */
static void
bare_nodes(struct cluster *c)
{
	char name[16];

	for (unsigned i = 10; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		cluster_put(c, "Node", name, NULL);
	}
	cluster_wait(c, 60000);
}

static void
flap(struct cluster *c, unsigned times)
{
	while (times-- > 0) {
		cluster_delete(c, "BGPConfiguration", "default");
		cluster_wait(c, 3000);
		cluster_put(c, "BGPConfiguration", "default",
		    "{'spec':{'asNumber':65001}}");
		cluster_wait(c, 3000);
	}
}

/* Places of those that need not be told any more are nobody's. */
TEST(who_flaps_does_not_hold_up_others)
{
	struct cluster *c = many_services();

	bare_nodes(c);
	flap(c, 12);
	cluster_put(c, "Service", "web/other",
	    "{'spec':{'loadBalancerIP':'10.1.15.200'}}");
	cluster_wait(c, 10000);
	assert_string_equal(
	    cluster_says(c, "Service", "web/other", SERVICE_ANNOUNCED),
	    "False NoEndpoint");
	cluster_free(c);
}

/* As nodes come and go all the time, and texts that count them with them. */
TEST(numbers_that_change_back_do_not_hold_up_others)
{
	struct cluster *c = many_services();

	for (unsigned i = 0; i < 12; i++) {
		cluster_wait(c, 3000);
		node(c, "n3");
		cluster_wait(c, 3000);
		cluster_delete(c, "Node", "n3");
	}
	cluster_wait(c, 200000);
	node(c, "n3");
	cluster_wait(c, 61000 + 2001 * 50); /* 20 of them a second */
	assert_string_equal(
	    cluster_says(c, "Service", "web/s1999", SERVICE_ANNOUNCED),
	    "False NoEndpoint");
	assert_non_null(
	    strstr(cluster_tells(c, "Service", "web/s1999", SERVICE_ANNOUNCED),
		": 0 of 3 nodes"));
	cluster_free(c);
}

TEST(peers_are_told_while_services_stand_in_line)
{
	struct cluster *c = many_services();

	bare_nodes(c);
	unsigned writes = cluster_writes(c);

	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_put(c, "ServiceGroup", "many",
	    "{'spec':{'announce':{'bgp':{'nodeSelector':{'matchLabels':"
	    "{'no':'node'}}}}}}");
	cluster_wait(c, 2500);
	assert_true(cluster_writes(c) < writes + 1600);
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	cluster_free(c);
}

/* So many that each look at all of them writes some. */
TEST(nodes_that_fall_silent_together_are_told_in_turn)
{
	struct cluster *c = two_nodes();
	char name[16];

	for (unsigned i = 10; i < 2010; i++) { /* 49 writes a second */
		snprintf(name, sizeof(name), "n%u", i);
		node(c, name);
	}
	cluster_wait(c, 60000);
	unsigned applied = cluster_applied(c);

	cluster_wait(c, 149000); /* the last heartbeat is 180 s and more old */
	assert_true(cluster_applied(c) - applied > 400);
	assert_true(cluster_applied(c) - applied < 30 * 50);
	cluster_wait(c, 60000);
	assert_ready(c, "BGPNodeStatus", "n1", "Unknown NoDaemon");
	assert_ready(c, "BGPNodeStatus", "n2009", "Unknown NoDaemon");
	cluster_free(c);
}

TEST(what_flaps_is_told_ever_later)
{
	struct cluster *c = two_nodes();
	unsigned writes = cluster_writes(c);

	daemons(c, ON("n1") "," ON("n2"));
	flap(c, 100);
	assert_true(cluster_writes(c) >= writes + 10);
	assert_true(cluster_writes(c) <= writes + 20);
	cluster_wait(c, 60000);
	assert_announced(c, "True Announced");
	cluster_wait(c, 300000);
	cluster_delete(c, "BGPConfiguration", "default");
	cluster_wait(c, 3000);
	assert_announced(c, "False NotConfigured");
	cluster_free(c);
}

TEST(what_is_not_followed_any_more_is_no_witness)
{
	struct cluster *c = two_nodes();
	unsigned writes = cluster_writes(c);

	cluster_withhold(c, "BGPNodeStatus");
	cluster_wait(c, 300000); /* the nodes seem to be silent */
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_writes(c), writes);
	cluster_withhold(c, NULL);
	cluster_wait(c, 2000 + PASSES);
	assert_announced(c, "False NoDaemon"); /* and so they were */
	cluster_free(c);
}

static char said[256]; /* what was logged last */

static void
on_log(enum log_level level, const char *text)
{
	(void)level;
	snprintf(said, sizeof(said), "%s", text);
}

/* The image was rolled out before its role. */
TEST(without_the_right_to_read_reports_addresses_are_given)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_stop(c);
	cluster_withhold(c, "BGPNodeStatus");
	cluster_restart(c);
	fill(c);
	cluster_wait(c, 3000);
	assert_string_equal(cluster_unready(c, 0), "");
	assert_has(c, "web/shop", "10.0.0.0");
	assert_announced(c, "");
	log_set_sink(on_log);
	cluster_wait(c, 30000);
	log_set_sink(NULL);
	assert_string_equal(said,
	    "announced: conditions lbbgp.io/Announced and Ready stay as they "
	    "are: bgpnodestatuses: withheld");
	cluster_put(c, "BGPNodeStatus", "n1",
	    "{'status':{'heartbeat':'2026-01-01T00:00:33Z'}}");
	cluster_withhold(c, NULL); /* the role comes */
	cluster_wait(c, 3000);
	assert_announced(c, "True Announced");
	cluster_free(c);
}

/* Peers are read for their class, too, which no decision waits for. */
TEST(without_the_right_to_read_peers_addresses_are_given)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_stop(c);
	cluster_withhold(c, "BGPPeer");
	cluster_restart(c);
	fill(c);
	cluster_wait(c, 3000);
	assert_string_equal(cluster_unready(c, 0), "");
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

/* What it found when it led before is not told again. */
/* All of them, as of the only node. */
/* Routers keep its routes, and may not take the first connection. */
TEST(daemons_whose_sessions_are_up_late_are_no_news)
{
	struct cluster *c = two_nodes();
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPNodeStatus", "n1", ENDS("06"));
	cluster_put(c, "BGPNodeStatus", "n2", ENDS("06"));
	cluster_wait(c, 3000);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_wait(c, 3000);
	assert_announced(c, "True Announced");
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(UP("tor")));
	cluster_wait(c, 30000);
	assert_announced(c, "True Announced");
	assert_int_equal(cluster_events(c), events);
	cluster_put(c, "BGPNodeStatus", "n1", ENDS("40"));
	cluster_put(c, "BGPNodeStatus", "n2", ENDS("40"));
	cluster_wait(c, 2000);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_wait(c, 10000);
	assert_announced(c, "False NoSession");
	assert_ready(c, "ServiceGroup", "four", "False NoSession");
	cluster_free(c);
}

TEST(daemons_that_start_again_and_again_are_told)
{
	struct cluster *c = two_nodes();

	for (unsigned i = 0; i < 2; i++) {
		cluster_put(c, "BGPNodeStatus", "n1", ENDS("06"));
		cluster_put(c, "BGPNodeStatus", "n2", ENDS("06"));
		cluster_wait(c, 3000);
		assert_announced(c, "True Announced");
		cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
		cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
		cluster_wait(c, 3000);
	}
	assert_announced(c, "False NoSession");
	assert_ready(c, "ServiceGroup", "four", "False NoSession");
	cluster_free(c);
}

TEST(daemons_that_all_start_anew_are_no_news_of_a_group)
{
	struct cluster *c = two_nodes();

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd",
	    ON("n1") "," ON("n2"));
	cluster_wait(c, 70000);
	unsigned applied = cluster_applied(c);

	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n3"));
	cluster_wait(c, 4000);
	assert_ready(c, "ServiceGroup", "four", "True Announced");
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd",
	    ON("n1") "," ON("n2"));
	cluster_wait(c, 70000);
	assert_int_equal(cluster_applied(c), applied);
	slice(c, "lbbgp-system/lbbgp-bgpd-1", "lbbgp-bgpd", ON("n3"));
	cluster_wait(c, 9000);
	assert_ready(c, "ServiceGroup", "four", "False NoDaemon");
	cluster_free(c);
}

TEST(who_leads_again_judges_anew)
{
	for (uint64_t seed = 1; seed < 10; seed++) {
		struct cluster *c = cluster_new_telling_pair(seed);

		fill(c);
		cluster_run(c, 30000);
		int first = cluster_leader(c);

		assert_ready(c, "ServiceGroup", "four", "True Announced");
		cluster_set_cut(c, (unsigned)first, 40000);
		cluster_run(c, 45000);
		int second = cluster_leader(c);

		assert_int_equal(second, 1 - first);
		cluster_delete(c, "BGPConfiguration", "default");
		cluster_run(c, 10000);
		assert_ready(c, "ServiceGroup", "four", "False NotConfigured");
		unsigned applied = cluster_applied(c);

		cluster_set_cut(c, (unsigned)second, 40000);
		for (unsigned i = 0; i < 400; i++) {
			cluster_run(c, 100);
			assert_ready(
			    c, "ServiceGroup", "four", "False NotConfigured");
		}
		assert_int_equal(cluster_leader(c), first);
		/* Figures of the group, and what the first did not hear. */
		assert_true(cluster_applied(c) <= applied + 4);
		cluster_free(c);
	}
}

#define assert_metric(c, line)                             \
	do {                                               \
		char *text_ = cluster_metrics(c);          \
		assert_non_null(strstr(text_, line "\n")); \
		free(text_);                               \
	} while (0)

#define HOLDS(address)                                                     \
	"{'status':{'l2':{'held':1},'heldAddresses':[{'address':'" address \
	"','interface':'eth0'}]}}"

TEST(an_address_that_no_node_holds_on_its_links_is_told)
{
	struct cluster *c = two_nodes();
	const char *links =
	    "{'spec':{'announce':{'l2':{}}}}"; /* and so not by BGP */

	cluster_put(c, "BGPNodeStatus", "n1", REPORTS("")); /* no BGP */
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(""));
	cluster_put(c, "BGPNodeStatus", "n1", HOLDS("10.0.0.0"));
	change(c, "ServiceGroup", "four", links);
	assert_announced(c, "True OnLinks");
	assert_ready(c, "ServiceGroup", "four", "True OnLinks");
	change(c, "BGPNodeStatus", "n2", HOLDS("10.0.0.0"));
	change(c, "BGPNodeStatus", "n1", HOLDS("10.0.0.9"));
	assert_announced(c, "True OnLinks");
	change(c, "BGPNodeStatus", "n2", HOLDS("10.0.0.9"));
	assert_announced(c, "True OnLinks"); /* somebody may take it over */
	cluster_wait(c, 7000);
	assert_announced(c, "False NotHeld");
	assert_tells(c,
	    "10.0.0.0: 2 of 2 nodes may hold it on their links, and none does");
	assert_ready(c, "ServiceGroup", "four", "True OnLinks");
	change(c, "BGPNodeStatus", "n2", HOLDS("10.0.0.0"));
	assert_announced(c, "True OnLinks");
	/* It has more than there is room for. */
	change(c, "BGPNodeStatus", "n2",
	    "{'status':{'l2':{'held':1025},'heldAddresses':[]}}");
	cluster_wait(c, 10000);
	assert_announced(c, "True OnLinks");
	cluster_free(c);
}

/* Each node writes every five seconds at most, and one has just before. */
TEST(an_address_that_moves_on_its_links_is_no_news)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "BGPNodeStatus", "n1", HOLDS("10.0.0.0"));
	cluster_put(c, "BGPNodeStatus", "n2", HOLDS("10.0.0.9"));
	change(c, "ServiceGroup", "four", "{'spec':{'announce':{'l2':{}}}}");
	assert_announced(c, "True OnLinks");
	unsigned events = cluster_events(c);

	cluster_put(c, "BGPNodeStatus", "n1", HOLDS("10.0.0.9"));
	cluster_wait(c, 7000);
	cluster_put(c, "BGPNodeStatus", "n2", HOLDS("10.0.0.0"));
	cluster_wait(c, 60000);
	assert_announced(c, "True OnLinks");
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(services_are_counted_by_reason)
{
	struct cluster *c = two_nodes();

	cluster_put(c, "Service", "web/other",
	    "{'spec':{'loadBalancerIP':'10.7.7.7'}}");
	cluster_wait(c, PASSES);
	assert_metric(c, "lbbgp_services_announced{reason=\"Announced\"} 1");
	assert_metric(
	    c, "lbbgp_services_not_announced{reason=\"NoAddress\"} 1");
	cluster_delete(c, "Service", "web/other");
	cluster_delete(c, "EndpointSlice", "web/shop-1");
	cluster_wait(c, 2000);
	assert_metric(c, "lbbgp_services_announced{reason=\"Announced\"} 0");
	assert_metric(
	    c, "lbbgp_services_not_announced{reason=\"NoAddress\"} 0");
	assert_metric(
	    c, "lbbgp_services_not_announced{reason=\"NoEndpoint\"} 1");
	cluster_free(c);
}

TEST(of_two_allocators_the_leader_tells)
{
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct cluster *c = cluster_new_telling_pair(seed);

		fill(c);
		cluster_run(c, 100000); /* numbers are late */
		assert_announced(c, "True Announced");
		unsigned writes = cluster_writes(c);

		cluster_kill(c, (unsigned)cluster_leader(c));
		cluster_run(c, 40000);
		assert_true(cluster_leader(c) >= 0);
		assert_int_equal(cluster_writes(c), writes);
		cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
		cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
		cluster_run(c, 10000);
		assert_announced(c, "False NoSession");
		/* It may have heard of one before the other. */
		assert_true(cluster_writes(c) <= writes + 2);
		assert_has(c, "web/shop", "10.0.0.0");
		cluster_free(c);
	}
}

/* Something happens to an allocator, or to what it judges. */
static void
happen(struct cluster *c)
{
	struct rng *rng = cluster_rng(c);
	unsigned who = rng_below(rng, 2), ms = 1000 + rng_below(rng, 20000);
	const char *name = rng_below(rng, 2) == 0 ? "n1" : "n2";

	switch (rng_below(rng, 7)) {
	case 0:
		cluster_set_cut(c, who, ms);
		break;
	case 1:
		cluster_set_away(c, who, ms);
		break;
	case 2:
		cluster_kill(c, who);
		break;
	case 3:
		cluster_step_clock(
		    c, who, (int64_t)rng_below(rng, 1200000) - 600000);
		break;
	case 4:
		cluster_delete(c, "BGPConfiguration", "default");
		break;
	case 5:
		cluster_put(c, "BGPConfiguration", "default",
		    "{'spec':{'asNumber':65001}}");
		break;
	case 6:
		cluster_put(c, "BGPNodeStatus", name,
		    rng_below(rng, 2) == 0 ? REPORTS(DOWN("tor"))
					   : REPORTS(UP("tor")));
		break;
	}
}

/* All that two of them did in ten bad minutes is put right by whoever leads then. */
TEST(in_the_end_what_is_told_is_so)
{
	for (uint64_t seed = 1; seed < 30; seed++) {
		struct cluster *c = cluster_new_telling_pair(seed);

		fill(c);
		daemons(c, ON("n1") "," ON("n2"));
		cluster_set_faults(c, 16);
		for (unsigned i = 0; i < 60; i++) {
			happen(c);
			cluster_run(c, 10000);
		}
		cluster_set_faults(c, 0);
		cluster_put(c, "BGPConfiguration", "default",
		    "{'spec':{'asNumber':65001}}");
		cluster_put(c, "BGPNodeStatus", "n1", REPORTS(UP("tor")));
		cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
		cluster_run(c, 150000); /* a leader, and the longest pause */
		unsigned writes = cluster_writes(c);

		assert_announced(c, "True Announced");
		assert_tells(c, "10.0.0.0: 1 of 2 nodes, 1 NoSession");
		assert_ready(c, "ServiceGroup", "four", "True Announced");
		assert_ready(c, "BGPPeer", "tor", "False NoSession");
		cluster_run(c, 100000);
		assert_int_equal(cluster_writes(c), writes);
		assert_true(writes < 100);
		cluster_free(c);
	}
}

TEST(writes_that_fail_are_tried_again)
{
	struct cluster *c = two_nodes();

	cluster_set_faults(c, 128);
	cluster_put(c, "BGPNodeStatus", "n1", REPORTS(DOWN("tor")));
	cluster_put(c, "BGPNodeStatus", "n2", REPORTS(DOWN("tor")));
	cluster_wait(c, 100000);
	cluster_set_faults(c, 0);
	cluster_wait(c, 70000);
	assert_announced(c, "False NoSession");
	assert_ready(c, "BGPPeer", "tor", "False NoSession");
	assert_ready(c, "ServiceGroup", "four", "False NoSession");
	cluster_free(c);
}

/* The next look at all nodes is two seconds away. */
static struct cluster *
just_looked(void)
{
	struct cluster *c = two_nodes();

	cluster_wait(c, 10000);
	node(c, "n3");
	cluster_wait(c, 100);
	return c;
}

static void
stays_announced(struct cluster *c)
{
	uint64_t end = cluster_now(c) + 10000;

	slice(c, "web/shop-1", "shop", ON("n2")); /* so that it is judged */
	while (cluster_step(c) && cluster_now(c) < end)
		assert_announced(c, "True Announced");
}

/* Of nodes that are alike one stands for all, until it is like them no more. */
TEST(a_node_that_goes_says_nothing_of_those_like_it)
{
	struct cluster *c = just_looked();

	cluster_delete(c, "Node", "n1");
	stays_announced(c);
	cluster_free(c);
}

TEST(a_node_that_changes_says_nothing_of_those_that_were_like_it)
{
	struct cluster *c = just_looked();

	cluster_put(c, "Node", "n1",
	    "{'metadata':{'labels':{'" NODE_EXCLUDE_LABEL "':''}}}");
	stays_announced(c);
	cluster_free(c);
}

TEST(a_peer_that_a_group_names_now_has_the_sessions_that_it_had)
{
	struct cluster *c = just_looked();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'announce':{'bgp':{'peers':['tor']}}}}");
	stays_announced(c);
	cluster_free(c);
}

/* Its conditions are written by us, most often. */
TEST(who_writes_the_status_of_a_peer_lets_nobody_judge_services)
{
	struct cluster *c = two_nodes();

	change(c, "BGPPeer", "tor", "{'metadata':{'generation':1}}");
	judged = 0;
	cluster_put(c, "BGPPeer", "tor",
	    "{'status':{'conditions':[{'type':'Ready','status':'False',"
	    "'reason':'NoSession','message':''}]}}");
	cluster_wait(c, 10000);
	assert_ready(c, "BGPPeer", "tor", "True Ready"); /* as it is */
	assert_int_equal(judged, 0);
	change(c, "BGPPeer", "tor",
	    "{'metadata':{'generation':2},'spec':{'asNumber':65002}}");
	assert_int_equal(judged, 1);
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well_where_nodes_have_sessions),
		cmocka_unit_test(nothing_is_written_when_nothing_changes),
		cmocka_unit_test(the_exclude_label_on_every_node_is_told),
		cmocka_unit_test(a_fault_takes_no_address_away),
		cmocka_unit_test(sessions_that_are_down_are_told),
		cmocka_unit_test(a_daemon_that_is_restarted_is_no_fault),
		cmocka_unit_test(
		    a_daemon_that_does_not_come_back_is_told_within_10_s),
		cmocka_unit_test(
		    a_session_that_is_lost_during_a_restart_is_told_at_once),
		cmocka_unit_test(a_restart_makes_no_session_good),
		cmocka_unit_test(
		    a_service_of_daemons_that_are_restarted_is_announced_for_5_s),
		cmocka_unit_test(
		    a_clock_that_is_wrong_gives_a_restart_no_more_and_no_less_time),
		cmocka_unit_test(
		    a_daemon_that_is_restarted_twice_has_its_time_each_time),
		cmocka_unit_test(
		    a_node_that_is_new_is_missed_when_it_could_have_been_heard_of),
		cmocka_unit_test(
		    a_node_of_which_nothing_is_heard_is_missed_in_the_end),
		cmocka_unit_test(
		    a_peer_of_new_nodes_is_ready_when_all_have_been_heard_of),
		cmocka_unit_test(what_turns_is_an_event_too),
		cmocka_unit_test(
		    a_new_service_without_endpoints_is_no_event_at_once),
		cmocka_unit_test(
		    a_new_service_that_gets_endpoints_was_never_worth_a_warning),
		cmocka_unit_test(
		    a_new_service_that_all_is_well_with_is_told_once),
		cmocka_unit_test(
		    a_new_service_that_gets_no_address_is_told_soon),
		cmocka_unit_test(
		    daemons_that_are_on_their_way_are_not_warned_of),
		cmocka_unit_test(daemons_that_do_not_come_are_warned_of),
		cmocka_unit_test(
		    a_service_that_comes_with_its_peer_is_not_warned_of),
		cmocka_unit_test(
		    a_new_service_without_a_session_is_warned_of_within_10_s),
		cmocka_unit_test(
		    sessions_of_daemons_that_have_come_are_not_warned_of),
		cmocka_unit_test(
		    many_services_that_waited_for_daemons_are_no_events),
		cmocka_unit_test(
		    a_service_that_waited_for_its_address_has_time_for_its_pods_then),
		cmocka_unit_test(
		    a_service_that_becomes_local_is_told_once_and_quietly),
		cmocka_unit_test(
		    the_warning_of_a_new_service_outlives_its_leader),
		cmocka_unit_test(
		    a_new_service_that_all_is_well_with_is_told_once_by_all_leaders),
		cmocka_unit_test(
		    who_leads_later_warns_of_no_service_that_has_endpoints_by_then),
		cmocka_unit_test(a_session_of_the_other_family_tells_nobody),
		cmocka_unit_test(no_peer_of_any_node_is_told),
		cmocka_unit_test(a_group_that_no_node_may_announce_is_told),
		cmocka_unit_test(peers_that_a_group_names_are_those_that_count),
		cmocka_unit_test(no_configuration_is_told),
		cmocka_unit_test(no_endpoint_is_told),
		cmocka_unit_test(
		    with_policy_local_nodes_with_an_endpoint_count),
		cmocka_unit_test(
		    endpoints_on_nodes_that_may_not_announce_are_told),
		cmocka_unit_test(a_data_plane_that_is_down_is_told),
		cmocka_unit_test(
		    a_daemon_that_is_not_ready_is_told_before_its_heartbeat_is_old),
		cmocka_unit_test(
		    daemons_none_of_which_is_ready_any_more_are_told_within_10_s),
		cmocka_unit_test(a_daemon_that_starts_anew_is_no_news),
		cmocka_unit_test(nodes_that_fall_silent_are_told),
		cmocka_unit_test(
		    the_status_of_a_daemon_that_is_gone_does_not_stay_green),
		cmocka_unit_test(
		    a_node_does_not_say_for_ever_that_routers_know_it),
		cmocka_unit_test(
		    a_node_that_says_it_is_not_known_does_not_for_ever_either),
		cmocka_unit_test(
		    a_daemon_that_is_restarted_leaves_what_its_node_says),
		cmocka_unit_test(
		    an_old_heartbeat_of_a_daemon_that_is_ready_is_no_fault),
		cmocka_unit_test(a_service_without_an_address_says_so),
		cmocka_unit_test(
		    what_is_not_ours_any_more_says_nothing_any_more),
		cmocka_unit_test(what_another_lbbgp_tells_stays),
		cmocka_unit_test(
		    a_node_that_is_not_for_us_is_no_node_of_a_peer),
		cmocka_unit_test(the_second_of_two_lbbgp_tells_of_its_own),
		cmocka_unit_test(a_group_that_is_refused_is_not_ready),
		cmocka_unit_test(a_peer_that_is_shut_down_is_not_ready),
		cmocka_unit_test(
		    many_services_that_turn_at_once_are_told_one_after_the_other),
		cmocka_unit_test(
		    an_address_that_no_node_holds_on_its_links_is_told),
		cmocka_unit_test(who_flaps_does_not_hold_up_others),
		cmocka_unit_test(
		    numbers_that_change_back_do_not_hold_up_others),
		cmocka_unit_test(peers_are_told_while_services_stand_in_line),
		cmocka_unit_test(
		    nodes_that_fall_silent_together_are_told_in_turn),
		cmocka_unit_test(what_flaps_is_told_ever_later),
		cmocka_unit_test(what_is_not_followed_any_more_is_no_witness),
		cmocka_unit_test(
		    without_the_right_to_read_reports_addresses_are_given),
		cmocka_unit_test(
		    without_the_right_to_read_peers_addresses_are_given),
		cmocka_unit_test(
		    daemons_whose_sessions_are_up_late_are_no_news),
		cmocka_unit_test(daemons_that_start_again_and_again_are_told),
		cmocka_unit_test(
		    daemons_that_all_start_anew_are_no_news_of_a_group),
		cmocka_unit_test(who_leads_again_judges_anew),
		cmocka_unit_test(an_address_that_moves_on_its_links_is_no_news),
		cmocka_unit_test(services_are_counted_by_reason),
		cmocka_unit_test(of_two_allocators_the_leader_tells),
		cmocka_unit_test(in_the_end_what_is_told_is_so),
		cmocka_unit_test(writes_that_fail_are_tried_again),
		cmocka_unit_test(
		    a_node_that_goes_says_nothing_of_those_like_it),
		cmocka_unit_test(
		    a_node_that_changes_says_nothing_of_those_that_were_like_it),
		cmocka_unit_test(
		    a_peer_that_a_group_names_now_has_the_sessions_that_it_had),
		cmocka_unit_test(
		    who_writes_the_status_of_a_peer_lets_nobody_judge_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
