/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator of a fake cluster: its source, its rim, what happens to it.
 *
 * The allocator is the real one. Its source is a store that is fed from the cluster's
 * objects, as late as the test wants, and whose writes the cluster takes, refuses or
 * loses, as the test wants. A replica that is killed leaves what it has written and
 * nothing else; one that is started again lists everything anew.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "allocator/allocator.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/source/store.h"
#include "tests/fake/cluster_parts.h"

#define NETWORK_MS 4000 /* a write that took longer never arrived */

/* ---- the source ---- */

static void
fake_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct replica *r = impl;
	struct job *job = xcalloc(1, sizeof(*job));

	r->c->now += r->c->slow;
	*job = (struct job){ .how = w->how,
		.kind = kind_twin(w->kind),
		.ns = xstrdup(w->key.ns),
		.name = xstrdup(w->key.name),
		.body = xstrdup(w->body),
		.part = xstrdup(w->part != NULL ? w->part : ""),
		.done = done,
		.arg = arg,
		.since = r->c->now,
		.late = w->how != WRITE_RECORD && r->c->now >= r->fence };
	if (r->c->mute != NULL && strcmp(w->key.name, r->c->mute) == 0)
		DL_APPEND(r->unanswered, job);
	else
		DL_APPEND(r->jobs, job);
}

static void
fake_event(void *impl, const struct source_event *e)
{
	struct cluster *c = ((struct replica *)impl)->c;

	c->events++;
	snprintf(c->last_event, sizeof(c->last_event), "%s: %s", e->reason,
	    e->message);
}

static void
fake_reload(void *impl)
{
	(void)impl;
}

static enum source_state
fake_state(const void *impl, size_t kind, struct err *why)
{
	const struct replica *r = impl;

	if (kind != r->c->withheld)
		return SOURCE_FOLLOWED;
	err_set(why, "withheld");
	return SOURCE_REFUSED;
}

static void
fake_relist(void *impl, size_t kind)
{
	struct replica *r = impl;

	r->lists[kind] = true;
}

static void
fake_fence(void *impl, uint64_t until)
{
	struct replica *r = impl;

	r->fence = until;
}

static void
job_free(struct job **list, struct job *job)
{
	DL_DELETE(*list, job);
	free(job->ns);
	free(job->name);
	free(job->part);
	free(job->body);
	free(job);
}

static void
fake_free(void *impl)
{
	struct replica *r = impl;

	while (r->jobs != NULL)
		job_free(&r->jobs, r->jobs);
	while (r->unanswered != NULL)
		job_free(&r->unanswered, r->unanswered);
}

static const struct source_ops source_ops = {
	.write = fake_write,
	.event = fake_event,
	.reload = fake_reload,
	.relist = fake_relist,
	.fence = fake_fence,
	.state = fake_state,
	.free = fake_free,
};

/* At the API server, if it gets that far. */
static void
job_arrive(struct cluster *c, struct job *job)
{
	bool never = job->late || c->full || c->now > job->since + NETWORK_MS;
	bool fails = rng_below(&c->rng, 256) < c->faults || never;

	job->arrived = true;
	job->code = WRITE_RETRY;
	if (!never && (!fails || rng_below(&c->rng, 2) == 0))
		job->code = job_carry_out(c, job);
	if (job->code == WRITE_OK)
		snprintf(job->version, sizeof(job->version), "%llu",
		    (unsigned long long)c->version);
	if (fails)
		job->code = WRITE_RETRY;
}

void
replica_arrive(struct replica *r)
{
	struct job *job;

	DL_FOREACH (r->jobs, job)
		if (!job->arrived && rng_below(&r->c->rng, 2) == 0)
			job_arrive(r->c, job);
}

unsigned
replica_in_flight(const struct replica *r)
{
	const struct job *job;
	unsigned n;

	DL_COUNT(r->jobs, job, n);
	return n;
}

static void
job_answer(struct replica *r)
{
	struct job *job = r->jobs;

	if (!job->arrived)
		job_arrive(r->c, job);
	static const char *const messages[] = {
		[WRITE_OK] = "",
		[WRITE_CONFLICT] = "",
		[WRITE_GONE] = "",
		[WRITE_REFUSED] = "denied",
		[WRITE_RETRY] = "injected",
	};
	struct source_result result = { job->code, messages[job->code],
		job->version };

	r->c->writes += job->how == WRITE_CORE_STATUS;
	r->c->applied += job->how == WRITE_STATUS;
	job->done(job->arg, &result);
	job_free(&r->jobs, job);
}

/* Each kind has a watch of its own, and one may be slower than another. */
static struct note *
note_next(struct replica *r)
{
	unsigned which = rng_below(&r->c->rng, KINDS);
	struct note *n = NULL;

	for (unsigned i = 0; i < KINDS && n == NULL; i++)
		DL_SEARCH_SCALAR(r->notes, n, kind, (which + i) % KINDS);
	return n;
}

