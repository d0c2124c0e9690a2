/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block_affinity - Calico IPAM's note that a block of pod addresses is a node's.
 */
#ifndef COMMON_API_BLOCK_AFFINITY_H
#define COMMON_API_BLOCK_AFFINITY_H

#include <stdbool.h>

#include "common/api/meta.h"
#include "common/prefix.h"

struct block_affinity {
	struct meta meta;
	char *node;         /* owned */
	struct prefix cidr; /* host bits cleared */
	bool confirmed;     /* and not deleted: the block is in use */
};

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *block_affinity_decode(const json_t *, struct err *);
void block_affinity_free(void *affinity);
#endif
