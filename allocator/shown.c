/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the dashboard is told of the allocator: where its tables come from, who leads,
 * and the events that are sent.
 */
#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/recent.h"
#include "allocator/lead/elect.h"
#include "allocator/core.h"
#include "bgpd/config/bgp_peer.h"
#include "common/clock.h"
#include "common/source/source.h"

void
shown_event(void *arg, const struct source_event *e)
{
	struct allocator *a = arg;
	const struct recent_event event = { allocator_kinds[e->kind].kind,
		e->key.ns, e->key.name, e->warning, e->reason, e->message,
		clock_wall(a->options.clock) / 1000 };

	recent_add(a->recent, &event);
}

/*
 * Who leads renews the Lease all the time, and all watch it: silence for longer than a
 * dead leader's Lease lasts is no calm. 0: there is none.
 */
static int64_t
silent_since(const struct allocator *a)
{
	uint64_t heard = a->source != NULL ? source_heard(a->source) : 0;
	uint64_t now = clock_now(a->options.clock);

	if (heard == 0 || a->options.election == NULL ||
	    now < heard + a->options.election->times.lease)
		return 0;
	return (clock_wall(a->options.clock) - (int64_t)(now - heard)) / 1000;
}

static void
on_dashboard_lead(void *arg, struct dashboard_lead *lead)
{
	const struct allocator *a = arg;

	lead->alone = a->options.election == NULL;
	lead->leads = a->leads;
	lead->clash = a->clash.text;
	lead->heard = silent_since(a);
	if (a->options.election != NULL)
		lead->us = a->options.election->identity;
	if (a->elect != NULL)
		lead->holder = elect_holder(a->elect);
}

/* Its sessions say that they are Idle, as those say that wait after an error. */
static bool
on_dashboard_is_shut(void *arg, const char *name)
{
	const struct allocator *a = arg;
	const struct object_key key = { "", name };
	const struct bgp_peer *peer = store_get(a->store, KIND_OUR_PEER, &key);

	return peer != NULL && peer->shutdown;
}

struct dashboard *
shown_begin(struct allocator *a)
{
	const struct dashboard_spec spec = { .store = a->store,
		.service = KIND_SERVICE,
		.group = KIND_GROUP,
		.node = KIND_NODE,
		.report = a->options.announced ? KIND_REPORT : SIZE_MAX,
		.peer = a->options.announced ? KIND_OUR_PEER : SIZE_MAX,
		.reconcile = a->reconcile,
		.class = &a->options.reconcile.class,
		.recent = a->recent,
		.lead = on_dashboard_lead,
		.is_shut = on_dashboard_is_shut,
		.arg = a };

	return dashboard_new(&spec);
}

const struct dashboard *
allocator_dashboard(const struct allocator *a)
{
	return a->dashboard;
}
