/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd - the control packet of BFD, in bytes (RFC 5880 4).
 */
#ifndef BGPD_WIRE_BFD_H
#define BGPD_WIRE_BFD_H

#include "bgpd/wire/buf.h"

#define BFD_LENGTH 24 /* bytes of a packet without authentication */
#define BFD_ROOM 255  /* no packet is longer: its length has one byte */

enum bfd_state { BFD_ADMIN_DOWN, BFD_DOWN, BFD_INIT, BFD_UP, BFD_STATES };

enum bfd_diag { /* why the sender's session changed state last */
	BFD_DIAG_NONE = 0,
	BFD_DIAG_EXPIRED = 1,
	BFD_DIAG_ECHO = 2,
	BFD_DIAG_NEIGHBOR = 3, /* it said that it is down */
	BFD_DIAG_FORWARDING = 4,
	BFD_DIAG_PATH = 5,
	BFD_DIAG_CONCATENATED = 6,
	BFD_DIAG_ADMIN = 7,
	BFD_DIAG_REVERSE = 8,
	BFD_DIAGS = 32, /* what the field has room for */
};

struct bfd_packet {
	uint8_t diag; /* enum bfd_diag, or what later RFCs may add */
	uint8_t state;
	bool poll, final, demand;
	bool own_path; /* C: BFD is not part of what routes are told by */
	uint8_t mult;  /* intervals without a packet that are one too many */
	uint32_t mine, yours; /* discriminators; yours 0: not known yet */
	uint32_t min_tx, min_rx, min_echo; /* us; min_rx 0: send me nothing */
};

enum bfd_fault { /* why a packet is discarded: doc/bgp.md 52 */
	BFD_GOOD,
	BFD_BAD_VERSION,
	BFD_BAD_LENGTH,
	BFD_BAD_MULT,
	BFD_BAD_MULTIPOINT,
	BFD_BAD_MINE,
	BFD_BAD_YOURS, /* none, of a state that knows one */
	BFD_AUTHENTICATED,
	BFD_BAD_TTL,    /* it has come further than it may: by who receives */
	BFD_NO_SESSION, /* … and these */
	BFD_ADMIN,      /* our session is shut down */
	BFD_FAULTS
};

/*
 * The UDP payload, which may be longer than the packet (RFC 5880 6.8.6). With
 * BFD_AUTHENTICATED the packet is filled, and auth says the type, 0 when there is no
 * room for one.
 */
enum bfd_fault bfd_parse(struct rbuf, struct bfd_packet *, uint8_t *auth);
/* 24 bytes; false when there is no room. */
bool bfd_build(struct wbuf *, const struct bfd_packet *);

const char *bfd_state_name(enum bfd_state); /* "AdminDown" … */
const char *bfd_diag_name(uint8_t diag);    /* as in RFC 5880 4.1 */
const char *bfd_fault_name(enum bfd_fault); /* one word, of metrics */
const char *bfd_auth_name(uint8_t type);    /* "Keyed MD5" … */
#endif
