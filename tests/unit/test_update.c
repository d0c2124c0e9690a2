/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPDATEs as hex and what is read from them, with the verdict of RFC 7606 for each kind
 * of fault: rows of doc/bgp.md stand at their tests. Most give only the attributes
 * behind the mandatory ones, or the NLRI, and the rest is put around them. Those that
 * are not about what was agreed are tried with path ids and with RFC 8950 as well.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/update_in.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define ORIGIN "40 01 01 00 "
#define AS_PATH "40 02 06 02 01 0000fde9 "
#define NEXT_HOP "40 03 04 0a000001 "
#define MANDATORY ORIGIN AS_PATH NEXT_HOP
#define LOCAL_PREF "40 05 04 00000064 "
#define NLRI "18 0a0100 "
#define HOP6 "20010db8 00000000 00000000 00000001 "
#define MP_REACH "80 0e 1e 0002 01 10 " HOP6 "00 40 20010db8 00000001 "
#define MP_UNREACH "80 0f 0c 0002 01 40 20010db8 00000001 "

static const struct update_ctx external = {
	.ebgp = true,
	.as4 = true,
	.first_as = true,
	.peer_as = 65001,
	.family = { false, true, true },
};
/* What may be agreed beside that; path ids are put before prefixes of IPv4. */
struct agreed_too {
	const char *name;
	bool path_ids, extended_next_hop;
};
static const struct agreed_too agreed_too[] = {
	{ "with path ids", true, false },
	{ "with RFC 8950", false, true },
	{ "with both", true, true },
};
static const struct agreed_too *too; /* NULL: nothing */
static struct update_ctx ctx;
static struct update u;
static struct bgp_err err;
static uint8_t room[UPDATE_SCRATCH(65535)];

static int
setup(void **state)
{
	too = *state;
	ctx = external;
	if (too != NULL) {
		ctx.add_path[FAMILY_V4] = too->path_ids;
		ctx.extended_next_hop = too->extended_next_hop;
	}
	return 0;
}

static enum upd_verdict
parse_body(struct rbuf body)
{
	struct wbuf scratch = wbuf_of(room, UPDATE_SCRATCH(body.left));

	err = (struct bgp_err){ 0 };
	return update_parse(body, &ctx, &scratch, &u, &err);
}

/* One prefix, or none. */
static void
put_prefix(struct wbuf *w, struct rbuf prefix)
{
	if (too != NULL && too->path_ids && prefix.left > 0)
		wbuf_u32(w, 33);
	wbuf_copy(w, prefix);
}

static enum upd_verdict
parse_fields(struct rbuf withdrawn, struct rbuf attrs, struct rbuf nlri)
{
	static uint8_t bytes[65535];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	size_t at = wbuf_mark16(&w);

	put_prefix(&w, withdrawn);
	wbuf_fill16(&w, at);
	at = wbuf_mark16(&w);
	wbuf_copy(&w, attrs);
	wbuf_fill16(&w, at);
	put_prefix(&w, nlri);
	assert_false(w.bad);
	return parse_body(exact_copy(bytes, w.len));
}

static enum upd_verdict
parse(const char *withdrawn, const char *attrs, const char *nlri)
{
	return parse_fields(hex(withdrawn), hex(attrs), hex(nlri));
}

/* What these attributes behind the mandatory ones cost. */
static enum upd_verdict
cost(const char *attrs)
{
	struct rbuf more = hex(attrs);
	struct rbuf good = hex(MANDATORY);
	struct wbuf w =
	    wbuf_of(exact_block(good.left + more.left), good.left + more.left);

	wbuf_copy(&w, good);
	wbuf_copy(&w, more);
	return parse_fields(hex(""), wbuf_read(&w, 0), hex(NLRI));
}

static void
resets(enum upd_verdict verdict, uint8_t subcode)
{
	assert_int_equal(verdict, UPD_RESET);
	assert_int_equal(err.code, ERR_UPDATE);
	assert_int_equal(err.subcode, subcode);
	assert_non_null(err.what);
}

static void
withdraws(enum upd_verdict verdict, uint8_t code)
{
	assert_int_equal(verdict, UPD_WITHDRAW);
	assert_true(u.withdrawn & ATTR_BIT(code));
	assert_non_null(u.what);
}

static void
discards(enum upd_verdict verdict, uint8_t code)
{
	assert_int_equal(verdict, UPD_DISCARD);
	assert_int_equal(u.discarded, ATTR_BIT(code));
	assert_non_null(u.what);
}

static void
next_is(struct nlri *n, const char *text)
{
	char got[PREFIX_TEXT];
	struct prefix p;
	uint32_t id;

	assert_true(nlri_next(n, &p, &id));
	assert_string_equal(prefix_print(&p, got), text);
}

