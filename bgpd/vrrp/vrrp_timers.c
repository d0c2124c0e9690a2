/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_timers.h"

#define PRIORITIES 256

uint32_t
vrrp_interval(uint8_t version, uint32_t ms)
{
	uint32_t unit = version == 2 ? 1000 : 10;
	uint32_t most = version == 2 ? 255 : 0xfff;
	uint32_t n = ms / unit + (ms % unit != 0);

	return unit * (n == 0 ? 1 : n > most ? most : n);
}

uint32_t
vrrp_skew_time(uint8_t version, uint8_t priority, uint32_t interval)
{
	uint32_t of = version == 2 ? 1000 : interval;

	return (((uint32_t)PRIORITIES - priority) * of + PRIORITIES - 1) /
	    PRIORITIES;
}

uint32_t
vrrp_down_interval(uint8_t version, uint8_t priority, uint32_t interval)
{
	return 3 * interval + vrrp_skew_time(version, priority, interval);
}
