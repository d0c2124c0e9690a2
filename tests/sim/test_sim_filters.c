/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGPFilters of a whole daemon: which of its announcements a router is told, what it
 * takes of the router's, and what is told of filters that are not there.
 */
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/msg.h"
#include "common/prefix.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define FILTER(spec)                                 \
	"apiVersion: lbbgp.io/v1\nkind: BGPFilter\n" \
	"metadata: {name: f}\nspec: {" spec "}\n"
#define PEER(filters)                                 \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"    \
	"metadata: {name: a}\n"                       \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, " \
	"gracefulRestart: {enabled: false}" filters "}\n"
#define NAMED PEER(", filters: [f]")
#define POD "10.33.5.0/24"
#define EXTERNAL "10.33.192.0/18"
#define HEARD "198.51.100.0/24"

/* Changes gather for a moment. */
static void
put(struct sim *s, const char *yaml)
{
	sim_put(s, yaml);
	sim_sleep(s, 50);
}

/* What the peer was told, sorted out as it came; forgets it. */
static const char *
told(struct fake_peer *p)
{
	static char text[FAKE_TEXT];

	fake_flush(p);
	memcpy(text, p->at->said, sizeof(text));
	fake_forget(p);
	return text;
}

static struct sim *
filtered(const char *filter)
{
	struct sim *s = sim_new();

	sim_put(s, filter);
	sim_put(s, NAMED);
	sim_list_all(s);
	return s;
}

/* The router announces one prefix. */
static void
hear(struct fake_peer *p)
{
	fake_say(p, MSG_UPDATE,
	    "0000 0014 40010100 40020602010000fdea 400304c0000202 18c63364");
}

static bool
has_best(struct sim *s)
{
	const struct daemon_view *view = bgpd_view(s->bgpd);
	struct rib_route route;
	struct prefix prefix;
	struct err err;

	assert_true(prefix_parse(HEARD, &prefix, &err));
	return rib_best(view->rib, &prefix, &route);
}

TEST(announcements_are_told_apart_by_their_kind)
{
	struct sim *s = filtered(
	    FILTER("export: [{name: pods, action: Reject, sources: [Pod]}]"));
	struct fake_peer *p = sim_peer(s, "a");
	struct bgp_open open = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	sim_settle(s);
	const char *said = told(p);

	assert_null(strstr(said, POD));
	assert_non_null(strstr(said, "+" EXTERNAL));
}

TEST(a_changed_filter_is_sent_as_a_difference)
{
	struct sim *s = filtered(
	    FILTER("export: [{name: pods, action: Reject, sources: [Pod]}]"));
	struct fake_peer *p = sim_establish(s, "a");

	fake_flush(p);
	fake_forget(p);
	put(s,
	    FILTER("export: [{name: some, action: Reject, sources: "
		   "[External]}]"));
	const char *said = told(p);

	assert_non_null(strstr(said, "+" POD));
	assert_non_null(strstr(said, "-" EXTERNAL));
	put(s,
	    FILTER("export: [{name: some, action: Reject, sources: "
		   "[External]}]"));
	assert_string_equal(told(p), ""); /* nothing is another */
	put(s, PEER(""));
	assert_string_equal(told(p), "+" EXTERNAL);
	assert_true(sim_is_up(s, "a"));
}

TEST(what_a_router_says_is_taken_as_its_filter_says)
{
	struct sim *s = filtered(FILTER(
	    "import: [{name: one, action: Accept, prefixes: [{cidr: " HEARD
	    "}]}]"));
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	assert_true(has_best(s));
	put(s, FILTER("import: [{name: one, action: Reject}]"));
	assert_false(has_best(s));
	put(s, FILTER("import: [{name: one, action: Accept}]"));
	assert_true(has_best(s));
	put(s, PEER(""));
	assert_false(has_best(s));
	assert_true(sim_is_up(s, "a"));
}

