/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_cluster.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "allocator/allocator.h"
#include "allocator/leader.h"
#include "allocator/lease.h"
#include "common/alloc.h"
#include "common/metrics.h"
#include "common/patch.h"
#include "common/source.h"
#include "common/store.h"

#define REPLICAS 2
#define NETWORK_MS 4000   /* a write that took longer never arrived */
#define TIMER_MOST 600000 /* ms; a timer further away is no reason to go on */

enum { SERVICES, GROUPS, NODES, LEASES, KINDS };

struct note { /* an event on its way to the allocator */
	size_t kind;
	json_t *obj; /* owned */
	bool deleted;
	struct note *prev, *next;
};

struct job { /* a write on its way to the cluster */
	enum source_how how;
	size_t kind;
	char *ns, *name, *body; /* owned */
	source_done *done;
	void *arg;
	uint64_t since;
	bool late;    /* sent beyond the fence: it never leaves */
	bool arrived; /* and this is what came of it */
	enum source_code code;
	char version[32];
	struct job *prev, *next;
};

struct replica {
	struct cluster *c;
	struct allocator *allocator; /* NULL: it is down */
	struct source *source;
	struct note *notes;
	struct job *jobs;
	uint64_t armed, fence;
	uint64_t away, cut; /* stands still, or reaches nobody, until then */
	int64_t wall;       /* what its wall clock is wrong by */
	bool lists[KINDS];  /* it has asked for these */
	bool ended;
	unsigned lives;
	char identity[24];
	struct leader_spec election;
};

struct cluster {
	json_t *kinds[KINDS]; /* owned; "ns/name" to object */
	struct replica replicas[REPLICAS];
	unsigned n; /* replicas */
	uint64_t now;
	uint64_t version, uid;
	unsigned age;
	unsigned faults, writes, events;
	bool conflict; /* the next write is one */
	char last_event[512];
	struct rng rng;
};

static const char *const kind_names[KINDS] = { "Service", "ServiceGroup",
	"Node", LEASE_KIND };
static const char *const kind_apis[KINDS] = { "v1", "lbbgp.io/v1", "v1",
	LEASE_API };

static size_t
kind_of(const char *name)
{
	size_t i = 0;

	while (strcmp(kind_names[i], name) != 0)
		i++;
	return i;
}

static json_t *
quoted(const char *text)
{
	char *copy = xstrdup(text);
	json_error_t error;

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	json_t *obj = json_loads(copy, 0, &error);

	if (obj == NULL)
		fprintf(stderr, "%s: %s\n", text, error.text);
	assert(obj != NULL);
	free(copy);
	return obj;
}

/* ---- objects ---- */

static void
note_add(struct cluster *c, size_t kind, const json_t *obj, bool deleted)
{
	for (unsigned i = 0; i < c->n; i++) {
		struct note *n = xcalloc(1, sizeof(*n));

		*n = (struct note){ kind, json_deep_copy(obj), deleted, NULL,
			NULL };
		DL_APPEND(c->replicas[i].notes, n);
	}
}

static void
version_set(struct cluster *c, json_t *obj)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)++c->version);
	json_object_set_new(json_object_get(obj, "metadata"), "resourceVersion",
	    json_string(text));
}

static json_t *
object_new(struct cluster *c, size_t kind, const char *where)
{
	const char *slash = strchr(where, '/');
	char uid[32], when[32];

	snprintf(uid, sizeof(uid), "uid-%06llu", (unsigned long long)++c->uid);
	snprintf(when, sizeof(when), "2026-01-01T%02u:%02u:%02uZ",
	    c->age / 3600 % 24, c->age / 60 % 60, c->age % 60);
	json_t *meta = json_pack("{s:s, s:s, s:s}", "name",
	    slash != NULL ? slash + 1 : where, "uid", uid, "creationTimestamp",
	    when);

	if (slash != NULL)
		json_object_set_new(meta, "namespace",
		    json_stringn(where, (size_t)(slash - where)));
	json_t *obj = json_pack("{s:s, s:s, s:o}", "apiVersion",
	    kind_apis[kind], "kind", kind_names[kind], "metadata", meta);

	if (kind == 0)
		json_object_set_new(obj, "spec",
		    quoted("{'type':'LoadBalancer','ipFamilies':['IPv4'],"
			   "'ports':[{'port':80}]}"));
	json_object_set_new(c->kinds[kind], where, obj);
	return obj;
}

void
cluster_put(struct cluster *c, const char *kind_name, const char *where,
    const char *text)
{
	size_t kind = kind_of(kind_name);
	json_t *obj = json_object_get(c->kinds[kind], where);

	if (obj == NULL)
		obj = object_new(c, kind, where);
	if (text != NULL) {
		json_t *patch = quoted(text);

		patch_lay(obj, patch, 0);
		json_decref(patch);
	}
	version_set(c, obj);
	note_add(c, kind, obj, false);
}

void
cluster_delete(struct cluster *c, const char *kind_name, const char *where)
{
	size_t kind = kind_of(kind_name);
	json_t *obj = json_object_get(c->kinds[kind], where);

	if (obj == NULL)
		return;
	note_add(c, kind, obj, true);
	json_object_del(c->kinds[kind], where);
}