TEST(an_ipv4_route_is_read)
{
	char text[ADDR_TEXT];

	assert_int_equal(
	    parse("10 0a02", MANDATORY "80 04 04 00000007", NLRI), UPD_OK);
	next_is(&u.unreach[0], "10.2.0.0/16");
	next_is(&u.reach[0].nlri, "10.1.0.0/24");
	assert_int_equal(u.reach[1].nlri.count, 0);
	assert_int_equal(u.eor, FAMILY_NONE);

	struct attrs a = update_attrs(&u, 0);

	assert_string_equal(addr_print(&a.next_hop.addr, text), "10.0.0.1");
	assert_int_equal(a.origin, ORIGIN_IGP);
	assert_int_equal(as_path_first(a.as_path), 65001);
	assert_true(attrs_has(&a, ATTR_MED));
	assert_int_equal(a.med, 7);
	assert_false(attrs_has(&a, ATTR_LOCAL_PREF));
}

TEST(an_ipv6_route_is_read)
{
	char text[ADDR_TEXT];

	assert_int_equal(parse("", MP_REACH ORIGIN AS_PATH, ""), UPD_OK);
	next_is(&u.reach[1].nlri, "2001:db8:0:1::/64");

	struct attrs a = update_attrs(&u, 1);

	assert_string_equal(addr_print(&a.next_hop.addr, text), "2001:db8::1");
	assert_int_equal(parse("", MP_UNREACH, ""), UPD_OK);
	next_is(&u.unreach[1], "2001:db8:0:1::/64");
	assert_int_equal(u.eor, FAMILY_NONE);
}

TEST(a_link_local_next_hop_stands_beside)
{
	char text[ADDR_TEXT];

	assert_int_equal(
	    parse("",
		ORIGIN AS_PATH "80 0e 26 0002 01 20 " HOP6
			       "fe800000 00000000 00000000 00000002 00 00",
		""),
	    UPD_OK);
	assert_string_equal(
	    addr_print(&u.reach[1].next_hop.addr, text), "2001:db8::1");
	assert_string_equal(
	    addr_print(&u.reach[1].next_hop.link_local, text), "fe80::2");
}

/* As sent where a link has no other addresses (BIRD, FRR). */
TEST(a_link_local_next_hop_stands_for_none)
{
	char text[ADDR_TEXT];

	assert_int_equal(
	    parse("",
		ORIGIN AS_PATH "80 0e 26 0002 01 20 "
			       "00000000 00000000 00000000 00000000 "
			       "fe800000 00000000 00000000 00000002 00 00",
		""),
	    UPD_OK);
	assert_string_equal(
	    addr_print(&u.reach[1].next_hop.addr, text), "fe80::2");
	withdraws(
	    parse("",
		ORIGIN AS_PATH "80 0e 26 0002 01 20 "
			       "00000000 00000000 00000000 00000000 "
			       "20010db8 00000000 00000000 00000002 00 00",
		""),
	    ATTR_MP_REACH);
}

TEST(every_list_is_read)
{
	ctx.ebgp = false;
	assert_int_equal(cost(LOCAL_PREF "40 06 00 c0 07 08 0000fdea 0a000009 "
					 "c0 08 04 ffff0000 80 09 04 0a000007 "
					 "80 0a 08 00000001 00000002 "
					 "c0 10 08 0002fde9 00000064 "
					 "c0 19 14 0002 " HOP6 "fde9 "
					 "c0 20 0c 0000fc05 0000012c 00000064 "
					 "c0 23 04 0000fde9"),
	    UPD_OK);
	assert_int_equal(u.attrs.local_pref, 100);
	assert_true(attrs_has(&u.attrs, ATTR_ATOMIC_AGGREGATE));
	assert_int_equal(u.attrs.aggregator_as, 65002);
	assert_true(attrs_has_community(&u.attrs, COMMUNITY_GRACEFUL_SHUTDOWN));
	assert_false(attrs_has_community(&u.attrs, COMMUNITY_NO_EXPORT));
	assert_int_equal(u.attrs.originator_id, 0x0a000007);
	assert_int_equal(u.attrs.cluster_list.left, 8);
	assert_int_equal(u.attrs.ext_communities.left, 8);
	assert_int_equal(u.attrs.ipv6_ext_communities.left, 20);
	assert_int_equal(u.attrs.large_communities.left, 12);
	assert_int_equal(u.attrs.otc, 65001);
}

/* doc/bgp.md 15 */
TEST(lengths_over_the_message_reset)
{
	resets(parse_body(hex("0001 0000")), UPDATE_LIST);
	resets(parse_body(hex("0000 0001")), UPDATE_LIST);
	resets(parse_body(hex("ffff ffff 00")), UPDATE_LIST);
	resets(parse_body(hex("0000 00")), UPDATE_LIST);
}

/* doc/bgp.md 16 */
TEST(an_attribute_over_the_list_withdraws)
{
	withdraws(cost("c0 08 05 00000001"), ATTR_LIST);
	withdraws(cost("c0 08"), ATTR_LIST);    /* < 3 bytes */
	withdraws(cost("d0 08 00"), ATTR_LIST); /* < 4 with Extended Length */
	resets(parse("", ORIGIN "c0 08 05 00000001", ""), UPDATE_LIST);
	/* the MP_REACH_NLRI behind it was not seen */
	resets(parse("", ORIGIN AS_PATH "c0 08 ff " MP_REACH, ""), UPDATE_LIST);
	withdraws(
	    parse("", MP_REACH ORIGIN AS_PATH "c0 08 ff 00", ""), ATTR_LIST);
}

