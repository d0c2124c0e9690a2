/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame and checksum. The frames of ARP and neighbour discovery that are read here were
 * sent by Linux.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/link/checksum.h"
#include "bgpd/link/frame.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define A "02000000000a " /* 192.0.2.1, 2001:db8::1 */
#define B "02000000000b "
#define ARP_HEAD "0001 0800 06 04 "
#define REQUEST                                                               \
	"ffffffffffff " A "0806 " ARP_HEAD "0001 " A "c0000201 000000000000 " \
	"c0000202"
#define REPLY A B "0806 " ARP_HEAD "0002 " B "c0000202 " A "c0000201"
#define IPV6_HEAD "86dd 60000000 0020 3a ff "
#define V6_1 "20010db8000000000000000000000001 "
#define V6_2 "20010db8000000000000000000000002 "
#define SOLICITATION                                                         \
	"3333ff000002 " A IPV6_HEAD V6_1 "ff0200000000000000000001ff000002 " \
	"87 00 1c1e 00000000 " V6_2 "01 01 " A
#define ADVERT A B IPV6_HEAD V6_2 V6_1 "88 00 8a68 60000000 " V6_2 "02 01 " B
/* Is anybody there already? With an option of a type that nobody knows (nonce). */
#define PROBE                                                           \
	"3333ff00000b " B IPV6_HEAD "00000000000000000000000000000000 " \
	"ff0200000000000000000001ff00000b 87 00 999f 00000000 "         \
	"fe80000000000000000000fffe00000b 0e 01 f1180069e3e6"

static const struct mac a = { { 2, 0, 0, 0, 0, 0xa } };
static const struct mac b = { { 2, 0, 0, 0, 0, 0xb } };

static struct addr
addr(const char *text)
{
	struct addr at;

	assert_true(addr_parse(text, &at));
	return at;
}

static void
assert_addr(const struct addr *at, const char *text)
{
	char is[ADDR_TEXT];

	assert_string_equal(addr_print(at, is), text);
}

static bool
parse(struct rbuf r, struct frame *f)
{
	return frame_parse(r.p, r.left, f);
}

static bool
is_refused(struct rbuf r)
{
	struct frame f;

	return !parse(r, &f);
}

/* The frame with its byte at this place changed, in a block of its own. */
static struct rbuf
with(struct rbuf r, size_t at, uint8_t byte)
{
	struct rbuf copy = exact_copy(r.p, r.left);

	((uint8_t *)copy.p)[at] = byte;
	return copy;
}

TEST(an_arp_request_is_read)
{
	struct frame f;

	assert_true(parse(hex(REQUEST), &f));
	assert_int_equal(f.kind, FRAME_ARP);
	assert_true(mac_eq(&f.from, &a));
	assert_true(mac_eq(&f.to, &mac_broadcast));
	assert_false(f.arp.reply);
	assert_true(mac_eq(&f.arp.sender_mac, &a));
	assert_true(mac_is_zero(&f.arp.target_mac));
	assert_addr(&f.arp.sender, "192.0.2.1");
	assert_addr(&f.arp.target, "192.0.2.2");
}

TEST(an_arp_reply_is_read_padded_or_not)
{
	struct frame f;

	assert_true(parse(hex(REPLY), &f));
	assert_true(f.arp.reply);
	assert_true(mac_eq(&f.arp.sender_mac, &b));
	assert_true(mac_eq(&f.arp.target_mac, &a));
	assert_true(
	    parse(hex(REPLY "000000000000000000000000000000000000"), &f));
	assert_addr(&f.arp.sender, "192.0.2.2");
}

TEST(arp_that_is_not_about_ipv4_on_ethernet_is_refused)
{
	static const size_t at[] = { 14, 15, 16, 17, 18, 19, 20, 21 };
	struct rbuf whole = hex(REPLY);

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		assert_true(is_refused(with(whole, at[i], 0x77)));
	assert_true(is_refused(with(whole, 21, 0)));
	assert_true(is_refused(with(whole, 21, 3)));
	assert_true(is_refused(with(whole, 13, 0x77)));
}

