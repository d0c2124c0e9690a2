/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chance - what a step of a history picks, and when what it has begun goes on.
 */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include "tests/sim/scene.h"
#include "tests/sim/world.h"

static inline uint32_t
below(struct history *h, uint32_t n)
{
	return rng_below(&h->rng, n);
}

static inline unsigned
any_node(struct history *h)
{
	return below(h, h->n_nodes);
}

static inline unsigned
any_router(struct history *h)
{
	return below(h, h->n_routers);
}

/* Some ms: moments mostly, minutes at times. */
static inline uint64_t
a_while(struct history *h)
{
	static const uint32_t most[] = { 50, 50, 1000, 1000, 10000, 10000,
		60000, 300000 };

	return below(h, most[below(h, sizeof(most) / sizeof(most[0]))]);
}

/* Longer than a hold time at times. */
static inline uint64_t
a_fault(struct history *h)
{
	return 100 + below(h, below(h, 3) == 0 ? 200000 : 20000);
}

static inline void
go_on(struct history *h)
{
	world_run(h->w, h->w->now + a_while(h));
}

static inline void
later(struct history *h, world_fn *fn, uint64_t what)
{
	world_at(h->w, h->w->now + a_fault(h), fn, h, what);
}
#endif
