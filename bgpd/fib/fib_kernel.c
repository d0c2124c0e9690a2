/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel has, and what is changed there.
 *
 * A look tells all of it anew. Entries are marked before, and what has not been found
 * when it ends is not there. Between two looks what is there follows from what was
 * changed, and from what is heard of others. Where that is in doubt (an answer was
 * lost, a route was refused in the place of another, somebody took one away) the entry
 * has the list `unsure`, which is never what is wanted: then a route replaces what may
 * be there, and that something is deleted that is not there is no fault.
 *
 * Routes of ours that are there by other settings are strays. They go last, when what
 * is wanted is in place.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"
#include "common/alloc.h"

#define VISITS 4096 /* of a fib_next() that finds nothing to change */
#define STRAYS_GROW 1024

/* Looking. */

typedef void entry_each(struct fib *, enum family, uint32_t index);

static void
each(struct fib *f, entry_each *call)
{
	for (unsigned family = FAMILY_V4; family < FAMILIES; family++) {
		const struct prefix_table *t = &f->tables[family].prefixes;

		for (uint32_t i = 1; i < t->end; i++)
			if (prefix_table_has(t, i))
				call(f, family, i);
	}
}

static void
unsee(struct fib *f, enum family family, uint32_t index)
{
	fib_entry(f, family, index)->flags |= ENTRY_UNSEEN;
}

void
fib_look_begin(struct fib *f)
{
	f->looking = true;
	f->relook = false;
	f->n_strays = f->n_strays_done = 0;
	reach_forget(f->reach);
	each(f, unsee);
}

static void
miss(struct fib *f, enum family family, uint32_t index)
{
	struct entry *e = fib_entry(f, family, index);

	if ((e->flags & ENTRY_UNSEEN) != 0)
		fib_set_there(e, NULL);
	e->flags &= (uint8_t)~ENTRY_UNSEEN;
}

/* A link may come back by its name, with another index. */
static void
find_lost_links(struct fib *f)
{
	const struct hops *h, *tmp;

	HASH_ITER (hh, f->asked.lists, h, tmp)
		for (uint32_t i = 0; i < h->n; i++)
			f->zones |= h->at[i].link != 0 &&
			    reach_link_name(f->reach, h->at[i].link) == NULL;
}

void
fib_look_end(struct fib *f)
{
	each(f, miss);
	find_lost_links(f);
	f->looking = false;
	f->looked = true;
	f->counted = false;
	f->stale = true;
	fib_walk_begin(f, f->zones, false);
}

bool
fib_wants_look(const struct fib *f)
{
	return f->relook || !f->looked;
}

/* Those that are done with make room for others. */
static void
strays_make_room(struct fib *f)
{
	f->n_strays -= f->n_strays_done;
	if (f->n_strays > 0 && f->n_strays_done > 0)
		memmove(f->strays, f->strays + f->n_strays_done,
		    f->n_strays * sizeof(*f->strays));
	f->n_strays_done = 0;
	if (f->n_strays % STRAYS_GROW == 0)
		f->strays = xrealloc(
		    f->strays, f->n_strays + STRAYS_GROW, sizeof(*f->strays));
}

void
fib_stray(
    struct fib *f, const struct prefix *p, uint32_t table, uint32_t metric)
{
	if (f->n_strays % STRAYS_GROW == 0)
		strays_make_room(f);
	f->strays[f->n_strays++] = (struct stray){ *p, table, metric };
	fib_due(f);
}

static bool
is_of_settings(const struct fib *f, uint32_t table, uint32_t metric)
{
	return table == f->settings.table && metric == f->settings.metric;
}

void
fib_found(struct fib *f, const struct fib_found *found)
{
	const struct prefix *p = &found->prefix;

	if (!is_of_settings(f, found->table, found->metric)) {
		fib_stray(f, p, found->table, found->metric);
		return;
	}
	struct fib_found copy = *found;
	uint32_t index = fib_entry_of(f, p);
	struct entry *e = fib_entry(f, p->addr.family, index);
	struct hops *there = hops_intern(&f->real, copy.hops, copy.n);

	fib_set_there(e, there != NULL ? there : hops_ref(f->unsure));
	e->flags &= (uint8_t)~ENTRY_UNSEEN;
	if (!f->looked)
		e->flags |= ENTRY_ADOPTED;
	fib_settle(f, p->addr.family, index);
}

