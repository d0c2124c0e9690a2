/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/peer/peer_restart.h"

#include <string.h>

#include "bgpd/rib/rib.h"

static void
end(struct peer_restart *r, struct rib *rib, uint32_t source, enum family f)
{
	if (r->until[f] == 0)
		return;
	r->until[f] = 0;
	r->aged[f] = r->refreshing[f] = false;
	rib_stale_end(rib, source, f);
}

/* RFC 4724 4.2, RFC 9494 4.2: it says of the family that it forwards on. */
static bool
has_kept(const struct peer_restart *r, const struct caps *caps, enum family f)
{
	return r->aged[f]
	    ? caps->long_lived.family[f] && caps->long_lived.forwarding[f]
	    : caps->restart.family[f] && caps->restart.forwarding[f];
}

void
peer_restart_up(struct peer_restart *r, struct rib *rib, uint32_t source,
    const struct caps *agreed, uint64_t now)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		r->end_sent[f] = r->end_received[f] = 0;
		if (r->until[f] == 0)
			continue;
		if (!has_kept(r, agreed, f))
			end(r, rib, source, f);
		else if (!r->aged[f])
			r->until[f] = now + STALE_MOST;
	}
	r->said = agreed->restart;
	r->said_long_lived = agreed->long_lived;
}

static uint32_t
long_lived_time(const struct peer_restart *r, enum family f)
{
	return r->said_long_lived.family[f] ? r->said_long_lived.time[f] : 0;
}

/* RFC 9494 4.2: none of a family that only the other capability has. */
static uint32_t
restart_time(const struct peer_restart *r, enum family f)
{
	return r->said.family[f] ? r->said.time : 0;
}

/*
 * RFC 9494 4.2: the long-lived stale time of what is the last resort is that of the
 * first of several restarts in a row.
 */
static bool
outlasts(const struct peer_restart *r, const struct rib *rib, uint32_t source,
    enum family f)
{
	return r->aged[f] && rib_counts(rib, source, f).stale > 0;
}

bool
peer_restart_down(
    struct peer_restart *r, struct rib *rib, uint32_t source, uint64_t now)
{
	bool keep[FAMILIES] = { false };
	struct peer_restart was;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		keep[f] = restart_time(r, f) + long_lived_time(r, f) != 0;
		if (r->aged[f] && now >= r->until[f])
			end(r, rib, source, f);
		r->aged[f] = outlasts(r, rib, source, f);
	}
	was = *r;
	peer_restart_forget(r);
	if (!(keep[FAMILY_V4] || keep[FAMILY_V6]) ||
	    !rib_stale_begin(rib, source, keep))
		return false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		if (!keep[f] || rib_counts(rib, source, f).stale == 0)
			continue;
		r->aged[f] = was.aged[f];
		r->until[f] = was.aged[f]
		    ? was.until[f]
		    : now + restart_time(r, f) * UINT64_C(1000);
	}
	return peer_restart_keeps(r);
}

void
peer_restart_end_of_rib(struct peer_restart *r, struct rib *rib,
    uint32_t source, enum family f, uint64_t now)
{
	if (r->end_received[f] == 0)
		r->end_received[f] = now;
	if (!r->refreshing[f])
		end(r, rib, source, f);
}

/*
 * RFC 7313 4: not before End-of-RIB of a peer that sends one. Of a refresh within
 * another one the first BoRR counts: what came since then has been said again.
 */
void
peer_restart_refresh_begin(struct peer_restart *r, struct rib *rib,
    uint32_t source, enum family f, uint64_t now)
{
	bool early = r->said.present && r->end_received[f] == 0;

	if (early || r->until[f] != 0 || !rib_stale_again(rib, source, f))
		return;
	r->refreshing[f] = true;
	r->until[f] = now + STALE_MOST;
}

void
peer_restart_refresh_end(
    struct peer_restart *r, struct rib *rib, uint32_t source, enum family f)
{
	if (r->refreshing[f])
		end(r, rib, source, f);
}

bool
peer_restart_tick(struct peer_restart *r, struct rib *rib, uint32_t source,
    bool up, uint64_t now)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		uint32_t longer = long_lived_time(r, f);

		if (r->until[f] == 0 || now < r->until[f])
			continue;
		if (up || r->aged[f] || longer == 0) {
			end(r, rib, source, f);
			continue;
		}
		r->aged[f] = true;
		r->until[f] = now + longer * UINT64_C(1000);
		rib_stale_age(rib, source, f);
	}
	return up || peer_restart_keeps(r);
}

void
peer_restart_forget(struct peer_restart *r)
{
	memset(r->until, 0, sizeof(r->until));
	memset(r->aged, 0, sizeof(r->aged));
	memset(r->refreshing, 0, sizeof(r->refreshing));
}

bool
peer_restart_keeps(const struct peer_restart *r)
{
	return r->until[FAMILY_V4] != 0 || r->until[FAMILY_V6] != 0;
}

uint64_t
peer_restart_due(const struct peer_restart *r)
{
	uint64_t v4 = r->until[FAMILY_V4], v6 = r->until[FAMILY_V6];

	return v4 == 0 || (v6 != 0 && v6 < v4) ? v6 : v4;
}
