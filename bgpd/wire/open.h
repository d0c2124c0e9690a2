/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open - the OPEN message (RFC 4271 4.2 and 6.2, RFC 9072).
 */
#ifndef BGPD_WIRE_OPEN_H
#define BGPD_WIRE_OPEN_H

#include "bgpd/wire/caps.h"

struct bgp_open {
	uint32_t asn; /* the real one: 4 octets when the peer can */
	uint16_t hold_time;
	uint32_t router_id; /* host order */
	bool has_caps; /* built: false leaves the Capabilities parameter out */
	struct caps caps;      /* without any, IPv4 is a family all the same */
	struct caps_seen seen; /* parsed only */
};

/*
 * Refuses what is wrong for every peer; that the AS or the router id is not the one
 * expected is the session's to say.
 */
bool open_parse(struct rbuf body, struct bgp_open *, struct bgp_err *);
bool open_build(struct wbuf *, const struct bgp_open *);
#endif
