/* SPDX-License-Identifier: Apache-2.0 */
/*
 * books - what Services cost the allocator, without a network.
 *
 *	bench/books COUNT [GROUPS]
 *
 * Of one group, which has room for all, or of several with 256 addresses each.
 * The whole allocator on an API server of a few lines: its objects are text in a
 * file, so that the memory of this process is the allocator's. A write becomes the
 * object's status, and its echo comes back as text, as from a watch.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"
#include "common/source/store.h"

enum { SLOT = 2048, AT_ONCE = 64, EVENTS = 2000 };

struct job { /* a write that waits for its answer */
	size_t service;
	char *body; /* owned */
	source_done *done;
	void *arg;
};

struct api {
	FILE *objects; /* each in a slot of its own */
	size_t n, groups;
	unsigned long long version, writes, events;
	struct job *jobs; /* owned; AT_ONCE, and the status of each group */
	size_t n_jobs;
	double server; /* seconds of CPU that were not the allocator's */
	struct allocator *allocator;
	struct source *source;
	uint64_t now, armed;
	struct clock clock;
};

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the objects ---- */

static void
object_store(struct api *api, size_t i, json_t *object)
{
	char slot[SLOT] = "", version[24];

	snprintf(version, sizeof(version), "%llu", ++api->version);
	json_object_set_new(json_object_get(object, "metadata"),
	    "resourceVersion", json_string(version));
	if (json_dumpb(object, slot, SLOT - 1, JSON_COMPACT) >= SLOT ||
	    pwrite(fileno(api->objects), slot, SLOT, (off_t)(i * SLOT)) != SLOT)
		abort();
}

static void
object_text(const struct api *api, size_t i, char slot[SLOT])
{
	if (pread(fileno(api->objects), slot, SLOT, (off_t)(i * SLOT)) != SLOT)
		abort();
}

static void
object_create(struct api *api, size_t i)
{
	char name[32], uid[40];

	snprintf(name, sizeof(name), "shop-%06zu", i);
	snprintf(
	    uid, sizeof(uid), "00000000-0000-4000-8000-%012zu", i % 1000000);
	json_t *object = json_pack(
	    "{s:{s:s, s:s, s:s, s:s, s:i}, s:{s:s, s:s, s:[s], s:s, s:[s],"
	    " s:{s:s}, s:[{s:s, s:i, s:s, s:i}, {s:s, s:i, s:s, s:i}]}}",
	    "metadata", "name", name, "namespace", "market", "uid", uid,
	    "creationTimestamp", "2026-01-01T00:00:00Z", "generation", 1,
	    "spec", "type", "LoadBalancer", "ipFamilyPolicy", "SingleStack",
	    "ipFamilies", "IPv4", "clusterIP", "10.96.0.1", "clusterIPs",
	    "10.96.0.1", "selector", "app", name, "ports", "protocol", "TCP",
	    "port", 80, "name", "http", "nodePort", 30080, "protocol", "TCP",
	    "port", 443, "name", "https", "nodePort", 30443);

	object_store(api, i, object);
	json_decref(object);
}

/* As from a watch: text is all there is before, and nothing after. */
static void
object_tell(const struct api *api, size_t i)
{
	char slot[SLOT];

	object_text(api, i, slot);
	json_t *object = json_loads(slot, 0, NULL);

	store_put(allocator_store(api->allocator), 0, object);
	json_decref(object);
}

/* ---- the server ---- */

static void
api_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct api *api = impl;
	struct job job = { .service = SIZE_MAX, .done = done, .arg = arg };

	if (w->how == WRITE_CORE_STATUS) {
		job.service = strtoull(strchr(w->key.name, '-') + 1, NULL, 10);
		job.body = xstrdup(w->body);
	}
	api->writes++;
	api->jobs[api->n_jobs++] = job;
}

static void
job_carry_out(struct api *api, const struct job *job)
{
	double start = cpu();
	char slot[SLOT];

	object_text(api, job->service, slot);
	json_t *object = json_loads(slot, 0, NULL);
	json_t *patch = json_loads(job->body, 0, NULL);

	json_object_update_recursive(object, patch);
	object_store(api, job->service, object);
	json_decref(patch);
	json_decref(object);
	api->server += cpu() - start;
}

/* The answer to the oldest, and its echo. */
static void
job_answer(struct api *api)
{
	struct job job = api->jobs[0];
	struct source_result result = { WRITE_OK, "", "" };
	char version[24];

	memmove(api->jobs, api->jobs + 1, --api->n_jobs * sizeof(job));
	if (job.body != NULL) {
		job_carry_out(api, &job);
		snprintf(version, sizeof(version), "%llu", api->version);
		result.version = version;
	}
	job.done(job.arg, &result);
	if (job.body != NULL)
		object_tell(api, job.service);
	free(job.body);
}

static void
api_event(void *impl, const struct source_event *event)
{
	(void)event;
	((struct api *)impl)->events++;
}

static void
api_free(void *impl)
{
	(void)impl;
}

static const struct source_ops source_ops = {
	.write = api_write,
	.event = api_event,
	.free = api_free,
};

/* ---- the rim ---- */

static uint64_t
rim_now(void *arg)
{
	return ((struct api *)arg)->now;
}

static int64_t
rim_wall(void *arg)
{
	return 1767225600000 + (int64_t)((struct api *)arg)->now;
}

