/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announced - what it costs the allocator to tell whether Services are announced.
 *
 * A cluster in memory: NODES in racks of 20 with a BGPPeer each, 50 groups, SERVICES
 * with ten endpoints, every other one with policy Local. It is judged once, then one
 * node loses its sessions, then a configuration goes, and all Services turn.
 *
 *	announced [NODES [SERVICES]]
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "allocator/allocator.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/patch.h"
#include "common/source/source.h"
#include "common/source/store.h"

#define RACK 20
#define GROUPS 50

enum { /* as in allocator/core.h */
	SERVICE,
	GROUP,
	NODE,
	CONFIGURATION = 9,
	PEER,
	REPORT,
	SLICE,
	KINDS
};

static uint64_t now = 1000;
static unsigned long writes;

static uint64_t
clock_ms(void *arg)
{
	(void)arg;
	return now;
}

static int64_t
wall_ms(void *arg)
{
	(void)arg;
	return 1767225600000 + (int64_t)now;
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t armed;

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	armed = at;
}

/* ---- objects, and a source that lays what is written over them ---- */

struct job {
	source_done *done;
	void *arg;
	size_t kind;
	char *name, *body; /* owned */
	struct job *next;
};

static struct job *jobs;
static json_t *objects[KINDS]; /* by name */
static unsigned version = 1;

static const char *
name_of(const json_t *obj)
{
	return json_string_value(
	    json_object_get(json_object_get(obj, "metadata"), "name"));
}

static void
put(struct store *store, size_t kind, const char *text)
{
	json_error_t error;
	json_t *obj = json_loads(text, 0, &error);

	if (obj == NULL) {
		fprintf(stderr, "%s: %s\n", text, error.text);
		exit(1);
	}
	store_put(store, kind, obj);
	json_object_set_new(objects[kind], name_of(obj), obj);
}

static void
take(void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct job *job = xcalloc(1, sizeof(*job));

	(void)impl;
	*job = (struct job){ done, arg, w->kind, xstrdup(w->key.name),
		xstrdup(w->body), jobs };
	jobs = job;
	writes++;
}

static void
carry_out(struct store *store, const struct job *job)
{
	json_t *obj = json_object_get(objects[job->kind], job->name);
	json_t *patch = json_loads(job->body, 0, NULL);
	char text[16];

	snprintf(text, sizeof(text), "%u", version++);
	patch_lay(obj, patch, PATCH_CONDITIONS_BY_TYPE);
	json_object_set_new(json_object_get(obj, "metadata"), "resourceVersion",
	    json_string(text));
	store_put(store, job->kind, obj);
	json_decref(patch);
}

static void
answer_all(struct store *store)
{
	static const struct source_result good = { WRITE_OK, "", "" };

	while (jobs != NULL) {
		struct job *job = jobs;

		jobs = job->next;
		carry_out(store, job);
		job->done(job->arg, &good);
		free(job->name);
		free(job->body);
		free(job);
	}
}

static void
no_event(void *impl, const struct source_event *e)
{
	(void)impl;
	(void)e;
}

static enum source_state
is_followed(const void *impl, size_t kind, struct err *why)
{
	(void)impl;
	(void)kind;
	(void)why;
	return SOURCE_FOLLOWED;
}

static void
no_free(void *impl)
{
	(void)impl;
}

/* ---- what there is ---- */

#define META(more) \
	"\"metadata\":{\"name\":\"%c%u\",\"resourceVersion\":\"%u\"" more "}"

static void
put_node(struct store *store, unsigned i, bool up)
{
	char text[2048];

	snprintf(text, sizeof(text),
	    "{" META(",\"labels\":{\"rack\":\"r%u\",\"a\":\"b\"}") "}", 'n', i,
	    version++, i / RACK);
	put(store, NODE, text);
	snprintf(text, sizeof(text),
	    "{" META(
		"") ",\"status\":{\"heartbeat\":\"2026-01-01T00:00:00Z\","
		    "\"conditions\":[],\"peers\":[{\"name\":\"p%u\","
		    "\"state\":\"%s\",\"capabilities\":[\"ipv4-unicast\"]}]}}",
	    'n', i, version++, i / RACK, up ? "Established" : "Active");
	put(store, REPORT, text);
}

static void
put_service(struct store *store, unsigned i, unsigned nodes)
{
	char text[4096], *to = text, *end = text + sizeof(text);

	to += snprintf(to, (size_t)(end - to),
	    "{\"metadata\":{\"name\":\"s%u\",\"namespace\":\"web\","
	    "\"resourceVersion\":\"%u\",\"annotations\":{"
	    "\"lbbgp.io/allocated-from\":\"g%u\"}},\"spec\":{\"type\":"
	    "\"LoadBalancer\",\"externalTrafficPolicy\":\"%s\","
	    "\"ipFamilies\":[\"IPv4\"],\"ports\":[{\"port\":80}]},\"status\":{"
	    "\"loadBalancer\":{\"ingress\":[{\"ip\":\"10.%u.%u.%u\"}]}}}",
	    i, version++, i % GROUPS, i % 2 == 0 ? "Cluster" : "Local",
	    i % GROUPS, i / GROUPS / 256, i / GROUPS % 256);
	put(store, SERVICE, text);
	to = text;
	to += snprintf(to, (size_t)(end - to),
	    "{\"metadata\":{\"name\":\"s%u\",\"namespace\":\"web\","
	    "\"resourceVersion\":\"%u\",\"labels\":{"
	    "\"kubernetes.io/service-name\":\"s%u\"}},\"addressType\":\"IPv4\","
	    "\"endpoints\":[",
	    i, version++, i);
	for (unsigned e = 0; e < 10; e++)
		to += snprintf(to, (size_t)(end - to),
		    "%s{\"addresses\":[\"10.200.0.1\"],\"nodeName\":\"n%u\","
		    "\"conditions\":{\"ready\":true}}",
		    e > 0 ? "," : "", (i * 7 + e * 501) % nodes);
	snprintf(to, (size_t)(end - to), "]}");
	put(store, SLICE, text);
}

