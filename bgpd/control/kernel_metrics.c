/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/kernel_metrics.h"

#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/fib/fib.h"
#include "common/metrics.h"

/* Also those with none of them: a number that comes and goes is hard to watch. */
static void
collect_routes(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->fib == NULL || !fib_is_on(view->fib))
		return;
	const struct fib_counts *c = fib_count(view->fib);

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		for (unsigned s = FIB_NONE + 1; s < FIB_STATES; s++) {
			const struct metric_label labels[] = {
				{ "family", family_name(f) },
				{ "state", fib_state_name(s) },
			};

			metrics_value(out, labels, 2, c->n[f][s]);
		}
}

static void
collect_changes(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->fib == NULL || !fib_is_on(view->fib))
		return;
	struct fib_totals t = fib_totals(view->fib);
	const struct {
		const char *result;
		uint64_t n;
	} rows[] = {
		{ "added", t.added },
		{ "replaced", t.replaced },
		{ "deleted", t.deleted },
		{ "refused", t.refused },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct metric_label label = { "result", rows[i].result };

		metrics_value(out, &label, 1, (double)rows[i].n);
	}
}

static const struct metric table[] = {
	{ "lbbgp_learned_routes",
	    "Learned routes for the node's kernel, by how they stand.",
	    METRIC_GAUGE, collect_routes, "family state" },
	{ "lbbgp_learned_route_changes_total",
	    "Changes of learned routes that the kernel was asked for.",
	    METRIC_COUNTER, collect_changes, "result" },
};

void
kernel_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	metrics_add_looking(metrics, table, sizeof(table) / sizeof(table[0]),
	    bgpd_metrics_look, numbers);
}
