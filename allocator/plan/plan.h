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

#include "allocator/plan/query.h"
#include "common/api/instance.h"

struct service;

struct plan_class { /* which Services are ours */
	struct instance instance;
	bool unclassed; /* and, of the default one, those without a class */
};

/* Is the Service of type LoadBalancer and of our class? */
bool plan_is_ours(const struct service *, const struct plan_class *);
/* Why the Service is not ours, for people; NULL: it is. */
const char *plan_not_ours(const struct service *, const struct plan_class *);
/*
 * Is it for another lbbgp of this cluster to say what is in its status? Its addresses
 * are taken, and that is all that it is to us.
 */
bool plan_is_of_others(const struct service *, const struct plan_class *);
/* Fills all of the plan, and the rest of the query. The Service is ours. */
void plan_make(struct plan_query *, struct plan *);
#endif
