/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets - what an update group tells its members, prefixes with the same path
 * together.
 *
 * A bucket stands for one path of one source and what policy makes of it for some
 * prefixes; it knows how the members see that path and owns an array of the prefixes
 * that have it, so that a table goes out by walking arrays. A prefix knows its bucket
 * and its slot in the array.
 */
#ifndef BGPD_RIB_BUCKETS_H
#define BGPD_RIB_BUCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/slots.h"

struct path;

struct bucket {
	struct path *in;  /* ref; NULL: the bucket is free */
	struct path *out; /* ref; as members see it, NULL: they don't */
	uint32_t source;
	uint32_t originator;
	uint32_t verdict; /* on the prefixes; bgpd/rib/verdict.h */
	uint32_t n, cap;
	uint32_t *prefixes; /* owned: indices */
	uint32_t hash;      /* of what it is found by */
	bool too_long; /* for group.c: no out path because it fits no message */
	uint32_t run;  /* for run.c: the chain of its prefixes there */
};

/* What a bucket is found by. */
struct bucket_key {
	struct path *in;
	uint32_t source;
	uint32_t verdict;
	/* Router id of the source, of what is reflected; it may get another. */
	uint32_t originator;
};

struct buckets {
	struct bucket *at; /* owned; 0 stands for no path at all */
	uint32_t end, cap;
	uint32_t first_free; /* chained by n */
	struct slots slots;
	uint32_t last;  /* that was asked for: the next one is often the same */
	uint32_t *of;   /* owned: by prefix index, the bucket */
	uint32_t *slot; /* owned: by prefix index, the slot in it */
	uint32_t prefixes_cap;
	size_t n_told;    /* prefixes in buckets with an out path */
	uint32_t version; /* another one after every change */
};

void buckets_init(struct buckets *);
void buckets_fini(struct buckets *);
/* A part of that: as many buckets. Nothing but these two may follow. True: all. */
bool buckets_end(struct buckets *, uint32_t most);
/* 0: there is none yet. */
uint32_t buckets_find(struct buckets *, const struct bucket_key *);
/* Takes a reference of its own on the key's path, and the caller's on out. */
uint32_t
buckets_new(struct buckets *, const struct bucket_key *, struct path *out);
/* Room for prefixes below end. */
void buckets_reserve(struct buckets *, uint32_t end);
/* Moves the prefix into a bucket (0: into none); an empty bucket ends. */
void buckets_put(struct buckets *, uint32_t prefix, uint32_t bucket);
/* … the same of n prefixes that are in none and have room, into one. */
void buckets_add(
    struct buckets *, const uint32_t *prefixes, uint32_t n, uint32_t bucket);

/*
 * The prefixes got other indices: map gives those of the old ones below end, in the
 * same order; from now on they are below now. Gives back room.
 */
void buckets_renumber(
    struct buckets *, const uint32_t *map, uint32_t end, uint32_t now);

/* Is somebody told of it who gave routes of his own as viewer? 0: who gave none. */
static inline bool
bucket_told(const struct bucket *b, uint32_t viewer)
{
	return b->out != NULL && (viewer == 0 || b->source != viewer);
}

static inline const struct bucket *
buckets_of(const struct buckets *b, uint32_t prefix)
{
	return &b->at[prefix < b->prefixes_cap ? b->of[prefix] : 0];
}
#endif