/* doc/bgp.md 17 */
TEST(of_two_attributes_the_first_is_kept)
{
	discards(cost("80 04 04 00000001 80 04 04 00000002"), ATTR_MED);
	assert_int_equal(u.attrs.med, 1);
	discards(cost("c0 63 01 aa c0 63 01 bb"), ATTR_LIST); /* unknown */
	assert_true(rbuf_eq(u.attrs.unknown, hex("e0 63 01 aa")));
	/* a good one behind a bad one mends nothing */
	withdraws(cost("c0 08 03 000000 c0 08 04 00000001"), ATTR_COMMUNITIES);
}

/* doc/bgp.md 18 */
TEST(a_second_mp_attribute_resets)
{
	resets(parse("", MP_REACH MP_REACH ORIGIN AS_PATH, ""), UPDATE_LIST);
	resets(parse("", MP_UNREACH MP_UNREACH, ""), UPDATE_LIST);
	assert_int_equal(u.what_attr, ATTR_MP_UNREACH);
}

/* doc/bgp.md 19 */
TEST(wrong_flags_cost_what_the_attribute_says)
{
	withdraws(
	    parse("", "80 01 01 00 " AS_PATH NEXT_HOP, NLRI), ATTR_ORIGIN);
	withdraws(cost("c0 04 04 00000001"), ATTR_MED);
	withdraws(cost("80 08 04 00000001"), ATTR_COMMUNITIES);
	withdraws(cost("40 20 0c 00000001 00000002 00000003"),
	    ATTR_LARGE_COMMUNITIES);
	discards(cost("c0 06 00"), ATTR_ATOMIC_AGGREGATE);
	discards(cost("80 07 08 0000fdea 0a000009"), ATTR_AGGREGATOR);
	resets(parse("",
		   "c0"
		   "0e 1e 0002 01 10 " HOP6
		   "00 40 20010db8 00000001 " ORIGIN AS_PATH,
		   ""),
	    UPDATE_OPTIONAL);
	assert_int_equal(err.data.left, 3 + 0x1e); /* the attribute, echoed */
	assert_int_equal(u.what_attr, ATTR_MP_REACH);
	resets(parse("", "40 0f 03 0002 01", ""), UPDATE_OPTIONAL);
}

/* RFC 7606 3 (c): only Optional and Transitive count */
TEST(partial_and_reserved_flags_do_not_matter)
{
	assert_int_equal(cost("ef 08 04 00000001"), UPD_OK);
	assert_int_equal(cost("f0 08 0004 00000001"), UPD_OK);
}

/* RFC 4271 5: of attributes that are known to us, too */
TEST(partial_stays_on_what_is_passed_on)
{
	static uint8_t bytes[512];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_int_equal(cost("e0 08 04 00000001 "
			      "c0 10 08 0002fde900000064 "
			      "e0 07 08 0000fdea 0a000001 "
			      "e0 20 0c 00000001 00000002 00000003 "
			      "f0 23 0004 0000fde9"), /* a long length, too */
	    UPD_OK);
	assert_true(attrs_build(&w, &u.attrs, FAMILY_V6, true));
	assert_true(rbuf_eq(wbuf_read(&w, 0),
	    hex("40 01 01 00 40 02 06 02 01 0000fde9 "
		"e0 07 08 0000fdea 0a000001 e0 08 04 00000001 "
		"c0 10 08 0002fde900000064 "
		"e0 20 0c 00000001 00000002 00000003 e0 23 04 0000fde9")));
}

/* doc/bgp.md 20 and 37 */
TEST(a_missing_mandatory_attribute_withdraws)
{
	withdraws(parse("", AS_PATH NEXT_HOP, NLRI), ATTR_ORIGIN);
	withdraws(parse("", ORIGIN NEXT_HOP, NLRI), ATTR_AS_PATH);
	withdraws(parse("", ORIGIN AS_PATH, NLRI), ATTR_NEXT_HOP);
	withdraws(parse("", "", NLRI), ATTR_ORIGIN); /* CVE-2023-41358 */
	withdraws(parse("", MP_REACH ORIGIN, ""), ATTR_AS_PATH);
	withdraws(parse("", MP_REACH ORIGIN AS_PATH, NLRI), ATTR_NEXT_HOP);
	assert_string_equal(u.what, "missing");
	assert_int_equal(u.what_attr, ATTR_NEXT_HOP);
}

/* doc/bgp.md 21 */
TEST(an_unknown_well_known_attribute_resets)
{
	resets(cost("40 63 01 aa"), UPDATE_UNKNOWN);
	assert_true(rbuf_eq(err.data, hex("40 63 01 aa")));
	resets(cost("00 63 00"), UPDATE_UNKNOWN);
}

