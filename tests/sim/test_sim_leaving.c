/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that is asked to end: in which phases it does, what it waits for, and
 * whether it leaves for good. Nothing of it may stay then; for a restart the loop guard
 * has to, and peers that wait for us are told nothing.
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/kernel/guard.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define DAEMONSET(meta)                          \
	"apiVersion: apps/v1\nkind: DaemonSet\n" \
	"metadata: {namespace: lbbgp-system, name: lbbgp-bgpd" meta "}\n"
#define NAMESPACE(meta)                     \
	"apiVersion: v1\nkind: Namespace\n" \
	"metadata: {name: lbbgp-system" meta "}\n"
#define NODE(meta, status)                                                    \
	"apiVersion: v1\nkind: Node\n"                                        \
	"metadata: {name: node1, uid: u1" meta "}\n"                          \
	"spec: {podCIDRs: [10.33.5.0/24]}\n"                                  \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]" status \
	"}\n"
#define CONFIG(cidr)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, serviceExternalIPs: [{cidr: " cidr "}]}\n"
#define DELETED ", deletionTimestamp: '2026-01-31T00:00:00Z'"
#define STOP_MS 2000    /* that it waits at most */
#define UNGUARD_MS 1000 /* … for peers with the guard */

/* Asked to end, with something that does not get out. */
static void
stop(struct sim *s)
{
	s->unsent = true;
	bgpd_stop(s->bgpd, NULL);
	sim_settle(s);
}

static void
assert_leaves(struct sim *s, const char *line)
{
	stop(s);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	assert_true(sim_logged(line));
	s->unsent = false;
	sim_sleep(s, 10);
	assert_int_equal(s->guarded, 0);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(restart_drains_and_the_guard_stays)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, DAEMONSET(", generation: 2"));
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_RUNNING);
	stop(s);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	assert_said(p, "NOTIFICATION 6/2 \"daemon is stopped\" CLOSE");
	assert_true(sim_logged("node node1: stopping for a restart"));
	assert_int_equal(s->listen.port, 0);
	assert_int_equal(s->guarded, 1);
}

/* Up with a peer that keeps our routes over a restart. */
static struct fake_peer *
patient(struct sim *s, bool notification)
{
	sim_peer(s, "a")->restart = (struct caps_restart){
		.present = true, .notification = notification, .time = 60
	};
	return sim_establish(s, "a");
}

/* As the node's status says. */
static int
sim_established(struct sim *s)
{
	const json_t *status = json_object_get(
	    json_object_get(s->objects, "BGPNodeStatus//node1"), "status");

	return (int)json_integer_value(
	    json_object_get(status, "peersEstablished"));
}

/* The reason of its condition Ready. */
static const char *
sim_ready(const struct sim *s)
{
	const json_t *list = json_object_get(
	    json_object_get(
		json_object_get(s->objects, "BGPNodeStatus//node1"), "status"),
	    "conditions");
	const json_t *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (strcmp(json_string_value(json_object_get(c, "type")),
			"Ready") == 0)
			return json_string_value(json_object_get(c, "reason"));
	return "";
}

/* RFC 4724 4.1: without a word, and not before all else is out. */
TEST(peer_that_waits_for_us_is_told_nothing_of_a_restart)
{
	struct sim *s = sim_started();
	struct fake_peer *p = patient(s, false);

	stop(s);
	assert_said(p, "");
	assert_int_equal(s->listen.port, 0);
	s->unsent = false;
	sim_sleep(s, 10);
	assert_said(p, "CLOSE");
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_int_equal(s->guarded, 1);
	assert_true(s->stands);
}

#define WORDS_MS 5000 /* … for what peers have not been told yet */

/* The data plane has not answered, so End-of-RIB waits. */
static struct fake_peer *
half_told(struct sim *s, bool keeps)
{
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, dataPlaneHealth: 'http://127.0.0.1:1/'}\n");
	sim_list_all(s);
	sim_settle(s);
	sim_peer(s, "a")->restart =
	    (struct caps_restart){ .present = keeps, .time = 60 };

	struct fake_peer *p = sim_establish(s, "a");

	fake_flush(p);
	fake_forget(p);
	return p;
}

