/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/ipam - what it costs to find, take and give back an address, in pools of
 * several sizes that are nearly empty or nearly full.
 *
 * Holding is at random places, so that gaps are spread. Of a pool too large to fill,
 * the first million addresses are taken for the whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "allocator/ipam/ipam.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/pool.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/rng.h"

enum { ROUNDS = 200000, MOST = 1 << 20 };

static const char *const pools[] = { "10.0.0.0/24", "10.0.0.0/16", "10.0.0.0/8",
	"fd00::/64" };
static const double fill[] = { 0.10, 0.90, 0.9999 };

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 0 … n-1 in random order; owned. */
static uint32_t *
shuffled(uint32_t n, struct rng *rng)
{
	uint32_t *order = xcalloc(n, sizeof(*order));

	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = rng_below(rng, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	return order;
}

/* Holds that part of the n addresses from the first; returns how many. */
static uint32_t
hold_part(struct ipam *ipam, struct tenant *owners, struct addr first,
    uint32_t n, double part)
{
	struct rng rng;
	uint32_t held = (uint32_t)(n * part);

	rng_init(&rng, 1);
	uint32_t *order = shuffled(n, &rng);

	for (uint32_t i = 0; i < held; i++) {
		struct addr a = first;

		for (unsigned k = family_bytes(a.family), left = order[i];
		     left > 0; left >>= 8)
			a.bytes[--k] |= (uint8_t)left; /* zero in first */
		ipam_hold(ipam, &a, &owners[i]);
	}
	free(order);
	return held;
}

static void
bench(const char *text, double part)
{
	struct addr_range range;
	struct err err;

	if (!addr_range_parse(text, &range, &err))
		abort();
	struct pool *pool =
	    pool_new(&(struct pool_spec){ .ranges = &range, .n_ranges = 1 });
	struct ipam *ipam = ipam_new();
	struct bitset changed;
	uint64_t capacity = pool_capacity(pool, range.first.family);
	uint32_t n = capacity < MOST ? (uint32_t)capacity : MOST;

	bitset_init(&changed, 1);
	ipam_set_pools(ipam, (const struct pool *const[]){ pool }, 1, &changed);
	struct tenant one = { 0 }, *owners = xcalloc(n, sizeof(*owners));
	uint32_t held = hold_part(ipam, owners, range.first, n, part);
	double start = seconds();

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct addr a;

		if (!ipam_lowest_free(ipam, 0, range.first.family, &a))
			abort();
		ipam_hold(ipam, &a, &one);
		ipam_release(ipam, &a, &one);
	}
	printf("%-12s %6.2f %% of %-8u %8u held %8.0f ns\n", text, part * 100,
	    n, held, (seconds() - start) / ROUNDS * 1e9);
	ipam_free(ipam);
	free(owners);
	bitset_fini(&changed);
	pool_free(pool);
}

int
main(void)
{
	puts("find the lowest free, take it, give it back:");
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++)
		for (size_t k = 0; k < sizeof(fill) / sizeof(fill[0]); k++)
			bench(pools[i], fill[k]);
	return 0;
}
