/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each known attribute is a row of kinds[]: the function that reads its value, and what
 * a fault in the value or in the flags costs. update_in.c walks the list of attributes
 * and asks this table; so RFC 7606's decisions can be read in one column, beside the
 * section that makes them. A new attribute is a parser and a row, and in attr.c, which
 * builds attributes too, its name and flags.
 *
 * A parser reads one value through a cursor that can't run over, and either notes the
 * attribute in attrs.has or says in a few words what is wrong; it never decides what
 * that costs. Values that are lists are kept as they lie in the message, checked for
 * their length only: whoever needs an item reads it later.
 *
 * Three attributes can't be judged alone. AS_PATH and AS4_PATH wait in attr_state until
 * the whole list is read (RFC 6793 4.2.3), and an MP_REACH_NLRI of a family that was
 * not agreed still counts as prefixes that may have been there (RFC 7606 5.2).
 */
#include "bgpd/wire/attr_table.h"

#include <string.h>

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/bgp.h"

static bool
refuse(struct attr_state *s, const char *what)
{
	s->what = what;
	return false;
}

static void
set(struct attr_state *s, enum attr_code code)
{
	s->u->attrs.has |= ATTR_BIT(code);
}

static bool
origin_parse(struct rbuf r, struct attr_state *s)
{
	uint8_t origin = rbuf_u8(&r);

	if (!rbuf_done(&r))
		return refuse(s, "length is not 1");
	if (origin > ORIGIN_INCOMPLETE)
		return refuse(s, "value is above 2");
	s->u->attrs.origin = origin;
	set(s, ATTR_ORIGIN);
	return true;
}

static bool
as_path_parse(struct rbuf r, struct attr_state *s)
{
	s->what = as_path_check(r, s->ctx->as4 ? AS_4_OCTETS : AS_2_OCTETS);
	if (s->what != NULL)
		return false;
	s->as_path = r;
	set(s, ATTR_AS_PATH);
	return true;
}

static bool
next_hop_parse(struct rbuf r, struct attr_state *s)
{
	const uint8_t *bytes = rbuf_bytes(&r, 4);

	if (!rbuf_done(&r))
		return refuse(s, "length is not 4");
	s->u->reach[0].next_hop.addr = addr_from(FAMILY_V4, bytes);
	set(s, ATTR_NEXT_HOP);
	return true;
}

/* A value of one 32-bit number. */
static bool
number_parse(
    struct rbuf r, struct attr_state *s, enum attr_code code, uint32_t *to)
{
	uint32_t v = rbuf_u32(&r);

	if (!rbuf_done(&r))
		return refuse(s, "length is not 4");
	*to = v;
	set(s, code);
	return true;
}

static bool
med_parse(struct rbuf r, struct attr_state *s)
{
	return number_parse(r, s, ATTR_MED, &s->u->attrs.med);
}

static bool
local_pref_parse(struct rbuf r, struct attr_state *s)
{
	return number_parse(r, s, ATTR_LOCAL_PREF, &s->u->attrs.local_pref);
}

static bool
originator_id_parse(struct rbuf r, struct attr_state *s)
{
	return number_parse(
	    r, s, ATTR_ORIGINATOR_ID, &s->u->attrs.originator_id);
}

static bool
otc_parse(struct rbuf r, struct attr_state *s)
{
	return number_parse(r, s, ATTR_OTC, &s->u->attrs.otc);
}

static bool
atomic_aggregate_parse(struct rbuf r, struct attr_state *s)
{
	if (!rbuf_done(&r))
		return refuse(s, "length is not 0");
	set(s, ATTR_ATOMIC_AGGREGATE);
	return true;
}

static bool
aggregator_parse(struct rbuf r, struct attr_state *s)
{
	uint32_t asn = s->ctx->as4 ? rbuf_u32(&r) : rbuf_u16(&r);
	uint32_t id = rbuf_u32(&r);

	if (!rbuf_done(&r))
		return refuse(s, "length is wrong");
	if (asn == 0) /* RFC 7607 2 */
		return refuse(s, "AS 0");
	s->u->attrs.aggregator_as = asn;
	s->u->attrs.aggregator_id = id;
	set(s, ATTR_AGGREGATOR);
	return true;
}

static bool
as4_path_parse(struct rbuf r, struct attr_state *s)
{
	s->as4_path_has_set = as_path_has_set(r, AS_4_OCTETS);
	s->what = as4_path_check(r);
	if (s->what != NULL)
		return false;
	if (r.left == 0)
		return refuse(s, "length is 0");
	s->as4_path = r;
	return true;
}

