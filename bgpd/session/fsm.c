/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/fsm.h"

#include <stddef.h>

/*
 * RFC 4271 8.2.2, without DelayOpen. What differs: a dial that fails always
 * leads to Active, where the peer may still come to us; damping (8.1.1) and the
 * retry behind Idle are the session's.
 */
/* clang-format off */
#define END_TOLD { STATE_IDLE, DO_SEND_ERROR | DO_CLOSE }
#define END_MUTE { STATE_IDLE, DO_CLOSE }
#define KEEP_ALIVE (DO_SEND_KEEPALIVE | DO_ARM_KEEPALIVE)

static const struct fsm_step table[FSM_STATES][FSM_EVENTS] = {
[STATE_IDLE] = {
	[EV_START]         = { STATE_CONNECT,     DO_CONNECT | DO_ARM_RETRY },
	[EV_START_PASSIVE] = { STATE_ACTIVE,      0 },
},
[STATE_CONNECT] = {
	[EV_RETRY]         = { STATE_CONNECT, DO_CLOSE | DO_CONNECT | DO_ARM_RETRY },
	[EV_TCP_UP]        = { STATE_OPENSENT,    DO_SEND_OPEN | DO_ARM_OPEN_HOLD },
	[EV_TCP_DOWN]      = { STATE_ACTIVE,      DO_CLOSE | DO_ARM_RETRY },
	[EV_STOP]          = END_MUTE,
},
[STATE_ACTIVE] = {
	[EV_RETRY]         = { STATE_CONNECT,     DO_CONNECT | DO_ARM_RETRY },
	[EV_TCP_UP]        = { STATE_OPENSENT,    DO_SEND_OPEN | DO_ARM_OPEN_HOLD },
	[EV_STOP]          = { STATE_IDLE,        0 },
},
[STATE_OPENSENT] = {
	[EV_OPEN]          = { STATE_OPENCONFIRM, DO_ARM_HOLD | KEEP_ALIVE },
	[EV_TCP_DOWN]      = END_MUTE,
	[EV_NOTIFICATION]  = END_MUTE,
	[EV_STOP]          = END_TOLD,
	[EV_REFUSED]       = END_TOLD,
	[EV_HOLD]          = END_TOLD,
	[EV_SEND_HOLD]     = END_TOLD,
},
[STATE_OPENCONFIRM] = {
	[EV_KEEPALIVE]     = { STATE_ESTABLISHED, DO_ARM_HOLD },
	[EV_KEEPALIVE_DUE] = { STATE_OPENCONFIRM, KEEP_ALIVE },
	[EV_TCP_DOWN]      = END_MUTE,
	[EV_NOTIFICATION]  = END_MUTE,
	[EV_STOP]          = END_TOLD,
	[EV_REFUSED]       = END_TOLD,
	[EV_HOLD]          = END_TOLD,
	[EV_SEND_HOLD]     = END_TOLD,
},
[STATE_ESTABLISHED] = {
	[EV_KEEPALIVE]     = { STATE_ESTABLISHED, DO_ARM_HOLD },
	[EV_UPDATE]        = { STATE_ESTABLISHED, DO_ARM_HOLD },
	[EV_REFRESH]       = { STATE_ESTABLISHED, 0 },
	[EV_KEEPALIVE_DUE] = { STATE_ESTABLISHED, KEEP_ALIVE },
	[EV_TCP_DOWN]      = END_MUTE,
	[EV_NOTIFICATION]  = END_MUTE,
	[EV_STOP]          = END_TOLD,
	[EV_REFUSED]       = END_TOLD,
	[EV_HOLD]          = END_TOLD,
	[EV_SEND_HOLD]     = END_TOLD,
},
};
/* clang-format on */

struct fsm_step
fsm_next(enum fsm_state s, enum fsm_event ev)
{
	struct fsm_step step = table[s][ev];

	if (step.next != STATE_NONE) /* 0: a cell nobody wrote */
		return step;
	if (s == STATE_IDLE) /* RFC 4271 8.2.2: Idle ignores the rest */
		return (struct fsm_step){ STATE_IDLE, 0 };
	/* RFC 6608; sending is a no-op while no OPEN has gone out */
	return (struct fsm_step){ STATE_IDLE, DO_SEND_FSM_ERROR | DO_CLOSE };
}

const char *
fsm_state_name(enum fsm_state s)
{
	static const char *const names[FSM_STATES] = {
		[STATE_NONE] = "None",
		[STATE_IDLE] = "Idle",
		[STATE_CONNECT] = "Connect",
		[STATE_ACTIVE] = "Active",
		[STATE_OPENSENT] = "OpenSent",
		[STATE_OPENCONFIRM] = "OpenConfirm",
		[STATE_ESTABLISHED] = "Established",
	};

	return names[s];
}

const char *
fsm_event_name(enum fsm_event ev)
{
	static const char *const names[FSM_EVENTS] = {
		[EV_START] = "start",
		[EV_START_PASSIVE] = "start, passive",
		[EV_STOP] = "stop",
		[EV_RETRY] = "retry",
		[EV_TCP_UP] = "TCP up",
		[EV_TCP_DOWN] = "TCP down",
		[EV_OPEN] = "OPEN",
		[EV_KEEPALIVE] = "KEEPALIVE",
		[EV_UPDATE] = "UPDATE",
		[EV_REFRESH] = "ROUTE-REFRESH",
		[EV_NOTIFICATION] = "NOTIFICATION",
		[EV_REFUSED] = "bad message",
		[EV_HOLD] = "hold timer",
		[EV_SEND_HOLD] = "send hold timer",
		[EV_KEEPALIVE_DUE] = "keepalive timer",
	};

	return names[ev];
}
