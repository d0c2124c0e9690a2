/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims - whose pool counts, of those that overlap.
 *
 * The one of the older group. Of groups made in the same second, or in a folder that
 * knows no times, the one that is in force: no edit of another group takes it away,
 * and no restart does, since the condition of a group tells which of its pools lost.
 */
#ifndef ALLOCATOR_POOL_CLAIMS_H
#define ALLOCATOR_POOL_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

struct claims; /* private to claims.c */
struct err;
struct groups_spec;
struct service_group;

/* Decides at once. The groups are borrowed. */
struct claims *claims_new(const struct groups_spec *);
void claims_free(struct claims *);

/* Does this pool, which has no fault of its own, count? Else who is in the way. */
bool claims_won(const struct claims *, const struct service_group *,
    size_t pool, struct err *why);
#endif
