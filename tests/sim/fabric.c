/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/fabric.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/rng.h"
#include "tests/sim/scene.h"
#include "tests/sim/world.h"

enum {
	LATE_MOST = 500, /* ms, one way */
	UNDER_WAY = 64,  /* words, the newest of which stands for later ones */
};

struct word { /* all that one tells the other */
	struct ranks ranks;
	uint64_t via[ROUTERS]; /* of the reflector: whose it is */
};

/* From a router to the reflector, or back. */
struct way {
	unsigned late; /* ms */
	struct word words[UNDER_WAY], heard;
	uint64_t due[UNDER_WAY]; /* ms */
	unsigned first, n;
};

struct fabric {
	struct world *w;
	unsigned n;
	struct ranks own[ROUTERS];
	struct way up[ROUTERS], down[ROUTERS];
};

static void on_due(void *arg, uint64_t what);

struct fabric *
fabric_new(struct world *w, unsigned n_routers)
{
	struct fabric *f = xcalloc(1, sizeof(*f));

	f->w = w;
	f->n = n_routers;
	for (unsigned k = 0; k < n_routers; k++) {
		f->up[k].late = 1 + rng_below(&w->rng, LATE_MOST);
		f->down[k].late = 1 + rng_below(&w->rng, LATE_MOST);
	}
	return f;
}

void
fabric_free(struct fabric *f)
{
	if (f != NULL)
		world_forget(f->w, f);
	free(f);
}

static const struct word *
last_said(const struct way *way)
{
	return way->n == 0 ? &way->heard
			   : &way->words[(way->first + way->n - 1) % UNDER_WAY];
}

static void
say(struct fabric *f, struct way *way, const struct word *word)
{
	if (memcmp(last_said(way), word, sizeof(*word)) == 0)
		return;
	way->n += way->n < UNDER_WAY;
	unsigned at = (way->first + way->n - 1) % UNDER_WAY;

	way->words[at] = *word;
	way->due[at] = f->w->now + way->late;
	world_at(f->w, way->due[at], on_due, f, 0);
}

static bool
hear(struct fabric *f, struct way *way)
{
	bool any = false;

	for (; way->n > 0 && way->due[way->first] <= f->w->now; way->n--) {
		way->heard = way->words[way->first];
		way->first = (way->first + 1) % UNDER_WAY;
		any = true;
	}
	return any;
}

/* Prefixes for which another router's route is better than the own ones. */
static uint64_t
worse(const struct fabric *f, unsigned k)
{
	const struct word *heard = &f->down[k].heard;
	uint64_t all = 0;

	for (unsigned r = 0; r < RANKS; r++)
		all |= heard->ranks.at_least[r] & ~f->own[k].at_least[r];
	return all & ~heard->via[k];
}

/* A route of another one is not told on (RFC 4271 9.2). */
static void
router_says(struct fabric *f, unsigned k)
{
	struct word word = { 0 };
	uint64_t others = worse(f, k);

	for (unsigned r = 0; r < RANKS; r++)
		word.ranks.at_least[r] = f->own[k].at_least[r] & ~others;
	say(f, &f->up[k], &word);
}

/* Of equal ones the first router's. */
static void
reflector_says(struct fabric *f)
{
	struct word word = { 0 };
	uint64_t given = 0;

	for (unsigned r = RANKS; r-- > 0;)
		for (unsigned k = 0; k < f->n; k++) {
			uint64_t has = f->up[k].heard.ranks.at_least[r];

			word.ranks.at_least[r] |= has;
			word.via[k] |= has & ~given;
			given |= has;
		}
	for (unsigned k = 0; k < f->n; k++)
		say(f, &f->down[k], &word);
}

static void
on_due(void *arg, uint64_t what)
{
	struct fabric *f = arg;
	bool news = false;

	(void)what;
	for (unsigned k = 0; k < f->n; k++)
		news |= hear(f, &f->up[k]);
	if (news)
		reflector_says(f);
	for (unsigned k = 0; k < f->n; k++)
		if (hear(f, &f->down[k]))
			router_says(f, k);
	f->w->changes++;
}

void
fabric_has(struct fabric *f, unsigned router, const struct ranks *own)
{
	f->own[router] = *own;
	router_says(f, router);
}

uint64_t
fabric_sends(const struct fabric *f, unsigned from, unsigned to)
{
	return worse(f, from) & f->down[from].heard.via[to];
}
