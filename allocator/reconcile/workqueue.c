/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/workqueue.h"

#include <utlist.h>

#define FIRST_DELAY 5000 /* ms */

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

/* ---- those held back ---- */

void
workqueue_let_go(struct workqueue *q, struct work *w)
{
	if (!w->held)
		return;
	DL_DELETE2(q->held, w, earlier, later);
	w->held = false;
	q->n_away -= w->away;
	w->away = false;
}

/* Most are due later than all that are held: delays grow. */
void
workqueue_add_after(struct workqueue *q, struct work *w, uint64_t due)
{
	workqueue_let_go(q, w);
	struct work *before = q->held != NULL ? q->held->earlier : NULL;

	while (before != NULL && before->due > due)
		before = before != q->held ? before->earlier : NULL;
	w->due = due;
	w->held = true;
	DL_APPEND_ELEM2(q->held, before, w, earlier, later);
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
	return w->held;
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
	struct work *w, *later, *before = NULL, *next;

	if (q->n_away == 0)
		return;
	DL_FOREACH_SAFE2 (q->held, w, later, later) {
		if (!w->away)
			continue;
		w->away = false;
		q->n_away--;
		if (w->due <= due)
			continue;
		while ((next = before != NULL ? before->later : q->held) != w &&
		    next->due <= due)
			before = next;
		DL_DELETE2(q->held, w, earlier, later);
		w->due = due++;
		DL_APPEND_ELEM2(q->held, before, w, earlier, later);
		before = w;
	}
}

void
workqueue_run(struct workqueue *q, uint64_t now)
{
	while (workqueue_due(q) <= now) {
		struct work *w = q->held;

		workqueue_let_go(q, w);
		workqueue_add(q, w);
	}
}

uint64_t
workqueue_due(const struct workqueue *q)
{
	return q->held != NULL ? q->held->due : UINT64_MAX;
}
