/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_metrics - how many learned routes stand how in the node's kernel.
 */
#ifndef BGPD_CONTROL_KERNEL_METRICS_H
#define BGPD_CONTROL_KERNEL_METRICS_H

struct bgpd_metrics;
struct metrics;

/* The second is borrowed for as long as the first lives. */
void kernel_metrics_add(struct metrics *, struct bgpd_metrics *);
#endif
