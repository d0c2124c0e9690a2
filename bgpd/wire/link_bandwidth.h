/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_bandwidth - how much a path can take, by which routers share traffic among
 * several (draft-ietf-idr-link-bandwidth).
 */
#ifndef BGPD_WIRE_LINK_BANDWIDTH_H
#define BGPD_WIRE_LINK_BANDWIDTH_H

struct rbuf;

/*
 * Bytes a second of the link bandwidth community (draft-ietf-idr-link-bandwidth 2), of
 * two octets of AS number, transitive or not; 0: the path has none. Of several the
 * lowest one counts, and none that is no number or not above 0. communities: the value
 * of EXTENDED_COMMUNITIES.
 */
float link_bandwidth_of(struct rbuf communities);
#endif
