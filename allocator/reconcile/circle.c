/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/circle.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"

struct circle {
	struct circle_member *members; /* borrowed, at least one */
	struct circle_member *waiting; /* borrowed; those of them who do */
	UT_hash_handle hh;
	char key[]; /* namespace/key */
};

static void
leave(struct circle **circles, struct circle_member *m)
{
	struct circle *c = m->circle;

	circle_set_waiting(m, false);
	DL_DELETE(c->members, m);
	free(m);
	if (c->members != NULL)
		return;
	HASH_DEL(*circles, c);
	free(c);
}

static struct circle_member *
enter(struct circle **circles, void *who, const char *key)
{
	struct circle_member *m = xcalloc(1, sizeof(*m));
	struct circle *c;

	HASH_FIND_STR(*circles, key, c);
	if (c == NULL) {
		size_t n = strlen(key) + 1;

		c = xcalloc(1, sizeof(*c) + n);
		memcpy(c->key, key, n);
		HASH_ADD_STR(*circles, key, c);
	}
	*m = (struct circle_member){ .who = who, .circle = c };
	DL_APPEND(c->members, m);
	return m;
}

void
circle_join(struct circle **circles, struct circle_member **m, void *who,
    const char *ns, const char *key)
{
	char *whole = key != NULL ? xasprintf("%s/%s", ns, key) : NULL;
	bool same = *m != NULL && whole != NULL &&
	    strcmp((*m)->circle->key, whole) == 0;

	if (*m != NULL && !same) {
		leave(circles, *m);
		*m = NULL;
	}
	if (*m == NULL && whole != NULL)
		*m = enter(circles, who, whole);
	free(whole);
}

void
circle_set_waiting(struct circle_member *m, bool waits)
{
	if (m == NULL || m->waits == waits)
		return;
	m->waits = waits;
	if (waits)
		DL_APPEND2(m->circle->waiting, m, prev_waiting, next_waiting);
	else
		DL_DELETE2(m->circle->waiting, m, prev_waiting, next_waiting);
}

struct circle_member *
circle_first(const struct circle_member *m)
{
	return m != NULL ? m->circle->members : NULL;
}

struct circle_member *
circle_first_waiting(const struct circle_member *m)
{
	return m != NULL ? m->circle->waiting : NULL;
}
