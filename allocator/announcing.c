/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the conditions about announcing may be judged (allocator/announced/): by who
 * leads, once all has been listed that they go by, and only while it is followed. The
 * group that one of them is about is written by apply, which asks for it here.
 */
#include "allocator/announced/announced.h"
#include "allocator/announced/judge.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/core.h"
#include "allocator/write/apply.h"
#include "allocator/write/render.h"
#include "common/clock.h"
#include "common/api/service.h"
#include "common/log.h"
#include "common/source/source.h"

#define BLIND_MS 30000 /* without sight of what nodes do, before it is told */
#define BLIND_STEP_MS 1000 /* between two looks at whether it is back */

static bool
is_judged_by(enum kind i)
{
	return i == KIND_SERVICE || i == KIND_GROUP || i == KIND_NODE ||
	    i >= KIND_CONFIGURATION;
}

static bool
sees_all(const struct allocator *a, struct err *why)
{
	for (enum kind i = 0; i < KINDS; i++)
		if (is_judged_by(i) && !source_healthy(a->source, i, why))
			return err_prefix(
			    why, "%s: ", allocator_kinds[i].plural);
	return true;
}

/*
 * What is followed no more is no witness: the nodes would seem to be silent. A role of
 * an older version may not have the right to read it; addresses are given all the same.
 */
static bool
announced_sees(struct allocator *a)
{
	uint64_t now = clock_now(a->options.clock);
	struct err why = { 0 };

	if (sees_all(a, &why)) {
		if (a->blind_told)
			log_info("announced: all can be read again");
		a->blind_at = 0;
		a->blind_told = false;
		return true;
	}
	if (a->blind_at == 0)
		a->blind_at = now;
	if (now >= a->blind_at + BLIND_MS && !a->blind_told) {
		a->blind_told = true;
		log_warn("announced: conditions " SERVICE_ANNOUNCED
			 " and " READY_CONDITION " stay as they are: %s",
		    why.text);
	}
	return false;
}

void
announcing_look(struct allocator *a)
{
	bool all = a->announced != NULL && reconcile_is_started(a->reconcile);

	for (enum kind i = KIND_CONFIGURATION; all && i < KINDS; i++)
		all = store_is_listed(a->store, i);
	if (all)
		announced_set_on(a->announced, true);
}

void
announcing_tick(struct allocator *a)
{
	if (!reconcile_is_started(a->reconcile))
		return;
	if (announced_sees(a)) {
		announced_run(a->announced);
		allocator_arm(a, announced_due(a->announced));
	} else {
		allocator_arm(a, clock_now(a->options.clock) + BLIND_STEP_MS);
	}
}

static void
on_group_turned(void *arg, const char *name)
{
	struct allocator *a = arg;

	supply_report_again(reconcile_supply(a->reconcile), name);
	allocator_wake(a);
}

bool
announcing_group_ready(void *arg, const char *name, struct group_ready *ready)
{
	struct allocator *a = arg;
	const struct ruling *r = announced_group(a->announced, name);

	if (r == NULL)
		return false;
	*ready = (struct group_ready){ r->good, r->reason, r->message };
	return true;
}

struct announced *
announcing_begin(struct allocator *a)
{
	const struct announced_spec spec = { .store = a->store,
		.service = KIND_SERVICE,
		.group_row = KIND_GROUP,
		.node = KIND_NODE,
		.configuration = KIND_CONFIGURATION,
		.peer = KIND_OUR_PEER,
		.report = KIND_REPORT,
		.instance = a->options.instance,
		.unclassed = a->options.reconcile.class.unclassed,
		.clock = a->options.clock,
		.wake = allocator_wake,
		.group = on_group_turned,
		.arg = a };

	return announced_new(&spec);
}
