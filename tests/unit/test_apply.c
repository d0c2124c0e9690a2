/* SPDX-License-Identifier: Apache-2.0 */
/* How it is written, and what people are told meanwhile: doc/rules.md 39, 43. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#include "tests/unit/allocator_cases.h"

enum { MANY = 200 };

/* Many Services that nobody has looked at yet, and a group for them. */
static struct cluster *
cluster_with_many(void)
{
	struct cluster *c = cluster_new(1);
	char where[16];

	group(c, "wide", "10.0.0.0/16", "10.0.0.0/16");
	cluster_settle(c);
	cluster_stop(c);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(where, sizeof(where), "web/%u", i);
		cluster_put(c, "Service", where, NULL);
	}
	cluster_restart(c);
	return c;
}

static const char *
version_of(const struct cluster *c, const char *group)
{
	return json_string_value(json_object_get(
	    json_object_get(cluster_get(c, "ServiceGroup", group), "metadata"),
	    "resourceVersion"));
}

static long long
used_of(const struct cluster *c, const char *group)
{
	const json_t *status =
	    json_object_get(cluster_get(c, "ServiceGroup", group), "status");

	return json_integer_value(
	    json_object_get(json_object_get(status, "ipv4"), "used"));
}

TEST(an_assignment_is_one_write)
{
	struct cluster *c = cluster_with_many();

	cluster_settle(c);
	assert_int_equal(cluster_writes(c), MANY);
	cluster_free(c);
}

TEST(many_writes_are_under_way_but_not_too_many)
{
	struct cluster *c = cluster_with_many();
	unsigned most = 0;

	do
		if (cluster_in_flight(c) > most)
			most = cluster_in_flight(c);
	while (cluster_step(c));
	assert_int_equal(most, 64);
	cluster_free(c);
}

/* As of a folder, where each is a file that has to be on the disk. */
TEST(writes_that_take_their_time_let_others_have_a_turn)
{
	struct cluster *c = cluster_with_many();
	uint64_t longest = 0, before = cluster_now(c);

	cluster_set_slow(c, 15);
	while (cluster_writes(c) < MANY) {
		assert_true(cluster_step(c));
		if (cluster_now(c) - before > longest)
			longest = cluster_now(c) - before;
		before = cluster_now(c);
	}
	assert_int_equal(longest, 30);
	cluster_free(c);
}

TEST(events_and_figures_go_after_all_statuses)
{
	struct cluster *c = cluster_with_many();

	while (cluster_writes(c) < MANY) {
		assert_int_equal(cluster_events(c), 0);
		assert_int_equal(used_of(c, "wide"), 0);
		assert_true(cluster_step(c));
	}
	cluster_settle(c);
	assert_int_equal(cluster_events(c), MANY);
	assert_int_equal(used_of(c, "wide"), MANY);
	cluster_free(c);
}

TEST(a_group_is_written_once_a_second_at_most)
{
	struct cluster *c = cluster_with_many();
	char where[16], last[32];
	uint64_t changed = 0;
	unsigned writes = 0;

	cluster_settle(c);
	uint64_t start = cluster_now(c);

	snprintf(last, sizeof(last), "%s", version_of(c, "wide"));
	for (unsigned i = 0; cluster_now(c) < start + 10000; i++) {
		snprintf(where, sizeof(where), "mail/%u", i);
		if (i % 16 == 0) /* it has come to rest, and time goes on */
			cluster_put(c, "Service", where, NULL);
		cluster_step(c);
		if (strcmp(last, version_of(c, "wide")) == 0)
			continue;
		snprintf(last, sizeof(last), "%s", version_of(c, "wide"));
		assert_true(writes == 0 || cluster_now(c) >= changed + 1000);
		changed = cluster_now(c);
		writes++;
	}
	assert_in_range(writes, 5, 11);
	cluster_free(c);
}

