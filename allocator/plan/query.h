/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - what a plan is asked for, and what comes of it.
 */
#ifndef ALLOCATOR_PLAN_QUERY_H
#define ALLOCATOR_PLAN_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/ipam/ipam.h"
#include "allocator/plan/request.h"
#include "common/prefix.h"

struct bitset;
struct groups;
struct plan_steps;
struct service;
struct sharing;

/* What a Service that did not get all it asked for waits for. */
enum plan_wait {
	WAIT_NOTHING, /* a change of its own or of a group */
	WAIT_ADDRESS, /* this address */
	WAIT_FREE,    /* a free address in a group, of one of the families */
};

#define PLAN_MESSAGE 384
#define PLAN_FROM " from ServiceGroup " /* ends the addresses in a message */
#define PLAN_GAVE_UP "; gave up "       /* begins what a rule took away */
#define PLAN_VIP "an address of VirtualIP " /* begins whose it is */
#define PLAN_KEEPS "; it keeps " /* begins what a refused one has yet */

struct plan {
	struct addr addrs[REQUEST_MAX]; /* in the order of the status */
	size_t n;
	char from[254]; /* the group; "" when n is 0 or it is not known */
	bool foreign;   /* not ours to change */
	bool retained;  /* it has an address that no pool has any more */

	enum reason reason; /* REASON_ASSIGNED: nothing to complain about */
	char message[PLAN_MESSAGE];

	enum plan_wait wait;
	/* Asked for; the Service is told who holds it, whatever else it waits for. */
	struct addr wait_addr;
	size_t wait_group;     /* GROUPS_NONE: all that assign by themselves */
	uint8_t wait_families; /* 1 << family */
};

#define PLAN_WISH_MAX (3 * REQUEST_MAX)

struct plan_query { /* one Service, what it has, and the world it is in */
	const struct groups *groups; /* the world, borrowed */
	const struct ipam *ipam;     /* its owners are tenants */
	const struct sharing *sharing;
	struct plan_steps *steps; /* added to; NULL: nobody asks how */

	const struct tenant *tenant;
	const struct service *service; /* the tenant's */
	struct addr have[REQUEST_MAX]; /* its addresses now */
	size_t n_have;
	bool wiped; /* that is by its record alone: the status was wiped */
	/*
	 * Addresses that the Service once had and would like back; if it needs one,
	 * plan_make() adds those it might share, and takes out those it can't have.
	 */
	struct addr wish[PLAN_WISH_MAX];
	size_t n_wish;
	size_t
	    n_beyond; /* addresses in its status that `have` has no room for */
	const char *said; /* what it was told last when all was well, or NULL */

	/* What plan_make() finds on its way. */
	struct request request;
	/* The group that its addresses came from, also if its record is lost; NULL. */
	const char *origin;
	size_t pinned; /* group asked for by name, or GROUPS_NONE */
	struct addr keep[REQUEST_MAX]; /* what it has and may keep */
	size_t n_keep;
	size_t wish_group[PLAN_WISH_MAX]; /* of each wish that is left */
	size_t only; /* candidate; GROUPS_NONE: all that assign by themselves */
	size_t first, end; /* candidates: these groups but for the last */
	/* And of them those that the namespace may use; borrowed. NULL: only one. */
	const struct bitset *near;
	struct plan *plan;
};

size_t query_count_family(const struct addr *, size_t n, enum family);
bool query_wants_family(const struct service *, enum family);
/* One family alone is of no use to it. */
bool query_needs_all(const struct plan_query *);
/* Has its pool gone, and does the group want such addresses back? */
bool query_is_reclaimed(const struct plan_query *, const struct addr *);
#endif
