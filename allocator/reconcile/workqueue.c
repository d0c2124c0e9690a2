/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/workqueue.h"

#include <stdlib.h>

#include <utlist.h>

#include "common/alloc.h"

#define FIRST_DELAY 5000 /* ms */

void
workqueue_fini(struct workqueue *q)
{
	free(q->held);
}

void
workqueue_add(struct workqueue *q, struct work *w)
{
	if (w->in_line)
		return;
	w->in_line = true;
	DL_APPEND(q->line, w);
}

struct work *
workqueue_take(struct workqueue *q)
{
	struct work *w = q->line;

	if (w == NULL)
		return NULL;
	DL_DELETE(q->line, w);
	w->in_line = false;
	return w;
}

/* ---- the heap of those held back; places count from 1 ---- */

static struct work **
at(struct workqueue *q, uint32_t place)
{
	return &q->held[place - 1];
}

static void
put(struct workqueue *q, uint32_t place, struct work *w)
{
	*at(q, place) = w;
	w->place = place;
}

static void
sift_up(struct workqueue *q, struct work *w)
{
	uint32_t place = w->place;

	for (; place > 1 && (*at(q, place / 2))->due > w->due; place /= 2)
		put(q, place, *at(q, place / 2));
	put(q, place, w);
}

static void
sift_down(struct workqueue *q, struct work *w)
{
	uint32_t place = w->place;

	while (2 * place <= q->n_held) {
		uint32_t child = 2 * place;

		if (child < q->n_held &&
		    (*at(q, child + 1))->due < (*at(q, child))->due)
			child++;
		if ((*at(q, child))->due >= w->due)
			break;
		put(q, place, *at(q, child));
		place = child;
	}
	put(q, place, w);
}

void
workqueue_let_go(struct workqueue *q, struct work *w)
{
	uint32_t place = w->place;

	if (place == 0)
		return;
	struct work *last = *at(q, q->n_held--);

	w->place = 0;
	q->n_away -= w->away;
	w->away = false;
	if (last == w)
		return;
	put(q, place, last);
	sift_up(q, last);
	sift_down(q, last);
}

void
workqueue_add_after(struct workqueue *q, struct work *w, uint64_t due)
{
	workqueue_let_go(q, w);
	if (q->n_held == q->room) {
		q->room = q->room * 2 + 16;
		q->held = xrealloc(q->held, q->room, sizeof(*q->held));
	}
	w->due = due;
	put(q, ++q->n_held, w);
	sift_up(q, w);
}

uint64_t
workqueue_delay(unsigned failures, uint64_t most)
{
	uint64_t delay = FIRST_DELAY;

	while (failures-- > 0 && delay < most)
		delay *= 2;
	return delay < most ? delay : most;
}

void
workqueue_add_failed(
    struct workqueue *q, struct work *w, uint64_t most, uint64_t now)
{
	workqueue_add_after(q, w, now + workqueue_delay(w->failures, most));
	if (w->failures < UINT8_MAX)
		w->failures++;
}

void
workqueue_add_away(
    struct workqueue *q, struct work *w, uint64_t most, uint64_t now)
{
	workqueue_add_failed(q, w, most, now);
	w->away = true;
	q->n_away++;
}

bool
workqueue_is_held(const struct work *w)
{
	return w->place != 0;
}

void
workqueue_forget(struct workqueue *q, struct work *w)
{
	workqueue_let_go(q, w);
	w->failures = 0;
}

void
workqueue_remove(struct workqueue *q, struct work *w)
{
	workqueue_forget(q, w);
	if (w->in_line)
		DL_DELETE(q->line, w);
	w->in_line = false;
}

/* As if they were entered anew, one after the other. */
void
workqueue_hasten(struct workqueue *q, uint64_t due)
{
	for (uint32_t place = 1; q->n_away > 0; place++) {
		struct work *w = *at(q, place);

		if (!w->away)
			continue;
		w->away = false;
		q->n_away--;
		if (w->due <= due)
			continue;
		w->due = due++;
		sift_up(q, w);
	}
}

void
workqueue_run(struct workqueue *q, uint64_t now)
{
	while (q->n_held > 0 && (*at(q, 1))->due <= now) {
		struct work *w = *at(q, 1);

		workqueue_let_go(q, w);
		workqueue_add(q, w);
	}
}

uint64_t
workqueue_due(const struct workqueue *q)
{
	return q->n_held > 0 ? q->held[0]->due : UINT64_MAX;
}
