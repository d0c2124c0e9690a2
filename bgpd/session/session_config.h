/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_config - what one session is configured to be, as a value.
 *
 * Built by core.c from a BGPPeer and the node's view; the session keeps a copy.
 */
#ifndef BGPD_SESSION_CONFIG_H
#define BGPD_SESSION_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/ao.h"
#include "bgpd/wire/caps.h"
#include "common/scoped_addr.h"

enum remote_as_rule {
	REMOTE_AS_NUMBER,   /* exactly remote_as */
	REMOTE_AS_EXTERNAL, /* any but ours */
	REMOTE_AS_INTERNAL, /* ours */
	REMOTE_AS_RANGES    /* one of remote_ranges, and not ours */
};

struct as_range { /* both belong to it */
	uint32_t first, last;
};

/* RFC 4724; what is said of it in the OPEN. */
struct restart_config {
	bool on;
	uint16_t time;       /* s that the peer is asked to wait for us */
	uint32_t long_lived; /* s that it is to keep our routes then; 0: none */
	bool notification;   /* over NOTIFICATIONs as well (RFC 8538) */
};

struct session_config {
	const char *name; /* the log's subject is "peer NAME" */
	struct addr remote;
	char zone
	    [ZONE_TEXT];    /* the interface of a link-local remote; "": none */
	uint16_t port;      /* to dial; 0: 179 */
	struct addr source; /* FAMILY_NONE: the kernel's choice */
	uint32_t local_as;
	/* RFC 7705; node_as 0: local_as is the node's own, and nothing of it holds. */
	uint32_t node_as;
	bool prepend_as; /* local_as, in front of what the peer says */
	bool keep_as;    /* node_as, behind local_as in what it is told */
	bool dual_as; /* node_as in the OPEN to a peer that refuses local_as */
	enum remote_as_rule remote_as_rule;
	uint32_t remote_as;                   /* with REMOTE_AS_NUMBER */
	const struct as_range *remote_ranges; /* with REMOTE_AS_RANGES */
	size_t n_remote_ranges;
	uint32_t router_id;
	uint32_t
	    cluster_id; /* of a reflector (RFC 4456), for internal peers; 0 */
	bool client;    /* with cluster_id: the peer is its client */
	uint16_t hold_time;      /* s; 0: no keepalives, or at least 3 */
	uint16_t keepalive_time; /* s; 0: a third of the hold time */
	uint16_t connect_retry;  /* s before the second try; 0: 5 */
	uint16_t retry_most;     /* s, of later pauses; 0: 60 */
	uint32_t limit_restart;  /* s down after too many prefixes; 0: told */
	bool families[FAMILIES]; /* by enum family: prefixes to exchange */
	bool passive;            /* never dials */
	uint8_t multihop;        /* TTL sent to an external peer; 0: 1 */
	uint8_t ttl_security; /* GTSM: hops away at most, 1 … 254; 0: off */
	struct restart_config restart;
	/* RFC 7911: several paths of a prefix. */
	bool add_path_send, add_path_receive;
	enum role role;         /* of ours, to an external peer; RFC 9234 */
	bool role_strict;       /* the peer has to say its own */
	bool extended_messages; /* RFC 8654: up to 65535 bytes */
	bool extended_next_hop; /* RFC 8950: IPv4 by IPv6 next hops */
	const char *password;   /* TCP MD5, 1 … 80 bytes; NULL: none */
	struct ao_keys ao;      /* TCP-AO, instead */
};

/* The remote with its zone. */
struct scoped_addr session_config_remote(const struct session_config *);
/*
 * Where the session has its peer waited for, beside the node's InternalIPs: at the
 * source, or with all zero for the address at the node's own on that link. False:
 * nowhere else.
 */
bool
session_config_listens(const struct session_config *, struct scoped_addr *at);
/* A copy that owns its strings and ranges; NULL for NULL. */
struct session_config *session_config_dup(const struct session_config *);
void session_config_free(struct session_config *);

/*
 * The first field by which a session that runs under `was` must be reset before
 * `now` holds, in the words of the BGPPeer schema ("holdTime"), or NULL when
 * all applies in place.
 */
const char *session_config_resets(
    const struct session_config *was, const struct session_config *now);

/* ms, for a hold time in s (RFC 9687 4): twice that, and at least 8 minutes. */
uint32_t session_config_send_hold(uint16_t hold_time);
/*
 * Of what is sent: 255 to an internal peer and with GTSM (RFC 5082 3); one hop to an
 * external one unless told otherwise.
 */
uint8_t session_config_ttl(const struct session_config *);
/* Of what is let in; 0: any. */
uint8_t session_config_least_ttl(const struct session_config *);
/* By configuration alone: a rule for external ones, or a number that isn't ours. */
bool session_config_external(const struct session_config *);
#endif