/* It would drop what it has of the run before: RFC 4724 4.2, consecutive restarts. */
TEST(restart_waits_until_a_peer_that_keeps_routes_has_been_told_all)
{
	struct sim *s = sim_new_behind(0);
	struct fake_peer *p = half_told(s, true);

	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, WORDS_MS - 10);
	assert_said(p, "");
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_RUNNING);
	assert_true(
	    sim_logged("node node1: stops for a restart when peer a has "
		       "been told everything, or in 5 s"));
	sim_answer(s, true);
	sim_settle(s);
	fake_flush(p);
	sim_sleep(s, 10);
	assert_string_equal(p->at->said, "EOR CLOSE");
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(restart_waits_for_what_peers_are_told_only_so_long)
{
	struct sim *s = sim_new_behind(0);
	struct fake_peer *p = half_told(s, true);

	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, WORDS_MS - 1);
	bgpd_stop(s->bgpd, NULL); /* once more, which changes nothing */
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_RUNNING);
	sim_sleep(s, 20);
	assert_said(p, "CLOSE");
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(who_waits_with_a_restart_may_hear_that_it_is_for_good)
{
	struct sim *s = sim_new_behind(0);
	struct fake_peer *p = half_told(s, true);

	bgpd_stop(s->bgpd, NULL);
	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	sim_sleep(s, 10);
	assert_said(p, "NOTIFICATION 6/2 \"node is leaving\" CLOSE");
}

/* Nor is one waited for that drops our routes anyway. */
TEST(peer_that_keeps_nothing_is_not_waited_for)
{
	struct sim *s = sim_new_behind(0);
	struct fake_peer *p = half_told(s, false);

	bgpd_stop(s->bgpd, NULL);
	assert_said(p, "NOTIFICATION 6/2 \"daemon is stopped\" CLOSE");
}

/* Nobody writes another one when they end. */
TEST(last_status_does_not_have_sessions_that_are_about_to_end)
{
	struct sim *s = sim_started();

	patient(s, false);
	sim_sleep(s, 10000);
	assert_int_equal(sim_established(s), 1);
	assert_string_equal(sim_ready(s), "Ready");
	stop(s);
	assert_int_equal(sim_established(s), 0);
	assert_string_equal(sim_ready(s), "Restarting");
}

TEST(last_status_of_who_leaves_has_no_session)
{
	struct sim *s = sim_started();

	patient(s, false);
	sim_sleep(s, 10000);
	bgpd_stop(s->bgpd, "interrupted");
	sim_settle(s);
	assert_int_equal(sim_established(s), 0);
	assert_string_equal(sim_ready(s), "NoSession");
}

#define SHOP(status)                                                              \
	"apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: "       \
	"web}\nspec: {type: LoadBalancer, clusterIP: 10.96.0.1}\nstatus: " status \
	"\n---\n"                                                                 \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                  \
	"metadata: {name: shop-1, namespace: web, labels: "                       \
	"{kubernetes.io/service-name: shop}}\n"                                   \
	"addressType: IPv4\n"                                                     \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node1}]\n"

/* The guard stays as it is until then, and what has gone is not kept. */
TEST(what_comes_before_a_restart_is_left_to_the_next_run)
{
	struct sim *s = sim_started();
	struct fake_peer *p;

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\nmetadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.60.0.0/24, pool: 10.60.0.0/26}]}\n");
	sim_put(s, SHOP("{loadBalancer: {ingress: [{ip: 10.60.0.7}]}}"));
	sim_sleep(s, 50);
	p = patient(s, false);
	stop(s);
	sim_put(s, SHOP("{loadBalancer: {ingress: [{ip: 10.60.0.8}]}}"));
	sim_sleep(s, 10);
	fake_flush(p);
	assert_non_null(strstr(p->at->said, "-10.60.0.7/32"));
	assert_null(strstr(p->at->said, "+10.60.0.8/32"));
}

TEST(peer_that_waits_for_us_is_told_that_we_leave)
{
	struct sim *s = sim_started();
	struct fake_peer *p = patient(s, false);

	bgpd_stop(s->bgpd, "interrupted");
	assert_said(p, "NOTIFICATION 6/2 \"node is leaving\" CLOSE");
	assert_false(s->stands);
}

/* RFC 8538 3.1 */
TEST(peer_that_waits_over_notifications_gets_a_hard_reset)
{
	struct sim *s = sim_started();
	struct fake_peer *p;

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, gracefulRestart: {notification: true}}\n");
	sim_sleep(s, 1000);
	p = patient(s, true);
	bgpd_stop(s->bgpd, "interrupted");
	assert_int_equal(p->hard_resets, 1);
	assert_said(p, "NOTIFICATION 6/2 \"node is leaving\" CLOSE");
}

