/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbers - the allocator's numbers for Prometheus.
 */
#ifndef ALLOCATOR_NUMBERS_H
#define ALLOCATOR_NUMBERS_H

#include <stdbool.h>

struct apply;
struct metrics;
struct reconcile;

struct numbers { /* where they come from; borrowed */
	const struct reconcile *reconcile;
	const struct apply *apply;
	const bool *leads;
};

/* The numbers stay borrowed for good. */
void numbers_add(const struct numbers *, struct metrics *);
#endif
