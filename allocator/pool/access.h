/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access - which groups a Service may have an address of without naming one.
 *
 * Most groups are open to all Services, or to a few namespaces, and so need not be
 * asked one by one. Those with a serviceSelector are: it may look at any label.
 */
#ifndef ALLOCATOR_POOL_ACCESS_H
#define ALLOCATOR_POOL_ACCESS_H

struct access; /* private to access.c */
struct bitset;
struct groups;
struct service;

/* Of those that assign by themselves; they stay borrowed, the struct itself not. */
struct access *access_new(const struct groups *);
void access_free(struct access *);

/* A set that is to hold these and no others; the caller ends it. */
void
access_find(const struct access *, const struct service *, struct bitset *open);
#endif
