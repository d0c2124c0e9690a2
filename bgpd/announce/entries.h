/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries - a record for each prefix that somebody says something of.
 *
 * There may be a million, so a record is small, is known by a number of 32 bits and
 * never moves. The first number is 1; one that was removed is given again. No call does
 * more than a little work: the table grows by a page, its hash by one chain.
 */
#ifndef BGPD_ANNOUNCE_ENTRIES_H
#define BGPD_ANNOUNCE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct claims;
struct crowd;

struct claim { /* one want, as it is kept */
	uint32_t entry;
	uint32_t set : 26; /* of attribute_sets; a reference */
	uint32_t verdict : 5;
	uint32_t holds : 1;
};

struct entry {
	struct prefix prefix; /* of no family: the number is free */
	bool announced : 1;
	bool shared : 1;  /* as told */
	bool linked : 1;  /* only: it counts */
	bool crowded : 1; /* crowd, in place of only */
	bool lost : 1;    /* service no longer announces it, others may */
	uint32_t told;    /* attributes, a set; a reference */
	uint32_t claims;  /* that name it; it stays as long as there is one */
	uint32_t next;    /* private to entries.c */
	union {
		struct claim only;
		struct crowd *crowd; /* owned */
	};
	struct claims *service; /* borrowed: one that announces it, or NULL */
};

struct entries {
	struct entry **pages; /* owned */
	uint32_t n_pages;
	uint32_t n, end;   /* in use; numbers are below */
	uint32_t free;     /* the first free number, or 0 */
	uint32_t **chains; /* owned: of the hash, in pages, too */
	uint32_t n_chains;
};

#define ENTRIES_PAGE 256

void entries_fini(struct entries *); /* starts as zeros */
/* 0: there is none. */
uint32_t entries_find(const struct entries *, const struct prefix *);
/* It is not there yet. */
uint32_t entries_add(struct entries *, const struct prefix *);
void entries_remove(struct entries *, uint32_t number);

static inline struct entry *
entries_at(const struct entries *t, uint32_t number)
{
	return &t->pages[number / ENTRIES_PAGE][number % ENTRIES_PAGE];
}
#endif
