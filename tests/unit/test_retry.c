/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/retry.h"
#include "common/rng.h"
#include "tests/test.h"

static uint64_t
planned(unsigned failures, uint16_t first)
{
	static struct rng rng;
	struct retry r = { .failures = failures };

	retry_plan(&r, &(struct retry_times){ first, 0 }, &rng, 1000);
	return r.at - 1000;
}

static uint64_t
planned_up_to(unsigned failures, uint16_t first, uint16_t most)
{
	static struct rng rng;
	struct retry r = { .failures = failures };

	retry_plan(&r, &(struct retry_times){ first, most }, &rng, 1000);
	return r.at - 1000;
}

static void
assert_jittered(uint64_t ms, uint64_t full)
{
	assert_true(ms >= full * 3 / 4);
	assert_true(ms <= full);
}

TEST(the_wait_doubles_with_each_failure_up_to_a_minute)
{
	assert_jittered(planned(0, 0), 5000);
	assert_jittered(planned(1, 0), 10000);
	assert_jittered(planned(3, 0), 40000);
	assert_jittered(planned(4, 0), 60000);
	assert_jittered(planned(4000000000u, 0), 60000);
}

TEST(the_longest_wait_is_a_choice)
{
	assert_jittered(planned_up_to(0, 1, 10), 1000);
	assert_jittered(planned_up_to(3, 1, 10), 8000);
	assert_jittered(planned_up_to(4, 1, 10), 10000);
	assert_jittered(planned_up_to(4000000000u, 1, 10), 10000);
	assert_jittered(planned_up_to(9, 30, 10), 30000);
	assert_jittered(planned_up_to(99, 1, 65535), UINT64_C(65535000));
}

TEST(a_pause_that_is_asked_for_counts_once)
{
	static struct rng rng;
	struct retry r = { .least = 300 };
	struct retry_times times = { 5, 0 };

	retry_plan(&r, &times, &rng, 0);
	assert_jittered(r.at, 300000);
	retry_plan(&r, &times, &rng, 0);
	assert_jittered(r.at, 5000);
}

TEST(a_longer_first_wait_is_kept)
{
	assert_jittered(planned(0, 120), 120000);
	assert_jittered(planned(9, 120), 120000);
	assert_jittered(planned(0, UINT16_MAX), UINT64_C(65535000));
}

TEST(what_lasted_a_minute_is_forgiven)
{
	struct retry r = { .short_lives = 3, .failures = 3 };

	retry_down(&r, 59999);
	assert_int_equal(r.failures, 4);
	retry_down(&r, 60000);
	assert_int_equal(r.failures, 0);
}

TEST(coming_up_forgets_failed_dials_but_not_short_lives)
{
	struct retry r = { .short_lives = 2, .failures = 7, .damped = true };

	retry_up(&r);
	assert_int_equal(r.failures, 2);
	assert_false(r.damped);
	assert_true(r.at == UINT64_MAX);
}

static uint64_t
planned_at(struct retry *r, uint64_t now)
{
	static struct rng rng;

	retry_plan(r, &(struct retry_times){ 5, 60 }, &rng, now);
	return r->at - now;
}

TEST(no_pause_outlasts_routes_that_are_kept)
{
	struct retry r = { .failures = 9 };

	retry_await(&r, 60000, 120000);
	assert_jittered(planned_at(&r, 0), 15000);
	assert_jittered(planned_at(&r, 40000), 5000);
	assert_jittered(planned_at(&r, 59000), 1000);
	assert_jittered(planned_at(&r, 60000), 15000);
	assert_jittered(planned_at(&r, 120000), 60000);
}

/* It is not made longer; and who asks for more is left in peace. */
TEST(routes_that_are_kept_only_make_a_pause_shorter)
{
	struct retry r = { .least = 300 };

	retry_await(&r, 4095000, 0);
	assert_jittered(planned_at(&r, 0), 300000);
	assert_jittered(planned_at(&r, 0), 5000);
}

TEST(another_end_waits_for_no_routes)
{
	struct retry r = { 0 };

	retry_await(&r, 60000, 60000);
	retry_down(&r, 0);
	r.failures = 9;
	assert_jittered(planned_at(&r, 0), 60000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_wait_doubles_with_each_failure_up_to_a_minute),
		cmocka_unit_test(the_longest_wait_is_a_choice),
		cmocka_unit_test(a_pause_that_is_asked_for_counts_once),
		cmocka_unit_test(a_longer_first_wait_is_kept),
		cmocka_unit_test(what_lasted_a_minute_is_forgiven),
		cmocka_unit_test(
		    coming_up_forgets_failed_dials_but_not_short_lives),
		cmocka_unit_test(no_pause_outlasts_routes_that_are_kept),
		cmocka_unit_test(
		    routes_that_are_kept_only_make_a_pause_shorter),
		cmocka_unit_test(another_end_waits_for_no_routes),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
