/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slots - an open-addressing hash of 32-bit indices into somebody else's array.
 *
 * The owner keeps the things, knows their hash and compares; the slots hold nothing
 * but indices, of which 0 is none. An index is smaller than the table, and the bits of
 * a slot above it hold a tag: those bits of the hash that do not choose the slot. So
 * what is looked for is compared with hardly anything else. A look-up is a loop:
 *
 *	struct slots_walk w = slots_walk(s, hash);
 *
 *	while ((index = slots_next(&w)) != 0)
 *		if (things[index] is it)
 *			break;
 *
 * Where others choose what is hashed, slots_mix() gets a key that they don't know, or
 * they could put all into one run.
 *
 * A table that is two thirds full gets one of twice the size beside it, and each thing
 * that is added moves a few of the others there: no call takes long, however many
 * there are. Which of the two has a thing is told by its home in the old one.
 */
#ifndef BGPD_RIB_SLOTS_H
#define BGPD_RIB_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slots_table {
	uint32_t *at;  /* owned */
	uint32_t mask; /* of a slot's number, and of the index in it */
	/* From a hash to its home: its upper bits, which are the better ones. */
	uint8_t shift;
};

struct slots {
	struct slots_table now;
	struct slots_table
	    old;    /* at is NULL unless things are left to be moved */
	uint32_t n; /* in both */
	uint32_t n_old;
	uint32_t
	    start; /* an empty slot of the old table when the moving began */
	uint32_t moved; /* slots from there on whose things have been moved */
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
	return ((size_t)s->now.mask + 1) * sizeof(*s->now.at);
}
/* The index is not there yet; h is its hash. */
void slots_add(
    struct slots *, uint32_t index, uint32_t h, slots_hash, const void *owner);
/* The index is there. */
void
slots_remove(struct slots *, slots_hash, const void *owner, uint32_t index);
/*
 * Gives back what is less than an eighth full; indices are below end. Moves all, so
 * removing leaves it to this.
 */
void slots_fit(struct slots *, uint32_t end, slots_hash, const void *owner);

static inline uint32_t
slots_home(const struct slots_table *t, uint32_t hash)
{
	return hash >> t->shift;
}

/* In its place above the index. */
static inline uint32_t
slots_tag(const struct slots_table *t, uint32_t hash)
{
	return hash << (32 - t->shift);
}

static inline const struct slots_table *
slots_table_of(const struct slots *s, uint32_t hash)
{
	if (s->old.at == NULL)
		return &s->now;
	uint32_t from_start = slots_home(&s->old, hash) - s->start;

	return (from_start & s->old.mask) < s->moved ? &s->now : &s->old;
}

struct slots_walk {
	/* Borrowed until one is added or removed. */
	const struct slots_table *table;
	uint32_t i;
	uint32_t tag;
};

static inline struct slots_walk
slots_walk(const struct slots *s, uint32_t hash)
{
	const struct slots_table *t = slots_table_of(s, hash);

	return (
	    struct slots_walk){ t, slots_home(t, hash), slots_tag(t, hash) };
}

/* Where it is looked for, to be fetched before: else that waits for memory. */
static inline const void *
slots_place(const struct slots *s, uint32_t hash)
{
	const struct slots_table *t = slots_table_of(s, hash);

	return &t->at[slots_home(t, hash)];
}

/* The next that may be it; 0: there is none. */
static inline uint32_t
slots_next(struct slots_walk *w)
{
	const struct slots_table *t = w->table;
	uint32_t slot;

	do
		slot = t->at[w->i++ & t->mask];
	while (slot != 0 && (slot ^ w->tag) > t->mask);
	return slot & t->mask;
}

/* Multiply and shift: key is odd. */
static inline uint32_t
slots_mix(uint64_t key, uint64_t x)
{
	return (uint32_t)(x * key >> 32);
}
#endif
