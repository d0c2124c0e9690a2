/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/slots.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/rng.h"

enum { SLOTS_FIRST = 16, SLOTS_FIRST_SHIFT = 32 - 4 };

uint64_t
slots_key(uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	uint64_t upper = rng_u32(&rng);

	return upper << 32 | rng_u32(&rng) | 1;
}

void
slots_init(struct slots *s)
{
	s->at = xcalloc(SLOTS_FIRST, sizeof(*s->at));
	s->mask = SLOTS_FIRST - 1;
	s->shift = SLOTS_FIRST_SHIFT;
	s->n = 0;
}

void
slots_reset(struct slots *s, uint32_t n)
{
	uint32_t size = SLOTS_FIRST;

	free(s->at);
	s->shift = SLOTS_FIRST_SHIFT;
	for (; n >= size / 3 * 2; size *= 2)
		s->shift--;
	s->at = xcalloc(size, sizeof(*s->at));
	s->mask = size - 1;
	s->n = 0;
}

void
slots_fini(struct slots *s)
{
	free(s->at);
	*s = (struct slots){ 0 };
}

static void
put(struct slots *s, uint32_t hash, uint32_t index)
{
	uint32_t i = slots_first(s, hash);

	while (s->at[i] != 0)
		i = (i + 1) & s->mask;
	s->at[i] = index;
}

static void
resize(struct slots *s, uint32_t size, slots_hash hash, const void *owner)
{
	uint32_t *was = s->at;
	uint32_t was_size = s->mask + 1;

	s->at = xcalloc(size, sizeof(*s->at));
	s->mask = size - 1;
	s->shift -= size > was_size;
	s->shift += size < was_size;
	for (uint32_t i = 0; i < was_size; i++)
		if (was[i] != 0)
			put(s, hash(owner, was[i]), was[i]);
	free(was);
}

/* At most two thirds full, so that runs stay short. */
void
slots_add(struct slots *s, slots_hash hash, const void *owner, uint32_t index)
{
	uint32_t size = s->mask + 1;

	if (s->n >= size / 3 * 2)
		resize(s, size * 2, hash, owner);
	put(s, hash(owner, index), index);
	s->n++;
}

/* Moves what follows in the run back over the gap, as far as its hash allows. */
static void
close_gap(struct slots *s, uint32_t gap, slots_hash hash, const void *owner)
{
	uint32_t i = gap;

	for (;;) {
		i = (i + 1) & s->mask;
		if (s->at[i] == 0)
			break;
		uint32_t home = slots_first(s, hash(owner, s->at[i]));

		if (((i - home) & s->mask) >= ((i - gap) & s->mask)) {
			s->at[gap] = s->at[i];
			gap = i;
		}
	}
	s->at[gap] = 0;
}

void
slots_remove(
    struct slots *s, slots_hash hash, const void *owner, uint32_t index)
{
	uint32_t i = slots_first(s, hash(owner, index));

	while (s->at[i] != index)
		i = (i + 1) & s->mask;
	close_gap(s, i, hash, owner);
	s->n--;
}

void
slots_fit(struct slots *s, slots_hash hash, const void *owner)
{
	while (s->mask + 1 > SLOTS_FIRST && s->n < (s->mask + 1) / 8)
		resize(s, (s->mask + 1) / 2, hash, owner);
}
