/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wanted minus actual, for what peers taught us:
 *
 *	rib -> (news) -> to judge -> asked -> real -> to change -> kernel
 *	                              ^         ^                    |
 *	                        link bandwidth  reach <- others -----+
 *
 * A prefix has an entry while a peer gives it or the kernel has a route of ours to it.
 * asked is the list of next hops as peers say them, and is looked up in the rib anew
 * whenever there is news of the prefix (fib_judge.c). What the list comes to, gateways
 * and links, is found once for all entries that ask for it, by the links and the
 * routes of others (reach.c). That is the goal, unless something is in its way, and
 * where it is not what is there the entry waits for its change (fib_kernel.c).
 *
 * News only mark. An entry is in one queue at a time, so however fast peers flap there
 * is at most one change of each prefix under way, and the newest state is what goes
 * out. All that looks at many entries does so a slice at a time: what the rib has when
 * we are switched on, and the walk over all entries when something is another that any
 * of them may depend on. The walk goes round and round, so one that is asked for while
 * it is under way costs one more round and not a new beginning.
 *
 * Lists are compared as pointers. Where the kernel may have dropped routes without a
 * word, as IPv4 does when a link goes, the lists over that link are void: what is there
 * is then no longer what is wanted, though it has the same hops.
 *
 * Nothing is changed that is not ours: what is added must not be there yet, and what
 * is replaced or deleted was added or found by us, with our protocol. Where somebody
 * else has a route of our metric to a prefix, ours is not wanted.
 */
#include "bgpd/fib/fib.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"

#define LISTS_EAGER 1024 /* that are resolved at once when links change */

void
fib_due(struct fib *f)
{
	f->ops->due(f->arg);
}

static void
table_init(struct fib *f, enum family family)
{
	prefix_table_init(
	    &f->tables[family].prefixes, family, f->seed + family);
}

struct fib *
fib_new(struct rib *rib, uint64_t seed, const struct fib_ops *ops, void *arg)
{
	struct fib *f = xcalloc(1, sizeof(*f));

	f->rib = rib;
	f->ops = ops;
	f->arg = arg;
	f->seed = seed;
	f->epoch = 1;
	f->reach = reach_new();
	f->unsure = xcalloc(1, sizeof(*f->unsure));
	*f->unsure =
	    (struct hops){ .table = &f->real, .refs = 1, .gone = true };
	f->real.n = 1;
	for (unsigned i = FAMILY_V4; i < FAMILIES; i++)
		table_init(f, i);
	f->listener = (struct rib_listener){ .ops = &fib_rib_ops, .arg = f };
	rib_set_reach(rib, fib_reaches, f);
	return f;
}

static void
table_free(struct fib_table *t)
{
	for (uint32_t i = 1; i < t->prefixes.end; i++) {
		if (!prefix_table_has(&t->prefixes, i))
			continue;
		hops_unref(t->at[i].asked);
		hops_unref(t->at[i].there);
	}
	prefix_table_fini(&t->prefixes);
	free(t->at);
}

void
fib_free(struct fib *f)
{
	if (f == NULL)
		return;
	if (f->on)
		rib_unlisten(f->rib, &f->listener);
	rib_set_reach(f->rib, NULL, NULL);
	fib_wanted_forget(f);
	for (unsigned i = FAMILY_V4; i < FAMILIES; i++)
		table_free(&f->tables[i]);
	hops_unref(f->unsure);
	reach_free(f->reach);
	free(f->strays);
	free(f);
}

/* Entries. */

static uint32_t
entry_find(const struct fib *f, const struct prefix *p)
{
	return prefix_table_find(&f->tables[p->addr.family].prefixes, p);
}

uint32_t
fib_entry_of(struct fib *f, const struct prefix *p)
{
	struct fib_table *t = &f->tables[p->addr.family];
	uint32_t index = entry_find(f, p);

	if (index != 0)
		return index;
	uint32_t end = t->prefixes.end;

	index = prefix_table_add(&t->prefixes, p);
	if (f->walk.left > 0) /* it may stand before others that are due */
		f->walk.left += t->prefixes.end - end;
	if (index >= t->cap) {
		t->cap = index < 64 ? 64 : index + index / 2;
		t->at = xrealloc(t->at, t->cap, sizeof(*t->at));
	}
	t->at[index] = (struct entry){ 0 };
	return index;
}

static void
entry_free(struct fib *f, enum family family, uint32_t index)
{
	struct fib_table *t = &f->tables[family];

	prefix_table_remove(&t->prefixes, index);
	if (t->prefixes.n > 0)
		return;
	/* Indices begin anew, and the room of what there was is given back. */
	prefix_table_fini(&t->prefixes);
	table_init(f, family);
	free(t->at);
	t->at = NULL;
	t->cap = 0;
}

