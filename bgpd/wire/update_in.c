/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An UPDATE is read in four steps. The three fields are cut and the prefixes of the two
 * plain ones checked (fields_parse). Each attribute is read by its row of attr_table.c
 * (attrs_parse); a fault is noted with its cost, and only one that costs the session
 * stops the walk. What AS_PATH and AS4_PATH say together is put into one path
 * (as4_merge). At last whole_check() asks what no attribute shows alone: mandatory ones
 * that are missing, the first AS, next hops that no host has; only an UPDATE that
 * announces something has to have these.
 *
 * The verdict is the worst cost that was noted. Treat-as-withdraw needs prefixes to
 * withdraw: without any, a damaged attribute may have been the MP_REACH_NLRI, and the
 * session is reset (RFC 7606 5.2).
 *
 * Nothing is copied: what struct update holds lies in the message or, where bytes had
 * to change (Partial, merged paths), in the caller's scratch buffer.
 */
#include "bgpd/wire/update_in.h"

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr_table.h"

/* One attribute as it stands in the message. */
struct attr {
	uint8_t flags, code;
	struct rbuf value;
	struct rbuf whole; /* header and value */
};

static enum upd_verdict
verdict_of(const struct update *u)
{
	if (u->withdrawn != 0)
		return UPD_WITHDRAW;
	return u->discarded != 0 ? UPD_DISCARD : UPD_OK;
}

/* Notes a fault that costs less than the session. */
static void
fault(struct update *u, uint8_t code, enum upd_verdict cost, const char *what)
{
	if (code >= ATTR_CODES)
		code = ATTR_LIST;
	if (cost > verdict_of(u)) {
		u->what = what;
		u->what_attr = code;
	}
	if (cost == UPD_WITHDRAW)
		u->withdrawn |= ATTR_BIT(code);
	else
		u->discarded |= ATTR_BIT(code);
}

/* RFC 4271 4.3, RFC 7606 4: false when it runs over the list. */
static bool
attr_take(struct rbuf *list, struct attr *a)
{
	struct rbuf start = *list;

	a->flags = rbuf_u8(list);
	a->code = rbuf_u8(list);
	size_t n = a->flags & ATTR_EXTENDED ? rbuf_u16(list) : rbuf_u8(list);
	a->value = rbuf_cut(list, n);
	a->whole = rbuf_cut(&start, start.left - list->left);
	return !list->bad;
}

static bool
seen_before(struct attr_state *s, uint8_t code)
{
	uint32_t bit = UINT32_C(1) << code % 32;
	bool was = s->seen[code / 32] & bit;

	s->seen[code / 32] |= bit;
	return was;
}

/* RFC 7606 3 (g). */
static bool
attr_again(const struct attr *a, struct attr_state *s, struct bgp_err *err)
{
	if (a->code == ATTR_MP_REACH || a->code == ATTR_MP_UNREACH) {
		s->u->what_attr = a->code;
		return bgp_refuse(err, ERR_UPDATE, UPDATE_LIST,
		    "UPDATE: an MP attribute occurs twice");
	}
	fault(s->u, a->code, UPD_DISCARD, "occurs more than once");
	return true;
}

/* RFC 4271 6.3; of a code that is known to be optional, RFC 7606 3 (c). */
static bool
unknown_well_known(
    const struct attr *a, struct attr_state *s, struct bgp_err *err)
{
	if (!attr_is_registered(a->code))
		return bgp_refuse_data(err, ERR_UPDATE, UPDATE_UNKNOWN,
		    "UPDATE: unknown well-known attribute", a->whole);
	fault(s->u, a->code, UPD_WITHDRAW, "attribute flags are wrong");
	return true;
}

/* RFC 4271 5: passed on when it is transitive, with Partial set. */
static bool
unknown_take(const struct attr *a, struct attr_state *s, struct wbuf *scratch,
    struct bgp_err *err)
{
	if (!(a->flags & ATTR_OPTIONAL))
		return unknown_well_known(a, s, err);
	if (!(a->flags & ATTR_TRANSITIVE))
		return true;

	struct rbuf rest = a->whole;

	rbuf_u8(&rest);
	wbuf_u8(scratch, a->flags | ATTR_PARTIAL);
	wbuf_copy(scratch, rest);
	return true;
}

static bool
attr_is_welcome(const struct attr_kind *kind, const struct update_ctx *ctx)
{
	switch (kind->scope) {
	case FROM_INTERNAL: /* RFC 7606 7.5, 7.9, 7.10 */
		return !ctx->ebgp;
	case FROM_2_OCTETS: /* RFC 6793 6 */
		return !ctx->as4;
	default:
		return true;
	}
}

