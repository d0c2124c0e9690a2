/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/prefix_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { CAP_FIRST = 16 };

void
prefix_table_init(struct prefix_table *t, enum family family, uint64_t seed)
{
	*t = (struct prefix_table){
		.family = family,
		.size = 1 + family_bytes(family),
		.end = 1,
		.key = slots_key(seed),
	};
	slots_init(&t->slots);
}

void
prefix_table_fini(struct prefix_table *t)
{
	slots_fini(&t->slots);
	free(t->entries);
	*t = (struct prefix_table){ 0 };
}

static uint32_t
entry_hash(const struct prefix_table *t, const uint8_t *entry)
{
	uint32_t tail;
	uint64_t a, b;

	if (t->family == FAMILY_V4) {
		memcpy(&tail, entry + 1, 4);
		return slots_mix(t->key, (uint64_t)entry[0] << 32 | tail);
	}
	memcpy(&a, entry + 1, 8);
	memcpy(&b, entry + 9, 8);
	a *= t->key;
	return slots_mix(t->key, (a ^ a >> 32) + b + entry[0]);
}

static uint32_t
index_hash(const void *owner, uint32_t index)
{
	const struct prefix_table *t = owner;

	return entry_hash(t, prefix_table_entry(t, index));
}

static void
entry_fill(uint8_t entry[PREFIX_ENTRY_MAX], const struct prefix *p)
{
	entry[0] = p->len;
	memcpy(entry + 1, p->addr.bytes, 16);
}

static bool
entry_eq(const struct prefix_table *t, const uint8_t *a, const uint8_t *b)
{
	return t->family == FAMILY_V4 ? memcmp(a, b, 5) == 0
				      : memcmp(a, b, PREFIX_ENTRY_MAX) == 0;
}

static uint32_t
find(const struct prefix_table *t, const uint8_t *entry, uint32_t hash)
{
	struct slots_walk w = slots_walk(&t->slots, hash);
	uint32_t index;

	while ((index = slots_next(&w)) != 0)
		if (entry_eq(t, prefix_table_entry(t, index), entry))
			break;
	return index;
}

uint32_t
prefix_table_find(const struct prefix_table *t, const struct prefix *p)
{
	uint8_t entry[PREFIX_ENTRY_MAX];

	entry_fill(entry, p);
	return find(t, entry, entry_hash(t, entry));
}

const void *
prefix_table_place(const struct prefix_table *t, const struct prefix *p)
{
	uint8_t entry[PREFIX_ENTRY_MAX];

	entry_fill(entry, p);
	return slots_place(&t->slots, entry_hash(t, entry));
}

static uint32_t
take_index(struct prefix_table *t)
{
	uint32_t index = t->first_free;

	if (index != 0) {
		memcpy(&t->first_free, prefix_table_entry(t, index) + 1, 4);
		return index;
	}
	if (t->end >= t->cap) {
		t->cap = t->cap == 0 ? CAP_FIRST : t->cap * 2;
		t->entries = xrealloc(t->entries, t->cap, t->size);
	}
	return t->end++;
}

uint32_t
prefix_table_add(struct prefix_table *t, const struct prefix *p)
{
	uint8_t entry[PREFIX_ENTRY_MAX];

	entry_fill(entry, p);
	uint32_t hash = entry_hash(t, entry);
	uint32_t index = find(t, entry, hash);

	if (index != 0)
		return index;
	index = take_index(t);
	memcpy(t->entries + (size_t)index * t->size, entry, t->size);
	slots_add(&t->slots, index, hash, index_hash, t);
	t->n++;
	return index;
}

static void
move_entry(struct prefix_table *t, uint32_t from, uint32_t to)
{
	memmove(t->entries + (size_t)to * t->size, prefix_table_entry(t, from),
	    t->size);
}

uint32_t *
prefix_table_pack(struct prefix_table *t)
{
	uint32_t *map = xcalloc(t->end, sizeof(*map));
	uint32_t to = 1;

	slots_reset(&t->slots, t->n);
	for (uint32_t i = 1; i < t->end; i++) {
		if (!prefix_table_has(t, i))
			continue;
		move_entry(t, i, to);
		slots_add(&t->slots, to, index_hash(t, to), index_hash, t);
		map[i] = to++;
	}
	t->end = to;
	t->first_free = t->buried = 0;
	t->cap = to > CAP_FIRST ? to : CAP_FIRST;
	t->entries = xrealloc(t->entries, t->cap, t->size);
	return map;
}

size_t
prefix_table_bytes(const struct prefix_table *t)
{
	return (size_t)t->n * t->size + slots_bytes(&t->slots);
}

void
prefix_table_remove(struct prefix_table *t, uint32_t index)
{
	uint8_t *entry = t->entries + (size_t)index * t->size;

	slots_remove(&t->slots, index_hash, t, index);
	entry[0] = PREFIX_FREE;
	memcpy(entry + 1, &t->first_free, 4);
	t->first_free = index;
	t->n--;
}

/* Whoever comes to its slot finds no prefix that there may be. */
void
prefix_table_bury(struct prefix_table *t, uint32_t index)
{
	t->entries[(size_t)index * t->size] = PREFIX_FREE;
	t->buried++;
	t->n--;
}

struct prefix
prefix_table_get(const struct prefix_table *t, uint32_t index)
{
	const uint8_t *entry = prefix_table_entry(t, index);

	return (struct prefix){
		.addr = addr_from(t->family, entry + 1),
		.len = entry[0],
	};
}
