/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - one source object at a time: what it wants announced from this node.
 *
 * Pure. Each call appends to wants.
 */
#ifndef BGPD_ANNOUNCE_RULES_H
#define BGPD_ANNOUNCE_RULES_H

#include <stdbool.h>

#include "bgpd/announce/want.h"

struct bgp_configuration;
struct service;
struct view;
struct virtual_ip;
struct wants;

/* Does this node announce Services at all, as far as it is up to the node? */
bool announce_serves(const struct view *);
/*
 * VERDICTS: as far as it is up to the node, it announces or holds single addresses of
 * Services; else why not.
 */
enum verdict announce_hosts_verdict(const struct view *);
/* Are there endpoints of the daemons? Without these maxAnnouncers means nothing. */
bool announce_knows_daemons(const struct view *);
/* The group that says how the Service's address is announced; NULL: none has it. */
const struct service_group *announce_group_of(
    const struct view *, const struct service *, const struct addr *);
/* The CIDRs listed in the BGPConfiguration. */
void announce_config(const struct view *, struct wants *);
/* The addresses of one Service. */
void
announce_service(const struct view *, const struct service *, struct wants *);
/* The addresses of a VirtualIP with a bgp, each as a host route. */
void
announce_vip(const struct view *, const struct virtual_ip *, struct wants *);
#endif
