/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_table - nodes and their peers: whether their daemons live, sessions and BFD.
 */
#ifndef ALLOCATOR_DASHBOARD_NODE_TABLE_H
#define ALLOCATOR_DASHBOARD_NODE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "allocator/dashboard/rows.h"

struct store;

#define NODE_LINES_MOST 250 /* sessions that are shown */

struct node_table {
	struct table_rows rows; /* those that match; items are reports */
	int64_t now;
	const char *filter; /* borrowed */
	bool (*is_shut)(void *arg, const char *peer);
	void *arg;
	/* Of all: */
	size_t nodes, daemons, troubled;
	/* With those of the mesh, without those that are shut down on purpose. */
	size_t sessions, up;
	size_t bfd, bfd_up;
};

struct node_table_spec { /* borrowed */
	const struct store *store;
	size_t node, report; /* rows of its table */
	const char *filter;
	int64_t now; /* s since 1970 */
	/* Does the BGPPeer of that name say that it is to have no session? */
	bool (*is_shut)(void *arg, const char *peer);
	void *arg;
};

/* Of use until the store is told of something. */
void node_table_init(struct node_table *, const struct node_table_spec *);
void node_table_fini(struct node_table *);
void node_table_write(const struct node_table *, FILE *);
#endif