/* The news may come behind the signal: that peer has not been left yet. */
/* It leaves while a peer keeps our routes, and there is no session. */
static struct fake_peer *
left_without_a_session(struct sim *s, unsigned ms)
{
	struct fake_peer *p = patient(s, false);

	fake_hangs_up(p);
	sim_sleep(s, ms);
	bgpd_stop(s->bgpd, "asked to");
	sim_settle(s);
	return p;
}

TEST(peer_that_keeps_routes_without_a_session_is_dialed_to_be_told)
{
	struct sim *s = sim_started();
	struct fake_peer *p = left_without_a_session(s, 10);

	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	assert_int_equal(s->guarded, 1);
	assert_int_equal(p->tcps, 2);
	fake_connects(p);

	struct bgp_open open = fake_open(p);

	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_said(
	    p, "OPEN KEEPALIVE NOTIFICATION 6/2 \"node is leaving\" CLOSE");
	sim_sleep(s, 10);
	assert_int_equal(s->guarded, 0);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
	assert_int_equal(p->tcps, 2);
}

TEST(peer_that_is_dialed_in_vain_is_not_waited_for)
{
	struct sim *s = sim_started();

	left_without_a_session(s, 10);
	sim_sleep(s, STOP_MS - UNGUARD_MS - 100);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, 200);
	assert_int_equal(s->guarded, 0);
	sim_sleep(s, UNGUARD_MS);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(peer_that_has_forgotten_us_is_not_dialed)
{
	struct sim *s = sim_started();

	left_without_a_session(s, 61000);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(peer_that_waits_for_us_hears_of_late_news)
{
	struct sim *s = sim_started();
	struct fake_peer *p = patient(s, false);

	stop(s);
	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	sim_sleep(s, 10);
	assert_said(p, "NOTIFICATION 6/2 \"node is leaving\" CLOSE");
}

/* F, of the first session of a run: what the node forwards by has stayed. */
TEST(open_says_whether_forwarding_was_preserved)
{
	struct sim *s = sim_started();
	const struct caps_restart *r;
	struct fake_peer *p = patient(s, false);

	r = &session_open_sent(p->session)->caps.restart;
	assert_true(r->restarting);
	assert_int_equal(r->time, 60);
	assert_false(r->forwarding[FAMILY_V4]);
	assert_true(s->stands);
	fake_hangs_up(p);
	sim_sleep(s, 10000);
	p = sim_establish(s, "a");
	r = &session_open_sent(p->session)->caps.restart;
	assert_false(r->restarting);
	assert_true(r->forwarding[FAMILY_V4]);
}

TEST(run_behind_another_one_has_preserved_forwarding)
{
	struct sim *s = sim_new_behind(0);
	const struct caps_restart *r;

	sim_list_all(s);
	r = &session_open_sent(patient(s, false)->session)->caps.restart;
	assert_true(r->restarting);
	assert_true(r->forwarding[FAMILY_V4]);
}

/* A reflector that is through takes nothing from the next one. */
TEST(each_peer_is_told_of_the_restart_until_it_has_been_told_all)
{
	struct sim *s = sim_new_behind(0);
	const struct caps_restart *r;

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: b}\n"
	    "spec: {peerIP: 192.0.2.9, asNumber: 65002}\n");
	sim_list_all(s);
	struct fake_peer *p = patient(s, false);

	fake_say(p, MSG_UPDATE, "0000 0000"); /* End-of-RIB */
	sim_sleep(s, 10000);
	fake_hangs_up(p);
	sim_sleep(s, 10000);
	r = &session_open_sent(patient(s, false)->session)->caps.restart;
	assert_false(r->restarting); /* it has been told all */
	sim_peer(s, "b")->restart =
	    (struct caps_restart){ .present = true, .time = 60 };
	r = &session_open_sent(sim_establish(s, "b")->session)->caps.restart;
	assert_true(r->restarting);
	assert_true(r->forwarding[FAMILY_V4]);
}

/* Routers have dropped our routes by then: somebody should know why. */
TEST(who_was_away_for_longer_than_routes_are_kept_says_so)
{
	struct sim *s = sim_new_behind(61000);

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002, passive: true}\n");
	sim_list_all(s);
	assert_non_null(strstr(sim_condition(s, "RestartedLate"),
	    "BGPPeer a: nobody was there for 61 s at the last restart, and the "
	    "router kept the routes for 60 s"));
	sim_sleep(s, 3600000);
	assert_string_equal(sim_condition(s, "RestartedLate"), "");
}

