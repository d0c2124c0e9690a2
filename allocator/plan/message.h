/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message - what people read of a plan, and with a refusal what the Service waits for.
 */
#ifndef ALLOCATOR_PLAN_MESSAGE_H
#define ALLOCATOR_PLAN_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/plan/query.h"

struct addr;
struct group;
struct tenant;

/* The message, anew. Always false, so that a refusal is one line; so are the next. */
__attribute__((format(printf, 3, 4))) bool
message_refuse(struct plan_query *, enum reason, const char *fmt, ...);
/* An address that is asked for: in no pool, */
bool message_outside(struct plan_query *, const struct addr *);
/* … or in one, but of a VirtualIP (rule 49), */
bool message_reserved(struct plan_query *, const struct addr *);
/* … or held by another Service. */
bool message_in_use(
    struct plan_query *, const struct addr *, const struct tenant *holder);
/* There is none of the name that is asked for. */
bool message_no_group(struct plan_query *);
/* Not for this Service. */
bool message_closed(struct plan_query *, const struct group *);
/*
 * Nobody could serve these families (1 << family): the candidates are all closed, or
 * have no such pools, or they are full.
 */
bool message_missing(struct plan_query *, uint8_t missing);

/* When all is well, but for the remark ("": none). */
void message_good(struct plan_query *, const char *remark);
/* Behind a refusal: the Service goes on with what it has. */
void message_keeps(struct plan_query *);
/* Adds to a message. */
__attribute__((format(printf, 2, 3))) void
message_add(char text[PLAN_MESSAGE], const char *fmt, ...);
#endif
