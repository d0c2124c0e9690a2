/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipam - which addresses are held, by whom, and which is the next free.
 *
 * An address may have several holders: after a fault, and while one of them moves
 * away. Addresses outside all pools have their place too, because a holder keeps an
 * address whose pool has gone. This is the only place that knows who holds what, from
 * either side. Decides nothing.
 */
#ifndef ALLOCATOR_IPAM_IPAM_H
#define ALLOCATOR_IPAM_IPAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/ipam/addrs.h"
#include "common/prefix.h"

struct bitset;
struct ipam; /* private to ipam.c */
struct pool;
struct service;

#define IPAM_NO_POOL SIZE_MAX

struct tenant { /* a Service that holds addresses; all zero: none */
	struct ipam_holder *first;     /* in the order in which it took them */
	const struct service *service; /* borrowed */
	struct addrs target;           /* owned; what it is to have */
	char *from;     /* owned; the group of that; NULL: not planned */
	bool decided;   /* it will go on using these; see ipam_decide() */
	bool gives_way; /* its terms of sharing have changed: others stay */
};

struct ipam_holder {                     /* one who holds one address */
	struct ipam_holder *next, *prev; /* of this address */
	struct ipam_holder *more;        /* what else the owner holds */
	void *owner; /* what begins with its struct tenant */
	const struct addr *addr;
};

struct ipam *ipam_new(void);
void ipam_free(struct ipam *);

/*
 * The pools from now on, known by their index; no two overlap. `changed` is a set of
 * indices, to which each of them is added, now and when the holders of its addresses
 * change. Borrowed until the next call. Holders stay where they are.
 */
void ipam_set_pools(struct ipam *, const struct pool *const *pools, size_t n,
    struct bitset *changed);

/* False: the owner holds it already. */
bool ipam_hold(struct ipam *, const struct addr *, struct tenant *);
/* False: the owner does not hold it. */
bool ipam_release(struct ipam *, const struct addr *, struct tenant *);
bool ipam_holds(const struct tenant *, const struct addr *);
/* From now on the owner is to go on using its target and no others, or not. */
void ipam_decide(struct ipam *, struct tenant *, bool decided);

/* NULL: free. The order means nothing. */
const struct ipam_holder *
ipam_holders(const struct ipam *, const struct addr *);
size_t ipam_count_holders(const struct ipam *, const struct addr *);
/* Have all holders decided? Also if there are none. */
bool ipam_is_decided(const struct ipam *, const struct addr *);
/* NULL until set: what goes with an address for as long as somebody holds it. */
void **ipam_note(struct ipam *, const struct addr *);
/* The pool that may give this address, or IPAM_NO_POOL: also if it is reserved. */
size_t ipam_pool_of(const struct ipam *, const struct addr *);
/* The pool that would give it if it were not reserved, or IPAM_NO_POOL. */
size_t ipam_pool_with(const struct ipam *, const struct addr *);
/*
 * Nobody is to get the address, whether a pool has it or not; who holds it goes on.
 * False: it is reserved in that name already. The name is copied.
 */
bool ipam_reserve(struct ipam *, const struct addr *, const char *name);
/* False: it is not reserved in that name. */
bool ipam_unreserve(struct ipam *, const struct addr *, const char *name);
/* In whose name it is reserved, the first of them; NULL: it is not. Borrowed. */
const char *ipam_reserved_by(const struct ipam *, const struct addr *);
/*
 * Nobody is to get a resting address while others are free; until it is held again, or
 * woken by the last for whom it rests, who is only compared. An address that is held
 * does not rest.
 */
void ipam_rest(struct ipam *, const struct addr *, const void *by);
void ipam_wake(struct ipam *, const struct addr *, const void *by);

/* The lowest that nobody holds; one that rests only when all of them do. */
bool ipam_lowest_free(
    const struct ipam *, size_t pool, enum family, struct addr *lowest);

/*
 * What is reserved is part of the capacity, and neither used nor available, whether
 * somebody holds it or not.
 */
uint64_t ipam_capacity(const struct ipam *, size_t pool, enum family);
uint64_t ipam_reserved(const struct ipam *, size_t pool, enum family);
uint64_t ipam_used(const struct ipam *, size_t pool, enum family);
uint64_t ipam_available(const struct ipam *, size_t pool, enum family);
#endif
