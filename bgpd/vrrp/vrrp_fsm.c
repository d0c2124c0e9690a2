/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_fsm.h"

/*
 * The owner's side of 6.4.1 aside, what differs from RFC 5798 is 9568's: a master that
 * hears a worse one says at once that it is there. It proclaims its addresses too,
 * since caches may have been led to the other one.
 *
 * After priority 0 a backup waits for its skew time, in which nobody would answer. So a
 * master that only wishes to end yields: it says no more, but is there until another
 * one says that it is master. If it may again before that, it takes it all back.
 */
/* clang-format off */
#define TAKE { VRRP_MASTER, VRRP_SEND | VRRP_PROCLAIM | VRRP_ARM_SEND }
#define END { VRRP_INITIALIZE, VRRP_DISARM }

static const struct vrrp_step table[VRRP_STATES][VRRP_EVENTS] = {
[VRRP_INITIALIZE] = {				/* RFC 9568 6.4.1 */
	[VRRP_EV_START]        = { VRRP_BACKUP,     VRRP_LEARN_OWN | VRRP_ARM_DOWN },
	[VRRP_EV_START_OWNER]  = TAKE,
},
[VRRP_BACKUP] = {				/* 6.4.2 */
	[VRRP_EV_STOP]         = END,
	[VRRP_EV_GIVE_UP]      = END,
	[VRRP_EV_TIMER]        = TAKE,
	[VRRP_EV_HEARD_ZERO]   = { VRRP_BACKUP,     VRRP_ARM_SKEW },
	[VRRP_EV_HEARD_BETTER] = { VRRP_BACKUP,     VRRP_LEARN | VRRP_ARM_DOWN },
},
[VRRP_MASTER] = {				/* 6.4.3 */
	[VRRP_EV_STOP]         = { VRRP_INITIALIZE, VRRP_SEND_ZERO | VRRP_DISARM },
	[VRRP_EV_GIVE_UP]      = { VRRP_YIELDING,   VRRP_SEND_ZERO | VRRP_ARM_YIELD },
	[VRRP_EV_TIMER]        = { VRRP_MASTER,     VRRP_SEND | VRRP_ARM_SEND },
	[VRRP_EV_HEARD_ZERO]   = { VRRP_MASTER,     VRRP_SEND | VRRP_ARM_SEND },
	/* Sends once more than the RFC: the better one may not know that hosts are to
	 * be told again, which it does for a worse one that it hears. */
	[VRRP_EV_HEARD_BETTER] = { VRRP_BACKUP,     VRRP_SEND | VRRP_LEARN | VRRP_ARM_DOWN },
	[VRRP_EV_HEARD_WORSE]  = { VRRP_MASTER,     VRRP_SEND | VRRP_PROCLAIM },
},
[VRRP_YIELDING] = {
	[VRRP_EV_START]        = TAKE,
	[VRRP_EV_START_OWNER]  = TAKE,
	[VRRP_EV_STOP]         = END,
	[VRRP_EV_TIMER]        = END,
	[VRRP_EV_HEARD_BETTER] = END,
	[VRRP_EV_HEARD_WORSE]  = END,
},
};
/* clang-format on */

struct vrrp_step
vrrp_next(enum vrrp_state s, enum vrrp_event ev)
{
	struct vrrp_step step = table[s][ev];

	if (step.next == VRRP_NONE) /* a cell nobody wrote: nothing happens */
		step.next = s;
	return step;
}

bool
vrrp_has_addrs(enum vrrp_state s)
{
	return s == VRRP_MASTER || s == VRRP_YIELDING;
}

const char *
vrrp_state_name(enum vrrp_state s)
{
	static const char *const names[VRRP_STATES] = {
		[VRRP_NONE] = "None",
		[VRRP_INITIALIZE] = "Initialize",
		[VRRP_BACKUP] = "Backup",
		[VRRP_MASTER] = "Master",
		[VRRP_YIELDING] = "Yielding",
	};

	return names[s];
}
