/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learned routes of a whole daemon, with a kernel that is slow, refuses or forgets:
 * from a router's UPDATE to the kernel, over restarts, and away with the daemon.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/kernel_metrics.h"
#include "bgpd/control/kernel_view.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/fib/fib.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/msg.h"
#include "common/err.h"
#include "common/metrics.h"
#include "tests/fake/fake_fib.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\nspec: {asNumber: 65000" spec "}\n"
#define LEARNED(spec) ", learnedRoutes: {enabled: true" spec "}"
#define FILTER                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPFilter\n" \
	"metadata: {name: all}\n"                    \
	"spec: {import: [{name: all, action: Accept}]}\n"
#define PEER                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: a}\n"                    \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, filters: [all]}\n"
#define HEARD "198.51.100.0/24"
#define HOP "192.0.2.2 dev 1 weight 1"

/* Changes gather for a moment. */
static void
put(struct sim *s, const char *yaml)
{
	sim_put(s, yaml);
	sim_sleep(s, 50);
}

static void
lay(struct sim *s, const char *config)
{
	fake_fib_other(&s->kernel, "192.0.2.0/24", TABLE_MAIN, 0, "", 1);
	sim_put(s, config);
	sim_put(s, FILTER);
	sim_put(s, PEER);
	sim_list_all(s);
}

static struct sim *
learning(const char *config)
{
	struct sim *s = sim_new();

	lay(s, config);
	return s;
}

#define ON CONFIG(LEARNED(""))

static void
hear(struct fake_peer *p)
{
	fake_say(p, MSG_UPDATE,
	    "0000 0014 40010100 40020602010000fdea 400304c0000202 18c63364");
}

static void
hear_default(struct fake_peer *p)
{
	fake_say(p, MSG_UPDATE,
	    "0000 0014 40010100 40020602010000fdea 400304c0000202 00");
}

static void
withdraw(struct fake_peer *p)
{
	fake_say(p, MSG_UPDATE, "0004 18c63364 0000");
}

static const struct daemon_view *
view_of(void *arg)
{
	struct sim *s = arg;

	return bgpd_view(s->bgpd);
}

#define HAS(s, prefix, text) \
	assert_string_equal(fake_fib_said(&(s)->kernel, prefix), text)

TEST(what_a_filter_takes_is_installed_where_it_is_asked_for)
{
	struct sim *s = learning(CONFIG(""));
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	HAS(s, HEARD, "");
	put(s, ON);
	HAS(s, HEARD, HOP);
	put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPFilter\nmetadata: {name: all}\n"
	    "spec: {import: [{name: all, action: Reject}]}\n");
	HAS(s, HEARD, "");
	put(s, FILTER);
	HAS(s, HEARD, HOP);
	withdraw(p);
	sim_settle(s);
	HAS(s, HEARD, "");
	hear(p);
	sim_settle(s);
	HAS(s, HEARD, HOP);
	put(s, CONFIG(""));
	HAS(s, HEARD, "");
	assert_true(sim_is_up(s, "a"));
}

/* Its global next hop the node has no way to. */
TEST(who_is_on_a_link_is_gone_to_there)
{
	struct sim *s = learning(ON);

	put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 'fe80::2%eth1', asNumber: 65002, filters: "
	    "[all]}\n");
	sim_sleep(s, 15000);
	struct fake_peer *p = sim_establish(s, "a");

	fake_say(p, MSG_UPDATE,
	    "0000 003c 40010100 40020602010000fdea 800e2c 000201 20 "
	    "20010db8007700000000000000000001 fe800000000000000000000000000002 "
	    "00 3020010db800ff");
	sim_settle(s);
	HAS(s, "2001:db8:ff::/48", "fe80::2 dev 1 weight 1");
}

TEST(what_the_node_announces_is_not_installed)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	HAS(s, HEARD, HOP);
	put(s,
	    CONFIG(LEARNED("") ", serviceExternalIPs: [{cidr: "
			       "198.51.0.0/16}]"));
	HAS(s, HEARD, "");
	put(s, ON);
	HAS(s, HEARD, HOP);
}

TEST(default_route_waits_to_be_asked_for)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	hear_default(p);
	sim_settle(s);
	HAS(s, "0.0.0.0/0", "");
	put(s, CONFIG(LEARNED(", defaultRoute: Install")));
	HAS(s, "0.0.0.0/0", HOP);
}

/* As show routes says it, of the first route; "": nothing. */
static const char *
shown(struct sim *s, const char *prefix)
{
	static char text[256];
	const struct daemon_view *view = bgpd_view(s->bgpd);
	struct rib_route route;
	struct prefix p;
	struct err err;
	json_t *kernel = NULL;

	assert_true(prefix_parse(prefix, &p, &err));
	if (rib_lookup(view->rib, &p, 0, &route))
		kernel = kernel_view(view, &route);
	const char *message =
	    json_string_value(json_object_get(kernel, "message"));

	snprintf(text, sizeof(text), "%s%s%s",
	    kernel != NULL ? json_string_value(json_object_get(kernel, "state"))
			   : "",
	    message != NULL ? ": " : "", message != NULL ? message : "");
	json_decref(kernel);
	return text;
}

