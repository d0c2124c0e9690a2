/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocators - two replicas with one Lease (tests/fake/fake_cluster.h) beside the nodes
 * of a virtual cluster: what they write into Services goes into its objects.
 */
#ifndef TESTS_SIM_ALLOCATORS_H
#define TESTS_SIM_ALLOCATORS_H

#include <stdint.h>

struct allocators; /* private to allocators.c */
struct cluster;
struct etcd;
struct world;

/* They give addresses that announced.h knows. */
struct allocators *allocators_new(struct world *, struct etcd *, uint64_t seed);
void allocators_free(struct allocators *);

/* "web/svc<nth>"; policy NULL: it is dropped. */
void allocators_put(struct allocators *, unsigned nth, const char *policy);
/* Services are written into the objects again, as if they had never gone back. */
void allocators_copy(struct allocators *);
/* For what can happen to replicas. */
struct cluster *allocators_cluster(struct allocators *);
/* Every Service has an address. */
void allocators_judge_rest(struct allocators *);
#endif
