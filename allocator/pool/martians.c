/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/martians.h"

/* clang-format off */
const struct martian martians[MARTIANS] = {	/* RFC 6890 2.2 */
	{ { { .family = FAMILY_V4 }, 8 }, "this network" },
	{ { { .family = FAMILY_V4, .bytes = { 127 } }, 8 }, "loopback" },
	{ { { .family = FAMILY_V4, .bytes = { 169, 254 } }, 16 }, "link-local" },
	{ { { .family = FAMILY_V4, .bytes = { 224 } }, 4 }, "multicast" },
	{ { { .family = FAMILY_V4, .bytes = { 255, 255, 255, 255 } }, 32 },
	    "broadcast" },
	{ { { .family = FAMILY_V6 }, 128 }, "unspecified" },
	{ { { .family = FAMILY_V6, .bytes = { [15] = 1 } }, 128 }, "loopback" },
	{ { { .family = FAMILY_V6, .bytes = { [10] = 0xff, 0xff } }, 96 },
	    "IPv4 in IPv6" },
	{ { { .family = FAMILY_V6, .bytes = { 0xfe, 0x80 } }, 10 },
	    "link-local" },
	{ { { .family = FAMILY_V6, .bytes = { 0xff } }, 8 }, "multicast" },
};
/* clang-format on */

struct addr_range
martian_range(const struct martian *m)
{
	return (struct addr_range){ m->prefix.addr, prefix_last(&m->prefix) };
}
