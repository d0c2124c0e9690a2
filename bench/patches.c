/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patches - a bare client that writes statuses as fast as the API server takes them.
 *
 *	bench/patches KUBECONFIG <versions
 *
 * Each line of its input is "namespace name resourceVersion" of a Service without an
 * address. It gets the body that the allocator would send, over the same client with
 * as many in flight. Prints how many answers came after the first, and in how many
 * seconds.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocator/reconcile/reconcile.h"
#include "allocator/write/render.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/source/source.h"
#include "common/source/store.h"
#include "common/source_io.h"

enum { IN_FLIGHT = 64 }; /* as allocator/write/apply.c has it */

struct bare {
	struct event_base *base;
	struct source *source;
	size_t sent, answered, refused;
	double first; /* answer */
	bool end;     /* of the input */
};

static const struct store_kind kinds[] = {
	{ .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode,
	    .free = service_free },
};

/* An allocator that is started later would clear what looks like its own. */
static char *
disguised(char *body)
{
	static const char ours[] = "lbbgp.io/";

	for (char *at = body; (at = strstr(at, ours)) != NULL; at++)
		memcpy(at, "bench", 5);
	return body;
}

static char *
body_new(const char *version, unsigned n)
{
	const struct service service = { .type = SERVICE_LOAD_BALANCER };
	struct addr a;
	char text[ADDR_TEXT], message[128];

	snprintf(text, sizeof(text), "172.%u.%u.%u", 16 + (n >> 16 & 15),
	    n >> 8 & 255, n & 255);
	snprintf(message, sizeof(message), "%s from ServiceGroup bench", text);
	addr_parse(text, &a);
	const struct task task = { .kind = TASK_ASSIGN,
		.service = &service,
		.version = version,
		.addrs = &a,
		.n_addrs = 1,
		.from = "bench",
		.good = true,
		.reason = REASON_ASSIGNED,
		.message = message };

	return disguised(render_service(&task, (int64_t)time(NULL) * 1000));
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void send_some(struct bare *);

static void
on_answered(void *arg, const struct source_result *result)
{
	struct bare *b = arg;

	if (b->answered++ == 0)
		b->first = seconds();
	if (result->code != WRITE_OK) {
		b->refused++;
		fprintf(stderr, "patches: %s\n", result->message);
	}
	send_some(b);
	if (b->end && b->answered == b->sent)
		event_base_loopbreak(b->base);
}

static void
send_some(struct bare *b)
{
	char ns[64], name[254], version[64];

	while (!b->end && b->sent - b->answered < IN_FLIGHT) {
		if (scanf("%63s %253s %63s", ns, name, version) != 3) {
			b->end = true;
			return;
		}
		char *body = body_new(version, (unsigned)b->sent++);
		const struct source_write w = { .how = WRITE_CORE_STATUS,
			.kind = 0,
			.key = { ns, name },
			.body = body };

		source_write(b->source, &w, on_answered, b);
		free(body);
	}
}

/* The list is over: the connection is there. */
static void
on_ready(void *arg)
{
	send_some(arg);
}

int
main(int argc, char **argv)
{
	static const struct store_ops ops = { .ready = on_ready };
	struct bare b = { .base = event_base_new() };
	struct store *store = store_new(kinds, 1, &ops, &b);
	const struct source_options options = { .spec = "kube",
		.kubeconfig = argc > 1 ? argv[1] : NULL,
		.program = "bench" };
	struct err err;

	store_only(store, 0, "none-has-this-name");
	b.source = source_open(&options, b.base, store, &err);
	if (b.source == NULL) {
		fprintf(stderr, "patches: %s\n", err.text);
		return EXIT_FAILURE;
	}
	event_base_dispatch(b.base);
	printf("%zu %.3f\n", b.answered - 1, seconds() - b.first);
	source_free(b.source);
	store_free(store);
	event_base_free(b.base);
	return b.refused > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
