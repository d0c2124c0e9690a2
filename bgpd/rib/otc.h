/* SPDX-License-Identifier: Apache-2.0 */
/*
 * otc - the attribute Only to Customer, which marks routes that must not go up or to
 * the side any more (RFC 9234 5).
 */
#ifndef BGPD_RIB_OTC_H
#define BGPD_RIB_OTC_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/wire/caps.h"

struct attrs; /* bgpd/wire/attr.h */
struct path;

/* A route that a peer of this AS gives, to whom we have the role, where it is due. */
void otc_mark_received(enum role, uint32_t peer_as, struct attrs *);
/* May it be used, marked or not yet? Else it is a leak. */
bool otc_takes(enum role, uint32_t peer_as, const struct path *);
/* A route that such a peer would be told, by us as local_as. False: it must not be. */
bool otc_told(enum role, uint32_t local_as, struct attrs *);
#endif
