/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_filter.h"
#include "bgpd/control/metrics.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/policy.h"
#include "bgpd/session/links.h"
#include "common/metrics.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/metric_labels.h"
#include "tests/unit/objects.h"

struct world {
	struct fake_daemon *daemon;
	struct metrics *metrics;
	struct bgpd_metrics numbers;
	struct links_stats refused;
	unsigned looks; /* at the daemon */
};

static int
setup(void **state)
{
	static struct world w;

	w.daemon = fake_daemon_new();
	w.metrics = metrics_new();
	w.refused = (struct links_stats){ .unknown = 1,
		.elsewhere = 2,
		.limited = 3,
		.unkeyed = 4,
		.uninvited = 5,
		.shared = 6 };
	w.numbers = (struct bgpd_metrics){
		.view = fake_daemon_view, .arg = w.daemon, .refused = &w.refused
	};
	bgpd_metrics_add(w.metrics, &w.numbers);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char *text = metrics_text(w->metrics); /* of whatever a test did */

	assert_labels_are_told(w->metrics, text);
	free(text);
	metrics_free(w->metrics);
	fake_daemon_free(w->daemon);
	return fake_teardown(state);
}

static void
assert_line(const struct world *w, const char *line)
{
	char *text = metrics_text(w->metrics);
	const char *found = strstr(text, line);

	if (found == NULL)
		print_error("no %s in\n%s\n", line, text);
	assert_non_null(found);
	assert_int_equal(found[strlen(line)], '\n');
	free(text);
}

static const struct daemon_view *
count_look(void *arg)
{
	struct world *w = arg;

	w->looks++;
	return fake_daemon_view(w->daemon);
}

/* A view looks through all that is amiss, and all addresses on links. */
static void
daemon_is_looked_at_once(void **state)
{
	struct world *w = *state;
	struct bgpd_metrics numbers = {
		.view = count_look, .arg = w, .refused = &w->refused
	};
	struct metrics *metrics = metrics_new();

	w->looks = 0;
	bgpd_metrics_add(metrics, &numbers);
	free(metrics_text(metrics));
	assert_int_equal(w->looks, 1);
	free(metrics_text(metrics));
	assert_int_equal(w->looks, 2);
	metrics_free(metrics);
}

static void
refused_connections_are_counted_by_reason(void **state)
{
#define REFUSED "lbbgp_refused_connections_total{reason="
	assert_line(*state, REFUSED "\"unknown\"} 1");
	assert_line(*state, REFUSED "\"elsewhere\"} 2");
	assert_line(*state, REFUSED "\"shared\"} 6");
	assert_line(*state, REFUSED "\"limited\"} 3");
	assert_line(*state, REFUSED "\"unkeyed\"} 4");
	assert_line(*state, REFUSED "\"full\"} 5");
#undef REFUSED
}

static void
peers_that_came_are_counted(void **state)
{
	struct world *w = *state;
	const struct view_range range = { .name = "racks", .n = 3, .limit = 9 };

	w->daemon->view.ranges = &range;
	w->daemon->view.n_ranges = 1;
	assert_line(w, "lbbgp_dynamic_peers{peer=\"racks\"} 3");
	assert_line(w, "lbbgp_dynamic_peers_limit{peer=\"racks\"} 9");
}

static void
sessions_are_counted_by_peer(void **state)
{
	struct world *w = *state;

	fake_daemon_peer(
	    w->daemon, "tor-a", fake_established(9)->session, true);
#define TOR_A "{peer=\"tor-a\",address=\"192.0.2.2\""
	assert_line(w, "lbbgp_peer_up" TOR_A "} 1");
	assert_line(w, "lbbgp_peer_blocked" TOR_A "} 0");
	assert_line(w, "lbbgp_peer_flaps_total" TOR_A "} 0");
	assert_line(w, "lbbgp_peer_hold_time_seconds" TOR_A "} 9");
	assert_line(w,
	    "lbbgp_peer_messages_total" TOR_A
	    ",direction=\"sent\",type=\"open\"} 1");
	assert_line(w,
	    "lbbgp_peer_prefixes" TOR_A
	    ",family=\"ipv4\",direction=\"sent\"} 2");
}

