/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_writes_io - sends writes to the API server, in an order and at a rate.
 *
 * Writes to one object wait in a lane of their own, so that they keep their order;
 * the first of each lane may be sent. Lanes take turns, a bounded number is under
 * way, a server that says it is busy (429) stops them all for as long as it asks.
 * Events have one lane for all, served when no other is waiting.
 */
#ifndef COMMON_KUBE_KUBE_WRITES_IO_H
#define COMMON_KUBE_KUBE_WRITES_IO_H

#include <stddef.h>

#include <stdint.h>

#include "common/source/source.h"

struct event_base;
struct kube_io;
struct kube_write;
struct kube_writes; /* private to kube_writes_io.c */
struct rng;

struct kube_writes_ops {
	/* The object's version as it is known, a number; 0: it isn't. */
	uint64_t (*known)(void *arg, size_t kind, const struct object_key *);
	/*
	 * A write was answered with a lower version than was known when it was given.
	 * Before its done.
	 */
	void (*past)(void *arg, size_t kind, uint64_t was, uint64_t is);
};

/* All are borrowed for good. */
struct kube_writes *kube_writes_new(struct event_base *, struct kube_io *,
    struct rng *, const struct kube_writes_ops *, void *arg);
/* After its kube_io, which drops what is under way; no done is called any more. */
void kube_writes_free(struct kube_writes *);

/* Both take the write. done is called once, not before this returns. */
void kube_writes_add(struct kube_writes *, const struct source_write *about,
    struct kube_write *, source_done *, void *arg);
/*
 * Records excepted, nothing is sent from then on, be it under a later fence, and what
 * is under way is taken back; monotonic, ms.
 */
void kube_writes_fence(struct kube_writes *, uint64_t until);
/* No version that was known before is compared with an answer any more. */
void kube_writes_forget(struct kube_writes *);
/* Dropped when too many are waiting. */
void kube_writes_add_event(struct kube_writes *, struct kube_write *);
#endif
