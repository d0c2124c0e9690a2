/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we say: an octet for what it is, two for the room, then the values.
 *
 * Each kind of message is a row of kinds[] at the end of the file: a function that
 * takes its values off the input, has them written, and reads the result with the
 * parser that a peer of ours would use. Values may be any that the rest of the daemon
 * could give: paths are made by as_path_prepend() or have been checked, lists are
 * whole, numbers of AS are not 0.
 *
 * What is to hold: a message is written whole or not at all, whatever the room; it is
 * never longer than it was allowed to be; and read again it says the same. Where a peer
 * would refuse what we were told to say, as a next hop that no host can have, only that
 * its parser keeps its head.
 *
 * BMP has no parser here, as a station says nothing: of it only the header is read.
 */
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/bfd.h"
#include "bgpd/wire/bmp.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "encode";

static uint8_t out_bytes[MSG_MAX_EXTENDED + 1];
static uint8_t attr_bytes[MSG_MAX_EXTENDED];
static uint8_t path_bytes[3][MSG_MAX_EXTENDED];
static uint8_t scratch_bytes[UPDATE_SCRATCH(MSG_MAX_EXTENDED)];

/* One message, and nothing behind it. */
static struct rbuf
body_of(const struct wbuf *w, enum msg_type type)
{
	struct rbuf stream = wbuf_read(w, 0);
	struct bgp_err err;
	struct msg msg;

	assert(msg_cut(&stream, MSG_MAX_EXTENDED, &msg, &err) == MSG_WHOLE);
	assert(msg.type == type && stream.left == 0);
	return msg.body;
}

static struct rbuf
list(struct rbuf *r, size_t size)
{
	size_t n = rbuf_u8(r) * size;

	return rbuf_cut(r, n <= r->left ? n : 0);
}

static struct addr
address(struct rbuf *r)
{
	enum family family = rbuf_u8(r) % FAMILIES == 0 ? FAMILY_NONE
	    : r->left >= 16                             ? FAMILY_V6
							: FAMILY_V4;
	struct rbuf bytes = rbuf_cut(r, family_bytes(family));

	return bytes.bad || family == FAMILY_NONE ? (struct addr){ 0 }
						  : addr_from(family, bytes.p);
}

/* Two numbers, each some times. */
static struct rbuf
path(struct rbuf *r)
{
	struct wbuf first = wbuf_of(path_bytes[0], sizeof(path_bytes[0]));
	struct wbuf both = wbuf_of(path_bytes[1], sizeof(path_bytes[1]));
	uint32_t asn[2] = { rbuf_u32(r) | 1, rbuf_u32(r) | 1 };
	unsigned times[2] = { rbuf_u8(r), 2u * rbuf_u8(r) };
	struct rbuf p;

	assert(as_path_prepend(&first, (struct rbuf){ 0 }, asn[0], times[0]));
	assert(as_path_prepend(&both, wbuf_read(&first, 0), asn[1], times[1]));
	p = wbuf_read(&both, 0);
	assert(as_path_check(p, AS_4_OCTETS) == NULL);
	assert(as_path_length(p) == times[0] + times[1]);
	assert(as_path_count(p, asn[0]) >= times[0]);
	return p;
}

static void
attrs(struct rbuf *r, struct attrs *a)
{
	*a = (struct attrs){
		.has = (uint64_t)rbuf_u32(r) << 4 | ATTR_BIT(ATTR_OTC),
		.partial = (uint64_t)rbuf_u32(r) << 4,
		.origin = rbuf_u8(r) % 3,
		.as_path = path(r),
		.next_hop = { address(r), address(r) },
		.med = rbuf_u32(r),
		.aggregator_as = rbuf_u32(r) | 1,
		.aggregator_id = rbuf_u32(r),
	};
	a->local_pref = a->originator_id = a->otc = a->med;
	a->communities = list(r, 4);
	a->ext_communities = list(r, 8);
	a->ipv6_ext_communities = list(r, 20);
	a->large_communities = list(r, 12);
	a->cluster_list = list(r, 4);
}

static uint32_t
fill(struct update_out *o, struct rbuf *r)
{
	struct addr a = { .bytes = { 10 } };
	uint32_t n = rbuf_u16(r), sent = 0;
	unsigned len = rbuf_u8(r) % (family_bits(o->family) + 1u);

	while (sent < n && update_out_add(o, a.bytes, len, sent))
		sent++;
	return sent;
}