const json_t *
cluster_get(const struct cluster *c, const char *kind, const char *where)
{
	return json_object_get(c->kinds[kind_of(kind)], where);
}

json_t *
cluster_all(const struct cluster *c, const char *kind)
{
	return c->kinds[kind_of(kind)];
}

/* ---- the source ---- */

static void
fake_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct replica *r = impl;
	struct job *job = xcalloc(1, sizeof(*job));

	*job = (struct job){ .how = w->how,
		.kind = w->kind,
		.ns = xstrdup(w->key.ns),
		.name = xstrdup(w->key.name),
		.body = xstrdup(w->body),
		.done = done,
		.arg = arg,
		.since = r->c->now,
		.late = w->how != WRITE_RECORD && r->c->now >= r->fence };
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

static bool
fake_healthy(const void *impl, size_t kind, struct err *why)
{
	(void)impl;
	(void)kind;
	(void)why;
	return true;
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
job_free(struct replica *r, struct job *job)
{
	DL_DELETE(r->jobs, job);
	free(job->ns);
	free(job->name);
	free(job->body);
	free(job);
}

static void
fake_free(void *impl)
{
	struct replica *r = impl;

	while (r->jobs != NULL)
		job_free(r, r->jobs);
}

static const struct source_ops source_ops = {
	.write = fake_write,
	.event = fake_event,
	.reload = fake_reload,
	.relist = fake_relist,
	.fence = fake_fence,
	.healthy = fake_healthy,
	.free = fake_free,
};

/* What the API server would say, and do if it is to be carried out. */
static enum source_code
job_carry_out(struct cluster *c, const struct job *job)
{
	char where[512];

	snprintf(where, sizeof(where), "%s%s%s", job->ns,
	    job->ns[0] != '\0' ? "/" : "", job->name);
	json_t *obj = json_object_get(c->kinds[job->kind], where);

	if (obj == NULL && job->how == WRITE_RECORD)
		obj = object_new(c, job->kind, where);
	if (obj == NULL)
		return WRITE_GONE;
	json_t *patch = json_loads(job->body, 0, NULL);
	const char *asked = json_string_value(json_object_get(
	    json_object_get(patch, "metadata"), "resourceVersion"));
	const char *has = json_string_value(json_object_get(
	    json_object_get(obj, "metadata"), "resourceVersion"));
	bool conflict = c->conflict ||
	    (asked != NULL && has != NULL && strcmp(asked, has) != 0);

	if (!conflict) {
		patch_lay(obj, patch,
		    job->how == WRITE_SERVICE_STATUS ? PATCH_CONDITIONS_BY_TYPE
						     : 0);
		version_set(c, obj);
		note_add(c, job->kind, obj, false);
	}
	c->conflict = false;
	json_decref(patch);
	return conflict ? WRITE_CONFLICT : WRITE_OK;
}

/* At the API server, if it gets that far. */
static void
job_arrive(struct cluster *c, struct job *job)
{
	bool fails = rng_below(&c->rng, 256) < c->faults || job->late ||
	    c->now > job->since + NETWORK_MS;

	job->arrived = true;
	job->code = WRITE_RETRY;
	if (!job->late && c->now <= job->since + NETWORK_MS &&
	    (!fails || rng_below(&c->rng, 2) == 0))
		job->code = job_carry_out(c, job);
	if (job->code == WRITE_OK)
		snprintf(job->version, sizeof(job->version), "%llu",
		    (unsigned long long)c->version);
	if (fails)
		job->code = WRITE_RETRY;
}

static void
job_answer(struct replica *r)
{
	struct job *job = r->jobs;

	if (!job->arrived)
		job_arrive(r->c, job);
	struct source_result result = { job->code,
		job->code == WRITE_RETRY ? "injected" : "", job->version };

	r->c->writes += job->how == WRITE_SERVICE_STATUS;
	job->done(job->arg, &result);
	job_free(r, job);
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
	json_object_foreach (r->c->kinds[kind], key, obj)
		store_put(store, kind, obj);
	store_list_end(store, kind);
}

/* ---- time ---- */

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

static const struct allocator_rim rim = {
	.now = rim_now,
	.wall = rim_wall,
	.arm = rim_arm,
	.stopped = rim_stopped,
};

static bool
list_deliver(struct replica *r)
{
	for (size_t kind = 0; kind < KINDS; kind++)
		if (r->lists[kind]) {
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
static bool
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

static bool
any_step(struct cluster *c)
{
	unsigned first = c->n > 1 ? rng_below(&c->rng, c->n) : 0;

	for (unsigned i = 0; i < c->n; i++)
		if (replica_step(&c->replicas[(first + i) % c->n]))
			return true;
	return false;
}

/* When something can happen that cannot happen now. */
static uint64_t
next_time(const struct cluster *c)
{
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < c->n; i++) {
		const struct replica *r = &c->replicas[i];
		const uint64_t times[] = { r->armed, r->away, r->cut };

		for (unsigned t = 0; t < 3; t++)
			if (times[t] > c->now && times[t] < next)
				next = times[t];
	}
	return next;
}

bool
cluster_step(struct cluster *c)
{
	if (any_step(c))
		return true;
	uint64_t next = next_time(c);

	if (next == UINT64_MAX || next > c->now + TIMER_MOST)
		return false;
	c->now = next;
	return true;
}

void
cluster_settle(struct cluster *c)
{
	for (unsigned i = 0; cluster_step(c); i++)
		assert(i < 1000000); /* else it never comes to rest */
}

uint64_t
cluster_now(const struct cluster *c)
{
	return c->now;
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

static void
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

static void
replica_start(struct replica *r)
{
	struct cluster *c = r->c;

	snprintf(r->identity, sizeof(r->identity), "%u.%u",
	    (unsigned)(r - c->replicas), r->lives++);
	r->election = (struct leader_spec){ .identity = r->identity,
		.times = { 15000, 10000, 2000 },
		.seed = c->version };
	const struct allocator_options options = { .default_class = true,
		.election = c->n > 1 ? &r->election : NULL };

	r->fence = UINT64_MAX;
	r->allocator = allocator_new(&options, &rim, r);
	r->source = source_new(&source_ops, r);
	allocator_set_source(r->allocator, r->source);
	for (size_t kind = 0; kind < (c->n > 1 ? KINDS : LEASES); kind++)
		list_one(r, kind);
}

void
cluster_stop(struct cluster *c)
{
	for (unsigned i = 0; i < c->n; i++)
		replica_stop(&c->replicas[i]);
}

void
cluster_restart(struct cluster *c)
{
	cluster_stop(c);
	for (unsigned i = 0; i < c->n; i++)
		replica_start(&c->replicas[i]);
}

static struct cluster *
cluster_of(uint64_t seed, unsigned replicas)
{
	struct cluster *c = xcalloc(1, sizeof(*c));

	for (size_t kind = 0; kind < KINDS; kind++)
		c->kinds[kind] = json_object();
	rng_init(&c->rng, seed);
	c->now = 1000;
	c->version = 100;
	c->n = replicas;
	for (unsigned i = 0; i < replicas; i++)
		c->replicas[i].c = c;
	cluster_restart(c);
	return c;
}

struct cluster *
cluster_new(uint64_t seed)
{
	return cluster_of(seed, 1);
}

void
cluster_free(struct cluster *c)
{
	cluster_stop(c);
	for (size_t kind = 0; kind < KINDS; kind++)
		json_decref(c->kinds[kind]);
	free(c);
}

/* ---- two of them ---- */

struct cluster *
cluster_new_pair(uint64_t seed)
{
	return cluster_of(seed, REPLICAS);
}

bool
cluster_pair_step(struct cluster *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		struct replica *r = &c->replicas[i];

		if (!r->ended)
			continue;
		replica_stop(r);
		replica_start(r);
	}
	return cluster_step(c);
}

void
cluster_run(struct cluster *c, unsigned ms)
{
	uint64_t end = c->now + ms;

	while (c->now < end && cluster_pair_step(c))
		;
}

void
cluster_set_away(struct cluster *c, unsigned i, unsigned ms)
{
	c->replicas[i].away = c->now + ms;
}

void
cluster_set_cut(struct cluster *c, unsigned i, unsigned ms)
{
	c->replicas[i].cut = c->now + ms;
}

void
cluster_step_clock(struct cluster *c, unsigned i, int64_t ms)
{
	c->replicas[i].wall += ms;
}

void
cluster_kill(struct cluster *c, unsigned i)
{
	replica_stop(&c->replicas[i]);
	replica_start(&c->replicas[i]);
}

void
cluster_end(struct cluster *c, unsigned i)
{
	allocator_stop(c->replicas[i].allocator);
}

int
cluster_leader(const struct cluster *c)
{
	const json_t *lease =
	    cluster_get(c, LEASE_KIND, LEASE_NAMESPACE "/" LEASE_NAME);
	const char *holder = json_string_value(
	    json_object_get(json_object_get(lease, "spec"), "holderIdentity"));

	for (unsigned i = 0; i < c->n; i++)
		if (holder != NULL &&
		    strcmp(holder, c->replicas[i].identity) == 0)
			return (int)i;
	return -1;
}

/* ---- what happens in it ---- */

void
cluster_set_faults(struct cluster *c, unsigned of_256)
{
	c->faults = of_256;
}

void
cluster_conflict_once(struct cluster *c)
{
	c->conflict = true;
}

struct rng *
cluster_rng(struct cluster *c)
{
	return &c->rng;
}

void
cluster_set_age(struct cluster *c, unsigned seconds)
{
	c->age = seconds;
}

unsigned
cluster_writes(const struct cluster *c)
{
	return c->writes;
}

unsigned
cluster_events(const struct cluster *c)
{
	return c->events;
}

const char *
cluster_last_event(const struct cluster *c)
{
	return c->last_event;
}

char *
cluster_metrics(struct cluster *c)
{
	struct metrics *metrics = metrics_new();

	allocator_metrics(c->replicas[0].allocator, metrics);
	char *text = metrics_text(metrics);

	metrics_free(metrics);
	return text;
}
