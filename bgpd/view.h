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

#include "bgpd/peer/peers.h"
#include "bgpd/status/standing.h"

struct announce;
struct rib;

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
