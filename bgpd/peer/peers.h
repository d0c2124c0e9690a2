/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers - the BGPPeers of this node, their sessions, and what these bring to the rib.
 *
 * Decides which sessions there are and with which configuration; a change of one
 * BGPPeer touches that peer only.
 */
#ifndef BGPD_PEER_PEERS_H
#define BGPD_PEER_PEERS_H

#include <stddef.h>
#include <stdint.h>

#include "bgpd/peer/peer.h"
#include "bgpd/peer/peer_ranges.h"

struct bgp_configuration;
struct node;
struct peers;

struct peers *
peers_new(const struct peers_env *, const struct peers_ops *, void *arg);
void peers_free(struct peers *); /* no message goes out */

/*
 * Compares what is with what the objects say: starts, changes and stops sessions.
 * node or config NULL: there are none.
 */
void peers_refresh(
    struct peers *, const struct node *, const struct bgp_configuration *);
/*
 * Interfaces whose router is a peer, whoever that is, as of the last refresh; borrowed
 * until the next.
 */
const char *const *peers_links(const struct peers *, size_t *n);
/* Has a peer a session with whoever is behind that interface? */
bool peers_use(const struct peers *, const char *interface);
/* peer_zone() of the one whose routes have that source in the rib; or NULL. */
const char *peers_zone(const struct peers *, uint32_t source);
/* peers_ops.audience() has changed: adjout_fill_some() is due. */
void peers_regroup(struct peers *);
/* Resets that are due. Returns when the next one is, or 0: none. */
uint64_t peers_tick(struct peers *);
/* The rib and adjout have nothing left to do: what they have is in force. */
void peers_settled(struct peers *);
void peers_bfd(struct peers *, const struct bfd_news *);
/*
 * Cease 6/2 with the text to every peer, as session_part() says it; no session starts
 * after it. The text is borrowed.
 */
void peers_stop(struct peers *, const char *text);
bool peers_are_parting(const struct peers *); /* one of them is dialed for it */
/*
 * For a restart. The text goes to peers that would not wait for us; peers_leave() ends
 * the others, without a word. In between peers_stop() may say that it is for good.
 */
void peers_stop_for_restart(struct peers *, const char *text);
void peers_leave(struct peers *, const char *text);

/*
 * One that is meant to be up and has not been told all of the first state; NULL: there
 * is none. Borrowed until the next refresh.
 */
const char *peers_behind(const struct peers *);
struct peers_told {
	size_t n; /* that are meant to be up */
	size_t
	    told; /* … which are, and have been told all of the first state */
};

/* Of those with BGPPeers, or of the node-to-node mesh. */
struct peers_told peers_told(const struct peers *, bool mesh);
/* One that has yet to say all that it has, after a restart of ours; the same. */
const char *peers_awaited(const struct peers *);
/*
 * One that is not known yet: whoever comes from a prefix, or is found on a link or as
 * the default gateway; the same.
 */
const char *peers_sought(const struct peers *);
/* One that would lose routes of ours if we were restarted now; the same. */
const char *peers_owed(const struct peers *);
/* ms: until then one may keep what it was told, also one that went; 0: none does. */
uint64_t peers_keep_until(const struct peers *);

/* Is one of them the node's default gateway, as of the last refresh? */
bool peers_want_gateway(const struct peers *);
/* Nodes in the node-to-node mesh of this one; 0: it is in none. */
size_t peers_mesh(const struct peers *);

/* BGPPeers with peerPrefix; borrowed until the next refresh or event. */
const struct view_range *peers_ranges(const struct peers *, size_t *n);
/* By name; the same. */
const struct view_peer *peers_view(struct peers *, size_t *n);
#endif
