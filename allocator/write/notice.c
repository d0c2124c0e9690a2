/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/write/notice.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define RETRY_MS 5000  /* doubled each time in a row that writes fail */
#define DOUBLED_MOST 6 /* times */

struct notice *
notice_find(struct notice *table, const char *name)
{
	struct notice *n;

	HASH_FIND_STR(table, name, n);
	return n;
}

struct notice *
notice_get(struct notice **table, const char *name)
{
	struct notice *n = notice_find(*table, name);

	if (n != NULL)
		return n;
	n = xcalloc(1, sizeof(*n));
	n->name = xstrdup(name);
	HASH_ADD_KEYPTR(hh, *table, n->name, strlen(n->name), n);
	return n;
}

void
notice_drop(struct notice **table, struct notice *n)
{
	if (n == NULL)
		return;
	HASH_DEL(*table, n);
	condition_fini(&n->said);
	free(n->name);
	free(n->refused);
	free(n->told);
	free(n);
}

void
notices_free(struct notice **table)
{
	struct notice *n, *next;

	HASH_ITER (hh, *table, n, next)
		notice_drop(table, n);
}

static bool
says(const struct condition *c, const char *what)
{
	return c != NULL && c->message != NULL && strcmp(c->message, what) == 0;
}

/* What has no older value is written only to say why. */
static void
refusal_review(struct notice *n)
{
	if (!n->in_force)
		n->due = n->refused != NULL && !says(&n->said, n->refused);
}

void
notice_saw(struct notice *n, struct condition said)
{
	condition_fini(&n->said);
	n->said = said;
	refusal_review(n);
}

void
notice_refuse(struct notice *n, const char *why, bool in_force)
{
	char *copy = xstrdup(why);

	free(n->refused);
	n->refused = copy;
	n->in_force = in_force;
	refusal_review(n);
}

bool
notice_tell(struct notice *n, const char *what, const struct condition *said)
{
	if (n->told != NULL && strcmp(n->told, what) == 0)
		return false;
	free(n->told);
	n->told = xstrdup(what);
	return !says(said, what);
}

void
notice_settle(struct notice *n)
{
	free(n->told);
	n->told = NULL;
}

void
notice_written(struct notice *n)
{
	n->failures = 0;
	n->retry_at = 0;
}

void
notice_failed(struct notice *n, uint64_t now)
{
	n->due = true;
	n->retry_at = now + (RETRY_MS << n->failures);
	n->failures += n->failures < DOUBLED_MOST;
}

void
notice_restart(struct notice *n)
{
	notice_written(n);
	n->due = false;
	refusal_review(n);
}
