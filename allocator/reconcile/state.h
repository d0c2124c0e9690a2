/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - what reconcile remembers; for reconcile.c and sync.c alone.
 */
#ifndef ALLOCATOR_RECONCILE_STATE_H
#define ALLOCATOR_RECONCILE_STATE_H

#include "allocator/ipam/addrs.h"
#include "allocator/plan/plan.h"
#include "allocator/reconcile/supply.h"
#include "allocator/reconcile/task.h"
#include "allocator/reconcile/workqueue.h"

struct cooldown;
struct plan_steps;
struct service;
struct sharing;
struct svc;
struct waiters;

struct reconcile {
	bool default_class, started;
	bool busy; /* the queue is not empty yet */
	struct cooldown *cooldown;
	struct supply supply;
	struct waiters *waiters;
	struct svc *services; /* by name, owned */
	struct sharing *sharing;
	struct workqueue queue;
	struct svc *out, *news; /* first come first: to write, to tell of */
	size_t n_out;
	struct addr_queue noted; /* by sync_note() */
	struct addr served; /* the last of them: waiters are walked for it */
	uint64_t last_id;
	struct reconcile_stats stats;
	const struct service *explained; /* borrowed, as the next; or NULL */
	struct plan_steps *steps;
	char message[PLAN_MESSAGE]; /* of what was given out last */
};
#endif
