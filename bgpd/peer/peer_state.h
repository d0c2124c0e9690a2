/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_state - what peer.c, which does as the objects say, and peer_session.c, which
 * hears the session, both know of a peer.
 */
#ifndef BGPD_PEER_PEER_STATE_H
#define BGPD_PEER_PEER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/peer/peer_bfd.h"
#include "bgpd/policy/peer_filters.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/peer/peer_verdict.h"
#include "bgpd/rib/policy.h"
#include "common/prefix.h"

struct agreed;
struct member;
struct next_hop;
struct peers_shared;
struct session;
struct session_ops;

struct peer {
	const struct peers_shared *all;
	char *name;              /* owned */
	char *bgp_peer;          /* owned; of which it is, NULL: of the mesh */
	bool comes;              /* from the prefix of that */
	struct session *session; /* owned */
	void *link;              /* of env.tcp; owned; NULL: a rival has it */
	struct member *member;   /* owned; NULL: session is down */
	uint32_t source;
	uint32_t max_prefixes;
	uint32_t limit_restart;
	uint8_t own_as;    /* numAllowedLocalASNumbers */
	uint64_t reset_at; /* ms; 0: nothing waits for a reset */
	bool keep_next_hop;
	bool
	    node_secret; /* which one its Node says: it may be good elsewhere */
	struct peer_filters filters; /* in force; references */
	struct peer_filters before;  /* until peer_apply(); the same */
	uint32_t filters_as;         /* of ours, that they prepend */
	char *filter_fault;          /* owned; why they stay so, or NULL */
	bool filter_missing; /* one that its BGPPeer names: so on every node */
	bool
	    unheard; /* what was only counted is to be told again, and can't be */
	uint32_t add_path_send; /* paths of a prefix; 0: the best one */
	struct peer_bfd bfd;
	struct peer_restart restart;
	bool unnumbered; /* its BGPPeer names an interface */
	bool leaving;
	bool told_all; /* by this process, whatever came behind it */
	char *blocked; /* owned; NULL: it may run */
	bool shut;     /* its BGPPeer says so */
	bool waits;    /* nobody is behind its interface yet */
	bool off_link; /* the node's own address of IPv6 is elsewhere */
	bool doubts_password;
	char *doubt; /* owned; what is hardly meant so, or NULL */
	struct peer_verdict verdict;
};

/* What a session is given at its birth; its arg is the peer. */
extern const struct session_ops peer_session_ops;

uint64_t peer_now(const struct peers_shared *); /* ms */

/*
 * Next hop self: the session's address; for the other family the InternalIP, unless
 * IPv4 goes by IPv6 next hops (RFC 8950). Of a session at a link-local address that
 * stands beside the InternalIP, and alone where there is none on that link
 * (RFC 2545 3: a router could not tell how to get there).
 */
struct next_hop
peer_next_hop(const struct peer *, const struct agreed *, enum family);
struct group_key peer_group_key(const struct peer *, const struct agreed *);
/*
 * RFC 8212: without a filter what it says is kept to be shown, and not used. That is
 * meant for peers of other ASes: to reflect routes of an internal one is to take them.
 */
enum import_mode peer_import_mode(const struct rib_source *);
struct rib_source peer_rib_source(const struct peer *, const struct agreed *);

/* All that it ever said. */
void peer_forget(struct peer *);
/* What waits for it to be back: it is not meant to be. */
void peer_forget_stale(struct peer *);
/* It has said more than it may. */
void peer_over_limit(struct peer *);
#endif
