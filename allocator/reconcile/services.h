/* SPDX-License-Identifier: Apache-2.0 */
/*
 * services - the Services that reconcile remembers, by namespace and name.
 *
 * A hash whose keys lie in the Services themselves, which come and go with each event:
 * an entry is found by what its Service says now.
 */
#ifndef ALLOCATOR_RECONCILE_SERVICES_H
#define ALLOCATOR_RECONCILE_SERVICES_H

struct svc;

/* The services is NULL when empty; HASH_ITER goes over it in the order of entry. */
void services_add(struct svc **services, struct svc *);
void services_remove(struct svc **services, struct svc *);
struct svc *
services_find(struct svc *services, const char *ns, const char *name);
#endif
