/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp_timers - how long a backup waits (RFC 3768 6.1, RFC 9568 6.1), in ms.
 */
#ifndef BGPD_VRRP_VRRP_TIMERS_H
#define BGPD_VRRP_VRRP_TIMERS_H

#include <stdint.h>

/*
 * The interval as it can be sent: of version 2 whole seconds to 255 s, of version 3
 * hundredths to 40.95 s; rounded up, at least one of them.
 */
uint32_t vrrp_interval(uint8_t version, uint32_t ms);
/*
 * What a backup waits after the master has given up: less for a better one, never 0.
 * interval is the master's; version 2 has a fixed one.
 */
uint32_t vrrp_skew_time(uint8_t version, uint8_t priority, uint32_t interval);
/* After that time without an ADVERTISEMENT there is no master. */
uint32_t
vrrp_down_interval(uint8_t version, uint8_t priority, uint32_t interval);
#endif
