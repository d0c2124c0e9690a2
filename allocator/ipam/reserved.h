/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserved - addresses that are to be given to nobody, and in whose name.
 *
 * An address may be reserved in several names; one of them speaks for all, the first
 * in the order of the alphabet, so that people are told the same after a restart.
 */
#ifndef ALLOCATOR_IPAM_RESERVED_H
#define ALLOCATOR_IPAM_RESERVED_H

#include <stdbool.h>
#include <stddef.h>

#include <uthash.h>

#include "common/prefix.h"

struct reservation {
	struct addr addr;
	char **names; /* owned, in order; there is one at least */
	size_t n;
	UT_hash_handle hh;
};

struct reserved {                /* all zero: none */
	struct reservation *all; /* hash, owned */
};

void reserved_fini(struct reserved *);
/* False: it is reserved in that name already. The name is copied. */
bool reserved_add(struct reserved *, const struct addr *, const char *name);
/* False: it is not reserved in that name. */
bool reserved_remove(struct reserved *, const struct addr *, const char *name);
/* In whose name; NULL: it is not reserved. Borrowed until it is no more. */
const char *reserved_by(const struct reserved *, const struct addr *);
#endif
