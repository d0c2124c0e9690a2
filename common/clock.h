/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - the time, for whoever needs it: the loop's own, or a virtual one in tests.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

struct clock { /* borrowed for good by whoever is given it */
	uint64_t (*now)(void *arg); /* monotonic, ms */
	int64_t (*wall)(void *arg); /* ms since 1970 */
	void *arg;
};

static inline uint64_t
clock_now(const struct clock *c)
{
	return c->now(c->arg);
}

static inline int64_t
clock_wall(const struct clock *c)
{
	return c->wall(c->arg);
}

/* Of two times the sooner; 0 is never. */
static inline uint64_t
clock_sooner(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* What is due is due at that time at the latest. */
static inline void
clock_hasten(uint64_t *due, uint64_t at)
{
	if (at < *due)
		*due = at;
}
#endif
