/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/agenda.h"

#include <stdlib.h>

#include <utlist.h>

#include "common/alloc.h"

void
agenda_fini(struct agenda *a)
{
	free(a->addrs);
}

void
agenda_add(struct agenda *a, struct svc *s)
{
	if (s->in_todo)
		return;
	s->in_todo = true;
	DL_APPEND2(a->todo, s, todo_prev, todo_next);
}

struct svc *
agenda_take(struct agenda *a)
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
agenda_set_out(struct agenda *a, struct svc *s, enum out_state state)
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
agenda_retry(struct agenda *a)
{
	struct svc *s, *next;

	DL_FOREACH_SAFE2 (a->failed, s, next, out_next) {
		if (s->rest > 0 && !(s->away && a->back)) {
			s->rest--;
			continue;
		}
		agenda_set_out(a, s, OUT_QUEUED);
	}
	a->back = false;
}

void
agenda_set_news(struct agenda *a, struct svc *s, bool in)
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
agenda_remove(struct agenda *a, struct svc *s)
{
	agenda_set_out(a, s, OUT_NONE);
	agenda_set_news(a, s, false);
	if (s->in_todo)
		DL_DELETE2(a->todo, s, todo_prev, todo_next);
	s->in_todo = false;
}

void
agenda_add_addr(struct agenda *a, const struct addr *addr)
{
	if (a->n_addrs == a->addr_room) {
		a->addr_room = a->addr_room * 2 + 16;
		a->addrs = xrealloc(a->addrs, a->addr_room, sizeof(*a->addrs));
	}
	a->addrs[a->n_addrs++] = *addr;
}

bool
agenda_take_addr(struct agenda *a, struct addr *addr)
{
	if (a->first_addr == a->n_addrs) {
		agenda_forget_addrs(a);
		return false;
	}
	*addr = a->addrs[a->first_addr++];
	return true;
}

void
agenda_forget_addrs(struct agenda *a)
{
	a->first_addr = a->n_addrs = 0;
}