/* What o has written, read by a peer of the same agreement. */
static void
read_again(const struct update_out *o, const struct attrs *a, bool as4,
    struct update *u)
{
	const struct update_ctx ctx = { .as4 = as4,
		.family = { false, true, true },
		.add_path = { false, o->add_path, o->add_path },
		.extended_next_hop = true };
	struct wbuf scratch = wbuf_of(scratch_bytes, sizeof(scratch_bytes));
	struct bgp_err err;
	enum upd_verdict v =
	    update_parse(body_of(o->w, MSG_UPDATE), &ctx, &scratch, u, &err);

	if (a == NULL) {
		assert(v == UPD_OK);
		return;
	}
	/* It is we who are to give hosts' addresses only. */
	assert(v == UPD_OK || v == UPD_WITHDRAW);
	assert(u->attrs.med == a->med || !attrs_has(a, ATTR_MED));
	assert(rbuf_eq(u->attrs.cluster_list, a->cluster_list));
	assert(rbuf_eq(u->attrs.communities, a->communities));
	assert(as_path_length(u->attrs.as_path) == as_path_length(a->as_path));
	assert(!attrs_has(a, ATTR_AGGREGATOR) ||
	    u->attrs.aggregator_as == a->aggregator_as ||
	    a->aggregator_as == AS_TRANS);
}

static struct update_out
update_begin(struct rbuf *r, struct wbuf *w, uint8_t how)
{
	return (struct update_out){ .w = w,
		.max = how & 1 ? MSG_MAX_EXTENDED : rbuf_u16(r),
		.family = how & 2 ? FAMILY_V6 : FAMILY_V4,
		.add_path = how & 4 };
}

static void
say_reach(struct rbuf *r, struct wbuf *w)
{
	struct wbuf encoded = wbuf_of(attr_bytes, sizeof(attr_bytes));
	uint8_t how = rbuf_u8(r);
	struct update_out o = update_begin(r, w, how);
	size_t room = rbuf_u16(r);
	bool as4 = how & 8;
	struct attrs a;
	struct update u;

	attrs(r, &a);
	attrs_has_community(&a, COMMUNITY_NO_EXPORT);
	encoded.cap = how & 16 ? room : encoded.cap;
	if (!attrs_build(&encoded, &a, o.family, as4)) {
		assert(encoded.len == 0);
		return;
	}
	if (a.next_hop.addr.family == FAMILY_NONE ||
	    !update_out_reach(&o, &a.next_hop, wbuf_read(&encoded, 0)))
		return;
	uint32_t sent = fill(&o, r);

	assert(update_out_end(&o) == (sent > 0));
	if (sent == 0 || (a.next_hop.addr.family == FAMILY_V4 && how & 2))
		return;
	assert(w->len <= o.max);
	read_again(&o, &a, as4, &u);
	assert(u.reach[0].nlri.count + u.reach[1].nlri.count == sent);
}

static void
say_unreach(struct rbuf *r, struct wbuf *w)
{
	struct update_out o = update_begin(r, w, rbuf_u8(r));
	struct update u;

	if (!update_out_unreach(&o))
		return;
	uint32_t sent = fill(&o, r);

	if (!update_out_end(&o))
		return;
	read_again(&o, NULL, true, &u);
	assert(u.unreach[0].count + u.unreach[1].count == sent);
}

static void
say_eor(struct rbuf *r, struct wbuf *w)
{
	struct update_out o = { .w = w, .family = rbuf_u8(r) % 2 + 1 };
	struct update u;

	if (!eor_build(w, o.family))
		return;
	read_again(&o, NULL, true, &u);
	assert(u.eor == o.family);
}

/* A text of the rest; it ends before the first zero. */
static void
say_notification(struct rbuf *r, struct wbuf *w)
{
	uint8_t how = rbuf_u8(r), code = rbuf_u8(r), subcode = rbuf_u8(r);
	struct bgp_err err = { code, subcode, "fuzz", *r };
	struct notification n;
	char text[512] = "";
	bool said;

	memcpy(text, r->p, r->left < sizeof(text) ? r->left : sizeof(text) - 1);
	if (how % 3 == 0)
		said = notification_build(w, &err);
	else if (how % 3 == 1)
		said = notification_build_cease(
		    w, subcode, how & 0x80 ? NULL : text);
	else
		said = notification_build_hard(w, subcode, text);
	if (!said)
		return;
	assert(notification_parse(body_of(w, MSG_NOTIFICATION), &n));
	assert(how % 3 == 0 || (n.code == ERR_CEASE && n.subcode == subcode));
	assert(how % 3 == 0 || n.text.left <= SHUTDOWN_TEXT);
	assert(how % 3 != 2 || n.hard);
}

