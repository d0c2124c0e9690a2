/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announced - what a node is to announce, by the words of doc/announcing.md and without
 * a line of the daemon's: sets of the few prefixes that there are in a virtual cluster.
 *
 * In a set bit i is 10.60.0.i/32, an address of a Service, bit 48+n the pod CIDR of
 * node n, 10.33.n.0/24, and bit 56+n the aggregate 10.60.0.(16n)/28.
 */
#ifndef TESTS_SIM_ANNOUNCED_H
#define TESTS_SIM_ANNOUNCED_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/prefix.h"

enum {
	ANNOUNCED_ADDRS = 48,
	ANNOUNCED_AGGREGATES = 56,
	ANNOUNCED_IN_AGGREGATE = 16, /* addresses */
};

/* 0: no prefix that anybody may announce. */
uint64_t announced_bit(const struct prefix *);
/* Of one bit. */
struct prefix announced_prefix(unsigned bit);
/* All addresses of that Service in namespace web, whoever serves it. */
uint64_t announced_of(const json_t *objects, const char *service);
/* Does the Node say that it is to be drained? */
bool announced_drained(const json_t *objects, unsigned node);
/* By these objects; "kind/ns/name": object. Drained nodes have got through with it. */
uint64_t announced_by(const json_t *objects, unsigned node);
/* The same, or while they have not. */
uint64_t announced_at_most(const json_t *objects, unsigned node);
/* Of those, the addresses of Services. */
uint64_t announced_services(uint64_t set);
/* All addresses that are in an aggregate of the set. */
uint64_t announced_covered(uint64_t set);
/*
 * Whose packets arrive when they come to that node, by these objects: kube-proxy sends
 * them on to an endpoint, or they are for the node's own pods.
 */
uint64_t announced_served(const json_t *objects, unsigned node);
#endif
