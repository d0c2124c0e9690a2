/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/session_stats.h"

void
session_stats_count(
    struct session_stats *s, const struct update *u, enum upd_verdict verdict)
{
	for (unsigned code = 0; code < ATTR_CODES; code++) {
		s->attr_discarded[code] += u->discarded >> code & 1;
		s->attr_withdrawn[code] += u->withdrawn >> code & 1;
	}
	s->updates_discarded += verdict == UPD_DISCARD;
	s->updates_withdrawn += verdict == UPD_WITHDRAW;
}
