/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offer - what groups could give to one Service.
 *
 * The part of a plan that looks for addresses; takes none.
 */
#ifndef ALLOCATOR_OFFER_H
#define ALLOCATOR_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct plan_query;
struct plan_world;
struct tenant;

/* Groups that are asked, in order; those closed to the Service give nothing. */
struct candidates {
	const size_t *at;
	size_t n;
	size_t
	    one; /* at points here when one only is asked, else GROUPS_NONE */
};

/* The oldest of the holders that it can't share the address with, or NULL. */
const struct tenant *offer_rival(
    const struct plan_world *, const struct plan_query *, const struct addr *);
/*
 * The address that the group would give: one wished for, else the lowest, and only
 * if there is no other one of a Service that went a short while ago.
 */
bool offer_find(const struct plan_world *, const struct plan_query *,
    size_t group, enum family, struct addr *);
/* The group that can serve all the families, or GROUPS_NONE. */
size_t offer_group(const struct plan_world *, const struct plan_query *,
    const struct candidates *, uint8_t families);

/* Is any of the candidates open to the Service? */
bool offer_any_group(const struct plan_world *, const struct plan_query *,
    const struct candidates *);
/* Has any a pool of one of the families, be it full? */
bool offer_any_pool(const struct plan_world *, const struct plan_query *,
    const struct candidates *, uint8_t families);
/* Those of the families of which some candidate has nothing free. */
uint8_t offer_exhausted(const struct plan_world *, const struct plan_query *,
    const struct candidates *, uint8_t families);
#endif
