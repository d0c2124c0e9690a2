/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define MARKER "ffffffff ffffffff ffffffff ffffffff "
#define HOP6 "20010db8 00000000 00000000 00000001 "

static uint8_t room[UPDATE_SCRATCH(MSG_MAX)], bytes[2 * MSG_MAX];
static struct wbuf w;
static struct update u;

static const uint8_t v4[4] = { 10, 1, 2, 3 };
static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

static int
setup(void **state)
{
	(void)state;
	w = wbuf_of(bytes, sizeof(bytes));
	return 0;
}

static struct next_hop
hop6(void)
{
	return (struct next_hop){ .addr = addr_from(FAMILY_V6, v6) };
}

static struct next_hop
hop4(void)
{
	return (struct next_hop){ .addr = addr_v4(0x0a000001) };
}

static void
written_is(const char *text)
{
	assert_true(rbuf_eq(wbuf_read(&w, 0), hex(text)));
}

/* doc/bgp.md 61, and the same in the next tests */
TEST(ipv4_goes_into_the_plain_fields)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };
	struct next_hop hop = hop4();

	assert_true(update_out_reach(&o, &hop, hex("40 01 01 00")));
	assert_true(update_out_add(&o, v4, 32, 0));
	assert_true(update_out_add(&o, (uint8_t[]){ 10, 1, 0, 0 }, 16, 0));
	assert_true(update_out_end(&o));
	written_is(MARKER "0023 02 0000 0004 40010100 20 0a010203 10 0a01");
	setup(NULL);
	assert_true(update_out_unreach(&o));
	assert_true(update_out_add(&o, v4, 32, 0));
	assert_true(update_out_end(&o));
	written_is(MARKER "001c 02 0005 20 0a010203 0000");
}

TEST(ipv6_goes_into_mp_attributes_that_stand_first)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V6 };
	struct next_hop hop = hop6();

	assert_true(update_out_reach(&o, &hop, hex("40 01 01 00")));
	assert_true(update_out_add(&o, v6, 32, 0));
	assert_true(update_out_end(&o));
	written_is(MARKER "0039 02 0000 0022 90 0e 001a 0002 01 10 " HOP6
			  "00 20 20010db8 40010100");
	setup(NULL);
	assert_true(update_out_unreach(&o));
	assert_true(update_out_add(&o, v6, 32, 0));
	assert_true(update_out_end(&o));
	written_is(MARKER "0023 02 0000 000c 90 0f 0008 0002 01 20 20010db8");
}

TEST(ipv4_by_an_ipv6_next_hop_goes_into_mp_reach)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };
	struct next_hop hop = hop6();

	hop.link_local =
	    addr_from(FAMILY_V6, (uint8_t[16]){ 0xfe, 0x80, [15] = 2 });
	assert_true(update_out_reach(&o, &hop, hex("40 01 01 00")));
	assert_true(update_out_add(&o, v4, 32, 0));
	assert_true(update_out_end(&o));
	written_is(MARKER "0049 02 0000 0032 90 0e 002a 0001 01 20 " HOP6
			  "fe800000 00000000 00000000 00000002"
			  "00 20 0a010203 40010100");
}

TEST(the_end_of_rib_is_empty)
{
	assert_true(eor_build(&w, FAMILY_V4));
	written_is(MARKER "0017 02 0000 0000");
	setup(NULL);
	assert_true(eor_build(&w, FAMILY_V6));
	written_is(MARKER "001e 02 0000 0007 90 0f 0003 0002 01");
}

TEST(a_message_without_prefixes_is_taken_back)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V6 };
	struct next_hop hop = hop6();

	assert_true(update_out_reach(&o, &hop, hex("40 01 01 00")));
	assert_false(update_out_end(&o));
	assert_int_equal(w.len, 0);
}

TEST(attributes_too_long_for_a_message_are_refused)
{
	struct update_out o = { .w = &w, .max = MSG_MAX };
	struct next_hop hops[FAMILIES] = {
		[FAMILY_V4] = hop4(), [FAMILY_V6] = hop6()
	};
	struct rbuf attrs = rbuf_of(exact_block(MSG_MAX), MSG_MAX);

	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		o.family = (uint8_t)f;
		assert_false(update_out_reach(&o, &hops[f], attrs));
		assert_int_equal(w.len, 0);
	}
}

/* Fills one message, parses it, and returns how many prefixes it held. */
static uint32_t
fill(struct update_out *o, bool reach, const uint8_t *addr, unsigned len)
{
	struct update_ctx ctx = { .as4 = true,
		.family = { false, true, true },
		.add_path = { false, o->add_path, o->add_path } };
	struct next_hop hop = o->family == FAMILY_V4 ? hop4() : hop6();
	struct rbuf attrs = hex("40 01 01 00 40 02 00 40 03 04 0a000001");
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct bgp_err err;
	struct msg msg;
	uint32_t n = 0;

	setup(NULL);
	assert_true(
	    reach ? update_out_reach(o, &hop, attrs) : update_out_unreach(o));
	while (update_out_add(o, addr, len, n))
		n++;
	assert_true(update_out_end(o));
	assert_in_range(w.len, MSG_MAX - 4 - len / 8, MSG_MAX);

	struct rbuf stream = wbuf_read(&w, 0);

	assert_int_equal(msg_cut(&stream, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(stream.left, 0);
	assert_int_equal(
	    update_parse(msg.body, &ctx, &scratch, &u, &err), UPD_OK);
	assert_int_equal(u.reach[0].nlri.count + u.reach[1].nlri.count +
		u.unreach[0].count + u.unreach[1].count,
	    n);
	return n;
}

TEST(messages_are_filled_to_the_brim)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };

	assert_int_equal(fill(&o, true, v4, 32), 811);
	assert_int_equal(fill(&o, false, v4, 32), 814);
	assert_int_equal(fill(&o, true, v4, 8), 2029);
	o.family = FAMILY_V6;
	assert_int_equal(fill(&o, true, v6, 128), 237);
	assert_int_equal(fill(&o, false, v6, 64), 451);
	o.add_path = true;
	assert_int_equal(fill(&o, true, v6, 128), 192);
}

TEST(several_messages_share_a_buffer)
{
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };

	w.cap = 60; /* room for two, the second of which is the shorter */
	assert_true(update_out_unreach(&o));
	assert_true(update_out_add(&o, v4, 32, 0));
	assert_true(update_out_end(&o));
	assert_int_equal(w.len, 28);
	assert_true(update_out_unreach(&o));
	assert_true(update_out_add(&o, v4, 32, 0));
	assert_false(update_out_add(&o, v4, 32, 0));
	assert_true(update_out_add(&o, v4, 24, 0));
	assert_true(update_out_end(&o));
	assert_int_equal(w.len, 60);
	assert_false(update_out_unreach(&o));
	assert_int_equal(w.len, 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ipv4_goes_into_the_plain_fields, setup),
		cmocka_unit_test_setup(
		    ipv6_goes_into_mp_attributes_that_stand_first, setup),
		cmocka_unit_test_setup(
		    ipv4_by_an_ipv6_next_hop_goes_into_mp_reach, setup),
		cmocka_unit_test_setup(the_end_of_rib_is_empty, setup),
		cmocka_unit_test_setup(
		    a_message_without_prefixes_is_taken_back, setup),
		cmocka_unit_test_setup(
		    attributes_too_long_for_a_message_are_refused, setup),
		cmocka_unit_test_setup(messages_are_filled_to_the_brim, setup),
		cmocka_unit_test_setup(several_messages_share_a_buffer, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
