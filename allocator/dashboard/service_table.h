/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_table - Services of type LoadBalancer: their addresses, who announces them,
 * and if nobody does why.
 */
#ifndef ALLOCATOR_DASHBOARD_SERVICE_TABLE_H
#define ALLOCATOR_DASHBOARD_SERVICE_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "allocator/dashboard/rows.h"

struct plan_class;
struct store;

#define SERVICE_LINES_MOST 250

struct service_table {
	struct table_rows rows; /* those that match */
	/* Of all: */
	size_t services, assigned, announced, judged;
};

struct service_table_spec { /* borrowed */
	const struct store *store;
	size_t service; /* row of its table */
	const struct plan_class *class;
	const char *filter;
};

/* Of use until the store is told of something. */
void
service_table_init(struct service_table *, const struct service_table_spec *);
void service_table_fini(struct service_table *);
void service_table_write(const struct service_table *, FILE *);
#endif
