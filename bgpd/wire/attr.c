/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/attr.h"

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/bgp.h"

enum {
	WELL_KNOWN = ATTR_TRANSITIVE,
	OPT_TRANS = ATTR_OPTIONAL | ATTR_TRANSITIVE,
	OPTIONAL = ATTR_OPTIONAL
};

static const struct {
	const char *name;
	uint8_t flags;
} known[ATTR_CODES] = {
	[ATTR_LIST] = { "attribute list", 0 },
	[ATTR_ORIGIN] = { "ORIGIN", WELL_KNOWN },
	[ATTR_AS_PATH] = { "AS_PATH", WELL_KNOWN },
	[ATTR_NEXT_HOP] = { "NEXT_HOP", WELL_KNOWN },
	[ATTR_MED] = { "MULTI_EXIT_DISC", OPTIONAL },
	[ATTR_LOCAL_PREF] = { "LOCAL_PREF", WELL_KNOWN },
	[ATTR_ATOMIC_AGGREGATE] = { "ATOMIC_AGGREGATE", WELL_KNOWN },
	[ATTR_AGGREGATOR] = { "AGGREGATOR", OPT_TRANS },
	[ATTR_COMMUNITIES] = { "COMMUNITIES", OPT_TRANS },
	[ATTR_ORIGINATOR_ID] = { "ORIGINATOR_ID", OPTIONAL },
	[ATTR_CLUSTER_LIST] = { "CLUSTER_LIST", OPTIONAL },
	[ATTR_MP_REACH] = { "MP_REACH_NLRI", OPTIONAL },
	[ATTR_MP_UNREACH] = { "MP_UNREACH_NLRI", OPTIONAL },
	[ATTR_EXT_COMMUNITIES] = { "EXTENDED_COMMUNITIES", OPT_TRANS },
	[ATTR_AS4_PATH] = { "AS4_PATH", OPT_TRANS },
	[ATTR_AS4_AGGREGATOR] = { "AS4_AGGREGATOR", OPT_TRANS },
	[ATTR_IPV6_EXT_COMMUNITIES] = { "IPV6_EXTENDED_COMMUNITIES",
	    OPT_TRANS },
	[ATTR_LARGE_COMMUNITIES] = { "LARGE_COMMUNITIES", OPT_TRANS },
	[ATTR_OTC] = { "ONLY_TO_CUSTOMER", OPT_TRANS },
};

const char *
attr_name(uint8_t code)
{
	bool has = code < ATTR_CODES && known[code].name != NULL;

	return has ? known[code].name : "unknown";
}

uint8_t
attr_flags(enum attr_code code)
{
	return known[code].flags;
}

bool
attrs_has_community(const struct attrs *a, uint32_t community)
{
	struct rbuf r = a->communities;

	while (r.left > 0)
		if (rbuf_u32(&r) == community)
			return true;
	return false;
}

/* RFC 4271 5: Partial, once set, stays. */
static uint8_t
flags_of(const struct attrs *a, enum attr_code code)
{
	return attr_flags(code) |
	    ((a->partial & ATTR_BIT(code)) != 0 ? ATTR_PARTIAL : 0);
}

static void
put(struct wbuf *w, const struct attrs *a, enum attr_code code,
    struct rbuf value)
{
	uint8_t flags = flags_of(a, code);

	if (value.left > UINT8_MAX) {
		wbuf_bytes(w, (uint8_t[]){ flags | ATTR_EXTENDED, code }, 2);
		wbuf_u16(w, (uint16_t)value.left);
	} else {
		wbuf_bytes(
		    w, (uint8_t[]){ flags, code, (uint8_t)value.left }, 3);
	}
	wbuf_copy(w, value);
}

static void
put_u32(struct wbuf *w, const struct attrs *a, enum attr_code code, uint32_t v)
{
	uint8_t bytes[4];
	struct wbuf value = wbuf_of(bytes, sizeof(bytes));

	wbuf_u32(&value, v);
	put(w, a, code, wbuf_read(&value, 0));
}

