/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr - the path attributes of a route, in the form the rest of the daemon uses.
 *
 * Lists stay in wire form, as cursors that borrow: from the message or the scratch
 * room of update_parse, or from whoever filled the struct in.
 */
#ifndef BGPD_WIRE_ATTR_H
#define BGPD_WIRE_ATTR_H

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

enum attr_code {
	ATTR_LIST = 0, /* not an attribute: the list of them as a whole */
	ATTR_ORIGIN = 1,
	ATTR_AS_PATH = 2,
	ATTR_NEXT_HOP = 3,
	ATTR_MED = 4,
	ATTR_LOCAL_PREF = 5,
	ATTR_ATOMIC_AGGREGATE = 6,
	ATTR_AGGREGATOR = 7,
	ATTR_COMMUNITIES = 8,           /* RFC 1997 */
	ATTR_ORIGINATOR_ID = 9,         /* RFC 4456 */
	ATTR_CLUSTER_LIST = 10,         /* RFC 4456 */
	ATTR_MP_REACH = 14,             /* RFC 4760 */
	ATTR_MP_UNREACH = 15,           /* RFC 4760 */
	ATTR_EXT_COMMUNITIES = 16,      /* RFC 4360 */
	ATTR_AS4_PATH = 17,             /* RFC 6793 */
	ATTR_AS4_AGGREGATOR = 18,       /* RFC 6793 */
	ATTR_IPV6_EXT_COMMUNITIES = 25, /* RFC 5701 */
	ATTR_LARGE_COMMUNITIES = 32,    /* RFC 8092 */
	ATTR_OTC = 35,                  /* RFC 9234 */
	ATTR_CODES /* length of an array indexed by known codes; at most 64 */
};
#define ATTR_BIT(code) (UINT64_C(1) << (code))

enum {
	ATTR_OPTIONAL = 0x80,
	ATTR_TRANSITIVE = 0x40,
	ATTR_PARTIAL = 0x20,
	ATTR_EXTENDED = 0x10 /* the length has two octets */
};

enum { ORIGIN_IGP = 0, ORIGIN_EGP = 1, ORIGIN_INCOMPLETE = 2 };

/* Well-known communities. */
#define COMMUNITY_GRACEFUL_SHUTDOWN 0xffff0000u /* RFC 8326 */
#define COMMUNITY_NO_EXPORT 0xffffff01u         /* RFC 1997 */
#define COMMUNITY_NO_ADVERTISE 0xffffff02u
#define COMMUNITY_NO_EXPORT_SUBCONFED 0xffffff03u

struct next_hop {
	struct addr addr;       /* FAMILY_NONE: none */
	struct addr link_local; /* IPv6 beside addr, or FAMILY_NONE */
};

struct attrs {
	uint64_t has;     /* ATTR_BIT() of the fields below that count */
	uint64_t partial; /* of these, those that came with Partial set */
	uint8_t origin;
	struct rbuf as_path; /* 4-octet numbers, see as_path.h; may be empty */
	struct next_hop next_hop; /* counts when addr has a family */
	uint32_t med;
	uint32_t local_pref;
	uint32_t aggregator_as;
	uint32_t aggregator_id;
	uint32_t originator_id;
	uint32_t otc;
	struct rbuf communities;          /* 4 bytes each */
	struct rbuf ext_communities;      /* 8 */
	struct rbuf ipv6_ext_communities; /* 20 */
	struct rbuf large_communities;    /* 12 */
	struct rbuf cluster_list;         /* 4 */
	struct rbuf unknown; /* whole attributes to pass on, Partial is set */
};

static inline bool
attrs_has(const struct attrs *a, enum attr_code code)
{
	return (a->has & ATTR_BIT(code)) != 0;
}

bool attrs_has_community(const struct attrs *, uint32_t community);

/*
 * Writes all attributes but MP_REACH and MP_UNREACH, in the order of their codes:
 * NEXT_HOP only for IPv4 prefixes with an IPv4 next hop; without as4 AS_PATH and
 * AGGREGATOR get 2-octet numbers and, where needed, AS4_PATH and AS4_AGGREGATOR.
 */
bool attrs_build(struct wbuf *, const struct attrs *, enum family, bool as4);

/* "ORIGIN" …; "attribute list" for ATTR_LIST; else "unknown". */
const char *attr_name(uint8_t code);
/* ATTR_OPTIONAL and ATTR_TRANSITIVE, as one that we know has to have them. */
uint8_t attr_flags(enum attr_code);
#endif