static void
keys_of_tcp_ao_are_counted(void **state)
{
	const struct ao_key keys[] = {
		{ 2, 3, AO_HMAC_SHA_1_96, "two" },
		{ 1, 1, AO_HMAC_SHA_1_96, "one" },
	};
	const struct ao_state ao = { 1, 3, 10, 11, 12, 13 };
	struct fake_peer *p = fake_new();
	struct world *w = *state;

	p->config.ao = (struct ao_keys){ keys, 2 };
	fake_start(p);
	fake_daemon_peer(w->daemon, "tor-a", p->session, false);
	assert_line(w, "lbbgp_peer_tcp_ao_keys" TOR_A "} 2");
	p->ao = &ao;
	fake_connects(p);

	struct bgp_open o = fake_open(p);

	fake_say_open(p, &o);
	fake_say_keepalive(p);
#define IDS "lbbgp_peer_tcp_ao_key_id" TOR_A ",use="
	assert_line(w, IDS "\"sends\"} 1");
	assert_line(w, IDS "\"asks\"} 3");
#define SEGMENTS "lbbgp_peer_tcp_ao_segments_total" TOR_A ",verdict="
	assert_line(w, SEGMENTS "\"good\"} 10");
	assert_line(w, SEGMENTS "\"bad\"} 11");
	assert_line(w, SEGMENTS "\"unknown_key\"} 12");
	assert_line(w, SEGMENTS "\"unsigned\"} 13");
}

static void
hits_of_filters_are_counted_by_rule(void **state)
{
	struct world *w = *state;
	struct filters *filters = filters_new(w->daemon->rib);
	struct bgp_filter *f = object(bgp_filter_decode,
	    "{metadata: {name: edge}, spec: {import: [{name: default, action: "
	    "Accept}]}}");
	const struct filter_peer of = { .local_as = 64517 };
	struct view_peer *p = &w->daemon->peers[0];
	struct err err;

	fake_daemon_peer(
	    w->daemon, "tor-a", fake_established(9)->session, true);
	assert_true(filters_compile(filters, (const struct bgp_filter *[]){ f },
	    1, FILTER_IMPORT, &of, &p->import, &err));
	p->import->hits[0] = 7;
	assert_line(w,
	    "lbbgp_filter_hits_total{filter=\"edge\",rule=\"default\","
	    "direction=\"import\"} 7");
	filters_unref(p->import);
	p->import = NULL;
	filters_free(filters);
	bgp_filter_free(f);
}

static void
graceful_restart_is_told_by_peer(void **state)
{
	struct fake_peer *p = fake_established(9);
	struct world *w = *state;

	fake_daemon_peer(w->daemon, "tor-a", p->session, true);
	assert_line(w, "lbbgp_peer_graceful_restart" TOR_A "} 0");
	assert_line(w, "lbbgp_peer_stale_routes" TOR_A "} 0");
	w->daemon->restarts[0].end_sent[FAMILY_V4] =
	    session_since(p->session) + 1500;
	assert_line(w,
	    "lbbgp_peer_end_of_rib_seconds" TOR_A
	    ",family=\"ipv4\",direction=\"sent\"} 1.5");
}

static void
a_lost_session_shows_the_notification(void **state)
{
	struct fake_peer *p = fake_established(9);
	struct world *w = *state;

	fake_daemon_peer(w->daemon, "tor-a", p->session, false);
	fake_say_notification(p, 6, 2);
	assert_line(w, "lbbgp_peer_up" TOR_A "} 0");
	assert_line(w, "lbbgp_peer_flaps_total" TOR_A "} 1");
	assert_line(w,
	    "lbbgp_peer_notifications_total" TOR_A
	    ",direction=\"received\",code=\"Cease\"} 1");
}

static void
announcements_and_refusals_have_their_reason(void **state)
{
	struct world *w = *state;

	assert_line(w, "lbbgp_announced_prefixes{family=\"ipv4\"} 2");
	assert_line(
	    w, "lbbgp_announcements{announced=\"yes\",reason=\"PodCIDR\"} 1");
	assert_line(
	    w, "lbbgp_announcements{announced=\"no\",reason=\"NoEndpoint\"} 0");
}

static void
a_condition_that_holds_is_1(void **state)
{
	struct world *w = *state;

	fake_daemon_condition(w->daemon, "DataPlaneUnknown");
	assert_line(w,
	    "lbbgp_condition{type=\"DataPlaneUnknown\",reason=\"Because\"} 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(daemon_is_looked_at_once),
		T(refused_connections_are_counted_by_reason),
		T(peers_that_came_are_counted),
		T(sessions_are_counted_by_peer),
		T(keys_of_tcp_ao_are_counted),
		T(hits_of_filters_are_counted_by_rule),
		T(graceful_restart_is_told_by_peer),
		T(a_lost_session_shows_the_notification),
		T(announcements_and_refusals_have_their_reason),
		T(a_condition_that_holds_is_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
