/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_table - ServiceGroups: how full they are, and what is wrong with them.
 */
#ifndef ALLOCATOR_DASHBOARD_GROUP_TABLE_H
#define ALLOCATOR_DASHBOARD_GROUP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct store;
struct supply;

#define GROUP_LINES_MOST 100

struct group_table_spec { /* borrowed */
	const struct store *store;
	size_t group; /* row of its table */
	const struct supply *supply;
	const char *filter;
};

/* There are groups, but another replica looks after them. */
bool group_table_is_others(const struct group_table_spec *);
/* Services that wait for an address of any. */
size_t group_table_waiting(const struct supply *);
void group_table_write(const struct group_table_spec *, FILE *);
#endif
