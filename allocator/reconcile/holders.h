/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders - who holds which address, written twice.
 *
 * A svc remembers what it holds, ipam finds who holds an address; only this module
 * writes either. Should they ever disagree, which is a fault of ours, nobody knows
 * which of them is right: the books are bad, until they are made anew from what each
 * Service uses by the objects.
 */
#ifndef ALLOCATOR_RECONCILE_HOLDERS_H
#define ALLOCATOR_RECONCILE_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct ipam;
struct svc;

struct holders_ops {
	/* It holds an address that it did not hold before. */
	void (*taken)(void *arg, struct svc *, const struct addr *);
	/* Somebody holds the address no more; others may. */
	void (*left)(void *arg, const struct addr *);
	/* An address was found to be wrong; it has been logged. */
	void (*mismatch)(void *arg);
};

struct holders {
	struct ipam *ipam; /* borrowed */
	const struct holders_ops *ops;
	void *arg;
	uint64_t sum; /* as ipam_sum(), of what all remember */
	bool bad;     /* found so since they were made anew */
};

/* It holds these from now on, and no others: what is new first, then what goes. True
 * when that is a change. */
bool
holders_set(struct holders *, struct svc *, const struct addr *at, size_t n);

/* No disagreement is known. */
bool holders_are_good(const struct holders *);
/* Tells what was wrong, and makes them anew; of that nobody is told. */
void holders_rebuild(struct holders *, struct svc *services);
#endif
