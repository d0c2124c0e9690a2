/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_unicast_io - VRRP's packets to single addresses, on the ways that the kernel
 * knows: the neighbours' Ethernet addresses are its own affair.
 */
#ifndef BGPD_LINK_LINK_UNICAST_IO_H
#define BGPD_LINK_LINK_UNICAST_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct link_unicast;

struct link_unicast *link_unicast_new(void);
void link_unicast_free(struct link_unicast *);
/*
 * As link_port.send_vrrp has it; false: it can't be sent. From the first packet of a
 * family on the kernel tells nobody any more that the protocol is unreachable here.
 */
bool link_unicast_send(struct link_unicast *, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *payload, size_t n);
#endif
