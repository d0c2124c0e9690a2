/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for stations, octet by octet as RFC 7854 and RFC 9069 draw them. */
#include "bgpd/wire/bmp.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static const struct bmp_peer tor_a = {
	.addr = { FAMILY_V4, { 192, 0, 2, 2 } },
	.asn = 65002,
	.id = 0x0a000002,
	.at = 1700000000250,
};

#define ZEROS12 "00000000 00000000 00000000"
/* RFC 7854 4.2 */
#define TOR_A(flags)                                                        \
	"00" flags "00000000 00000000" ZEROS12 "c0000202 0000fdea 0a000002" \
	"6553f100 0003d090"

static struct wbuf
room(size_t n)
{
	return wbuf_of(exact_block(n), n);
}

static void
assert_bytes(const struct wbuf *w, const char *want)
{
	struct rbuf bytes = hex(want);

	assert_false(w->bad);
	assert_int_equal(w->len, bytes.left);
	assert_memory_equal(w->p, bytes.p, bytes.left);
}

TEST(initiation_names_the_node)
{
	struct wbuf w = room(27);

	assert_true(bmp_initiation(&w, "node1", "lbbgp 1"));
	assert_bytes(&w,
	    "03 0000001a 04"
	    "0001 0007 6c62626770 2031"
	    "0002 0005 6e6f646531");
}

TEST(termination_says_why)
{
	struct wbuf w = room(12);

	assert_true(bmp_termination(&w, BMP_END_ADMIN));
	assert_bytes(&w, "03 0000000c 05 0001 0002 0000");
}

TEST(routes_are_updates_behind_their_peer)
{
	struct bmp_peer after = tor_a;
	struct wbuf w = room(200);

	after.flags = BMP_POST_POLICY;
	assert_true(bmp_route(&w, &tor_a, hex("ffff")));
	assert_true(bmp_route(&w, &after, hex("ffff")));
	assert_bytes(&w,
	    "03 00000032 00" TOR_A("00") "ffff"
					 "03 00000032 00" TOR_A("40") "ffff");
}

TEST(a_peer_of_ipv6_is_marked)
{
	struct bmp_peer p = tor_a;
	struct wbuf w = room(200);

	p.addr = (struct addr){ FAMILY_V6, { 0x20, 1, 0xd, 0xb8, [15] = 2 } };
	assert_true(bmp_route(&w, &p, hex("")));
	assert_bytes(&w,
	    "03 00000030 00 00 80 00000000 00000000"
	    "20010db8 00000000 00000000 00000002 0000fdea 0a000002"
	    "6553f100 0003d090");
}

TEST(peer_up_has_both_opens)
{
	struct bmp_up up = { .local = { FAMILY_V4, { 192, 0, 2, 1 } },
		.local_port = 33333,
		.remote_port = 179,
		.sent = hex("aa"),
		.received = hex("bbbb") };
	struct wbuf w = room(200);

	assert_true(bmp_up(&w, &tor_a, &up));
	assert_bytes(&w,
	    "03 00000047 03" TOR_A("00") ZEROS12 "c0000201 8235 00b3 aa bbbb");
}

/* RFC 9069 4.1, 5.1, 5.3: no address, a name of the table. */
TEST(the_table_itself_is_a_peer)
{
	struct bmp_peer p = { .type = BMP_LOC_RIB, .asn = 64517, .id = 1 };
	struct bmp_up up = {
		.sent = hex("aa"), .received = hex("aa"), .table = "global"
	};
	struct wbuf w = room(200);

	assert_true(bmp_up(&w, &p, &up));
	assert_bytes(&w,
	    "03 00000050 03 03 00 00000000 00000000" ZEROS12
	    "00000000 0000fc05 00000001 00000000 00000000" ZEROS12
	    "00000000 0000 0000 aa aa 0003 0006 676c6f62616c");
}

TEST(peer_down_says_why)
{
	struct wbuf w = room(200);

	assert_true(bmp_down(&w, &tor_a, BMP_DOWN_EVENT, hex("0018")));
	assert_true(bmp_down(&w, &tor_a, BMP_DOWN_PEER, hex("")));
	assert_bytes(&w,
	    "03 00000033 02" TOR_A("00") "02 0018"
					 "03 00000031 02" TOR_A("00") "04");
}

TEST(statistics_are_counted)
{
	const struct bmp_count counts[] = {
		{ BMP_STAT_ADJ_RIB_IN, UINT64_C(0x100000002) },
		{ BMP_STAT_WITHDRAWN, 3 },
	};
	struct wbuf w = room(200);

	assert_true(bmp_statistics(&w, &tor_a, counts, 2));
	assert_bytes(&w,
	    "03 00000048 01" TOR_A("00") "00000002"
					 "0007 0008 00000001 00000002"
					 "000b 0004 00000003");
}

TEST(what_does_not_fit_is_not_there)
{
	struct wbuf w = room(60);

	assert_true(bmp_termination(&w, BMP_END_ADMIN));
	assert_false(bmp_route(&w, &tor_a, hex("ffff")));
	assert_false(bmp_initiation(&w, "a name that is",
	    "too long for what is "
	    "left of the room"));
	assert_int_equal(w.len, 12);
	assert_false(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initiation_names_the_node),
		cmocka_unit_test(termination_says_why),
		cmocka_unit_test(routes_are_updates_behind_their_peer),
		cmocka_unit_test(a_peer_of_ipv6_is_marked),
		cmocka_unit_test(peer_up_has_both_opens),
		cmocka_unit_test(the_table_itself_is_a_peer),
		cmocka_unit_test(peer_down_says_why),
		cmocka_unit_test(statistics_are_counted),
		cmocka_unit_test(what_does_not_fit_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
