/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that is asked to end: in which phases it does, what it waits for, and
 * whether it leaves for good. Nothing of it may stay then; for a restart the loop guard
 * has to.
 */
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
