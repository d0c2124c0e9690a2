/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/refresh.h"

#include "bgpd/wire/msg.h"

enum { BODY = 4 };

bool
refresh_parse(
    struct rbuf r, bool enhanced, struct refresh *f, struct bgp_err *err)
{
	size_t length = r.left;
	uint16_t afi = rbuf_u16(&r);
	uint8_t kind = rbuf_u8(&r);
	uint8_t safi = rbuf_u8(&r);
	bool known = afi == FAMILY_V4 || afi == FAMILY_V6;

	*f = (struct refresh){ 0 };
	if (r.bad) /* msg_cut lets none through; RFC 4271 6.1 */
		return bgp_refuse(
		    err, ERR_HEADER, HEADER_LENGTH, "ROUTE-REFRESH: too short");
	if (!enhanced)
		kind = REFRESH_REQUEST;
	if (kind != REFRESH_REQUEST && kind < REFRESH_UNKNOWN && length != BODY)
		return bgp_refuse(err, ERR_ROUTE_REFRESH, REFRESH_LENGTH,
		    "ROUTE-REFRESH: bad length"); /* RFC 7313 5 */
	f->kind = kind < REFRESH_UNKNOWN ? kind : REFRESH_UNKNOWN;
	f->family = known && safi == SAFI_UNICAST ? (uint8_t)afi : FAMILY_NONE;
	return true;
}

bool
refresh_build(struct wbuf *w, const struct refresh *f)
{
	size_t start = msg_begin(w, MSG_ROUTE_REFRESH);

	wbuf_u16(w, f->family);
	wbuf_u8(w, f->kind);
	wbuf_u8(w, SAFI_UNICAST);
	return msg_end(w, start);
}
