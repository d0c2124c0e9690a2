/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers - the BGPPeers of this node, their sessions, and what these bring to the rib.
 *
 * Decides which sessions there are and with which configuration; a change of one
 * BGPPeer touches that peer only.
 */
#ifndef BGPD_PEER_PEERS_H
#define BGPD_PEER_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct adjout;
struct bgp_configuration;
struct bgp_peer;
struct clock;
struct member;
struct node;
struct peers;
struct rib;
struct rng;
struct session;
struct session_port;
struct store;

struct view_peer {
	const char *name; /* of the BGPPeer */
	const struct session
	    *session; /* its state, timers, counters, last error */
	const struct member
	    *member;         /* what it is sent; NULL: session is down */
	uint32_t source;     /* of its routes in the rib */
	const char *blocked; /* why it must not run; NULL: it may */
	const char *doubt;   /* what is hardly meant so; NULL: nothing */
	uint64_t reset_at;   /* when what is pending is; 0: nothing is */
	/* Families that it agreed, but the node has no next hop for. */
	bool mute[FAMILIES];
};

struct peers_ops {
	/* peers_tick() then. */
	void (*arm)(void *arg, uint64_t at);
	/*
	 * The rib has a source to forget, or adjout a table to take in:
	 * rib_forget_some(), adjout_fill_some().
	 */
	void (*routes_due)(void *arg);
	/* Something that people look at has changed. */
	void (*changed)(void *arg);
	/* The peer is blocked on this node, or (NULL) no longer. */
	void (*blocked)(void *arg, const char *peer, const char *why);
	/* The BGPPeer is refused wherever it is used, or (NULL) it says so wrongly. */
	void (*judged)(void *arg, const struct bgp_peer *, const char *why);
	/* Of that, what has not been written need not be. */
	void (*recanted)(void *arg, const char *peer, const char *why);
};

struct peers_env { /* borrowed for good */
	const struct store *store;
	size_t kind_peer, kind_secret; /* rows of its table */
	struct rib *rib;
	struct adjout *adjout;
	struct rng *rng;
	const struct clock *clock;
	const struct session_port *tcp; /* NULL: no session comes up */
};

struct peers *
peers_new(const struct peers_env *, const struct peers_ops *, void *arg);
void peers_free(struct peers *); /* no message goes out */

/*
 * Compares what is with what the objects say: starts, changes and stops sessions.
 * node or config NULL: there are none.
 */
void peers_refresh(
    struct peers *, const struct node *, const struct bgp_configuration *);
/* Resets that are due. Returns when the next one is, or 0: none. */
uint64_t peers_tick(struct peers *);
/* Cease 6/2 with the text to every peer; no session starts after it. */
void peers_stop(struct peers *, const char *text);

/*
 * One that is meant to be up and has not been told all of the first state; NULL: there
 * is none. Borrowed until the next refresh.
 */
const char *peers_behind(const struct peers *);

/* By name, borrowed until the next refresh or event. */
const struct view_peer *peers_view(struct peers *, size_t *n);
#endif
