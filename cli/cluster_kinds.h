/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_kinds - the objects that the doctor of a cluster reads, and what it keeps of
 * each.
 */
#ifndef CLI_CLUSTER_KINDS_H
#define CLI_CLUSTER_KINDS_H

#include "common/source/store.h"

struct bgp_peer;

enum {
	CLUSTER_NODE,
	CLUSTER_CONFIGURATION,
	CLUSTER_PEER,
	CLUSTER_FILTER,
	CLUSTER_GROUP,
	CLUSTER_STATUS,
	CLUSTER_KINDS
};

struct cluster_peer {
	struct bgp_peer *peer; /* owned */
	char *stray; /* owned: the class that nobody is said to have, or NULL */
};

/*
 * A CLUSTER_PEER is kept as above; a CLUSTER_GROUP that can be used as its status, with
 * "stray" likewise; a CLUSTER_STATUS as it is, with "written": when the API server has
 * last taken one of the daemon.
 */
extern const struct store_kind cluster_kinds[CLUSTER_KINDS];
#endif
