/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update_out - UPDATE messages being filled with prefixes until one does not fit.
 *
 *	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V6 };
 *
 *	if (!update_out_reach(&o, &attrs.next_hop, encoded_attrs))
 *		… not even the attributes fit …
 *	while (… && update_out_add(&o, prefix bytes, len, path_id))
 *		…
 *	update_out_end(&o);
 *
 * A message holds one of Withdrawn Routes, NLRI, MP_REACH_NLRI or MP_UNREACH_NLRI,
 * and the latter two stand first (RFC 7606 5.1). IPv4 with an IPv4 next hop goes
 * into the plain fields, all else into the MP attributes.
 */
#ifndef BGPD_WIRE_UPDATE_OUT_H
#define BGPD_WIRE_UPDATE_OUT_H

#include "bgpd/wire/attr.h"

#include <string.h>

struct update_out {
	struct wbuf *w; /* messages are written behind what is there */
	size_t max;     /* length of a message */
	uint8_t family; /* enum family */
	bool add_path;  /* write path ids */

	/* Private. */
	size_t msg;       /* where the message starts */
	size_t inner;     /* mark of what ends with the prefixes; 0: none */
	size_t outer;     /* mark of what ends with the message; 0: none */
	size_t first;     /* where the prefixes start */
	size_t limit;     /* where they have to end */
	struct rbuf tail; /* what follows them */
};

/* attrs is what attrs_build wrote for this family; it has to last until the end. */
bool update_out_reach(
    struct update_out *, const struct next_hop *, struct rbuf attrs);
bool update_out_unreach(struct update_out *);
/* Completes the message; false, and nothing written, when it has no prefix. */
bool update_out_end(struct update_out *);

/* A whole message: End-of-RIB (RFC 4724 2). */
bool eor_build(struct wbuf *, enum family);

/*
 * Adds the prefix of len bits whose address stands at bytes (4 or 16 of them, as
 * the family has; host bits are zero). False when it does not fit any more.
 */
static inline bool
update_out_add(
    struct update_out *o, const uint8_t *bytes, unsigned len, uint32_t path_id)
{
	unsigned n = (len + 7) / 8;
	struct wbuf *w = o->w;

	if (w->len + (o->add_path ? 4 : 0) + 1 + n > o->limit)
		return false;
	if (o->add_path)
		wbuf_u32(w, path_id);
	w->p[w->len++] = (uint8_t)len;
	if (o->family == FAMILY_V4 && w->len + 4 <= o->limit)
		memcpy(w->p + w->len, bytes, 4); /* one move */
	else
		memcpy(w->p + w->len, bytes, n);
	w->len += n;
	return true;
}
#endif
