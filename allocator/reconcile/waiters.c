/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/waiters.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/sharing.h"
#include "allocator/plan/plan.h"
#include "allocator/pool/access.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"

struct wait { /* one waiter in one queue */
	struct waiter *waiter;
	struct queue *queue;
	struct wait *prev, *next; /* in the queue */
	struct wait *sibling;     /* the same waiter elsewhere */
};

struct queue {
	struct wait *first;
	struct wait *upcoming; /* the walk has come so far */
	struct addr addr;      /* key of a queue for an address */
	char *key;             /* owned; of a queue for sharers */
	UT_hash_handle hh;     /* used by these two only */
};

/*
 * Who waits for any group stands in one place and not in the queues of 400 groups. A
 * freed address means a look at each crowd, but at none of the waiters to whom its
 * group is closed. There are as many crowds as there are different choices of groups
 * for those who wait: one, or about one for each tenant.
 */
struct crowd {
	struct bitset open; /* groups; its words are the key */
	struct queue queues[FAMILIES];
	size_t n; /* waiters */
	UT_hash_handle hh;
};

struct waiters {
	const struct groups *groups; /* borrowed */
	struct queue *by_group;      /* owned; [group * FAMILIES + family] */
	size_t *counts;              /* owned; waiters for that group alone */
	struct queue *by_addr;       /* hash, owned */
	struct queue *by_key;        /* hash by sharing_name(), owned */
	struct crowd *crowds;        /* hash, owned; none is empty */
	struct bitset changed;       /* groups, for waiters_take_changed() */
	struct waiter *line;         /* borrowed, by ticket */
	uint64_t last_ticket;

