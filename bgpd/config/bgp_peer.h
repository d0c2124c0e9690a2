/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp_peer - the BGPPeer resource: a router that nodes talk to.
 */
#ifndef BGPD_CONFIG_BGP_PEER_H
#define BGPD_CONFIG_BGP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/config/ao_spec.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/restart.h"
#include "bgpd/wire/caps.h"
#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/scoped_addr.h"

enum peer_as {
	PEER_AS_NUMBER,   /* this one */
	PEER_AS_EXTERNAL, /* any but ours */
	PEER_AS_INTERNAL, /* ours */
	PEER_AS_RANGES,   /* one of them, but not ours */
};

struct as_range; /* bgpd/session/session_config.h */

enum peer_bfd_hops {
	PEER_BFD_DERIVED, /* as its BGP session, or its link */
	PEER_BFD_SINGLE_HOP,
	PEER_BFD_MULTIHOP,
};

struct peer_bfd_spec {
	bool enabled;
	uint16_t receive_interval, transmit_interval; /* ms */
	uint8_t detect_multiplier;
	enum peer_bfd_hops hops;
	uint8_t min_ttl; /* over several hops; 0: any */
	bool strict;     /* the session waits for it */
};

/* What fromNode can have: see node_values.h. */
enum node_value_of {
	NODE_VALUE_PEER_IP,
	NODE_VALUE_AS_NUMBER,
	NODE_VALUE_SOURCE,
	NODE_VALUE_SECRET,
	NODE_VALUES,
};

struct node_value { /* of the Node, by one of them; both NULL: not wanted */
	char *annotation, *label; /* owned */
};

#define NODE_SECRET_KEY "password" /* in a Secret that the Node names */

struct bgp_peer {
	struct meta meta;
	struct addr address; /* FAMILY_NONE with peerSelector */
	/*
	 * peerPrefix: it stands for whoever connects from there; address is its first
	 * one. In what is made of it as well; FAMILY_NONE: it has none.
	 */
	struct prefix prefix;
	uint32_t limit;       /* peerLimit: how many may be there at once */
	char zone[ZONE_TEXT]; /* interface of a link-local address; else "" */
	bool unnumbered; /* zone is all that is said: address is all zero */
	enum family
	    gateway; /* address: of the node's default one; or FAMILY_NONE */
	uint16_t port;
	enum peer_as as;
	uint32_t as_number;      /* with PEER_AS_NUMBER */
	struct as_range *ranges; /* owned; with PEER_AS_RANGES */
	size_t n_ranges;
	uint32_t local_as_number; /* 0: the node's */
	/* localASNumberOptions; see struct session_config. */
	bool prepend_as, keep_as, dual_as;
	struct selector nodes;
	struct selector peers; /* peerSelector: it stands for these nodes */
	bool reverse;          /* … and for ours there: reversePeering */
	bool client; /* routeReflectorClient: of a node that reflects */
	struct node_value from_node[NODE_VALUES];
	/*
	 * What neighbors.c made it of, one that stands for others or has fromNode;
	 * NULL: itself.
	 */
	const struct bgp_peer *of;
	/* Why its gateway is not known; what of its Node is no use. Borrowed or NULL */
	const char *waits, *fault;
	struct addr
	    other;    /* of the default gateways one more; or FAMILY_NONE */
	bool wrong;   /* with fault: it is there, and may be mended */
	bool by_mesh; /* made without any */
	bool keep_next_hop;   /* keepOriginalNextHop */
	char *secret_name;    /* owned; NULL: neither password nor tcpAO */
	char *secret_key;     /* owned; of the password, NULL: none */
	struct ao_spec ao;    /* tcpAO */
	uint8_t ttl_security; /* GTSM: hops away at most (RFC 5082), 0: off */
	uint8_t multihop;     /* ebgpMultihop: TTL, 0: directly connected */
	struct addr source;   /* FAMILY_NONE: the node's InternalIP */
	uint16_t hold_time;   /* seconds, 0: never expires */
	uint16_t
	    keepalive_time; /* seconds, 0: a third of the hold time agreed */
	uint16_t connect_retry_time;     /* seconds, the first wait */
	uint16_t connect_retry_max_time; /* seconds, the longest */
	bool families[FAMILIES];         /* by enum family */
	bool families_given;
	uint32_t max_prefixes;         /* of each family, 0: no limit */
	uint32_t max_prefixes_restart; /* seconds, 0: until it is told */
	struct peer_bfd_spec bfd;
	uint8_t own_as; /* numAllowedLocalASNumbers */
	bool passive;
	bool extended_next_hop;      /* RFC 8950 */
	struct filter_names filters; /* instead of the configuration's */
	bool has_restart; /* gracefulRestart, instead of the configuration's */
	struct restart_settings restart;
	uint32_t add_path_send; /* paths of a prefix; 0: the best, without id */
	bool add_path_receive;
	enum role role;   /* ours */
	bool role_strict; /* the peer has to say its own */
	bool extended_messages;
	bool shutdown;
	char *shutdown_message; /* owned; NULL: none */
	bool in_part;           /* something of it is refused */
	struct conditions conditions;
};

#define PEER_ADD_PATH_ALL UINT32_MAX

/* Does it stand for whoever comes from a prefix, and is not one of those? */
bool bgp_peer_is_range(const struct bgp_peer *);

extern const struct fields bgp_peer_fields;
extern const char
    *const bgp_peer_roles[]; /* by enum role, from ROLE_PROVIDER on */

static inline bool
bgp_peer_leaves(const struct bgp_peer *p, enum node_value_of what)
{
	return p->from_node[what].annotation != NULL ||
	    p->from_node[what].label != NULL;
}

static inline bool
bgp_peer_secret_of_node(const struct bgp_peer *p)
{
	return bgp_peer_leaves(p, NODE_VALUE_SECRET);
}

/* What the table has where nothing is said; no name, no address, nothing to free. */
struct bgp_peer bgp_peer_default(void);

/*
 * Address, zone and port, as of peerIP. NULL: they are set; else what the text is not,
 * a literal.
 */
const char *bgp_peer_set_ip(struct bgp_peer *, const char *text);

/*
 * These two fit into a row of a store's table of kinds. NULL and err: refused. A peer
 * and err: good but for that, as one that is shut down always is.
 */
void *bgp_peer_decode(const json_t *, struct err *);
void bgp_peer_free(void *peer);
/*
 * False and err: a field that there is not, or any other refusal. True and err: the
 * same of a peer that is shut down.
 */
bool bgp_peer_known(const json_t *, struct err *);
#endif
