/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/announced/announced_state.h"
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/clock.h"
#include "common/source/store.h"

struct group_ruling {
	char *name; /* owned */
	struct ruling ruling;
	uint64_t at;
	struct passing passing;
	bool seen;
	UT_hash_handle hh;
};

static void
group_free(struct announced *a, struct group_ruling *g)
{
	HASH_DEL(a->groups, g);
	free(g->name);
	free(g);
}

void
announced_forget_groups(struct announced *a)
{
	struct group_ruling *g, *next;

	HASH_ITER (hh, a->groups, g, next)
		group_free(a, g);
}

static struct told
group_told(const struct service_group *group, const struct ruling *r)
{
	return (struct told){ .type = READY_CONDITION,
		.ruling = r,
		.said = conditions_find(&group->conditions, READY_CONDITION) };
}

static bool
group_says(const struct told *t)
{
	return t->said != NULL && told_same(t) &&
	    strcmp(t->said->message, t->ruling->message) == 0;
}

static bool
group_waits(struct announced *a, struct group_ruling *g, const struct told *t)
{
	uint64_t until = told_passes(t, &g->passing, clock_now(a->spec.clock));

	if (until == 0)
		return false;
	a->groups_due = true;
	announced_hasten(a, until);
	return true;
}

/* Numbers alone may wait. */
static void
group_set(struct announced *a, const struct service_group *group,
    const struct ruling *r)
{
	const struct told t = group_told(group, r);
	const char *name = group->meta.name;
	uint64_t now = clock_now(a->spec.clock);
	struct group_ruling *g;

	HASH_FIND_STR(a->groups, name, g);
	if (g == NULL) {
		g = xcalloc(1, sizeof(*g));
		g->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, a->groups, g->name, strlen(g->name), g);
	}
	g->seen = true;
	if (group_waits(a, g, &t))
		return;
	bool same = g->ruling.reason != NULL && g->ruling.good == r->good &&
	    strcmp(g->ruling.reason, r->reason) == 0;

	if (same && strcmp(g->ruling.message, r->message) == 0)
		return;
	if (same && now < g->at + NUMBERS_MS) {
		a->groups_due = true;
		announced_hasten(a, g->at + NUMBERS_MS);
		return;
	}
	g->ruling = *r;
	g->at = now;
	if (!group_says(&t))
		a->spec.group(a->spec.arg, name);
}

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	struct announced *a = arg;
	struct ruling ruling;

	(void)key;
	judge_group(a->classes, item, &ruling);
	group_set(a, item, &ruling);
	return true;
}

void
announced_run_groups(struct announced *a)
{
	struct group_ruling *g, *next;

	if (!a->groups_due)
		return;
	a->groups_due = false;
	HASH_ITER (hh, a->groups, g, next)
		g->seen = false;
	store_each(a->spec.store, a->spec.group_row, group_each, a);
	HASH_ITER (hh, a->groups, g, next)
		if (!g->seen)
			group_free(a, g);
}

const struct ruling *
announced_group(const struct announced *a, const char *name)
{
	struct group_ruling *g;

	HASH_FIND_STR(a->groups, name, g);
	return g != NULL && g->ruling.reason != NULL ? &g->ruling : NULL;
}