void
fib_push(struct fib *f, enum family family, uint32_t index, enum fib_queue q)
{
	struct fib_fifo *fifo = &f->tables[family].queues[q];
	struct entry *e = fib_entry(f, family, index);

	if (e->queue != NO_QUEUE)
		return;
	e->queue = (uint8_t)q;
	e->next = 0;
	if (fifo->first == 0)
		fifo->first = index;
	else
		fib_entry(f, family, fifo->last)->next = index;
	fifo->last = index;
}

uint32_t
fib_pop(struct fib *f, enum family family, enum fib_queue q)
{
	struct fib_fifo *fifo = &f->tables[family].queues[q];
	uint32_t index = fifo->first;

	if (index == 0)
		return 0;
	struct entry *e = fib_entry(f, family, index);

	fifo->first = e->next;
	e->queue = NO_QUEUE;
	return index;
}

void
fib_set_there(struct entry *e, struct hops *there)
{
	hops_unref(e->there);
	e->there = there;
}

/*
 * What an earlier run left stays as it is until all peers have had their say, as RFC
 * 4724 4.1 has it for the choice of routes: the first one of them knows only its own.
 * But not what the node announces itself by now.
 */
static bool
is_held(const struct fib *f, const struct entry *e, const struct prefix *p)
{
	return f->holding && (e->flags & ENTRY_ADOPTED) != 0 &&
	    e->there != NULL && !e->there->gone && !fib_is_own(f, p);
}

const struct hops *
fib_goal(struct fib *f, enum family family, uint32_t index)
{
	struct entry *e = fib_entry(f, family, index);

	if (!f->on || (e->flags & ENTRY_REFUSED) != 0)
		return NULL;
	struct prefix p = prefix_table_get(&f->tables[family].prefixes, index);
	bool held = is_held(f, e, &p);

	if (e->asked == NULL && !held)
		return NULL;
	if (reach_other(f->reach, &p, f->settings.metric, false) != NULL)
		return NULL;
	const struct hops *real =
	    e->asked != NULL ? fib_resolve(f, e->asked) : NULL;

	return held ? e->there : real;
}

void
fib_settle(struct fib *f, enum family family, uint32_t index)
{
	struct entry *e = fib_entry(f, family, index);
	const uint8_t busy =
	    ENTRY_DIRTY | ENTRY_IN_FLIGHT | ENTRY_STUCK | ENTRY_UNSEEN;

	f->counted = false;
	if (!f->looked || e->queue != NO_QUEUE || (e->flags & busy) != 0)
		return;
	if (fib_goal(f, family, index) != e->there)
		fib_push(f, family, index, TO_CHANGE);
	else if (e->asked == NULL && e->there == NULL &&
	    (e->flags & (ENTRY_OWN | ENTRY_DEFAULT)) == 0)
		entry_free(f, family, index);
}

/* Walks. */

void
fib_walk_begin(struct fib *f, bool judges, bool retries)
{
	struct fib_walk *w = &f->walk;

	if (w->family == FAMILY_NONE)
		w->family = FAMILY_V4;
	w->judges |= judges;
	w->retries |= retries;
	w->left = (uint64_t)f->tables[FAMILY_V4].prefixes.end +
	    f->tables[FAMILY_V6].prefixes.end;
	fib_due(f);
}

static void
walk_at(struct fib *f, enum family family, uint32_t index)
{
	const struct fib_walk *w = &f->walk;
	struct entry *e = fib_entry(f, family, index);

	if (w->retries && (e->flags & (ENTRY_REFUSED | ENTRY_STUCK)) != 0) {
		e->flags &= (uint8_t) ~(ENTRY_REFUSED | ENTRY_STUCK);
		e->error = 0;
	}
	if (w->judges && (e->flags & ENTRY_DIRTY) == 0)
		fib_judge(f, family, index);
	else
		fib_settle(f, family, index);
}

static uint32_t
walk_some(struct fib *f, uint32_t most)
{
	struct fib_walk *w = &f->walk;
	uint32_t n = 0;

	for (; w->left > 0 && n < most; w->left--, n++) {
		struct fib_table *t = &f->tables[w->family];

		if (w->index >= t->prefixes.end) {
			w->family =
			    w->family == FAMILY_V4 ? FAMILY_V6 : FAMILY_V4;
			w->index = 0;
			t = &f->tables[w->family];
		}
		uint32_t index = w->index++;

		if (index != 0 && index < t->prefixes.end &&
		    prefix_table_has(&t->prefixes, index))
			walk_at(f, w->family, index);
	}
	if (w->left == 0)
		w->judges = w->retries = false;
	return n;
}

