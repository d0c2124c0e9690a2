/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/write/notice.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define RETRY_MOST 320000 /* ms between two writes that fail */

struct notice *
notice_find(const struct notices *all, const char *name)
{
	struct notice *n;

	HASH_FIND_STR(all->table, name, n);
	return n;
}

struct notice *
notice_get(struct notices *all, const char *name)
{
	struct notice *n = notice_find(all, name);

	if (n != NULL)
		return n;
	n = xcalloc(1, sizeof(*n));
	n->name = xstrdup(name);
	HASH_ADD_KEYPTR(hh, all->table, n->name, strlen(n->name), n);
	return n;
}

void
notice_drop(struct notices *all, struct notice *n)
{
	if (n == NULL)
		return;
	HASH_DEL(all->table, n);
	workqueue_remove(&all->queue, &n->work);
	condition_fini(&n->said);
	free(n->name);
	free(n->refused);
	free(n->told);
	free(n);
}

void
notices_fini(struct notices *all)
{
	struct notice *n, *next;

	HASH_ITER (hh, all->table, n, next)
		notice_drop(all, n);
	workqueue_fini(&all->queue);
}

static bool
says(const struct condition *c, const char *what)
{
	return c != NULL && c->message != NULL && strcmp(c->message, what) == 0;
}

struct notice *
notices_take(struct notices *all)
{
	struct work *w;

	do
		w = workqueue_take(&all->queue);
	while (w != NULL && workqueue_is_held(w));
	return w != NULL
	    ? (struct notice *)((char *)w - offsetof(struct notice, work))
	    : NULL;
}

/* What has no older value is written only to say why. */
static void
refusal_review(struct notices *all, struct notice *n)
{
	if (n->in_force)
		return;
	if (n->refused != NULL && !says(&n->said, n->refused))
		workqueue_add(&all->queue, &n->work);
	else
		workqueue_remove(&all->queue, &n->work);
}

void
notice_saw(struct notices *all, struct notice *n, struct condition said)
{
	condition_fini(&n->said);
	n->said = said;
	refusal_review(all, n);
}

void
notice_refuse(
    struct notices *all, struct notice *n, const char *why, bool in_force)
{
	xreplace(&n->refused, why);
	n->in_force = in_force;
	refusal_review(all, n);
}

bool
notice_tell(struct notice *n, const char *what, const struct condition *said)
{
	if (what != NULL && n->told != NULL && strcmp(n->told, what) == 0)
		return false;
	xreplace(&n->told, what);
	return what != NULL && !says(said, what);
}

void
notice_failed(struct notices *all, struct notice *n, uint64_t now)
{
	workqueue_add_failed(&all->queue, &n->work, RETRY_MOST, now);
}

void
notices_restart(struct notices *all)
{
	struct notice *n, *next;

	HASH_ITER (hh, all->table, n, next) {
		workqueue_remove(&all->queue, &n->work);
		refusal_review(all, n);
	}
}
