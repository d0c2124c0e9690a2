/* SPDX-License-Identifier: Apache-2.0 */
/* doc/rules.md 3: one of several leads, by a Lease. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "allocator/lead/leader.h"
#include "allocator/lead/lease.h"
#include "common/err.h"
#include "tests/test.h"

#define NOW 5000
#define WALL 1767225600000 /* 2026-01-01 */

static const struct leader_spec spec = { .ns = "lbbgp-system",
	.identity = "me",
	.times = { 15000, 10000, 2000 },
	.seed = 1 };

static int
setup(void **state)
{
	*state = leader_new(&spec);
	return 0;
}

static int
teardown(void **state)
{
	leader_free(*state);
	return 0;
}

static void
saw(struct leader *l, const char *version, const char *holder,
    const char *renewed, uint64_t now)
{
	struct lease lease = { (char *)version, (char *)holder, (char *)renewed,
		15, 3 };

	leader_saw(l, &lease, now);
}

/* A text of what is to be written, in spec or metadata; "" when it is not there. */
static const char *
written(const char *body, const char *part, const char *field)
{
	static char text[64];
	json_t *obj = json_loads(body, 0, NULL);
	const char *found = json_string_value(
	    json_object_get(json_object_get(obj, part), field));

	snprintf(text, sizeof(text), "%s", found != NULL ? found : "");
	json_decref(obj);
	return text;
}

/* It leads since NOW, at version 1. */
static void
win(struct leader *l)
{
	leader_saw(l, NULL, NOW);
	assert_non_null(leader_next(l, WALL, NOW));
	leader_told(l, LEADER_DONE, "1");
	assert_true(leader_leads(l, NOW));
}

static void
nothing_is_written_before_the_record_is_known(void **state)
{
	struct leader *l = *state;

	assert_true(leader_is_blind(l));
	assert_null(leader_next(l, WALL, NOW));
	assert_true(leader_due(l, NOW) == UINT64_MAX);
	assert_false(leader_leads(l, NOW));
}

static void
record_that_is_not_there_is_created_at_once(void **state)
{
	struct leader *l = *state;

	leader_saw(l, NULL, NOW);
	const char *body = leader_next(l, WALL, NOW);

	assert_non_null(body);
	assert_string_equal(written(body, "metadata", "resourceVersion"), "");
	assert_string_equal(
	    written(body, "metadata", "name"), "lbbgp-allocator");
	assert_string_equal(written(body, "spec", "holderIdentity"), "me");
	assert_string_equal(written(body, "spec", "acquireTime"),
	    "2026-01-01T00:00:00.000001Z");
	assert_non_null(strstr(body, "\"leaseTransitions\":0"));
	assert_non_null(strstr(body, "\"leaseDurationSeconds\":15"));
	assert_false(leader_leads(l, NOW));
	leader_told(l, LEADER_DONE, "1");
	assert_true(leader_leads(l, NOW));
}

static void
record_of_another_is_waited_for_from_when_it_was_seen(void **state)
{
	struct leader *l = *state;

	saw(l, "7", "other", "long ago", NOW);
	assert_null(leader_next(l, WALL, NOW));
	assert_true(leader_due(l, NOW) == NOW + 15000);
	saw(l, "8", "other", "later", NOW + 9000);
	assert_null(leader_next(l, WALL, NOW + 23999));
	const char *body = leader_next(l, WALL, NOW + 24000);

	assert_string_equal(written(body, "metadata", "resourceVersion"), "8");
	assert_string_equal(written(body, "spec", "holderIdentity"), "me");
	assert_non_null(strstr(body, "\"leaseTransitions\":4"));
}

static void
same_record_seen_again_is_no_change(void **state)
{
	struct leader *l = *state;

	saw(l, "7", "other", "t", NOW);
	saw(l, "8", "other", "t", NOW + 9000); /* a label, say */
	assert_true(leader_due(l, NOW) == NOW + 15000);
	assert_string_equal(written(leader_next(l, WALL, NOW + 15000),
				"metadata", "resourceVersion"),
	    "8");
}

static void
record_that_was_given_back_is_taken_at_once(void **state)
{
	struct leader *l = *state;

	saw(l, "7", "other", "t", NOW);
	saw(l, "8", "", "u", NOW + 100);
	assert_non_null(leader_next(l, WALL, NOW + 100));
	leader_told(l, LEADER_DONE, "9");
	assert_true(leader_leads(l, NOW + 100));
}

