/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update - what an UPDATE message that was received says (RFC 4271 4.3, RFC 4760), and
 * what its faults cost (RFC 7606).
 */
#ifndef BGPD_WIRE_UPDATE_H
#define BGPD_WIRE_UPDATE_H

#include "bgpd/wire/attr.h"
#include "bgpd/wire/nlri.h"

enum upd_verdict { /* from good to worst */
	UPD_OK,
	UPD_DISCARD,  /* attributes were left out; take the rest */
	UPD_WITHDRAW, /* take what is in reach[] as withdrawn */
	UPD_RESET,   /* err is filled; of struct update only what_attr counts */
	UPD_VERDICTS /* length of an array indexed by verdict */
};

struct update_ctx { /* what the session agreed */
	bool ebgp;
	bool as4;      /* both sides have 4-octet AS numbers */
	bool first_as; /* the first AS has to be peer_as (eBGP only) */
	uint32_t peer_as;
	bool family[FAMILIES];
	bool add_path[FAMILIES]; /* the peer sends path ids */
	bool extended_next_hop;  /* RFC 8950 */
};

struct update_reach {
	struct nlri nlri;
	struct next_hop next_hop;
};

struct update {
	struct nlri unreach[2];       /* Withdrawn Routes; MP_UNREACH_NLRI */
	struct update_reach reach[2]; /* NLRI; MP_REACH_NLRI */
	struct attrs attrs;           /* of both; without a next hop */
	uint8_t eor;                  /* enum family whose End-of-RIB this is */

	/* Faults, as ATTR_BIT() of the attributes; a missing one counts too. */
	uint64_t discarded;
	uint64_t withdrawn;
	const char *what;  /* the first of the worst; NULL: none */
	uint8_t what_attr; /* for attr_name() */
};

/* The attributes of reach[i], its next hop included. */
static inline struct attrs
update_attrs(const struct update *u, unsigned i)
{
	struct attrs attrs = u->attrs;

	attrs.next_hop = u->reach[i].next_hop;
	return attrs;
}
#endif
