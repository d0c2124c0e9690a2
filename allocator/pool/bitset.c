/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/bitset.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define BITS 64 /* of a word */

void
bitset_init(struct bitset *s, size_t limit)
{
	s->n_words = limit / BITS + 1;
	s->words = xcalloc(s->n_words, sizeof(*s->words));
}

void
bitset_fini(struct bitset *s)
{
	free(s->words);
	*s = (struct bitset){ 0 };
}

void
bitset_set(struct bitset *s, size_t i, bool in)
{
	uint64_t bit = UINT64_C(1) << i % BITS;

	if (in)
		s->words[i / BITS] |= bit;
	else
		s->words[i / BITS] &= ~bit;
}

void
bitset_add_all(struct bitset *s, const struct bitset *more)
{
	for (size_t i = 0; i < s->n_words; i++)
		s->words[i] |= more->words[i];
}

bool
bitset_has(const struct bitset *s, size_t i)
{
	return s->words[i / BITS] >> i % BITS & 1;
}

size_t
bitset_next(const struct bitset *s, size_t from)
{
	uint64_t mask = UINT64_MAX << from % BITS;

	for (size_t i = from / BITS; i < s->n_words; i++) {
		uint64_t rest = s->words[i] & mask;

		if (rest != 0)
			return i * BITS + (size_t)__builtin_ctzll(rest);
		mask = UINT64_MAX;
	}
	return BITSET_NONE;
}

size_t
bitset_take(struct bitset *s)
{
	size_t lowest = bitset_next(s, 0);

	if (lowest != BITSET_NONE)
		bitset_set(s, lowest, false);
	return lowest;
}