static void
leader_writes_again_within_the_retry_period(void **state)
{
	struct leader *l = *state;

	win(l);
	uint64_t due = leader_due(l, NOW);

	assert_in_range(due, NOW + 1500, NOW + 2000);
	assert_null(leader_next(l, WALL, due - 1));
	const char *body = leader_next(l, WALL, due);

	assert_string_equal(written(body, "metadata", "resourceVersion"), "1");
	assert_string_equal(written(body, "spec", "acquireTime"), "");
	assert_non_null(strstr(body, "\"leaseTransitions\":0"));
}

static void
leader_counts_from_when_it_sent_not_from_the_answer(void **state)
{
	struct leader *l = *state;

	win(l);
	assert_true(leader_until(l) == NOW + 10000);
	assert_non_null(leader_next(l, WALL, NOW + 2000));
	leader_told(l, LEADER_DONE, "2"); /* at whatever time */
	assert_true(leader_until(l) == NOW + 12000);
	assert_true(leader_leads(l, NOW + 11999));
	assert_false(leader_leads(l, NOW + 12000));
}

static void
leader_that_cannot_renew_stops_by_itself(void **state)
{
	struct leader *l = *state;

	win(l);
	for (uint64_t now = NOW + 2000; now < NOW + 10000; now += 2000) {
		assert_non_null(leader_next(l, WALL, now));
		leader_told(l, LEADER_FAILED, "");
		assert_true(leader_leads(l, now));
	}
	assert_non_null(leader_next(l, WALL, NOW + 9900));
	assert_true(leader_due(l, NOW + 9900) == NOW + 10000);
	assert_false(leader_leads(l, NOW + 10000));
	assert_true(leader_due(l, NOW + 10000) == UINT64_MAX); /* no answer */
}

static void
leader_stops_when_the_record_is_of_another(void **state)
{
	struct leader *l = *state;

	win(l);
	saw(l, "9", "other", "t", NOW + 500);
	assert_false(leader_leads(l, NOW + 500));
	assert_true(leader_due(l, NOW + 500) == NOW + 15500);
}

static void
late_echo_of_an_earlier_write_is_passed_over(void **state)
{
	struct leader *l = *state;

	win(l);
	assert_non_null(leader_next(l, WALL, NOW + 2000));
	leader_told(l, LEADER_DONE, "2");
	saw(l, "1", "me", "2026-01-01T00:00:00.000001Z", NOW + 2001);
	assert_string_equal(written(leader_next(l, WALL, NOW + 4000),
				"metadata", "resourceVersion"),
	    "2");
}

static void
write_whose_answer_was_lost_counts_once_it_is_seen(void **state)
{
	struct leader *l = *state;

	leader_saw(l, NULL, NOW);
	const char *body = leader_next(l, WALL, NOW);
	char renewed[64];

	snprintf(
	    renewed, sizeof(renewed), "%s", written(body, "spec", "renewTime"));
	leader_told(l, LEADER_FAILED, "");
	assert_false(leader_leads(l, NOW + 10));
	saw(l, "1", "me", renewed, NOW + 20);
	assert_true(leader_leads(l, NOW + 20));
	assert_true(leader_until(l) == NOW + 10000);
}

static void
after_a_conflict_the_record_is_read_first(void **state)
{
	struct leader *l = *state;

	win(l);
	assert_non_null(leader_next(l, WALL, NOW + 2000));
	leader_told(l, LEADER_CONFLICT, "");
	assert_true(leader_is_blind(l));
	assert_null(leader_next(l, WALL, NOW + 5000));
	assert_true(leader_leads(l, NOW + 5000)); /* until its time is over */
	saw(l, "5", "me", "by an earlier try", NOW + 5000);
	assert_string_equal(written(leader_next(l, WALL, NOW + 5000),
				"metadata", "resourceVersion"),
	    "5");
}

static void
clock_of_the_wall_has_no_say(void **state)
{
	struct leader *l = *state;

	win(l);
	assert_non_null(leader_next(l, WALL - 3600000, NOW + 2000));
	leader_told(l, LEADER_DONE, "2");
	assert_non_null(leader_next(l, WALL + 3600000, NOW + 4000));
	leader_told(l, LEADER_DONE, "3");
	assert_true(leader_until(l) == NOW + 14000);
}

