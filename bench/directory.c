/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory - what a directory of manifests costs as a source.
 *
 *	bench/directory [FILES] [SERVICES] [STATES]
 *
 * SERVICES in so many files of a directory below /tmp, STATES of them with a status
 * in PATH.state. Prints for each step the time until the store was told, the CPU
 * that it took until all was quiet again, and the longest hold of the loop (CPU of
 * one turn of it).
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/source/source.h"
#include "common/source/store.h"
#include "common/source_io.h"

#define QUIET_MS 400

struct bench {
	char root[64];
	size_t files, services, states;
	struct event_base *base;
	struct store *store;
	struct source *source;
	size_t told;      /* changes, since the step began */
	uint64_t told_at; /* the last one; ns */
};

static uint64_t
nanoseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
on_changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct bench *b = arg;

	(void)key;
	(void)was;
	(void)now;
	b->told++;
	b->told_at = nanoseconds(CLOCK_MONOTONIC);
}

static void
on_ready(void *arg)
{
	(void)arg;
}

static const struct store_kind kinds[] = {
	{ .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode,
	    .free = service_free,
	    .changed = on_changed },
};

static const struct store_ops ops = { .ready = on_ready };

/* Of so many Services from the first on; v is something that can change. */
static void
write_manifests(const struct bench *b, size_t file, int v)
{
	size_t each = b->services / b->files;
	char *path = xasprintf("%s/m/%05zu.yaml", b->root, file);
	FILE *f = fopen(path, "w");

	if (f == NULL)
		abort();
	for (size_t i = 0; i < each; i++)
		fprintf(f,
		    "---\napiVersion: v1\nkind: Service\nmetadata:\n"
		    "  name: s%zu\n  namespace: web\n  annotations:\n"
		    "    example.org/owner: somebody\nspec:\n"
		    "  type: LoadBalancer\n  selector:\n    app: s%zu\n"
		    "  ports:\n  - name: http\n    port: %d\n"
		    "    targetPort: 8080\n",
		    file * each + i, file * each + i, i == 0 ? v : 80);
	fclose(f);
	free(path);
}

/* As another program would. */
static void
write_state(const struct bench *b, size_t n, int v)
{
	char *path = xasprintf("%s/m.state/Service/web/s%zu.json", b->root, n);
	char *temp = xasprintf("%s/m.state/Service/web/.temp", b->root);
	FILE *f = fopen(temp, "w");

	if (f == NULL)
		abort();
	fprintf(f,
	    "{\"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": "
	    "\"10.%d.%zu.%zu\"}]}}}\n",
	    v, n >> 8, n & 255);
	fclose(f);
	if (rename(temp, path) < 0)
		abort();
	free(temp);
	free(path);
}

static void
make_directory(const struct bench *b, const char *name)
{
	char *path = xasprintf("%s/%s", b->root, name);

	if (mkdir(path, 0755) < 0)
		abort();
	free(path);
}

/* Turns the loop until nothing has been told for a while. */
static void
step(struct bench *b, const char *what, uint64_t since)
{
	uint64_t cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID), longest = 0;
	struct rusage use;

	b->told = 0;
	b->told_at = since;
	while (b->told == 0 ||
	    nanoseconds(CLOCK_MONOTONIC) - b->told_at < QUIET_MS * 1000000ull) {
		uint64_t start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
		struct timeval soon = { 0, 10000 };

		event_base_loopexit(b->base, &soon);
		event_base_loop(b->base, EVLOOP_ONCE);
		uint64_t took = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start;
		longest = took > longest ? took : longest;
	}
	cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
	getrusage(RUSAGE_SELF, &use);
	printf("%-28s %6zu told after %8.1f ms, CPU %8.1f ms, hold %7.1f ms, "
	       "most %6.1f MB\n",
	    what, b->told, (double)(b->told_at - since) / 1e6,
	    (double)cpu / 1e6, (double)longest / 1e6,
	    (double)use.ru_maxrss / 1024);
	fflush(stdout);
}

static void
on_written(void *arg, const struct source_result *result)
{
	(void)arg;
	if (result->code != WRITE_OK)
		abort();
}

static void
write_own(struct bench *b, size_t n)
{
	char name[32], body[128];
	struct source_write w = { .how = WRITE_CORE_STATUS,
		.kind = 0,
		.key = { "web", name },
		.body = body };

	snprintf(name, sizeof(name), "s%zu", n);
	snprintf(body, sizeof(body),
	    "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":"
	    "\"10.9.%zu.%zu\"}]}}}",
	    n >> 8, n & 255);
	source_write(b->source, &w, on_written, b);
}

static void
run(struct bench *b)
{
	char *spec = xasprintf("dir:%s/m", b->root);
	struct source_options o = { .spec = spec, .program = "bench" };
	uint64_t now = nanoseconds(CLOCK_MONOTONIC);
	struct err err;

	b->base = event_base_new();
	b->store = store_new(kinds, 1, &ops, b);
	b->source = source_open(&o, b->base, b->store, &err);
	if (b->source == NULL)
		abort();
	step(b, "all is read", now);
	now = nanoseconds(CLOCK_MONOTONIC);
	write_manifests(b, b->files / 2, 81);
	step(b, "one Service changes", now);
	now = nanoseconds(CLOCK_MONOTONIC);
	write_state(b, b->services / 2 + 1, 11);
	step(b, "another one's status", now);
	now = nanoseconds(CLOCK_MONOTONIC);
	for (size_t i = 0; i < 100; i++)
		write_own(b, i);
	step(b, "100 statuses of our own", now);
	now = nanoseconds(CLOCK_MONOTONIC);
	for (size_t i = 0; i < b->files; i++)
		write_manifests(b, i, 82);
	step(b, "one in each file", now);
	source_free(b->source);
	store_free(b->store);
	event_base_free(b->base);
	free(spec);
}

int
main(int argc, char **argv)
{
	struct bench b = { .root = "/tmp/lbbgp-bench-XXXXXX",
		.files = argc > 1 ? (size_t)atol(argv[1]) : 1000,
		.services = argc > 2 ? (size_t)atol(argv[2]) : 20000 };

	b.states = argc > 3 ? (size_t)atol(argv[3]) : b.services;
	if (b.files == 0 || b.services < b.files || mkdtemp(b.root) == NULL)
		return EXIT_FAILURE;
	make_directory(&b, "m");
	make_directory(&b, "m.state");
	make_directory(&b, "m.state/Service");
	make_directory(&b, "m.state/Service/web");
	for (size_t i = 0; i < b.files; i++)
		write_manifests(&b, i, 80);
	for (size_t i = 0; i < b.states; i++)
		write_state(&b, i, 10);
	run(&b);
	char *remove = xasprintf("rm -r %s", b.root);
	int ended = system(remove);

	free(remove);
	return ended == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