static void
say_refresh(struct rbuf *r, struct wbuf *w)
{
	struct refresh f = { rbuf_u8(r) % 2 + 1, rbuf_u8(r) % REFRESH_UNKNOWN };
	struct refresh again;
	struct bgp_err err;

	if (!refresh_build(w, &f))
		return;
	assert(
	    refresh_parse(body_of(w, MSG_ROUTE_REFRESH), true, &again, &err));
	assert(again.family == f.family && again.kind == f.kind);
}

static struct caps
capabilities(struct rbuf *r)
{
	uint8_t bits = rbuf_u8(r), modes = rbuf_u8(r), more = rbuf_u8(r);
	struct caps c = {
		.family = { false, bits & 1, bits & 2 },
		.as4 = bits & 4,
		.route_refresh = bits & 8,
		.enhanced_refresh = bits & 16,
		.extended_message = bits & 32,
		.extended_next_hop = bits & 64,
		.add_path = { 0, modes & 3, modes >> 2 & 3 },
		.has_role = bits & 128,
		.role = modes >> 4,
	};

	if (more & 1)
		c.restart = (struct caps_restart){ true, more & 2, more & 4,
			rbuf_u16(r) & 0xfff, { false, more & 8, more & 16 },
			{ false, more & 8 && more & 32,
			    more & 16 && more & 64 } };
	if (more & 128)
		c.long_lived = (struct caps_long_lived){ true,
			{ false, more & 8, more & 16 },
			{ false, more & 8 && more & 32,
			    more & 16 && more & 64 },
			{ 0, more & 8 ? rbuf_u16(r) * 256u : 0,
			    more & 16 ? rbuf_u16(r) : 0 } };
	if (!c.has_role)
		c.role = 0;
	return c;
}

static void
say_open(struct rbuf *r, struct wbuf *w)
{
	uint8_t how = rbuf_u8(r);
	struct bgp_open o = { .asn = rbuf_u32(r) | 1,
		.hold_time = rbuf_u16(r) | 4,
		.router_id = rbuf_u32(r) | 1,
		.has_caps = how & 1,
		.caps = capabilities(r) };
	struct caps theirs = capabilities(r);
	struct caps ab = caps_agree(&o.caps, &theirs);
	struct caps ba = caps_agree(&theirs, &o.caps);
	struct bgp_open again;
	struct bgp_err err;

	assert(memcmp(ab.family, ba.family, sizeof(ab.family)) == 0);
	assert(!(ab.add_path[FAMILY_V4] & ADD_PATH_SEND) ==
	    !(ba.add_path[FAMILY_V4] & ADD_PATH_RECEIVE));
	if (!open_build(w, &o) || !o.has_caps)
		return;
	if (!open_parse(body_of(w, MSG_OPEN), &again, &err)) {
		assert(
		    !o.caps.as4); /* a number of 4 octets, and no word of it */
		return;
	}
	assert(again.seen.ignored == 0);
	if (o.caps.family[FAMILY_V4] || o.caps.family[FAMILY_V6])
		assert(memcmp(&o.caps.family, &again.caps.family,
			   sizeof(again.caps.family)) == 0);
	assert(again.caps.role == o.caps.role);
	assert(again.caps.restart.time == o.caps.restart.time);
	assert(again.caps.long_lived.time[FAMILY_V4] ==
	    o.caps.long_lived.time[FAMILY_V4]);
}

static bool
bmp_build(struct rbuf *r, struct wbuf *w, const char *text, uint8_t kind)
{
	struct bmp_peer p = { .type = rbuf_u8(r),
		.addr = address(r),
		.asn = rbuf_u32(r),
		.id = 1,
		.at = (uint64_t)rbuf_u32(r) * 1000 + 999 };
	struct bmp_up up = { .local = address(r),
		.sent = list(r, 1),
		.table = kind & 0x80 ? text : NULL };
	struct bmp_count counts[] = { { BMP_STAT_AS_PATH_LOOP, 1 },
		{ BMP_STAT_ADJ_RIB_IN, UINT64_MAX }, { BMP_STAT_LOC_RIB, 2 } };

	switch ((enum bmp_type)(kind & 0x7f)) {
	case BMP_ROUTE_MONITORING:
		return bmp_route(w, &p, *r);
	case BMP_STATISTICS:
		return bmp_statistics(w, &p, counts, 3);
	case BMP_PEER_DOWN:
		return bmp_down(w, &p, BMP_DOWN_PEER, *r);
	case BMP_PEER_UP:
		return bmp_up(w, &p, &up);
	case BMP_INITIATION:
		return bmp_initiation(w, text, text);
	default:
		return bmp_termination(w, BMP_END_ADMIN);
	}
}

