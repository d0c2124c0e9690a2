/* SPDX-License-Identifier: Apache-2.0 */
/*
 * martians - addresses that no Service can have, whatever a pool says.
 *
 * No router forwards to them. 240.0.0.0/4 is not among them: it is reserved (RFC 1112
 * 4), but in use, and what forwards it is the business of whoever has it in a pool.
 */
#ifndef ALLOCATOR_POOL_MARTIANS_H
#define ALLOCATOR_POOL_MARTIANS_H

#include <stddef.h>

#include "common/api/addr_range.h"
#include "common/prefix.h"

#define MARTIANS 10

struct martian {
	struct prefix prefix;
	const char *what; /* "loopback" */
};

extern const struct martian martians[MARTIANS];

struct addr_range martian_range(const struct martian *);
#endif
