/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namespace - a Namespace: its labels, for the groups that select by them, and
 * which lbbgp is in it.
 */
#ifndef ALLOCATOR_POOL_NAMESPACE_H
#define ALLOCATOR_POOL_NAMESPACE_H

#include "common/api/meta.h"
#include "common/api/selector.h"

struct namespace
{
	struct meta meta;
	struct labels labels;
	char *class; /* owned; its lbbgp's, by an annotation; NULL: none */
};

/* These two fit into a row of a store's table of kinds. err: what can't be read. */
void *namespace_decode(const json_t *, struct err *);
void namespace_free(void *item);
#endif
