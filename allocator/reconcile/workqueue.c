/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/workqueue.h"

#include <utlist.h>

void
workqueue_add(struct workqueue *a, struct svc *s)
{
	if (s->in_todo)
		return;
	s->in_todo = true;
	DL_APPEND2(a->todo, s, todo_prev, todo_next);
}

struct svc *
workqueue_take(struct workqueue *a)
{
	struct svc *s = a->todo;

	if (s == NULL)
		return NULL;
	DL_DELETE2(a->todo, s, todo_prev, todo_next);
	s->in_todo = false;
	return s;
}

static bool
waits_for_retry(enum out_state state)
{
	return state == OUT_FAILED || state == OUT_STUCK;
}

void
workqueue_set_out(struct workqueue *a, struct svc *s, enum out_state state)
{
	if (s->out == OUT_QUEUED) {
		DL_DELETE2(a->out, s, out_prev, out_next);
		a->n_out--;
	}
	if (waits_for_retry(s->out))
		DL_DELETE2(a->failed, s, out_prev, out_next);
	s->out = state;
	if (state == OUT_QUEUED) {
		DL_APPEND2(a->out, s, out_prev, out_next);
		a->n_out++;
	}
	if (waits_for_retry(state))
		DL_APPEND2(a->failed, s, out_prev, out_next);
}

void
workqueue_retry(struct workqueue *a)
{
	struct svc *s, *next;

	DL_FOREACH_SAFE2 (a->failed, s, next, out_next) {
		if (s->rest > 0 && !(s->away && a->back)) {
			s->rest--;
			continue;
		}
		workqueue_set_out(a, s, OUT_QUEUED);
	}
	a->back = false;
}

void
workqueue_set_news(struct workqueue *a, struct svc *s, bool in)
{
	if (s->in_news == in)
		return;
	s->in_news = in;
	if (in)
		DL_APPEND2(a->news, s, news_prev, news_next);
	else
		DL_DELETE2(a->news, s, news_prev, news_next);
}

void
workqueue_remove(struct workqueue *a, struct svc *s)
{
	workqueue_set_out(a, s, OUT_NONE);
	workqueue_set_news(a, s, false);
	if (s->in_todo)
		DL_DELETE2(a->todo, s, todo_prev, todo_next);
	s->in_todo = false;
}