/* RFC 7606 3 (c): somebody registered these as optional, so it is their flags */
TEST(a_registered_code_flagged_well_known_withdraws)
{
	static const char *const attrs[] = {
		"40 1a 0b 01000b 0000000000000001", /* AIGP */
		"40 16 00",                         /* PMSI_TUNNEL */
		"40 17 00",                         /* Tunnel Encapsulation */
		"00 1d 00",                         /* BGP-LS */
		"40 21 00",                         /* BGPsec_PATH */
		"40 28 00",                         /* Prefix-SID */
		"40 80 04 00000001",                /* ATTR_SET */
		"40 14 00",                         /* Connector */
	};

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		assert_int_equal(cost(attrs[i]), UPD_WITHDRAW);
	assert_string_equal(u.what, "attribute flags are wrong");
	resets(cost("40 1f 00"), UPDATE_UNKNOWN); /* taken, not registered */
	resets(cost("40 ff 00"), UPDATE_UNKNOWN); /* for development */
	resets(cost("40 00 00"), UPDATE_UNKNOWN);
}

/* doc/bgp.md 22 and 39 */
TEST(unknown_optional_attributes_pass_or_vanish)
{
	assert_int_equal(
	    cost("c0 63 01 aa 80 64 01 bb e0 ff 00 d0 80 0001 cc"), UPD_OK);
	assert_true(rbuf_eq(
	    u.attrs.unknown, hex("e0 63 01 aa e0 ff 00 f0 80 0001 cc")));
	/* AIGP, Prefix-SID, Tunnel-Encap, ATTR_SET: no shape of theirs hurts */
	assert_int_equal(cost("80 1a 00 c0 28 01 ff c0 17 03 000000 "
			      "c0 80 02 4001"),
	    UPD_OK);
}

/* doc/bgp.md 23 */
TEST(a_bad_origin_withdraws)
{
	withdraws(parse("", "40 01 00" AS_PATH NEXT_HOP, NLRI), ATTR_ORIGIN);
	withdraws(
	    parse("", "40 01 02 0000" AS_PATH NEXT_HOP, NLRI), ATTR_ORIGIN);
	withdraws(parse("", "40 01 01 03" AS_PATH NEXT_HOP, NLRI), ATTR_ORIGIN);
}

/* doc/bgp.md 24 and 59 */
TEST(a_bad_as_path_withdraws)
{
	static const char *const bad[] = {
		"40 02 06 05 01 0000fde9", /* no such segment */
		"40 02 02 02 00",          /* empty segment */
		"40 02 06 02 02 0000fde9", /* overrun */
		"40 02 01 02",
		"40 02 0a 02 02 0000fde9 00000000",       /* AS 0 */
		"40 02 0c 02 01 0000fde9 01 01 0000fde9", /* AS_SET */
		"40 02 0c 02 01 0000fde9 03 01 0000fde9", /* confederation */
		"40 02 0c 02 01 0000fde9 04 01 0000fde9",
	};

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		withdraws(parse_fields(hex(""), hex(bad[n]), hex(NLRI)),
		    ATTR_AS_PATH);
}

/* doc/bgp.md 25 */
TEST(a_next_hop_of_bad_length_withdraws)
{
	withdraws(
	    parse("", ORIGIN AS_PATH "40 03 03 0a0000", NLRI), ATTR_NEXT_HOP);
	withdraws(parse("", ORIGIN AS_PATH "40 03 00", NLRI), ATTR_NEXT_HOP);
	withdraws(
	    parse("", ORIGIN AS_PATH "40 03 10 " HOP6, NLRI), ATTR_NEXT_HOP);
}

/* doc/bgp.md 26 */
TEST(a_next_hop_that_is_no_host_withdraws)
{
	static const char *const bad[] = { "40 03 04 00000001",
		"40 03 04 7f000001", "40 03 04 e0000001", "40 03 04 ffffffff" };

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		uint8_t bytes[64];
		struct wbuf w = wbuf_of(bytes, sizeof(bytes));

		wbuf_copy(&w, hex(ORIGIN AS_PATH));
		wbuf_copy(&w, hex(bad[n]));
		withdraws(parse_fields(hex(""), wbuf_read(&w, 0), hex(NLRI)),
		    ATTR_NEXT_HOP);
	}
	withdraws(parse("",
		      ORIGIN AS_PATH "80 0e 16 0002 01 10 ff020000 "
				     "00000000 00000000 00000001 00 00",
		      ""),
	    ATTR_MP_REACH);
}

/* doc/bgp.md 27 */
TEST(a_bad_med_or_local_pref_withdraws)
{
	withdraws(cost("80 04 03 000000"), ATTR_MED);
	discards(cost(LOCAL_PREF), ATTR_LOCAL_PREF);
	discards(cost("40 05 01 00"), ATTR_LOCAL_PREF);
	assert_false(attrs_has(&u.attrs, ATTR_LOCAL_PREF));
	ctx.ebgp = false;
	assert_int_equal(cost(LOCAL_PREF), UPD_OK);
	withdraws(cost("40 05 05 0000000064"), ATTR_LOCAL_PREF);
}

/* doc/bgp.md 28 */
TEST(a_bad_aggregate_is_discarded)
{
	discards(cost("40 06 01 00"), ATTR_ATOMIC_AGGREGATE);
	discards(cost("c0 07 06 fde9 0a000001"), ATTR_AGGREGATOR);
	discards(cost("c0 07 08 00000000 0a000001"), ATTR_AGGREGATOR);
	assert_false(attrs_has(&u.attrs, ATTR_AGGREGATOR));
	ctx.as4 = false;
	discards(parse("",
		     ORIGIN "40 02 04 02 01 fde9" NEXT_HOP
			    "c0 07 08 0000fde9 0a000001",
		     NLRI),
	    ATTR_AGGREGATOR);
}

