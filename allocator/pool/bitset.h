/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitset - a set of numbers below a limit, such as the indices of groups.
 *
 * A step of a search looks at 64 of them. Sets that meet have the same limit.
 */
#ifndef ALLOCATOR_POOL_BITSET_H
#define ALLOCATOR_POOL_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITSET_NONE SIZE_MAX

struct bitset {
	uint64_t *words; /* owned; unused bits are 0 */
	size_t n_words;
};

void bitset_init(struct bitset *, size_t limit); /* empty */
void bitset_fini(struct bitset *);

void bitset_set(struct bitset *, size_t i, bool in);
void bitset_add_all(struct bitset *, const struct bitset *);
bool bitset_has(const struct bitset *, size_t i);
/* The lowest that is not below `from`, or BITSET_NONE. */
size_t bitset_next(const struct bitset *, size_t from);
/* The lowest, which is out of the set then; BITSET_NONE: it is empty. */
size_t bitset_take(struct bitset *);
#endif
