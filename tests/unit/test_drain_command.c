/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "cli/drain.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define NOW 1769817600 /* 2026-01-31T00:00:00Z */
#define REASON "lbbgp drain at 2026-01-31T00:00:00Z"

static void
assert_patch(const char *annotations, enum drain_wish wish, const char *want)
{
	char *yaml = xasprintf(
	    "metadata: {name: node1, resourceVersion: '7'%s}\n", annotations);
	struct node *n = decoded(node_decode, yaml);
	char *patch = drain_patch(n, wish, REASON);

	if (want == NULL)
		assert_null(patch);
	else
		assert_string_equal(patch, want);
	free(patch);
	free(yaml);
	node_free(n);
}

#define ASKED ", annotations: {lbbgp.io/drain: x}"
#define PATCH(value)                                \
	"{\"metadata\":{\"resourceVersion\":\"7\"," \
	"\"annotations\":{\"lbbgp.io/drain\":" value "}}}"

/* Whoever else has written the Node meanwhile is not written over. */
TEST(annotation_of_the_node_as_it_is_known_is_written)
{
	assert_patch("", DRAIN_BEGIN, PATCH("\"" REASON "\""));
	assert_patch(ASKED, DRAIN_BEGIN, PATCH("\"" REASON "\""));
	assert_patch(ASKED, DRAIN_END, PATCH("null"));
	assert_patch("", DRAIN_END, NULL);
}

TEST(reason_says_when)
{
	char *reason = drain_reason(NOW);

	assert_string_equal(reason, REASON);
	free(reason);
}

/* done: "" or why it is not. */
static void
assert_done(const char *status, enum drain_wish wish, const char *done)
{
	json_t *s = status != NULL ? json_loads(status, 0, NULL) : NULL;
	struct err why = { "" };

	assert_int_equal(status == NULL, s == NULL);
	assert_int_equal(
	    drain_is_done(s, wish, REASON, NOW, &why), done[0] == '\0');
	assert_string_equal(why.text, done);
	json_decref(s);
}

#define STATUS_AT(heartbeat, state, reason, drained)                       \
	"{\"heartbeat\":\"" heartbeat "\",\"drain\":{\"state\":\"" state   \
	"\"" reason "},\"conditions\":[{\"type\":\"SentToNobody\","        \
	"\"status\":\"True\"},{\"type\":\"Drained\",\"status\":\"" drained \
	"\"}]}"
#define STATUS(state, reason, drained) \
	STATUS_AT("2026-01-31T00:00:00Z", state, reason, drained)
#define HAS_IT ", as its BGPNodeStatus of 2026-01-31T00:00:00Z has it"
#define BY(text)                                         \
	",\"reason\":\"annotation lbbgp.io/drain: " text \
	"\",\"annotation\":\"" text "\""

TEST(node_is_drained_when_its_peers_were_told_of_this_drain)
{
	assert_done(STATUS("Drained", BY(REASON), "True"), DRAIN_BEGIN, "");
	assert_done(STATUS("Drained", BY(REASON), "False"), DRAIN_BEGIN,
	    "it is Drained: annotation lbbgp.io/drain: " REASON HAS_IT);
	assert_done(STATUS("Draining", BY(REASON), "False"), DRAIN_BEGIN,
	    "it is Draining: annotation lbbgp.io/drain: " REASON HAS_IT);
	assert_done(
	    STATUS("Active", "", "False"), DRAIN_BEGIN, "it is Active" HAS_IT);
	assert_done(STATUS("Drained", BY("before"), "True"), DRAIN_BEGIN,
	    "it is Drained: annotation lbbgp.io/drain: before" HAS_IT);
}

/* What drains it else is no reason, nor how a daemon puts one into words. */
TEST(annotation_counts_and_not_the_reason)
{
	assert_done(
	    STATUS("Drained", ",\"reason\":\"x\",\"annotation\":\"" REASON "\"",
		"True"),
	    DRAIN_BEGIN, "");
	assert_done(STATUS("Drained", ",\"reason\":\"" REASON "\"", "True"),
	    DRAIN_BEGIN, "it is Drained: " REASON HAS_IT);
	assert_done(STATUS("Active", ",\"annotation\":\"x\"", "False"),
	    DRAIN_END, "it is Active" HAS_IT);
}

static unsigned
patience(const char *status, enum drain_wish wish)
{
	json_t *s = json_loads(status, 0, NULL);
	unsigned seconds = drain_patience(s, wish);

	json_decref(s);
	return seconds;
}

