/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/vrrp_msg.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

/* Virtual router 51, priority 100, 1 s, of 192.0.2.100 or fe80::100. */
#define V2 "21 33 64 01 00 01 b865 c0000264 00000000 00000000"
#define V3_PSEUDO "31 33 64 01 0064 0572 c0000264"
#define V3_PLAIN "31 33 64 01 0064 a802 c0000264"
#define V3_V6 "31 33 64 01 0064 6cc7 fe80000000000000 0000000000000100"

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

struct packet {
	struct addr src, dst;
};

static struct packet
packet_of(enum family family)
{
	return (struct packet){ .src = ip(family == FAMILY_V4 ? "192.0.2.1"
							      : "fe80::1"),
		.dst = vrrp_group(family) };
}

static enum vrrp_fault
parse(enum family family, struct rbuf r, struct vrrp_advert *a)
{
	struct packet p = packet_of(family);

	return vrrp_advert_parse(r, &p.src, &p.dst, a);
}

static const struct {
	enum family family;
	const char *bytes;
	uint8_t version;
	bool plain;
} samples[] = {
	{ FAMILY_V4, V2, 2, false },
	{ FAMILY_V4, V3_PSEUDO, 3, false },
	{ FAMILY_V4, V3_PLAIN, 3, true },
	{ FAMILY_V6, V3_V6, 3, false },
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

TEST(an_advertisement_of_each_kind_is_read)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct vrrp_advert a;

		assert_int_equal(
		    parse(samples[i].family, hex(samples[i].bytes), &a),
		    VRRP_GOOD);
		assert_int_equal(a.version, samples[i].version);
		assert_int_equal(a.plain, samples[i].plain);
		assert_int_equal(a.vrid, 51);
		assert_int_equal(a.priority, 100);
		assert_int_equal(a.interval, 1000);
		assert_int_equal(a.addrs.left, family_bytes(samples[i].family));
	}
}

TEST(what_was_read_is_built_the_same)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct packet p = packet_of(samples[i].family);
		struct rbuf whole = hex(samples[i].bytes);
		struct vrrp_advert a;
		uint8_t out[64];
		struct wbuf w = wbuf_of(out, sizeof(out));

		parse(samples[i].family, whole, &a);
		assert_true(vrrp_advert_put(&w, &a, &p.src, &p.dst));
		assert_true(rbuf_eq(wbuf_read(&w, 0), whole));
	}
}

TEST(a_cut_anywhere_is_refused)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct rbuf whole = hex(samples[i].bytes);
		struct vrrp_advert a;

		for (size_t n = 0; n < whole.left; n++)
			assert_int_equal(parse(samples[i].family,
					     exact_copy(whole.p, n), &a),
			    VRRP_LENGTH);
	}
}

TEST(any_bit_that_is_wrong_is_noticed)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct rbuf whole = hex(samples[i].bytes);
		struct vrrp_advert a;

		for (size_t bit = 0; bit < 8 * whole.left; bit++) {
			struct rbuf bad = exact_copy(whole.p, whole.left);
			uint8_t *p = (uint8_t *)bad.p;

			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_not_equal(
			    parse(samples[i].family, bad, &a), VRRP_GOOD);
		}
	}
}

TEST(what_is_wrong_is_told)
{
	static const struct {
		enum family family;
		const char *bytes;
		enum vrrp_fault fault;
	} rows[] = {
		{ FAMILY_V4, "11 33 64 01 0064 0000 c0000264", VRRP_VERSION },
		{ FAMILY_V4, "41 33 64 01 0064 0000 c0000264", VRRP_VERSION },
		{ FAMILY_V6, V2, VRRP_VERSION },
		{ FAMILY_V4, "32 33 64 01 0064 0000 c0000264", VRRP_TYPE },
		{ FAMILY_V4, V3_PSEUDO "00", VRRP_LENGTH },
		{ FAMILY_V4, V2 "00", VRRP_LENGTH },
		{ FAMILY_V4, "31 33 64 02 0064 0000 c0000264", VRRP_LENGTH },
		{ FAMILY_V4, "31 33 64 01 0064 0573 c0000264", VRRP_CHECKSUM },
		{ FAMILY_V6,
		    "31 33 64 01 0064 6ae6 fe80000000000000 0000000000000100",
		    VRRP_CHECKSUM }, /* that without a pseudo-header */
		{ FAMILY_V4, "31 33 64 00 0064 6a68", VRRP_COUNT },
		{ FAMILY_V4, "31 33 64 01 0000 a866 c0000264", VRRP_INTERVAL },
		{ FAMILY_V4,
		    "21 33 64 01 00 00 b866 c0000264 00000000 00000000",
		    VRRP_INTERVAL },
		{ FAMILY_V4,
		    "21 33 64 01 01 01 b765 c0000264 00000000 00000000",
		    VRRP_AUTH },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vrrp_advert a;

		assert_int_equal(parse(rows[i].family, hex(rows[i].bytes), &a),
		    rows[i].fault);
	}
}

TEST(the_pseudo_header_holds_a_packet_to_its_way)
{
	struct packet p = packet_of(FAMILY_V6);
	struct addr other = ip("fe80::2");
	struct vrrp_advert a;

	assert_int_equal(
	    vrrp_advert_parse(hex(V3_V6), &other, &p.dst, &a), VRRP_CHECKSUM);
	assert_int_equal(
	    vrrp_advert_parse(hex(V3_V6), &p.src, &other, &a), VRRP_CHECKSUM);
}

TEST(what_can_not_be_said_is_not_written)
{
	static const struct {
		uint8_t version;
		uint32_t interval;
	} rows[] = { { 2, 0 }, { 2, 1500 }, { 2, 256000 }, { 3, 0 }, { 3, 5 },
		{ 3, 40960 } };
	struct packet p = packet_of(FAMILY_V4);
	uint8_t out[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vrrp_advert a = { .version = rows[i].version,
			.interval = rows[i].interval,
			.addrs = hex("c0000264") };
		struct wbuf w = wbuf_of(out, sizeof(out));

		assert_false(vrrp_advert_put(&w, &a, &p.src, &p.dst));
		assert_int_equal(w.len, 0);
	}
}

TEST(what_does_not_fit_is_not_written)
{
	struct packet p = packet_of(FAMILY_V4);
	struct vrrp_advert a = {
		.version = 2, .interval = 1000, .addrs = hex("c0000264")
	};
	uint8_t out[19];
	struct wbuf w = wbuf_of(out, sizeof(out));

	assert_false(vrrp_advert_put(&w, &a, &p.src, &p.dst));
	assert_int_equal(w.len, 0);
}

TEST(every_fault_has_a_name_and_a_text)
{
	for (int f = 0; f < VRRP_FAULTS; f++) {
		assert_non_null(vrrp_fault_name((enum vrrp_fault)f));
		assert_non_null(vrrp_fault_text((enum vrrp_fault)f));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_advertisement_of_each_kind_is_read),
		cmocka_unit_test(what_was_read_is_built_the_same),
		cmocka_unit_test(a_cut_anywhere_is_refused),
		cmocka_unit_test(any_bit_that_is_wrong_is_noticed),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(the_pseudo_header_holds_a_packet_to_its_way),
		cmocka_unit_test(what_can_not_be_said_is_not_written),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(every_fault_has_a_name_and_a_text),
	};

	return cmocka_run_group_tests_name("vrrp_msg", tests, NULL, NULL);
}
