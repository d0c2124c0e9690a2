/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile - from objects to what must be written, one Service's work at a time.
 *
 * Hears of Services, groups and nodes, decides, and gives out what is to be
 * written when it is asked. Never writes, waits or looks at a clock.
 */
#ifndef ALLOCATOR_RECONCILE_RECONCILE_H
#define ALLOCATOR_RECONCILE_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/plan/plan.h"
#include "allocator/reconcile/task.h"

struct external;
struct plan_steps;
struct reconcile; /* private to reconcile.c */
struct service;
struct source_result;
struct supply;
struct vip_addrs;

struct reconcile_options {
	struct plan_class class; /* .instance NULL: the default one */
	uint32_t cooldown; /* ms that the address of one who went is spared */
};

struct reconcile *reconcile_new(const struct reconcile_options *);
/* As new, but for the Services that it saw go. */
void reconcile_reset(struct reconcile *);
void reconcile_free(struct reconcile *);

/*
 * What a store tells: was NULL is new, now NULL is gone. `now` stays borrowed until
 * the next call for this object.
 */
void reconcile_service(struct reconcile *, const struct service *was,
    const struct service *is, uint64_t now);
/* Likewise of a BGPConfiguration: which externalIPs the nodes announce. */
void reconcile_external(
    struct reconcile *, const struct external *was, const struct external *is);
/* All of these are known: only now what is said of externalIPs may be taken back. */
void reconcile_externals_listed(struct reconcile *);
/*
 * Likewise of a VirtualIP: who has or asks for one of its addresses is thought about
 * again, and nobody else.
 */
void reconcile_vip(struct reconcile *, const struct vip_addrs *was,
    const struct vip_addrs *is);
/* Hears of groups, nodes, namespaces and where the API server is, as from a store. */
struct supply *reconcile_supply(struct reconcile *);

/* How the plan of this Service came about is to be found there; borrowed for good. */
void reconcile_explain(
    struct reconcile *, const struct service *, struct plan_steps *);

/* Everything has been listed: allocation begins. Addresses that are in a status have
 * been taken in by now. */
void reconcile_start(struct reconcile *);

/* Thinks about what has changed, for a short while. True: call it again soon. */
bool reconcile_run(struct reconcile *, uint64_t now);
/* When it has to be called again at the latest; UINT64_MAX: never. */
uint64_t reconcile_due(const struct reconcile *);

/* The next status to write. */
bool reconcile_next(struct reconcile *, struct task *);
/* How that went. */
void reconcile_wrote(struct reconcile *, const char *ns, const char *name,
    uint64_t id, const struct source_result *, uint64_t now);
/* The next event; best asked when no status waits to be written. */
bool reconcile_next_news(struct reconcile *, struct news *);
/* A group whose figures are not those of its last report. */
bool reconcile_next_group(struct reconcile *, struct group_report *);

bool reconcile_is_started(const struct reconcile *);
const struct reconcile_stats *reconcile_stats(const struct reconcile *);
#endif