/* False and err when the session has to end. */
static bool
known_parse(const struct attr *a, const struct attr_kind *kind,
    struct attr_state *s, struct bgp_err *err)
{
	const uint8_t checked = ATTR_OPTIONAL | ATTR_TRANSITIVE;
	uint8_t flags = attr_flags(a->code);
	enum upd_verdict cost;

	if (!attr_is_welcome(kind, s->ctx)) {
		s->what = "not expected from this peer";
		cost = UPD_DISCARD;
	} else if ((a->flags & checked) != flags) { /* RFC 7606 3 (c) */
		s->what = "attribute flags are wrong";
		cost = kind->flags_cost;
	} else if (kind->parse(a->value, s)) {
		if ((a->flags & ATTR_PARTIAL) != 0 && flags == checked)
			s->u->attrs.partial |= ATTR_BIT(a->code);
		return true;
	} else {
		cost = kind->cost;
	}
	if (cost == UPD_RESET) {
		s->u->what_attr = a->code;
		return bgp_refuse_data(
		    err, ERR_UPDATE, UPDATE_OPTIONAL, s->what, a->whole);
	}
	fault(s->u, a->code, cost, s->what);
	return true;
}

static bool
attrs_parse(struct rbuf list, struct attr_state *s, struct wbuf *scratch,
    struct bgp_err *err)
{
	struct attr a;

	while (list.left > 0) {
		if (!attr_take(&list, &a)) {
			fault(s->u, ATTR_LIST, UPD_WITHDRAW,
			    "an attribute runs over the list");
			break;
		}
		s->count++;

		const struct attr_kind *kind = attr_kind(a.code);
		bool good = seen_before(s, a.code) ? attr_again(&a, s, err)
		    : kind == NULL ? unknown_take(&a, s, scratch, err)
				   : known_parse(&a, kind, s, err);

		if (!good)
			return false;
	}
	s->u->attrs.unknown = wbuf_read(scratch, 0);
	return true;
}

/* RFC 6793 6: what confederations left in it goes, the rest counts. */
static struct rbuf
as4_path_clean(struct attr_state *s, struct wbuf *scratch)
{
	size_t start = scratch->len;

	if (!as4_path_drop_confed(scratch, s->as4_path))
		scratch->bad = true;
	struct rbuf path = wbuf_read(scratch, start);

	if (path.left < s->as4_path.left)
		fault(
		    s->u, ATTR_AS4_PATH, UPD_DISCARD, "confederation segments");
	return path;
}

/*
 * RFC 6793 4.2.3: from a peer with 2-octet AS numbers the real path and aggregator
 * are put together, unless somebody who does not know of it has aggregated since.
 */
static void
as4_merge(struct attr_state *s, struct wbuf *scratch)
{
	struct attrs *attrs = &s->u->attrs;

	if (s->ctx->as4) {
		attrs->as_path = s->as_path;
		return;
	}
	if (s->as4_path_has_set) /* RFC 9774 3 */
		fault(s->u, ATTR_AS4_PATH, UPD_WITHDRAW, "AS_SET");
	if (attrs_has(attrs, ATTR_AGGREGATOR)) {
		if (attrs->aggregator_as != AS_TRANS) {
			s->as4_path = (struct rbuf){ 0 };
		} else if (s->has_as4_aggregator) {
			attrs->aggregator_as = s->as4_aggregator_as;
			attrs->aggregator_id = s->as4_aggregator_id;
		}
	}
	struct rbuf as4_path = as4_path_clean(s, scratch);
	size_t start = scratch->len;

	if (!as_path_merge(scratch, s->as_path, as4_path))
		scratch->bad = true;
	attrs->as_path = wbuf_read(scratch, start);
}

/* RFC 4271 6.3: an address that no host can have. */
static bool
next_hop_is_sound(const struct next_hop *n)
{
	static const struct addr loopback = { FAMILY_V6, { [15] = 1 } };
	const uint8_t *a = n->addr.bytes;

	if (n->addr.family == FAMILY_V4)
		return a[0] != 0 && a[0] != 127 && a[0] < 224;
	return a[0] != 0xff && !addr_is_zero(&n->addr) &&
	    !addr_eq(&n->addr, &loopback);
}

static void
next_hops_check(struct update *u)
{
	bool missing = !attrs_has(&u->attrs, ATTR_NEXT_HOP);

	if (u->reach[0].nlri.count > 0 && missing)
		fault(u, ATTR_NEXT_HOP, UPD_WITHDRAW, "missing");
	else if (u->reach[0].nlri.count > 0 &&
	    !next_hop_is_sound(&u->reach[0].next_hop))
		fault(u, ATTR_NEXT_HOP, UPD_WITHDRAW, "not a host's address");
	if (u->reach[1].nlri.count > 0 &&
	    !next_hop_is_sound(&u->reach[1].next_hop))
		fault(u, ATTR_MP_REACH, UPD_WITHDRAW,
		    "next hop is not a host's address");
}

