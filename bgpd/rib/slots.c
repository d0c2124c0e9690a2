/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/rng.h"

/*
 * Slots that each addition moves. Two would do to be done before the new table is full,
 * but until then the old one takes what has its home there: so it gets hardly fuller.
 */
#define MOVES 32

enum { SLOTS_FIRST = 16, SLOTS_FIRST_SHIFT = 32 - 4 };

uint64_t
slots_key(uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	uint64_t upper = rng_u32(&rng);

	return upper << 32 | rng_u32(&rng) | 1;
}

static bool
has_room(uint32_t size, uint32_t n)
{
	return n < size / 3 * 2;
}

static struct slots_table
table_new(uint32_t size)
{
	struct slots_table t = { .mask = size - 1, .shift = SLOTS_FIRST_SHIFT };

	t.at = xcalloc(size, sizeof(*t.at));
	for (; size > SLOTS_FIRST; size /= 2)
		t.shift--;
	return t;
}

void
slots_init(struct slots *s)
{
	*s = (struct slots){ .now = table_new(SLOTS_FIRST) };
}

void
slots_fini(struct slots *s)
{
	free(s->now.at);
	free(s->old.at);
	*s = (struct slots){ 0 };
}

void
slots_reset(struct slots *s, uint32_t n)
{
	uint32_t size = SLOTS_FIRST;

	slots_fini(s);
	while (!has_room(size, n))
		size *= 2;
	s->now = table_new(size);
}

static void
put(struct slots_table *t, uint32_t hash, uint32_t index)
{
	uint32_t i = slots_home(t, hash);

	while (t->at[i] != 0)
		i = (i + 1) & t->mask;
	t->at[i] = index;
}

static void
move_begin(struct slots *s, uint32_t size)
{
	s->old = s->now;
	s->now = table_new(size);
	s->n_old = s->n;
	s->moved = s->start = 0;
	while (s->old.at[s->start] != 0)
		s->start++;
}

/*
 * Whole runs, from an empty slot to an empty slot, so that what has its home before the
 * last one is in the new table and all else in the old one. `most` slots, or as many
 * more as the last run has.
 */
static void
move_some(struct slots *s, slots_hash hash, const void *owner, uint32_t most)
{
	while (s->n_old > 0) {
		uint32_t *at = &s->old.at[(s->start + s->moved) & s->old.mask];

		if (most == 0 && *at == 0)
			return;
		most -= most > 0;
		s->moved++;
		if (*at == 0)
			continue;
		put(&s->now, hash(owner, *at), *at);
		*at = 0;
		s->n_old--;
	}
	free(s->old.at);
	s->old.at = NULL;
}

void
slots_add(struct slots *s, slots_hash hash, const void *owner, uint32_t index)
{
	uint32_t h = hash(owner, index);

	if (s->old.at != NULL)
		move_some(s, hash, owner, MOVES);
	if (!has_room(s->now.mask + 1, s->n)) {
		if (s->old.at != NULL)
			move_some(s, hash, owner, UINT32_MAX);
		move_begin(s, (s->now.mask + 1) * 2);
	}
	if (slots_table_of(s, h) == &s->now) {
		put(&s->now, h, index);
	} else {
		put(&s->old, h, index);
		s->n_old++;
	}
	s->n++;
}

/* Moves what follows in the run back over the gap, as far as its hash allows. */
static void
close_gap(
    struct slots_table *t, uint32_t gap, slots_hash hash, const void *owner)
{
	uint32_t i = gap;

	for (;;) {
		i = (i + 1) & t->mask;
		if (t->at[i] == 0)
			break;
		uint32_t home = slots_home(t, hash(owner, t->at[i]));

		if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
			t->at[gap] = t->at[i];
			gap = i;
		}
	}
	t->at[gap] = 0;
}

void
slots_remove(
    struct slots *s, slots_hash hash, const void *owner, uint32_t index)
{
	uint32_t h = hash(owner, index);
	bool is_old = slots_table_of(s, h) == &s->old;
	struct slots_table *t = is_old ? &s->old : &s->now;
	uint32_t i = slots_home(t, h);

	while (t->at[i] != index)
		i = (i + 1) & t->mask;
	close_gap(t, i, hash, owner);
	s->n_old -= is_old;
	s->n--;
}

void
slots_fit(struct slots *s, slots_hash hash, const void *owner)
{
	uint32_t size = s->now.mask + 1;

	while (size > SLOTS_FIRST && s->n < size / 8)
		size /= 2;
	if (size == s->now.mask + 1)
		return;
	if (s->old.at != NULL)
		move_some(s, hash, owner, UINT32_MAX);
	move_begin(s, size);
	move_some(s, hash, owner, UINT32_MAX);
}
