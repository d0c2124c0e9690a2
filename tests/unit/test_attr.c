/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static uint8_t room[UPDATE_SCRATCH(MSG_MAX)], attr_bytes[MSG_MAX],
    msg_bytes[MSG_MAX];
static struct update u;

/* Sends a route with these attributes and reads it again. */
static void
round_trip(const struct attrs *a, struct update_ctx *ctx)
{
	struct wbuf attrs = wbuf_of(attr_bytes, sizeof(attr_bytes));
	struct wbuf w = wbuf_of(msg_bytes, sizeof(msg_bytes));
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };
	struct bgp_err err;
	struct msg msg;

	assert_true(attrs_build(&attrs, a, FAMILY_V4, ctx->as4));
	assert_true(update_out_reach(&o, &a->next_hop, wbuf_read(&attrs, 0)));
	assert_true(update_out_add(&o, (uint8_t[]){ 10, 1, 0, 0 }, 16, 0));
	assert_true(update_out_end(&o));
	ctx->family[FAMILY_V4] = true;

	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(
	    update_parse(msg.body, ctx, &scratch, &u, &err), UPD_OK);
}

/* Everything that may stand in a route, with AS numbers of 4 octets. */
static struct attrs
full_attrs(void)
{
	return (struct attrs){
		.has = ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_LOCAL_PREF) |
		    ATTR_BIT(ATTR_ATOMIC_AGGREGATE) |
		    ATTR_BIT(ATTR_AGGREGATOR) | ATTR_BIT(ATTR_ORIGINATOR_ID) |
		    ATTR_BIT(ATTR_OTC),
		.origin = ORIGIN_INCOMPLETE,
		.as_path = hex("02 03 00010000 0000fde9 0001ffff"),
		.next_hop.addr = addr_v4(0x0a000001),
		.med = 7,
		.local_pref = 200,
		.aggregator_as = 65536,
		.aggregator_id = 0x0a000009,
		.originator_id = 0x0a000007,
		.otc = 65001,
		.communities = hex("ffff0000 fc050078"),
		.ext_communities = hex("0002fde9 00000064"),
		.ipv6_ext_communities =
		    hex("0002 20010db8 00000000 00000000 00000001 fde9"),
		.large_communities = hex("0000fc05 0000012c 00000064"),
		.cluster_list = hex("00000001"),
		.unknown = hex("e0 63 01 aa f0 64 0001 bb"),
	};
}

static void
is_same(const struct attrs *a, const struct attrs *b)
{
	assert_int_equal(a->has & b->has, b->has);
	assert_int_equal(a->origin, b->origin);
	assert_int_equal(a->med, b->med);
	assert_int_equal(a->local_pref, b->local_pref);
	assert_int_equal(a->aggregator_as, b->aggregator_as);
	assert_int_equal(a->aggregator_id, b->aggregator_id);
	assert_int_equal(a->originator_id, b->originator_id);
	assert_int_equal(a->otc, b->otc);
	assert_true(addr_eq(&a->next_hop.addr, &b->next_hop.addr));
	assert_true(rbuf_eq(a->as_path, b->as_path));
	assert_true(rbuf_eq(a->communities, b->communities));
	assert_true(rbuf_eq(a->ext_communities, b->ext_communities));
	assert_true(rbuf_eq(a->ipv6_ext_communities, b->ipv6_ext_communities));
	assert_true(rbuf_eq(a->large_communities, b->large_communities));
	assert_true(rbuf_eq(a->cluster_list, b->cluster_list));
	assert_true(rbuf_eq(a->unknown, b->unknown));
}

TEST(every_attribute_survives_the_wire)
{
	struct update_ctx ctx = { .as4 = true };
	struct attrs sent = full_attrs();

	round_trip(&sent, &ctx);
	struct attrs got = update_attrs(&u, 0);

	is_same(&got, &sent);
}

/* RFC 6793 4.2.2 */
TEST(every_attribute_survives_a_wire_of_2_octets)
{
	struct update_ctx ctx = { .as4 = false };
	struct attrs sent = full_attrs();

	round_trip(&sent, &ctx);
	struct attrs got = update_attrs(&u, 0);

	is_same(&got, &sent);
}

TEST(only_what_is_needed_is_sent)
{
	struct wbuf w = wbuf_of(attr_bytes, sizeof(attr_bytes));
	struct attrs a = {
		.as_path = hex("02 01 0000fde9"),
		.next_hop.addr = addr_v4(0x0a000001),
		.med = 5, /* has no bit */
	};

	assert_true(attrs_build(&w, &a, FAMILY_V4, true));
	assert_true(rbuf_eq(wbuf_read(&w, 0),
	    hex("40 01 01 00 40 02 06 02 01 0000fde9 40 03 04 0a000001")));
	wbuf_rewind(&w, 0);
	assert_true(attrs_build(&w, &a, FAMILY_V6, true));
	assert_true(rbuf_eq(
	    wbuf_read(&w, 0), hex("40 01 01 00 40 02 06 02 01 0000fde9")));
	wbuf_rewind(&w, 0);
	/* AS4_PATH only when a number needs it */
	assert_true(attrs_build(&w, &a, FAMILY_V6, false));
	assert_true(rbuf_eq(
	    wbuf_read(&w, 0), hex("40 01 01 00 50 02 0004 02 01 fde9")));
}

TEST(a_long_list_has_an_extended_length)
{
	static uint8_t list[400];
	struct update_ctx ctx = { .as4 = true };
	struct attrs a = { .next_hop.addr = addr_v4(0x0a000001),
		.communities = rbuf_of(list, sizeof(list)) };

	round_trip(&a, &ctx);
	assert_true(rbuf_eq(u.attrs.communities, a.communities));
}

TEST(attributes_that_do_not_fit_leave_nothing)
{
	struct attrs a = full_attrs();
	struct wbuf whole = wbuf_of(attr_bytes, sizeof(attr_bytes));

	assert_true(attrs_build(&whole, &a, FAMILY_V4, false));
	for (size_t n = 0; n < whole.len; n++) {
		struct wbuf w = wbuf_of(exact_block(n), n);

		assert_false(attrs_build(&w, &a, FAMILY_V4, false));
		assert_int_equal(w.len, 0);
	}
}

TEST(attributes_have_names)
{
	assert_string_equal(attr_name(ATTR_MP_REACH), "MP_REACH_NLRI");
	assert_string_equal(attr_name(ATTR_LIST), "attribute list");
	assert_string_equal(attr_name(255), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attribute_survives_the_wire),
		cmocka_unit_test(every_attribute_survives_a_wire_of_2_octets),
		cmocka_unit_test(only_what_is_needed_is_sent),
		cmocka_unit_test(a_long_list_has_an_extended_length),
		cmocka_unit_test(attributes_that_do_not_fit_leave_nothing),
		cmocka_unit_test(attributes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
