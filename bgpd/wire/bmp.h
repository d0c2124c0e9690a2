/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmp - messages of the BGP Monitoring Protocol, version 3 (RFC 7854, RFC 9069).
 * Only a sender has any use for them: a station sends nothing.
 */
#ifndef BGPD_WIRE_BMP_H
#define BGPD_WIRE_BMP_H

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

enum bmp_type { /* RFC 7854 4.1 */
	BMP_ROUTE_MONITORING = 0,
	BMP_STATISTICS = 1,
	BMP_PEER_DOWN = 2,
	BMP_PEER_UP = 3,
	BMP_INITIATION = 4,
	BMP_TERMINATION = 5,
};

enum bmp_peer_type { /* RFC 7854 4.2, RFC 9069 4.1 */
	BMP_GLOBAL = 0,
	BMP_LOC_RIB = 3,
};

enum { /* RFC 7854 4.2; for BMP_LOC_RIB none of them, RFC 9069 4.2 */
	BMP_POST_POLICY = 0x40,
};

enum bmp_down {                     /* RFC 7854 4.9, RFC 9069 5.3 */
	BMP_DOWN_NOTIFIED = 1,      /* by us; the NOTIFICATION follows */
	BMP_DOWN_EVENT = 2,         /* by us, without; an event follows */
	BMP_DOWN_PEER_NOTIFIED = 3, /* by the peer; the NOTIFICATION follows */
	BMP_DOWN_PEER = 4,          /* by the peer, without */
	BMP_DOWN_UNCONFIGURED = 5,  /* nothing more will be told of it */
	BMP_DOWN_LOC_RIB = 6,       /* of BMP_LOC_RIB */
};

enum bmp_end { /* RFC 7854 4.5 */
	BMP_END_ADMIN = 0,
	BMP_END_UNSPECIFIED = 1,
	BMP_END_RESOURCES = 2,
};

enum bmp_stat {                    /* RFC 7854 4.8 */
	BMP_STAT_AS_PATH_LOOP = 4, /* counter */
	BMP_STAT_ADJ_RIB_IN = 7,   /* gauge: routes in it */
	BMP_STAT_LOC_RIB = 8,      /* gauge */
	BMP_STAT_WITHDRAWN = 11,   /* counter: updates taken as withdrawals */
};

struct bmp_peer {
	uint8_t type;     /* enum bmp_peer_type */
	uint8_t flags;    /* BMP_POST_POLICY, or 0 */
	struct addr addr; /* FAMILY_NONE: BMP_LOC_RIB has none */
	uint32_t asn;
	uint32_t id; /* host order */
	uint64_t at; /* ms since 1970; 0: not known */
};

/* Whole messages; false, and nothing written, when it does not fit. */
bool bmp_initiation(struct wbuf *, const char *name, const char *description);
bool bmp_termination(struct wbuf *, enum bmp_end);
/*
 * update: a whole BGP message, header and all, with AS numbers of 4 octets.
 */
bool bmp_route(struct wbuf *, const struct bmp_peer *, struct rbuf update);
/* The OPENs are whole BGP messages. table: of BMP_LOC_RIB, else NULL. */
struct bmp_up {
	struct addr local; /* FAMILY_NONE: BMP_LOC_RIB has none */
	uint16_t local_port, remote_port;
	struct rbuf sent, received;
	const char *table;
};
bool bmp_up(struct wbuf *, const struct bmp_peer *, const struct bmp_up *);
/* data: what follows on the reason. */
bool bmp_down(
    struct wbuf *, const struct bmp_peer *, enum bmp_down, struct rbuf data);

/* RFC 7854 4.8: gauges have 64 bits, counters 32. */
struct bmp_count {
	enum bmp_stat stat;
	uint64_t value;
};
bool bmp_statistics(
    struct wbuf *, const struct bmp_peer *, const struct bmp_count *, size_t n);
#endif
