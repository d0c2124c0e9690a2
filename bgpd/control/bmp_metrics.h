/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmp_metrics - the numbers of BMP stations for Prometheus.
 */
#ifndef BGPD_CONTROL_BMP_METRICS_H
#define BGPD_CONTROL_BMP_METRICS_H

struct bgpd_metrics;
struct metrics;

/* As bgpd_metrics_add(). */
void bmp_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
