/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/open.h"

#include "bgpd/wire/msg.h"

enum {
	PARAM_CAPS = 2,      /* RFC 5492 4 */
	PARAM_EXTENDED = 255 /* RFC 9072 2 */
};

static const uint8_t our_version[] = { 0, BGP_VERSION };

static bool
overrun(struct bgp_err *err)
{
	return bgp_refuse(err, ERR_OPEN, 0, "OPEN: length does not add up");
}

/*
 * Takes the list of optional parameters off r, which is all that is left of the
 * message. With RFC 9072 2 the list starts by a type that no parameter has, then has
 * a length of two octets; the one-octet length counts no more, unless it is 0.
 */
static struct rbuf
params_cut(struct rbuf *r, bool *extended)
{
	uint8_t length = rbuf_u8(r);
	struct rbuf ahead = *r;

	*extended = length != 0 && rbuf_u8(&ahead) == PARAM_EXTENDED;
	if (!*extended)
		return rbuf_cut(r, length);
	rbuf_u8(r);
	return rbuf_cut(r, rbuf_u16(r));
}

static bool
params_parse(
    struct rbuf r, bool extended, struct bgp_open *o, struct bgp_err *err)
{
	while (r.left > 0) {
		uint8_t type = rbuf_u8(&r);
		size_t length = extended ? rbuf_u16(&r) : rbuf_u8(&r);
		struct rbuf value = rbuf_cut(&r, length);

		if (r.bad)
			return overrun(err);
		if (type != PARAM_CAPS)
			return bgp_refuse(err, ERR_OPEN, OPEN_PARAMETER,
			    "OPEN: unknown optional parameter");
		if (!caps_parse(value, &o->caps, &o->seen))
			return overrun(err);
		o->has_caps = true;
	}
	return true;
}

/*
 * RFC 6793 4.2.3 and 9, RFC 7607 2; o->asn is the 2-octet number as yet. AS_TRANS
 * stands for any AS that the capability names, also for one of 2 octets.
 */
static bool
asn_check(struct bgp_open *o, struct bgp_err *err)
{
	uint32_t asn = o->caps.as4 ? o->seen.asn : o->asn;

	if (o->asn == 0 || asn == 0)
		return bgp_refuse(err, ERR_OPEN, OPEN_PEER_AS, "OPEN: AS 0");
	if (asn == AS_TRANS)
		return bgp_refuse(err, ERR_OPEN, OPEN_PEER_AS,
		    "OPEN: AS 23456 stands for no AS");
	if (o->asn != asn && o->asn != AS_TRANS)
		return bgp_refuse(err, ERR_OPEN, OPEN_PEER_AS,
		    "OPEN: AS contradicts the 4-octet AS capability");
	o->asn = asn;
	return true;
}

bool
open_parse(struct rbuf r, struct bgp_open *o, struct bgp_err *err)
{
	bool extended;

	*o = (struct bgp_open){ 0 };

	/* RFC 4271 6.2: before anything whose layout depends on it. */
	uint8_t version = rbuf_u8(&r);

	if (!r.bad && version != BGP_VERSION)
		return bgp_refuse_data(err, ERR_OPEN, OPEN_VERSION,
		    "OPEN: version is not 4",
		    rbuf_of(our_version, sizeof(our_version)));
	o->asn = rbuf_u16(&r);
	o->hold_time = rbuf_u16(&r);
	o->router_id = rbuf_u32(&r);
	struct rbuf params = params_cut(&r, &extended);

	if (!rbuf_done(&r))
		return overrun(err);
	if (o->router_id == 0) /* RFC 6286 2.2 */
		return bgp_refuse(
		    err, ERR_OPEN, OPEN_ROUTER_ID, "OPEN: router id is 0");
	if (o->hold_time == 1 || o->hold_time == 2) /* RFC 4271 6.2 */
		return bgp_refuse(
		    err, ERR_OPEN, OPEN_HOLD_TIME, "OPEN: hold time below 3 s");
	if (!params_parse(params, extended, o, err) || !asn_check(o, err))
		return false;
	if (!o->seen.multiprotocol) /* RFC 4760 8: plain BGP-4 is IPv4 */
		o->caps.family[FAMILY_V4] = true;
	return true;
}

bool
open_build(struct wbuf *w, const struct bgp_open *o)
{
	size_t start = msg_begin(w, MSG_OPEN);

	wbuf_u8(w, BGP_VERSION);
	wbuf_u16(w, o->asn > UINT16_MAX ? AS_TRANS : (uint16_t)o->asn);
	wbuf_u16(w, o->hold_time);
	wbuf_u32(w, o->router_id);

	size_t params = wbuf_mark8(w);

	if (o->has_caps) {
		wbuf_u8(w, PARAM_CAPS);

		size_t caps = wbuf_mark8(w);

		if (!caps_build(w, &o->caps, o->asn))
			w->bad = true;
		wbuf_fill8(w, caps);
	}
	wbuf_fill8(w, params);
	return msg_end(w, start);
}