TEST(how_a_route_stands_is_shown)
{
	struct sim *s = learning(CONFIG(""));
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	hear_default(p);
	sim_settle(s);
	assert_string_equal(shown(s, HEARD), "");
	put(s, ON);
	assert_string_equal(shown(s, HEARD), "Installed");
	assert_non_null(strstr(shown(s, "0.0.0.0/0"), "DefaultRoute: "));
	fake_fib_other(&s->kernel, HEARD, TABLE_MAIN, 5, "", 2);
	bgpd_fib_news(s->bgpd);
	sim_sleep(s, 50);
	assert_string_equal(shown(s, HEARD),
	    "Installed: a route of protocol 4 with metric 5 goes before it");
	fake_fib_other(&s->kernel, HEARD, TABLE_MAIN, 2048, "", 2);
	bgpd_fib_news(s->bgpd);
	sim_sleep(s, 50);
	assert_string_equal(
	    shown(s, HEARD), "Taken: protocol 4 has a route with metric 2048");
	fake_fib_link(&s->kernel, 2, false);
	fake_fib_link(&s->kernel, 1, false);
	bgpd_fib_news(s->bgpd);
	sim_sleep(s, 50);
	assert_non_null(strstr(shown(s, HEARD), "NextHopUnreachable: "));
}

TEST(how_many_stand_how_is_counted)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");
	struct metrics *metrics = metrics_new();
	struct bgpd_metrics numbers = { .view = view_of, .arg = s };

	hear(p);
	hear_default(p);
	sim_settle(s);
	kernel_metrics_add(metrics, &numbers);
	char *text = metrics_text(metrics);

	assert_non_null(strstr(text,
	    "lbbgp_learned_routes{family=\"IPv4\",state=\"Installed\"} 1\n"));
	assert_non_null(strstr(text,
	    "lbbgp_learned_routes{family=\"IPv4\",state=\"DefaultRoute\"} "
	    "1\n"));
	assert_non_null(strstr(
	    text, "lbbgp_learned_route_changes_total{result=\"added\"} 1\n"));
	free(text);
	metrics_free(metrics);
}

TEST(a_hop_that_is_gone_is_told)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	fake_fib_link(&s->kernel, 1, false);
	bgpd_fib_news(s->bgpd);
	sim_sleep(s, 50);
	HAS(s, HEARD, "");
	assert_non_null(
	    strstr(sim_condition(s, "LearnedRoutesMissing"), HEARD));
	fake_fib_link(&s->kernel, 1, true);
	fake_fib_other(&s->kernel, "192.0.2.0/24", TABLE_MAIN, 0, "", 1);
	bgpd_fib_news(s->bgpd);
	sim_sleep(s, 50);
	HAS(s, HEARD, HOP);
	assert_string_equal(sim_condition(s, "LearnedRoutesMissing"), "");
}

TEST(somebody_elses_route_is_left_and_told)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	fake_fib_other(&s->kernel, HEARD, TABLE_MAIN, 2048, "", 2);
	hear(p);
	sim_settle(s);
	HAS(s, HEARD, "");
	assert_non_null(
	    strstr(sim_condition(s, "LearnedRoutesMissing"), HEARD));
}

TEST(a_kernel_that_refuses_is_told_and_asked_again)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	s->kernel.refused = 1;
	s->kernel.error = ENOMEM;
	hear(p);
	sim_settle(s);
	HAS(s, HEARD, "");
	assert_non_null(
	    strstr(sim_condition(s, "LearnedRoutesMissing"), HEARD));
	fib_retry(s->kernel.fib); /* as its port does after a while */
	sim_sleep(s, 50);
	HAS(s, HEARD, HOP);
	assert_string_equal(sim_condition(s, "LearnedRoutesMissing"), "");
}

TEST(a_kernel_that_is_slow_gets_the_newest_state)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	s->kernel.slow = true;
	unsigned changes = s->kernel.changes;

	for (unsigned i = 0; i < 10; i++) {
		hear(p);
		sim_settle(s);
		withdraw(p);
		sim_settle(s);
	}
	hear(p);
	sim_settle(s);
	assert_int_equal(s->kernel.changes, changes);
	s->kernel.slow = false;
	(void)fake_fib_carry(&s->kernel, 64); /* it is to be judged first */
	sim_sleep(s, 50);
	assert_int_equal(s->kernel.changes, changes + 1);
	HAS(s, HEARD, HOP);
}

/* Its answers are lost, and what is there is only found by looking. */
TEST(a_kernel_that_forgets_is_looked_at)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	s->kernel.lost = 1;
	hear(p);
	sim_settle(s);
	HAS(s, HEARD, HOP);
	assert_true(fake_fib_steal(&s->kernel, s->kernel.n - 1));
	fake_fib_look(&s->kernel);
	sim_sleep(s, 50);
	HAS(s, HEARD, HOP);
}

