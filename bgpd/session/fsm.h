/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsm - the state machine of one BGP connection (RFC 4271 8), as data.
 *
 * fsm_next() says what an event does; conn.c carries it out.
 */
#ifndef BGPD_FSM_H
#define BGPD_FSM_H

enum fsm_state {
	STATE_NONE, /* of a cell nobody wrote */
	STATE_IDLE,
	STATE_CONNECT,
	STATE_ACTIVE,
	STATE_OPENSENT,
	STATE_OPENCONFIRM,
	STATE_ESTABLISHED,
	FSM_STATES
};

/* Facts are sorted out before the event: a bad OPEN is EV_REFUSED. */
enum fsm_event {
	EV_START,         /* dial */
	EV_START_PASSIVE, /* wait for the peer, or for EV_RETRY */
	EV_STOP,          /* by the owner, or lost to the other connection */
	EV_RETRY,
	EV_TCP_UP,
	EV_TCP_DOWN,
	EV_OPEN,
	EV_KEEPALIVE,
	EV_UPDATE,
	EV_REFRESH,
	EV_NOTIFICATION,
	EV_REFUSED, /* a bad message */
	EV_HOLD,
	EV_SEND_HOLD, /* RFC 9687 */
	EV_KEEPALIVE_DUE,
	FSM_EVENTS
};

/* What to do, carried out from top to bottom. */
enum fsm_action {
	DO_SEND_ERROR = 1 << 0,     /* conn->err as a NOTIFICATION */
	DO_SEND_FSM_ERROR = 1 << 1, /* RFC 6608 */
	DO_CLOSE = 1 << 2,
	DO_CONNECT = 1 << 3,
	DO_ARM_RETRY = 1 << 4,
	DO_SEND_OPEN = 1 << 5,
	DO_ARM_OPEN_HOLD = 1 << 6, /* nothing is agreed yet */
	DO_SEND_KEEPALIVE = 1 << 7,
	DO_ARM_HOLD = 1 << 8,
	DO_ARM_KEEPALIVE = 1 << 9,
};

struct fsm_step {
	enum fsm_state next;
	unsigned actions; /* DO_… */
};

struct fsm_step fsm_next(enum fsm_state, enum fsm_event);
const char *fsm_state_name(enum fsm_state); /* "Established" … */
const char *fsm_event_name(enum fsm_event);
#endif
