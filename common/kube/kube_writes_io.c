/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane has the writes of one object, the first of which may be under way. Lanes that
 * may send stand in a queue, at the end of which a lane comes again after each write,
 * so that an object that is written without end does not hold up the others. At most
 * WRITES_MOST writes are under way. The record of the leader's Lease stands first and
 * waits for no room: it must go out while everything else waits.
 *
 * A write that has to be repeated keeps its place and blocks its own lane only, by a
 * timer of that lane. A server that says it is busy stops all lanes for as long as it
 * asks.
 *
 * The fence is a time beyond which nothing but records may be sent, because the right
 * to write may belong to another replica by then. A write that would be sent later ends
 * unsent.
 */
#include "common/kube/kube_writes_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/kube/kube.h"
#include "common/kube/kube_io.h"
#include "common/log.h"
#include "common/loop_io.h"

#define WRITES_MOST 64   /* under way */
#define EVENTS_MOST 1000 /* waiting; more are dropped */

struct write_job { /* one write */
	struct lane *lane;
	struct kube_write *write; /* owned */
	size_t kind;
	uint64_t known;    /* version of the object when the write was given */
	source_done *done; /* NULL: an event */
	void *arg;
	unsigned right; /* by which it was given to us */
	struct write_job *prev, *next;
};

struct lane {
	struct kube_writes *w;
	struct write_job *jobs; /* owned; the first may be under way */
	struct event *timer;    /* owned; until the first is sent again */
	bool fenced;            /* the timer is to end the first, unsent */
	struct lane *prev, *next;
	UT_hash_handle hh;
	char key[]; /* kind, namespace and name */
};

struct kube_writes {
	struct event_base *base;
	struct kube_io *io; /* borrowed */
	struct rng *rng;    /* borrowed */
	const struct kube_writes_ops *ops;
	void *arg;
	struct lane *lanes;  /* owned, a uthash; those with jobs */
	struct lane *ready;  /* a list of those whose first job can be sent */
	struct lane *events; /* owned */
	bool events_ready;
	unsigned events_waiting;
	bool events_full, events_bad; /* told */
	unsigned running;
	uint64_t fence; /* UINT64_MAX: none */
	unsigned right; /* counts fences set when the one before was over */
	struct event *pause; /* owned; pending while the server is busy */
};

/* Unlike that of any other object. */
static char *
lane_key(size_t kind, const struct object_key *key)
{
	return xasprintf("%zu %s/%s", kind, key->ns, key->name);
}

static void writes_pump(struct kube_writes *);
static void on_lane_again(evutil_socket_t, short, void *);

static bool
is_event_lane(const struct lane *lane)
{
	return lane == lane->w->events;
}

static bool
is_record_lane(const struct lane *lane)
{
	return kube_write_is_record(lane->jobs->write);
}

/* The lane's first job can be sent. */
static void
lane_ready(struct lane *lane)
{
	if (is_event_lane(lane))
		lane->w->events_ready = true;
	else if (is_record_lane(lane))
		DL_PREPEND(lane->w->ready, lane);
	else
		DL_APPEND(lane->w->ready, lane);
}

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	writes_pump(arg);
}

static struct lane *
lane_new(struct kube_writes *w, const char *key)
{
	size_t n = strlen(key) + 1;
	struct lane *lane = xcalloc(1, sizeof(*lane) + n);

	lane->w = w;
	lane->timer = evtimer_new(w->base, on_lane_again, lane);
	memcpy(lane->key, key, n);
	return lane;
}

static void
job_free(struct write_job *job)
{
	kube_write_free(job->write);
	free(job);
}

static void
lane_free(struct lane *lane)
{
	struct write_job *job, *next;

	DL_FOREACH_SAFE (lane->jobs, job, next)
		job_free(job);
	event_free(lane->timer);
	free(lane);
}

/* The first job has ended: on to the next one. */
static void
lane_next(struct lane *lane)
{
	struct kube_writes *w = lane->w;

	if (lane->jobs != NULL) {
		lane_ready(lane);
	} else if (!is_event_lane(lane)) {
		HASH_DEL(w->lanes, lane);
		lane_free(lane);
	}
}

static void
event_ended(struct kube_writes *w, const struct source_result *result)
{
	bool bad = result->code != WRITE_OK;

	if (--w->events_waiting == 0)
		w->events_full = false;
	if (bad && !w->events_bad)
		log_warn("kube events: %s; not told", result->message);
	w->events_bad = bad;
}

static void
job_ended(struct write_job *job, const struct source_result *result)
{
	struct lane *lane = job->lane;
	struct kube_writes *w = lane->w;

	DL_DELETE(lane->jobs, job);
	lane_next(lane);
	uint64_t is = kube_version(result->version);

	if (result->code == WRITE_OK && is != 0 && is < job->known)
		w->ops->past(w->arg, job->kind, job->known, is);
	if (job->done != NULL)
		job->done(job->arg, result);
	else
		event_ended(w, result);
	job_free(job);
}

