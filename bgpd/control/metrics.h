/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - the daemon's numbers for Prometheus.
 */
#ifndef BGPD_CONTROL_METRICS_H
#define BGPD_CONTROL_METRICS_H

struct daemon_view;
struct links_stats;
struct metrics;

struct bgpd_metrics {
	const struct daemon_view *(*view)(void *arg);
	void *arg;
	const struct links_stats *refused; /* borrowed */
};

/* The second is borrowed for as long as the first lives. */
void bgpd_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
