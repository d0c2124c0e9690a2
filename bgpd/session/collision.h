/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collision - of two connections with one peer, which one goes (RFC 4271 6.8).
 *
 * The RFC looks at connections in OpenConfirm. That alone lets a session flap when
 * both sides dial at once: one side may be Established already where the other still
 * picks. So the side whose connection survives waits a moment: having sent an OPEN on
 * its own, it sends no KEEPALIVE on the peer's before that one is answered, or has had
 * its time. Then the peer's goes on, for nobody may be there to answer. A dial that has
 * got nowhere yet is given up for good.
 *
 * Nor is a connection taken away on which our KEEPALIVE is under way, since with it the
 * peer is Established. The newer one waits, though it is the one to survive: the peer
 * comes to the same by the RFC, or turns it away, or is up on the older one already.
 */
#ifndef BGPD_COLLISION_H
#define BGPD_COLLISION_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/session/fsm.h"

struct agreed;

enum collision {
	COLLISION_NONE, /* or the peer picks */
	COLLISION_WAIT, /* this one waits for the OPEN of the other, which we dialed */
	COLLISION_PEER_PICKS, /* … for the first KEEPALIVE, on either */
	COLLISION_THIS_GOES,
	COLLISION_OTHER_GOES,
};

/* Of the two the one that we dialed: the larger router id's, then the larger AS's. */
bool collision_ours_survives(uint32_t router_id, const struct agreed *);
/*
 * RFC 4724 5: an OPEN has come on this one, which the peer dialed, while the other one
 * is Established for so many ms and graceful restart is agreed on it. Has the peer lost
 * that one without our hearing of it? Not soon after it came up: then both have dialed.
 */
#define COLLISION_OVER 10000 /* ms */
bool collision_is_restart(bool dialed, uint64_t up_for);
/*
 * An OPEN has come on this one, which is dialed or accepted, while the other one is in
 * that state.
 */
enum collision
collision_pick(enum fsm_state other, bool dialed, bool ours_survives);
#endif
