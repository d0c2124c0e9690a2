/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/entries.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define CHAINS_PAGE 1024

_Static_assert(sizeof(struct entry) == 48, "there may be a million");

void
entries_fini(struct entries *t)
{
	for (uint32_t i = 0; i < t->n_pages; i++)
		free(t->pages[i]);
	for (uint32_t i = 0; i < t->n_chains; i += CHAINS_PAGE)
		free(t->chains[i / CHAINS_PAGE]);
	free(t->pages);
	free(t->chains);
	*t = (struct entries){ 0 };
}

#define NEIGHBOURS 63 /* whose chains are side by side, as they come */

/*
 * By the address without the bits behind the prefix. What differs in the last bits only
 * differs so in the hash, too: neighbours come one after the other, and share a line of
 * the processor's cache.
 */
static uint32_t
prefix_hash(const struct prefix *p)
{
	uint64_t bytes[2], high, low;
	unsigned behind = 128 - p->len;

	memcpy(bytes, p->addr.bytes, sizeof(bytes));
	high = be64toh(bytes[0]);
	low = be64toh(bytes[1]);
	if (behind >= 64) {
		low = behind < 128 ? high >> (behind - 64) : 0;
		high = 0;
	} else if (behind > 0) {
		low = low >> behind | high << (64 - behind);
	}
	uint64_t x = low ^ (low & NEIGHBOURS);

	x ^= (high + p->len) * UINT64_C(0xd6e8feb86659fd93) + p->addr.family;
	x = (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 32) * UINT64_C(0xc2b2ae3d27d4eb4f);
	return (uint32_t)(x >> 32) ^ (uint32_t)(low & NEIGHBOURS);
}

/*
 * Linear hashing: as many chains as there are entries. Of the chains up to the last
 * power of two those in front have been split already: there one bit more counts.
 */
static uint32_t *
chain_of(const struct entries *t, uint32_t hash)
{
	uint32_t most = UINT32_MAX >> __builtin_clz(t->n_chains | 1);
	uint32_t i = hash & most;

	if (i >= t->n_chains)
		i &= most >> 1;
	return &t->chains[i / CHAINS_PAGE][i % CHAINS_PAGE];
}

/* Room for one pointer more; grows with the powers of two. */
static void *
grown(void *at, uint32_t n)
{
	if (n > 0 && (n & (n - 1)) != 0)
		return at;
	return xrealloc(at, n > 0 ? 2 * n : 1, sizeof(void *));
}

/* One chain more: a part of another. */
static void
chain_split(struct entries *t)
{
	uint32_t n = t->n_chains++;

	if (n % CHAINS_PAGE == 0) {
		t->chains = grown(t->chains, n / CHAINS_PAGE);
		t->chains[n / CHAINS_PAGE] =
		    xcalloc(CHAINS_PAGE, sizeof(uint32_t));
	}
	if (n == 0)
		return;
	uint32_t from = n & (UINT32_MAX >> __builtin_clz(n)) >> 1;
	uint32_t *whole = &t->chains[from / CHAINS_PAGE][from % CHAINS_PAGE];
	uint32_t i = *whole;

	*whole = 0;
	while (i != 0) {
		struct entry *e = entries_at(t, i);
		uint32_t *chain = chain_of(t, prefix_hash(&e->prefix));
		uint32_t next = e->next;

		e->next = *chain;
		*chain = i;
		i = next;
	}
}

uint32_t
entries_find(const struct entries *t, const struct prefix *p)
{
	uint32_t i = t->n_chains > 0 ? *chain_of(t, prefix_hash(p)) : 0;

	while (i != 0 && memcmp(&entries_at(t, i)->prefix, p, sizeof(*p)) != 0)
		i = entries_at(t, i)->next;
	return i;
}

static uint32_t
number_take(struct entries *t)
{
	uint32_t i = t->free;

	if (i != 0) {
		t->free = entries_at(t, i)->next;
		return i;
	}
	if (t->end / ENTRIES_PAGE == t->n_pages) {
		t->pages = grown(t->pages, t->n_pages);
		t->pages[t->n_pages++] =
		    xcalloc(ENTRIES_PAGE, sizeof(struct entry));
	}
	return t->end++;
}

uint32_t
entries_add(struct entries *t, const struct prefix *p)
{
	if (t->end == 0)
		t->end = 1;
	if (t->n++ >= t->n_chains)
		chain_split(t);
	uint32_t i = number_take(t);
	uint32_t *chain = chain_of(t, prefix_hash(p));

	*entries_at(t, i) = (struct entry){ .prefix = *p, .next = *chain };
	*chain = i;
	return i;
}

void
entries_remove(struct entries *t, uint32_t number)
{
	struct entry *e = entries_at(t, number);
	uint32_t *at = chain_of(t, prefix_hash(&e->prefix));

	while (*at != number)
		at = &entries_at(t, *at)->next;
	*at = e->next;
	*e = (struct entry){ .next = t->free };
	t->free = number;
	if (--t->n == 0)
		entries_fini(t);
}
