/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/metrics.h"

#include <stddef.h>

#include "allocator/announced/announced.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/write/apply.h"
#include "common/metrics.h"

/* One value for each group and family: the number at that offset of struct usage. */
static void
each_family(
    const struct allocator_metrics *n, struct metrics_out *out, size_t at)
{
	struct group_report g;
	const struct supply *supply = reconcile_supply(n->reconcile);

	for (size_t i = 0; i < supply->groups.n; i++) {
		supply_report(supply, i, &g);
		for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
			const struct metric_label labels[] = {
				{ "group", g.name },
				{ "family", family_name(f) },
			};
			const char *usage = (const char *)&g.usage[f];

			if (g.usage[f].capacity > 0)
				metrics_value(out, labels, 2,
				    (double)*(const uint64_t *)(usage + at));
		}
	}
}

static void
collect_capacity(void *arg, struct metrics_out *out)
{
	each_family(arg, out, offsetof(struct usage, capacity));
}

static void
collect_used(void *arg, struct metrics_out *out)
{
	each_family(arg, out, offsetof(struct usage, used));
}

static void
collect_waiting(void *arg, struct metrics_out *out)
{
	const struct allocator_metrics *n = arg;
	struct group_report g;
	const struct supply *supply = reconcile_supply(n->reconcile);

	for (size_t i = 0; i < supply->groups.n; i++) {
		supply_report(supply, i, &g);
		const struct metric_label label = { "group", g.name };

		metrics_value(out, &label, 1, (double)g.waiting);
	}
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

/* Those that are announced, or are not; one value a reason. */
static void
each_reason(
    const struct allocator_metrics *n, struct metrics_out *out, bool good)
{
	struct announced_count count;

	for (size_t i = 0;
	     n->announced != NULL && announced_count(n->announced, i, &count);
	     i++) {
		const struct metric_label label = { "reason", count.reason };

		if (count.good == good)
			metrics_value(out, &label, 1, (double)count.n);
	}
}

static void
collect_announced(void *arg, struct metrics_out *out)
{
	each_reason(arg, out, true);
}

static void
collect_unannounced(void *arg, struct metrics_out *out)
{
	each_reason(arg, out, false);
}

/* A collector of one number, read out of where they come from. */
#define NUMBER(name, what)                                             \
	static void collect_##name(void *arg, struct metrics_out *out) \
	{                                                              \
		const struct allocator_metrics *n = arg;               \
                                                                       \
		metrics_value(out, NULL, 0, (double)(what));           \
	}

NUMBER(assigned, reconcile_stats(n->reconcile)->assigned)
NUMBER(released, reconcile_stats(n->reconcile)->released)
NUMBER(conflicts, reconcile_stats(n->reconcile)->conflicts)
NUMBER(failures, reconcile_stats(n->reconcile)->failures)
NUMBER(refused_writes, reconcile_stats(n->reconcile)->refused_writes)
NUMBER(writes, apply_stats(n->apply)->writes)
NUMBER(write_seconds, (double)apply_stats(n->apply)->write_ms / 1000)
NUMBER(queue,
    reconcile_stats(n->reconcile)->pending + apply_stats(n->apply)->in_flight)
NUMBER(leader, *n->leads)
NUMBER(clash, n->clash[0] != '\0')

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_group_capacity", "Addresses that the pools of a ServiceGroup have.",
	    METRIC_GAUGE, collect_capacity, "group family" },
	{ "lbbgp_group_used", "Addresses of a ServiceGroup that Services hold.",
	    METRIC_GAUGE, collect_used, "group family" },
	{ "lbbgp_group_waiting", "Services that wait for an address of a ServiceGroup.",
	    METRIC_GAUGE, collect_waiting, "group" },
	{ "lbbgp_allocator_assigned_total", "Times a Service got what it asked for.",
	    METRIC_COUNTER, collect_assigned, NULL },
	{ "lbbgp_allocator_released_total", "Services that gave their addresses back.",
	    METRIC_COUNTER, collect_released, NULL },
	{ "lbbgp_allocator_refused_total", "Times a Service was told why it got none.",
	    METRIC_COUNTER, collect_refused, "reason" },
	{ "lbbgp_allocator_writes_total", "Statuses of Services written, or tried.",
	    METRIC_COUNTER, collect_writes, NULL },
	{ "lbbgp_allocator_write_seconds_total", "Time between a write and its answer.",
	    METRIC_COUNTER, collect_write_seconds, NULL },
	{ "lbbgp_allocator_conflicts_total",
	    "Writes refused since a Service had changed.",
	    METRIC_COUNTER, collect_conflicts, NULL },
	{ "lbbgp_allocator_write_failures_total",
	    "Writes that failed and are tried later.",
	    METRIC_COUNTER, collect_failures, NULL },
	{ "lbbgp_allocator_refused_writes_total",
	    "Writes among them that the server refused.",
	    METRIC_COUNTER, collect_refused_writes, NULL },
	{ "lbbgp_allocator_queue", "Statuses that wait to be written or answered.",
	    METRIC_GAUGE, collect_queue, NULL },
	{ "lbbgp_services_announced", "Services that nodes announce, to the leader.",
	    METRIC_GAUGE, collect_announced, "reason" },
	{ "lbbgp_services_not_announced", "Services that no node announces, and why.",
	    METRIC_GAUGE, collect_unannounced, "reason" },
	{ "lbbgp_allocator_leader", "Whether this allocator is the one that decides.",
	    METRIC_GAUGE, collect_leader, NULL },
	{ "lbbgp_allocator_clash",
	    "1 while it decides nothing, since another lbbgp may have its class.",
	    METRIC_GAUGE, collect_clash, NULL },
};
/* clang-format on */

void
allocator_metrics_add(
    const struct allocator_metrics *n, struct metrics *metrics)
{
	metrics_add(
	    metrics, table, sizeof(table) / sizeof(table[0]), (void *)n);
}
