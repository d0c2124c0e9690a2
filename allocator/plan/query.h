/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - what a plan is asked for: one Service, what it has, and the world it is in.
 */
#ifndef ALLOCATOR_PLAN_QUERY_H
#define ALLOCATOR_PLAN_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/ipam/tenant.h"
#include "allocator/plan/request.h"
#include "common/prefix.h"

struct groups;
struct plan;
struct plan_steps;
struct service;
struct sharing;

#define PLAN_WISH_MAX (3 * REQUEST_MAX)

struct plan_query {
	const struct groups *groups; /* the world, borrowed */
	const struct ipam *ipam;     /* its owners are tenants */
	const struct sharing *sharing;
	struct plan_steps *steps; /* added to; NULL: nobody asks how */

	const struct tenant *tenant;
	const struct service *service; /* the tenant's */
	struct addr have[REQUEST_MAX]; /* its addresses now */
	size_t n_have;
	/*
	 * Addresses that the Service once had and would like back; plan_make() adds
	 * those it might share, if it needs one.
	 */
	struct addr wish[PLAN_WISH_MAX];
	size_t n_wish;
	size_t n_had; /* of the wishes: in its status until that was wiped */
	size_t
	    n_beyond; /* addresses in its status that `have` has no room for */
	const char *said; /* what it was told last when all was well, or NULL */

	/* What plan_make() finds on its way. */
	struct request request;
	size_t pinned; /* group asked for by name, or GROUPS_NONE */
	struct addr keep[REQUEST_MAX]; /* what it has and may keep */
	size_t n_keep;
	struct plan *plan;
};
#endif
