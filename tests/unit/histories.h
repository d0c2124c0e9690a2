/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histories - random lists of steps after which promises must be kept.
 *
 * Each step has a seed of its own, so that it does the same whatever was before it. A
 * history that breaks a promise is shrunk, by leaving out steps for as long as it
 * still does, and what is left is played aloud.
 *
 * LBBGP_HISTORIES=N runs N of them, LBBGP_SEED=S begins with that seed; LBBGP_SHRINK=0
 * is for who wants to know no more than whether one breaks a promise.
 */
#ifndef TESTS_UNIT_HISTORIES_H
#define TESTS_UNIT_HISTORIES_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "tests/test.h"

enum { STEPS_MOST = 256 };

struct history; /* each test has its own */

struct step_kind {
	const char *name;
	unsigned often; /* compared with the others */
	void (*happens)(struct history *);
};

struct step {
	const struct step_kind *kind;
	uint32_t seed;
};

struct script { /* a history before it is played */
	uint64_t seed;
	struct step steps[STEPS_MOST];
	unsigned n;
};

struct histories {
	const struct step_kind *kinds; /* the last has no name */
	unsigned count, steps;         /* how many; of each */
	const char
	    *variable;  /* that says how many instead; NULL: LBBGP_HISTORIES */
	unsigned share; /* of these one in so many is run; 0: all are */
	/* Plays it. Is a promise broken? Then aloud tells how and which. */
	bool (*breaks)(const struct script *, bool aloud, void *arg);
	void *arg;
};

static inline const struct step_kind *
random_kind(const struct step_kind *kinds, struct rng *rng)
{
	const struct step_kind *k;
	unsigned sum = 0;

	for (k = kinds; k->name != NULL; k++)
		sum += k->often;
	k = kinds;
	for (unsigned at = rng_below(rng, sum); at >= k->often; k++)
		at -= k->often;
	return k;
}

static inline void
script_make(const struct histories *all, struct script *s, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	*s = (struct script){ .seed = seed, .n = all->steps };
	for (unsigned i = 0; i < s->n; i++)
		s->steps[i] = (struct step){ random_kind(all->kinds, &rng),
			rng_u32(&rng) };
}

/*
 * Until there is a complaint, which the steps write. The numbers of each are its own.
 */
static inline void
script_play(const struct script *s, struct history *h, struct rng *rng,
    const char *complaint, bool aloud)
{
	for (unsigned i = 0; i < s->n && complaint[0] == '\0'; i++) {
		if (aloud)
			print_error("%u: %s\n", i, s->steps[i].kind->name);
		rng_init(rng, s->steps[i].seed);
		s->steps[i].kind->happens(h);
	}
}

/* Without the steps [at, at + cut). */
static inline void
script_cut(struct script *s, unsigned at, unsigned cut)
{
	unsigned end = at + cut < s->n ? at + cut : s->n;

	memmove(
	    s->steps + at, s->steps + end, (s->n - end) * sizeof(s->steps[0]));
	s->n -= end - at;
}

/* Leaves out ever smaller parts for as long as it fails without them. */
static inline void
script_shrink(const struct histories *all, struct script *s)
{
	for (unsigned cut = s->n / 2; cut > 0; cut /= 2)
		for (unsigned at = 0; at < s->n;) {
			struct script fewer = *s;

			script_cut(&fewer, at, cut);
			if (all->breaks(&fewer, false, all->arg))
				*s = fewer;
			else
				at += cut;
		}
}

static inline unsigned long long
number_from(const char *variable, unsigned long long otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static inline void
histories_hold(const struct histories *all)
{
	uint64_t first = number_from("LBBGP_SEED", 1);
	uint64_t n = number_from(
	    all->variable != NULL ? all->variable : "LBBGP_HISTORIES",
	    all->count);
	struct script s;

	if (all->share > 0)
		n = (n + all->share - 1) / all->share;
	for (uint64_t seed = first; seed < first + n; seed++) {
		script_make(all, &s, seed);
		if (!all->breaks(&s, false, all->arg))
			continue;
		if (number_from("LBBGP_SHRINK", 1) == 0)
			fail_msg("LBBGP_SEED=%llu", (unsigned long long)seed);
		script_shrink(all, &s);
		all->breaks(&s, true, all->arg);
		fail_msg("LBBGP_SEED=%llu, shrunk to %u steps",
		    (unsigned long long)seed, s.n);
	}
}
#endif
