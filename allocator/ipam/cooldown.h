/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cooldown - addresses of Services that are gone, kept in mind for a while.
 *
 * A Service that is created again soon finds here what it had. In memory only; when
 * there is too much to remember, the oldest is forgotten early.
 */
#ifndef ALLOCATOR_IPAM_COOLDOWN_H
#define ALLOCATOR_IPAM_COOLDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct cooldown; /* private to cooldown.c */

#define COOLDOWN_MOST 65536 /* Services remembered at a time */

struct cooldown_ops {
	/* Nobody who is gone had the address last. */
	void (*over)(void *arg, const struct addr *);
};

/* ms 0: nothing is remembered. */
struct cooldown *
cooldown_new(uint32_t ms, const struct cooldown_ops *, void *arg);
void cooldown_free(struct cooldown *);

/* Each address that somebody who is gone had. */
void cooldown_each(const struct cooldown *,
    void (*each)(void *arg, const struct addr *), void *arg);

/* The Service is gone; who had one of these before has a lesser claim now. */
void cooldown_add(struct cooldown *, const char *ns, const char *name,
    const struct addr *, size_t n, uint64_t now);
/* Forgets what was long ago. */
void cooldown_expire(struct cooldown *, uint64_t now);
bool cooldown_has(const struct cooldown *, const struct addr *);
/* What the Service had, with *n 0 for nothing. Borrowed. */
const struct addr *cooldown_find(
    const struct cooldown *, const char *ns, const char *name, size_t *n);
#endif