/* What an earlier run left in the kernel: a route that is said again, and one not. */
static void
leave_behind(struct sim *s)
{
	static const char *const nets[] = { HEARD, "203.0.113.0/24" };

	for (unsigned i = 0; i < 2; i++) {
		fake_fib_other(
		    &s->kernel, nets[i], TABLE_MAIN, 2048, "192.0.2.2", 1);
		s->kernel.routes[s->kernel.n - 1].protocol = FIB_PROTOCOL;
	}
}

TEST(leaving_takes_the_routes_along)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	bgpd_stop(s->bgpd, "test");
	sim_sleep(s, 5000);
	assert_int_equal(s->stopped, 1);
	HAS(s, HEARD, "");
}

/* Nobody is coming who would find them. */
TEST(leaving_at_once_takes_what_a_crash_left)
{
	struct sim *s = sim_new();

	leave_behind(s);
	bgpd_stop(s->bgpd, "test");
	sim_sleep(s, 5000);
	assert_int_equal(s->stopped, 1);
	assert_int_equal(fake_fib_count(&s->kernel), 0);
}

TEST(a_restart_leaves_the_routes_there)
{
	struct sim *s = learning(ON);
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 10000);
	assert_int_equal(s->stopped, 1);
	HAS(s, HEARD, HOP);
}

TEST(without_graceful_restart_a_restart_takes_them_along)
{
	struct sim *s =
	    learning(CONFIG(LEARNED("") ", gracefulRestart: {enabled: false}"));
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	bgpd_stop(s->bgpd, NULL);
	sim_sleep(s, 10000);
	assert_int_equal(s->stopped, 1);
	HAS(s, HEARD, "");
}

static struct sim *
after_a_crash(const char *config)
{
	struct sim *s = sim_new();

	leave_behind(s);
	lay(s, config);
	return s;
}

TEST(what_a_crash_left_goes_when_peers_have_said_all)
{
	struct sim *s = after_a_crash(ON);
	unsigned changes = s->kernel.changes;

	sim_sleep(s, 5000);
	HAS(s, HEARD, HOP);
	HAS(s, "203.0.113.0/24", HOP);
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_sleep(s, 5000);
	HAS(s, "203.0.113.0/24", HOP);
	fake_say(p, MSG_UPDATE, "0000 0000"); /* End-of-RIB */
	sim_sleep(s, 2000);
	HAS(s, HEARD, HOP);
	HAS(s, "203.0.113.0/24", "");
	assert_int_equal(s->kernel.changes, changes + 1);
}

TEST(what_a_crash_left_goes_after_the_restart_time)
{
	struct sim *s = after_a_crash(
	    CONFIG(LEARNED("") ", gracefulRestart: {restartTime: 30}"));

	sim_sleep(s, 28000);
	HAS(s, HEARD, HOP);
	sim_sleep(s, 4000);
	HAS(s, HEARD, "");
	HAS(s, "203.0.113.0/24", "");
}

/* Who is still to come nobody knows. */
TEST(what_a_crash_left_waits_for_who_comes_from_a_prefix)
{
	struct sim *s = sim_new();

	leave_behind(s);
	sim_drop(s, "BGPPeer", "a");
	fake_fib_other(&s->kernel, "192.0.2.0/24", TABLE_MAIN, 0, "", 1);
	sim_put(s, CONFIG(LEARNED("") ", gracefulRestart: {restartTime: 30}"));
	sim_put(s, FILTER);
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: r}\n"
	    "spec: {peerPrefix: 192.0.2.0/24, external: true, filters: "
	    "[all]}\n");
	sim_list_all(s);
	sim_sleep(s, 28000);
	HAS(s, HEARD, HOP);
	sim_sleep(s, 4000);
	HAS(s, HEARD, "");
}

TEST(what_a_crash_left_goes_at_once_where_nothing_is_learned)
{
	struct sim *s = after_a_crash(CONFIG(""));

	sim_sleep(s, 100);
	assert_int_equal(fake_fib_count(&s->kernel), 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_teardown(name, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(what_a_filter_takes_is_installed_where_it_is_asked_for),
		T(who_is_on_a_link_is_gone_to_there),
		T(what_the_node_announces_is_not_installed),
		T(default_route_waits_to_be_asked_for),
		T(how_a_route_stands_is_shown),
		T(how_many_stand_how_is_counted),
		T(a_hop_that_is_gone_is_told),
		T(somebody_elses_route_is_left_and_told),
		T(a_kernel_that_refuses_is_told_and_asked_again),
		T(a_kernel_that_is_slow_gets_the_newest_state),
		T(a_kernel_that_forgets_is_looked_at),
		T(leaving_takes_the_routes_along),
		T(leaving_at_once_takes_what_a_crash_left),
		T(a_restart_leaves_the_routes_there),
		T(without_graceful_restart_a_restart_takes_them_along),
		T(what_a_crash_left_goes_when_peers_have_said_all),
		T(what_a_crash_left_goes_after_the_restart_time),
		T(what_a_crash_left_waits_for_who_comes_from_a_prefix),
		T(what_a_crash_left_goes_at_once_where_nothing_is_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
