/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/verdict.h"

#include <assert.h>
#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "common/alloc.h"

struct verdict {
	struct action *actions; /* owned */
	size_t n;
};

struct verdict_table {
	struct verdict *at; /* owned, by number; VERDICT_REFUSE is not used */
	uint32_t end;
};

static uint32_t
add(struct verdict_table *t, const struct action *actions, size_t n)
{
	struct verdict v = { .n = n };

	v.actions = xcalloc(n + 1, sizeof(*v.actions));
	for (size_t i = 0; i < n; i++)
		v.actions[i] = actions[i];
	t->at = xrealloc(t->at, t->end + 1, sizeof(*t->at));
	t->at[t->end] = v;
	return t->end++;
}

struct verdict_table *
verdict_table_new(void)
{
	struct verdict_table *t = xcalloc(1, sizeof(*t));

	add(t, NULL, 0);
	add(t, NULL, 0);
	assert(t->end == VERDICT_ACCEPT + 1);
	return t;
}

void
verdict_table_free(struct verdict_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i < t->end; i++)
		free(t->at[i].actions);
	free(t->at);
	free(t);
}

static bool
is_list(const struct verdict *v, const struct action *actions, size_t n)
{
	for (size_t i = 0; v->n == n && i < n; i++)
		if (v->actions[i].kind != actions[i].kind ||
		    v->actions[i].value != actions[i].value)
			return false;
	return v->n == n;
}

uint32_t
verdict_intern(struct verdict_table *t, const struct action *actions, size_t n)
{
	for (uint32_t i = VERDICT_ACCEPT; i < t->end; i++)
		if (is_list(&t->at[i], actions, n))
			return i;
	return add(t, actions, n);
}

/* A reference for the caller. */
static struct path *
act(const struct action *action, struct path *path)
{
	struct attrs a;

	path_attrs(path, &a);
	if (action->kind == ACTION_LOCAL_PREF) {
		a.has |= ATTR_BIT(ATTR_LOCAL_PREF);
		a.local_pref = action->value;
		return path_like(path, &a);
	}
	size_t room = a.as_path.left + 6; /* a segment of one AS more */
	uint8_t *bytes = xcalloc(1, room);
	struct wbuf w = wbuf_of(bytes, room);

	as_path_prepend(&w, a.as_path, action->value, 1);
	a.as_path = wbuf_read(&w, 0);
	struct path *p = path_like(path, &a);

	free(bytes);
	return p;
}

struct path *
verdict_apply(
    const struct verdict_table *t, uint32_t verdict, struct path *path)
{
	const struct verdict *v = &t->at[verdict];

	assert(verdict < t->end);
	if (verdict == VERDICT_REFUSE)
		return NULL;
	path_ref(path);
	for (size_t i = 0; i < v->n; i++) {
		struct path *next = act(&v->actions[i], path);

		path_unref(path);
		path = next;
	}
	return path;
}