	/* The walk of waiters_next(): for an address of a group, or for that one. */
	size_t walk_group; /* or GROUPS_NONE */
	enum family walk_family;
	struct addr walk_addr;
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
	bitset_fini(&w->changed);
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
queue_enter(struct queue *q, struct waiter *who)
{
	struct wait *wait = xcalloc(1, sizeof(*wait));
	struct wait *before = q->first != NULL ? q->first->prev : NULL;

	*wait =
	    (struct wait){ .waiter = who, .queue = q, .sibling = who->waits };
	who->waits = wait;
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

	if (q->upcoming == wait)
		q->upcoming = wait->next;
	DL_DELETE(q->first, wait);
	free(wait);
	if (q->first != NULL)
		return;
	if (q->addr.family != FAMILY_NONE)
		HASH_DEL(w->by_addr, q);
	else if (q->key != NULL)
		HASH_DEL(w->by_key, q);
	else
		return;
	free(q->key);
	free(q);
}

static struct crowd *
crowd_of(struct waiters *w, const struct bitset *open)
{
	size_t key_size = open->n_words * sizeof(*open->words);
	struct crowd *c;

	HASH_FIND(hh, w->crowds, open->words, key_size, c);
	if (c != NULL)
		return c;
	c = xcalloc(1, sizeof(*c));
	bitset_init(&c->open, w->groups->n);
	bitset_add_all(&c->open, open);
	HASH_ADD_KEYPTR(hh, w->crowds, c->open.words, key_size, c);
	return c;
}

/* One more or less waits for it, or for any that are open. */
static void
count_group(struct waiters *w, size_t group, int more)
{
	w->counts[group] += (size_t)more;
	bitset_set(&w->changed, group, true);
}

static void
count_crowd(struct waiters *w, struct crowd *c, int more)
{
	c->n += (size_t)more;
	bitset_add_all(&w->changed, &c->open);
}

static void
crowd_leave(struct waiters *w, struct crowd *c)
{
	count_crowd(w, c, -1);
	if (c->n > 0)
		return;
	HASH_DEL(w->crowds, c);
	bitset_fini(&c->open);
	free(c);
}

static void
leave_queues(struct waiters *w, struct waiter *who)
{
	while (who->waits != NULL) {
		struct wait *wait = who->waits;

		who->waits = wait->sibling;
		queue_leave(w, wait);
	}
	if (who->crowd != NULL)
		crowd_leave(w, who->crowd);
	else if (who->group != GROUPS_NONE)
		count_group(w, who->group, -1);
	who->crowd = NULL;
	who->group = GROUPS_NONE;
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
	waiter->group = GROUPS_NONE;
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
	bitset_fini(&w->changed);
	bitset_init(&w->changed, groups->n);
	w->groups = groups;
}

/* queues: of the families */
static void
enter_families(
    struct waiter *who, struct queue queues[FAMILIES], uint8_t families)
{
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (families & 1 << f)
			queue_enter(&queues[f], who);
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
	queue_enter(q, who);
}

static struct queue *
key_queue(const struct waiters *w, const char *key)
{
	struct queue *q;

	HASH_FIND_STR(w->by_key, key, q);
	return q;
}

/* Waits for those with its key, too: one of them may make room. */
static void
enter_key(struct waiters *w, struct waiter *who, char *key)
{
	struct queue *q = key != NULL ? key_queue(w, key) : NULL;

	if (q == NULL && key != NULL) {
		q = xcalloc(1, sizeof(*q));
		q->key = xstrdup(key);
		HASH_ADD_KEYPTR(hh, w->by_key, q->key, strlen(q->key), q);
	}
	if (q != NULL)
		queue_enter(q, who);
	free(key);
}

/* open: the groups that it waits for any of, or NULL. */
static void
enter_queues(struct waiters *w, struct waiter *who, const struct plan *p,
    const struct service *service, const struct bitset *open)
{
	enter_key(w, who, sharing_name(service, false));
	enter_key(w, who, sharing_name(service, true));
	who->families = p->wait_families;
	who->addr = p->wait_addr;
	if (open != NULL) {
		who->crowd = crowd_of(w, open);
		count_crowd(w, who->crowd, 1);
		enter_families(who, who->crowd->queues, who->families);
	} else if (p->wait == WAIT_FREE) {
		who->group = p->wait_group;
		count_group(w, who->group, 1);
		enter_families(
		    who, group_queue(w, who->group, 0), who->families);
	}
	if (who->addr.family != FAMILY_NONE)
		enter_addr(w, who, &p->wait_addr);
}

/* Takes the key. */
static bool
waits_with(const struct waiter *who, char *key)
{
	const struct wait *wait = who->waits;

	while (key != NULL && wait != NULL &&
	    (wait->queue->key == NULL || strcmp(wait->queue->key, key) != 0))
		wait = wait->sibling;
	bool good = key == NULL || wait != NULL;

	free(key);
	return good;
}

/* It waits for that already; a key of old is no matter. */
static bool
waits_so(const struct waiter *who, const struct plan *p,
    const struct service *service, const struct bitset *open)
{
	size_t group = p->wait == WAIT_FREE ? p->wait_group : GROUPS_NONE;

	if ((who->crowd == NULL) != (open == NULL) ||
	    (open != NULL && !bitset_eq(&who->crowd->open, open)))
		return false;
	return waits_with(who, sharing_name(service, false)) &&
	    waits_with(who, sharing_name(service, true)) &&
	    who->group == group && who->families == p->wait_families &&
	    addr_eq(&who->addr, &p->wait_addr);
}

static void
queues_choose(struct waiters *w, struct waiter *who, const struct plan *p,
    const struct service *service, const struct bitset *open)
{
	if (waits_so(who, p, service, open))
		return;
	leave_queues(w, who);
	enter_queues(w, who, p, service, open);
}

void
waiters_put(struct waiters *w, struct waiter **waiter, void *who,
    const struct service *service, const struct plan *p)
{
	struct bitset open;

	if (p->wait == WAIT_NOTHING && p->reason == REASON_ASSIGNED) {
		waiters_leave(w, waiter);
		return;
	}
	if (*waiter == NULL)
		*waiter = line_enter(w, who);
	if (p->wait != WAIT_FREE || p->wait_group != GROUPS_NONE) {
		queues_choose(w, *waiter, p, service, NULL);
		return;
	}
	access_find(w->groups->access, service, &open);
	queues_choose(w, *waiter, p, service, &open);
	bitset_fini(&open);
}

/* ---- walking ---- */

static struct queue *
earlier(struct queue *a, struct queue *b)
{
	if (a->upcoming == NULL)
		return b;
	if (b->upcoming == NULL)
		return a;
	return a->upcoming->waiter->ticket < b->upcoming->waiter->ticket ? a
									 : b;
}

/* Where the next one stands, if there is one. */
static struct queue *
next_queue(const struct waiters *w)
{
	struct crowd *c, *next;

	if (w->walk_group == GROUPS_NONE)
		return addr_queue(w, &w->walk_addr);
	struct queue *q = group_queue(w, w->walk_group, w->walk_family);

	HASH_ITER (hh, w->crowds, c, next)
		if (bitset_has(&c->open, w->walk_group))
			q = earlier(q, &c->queues[w->walk_family]);
	return q;
}

struct waiter *
waiters_next(struct waiters *w)
{
	struct queue *q = next_queue(w);
	struct wait *wait = q != NULL ? q->upcoming : NULL;

	if (wait == NULL)
		return NULL;
	q->upcoming = wait->next;
	return wait->waiter;
}

struct waiter *
waiters_for_group(struct waiters *w, size_t group, enum family family)
{
	struct queue *own = group_queue(w, group, family);
	struct crowd *c, *next;

	w->walk_group = group;
	w->walk_family = family;
	own->upcoming = own->first;
	HASH_ITER (hh, w->crowds, c, next)
		c->queues[family].upcoming = c->queues[family].first;
	return waiters_next(w);
}

struct waiter *
waiters_for_addr(struct waiters *w, const struct addr *a)
{
	struct queue *q = addr_queue(w, a);

	w->walk_group = GROUPS_NONE;
	w->walk_addr = *a;
	if (q != NULL)
		q->upcoming = q->first;
	return waiters_next(w);
}

void
waiters_each_sharer(const struct waiters *w, const struct service *service,
    void (*each)(void *arg, void *who), void *arg)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		char *key = sharing_name(service, wide);
		struct queue *q = key != NULL ? key_queue(w, key) : NULL;
		const struct wait *wait = q != NULL ? q->first : NULL;

		for (; wait != NULL; wait = wait->next)
			each(arg, wait->waiter->who);
		free(key);
	}
}

struct waiter *
waiters_all(const struct waiters *w)
{
	return w->line;
}

size_t
waiters_count(const struct waiters *w, size_t group)
{
	struct crowd *c, *next;
	size_t n = w->counts[group];

	HASH_ITER (hh, w->crowds, c, next)
		if (bitset_has(&c->open, group))
			n += c->n;
	return n;
}

size_t
waiters_take_changed(struct waiters *w)
{
	return bitset_take(&w->changed);
}
