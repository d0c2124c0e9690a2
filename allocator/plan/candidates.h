/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candidates - what groups could give to one Service.
 *
 * The part of a plan that looks for addresses; takes none.
 */
#ifndef ALLOCATOR_PLAN_CANDIDATES_H
#define ALLOCATOR_PLAN_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct plan_query;

/* Takes out of the wishes what can't be had; the others have their groups then. */
void candidates_wishes(struct plan_query *);

/*
 * The address that the group would give: one wished for, else the lowest, and only
 * if there is no other one of a Service that went a short while ago.
 */
bool candidates_offer(
    const struct plan_query *, size_t group, enum family, struct addr *);
/*
 * The candidate, or, if it is one that assigns by itself, the next that the namespace
 * of the Service may use. Not below q->end: there is none.
 */
size_t candidates_next(const struct plan_query *, size_t from);
/*
 * The group that can serve all the families (1 << family), else, unless all are
 * needed, the first that can serve any of them; or GROUPS_NONE.
 */
size_t
candidates_group(const struct plan_query *, uint8_t families, bool need_all);
#endif
