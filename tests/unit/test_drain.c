/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bgpd/drain.h"
#include "tests/test.h"

#define WAIT 10000

static struct drain drain;

static void
step(const char *why, bool holds, uint64_t now)
{
	struct drain_facts f = { true, why, WAIT, holds };

	drain_step(&drain, &f, now);
}

static void
run(uint64_t now)
{
	step(NULL, false, now);
	assert_int_equal(drain.state, DRAIN_ACTIVE);
}

static int
teardown(void **state)
{
	(void)state;
	drain_fini(&drain);
	return 0;
}

TEST(services_stay_announced_for_the_wait)
{
	run(1);
	step("taint", false, 1000);
	assert_int_equal(drain.state, DRAIN_DRAINING);
	assert_string_equal(drain.reason, "taint");
	step("taint", false, 1000 + WAIT - 1);
	assert_int_equal(drain.state, DRAIN_DRAINING);
	step("taint", false, 1000 + WAIT);
	assert_int_equal(drain.state, DRAIN_DRAINED);
	assert_int_equal(drain.since, 1000 + WAIT);
}

TEST(who_starts_with_a_cause_announces_nothing_first)
{
	step("taint", false, 1000);
	assert_int_equal(drain.state, DRAIN_DRAINED);
}

/* As when a node is deleted, and registers anew with a taint. */
TEST(node_that_comes_with_a_cause_is_drained_at_once)
{
	struct drain_facts none = { false, NULL, WAIT, false };

	run(1);
	drain_step(&drain, &none, 500);
	step("taint", false, 1000);
	assert_int_equal(drain.state, DRAIN_DRAINED);
}

TEST(without_a_wait_services_go_at_once)
{
	struct drain_facts f = { true, "taint", 0, true };

	run(1);
	assert_true(drain_step(&drain, &f, 1000));
	assert_int_equal(drain.state, DRAIN_DRAINED);
}

TEST(what_is_held_on_links_is_waited_for_but_not_for_long)
{
	run(1);
	step("taint", true, 1000);
	step("taint", true, 1000 + WAIT + DRAIN_LINKS_WAIT - 1);
	assert_int_equal(drain.state, DRAIN_DRAINING);
	step("taint", true, 1000 + WAIT + DRAIN_LINKS_WAIT);
	assert_int_equal(drain.state, DRAIN_DRAINED);
}

/* An autoscaler adds its taint while somebody drains already. */
TEST(another_cause_begins_no_other_drain)
{
	run(1);
	step("annotation", false, 1000);
	step("taint", false, 5000);
	assert_int_equal(drain.state, DRAIN_DRAINING);
	assert_string_equal(drain.reason, "taint");
	step("taint", false, 1000 + WAIT);
	assert_int_equal(drain.state, DRAIN_DRAINED);
	step("annotation", false, 60000);
	assert_int_equal(drain.state, DRAIN_DRAINED);
}

TEST(without_a_cause_it_is_active_at_once_and_begins_anew)
{
	run(1);
	step("taint", false, 1000);
	step(NULL, false, 2000);
	assert_int_equal(drain.state, DRAIN_ACTIVE);
	assert_null(drain.reason);
	step("taint", false, 9000);
	step("taint", false, 9000 + WAIT - 1);
	assert_int_equal(drain.state, DRAIN_DRAINING);
	step("taint", false, 9000 + WAIT);
	step(NULL, false, 30000);
	assert_int_equal(drain.state, DRAIN_ACTIVE);
	assert_int_equal(drain.since, 30000);
}

TEST(only_news_are_news)
{
	struct drain_facts f = { true, "taint", WAIT, false };

	run(1);
	assert_true(drain_step(&drain, &f, 1000));
	assert_false(drain_step(&drain, &f, 1001));
	assert_int_equal(drain_due(&drain, &f, 1001), 1000 + WAIT);
	assert_true(drain_due(&drain, &f, 1000 + WAIT) > 1000 + WAIT);
	assert_true(drain_step(&drain, &f, 1000 + WAIT));
	assert_int_equal(drain_due(&drain, &f, 1000 + WAIT), 0);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, teardown)
	const struct CMUnitTest tests[] = {
		T(services_stay_announced_for_the_wait),
		T(who_starts_with_a_cause_announces_nothing_first),
		T(node_that_comes_with_a_cause_is_drained_at_once),
		T(without_a_wait_services_go_at_once),
		T(what_is_held_on_links_is_waited_for_but_not_for_long),
		T(another_cause_begins_no_other_drain),
		T(without_a_cause_it_is_active_at_once_and_begins_anew),
		T(only_news_are_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
