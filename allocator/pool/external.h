/* SPDX-License-Identifier: Apache-2.0 */
/*
 * external - which externalIPs the nodes announce: a BGPConfiguration, as far as the
 * allocator asks for it.
 */
#ifndef ALLOCATOR_POOL_EXTERNAL_H
#define ALLOCATOR_POOL_EXTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/api/meta.h"
#include "common/prefix.h"

typedef struct json_t json_t;
struct err;

struct external {
	struct meta meta;
	char *class;       /* owned; whose it is */
	struct prefix *at; /* owned; spec.serviceExternalIPs */
	size_t n;
};

/*
 * These two fit into a row of a store's table of kinds. What can't be read is left out
 * without a word: the node daemons tell of it.
 */
void *external_decode(const json_t *, struct err *);
void external_free(void *item);
bool external_has(const struct external *, const struct addr *);
#endif
