/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - one Service at a time: what it is to have, who holds what, what to write.
 *
 * The thinking part of reconcile, from its workqueue; and what both remember. Only
 * reconcile.c uses this.
 */
#ifndef ALLOCATOR_RECONCILE_SYNC_H
#define ALLOCATOR_RECONCILE_SYNC_H

#include <stdbool.h>

#include "allocator/reconcile/supply.h"
#include "allocator/reconcile/svc.h"
#include "allocator/reconcile/task.h"

struct cooldown;
struct plan_steps;

/* Of one noted address, to the waiters whom it concerns, one after the other. */
struct offer {
	bool on, is_free; /* the address was when it began */
	bool asked_all;   /* of those who asked for it; now come the others */
	struct addr addr;
	uint64_t place; /* in line, of the last one */
};

struct reconcile {
	struct plan_class class;
	bool started;
	bool busy;        /* the queue is not empty yet */
	bool routes_said; /* by a Service, once (service_routes.h) */
	struct cooldown *cooldown;
	struct supply supply;
	struct svc *services; /* by name, owned */
	struct workqueue queue;
	struct svc *out, *news;  /* first come first: to write, to tell of */
	struct addr_queue noted; /* by sync_note() */
	struct offer offer;      /* for the last of them */
	uint64_t last_id;
	uint64_t
	    calm_at; /* no fight is over before; UINT64_MAX: there is none */
	struct reconcile_stats stats;
	const struct service *explained; /* borrowed, as the next; or NULL */
	struct plan_steps *steps;
	char message[PLAN_MESSAGE]; /* of what was given out last */
};

/* Thinks about the next of what has changed; false: there is nothing. */
bool sync_next(struct reconcile *);

/* The Service is planned when its turn comes. */
void sync_call(struct reconcile *, struct svc *);
/*
 * The holders of the address have changed, or their terms of sharing: those who wait
 * for it are asked before anybody else.
 */
void sync_note(struct reconcile *, const struct addr *);
/*
 * The Service says otherwise of the route of this address, or begins or ends to hold
 * it: other holders may have to be told.
 */
void
sync_call_sharers(struct reconcile *, const struct svc *, const struct addr *);
/*
 * The Service holds its target and what was sent; with_status, what its status shows,
 * too.
 */
void sync_held(struct reconcile *, struct svc *, bool with_status);
/* plan_is_of_others() */
bool sync_is_of_others(const struct reconcile *, const struct svc *);
/* Is there something to be written into it? */
bool sync_differs(const struct reconcile *, const struct svc *);
/* plan_is_ours() */
bool sync_is_ours(const struct reconcile *, const struct svc *);
/*
 * Queues the Service for writing if its status differs from its plan, else takes it
 * out.
 */
void sync_consider(struct reconcile *, struct svc *);
/* Puts the Service into the queue of those to be written, or takes it out. */
void sync_set_out(struct reconcile *, struct svc *, enum out_state);
/*
 * Likewise for the queue of Services of which people are told; 0: nothing is to be
 * told.
 */
void sync_set_news(struct reconcile *, struct svc *, uint8_t news);
/* Logs that we take back the addresses of the Service, if it had any and we lead. */
void sync_log_release(struct reconcile *, const struct svc *, const char *why);
/* The Service is gone: frees all that is known of it. */
void sync_forget(struct reconcile *, struct svc *);
#endif
