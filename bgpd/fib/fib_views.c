/* SPDX-License-Identifier: Apache-2.0 */
/* How learned routes stand, one of them and all. */
#include <errno.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"

const char *
fib_state_name(enum fib_state state)
{
	static const char *const names[FIB_STATES] = {
		[FIB_NONE] = "None",
		[FIB_INSTALLED] = "Installed",
		[FIB_WAITING] = "Waiting",
		[FIB_HELD] = "Held",
		[FIB_UNREACHABLE] = "NextHopUnreachable",
		[FIB_TAKEN] = "Taken",
		[FIB_REFUSED] = "Refused",
		[FIB_OWN] = "Own",
		[FIB_DEFAULT] = "DefaultRoute",
	};

	return names[state];
}

/* What is as it should be is told at once, since most are. */
static enum fib_state
state_of(const struct fib *f, enum family family, uint32_t index)
{
	const struct entry *e = fib_entry(f, family, index);
	const uint8_t busy = ENTRY_DIRTY | ENTRY_IN_FLIGHT;

	if (e->queue != NO_QUEUE || (e->flags & busy) != 0)
		return FIB_WAITING;
	if ((e->flags & (ENTRY_REFUSED | ENTRY_STUCK)) != 0)
		return e->error == EEXIST ? FIB_TAKEN : FIB_REFUSED;
	if ((e->flags & (ENTRY_OWN | ENTRY_DEFAULT)) != 0)
		return (e->flags & ENTRY_OWN) != 0 ? FIB_OWN : FIB_DEFAULT;
	if (e->asked == NULL)
		return e->there != NULL ? FIB_HELD : FIB_NONE;
	if (e->there != NULL && e->there == e->asked->real)
		return FIB_INSTALLED;
	struct prefix p = prefix_table_get(&f->tables[family].prefixes, index);

	if (reach_other(f->reach, &p, f->settings.metric, false) != NULL)
		return FIB_TAKEN;
	return e->asked->real == NULL && f->looked ? FIB_UNREACHABLE
						   : FIB_WAITING;
}

struct fib_view
fib_look_up(const struct fib *f, const struct prefix *p)
{
	enum family family = p->addr.family;
	uint32_t index = prefix_table_find(&f->tables[family].prefixes, p);

	if (index == 0)
		return (struct fib_view){
			.state = f->on && fib_is_own(f, p) ? FIB_OWN : FIB_NONE
		};
	const struct entry *e = fib_entry(f, family, index);
	struct fib_view v = { .state = state_of(f, family, index),
		.error = e->error,
		.there = e->there };

	if (v.state == FIB_TAKEN || v.state == FIB_INSTALLED)
		v.other = reach_other(
		    f->reach, p, f->settings.metric, v.state == FIB_INSTALLED);
	return v;
}

const struct reach_table *
fib_reach(const struct fib *f)
{
	return f->reach;
}

const struct fib_counts *
fib_count(struct fib *f)
{
	struct fib_counts *c = &f->counts;

	if (f->counted)
		return c;
	*c = (struct fib_counts){ 0 };
	for (unsigned family = FAMILY_V4; family < FAMILIES; family++) {
		const struct prefix_table *t = &f->tables[family].prefixes;

		for (uint32_t i = 1; i < t->end; i++) {
			if (!prefix_table_has(t, i))
				continue;
			enum fib_state state = state_of(f, family, i);

			if (c->n[FAMILY_V4][state] + c->n[FAMILY_V6][state] ==
			    0)
				c->first[state] = prefix_table_get(t, i);
			c->n[family][state]++;
		}
	}
	f->counted = true;
	return c;
}

struct fib_totals
fib_totals(const struct fib *f)
{
	return f->totals;
}
