/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - a run of encoded messages, made once and sent to many.
 *
 * A batch knows from where to where it goes in what it was made of; a member that
 * stands at the same place takes it instead of encoding. The cache keeps the latest
 * BATCH_CACHE bytes; a member keeps the one that it is in the middle of.
 */
#ifndef BGPD_RIB_BATCH_H
#define BGPD_RIB_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/buf.h"

#define BATCH_SIZE 65536 /* aimed at; a message always fits */
#define BATCH_CACHE (1024 * 1024)
#define BATCH_COUNTS 16384 /* at least, so that the cache is short to search */

/* A place in a table (bucket, slot) or in a list of changes (0, position). */
struct batch_at {
	uint32_t bucket;
	uint32_t slot;
};

enum batch_of { BATCH_TABLE, BATCH_CHANGES, BATCH_OTHER };

struct batch_key {
	enum batch_of of;
	uint32_t
	    version; /* of what it was made of: places mean nothing in another */
	uint32_t viewer; /* made for this source's peer only; 0: for any */
	struct batch_at from;
};

struct batch {
	uint32_t refs;
	struct batch_key key;
	struct batch_at to;
	struct batch *next, *prev; /* in the cache, from new to old */
	size_t len;
	size_t room;
	uint8_t *bytes; /* owned */
};

struct batch_cache {
	struct batch *first; /* refs */
	size_t bytes;
};

struct batch *batch_new(const struct batch_key *);
void batch_unref(struct batch *); /* NULL is fine */
/* A buffer with room for a message of n bytes more; batch_wrote() takes it back. */
struct wbuf batch_room(struct batch *, size_t n);
void batch_wrote(struct batch *, const struct wbuf *);
void batch_close(struct batch *); /* gives back what it did not need */

void batch_cache_clear(struct batch_cache *);
/* A reference for the caller, or NULL. */
struct batch *batch_cache_find(struct batch_cache *, const struct batch_key *);
void batch_cache_put(struct batch_cache *, struct batch *);
#endif
