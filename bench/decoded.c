/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoded - what objects cost once they are read: the store's entry, the decoded
 * struct and its strings, by what malloc has given out.
 *
 *	bench/decoded COUNT <object.json
 *
 * Prints the bytes of one Service: as the allocator reads it, as a node does; or of
 * one Node or EndpointSlice, as a node reads it. All COUNT are alike but for their
 * names, as JSON one after the other, so the tree of only one is ever there.
 */
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/json.h"
#include "common/source/store.h"

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
	    .free = service_free },
	{ .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode_brief,
	    .free = service_free },
	{ .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free },
	{ .api = "discovery.k8s.io/v1",
	    .kind = "EndpointSlice",
	    .plural = "endpointslices",
	    .namespaced = true,
	    .decode = endpoint_slice_decode,
	    .free = endpoint_slice_free },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct store_ops ops = { .ready = on_ready };

static size_t
allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
put(struct store *store, size_t kind, json_t *object, size_t n)
{
	json_t *meta = json_object_get(object, "metadata");

	json_object_set_new(meta, "name", json_sprintf("bulk-%05zu", n));
	store_put(store, kind, object);
}

/* Bytes of one. */
static size_t
measure(struct store *store, size_t kind, json_t *object, size_t count)
{
	size_t before = allocated();

	store_list_begin(store, kind);
	for (size_t n = 0; n < count; n++)
		put(store, kind, object, n);
	store_list_end(store, kind);
	if (store_count(store, kind) != count)
		abort();
	return (allocated() - before) / count;
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? (size_t)atol(argv[1]) : 10000;
	json_error_t why;
	json_t *object = json_loadf(stdin, 0, &why);
	const char *between = "";

	if (object == NULL || count == 0) {
		fprintf(stderr, "decoded: %s\n", why.text);
		return 1;
	}
	struct store *store = store_new(kinds, KINDS, &ops, NULL);
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].kind, json_text(object, "kind")) != 0)
			continue;
		printf("%s%zu", between, measure(store, i, object, count));
		between = " ";
	}
	putchar('\n');
	store_free(store);
	json_decref(object);
	return 0;
}
