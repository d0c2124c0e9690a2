/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mac - Ethernet addresses as values.
 */
#ifndef BGPD_LINK_MAC_H
#define BGPD_LINK_MAC_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_SIZE 6
#define MAC_TEXT 18 /* room for any as text, with NUL */

struct mac {
	uint8_t bytes[MAC_SIZE];
};

extern const struct mac mac_broadcast;

bool mac_eq(const struct mac *, const struct mac *);
bool mac_is_zero(const struct mac *);
/* Of a group of stations, as that of all: never the source of a frame. */
bool mac_is_group(const struct mac *);
/* A virtual router's, not that of a host (RFC 9568 7.3). */
bool mac_is_virtual_router(const struct mac *);
/* Writes it as 02:00:5e:10:00:00 and returns text. */
const char *mac_print(const struct mac *, char text[MAC_TEXT]);
#endif
