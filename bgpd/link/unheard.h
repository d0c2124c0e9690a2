/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unheard - interfaces that are to be listened to and can't be, as they have no socket.
 *
 * Who hears nobody on an interface takes itself for alone there, and would hold what
 * others hold. So to those that decide such an interface is not up.
 */
#ifndef BGPD_LINK_UNHEARD_H
#define BGPD_LINK_UNHEARD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

struct interface;

struct unheard {
	struct unheard_one {
		int index;
		struct err why;
	} * all; /* owned */
	size_t n;
};

void unheard_fini(struct unheard *);
/* false: it was among them already, and keeps the reason that it had. */
bool unheard_add(struct unheard *, int index, const struct err *why);
bool unheard_remove(struct unheard *, int index); /* false: it was not */
bool unheard_has(const struct unheard *, int index);
/* Those that are not there any more are forgotten. */
void unheard_keep(
    struct unheard *, bool (*is_there)(void *arg, int index), void *arg);

/* A copy of the list, owned, in which these are not up; `at` stays the list's. */
struct interface *
unheard_mask(const struct unheard *, const struct interface *, size_t n);
/* "eth0: why; eth1: why", of those in the list; false: there are none. */
bool unheard_print(
    const struct unheard *, const struct interface *, size_t n, struct err *);
#endif
