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
};

/* The second is borrowed for as long as the first lives. */
void bgpd_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
