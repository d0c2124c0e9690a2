/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classed - a resource of which nothing counts but whose it is, and what is said of it.
 */
#ifndef ALLOCATOR_POOL_CLASSED_H
#define ALLOCATOR_POOL_CLASSED_H

#include "common/api/meta.h"

struct classed {
	struct meta meta;
	char *class; /* owned */
	struct conditions conditions;
};

/* These two fit into a row of a store's table of kinds. */
void *classed_decode(const json_t *, struct err *);
void classed_free(void *item);
#endif