/* doc/bgp.md 29 and 56 */
TEST(communities_of_bad_length_withdraw)
{
	withdraws(cost("c0 08 00"), ATTR_COMMUNITIES);
	withdraws(cost("c0 08 05 0000000100"), ATTR_COMMUNITIES);
	withdraws(cost("c0 10 00"), ATTR_EXT_COMMUNITIES);
	withdraws(cost("c0 10 04 00000001"), ATTR_EXT_COMMUNITIES);
	withdraws(cost("c0 19 00"), ATTR_IPV6_EXT_COMMUNITIES);
	withdraws(cost("c0 19 08 0000000100000002"), ATTR_IPV6_EXT_COMMUNITIES);
	withdraws(cost("c0 20 00"), ATTR_LARGE_COMMUNITIES);
	withdraws(cost("c0 20 04 00000001"), ATTR_LARGE_COMMUNITIES);
}

/* doc/bgp.md 30 */
TEST(reflection_attributes_come_from_inside_only)
{
	discards(cost("80 09 04 0a000001"), ATTR_ORIGINATOR_ID);
	discards(cost("80 0a 03 000000"), ATTR_CLUSTER_LIST);
	ctx.ebgp = false;
	assert_int_equal(cost("80 09 04 0a000001 80 0a 04 0a000002"), UPD_OK);
	withdraws(cost("80 09 05 0a00000100"), ATTR_ORIGINATOR_ID);
	withdraws(cost("80 0a 03 000000"), ATTR_CLUSTER_LIST);
	withdraws(cost("80 0a 00"), ATTR_CLUSTER_LIST);
}

/* doc/bgp.md 31 */
TEST(as4_attributes_from_a_4_octet_peer_are_discarded)
{
	discards(cost("c0 11 06 02 01 00010000"), ATTR_AS4_PATH);
	discards(cost("c0 12 08 00010000 0a000001"), ATTR_AS4_AGGREGATOR);
}

/* A route from a peer with 2-octet AS numbers. */
static enum upd_verdict
narrow(const char *attrs)
{
	ctx.as4 = false;
	return parse("", attrs, NLRI);
}

/* RFC 6793 4.2.3 */
TEST(the_path_of_an_old_peer_is_put_together)
{
	assert_int_equal(narrow("c0 11 06 02 01 00010000 " ORIGIN
				"40 02 06 02 02 fde9 5ba0 " NEXT_HOP),
	    UPD_OK);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 02 0000fde9 00010000")));
	assert_int_equal(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
				       "c0 07 06 5ba0 0a000001 "
				       "c0 12 08 00010000 0a000002 "
				       "c0 11 06 02 01 00010000"),
	    UPD_OK);
	assert_int_equal(u.attrs.aggregator_as, 65536);
	assert_int_equal(u.attrs.aggregator_id, 0x0a000002);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 02 0000fde9 00010000")));
}

TEST(an_aggregator_that_knew_no_as4_voids_it)
{
	assert_int_equal(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
				       "c0 07 06 fdea 0a000001 "
				       "c0 12 08 00010000 0a000002 "
				       "c0 11 06 02 01 00010000"),
	    UPD_OK);
	assert_int_equal(u.attrs.aggregator_as, 65002);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 02 0000fde9 00005ba0")));
}

/* doc/bgp.md 31 */
TEST(malformed_as4_attributes_are_discarded)
{
	discards(narrow(ORIGIN "40 02 04 02 01 fde9 " NEXT_HOP
			       "c0 11 05 02 01 000100"),
	    ATTR_AS4_PATH);
	discards(narrow(ORIGIN "40 02 04 02 01 fde9 " NEXT_HOP
			       "c0 11 06 02 01 00000000"),
	    ATTR_AS4_PATH);
	discards(narrow(ORIGIN "40 02 04 02 01 fde9 " NEXT_HOP "c0 11 00"),
	    ATTR_AS4_PATH);
	discards(narrow(ORIGIN "40 02 04 02 01 fde9 " NEXT_HOP
			       "c0 12 06 fde9 0a000001"),
	    ATTR_AS4_AGGREGATOR);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 01 0000fde9")));
}

/* RFC 6793 6 */
TEST(only_the_confederation_segments_of_as4_path_go)
{
	static const char *const paths[] = {
		"c0 11 14 03 02 0000fc59 0000fc5a 02 02 00061a80 000493e0",
		"c0 11 14 02 02 00061a80 000493e0 03 02 0000fc59 0000fc5a",
		("c0 11 16 02 01 00061a80 03 02 0000fc59 0000fc5a "
		 "02 01 000493e0"),
	};
	char attrs[256];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(attrs, sizeof(attrs),
		    ORIGIN "40 02 08 02 03 fde9 5ba0 5ba0 " NEXT_HOP "%s",
		    paths[i]);
		discards(narrow(attrs), ATTR_AS4_PATH);
		assert_true(rbuf_eq(
		    u.attrs.as_path, hex("02 03 0000fde9 00061a80 000493e0")));
	}
	/* The rest is malformed, so all of it goes. */
	discards(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
			       "c0 11 0e 03 01 0000fc59 02 01 00061a80 02 00"),
	    ATTR_AS4_PATH);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 02 0000fde9 00005ba0")));
	/* Nothing is left of it; or it runs over its end. */
	discards(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
			       "c0 11 06 03 01 0000fc59"),
	    ATTR_AS4_PATH);
	discards(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
			       "c0 11 06 03 02 0000fc59"),
	    ATTR_AS4_PATH);
	assert_true(rbuf_eq(u.attrs.as_path, hex("02 02 0000fde9 00005ba0")));
}

