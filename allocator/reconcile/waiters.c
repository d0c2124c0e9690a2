/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most addresses that come to be held or free concern few of those who wait, so there
 * is a queue for each thing to wait for: an address, a sharing key, a set of groups.
 * Of sets there are as many as kinds of namespaces, or fewer, and to all in a queue the
 * same address will do. Within a queue the place in line is the order, also for one who
 * enters late, and neither that nor finding the next one takes longer than a path in a
 * tree: a treap, whose shape depends on nothing but who is in it.
 */
#include "allocator/reconcile/waiters.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/share.h"
#include "allocator/plan/plan.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "common/alloc.h"
#include "common/fnv.h"

struct queue {
	struct ticket *root;
	size_t n;
	UT_hash_handle hh;
	/* The bytes of an address, a key, or the groups and then the families. */
	uint64_t what[];
};

/* ---- trees ---- */

static void
split(struct ticket *tree, uint64_t place, struct ticket **before,
    struct ticket **behind)
{
	if (tree == NULL) {
		*before = NULL;
		*behind = NULL;
	} else if (tree->of->place < place) {
		*before = tree;
		split(tree->right, place, &tree->right, behind);
	} else {
		*behind = tree;
		split(tree->left, place, before, &tree->left);
	}
}

/* All of a stand before all of b. */
static struct ticket *
merge(struct ticket *a, struct ticket *b)
{
	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (a->of->rank > b->of->rank) {
		a->right = merge(a->right, b);
		return a;
	}
	b->left = merge(a, b->left);
	return b;
}

static void
tree_add(struct ticket **root, struct ticket *t)
{
	struct ticket *before, *behind;

	split(*root, t->of->place, &before, &behind);
	*root = merge(merge(before, t), behind);
}

static void
tree_remove(struct ticket **root, struct ticket *t)
{
	while (*root != t)
		root = (*root)->of->place < t->of->place ? &(*root)->right
							 : &(*root)->left;
	*root = merge(t->left, t->right);
	t->left = NULL;
	t->right = NULL;
}

/* ---- queues ---- */

static struct queue *
queue_find(
    const struct waiters *w, enum waits_for kind, const void *what, size_t size)
{
	struct queue *q;

	HASH_FIND(hh, w->queues[kind], what, size, q);
	return q;
}

static struct queue *
queue_get(struct waiters *w, enum waits_for kind, const void *what, size_t size)
{
	struct queue *q = queue_find(w, kind, what, size);

	if (q == NULL) {
		q = xcalloc(1, sizeof(*q) + size);
		memcpy(q->what, what, size);
		HASH_ADD(hh, w->queues[kind], what, size, q);
	}
	return q;
}

/* Of those who wait for any free address. */
static struct bitset
groups_of(const struct queue *q)
{
	return (struct bitset){ (uint64_t *)q->what,
		q->hh.keylen / sizeof(*q->what) - 1 };
}

static bool
has_family(const struct queue *q, enum family family)
{
	return (q->what[groups_of(q).n_words] >> family & 1) != 0;
}

static void
note_change(struct waiters *w, enum waits_for kind, const struct queue *q)
{
	if (kind != FOR_GROUPS || w->changed == NULL)
		return;
	const struct bitset groups = groups_of(q);

	bitset_add_all(w->changed, &groups);
}

static void
ticket_leave(struct waiters *w, struct waiter *who, enum waits_for kind)
{
	struct ticket *t = &who->tickets[kind];
	struct queue *q = t->in;

	if (q == NULL)
		return;
	note_change(w, kind, q);
	tree_remove(&q->root, t);
	t->in = NULL;
	if (--q->n > 0)
		return;
	HASH_DEL(w->queues[kind], q);
	free(q);
}

static void
ticket_take(struct waiters *w, struct waiter *who, enum waits_for kind,
    const void *what, size_t size)
{
	struct queue *q = queue_get(w, kind, what, size);
	struct ticket *t = &who->tickets[kind];

	if (t->in == q)
		return;
	ticket_leave(w, who, kind);
	note_change(w, kind, q);
	t->in = q;
	q->n++;
	tree_add(&q->root, t);
}

static struct waiter *
queue_next(const struct queue *q, uint64_t place)
{
	const struct ticket *t = q != NULL ? q->root : NULL;
	struct waiter *next = NULL;

	while (t != NULL) {
		if (t->of->place > place)
			next = t->of;
		t = t->of->place > place ? t->left : t->right;
	}
	return next;
}

/* ---- the line ---- */

