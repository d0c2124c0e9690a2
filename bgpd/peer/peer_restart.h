/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_restart - what is kept of a peer that restarts, and for how long (RFC 4724 4.2,
 * RFC 9494 4.2).
 *
 * The session has ended without a word, or in another way that is bridged (struct
 * session_error). Then the routes of the families of which the peer said so stay,
 * stale: until it has said all of them anew and End-of-RIB; or until it is back and
 * says that it has not kept its forwarding state, or nothing of that family any more;
 * or for its restart time, and then, as a last resort, for its long-lived stale time,
 * of which nothing is added when the peer is back and away again meanwhile. A peer that
 * is back but never ends has STALE_MOST. All of it goes when the peer is down for
 * another reason.
 *
 * A peer that says all of a family once more, since it was asked to or because it wants
 * to, says where that begins and ends (RFC 7313 4): what it had said and does not say
 * again meanwhile is stale in the same way, and goes.
 */
#ifndef BGPD_PEER_PEER_RESTART_H
#define BGPD_PEER_PEER_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/wire/caps.h"

struct rib;

#define STALE_MOST 360000 /* ms, of a peer that is back */

struct peer_restart {             /* zeros at birth */
	struct caps_restart said; /* as agreed in the last session */
	struct caps_long_lived said_long_lived;
	uint64_t until[FAMILIES]; /* ms: what is stale goes; 0: nothing is */
	bool aged[FAMILIES];      /* … it is the last resort */
	bool refreshing[FAMILIES]; /* … it waits for EoRR, not for End-of-RIB */
	/* End-of-RIB of this session, ms; 0: there was none. */
	uint64_t end_sent[FAMILIES], end_received[FAMILIES];
};

/* A session is up, whose routes the rib has under that source; before the first one. */
void peer_restart_up(struct peer_restart *, struct rib *, uint32_t source,
    const struct caps *agreed, uint64_t now);
/* It has ended in a way that is bridged. False: nothing stays; forget the source. */
bool peer_restart_down(
    struct peer_restart *, struct rib *, uint32_t source, uint64_t now);
void peer_restart_end_of_rib(struct peer_restart *, struct rib *,
    uint32_t source, enum family, uint64_t now);
/*
 * Takes what is due; up: there is a session. False: there is none, and nothing stays of
 * the last one; forget the source.
 */
bool peer_restart_tick(struct peer_restart *, struct rib *, uint32_t source,
    bool up, uint64_t now);
/* BoRR and EoRR (RFC 7313). Nothing of it if they come where none was awaited. */
void peer_restart_refresh_begin(struct peer_restart *, struct rib *,
    uint32_t source, enum family, uint64_t now);
void peer_restart_refresh_end(
    struct peer_restart *, struct rib *, uint32_t source, enum family);
/* The source is forgotten. */
void peer_restart_forget(struct peer_restart *);
bool peer_restart_keeps(const struct peer_restart *); /* is anything stale? */
uint64_t
peer_restart_due(const struct peer_restart *); /* of a tick; 0: never */
#endif