/* RFC 9774 3 */
TEST(a_set_in_as4_path_withdraws)
{
	withdraws(narrow(ORIGIN "40 02 06 02 02 fde9 5ba0 " NEXT_HOP
				"c0 11 06 01 01 00010000"),
	    ATTR_AS4_PATH);
}

#define REACH_OF(hop) ORIGIN AS_PATH "80 0e " hop " 00 40 20010db8 00000001 "

/* doc/bgp.md 32 */
TEST(a_next_hop_length_that_cannot_be_resets)
{
	resets(parse("", REACH_OF("16 0002 01 08 20010db8 00000000"), ""),
	    UPDATE_OPTIONAL);
	resets(
	    parse("", REACH_OF("12 0002 01 04 0a000001"), ""), UPDATE_OPTIONAL);
	resets(parse("", REACH_OF("0e 0002 01 00"), ""), UPDATE_OPTIONAL);
	resets(parse("", "80 0e 0d 0002 01 40 20010db8 00000001 00", ""),
	    UPDATE_OPTIONAL);
	resets(parse("", "80 0e 00", ""), UPDATE_OPTIONAL);
	resets(parse("", "80 0e 04 0002 01 00", ""), UPDATE_OPTIONAL);
	resets(parse("", "80 0f 02 0002", ""), UPDATE_OPTIONAL);
}

