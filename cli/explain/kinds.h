/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - rows of the store that explain reads.
 */
#ifndef CLI_EXPLAIN_KINDS_H
#define CLI_EXPLAIN_KINDS_H

enum explain_kind {
	EXPLAIN_SERVICE, /* the first: all that `show service` reads */
	EXPLAIN_GROUP,
	EXPLAIN_NAMESPACE,
	EXPLAIN_NODE,
	EXPLAIN_SLICE,
	EXPLAIN_VIP,
	EXPLAIN_CONFIGURATION,
	EXPLAIN_PEER,
	EXPLAIN_FILTER,
	EXPLAIN_CIDR,
	EXPLAIN_STATUS, /* items: the status, as JSON */
	EXPLAIN_KINDS
};

struct explain_slice {                /* an item of EXPLAIN_SLICE; all owned */
	struct endpoint_slice *slice; /* as the daemon reads it */
	struct servers *servers;      /* as the allocator does; else NULL */
};
#endif
