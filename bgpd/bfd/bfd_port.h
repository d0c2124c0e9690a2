/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_port - the way to those who watch whether peers are there. Filled by bfd_io.c,
 * whose thread does the watching; faked by tests.
 */
#ifndef BGPD_BFD_BFD_PORT_H
#define BGPD_BFD_BFD_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/bfd.h"
#include "common/scoped_addr.h"

struct bfd_config {
	uint32_t id; /* whose it is; not 0 */
	struct scoped_addr
	    remote;        /* … with the interface of a link-local one */
	struct addr local; /* FAMILY_NONE: the kernel's choice */
	bool multihop;     /* UDP 4784 (RFC 5883), else 3784 (RFC 5881) */
	bool
	    by_link; /* … instead: it is, unless the node is on the remote's link */
	uint8_t min_ttl; /* with multihop, of what is let in; else it is 255 */
	uint32_t tx_ms, rx_ms; /* not below 10 */
	uint8_t mult;
};

#define BFD_ROW 10000 /* ms: packets that come closer together are a row */

struct bfd_view {
	bool known; /* there is such a session */
	struct bfd_config config;
	uint8_t state, diag;
	uint8_t last_down; /* the diag of the last fall; NONE: there was none */
	uint32_t mine, yours; /* discriminators */
	uint8_t remote_state, remote_diag, remote_mult;
	uint32_t remote_min_tx, remote_min_rx; /* us */
	uint32_t tx_us; /* between what is sent, before jitter; 0: nothing is */
	uint32_t detect_us; /* of silence are too many; 0: not known yet */
	bool poll;          /* new times are being agreed */
	uint64_t since;     /* ms, of that state */
	uint64_t sent, received, flaps;
	uint64_t refused; /* packets that named it, or came from its peer */
	char refusal[64]; /* of the last of these; "": there was none */
	/* Of these, since one that was good, or since a pause of BFD_ROW: … */
	unsigned refused_row;
	uint64_t refused_at; /* ms: … and the last one */
	char trouble[128];   /* why nothing is sent or heard; "": all is well */
};

/* Of all sessions, and of packets that belong to none. */
struct bfd_totals {
	uint64_t sent, received;
	uint64_t refused[BFD_FAULTS];
	uint64_t late; /* times that the thread woke late by 5 ms or more */
	uint64_t latest_us; /* … by how much, at most */
	bool real_time;
	char trouble[128]; /* why it has no real-time priority, or "" */
};

#define BFD_HOLD \
	255000 /* ms: the most that can be said, with 1 s between packets */

/* What the next run has to know of a session that is Up. */
struct bfd_kept {
	struct scoped_addr remote;
	struct addr local;
	bool multihop;
	uint32_t mine, yours;
	uint16_t source; /* port; 0: not known */
};

/* What happened to a session; a fall is never left out, however short it was. */
struct bfd_news {
	uint32_t id;
	uint8_t state; /* enum bfd_state */
	uint8_t diag;
	bool fell;  /* it was Up */
	bool admin; /* … and the peer's is shut down now: RFC 5882 3.2 */
};

struct bfd_port {
	/* Adds it, or changes the one of that id in place. */
	void (*set)(void *arg, const struct bfd_config *);
	/* The peer is told that it is shut down; then it is gone. */
	void (*unset)(void *arg, uint32_t id);
	/* All of them, held ones too, said before it returns; none comes back. */
	void (*admin_down_all)(void *arg);
	/*
	 * Likewise for a restart: peers are told to bear our silence for BFD_HOLD, and
	 * the next run goes on where this one ended.
	 */
	void (*hold_all)(void *arg);
	/*
	 * All that there is to be is set: peers of the run before that nobody has asked
	 * for are told that it is shut down, or they would wait for us for BFD_HOLD.
	 */
	void (*resumed_all)(void *arg);
	/* Fills the view. */
	void (*view)(void *arg, uint32_t id, struct bfd_view *);
	void (*totals)(void *arg, struct bfd_totals *);
	void *arg;
};
#endif
