/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - the daemon's numbers for Prometheus.
 */
#ifndef BGPD_CONTROL_METRICS_H
#define BGPD_CONTROL_METRICS_H

#include <stdbool.h>

struct daemon_view;
struct link_counters;
struct links_stats;
struct metrics;

struct bgpd_metrics {
	const struct daemon_view *(*view)(void *arg);
	void *arg;
	const struct links_stats *refused; /* borrowed */
	/* false: there is no way to the links. */
	bool (*links)(void *arg, struct link_counters *);
	const struct daemon_view *seen; /* by the last look */
};

/* As metrics_add_looking() has it: one view is taken for all of a table's numbers. */
static inline void
bgpd_metrics_look(void *arg)
{
	struct bgpd_metrics *m = arg;

	m->seen = m->view(m->arg);
}

static inline const struct daemon_view *
bgpd_metrics_view(const void *arg)
{
	const struct bgpd_metrics *m = arg;

	return m->seen;
}

/* The second is borrowed for as long as the first lives. */
void bgpd_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
