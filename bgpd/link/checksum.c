/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/checksum.h"

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

/* An odd last byte is the high one of its word (RFC 1071 1). */
static uint32_t
sum(uint32_t so_far, struct rbuf r)
{
	while (r.left > 1)
		so_far += rbuf_u16(&r);
	return r.left == 0 ? so_far : so_far + ((uint32_t)rbuf_u8(&r) << 8);
}

static uint16_t
fold(uint32_t s)
{
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)(~s & 0xffff);
}

uint16_t
checksum_plain(const uint8_t *bytes, size_t n)
{
	return fold(sum(0, rbuf_of(bytes, n)));
}

uint16_t
checksum_pseudo(const struct addr *src, const struct addr *dst,
    uint8_t protocol, const uint8_t *bytes, size_t n)
{
	size_t size = family_bytes(src->family);
	uint32_t s = (uint32_t)n + protocol;

	s = sum(s, rbuf_of(src->bytes, size));
	s = sum(s, rbuf_of(dst->bytes, size));
	return fold(sum(s, rbuf_of(bytes, n)));
}
