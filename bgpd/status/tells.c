/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/tells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/status/accepted.h"
#include "common/alloc.h"
#include "common/fnv.h"

/*
 * ms over which the nodes are spread. Of 1,000 nodes about one a 8 ms would write; an
 * event takes some 10 to 100 ms to all of them, so that a dozen do at most.
 */
#define TELL_SPREAD 8000

struct waiting {
	UT_hash_handle hh;
	char *key; /* owned; "3/name" */
	size_t kind;
	char *name, *uid, *why; /* owned; why may be NULL */
	uint32_t generation;
	uint64_t due;
};

struct tells {
	char *node;             /* owned; or NULL */
	struct waiting *by_key; /* owned */
};

struct tells *
tells_new(const char *node)
{
	struct tells *t = xcalloc(1, sizeof(*t));

	t->node = xstrdup(node);
	return t;
}

static void
remove_one(struct tells *t, struct waiting *w)
{
	HASH_DEL(t->by_key, w);
	free(w->key);
	free(w->name);
	free(w->uid);
	free(w->why);
	free(w);
}

void
tells_free(struct tells *t)
{
	struct waiting *w, *next;

	if (t == NULL)
		return;
	HASH_ITER (hh, t->by_key, w, next)
		remove_one(t, w);
	free(t->node);
	free(t);
}

static struct waiting *
find(const struct tells *t, size_t kind, const char *name)
{
	char *key = xasprintf("%zu/%s", kind, name);
	struct waiting *w;

	HASH_FIND_STR(t->by_key, key, w);
	free(key);
	return w;
}

/* Of another order of the nodes for each resource. */
static uint64_t
wait_of(const struct tells *t, const char *key)
{
	uint64_t hash;

	if (t->node == NULL)
		return 0;
	hash = fnv_add(FNV_START, t->node, strlen(t->node) + 1);
	return fnv_add(hash, key, strlen(key)) % TELL_SPREAD;
}

void
tells_add(struct tells *t, const struct tell *tell, uint64_t now)
{
	struct waiting *w = find(t, tell->kind, tell->name);

	if (w != NULL)
		remove_one(t, w);
	w = xcalloc(1, sizeof(*w));
	w->key = xasprintf("%zu/%s", tell->kind, tell->name);
	w->kind = tell->kind;
	w->name = xstrdup(tell->name);
	w->uid = xstrdup(tell->uid);
	w->why = xstrdup(tell->why);
	w->generation = tell->generation;
	w->due = now + wait_of(t, w->key);
	HASH_ADD_KEYPTR(hh, t->by_key, w->key, strlen(w->key), w);
}

void
tells_seen(struct tells *t, size_t kind, const char *name,
    const struct conditions *conditions)
{
	struct waiting *w = find(t, kind, name);

	if (w != NULL && conditions_say(conditions, w->why) &&
	    !conditions_lag(conditions, w->generation))
		remove_one(t, w);
}

void
tells_pardon(struct tells *t, size_t kind, const char *name)
{
	struct waiting *w = find(t, kind, name);

	if (w != NULL && w->why != NULL)
		remove_one(t, w);
}

void
tells_recant(struct tells *t, size_t kind, const char *name, const char *why)
{
	struct waiting *w = find(t, kind, name);

	if (w != NULL && (w->why == NULL) == (why == NULL) &&
	    (why == NULL || strcmp(w->why, why) == 0))
		remove_one(t, w);
}

uint64_t
tells_due(const struct tells *t)
{
	uint64_t due = 0;

	for (const struct waiting *w = t->by_key; w != NULL; w = w->hh.next)
		if (due == 0 || w->due < due)
			due = w->due;
	return due;
}

void
tells_take(struct tells *t, uint64_t now,
    void (*each)(void *arg, const struct tell *), void *arg)
{
	struct waiting *w, *next;

	HASH_ITER (hh, t->by_key, w, next) {
		if (w->due > now)
			continue;
		struct tell tell = { w->kind, w->name, w->uid, w->generation,
			w->why };

		each(arg, &tell);
		remove_one(t, w);
	}
}
