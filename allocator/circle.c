/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/circle.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"

struct circle {
	struct circle_member *members; /* borrowed, at least one */
	UT_hash_handle hh;
	char key[];
};

static void
leave(struct circle **circles, struct circle_member *m)
{
	struct circle *c = m->circle;

	if (c == NULL)
		return;
	DL_DELETE(c->members, m);
	m->circle = NULL;
	if (c->members != NULL)
		return;
	HASH_DEL(*circles, c);
	free(c);
}

void
circle_join(struct circle **circles, struct circle_member *m, const char *key)
{
	struct circle *c = NULL;

	if (m->circle != NULL && key != NULL &&
	    strcmp(m->circle->key, key) == 0)
		return;
	leave(circles, m);
	if (key == NULL)
		return;
	HASH_FIND_STR(*circles, key, c);
	if (c == NULL) {
		size_t n = strlen(key) + 1;

		c = xcalloc(1, sizeof(*c) + n);
		memcpy(c->key, key, n);
		HASH_ADD_STR(*circles, key, c);
	}
	m->circle = c;
	DL_APPEND(c->members, m);
}

struct circle_member *
circle_first(const struct circle_member *m)
{
	return m->circle != NULL ? m->circle->members : NULL;
}
