/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner of all parts. The store decodes what a source reads and tells of each
 * change; reconcile hears of it and decides; apply writes, when it has room; elect
 * says whether this allocator leads. Nothing is written before it leads and each kind
 * has been listed since then.
 *
 * All work is done by allocator_tick(), which main.c calls at the time that was
 * asked for with allocator_arm(). News of any kind asks for a tick at once.
 *
 * Here are its birth, its end and the tick. The rest is by what it is about: objects.c
 * (who hears of which object), leading.c (whether it decides), others.c (what is of
 * another lbbgp, or of none), announcing.c (the conditions about announcing), shown.c
 * (the dashboard) and check.c (what is asked from outside).
 */
#include <stdlib.h>

#include "allocator/announced/announced.h"
#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/recent.h"
#include "allocator/lead/classes.h"
#include "allocator/lead/elect.h"
#include "allocator/lead/lease.h"
#include "allocator/pool/servers.h"
#include "allocator/pool/vip_rivals.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/core.h"
#include "allocator/write/apply.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"

void
allocator_arm(struct allocator *a, uint64_t at)
{
	if (at >= a->armed)
		return;
	a->armed = at;
	a->ops->arm(a->arg, at);
}

void
allocator_wake(void *arg)
{
	allocator_arm(arg, 0);
}

static void
on_ready(void *arg)
{
	struct allocator *a = arg;

	log_info("allocator: %zu Services and %zu ServiceGroups listed",
	    store_count(a->store, KIND_SERVICE),
	    store_count(a->store, KIND_GROUP));
}

static const struct store_ops store_ops = {
	.ready = on_ready,
	.listed = leading_listed,
};

/* ---- life ---- */

struct allocator *
allocator_new(const struct allocator_options *options,
    const struct allocator_ops *ops, void *arg)
{
	struct allocator *a = xcalloc(1, sizeof(*a));

	a->options = *options;
	if (options->instance.ns == NULL)
		a->options.instance = instance_default;
	a->leads = options->election == NULL;
	a->ops = ops;
	a->arg = arg;
	a->armed = a->returned_at = UINT64_MAX;
	a->options.reconcile.class.instance = a->options.instance;
	a->reconcile = reconcile_new(&a->options.reconcile);
	a->classes = classes_new(&a->options.instance);
	a->vip_rivals = vip_rivals_new(a->options.instance.class);
	a->store = store_new(allocator_kinds,
	    options->announced              ? KINDS
		: options->election != NULL ? KIND_LEASE + 1
					    : KIND_LEASE,
	    &store_ops, a);
	store_only(a->store, KIND_SERVERS, SERVERS_NAME);
	if (options->announced || options->election != NULL) {
		store_only(a->store, KIND_LEASE, LEASE_NAME);
		store_set_namespace(
		    a->store, KIND_LEASE, a->options.instance.ns);
	}
	if (options->announced)
		a->announced = announcing_begin(a);
	a->recent = recent_new();
	a->dashboard = shown_begin(a);
	return a;
}

void
allocator_free(struct allocator *a)
{
	struct other_group *o, *next;

	if (a == NULL)
		return;
	dashboard_free(a->dashboard);
	recent_free(a->recent);
	elect_free(a->elect);
	announced_free(a->announced);
	apply_free(a->apply);
	reconcile_free(a->reconcile);
	store_free(a->store);
	classes_free(a->classes);
	vip_rivals_free(a->vip_rivals);
	HASH_ITER (hh, a->other_groups, o, next)
		other_group_free(a, o);
	free(a);
}

struct store *
allocator_store(struct allocator *a)
{
	return a->store;
}

void
allocator_set_source(struct allocator *a, struct source *source)
{
	const struct apply_spec spec = { .reconcile = a->reconcile,
		.source = source,
		.service_kind = KIND_SERVICE,
		.group_kind = KIND_GROUP,
		.clock = a->options.clock,
		.ready = a->announced != NULL ? announcing_group_ready : NULL,
		.wake = allocator_wake,
		.arg = a };

	a->source = source;
	source_overhear(source, shown_event, a);
	a->apply = apply_new(&spec);
	if (a->announced != NULL)
		announced_set_source(a->announced, source);
	if (a->options.election != NULL)
		a->elect = leading_begin(a);
}

void
allocator_metrics(struct allocator *a, struct metrics *metrics)
{
	a->metrics = (struct allocator_metrics){ a->reconcile, a->apply,
		.leads = &a->leads, .clash = a->clash.text,
		.announced = a->announced };
	allocator_metrics_add(&a->metrics, metrics);
}

bool
allocator_stop(struct allocator *a)
{
	if (a->elect == NULL)
		return true;
	a->leaving = true;
	a->leave_at = clock_now(a->options.clock);
	allocator_wake(a);
	return false;
}

void
allocator_tick(struct allocator *a)
{
	a->armed = UINT64_MAX;
	if (a->elect != NULL) {
		elect_run(a->elect);
		allocator_arm(a, elect_due(a->elect));
	}
	if (a->leaving) {
		leading_leave(a);
		return;
	}
	leading_check_clash(a);
	if (a->anew)
		leading_end_clash(a);
	if (reconcile_run(a->reconcile, clock_now(a->options.clock)))
		allocator_wake(a);
	allocator_arm(a, reconcile_due(a->reconcile));
	others_tell_strays(a);
	others_tell_rivals(a);
	others_tell_returned(a);
	if (reconcile_is_started(a->reconcile)) {
		allocator_arm(a, a->returned_at);
		allocator_arm(a, classes_due(a->classes));
		allocator_arm(a, vip_rivals_due(a->vip_rivals));
	}
	if (a->apply == NULL)
		return;
	apply_run(a->apply);
	allocator_arm(a, apply_due(a->apply));
	if (a->announced != NULL)
		announcing_tick(a);
}