/* What a router has not agreed to it has not done. */
TEST(who_was_away_for_long_says_so_unless_routes_live_long)
{
	struct sim *s = sim_new_behind(61000);

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, gracefulRestart: {longLivedTime: 600}}\n");
	sim_list_all(s);
	sim_settle(s);
	assert_string_equal(sim_condition(s, "RestartedLate"), "");

	struct fake_peer *p = sim_peer(s, "a");

	p->restart = (struct caps_restart){ .present = true, .time = 60 };
	sim_establish(s, "a");
	assert_non_null(strstr(
	    sim_condition(s, "RestartedLate"), "kept the routes for 60 s"));
	fake_hangs_up(p);
	sim_sleep(s, 10000);
	p->long_lived = (struct caps_long_lived){ .present = true };
	sim_establish(s, "a");
	assert_string_equal(sim_condition(s, "RestartedLate"), "");
}

TEST(who_was_away_for_a_moment_says_nothing)
{
	struct sim *s = sim_new_behind(60000);

	sim_list_all(s);
	assert_string_equal(sim_condition(s, "RestartedLate"), "");
}

TEST(daemonset_being_deleted_takes_us_along)
{
	struct sim *s = sim_started();

	sim_put(s, DAEMONSET(DELETED));
	assert_leaves(
	    s, "leaving: DaemonSet lbbgp-system/lbbgp-bgpd is being deleted");
}

TEST(daemonset_that_is_gone_takes_us_along)
{
	struct sim *s = sim_started();

	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	assert_leaves(s, "leaving: DaemonSet lbbgp-system/lbbgp-bgpd is gone");
}

/* It was replaced. */
TEST(daemonset_that_is_back_does_not)
{
	struct sim *s = sim_started();

	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	sim_put(s, DAEMONSET(""));
	stop(s);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
}

/* kubectl delete -k starts with it. */
TEST(namespace_that_goes_takes_us_along)
{
	struct sim *s = sim_started();

	sim_put(s, NAMESPACE(DELETED));
	assert_leaves(s, "leaving: Namespace lbbgp-system is being deleted");
}

TEST(node_being_deleted_takes_us_along)
{
	struct sim *s = sim_started();

	sim_put(s, NODE(DELETED, ""));
	assert_leaves(s, "leaving: the Node is being deleted");
}

TEST(node_that_shuts_down_takes_us_along)
{
	struct sim *s = sim_started();

	sim_put(s,
	    NODE("",
		", conditions: [{type: Ready, status: 'False', "
		"reason: KubeletNotReady, message: node is shutting down}]"));
	assert_leaves(s, "leaving: the Node says that it shuts down");
}

TEST(node_that_is_gone_takes_us_along)
{
	struct sim *s = sim_started();

	sim_drop(s, "Node", "node1");
	assert_leaves(s, "leaving: the Node is gone");
}

/* Before anything is known nothing is concluded from what is not there. */
TEST(nothing_is_concluded_from_what_is_not_listed)
{
	struct sim *s = sim_new();

	sim_list(s, "BGPConfiguration");
	stop(s);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	assert_string_equal(s->ports, "listen 0\n");
}

TEST(whoever_asks_may_say_that_it_is_for_good)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	bgpd_stop(s->bgpd, "interrupted");
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	sim_settle(s);
	assert_said(p, "NOTIFICATION 6/2 \"node is leaving\" CLOSE");
	assert_int_equal(s->guarded, 0);
}

/* The kernel's port may still be at work with the removal, and would make them. */
TEST(what_comes_while_we_leave_is_not_guarded)
{
	struct sim *s = sim_started();

	s->unsettled = true;
	bgpd_stop(s->bgpd, "interrupted");
	sim_settle(s);
	sim_put(s, CONFIG("10.44.0.0/16"));
	sim_sleep(s, 10);
	assert_int_equal(guard_count(s->lent), 0);
}

/* Until then they send packets for addresses that nobody has. */
TEST(guard_stays_until_peers_have_heard)
{
	struct sim *s = sim_started();

	s->unsent = true;
	bgpd_stop(s->bgpd, "interrupted");
	sim_sleep(s, UNGUARD_MS - 1);
	assert_int_equal(s->guarded, 1);
	s->unsent = false;
	sim_sleep(s, 5);
	assert_int_equal(s->guarded, 0);
}

TEST(guard_goes_though_a_peer_does_not_hear)
{
	struct sim *s = sim_started();

	s->unsent = true;
	bgpd_stop(s->bgpd, "interrupted");
	sim_sleep(s, UNGUARD_MS);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	assert_int_equal(s->guarded, 0);
}

