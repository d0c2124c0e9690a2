/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefix_table - the prefixes of one family, each with an index.
 *
 * An entry is the length and the address, 5 or 17 bytes side by side: as on the wire
 * but for the unused bytes at the end. An index holds until it is removed; the first
 * is 1, and removed ones are given again.
 */
#ifndef BGPD_RIB_PREFIX_TABLE_H
#define BGPD_RIB_PREFIX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/slots.h"
#include "common/prefix.h"

#define PREFIX_ENTRY_MAX 17
#define PREFIX_FREE 0xff /* in place of the length */

struct prefix_table {
	enum family family;
	uint32_t size; /* bytes of an entry */
	uint32_t n;    /* prefixes in it */
	uint32_t end;  /* indices are below */
	uint32_t cap;
	uint32_t first_free; /* 0: none; the next one is in the entry */
	uint32_t buried;     /* see prefix_table_bury() */
	uint8_t *entries;    /* owned */
	uint64_t key;        /* of the hash */
	struct slots slots;
};

void prefix_table_init(struct prefix_table *, enum family, uint64_t seed);
void prefix_table_fini(struct prefix_table *);

uint32_t prefix_table_add(struct prefix_table *, const struct prefix *);
void prefix_table_remove(struct prefix_table *, uint32_t index);
/*
 * Where most go: it is gone, at once, but its slot and its index stay taken until
 * prefix_table_pack(), which is to follow.
 */
void prefix_table_bury(struct prefix_table *, uint32_t index);
/*
 * Gives indices anew, without holes and in the same order, and gives back the room of
 * what went. Returns, owned, the new index by the old one.
 */
uint32_t *prefix_table_pack(struct prefix_table *);
size_t prefix_table_bytes(const struct prefix_table *); /* in use */
/* 0: not there. */
uint32_t prefix_table_find(const struct prefix_table *, const struct prefix *);
/* See slots_place(). */
const void *
prefix_table_place(const struct prefix_table *, const struct prefix *);
struct prefix prefix_table_get(const struct prefix_table *, uint32_t index);

static inline const uint8_t *
prefix_table_entry(const struct prefix_table *t, uint32_t index)
{
	return t->entries + (size_t)index * t->size;
}

static inline bool
prefix_table_has(const struct prefix_table *t, uint32_t index)
{
	return prefix_table_entry(t, index)[0] != PREFIX_FREE;
}

/* Bytes of an entry that go on the wire. */
static inline size_t
prefix_entry_used(const uint8_t *entry)
{
	return 1 + (size_t)(entry[0] + 7) / 8;
}
#endif
