/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - prefixes as they come, sorted by bucket.
 *
 * Changes stand in the order in which they happened; an UPDATE has room for hundreds
 * of prefixes with the same path. A run takes a stretch of changes and gives it back
 * bucket by bucket, in time that only depends on its length.
 */
#ifndef BGPD_RIB_RUN_H
#define BGPD_RIB_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buckets;

struct run {
	uint32_t *prefix; /* owned, as all of these */
	uint32_t *next; /* chains those of a bucket, latest first; 0: the end */
	uint32_t *bucket; /* in the order in which they came up */
	uint32_t *sorted;
	uint32_t n;
	uint32_t n_buckets;
	uint32_t taken; /* of these */
	uint32_t cap;
};

void run_init(struct run *);
void run_fini(struct run *);
/* Bucket 0: to be withdrawn. True when it is the bucket's first prefix here. */
bool run_add(struct run *, struct buckets *, uint32_t bucket, uint32_t prefix);
/*
 * The prefixes of the next bucket, latest first, as many as returned; 0 when all were
 * taken, which empties the run. Borrowed until the next call.
 */
size_t run_take(struct run *, struct buckets *, uint32_t *bucket,
    const uint32_t **prefixes);
#endif