/* What others do. */

static void
reach_changed(struct fib *f)
{
	if (f->looking)
		return;
	f->stale = true;
	fib_due(f);
}

/* What is there over it is to be put anew, whatever else is wanted by now. */
static void
void_link(struct fib *f, int32_t index)
{
	if (hops_void(&f->real, index))
		fib_walk_begin(f, false, false);
}

void
fib_link(struct fib *f, const struct reach_link *link)
{
	bool known = reach_link_name(f->reach, link->index) != NULL;
	bool was_up = reach_link_is_up(f->reach, link->index);

	if (!reach_link(f->reach, link))
		return;
	if (was_up && !link->up)
		void_link(f, link->index);
	if (!known && f->zones && !f->looking)
		fib_walk_begin(f, true, false);
	reach_changed(f);
}

void
fib_heard_link_gone(struct fib *f, int32_t index)
{
	if (!reach_link_gone(f->reach, index))
		return;
	void_link(f, index);
	find_lost_links(f);
	reach_changed(f);
}

bool
fib_heard_address_gone(const struct fib *f, int32_t link)
{
	return hops_go_over(&f->real, link);
}

static void
settle_prefix(struct fib *f, const struct prefix *p)
{
	uint32_t index =
	    prefix_table_find(&f->tables[p->addr.family].prefixes, p);

	if (index == 0 || f->looking)
		return;
	fib_settle(f, p->addr.family, index);
	fib_due(f);
}

/* Of our metric and in its place: what was there of ours has gone with it. */
void
fib_other(struct fib *f, const struct reach_route *route, bool replaces)
{
	const struct prefix *p = &route->prefix;
	uint32_t index =
	    prefix_table_find(&f->tables[p->addr.family].prefixes, p);
	struct entry *e =
	    index != 0 ? fib_entry(f, p->addr.family, index) : NULL;

	reach_add(f->reach, route, replaces);
	if (replaces && e != NULL && e->there != NULL &&
	    is_of_settings(f, route->table, route->metric))
		fib_set_there(e, hops_ref(f->unsure));
	settle_prefix(f, p);
	reach_changed(f);
}

/* What was refused for its sake is tried again. */
bool
fib_heard_other_gone(struct fib *f, const struct reach_route *route)
{
	const struct prefix *p = &route->prefix;
	uint32_t index =
	    prefix_table_find(&f->tables[p->addr.family].prefixes, p);
	bool good = reach_remove(f->reach, route);

	if (index != 0) {
		struct entry *e = fib_entry(f, p->addr.family, index);

		if ((e->flags & ENTRY_REFUSED) != 0 && e->error == EEXIST) {
			e->flags &= (uint8_t)~ENTRY_REFUSED;
			e->error = 0;
		}
	}
	settle_prefix(f, p);
	reach_changed(f);
	return good;
}

void
fib_heard_gone(struct fib *f, const struct fib_found *found)
{
	const struct prefix *p = &found->prefix;
	uint32_t index =
	    prefix_table_find(&f->tables[p->addr.family].prefixes, p);

	if (index == 0 || !is_of_settings(f, found->table, found->metric) ||
	    f->looking)
		return;
	struct entry *e = fib_entry(f, p->addr.family, index);

	if (e->there == NULL)
		return;
	fib_set_there(e, hops_ref(f->unsure));
	settle_prefix(f, p);
}

/* Changes. */

static struct fib_change
change_of(
    struct fib *f, enum family family, uint32_t index, const struct hops *goal)
{
	struct entry *e = fib_entry(f, family, index);

	e->flags |= ENTRY_IN_FLIGHT;
	return (struct fib_change){
		.step = goal == NULL   ? FIB_DELETE
		    : e->there == NULL ? FIB_ADD
				       : FIB_REPLACE,
		.prefix = prefix_table_get(&f->tables[family].prefixes, index),
		.table = f->settings.table,
		.metric = f->settings.metric,
		.hops = hops_ref((struct hops *)goal),
		.at = index,
	};
}

