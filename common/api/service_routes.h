/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_routes - what a Service says of the routes of its addresses, by annotations,
 * as far as the ServiceGroup that they are from allows.
 *
 * It goes for routes of one address: an aggregate is for other Services, too.
 */
#ifndef COMMON_API_SERVICE_ROUTES_H
#define COMMON_API_SERVICE_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/api/community.h"
#include "common/api/service.h"

struct addr;
struct err;
struct service_group;

struct service_routes { /* in place of what the group says, where said has it */
	uint8_t said;   /* 1 << kind, from WISH_ROUTES on */
	struct communities communities; /* owned; beside the group's */
	uint32_t local_preference, med;
	uint8_t prepends;
	uint16_t peers; /* 1 << i: peers[i] of the group */
	uint32_t max_announcers;
};

/* Has it any such annotation? */
bool service_says_routes(const struct service *);
/* Do both say the same, in the same words? */
bool service_routes_same(const struct service *, const struct service *);
/*
 * Returns how many annotations are not in force, for the group does not allow them or
 * they can't be read. err: the first of these and what is allowed.
 */
unsigned service_routes_read(const struct service *,
    const struct service_group *, struct service_routes *, struct err *);
/* Is there one of that kind that is in force? */
bool service_routes_say(const struct service_routes *, enum service_wish_kind);
bool
service_routes_eq(const struct service_routes *, const struct service_routes *);
void service_routes_fini(struct service_routes *);
/* Does the group have a route announced for this address of it alone? */
bool service_group_has_routes_alone(
    const struct service_group *, const struct addr *, bool local);
#endif
