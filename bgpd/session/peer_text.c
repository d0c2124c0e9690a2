/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/peer_text.h"

#include <string.h>

/* RFC 3629 4: how many bytes follow the first, and the least code point. */
static const struct {
	uint8_t mask, value, more;
	uint32_t least;
} leads[] = {
	{ 0x80, 0x00, 0, 0 },
	{ 0xe0, 0xc0, 1, 0x80 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

static bool
may_be_shown(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0)) /* C0, DEL, C1 */
		return false;
	return (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
}

/* The length of the character that may be shown at the start, or 0. */
static size_t
shown_length(struct rbuf r)
{
	uint8_t first = rbuf_u8(&r);

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if ((first & leads[i].mask) != leads[i].value)
			continue;

		uint32_t c = first & (uint8_t)~leads[i].mask;

		for (unsigned n = 0; n < leads[i].more; n++) {
			uint8_t next = rbuf_u8(&r);

			if ((next & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (next & 0x3f);
		}
		if (r.bad || c < leads[i].least || !may_be_shown(c))
			return 0;
		return 1u + leads[i].more;
	}
	return 0;
}

char *
peer_text(char *to, size_t size, struct rbuf from)
{
	size_t len = 0;

	while (from.left > 0) {
		size_t n = shown_length(from);
		const uint8_t *p = rbuf_bytes(&from, n == 0 ? 1 : n);

		if (len + (n == 0 ? 1 : n) >= size)
			break;
		if (n == 0)
			to[len++] = '?';
		else
			memcpy(to + len, p, n);
		len += n;
	}
	to[len] = '\0';
	return to;
}
