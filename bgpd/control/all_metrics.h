/* SPDX-License-Identifier: Apache-2.0 */
/*
 * all_metrics - what a scrape of the daemon gives, and doc/metrics.md tells of.
 */
#ifndef BGPD_CONTROL_ALL_METRICS_H
#define BGPD_CONTROL_ALL_METRICS_H

struct bgpd_metrics;
struct metrics;

/* The second is borrowed for as long as the first lives. */
void all_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
