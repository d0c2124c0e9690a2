/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing - which addresses go with a sharing key, and whether one more may have them.
 *
 * Those who hold an address and agree on all but their ports are one party, whose
 * ports are known together. So a Service is compared with each party and its own ports
 * are looked up, however many share the address.
 */
#ifndef ALLOCATOR_IPAM_SHARING_H
#define ALLOCATOR_IPAM_SHARING_H

#include <stdbool.h>
#include <stddef.h>

struct addr;
struct addrs;
struct ipam;
struct service;
struct sharing; /* private to sharing.c */
struct tenant;

struct sharing *sharing_new(struct ipam *); /* borrowed for good */
void sharing_free(struct sharing *);

/*
 * The tenant holds this address, or is about to hold it no more. What its Service says
 * of sharing is the same at both times: a change of that is a leave and an enter.
 */
void
sharing_enter(struct sharing *, const struct addr *, const struct tenant *);
void
sharing_leave(struct sharing *, const struct addr *, const struct tenant *);

/* Can all others who hold the address share it with the tenant? */
bool sharing_fits(
    const struct sharing *, const struct addr *, const struct tenant *);
/* The oldest holder with which the tenant can't share the address, or NULL. */
const struct tenant *sharing_rival(
    const struct sharing *, const struct addr *, const struct tenant *);
/* Why not, as what comes after "10.0.0.1 is held by …: ". */
const char *sharing_refusal(const struct tenant *, const struct tenant *rival);
/*
 * Appends the addresses that others with its key hold and are to go on having, up to
 * `most` in all; unless `all`, only those that it can have too, and one of a pool and
 * family.
 */
void sharing_find(const struct sharing *, const struct tenant *, bool all,
    struct addrs *, size_t most);
#endif
