/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh - the ROUTE-REFRESH message (RFC 2918, RFC 7313).
 */
#ifndef BGPD_WIRE_REFRESH_H
#define BGPD_WIRE_REFRESH_H

#include "bgpd/wire/bgp.h"
#include "common/prefix.h"

enum refresh_kind {
	REFRESH_REQUEST = 0,
	REFRESH_BEGIN = 1, /* BoRR, RFC 7313 */
	REFRESH_END = 2,   /* EoRR */
	REFRESH_UNKNOWN    /* to be ignored */
};

struct refresh {
	uint8_t family; /* FAMILY_NONE: not one of ours, to be ignored */
	uint8_t kind;   /* enum refresh_kind */
};

/* enhanced: RFC 7313 is agreed; without it the subtype is a reserved octet. */
bool refresh_parse(
    struct rbuf body, bool enhanced, struct refresh *, struct bgp_err *);
bool refresh_build(struct wbuf *, const struct refresh *);
#endif
