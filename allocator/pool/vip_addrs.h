/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vip_addrs - the addresses of a VirtualIP, which no Service is given.
 */
#ifndef ALLOCATOR_POOL_VIP_ADDRS_H
#define ALLOCATOR_POOL_VIP_ADDRS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/api/meta.h"
#include "common/prefix.h"

typedef struct json_t json_t;
struct err;

struct vip_addrs {
	struct meta meta;
	char *class;     /* owned; whose it is */
	struct addr *at; /* owned; spec.addresses, less their prefix lengths */
	size_t n;
};

/*
 * These two fit into a row of a store's table of kinds. An address that can't be read
 * is left out without a word: the node daemons tell of it. The others count even if
 * the daemons refuse the whole, as they may go by an older value of it.
 */
void *vip_addrs_decode(const json_t *, struct err *);
void vip_addrs_free(void *item);
/* Also of none, which is NULL. */
bool vip_addrs_have(const struct vip_addrs *, const struct addr *);
#endif
