/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_metrics - the numbers of BFD for Prometheus.
 */
#ifndef BGPD_CONTROL_BFD_METRICS_H
#define BGPD_CONTROL_BFD_METRICS_H

struct bgpd_metrics;
struct metrics;

/* As bgpd_metrics_add(). */
void bfd_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
