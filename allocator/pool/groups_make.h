/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groups_make - from the specs of all ServiceGroups to groups with their pools.
 */
#ifndef ALLOCATOR_POOL_GROUPS_MAKE_H
#define ALLOCATOR_POOL_GROUPS_MAKE_H

struct groups;
struct groups_spec;

void groups_init(struct groups *, const struct groups_spec *);
void groups_fini(struct groups *);
#endif
