/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp - the numbers of the protocol, and a protocol error as a value.
 */
#ifndef BGPD_WIRE_BGP_H
#define BGPD_WIRE_BGP_H

#include "bgpd/wire/buf.h"

#define BGP_VERSION 4
#define BGP_PORT 179
#define AS_TRANS 23456u /* RFC 6793 9 */

enum msg_type {
	MSG_OPEN = 1,
	MSG_UPDATE = 2,
	MSG_NOTIFICATION = 3,
	MSG_KEEPALIVE = 4,
	MSG_ROUTE_REFRESH = 5, /* RFC 2918 */
	MSG_TYPES              /* length of an array indexed by type */
};

enum safi { SAFI_UNICAST = 1 };

/* Codes and subcodes of NOTIFICATION: RFC 4271 4.5 and as noted. */
enum err_code {
	ERR_SILENT =
	    0, /* close, but send nothing: the fault is in a NOTIFICATION */
	ERR_HEADER = 1,
	ERR_OPEN = 2,
	ERR_UPDATE = 3,
	ERR_HOLD_TIMER = 4,
	ERR_FSM = 5,
	ERR_CEASE = 6,
	ERR_ROUTE_REFRESH = 7, /* RFC 7313 5 */
	ERR_SEND_HOLD = 8      /* RFC 9687 */
};

enum { HEADER_SYNC = 1, HEADER_LENGTH = 2, HEADER_TYPE = 3 };

enum {
	OPEN_VERSION = 1,
	OPEN_PEER_AS = 2,
	OPEN_ROUTER_ID = 3,
	OPEN_PARAMETER = 4,
	OPEN_HOLD_TIME = 6,
	OPEN_CAPABILITY = 7, /* RFC 5492 5 */
	OPEN_ROLE = 11       /* RFC 9234 4.2 */
};

enum {
	UPDATE_LIST = 1,
	UPDATE_UNKNOWN = 2,
	UPDATE_MISSING = 3,
	UPDATE_FLAGS = 4,
	UPDATE_LENGTH = 5,
	UPDATE_ORIGIN = 6,
	UPDATE_NEXT_HOP = 8,
	UPDATE_OPTIONAL = 9,
	UPDATE_NETWORK = 10,
	UPDATE_AS_PATH = 11
};

enum {
	FSM_OPENSENT = 1,
	FSM_OPENCONFIRM = 2,
	FSM_ESTABLISHED = 3
}; /* RFC 6608 */

/* RFC 4486; 9: RFC 8538; 10: RFC 9384. */
enum {
	CEASE_MAX_PREFIXES = 1,
	CEASE_SHUTDOWN = 2,
	CEASE_DECONFIGURED = 3,
	CEASE_RESET = 4,
	CEASE_REJECTED = 5,
	CEASE_CONFIG_CHANGE = 6,
	CEASE_COLLISION = 7,
	CEASE_RESOURCES = 8,
	CEASE_HARD_RESET = 9,
	CEASE_BFD_DOWN = 10
};

enum { REFRESH_LENGTH = 1 }; /* RFC 7313 5 */

/* A reason to reset the session. what is a literal; data borrows from the message. */
struct bgp_err {
	uint8_t code, subcode;
	const char *what;
	struct rbuf data; /* to be echoed in the NOTIFICATION */
};

/* Fills the error. Both return false, so that a refusal is one line. */
bool
bgp_refuse(struct bgp_err *, uint8_t code, uint8_t subcode, const char *what);
bool bgp_refuse_data(struct bgp_err *, uint8_t code, uint8_t subcode,
    const char *what, struct rbuf data);
#endif
