/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_counters - how many frames went over the node's links, since the start.
 */
#ifndef BGPD_LINK_LINK_COUNTERS_H
#define BGPD_LINK_LINK_COUNTERS_H

#include <stdint.h>

struct link_counters {
	uint64_t received, missed; /* missed: there was no room for them */
	uint64_t sent,
	    unsent; /* unsent: the interface is down or its queue full */
};
#endif
