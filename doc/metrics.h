/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - doc/metrics.md, from the tables that the programs are scraped by.
 */
#ifndef DOC_METRICS_H
#define DOC_METRICS_H

struct metrics;

/* What the node daemon, or the allocator, has; of nobody, so never to be scraped. */
struct metrics *metrics_of_bgpd(void);
struct metrics *metrics_of_allocator(void);

/* The page; owned. */
char *metrics_page(void);
#endif