TEST(a_filter_that_goes_leaves_the_session_as_it_is)
{
	struct sim *s =
	    filtered(FILTER("import: [{name: one, action: Accept}]"));
	struct fake_peer *p = sim_establish(s, "a");

	hear(p);
	sim_settle(s);
	sim_drop(s, "BGPFilter", "f");
	sim_sleep(s, 5000);
	assert_true(sim_is_up(s, "a"));
	assert_true(has_best(s));
	assert_non_null(strstr(sim_condition(s, "FilterMissing"),
	    "\"f\"; its filters stay as they were"));
	sim_sleep(s, 10000);
	assert_non_null(strstr(sim_accepted(s, "BGPPeer", "a"), "\"f\""));
	put(s, FILTER("import: [{name: one, action: Reject}]"));
	assert_string_equal(sim_condition(s, "FilterMissing"), "");
	assert_false(has_best(s));
}

TEST(a_daemon_that_lacks_a_filter_opens_no_session)
{
	struct sim *s = sim_new();

	sim_put(s, NAMED);
	sim_list_all(s);
	sim_sleep(s, 60000);
	assert_int_equal(sim_peer(s, "a")->tcps, 0);
	assert_non_null(strstr(sim_condition(s, "PeerBlocked"), "BGPFilter"));
	assert_non_null(
	    strstr(sim_condition(s, "FilterMissing"), "it has none in force"));
	put(s, FILTER("export: []"));
	assert_string_equal(sim_condition(s, "PeerBlocked"), "");
	assert_string_equal(sim_condition(s, "FilterMissing"), "");
	sim_establish(s, "a");
}

/* Of what is best to HEARD; 0: there is none. */
static uint32_t
first_as(struct sim *s)
{
	const struct daemon_view *view = bgpd_view(s->bgpd);
	struct rib_route route;
	struct prefix prefix;
	struct attrs a;
	struct err err;

	assert_true(prefix_parse(HEARD, &prefix, &err));
	if (!rib_best(view->rib, &prefix, &route))
		return 0;
	path_attrs(route.path, &a);
	return as_path_first(a.as_path);
}

#define PREPENDS                                            \
	FILTER("import: [{name: all, action: Accept, set: " \
	       "{prepend: {times: 1}}}]")
#define AS_64999 ", filters: [f], localASNumber: 64999"

TEST(filters_prepend_the_as_number_of_the_session)
{
	struct sim *s = sim_new();

	sim_put(s, PREPENDS);
	sim_put(s, PEER(AS_64999));
	sim_list_all(s);
	hear(sim_establish(s, "a"));
	assert_int_equal(first_as(s), 64999);
	put(s, NAMED);
	assert_int_equal(first_as(s), 64999); /* until the reset */
	sim_sleep(s, 16000);
	hear(sim_establish(s, "a"));
	assert_int_equal(first_as(s), 65001);
}

TEST(filters_prepend_the_other_as_number_of_a_peer_with_both)
{
	struct sim *s = sim_new();

	sim_put(s, PREPENDS);
	sim_put(s, PEER(AS_64999 ", localASNumberOptions: {dualAS: true}"));
	sim_list_all(s);
	struct fake_peer *p = sim_peer(s, "a");

	fake_connects(p);
	fake_say(p, MSG_NOTIFICATION, "0202"); /* Bad Peer AS */
	sim_sleep(s, 5000);
	hear(sim_establish(s, "a"));
	sim_sleep(s, 50);
	assert_int_equal(first_as(s), 65001);
}

int
main(void)
{
#define T(name) cmocka_unit_test_teardown(name, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(announcements_are_told_apart_by_their_kind),
		T(a_changed_filter_is_sent_as_a_difference),
		T(what_a_router_says_is_taken_as_its_filter_says),
		T(a_filter_that_goes_leaves_the_session_as_it_is),
		T(a_daemon_that_lacks_a_filter_opens_no_session),
		T(filters_prepend_the_as_number_of_the_session),
		T(filters_prepend_the_other_as_number_of_a_peer_with_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
