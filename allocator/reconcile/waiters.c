/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A waiter has a ticket, its place in line, which it keeps for as long as it waits.
 * It stands in queues, each ordered by ticket: in those of its crowd, one for each
 * family that it waits for, and in those with a name, for an address or for a sharing
 * key. Who comes back to a queue finds the old place there.
 *
 * A walk over the waiters for an address goes on while they leave and come: each
 * queue remembers who is next.
 */
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
	char *name;            /* owned; NULL: of a crowd */
	UT_hash_handle hh;     /* of those with a name */
};

/*
 * Who waits for any group stands in one place and not in the queues of 400 groups. A
 * freed address means a look at each crowd, but at none of the waiters to whom its
 * group is closed. There are as many crowds as there are different choices of groups
 * for those who wait: one, or about one for each tenant or each group that somebody
 * names.
 */
struct crowd {
	struct bitset open; /* groups; its words are the key */
	struct queue queues[FAMILIES];
	size_t n; /* waiters */
	UT_hash_handle hh;
};

struct waiters {
	const struct groups *groups; /* borrowed */
	struct queue *queues;        /* hash, owned; for an address or a key */
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
	bitset_fini(&w->changed);
	free(w);
}

static struct queue *
queue_find(const struct waiters *w, const char *name)
{
	struct queue *q;

	HASH_FIND_STR(w->queues, name, q);
	return q;
}

static struct queue *
addr_queue(const struct waiters *w, const struct addr *a)
{
	char text[ADDR_TEXT];

	return queue_find(w, addr_print(a, text));
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
	if (q->first != NULL || q->name == NULL)
		return;
	HASH_DEL(w->queues, q);
	free(q->name);
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
	who->crowd = NULL;
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
	}
	bitset_fini(&w->changed);
	bitset_init(&w->changed, groups->n);
	w->groups = groups;
}

/* The names of the queues for an address and for a key that it is to stand in. */
struct names {
	char *at[3]; /* owned */
	size_t n;
};

static void
names_add(struct names *names, char *name)
{
	if (name != NULL)
		names->at[names->n++] = name;
}

static void
names_init(
    struct names *names, const struct plan *p, const struct service *service)
{
	char text[ADDR_TEXT];

	*names = (struct names){ 0 };
	if (p->wait_addr.family != FAMILY_NONE)
		names_add(names, xstrdup(addr_print(&p->wait_addr, text)));
	names_add(names, sharing_name(service, false));
	names_add(names, sharing_name(service, true));
}

static void
names_fini(struct names *names)
{
	while (names->n > 0)
		free(names->at[--names->n]);
}

static bool
names_have(const struct names *names, const char *name)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->at[i], name) != 0)
		i++;
	return i < names->n;
}

/* It stands in the queues of these names, and of no others. */
static bool
stands_in(const struct waiter *who, const struct names *names)
{
	size_t n = 0;

	for (const struct wait *w = who->waits; w != NULL; w = w->sibling) {
		if (w->queue->name == NULL)
			continue;
		if (!names_have(names, w->queue->name))
			return false;
		n++;
	}
	return n == names->n;
}

static void
enter_named(struct waiters *w, struct waiter *who, const char *name)
{
	struct queue *q = queue_find(w, name);

	if (q == NULL) {
		q = xcalloc(1, sizeof(*q));
		q->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, w->queues, q->name, strlen(q->name), q);
	}
	queue_enter(q, who);
}

/* open: the groups that it waits for any of, or NULL. */
static void
enter_queues(struct waiters *w, struct waiter *who, uint8_t families,
    const struct names *names, const struct bitset *open)
{
	for (size_t i = 0; i < names->n; i++)
		enter_named(w, who, names->at[i]);
	who->families = families;
	if (open == NULL)
		return;
	who->crowd = crowd_of(w, open);
	count_crowd(w, who->crowd, 1);
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (families & 1 << f)
			queue_enter(&who->crowd->queues[f], who);
}

static void
queues_choose(struct waiters *w, struct waiter *who, const struct plan *p,
    const struct service *service, const struct bitset *open)
{
	struct names names;

	names_init(&names, p, service);
	bool same = (who->crowd == NULL) == (open == NULL) &&
	    (open == NULL || bitset_eq(&who->crowd->open, open)) &&
	    who->families == p->wait_families && stands_in(who, &names);

	if (!same) {
		leave_queues(w, who);
		enter_queues(w, who, p->wait_families, &names, open);
	}
	names_fini(&names);
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
	if (p->wait != WAIT_FREE) {
		queues_choose(w, *waiter, p, service, NULL);
		return;
	}
	if (p->wait_group == GROUPS_NONE) {
		access_find(w->groups->access, service, &open);
	} else {
		bitset_init(&open, w->groups->n);
		bitset_set(&open, p->wait_group, true);
	}
	queues_choose(w, *waiter, p, service, &open);
	bitset_fini(&open);
}

/* ---- walking ---- */

static struct queue *
earlier(struct queue *a, struct queue *b)
{
	if (a == NULL || a->upcoming == NULL)
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
	struct queue *q = NULL;

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
	struct crowd *c, *next;

	w->walk_group = group;
	w->walk_family = family;
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
		struct queue *q = key != NULL ? queue_find(w, key) : NULL;
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
	size_t n = 0;

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
