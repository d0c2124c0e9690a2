/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_stats - what a session counts, and how it ended last.
 */
#ifndef BGPD_SESSION_STATS_H
#define BGPD_SESSION_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/wire/attr.h"
#include "bgpd/wire/bgp.h"
#include "bgpd/wire/buf.h"
#include "bgpd/wire/update.h"

enum { SESSION_ERROR_CODES = ERR_SEND_HOLD + 1 };

struct session_stats {
	uint64_t in[MSG_TYPES], out[MSG_TYPES]; /* by type */
	uint32_t notifications_in[SESSION_ERROR_CODES];
	uint32_t
	    notifications_out[SESSION_ERROR_CODES]; /* by code; 0: others */
	/* RFC 7606: UPDATEs by the attribute at fault, and what it cost. */
	uint32_t attr_discarded[ATTR_CODES];
	uint32_t attr_withdrawn[ATTR_CODES];
	uint32_t updates_discarded, updates_withdrawn, updates_reset;
	uint32_t flaps;    /* times Established was lost */
	uint32_t attempts; /* to dial */
	uint32_t hold_expired, send_hold_expired;
	uint32_t collisions;  /* connections given up for the other one */
	uint32_t turned_away; /* connections closed before a byte was read */
};

/* RFC 7606: one count for each attribute at fault, one for the whole. */
void session_stats_count(
    struct session_stats *, const struct update *, enum upd_verdict);

/* Why a session is not Established, or what ended it last. */
struct session_error {
	uint8_t code,
	    subcode;   /* of the NOTIFICATION; 0/0: none, TCP's or ours */
	bool received; /* the peer sent it */
	uint64_t at;   /* 0: there was none */
	/* The session was up, and ended so that its routes stay for now. */
	bool graceful;
	char text[512]; /* UTF-8 without control characters; as struct err */
	/*
	 * In session_ops.down only: the NOTIFICATION, header and all, borrowed; left 0:
	 * the session ended without; was that our doing?
	 */
	struct rbuf message;
	bool left;
};
#endif
