/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nlri - the prefixes of an UPDATE (RFC 4271 4.3, RFC 4760 5, RFC 7911 3).
 *
 * A million of them pass here in one breath, hence the inline functions. Parsed
 * NLRI has been checked as a whole: nlri_next() then only stops at its end.
 */
#ifndef BGPD_WIRE_NLRI_H
#define BGPD_WIRE_NLRI_H

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

#include <endian.h>
#include <string.h>

struct nlri {
	struct rbuf bytes;
	uint8_t family; /* enum family; FAMILY_NONE: absent, or not agreed */
	bool add_path;  /* a path id stands before each prefix */
	uint32_t count; /* prefixes in it */
};

/* Checks every prefix and counts them. */
bool nlri_check(struct nlri *);

/* Reserved: 0/8, 127/8, 224/3; ::/80, fe80::/10, ff00::/8 and what is inside. */
bool nlri_is_martian(const struct prefix *);

/*
 * Takes the address of a prefix off r into to, which has room for size bytes, and
 * clears what is behind len bits. size is a constant where this is inlined, so that
 * the copy is one move wherever that many bytes can be read.
 */
static inline void
nlri_take(struct rbuf *r, unsigned len, uint8_t *to, unsigned size)
{
	unsigned n = (len + 7) / 8;
	bool ahead = r->left >= size;
	const uint8_t *from = rbuf_bytes(r, n);

	if (from == NULL || n > size)
		return;
	if (ahead)
		memcpy(to, from, size);
	else
		memcpy(to, from, n);
	for (unsigned at = 0; at < size; at += 4) {
		unsigned keep = len > at * 8 ? len - at * 8 : 0;
		uint32_t mask = keep < 32 ? ~(UINT32_MAX >> keep) : UINT32_MAX;
		uint32_t word;

		memcpy(&word, to + at, 4);
		word &= htobe32(mask);
		memcpy(to + at, &word, 4);
	}
}

/*
 * The next prefix, host bits cleared; false at the end. path_id is 0 without
 * add-path.
 */
static inline bool
nlri_next(struct nlri *n, struct prefix *p, uint32_t *path_id)
{
	if (n->bytes.left == 0)
		return false;
	*p = (struct prefix){ .addr.family = n->family };
	*path_id = n->add_path ? rbuf_u32(&n->bytes) : 0;
	p->len = rbuf_u8(&n->bytes);
	if (n->family == FAMILY_V4)
		nlri_take(&n->bytes, p->len, p->addr.bytes, 4);
	else
		nlri_take(&n->bytes, p->len, p->addr.bytes, 16);
	return !n->bytes.bad;
}
#endif
