/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator's metrics: doc/rules.md 41. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "allocator/metrics.h"
#include "tests/unit/allocator_cases.h"
#include "tests/unit/metric_labels.h"

#define FOUR_V4 "{group=\"four\",family=\"IPv4\"}"

static void
assert_number(struct cluster *c, const char *name, const char *value)
{
	char *text = cluster_metrics(c), line[128];
	struct metrics *rows = metrics_new();

	allocator_metrics_add(NULL, rows);
	assert_labels_are_told(rows, text);
	metrics_free(rows);

	snprintf(line, sizeof(line), "\n%s %s\n", name, value);
	if (strstr(text, line) == NULL)
		fail_msg("no %s %s in %s", name, value, text);
	free(text);
}

TEST(a_group_counts_addresses_and_who_waits)
{
	struct cluster *c = cluster_with_four();

	assert_number(c, "lbbgp_group_capacity" FOUR_V4, "4");
	assert_number(c, "lbbgp_group_used" FOUR_V4, "0");
	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.0.0.0,10.0.0.1,10.0.0.2,10.0.0.3");
	service(c, "web/waits", NULL);
	service(c, "web/too", NULL);
	assert_number(c, "lbbgp_group_used" FOUR_V4, "4");
	assert_number(c, "lbbgp_group_waiting{group=\"four\"}", "2");
	remove_service(c, "web/all");
	assert_number(c, "lbbgp_group_used" FOUR_V4, "2");
	assert_number(c, "lbbgp_group_waiting{group=\"four\"}", "0");
	cluster_free(c);
}

/* Of 2^64 addresses; the status can't say more than 2^63 - 1. */
TEST(a_huge_capacity_is_the_same_in_metric_and_status)
{
	struct cluster *c = dual_group("10.0.0.0/30", "fd00::/64");
	const json_t *group = cluster_get(c, "ServiceGroup", "dual");
	json_int_t told = 0;

	assert_int_equal(json_unpack((json_t *)group, "{s:{s:{s:I}}}", "status",
			     "ipv6", "capacity", &told),
	    0);
	assert_true(told == INT64_MAX);
	assert_number(c, "lbbgp_group_capacity{group=\"dual\",family=\"IPv6\"}",
	    "9.2233720368547758e+18");
	cluster_free(c);
}

TEST(allocations_and_releases_are_counted)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	service(c, "web/b", ASKS("10.0.0.3"));
	assert_number(c, "lbbgp_allocator_assigned_total", "3");
	assert_number(c, "lbbgp_allocator_released_total", "0");
	remove_service(c, "web/a");
	assert_number(c, "lbbgp_allocator_released_total", "1");
	cluster_free(c);
}

TEST(refusals_are_counted_by_their_reason)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/a", ASKS("192.0.2.1"));
	service(c, "web/b", ASKS("192.0.2.2"));
	annotate(c, "web/c", "lbbgp.io/service-group", "none");
	assert_number(c,
	    "lbbgp_allocator_refused_total{reason=\"AddressOutsidePools\"}",
	    "2");
	assert_number(
	    c, "lbbgp_allocator_refused_total{reason=\"GroupNotFound\"}", "1");
	assert_number(c, "lbbgp_allocator_assigned_total", "0");
	cluster_free(c);
}

TEST(the_queue_is_what_waits_to_be_written_or_answered)
{
	struct cluster *c = cluster_with_four();

	cluster_stop(c);
	cluster_put(c, "Service", "web/a", NULL);
	cluster_put(c, "Service", "web/b", NULL);
	cluster_restart(c);
	assert_true(cluster_step(c)); /* both are on their way */
	assert_number(c, "lbbgp_allocator_queue", "2");
	cluster_settle(c);
	assert_number(c, "lbbgp_allocator_queue", "0");
	cluster_free(c);
}

TEST(the_latency_is_the_time_until_the_answer)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "Service", "web/a", NULL);
	while (cluster_in_flight(c) == 0)
		cluster_step(c);
	cluster_set_cut(c, 0, 2500);
	cluster_settle(c);
	assert_number(c, "lbbgp_allocator_writes_total", "1");
	assert_number(c, "lbbgp_allocator_write_seconds_total", "2.5");
	cluster_free(c);
}

TEST(conflicts_and_failures_are_counted)
{
	struct cluster *c = cluster_with_four();

	cluster_conflict_once(c);
	service(c, "web/a", NULL);
	assert_number(c, "lbbgp_allocator_conflicts_total", "1");
	assert_number(c, "lbbgp_allocator_write_failures_total", "0");
	cluster_set_faults(c, 256);
	cluster_put(c, "Service", "web/b", NULL);
	while (cluster_writes(c) < 3)
		cluster_step(c);
	cluster_set_faults(c, 0);
	cluster_settle(c);
	assert_number(c, "lbbgp_allocator_conflicts_total", "1");
	assert_number(c, "lbbgp_allocator_write_failures_total", "1");
	cluster_free(c);
}

TEST(who_leads_says_so)
{
	struct cluster *c = cluster_new_pair(1);

	for (unsigned i = 0; i < 3; i++) {
		cluster_run(c, 20000);
		assert_number(c, "lbbgp_allocator_leader",
		    cluster_leader(c) == 0 ? "1" : "0");
		cluster_kill(c, (unsigned)cluster_leader(c));
	}
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_counts_addresses_and_who_waits),
		cmocka_unit_test(
		    a_huge_capacity_is_the_same_in_metric_and_status),
		cmocka_unit_test(allocations_and_releases_are_counted),
		cmocka_unit_test(refusals_are_counted_by_their_reason),
		cmocka_unit_test(
		    the_queue_is_what_waits_to_be_written_or_answered),
		cmocka_unit_test(the_latency_is_the_time_until_the_answer),
		cmocka_unit_test(conflicts_and_failures_are_counted),
		cmocka_unit_test(who_leads_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