TEST(longer_drains_are_waited_for_longer)
{
	const char *hour = "{\"drain\":{\"wait\":3600}}";

	assert_int_equal(patience(hour, DRAIN_BEGIN), 3900);
	assert_int_equal(patience(hour, DRAIN_END), 300);
	assert_int_equal(patience("{}", DRAIN_BEGIN), 300);
	assert_int_equal(
	    patience("{\"drain\":{\"wait\":-1}}", DRAIN_BEGIN), 300);
	assert_int_equal(drain_patience(NULL, DRAIN_BEGIN), 300);
}

TEST(node_is_in_service_when_nothing_else_drains_it)
{
	assert_done(STATUS("Active", "", "False"), DRAIN_END, "");
	assert_done(STATUS("Drained",
			",\"reason\":\"the Node has the taint k\"", "True"),
	    DRAIN_END, "it is Drained: the Node has the taint k" HAS_IT);
}

TEST(who_is_dead_says_nothing)
{
	assert_done(NULL, DRAIN_BEGIN,
	    "it has no BGPNodeStatus; does lbbgp-bgpd run there?");
	assert_done(STATUS_AT("2026-01-30T23:56:59Z", "Active", "", "False"),
	    DRAIN_END,
	    "its BGPNodeStatus is of 2026-01-30T23:56:59Z; does lbbgp-bgpd "
	    "run there?");
	assert_done("{\"heartbeat\":\"2026-01-31T00:00:00Z\"}", DRAIN_END,
	    "it is silent" HAS_IT);
}

static struct err
stands(const char *annotations, enum drain_wish wish, bool *seen)
{
	char *yaml = xasprintf("metadata: {name: node1%s}\n", annotations);
	struct node *n = decoded(node_decode, yaml);
	struct err why = { "" };

	bool stands = drain_stands(n, wish, REASON, seen, &why);

	assert_int_equal(stands, why.text[0] == '\0');
	free(yaml);
	node_free(n);
	return why;
}

#define OURS ", annotations: {lbbgp.io/drain: " REASON "}"

/* That the Node is not yet as it was written is no sign of anybody. */
TEST(who_is_overruled_does_not_wait)
{
	bool seen = false;

	assert_string_equal(stands("", DRAIN_BEGIN, &seen).text, "");
	assert_string_equal(stands(ASKED, DRAIN_BEGIN, &seen).text, "");
	assert_false(seen);
	assert_string_equal(stands(OURS, DRAIN_BEGIN, &seen).text, "");
	assert_string_equal(stands(ASKED, DRAIN_BEGIN, &seen).text, "");
	assert_string_equal(stands("", DRAIN_BEGIN, &seen).text,
	    "somebody has taken away the annotation lbbgp.io/drain");
	seen = false;
	assert_string_equal(stands(ASKED, DRAIN_END, &seen).text, "");
	assert_string_equal(stands("", DRAIN_END, &seen).text, "");
	assert_string_equal(stands(ASKED, DRAIN_END, &seen).text,
	    "somebody has written the annotation lbbgp.io/drain");
}

TEST(a_node_that_is_deleted_is_not_waited_for)
{
	bool seen = true;
	struct err why = { "" };

	assert_false(drain_stands(NULL, DRAIN_BEGIN, REASON, &seen, &why));
	assert_string_equal(why.text, "it is gone");
	assert_true(drain_stands(NULL, DRAIN_END, REASON, &seen, &why));
}

TEST(timeout_is_a_time)
{
	static const struct {
		const char *text;
		unsigned seconds; /* 0: refused */
	} rows[] = {
		{ "1", 1 },
		{ "90s", 90 },
		{ "5m", 300 },
		{ "24h", 86400 },
		{ "0", 0 },
		{ "25h", 0 },
		{ "86401", 0 },
		{ "9999999", 0 },
		{ "", 0 },
		{ "s", 0 },
		{ "-1", 0 },
		{ "1m30s", 0 },
		{ "1d", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned seconds = 0;
		struct err err = { "" };

		assert_int_equal(drain_timeout(rows[i].text, &seconds, &err),
		    rows[i].seconds > 0);
		assert_int_equal(seconds, rows[i].seconds);
		assert_int_equal(
		    strstr(err.text, "not a time from 1s to 24h") != NULL,
		    rows[i].seconds == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    annotation_of_the_node_as_it_is_known_is_written),
		cmocka_unit_test(reason_says_when),
		cmocka_unit_test(
		    node_is_drained_when_its_peers_were_told_of_this_drain),
		cmocka_unit_test(
		    node_is_in_service_when_nothing_else_drains_it),
		cmocka_unit_test(annotation_counts_and_not_the_reason),
		cmocka_unit_test(longer_drains_are_waited_for_longer),
		cmocka_unit_test(who_is_dead_says_nothing),
		cmocka_unit_test(who_is_overruled_does_not_wait),
		cmocka_unit_test(a_node_that_is_deleted_is_not_waited_for),
		cmocka_unit_test(timeout_is_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
