/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workqueue - what reconcile has yet to do: Services to think about, to write and to
 * tell of.
 */
#ifndef ALLOCATOR_RECONCILE_WORKQUEUE_H
#define ALLOCATOR_RECONCILE_WORKQUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/reconcile/svc.h"

struct workqueue {                              /* all zero: empty */
	struct svc *todo, *out, *failed, *news; /* borrowed, first come first */
	size_t n_out;
	bool back; /* a write has succeeded since the last retry */
};

void workqueue_add(struct workqueue *, struct svc *); /* to be thought about */
struct svc *workqueue_take(struct workqueue *);       /* the next, or NULL */
/* Enters the lists that go with the state, and leaves the others. */
void workqueue_set_out(struct workqueue *, struct svc *, enum out_state);
/* Queues those that wait for a retry, and do not sit it out. */
void workqueue_retry(struct workqueue *);
void workqueue_set_news(struct workqueue *, struct svc *, bool);
void workqueue_remove(struct workqueue *, struct svc *); /* from all lists */
#endif