/* Of what the rib has when we are switched on. */
static uint32_t
list_some(struct fib *f, uint32_t most)
{
	struct rib_route r;
	uint32_t n = 0;

	for (; f->listing && n < most; n++) {
		if (!rib_next(f->rib, &f->listed, &r)) {
			f->listing = f->listed.family == FAMILY_V4;
			f->listed = (struct rib_cursor){ .family = FAMILY_V6 };
			continue;
		}
		uint64_t *own = f->tables[f->listed.family].own;

		if (r.source == RIB_LOCAL)
			own[r.prefix.len / 64] |= UINT64_C(1)
			    << r.prefix.len % 64;
		else if (r.eligible || r.unreached)
			fib_touch(f, &r.prefix);
	}
	return n;
}

static uint32_t
judge_some(struct fib *f, uint32_t most)
{
	uint32_t n = 0, index;

	for (unsigned family = FAMILY_V4; family < FAMILIES; family++)
		while (
		    n < most && (index = fib_pop(f, family, TO_JUDGE)) != 0) {
			fib_judge(f, family, index);
			n++;
		}
	return n;
}

/*
 * Links or routes of others have changed. Most often no list is reached otherwise than
 * before, and then no entry is looked at.
 */
static void
reach_anew(struct fib *f)
{
	bool changed = f->asked.n > LISTS_EAGER;
	struct hops *h, *tmp;

	f->stale = false;
	f->epoch++;
	fib_wanted_anew(f);
	if (!changed)
		HASH_ITER (hh, f->asked.lists, h, tmp) {
			const struct hops *was = h->real;

			/* Kept, so that no other one is made where it was. */
			hops_ref(h->real);
			changed |= fib_resolve(f, h) != was;
			hops_unref((struct hops *)was);
		}
	if (changed)
		fib_walk_begin(f, false, false);
}

bool
fib_run(struct fib *f, uint32_t most)
{
	uint32_t n = list_some(f, most);

	if (f->listing)
		return true;
	if (f->stale && f->looked && !f->looking)
		reach_anew(f);
	n += walk_some(f, most - n);
	if (n < most)
		n += judge_some(f, most - n);
	return n >= most;
}

/* Settings. */

/* What is there is there by other settings than those in force from now on. */
static void
estrange(struct fib *f)
{
	for (unsigned family = FAMILY_V4; family < FAMILIES; family++) {
		struct fib_table *t = &f->tables[family];

		for (uint32_t i = 1; i < t->prefixes.end; i++) {
			if (!prefix_table_has(&t->prefixes, i) ||
			    t->at[i].there == NULL)
				continue;
			struct prefix p = prefix_table_get(&t->prefixes, i);

			fib_stray(f, &p, f->settings.table, f->settings.metric);
			fib_set_there(&t->at[i], NULL);
			t->at[i].flags &= (uint8_t)~ENTRY_ADOPTED;
		}
	}
}

static void
switch_on(struct fib *f)
{
	f->on = true;
	rib_listen(f->rib, &f->listener);
	f->listing = true;
	f->listed = (struct rib_cursor){ .family = FAMILY_V4 };
	f->relook = true;
	f->guessed = true;
}

static void
switch_off(struct fib *f)
{
	f->on = false;
	rib_unlisten(f->rib, &f->listener);
	f->listing = false;
	for (unsigned i = FAMILY_V4; i < FAMILIES; i++)
		memset(f->tables[i].own, 0, sizeof(f->tables[i].own));
}

static void
want_nothing(struct fib *f)
{
	f->holding = false;
	if (f->on)
		switch_off(f);
	fib_walk_begin(f, true, true);
}

void
fib_set(struct fib *f, const struct fib_settings *to)
{
	const struct fib_settings was = f->settings;
	bool was_on = f->on;

	if (to == NULL) {
		want_nothing(f);
		if (was_on)
			fib_wanted_end(f);
		return;
	}
	bool moved = to->table != was.table || to->metric != was.metric;

	if (was_on && !moved && to->max_paths == was.max_paths &&
	    to->has_default == was.has_default)
		return;
	if (moved)
		estrange(f);
	f->settings = *to;
	if (moved) {
		reach_set_table(f->reach, to->table);
		f->relook = true;
	}
	if (!was_on)
		switch_on(f);
	fib_walk_begin(f, true, true);
}

bool
fib_is_on(const struct fib *f)
{
	return f->on;
}

void
fib_hold(struct fib *f)
{
	f->holding = true;
}

void
fib_release(struct fib *f)
{
	if (!f->holding)
		return;
	f->holding = false;
	fib_walk_begin(f, false, false);
}

bool
fib_is_holding(const struct fib *f)
{
	return f->holding;
}

void
fib_clear(struct fib *f)
{
	want_nothing(f); /* what is passed on stays as it is */
	while (fib_run(f, UINT32_MAX))
		;
}
