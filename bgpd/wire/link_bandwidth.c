/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/link_bandwidth.h"

#include <math.h>
#include <string.h>

#include "bgpd/wire/bgp.h"
#include "bgpd/wire/buf.h"

/* First octets of a community; the second bit says that it is not transitive. */
#define TYPE_AS2 0x00
#define TYPE_AS4 0x02
#define NON_TRANSITIVE 0x40

#define SUBTYPE 0x04
#define SUBTYPE_WIDE 0x06 /* of IPV6_EXTENDED_COMMUNITIES, 20 octets */
#define OCTETS_WIDE 20

static float
lower(float least, float value)
{
	if (!isfinite(value) || value < 0)
		return least;
	return least < 0 || value < least ? value : least;
}

/* Type, subtype, two octets of AS, the value as IEEE 754 single. */
static float
narrow(struct rbuf r, float least)
{
	uint8_t type = rbuf_u8(&r), subtype = rbuf_u8(&r);

	rbuf_u16(&r);
	uint32_t bits = rbuf_u32(&r);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return (type & ~NON_TRANSITIVE) == TYPE_AS2 && subtype == SUBTYPE
	    ? lower(least, value)
	    : least;
}

/* Type, subtype, 2 of nothing, the value as an integer, 4 octets of AS, 4 unused. */
static float
wide(struct rbuf r, float least)
{
	uint8_t type = rbuf_u8(&r), subtype = rbuf_u8(&r);

	rbuf_u16(&r);
	uint64_t value = (uint64_t)rbuf_u32(&r) << 32;

	value |= rbuf_u32(&r);
	return (type & ~NON_TRANSITIVE) == TYPE_AS4 && subtype == SUBTYPE_WIDE
	    ? lower(least, (float)value)
	    : least;
}

float
link_bandwidth_of(struct rbuf communities, struct rbuf ipv6)
{
	float least = LINK_BANDWIDTH_NONE;

	while (communities.left >= LINK_BANDWIDTH_OCTETS)
		least = narrow(
		    rbuf_cut(&communities, LINK_BANDWIDTH_OCTETS), least);
	while (ipv6.left >= OCTETS_WIDE)
		least = wide(rbuf_cut(&ipv6, OCTETS_WIDE), least);
	return least;
}

void
link_bandwidth_build(uint8_t community[LINK_BANDWIDTH_OCTETS], uint32_t asn,
    bool transitive, float bytes)
{
	struct wbuf w = wbuf_of(community, LINK_BANDWIDTH_OCTETS);
	uint32_t bits;

	memcpy(&bits, &bytes, sizeof(bits));
	wbuf_u8(&w, transitive ? TYPE_AS2 : TYPE_AS2 | NON_TRANSITIVE);
	wbuf_u8(&w, SUBTYPE);
	wbuf_u16(&w, asn <= UINT16_MAX ? (uint16_t)asn : AS_TRANS);
	wbuf_u32(&w, bits);
}
