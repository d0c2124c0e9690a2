/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caps - what a speaker can do, as its OPEN says it (RFC 5492).
 *
 * Parsed is whatever a peer may tell; built is what this daemon honours.
 */
#ifndef BGPD_WIRE_CAPS_H
#define BGPD_WIRE_CAPS_H

#include "bgpd/wire/bgp.h"
#include "common/prefix.h"

enum { ADD_PATH_RECEIVE = 1, ADD_PATH_SEND = 2 }; /* RFC 7911 4 */

/* What a speaker is to its peer (RFC 9234 4.1); one more than on the wire. */
enum role {
	ROLE_NONE,
	ROLE_PROVIDER,
	ROLE_RS, /* a route server */
	ROLE_RS_CLIENT,
	ROLE_CUSTOMER,
	ROLE_PEER,
	ROLES
};

const char *role_name(enum role); /* as BGPPeers have it; NULL for ROLE_NONE */

struct caps_restart { /* RFC 4724 3, RFC 8538 2 */
	bool present;
	bool restarting;   /* R bit */
	bool notification; /* N bit */
	uint16_t time;     /* s */
	bool family[FAMILIES];
	bool forwarding[FAMILIES]; /* F bit */
};

#define LONG_LIVED_MOST 0xffffff /* s: three octets */

struct caps_long_lived { /* RFC 9494 3.1 */
	bool present;
	bool family[FAMILIES];
	bool forwarding[FAMILIES]; /* F bit */
	uint32_t time[FAMILIES];   /* s */
};

struct caps {
	bool family[FAMILIES];  /* unicast, RFC 4760 8 */
	bool as4;               /* 4-octet AS numbers, RFC 6793 */
	bool route_refresh;     /* RFC 2918 */
	bool enhanced_refresh;  /* RFC 7313 */
	bool extended_message;  /* RFC 8654 */
	bool extended_next_hop; /* IPv4 prefixes by IPv6 next hops, RFC 8950 */
	uint8_t add_path[FAMILIES];
	struct caps_restart restart;
	struct caps_long_lived long_lived;
	bool has_role; /* RFC 9234 */
	uint8_t role;  /* as on the wire */
};

struct caps_seen {          /* what is read beside struct caps; texts borrow */
	uint32_t asn;       /* of the 4-octet AS capability */
	bool multiprotocol; /* any such capability, known family or not */
	bool roles_differ;  /* of several: RFC 9234 4.2 */
	uint16_t ignored;   /* malformed, or a second one that contradicts */
	uint8_t ignored_code;         /* of the last of them */
	struct rbuf hostname, domain; /* FQDN; any bytes */
	struct rbuf software;         /* software version; any bytes */
};

/* The value of one Capabilities parameter; adds to what is there. */
bool caps_parse(struct rbuf, struct caps *, struct caps_seen *);
/*
 * Families, route refresh, extended next hop, extended messages, role, 4-octet AS,
 * add-path, graceful restart, long-lived stale routes.
 */
bool caps_build(struct wbuf *, const struct caps *, uint32_t asn);

/*
 * What holds on a session where both sides have said theirs. add_path reads from
 * our side: ADD_PATH_RECEIVE is set when the peer sends path ids to us. restart and
 * long_lived are what the peer says of itself, for the families of the session; only N
 * is what both say (RFC 8538 2).
 */
struct caps caps_agree(const struct caps *ours, const struct caps *theirs);
#endif
