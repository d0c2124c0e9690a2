/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/rng.h"

/*
 * Each so many additions so many slots of the old table are moved: together, so that
 * their misses of the cache overlap. Soon, since until then the old one takes what has
 * its home there. A table of no more is moved in one go.
 */
#define EVERY 32
#define MOVES (32 * EVERY)

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
put(const struct slots_table *t, uint32_t hash, uint32_t index)
{
	uint32_t i = slots_home(t, hash);

	while (t->at[i] != 0)
		i = (i + 1) & t->mask;
	t->at[i] = slots_tag(t, hash) | index;
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
	const struct slots_table now = s->now, old = s->old;
	uint32_t from = s->start + s->moved;
	uint32_t i, index, moved = 0;

	for (i = 0; moved < s->n_old; i++) {
		uint32_t *at = &old.at[(from + i) & old.mask];

		index = *at & old.mask;
		if (index == 0 && i >= most)
			break;
		if (index == 0)
			continue;
		*at = 0;
		put(&now, hash(owner, index), index);
		moved++;
	}
	s->moved += i;
	s->n_old -= moved;
	if (s->n_old > 0)
		return;
	free(s->old.at);
	s->old.at = NULL;
}

void
slots_add(struct slots *s, uint32_t index, uint32_t h, slots_hash hash,
    const void *owner)
{
	if (s->old.at != NULL && s->n % EVERY == 0)
		move_some(s, hash, owner, MOVES);
	while (!has_room(s->now.mask + 1, s->n) || index > s->now.mask) {
		if (s->old.at != NULL)
			move_some(s, hash, owner, UINT32_MAX);
		move_begin(s, (s->now.mask + 1) * 2);
		move_some(s, hash, owner, MOVES);
	}
	if (s->old.at != NULL && index > s->old.mask) /* it must not go there */
		move_some(s, hash, owner, UINT32_MAX);
	const struct slots_table *t = slots_table_of(s, h);

	put(t, h, index);
	s->n_old += t == &s->old;
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
		uint32_t index = t->at[i] & t->mask;
		uint32_t home = slots_home(t, hash(owner, index));

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

	while ((t->at[i] & t->mask) != index)
		i = (i + 1) & t->mask;
	close_gap(t, i, hash, owner);
	s->n_old -= is_old;
	s->n--;
}

void
slots_fit(struct slots *s, uint32_t end, slots_hash hash, const void *owner)
{
	uint32_t size = s->now.mask + 1;

	while (size > SLOTS_FIRST && s->n < size / 8 && end <= size / 2)
		size /= 2;
	if (size == s->now.mask + 1)
		return;
	if (s->old.at != NULL)
		move_some(s, hash, owner, UINT32_MAX);
	move_begin(s, size);
	move_some(s, hash, owner, UINT32_MAX);
}
