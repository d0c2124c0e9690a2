/* SPDX-License-Identifier: Apache-2.0 */
/*
 * covered - what a ServiceGroup says of routes in vain, as a CIDR that is listed in the
 * BGPConfiguration has its addresses in it and is announced in their place.
 */
#ifndef BGPD_ANNOUNCE_COVERED_H
#define BGPD_ANNOUNCE_COVERED_H

#include <stdbool.h>

#include "common/prefix.h"

struct bgp_configuration;
struct err;
struct service_group;

/*
 * The fields of spec.announce.bgp that say something of routes, as "med, prepend", into
 * names. False: there is none.
 */
bool covered_fields(const struct service_group *, struct err *names);
/*
 * A listed CIDR that one of its pools is in as a whole, so that no Service with policy
 * Cluster has a route of its own there. False: there is none.
 */
bool covered_pool(const struct service_group *,
    const struct bgp_configuration *, struct prefix *cidr);
#endif