/* Daemons that are ready, by their endpoints: no heartbeat is too old then. */
static void
put_daemons(struct store *store, unsigned nodes, bool ready)
{
	char *text = NULL;
	size_t size;
	FILE *to = xmemstream(&text, &size);

	fprintf(to,
	    "{\"metadata\":{\"name\":\"bgpd\",\"namespace\":\"lbbgp-system\","
	    "\"resourceVersion\":\"%u\",\"labels\":{"
	    "\"kubernetes.io/service-name\":\"lbbgp-bgpd\"}},\"addressType\":"
	    "\"IPv4\",\"endpoints\":[",
	    version++);
	for (unsigned i = 0; i < nodes; i++)
		fprintf(to,
		    "%s{\"addresses\":[\"10.200.0.1\"],\"nodeName\":\"n%u\","
		    "\"conditions\":{\"ready\":%s}}",
		    i > 0 ? "," : "", i, ready ? "true" : "false");
	fputs("]}", to);
	fclose(to);
	put(store, SLICE, text);
	free(text);
}

static void
put_rest(struct store *store, unsigned nodes)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"metadata\":{\"name\":\"default\",\"resourceVersion\":\"%u\"},"
	    "\"spec\":{\"asNumber\":65001}}",
	    version++);
	put(store, CONFIGURATION, text);
	for (unsigned i = 0; i < GROUPS; i++) {
		snprintf(text, sizeof(text),
		    "{" META(
			"") ",\"spec\":{\"pools\":[{\"subnet\":"
			    "\"10.%u.0.0/16\",\"pool\":\"10.%u.0.0/17\"}]}}",
		    'g', i, version++, i, i);
		put(store, GROUP, text);
	}
	for (unsigned i = 0; i <= (nodes - 1) / RACK; i++) {
		snprintf(text, sizeof(text),
		    "{" META(
			"") ",\"spec\":{\"peerIP\":\"192.0.2.1\",\"asNumber\""
			    ":65000,\"nodeSelector\":{\"matchLabels\":{"
			    "\"rack\":\"r%u\"}}}}",
		    'p', i, version++, i);
		put(store, PEER, text);
	}
}

/* ---- what is measured ---- */

/* Simulated seconds go by; says what they cost. */
static void
run(struct allocator *a, const char *what, unsigned seconds)
{
	struct store *store = allocator_store(a);
	uint64_t end = now + seconds * 1000ULL;
	double begin = cpu_s(), longest = 0;
	unsigned long before = writes;

	while (now <= end) {
		double start = cpu_s();

		armed = UINT64_MAX;
		allocator_tick(a);
		if (cpu_s() - start > longest)
			longest = cpu_s() - start;
		answer_all(store);
		if (armed > now)
			now = armed < end ? armed : end + 1;
	}
	printf("%-34s %7.3f s CPU, longest tick %7.3f s, %6lu writes in %u s\n",
	    what, cpu_s() - begin, longest, writes - before, seconds);
}

int
main(int argc, char **argv)
{
	static const struct allocator_ops ops = { .arm = on_arm };
	static const struct source_ops source_ops = { .write = take,
		.event = no_event,
		.state = is_followed,
		.free = no_free };
	static const struct clock clock = { clock_ms, wall_ms, NULL };
	const struct allocator_options options = {
		.reconcile = { .class.unclassed = true },
		.clock = &clock,
		.announced = true,
	};
	unsigned nodes = argc > 1 ? (unsigned)atoi(argv[1]) : 5000;
	unsigned services = argc > 2 ? (unsigned)atoi(argv[2]) : 10000;
	const struct object_key gone = { "", "default" };
	struct rusage usage;

	for (size_t i = 0; i < KINDS; i++)
		objects[i] = json_object();
	log_set_level(LOG_LEVEL_WARN);
	struct allocator *a = allocator_new(&options, &ops, NULL);
	struct source *source = source_new(&source_ops, NULL);
	struct store *store = allocator_store(a);

	allocator_set_source(a, source);
	for (size_t i = 0; i < KINDS; i++)
		store_list_begin(store, i);
	put_rest(store, nodes);
	put_daemons(store, nodes, true);
	for (unsigned i = 0; i < nodes; i++)
		put_node(store, i, true);
	for (unsigned i = 0; i < services; i++)
		put_service(store, i, nodes);
	for (size_t i = 0; i < KINDS; i++)
		store_list_end(store, i);
	run(a, "all for the first time", 60);
	run(a, "nothing happens", 60);
	put_node(store, 7, false);
	run(a, "a node loses its session", 10);
	for (unsigned i = 0; i < 30; i++) {
		put_node(store, 7, i % 2 == 0);
		run(a, i % 2 == 0 ? "it is up" : "it is down", 10);
	}
	put_daemons(store, nodes, false);
	run(a, "no daemon is ready any more", 60);
	put_daemons(store, nodes, true);
	run(a, "all are ready again", 60);
	store_drop(store, CONFIGURATION, &gone);
	run(a, "no configuration any more", 10);
	getrusage(RUSAGE_SELF, &usage);
	printf("memory at most, with the JSON of all, %ld MB\n",
	    usage.ru_maxrss / 1024);
	source_free(source);
	allocator_free(a);
	for (size_t i = 0; i < KINDS; i++)
		json_decref(objects[i]);
	return 0;
}
