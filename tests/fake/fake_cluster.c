/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_cluster.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "allocator/allocator.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/metrics.h"
#include "common/patch.h"
#include "common/source.h"
#include "common/store.h"

#define TIMER_MOST 600000 /* ms; a timer further away is no reason to go on */

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
	struct job *prev, *next;
};

struct cluster {
	json_t *kinds[3]; /* owned; "ns/name" to object */
	struct allocator *allocator;
	struct source *source;
	struct note *notes;
	struct job *jobs;
	uint64_t now, armed;
	uint64_t version, uid;
	unsigned age;
	unsigned faults, writes, events;
	bool conflict; /* the next write is one */
	char last_event[512];
	struct rng rng;
};

static const char *const kind_names[] = { "Service", "ServiceGroup", "Node" };
static const char *const kind_apis[] = { "v1", "lbbgp.io/v1", "v1" };

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
	struct note *n = xcalloc(1, sizeof(*n));

	*n = (struct note){ kind, json_deep_copy(obj), deleted, NULL, NULL };
	DL_APPEND(c->notes, n);
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
	struct cluster *c = impl;
	struct job *job = xcalloc(1, sizeof(*job));

	*job = (struct job){ w->how, w->kind, xstrdup(w->key.ns),
		xstrdup(w->key.name), xstrdup(w->body), done, arg, NULL, NULL };
	DL_APPEND(c->jobs, job);
}

