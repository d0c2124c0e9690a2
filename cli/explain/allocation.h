/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocation - why a Service has the addresses it has, or none.
 *
 * Lets the allocator's own reconcile take in all objects, as one that has just been
 * started does, and listens to what it plans.
 */
#ifndef CLI_EXPLAIN_ALLOCATION_H
#define CLI_EXPLAIN_ALLOCATION_H

struct plan_class;
struct service;
struct steps;
struct store;

/*
 * The store's rows are those of kinds.h, the Service is of the store; the allocator is
 * of that class.
 */
void allocation_explain(const struct store *, const struct service *,
    const struct plan_class *, struct steps *);
#endif
