/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_bfd - the BFD session beside the BGP session of a peer: when there is one, how
 * it is to be, and what its news means (RFC 5882).
 */
#ifndef BGPD_PEER_PEER_BFD_H
#define BGPD_PEER_PEER_BFD_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/bfd/bfd_port.h"

struct bgp_peer;
struct session_config;

struct peer_bfd {
	const struct bfd_port *port; /* borrowed; NULL: nobody watches */
	uint32_t id;
	bool on, strict;
	bool missing;             /* it is wanted, and nobody watches */
	bool fell;                /* and has not been Up since */
	uint8_t state;            /* enum bfd_state, as of the last news */
	struct bfd_config config; /* while it is on */
};

/* As the BGPPeer and its session have it; runs: the session is meant to be up. */
void peer_bfd_apply(struct peer_bfd *, const struct bgp_peer *,
    const struct session_config *, bool runs);
void
peer_bfd_end(struct peer_bfd *); /* the peer is told that it is shut down */
/*
 * Logs it. True: the peer is not reachable any more, and its BGP session has to end.
 * Not so where the peer says that BFD is shut down: RFC 5882 3.2.
 */
bool
peer_bfd_news(struct peer_bfd *, const char *name, const struct bfd_news *);
/* Why the BGP session waits for it, or NULL: spec.bfd.strict. */
const char *peer_bfd_holds(const struct peer_bfd *);
#endif
