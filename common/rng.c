/* SPDX-License-Identifier: Apache-2.0 */
#include "common/rng.h"

void
rng_init(struct rng *r, uint64_t seed)
{
	r->state = seed;
}

uint32_t
rng_u32(struct rng *r)
{
	/* The mixing steps of splitmix64 (Steele, Lea, Flood 2014). */
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((uint64_t)rng_u32(r) * n) >> 32);
}

uint32_t
rng_jitter(struct rng *r, uint32_t ms)
{
	uint32_t least = (uint32_t)((uint64_t)ms * 3 / 4);

	return least + rng_below(r, ms - least + 1);
}