static void
job_answered(void *arg, const struct kube_answer *a)
{
	struct write_job *job = arg;
	struct lane *lane = job->lane;
	struct kube_writes *w = lane->w;
	struct source_result result;
	unsigned wait;

	w->running--;
	if (kube_write_answer(job->write, a, w->rng, &result, &wait)) {
		job_ended(job, &result);
	} else {
		loop_arm_in(lane->timer, wait);
		if (a->error == NULL && a->http == 429)
			loop_arm_in(w->pause, wait);
	}
	writes_pump(w);
}

/* One that may send now, or NULL. */
static struct lane *
lane_take(struct kube_writes *w)
{
	bool room =
	    w->running < WRITES_MOST && !evtimer_pending(w->pause, NULL);
	struct lane *lane = w->ready;

	if (lane != NULL && (room || is_record_lane(lane))) {
		DL_DELETE(w->ready, lane);
		return lane;
	}
	if (lane != NULL || !room || !w->events_ready)
		return NULL;
	w->events_ready = false;
	return w->events;
}

/* Is it beyond the fence, or from before one that we were beyond? */
static bool
is_late(const struct kube_writes *w, const struct write_job *job)
{
	return !kube_write_is_record(job->write) &&
	    (job->right != w->right || loop_now() >= w->fence);
}

static void
lane_send(struct lane *lane)
{
	static const struct kube_call_ops ops = { .ended = job_answered };
	struct kube_writes *w = lane->w;

	if (is_late(w, lane->jobs)) {
		lane->fenced = true; /* who asks is not answered at once */
		loop_arm_in(lane->timer, 0);
		return;
	}
	w->running++;
	kube_io_call(
	    w->io, kube_write_request(lane->jobs->write), &ops, lane->jobs);
}

static void
writes_pump(struct kube_writes *w)
{
	struct lane *lane;

	while ((lane = lane_take(w)) != NULL)
		lane_send(lane);
}

static void
on_lane_again(evutil_socket_t fd, short what, void *arg)
{
	static const struct source_result late = { WRITE_RETRY,
		"the right to write is over", "" };
	struct lane *lane = arg;
	struct kube_writes *w = lane->w;

	(void)fd;
	(void)what;
	if (lane->fenced) {
		lane->fenced = false;
		job_ended(lane->jobs, &late);
	} else {
		lane_ready(lane);
	}
	writes_pump(w);
}

/* The job is filled but for what the lane says. */
static void
job_add(struct lane *lane, const struct write_job *filled)
{
	struct write_job *job = xcalloc(1, sizeof(*job));
	bool first = lane->jobs == NULL;

	*job = *filled;
	job->lane = lane;
	job->right = lane->w->right;
	DL_APPEND(lane->jobs, job);
	if (first)
		lane_ready(lane);
	writes_pump(lane->w);
}

struct kube_writes *
kube_writes_new(struct event_base *base, struct kube_io *io, struct rng *rng,
    const struct kube_writes_ops *ops, void *arg)
{
	struct kube_writes *w = xcalloc(1, sizeof(*w));

	w->base = base;
	w->io = io;
	w->rng = rng;
	w->ops = ops;
	w->arg = arg;
	w->fence = UINT64_MAX;
	w->events = lane_new(w, "");
	w->pause = evtimer_new(base, on_pause_over, w);
	return w;
}

void
kube_writes_free(struct kube_writes *w)
{
	struct lane *lane, *next;

	HASH_ITER (hh, w->lanes, lane, next) {
		HASH_DEL(w->lanes, lane);
		lane_free(lane);
	}
	lane_free(w->events);
	event_free(w->pause);
	free(w);
}

void
kube_writes_add(struct kube_writes *w, const struct source_write *about,
    struct kube_write *write, source_done *done, void *arg)
{
	char *key = lane_key(about->kind, &about->key);
	struct lane *lane;

	HASH_FIND_STR(w->lanes, key, lane);
	if (lane == NULL) {
		lane = lane_new(w, key);
		HASH_ADD_STR(w->lanes, key, lane);
	}
	free(key);
	job_add(lane,
	    &(struct write_job){ .write = write,
		.kind = about->kind,
		.known = w->ops->known(w->arg, about->kind, &about->key),
		.done = done,
		.arg = arg });
}

void
kube_writes_fence(struct kube_writes *w, uint64_t until)
{
	if (until > w->fence && loop_now() >= w->fence)
		w->right++;
	w->fence = until;
	kube_io_fence(w->io, until);
}

void
kube_writes_forget(struct kube_writes *w)
{
	struct lane *lane, *next;
	struct write_job *job;

	HASH_ITER (hh, w->lanes, lane, next)
		DL_FOREACH (lane->jobs, job)
			job->known = 0;
}

void
kube_writes_add_event(struct kube_writes *w, struct kube_write *write)
{
	if (w->events_waiting < EVENTS_MOST) {
		w->events_waiting++;
		job_add(w->events, &(struct write_job){ .write = write });
		return;
	}
	if (!w->events_full)
		log_warn("kube events: %u are waiting, the next ones are "
			 "dropped",
		    w->events_waiting);
	w->events_full = true;
	kube_write_free(write);
}
