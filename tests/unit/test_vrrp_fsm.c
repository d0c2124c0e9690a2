/* SPDX-License-Identifier: Apache-2.0 */
/* Each transition of RFC 9568 6.4 and of Yielding, and that there are no others. */
#include "bgpd/vrrp/vrrp_fsm.h"
#include "tests/test.h"

static void
assert_step(enum vrrp_state from, enum vrrp_event ev, enum vrrp_state to,
    unsigned actions)
{
	struct vrrp_step step = vrrp_next(from, ev);

	assert_int_equal(step.next, to);
	assert_int_equal(step.actions, actions);
}

TEST(a_start_leads_to_backup_6_4_1)
{
	assert_step(VRRP_INITIALIZE, VRRP_EV_START, VRRP_BACKUP,
	    VRRP_LEARN_OWN | VRRP_ARM_DOWN);
}

TEST(a_start_of_the_owner_leads_to_master_6_4_1)
{
	assert_step(VRRP_INITIALIZE, VRRP_EV_START_OWNER, VRRP_MASTER,
	    VRRP_SEND | VRRP_PROCLAIM | VRRP_ARM_SEND);
}

TEST(a_backup_that_stops_says_nothing_6_4_2)
{
	assert_step(VRRP_BACKUP, VRRP_EV_STOP, VRRP_INITIALIZE, VRRP_DISARM);
	assert_step(VRRP_BACKUP, VRRP_EV_GIVE_UP, VRRP_INITIALIZE, VRRP_DISARM);
}

TEST(a_backup_takes_over_when_the_timer_fires_6_4_2)
{
	assert_step(VRRP_BACKUP, VRRP_EV_TIMER, VRRP_MASTER,
	    VRRP_SEND | VRRP_PROCLAIM | VRRP_ARM_SEND);
}

TEST(a_backup_waits_for_the_skew_time_when_the_master_gives_up_6_4_2)
{
	assert_step(
	    VRRP_BACKUP, VRRP_EV_HEARD_ZERO, VRRP_BACKUP, VRRP_ARM_SKEW);
}

TEST(a_backup_learns_from_a_better_one_6_4_2)
{
	assert_step(VRRP_BACKUP, VRRP_EV_HEARD_BETTER, VRRP_BACKUP,
	    VRRP_LEARN | VRRP_ARM_DOWN);
}

TEST(a_backup_ignores_a_worse_one_6_4_2)
{
	assert_step(VRRP_BACKUP, VRRP_EV_HEARD_WORSE, VRRP_BACKUP, 0);
}

TEST(a_master_that_stops_gives_up_6_4_3)
{
	assert_step(VRRP_MASTER, VRRP_EV_STOP, VRRP_INITIALIZE,
	    VRRP_SEND_ZERO | VRRP_DISARM);
}

TEST(a_master_advertises_when_the_timer_fires_6_4_3)
{
	assert_step(
	    VRRP_MASTER, VRRP_EV_TIMER, VRRP_MASTER, VRRP_SEND | VRRP_ARM_SEND);
}

TEST(a_master_advertises_at_once_when_another_gives_up_6_4_3)
{
	assert_step(VRRP_MASTER, VRRP_EV_HEARD_ZERO, VRRP_MASTER,
	    VRRP_SEND | VRRP_ARM_SEND);
}

TEST(a_master_goes_back_for_a_better_one_6_4_3)
{
	assert_step(VRRP_MASTER, VRRP_EV_HEARD_BETTER, VRRP_BACKUP,
	    VRRP_SEND | VRRP_LEARN | VRRP_ARM_DOWN);
}

TEST(a_master_tells_a_worse_one_at_once_6_4_3)
{
	assert_step(VRRP_MASTER, VRRP_EV_HEARD_WORSE, VRRP_MASTER,
	    VRRP_SEND | VRRP_PROCLAIM);
}

TEST(a_master_that_is_to_end_gives_up_and_yields)
{
	assert_step(VRRP_MASTER, VRRP_EV_GIVE_UP, VRRP_YIELDING,
	    VRRP_SEND_ZERO | VRRP_ARM_YIELD);
}

TEST(who_yields_ends_by_another_master_or_in_time)
{
	static const enum vrrp_event ends[] = { VRRP_EV_STOP, VRRP_EV_TIMER,
		VRRP_EV_HEARD_BETTER, VRRP_EV_HEARD_WORSE };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		assert_step(
		    VRRP_YIELDING, ends[i], VRRP_INITIALIZE, VRRP_DISARM);
}

TEST(who_yields_goes_on_while_others_give_up)
{
	assert_step(VRRP_YIELDING, VRRP_EV_GIVE_UP, VRRP_YIELDING, 0);
	assert_step(VRRP_YIELDING, VRRP_EV_HEARD_ZERO, VRRP_YIELDING, 0);
}

TEST(who_yields_takes_it_back_when_it_may)
{
	for (int ev = VRRP_EV_START; ev <= VRRP_EV_START_OWNER; ev++)
		assert_step(VRRP_YIELDING, (enum vrrp_event)ev, VRRP_MASTER,
		    VRRP_SEND | VRRP_PROCLAIM | VRRP_ARM_SEND);
}

TEST(initialize_ignores_what_it_hears)
{
	for (int ev = VRRP_EV_STOP; ev < VRRP_EVENTS; ev++)
		assert_step(
		    VRRP_INITIALIZE, (enum vrrp_event)ev, VRRP_INITIALIZE, 0);
}

TEST(who_has_started_is_not_started_again)
{
	for (int ev = VRRP_EV_START; ev <= VRRP_EV_START_OWNER; ev++) {
		assert_step(VRRP_BACKUP, (enum vrrp_event)ev, VRRP_BACKUP, 0);
		assert_step(VRRP_MASTER, (enum vrrp_event)ev, VRRP_MASTER, 0);
	}
}

TEST(every_state_has_a_name)
{
	for (int s = 0; s < VRRP_STATES; s++)
		assert_non_null(vrrp_state_name((enum vrrp_state)s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_leads_to_backup_6_4_1),
		cmocka_unit_test(a_start_of_the_owner_leads_to_master_6_4_1),
		cmocka_unit_test(a_backup_that_stops_says_nothing_6_4_2),
		cmocka_unit_test(
		    a_backup_takes_over_when_the_timer_fires_6_4_2),
		cmocka_unit_test(
		    a_backup_waits_for_the_skew_time_when_the_master_gives_up_6_4_2),
		cmocka_unit_test(a_backup_learns_from_a_better_one_6_4_2),
		cmocka_unit_test(a_backup_ignores_a_worse_one_6_4_2),
		cmocka_unit_test(a_master_that_stops_gives_up_6_4_3),
		cmocka_unit_test(
		    a_master_advertises_when_the_timer_fires_6_4_3),
		cmocka_unit_test(
		    a_master_advertises_at_once_when_another_gives_up_6_4_3),
		cmocka_unit_test(a_master_goes_back_for_a_better_one_6_4_3),
		cmocka_unit_test(a_master_tells_a_worse_one_at_once_6_4_3),
		cmocka_unit_test(a_master_that_is_to_end_gives_up_and_yields),
		cmocka_unit_test(who_yields_ends_by_another_master_or_in_time),
		cmocka_unit_test(who_yields_goes_on_while_others_give_up),
		cmocka_unit_test(who_yields_takes_it_back_when_it_may),
		cmocka_unit_test(initialize_ignores_what_it_hears),
		cmocka_unit_test(who_has_started_is_not_started_again),
		cmocka_unit_test(every_state_has_a_name),
	};

	return cmocka_run_group_tests_name("vrrp_fsm", tests, NULL, NULL);
}
