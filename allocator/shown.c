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

static void
on_dashboard_lead(void *arg, struct dashboard_lead *lead)
{
	const struct allocator *a = arg;

	lead->alone = a->options.election == NULL;
	lead->leads = a->leads;
	lead->clash = a->clash.text;
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
