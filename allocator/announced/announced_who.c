/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is heard marks work, and announced_run() does it in this order: nodes are put
 * into classes anew (node_classes.c), if anything of a node has changed and not more
 * often than WORLD_MS; if that led to other classes, or a group changed, all groups and
 * Services are judged anew; then Services that stand in line, some a call; BGPPeers
 * are, once somebody's sessions have changed (announced_peers.c).
 *
 * When a ruling is written is for announced_when.c, what is said of ServiceGroups for
 * announced_groups.c: it is the allocator that writes their status.
 */
#include "allocator/announced/announced.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/announced/announced_state.h"
#include "allocator/announced/node_classes.h"
#include "allocator/announced/report.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_peer.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/source/store.h"

#define WORLD_MS 2000 /* between two looks at all nodes, at least */
#define UNLIKE_MS 500 /* … where one stands for others and is unlike them */
#define HEARTBEAT_MS 30000 /* … at most: nobody tells that a heartbeat is old */
#define QUESTIONS_MOST 4000 /* of Services, to classes, in a call */
#define NEW_MS 1000         /* before a new Service is judged */

/* None of the endpoints is "here": no Node has such a name. */
#define NOWHERE "/"

struct announced *
announced_new(const struct announced_spec *spec)
{
	struct announced *a = xcalloc(1, sizeof(*a));

	a->spec = *spec;
	a->endpoints = endpoints_new(NOWHERE);
	a->daemons = endpoints_new(NOWHERE);
	a->classes =
	    node_classes_new(&(struct node_classes_spec){ .store = spec->store,
		.instance = &a->spec.instance,
		.node = spec->node,
		.group = spec->group_row,
		.configuration = spec->configuration,
		.peer = spec->peer,
		.report = spec->report,
		.endpoints = a->endpoints,
		.daemons = a->daemons,
		.n_daemons = &a->n_daemons });
	a->due = a->again_at = UINT64_MAX;
	return a;
}

void
announced_free(struct announced *a)
{
	if (a == NULL)
		return;
	tell_fini(a);
	announced_forget_groups(a);
	node_classes_free(a->classes);
	endpoints_free(a->endpoints);
	endpoints_free(a->daemons);
	free(a);
}

void
announced_set_source(struct announced *a, struct source *source)
{
	a->source = source;
}

void
announced_hasten(struct announced *a, uint64_t at)
{
	clock_hasten(&a->due, at);
}

/* ---- what is heard ---- */

