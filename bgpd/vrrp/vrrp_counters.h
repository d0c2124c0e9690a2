/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp_counters - what the virtual routers of the node have done, since the start.
 */
#ifndef BGPD_VRRP_VRRP_COUNTERS_H
#define BGPD_VRRP_VRRP_COUNTERS_H

#include <stdint.h>

#include "bgpd/vrrp/vrrp_msg.h"

struct vrrp_counters {
	uint64_t sent, sent_zero;         /* ADVERTISEMENTs; with priority 0 */
	uint64_t received, received_zero; /* of these, taken */
	uint64_t refused[VRRP_FAULTS];
	uint64_t masters; /* times that one became master */
};
#endif
