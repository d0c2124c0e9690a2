/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp_fsm - the state machine of one virtual router (RFC 9568 6.4), as data.
 *
 * vrrp_next() says what an event does; vrouter.c carries it out. RFC 9568 says Active
 * for what RFC 3768, RFC 5798 and everybody's tools call Master. Yielding is ours: a
 * master that has given up goes on answering until another one has followed.
 */
#ifndef BGPD_VRRP_VRRP_FSM_H
#define BGPD_VRRP_VRRP_FSM_H

#include <stdbool.h>

enum vrrp_state {
	VRRP_NONE, /* of a cell nobody wrote */
	VRRP_INITIALIZE,
	VRRP_BACKUP,
	VRRP_MASTER,
	VRRP_YIELDING,
	VRRP_STATES
};

/*
 * Facts are sorted out before the event: a backup that does not preempt takes any
 * ADVERTISEMENT for a better one.
 */
enum vrrp_event {
	VRRP_EV_START,
	VRRP_EV_START_OWNER, /* with priority 255 */
	VRRP_EV_STOP,        /* it can't go on */
	VRRP_EV_GIVE_UP,     /* another one is to go on */
	VRRP_EV_TIMER, /* to send, to take over, or that nobody has followed */
	VRRP_EV_HEARD_ZERO, /* a master gives up */
	VRRP_EV_HEARD_BETTER,
	VRRP_EV_HEARD_WORSE,
	VRRP_EVENTS
};

/* What to do, carried out from top to bottom. */
enum vrrp_action {
	VRRP_SEND = 1 << 0,      /* an ADVERTISEMENT */
	VRRP_SEND_ZERO = 1 << 1, /* one with priority 0 */
	VRRP_PROCLAIM = 1 << 2,  /* whose the addresses are now, to the link */
	VRRP_LEARN_OWN = 1 << 3, /* the master's interval is taken to be ours */
	VRRP_LEARN = 1 << 4,     /* the master's interval is what it says */
	VRRP_ARM_SEND = 1 << 5,
	VRRP_ARM_SKEW = 1 << 6,
	VRRP_ARM_DOWN = 1 << 7,
	VRRP_ARM_YIELD = 1 << 8,
	VRRP_DISARM = 1 << 9,
};

struct vrrp_step {
	enum vrrp_state next;
	unsigned actions; /* enum vrrp_action */
};

struct vrrp_step vrrp_next(enum vrrp_state, enum vrrp_event);
bool vrrp_has_addrs(enum vrrp_state);         /* it answers for the addresses */
const char *vrrp_state_name(enum vrrp_state); /* "Master" … */
#endif
