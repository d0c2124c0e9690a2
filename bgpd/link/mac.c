/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/mac.h"

#include <stdio.h>
#include <string.h>

const struct mac mac_broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

bool
mac_eq(const struct mac *a, const struct mac *b)
{
	return memcmp(a->bytes, b->bytes, MAC_SIZE) == 0;
}

bool
mac_is_zero(const struct mac *m)
{
	return mac_eq(m, &(struct mac){ { 0 } });
}

bool
mac_is_group(const struct mac *m)
{
	return (m->bytes[0] & 1) != 0;
}

bool
mac_is_virtual_router(const struct mac *m)
{
	static const uint8_t start[] = { 0, 0, 0x5e, 0 };

	return memcmp(m->bytes, start, sizeof(start)) == 0 &&
	    (m->bytes[4] == 1 || m->bytes[4] == 2);
}

const char *
mac_print(const struct mac *m, char text[MAC_TEXT])
{
	const uint8_t *b = m->bytes;

	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5]);
	return text;
}
