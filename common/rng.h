/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rng - a seeded source of numbers for jitter: the same seed, the same numbers.
 * Not for secrets.
 */
#ifndef COMMON_RNG_H
#define COMMON_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

void rng_init(struct rng *, uint64_t seed);
uint32_t rng_u32(struct rng *);
uint32_t rng_below(struct rng *, uint32_t n); /* 0 … n-1; 0 when n is 0 */
/* A duration between 75 % and 100 % of ms (RFC 4271 10). */
uint32_t rng_jitter(struct rng *, uint32_t ms);
#endif
