/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tenant - a Service that holds addresses: what every owner in ipam is.
 */
#ifndef ALLOCATOR_IPAM_TENANT_H
#define ALLOCATOR_IPAM_TENANT_H

#include <stdbool.h>

#include "allocator/ipam/ipam.h"

struct addr_list;
struct service;

struct tenant {
	struct ipam_owner owner; /* first: in ipam it stands for the tenant */
	const struct service *service; /* borrowed */
	struct addr_list *target;      /* owned; what it is to have */
	char *from;     /* owned; the group of that; NULL: not planned */
	bool decided;   /* it will go on using these and no others */
	bool gives_way; /* its terms of sharing have changed: others stay */
};
#endif
