/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - which addresses one Service is to have, by all the rules, and why.
 *
 * Looks at the Service, at the groups and at who holds what, and changes none of it.
 * The same question has the same answer.
 */
#ifndef ALLOCATOR_PLAN_PLAN_H
#define ALLOCATOR_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/plan/query.h"
#include "allocator/plan/request.h"
#include "common/prefix.h"

struct service;

/* What a Service that did not get all it asked for waits for. */
enum plan_wait {
	WAIT_NOTHING, /* a change of its own or of a group */
	WAIT_ADDRESS, /* this address */
	WAIT_FREE,    /* a free address in a group, of one of the families */
};

#define PLAN_MESSAGE 384
#define PLAN_FROM " from ServiceGroup " /* ends the addresses in a message */
#define PLAN_GAVE_UP "; gave up "       /* begins what a rule took away */
#define PLAN_KEEPS "; it keeps "        /* begins what a refused one has yet */

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

/* Is the Service of type LoadBalancer and of our class? */
bool plan_is_ours(const struct service *, bool default_class);
/* Why the Service is not ours, for people; NULL: it is. */
const char *plan_not_ours(const struct service *, bool default_class);
/* Fills all of the plan, and the rest of the query. The Service is ours. */
void plan_make(struct plan_query *, struct plan *);
#endif
