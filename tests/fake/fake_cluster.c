/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server is a table of objects for each kind. What changes is noted once for each
 * replica, which hears of it later; what a replica writes is a job that arrives, and is
 * answered, later (fake_replica.c). A step of the cluster is one of all the things that
 * can happen now, drawn by its seed, or else time goes on to what is due next. What is
 * not to work, for whom and until when, are fields that the functions below set.
 */
#include "tests/fake/fake_cluster.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "allocator/allocator.h"
#include "allocator/lead/lease.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/metrics.h"
#include "common/patch.h"
#include "common/source/source.h"
#include "tests/fake/cluster_parts.h"

#define NETWORK_MS 4000   /* a write that took longer never arrived */
#define TIMER_MOST 600000 /* ms; a timer further away is no reason to go on */

static const char *const kind_names[KINDS] = { "Service", "ServiceGroup",
	"Node", "Namespace", "EndpointSlice", "VirtualIP", "BGPPeer",
	"BGPConfiguration", LEASE_KIND, "-", "-", "BGPNodeStatus", "-" };
static const char *const kind_apis[KINDS] = { "v1", "lbbgp.io/v1", "v1", "v1",
	"discovery.k8s.io/v1", "lbbgp.io/v1", "lbbgp.io/v1", "lbbgp.io/v1",
	LEASE_API, "", "", "lbbgp.io/v1", "" };

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

size_t
kind_twin(size_t kind)
{
	return kind == CONFIGURATIONS_AGAIN ? CONFIGURATIONS
	    : kind == PEERS_AGAIN           ? PEERS
	    : kind == SLICES_AGAIN          ? SLICES
					    : kind;
}

/* ---- objects ---- */

