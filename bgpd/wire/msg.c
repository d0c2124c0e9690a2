/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"

#include <string.h>

enum { MARKER = 16 };

static const uint8_t marker[MARKER] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Lengths include the header. RFC 8654 4 leaves OPEN and KEEPALIVE as they were. */
static const struct {
	const char *name;
	uint16_t min, max;
} kinds[MSG_TYPES] = {
	/* clang-format off */
	[MSG_OPEN]          = { "OPEN",          29, MSG_MAX },
	[MSG_UPDATE]        = { "UPDATE",        23, MSG_MAX_EXTENDED },
	[MSG_NOTIFICATION]  = { "NOTIFICATION",  21, MSG_MAX_EXTENDED },
	[MSG_KEEPALIVE]     = { "KEEPALIVE",     19, 19 },
	[MSG_ROUTE_REFRESH] = { "ROUTE-REFRESH", 23, MSG_MAX_EXTENDED },
	/* clang-format on */
};

static bool
is_known(uint8_t type)
{
	return type < MSG_TYPES && kinds[type].name != NULL;
}

const char *
msg_name(uint8_t type)
{
	return is_known(type) ? kinds[type].name : "unknown";
}

/* The type and the length of the whole message. RFC 4271 6.1. */
static bool
header_parse(struct rbuf r, size_t max, uint8_t *type, uint16_t *length,
    struct bgp_err *err)
{
	struct rbuf mark = rbuf_cut(&r, MARKER);
	struct rbuf length_bytes = rbuf_cut(&r, 2);
	struct rbuf type_byte = rbuf_cut(&r, 1);
	struct rbuf length_read = length_bytes, type_read = type_byte;

	*length = rbuf_u16(&length_read);
	*type = rbuf_u8(&type_read);
	if (!rbuf_eq(mark, rbuf_of(marker, MARKER)))
		return bgp_refuse(err, ERR_HEADER, HEADER_SYNC,
		    "header: marker is not all ones");

	bool fits = *length >= MSG_HEADER && *length <= max;
	bool suits = !is_known(*type) ||
	    (*length >= kinds[*type].min && *length <= kinds[*type].max);

	if (*type == MSG_NOTIFICATION && !(fits && suits)) /* RFC 4271 6.4 */
		return bgp_refuse(
		    err, ERR_SILENT, 0, "NOTIFICATION: bad message length");
	if (!fits || !suits)
		return bgp_refuse_data(err, ERR_HEADER, HEADER_LENGTH,
		    "header: bad message length", length_bytes);
	if (!is_known(*type))
		return bgp_refuse_data(err, ERR_HEADER, HEADER_TYPE,
		    "header: unknown message type", type_byte);
	return true;
}

enum msg_cut
msg_cut(struct rbuf *stream, size_t max, struct msg *msg, struct bgp_err *err)
{
	uint16_t length;

	if (stream->left < MSG_HEADER)
		return MSG_MORE;
	if (!header_parse(*stream, max, &msg->type, &length, err))
		return MSG_BAD;
	if (stream->left < length)
		return MSG_MORE;
	rbuf_bytes(stream, MSG_HEADER);
	msg->body = rbuf_cut(stream, length - MSG_HEADER);
	return MSG_WHOLE;
}

size_t
msg_begin(struct wbuf *w, enum msg_type type)
{
	size_t start = w->len;

	wbuf_bytes(w, marker, MARKER);
	wbuf_u16(w, 0); /* the length */
	wbuf_u8(w, type);
	return start;
}

bool
msg_end(struct wbuf *w, size_t start)
{
	wbuf_set16(w, start + MARKER, w->len - start);
	return wbuf_end(w, start);
}

bool
keepalive_build(struct wbuf *w)
{
	return msg_end(w, msg_begin(w, MSG_KEEPALIVE));
}
