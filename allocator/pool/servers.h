/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers - the addresses of the API server: the endpoints of its own Service.
 */
#ifndef ALLOCATOR_POOL_SERVERS_H
#define ALLOCATOR_POOL_SERVERS_H

#include <stddef.h>

#include "common/prefix.h"

typedef struct json_t json_t;
struct err;

#define SERVERS_API "discovery.k8s.io/v1"
#define SERVERS_KIND "EndpointSlice"
#define SERVERS_NAMESPACE "default"
#define SERVERS_NAME "kubernetes"

struct servers {
	struct addr *at;
	size_t n;
};

/* These two fit into a row of a store's table of kinds. err: what can't be read. */
void *servers_decode(const json_t *, struct err *);
void servers_free(void *item);
#endif