static void
note_add(struct cluster *c, size_t kind, const json_t *obj, bool deleted)
{
	if (c->telling && kind == CONFIGURATIONS)
		note_add(c, CONFIGURATIONS_AGAIN, obj, deleted);
	if (c->telling && kind == PEERS)
		note_add(c, PEERS_AGAIN, obj, deleted);
	if (c->telling && kind == SLICES)
		note_add(c, SLICES_AGAIN, obj, deleted);
	for (unsigned i = 0; i < c->n && kind != c->withheld; i++) {
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

/* ---- the API server ---- */

static const char *
version_of(const json_t *obj)
{
	return json_string_value(json_object_get(
	    json_object_get(obj, "metadata"), "resourceVersion"));
}

/* A record without a version is one to be created. */
static bool
is_conflict(const struct cluster *c, const struct job *job, const json_t *patch,
    const json_t *obj)
{
	const char *asked = version_of(patch), *has = version_of(obj);

	if (has != NULL && asked != NULL && strcmp(asked, has) != 0)
		return true;
	return c->conflict ||
	    (has != NULL && asked == NULL && job->how == WRITE_RECORD);
}

static bool
has_address(const json_t *obj)
{
	return json_array_size(json_object_get(
		   json_object_get(
		       json_object_get(obj, "status"), "loadBalancer"),
		   "ingress")) > 0;
}

/*
 * Who applies a condition with force gets its fields from who had them, and when he
 * leaves it out they go: what stays has a type and nothing else, which no CRD takes. So
 * each is to be of one part.
 */
static bool
is_of_another(struct cluster *c, const struct job *job, const json_t *patch,
    const json_t *obj)
{
	const char *uid = json_string_value(
	    json_object_get(json_object_get(obj, "metadata"), "uid"));
	const json_t *one;
	bool is = false;
	size_t i;

	if (job->how != WRITE_STATUS)
		return false;
	json_array_foreach (
	    json_object_get(json_object_get(patch, "status"), "conditions"), i,
	    one) {
		char *of = xasprintf("%s %s", uid,
		    json_string_value(json_object_get(one, "type")));
		const char *part =
		    json_string_value(json_object_get(c->parts, of));

		is |= part != NULL && strcmp(part, job->part) != 0;
		if (part == NULL)
			json_object_set_new(
			    c->parts, of, json_string(job->part));
		free(of);
	}
	return is;
}

enum source_code
job_carry_out(struct cluster *c, const struct job *job)
{
	char where[512];

	if (c->refused != NULL && strcmp(job->name, c->refused) == 0)
		return WRITE_REFUSED;
	snprintf(where, sizeof(where), "%s%s%s", job->ns,
	    job->ns[0] != '\0' ? "/" : "", job->name);
	json_t *obj = json_object_get(c->kinds[job->kind], where);

	if (obj == NULL && job->how == WRITE_RECORD)
		obj = object_new(c, job->kind, where);
	if (obj == NULL)
		return WRITE_GONE;
	json_t *patch = json_loads(job->body, 0, NULL);
	bool conflict = is_conflict(c, job, patch, obj);
	const json_t *meta = json_object_get(patch, "metadata");

	if (is_of_another(c, job, patch, obj) ||
	    (c->brimful != NULL && strcmp(job->name, c->brimful) == 0 &&
		json_object_get(meta, "annotations") != NULL)) {
		json_decref(patch);
		return WRITE_REFUSED;
	}
	if (!conflict) {
		bool had = has_address(obj);

		/* What is applied has a part of the conditions, too. */
		patch_lay(obj, patch,
		    job->how == WRITE_CORE_STATUS || job->how == WRITE_STATUS
			? PATCH_CONDITIONS_BY_TYPE
			: 0);
		c->emptied += had && !has_address(obj);
		version_set(c, obj);
		note_add(c, job->kind, obj, false);
	}
	c->conflict = false;
	json_decref(patch);
	return conflict ? WRITE_CONFLICT : WRITE_OK;
}

/* ---- time ---- */

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

/* One that tells looks at heartbeats now and then, and so is never at rest. */
static void
run_until(struct cluster *c, uint64_t end)
{
	for (unsigned i = 0; c->now <= end; i++) {
		assert(i < 10000000);
		if (any_step(c))
			continue;
		if (next_time(c) > end)
			break;
		c->now = next_time(c);
	}
	c->now = end;
}

void
cluster_settle(struct cluster *c)
{
	if (c->telling) {
		run_until(c, c->now);
		return;
	}
	for (unsigned i = 0; cluster_step(c); i++)
		assert(i < 1000000); /* else it never comes to rest */
}

void
cluster_wait(struct cluster *c, uint64_t ms)
{
	cluster_settle(c);
	if (c->telling)
		run_until(c, c->now + ms);
	else
		c->now += ms;
	cluster_settle(c);
}

uint64_t
cluster_now(const struct cluster *c)
{
	return c->now;
}

/* ---- life ---- */

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

void
cluster_crash(struct cluster *c)
{
	for (unsigned i = 0; i < c->n; i++)
		replica_arrive(&c->replicas[i]);
	cluster_restart(c);
}

static struct cluster *
cluster_of(uint64_t seed, unsigned replicas, bool instances, bool telling)
{
	struct cluster *c = xcalloc(1, sizeof(*c));

	for (size_t kind = 0; kind < KINDS; kind++)
		c->kinds[kind] = json_object();
	c->parts = json_object();
	rng_init(&c->rng, seed);
	c->now = 1000;
	c->version = 100;
	c->n = replicas;
	c->telling = telling;
	c->withheld = KINDS;
	c->instances = instances;
	for (unsigned i = 0; i < replicas; i++) {
		c->replicas[i].c = c;
		c->replicas[i].instance = instance_default;
	}
	cluster_restart(c);
	return c;
}

struct cluster *
cluster_new(uint64_t seed)
{
	return cluster_of(seed, 1, false, false);
}

static struct cluster *
cluster_of_instances(uint64_t seed, const struct instance *second, bool telling)
{
	struct cluster *c = cluster_of(seed, 2, true, telling);

	c->replicas[1].instance = *second;
	cluster_restart(c);
	return c;
}

struct cluster *
cluster_new_instances(uint64_t seed, const struct instance *second)
{
	return cluster_of_instances(seed, second, false);
}

struct cluster *
cluster_new_telling_instances(uint64_t seed, const struct instance *second)
{
	return cluster_of_instances(seed, second, true);
}

struct cluster *
cluster_new_telling(uint64_t seed)
{
	return cluster_of(seed, 1, false, true);
}

struct cluster *
cluster_new_telling_pair(uint64_t seed)
{
	return cluster_of(seed, REPLICAS, false, true);
}

void
cluster_free(struct cluster *c)
{
	cluster_stop(c);
	for (size_t kind = 0; kind < KINDS; kind++)
		json_decref(c->kinds[kind]);
	json_decref(c->parts);
	free(c);
}

/* ---- two of them ---- */

struct cluster *
cluster_new_pair(uint64_t seed)
{
	return cluster_of(seed, REPLICAS, false, false);
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
	    cluster_get(c, LEASE_KIND, INSTANCE_NAMESPACE "/" LEASE_NAME);
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
cluster_set_full(struct cluster *c, bool full)
{
	c->full = full;
}

void
cluster_set_slow(struct cluster *c, unsigned ms)
{
	c->slow = ms;
}

void
cluster_conflict_once(struct cluster *c)
{
	c->conflict = true;
}

void
cluster_mute(struct cluster *c, const char *name)
{
	c->mute = name;
}

void
cluster_refuse(struct cluster *c, const char *name)
{
	c->refused = name;
}

void
cluster_refuse_annotations(struct cluster *c, const char *name)
{
	c->brimful = name;
}

void
cluster_withhold(struct cluster *c, const char *kind)
{
	for (unsigned i = 0; i < c->n && c->withheld != KINDS; i++)
		c->replicas[i].lists[c->withheld] = true;
	c->withheld = kind != NULL ? kind_of(kind) : KINDS;
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
cluster_emptied(const struct cluster *c)
{
	return c->emptied;
}

unsigned
cluster_applied(const struct cluster *c)
{
	return c->applied;
}

unsigned
cluster_in_flight(const struct cluster *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->n; i++)
		n += replica_in_flight(&c->replicas[i]);
	return n;
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

const char *
cluster_unready(const struct cluster *c, unsigned i)
{
	static struct err why;
	const struct replica *r = &c->replicas[i];

	return allocator_ready(r->allocator, r->source, &why) ? "" : why.text;
}

const struct dashboard *
cluster_dashboard(const struct cluster *c, unsigned i)
{
	return allocator_dashboard(c->replicas[i].allocator);
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
