/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peering - whether this node talks to a BGPPeer, and as whom.
 */
#ifndef BGPD_CONFIG_PEERING_H
#define BGPD_CONFIG_PEERING_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/config/restart.h"
#include "bgpd/session/ao.h"
#include "common/err.h"
#include "common/prefix.h"

struct bgp_configuration;
struct bgp_peer;
struct node;
struct secret;
struct secret_value;

enum peering_state {
	PEERING_ELSEWHERE, /* not for this node */
	PEERING_BLOCKED,   /* it must not run; why says the reason */
	PEERING_WAITS,     /* nobody is there yet; the same */
	PEERING_SHUT,      /* shut down by its configuration */
	PEERING_RUN,
};

struct peering {
	enum peering_state state;
	struct err why; /* with PEERING_BLOCKED or _WAITS, or no_secret */
	/* Good in form, but hardly meant so; "": nothing. */
	struct err doubt;
	bool doubts_password; /* that is what it is about */
	/*
	 * It has no password that it could use: so on every node. Blocked for that, a
	 * session that is up need not end.
	 */
	bool no_secret;
	uint32_t local_as;
	uint32_t node_as; /* of the node, where that is another */
	uint32_t router_id;
	uint32_t cluster_id; /* 0: the node reflects no routes */
	struct addr source;  /* of the session */
	struct addr remote; /* all zero with interface, while it is not known */
	struct restart_settings restart;
	const struct secret_value *password; /* borrowed; NULL: none usable */
	struct ao_key ao[AO_KEYS_MOST];      /* secrets borrowed */
	size_t n_ao;
};

struct peering_view { /* all borrowed, each may be NULL */
	const struct node *node;
	const struct bgp_configuration *config;
	const char *ns;              /* where Secrets are, for a message */
	const struct secret *secret; /* the one that the peer names */
	const struct bgp_peer
	    *older; /* selects us for the same address, or prefix */
	const struct bgp_peer *beside; /* … by another port, if it is passive */
	/* Found behind the interface that the peer names, or why not (literal). */
	const struct addr *router;
	const char *no_router;
	const char *no_ao; /* the kernel has none, in words */
};

struct peering
peering_decide(const struct bgp_peer *, const struct peering_view *);
/*
 * Does the peer's selector choose the node, and is its address not the node's? Of one
 * with peerSelector: is the node at one of its ends? A peerPrefix may begin with the
 * node's address: others are in it, too.
 */
bool peering_selects(const struct bgp_peer *, const struct node *);

/*
 * The BGP identifier of a node, in 1.0.0.0 … 223.255.255.255 outside 127.0.0.0/8: its
 * annotation, else what the configuration says, else a hash of its name.
 */
uint32_t
peering_router_id(const struct node *, const struct bgp_configuration *);
/* False and err: the annotation names an id that is not used. */
bool peering_router_id_fits(const struct node *, struct err *);
/*
 * The cluster whose routes the node reflects (RFC 4456 7), by its annotation; 0: it
 * does not. Nodes of one cluster have the same.
 */
uint32_t peering_cluster_id(const struct node *);
bool peering_cluster_id_fits(const struct node *, struct err *);
#endif