static bool
as4_aggregator_parse(struct rbuf r, struct attr_state *s)
{
	uint32_t asn = rbuf_u32(&r);
	uint32_t id = rbuf_u32(&r);

	if (!rbuf_done(&r))
		return refuse(s, "length is not 8");
	if (asn == 0) /* RFC 7607 2 */
		return refuse(s, "AS 0");
	s->has_as4_aggregator = true;
	s->as4_aggregator_as = asn;
	s->as4_aggregator_id = id;
	return true;
}

/* A list of items of size bytes, at least one. */
static bool
list_parse(struct rbuf r, struct attr_state *s, size_t size, struct rbuf *to)
{
	if (r.left == 0 || r.left % size != 0)
		return refuse(s, "length is 0 or not a multiple");
	*to = r;
	return true;
}

static bool
communities_parse(struct rbuf r, struct attr_state *s)
{
	return list_parse(r, s, 4, &s->u->attrs.communities);
}

static bool
cluster_list_parse(struct rbuf r, struct attr_state *s)
{
	return list_parse(r, s, 4, &s->u->attrs.cluster_list);
}

static bool
ext_communities_parse(struct rbuf r, struct attr_state *s)
{
	return list_parse(r, s, 8, &s->u->attrs.ext_communities);
}

static bool
ipv6_ext_communities_parse(struct rbuf r, struct attr_state *s)
{
	return list_parse(r, s, 20, &s->u->attrs.ipv6_ext_communities);
}

static bool
large_communities_parse(struct rbuf r, struct attr_state *s)
{
	return list_parse(r, s, 12, &s->u->attrs.large_communities);
}

/* The family when it is ours and the session's, else FAMILY_NONE. */
static enum family
family_agreed(const struct update_ctx *ctx, uint16_t afi, uint8_t safi)
{
	if ((afi != FAMILY_V4 && afi != FAMILY_V6) || safi != SAFI_UNICAST)
		return FAMILY_NONE;
	return ctx->family[afi] ? afi : FAMILY_NONE;
}

/* RFC 4760 3, RFC 2545 3, RFC 8950 3. */
static bool
mp_next_hop_parse(
    struct rbuf r, enum family family, bool extended, struct next_hop *n)
{
	enum family kind = r.left == 4 ? FAMILY_V4 : FAMILY_V6;

	if (kind != family && !(kind == FAMILY_V6 && extended))
		return false;
	if (r.left != 4 && r.left != 16 && r.left != 32)
		return false;
	n->addr = addr_from(kind, rbuf_bytes(&r, family_bytes(kind)));
	if (r.left == 0)
		return true;

	struct addr second = addr_from(kind, rbuf_bytes(&r, 16));

	if (addr_is_link_local(&second))
		n->link_local = second;
	if (addr_is_zero(&n->addr)) /* a peer that has no other one */
		n->addr = n->link_local;
	return true;
}

static bool
mp_reach_parse(struct rbuf r, struct attr_state *s)
{
	struct update_reach *reach = &s->u->reach[1];
	uint16_t afi = rbuf_u16(&r);
	uint8_t safi = rbuf_u8(&r);
	enum family family = family_agreed(s->ctx, afi, safi);
	struct rbuf next_hop = rbuf_cut(&r, rbuf_u8(&r));

	rbuf_u8(&r); /* reserved */
	if (r.bad)
		return refuse(s, "MP_REACH_NLRI: too short");
	s->mp_reach = true;
	if (family == FAMILY_NONE)
		return true;
	if (!mp_next_hop_parse(
		next_hop, family, s->ctx->extended_next_hop, &reach->next_hop))
		return refuse(s, "MP_REACH_NLRI: bad next hop length");
	reach->nlri = (struct nlri){ r, family, s->ctx->add_path[family], 0 };
	if (!nlri_check(&reach->nlri)) /* RFC 7606 5.3 */
		return refuse(s, "MP_REACH_NLRI: bad prefix");
	return true;
}

static bool
mp_unreach_parse(struct rbuf r, struct attr_state *s)
{
	struct nlri *unreach = &s->u->unreach[1];
	uint16_t afi = rbuf_u16(&r);
	enum family family = family_agreed(s->ctx, afi, rbuf_u8(&r));

	if (r.bad)
		return refuse(s, "MP_UNREACH_NLRI: too short");
	if (family == FAMILY_NONE)
		return true;
	*unreach = (struct nlri){ r, family, s->ctx->add_path[family], 0 };
	if (!nlri_check(unreach)) /* RFC 7606 5.3 */
		return refuse(s, "MP_UNREACH_NLRI: bad prefix");
	return true;
}

