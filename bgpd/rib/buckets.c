/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/buckets.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/path.h"
#include "common/alloc.h"

void
buckets_init(struct buckets *b)
{
	*b = (struct buckets){ .end = 1, .cap = 4 };
	b->at = xcalloc(b->cap, sizeof(*b->at));
	slots_init(&b->slots);
}

bool
buckets_end(struct buckets *b, uint32_t most)
{
	for (; b->end > 1 && most > 0; most--) {
		struct bucket *bucket = &b->at[--b->end];

		path_unref(bucket->in);
		path_unref(bucket->out);
		free(bucket->prefixes);
	}
	return b->end == 1;
}

void
buckets_fini(struct buckets *b)
{
	buckets_end(b, UINT32_MAX);
	free(b->at);
	free(b->of);
	free(b->slot);
	slots_fini(&b->slots);
	*b = (struct buckets){ 0 };
}

static uint32_t
key_hash(const struct bucket_key *key)
{
	/* The path's hash has a key; the others are numbers of our own giving. */
	return slots_mix(UINT64_C(0x9e3779b97f4a7c15),
	    ((uint64_t)key->source + key->verdict) << 32 | key->in->hash);
}

static uint32_t
bucket_hash(const void *owner, uint32_t index)
{
	const struct buckets *b = owner;

	return b->at[index].hash;
}

static bool
is_of(const struct bucket *b, const struct bucket_key *key)
{
	return b->in == key->in && b->source == key->source &&
	    b->verdict == key->verdict && b->originator == key->originator;
}

uint32_t
buckets_find(struct buckets *b, const struct bucket_key *key)
{
	uint32_t at = b->last;

	if (is_of(&b->at[at], key))
		return at;
	struct slots_walk w = slots_walk(&b->slots, key_hash(key));

	while ((at = slots_next(&w)) != 0)
		if (is_of(&b->at[at], key))
			break;
	b->last = at;
	return at;
}

static uint32_t
take_free(struct buckets *b)
{
	uint32_t at = b->first_free;

	if (at != 0) {
		b->first_free = b->at[at].n;
		return at;
	}
	if (b->end >= b->cap) {
		b->cap *= 2;
		b->at = xrealloc(b->at, b->cap, sizeof(*b->at));
	}
	return b->end++;
}

uint32_t
buckets_new(struct buckets *b, const struct bucket_key *key, struct path *out)
{
	uint32_t at = take_free(b);

	b->at[at] = (struct bucket){
		.in = path_ref(key->in),
		.out = out,
		.source = key->source,
		.originator = key->originator,
		.verdict = key->verdict,
		.hash = key_hash(key),
	};
	slots_add(&b->slots, at, b->at[at].hash, bucket_hash, b);
	b->last = at;
	return at;
}

static void
bucket_end(struct buckets *b, uint32_t at)
{
	struct bucket *bucket = &b->at[at];

	slots_remove(&b->slots, bucket_hash, b, at);
	path_unref(bucket->in);
	path_unref(bucket->out);
	free(bucket->prefixes);
	*bucket = (struct bucket){ .n = b->first_free };
	b->first_free = at;
	b->last = 0;
}

void
buckets_reserve(struct buckets *b, uint32_t end)
{
	uint32_t was = b->prefixes_cap;

	if (end <= was)
		return;
	b->prefixes_cap = end < was * 2 ? was * 2 : end;
	b->of = xrealloc(b->of, b->prefixes_cap, sizeof(*b->of));
	b->slot = xrealloc(b->slot, b->prefixes_cap, sizeof(*b->slot));
	memset(b->of + was, 0, (b->prefixes_cap - was) * sizeof(*b->of));
}

static void
make_room(struct bucket *bucket, uint32_t n)
{
	if (bucket->cap - bucket->n >= n)
		return;
	if (bucket->cap == 0)
		bucket->cap = 4;
	while (bucket->cap - bucket->n < n)
		bucket->cap *= 2;
	bucket->prefixes =
	    xrealloc(bucket->prefixes, bucket->cap, sizeof(*bucket->prefixes));
}

void
buckets_add(
    struct buckets *b, const uint32_t *prefixes, uint32_t n, uint32_t at)
{
	struct bucket *bucket = &b->at[at];
	uint32_t first = bucket->n;

	make_room(bucket, n);
	for (uint32_t i = 0; i < n; i++) {
		b->of[prefixes[i]] = at;
		b->slot[prefixes[i]] = first + i;
		bucket->prefixes[first + i] = prefixes[i];
	}
	bucket->n += n;
	b->n_told += bucket->out != NULL ? n : 0;
	b->version++;
}

/*
 * The last one takes the slot. Whoever walks the array from its end towards its
 * start while this happens misses nothing.
 */
static void
take_away(struct buckets *b, uint32_t at, uint32_t slot)
{
	struct bucket *bucket = &b->at[at];
	uint32_t last = bucket->prefixes[--bucket->n];

	bucket->prefixes[slot] = last;
	b->slot[last] = slot;
	b->n_told -= bucket->out != NULL;
	if (bucket->n == 0)
		bucket_end(b, at);
}

void
buckets_put(struct buckets *b, uint32_t prefix, uint32_t bucket)
{
	buckets_reserve(b, prefix + 1);
	if (b->of[prefix] != 0)
		take_away(b, b->of[prefix], b->slot[prefix]);
	b->of[prefix] = 0;
	b->version++;
	if (bucket != 0)
		buckets_add(b, &prefix, 1, bucket);
}

static void
renumber_bucket(struct bucket *bucket, const uint32_t *map)
{
	for (uint32_t i = 0; i < bucket->n; i++)
		bucket->prefixes[i] = map[bucket->prefixes[i]];
	if (bucket->cap / 4 <= bucket->n)
		return;
	bucket->cap = bucket->n;
	bucket->prefixes =
	    xrealloc(bucket->prefixes, bucket->cap, sizeof(*bucket->prefixes));
}

/* Buckets keep their places, for the sake of who walks them; the last free ones go. */
static void
drop_last(struct buckets *b)
{
	while (b->end > 1 && b->at[b->end - 1].in == NULL)
		b->end--;
	b->first_free = b->last = 0;
	slots_fit(&b->slots, b->end, bucket_hash, b);
	for (uint32_t i = 1; i < b->end; i++) {
		if (b->at[i].in != NULL)
			continue;
		b->at[i].n = b->first_free;
		b->first_free = i;
	}
	b->cap = b->end > 4 ? b->end : 4;
	b->at = xrealloc(b->at, b->cap, sizeof(*b->at));
}

void
buckets_renumber(
    struct buckets *b, const uint32_t *map, uint32_t end, uint32_t now)
{
	for (uint32_t i = 1; i < b->end; i++)
		if (b->at[i].in != NULL)
			renumber_bucket(&b->at[i], map);
	for (uint32_t i = 1; i < end && i < b->prefixes_cap; i++) {
		uint32_t bucket = b->of[i];

		b->of[i] = 0;
		if (bucket == 0)
			continue;
		b->of[map[i]] = bucket; /* never behind i: order is kept */
		b->slot[map[i]] = b->slot[i];
	}
	if (now < b->prefixes_cap) {
		b->prefixes_cap = now;
		b->of = xrealloc(b->of, now, sizeof(*b->of));
		b->slot = xrealloc(b->slot, now, sizeof(*b->slot));
	}
	drop_last(b);
}
