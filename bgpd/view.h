/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view - the daemon's state as data, for whoever shows it: the control socket, the
 * BGPNodeStatus and the metrics. Filled by bgpd.c, all borrowed until the next event.
 */
#ifndef BGPD_VIEW_H
#define BGPD_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct announce;
struct member;
struct rib;
struct session;

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

struct view_condition {
	const char *type;   /* "DataPlaneUnknown" */
	const char *reason; /* one CamelCase word */
	const char *message;
	uint64_t since; /* on the view's monotonic clock, ms */
};

struct daemon_view {
	const char *node;
	uint32_t asn; /* 0: not configured */
	uint32_t router_id;
	const struct rib *rib;
	const struct announce *announce;
	const struct view_peer *peers; /* by name */
	size_t n_peers;
	const struct view_condition *conditions; /* those that hold */
	size_t n_conditions;
	uint64_t now;     /* monotonic ms, as the sessions' times */
	uint64_t started; /* the same clock */
	int64_t wall;     /* ms since 1970, at now */
};
#endif
