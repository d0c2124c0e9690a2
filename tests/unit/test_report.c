/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/announced/report.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define UP "state: Established, capabilities: [ipv4-unicast, add-path]"
#define HEARTBEAT "heartbeat: '2026-01-01T00:00:00Z'"
#define AT INT64_C(1767225600)

static struct report *
report(const char *status)
{
	char text[512];

	snprintf(
	    text, sizeof(text), "{metadata: {name: n1}, status: {%s}}", status);
	return decoded(report_decode, text);
}

TEST(sessions_are_by_bgp_peer_without_those_of_the_mesh)
{
	struct report *r = report(HEARTBEAT
	    ", peers: [{name: tor, " UP "}, {name: racks/10.0.0.1, state: "
	    "Active}, {name: 'mesh:n2', " UP "}]");

	assert_int_equal(r->n, 2);
	assert_string_equal(r->sessions[0].peer, "tor");
	assert_true(r->sessions[0].up);
	assert_true(r->sessions[0].families[FAMILY_V4]);
	assert_false(r->sessions[0].families[FAMILY_V6]);
	assert_string_equal(r->sessions[1].peer, "racks");
	assert_false(r->sessions[1].up);
	assert_string_equal(r->sessions[1].state, "Active");
	report_free(r);
}

TEST(what_people_want_to_see_of_a_session_is_kept)
{
	struct report *r = report("peers: [{name: racks/10.0.0.1, " UP
				  ", since: '2026-01-01T00:00:00Z', bfd: "
				  "{state: Down}}, {name: tor, state: Idle}, "
				  "{name: 'mesh:n2', " UP "}, "
				  "{name: 'mesh:n3', state: Idle}]");

	assert_string_equal(r->sessions[0].peer, "racks");
	assert_string_equal(r->sessions[0].rest, "10.0.0.1");
	assert_string_equal(r->sessions[0].bfd, "Down");
	assert_int_equal(r->sessions[0].since, AT);
	assert_string_equal(r->sessions[1].rest, "");
	assert_null(r->sessions[1].bfd);
	assert_int_equal(r->sessions[1].since, 0);
	assert_int_equal(r->mesh, 2);
	assert_int_equal(r->mesh_up, 1);
	report_free(r);
}

/* The last word is TCP's; one of a session that is up is old. */
TEST(the_last_error_of_a_session_that_is_down_is_kept)
{
#define LAST "lastError: {text: Hold Timer Expired}"
	struct report *r = report("peers: [{name: a, state: Idle, " LAST
				  "}, {name: b, state: Active, " LAST
				  ", tcpError: {text: refused}}, {name: c, " UP
				  ", " LAST "}, {name: d, state: Idle, "
				  "lastError: {text: 7}, tcpError: 7}]");

	assert_string_equal(r->sessions[0].error, "Hold Timer Expired");
	assert_string_equal(r->sessions[1].error, "refused");
	assert_null(r->sessions[2].error);
	assert_null(r->sessions[3].error);
	report_free(r);
}

TEST(what_is_malformed_is_left_out)
{
	static const char *const statuses[] = { "", "peers: 7", "peers: [7]",
		"peers: [{name: 7, " UP "}]", "peers: {a: b}",
		"conditions: [7, {type: 7, status: 'True'}]",
		"heartbeat: yesterday", "drain: 7" };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct report *r = report(statuses[i]);

		assert_int_equal(r->n, 0);
		assert_false(r->data_plane_down);
		assert_true(report_is_stale(r, AT));
		report_free(r);
	}
}

TEST(who_was_not_heard_of_for_three_minutes_is_stale)
{
	struct report *r = report(HEARTBEAT);

	assert_false(report_is_stale(r, AT + 180));
	assert_true(report_is_stale(r, AT + 181));
	assert_true(report_is_stale(NULL, AT));
	report_free(r);
}

TEST(a_condition_counts_while_it_holds)
{
	struct report *down =
	    report("conditions: [{type: DataPlaneDown, status: 'True'}]");
	struct report *up =
	    report("conditions: [{type: DataPlaneDown, status: 'False'}]");

	assert_true(down->data_plane_down);
	assert_false(up->data_plane_down);
	assert_false(report_same(up, down));
	assert_false(up->unknown);
	report_free(down);
	report_free(up);
}

TEST(why_it_is_not_ready_is_kept)
{
#define READY(status, reason) \
	"conditions: [{type: Ready, status: '" status "', reason: " reason "}]"
	struct report *none = report(READY("False", "NoPeer"));
	struct report *other = report(READY("False", "Moonless"));
	struct report *ready = report(READY("True", "NoPeer"));
	struct report *unheard =
	    report("conditions: [{type: SentToNobody, status: 'True'}]");

	assert_string_equal(none->unready, "NoPeer");
	assert_string_equal(other->unready, "");
	assert_null(ready->unready);
	assert_false(ready->unheard);
	assert_true(unheard->unheard);
	report_free(none);
	report_free(other);
	report_free(ready);
	report_free(unheard);
}

TEST(a_heartbeat_alone_is_no_news)
{
	struct report *a = report(HEARTBEAT ", peers: [{name: tor, " UP "}]");
	struct report *b = report("peers: [{name: tor, " UP "}]");
	struct report *c = report("peers: [{name: tor, state: Idle}]");
	struct report *d = report("peers: [{name: tor, " UP "}], conditions: "
				  "[{type: Ready, status: 'False', reason: "
				  "Restarting}]");

	assert_true(report_same(a, b));
	assert_false(report_same(a, c));
	assert_false(report_same(a, d));
	assert_true(d->restarting);
	assert_false(report_same(a, NULL));
	assert_true(report_same(NULL, NULL));
	report_free(a);
	report_free(b);
	report_free(c);
	report_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    sessions_are_by_bgp_peer_without_those_of_the_mesh),
		cmocka_unit_test(what_people_want_to_see_of_a_session_is_kept),
		cmocka_unit_test(
		    the_last_error_of_a_session_that_is_down_is_kept),
		cmocka_unit_test(what_is_malformed_is_left_out),
		cmocka_unit_test(
		    who_was_not_heard_of_for_three_minutes_is_stale),
		cmocka_unit_test(a_condition_counts_while_it_holds),
		cmocka_unit_test(why_it_is_not_ready_is_kept),
		cmocka_unit_test(a_heartbeat_alone_is_no_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