static void
rim_arm(void *arg, uint64_t at)
{
	((struct api *)arg)->armed = at;
}

static void
rim_stopped(void *arg)
{
	(void)arg;
}

static const struct allocator_ops allocator_ops = {
	.arm = rim_arm,
	.stopped = rim_stopped,
};

/* Until all statuses are written; events and reports may still wait. */
static void
settle(struct api *api)
{
	while (api->armed <= api->now || api->n_jobs > 0) {
		if (api->armed <= api->now) {
			api->armed = UINT64_MAX;
			allocator_tick(api->allocator);
		}
		if (api->n_jobs > 0)
			job_answer(api);
	}
}

/* ---- a life of it ---- */

static void
group_tell(struct store *store, size_t kind, size_t i, unsigned len)
{
	char name[32], pool[32];

	snprintf(name, sizeof(name), "market-%04zu", i);
	snprintf(
	    pool, sizeof(pool), "10.%zu.%zu.0/%u", i / 256 % 256, i % 256, len);
	json_t *group = json_pack("{s:{s:s, s:s}, s:{s:[{s:s, s:s}]}}",
	    "metadata", "name", name, "resourceVersion", "1", "spec", "pools",
	    "subnet", pool, "pool", pool);

	store_put(store, kind, group);
	json_decref(group);
}

static void
groups_tell(struct store *store, size_t n)
{
	size_t kind = store_kind_find(store, "lbbgp.io/v1", "ServiceGroup");

	store_list_begin(store, kind);
	for (size_t i = 0; i < n; i++)
		group_tell(store, kind, i, n == 1 ? 8 : 24);
	store_list_end(store, kind);
}

/* There is no object of any other kind. */
static void
others_tell(struct store *store)
{
	size_t n;

	store_kinds(store, &n);
	for (size_t i = 1; i < n; i++)
		if (!store_is_listed(store, i))
			store_missing(store, i);
}

/* From the first object of the lists until nothing is left to write. */
static void
start(struct api *api)
{
	api->clock = (struct clock){ rim_now, rim_wall, api };
	const struct allocator_options options = {
		.reconcile = { .class.unclassed = true },
		.clock = &api->clock,
	};

	api->allocator = allocator_new(&options, &allocator_ops, api);
	api->source = source_new(&source_ops, api);
	allocator_set_source(api->allocator, api->source);
	struct store *store = allocator_store(api->allocator);

	groups_tell(store, api->groups);
	others_tell(store);
	store_list_begin(store, 0);
	for (size_t i = 0; i < api->n; i++)
		object_tell(api, i);
	store_list_end(store, 0);
	settle(api);
}

static void
stop(struct api *api)
{
	source_free(api->source);
	allocator_free(api->allocator);
	api->armed = UINT64_MAX;
}

/* kB; getrusage() would tell what the parent had, too. */
static unsigned long
memory_peak(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long kb = 0;
	char line[128];

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "VmHWM: %lu", &kb) == 1)
			break;
	if (status != NULL)
		fclose(status);
	return kb;
}

static void
report(struct api *api, const char *what, double since, unsigned long long base)
{
	printf("%-22s %7zu Services %6.2f s CPU, %6llu writes, peak %5.1f MB\n",
	    what, api->n, cpu() - since - api->server, api->writes - base,
	    (double)memory_peak() / 1024);
	api->server = 0;
}

/* Seconds that text becomes a struct in, twice: the event and the echo. */
static double
decoding(const struct api *api, size_t first)
{
	char slot[SLOT];
	struct err err;
	double start = cpu();

	for (size_t i = first; i < first + EVENTS; i++)
		for (unsigned k = 0; k < 2; k++) {
			object_text(api, i, slot);
			json_t *object = json_loads(slot, 0, NULL);

			service_free(service_decode(object, &err));
			json_decref(object);
		}
	return cpu() - start;
}

/* One more Service, until it has its address and we know that. */
static void
single_events(struct api *api)
{
	size_t first = api->n;

	for (size_t i = first; i < first + EVENTS; i++)
		object_create(api, i);
	double start = cpu();

	for (size_t i = first; i < first + EVENTS; i++) {
		object_tell(api, i);
		settle(api);
		api->now += 1000;
	}
	double all = (cpu() - start - api->server) / EVENTS;
	double decoded = decoding(api, first) / EVENTS;

	printf("an event of one Service, its echo included: %.1f us of CPU, "
	       "%.1f without decoding\n",
	    all * 1e6, (all - decoded) * 1e6);
}

int
main(int argc, char **argv)
{
	struct api api = { .objects = tmpfile(),
		.n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000,
		.groups = argc > 2 ? strtoul(argv[2], NULL, 10) : 1,
		.armed = UINT64_MAX };

	if (api.objects == NULL || api.n == 0)
		return EXIT_FAILURE;
	api.jobs = xcalloc(AT_ONCE + api.groups, sizeof(*api.jobs));
	log_set_level(LOG_LEVEL_ERROR);
	for (size_t i = 0; i < api.n; i++)
		object_create(&api, i);
	double since = cpu();

	start(&api);
	report(&api, "all have addresses", since, 0);
	unsigned long long base = api.writes;

	stop(&api);
	since = cpu();
	start(&api);
	report(&api, "restart, until ready", since, base);
	single_events(&api);
	stop(&api);
	fclose(api.objects);
	free(api.jobs);
	return EXIT_SUCCESS;
}
