/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group - ServiceGroups from the ranges that other systems write.
 */
#ifndef CLI_CONVERT_GROUP_H
#define CLI_CONVERT_GROUP_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;

/* Adds a pool for "10.0.0.0/24", "10.0.0.1-10.0.0.9" or "10.0.0.1". */
bool group_add_range(json_t *group, const json_t *range, struct err *);
/*
 * How long the prefixes are that are announced; -1: of that family, as they
 * are.
 */
void group_aggregate(json_t *group, int v4, int v6);
/* Keeps the first and the last address of "10.0.0.0/24" from being given. */
void group_exclude_ends(json_t *group, const char *prefix);
/*
 * Nobody gets an address who does not name the group: what limited its use
 * can't be said.
 */
void group_only_by_name(json_t *group);
#endif
