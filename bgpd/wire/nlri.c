/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/nlri.h"

bool
nlri_check(struct nlri *n)
{
	struct rbuf r = n->bytes;
	size_t id = n->add_path ? 4 : 0;
	unsigned bits = family_bits(n->family);

	n->count = 0;
	while (r.left > 0) {
		rbuf_bytes(&r, id);

		unsigned len = rbuf_u8(&r);

		rbuf_bytes(&r, (len + 7) / 8);
		if (r.bad || len > bits)
			return false;
		n->count++;
	}
	return true;
}

static bool
v4_is_martian(const uint8_t *a, unsigned len)
{
	return a[0] >= 224 || (len >= 8 && (a[0] == 0 || a[0] == 127));
}

static bool
v6_is_martian(const uint8_t *a, unsigned len)
{
	static const uint8_t zero[10];

	if (a[0] == 0xff)
		return len >= 8;
	if (a[0] == 0xfe && (a[1] & 0xc0) == 0x80)
		return len >= 10;
	/* ::, ::1 and addresses that hold IPv4 ones, RFC 4291 2.5 */
	return len >= 80 && memcmp(a, zero, sizeof(zero)) == 0;
}

bool
nlri_is_martian(const struct prefix *p)
{
	if (p->addr.family == FAMILY_V4)
		return v4_is_martian(p->addr.bytes, p->len);
	return v6_is_martian(p->addr.bytes, p->len);
}