TEST(a_group_sends_nothing)
{
	assert_true(is_refused(with(hex(REPLY), 6, 0x03)));
	assert_true(is_refused(with(hex(REPLY), 22, 0x03)));
	assert_true(is_refused(with(hex(SOLICITATION), 6, 0x03)));
}

TEST(a_solicitation_is_read)
{
	struct frame f;

	assert_true(parse(hex(SOLICITATION), &f));
	assert_int_equal(f.kind, FRAME_NEIGHBOR);
	assert_false(f.neighbor.advert);
	assert_addr(&f.neighbor.src, "2001:db8::1");
	assert_addr(&f.neighbor.dst, "ff02::1:ff00:2");
	assert_addr(&f.neighbor.target, "2001:db8::2");
	assert_true(f.neighbor.has_mac);
	assert_true(mac_eq(&f.neighbor.mac, &a));
}

TEST(an_advertisement_is_read)
{
	struct frame f;

	assert_true(parse(hex(ADVERT), &f));
	assert_int_equal(f.kind, FRAME_NEIGHBOR);
	assert_true(f.neighbor.advert);
	assert_false(f.neighbor.router);
	assert_true(f.neighbor.solicited);
	assert_true(f.neighbor.override);
	assert_addr(&f.neighbor.target, "2001:db8::2");
	assert_true(f.neighbor.has_mac);
	assert_true(mac_eq(&f.neighbor.mac, &b));
}

TEST(who_tests_an_address_has_none_and_unknown_options_are_skipped)
{
	struct frame f;

	assert_true(parse(hex(PROBE), &f));
	assert_true(addr_is_zero(&f.neighbor.src));
	assert_false(f.neighbor.has_mac);
	assert_addr(&f.neighbor.target, "fe80::ff:fe00:b");
}

static const char *const samples[] = { REQUEST, REPLY, SOLICITATION, ADVERT,
	PROBE };

static void
assert_cut_is_refused(struct rbuf whole)
{
	for (size_t n = 0; n < whole.left; n++)
		assert_true(is_refused(exact_copy(whole.p, n)));
	assert_false(is_refused(whole));
}

TEST(a_frame_cut_anywhere_is_refused)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_cut_is_refused(hex(samples[i]));
}

/* From the ICMPv6 header on, and the addresses before it: all that is summed up. */
TEST(a_bit_of_neighbour_discovery_that_turned_is_noticed)
{
	struct rbuf whole = hex(ADVERT);

	for (size_t at = 22; at < whole.left; at++)
		for (unsigned bit = 0; bit < 8; bit++)
			assert_true(is_refused(with(
			    whole, at, whole.p[at] ^ (uint8_t)(1 << bit))));
}

/* What is wrong beside the checksum: built with a right one. */
static struct rbuf
built(const char *src, const char *dst, const char *icmp)
{
	struct addr from = addr(src), to = addr(dst);
	struct rbuf body = hex(icmp);
	struct frame_ip ip = { from, to, 58, 255, body.p, body.left };
	uint8_t out[FRAME_MAX];
	uint16_t sum = checksum_pseudo(&from, &to, 58, body.p, body.left);
	uint8_t *p = (uint8_t *)body.p;

	p[2] = sum >> 8;
	p[3] = sum & 0xff;
	size_t n = frame_put_ip(out, &a, &b, &ip);

	assert_int_not_equal(n, 0);
	return exact_copy(out, n);
}

