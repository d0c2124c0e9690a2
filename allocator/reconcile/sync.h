/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - one Service at a time: what it is to have, who holds what, what to write.
 *
 * The thinking part of reconcile, from its workqueue.
 */
#ifndef ALLOCATOR_RECONCILE_SYNC_H
#define ALLOCATOR_RECONCILE_SYNC_H

#include <stdbool.h>

#include "allocator/reconcile/svc.h"

struct reconcile;

/* Thinks about the next of what has changed; false: there is nothing. */
bool sync_next(struct reconcile *);

/* It is thought about when its turn comes. */
void sync_call(struct reconcile *, struct svc *);
/* Those who wait and may share with it may find room now: they are called. */
void sync_call_sharers(struct reconcile *, const struct svc *);
/* It holds what it is to have and what was sent, with_status what its status shows. */
void sync_held(struct reconcile *, struct svc *, bool with_status);
/* plan_is_ours() */
bool sync_is_ours(const struct reconcile *, const struct svc *);
/* Queues it for writing if there is something to write, and takes it out if not. */
void sync_consider(struct reconcile *, struct svc *);
/* Enters the queue of those to be written, or leaves it. */
void sync_set_out(struct reconcile *, struct svc *, enum out_state);
/* The same for those of whom people are told; 0: there is nothing to tell. */
void sync_set_news(struct reconcile *, struct svc *, uint8_t news);
/* We take back what it had, if it had something; others do while they lead. */
void sync_log_release(struct reconcile *, const struct svc *, const char *why);
/* It is gone: frees it. */
void sync_forget(struct reconcile *, struct svc *);
#endif
