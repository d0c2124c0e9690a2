/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - the allocator's figures for Prometheus.
 */
#ifndef ALLOCATOR_METRICS_H
#define ALLOCATOR_METRICS_H

#include <stdbool.h>

struct announced;
struct apply;
struct metrics;
struct reconcile;

struct allocator_metrics { /* where they come from; borrowed */
	struct reconcile *reconcile;
	const struct apply *apply;
	const bool *leads;
	const char *clash; /* why nothing is decided; "": there is none */
	const struct announced *announced; /* NULL: nobody looks */
};

/* They stay borrowed for good. */
void allocator_metrics_add(const struct allocator_metrics *, struct metrics *);
#endif