/* RFC 7854 4.1: version, length, type. */
static void
say_bmp(struct rbuf *r, struct wbuf *w)
{
	uint8_t kind = rbuf_u8(r);
	uint8_t type =
	    (kind & 0x7f) < BMP_TERMINATION ? kind & 0x7f : BMP_TERMINATION;

	if (!bmp_build(r, w, "fuzz", kind)) {
		assert(w->len == 0);
		return;
	}
	struct rbuf said = wbuf_read(w, 0);

	assert(rbuf_u8(&said) == 3 && rbuf_u32(&said) == w->len);
	assert(rbuf_u8(&said) == type);
}

/* The rest is a path of 2-octet numbers; what stands behind a mark, one of 4. */
static void
say_path(struct rbuf *r, struct wbuf *w)
{
	struct wbuf wide = wbuf_of(path_bytes[2], sizeof(path_bytes[2]));
	struct rbuf narrow = list(r, 1), as4 = *r;

	if (as_path_check(narrow, AS_2_OCTETS) != NULL)
		return;
	if (as4_path_check(as4) != NULL)
		as4.left = 0;
	as_path_has_set(as4, AS_4_OCTETS);
	if (!as4_path_drop_confed(&wide, as4))
		return;
	if (!as_path_merge(w, narrow, wbuf_read(&wide, 0))) {
		assert(w->len == 0);
		return;
	}
	struct rbuf merged = wbuf_read(w, 0);

	assert(as_path_check(merged, AS_4_OCTETS) == NULL);
	wide.len = 0;
	assert(as_path_narrow(&wide, merged));
	assert(as_path_check(wbuf_read(&wide, 0), AS_2_OCTETS) == NULL);
	wide.len = 0;
	assert(as_path_prepend(&wide, merged, 65001, 3));
	assert(as_path_first(wbuf_read(&wide, 0)) == 65001);
}

static void
say_names(struct rbuf *r, struct wbuf *w)
{
	uint8_t a = rbuf_u8(r), b = rbuf_u8(r);

	(void)w;
	assert(*attr_name(a) != '\0' && *msg_name(a) != '\0');
	assert(*notification_code_name(a) != '\0');
	assert(*notification_subcode_name(a, b) != '\0');
	assert(*bfd_state_name(a % BFD_STATES) != '\0');
	assert(*bfd_diag_name(a) != '\0' && *bfd_auth_name(a) != '\0');
	assert(*bfd_fault_name(a % BFD_FAULTS) != '\0');
}

static void
say_bfd(struct rbuf *r, struct wbuf *w)
{
	struct bfd_packet p, again;
	uint8_t auth;
	struct rbuf bytes = *r;

	if (bfd_parse(bytes, &p, &auth) != BFD_GOOD || !bfd_build(w, &p))
		return;
	assert(bfd_parse(wbuf_read(w, 0), &again, &auth) == BFD_GOOD);
	assert(again.mine == p.mine && again.yours == p.yours);
	assert(again.state == p.state && again.poll == p.poll &&
	    again.final == p.final && again.demand == p.demand);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const kinds[])(struct rbuf *, struct wbuf *) = {
		say_reach,
		say_unreach,
		say_eor,
		say_notification,
		say_refresh,
		say_open,
		say_bmp,
		say_path,
		say_names,
		say_bfd,
	};
	struct rbuf r = rbuf_of(bytes, size);
	uint8_t kind = rbuf_u8(&r);
	struct wbuf w = wbuf_of(out_bytes, rbuf_u16(&r));

	if (r.bad)
		return 0;
	if (w.cap == 0)
		w.cap = sizeof(out_bytes);
	kinds[kind % (sizeof(kinds) / sizeof(kinds[0]))](&r, &w);
	assert(w.len <= w.cap);
	return 0;
}
