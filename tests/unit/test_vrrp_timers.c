/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_timers.h"
#include "tests/test.h"

TEST(an_interval_is_rounded_up_to_what_can_be_sent)
{
	assert_int_equal(vrrp_interval(3, 0), 10);
	assert_int_equal(vrrp_interval(3, 11), 20);
	assert_int_equal(vrrp_interval(3, 1000), 1000);
	assert_int_equal(vrrp_interval(3, 50000), 40950);
	assert_int_equal(vrrp_interval(2, 0), 1000);
	assert_int_equal(vrrp_interval(2, 1001), 2000);
	assert_int_equal(vrrp_interval(2, UINT32_MAX), 255000);
}

TEST(the_skew_time_follows_the_masters_interval)
{
	assert_int_equal(vrrp_skew_time(3, 128, 1000), 500);
	assert_int_equal(vrrp_skew_time(3, 128, 100), 50);
	assert_int_equal(vrrp_skew_time(3, 254, 10), 1);
}

TEST(the_skew_time_of_version_2_is_of_seconds)
{
	assert_int_equal(vrrp_skew_time(2, 128, 1000), 500);
	assert_int_equal(vrrp_skew_time(2, 128, 5000), 500);
}

TEST(a_better_router_waits_less)
{
	for (unsigned p = 1; p < 255; p++)
		assert_true(vrrp_down_interval(3, (uint8_t)(p + 1), 1000) <
		    vrrp_down_interval(3, (uint8_t)p, 1000));
}

TEST(a_master_is_down_after_three_intervals_and_the_skew_time)
{
	assert_int_equal(vrrp_down_interval(3, 128, 1000), 3500);
	assert_int_equal(vrrp_down_interval(2, 128, 5000), 15500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interval_is_rounded_up_to_what_can_be_sent),
		cmocka_unit_test(the_skew_time_follows_the_masters_interval),
		cmocka_unit_test(the_skew_time_of_version_2_is_of_seconds),
		cmocka_unit_test(a_better_router_waits_less),
		cmocka_unit_test(
		    a_master_is_down_after_three_intervals_and_the_skew_time),
	};

	return cmocka_run_group_tests_name("vrrp_timers", tests, NULL, NULL);
}
