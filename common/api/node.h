/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node - what both programs need to know of a Node.
 */
#ifndef COMMON_API_NODE_H
#define COMMON_API_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/prefix.h"

#define NODE_GROUP "lbbgp.io/"
#define NODE_POD_CIDRS "lbbgp.io/pod-cidrs" /* annotations */
#define NODE_ROUTER_ID "lbbgp.io/router-id"
#define NODE_DRAIN "lbbgp.io/drain"
#define NODE_CLUSTER_ID "lbbgp.io/cluster-id"
#define NODE_EXCLUDE_LABEL \
	"node.kubernetes.io/exclude-from-external-load-balancers"
#define NODE_BGP_READY "lbbgp.io/BGPReady"      /* a condition */
#define NODE_STARTUP_TAINT "lbbgp.io/not-ready" /* key of a taint */

/* What a Node says by its condition NODE_BGP_READY. */
enum node_bgp_ready {
	NODE_BGP_READY_ABSENT,
	NODE_BGP_READY_FALSE,
	NODE_BGP_READY_TRUE,
	NODE_BGP_READY_OTHER, /* Unknown, or no status at all */
};

struct node_taint { /* all owned, "" where there is none */
	char *key, *value, *effect;
};

struct node {
	struct meta meta;
	struct labels labels;
	struct labels annotations; /* those of NODE_GROUP, for BGPPeers */
	struct addr *internal_ips; /* as listed; any family */
	size_t n_internal_ips;
	struct addr *other_ips; /* external ones */
	size_t n_other_ips;
	struct prefix *pod_cidrs; /* spec.podCIDRs, host bits cleared */
	size_t n_pod_cidrs;
	char *annotated_pod_cidrs; /* annotation as written, owned, or NULL */
	char *router_id;           /* annotation as written, owned, or NULL */
	char *cluster_id;          /* the same: it reflects routes */
	char *drain;               /* the same */
	struct node_taint *taints; /* spec.taints */
	size_t n_taints;
	bool cordoned;      /* spec.unschedulable */
	bool not_ready;     /* the Ready condition is not True */
	bool shutting_down; /* Ready is False for that reason */
	bool network_unavailable;
	enum node_bgp_ready bgp_ready;
};

/* The first InternalIP of that family, or NULL. */
const struct addr *node_internal_ip(const struct node *, enum family);

/* An address of any kind. */
bool node_has_address(const struct node *, const struct addr *);
bool node_same_addresses(const struct node *, const struct node *);

/* These two fit into a row of a store's table of kinds. err: what can't be read. */
void *node_decode(const json_t *, struct err *);
void node_free(void *node);
#endif
