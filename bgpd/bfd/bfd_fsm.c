/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bfd/bfd_fsm.h"

/* A cell nobody wrote: AdminDown, which hears nothing (RFC 5880 6.8.6). */
/* clang-format off */
static const struct bfd_step table[BFD_STATES][BFD_EVENTS] = {
[BFD_ADMIN_DOWN] = {
	[BFD_EV_DISABLE]    = { BFD_ADMIN_DOWN, BFD_DIAG_ADMIN },
},
[BFD_DOWN] = {
	[BFD_EV_ADMIN_DOWN] = { BFD_DOWN,       BFD_DIAG_NONE },
	[BFD_EV_DOWN]       = { BFD_INIT,       BFD_DIAG_NONE },
	[BFD_EV_INIT]       = { BFD_UP,         BFD_DIAG_NONE },
	[BFD_EV_UP]         = { BFD_DOWN,       BFD_DIAG_NONE },
	[BFD_EV_EXPIRED]    = { BFD_DOWN,       BFD_DIAG_NONE },
	[BFD_EV_DISABLE]    = { BFD_ADMIN_DOWN, BFD_DIAG_ADMIN },
},
[BFD_INIT] = {
	[BFD_EV_ADMIN_DOWN] = { BFD_DOWN,       BFD_DIAG_NEIGHBOR },
	[BFD_EV_DOWN]       = { BFD_INIT,       BFD_DIAG_NONE },
	[BFD_EV_INIT]       = { BFD_UP,         BFD_DIAG_NONE },
	[BFD_EV_UP]         = { BFD_UP,         BFD_DIAG_NONE },
	[BFD_EV_EXPIRED]    = { BFD_DOWN,       BFD_DIAG_EXPIRED },
	[BFD_EV_DISABLE]    = { BFD_ADMIN_DOWN, BFD_DIAG_ADMIN },
},
[BFD_UP] = {
	[BFD_EV_ADMIN_DOWN] = { BFD_DOWN,       BFD_DIAG_NEIGHBOR },
	[BFD_EV_DOWN]       = { BFD_DOWN,       BFD_DIAG_NEIGHBOR },
	[BFD_EV_INIT]       = { BFD_UP,         BFD_DIAG_NONE },
	[BFD_EV_UP]         = { BFD_UP,         BFD_DIAG_NONE },
	[BFD_EV_EXPIRED]    = { BFD_DOWN,       BFD_DIAG_EXPIRED },
	[BFD_EV_DISABLE]    = { BFD_ADMIN_DOWN, BFD_DIAG_ADMIN },
},
};
/* clang-format on */

struct bfd_step
bfd_fsm_next(enum bfd_state state, enum bfd_event event)
{
	return table[state][event];
}
