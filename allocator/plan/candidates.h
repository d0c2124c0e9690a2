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

/* The oldest of the holders that it can't share the address with, or NULL. */
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

/* The first that can serve any of them; likewise. */
size_t candidates_some_group(
    const struct plan_query *, const struct candidates *, uint8_t families);

/*
 * Those of the families that no candidate has a pool of, be it full; all of them when
 * each has one but no candidate has them all. 0: there is one that has a family, or all
 * of them if it has to be all.
 */
uint8_t candidates_lacking(const struct plan_query *, const struct candidates *,
    uint8_t families, bool all);
/* Those of the families of which some candidate has nothing free. */
uint8_t candidates_exhausted(
    const struct plan_query *, const struct candidates *, uint8_t families);
#endif
