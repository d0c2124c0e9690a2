/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_session - one BFD session: its state, its times, what is to be sent when
 * (RFC 5880 6.8). Asynchronous mode, no echo, no authentication.
 *
 * Times are in us of a clock that only goes forward. Allocates nothing.
 */
#ifndef BGPD_BFD_BFD_SESSION_H
#define BGPD_BFD_BFD_SESSION_H

#include "bgpd/bfd/bfd_port.h"
#include "common/rng.h"

#define BFD_NEVER UINT64_MAX
#define BFD_SLOW 1000000 /* us between packets while it is not Up: 6.8.3 */
#define BFD_GAP 2000 /* us between any two packets, whatever asks for them */
#define BFD_LAST 3 /* packets that say AdminDown, or hold, before it is gone */
#define BFD_RESUME \
	3000000 /* us that a peer may be silent after a restart of ours */

struct bfd_session {
	struct bfd_config config;
	uint8_t state, diag, last_down;
	uint32_t mine;
	/* What the peer says; yours 0: not known, or silent for too long. */
	uint32_t yours, remote_min_tx, remote_min_rx;
	uint8_t remote_state, remote_diag, remote_mult;
	bool remote_demand;
	/* What we say, and what is in force until a poll has told the peer. */
	uint32_t min_tx, min_rx, tx_used, rx_used;
	bool poll;    /* P until an F comes */
	bool final;   /* the next one has F */
	bool prompt;  /* the next one goes out as soon as it may */
	uint8_t last; /* packets left to say AdminDown; it is gone at 0 */
	bool leaving;
	bool held; /* its last packets have told the peer to bear our silence */
	/* Taken over from the run before, and the peer has not said anything since. */
	bool resumed;
	uint64_t sent_at, send_at, heard_at, detect_at, since;
	uint64_t sent, received, flaps, refused;
	char refusal[64];
	unsigned refused_row; /* as in struct bfd_view, but in us */
	uint64_t refused_at;
};

void bfd_session_init(struct bfd_session *, const struct bfd_config *,
    uint32_t discriminator, uint64_t now);
/* Times and minimum TTL apply in place; addresses are not to be others. */
void bfd_session_change(
    struct bfd_session *, const struct bfd_config *, uint64_t now);
/* AdminDown; it is gone when that was said. */
void bfd_session_leave(struct bfd_session *, uint64_t now);
bool bfd_session_is_gone(const struct bfd_session *);
/*
 * For a restart: the peer is to bear BFD_HOLD of silence. What comes meanwhile is
 * passed over. False: it is not Up, so there is nothing to hold.
 */
bool bfd_session_hold(struct bfd_session *, uint64_t now);
/*
 * It is Up with these discriminators, as the peer knows it. Until the peer agrees, no
 * fall counts.
 */
void
bfd_session_resume(struct bfd_session *, const struct bfd_kept *, uint64_t now);

/* A packet that is for it. True: the state is another now. */
bool bfd_session_receive(
    struct bfd_session *, const struct bfd_packet *, uint64_t now);
/* Is the peer silent for too long? True: the state is another now. */
bool bfd_session_expire(struct bfd_session *, uint64_t now);
/* What is due to be sent; false: nothing is. */
bool bfd_session_output(
    struct bfd_session *, struct bfd_packet *, struct rng *, uint64_t now);
/* When it wants to be looked at next: expire and output; BFD_NEVER: only by packets. */
uint64_t bfd_session_due(const struct bfd_session *);

/* us between packets before jitter; 0: none are sent by themselves. */
uint32_t bfd_session_tx(const struct bfd_session *);
/* us of silence that are too many; 0: not known yet. */
uint64_t bfd_session_detect(const struct bfd_session *);
/* All of the view but trouble. */
void bfd_session_view(const struct bfd_session *, struct bfd_view *);
#endif
