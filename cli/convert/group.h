/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group - ServiceGroups from the ranges that other systems write.
 */
#ifndef CLI_CONVERT_GROUP_H
#define CLI_CONVERT_GROUP_H

#include <stdbool.h>

typedef struct json_t json_t;
struct addr;
struct addr_range;
struct err;
struct foreign;
struct job;

/* What a node would have to be labelled with. */
#define GROUP_ANNOUNCE_LABEL "lbbgp.io/announce"
#define GROUP_ANNOUNCE_VALUE "here"
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
/* The same for the group of a pool that is disabled, with a remark. */
void group_disable(struct job *, const struct foreign *pool);
/* Has it any pool? Else it is going to be left out. */
bool group_has_pools(const json_t *group);
/*
 * Are all of its addresses in prefixes that the BGPConfiguration (NULL: there is
 * none) announces for Services?
 */
bool group_is_covered(const json_t *group, const json_t *configuration);
/* The first one that is made which has the address in a pool, or NULL. Borrowed. */
const json_t *group_with(const struct job *, const struct addr *);
/* No node announces its addresses, since nobody did. */
void group_announce_nowhere(json_t *group);
/* The same for a pool's group, with a remark that says why. */
void group_silence(struct job *, const struct foreign *pool, const char *why);
/* As we write it: a prefix when it is one, else both ends; owned. */
json_t *group_range_text(const struct addr_range *);
#endif
