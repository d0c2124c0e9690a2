/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lan_metrics - the numbers of what the node does on its links, for Prometheus.
 */
#ifndef BGPD_CONTROL_LAN_METRICS_H
#define BGPD_CONTROL_LAN_METRICS_H

struct bgpd_metrics;
struct metrics;

/* As bgpd_metrics_add(). */
void lan_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