static void
no_two_writes_look_alike_with_a_clock_that_stands(void **state)
{
	struct leader *l = *state;
	char first[64];

	leader_saw(l, NULL, NOW);
	snprintf(first, sizeof(first), "%s",
	    written(leader_next(l, WALL, NOW), "spec", "renewTime"));
	leader_told(l, LEADER_DONE, "1");
	assert_string_not_equal(
	    written(leader_next(l, WALL, NOW + 2000), "spec", "renewTime"),
	    first);
}

static void
who_resigns_gives_the_record_back(void **state)
{
	struct leader *l = *state;

	win(l);
	leader_resign(l);
	assert_false(leader_leads(l, NOW));
	assert_false(leader_is_over(l));
	assert_true(leader_due(l, NOW) == 0);
	const char *body = leader_next(l, WALL, NOW + 1);

	assert_non_null(strstr(body, "\"holderIdentity\":\"\""));
	assert_string_equal(written(body, "metadata", "resourceVersion"), "1");
	leader_told(l, LEADER_DONE, "2");
	assert_true(leader_is_over(l));
	assert_null(leader_next(l, WALL, NOW + 60000));
}

static void
renewal_under_way_is_waited_for_before_giving_back(void **state)
{
	struct leader *l = *state;

	win(l);
	assert_non_null(leader_next(l, WALL, NOW + 2000));
	leader_resign(l);
	assert_null(leader_next(l, WALL, NOW + 2001));
	assert_false(leader_is_over(l));
	leader_told(l, LEADER_DONE, "2");
	assert_false(leader_is_over(l));
	assert_string_equal(written(leader_next(l, WALL, NOW + 2002),
				"metadata", "resourceVersion"),
	    "2");
}

static void
follower_has_nothing_to_give_back(void **state)
{
	struct leader *l = *state;

	saw(l, "7", "other", "t", NOW);
	leader_resign(l);
	assert_true(leader_is_over(l));
	assert_null(leader_next(l, WALL, NOW + 60000));
}

TEST(times_leave_room_between_two_leaders)
{
	struct err err;

	assert_true(leader_times_check(
	    &(struct leader_times){ 15000, 10000, 2000 }, &err));
	assert_false(leader_times_check(
	    &(struct leader_times){ 10000, 10000, 2000 }, &err));
	assert_string_equal(err.text,
	    "the lease duration (10 s) must be longer than the renew deadline "
	    "(10 s)");
	assert_false(leader_times_check(
	    &(struct leader_times){ 15000, 12000, 10000 }, &err));
	assert_false(leader_times_check(
	    &(struct leader_times){ 15000, 12000, 0 }, &err));
	assert_in_range(
	    leader_unacked(&(struct leader_times){ 15000, 10000, 2000 }), 1,
	    4999);
}

TEST(malformed_lease_is_refused_by_name)
{
	json_t *obj = json_pack("{s:{s:i}}", "spec", "holderIdentity", 1);
	struct err err;

	assert_null(lease_decode(obj, &err));
	assert_non_null(strstr(err.text, "spec.holderIdentity"));
	json_decref(obj);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_is_written_before_the_record_is_known),
		T(record_that_is_not_there_is_created_at_once),
		T(record_of_another_is_waited_for_from_when_it_was_seen),
		T(same_record_seen_again_is_no_change),
		T(record_that_was_given_back_is_taken_at_once),
		T(leader_writes_again_within_the_retry_period),
		T(leader_counts_from_when_it_sent_not_from_the_answer),
		T(leader_that_cannot_renew_stops_by_itself),
		T(leader_stops_when_the_record_is_of_another),
		T(late_echo_of_an_earlier_write_is_passed_over),
		T(write_whose_answer_was_lost_counts_once_it_is_seen),
		T(after_a_conflict_the_record_is_read_first),
		T(clock_of_the_wall_has_no_say),
		T(no_two_writes_look_alike_with_a_clock_that_stands),
		T(who_resigns_gives_the_record_back),
		T(renewal_under_way_is_waited_for_before_giving_back),
		T(follower_has_nothing_to_give_back),
		cmocka_unit_test(times_leave_room_between_two_leaders),
		cmocka_unit_test(malformed_lease_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
