/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/verdict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/path.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "common/alloc.h"

struct verdict {
	struct action *actions; /* owned; NULL: the number is free */
	size_t n;
	uint32_t refs;
};

struct verdict_table {
	struct verdict *at; /* owned, by number; VERDICT_REFUSE is not used */
	uint32_t end;
};

static uint32_t
add(struct verdict_table *t, const struct action *actions, size_t n)
{
	struct verdict v = { .n = n, .refs = 1 };
	uint32_t at = VERDICT_REFUSE;

	v.actions = xcalloc(n + 1, sizeof(*v.actions));
	for (size_t i = 0; i < n; i++)
		v.actions[i] = actions[i];
	while (at < t->end && t->at[at].actions != NULL)
		at++;
	if (at == t->end)
		t->at = xrealloc(t->at, ++t->end, sizeof(*t->at));
	t->at[at] = v;
	return at;
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
action_eq(const struct action *a, const struct action *b)
{
	return a->kind == b->kind && addr_eq(&a->hop, &b->hop) &&
	    memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

static bool
is_list(const struct verdict *v, const struct action *actions, size_t n)
{
	if (v->actions == NULL || v->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!action_eq(&v->actions[i], &actions[i]))
			return false;
	return true;
}

uint32_t
verdict_intern(struct verdict_table *t, const struct action *actions, size_t n)
{
	for (uint32_t i = VERDICT_ACCEPT; i < t->end; i++)
		if (is_list(&t->at[i], actions, n)) {
			t->at[i].refs++;
			return i;
		}
	return add(t, actions, n);
}

/* The two that any policy may have stay. */
void
verdict_unref(struct verdict_table *t, uint32_t verdict)
{
	struct verdict *v = &t->at[verdict];

	if (verdict <= VERDICT_ACCEPT || --v->refs > 0)
		return;
	free(v->actions);
	v->actions = NULL;
}

/* Attributes in the making. A list that is written anew is in room of its own. */
struct draft {
	struct attrs attrs;
	uint8_t *room[ATTR_CODES]; /* owned, by the attribute */
};

static struct wbuf
room_new(size_t bytes)
{
	return wbuf_of(xcalloc(bytes + 1, 1), bytes);
}

/* In place of the one before, which was read to write this one. */
static struct rbuf
room_take(struct draft *d, enum attr_code code, struct wbuf w)
{
	free(d->room[code]);
	d->room[code] = w.p;
	return wbuf_read(&w, 0);
}

static void
prepend(struct draft *d, uint32_t asn, uint32_t times)
{
	/* A segment has at most 255 numbers, and these may take a new one. */
	struct wbuf w = room_new(
	    d->attrs.as_path.left + 4 * (size_t)times + 2 * (times / 255 + 1));

	as_path_prepend(&w, d->attrs.as_path, asn, times);
	d->attrs.as_path = room_take(d, ATTR_AS_PATH, w);
}

/* A list of communities: those of a kind have so many words each. */
struct community_list {
	enum attr_code code;
	size_t size; /* bytes of one */
	struct rbuf *list;
};

static bool
community_is_in(struct community_list of, const uint8_t *community)
{
	struct rbuf list = *of.list;

	while (list.left > 0)
		if (memcmp(rbuf_bytes(&list, of.size), community, of.size) == 0)
			return true;
	return false;
}

/* Before the first greater one, so that equal sets that are sorted are equal paths. */
static void
community_add(
    struct draft *d, struct community_list of, const uint8_t *community)
{
	struct rbuf from = *of.list;
	struct wbuf w = room_new(from.left + of.size);

	while (from.left > 0 && memcmp(from.p, community, of.size) < 0)
		wbuf_copy(&w, rbuf_cut(&from, of.size));
	wbuf_bytes(&w, community, of.size);
	wbuf_copy(&w, from);
	*of.list = room_take(d, of.code, w);
}

static void
community_remove(
    struct draft *d, struct community_list of, const uint8_t *community)
{
	struct rbuf from = *of.list;
	struct wbuf w = room_new(from.left);

	while (from.left > 0) {
		struct rbuf next = rbuf_cut(&from, of.size);

		if (memcmp(next.p, community, of.size) != 0)
			wbuf_copy(&w, next);
	}
	*of.list = room_take(d, of.code, w);
}

static void
act_on_community(
    struct draft *d, const struct action *action, struct community_list of)
{
	uint8_t community[sizeof(action->value)];
	struct wbuf w = wbuf_of(community, sizeof(community));
	bool adds = action->kind == ACTION_COMMUNITY_ADD ||
	    action->kind == ACTION_EXT_ADD || action->kind == ACTION_LARGE_ADD;

	for (size_t i = 0; i < of.size / 4; i++)
		wbuf_u32(&w, action->value[i]);
	if (community_is_in(of, community) == adds)
		return;
	(adds ? community_add : community_remove)(d, of, community);
}

static void
act(struct draft *d, const struct action *action)
{
	struct attrs *a = &d->attrs;

	switch (action->kind) {
	case ACTION_LOCAL_PREF:
		a->has |= ATTR_BIT(ATTR_LOCAL_PREF);
		a->local_pref = action->value[0];
		break;
	case ACTION_PREPEND:
		prepend(d, action->value[0], action->value[1]);
		break;
	case ACTION_MED:
		a->has |= ATTR_BIT(ATTR_MED);
		a->med = action->value[0];
		break;
	case ACTION_ORIGIN:
		a->origin = (uint8_t)action->value[0];
		break;
	case ACTION_NEXT_HOP:
		a->next_hop = (struct next_hop){ .addr = action->hop };
		break;
	case ACTION_COMMUNITY_ADD:
	case ACTION_COMMUNITY_REMOVE:
		act_on_community(d, action,
		    (struct community_list){
			ATTR_COMMUNITIES, 4, &a->communities });
		break;
	case ACTION_EXT_ADD:
	case ACTION_EXT_REMOVE:
		act_on_community(d, action,
		    (struct community_list){
			ATTR_EXT_COMMUNITIES, 8, &a->ext_communities });
		break;
	case ACTION_LARGE_ADD:
	case ACTION_LARGE_REMOVE:
		act_on_community(d, action,
		    (struct community_list){
			ATTR_LARGE_COMMUNITIES, 12, &a->large_communities });
		break;
	}
}

struct path *
verdict_apply(
    const struct verdict_table *t, uint32_t verdict, struct path *path)
{
	const struct verdict *v = &t->at[verdict];
	struct draft d = { 0 };

	assert(verdict < t->end);
	if (verdict == VERDICT_REFUSE)
		return NULL;
	if (v->n == 0)
		return path_ref(path);
	path_attrs(path, &d.attrs);
	for (size_t i = 0; i < v->n; i++)
		act(&d, &v->actions[i]);
	struct path *made = path_like(path, &d.attrs);

	for (size_t i = 0; i < ATTR_CODES; i++)
		free(d.room[i]);
	return made;
}

uint64_t
verdict_sets(const struct verdict_table *t, uint32_t verdict)
{
	static const uint64_t bits[] = {
		[ACTION_LOCAL_PREF] = ATTR_BIT(ATTR_LOCAL_PREF),
		[ACTION_MED] = ATTR_BIT(ATTR_MED),
		[ACTION_ORIGIN] = ATTR_BIT(ATTR_ORIGIN),
		[ACTION_NEXT_HOP] = ATTR_BIT(ATTR_NEXT_HOP),
		[ACTION_LARGE_REMOVE] = 0,
	};
	const struct verdict *v = &t->at[verdict];
	uint64_t set = 0;

	assert(verdict < t->end);
	for (size_t i = 0; i < v->n; i++)
		set |= bits[v->actions[i].kind];
	return set;
}