TEST(rules_of_rfc_4861_7_1_are_kept)
{
	static const struct {
		const char *src, *dst, *icmp;
		bool good;
	} rows[] = {
		{ "fe80::1", "fe80::2", "87000000 00000000 " V6_2, true },
		{ "fe80::1", "fe80::2", "87010000 00000000 " V6_2, false },
		{ "fe80::1", "fe80::2", "86000000 00000000 " V6_2, false },
		{ "fe80::1", "fe80::2",
		    "87000000 00000000 ff020000000000000000000000000001",
		    false },
		{ "ff02::1", "fe80::2", "87000000 00000000 " V6_2, false },
		/* From ::, to a group of solicited nodes and without an option. */
		{ "::", "ff02::1:ff00:2", "87000000 00000000 " V6_2, true },
		{ "::", "fe80::2", "87000000 00000000 " V6_2, false },
		{ "::", "ff02::1", "87000000 00000000 " V6_2, false },
		{ "::", "ff02::1:ff00:2", "87000000 00000000 " V6_2 "0101" A,
		    false },
		{ "fe80::1", "ff02::1", "88000000 20000000 " V6_2, true },
		{ "fe80::1", "ff02::1", "88000000 60000000 " V6_2, false },
		/* Options. */
		{ "fe80::1", "fe80::2", "87000000 00000000 " V6_2 "0100" A,
		    false },
		{ "fe80::1", "fe80::2", "87000000 00000000 " V6_2 "0102" A,
		    false },
		{ "fe80::1", "fe80::2",
		    "87000000 00000000 " V6_2 "0102" A "0000000000000000",
		    false },
		{ "fe80::1", "fe80::2",
		    "87000000 00000000 " V6_2 "0101030000000001", false },
		{ "fe80::1", "fe80::2", "87000000 00000000 " V6_2 "0201" A,
		    true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    is_refused(built(rows[i].src, rows[i].dst, rows[i].icmp)),
		    !rows[i].good);
}

TEST(neighbour_discovery_that_has_passed_a_router_is_refused)
{
	assert_true(is_refused(with(hex(SOLICITATION), 21, 254)));
	assert_true(is_refused(with(hex(ADVERT), 21, 254)));
}

/* Lifetime 1800 s; a prefix for hosts, then the source's address. */
#define ROUTER_ADVERT                                                        \
	"333300000001 " A "86dd 60000000 0038 3a ff "                        \
	"fe80000000000000000000fffe00000a ff020000000000000000000000000001 " \
	"86 00 2a75 40 00 0708 00000000 00000000 "                           \
	"0304 40c0 00278d00 00093a80 00000000 "                              \
	"fd000000000000000000000000000000 0101 " A

TEST(an_advertisement_of_a_router_is_read)
{
	struct rbuf whole = hex(ROUTER_ADVERT);
	struct frame f;

	assert_true(parse(whole, &f));
	assert_int_equal(f.kind, FRAME_ROUTER);
	assert_true(f.router.advert);
	assert_addr(&f.router.src, "fe80::ff:fe00:a");
	assert_addr(&f.router.dst, "ff02::1");
	assert_int_equal(f.router.lifetime, 1800);
	assert_true(f.router.has_mac && mac_eq(&f.router.mac, &a));
	assert_true(is_refused(with(whole, 21, 254)));
	for (size_t n = 0; n < whole.left; n++)
		assert_true(is_refused(exact_copy(whole.p, n)));
	for (size_t at = 22; at < whole.left; at++)
		for (unsigned bit = 0; bit < 8; bit++)
			assert_true(is_refused(with(
			    whole, at, whole.p[at] ^ (uint8_t)(1 << bit))));
}

TEST(rules_of_rfc_4861_6_1_are_kept)
{
	static const struct {
		const char *src, *icmp;
		bool good;
	} rows[] = {
		{ "fe80::1", "86000000 40000708 0000000000000000", true },
		{ "2001:db8::1", "86000000 40000708 0000000000000000", false },
		{ "::", "86000000 40000708 0000000000000000", false },
		{ "ff02::1", "86000000 40000708 0000000000000000", false },
		{ "fe80::1", "86010000 40000708 0000000000000000", false },
		{ "fe80::1", "86000000 40000708 00000000000000", false },
		{ "fe80::1", "86000000 40000708 0000000000000000 0500", false },
		{ "fe80::1", "86000000 40000708 0000000000000000 0501", false },
		{ "fe80::1",
		    "86000000 40000708 0000000000000000 0501000000000000",
		    true },
		{ "fe80::1", "85000000 00000000", true },
		{ "::", "85000000 00000000", true },
		{ "::", "85000000 00000000 0101" A, false },
		{ "fe80::1", "85000000 00000000 0101" A, true },
		{ "fe80::1", "85000000 00000000 0100" A, false },
		{ "fe80::1", "85010000 00000000", false },
		{ "fe80::1", "85000000 000000", false },
		{ "ff02::1", "85000000 00000000", false },
		{ "fe80::1", "84000000 00000000", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    is_refused(built(rows[i].src, "ff02::1", rows[i].icmp)),
		    !rows[i].good);
}

TEST(what_a_router_says_goes_there_and_back)
{
	for (unsigned i = 0; i < 4; i++) {
		struct frame_router r = { .advert = (i & 1) != 0,
			.src = addr("fe80::1"),
			.dst = addr("ff02::1"),
			.has_mac = (i & 2) != 0 };
		uint8_t out[FRAME_MAX];
		struct frame f;

		r.lifetime = r.advert ? 1234 : 0;
		r.mac = r.has_mac ? a : r.mac;
		size_t size = frame_put_router(out, &a, &b, &r);

		assert_true(parse(exact_copy(out, size), &f));
		assert_int_equal(f.router.advert, r.advert);
		assert_int_equal(f.router.lifetime, r.lifetime);
		assert_int_equal(f.router.has_mac, r.has_mac);
		assert_true(mac_eq(&f.router.mac, &r.mac));
		r.src = addr("192.0.2.1");
		assert_int_equal(frame_put_router(out, &a, &b, &r), 0);
	}
}

TEST(the_first_of_two_options_counts)
{
	struct frame f;

	assert_true(
	    parse(built("fe80::1", "fe80::2",
		      "88000000 00000000 " V6_2 "0101" A "0201" B "0201" A),
		&f));
	assert_true(mac_eq(&f.neighbor.mac, &b));
}

TEST(an_arp_message_is_written_as_linux_does)
{
	struct frame_arp arp = {
		.sender_mac = a,
		.sender = addr("192.0.2.1"),
		.target = addr("192.0.2.2"),
	};
	struct frame_arp reply = { true, b, a, addr("192.0.2.2"),
		addr("192.0.2.1") };
	struct rbuf wanted = hex(REQUEST);
	uint8_t out[FRAME_MAX];

	assert_int_equal(frame_put_arp(out, &a, &mac_broadcast, &arp), 42);
	assert_memory_equal(out, wanted.p, wanted.left);
	wanted = hex(REPLY);
	assert_int_equal(frame_put_arp(out, &b, &a, &reply), 42);
	assert_memory_equal(out, wanted.p, wanted.left);
}

/* But for the class of traffic, which is 0 there. */
TEST(neighbour_discovery_is_written_as_linux_does)
{
	struct frame_neighbor n = {
		.src = addr("2001:db8::1"),
		.dst = addr("ff02::1:ff00:2"),
		.target = addr("2001:db8::2"),
		.has_mac = true,
		.mac = a,
	};
	struct mac to = frame_group_mac(&n.dst);
	struct rbuf wanted = with(hex(SOLICITATION), 14, 0x6c);
	uint8_t out[FRAME_MAX];

	assert_int_equal(frame_put_neighbor(out, &a, &to, &n), wanted.left);
	assert_memory_equal(out, wanted.p, wanted.left);
	n.advert = n.solicited = n.override = true;
	n.src = n.target;
	n.dst = addr("2001:db8::1");
	n.mac = b;
	wanted = with(hex(ADVERT), 14, 0x6c);
	assert_int_equal(frame_put_neighbor(out, &b, &a, &n), wanted.left);
	assert_memory_equal(out, wanted.p, wanted.left);
}

TEST(flags_go_there_and_back)
{
	for (unsigned flags = 0; flags < 16; flags++) {
		struct frame_neighbor n = {
			.advert = true,
			.router = (flags & 1) != 0,
			.solicited = (flags & 2) != 0,
			.override = (flags & 4) != 0,
			.src = addr("fe80::1"),
			.dst = addr("fe80::2"),
			.target = addr("2001:db8::2"),
			.has_mac = (flags & 8) != 0,
		};
		uint8_t out[FRAME_MAX];
		struct frame f;

		n.mac = n.has_mac ? a : n.mac;
		size_t size = frame_put_neighbor(out, &a, &b, &n);

		assert_true(parse(exact_copy(out, size), &f));
		assert_int_equal(f.neighbor.router, n.router);
		assert_int_equal(f.neighbor.solicited, n.solicited);
		assert_int_equal(f.neighbor.override, n.override);
		assert_int_equal(f.neighbor.has_mac, n.has_mac);
		assert_true(mac_eq(&f.neighbor.mac, &n.mac));
	}
}

/* A hello of both families, into a frame and out of it. */
static struct rbuf
hello(const char *src, const char *text)
{
	struct addr from = addr(src);
	uint8_t out[FRAME_MAX];
	size_t n = frame_put_hello(
	    out, &a, &from, (const uint8_t *)text, strlen(text));

	return exact_copy(out, n);
}

static const char *const sources[] = { "192.0.2.1", "0.0.0.0",
	"fe80::ff:fe00:a" };

TEST(a_hello_goes_there_and_back)
{
	for (size_t i = 0; i < 3; i++) {
		struct frame f;

		assert_true(parse(hello(sources[i], "odd"), &f));
		assert_int_equal(f.kind, FRAME_HELLO);
		assert_true(mac_eq(&f.from, &a));
		struct mac group = frame_group_mac(&f.ip.dst);

		assert_true(mac_eq(&f.to, &group));
		assert_addr(&f.ip.src, sources[i]);
		assert_int_equal(f.ip.n, 3);
		assert_memory_equal(f.ip.payload, "odd", 3);
	}
}

TEST(a_hello_is_cut_or_bent_in_vain)
{
	for (size_t i = 0; i < 3; i++) {
		struct rbuf whole = hello(sources[i], "hello");
		size_t udp = i < 2 ? 34 : 54;

		assert_cut_is_refused(whole);
		for (size_t at = udp; at < whole.left; at++)
			if (at < udp + 6 || at >= udp + 8) /* see below */
				assert_true(is_refused(
				    with(whole, at, whole.p[at] ^ 0x10)));
	}
}

TEST(a_hello_that_has_passed_a_router_is_refused)
{
	struct rbuf v4 = hello("192.0.2.1", "x"), v6 = hello("fe80::1", "x");

	v4 = with(v4, 22, 254); /* and the header's checksum with it */
	assert_true(is_refused(with(v4, 24, v4.p[24] + 1)));
	assert_true(is_refused(with(v6, 21, 254)));
}

/* RFC 768 allows none on IPv4; RFC 8200 8.1 forbids that. */
TEST(a_hello_without_a_checksum_is_of_ipv4)
{
	struct rbuf v4 = hello("192.0.2.1", "x"), v6 = hello("fe80::1", "x");

	assert_false(is_refused(with(with(v4, 40, 0), 41, 0)));
	assert_true(is_refused(with(with(v6, 60, 0), 61, 0)));
}

TEST(a_hello_to_another_group_or_to_one_node_is_refused)
{
	struct addr from = addr("192.0.2.1");
	static const char *const to[] = { "224.0.0.253", "192.0.2.2" };

	for (size_t i = 0; i < 2; i++) {
		struct rbuf udp = hex("23dd 23dd 0009 0000 78");
		struct frame_ip ip = { from, addr(to[i]), 17, 255, udp.p,
			udp.left };
		uint8_t out[FRAME_MAX];
		size_t n = frame_put_ip(out, &a, &b, &ip);

		assert_int_not_equal(n, 0);
		assert_true(is_refused(exact_copy(out, n)));
	}
}

TEST(what_does_not_fit_is_not_written)
{
	static const uint8_t payload[FRAME_MAX];
	struct addr v4 = addr("192.0.2.1"), v6 = addr("fe80::1"), none = { 0 };
	uint8_t out[FRAME_MAX];
	struct frame_ip ip = { v4, v6, 112, 255, payload, 8 };
	struct frame_arp arp = { .sender = v4, .target = v6 };
	struct frame_neighbor n = { .src = v6, .dst = v6, .target = v4 };

	assert_int_equal(
	    frame_put_hello(out, &a, &v6, payload, FRAME_HELLO_MAX), FRAME_MAX);
	assert_int_equal(
	    frame_put_hello(out, &a, &v6, payload, FRAME_HELLO_MAX + 1), 0);
	assert_int_equal(frame_put_hello(out, &a, &none, payload, 1), 0);
	assert_int_equal(frame_put_ip(out, &a, &b, &ip), 0);
	ip.dst = v4;
	ip.n = FRAME_MAX - 34 + 1;
	assert_int_equal(frame_put_ip(out, &a, &b, &ip), 0);
	ip.n--;
	assert_int_equal(frame_put_ip(out, &a, &b, &ip), FRAME_MAX);
	assert_int_equal(frame_put_arp(out, &a, &b, &arp), 0);
	assert_int_equal(frame_put_neighbor(out, &a, &b, &n), 0);
}

/* A frame of VRRP, whatever its message says. */
static struct rbuf
vrrp(const char *src, const char *dst, uint8_t ttl)
{
	static const uint8_t payload[] = { 0x31, 51, 100, 1, 0, 100, 0x12, 0x34,
		192, 0, 2, 9 };
	struct frame_ip ip = { addr(src), addr(dst), 112, ttl, payload,
		sizeof(payload) };
	uint8_t out[FRAME_MAX];
	size_t n = frame_put_ip(out, &a, &b, &ip);

	return exact_copy(out, n);
}

TEST(vrrp_goes_there_and_back)
{
	struct frame f;

	assert_true(parse(vrrp("192.0.2.1", "224.0.0.18", 255), &f));
	assert_int_equal(f.kind, FRAME_VRRP);
	assert_int_equal(f.ip.protocol, 112);
	assert_int_equal(f.ip.ttl, 255);
	assert_addr(&f.ip.src, "192.0.2.1");
	assert_addr(&f.ip.dst, "224.0.0.18");
	assert_int_equal(f.ip.n, 12);
	assert_true(parse(vrrp("fe80::1", "ff02::12", 255), &f));
	assert_int_equal(f.kind, FRAME_VRRP);
	assert_int_equal(f.ip.n, 12);
	assert_cut_is_refused(vrrp("192.0.2.1", "192.0.2.2", 255));
	assert_cut_is_refused(vrrp("fe80::1", "fe80::2", 255));
}

TEST(the_ttl_of_vrrp_is_told)
{
	struct frame f;

	assert_true(parse(vrrp("192.0.2.1", "192.0.2.2", 254), &f));
	assert_int_equal(f.ip.ttl, 254);
	assert_true(parse(vrrp("fe80::1", "fe80::2", 64), &f));
	assert_int_equal(f.ip.ttl, 64);
}

TEST(a_bit_of_an_ipv4_header_that_turned_is_noticed)
{
	struct rbuf whole = vrrp("192.0.2.1", "224.0.0.18", 255);

	for (size_t at = 14; at < 34; at++)
		for (unsigned bit = 0; bit < 8; bit++)
			assert_true(is_refused(with(
			    whole, at, whole.p[at] ^ (uint8_t)(1 << bit))));
}

/* Each with a right checksum of the header. */
TEST(fragments_and_odd_headers_are_refused_and_options_skipped)
{
	static const struct {
		const char *head;
		bool good;
	} rows[] = {
		{ "45c0 0018 0000 4000 ff70 0000", true },
		{ "45c0 0018 0000 2000 ff70 0000", false },
		{ "45c0 0018 0000 0001 ff70 0000", false },
		{ "55c0 0018 0000 4000 ff70 0000", false },
		{ "44c0 0018 0000 4000 ff70 0000", false },
		{ "45c0 0013 0000 4000 ff70 0000", false },
		{ "45c0 0019 0000 4000 ff70 0000", false },
		{ "46c0 0018 0000 4000 ff70 0000", true },
		{ "47c0 0018 0000 4000 ff70 0000", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[200];
		struct frame f;

		snprintf(text, sizeof(text), A B "0800 %s%s", rows[i].head,
		    "c0000201 e0000012 01010101");
		struct rbuf whole = hex(text);
		uint8_t *ip = (uint8_t *)whole.p + 14;
		size_t size = (size_t)(ip[0] & 0xf) * 4;
		uint16_t sum = checksum_plain(ip, size > 24 ? 24 : size);

		ip[10] = sum >> 8;
		ip[11] = sum & 0xff;
		assert_int_equal(parse(whole, &f), rows[i].good);
		if (rows[i].good)
			assert_int_equal(f.ip.n, 24 - size);
	}
}

TEST(groups_have_their_ethernet_addresses)
{
	static const struct {
		const char *group, *mac;
	} rows[] = {
		{ "224.0.0.18", "01:00:5e:00:00:12" },
		{ "239.255.1.2", "01:00:5e:7f:01:02" },
		{ "ff02::12", "33:33:00:00:00:12" },
		{ "ff02::1:ff12:3456", "33:33:ff:12:34:56" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr group = addr(rows[i].group);
		struct mac m = frame_group_mac(&group);
		char text[MAC_TEXT];

		assert_string_equal(mac_print(&m, text), rows[i].mac);
		assert_true(mac_is_group(&m));
	}
}

TEST(an_address_has_its_group_of_solicited_nodes)
{
	struct addr of = addr("2001:db8::aa12:3456");
	struct addr group = frame_solicited_node(&of);

	assert_addr(&group, "ff02::1:ff12:3456");
	group = frame_hello_group(FAMILY_V4);
	assert_addr(&group, "224.0.0.254");
	group = frame_hello_group(FAMILY_V6);
	assert_addr(&group, "ff02::114");
}

/* The example of RFC 1071 3, an odd byte more, and nothing. */
TEST(checksums_are_those_of_rfc_1071)
{
	struct rbuf even = hex("0001 f203 f4f5 f6f7"), odd = hex("0001 f2");

	assert_int_equal(checksum_plain(even.p, even.left), 0xffff - 0xddf2);
	assert_int_equal(checksum_plain(odd.p, odd.left), 0xffff - 0xf201);
	assert_int_equal(checksum_plain(NULL, 0), 0xffff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arp_request_is_read),
		cmocka_unit_test(an_arp_reply_is_read_padded_or_not),
		cmocka_unit_test(
		    arp_that_is_not_about_ipv4_on_ethernet_is_refused),
		cmocka_unit_test(a_group_sends_nothing),
		cmocka_unit_test(a_solicitation_is_read),
		cmocka_unit_test(an_advertisement_is_read),
		cmocka_unit_test(
		    who_tests_an_address_has_none_and_unknown_options_are_skipped),
		cmocka_unit_test(a_frame_cut_anywhere_is_refused),
		cmocka_unit_test(
		    a_bit_of_neighbour_discovery_that_turned_is_noticed),
		cmocka_unit_test(rules_of_rfc_4861_7_1_are_kept),
		cmocka_unit_test(
		    neighbour_discovery_that_has_passed_a_router_is_refused),
		cmocka_unit_test(an_advertisement_of_a_router_is_read),
		cmocka_unit_test(rules_of_rfc_4861_6_1_are_kept),
		cmocka_unit_test(what_a_router_says_goes_there_and_back),
		cmocka_unit_test(the_first_of_two_options_counts),
		cmocka_unit_test(an_arp_message_is_written_as_linux_does),
		cmocka_unit_test(neighbour_discovery_is_written_as_linux_does),
		cmocka_unit_test(flags_go_there_and_back),
		cmocka_unit_test(a_hello_goes_there_and_back),
		cmocka_unit_test(a_hello_is_cut_or_bent_in_vain),
		cmocka_unit_test(a_hello_that_has_passed_a_router_is_refused),
		cmocka_unit_test(a_hello_without_a_checksum_is_of_ipv4),
		cmocka_unit_test(
		    a_hello_to_another_group_or_to_one_node_is_refused),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(vrrp_goes_there_and_back),
		cmocka_unit_test(the_ttl_of_vrrp_is_told),
		cmocka_unit_test(
		    a_bit_of_an_ipv4_header_that_turned_is_noticed),
		cmocka_unit_test(
		    fragments_and_odd_headers_are_refused_and_options_skipped),
		cmocka_unit_test(groups_have_their_ethernet_addresses),
		cmocka_unit_test(an_address_has_its_group_of_solicited_nodes),
		cmocka_unit_test(checksums_are_those_of_rfc_1071),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