TEST(a_write_without_an_answer_holds_up_nobody)
{
	struct cluster *c = cluster_with_four();

	cluster_mute(c, "stuck");
	service(c, "web/stuck", NULL);
	service(c, "web/shop", NULL);
	assert_has(c, "web/shop", "10.0.0.1");
	assert_has_event(c, "AddressAssigned: 10.0.0.1 from ServiceGroup four");
	assert_int_equal(used_of(c, "four"), 2);
	cluster_free(c);
}

TEST(failed_writes_are_tried_ever_more_seldom)
{
	struct cluster *c = cluster_with_four();

	cluster_set_full(c, true);
	cluster_put(c, "Service", "web/shop", NULL);
	uint64_t start = cluster_now(c);

	while (cluster_writes(c) < 8)
		assert_true(cluster_step(c));
	/* 5, 10, 20, 40, 80, 160 and 300 s between them. */
	assert_in_range(cluster_now(c) - start, 615000, 625000);
	cluster_set_full(c, false);
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

static const char *
changed_at(const struct cluster *c, const char *where)
{
	const json_t *status =
	    json_object_get(cluster_get(c, "Service", where), "status");

	return json_string_value(json_object_get(
	    json_array_get(json_object_get(status, "conditions"), 0),
	    "lastTransitionTime"));
}

TEST(a_condition_has_the_time_of_its_last_change)
{
	struct cluster *c = cluster_with_four();
	char first[32];

	service(c, "web/a", ASKS("192.0.2.1"));
	snprintf(first, sizeof(first), "%s", changed_at(c, "web/a"));
	cluster_wait(c, 5000);
	service(c, "web/a", ASKS("192.0.2.2")); /* False as before */
	assert_string_equal(changed_at(c, "web/a"), first);
	service(c, "web/a", ASKS("10.0.0.2"));
	assert_string_not_equal(changed_at(c, "web/a"), first);
	cluster_free(c);
}

TEST(a_refusal_is_told_once_over_restarts)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", ASKS("192.0.2.1"));
	assert_int_equal(cluster_events(c), 1);
	assert_has_event(c,
	    "AddressOutsidePools: 192.0.2.1 is in no pool of any ServiceGroup");
	service(c, "web/a", "{'metadata':{'labels':{'a':'b'}}}");
	for (unsigned i = 0; i < 3; i++) {
		cluster_restart(c);
		cluster_settle(c);
	}
	assert_int_equal(cluster_events(c), 1);
	service(c, "web/a", ASKS("192.0.2.2"));
	assert_int_equal(cluster_events(c), 2);
	cluster_free(c);
}

TEST(a_fault_of_a_group_is_told_once_over_restarts)
{
	struct cluster *c = cluster_with_four();

	group(c, "young", "10.0.0.0/24", "10.0.0.0");
	cluster_settle(c);
	assert_int_equal(cluster_events(c), 1);
	assert_has_event(c,
	    "PoolRefused: spec.pools[0]: overlaps ServiceGroup four, which came "
	    "first");
	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

/* A text of its condition. */
static const char *
group_says(const struct cluster *c, const char *group, const char *field)
{
	const json_t *list = json_object_get(
	    json_object_get(cluster_get(c, "ServiceGroup", group), "status"),
	    "conditions");
	const char *text =
	    json_string_value(json_object_get(json_array_get(list, 0), field));

	return text != NULL ? text : "";
}

TEST(a_refused_group_is_told_once_whatever_its_figures)
{
	struct cluster *c = cluster_with_four();
	char since[32], where[16];

	cluster_put(c, "ServiceGroup", "four", "{'spec':{'pools':3}}");
	cluster_settle(c);
	assert_has_event(c, "Refused: spec.pools: 3: not a list");
	assert_string_equal(group_says(c, "four", "reason"), "Refused");
	snprintf(since, sizeof(since), "%s",
	    group_says(c, "four", "lastTransitionTime"));
	for (unsigned i = 0; i < 3; i++) {
		snprintf(where, sizeof(where), "web/%u", i);
		cluster_wait(c, 5000);
		service(c, where, NULL);
	}
	assert_int_equal(used_of(c, "four"), 3);
	assert_int_equal(cluster_events(c), 1 + 3);
	assert_string_equal(group_says(c, "four", "lastTransitionTime"), since);
	cluster_put(c, "ServiceGroup", "four", "{'spec':{'pools':4}}");
	cluster_settle(c);
	assert_int_equal(cluster_events(c), 1 + 3 + 1);
	cluster_free(c);
}

TEST(a_refused_group_is_told_once_over_restarts)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "bad", "{'spec':{'pools':3}}");
	cluster_settle(c);
	assert_int_equal(cluster_events(c), 1);
	char *version = xstrdup(version_of(c, "bad"));

	for (unsigned i = 0; i < 3; i++) {
		cluster_restart(c);
		cluster_wait(c, 5000);
	}
	assert_int_equal(cluster_events(c), 1);
	assert_string_equal(version_of(c, "bad"), version);
	free(version);
	cluster_free(c);
}

