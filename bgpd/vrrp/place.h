/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place - where a virtual router is: its interface, the MAC and the address it speaks
 * with, and what keeps it from taking part.
 */
#ifndef BGPD_VRRP_PLACE_H
#define BGPD_VRRP_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/vrrp/vrouter.h"

struct interface;

/*
 * Of the virtual router among all (a list by next) on these interfaces. An address that
 * any virtual router has is none to speak with: it comes and goes.
 */
struct vrouter_place place_of(const struct vrouter *, const struct vrouter *all,
    const struct interface *, size_t n);
#endif
