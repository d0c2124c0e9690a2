/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_ranges - BGPPeers with peerPrefix: from where peers may come, how many, and who
 * has.
 *
 * Who has come is a peer of peers.c, which asks here whom there is. It is forgotten
 * when there has been no session with it for a while.
 */
#ifndef BGPD_PEER_PEER_RANGES_H
#define BGPD_PEER_PEER_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct bgp_peer;
struct neighbors;
struct peering;
struct peers_shared;
struct peer_ranges; /* private to peer_ranges.c */
struct session_config;

/* Those of all ranges of a node together; the rib has room for more. */
#define COMERS_MOST 8192

struct peer_ranges_ops {
	/*
	 * Somebody has come, and peer_ranges_settle() has him from now on: he is to be
	 * a peer of this name, attached and started. False: he is not.
	 */
	bool (*came)(void *arg, const char *name);
	/* Nothing is there of the peer but its name. */
	bool (*is_idle)(void *arg, const char *name);
	/* Ends the peer, for which there is no place any more. */
	void (*ended)(void *arg, const char *name);
};

struct view_range {       /* as it is shown; borrowed from the range */
	const char *name; /* of the BGPPeer */
	struct prefix prefix;
	const struct session_config *config; /* of its sessions */
	size_t n;                            /* peers that have come */
	uint32_t limit;                      /* … and how many may */
	uint64_t refused;                    /* connections, for that */
	const char *blocked; /* why nobody may; NULL: they may */
	bool shut;           /* … by its configuration */
};

struct peer_ranges *peer_ranges_new(
    const struct peers_shared *, const struct peer_ranges_ops *, void *arg);
void peer_ranges_free(struct peer_ranges *); /* without a word to ops */

/* Those who have come are neighbors, too. Whoever can't be is forgotten. */
void peer_ranges_settle(struct peer_ranges *, struct neighbors *);
/* All ranges of the node one after the other; those that were not set are gone then. */
void peer_ranges_begin(struct peer_ranges *);
void peer_ranges_set(
    struct peer_ranges *, const struct bgp_peer *, const struct peering *);
void peer_ranges_end(struct peer_ranges *);

/* Forgets who was idle for long enough. When the next one is, ms, or 0. */
uint64_t peer_ranges_tick(struct peer_ranges *, uint64_t now);
/*
 * One from where somebody may yet come back to us after a restart; NULL: there is none.
 * Who has come says nothing of who is still to come.
 */
const char *peer_ranges_awaited(const struct peer_ranges *);
/* Borrowed until the next event. */
const struct view_range *peer_ranges_view(struct peer_ranges *, size_t *n);
#endif