TEST(a_refusal_that_could_not_be_written_is_written_later)
{
	struct cluster *c = cluster_with_four();

	cluster_refuse(c, "bad");
	cluster_put(c, "ServiceGroup", "bad", "{'spec':{'pools':3}}");
	cluster_run(c, 30000);
	assert_string_equal(group_says(c, "bad", "reason"), "");
	cluster_refuse(c, NULL);
	cluster_settle(c);
	assert_string_equal(group_says(c, "bad", "reason"), "Refused");
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(a_group_that_nobody_may_write_holds_up_no_other)
{
	struct cluster *c = cluster_with_four();

	cluster_refuse(c, "locked");
	group(c, "locked", "10.9.0.0/24", "10.9.0.0");
	cluster_run(c, 10000);
	for (unsigned i = 0; i < 4; i++) {
		char where[16];

		snprintf(where, sizeof(where), "web/%u", i);
		cluster_put(c, "Service", where, NULL);
		cluster_run(c, 2000);
		assert_int_equal(used_of(c, "four"), i + 1);
	}
	cluster_free(c);
}

TEST(one_that_can_never_be_written_delays_no_other)
{
	struct cluster *c = cluster_with_four();

	cluster_refuse(c, "bad");
	cluster_put(c, "Service", "web/bad", NULL);
	cluster_run(c, 1200000);
	assert_in_range(cluster_writes(c), 5, 12); /* ever more slowly */
	cluster_set_full(c, true);
	cluster_put(c, "Service", "web/good", NULL);
	cluster_run(c, 1000);
	cluster_set_full(c, false);
	cluster_run(c, 10000);
	assert_has(c, "web/good", "10.0.0.1");
	cluster_refuse(c, NULL);
	cluster_run(c, 400000);
	assert_has(c, "web/bad", "10.0.0.0");
	cluster_free(c);
}

/* Its annotations are full. */
TEST(a_refused_status_is_written_without_its_record)
{
	struct cluster *c = cluster_with_four();
	static const char said[] = "10.0.0.0 from ServiceGroup four; not "
				   "recorded in annotations: denied";

	cluster_refuse_annotations(c, "shop");
	service(c, "web/shop", NULL);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_says(c, "web/shop", "True Assigned");
	assert_string_equal(cluster_message(c, "web/shop"), said);
	assert_int_equal(cluster_events(c), 2);
	assert_int_equal(cluster_writes(c), 2);
	cluster_wait(c, 3600000);
	assert_int_equal(cluster_writes(c), 2);
	cluster_restart(c); /* the new one tries it once */
	cluster_settle(c);
	cluster_wait(c, 3600000);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_int_equal(cluster_writes(c), 3);
	cluster_refuse_annotations(c, NULL);
	annotate(c, "web/shop", "any", "other");
	assert_string_equal(
	    cluster_message(c, "web/shop"), "10.0.0.0 from ServiceGroup four");
	assert_string_equal(
	    cluster_annotation(c, "web/shop", "lbbgp.io/allocated-addresses"),
	    "10.0.0.0");
	cluster_free(c);
}

TEST(a_status_that_is_always_refused_is_told_by_one_event)
{
	struct cluster *c = cluster_with_four();

	cluster_refuse(c, "shop");
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 1200000);
	assert_int_equal(cluster_events(c), 1);
	assert_string_equal(cluster_last_event(c), "StatusRefused: denied");
	char *text = cluster_metrics(c);

	assert_non_null(strstr(text, "\nlbbgp_allocator_refused_writes_total"));
	assert_null(strstr(text, "\nlbbgp_allocator_refused_writes_total 0"));
	free(text);
	cluster_free(c);
}

