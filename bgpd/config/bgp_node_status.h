/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp_node_status - the BGPNodeStatus resource: what a node says of itself.
 *
 * Written by the node daemon; the table is what a status may hold, for the schema in
 * crd/ and for the tests of what writes it. status is
 *
 *	version, routerID, asNumber, heartbeat, conditions[],
 *	peersConfigured, peersEstablished,
 *	announcements{ipv4, ipv6},
 *	l2{wanted, held, members, conflicts},
 *	drain{state (Active|Draining|Drained), reason, since},
 *	heldAddresses[]{address, interface, since},
 *	peers[]{name, address, port, asNumber, localAddress, state, since,
 *	  holdTime, keepaliveTime, capabilities[], software, flaps, pendingReset,
 *	  resetAt, suspended,
 *	  prefixes{ipv4{received, sent}, ipv6{received, sent}},
 *	  gracefulRestart{agreed, restartTime, notification, restarting,
 *	    preserved[], longLivedTime, staleRoutes, staleUntil},
 *	  endOfRib{ipv4{sent, received}, ipv6{sent, received}},
 *	  lastError{at, sentBy (Local|Peer), code, subcode, text},
 *	  tcpError{at, text}}
 */
#ifndef BGPD_CONFIG_BGP_NODE_STATUS_H
#define BGPD_CONFIG_BGP_NODE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

extern const struct fields bgp_node_status_fields;

/* Reason of its condition Ready: the last word of a daemon that is to start again. */
#define NODE_STATUS_RESTARTING "Restarting"

struct err;
struct json_t;

/*
 * These two fit into a row of a store's table of kinds. The item is the status as the
 * node wrote it, a json_t: {"heartbeat": …, "peers": […]}.
 */
void *bgp_node_status_decode(const struct json_t *, struct err *);
void bgp_node_status_free(void *status);
/* Older than three heartbeats, or without any; now: s since 1970. */
bool bgp_node_status_is_stale(const struct json_t *status, int64_t now);
/* The same of its heartbeat; s since 1970, 0: there is none. */
bool bgp_node_status_is_old(int64_t heartbeat, int64_t now);
#endif