static void
leave_all(struct waiters *w, struct waiter *who)
{
	for (enum waits_for kind = 0; kind < WAITS_FOR; kind++)
		ticket_leave(w, who, kind);
}

void
waiters_leave(struct waiters *w, struct waiter **waiter)
{
	struct waiter *who = *waiter;

	if (who == NULL)
		return;
	*waiter = NULL;
	leave_all(w, who);
	DL_DELETE(w->line, who);
	free(who);
}

static struct waiter *
line_enter(struct waiters *w, void *who)
{
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));

	waiter->who = who;
	waiter->place = ++w->last_place;
	waiter->rank = fnv_add(
	    FNV_START, (const char *)&waiter->place, sizeof(waiter->place));
	for (enum waits_for kind = 0; kind < WAITS_FOR; kind++)
		waiter->tickets[kind].of = waiter;
	DL_APPEND(w->line, waiter);
	return waiter;
}

void
waiters_regroup(
    struct waiters *w, const struct groups *groups, struct bitset *changed)
{
	struct waiter *who;

	w->changed = NULL; /* those of the old groups are of no use */
	DL_FOREACH (w->line, who)
		leave_all(w, who);
	w->groups = groups;
	w->changed = changed;
}

static void
put_for_groups(struct waiters *w, struct waiter *who,
    const struct service *service, const struct plan *p)
{
	struct bitset open;

	if (p->wait != WAIT_FREE) {
		ticket_leave(w, who, FOR_GROUPS);
		return;
	}
	if (p->wait_group == GROUPS_NONE) {
		groups_open_to(w->groups, service, &open);
	} else {
		bitset_init(&open, w->groups->n);
		bitset_set(&open, p->wait_group, true);
	}
	open.words =
	    xrealloc(open.words, open.n_words + 1, sizeof(*open.words));
	open.words[open.n_words] = p->wait_families;
	ticket_take(w, who, FOR_GROUPS, open.words,
	    (open.n_words + 1) * sizeof(*open.words));
	bitset_fini(&open);
}

void
waiters_put(struct waiters *w, struct waiter **waiter, void *who,
    const struct service *service, const struct plan *p)
{
	const char *key = share_key(service);

	if (p->wait == WAIT_NOTHING && p->reason == REASON_ASSIGNED) {
		waiters_leave(w, waiter);
		return;
	}
	if (*waiter == NULL)
		*waiter = line_enter(w, who);
	put_for_groups(w, *waiter, service, p);
	if (p->wait_addr.family != FAMILY_NONE)
		ticket_take(
		    w, *waiter, FOR_ADDR, &p->wait_addr, sizeof(p->wait_addr));
	else
		ticket_leave(w, *waiter, FOR_ADDR);
	if (key != NULL)
		ticket_take(w, *waiter, FOR_KEY, key, strlen(key));
	else
		ticket_leave(w, *waiter, FOR_KEY);
}

/* ---- questions ---- */

size_t
waiters_count(const struct waiters *w, size_t group)
{
	struct queue *q, *next;
	size_t n = 0;

	HASH_ITER (hh, w->queues[FOR_GROUPS], q, next) {
		const struct bitset groups = groups_of(q);

		if (bitset_has(&groups, group))
			n += q->n;
	}
	return n;
}

struct waiter *
waiters_for_addr(const struct waiters *w, const struct addr *a, uint64_t place)
{
	return queue_next(queue_find(w, FOR_ADDR, a, sizeof(*a)), place);
}

struct waiter *
waiters_for_group(
    const struct waiters *w, size_t group, enum family family, uint64_t place)
{
	struct waiter *first = NULL;
	struct queue *q, *next;

	HASH_ITER (hh, w->queues[FOR_GROUPS], q, next) {
		const struct bitset groups = groups_of(q);

		if (!has_family(q, family) || !bitset_has(&groups, group))
			continue;
		struct waiter *who = queue_next(q, place);

		if (who != NULL && (first == NULL || who->place < first->place))
			first = who;
	}
	return first;
}

struct waiter *
waiters_for_key(
    const struct waiters *w, const struct service *service, uint64_t place)
{
	const char *key = share_key(service);

	return key != NULL
	    ? queue_next(queue_find(w, FOR_KEY, key, strlen(key)), place)
	    : NULL;
}

/* ---- turns ---- */

void
waiters_call(struct waiters *w, struct waiter *who)
{
	ticket_take(w, who, FOR_TURN, "", 1);
}

struct waiter *
waiters_take_called(struct waiters *w)
{
	struct waiter *who = queue_next(w->queues[FOR_TURN], 0);

	if (who != NULL)
		ticket_leave(w, who, FOR_TURN);
	return who;
}
