/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota - who may begin, in this second, what costs us far more than it costs him: so
 * many in all, and fewer from one address.
 */
#ifndef COMMON_QUOTA_H
#define COMMON_QUOTA_H

#include <stdbool.h>

#include "common/prefix.h"

#define QUOTA_MOST 64

struct quota {
	unsigned all, each; /* at most; all: up to QUOTA_MOST */
	unsigned n;         /* begun */
	struct {
		struct prefix of; /* an address, or what a host has of IPv6 */
		unsigned n;
	} from[QUOTA_MOST];
	unsigned n_from;
};

/* With whom he who comes from there is counted. */
struct prefix quota_of(const struct addr *);
/* May he begin who comes from there? Then he is counted. */
bool quota_take(struct quota *, const struct addr *);
bool quota_is_used_up(const struct quota *); /* nobody may any more */
void quota_renew(struct quota *);            /* a second is over */
#endif