/* Another allocator, say, that writes its own address as soon as it sees ours. */
TEST(who_writes_the_same_status_slows_down_and_is_told_of)
{
	struct cluster *c = cluster_with_four();
	static const char theirs[] =
	    "{'status':{'loadBalancer':{'ingress':[{'ip':'10.9.9.9'}]}}}";
	unsigned before, n = 0;

	service(c, "web/shop", NULL);
	before = cluster_writes(c);
	while (cluster_now(c) < 3600000) {
		if (strcmp(cluster_addresses(c, "web/shop"), "10.0.0.0") == 0) {
			cluster_put(c, "Service", "web/shop", theirs);
			n++;
		}
		cluster_run(c, 1000);
	}
	assert_in_range(cluster_writes(c) - before, 5, 25);
	assert_in_range(cluster_events(c), 2, 3);
	assert_non_null(strstr(cluster_message(c, "web/shop"),
	    "; others keep changing this status"));
	assert_in_range(n, 5, 25);
	/* They stop, and an hour later one change is no fight. */
	cluster_wait(c, 3600000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_put(c, "Service", "web/shop", theirs);
	cluster_settle(c);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_string_equal(
	    cluster_message(c, "web/shop"), "10.0.0.0 from ServiceGroup four");
	cluster_free(c);
}

/* Neither is it an event. What is new after that is told again. */
TEST(a_fight_that_is_over_is_told_of_no_more)
{
	struct cluster *c = cluster_with_four();
	static const char theirs[] =
	    "{'status':{'loadBalancer':{'ingress':[{'ip':'10.9.9.9'}]}}}";
	static const char fought[] = "; others keep changing this status";

	service(c, "web/shop", NULL);
	while (strstr(cluster_message(c, "web/shop"), fought) == NULL) {
		cluster_put(c, "Service", "web/shop", theirs);
		cluster_run(c, 20000);
	}
	unsigned events = cluster_events(c);

	cluster_wait(c, 1000000);
	assert_non_null(strstr(cluster_message(c, "web/shop"), fought));
	cluster_wait(c, 900000);
	assert_string_equal(
	    cluster_message(c, "web/shop"), "10.0.0.0 from ServiceGroup four");
	assert_int_equal(cluster_events(c), events);
	service(c, "web/shop", ASKS("10.0.0.3"));
	assert_has(c, "web/shop", "10.0.0.3");
	assert_int_equal(cluster_events(c), events + 1);
	cluster_free(c);
}

/* Somebody who takes our condition away, and nothing else. */
TEST(a_condition_that_is_fought_for_slows_down_too)
{
	struct cluster *c = cluster_with_four();
	unsigned before;

	service(c, "web/shop", NULL);
	before = cluster_writes(c);
	while (cluster_now(c) < 3600000) {
		if (cluster_condition(c, "web/shop")[0] != '\0')
			cluster_put(c, "Service", "web/shop",
			    "{'status':{'conditions':null}}");
		cluster_run(c, 1000);
	}
	assert_in_range(cluster_writes(c) - before, 5, 25);
	assert_in_range(cluster_events(c), 2, 7);
	cluster_free(c);
}

TEST(all_are_tried_again_soon_once_one_has_been_written)
{
	struct cluster *c = cluster_with_four();

	cluster_set_full(c, true);
	cluster_put(c, "Service", "web/a", NULL);
	cluster_put(c, "Service", "web/b", NULL);
	cluster_run(c, 700000);
	cluster_set_full(c, false);
	cluster_put(c, "Service", "web/new", NULL);
	cluster_run(c, 10000);
	assert_has(c, "web/new", "10.0.0.2");
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.1");
	cluster_free(c);
}

static void
until_answered(struct cluster *c)
{
	for (unsigned writes = cluster_writes(c); cluster_writes(c) == writes;)
		assert_true(cluster_step(c));
}

TEST(who_is_refused_gains_nothing_by_a_server_that_is_back)
{
	struct cluster *c = cluster_with_four();

	cluster_refuse(c, "bad");
	cluster_put(c, "Service", "web/bad", NULL);
	cluster_run(c, 1000000);
	until_answered(c); /* it rests for 5 minutes from now on */
	cluster_set_full(c, true);
	cluster_put(c, "Service", "web/late", NULL);
	until_answered(c);
	cluster_set_full(c, false);
	unsigned before = cluster_writes(c);

	cluster_put(c, "Service", "web/new", NULL);
	cluster_run(c, 20000);
	assert_has(c, "web/new", "10.0.0.2");
	assert_has(c, "web/late", "10.0.0.1");
	assert_int_equal(cluster_writes(c), before + 2);
	cluster_free(c);
}

TEST(events_that_trickle_are_bounded_too)
{
	struct cluster *c = cluster_new(1);
	char where[16];

	group(c, "wide", "10.0.0.0/16", "10.0.0.0/16");
	cluster_settle(c);
	uint64_t start = cluster_now(c);

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(where, sizeof(where), "web/%u", i);
		cluster_put(c, "Service", where, NULL);
		while (cluster_addresses(c, where)[0] == '\0' ||
		    cluster_in_flight(c) > 0)
			cluster_step(c);
		assert_in_range(cluster_events(c), 0,
		    20 * ((cluster_now(c) - start) / 100 + 1));
	}
	cluster_settle(c);
	assert_int_equal(cluster_events(c), MANY);
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assignment_is_one_write),
		cmocka_unit_test(many_writes_are_under_way_but_not_too_many),
		cmocka_unit_test(
		    writes_that_take_their_time_let_others_have_a_turn),
		cmocka_unit_test(events_and_figures_go_after_all_statuses),
		cmocka_unit_test(a_group_is_written_once_a_second_at_most),
		cmocka_unit_test(a_write_without_an_answer_holds_up_nobody),
		cmocka_unit_test(failed_writes_are_tried_ever_more_seldom),
		cmocka_unit_test(a_condition_has_the_time_of_its_last_change),
		cmocka_unit_test(a_refusal_is_told_once_over_restarts),
		cmocka_unit_test(a_fault_of_a_group_is_told_once_over_restarts),
		cmocka_unit_test(
		    a_refused_group_is_told_once_whatever_its_figures),
		cmocka_unit_test(a_refused_group_is_told_once_over_restarts),
		cmocka_unit_test(
		    a_refusal_that_could_not_be_written_is_written_later),
		cmocka_unit_test(
		    a_group_that_nobody_may_write_holds_up_no_other),
		cmocka_unit_test(one_that_can_never_be_written_delays_no_other),
		cmocka_unit_test(
		    a_refused_status_is_written_without_its_record),
		cmocka_unit_test(
		    a_status_that_is_always_refused_is_told_by_one_event),
		cmocka_unit_test(
		    who_writes_the_same_status_slows_down_and_is_told_of),
		cmocka_unit_test(a_fight_that_is_over_is_told_of_no_more),
		cmocka_unit_test(a_condition_that_is_fought_for_slows_down_too),
		cmocka_unit_test(
		    all_are_tried_again_soon_once_one_has_been_written),
		cmocka_unit_test(
		    who_is_refused_gains_nothing_by_a_server_that_is_back),
		cmocka_unit_test(events_that_trickle_are_bounded_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
