/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_ip - the text of peerIP: "10.0.0.1", "10.0.0.1:1790", "fd00::1",
 * "[fd00::1]:1790", "fe80::1%eth0", "[fe80::1%eth0]:1790"; and gateways of the node.
 */
#ifndef BGPD_CONFIG_PEER_IP_H
#define BGPD_CONFIG_PEER_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scoped_addr.h"

#define PEER_IP_PORT 179
#define PEER_IP_MOST 69 /* characters: "[" 45 "%" 15 "]:65535" */
#define PEER_IP_GATEWAY_V4 "gateway"
#define PEER_IP_GATEWAY_V6 "gateway/IPv6"

/* Of a gateway no more than its family is known. */
bool peer_ip_parse(const char *text, struct scoped_addr *, uint16_t *port);
/* That of a gateway; FAMILY_NONE: it is an address, if anything. */
enum family peer_ip_family(const char *text);
/* Not the unspecified address, broadcast or multicast, nor one that is on no link. */
bool peer_ip_is_good(const struct scoped_addr *);
#endif
