/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw_view - routes as their bytes, for who writes them into a file (cli/mrt.h).
 */
#ifndef BGPD_CONTROL_RAW_VIEW_H
#define BGPD_CONTROL_RAW_VIEW_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct prefix;
struct rib_route;
struct view_peer;

/*
 * {prefix, neighborName (null: ours), pathID, attributes}, owned. attributes: all path
 * attributes in base64, AS numbers of 4 octets; MP_REACH_NLRI has its next hop only, as
 * RFC 6396 4.3.4 wants it. What we announce ourselves without one has a next hop of
 * zeroes.
 */
json_t *raw_route(const struct rib_route *, const struct view_peer *);
/*
 * Sets "self": {node, asNumber, routerID} and "peers": [{name, address, asNumber,
 * routerID}]: 0.0.0.0 where the peer has not told it.
 */
void raw_peers(const struct daemon_view *, json_t *reply);
#endif
