/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/reconcile.h"
#include "allocator/write/render.h"
#include "common/api/fields.h"
#include "common/api/service_group.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define WALL 1769817600000 /* 2026-01-31T00:00:00Z */

/* The status in a patch that the API server would store whole; owned. */
static json_t *
status_in(char *patch)
{
	struct err err = { "" };
	json_t *object = json_loads(patch, 0, NULL);
	json_t *status = json_incref(json_object_get(object, "status"));
	bool known = fields_status_known(&service_group_fields, status, &err);

	free(patch);
	json_decref(object);
	assert_string_equal(err.text, "");
	assert_true(known);
	return status;
}

static json_t *
rendered(const char *fault)
{
	struct service_group *g = decoded(service_group_decode,
	    "metadata: {name: g, generation: 3}\n"
	    "spec: {pools: [{subnet: 10.0.0.0/24, pool: 10.0.0.0/24}]}\n");
	struct group_report report = {
		.name = "g",
		.group = g,
		.usage = { [FAMILY_V4] = { 256, 1, 255 },
		    [FAMILY_V6] = { USAGE_MOST, 0, USAGE_MOST } },
		.waiting = 2,
		.fault = fault,
	};
	json_t *status = status_in(render_group(&report, NULL, NULL, WALL));

	service_group_free(g);
	return status;
}

static const char *
condition(const json_t *status, const char *key)
{
	json_t *first =
	    json_array_get(json_object_get(status, "conditions"), 0);

	return json_string_value(json_object_get(first, key));
}

TEST(status_of_a_group_has_only_fields_of_the_schema)
{
	json_t *status = rendered(NULL);
	json_t *v4 = json_object_get(status, "ipv4");

	assert_int_equal(json_integer_value(json_object_get(v4, "used")), 1);
	assert_int_equal(json_integer_value(json_object_get(v4, "free")), 255);
	assert_string_equal(condition(status, "status"), "True");
	json_decref(status);
}

TEST(count_beyond_what_json_holds_is_the_ceiling)
{
	json_t *status = rendered(NULL);
	json_t *v6 = json_object_get(status, "ipv6");

	assert_true(
	    json_integer_value(json_object_get(v6, "capacity")) == INT64_MAX);
	json_decref(status);
}

TEST(faulty_pool_is_told_in_the_condition)
{
	json_t *status = rendered("spec.pools[0].pool: reversed");

	assert_string_equal(condition(status, "status"), "False");
	assert_string_equal(
	    condition(status, "message"), "spec.pools[0].pool: reversed");
	json_decref(status);
}

TEST(refusal_leaves_the_counts_alone)
{
	const struct group_report unread = { .refused = "spec.pools: missing" };
	json_t *status = status_in(render_group(&unread, NULL, NULL, WALL));

	assert_int_equal(json_object_size(status), 1);
	assert_string_equal(
	    condition(status, "message"), "spec.pools: missing");
	json_decref(status);
}

TEST(refusal_keeps_the_time_since_which_it_is_so)
{
	static const struct condition was = { .status = "False",
		.changed = 1767225600 };
	const struct group_report unread = { .refused = "spec.pools: missing" };
	json_t *status = status_in(render_group(&unread, &was, NULL, WALL));

	assert_string_equal(
	    condition(status, "lastTransitionTime"), "2026-01-01T00:00:00Z");
	json_decref(status);
}

/* Of the nth condition. */
static const char *
said(const json_t *status, size_t nth, const char *key)
{
	return json_string_value(json_object_get(
	    json_array_get(json_object_get(status, "conditions"), nth), key));
}

#define ACCEPTED_JSON                                                  \
	"{type: Accepted, status: 'True', reason: Accepted, message: " \
	"'', lastTransitionTime: '2026-01-01T00:00:00Z'}"
#define READY_JSON                                                      \
	"{type: Ready, status: 'False', reason: NoPeer, message: why, " \
	"lastTransitionTime: '2026-01-01T00:00:00Z'}"

static json_t *
rendered_ready(const struct group_ready *ready, const char *refused)
{
	struct service_group *g = decoded(service_group_decode,
	    "metadata: {name: g}\n"
	    "spec: {pools: [{subnet: 10.0.0.0/24, pool: 10.0.0.0/24}]}\n"
	    "status: {conditions: [" ACCEPTED_JSON ", " READY_JSON "]}\n");
	struct group_report report = {
		.name = "g", .group = g, .refused = refused
	};
	json_t *status = status_in(render_group(&report, NULL, ready, WALL));

	service_group_free(g);
	return status;
}

/* Else each new leader would take it away until it has judged. */
TEST(what_is_not_judged_yet_stays_as_it_is)
{
	json_t *status = rendered_ready(NULL, NULL);

	assert_string_equal(said(status, 0, "type"), "Accepted");
	assert_string_equal(said(status, 1, "type"), "Ready");
	assert_string_equal(said(status, 1, "status"), "False");
	assert_string_equal(said(status, 1, "reason"), "NoPeer");
	assert_string_equal(
	    said(status, 1, "lastTransitionTime"), "2026-01-01T00:00:00Z");
	json_decref(status);
}

TEST(what_is_judged_is_said)
{
	const struct group_ready ready = { true, "Announced", "2 of 2 nodes" };
	json_t *status = rendered_ready(&ready, NULL);

	assert_string_equal(said(status, 1, "status"), "True");
	assert_string_equal(said(status, 1, "message"), "2 of 2 nodes");
	json_decref(status);
}

TEST(what_is_refused_is_not_ready)
{
	const struct group_ready ready = { true, "Announced", "2 of 2 nodes" };
	json_t *status = rendered_ready(&ready, "spec.pools: bad");

	assert_string_equal(said(status, 0, "reason"), "Refused");
	assert_string_equal(said(status, 1, "status"), "False");
	assert_string_equal(said(status, 1, "reason"), "Refused");
	assert_string_equal(said(status, 1, "message"), "spec.pools: bad");
	json_decref(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    status_of_a_group_has_only_fields_of_the_schema),
		cmocka_unit_test(count_beyond_what_json_holds_is_the_ceiling),
		cmocka_unit_test(faulty_pool_is_told_in_the_condition),
		cmocka_unit_test(refusal_leaves_the_counts_alone),
		cmocka_unit_test(refusal_keeps_the_time_since_which_it_is_so),
		cmocka_unit_test(what_is_not_judged_yet_stays_as_it_is),
		cmocka_unit_test(what_is_judged_is_said),
		cmocka_unit_test(what_is_refused_is_not_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
