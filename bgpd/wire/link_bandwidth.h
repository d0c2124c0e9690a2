/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_bandwidth - how much a path can take, by which routers share traffic among
 * several (RFC 10005).
 */
#ifndef BGPD_WIRE_LINK_BANDWIDTH_H
#define BGPD_WIRE_LINK_BANDWIDTH_H

#include <stdbool.h>
#include <stdint.h>

struct rbuf;

#define LINK_BANDWIDTH_OCTETS 8

#define LINK_BANDWIDTH_NONE (-1.0f)

/*
 * Bytes a second that a path can take; LINK_BANDWIDTH_NONE: it doesn't say. communities
 * and ipv6 are the values of EXTENDED_COMMUNITIES and of IPV6_EXTENDED_COMMUNITIES.
 * Of several, transitive or not, the lowest counts, be it 0 (RFC 10005), and none that
 * is no number, infinite or below 0. The wide form with 64 bits is what FRR sends if
 * asked to, as draft-li-idr-link-bandwidth-ext has it.
 */
float link_bandwidth_of(struct rbuf communities, struct rbuf ipv6);
/*
 * The extended community for so many bytes a second, which is finite and not below 0.
 * asn is the AS of who says so; one above 65535 does not fit and is AS_TRANS there.
 */
void link_bandwidth_build(uint8_t community[LINK_BANDWIDTH_OCTETS],
    uint32_t asn, bool transitive, float bytes);
#endif