static void
put_list(struct wbuf *w, const struct attrs *a, enum attr_code code,
    struct rbuf list)
{
	if (list.left > 0)
		put(w, a, code, list);
}

/* With a length of two octets, since it is not known before. */
static void
put_narrow_path(struct wbuf *w, struct rbuf path)
{
	uint8_t flags = attr_flags(ATTR_AS_PATH) | ATTR_EXTENDED;

	wbuf_bytes(w, (uint8_t[]){ flags, ATTR_AS_PATH }, 2);

	size_t length = wbuf_mark16(w);

	if (!as_path_narrow(w, path))
		w->bad = true;
	wbuf_fill16(w, length);
}

static void
put_aggregator(struct wbuf *w, enum attr_code code, const struct attrs *a,
    enum as_width width)
{
	uint8_t bytes[8];
	struct wbuf value = wbuf_of(bytes, sizeof(bytes));
	uint32_t asn = a->aggregator_as;

	if (width == AS_4_OCTETS)
		wbuf_u32(&value, asn);
	else
		wbuf_u16(&value, asn > UINT16_MAX ? AS_TRANS : (uint16_t)asn);
	wbuf_u32(&value, a->aggregator_id);
	put(w, a, code, wbuf_read(&value, 0));
}

/* RFC 6793 4.2.2: what 2-octet numbers cannot say. */
static void
put_as4(struct wbuf *w, const struct attrs *a)
{
	if (!as_path_is_narrow(a->as_path))
		put(w, a, ATTR_AS4_PATH, a->as_path);
	if (attrs_has(a, ATTR_AGGREGATOR) && a->aggregator_as > UINT16_MAX)
		put_aggregator(w, ATTR_AS4_AGGREGATOR, a, AS_4_OCTETS);
}

bool
attrs_build(struct wbuf *w, const struct attrs *a, enum family family, bool as4)
{
	size_t start = w->len;
	const struct addr *next_hop = &a->next_hop.addr;

	put(w, a, ATTR_ORIGIN, rbuf_of(&a->origin, 1));
	if (as4)
		put(w, a, ATTR_AS_PATH, a->as_path);
	else
		put_narrow_path(w, a->as_path);
	if (family == FAMILY_V4 && next_hop->family == FAMILY_V4)
		put(w, a, ATTR_NEXT_HOP, rbuf_of(next_hop->bytes, 4));
	if (attrs_has(a, ATTR_MED))
		put_u32(w, a, ATTR_MED, a->med);
	if (attrs_has(a, ATTR_LOCAL_PREF))
		put_u32(w, a, ATTR_LOCAL_PREF, a->local_pref);
	if (attrs_has(a, ATTR_ATOMIC_AGGREGATE))
		put(w, a, ATTR_ATOMIC_AGGREGATE, (struct rbuf){ 0 });
	if (attrs_has(a, ATTR_AGGREGATOR))
		put_aggregator(
		    w, ATTR_AGGREGATOR, a, as4 ? AS_4_OCTETS : AS_2_OCTETS);
	put_list(w, a, ATTR_COMMUNITIES, a->communities);
	if (attrs_has(a, ATTR_ORIGINATOR_ID))
		put_u32(w, a, ATTR_ORIGINATOR_ID, a->originator_id);
	put_list(w, a, ATTR_CLUSTER_LIST, a->cluster_list);
	put_list(w, a, ATTR_EXT_COMMUNITIES, a->ext_communities);
	if (!as4)
		put_as4(w, a);
	put_list(w, a, ATTR_IPV6_EXT_COMMUNITIES, a->ipv6_ext_communities);
	put_list(w, a, ATTR_LARGE_COMMUNITIES, a->large_communities);
	if (attrs_has(a, ATTR_OTC))
		put_u32(w, a, ATTR_OTC, a->otc);
	wbuf_copy(w, a->unknown);
	return wbuf_end(w, start);
}
