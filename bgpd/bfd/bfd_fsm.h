/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_fsm - the state machine of one BFD session (RFC 5880 6.2, 6.8.6), as data.
 */
#ifndef BGPD_BFD_BFD_FSM_H
#define BGPD_BFD_BFD_FSM_H

#include "bgpd/wire/bfd.h"

enum bfd_event {
	BFD_EV_ADMIN_DOWN, /* these four: the state in a packet of the peer */
	BFD_EV_DOWN,
	BFD_EV_INIT,
	BFD_EV_UP,
	BFD_EV_EXPIRED, /* the peer is silent */
	BFD_EV_DISABLE,
	BFD_EVENTS
};

struct bfd_step {
	enum bfd_state next;
	uint8_t diag; /* counts where next is another state than before */
};

struct bfd_step bfd_fsm_next(enum bfd_state, enum bfd_event);
#endif