/* What no attribute shows alone. Only asked when prefixes are announced. */
static void
whole_check(struct update *u, const struct update_ctx *ctx)
{
	if (!attrs_has(&u->attrs, ATTR_ORIGIN)) /* RFC 7606 3 (d) */
		fault(u, ATTR_ORIGIN, UPD_WITHDRAW, "missing");
	if (!attrs_has(&u->attrs, ATTR_AS_PATH))
		fault(u, ATTR_AS_PATH, UPD_WITHDRAW, "missing");
	else if (ctx->ebgp && ctx->first_as && /* RFC 4271 6.3 */
	    as_path_first(u->attrs.as_path) != ctx->peer_as)
		fault(u, ATTR_AS_PATH, UPD_WITHDRAW,
		    "the first AS is not the peer's");
	next_hops_check(u);
}

/* The plain fields, which are IPv4 (RFC 4271 4.3, RFC 7606 5.3). */
static bool
plain_check(struct nlri *n, const char *what, struct bgp_err *err)
{
	return nlri_check(n) ||
	    bgp_refuse(err, ERR_UPDATE, UPDATE_NETWORK, what);
}

/* RFC 4271 4.3: cuts the three fields and checks the prefixes in two of them. */
static bool
fields_parse(struct rbuf r, const struct update_ctx *ctx, struct update *u,
    struct rbuf *list, struct bgp_err *err)
{
	struct nlri plain = {
		.family = FAMILY_V4,
		.add_path = ctx->add_path[FAMILY_V4],
	};

	u->unreach[0] = u->reach[0].nlri = plain;
	u->unreach[0].bytes = rbuf_cut(&r, rbuf_u16(&r));
	*list = rbuf_cut(&r, rbuf_u16(&r));
	u->reach[0].nlri.bytes = r;
	if (r.bad) /* RFC 4271 6.3 */
		return bgp_refuse(err, ERR_UPDATE, UPDATE_LIST,
		    "UPDATE: lengths do not add up");
	return plain_check(
		   &u->unreach[0], "UPDATE: bad withdrawn prefix", err) &&
	    plain_check(&u->reach[0].nlri, "UPDATE: bad prefix", err);
}

/* RFC 4724 2: nothing in it, or an empty MP_UNREACH_NLRI alone. */
static enum family
eor_family(const struct update *u, const struct attr_state *s)
{
	if (u->unreach[0].count > 0 || u->reach[0].nlri.count > 0)
		return FAMILY_NONE;
	if (s->count == 0)
		return s->ctx->family[FAMILY_V4] ? FAMILY_V4 : FAMILY_NONE;
	if (s->count == 1 && u->unreach[1].count == 0)
		return u->unreach[1].family;
	return FAMILY_NONE;
}

/* RFC 4760 8: prefixes of a family that is not agreed are ignored. */
static void
plain_ignore(struct update *u)
{
	u->unreach[0] = u->reach[0].nlri = (struct nlri){ 0 };
}

enum upd_verdict
update_parse(struct rbuf r, const struct update_ctx *ctx, struct wbuf *scratch,
    struct update *u, struct bgp_err *err)
{
	struct attr_state s = { .ctx = ctx, .u = u };
	struct rbuf list;

	*u = (struct update){ 0 };
	wbuf_rewind(scratch, 0);
	if (!fields_parse(r, ctx, u, &list, err) ||
	    !attrs_parse(list, &s, scratch, err))
		return UPD_RESET;

	bool reach = u->reach[0].nlri.count > 0 || s.mp_reach;

	as4_merge(&s, scratch);
	if (reach)
		whole_check(u, ctx);
	if (scratch->bad)
		fault(u, ATTR_LIST, UPD_WITHDRAW, "no room for the attributes");

	enum upd_verdict verdict = verdict_of(u);

	/* RFC 7606 5.2: the damaged attribute may have been the MP_REACH_NLRI. */
	if (verdict == UPD_WITHDRAW && !reach) {
		bgp_refuse(err, ERR_UPDATE, UPDATE_LIST,
		    "UPDATE: bad attributes without a prefix");
		return UPD_RESET;
	}
	if (verdict == UPD_OK)
		u->eor = eor_family(u, &s);
	if (!ctx->family[FAMILY_V4])
		plain_ignore(u);
	return verdict;
}
