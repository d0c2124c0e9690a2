/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slots - an open-addressing hash of 32-bit indices into somebody else's array.
 *
 * The owner keeps the things, knows their hash and compares; the slots hold nothing
 * but indices, of which 0 is none. A look-up is a loop of its owner:
 *
 *	for (i = slots_first(s, hash); (v = slots_at(s, i)) != 0; i++)
 *		if (things[v] is it)
 *
 * Where others choose what is hashed, slots_mix() gets a key that they don't know, or
 * they could put all into one run.
 */
#ifndef BGPD_RIB_SLOTS_H
#define BGPD_RIB_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slots {
	uint32_t *at; /* owned */
	uint32_t mask;
	uint32_t n;
	uint8_t
	    shift; /* from a hash to its slot: the upper bits are the better */
};

typedef uint32_t (*slots_hash)(const void *owner, uint32_t index);

uint64_t slots_key(uint64_t seed); /* for slots_mix() */
void slots_init(struct slots *);
void slots_fini(struct slots *);
/* Empty, with room for n. */
void slots_reset(struct slots *, uint32_t n);
static inline size_t
slots_bytes(const struct slots *s)
{
	return ((size_t)s->mask + 1) * sizeof(*s->at);
}
/* The index is not there yet. */
void slots_add(struct slots *, slots_hash, const void *owner, uint32_t index);
/* The index is there. */
void
slots_remove(struct slots *, slots_hash, const void *owner, uint32_t index);
/* Gives back what is less than an eighth full. Moves all, so removing leaves it to this. */
void slots_fit(struct slots *, slots_hash, const void *owner);

static inline uint32_t
slots_at(const struct slots *s, uint32_t i)
{
	return s->at[i & s->mask];
}

static inline uint32_t
slots_first(const struct slots *s, uint32_t hash)
{
	return hash >> s->shift;
}

/* Multiply and shift: key is odd. */
static inline uint32_t
slots_mix(uint64_t key, uint64_t x)
{
	return (uint32_t)(x * key >> 32);
}
#endif
