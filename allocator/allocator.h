/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocator - gives addresses to Services: the owner of all parts.
 *
 * A source fills the store, the store tells reconcile, reconcile decides, apply
 * writes through the source. Without a source it reads and decides only. Of several
 * allocators of a cluster one decides, by a Lease; the others follow.
 */
#ifndef ALLOCATOR_ALLOCATOR_H
#define ALLOCATOR_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/reconcile/reconcile.h"
#include "common/api/instance.h"

struct allocator; /* private: core.h */
struct clock;
struct dashboard;
struct err;
struct leader_spec;
struct metrics;
struct source;
struct store;

struct allocator_ops {
	/* allocator_tick() is wanted then; replaces what was asked before. */
	void (*arm)(void *arg, uint64_t at);
	/* What allocator_stop() began is done. */
	void (*stopped)(void *arg);
};

struct allocator_options {
	/* That we are of; both borrowed for good, NULL: the default one. */
	struct instance instance;
	struct reconcile_options reconcile;
	const struct clock *clock; /* borrowed for good */
	/* How one of several is chosen; NULL: there is no other. Borrowed. */
	const struct leader_spec *election;
	/* Services, ServiceGroups and BGPPeers are told whether nodes announce. */
	bool announced;
};

struct allocator *allocator_new(
    const struct allocator_options *, const struct allocator_ops *, void *arg);
void allocator_free(struct allocator *); /* after the source */

/* To be filled by a source. Borrowed. */
struct store *allocator_store(struct allocator *);
/* Where writes go; borrowed for good. */
void allocator_set_source(struct allocator *, struct source *);
/* Its numbers join the others. */
void allocator_metrics(struct allocator *, struct metrics *);
/* All that people may want to see. Borrowed. */
const struct dashboard *allocator_dashboard(const struct allocator *);

void allocator_tick(struct allocator *);
/*
 * Gives the Lease back, so that another can go on at once. True: there is nothing to
 * wait for; else ops->stopped() is called, in a second at most.
 */
bool allocator_stop(struct allocator *);

/*
 * Has all that addresses are given by been listed once, by the source that fills the
 * store, and could it lead? If not, why. What only the conditions about announcing
 * need is not waited for, nor are BGPPeers: an upgrade may bring the right to read them
 * later.
 */
bool allocator_ready(
    const struct allocator *, const struct source *, struct err *why);
/* Objects and pools that are refused; each has been logged. */
size_t allocator_refusals(const struct allocator *);
/*
 * Addresses that a Service has and could not keep, as of two with the same one; each
 * is logged. In place of writing: nothing can be written afterwards.
 */
size_t allocator_losses(struct allocator *);
#endif