static void
fake_event(void *impl, const struct source_event *e)
{
	struct cluster *c = impl;

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
job_free(struct cluster *c, struct job *job)
{
	DL_DELETE(c->jobs, job);
	free(job->ns);
	free(job->name);
	free(job->body);
	free(job);
}

static void
fake_free(void *impl)
{
	struct cluster *c = impl;

	while (c->jobs != NULL)
		job_free(c, c->jobs);
}

static const struct source_ops source_ops = {
	.write = fake_write,
	.event = fake_event,
	.reload = fake_reload,
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

	if (obj == NULL)
		return WRITE_GONE;
	json_t *patch = json_loads(job->body, 0, NULL);
	const char *asked = json_string_value(json_object_get(
	    json_object_get(patch, "metadata"), "resourceVersion"));
	const char *has = json_string_value(json_object_get(
	    json_object_get(obj, "metadata"), "resourceVersion"));
	bool conflict =
	    c->conflict || (asked != NULL && strcmp(asked, has) != 0);

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

static void
job_answer(struct cluster *c)
{
	struct job *job = c->jobs;
	enum source_code code = WRITE_RETRY;
	bool fails = rng_below(&c->rng, 256) < c->faults;
	char version[32] = "";

	if (!fails || rng_below(&c->rng, 2) == 0)
		code = job_carry_out(c, job);
	if (code == WRITE_OK)
		snprintf(version, sizeof(version), "%llu",
		    (unsigned long long)c->version);
	struct source_result result = { fails ? WRITE_RETRY : code,
		fails ? "injected" : "", version };

	c->writes += job->how == WRITE_SERVICE_STATUS;
	job->done(job->arg, &result);
	job_free(c, job);
}

static void
note_deliver(struct cluster *c)
{
	struct note *n = c->notes;
	json_t *meta = json_object_get(n->obj, "metadata");
	const char *ns = json_string_value(json_object_get(meta, "namespace"));
	struct object_key key = { ns != NULL ? ns : "",
		json_string_value(json_object_get(meta, "name")) };
	struct store *store = allocator_store(c->allocator);

	DL_DELETE(c->notes, n);
	if (n->deleted)
		store_drop(store, n->kind, &key);
	else
		store_put(store, n->kind, n->obj);
	json_decref(n->obj);
	free(n);
}

/* ---- time ---- */

static uint64_t
rim_now(void *arg)
{
	return ((struct cluster *)arg)->now;
}

static int64_t
rim_wall(void *arg)
{
	return 1767225600000 + (int64_t)((struct cluster *)arg)->now;
}

static void
rim_arm(void *arg, uint64_t at)
{
	((struct cluster *)arg)->armed = at;
}

static const struct allocator_rim rim = {
	.now = rim_now,
	.wall = rim_wall,
	.arm = rim_arm,
};

static void
tick(struct cluster *c)
{
	if (c->armed > c->now)
		c->now = c->armed;
	c->armed = UINT64_MAX;
	allocator_tick(c->allocator);
}

bool
cluster_step(struct cluster *c)
{
	bool due = c->armed <= c->now;
	unsigned which = rng_below(&c->rng, 3);

	for (unsigned i = 0; i < 3; i++)
		switch ((which + i) % 3) {
		case 0:
			if (c->notes == NULL)
				break;
			note_deliver(c);
			return true;
		case 1:
			if (c->jobs == NULL)
				break;
			job_answer(c);
			return true;
		case 2:
			if (!due)
				break;
			tick(c);
			return true;
		}
	if (c->armed == UINT64_MAX || c->armed > c->now + TIMER_MOST)
		return false;
	tick(c);
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
list_all(struct cluster *c)
{
	struct store *store = allocator_store(c->allocator);
	const char *key;
	json_t *obj;

	for (size_t kind = 0; kind < 3; kind++) {
		store_list_begin(store, kind);
		json_object_foreach (c->kinds[kind], key, obj)
			store_put(store, kind, obj);
		store_list_end(store, kind);
	}
}

void
cluster_stop(struct cluster *c)
{
	source_free(c->source);
	allocator_free(c->allocator);
	c->source = NULL;
	c->allocator = NULL;
	c->armed = UINT64_MAX;
	while (c->notes != NULL) {
		struct note *n = c->notes;

		DL_DELETE(c->notes, n);
		json_decref(n->obj);
		free(n);
	}
}

void
cluster_restart(struct cluster *c)
{
	cluster_stop(c);
	c->allocator = allocator_new(
	    &(struct allocator_options){ .default_class = true }, &rim, c);
	c->source = source_new(&source_ops, c);
	allocator_set_source(c->allocator, c->source);
	list_all(c);
}

struct cluster *
cluster_new(uint64_t seed)
{
	struct cluster *c = xcalloc(1, sizeof(*c));

	for (size_t kind = 0; kind < 3; kind++)
		c->kinds[kind] = json_object();
	rng_init(&c->rng, seed);
	c->now = 1000;
	c->version = 100;
	cluster_restart(c);
	return c;
}

void
cluster_free(struct cluster *c)
{
	cluster_stop(c);
	for (size_t kind = 0; kind < 3; kind++)
		json_decref(c->kinds[kind]);
	free(c);
}

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

/* ---- what people see ---- */

const char *
cluster_addresses(const struct cluster *c, const char *where)
{
	static char text[512];
	const json_t *status =
	    json_object_get(cluster_get(c, "Service", where), "status");
	const json_t *list =
	    json_object_get(json_object_get(status, "loadBalancer"), "ingress");
	size_t i;
	json_t *item;

	text[0] = '\0';
	json_array_foreach ((json_t *)list, i, item) {
		if (i > 0)
			strcat(text, ",");
		strcat(text, json_string_value(json_object_get(item, "ip")));
	}
	return text;
}

static const json_t *
our_condition(const struct cluster *c, const char *where)
{
	const json_t *list = json_object_get(
	    json_object_get(cluster_get(c, "Service", where), "status"),
	    "conditions");
	size_t i;
	json_t *item;

	json_array_foreach ((json_t *)list, i, item)
		if (strcmp(json_string_value(json_object_get(item, "type")),
			SERVICE_CONDITION) == 0)
			return item;
	return NULL;
}

const char *
cluster_condition(const struct cluster *c, const char *where)
{
	static char text[128];
	const json_t *condition = our_condition(c, where);

	text[0] = '\0';
	if (condition != NULL)
		snprintf(text, sizeof(text), "%s %s",
		    json_string_value(json_object_get(condition, "status")),
		    json_string_value(json_object_get(condition, "reason")));
	return text;
}

const char *
cluster_message(const struct cluster *c, const char *where)
{
	const json_t *condition = our_condition(c, where);

	return condition != NULL
	    ? json_string_value(json_object_get(condition, "message"))
	    : "";
}

const char *
cluster_annotation(const struct cluster *c, const char *where, const char *key)
{
	const json_t *meta =
	    json_object_get(cluster_get(c, "Service", where), "metadata");
	const char *text = json_string_value(
	    json_object_get(json_object_get(meta, "annotations"), key));

	return text != NULL ? text : "";
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

	allocator_metrics(c->allocator, metrics);
	char *text = metrics_text(metrics);

	metrics_free(metrics);
	return text;
}
