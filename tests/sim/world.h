/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world - a virtual clock, a queue of events, and the first promise that was broken.
 *
 * One seed makes all the numbers of a world, and events of one moment happen in the
 * order in which they were asked for: the same seed gives the same trace, of which a
 * hash is kept. Times are ms.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/rng.h"

enum {
	WORLD_COMPLAINT = 256,
	WORLD_ONE_MOMENT = 20000, /* events without time going on: it stalls */
	WORLD_WORK = 4096,        /* messages that one event may cause */
};

struct world_event;

struct world {
	uint64_t now;
	uint64_t until;           /* it runs to there */
	struct world_event *heap; /* owned */
	size_t n, room;
	uint64_t asked;   /* events asked for, ever */
	uint64_t events;  /* that have happened */
	uint64_t moment;  /* … since time last went on */
	uint64_t work;    /* messages of this event */
	uint64_t changes; /* of what packets meet on their way, ever */
	bool still;       /* this event changes nothing that is judged */
	uint64_t hash;    /* of the trace */
	struct rng rng;   /* of all that is not a step of a script */
	bool aloud;       /* the trace is printed */
	char complaint[WORLD_COMPLAINT]; /* "": every promise is kept */
	/* Asked after every event. */
	void (*judge)(void *arg);
	void *judge_arg;
};

typedef void world_fn(void *arg, uint64_t what);

struct world *world_new(uint64_t seed, bool aloud);
void world_free(struct world *);

void
world_at(struct world *, uint64_t at, world_fn *, void *arg, uint64_t what);
/* What was asked for with this arg does not happen. */
void world_forget(struct world *, const void *arg);
/* Until then, or until there is a complaint. */
void world_run(struct world *, uint64_t until);

/* A line of the trace. */
void world_trace(struct world *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A promise is broken; only the first one is kept. */
void world_complain(struct world *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One more message was made; too many in one event are a complaint. */
void world_works(struct world *);
#endif