static void
note_deliver(struct replica *r)
{
	struct note *n = r->c->n > 1 ? note_next(r) : r->notes;
	json_t *meta = json_object_get(n->obj, "metadata");
	const char *ns = json_string_value(json_object_get(meta, "namespace"));
	struct object_key key = { ns != NULL ? ns : "",
		json_string_value(json_object_get(meta, "name")) };
	struct store *store = allocator_store(r->allocator);

	DL_DELETE(r->notes, n);
	if (n->deleted)
		store_drop(store, n->kind, &key);
	else
		store_put(store, n->kind, n->obj);
	json_decref(n->obj);
	free(n);
}

static void
list_one(struct replica *r, size_t kind)
{
	struct store *store = allocator_store(r->allocator);
	struct note *n, *next;
	const char *key;
	json_t *obj;

	r->lists[kind] = false;
	DL_FOREACH_SAFE (r->notes, n, next)
		if (n->kind == kind) { /* the list has it */
			DL_DELETE(r->notes, n);
			json_decref(n->obj);
			free(n);
		}
	store_list_begin(store, kind);
	json_object_foreach (r->c->kinds[kind_twin(kind)], key, obj)
		store_put(store, kind, obj);
	store_list_end(store, kind);
}

/* ---- the rim ---- */

static uint64_t
rim_now(void *arg)
{
	return ((struct replica *)arg)->c->now;
}

static int64_t
rim_wall(void *arg)
{
	struct replica *r = arg;

	return 1767225600000 + (int64_t)r->c->now + r->wall;
}

static void
rim_arm(void *arg, uint64_t at)
{
	((struct replica *)arg)->armed = at;
}

static void
rim_stopped(void *arg)
{
	((struct replica *)arg)->ended = true;
}

static const struct allocator_ops allocator_ops = {
	.arm = rim_arm,
	.stopped = rim_stopped,
};

static bool
list_deliver(struct replica *r)
{
	for (size_t kind = 0; kind < KINDS; kind++)
		if (r->lists[kind] && kind != r->c->withheld) {
			list_one(r, kind);
			return true;
		}
	return false;
}

static void
tick(struct replica *r)
{
	r->armed = UINT64_MAX;
	allocator_tick(r->allocator);
}

/* One thing that can happen to it now. */
bool
replica_step(struct replica *r)
{
	struct cluster *c = r->c;
	unsigned which = rng_below(&c->rng, 3);
	bool away = c->now < r->away || r->allocator == NULL;
	bool cut = c->now < r->cut;

	for (unsigned i = 0; i < 3; i++)
		switch ((which + i) % 3) {
		case 0:
			if (away || cut ||
			    (!list_deliver(r) && r->notes == NULL))
				break;
			if (r->notes != NULL)
				note_deliver(r);
			return true;
		case 1:
			if (r->jobs == NULL ||
			    (cut && !r->jobs->late &&
				c->now <= r->jobs->since + NETWORK_MS))
				break;
			if (!away)
				job_answer(r);
			else if (!r->jobs->arrived)
				job_arrive(c, r->jobs);
			else
				break;
			return true;
		case 2:
			if (away || r->armed > c->now)
				break;
			tick(r);
			return true;
		}
	return false;
}

/* ---- life ---- */

static void
notes_drop(struct replica *r)
{
	while (r->notes != NULL) {
		struct note *n = r->notes;

		DL_DELETE(r->notes, n);
		json_decref(n->obj);
		free(n);
	}
}

void
replica_stop(struct replica *r)
{
	source_free(r->source);
	allocator_free(r->allocator);
	r->source = NULL;
	r->allocator = NULL;
	r->armed = UINT64_MAX;
	r->ended = false;
	memset(r->lists, 0, sizeof(r->lists));
	notes_drop(r);
}

void
replica_start(struct replica *r)
{
	struct cluster *c = r->c;
	bool elects = c->n > 1 && !c->instances;

	snprintf(r->identity, sizeof(r->identity), "%u.%u",
	    (unsigned)(r - c->replicas), r->lives++);
	r->election = (struct leader_spec){ .identity = r->identity,
		.times = { 15000, 10000, 2000 },
		.seed = c->version };
	r->clock = (struct clock){ rim_now, rim_wall, r };
	const struct allocator_options options = {
		.reconcile = { .class.unclassed = true, .cooldown = 3600000 },
		.clock = &r->clock,
		.election = elects ? &r->election : NULL,
		.announced = c->telling,
		.instance = r->instance,
	};
	size_t kinds = c->telling ? KINDS : elects ? LEASES + 1 : LEASES;

	r->fence = UINT64_MAX;
	r->allocator = allocator_new(&options, &allocator_ops, r);
	r->source = source_new(&source_ops, r);
	allocator_set_source(r->allocator, r->source);
	for (size_t kind = 0; kind < kinds; kind++)
		if (kind != c->withheld)
			list_one(r, kind);
}
