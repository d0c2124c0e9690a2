/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/collision.h"

#include "bgpd/session/agreed.h"

bool
collision_ours_survives(uint32_t router_id, const struct agreed *a)
{
	if (router_id != a->remote_id)
		return router_id > a->remote_id;
	return a->local_as > a->remote_as; /* RFC 6286 2.3 */
}

bool
collision_is_restart(bool dialed, uint64_t up_for)
{
	return !dialed && up_for >= COLLISION_OVER;
}

enum collision
collision_pick(enum fsm_state other, bool dialed, bool ours_survives)
{
	bool survives = dialed == ours_survives;

	switch (other) {
	case STATE_ESTABLISHED:
		return COLLISION_THIS_GOES;
	case STATE_OPENCONFIRM:
		return survives ? COLLISION_PEER_PICKS : COLLISION_THIS_GOES;
	case STATE_OPENSENT:
		if (survives)
			return COLLISION_OTHER_GOES;
		return ours_survives ? COLLISION_WAIT : COLLISION_NONE;
	default:
		return COLLISION_OTHER_GOES;
	}
}
