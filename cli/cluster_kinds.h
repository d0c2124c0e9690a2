/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_kinds - the objects that the doctor of a cluster reads, and what it keeps of
 * each.
 */
#ifndef CLI_CLUSTER_KINDS_H
#define CLI_CLUSTER_KINDS_H

#include "common/source/store.h"

enum {
	CLUSTER_NODE,
	CLUSTER_NAMESPACE,
	CLUSTER_SERVICE,
	CLUSTER_CONFIGURATION,
	CLUSTER_PEER,
	CLUSTER_FILTER,
	CLUSTER_GROUP,
	CLUSTER_STATUS,
	CLUSTER_VIP,
	CLUSTER_ANY_CONFIGURATION, /* these are the same, whoever has them */
	CLUSTER_ANY_PEER,
	CLUSTER_ANY_GROUP,
	CLUSTER_KINDS
};

/*
 * A CLUSTER_GROUP that can be used is kept as its status; a CLUSTER_STATUS as it is,
 * with "written": when the API server has last taken one of the daemon. Of a Service,
 * a VirtualIP and what comes behind it there is the class (doctor_classes.h).
 */
extern const struct store_kind cluster_kinds[CLUSTER_KINDS];
#endif
