/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/allocator.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/apply.h"
#include "allocator/numbers.h"
#include "allocator/reconcile.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source.h"
#include "common/store.h"

struct allocator {
	const struct allocator_rim *rim;
	void *rim_arg;
	struct store *store;
	struct reconcile *reconcile;
	struct apply *apply;   /* NULL until there is a source */
	struct source *source; /* borrowed */
	struct numbers numbers;
	uint64_t armed; /* UINT64_MAX: not */
};

enum kind { KIND_SERVICE, KIND_GROUP, KIND_NODE, KINDS };

static void
arm(struct allocator *a, uint64_t at)
{
	if (at >= a->armed)
		return;
	a->armed = at;
	a->rim->arm(a->rim_arg, at);
}

static void
wake(void *arg)
{
	arm(arg, 0);
}

/* ---- what the store tells ---- */

static void
on_service(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	reconcile_service(a->reconcile, was, now);
	wake(a);
}

static void
on_group(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	reconcile_group(a->reconcile, was, now);
	wake(a);
}

static void
on_node(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	reconcile_node(a->reconcile, was, now);
	wake(a);
}

static void
on_group_refused(void *arg, const struct object_key *key, const struct err *why)
{
	struct allocator *a = arg;

	if (reconcile_group_refused(a->reconcile, key->name, why))
		wake(a);
	else if (why != NULL && a->apply != NULL)
		apply_refused(a->apply, key, why);
}

static const struct store_kind kinds[KINDS] = {
	[KIND_SERVICE] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode,
	    .free = service_free,
	    .changed = on_service },
	[KIND_GROUP] = { .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = service_group_decode,
	    .known = service_group_known,
	    .free = service_group_free,
	    .changed = on_group,
	    .refused = on_group_refused },
	[KIND_NODE] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free,
	    .changed = on_node },
};

static void
on_ready(void *arg)
{
	struct allocator *a = arg;

	log_info("allocator: %zu Services and %zu ServiceGroups listed",
	    store_count(a->store, KIND_SERVICE),
	    store_count(a->store, KIND_GROUP));
	reconcile_start(a->reconcile);
	wake(a);
}

static const struct store_ops store_ops = { .ready = on_ready };

/* ---- life ---- */

struct allocator *
allocator_new(bool default_class, const struct allocator_rim *rim, void *arg)
{
	struct allocator *a = xcalloc(1, sizeof(*a));

	a->rim = rim;
	a->rim_arg = arg;
	a->armed = UINT64_MAX;
	a->reconcile = reconcile_new(default_class);
	a->store = store_new(kinds, KINDS, &store_ops, a);
	return a;
}

void
allocator_free(struct allocator *a)
{
	if (a == NULL)
		return;
	apply_free(a->apply);
	reconcile_free(a->reconcile);
	store_free(a->store);
	free(a);
}

struct store *
allocator_store(struct allocator *a)
{
	return a->store;
}

static uint64_t
apply_now(void *arg)
{
	const struct allocator *a = arg;

	return a->rim->now(a->rim_arg);
}

static int64_t
apply_wall(void *arg)
{
	const struct allocator *a = arg;

	return a->rim->wall(a->rim_arg);
}

void
allocator_set_source(struct allocator *a, struct source *source)
{
	static const struct apply_ops ops = {
		.now = apply_now,
		.wall = apply_wall,
		.wake = wake,
	};
	const struct apply_spec spec = { .reconcile = a->reconcile,
		.source = source,
		.service_kind = KIND_SERVICE,
		.group_kind = KIND_GROUP,
		.ops = &ops,
		.arg = a };

	a->source = source;
	a->apply = apply_new(&spec);
}

void
allocator_metrics(struct allocator *a, struct metrics *metrics)
{
	a->numbers = (struct numbers){ a->reconcile, a->apply };
	numbers_add(&a->numbers, metrics);
}

void
allocator_tick(struct allocator *a)
{
	a->armed = UINT64_MAX;
	reconcile_run(a->reconcile);
	if (a->apply == NULL)
		return;
	apply_run(a->apply);
	arm(a, apply_due(a->apply));
}

bool
allocator_ready(const struct allocator *a, struct err *why)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!store_is_listed(a->store, i)) {
			if (a->source == NULL ||
			    source_healthy(a->source, i, why))
				err_set(why, "not listed yet");
			return err_prefix(why, "%s: ", kinds[i].plural);
		}
	return true;
}

size_t
allocator_refusals(const struct allocator *a)
{
	struct group_report g;
	size_t n = 0;

	for (size_t i = 0; i < KINDS; i++)
		n += store_count_refused(a->store, i);
	for (size_t i = 0; i < reconcile_groups(a->reconcile); i++) {
		reconcile_report(a->reconcile, i, &g);
		if (g.fault == NULL)
			continue;
		log_error("group %s: %s", g.name, g.fault);
		n++;
	}
	return n;
}
