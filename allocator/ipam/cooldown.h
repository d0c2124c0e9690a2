/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cooldown - addresses of Services that are gone, kept in mind for a while.
 *
 * A Service that is created again soon finds here what it had, and meanwhile that
 * rests in ipam. In memory only; when there is too much to remember, the oldest is
 * forgotten early.
 */
#ifndef ALLOCATOR_IPAM_COOLDOWN_H
#define ALLOCATOR_IPAM_COOLDOWN_H

#include <stdint.h>

#include "allocator/ipam/addrs.h"

struct cooldown; /* private to cooldown.c */
struct ipam;

#define COOLDOWN_MOST 65536 /* Services remembered at a time */

struct cooldown *cooldown_new(uint32_t ms); /* 0: nothing is remembered */
void cooldown_free(struct cooldown *);
/* From now on what is remembered rests in this one, borrowed, and no other. */
void cooldown_move(struct cooldown *, struct ipam *);

/*
 * The Service is gone and holds these addresses no more; who had one of them before has
 * a lesser claim now.
 */
void cooldown_add(struct cooldown *, const char *ns, const char *name,
    const struct addrs *, uint64_t now);
/* Forgets what was long ago. */
void cooldown_expire(struct cooldown *, uint64_t now);
/* What the Service had. */
struct addrs
cooldown_find(const struct cooldown *, const char *ns, const char *name);
#endif