TEST(what_is_listed_while_we_leave_changes_nothing)
{
	struct sim *s = sim_new();

	s->unsettled = true;
	bgpd_stop(s->bgpd, "interrupted");
	sim_list_all(s);
	sim_sleep(s, 10);
	assert_int_equal(guard_count(s->lent), 0);
	assert_string_equal(s->ports, "listen 0\nguard 0\n");
}

/* Nobody has looked at our Node yet, so nobody may miss it. */
TEST(what_is_listed_before_a_restart_changes_nothing)
{
	struct sim *s = sim_new();

	stop(s);
	sim_list_all(s);
	sim_sleep(s, 10);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	assert_string_equal(s->ports, "listen 0\n");
}

/* Uninstalled: the signal may come before the news that our DaemonSet is gone. */
TEST(news_behind_the_signal_count)
{
	struct sim *s = sim_started();

	stop(s);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	sim_sleep(s, 10);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
	s->unsent = false;
	sim_sleep(s, 10);
	assert_int_equal(s->guarded, 0);
}

TEST(it_stops_when_everything_is_out)
{
	struct sim *s = sim_started();
	unsigned statuses;

	sim_establish(s, "a");
	s->unsettled = true;
	s->away = true;
	stop(s);
	statuses = s->statuses;
	s->unsent = false;
	sim_sleep(s, 50);
	assert_int_equal(s->stopped, 0);
	s->unsettled = false;
	sim_sleep(s, 50);
	assert_int_equal(s->stopped, 0);
	s->away = false;
	sim_sleep(s, 50);
	assert_int_equal(s->statuses, statuses + 1);
	assert_int_equal(s->stopped, 1);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_STOPPED);
}

TEST(nobody_is_waited_for_too_long)
{
	struct sim *s = sim_started();

	stop(s);
	sim_sleep(s, STOP_MS - 1);
	assert_int_equal(s->stopped, 0);
	sim_sleep(s, 1);
	assert_int_equal(s->stopped, 1);
	sim_sleep(s, 60000);
	assert_int_equal(s->stopped, 1);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(restart_drains_and_the_guard_stays),
		T(peer_that_waits_for_us_is_told_nothing_of_a_restart),
		T(restart_waits_until_a_peer_that_keeps_routes_has_been_told_all),
		T(restart_waits_for_what_peers_are_told_only_so_long),
		T(who_waits_with_a_restart_may_hear_that_it_is_for_good),
		T(peer_that_keeps_nothing_is_not_waited_for),
		T(last_status_does_not_have_sessions_that_are_about_to_end),
		T(last_status_of_who_leaves_has_no_session),
		T(what_comes_before_a_restart_is_left_to_the_next_run),
		T(peer_that_waits_for_us_is_told_that_we_leave),
		T(peer_that_waits_over_notifications_gets_a_hard_reset),
		T(peer_that_keeps_routes_without_a_session_is_dialed_to_be_told),
		T(peer_that_is_dialed_in_vain_is_not_waited_for),
		T(peer_that_has_forgotten_us_is_not_dialed),
		T(peer_that_waits_for_us_hears_of_late_news),
		T(open_says_whether_forwarding_was_preserved),
		T(run_behind_another_one_has_preserved_forwarding),
		T(each_peer_is_told_of_the_restart_until_it_has_been_told_all),
		T(who_was_away_for_longer_than_routes_are_kept_says_so),
		T(who_was_away_for_long_says_so_unless_routes_live_long),
		T(who_was_away_for_a_moment_says_nothing),
		T(daemonset_being_deleted_takes_us_along),
		T(daemonset_that_is_gone_takes_us_along),
		T(daemonset_that_is_back_does_not),
		T(namespace_that_goes_takes_us_along),
		T(node_being_deleted_takes_us_along),
		T(node_that_shuts_down_takes_us_along),
		T(node_that_is_gone_takes_us_along),
		T(nothing_is_concluded_from_what_is_not_listed),
		T(whoever_asks_may_say_that_it_is_for_good),
		T(what_comes_while_we_leave_is_not_guarded),
		T(guard_stays_until_peers_have_heard),
		T(guard_goes_though_a_peer_does_not_hear),
		T(what_is_listed_while_we_leave_changes_nothing),
		T(what_is_listed_before_a_restart_changes_nothing),
		T(news_behind_the_signal_count),
		T(it_stops_when_everything_is_out),
		T(nobody_is_waited_for_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
