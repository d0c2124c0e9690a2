/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/waiters.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/groups.h"
#include "allocator/plan.h"
#include "common/alloc.h"

struct wait { /* one waiter in one queue */
	struct waiter *waiter;
	struct queue *queue;
	struct wait *prev, *next; /* in the queue */
	struct wait *sibling;     /* the same waiter elsewhere */
	size_t *count;            /* of the group; NULL: counted elsewhere */
};

struct queue {
	struct wait *first;
	struct addr addr;  /* key of a queue for an address */
	UT_hash_handle hh; /* used by those only */
};

struct waiters {
	const struct groups *groups; /* borrowed */
	struct queue *by_group;      /* owned; [group * FAMILIES + family] */
	size_t *counts;              /* owned; waiters of each group */
	struct queue *by_addr;       /* hash, owned */
	struct waiter *line;         /* borrowed, by ticket */
	struct wait *cursor;         /* what waiters_next() gives */
	uint64_t last_ticket;
};

struct waiters *
waiters_new(void)
{
	return xcalloc(1, sizeof(struct waiters));
}

void
waiters_free(struct waiters *w)
{
	if (w == NULL)
		return;
	free(w->by_group);
	free(w->counts);
	free(w);
}

static struct queue *
group_queue(const struct waiters *w, size_t group, enum family family)
{
	return &w->by_group[group * FAMILIES + family];
}

static struct queue *
addr_queue(const struct waiters *w, const struct addr *a)
{
	struct queue *q;

	HASH_FIND(hh, w->by_addr, a, sizeof(*a), q);
	return q;
}

/* Behind all that came before; those who come back find their old place. */
static void
queue_enter(struct queue *q, struct waiter *who, size_t *count)
{
	struct wait *wait = xcalloc(1, sizeof(*wait));
	struct wait *before = q->first != NULL ? q->first->prev : NULL;

	*wait = (struct wait){
		.waiter = who, .queue = q, .sibling = who->waits, .count = count
	};
	who->waits = wait;
	if (count != NULL)
		++*count;
	while (before != NULL && before->waiter->ticket > who->ticket)
		before = before != q->first ? before->prev : NULL;
	if (before != NULL)
		DL_APPEND_ELEM(q->first, before, wait);
	else
		DL_PREPEND(q->first, wait);
}

static void
queue_leave(struct waiters *w, struct wait *wait)
{
	struct queue *q = wait->queue;

	if (w->cursor == wait)
		w->cursor = wait->next;
	if (wait->count != NULL)
		--*wait->count;
	DL_DELETE(q->first, wait);
	free(wait);
	if (q->first != NULL || q->addr.family == FAMILY_NONE)
		return;
	HASH_DEL(w->by_addr, q);
	free(q);
}

static void
leave_queues(struct waiters *w, struct waiter *who)
{
	while (who->waits != NULL) {
		struct wait *wait = who->waits;

		who->waits = wait->sibling;
		queue_leave(w, wait);
	}
}

void
waiters_leave(struct waiters *w, struct waiter **who)
{
	if (*who == NULL)
		return;
	leave_queues(w, *who);
	DL_DELETE(w->line, *who);
	free(*who);
	*who = NULL;
}

static struct waiter *
line_enter(struct waiters *w, void *who)
{
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));

	waiter->who = who;
	waiter->ticket = ++w->last_ticket;
	DL_APPEND(w->line, waiter);
	return waiter;
}

void
waiters_regroup(struct waiters *w, const struct groups *groups)
{
	for (struct waiter *who = w->line; who != NULL; who = who->next) {
		leave_queues(w, who);
		who->families = 0;
		who->addr = (struct addr){ 0 };
	}
	free(w->by_group);
	w->by_group = xcalloc(groups->n * FAMILIES + 1, sizeof(*w->by_group));
	free(w->counts);
	w->counts = xcalloc(groups->n + 1, sizeof(*w->counts));
	w->groups = groups;
}

static void
enter_group(
    struct waiters *w, struct waiter *who, size_t group, uint8_t families)
{
	size_t *count = &w->counts[group];

	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		if (!(families & 1 << f))
			continue;
		queue_enter(group_queue(w, group, f), who, count);
		count = NULL;
	}
}

static void
enter_addr(struct waiters *w, struct waiter *who, const struct addr *a)
{
	struct queue *q = addr_queue(w, a);

	if (q == NULL) {
		q = xcalloc(1, sizeof(*q));
		q->addr = *a;
		HASH_ADD(hh, w->by_addr, addr, sizeof(q->addr), q);
	}
	queue_enter(q, who, NULL);
}

static void
enter_queues(struct waiters *w, struct waiter *who,
    const struct service *service, const struct plan *p)
{
	const struct groups *gs = w->groups;

	who->group = p->wait_group;
	who->families = p->wait_families;
	who->addr = p->wait_addr;
	if (p->wait == WAIT_ADDRESS)
		enter_addr(w, who, &p->wait_addr);
	else if (p->wait_group != GROUPS_NONE)
		enter_group(w, who, p->wait_group, p->wait_families);
	else
		for (size_t i = 0; i < gs->n_by_priority; i++)
			if (group_allows(&gs->at[gs->by_priority[i]], service))
				enter_group(w, who, gs->by_priority[i],
				    p->wait_families);
}

void
waiters_put(struct waiters *w, struct waiter **waiter, void *who,
    const struct service *service, const struct plan *p)
{
	if (p->wait == WAIT_NOTHING && p->reason == REASON_ASSIGNED) {
		waiters_leave(w, waiter);
		return;
	}
	if (*waiter == NULL)
		*waiter = line_enter(w, who);
	else if ((*waiter)->group == p->wait_group &&
	    (*waiter)->families == p->wait_families &&
	    addr_eq(&(*waiter)->addr, &p->wait_addr))
		return;
	leave_queues(w, *waiter);
	enter_queues(w, *waiter, service, p);
}

static struct waiter *
give(struct waiters *w, struct wait *wait)
{
	w->cursor = wait != NULL ? wait->next : NULL;
	return wait != NULL ? wait->waiter : NULL;
}

struct waiter *
waiters_for_group(struct waiters *w, size_t group, enum family family)
{
	return give(w, group_queue(w, group, family)->first);
}

struct waiter *
waiters_for_addr(struct waiters *w, const struct addr *a)
{
	struct queue *q = addr_queue(w, a);

	return give(w, q != NULL ? q->first : NULL);
}

struct waiter *
waiters_next(struct waiters *w)
{
	return give(w, w->cursor);
}

struct waiter *
waiters_all(const struct waiters *w)
{
	return w->line;
}

size_t
waiters_count(const struct waiters *w, size_t group)
{
	return w->counts[group];
}
