/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/update_out.h"

#include "bgpd/wire/msg.h"

/* Behind Withdrawn Routes: the length of no attributes. */
static const uint8_t no_attrs[] = { 0, 0 };

static struct wbuf *
begin(struct update_out *o)
{
	o->msg = msg_begin(o->w, MSG_UPDATE);
	o->inner = o->outer = 0;
	o->tail = (struct rbuf){ 0 };
	return o->w;
}

/* Reserves the room of what follows the prefixes; false, all undone, without it. */
static bool
begun(struct update_out *o)
{
	struct wbuf *w = o->w;
	size_t end = w->cap - o->msg < o->max ? w->cap : o->msg + o->max;

	o->first = w->len;
	if (w->len > end || o->tail.left > end - w->len)
		w->bad = true;
	o->limit = end - o->tail.left;
	return wbuf_end(w, o->msg);
}

/* Its length is known last, so the field always has two octets. */
static void
mp_begin(struct update_out *o, enum attr_code code)
{
	struct wbuf *w = o->w;

	wbuf_u16(w, 0); /* nothing in Withdrawn Routes */
	o->outer = wbuf_mark16(w);
	wbuf_u8(w, attr_flags(code) | ATTR_EXTENDED);
	wbuf_u8(w, code);
	o->inner = wbuf_mark16(w);
	wbuf_u16(w, o->family);
	wbuf_u8(w, SAFI_UNICAST);
}

/* RFC 4760 3, RFC 2545 3. */
static void
mp_next_hop(struct wbuf *w, const struct next_hop *n)
{
	size_t length = wbuf_mark8(w);

	wbuf_bytes(w, n->addr.bytes, family_bytes(n->addr.family));
	wbuf_bytes(w, n->link_local.bytes, family_bytes(n->link_local.family));
	wbuf_fill8(w, length);
	wbuf_u8(w, 0); /* reserved */
}

bool
update_out_reach(
    struct update_out *o, const struct next_hop *next_hop, struct rbuf attrs)
{
	struct wbuf *w = begin(o);

	if (o->family == FAMILY_V4 && next_hop->addr.family == FAMILY_V4) {
		wbuf_u16(w, 0); /* nothing in Withdrawn Routes */

		size_t length = wbuf_mark16(w);

		wbuf_copy(w, attrs);
		wbuf_fill16(w, length);
	} else {
		mp_begin(o, ATTR_MP_REACH);
		mp_next_hop(w, next_hop);
		o->tail = attrs;
	}
	return begun(o);
}

bool
update_out_unreach(struct update_out *o)
{
	struct wbuf *w = begin(o);

	if (o->family == FAMILY_V4) {
		o->inner = wbuf_mark16(w);
		o->tail = rbuf_of(no_attrs, sizeof(no_attrs));
	} else {
		mp_begin(o, ATTR_MP_UNREACH);
	}
	return begun(o);
}

static bool
complete(struct update_out *o)
{
	if (o->inner != 0)
		wbuf_fill16(o->w, o->inner);
	wbuf_copy(o->w, o->tail);
	if (o->outer != 0)
		wbuf_fill16(o->w, o->outer);
	return msg_end(o->w, o->msg);
}

bool
update_out_end(struct update_out *o)
{
	if (o->w->len > o->first)
		return complete(o);
	wbuf_rewind(o->w, o->msg);
	return false;
}

bool
eor_build(struct wbuf *w, enum family family)
{
	struct update_out o = { .w = w, .max = MSG_MAX, .family = family };

	return update_out_unreach(&o) && complete(&o);
}
