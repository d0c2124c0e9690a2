/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accepted - tells on a resource itself that it was refused, or no longer is.
 *
 * The condition is called Accepted. It is only written when there is something to
 * tell: a resource that was never refused has none.
 */
#ifndef BGPD_STATUS_ACCEPTED_H
#define BGPD_STATUS_ACCEPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conditions;
struct err;
struct meta;
struct object_key;
struct source;
struct writes; /* bgpd/status/writes.h */

/* Does the resource say of itself that it is refused? */
bool conditions_refused(const struct conditions *);
/* Does it say just that? why NULL: that it is accepted. */
bool conditions_say(const struct conditions *, const char *why);
/* Does it say either of the object as it was before that generation? */
bool conditions_lag(const struct conditions *, uint32_t generation);
/*
 * Writes the condition, and an event when it is a refusal. err NULL: accepted. wall is
 * ms since 1970. meta: of the resource, for its uid and generation. writes: outlives
 * the answer.
 */
void conditions_tell(struct source *, struct writes *, size_t kind,
    const struct object_key *, const struct meta *, const struct err *,
    int64_t wall);
#endif