static size_t
next_of(struct fib *f, enum family family, struct fib_change *c, size_t max)
{
	uint32_t index;
	size_t n = 0;

	for (unsigned visits = 0; n < max && visits < VISITS &&
	     (index = fib_pop(f, family, TO_CHANGE)) != 0;
	     visits++) {
		struct entry *e = fib_entry(f, family, index);

		if ((e->flags & ENTRY_DIRTY) != 0) {
			fib_push(f, family, index, TO_JUDGE);
			fib_due(f);
			continue;
		}
		const struct hops *goal = fib_goal(f, family, index);

		if (goal != e->there)
			c[n++] = change_of(f, family, index, goal);
		else
			fib_settle(f, family, index);
	}
	if (n == 0 && f->tables[family].queues[TO_CHANGE].first != 0)
		fib_due(f);
	return n;
}

bool
fib_is_judging(const struct fib *f)
{
	return f->listing || f->walk.left > 0 ||
	    f->tables[FAMILY_V4].queues[TO_JUDGE].first != 0 ||
	    f->tables[FAMILY_V6].queues[TO_JUDGE].first != 0;
}

/* What is wanted is in place before what was there by other settings goes. */
static bool
may_clean(const struct fib *f)
{
	return !f->strays_stuck &&
	    (!f->on || (!f->holding && !fib_is_judging(f)));
}

static size_t
next_strays(struct fib *f, struct fib_change *c, size_t max)
{
	size_t n = 0;

	while (n < max && may_clean(f) && f->n_strays_done < f->n_strays) {
		const struct stray *s = &f->strays[f->n_strays_done++];

		c[n++] = (struct fib_change){ .step = FIB_DELETE,
			.prefix = s->prefix,
			.table = s->table,
			.metric = s->metric };
	}
	return n;
}

size_t
fib_next(struct fib *f, struct fib_change *c, size_t max)
{
	size_t n;

	if (!f->looked || f->looking)
		return 0;
	n = next_of(f, FAMILY_V4, c, max);
	n += next_of(f, FAMILY_V6, c + n, max - n);
	return n > 0 ? n : next_strays(f, c, max);
}

static void
count_change(struct fib *f, const struct fib_change *c, bool good)
{
	if (!good)
		f->totals.refused++;
	else if (c->step == FIB_DELETE)
		f->totals.deleted++;
	else if (c->step == FIB_ADD)
		f->totals.added++;
	else
		f->totals.replaced++;
}

/*
 * Refused in the place of another: that one is no longer wanted, and goes. What can't
 * be deleted stays as it is until fib_retry().
 */
static void
entry_made(
    struct fib *f, struct entry *e, const struct fib_change *c, int error)
{
	bool known = error != FIB_UNKNOWN;

	if (error == 0)
		fib_set_there(e, hops_ref(c->hops));
	else if (!known || c->step == FIB_REPLACE)
		fib_set_there(e, hops_ref(f->unsure));
	if (error == 0 || !known)
		return;
	e->flags |= c->step == FIB_DELETE ? ENTRY_STUCK : ENTRY_REFUSED;
	e->error = error < UINT8_MAX ? (uint8_t)error : UINT8_MAX;
}

/* Of other settings than those in force by now. */
static void
stray_made(struct fib *f, const struct fib_change *c, int error)
{
	if ((error == 0) == (c->step == FIB_DELETE))
		return;
	f->strays_stuck |= c->step == FIB_DELETE && error != FIB_UNKNOWN;
	fib_stray(f, &c->prefix, c->table, c->metric);
}

void
fib_made(struct fib *f, const struct fib_change *c, int error)
{
	enum family family = c->prefix.addr.family;

	if (c->step == FIB_DELETE && error == ESRCH)
		error = 0;
	if (error != FIB_UNKNOWN)
		count_change(f, c, error == 0);
	if (c->at != 0)
		fib_entry(f, family, c->at)->flags &= (uint8_t)~ENTRY_IN_FLIGHT;
	if (c->at != 0 && is_of_settings(f, c->table, c->metric))
		entry_made(f, fib_entry(f, family, c->at), c, error);
	else
		stray_made(f, c, error);
	hops_unref(c->hops);
	if (c->at == 0)
		return;
	if ((fib_entry(f, family, c->at)->flags & ENTRY_DIRTY) != 0)
		fib_push(f, family, c->at, TO_JUDGE);
	fib_settle(f, family, c->at);
}

void
fib_retry(struct fib *f)
{
	f->strays_stuck = false;
	fib_walk_begin(f, false, true);
}
