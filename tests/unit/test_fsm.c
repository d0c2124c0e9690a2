/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/fsm.h"
#include "tests/test.h"

/*
 * The table once more, written down another way: a letter a cell, so that every
 * one is looked at. Columns are the events in their order.
 *
 *   -  nothing happens             d  dial, retry armed      r  close, dial again
 *   a  to Active                   A  to Active after a failed dial
 *   o  TCP is up: send the OPEN    k  OpenConfirm: KEEPALIVE, timers
 *   E  to Established              h  hold timer anew        K  KEEPALIVE, its timer
 *   .  nothing in Established      t  Idle, told             m  Idle, mute
 *   i  Idle, there was no TCP      F  Idle, FSM error (RFC 6608)
 */
static const struct {
	enum fsm_state state;
	const char *cells;
} rows[] = {
	{ STATE_IDLE, "da-------------" },
	{ STATE_CONNECT, "FFmroAFFFFFFFFF" },
	{ STATE_ACTIVE, "FFidoFFFFFFFFFF" },
	{ STATE_OPENSENT, "FFtFFmkFFFmtttF" },
	{ STATE_OPENCONFIRM, "FFtFFmFEFFmtttK" },
	{ STATE_ESTABLISHED, "FFtFFmFhh.mtttK" },
};

static const struct {
	char letter;
	enum fsm_state next; /* STATE_NONE: stays */
	unsigned actions;
} steps[] = {
	{ '-', STATE_NONE, 0 },
	{ '.', STATE_NONE, 0 },
	{ 'd', STATE_CONNECT, DO_CONNECT | DO_ARM_RETRY },
	{ 'r', STATE_CONNECT, DO_CLOSE | DO_CONNECT | DO_ARM_RETRY },
	{ 'a', STATE_ACTIVE, 0 },
	{ 'A', STATE_ACTIVE, DO_CLOSE | DO_ARM_RETRY },
	{ 'o', STATE_OPENSENT, DO_SEND_OPEN | DO_ARM_OPEN_HOLD },
	{ 'k', STATE_OPENCONFIRM,
	    DO_SEND_KEEPALIVE | DO_ARM_HOLD | DO_ARM_KEEPALIVE },
	{ 'E', STATE_ESTABLISHED, DO_ARM_HOLD },
	{ 'h', STATE_NONE, DO_ARM_HOLD },
	{ 'K', STATE_NONE, DO_SEND_KEEPALIVE | DO_ARM_KEEPALIVE },
	{ 't', STATE_IDLE, DO_SEND_ERROR | DO_CLOSE },
	{ 'm', STATE_IDLE, DO_CLOSE },
	{ 'i', STATE_IDLE, 0 },
	{ 'F', STATE_IDLE, DO_SEND_FSM_ERROR | DO_CLOSE },
};

static void
assert_cell(enum fsm_state state, enum fsm_event ev, char letter)
{
	struct fsm_step got = fsm_next(state, ev);
	size_t i = 0;

	while (steps[i].letter != letter)
		i++;
	if (got.actions != steps[i].actions)
		print_error(
		    "%s, %s\n", fsm_state_name(state), fsm_event_name(ev));
	assert_int_equal(
	    got.next, steps[i].next == STATE_NONE ? state : steps[i].next);
	assert_int_equal(got.actions, steps[i].actions);
}

TEST(every_cell_does_what_the_rfc_says)
{
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		for (int ev = 0; ev < FSM_EVENTS; ev++)
			assert_cell(rows[r].state, (enum fsm_event)ev,
			    rows[r].cells[ev]);
}

TEST(every_state_and_event_has_a_name)
{
	for (int s = 0; s < FSM_STATES; s++)
		assert_non_null(fsm_state_name((enum fsm_state)s));
	for (int ev = 0; ev < FSM_EVENTS; ev++)
		assert_non_null(fsm_event_name((enum fsm_event)ev));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_does_what_the_rfc_says),
		cmocka_unit_test(every_state_and_event_has_a_name),
	};

	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
