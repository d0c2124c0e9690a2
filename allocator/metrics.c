/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/metrics.h"

#include "allocator/reconcile/reconcile.h"
#include "allocator/write/apply.h"
#include "common/metrics.h"

static void
value(struct metrics_out *out, double n)
{
	metrics_value(out, NULL, 0, n);
}

/* One value for each group and family. */
static void
each_family(const struct allocator_metrics *n, struct metrics_out *out,
    uint64_t (*figure)(const struct usage *))
{
	struct group_report g;

	for (size_t i = 0; i < reconcile_groups(n->reconcile); i++) {
		reconcile_report(n->reconcile, i, &g);
		for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
			const struct metric_label labels[] = {
				{ "group", g.name },
				{ "family", family_name(f) },
			};

			if (g.usage[f].capacity > 0)
				metrics_value(out, labels, 2,
				    (double)figure(&g.usage[f]));
		}
	}
}

static uint64_t
capacity(const struct usage *u)
{
	return u->capacity;
}

static uint64_t
used(const struct usage *u)
{
	return u->used;
}

static void
collect_capacity(void *arg, struct metrics_out *out)
{
	each_family(arg, out, capacity);
}

static void
collect_used(void *arg, struct metrics_out *out)
{
	each_family(arg, out, used);
}

static void
collect_waiting(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;
	struct group_report g;

	for (size_t i = 0; i < reconcile_groups(n->reconcile); i++) {
		reconcile_report(n->reconcile, i, &g);
		const struct metric_label label = { "group", g.name };

		metrics_value(out, &label, 1, (double)g.waiting);
	}
}

static void
collect_assigned(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)reconcile_stats(n->reconcile)->assigned);
}

static void
collect_released(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)reconcile_stats(n->reconcile)->released);
}

static void
collect_refused(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;
	const struct reconcile_stats *stats = reconcile_stats(n->reconcile);

	for (unsigned i = REASON_ASSIGNED + 1; i < REASONS; i++) {
		const struct metric_label label = { "reason", reason_name(i) };

		metrics_value(out, &label, 1, (double)stats->refused[i]);
	}
}

static void
collect_writes(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)apply_stats(n->apply)->writes);
}

static void
collect_write_seconds(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)apply_stats(n->apply)->write_ms / 1000);
}

static void
collect_conflicts(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)reconcile_stats(n->reconcile)->conflicts);
}

static void
collect_failures(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)reconcile_stats(n->reconcile)->failures);
}

static void
collect_refused_writes(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, (double)reconcile_stats(n->reconcile)->refused_writes);
}

static void
collect_queue(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out,
	    (double)(reconcile_pending(n->reconcile) +
		apply_stats(n->apply)->in_flight));
}

static void
collect_leader(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;

	value(out, *n->leads);
}

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_group_capacity", "Addresses that the pools of a ServiceGroup have.",
	    METRIC_GAUGE, collect_capacity },
	{ "lbbgp_group_used", "Addresses of a ServiceGroup that Services hold.",
	    METRIC_GAUGE, collect_used },
	{ "lbbgp_group_waiting", "Services that wait for an address of a ServiceGroup.",
	    METRIC_GAUGE, collect_waiting },
	{ "lbbgp_allocator_assigned_total", "Times a Service got what it asked for.",
	    METRIC_COUNTER, collect_assigned },
	{ "lbbgp_allocator_released_total", "Services that gave their addresses back.",
	    METRIC_COUNTER, collect_released },
	{ "lbbgp_allocator_refused_total", "Times a Service was told why it got none.",
	    METRIC_COUNTER, collect_refused },
	{ "lbbgp_allocator_writes_total", "Statuses of Services written, or tried.",
	    METRIC_COUNTER, collect_writes },
	{ "lbbgp_allocator_write_seconds_total", "Time between a write and its answer.",
	    METRIC_COUNTER, collect_write_seconds },
	{ "lbbgp_allocator_conflicts_total", "Writes refused since a Service had changed.",
	    METRIC_COUNTER, collect_conflicts },
	{ "lbbgp_allocator_write_failures_total", "Writes that failed and are tried later.",
	    METRIC_COUNTER, collect_failures },
	{ "lbbgp_allocator_refused_writes_total", "Writes among them that the server refused.",
	    METRIC_COUNTER, collect_refused_writes },
	{ "lbbgp_allocator_queue", "Statuses that wait to be written or answered.",
	    METRIC_GAUGE, collect_queue },
	{ "lbbgp_allocator_leader", "Whether this allocator is the one that decides.",
	    METRIC_GAUGE, collect_leader },
};
/* clang-format on */

void
allocator_metrics_add(
    const struct allocator_metrics *n, struct metrics *metrics)
{
	metrics_add(
	    metrics, table, sizeof(table) / sizeof(table[0]), (void *)n);
}
