/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_msg.h"

#include "bgpd/link/checksum.h"
#include "bgpd/link/frame.h"
#include "bgpd/vrrp/vrrp_timers.h"

#define ADVERTISEMENT 1
#define AUTH_DATA 8 /* bytes at the end of version 2; RFC 3768 5.3.10 */
#define CHECKSUM_AT 6
#define CENTISECONDS 0xfff /* the bits of version 3 that have them */

/* Whether the sum is right; version 3 over IPv4 has two right ones. */
static bool
checksum_is_good(struct rbuf r, const struct addr *src, const struct addr *dst,
    struct vrrp_advert *a)
{
	bool plain = checksum_plain(r.p, r.left) == 0;

	if (a->version == 2)
		return plain;
	if (checksum_pseudo(src, dst, FRAME_PROTOCOL_VRRP, r.p, r.left) == 0)
		return true;
	a->plain = src->family == FAMILY_V4 && plain;
	return a->plain;
}

/* The two bytes before the checksum. */
static enum vrrp_fault
terms_parse(uint16_t terms, struct vrrp_advert *a)
{
	if (a->version == 2) {
		a->interval = (terms & 0xff) * UINT32_C(1000);
		if (terms >> 8 != 0) /* RFC 3768 5.3.6 */
			return VRRP_AUTH;
	} else {
		a->interval = (terms & CENTISECONDS) * UINT32_C(10);
	}
	return a->interval == 0 ? VRRP_INTERVAL : VRRP_GOOD;
}

enum vrrp_fault
vrrp_advert_parse(struct rbuf r, const struct addr *src, const struct addr *dst,
    struct vrrp_advert *a)
{
	struct rbuf whole = r;
	uint8_t head = rbuf_u8(&r);

	*a = (struct vrrp_advert){ .version = head >> 4 };
	a->vrid = rbuf_u8(&r);
	a->priority = rbuf_u8(&r);

	uint8_t count = rbuf_u8(&r);
	uint16_t terms = rbuf_u16(&r);

	rbuf_u16(&r); /* the checksum, which is of the whole */
	if (r.bad)
		return VRRP_LENGTH;
	if (a->version != 3 && (a->version != 2 || src->family != FAMILY_V4))
		return VRRP_VERSION;
	if ((head & 0xf) != ADVERTISEMENT)
		return VRRP_TYPE;
	a->addrs = rbuf_cut(&r, (size_t)count * family_bytes(src->family));
	rbuf_cut(&r, a->version == 2 ? AUTH_DATA : 0);
	if (!rbuf_done(&r))
		return VRRP_LENGTH;
	if (!checksum_is_good(whole, src, dst, a))
		return VRRP_CHECKSUM;
	if (count == 0) /* RFC 9568 5.2.5 */
		return VRRP_COUNT;
	return terms_parse(terms, a);
}

bool
vrrp_advert_put(struct wbuf *w, const struct vrrp_advert *a,
    const struct addr *src, const struct addr *dst)
{
	size_t start = w->len, addr_bytes = family_bytes(src->family);

	if (vrrp_interval(a->version, a->interval) != a->interval ||
	    a->addrs.left / addr_bytes > UINT8_MAX)
		return false;
	wbuf_u8(w, (uint8_t)(a->version << 4 | ADVERTISEMENT));
	wbuf_u8(w, a->vrid);
	wbuf_u8(w, a->priority);
	wbuf_u8(w, (uint8_t)(a->addrs.left / addr_bytes));
	wbuf_u16(w, (uint16_t)(a->interval / (a->version == 2 ? 1000 : 10)));
	wbuf_u16(w, 0);
	wbuf_copy(w, a->addrs);
	if (a->version == 2)
		wbuf_bytes(w, (const uint8_t[AUTH_DATA]){ 0 }, AUTH_DATA);
	if (!wbuf_end(w, start))
		return false;

	struct rbuf whole = wbuf_read(w, start);

	wbuf_set16(w, start + CHECKSUM_AT,
	    a->version == 2 || a->plain
		? checksum_plain(whole.p, whole.left)
		: checksum_pseudo(
		      src, dst, FRAME_PROTOCOL_VRRP, whole.p, whole.left));
	return true;
}

static const struct {
	const char *name, *text;
} faults[VRRP_FAULTS] = {
	[VRRP_GOOD] = { "none", "nothing is wrong" },
	[VRRP_TTL] = { "ttl", "its TTL is not 255 (keepalived: unicast_ttl)" },
	[VRRP_LENGTH] = { "length", "its length does not add up" },
	[VRRP_VERSION] = { "version", "it is of another version of VRRP" },
	[VRRP_TYPE] = { "type", "it is no ADVERTISEMENT" },
	[VRRP_CHECKSUM] = { "checksum", "its checksum is wrong" },
	[VRRP_COUNT] = { "count", "it has no addresses" },
	[VRRP_AUTH] = { "auth",
	    "it has authentication, which RFC 3768 took out" },
	[VRRP_INTERVAL] = { "interval",
	    "its advertisement interval is 0, or in version 2 not the one here" },
	[VRRP_VRID] = { "vrid", "its virtual router is not here" },
	[VRRP_ADDRESSES] = { "addresses",
	    "it has other addresses than are here" },
	[VRRP_SENDER] = { "sender",
	    "it is of no peer, or not sent as is agreed here (multicast, unicast)" },
};

const char *
vrrp_fault_name(enum vrrp_fault f)
{
	return faults[f].name;
}

const char *
vrrp_fault_text(enum vrrp_fault f)
{
	return faults[f].text;
}

struct addr
vrrp_group(enum family family)
{
	static const uint8_t v6[16] = { 0xff, 0x02, [15] = 0x12 };

	return family == FAMILY_V4 ? addr_v4(0xe0000012)
				   : addr_from(FAMILY_V6, v6);
}
