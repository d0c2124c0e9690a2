/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/attribute_sets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/announce/attributes.h"
#include "common/alloc.h"

struct set {
	struct attributes attributes; /* what they point to is in words */
	uint32_t number, refs;
	UT_hash_handle hh;
	uint32_t words[]; /* all of it: the hash key */
};

#define HEAD 13 /* words before the lists */

struct attribute_sets {
	struct set **at; /* owned, by number; NULL: not in use */
	uint32_t n, cap;
	uint32_t *free; /* owned: numbers to be given again */
	uint32_t n_free;
	struct set *sets; /* owned, a uthash */
};

static const struct attributes empty;

struct attribute_sets *
attribute_sets_new(void)
{
	struct attribute_sets *s = xcalloc(1, sizeof(*s));

	s->n = 1;
	return s;
}

void
attribute_sets_free(struct attribute_sets *s)
{
	struct set *set, *next;

	if (s == NULL)
		return;
	HASH_ITER (hh, s->sets, set, next) {
		HASH_DEL(s->sets, set);
		free(set);
	}
	free(s->at);
	free(s->free);
	free(s);
}

static struct set *
set_new(const struct attributes *a)
{
	size_t words = HEAD + a->n_standard + 3 * a->n_large + a->n_peers;
	struct set *set =
	    xcalloc(1, sizeof(*set) + words * sizeof(set->words[0]));
	uint32_t *w = set->words;

	set->attributes = *a;
	w[0] = a->local_pref;
	w[1] = a->has_local_pref;
	w[2] = (uint32_t)a->n_standard;
	w[3] = (uint32_t)a->n_large;
	w[4] = a->kinds;
	w[5] = a->med;
	w[6] = (uint32_t)a->prepends << 3 | (uint32_t)a->local << 2 |
	    (uint32_t)a->own << 1 | a->has_med;
	w[7] = a->bandwidth;
	w[8] = a->non_transitive;
	w[9] = a->bandwidth_as;
	w[10] = (uint32_t)a->n_peers;
	w[11] = a->plain;
	w[12] = a->max_announcers;
	set->attributes.standard = w += HEAD;
	if (a->n_standard > 0)
		memcpy(w, a->standard, a->n_standard * sizeof(*w));
	set->attributes.large = (uint32_t(*)[3])(w += a->n_standard);
	if (a->n_large > 0)
		memcpy(w, a->large, a->n_large * sizeof(a->large[0]));
	set->attributes.peers = w += 3 * a->n_large;
	if (a->n_peers > 0)
		memcpy(w, a->peers, a->n_peers * sizeof(*w));
	return set;
}

static size_t
set_key_bytes(const struct set *set)
{
	return (HEAD + set->attributes.n_standard +
		   3 * set->attributes.n_large + set->attributes.n_peers) *
	    sizeof(set->words[0]);
}

static uint32_t
number_take(struct attribute_sets *s)
{
	if (s->n_free > 0)
		return s->free[--s->n_free];
	assert(s->n < ATTRIBUTE_SETS_MAX);
	if (s->n >= s->cap) {
		s->cap = 2 * s->n;
		s->at = xrealloc(s->at, s->cap, sizeof(s->at[0]));
		s->free = xrealloc(s->free, s->cap, sizeof(s->free[0]));
	}
	return s->n++;
}

static bool
is_empty(const struct attributes *a)
{
	return a->n_standard == 0 && a->n_large == 0 && !a->has_local_pref &&
	    a->kinds == 0 && !a->has_med && a->prepends == 0 &&
	    a->bandwidth == 0 && a->n_peers == 0 && !a->own;
}

uint32_t
attribute_sets_intern(struct attribute_sets *s, const struct attributes *a)
{
	struct set *set, *known;

	if (is_empty(a))
		return 0;
	set = set_new(a);
	HASH_FIND(hh, s->sets, set->words, set_key_bytes(set), known);
	if (known != NULL) {
		free(set);
		known->refs++;
		return known->number;
	}
	set->refs = 1;
	set->number = number_take(s);
	s->at[set->number] = set;
	HASH_ADD_KEYPTR(hh, s->sets, set->words, set_key_bytes(set), set);
	return set->number;
}

/* A set has one reference to its plain one, however many it has itself. */
uint32_t
attribute_sets_intern_own(struct attribute_sets *s, struct attributes *own,
    const struct attributes *plain)
{
	own->own = true;
	own->plain = attribute_sets_intern(s, plain);
	uint32_t number = attribute_sets_intern(s, own);

	if (s->at[number]->refs > 1)
		attribute_sets_unref(s, own->plain);
	return number;
}

void
attribute_sets_ref(struct attribute_sets *s, uint32_t number)
{
	if (number > 0)
		s->at[number]->refs++;
}

void
attribute_sets_unref(struct attribute_sets *s, uint32_t number)
{
	if (number == 0 || --s->at[number]->refs > 0)
		return;
	uint32_t plain = s->at[number]->attributes.plain;

	HASH_DEL(s->sets, s->at[number]);
	free(s->at[number]);
	s->free[s->n_free++] = number;
	attribute_sets_unref(s, plain); /* 0 with what is not one's own */
}

const struct attributes *
attribute_sets_get(const struct attribute_sets *s, uint32_t number)
{
	return number > 0 ? &s->at[number]->attributes : &empty;
}

uint32_t
attribute_sets_bandwidth(const struct attribute_sets *s)
{
	uint32_t most = 0;

	for (const struct set *set = s->sets; set != NULL; set = set->hh.next)
		if (set->attributes.bandwidth > most)
			most = set->attributes.bandwidth;
	return most;
}
