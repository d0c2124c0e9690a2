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

#include "allocator/pool/bitset.h"
#include "common/prefix.h"

struct plan_query;
struct tenant;

/* Groups that a Service may get an address of. */
struct candidates {
	struct bitset open; /* owned */
	size_t one; /* the only one that is asked; GROUPS_NONE: all that assign
		     * by themselves */
};

void
candidates_init(struct candidates *, const struct plan_query *, size_t one);
void candidates_fini(struct candidates *);

/* The oldest holder with which the Service can't share the address, or NULL. */
const struct tenant *
candidates_rival(const struct plan_query *, const struct addr *);
/*
 * The address that the group would give: one wished for, else the lowest, and only
 * if there is no other one of a Service that went a short while ago.
 */
bool candidates_offer(
    const struct plan_query *, size_t group, enum family, struct addr *);
/* The group that can serve all the families, or GROUPS_NONE. */
size_t candidates_group(
    const struct plan_query *, const struct candidates *, uint8_t families);

/* The first group that can serve any of the families, or GROUPS_NONE. */
size_t candidates_some_group(
    const struct plan_query *, const struct candidates *, uint8_t families);

/*
 * The families for which no candidate group has a pool, not even a full one; all of
 * the families if each has a pool but no candidate has pools of them all. 0: there is
 * a candidate with a pool of some family, or, if `all`, with pools of all families.
 */
uint8_t candidates_lacking(const struct plan_query *, const struct candidates *,
    uint8_t families, bool all);
/* The families of which some candidate has nothing free. */
uint8_t candidates_exhausted(
    const struct plan_query *, const struct candidates *, uint8_t families);
#endif
