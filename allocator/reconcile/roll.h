/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roll - the Services that reconcile remembers, by namespace and name.
 *
 * A hash whose keys lie in the Services themselves, which come and go with each event:
 * an entry is found by what its Service says now.
 */
#ifndef ALLOCATOR_RECONCILE_ROLL_H
#define ALLOCATOR_RECONCILE_ROLL_H

struct svc;

/* The roll is NULL when empty; HASH_ITER goes over it in the order of entry. */
void roll_add(struct svc **roll, struct svc *);
void roll_remove(struct svc **roll, struct svc *);
struct svc *roll_find(struct svc *roll, const char *ns, const char *name);
#endif
