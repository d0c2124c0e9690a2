/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - the daemon's numbers for Prometheus.
 */
#ifndef BGPD_CONTROL_METRICS_H
#define BGPD_CONTROL_METRICS_H

struct daemon_view;
struct metrics;

struct bgpd_metrics_ops {
	const struct daemon_view *(*view)(void *arg);
};

/* ops and arg are borrowed for as long as the metrics live. */
void
bgpd_metrics_add(struct metrics *, const struct bgpd_metrics_ops *, void *arg);
#endif
