/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - what a Service asks of us, read out of its annotations and its spec.
 *
 * Brings the own keys, those of other load balancers and spec.loadBalancerIP to one
 * form, or says why that can't be done. Knows neither pools nor other Services.
 */
#ifndef ALLOCATOR_PLAN_REQUEST_H
#define ALLOCATOR_PLAN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix.h"

struct err;
struct service;

#define REQUEST_MAX 16 /* addresses that one Service may ask for */

enum reason { /* of the condition lbbgp.io/AddressAssigned */
	REASON_ASSIGNED,
	REASON_ADDRESS_IN_USE,
	REASON_ADDRESS_OUTSIDE_POOLS,
	REASON_BAD_REQUEST,
	REASON_CONFLICTING_REQUESTS,
	REASON_FAMILY_MISMATCH,
	REASON_FOREIGN_ADDRESS,
	REASON_GROUP_NOT_FOUND,
	REASON_INVALID_SERVICE,
	REASON_NAMESPACE_NOT_ALLOWED,
	REASON_NO_GROUP,
	REASON_POOL_EXHAUSTED,
	REASON_SERVICE_NOT_ALLOWED,
	REASON_SHARING_CONFLICT,
	REASONS,
};

const char *reason_name(enum reason); /* "Assigned", "PoolExhausted" */

struct request {
	enum reason reason; /* REASON_ASSIGNED: it could be read */
	char group[254];    /* "": any that assigns by itself */
	struct addr requested[REQUEST_MAX];
	size_t n_requested; /* 0: any address */
};

/* False: request->reason, and err has the words for it. */
bool request_read(const struct service *, struct request *, struct err *);

/* "10.0.0.1, fd00::1", or as a JSON list. False: not a list of addresses. */
bool request_parse_addrs(
    const char *text, struct addr addrs[REQUEST_MAX], size_t *n, struct err *);
#endif
