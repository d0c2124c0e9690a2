/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fnv.h"

#define START 1000000 /* ms */

struct world_event {
	uint64_t at, order;
	world_fn *fn; /* NULL: forgotten */
	void *arg;
	uint64_t what;
};

struct world *
world_new(uint64_t seed, bool aloud)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->now = w->until = START;
	w->hash = FNV_START;
	w->aloud = aloud;
	rng_init(&w->rng, seed);
	return w;
}

void
world_free(struct world *w)
{
	free(w->heap);
	free(w);
}

/* --- The queue: a heap, the next event first. --- */

static bool
comes_before(const struct world_event *a, const struct world_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct world *w, size_t a, size_t b)
{
	struct world_event t = w->heap[a];

	w->heap[a] = w->heap[b];
	w->heap[b] = t;
}

static void
sift_up(struct world *w, size_t i)
{
	while (i > 0 && comes_before(&w->heap[i], &w->heap[(i - 1) / 2])) {
		swap(w, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
sift_down(struct world *w)
{
	for (size_t i = 0, least = 0;; i = least) {
		for (size_t child = 2 * i + 1;
		     child <= 2 * i + 2 && child < w->n; child++)
			if (comes_before(&w->heap[child], &w->heap[least]))
				least = child;
		if (least == i)
			return;
		swap(w, i, least);
	}
}

void
world_at(struct world *w, uint64_t at, world_fn *fn, void *arg, uint64_t what)
{
	if (w->n == w->room) {
		w->room = w->room > 0 ? 2 * w->room : 64;
		w->heap = xrealloc(w->heap, w->room, sizeof(w->heap[0]));
	}
	w->heap[w->n++] = (struct world_event){ at > w->now ? at : w->now,
		w->asked++, fn, arg, what };
	sift_up(w, w->n - 1);
}

void
world_forget(struct world *w, const void *arg)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->heap[i].arg == arg)
			w->heap[i].fn = NULL;
}

static struct world_event
take_next(struct world *w)
{
	struct world_event e = w->heap[0];

	w->heap[0] = w->heap[--w->n];
	sift_down(w);
	return e;
}

/* --- Time. --- */

static void
happen(struct world *w, const struct world_event *e)
{
	if (e->at > w->now)
		w->moment = 0;
	w->now = e->at;
	w->work = 0;
	w->still = false;
	w->events++;
	e->fn(e->arg, e->what);
	if (++w->moment > WORLD_ONE_MOMENT)
		world_complain(w, "time does not go on");
	if (!w->still)
		w->judge(w->judge_arg);
}

void
world_run(struct world *w, uint64_t until)
{
	w->until = until;
	while (w->n > 0 && w->heap[0].at <= until && w->complaint[0] == '\0') {
		struct world_event e = take_next(w);

		if (e.fn != NULL)
			happen(w, &e);
	}
	if (w->complaint[0] == '\0')
		w->now = until;
}

/* --- What is told. --- */

void
world_trace(struct world *w, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	w->hash = fnv_add(w->hash, (const char *)&w->now, sizeof(w->now));
	w->hash = fnv_add(w->hash, text, (size_t)n < sizeof(text) ? n : 255);
	if (w->aloud)
		fprintf(stderr, "%llu.%03u %s\n",
		    (unsigned long long)w->now / 1000,
		    (unsigned)(w->now % 1000), text);
}

void
world_complain(struct world *w, const char *fmt, ...)
{
	va_list ap;

	if (w->complaint[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(w->complaint, sizeof(w->complaint), fmt, ap);
	va_end(ap);
	world_trace(w, "BROKEN: %s", w->complaint);
}

void
world_works(struct world *w)
{
	if (++w->work > WORLD_WORK)
		world_complain(w, "one event causes messages without end");
}
