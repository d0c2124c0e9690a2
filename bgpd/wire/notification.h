/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notification - the NOTIFICATION message (RFC 4271 4.5) and its shutdown text
 * (RFC 9003).
 */
#ifndef BGPD_WIRE_NOTIFICATION_H
#define BGPD_WIRE_NOTIFICATION_H

#include "bgpd/wire/bgp.h"

enum { SHUTDOWN_TEXT = 128 }; /* octets that we send at most */

struct notification {
	uint8_t code, subcode;
	struct rbuf data; /* borrowed */
	struct rbuf
	    text; /* of Cease 2 and 4; any bytes, cut to what is there */
	/* RFC 8538 3.1: code and subcode are those that a Hard Reset carries. */
	bool hard;
};

/* False when there is not even a subcode; nothing is sent back in any case. */
bool notification_parse(struct rbuf body, struct notification *);

/* Data that does not fit is left out. err->code is not ERR_SILENT. */
bool notification_build(struct wbuf *, const struct bgp_err *);
/* Cease with a text, cut at a character to SHUTDOWN_TEXT; NULL or "": none. */
bool notification_build_cease(struct wbuf *, uint8_t subcode, const char *text);
/* The same, carried by a Hard Reset (RFC 8538 3.1): the peer keeps no routes. */
bool notification_build_hard(struct wbuf *, uint8_t subcode, const char *text);

const char *notification_code_name(uint8_t code); /* "Cease" …, "unknown" */
const char *notification_subcode_name(uint8_t code, uint8_t subcode);
#endif