/* clang-format off */
static const struct attr_kind kinds[ATTR_CODES] = {
	/* parser, a bad value costs, bad flags cost, from whom */
	[ATTR_ORIGIN] = { /* RFC 7606 7.1 */
	    origin_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_AS_PATH] = { /* RFC 7606 7.2 */
	    as_path_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_NEXT_HOP] = { /* RFC 7606 7.3 */
	    next_hop_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_MED] = { /* RFC 7606 7.4 */
	    med_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_LOCAL_PREF] = { /* RFC 7606 7.5 */
	    local_pref_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_INTERNAL },
	[ATTR_ATOMIC_AGGREGATE] = { /* RFC 7606 7.6 */
	    atomic_aggregate_parse, UPD_DISCARD, UPD_DISCARD, FROM_ALL },
	[ATTR_AGGREGATOR] = { /* RFC 7606 7.7 */
	    aggregator_parse, UPD_DISCARD, UPD_DISCARD, FROM_ALL },
	[ATTR_COMMUNITIES] = { /* RFC 7606 7.8 */
	    communities_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_ORIGINATOR_ID] = { /* RFC 7606 7.9 */
	    originator_id_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_INTERNAL },
	[ATTR_CLUSTER_LIST] = { /* RFC 7606 7.10 */
	    cluster_list_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_INTERNAL },
	/*
	 * Flags, too: RFC 7606 3 (c) leaves them to the attribute's own document, and by
	 * RFC 4760 7 an attribute that is incorrect ends the family, or the session.
	 */
	[ATTR_MP_REACH] = { /* RFC 7606 7.11 */
	    mp_reach_parse, UPD_RESET, UPD_RESET, FROM_ALL },
	[ATTR_MP_UNREACH] = { /* RFC 7606 7.12 */
	    mp_unreach_parse, UPD_RESET, UPD_RESET, FROM_ALL },
	[ATTR_EXT_COMMUNITIES] = { /* RFC 7606 7.14 */
	    ext_communities_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_AS4_PATH] = { /* RFC 6793 6 */
	    as4_path_parse, UPD_DISCARD, UPD_WITHDRAW, FROM_2_OCTETS },
	[ATTR_AS4_AGGREGATOR] = { /* RFC 6793 6 */
	    as4_aggregator_parse, UPD_DISCARD, UPD_WITHDRAW, FROM_2_OCTETS },
	[ATTR_IPV6_EXT_COMMUNITIES] = { /* RFC 7606 7.15 */
	    ipv6_ext_communities_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_LARGE_COMMUNITIES] = { /* RFC 8092 6 */
	    large_communities_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
	[ATTR_OTC] = { /* RFC 9234 5 */
	    otc_parse, UPD_WITHDRAW, UPD_WITHDRAW, FROM_ALL },
};
/* clang-format on */

const struct attr_kind *
attr_kind(uint8_t code)
{
	if (code >= ATTR_CODES || kinds[code].parse == NULL)
		return NULL;
	return &kinds[code];
}

/*
 * IANA's "BGP Path Attributes" as of 2026, without those of kinds[] and without codes
 * that are only marked as taken without a registration (30, 31, 129, 241 to 243).
 */
static const uint8_t registered[] = {
	11,  /* DPA, deprecated (RFC 6938) */
	12,  /* ADVERTISER, deprecated */
	13,  /* RCID_PATH / CLUSTER_ID, deprecated */
	19,  /* SAFI Specific Attribute, deprecated */
	20,  /* Connector, deprecated (RFC 6037) */
	21,  /* AS_PATHLIMIT, deprecated */
	22,  /* PMSI_TUNNEL (RFC 6514) */
	23,  /* Tunnel Encapsulation (RFC 9012) */
	24,  /* Traffic Engineering (RFC 5543) */
	26,  /* AIGP (RFC 7311) */
	27,  /* PE Distinguisher Labels (RFC 6514) */
	28,  /* Entropy Label Capability, deprecated (RFC 7447) */
	29,  /* BGP-LS (RFC 9552) */
	33,  /* BGPsec_PATH (RFC 8205) */
	34,  /* BGP Community Container */
	36,  /* BGP Domain Path, D-PATH */
	37,  /* SFP (RFC 9015) */
	38,  /* BFD Discriminator (RFC 9026) */
	39,  /* BGP Next Hop Dependent Characteristics */
	40,  /* BGP Prefix-SID (RFC 8669) */
	41,  /* BIER (RFC 9793) */
	42,  /* Edge Metadata */
	128, /* ATTR_SET (RFC 6368) */
};

bool
attr_is_registered(uint8_t code)
{
	return memchr(registered, code, sizeof(registered)) != NULL;
}
