/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreed - what the OPENs of both sides come to.
 */
#ifndef BGPD_AGREED_H
#define BGPD_AGREED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/caps.h"

struct bgp_err;
struct bgp_open;
struct session_config;
struct update_ctx;

struct agreed {
	struct addr local,
	    remote; /* of the TCP connection; the caller's to fill */
	uint32_t local_as, remote_as;
	/* With an external peer, RFC 7705; else 0. */
	uint32_t prepend_as; /* in front of what it says */
	uint32_t behind_as;  /* behind local_as in what it is told */
	uint32_t remote_id;
	bool internal;
	enum role role;      /* of ours; RFC 9234: to external peers */
	uint32_t cluster_id; /* to reflect by, with an internal peer; 0 */
	bool client;         /* as session_config has it */
	/* The peer has sent the capability of RFC 9494, whether or not we have. */
	bool knows_long_lived;
	struct caps caps;
	uint16_t hold_time;      /* s; 0: none */
	uint16_t keepalive_time; /* s; 0: none */
};

/* Bytes of a message at most, either way (RFC 8654 4). */
size_t agreed_message_max(const struct agreed *);
/* The OPEN to send. plain: without the Capabilities parameter (RFC 5492 3). */
struct bgp_open agreed_offer(const struct session_config *, bool plain);
/* … says the node's own AS number, where that is another one (RFC 7705). */
void agreed_offer_node_as(struct bgp_open *, const struct session_config *);
/*
 * What is so when it goes out (RFC 4724 3), where it offers graceful restart at all.
 * restarting: the peer has not been told everything by this process. forwarding: what
 * the node forwards by has stayed since the session before.
 */
void agreed_offer_state(struct bgp_open *, bool restarting, bool forwarding);
/* Does the peer keep our routes when TCP ends without a NOTIFICATION (RFC 4724 4.2)? */
bool agreed_keeps_ours(const struct agreed *);
/* RFC 5492 3, where nothing is lost: IPv4 and 2-octet AS numbers only. */
bool
agreed_may_go_plain(const struct session_config *, const struct bgp_open *sent);
/* Refuses an OPEN that is good in itself but not this peer's. */
bool agreed_make(struct agreed *, const struct session_config *,
    const struct bgp_open *ours, const struct bgp_open *theirs,
    struct bgp_err *);
struct update_ctx agreed_update_ctx(const struct agreed *);
#endif
