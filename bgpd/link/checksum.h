/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checksum - the Internet checksum (RFC 1071), as it is put into a message whose field
 * for it is zero. Over a message with its checksum it is 0 if that is right.
 */
#ifndef BGPD_LINK_CHECKSUM_H
#define BGPD_LINK_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

struct addr;

/* Of the bytes alone: IPv4 headers, VRRPv2. */
uint16_t checksum_plain(const uint8_t *, size_t n);
/*
 * … with the pseudo header before them: RFC 768 and 9293 3.1 for IPv4, RFC 8200 8.1.
 * Both addresses are of one family; n is below 65536.
 */
uint16_t checksum_pseudo(const struct addr *src, const struct addr *dst,
    uint8_t protocol, const uint8_t *, size_t n);
#endif