/* doc/bgp.md 33 */
TEST(a_family_that_is_not_agreed_is_ignored)
{
	ctx.family[FAMILY_V6] = false;
	assert_int_equal(parse("", MP_REACH ORIGIN AS_PATH, ""), UPD_OK);
	assert_int_equal(u.reach[1].nlri.count, 0);
	assert_int_equal(u.reach[1].nlri.family, FAMILY_NONE);
	assert_int_equal(parse("", MP_UNREACH, ""), UPD_OK);
	assert_int_equal(u.unreach[1].count, 0);
	assert_int_equal(parse("", "80 0f 03 0002 01", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_NONE);
	assert_int_equal(
	    parse("", ORIGIN AS_PATH "80 0e 09 4004 47 04 01020304 00", ""),
	    UPD_OK);
	ctx = external;
	ctx.family[FAMILY_V4] = false;
	assert_int_equal(parse("10 0a02", MANDATORY, NLRI), UPD_OK);
	assert_int_equal(u.reach[0].nlri.count, 0);
	assert_int_equal(u.unreach[0].count, 0);
	assert_int_equal(parse("", "", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_NONE);
}

#define V4_BY_V6 ORIGIN AS_PATH "80 0e 19 0001 01 10 " HOP6 "00 18 0a0100 "

/* doc/bgp.md 34, RFC 8950 3 */
TEST(ipv4_by_an_ipv6_next_hop_has_to_be_agreed)
{
	resets(parse("", V4_BY_V6, ""), UPDATE_OPTIONAL);
	ctx.extended_next_hop = true;
	assert_int_equal(parse("", V4_BY_V6, ""), UPD_OK);
	assert_int_equal(u.reach[1].nlri.family, FAMILY_V4);
	assert_int_equal(u.reach[1].next_hop.addr.family, FAMILY_V6);
	next_is(&u.reach[1].nlri, "10.1.0.0/24");
}

/* RFC 4760 3: of some the plain one has another address, or none at all (Arista). */
TEST(next_hop_of_mp_reach_is_not_the_plain_one)
{
	static const char *const plain[] = { "40 03 04 0a000009 ",
		"40 03 04 00000000 ", "40 03 04 7f000001 ", "" };
	static const char *const reach[] = { MP_REACH ORIGIN AS_PATH,
		V4_BY_V6 };
	char more[400], text[ADDR_TEXT];

	ctx.extended_next_hop = true;
	for (size_t i = 0; i < 8; i++) {
		snprintf(
		    more, sizeof(more), "%s%s", plain[i / 2], reach[i % 2]);
		assert_int_equal(parse("", more, ""), UPD_OK);
		struct attrs a = update_attrs(&u, 1);

		next_is(&u.reach[1].nlri,
		    i % 2 == 0 ? "2001:db8:0:1::/64" : "10.1.0.0/24");
		assert_string_equal(
		    addr_print(&a.next_hop.addr, text), "2001:db8::1");
	}
}

/* doc/bgp.md 35 and 60 */
TEST(a_bad_prefix_resets)
{
	resets(parse("", MANDATORY, "21 0a000000 00"), UPDATE_NETWORK);
	resets(parse("", MANDATORY, "18 0a01"), UPDATE_NETWORK);
	resets(parse("21 0a000000 00", "", ""), UPDATE_NETWORK);
	resets(parse("18 0a01", "", ""), UPDATE_NETWORK);
	resets(parse("", "80 0f 05 0002 01 81 20", ""), UPDATE_OPTIONAL);
	resets(parse("", ORIGIN AS_PATH "80 0e 17 0002 01 10 " HOP6 "00 40 20",
		   ""),
	    UPDATE_OPTIONAL);
}

/* doc/bgp.md, over all rows that withdraw: the whole NLRI has to parse */
TEST(a_bad_prefix_is_worse_than_a_bad_attribute)
{
	resets(parse("", "40 01 01 09" AS_PATH NEXT_HOP, "18 0a01"),
	    UPDATE_NETWORK);
}

/* RFC 7606 5.2 */
TEST(a_bad_attribute_without_reachable_prefixes_resets)
{
	resets(parse("18 0a0100", "40 01 01 09", ""), UPDATE_LIST);
	resets(parse("", "40 01 01 09 " MP_UNREACH, ""), UPDATE_LIST);
	assert_int_equal(parse("18 0a0100", "40 06 01 00", ""), UPD_DISCARD);
	withdraws(parse("", "40 01 01 09" AS_PATH MP_REACH, ""), ATTR_ORIGIN);
}

/* RFC 4724 2 */
TEST(the_end_of_rib_is_known)
{
	assert_int_equal(parse("", "", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_V4);
	assert_int_equal(parse("", "80 0f 03 0002 01", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_V6);
	assert_int_equal(parse("", "90 0f 0003 0002 01", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_V6);
}

/* doc/bgp.md 38: CVE-2023-47235 */
TEST(what_resembles_the_end_of_rib_is_not_it)
{
	static const char *const attrs[] = {
		ORIGIN,
		"c0 63 00",
		"80 0f 03 0002 01 80 04 04 00000001",
		"80 63 00 80 0f 03 0002 01",
		"40 06 01 00",
		MANDATORY,
	};

	for (size_t n = 0; n < sizeof(attrs) / sizeof(attrs[0]); n++) {
		assert_true(parse("", attrs[n], "") < UPD_WITHDRAW);
		assert_int_equal(u.eor, FAMILY_NONE);
	}
	assert_int_equal(parse("18 0a0100", "", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_NONE);
	assert_int_equal(parse("18 0a0100", "80 0f 03 0002 01", ""), UPD_OK);
	assert_int_equal(u.eor, FAMILY_NONE);
	resets(parse("", "80 0f 02 0002", ""), UPDATE_OPTIONAL);
	resets(parse_body(hex("0000 0000 18")), UPDATE_NETWORK);
}

/* doc/bgp.md 41 */
TEST(lists_of_any_length_are_taken)
{
	static uint8_t bytes[65000];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	ctx.as4 = false;
	wbuf_copy(&w, hex(ORIGIN NEXT_HOP "50 02"));
	size_t at = wbuf_mark16(&w);

	for (int n = 0; n < 8000; n++)
		wbuf_copy(&w, hex("02 01 fde9"));
	wbuf_fill16(&w, at);
	wbuf_copy(&w, hex("d0 08"));
	at = wbuf_mark16(&w);
	for (int n = 0; n < 8000; n++)
		wbuf_u32(&w, 0xffff0000);
	wbuf_fill16(&w, at);
	assert_int_equal(
	    parse_fields(hex(""), wbuf_read(&w, 0), hex(NLRI)), UPD_OK);
	assert_int_equal(as_path_length(u.attrs.as_path), 8000);
	assert_int_equal(u.attrs.communities.left, 32000);
}

/* doc/bgp.md 51 */
TEST(add_path_that_is_not_agreed_resets_or_is_read)
{
	struct prefix p;
	uint32_t id;

	resets(parse("", MANDATORY, "00000021 18 0a0100"), UPDATE_NETWORK);
	ctx.add_path[FAMILY_V4] = true;
	assert_int_equal(
	    parse("00000007 10 0a02", MANDATORY, "00000021 18 0a0100"), UPD_OK);
	assert_true(nlri_next(&u.reach[0].nlri, &p, &id));
	assert_int_equal(id, 0x21);
	assert_true(nlri_next(&u.unreach[0], &p, &id));
	assert_int_equal(id, 7);
	resets(parse("", MANDATORY, NLRI), UPDATE_NETWORK);
}

/* doc/bgp.md 57 */
TEST(the_first_as_is_the_peers)
{
	ctx.peer_as = 65009;
	withdraws(cost(""), ATTR_AS_PATH);
	ctx.first_as = false;
	assert_int_equal(cost(""), UPD_OK);
	ctx.first_as = true;
	ctx.ebgp = false;
	assert_int_equal(cost(""), UPD_OK);
	ctx.ebgp = true;
	ctx.peer_as = external.peer_as;
	withdraws(parse("", ORIGIN "40 02 00" NEXT_HOP, NLRI), ATTR_AS_PATH);
}

TEST(the_worst_fault_decides)
{
	withdraws(
	    cost("40 06 01 00 c0 08 01 00 80 04 01 00"), ATTR_COMMUNITIES);
	assert_int_equal(u.discarded, ATTR_BIT(ATTR_ATOMIC_AGGREGATE));
	assert_int_equal(
	    u.withdrawn, ATTR_BIT(ATTR_COMMUNITIES) | ATTR_BIT(ATTR_MED));
	assert_int_equal(u.what_attr, ATTR_COMMUNITIES);
	assert_string_equal(attr_name(u.what_attr), "COMMUNITIES");
}

TEST(an_update_cut_anywhere_does_no_harm)
{
	struct rbuf whole =
	    hex("0003 10 0a02 003c " MP_REACH ORIGIN AS_PATH NEXT_HOP
		"c0 08 04 00000001 " NLRI);

	assert_int_equal(parse_body(whole), UPD_OK);
	for (size_t n = 0; n < whole.left; n++) {
		enum upd_verdict v = parse_body(exact_copy(whole.p, n));

		assert_true(v == UPD_RESET || n >= whole.left - 4);
	}
}

TEST(attributes_cut_anywhere_do_no_harm)
{
	struct rbuf whole =
	    hex(MANDATORY "c0 07 08 0000fdea 0a000009 "
			  "c0 08 04 ffff0000 d0 10 0008 0002fde9 00000064 "
			  "c0 20 0c 0000fc05 0000012c 00000064 "
			  "c0 63 02 aaaa " MP_UNREACH);

	for (size_t n = 0; n <= whole.left; n++)
		assert_true(parse_fields(hex(""), exact_copy(whole.p, n),
				hex(NLRI)) <= UPD_WITHDRAW);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		T(an_ipv4_route_is_read),
		T(an_ipv6_route_is_read),
		T(a_link_local_next_hop_stands_beside),
		T(a_link_local_next_hop_stands_for_none),
		T(every_list_is_read),
		T(lengths_over_the_message_reset),
		T(an_attribute_over_the_list_withdraws),
		T(of_two_attributes_the_first_is_kept),
		T(a_second_mp_attribute_resets),
		T(wrong_flags_cost_what_the_attribute_says),
		T(partial_and_reserved_flags_do_not_matter),
		T(partial_stays_on_what_is_passed_on),
		T(a_missing_mandatory_attribute_withdraws),
		T(an_unknown_well_known_attribute_resets),
		T(a_registered_code_flagged_well_known_withdraws),
		T(unknown_optional_attributes_pass_or_vanish),
		T(a_bad_origin_withdraws),
		T(a_bad_as_path_withdraws),
		T(a_next_hop_of_bad_length_withdraws),
		T(a_next_hop_that_is_no_host_withdraws),
		T(a_bad_med_or_local_pref_withdraws),
		T(a_bad_aggregate_is_discarded),
		T(communities_of_bad_length_withdraw),
		T(reflection_attributes_come_from_inside_only),
		T(as4_attributes_from_a_4_octet_peer_are_discarded),
		T(the_path_of_an_old_peer_is_put_together),
		T(an_aggregator_that_knew_no_as4_voids_it),
		T(malformed_as4_attributes_are_discarded),
		T(only_the_confederation_segments_of_as4_path_go),
		T(a_set_in_as4_path_withdraws),
		T(a_next_hop_length_that_cannot_be_resets),
		T(a_bad_prefix_resets),
		T(a_bad_prefix_is_worse_than_a_bad_attribute),
		T(a_bad_attribute_without_reachable_prefixes_resets),
		T(the_end_of_rib_is_known),
		T(what_resembles_the_end_of_rib_is_not_it),
		T(lists_of_any_length_are_taken),
		T(the_first_as_is_the_peers),
		T(the_worst_fault_decides),
		T(attributes_cut_anywhere_do_no_harm),
	};
	const struct CMUnitTest about_what_is_agreed[] = {
		T(a_family_that_is_not_agreed_is_ignored),
		T(ipv4_by_an_ipv6_next_hop_has_to_be_agreed),
		T(next_hop_of_mp_reach_is_not_the_plain_one),
		T(add_path_that_is_not_agreed_resets_or_is_read),
		T(an_update_cut_anywhere_does_no_harm),
	};
#undef T
	enum {
		N = sizeof(tests) / sizeof(tests[0]),
		MORE = sizeof(agreed_too) / sizeof(agreed_too[0]),
		OTHERS = sizeof(about_what_is_agreed) / sizeof(tests[0])
	};
	static char names[MORE * N][100];
	struct CMUnitTest all[N + OTHERS + MORE * N];

	memcpy(all, tests, sizeof(tests));
	memcpy(all + N, about_what_is_agreed, sizeof(about_what_is_agreed));
	for (size_t i = 0; i < MORE * N; i++) {
		struct CMUnitTest *t = &all[N + OTHERS + i];

		*t = tests[i % N];
		snprintf(names[i], sizeof(names[i]), "%s %s", t->name,
		    agreed_too[i / N].name);
		t->name = names[i];
		t->initial_state = (void *)&agreed_too[i / N];
	}
	return cmocka_run_group_tests(all, NULL, NULL);
}