void
announced_service(
    struct announced *a, const struct object_key *key, const void *is)
{
	struct entry *e = tell_find(a, a->spec.service, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	else if (is != NULL && e != NULL)
		tell_mark(a, e);
	else if (is != NULL) /* it has no address yet, but gets it soon */
		workqueue_add_after(&a->queue,
		    &tell_get(a, a->spec.service, key)->work,
		    clock_now(a->spec.clock) + NEW_MS);
	a->spec.wake(a->spec.arg);
}

void
announced_peer(struct announced *a, const struct object_key *key,
    const struct bgp_peer *was, const struct bgp_peer *is)
{
	struct entry *e = tell_find(a, a->spec.peer, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	if (is != NULL)
		announced_peer_heard(a, key, was, is);
	if (was != NULL && is != NULL &&
	    meta_same_spec(&was->meta, &is->meta)) {
		a->peers_due = true; /* its status, most often by us */
		a->spec.wake(a->spec.arg);
		return;
	}
	announced_rules(a); /* who may announce what, by a group's peers */
}

static bool
is_of_daemons(const struct announced *a, const struct endpoint_slice *slice)
{
	return strcmp(slice->ns, a->spec.instance.ns) == 0 &&
	    strcmp(slice->service, DAEMONS_SERVICE) == 0;
}

static size_t
daemons_in(const struct announced *a, const struct endpoint_slice *slice)
{
	return slice != NULL && is_of_daemons(a, slice) ? slice->n_endpoints
							: 0;
}

static void
announced_nodes(struct announced *a)
{
	a->world_due = a->peers_due = true;
	a->spec.wake(a->spec.arg);
}

void
announced_slice(struct announced *a, const struct endpoint_slice *was,
    const struct endpoint_slice *is)
{
	const struct endpoint_slice *slice = is != NULL ? is : was;

	a->n_daemons += daemons_in(a, is);
	a->n_daemons -= daemons_in(a, was);
	if (is_of_daemons(a, slice)) {
		endpoints_change(a->daemons, was, is);
		announced_nodes(a);
		return;
	}
	endpoints_change(a->endpoints, was, is);
	const struct object_key key = { slice->ns, slice->service };
	struct entry *e = tell_find(a, a->spec.service, &key);

	if (e != NULL)
		tell_mark(a, e);
	a->spec.wake(a->spec.arg);
}

/* That its daemon lives is of interest where it is not ready, or may not be yet. */
static void
report_heard(struct announced *a, const struct object_key *key, bool first)
{
	struct entry *e = first && a->on ? tell_get(a, a->spec.report, key)
					 : tell_find(a, a->spec.report, key);

	if (e != NULL && (first || e->unready_at != 0))
		e->heard_at = clock_now(a->spec.clock);
}

void
announced_report(struct announced *a, const struct object_key *key,
    const struct report *was, const struct report *is)
{
	struct entry *e = tell_find(a, a->spec.report, key);
	int64_t wall = clock_wall(a->spec.clock) / 1000;

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	if (is != NULL && (was == NULL || was->heartbeat != is->heartbeat))
		report_heard(a, key, was == NULL);
	if (report_ends(was, is))
		tell_get(a, a->spec.report, key)->ended_at =
		    clock_now(a->spec.clock);
	if (report_same(was, is) &&
	    report_is_stale(was, wall) == report_is_stale(is, wall))
		return;
	announced_nodes(a);
}

void
announced_node(
    struct announced *a, const struct object_key *key, const void *is)
{
	struct entry *e = tell_find(a, a->spec.node, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	announced_nodes(a);
}

void
announced_rules(struct announced *a)
{
	a->all_due = true;
	announced_nodes(a);
}

void
announced_set_on(struct announced *a, bool on)
{
	struct entry *e, *next;

	if (on == a->on)
		return;
	a->on = on;
	/* Nothing counts until it is judged again. */
	announced_forget_groups(a);
	HASH_ITER (hh, a->entries, e, next) {
		tell_count(a, e, NULL);
		turns_leave(&a->turns, &e->turn);
		e->late = NULL;
		e->judged = false;
	}
	if (!on)
		return;
	a->world_due = a->all_due = a->peers_due = true;
	HASH_ITER (hh, a->entries, e, next) {
		workqueue_forget(&a->queue, &e->work);
		workqueue_add(&a->queue, &e->work);
	}
	a->spec.wake(a->spec.arg);
}

/* ---- judging ---- */

static bool
is_ours(const struct announced *a, const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    instance_serves(&a->spec.instance, s->class) &&
	    (s->class != NULL || a->spec.unclassed);
}

static bool
is_of_others(const struct announced *a, const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    instance_of_others(&a->spec.instance, s->class);
}

static bool
is_waited_for(struct announced *a, struct entry *e, const struct told *t)
{
	uint64_t until = told_passes(t, &e->passing, clock_now(a->spec.clock));

	if (until != 0)
		workqueue_add_after(&a->queue, &e->work, until);
	return until != 0;
}

static void
service_run(struct announced *a, struct entry *e)
{
	const struct object_key key = { e->ns, e->name };
	const struct service *s =
	    store_get(a->spec.store, a->spec.service, &key);
	struct ruling ruling;

	if (s == NULL)
		return;
	if (is_of_others(a, s)) { /* whose allocator tells */
		tell_count(a, e, NULL);
		return;
	}
	struct told t = { .type = SERVICE_ANNOUNCED,
		.ruling = is_ours(a, s) ? &ruling : NULL,
		.said = s->announced,
		.uid = s->meta.uid,
		.generation = s->meta.generation };

	if (t.ruling != NULL)
		judge_service(a->classes, a->endpoints, s, &ruling);
	if (is_waited_for(a, e, &t))
		return;
	tell_count(a, e, t.ruling);
	tell_condition(a, e, &t);
	tell_late_event(a, e, &t);
}

static bool
service_each(void *arg, const struct object_key *key, const void *item)
{
	struct announced *a = arg;

	(void)item;
	tell_mark(a, tell_get(a, a->spec.service, key));
	return true;
}

static bool
nothing_to_do(void *arg, const char *ns, const char *service)
{
	(void)arg;
	(void)ns;
	(void)service;
	return true;
}

/* How long an endpoint has been there is for the nodes to mind. */
static void
endpoints_settle(struct endpoints *e)
{
	while (endpoints_are_fresh(e))
		endpoints_grow_older(e, nothing_to_do, NULL);
}

static void
run_world(struct announced *a, uint64_t now)
{
	if (now >= a->beat_at)
		a->world_due = a->peers_due = true;
	if (a->world_due && now >= a->world_at) {
		endpoints_settle(a->daemons);
		a->world_due = false;
		a->peers_due = true; /* they look at the daemons, too */
		a->made_at = now;
		a->world_at = now + WORLD_MS;
		a->beat_at = now + HEARTBEAT_MS;
		if (node_classes_make(
			a->classes, clock_wall(a->spec.clock) / 1000) ||
		    a->all_due) {
			a->groups_due = true;
			store_each(
			    a->spec.store, a->spec.service, service_each, a);
		}
		a->all_due = false;
	}
	announced_hasten(a, a->world_due ? a->world_at : a->beat_at);
}

/*
 * Nothing is judged by a node that has changed, or is gone, since all were looked at:
 * that it may not announce says nothing of those that it stood for.
 */
static bool
world_stands(struct announced *a)
{
	if (!a->world_due ||
	    node_classes_stand(a->classes, clock_wall(a->spec.clock) / 1000))
		return true;
	clock_hasten(&a->world_at, a->made_at + UNLIKE_MS);
	announced_hasten(a, a->world_at);
	return false;
}

/* Peers and nodes are all judged together, soon. */
static void
entry_run(struct announced *a, struct entry *e, uint64_t now)
{
	if (e->kind == a->spec.service) {
		service_run(a, e);
	} else {
		a->peers_due = true;
		clock_hasten(&a->peers_at, tell_batch_at(a, now));
	}
}

/* Those whose turn it is are judged by what holds now. */
static void
run_turns(struct announced *a, uint64_t now)
{
	for (unsigned sort = 0; sort < TURN_SORTS; sort++) {
		struct in_line *who = tell_in_batch(sort)
		    ? a->turns.line[sort]
		    : turns_next(&a->turns, sort, tell_pause(a, sort), now);

		if (who != NULL)
			entry_run(a,
			    (struct entry *)((char *)who -
				offsetof(struct entry, turn)),
			    now);
	}
	tell_plan(a);
}

static void
run_services(struct announced *a, uint64_t now)
{
	size_t most = QUESTIONS_MOST / (node_classes_n(a->classes) + 1) + 1;
	struct work *w = NULL;

	workqueue_run(&a->queue, now);
	for (size_t i = 0; i < most; i++) {
		w = workqueue_take(&a->queue);
		if (w == NULL)
			break;
		if (!workqueue_is_held(w))
			entry_run(a, (struct entry *)w, now);
	}
	if (w != NULL)
		a->spec.wake(a->spec.arg);
	announced_hasten(a, workqueue_due(&a->queue));
}

void
announced_run(struct announced *a)
{
	uint64_t now = clock_now(a->spec.clock);

	a->due = UINT64_MAX;
	if (!a->on || a->source == NULL)
		return;
	endpoints_settle(a->endpoints);
	run_world(a, now);
	node_classes_look(a->classes);
	if (world_stands(a)) {
		announced_run_groups(a);
		run_turns(a, now);
		run_services(a, now);
	}
	announced_run_peers(a, now);
}

uint64_t
announced_due(const struct announced *a)
{
	return a->due;
}
