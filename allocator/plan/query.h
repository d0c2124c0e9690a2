/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - what a plan is asked for: one Service, what it has, and the world it is in.
 */
#ifndef ALLOCATOR_PLAN_QUERY_H
#define ALLOCATOR_PLAN_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/ipam/tenant.h"
#include "common/prefix.h"

struct groups;
struct plan_trace;
struct service;
struct sharing;

struct plan_world { /* borrowed during the call */
	const struct groups *groups;
	const struct ipam *ipam; /* its owners are struct tenant * */
	const struct sharing *sharing;
};

struct plan_query {
	const struct tenant *tenant;
	const struct addr *have; /* its addresses now */
	size_t n_have;
	/* Those it once had and would like back, then those it might share. */
	const struct addr *wish;
	size_t n_wish;
	size_t n_had; /* of the wishes: in its status until that was wiped */
	size_t
	    n_beyond; /* addresses in its status that `have` has no room for */
	const char *said; /* what it was told last when all was well, or NULL */
	const struct plan_trace *trace; /* NULL: nobody listens */
	/* What those with its sharing key have; for the trace alone. */
	const struct addr *mates;
	size_t n_mates;
};
#endif
