/* SPDX-License-Identifier: Apache-2.0 */
/*
 * views - the daemon's state as it is shown: all of it as data, parts of it as JSON.
 *
 * The JSON returned is owned. Times are RFC 3339, in UTC. Keys are stable: people and
 * programs read them.
 */
#ifndef BGPD_CONTROL_VIEWS_H
#define BGPD_CONTROL_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/config/node_drain.h"
#include "bgpd/drain.h"
#include "bgpd/peer/peer.h"
#include "bgpd/peer/peer_ranges.h"
#include "bgpd/status/standing.h"
#include "common/prefix.h"

typedef struct json_t json_t;
struct announce;
struct fib;
struct l2;
struct path;
struct rib;
struct stations;
struct vips;
struct vrrp;

struct view_drain { /* of the node; times as below, 0: from the start on */
	enum drain_state state;
	const char *reason; /* for people; NULL: nobody asks for it */
	bool annotated;
	char annotation[NODE_DRAIN_TEXT]; /* … of the Node, as last seen */
	uint32_t wait;                    /* s, of Draining */
	uint64_t since;
	bool drained; /* and all peers have been sent the withdrawals */
	uint64_t drained_since;
};

/* Filled by bgpd_view(); all borrowed until the next event. */
struct daemon_view {
	const char *node;
	const char *class; /* of its lbbgp (instance.h); NULL: not told */
	const char *ns;    /* … and where its pods are; NULL: likewise */
	uint32_t asn;      /* 0: not configured */
	uint32_t router_id;
	const struct rib *rib;
	struct fib *fib; /* learned routes; NULL: there are none */
	const struct announce *announce;
	const struct l2 *l2;     /* NULL: there is no way to the links */
	const struct vrrp *vrrp; /* … nor this one, then */
	const struct vips *vips;
	const struct stations *stations; /* NULL: there is no way to them */
	const struct bfd_port *bfd;      /* NULL: nobody watches */
	const struct view_peer *peers;   /* by name */
	size_t n_peers;
	const struct view_range *ranges; /* from where more may come */
	size_t n_ranges;
	struct view_drain drain;
	bool restarting; /* the daemon ends, and is to start again */
	const struct view_condition *conditions; /* those that hold */
	size_t n_conditions;
	uint64_t ready_since; /* ready.h says what it said then; 0: the start */
	uint64_t now;         /* monotonic ms, as the sessions' times */
	uint64_t started;     /* the same clock */
	int64_t wall;         /* ms since 1970, at now */
};

/* Takes value. */
void view_set(json_t *object, const char *key, json_t *value);
void view_set_int(json_t *object, const char *key, uint64_t value);
/* at: on the view's monotonic clock, ms. */
json_t *view_time(const struct daemon_view *, uint64_t at);
json_t *view_addr(const struct addr *); /* null for FAMILY_NONE */
json_t *view_router_id(uint32_t id);
/* [{name, prefix, state, peers, limit, refused, blocked}] of those with peerPrefix. */
json_t *view_ranges(const struct daemon_view *);
/* The attributes of a route. */
json_t *view_path(const struct path *);
const char *view_drain_state(enum drain_state); /* "Draining" */
/* {state, reason (or null), since} */
json_t *view_drain(const struct daemon_view *);
/* The condition Drained, which is there whether it holds or not: kubectl wait. */
json_t *view_drained(const struct daemon_view *);
/* [{type, status, reason, message, lastTransitionTime}] of what holds now. */
json_t *view_conditions(const struct daemon_view *);
#endif
