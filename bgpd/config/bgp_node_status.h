/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp_node_status - the BGPNodeStatus resource: what a node says of its sessions.
 *
 * Only written here, so there is no decoder: the table is what a status may hold, for
 * the schema in crd/ and for the tests of what writes it. status is
 *
 *	version, routerID, asNumber, heartbeat, conditions[],
 *	peersConfigured, peersEstablished,
 *	announcements{ipv4, ipv6},
 *	peers[]{name, address, port, asNumber, localAddress, state, since,
 *	  holdTime, keepaliveTime, capabilities[], flaps, pendingReset,
 *	  resetAt, suspended,
 *	  prefixes{ipv4{received, sent}, ipv6{received, sent}},
 *	  lastError{at, sentBy (Local|Peer), code, subcode, text},
 *	  tcpError{at, text}}
 */
#ifndef BGPD_CONFIG_BGP_NODE_STATUS_H
#define BGPD_CONFIG_BGP_NODE_STATUS_H

extern const struct fields bgp_node_status_fields;
#endif
