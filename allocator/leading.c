/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this allocator decides, and what follows when that changes. It does while it
 * has the Lease, or there is no other, and while the Namespaces name no other lbbgp of
 * its class: two that decide would give one address twice.
 *
 * Who begins to lead lists each kind anew, because others wrote before; what is decided
 * by is there once all have come. Who leads no more forgets its plans, of which some
 * may never have been written, and begins again with what the store has.
 */
#include <string.h>

#include "allocator/announced/announced.h"
#include "allocator/dashboard/dashboard.h"
#include "allocator/lead/classes.h"
#include "allocator/lead/elect.h"
#include "allocator/lead/lease.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/core.h"
#include "allocator/write/apply.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"

#define DRAIN_MS 300 /* how long writes under way hold up the end */
#define LEAVE_MS 900 /* how long the end takes at most */

static bool
may_begin(const struct allocator *a)
{
	if (reconcile_is_started(a->reconcile) || !a->leads ||
	    a->clash.text[0] != '\0')
		return false;
	for (enum kind i = 0; i < KIND_PEER; i++)
		if (!a->fresh[i])
			return false;
	return true;
}

static void
begin(struct allocator *a)
{
	if (!may_begin(a))
		return;
	dashboard_change(a->dashboard);
	reconcile_start(a->reconcile);
	store_each_refused(
	    a->store, KIND_GROUP, allocator_kinds[KIND_GROUP].refused, a);
	announcing_look(a);
	allocator_wake(a);
}

struct again { /* a kind whose objects are told as new */
	struct allocator *allocator;
	enum kind kind;
};

static bool
tell_again(void *arg, const struct object_key *key, const void *item)
{
	const struct again *again = arg;

	allocator_kinds[again->kind].changed(again->allocator, key, NULL, item);
	return true;
}

/*
 * There may be plans of ours that were never written: what the cluster has is told
 * anew. Services that are gone are in no object, and stay remembered.
 */
static void
forget_plans(struct allocator *a)
{
	struct other_group *o, *next;

	if (a->announced != NULL)
		announced_set_on(a->announced, false);
	reconcile_reset(a->reconcile);
	apply_restart(a->apply);
	for (enum kind i = 0; i < KIND_LEASE; i++) {
		struct again again = { a, i };

		store_each(a->store, i, tell_again, &again);
	}
	HASH_ITER (hh, a->other_groups, o, next)
		if (o->group != NULL)
			supply_other_group(
			    reconcile_supply(a->reconcile), NULL, o->group);
}

/* Two allocators that decide for one class would give one address twice. */
void
leading_check_clash(struct allocator *a)
{
	bool was = a->clash.text[0] != '\0';
	struct err now = { 0 };

	classes_clash(a->classes, &now);
	if (strcmp(now.text, a->clash.text) == 0)
		return;
	dashboard_change(a->dashboard);
	a->clash = now;
	if (now.text[0] != '\0')
		log_error(
		    "class: no address is given or taken back: %s", now.text);
	else
		log_info("class: %s is this allocator's again",
		    a->options.instance.class);
	a->anew = was && now.text[0] == '\0';
	if (!was && reconcile_is_started(a->reconcile) && a->apply != NULL)
		forget_plans(a);
	allocator_wake(a);
}

void
leading_listed(void *arg, size_t kind)
{
	struct allocator *a = arg;
	const struct object_key key = { a->options.instance.ns, LEASE_NAME };

	a->fresh[kind] = true;
	if (kind == KIND_EXTERNAL) {
		reconcile_externals_listed(a->reconcile);
		allocator_wake(a);
	}
	if (kind == KIND_LEASE && a->elect != NULL)
		elect_listed(a->elect, store_get(a->store, kind, &key));
	if (kind >= KIND_CONFIGURATION)
		announcing_look(a);
	leading_check_clash(a);
	begin(a);
}

/* ---- one of several leads ---- */

/* What others wrote last has not been read yet: all kinds are listed again. */
static void
read_all(struct allocator *a)
{
	memset(a->fresh, 0, sizeof(a->fresh));
	for (enum kind i = 0; i < KIND_LEASE; i++)
		source_relist(a->source, i);
}

static void
on_won(void *arg)
{
	struct allocator *a = arg;

	dashboard_change(a->dashboard);
	a->leads = true;
	read_all(a);
}

static void
on_lost(void *arg)
{
	struct allocator *a = arg;

	dashboard_change(a->dashboard);
	a->leads = false;
	if (!a->leaving)
		forget_plans(a);
}

/* There is nothing that only another one has read: without a Lease nobody else led. */
void
leading_end_clash(struct allocator *a)
{
	a->anew = false;
	if (a->elect == NULL)
		begin(a);
	else if (a->leads)
		read_all(a);
}

struct elect *
leading_begin(struct allocator *a)
{
	static const struct elect_ops ops = {
		.wake = allocator_wake,
		.won = on_won,
		.lost = on_lost,
	};
	struct elect_spec spec = { .leader = *a->options.election,
		.source = a->source,
		.kind = KIND_LEASE,
		.clock = a->options.clock,
		.ops = &ops,
		.arg = a };

	spec.leader.ns = a->options.instance.ns;
	return elect_new(&spec);
}

/*
 * First what is under way comes to its end, so that the next leader reads it, then
 * the Lease is given back.
 */
void
leading_leave(struct allocator *a)
{
	uint64_t now = clock_now(a->options.clock);

	if (!a->resigned &&
	    (apply_stats(a->apply)->in_flight == 0 ||
		now >= a->leave_at + DRAIN_MS)) {
		a->resigned = true;
		elect_resign(a->elect);
	}
	if (a->resigned &&
	    (elect_is_over(a->elect) || now >= a->leave_at + LEAVE_MS))
		a->ops->stopped(a->arg);
	else
		allocator_arm(
		    a, a->leave_at + (a->resigned ? LEAVE_MS : DRAIN_MS));
}
