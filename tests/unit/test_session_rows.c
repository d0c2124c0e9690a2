/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hostile inputs that doc/bgp.md numbers, each through a live session: what the
 * peer is told, what the owner hears, and what becomes of the routes that the peer gave
 * before, in a rib behind the session. Each row is tried in every setting: the plain
 * one, path ids or RFC 8950 agreed, the peer a client of the route reflector that we
 * are, and filters on import. What a setting changes stands in the row. Timers,
 * collisions and floods have tests of their own (test_session.c, test_peer_io.c).
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update.h"
#include "common/log.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define MARKER "ffffffffffffffffffffffffffffffff"

#define ORIGIN "400101 00"
#define AS_PATH "400206 0201 0000fdea"
#define NEXT_HOP "400304 c0000202"
#define MANDATORY ORIGIN AS_PATH NEXT_HOP
#define PREFIX "18 0a0000"
/* 2001:db8::/32 by 2001:db8::1 */
#define V6_NEXT_HOP "20010db8000000000000000000000001"
#define MP_REACH "800e1a 0002 01 10" V6_NEXT_HOP "00 20 20010db8"

enum phase { OPENING, CONFIRMING, UP };

struct row {
	const char *name;
	enum phase phase;
	int type; /* 0: body is bytes of the stream; -1: an UPDATE from parts */
	const char *body; /* or the attributes of the UPDATE */
	const char *said;
	const char *news; /* behind a |, if others: from an internal peer */
	const char *nlri; /* one prefix at most */
};

struct setting {
	const char *name;
	bool path_ids;          /* the peer sends them with IPv4 prefixes */
	bool extended_next_hop; /* IPv4 by IPv6 next hops is agreed */
	bool client; /* internal, a client of the route reflector that we are */
	bool filtered, refused; /* on import; refused: everything */
};

static const struct setting settings[] = {
	{ .name = "plain" },
	{ .name = "path ids", .path_ids = true },
	{ .name = "RFC 8950", .extended_next_hop = true },
	{ .name = "reflected", .client = true },
	{ .name = "filtered", .filtered = true },
	{ .name = "refused", .filtered = true, .refused = true },
	{ .name = "all", true, true, true, true, false },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]), FILTER_PREF = 77 };

/* clang-format off */
static const struct row rows[] = {
{ "row 1: a marker that is not all ones", UP, 0, "00ffffffffffffffffffffffffffffff 0013 04", "NOTIFICATION 1/1 CLOSE", "down 1/1", "" },
{ "row 2: a length below 19", UP, 0, MARKER "0012 04", "NOTIFICATION 1/2 CLOSE", "down 1/2", "" },
{ "row 2: a length above 4096", UP, 0, MARKER "1001 05", "NOTIFICATION 1/2 CLOSE", "down 1/2", "" },
{ "row 2: a KEEPALIVE of 20 bytes", UP, 0, MARKER "0014 04 00", "NOTIFICATION 1/2 CLOSE", "down 1/2", "" },
{ "row 2: an OPEN below its minimum", OPENING, 0, MARKER "001c 01", "NOTIFICATION 1/2 CLOSE", "", "" },
{ "row 3: message type 0", UP, 0, MARKER "0013 00", "NOTIFICATION 1/3 CLOSE", "down 1/3", "" },
{ "row 3: message type 6", UP, 0, MARKER "0013 06", "NOTIFICATION 1/3 CLOSE", "down 1/3", "" },
{ "row 4: an UPDATE above 4096 bytes", UP, 0, MARKER "1001 02", "NOTIFICATION 1/2 CLOSE", "down 1/2", "" },
{ "row 5: OPEN of version 5", OPENING, MSG_OPEN, "05 fdea 00b4 0a000002 00", "NOTIFICATION 2/1 CLOSE", "", "" },
{ "row 6: the AS of another peer", OPENING, MSG_OPEN, "04 fdeb 00b4 0a000002 00", "NOTIFICATION 2/2 CLOSE", "", "" },
{ "row 6: AS 0", OPENING, MSG_OPEN, "04 0000 00b4 0a000002 00", "NOTIFICATION 2/2 CLOSE", "", "" },
{ "row 6: AS_TRANS and a capability with AS 0", OPENING, MSG_OPEN, "04 5ba0 00b4 0a000002 08 0206 4104 00000000", "NOTIFICATION 2/2 CLOSE", "", "" },
{ "row 7: router id 0", OPENING, MSG_OPEN, "04 fdea 00b4 00000000 00", "NOTIFICATION 2/3 CLOSE", "", "" },
{ "row 8: hold time 1", OPENING, MSG_OPEN, "04 fdea 0001 0a000002 00", "NOTIFICATION 2/6 CLOSE", "", "" },
{ "row 8: hold time 2", OPENING, MSG_OPEN, "04 fdea 0002 0a000002 00", "NOTIFICATION 2/6 CLOSE", "", "" },
{ "row 9: parameters overrun the OPEN", OPENING, MSG_OPEN, "04 fdea 00b4 0a000002 08 0206 4104", "NOTIFICATION 2/0 CLOSE", "", "" },
{ "row 9: a parameter overruns the parameters", OPENING, MSG_OPEN, "04 fdea 00b4 0a000002 03 0206 41", "NOTIFICATION 2/0 CLOSE", "", "" },
{ "row 10: an unknown optional parameter", OPENING, MSG_OPEN, "04 fdea 00b4 0a000002 03 0101 00", "NOTIFICATION 2/4 CLOSE", "", "" },
{ "row 11: a capability twice, and an unknown one", OPENING, MSG_OPEN, "04 fdea 00b4 0a000002 0b 0209 0200 0200 c801 aa 4700", "KEEPALIVE", "", "" },
{ "row 13: an UPDATE in OpenSent", OPENING, MSG_UPDATE, "0000 0000", "NOTIFICATION 5/1 CLOSE", "", "" },
{ "row 13: a KEEPALIVE in OpenSent", OPENING, MSG_KEEPALIVE, "", "NOTIFICATION 5/1 CLOSE", "", "" },
{ "row 13: an UPDATE in OpenConfirm", CONFIRMING, MSG_UPDATE, "0000 0000", "NOTIFICATION 5/2 CLOSE", "", "" },
{ "row 13: a ROUTE-REFRESH in OpenConfirm", CONFIRMING, MSG_ROUTE_REFRESH, "0001 00 01", "NOTIFICATION 5/2 CLOSE", "", "" },
{ "row 13: an OPEN in OpenConfirm", CONFIRMING, MSG_OPEN, "04 fdea 00b4 0a000002 00", "NOTIFICATION 5/2 CLOSE", "", "" },
{ "row 13: an OPEN in Established", UP, MSG_OPEN, "04 fdea 00b4 0a000002 00", "NOTIFICATION 5/3 CLOSE", "down 5/3", "" },
{ "row 15: the lengths exceed the UPDATE", UP, MSG_UPDATE, "0000 0005 400101", "NOTIFICATION 3/1 CLOSE", "down 3/1", "" },
{ "row 16: an attribute overruns, with a prefix", UP, -1, MANDATORY "400108 00", "", "update withdraw", PREFIX },
{ "row 16: an attribute overruns, without a prefix", UP, -1, MANDATORY "400108 00", "NOTIFICATION 3/1 CLOSE", "down 3/1", "" },
{ "row 17: an attribute twice", UP, -1, MANDATORY ORIGIN, "", "update discard", PREFIX },
{ "row 18: MP_REACH_NLRI twice", UP, -1, MP_REACH MP_REACH ORIGIN AS_PATH, "NOTIFICATION 3/1 CLOSE", "down 3/1", "" },
{ "row 19: ORIGIN with the flags of an optional one", UP, -1, "c00101 00" AS_PATH NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 19: AGGREGATOR with the flags of a well-known one", UP, -1, MANDATORY "400708 0000fdea 0a000002", "", "update discard", PREFIX },
{ "row 19: MP_REACH_NLRI with the flags of a transitive one", UP, -1, "c00e1a 0002 01 10" V6_NEXT_HOP "00 20 20010db8" ORIGIN AS_PATH, "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 19: MP_UNREACH_NLRI with the flags of a well-known one", UP, -1, "400f08 0002 01 20 20010db8", "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 20: no NEXT_HOP", UP, -1, ORIGIN AS_PATH, "", "update withdraw", PREFIX },
{ "row 21: an unknown well-known attribute", UP, -1, MANDATORY "406401 00", "NOTIFICATION 3/2 CLOSE", "down 3/2", PREFIX },
{ "row 22: an unknown optional transitive attribute", UP, -1, MANDATORY "c06401 00", "", "update", PREFIX },
{ "row 22: an unknown optional non-transitive attribute", UP, -1, MANDATORY "806401 00", "", "update", PREFIX },
{ "row 23: ORIGIN 3", UP, -1, "400101 03" AS_PATH NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 23: ORIGIN of two octets", UP, -1, "400102 0000" AS_PATH NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 24: an AS_PATH segment of type 9", UP, -1, ORIGIN "400206 0901 0000fdea" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 24: an AS_PATH segment that overruns", UP, -1, ORIGIN "400206 0202 0000fdea" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 24: an empty AS_PATH segment", UP, -1, ORIGIN "400208 0201 0000fdea 0200" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 24: AS 0 in the AS_PATH", UP, -1, ORIGIN "40020a 0202 0000fdea 00000000" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 24: an AS_SET", UP, -1, ORIGIN "40020c 0201 0000fdea 0101 0000fdeb" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 25: NEXT_HOP of three octets", UP, -1, ORIGIN AS_PATH "400303 c00002", "", "update withdraw", PREFIX },
{ "row 27: MED of three octets", UP, -1, MANDATORY "800403 000001", "", "update withdraw", PREFIX },
{ "row 27: LOCAL_PREF from an external peer", UP, -1, MANDATORY "400504 00000064", "", "update discard|update", PREFIX },
{ "row 27: LOCAL_PREF of three octets", UP, -1, MANDATORY "400503 000064", "", "update discard|update withdraw", PREFIX },
{ "row 28: ATOMIC_AGGREGATE with an octet", UP, -1, MANDATORY "400601 00", "", "update discard", PREFIX },
{ "row 28: AGGREGATOR of six octets", UP, -1, MANDATORY "c00706 fdea 0a000002", "", "update discard", PREFIX },
{ "row 28: AGGREGATOR with AS 0", UP, -1, MANDATORY "c00708 00000000 0a000002", "", "update discard", PREFIX },
{ "row 29: COMMUNITIES of five octets", UP, -1, MANDATORY "c00805 0000000100", "", "update withdraw", PREFIX },
{ "row 29: EXTENDED COMMUNITIES of seven octets", UP, -1, MANDATORY "c01007 00000000000000", "", "update withdraw", PREFIX },
{ "row 29: LARGE_COMMUNITY of eleven octets", UP, -1, MANDATORY "c0200b 0000000000000000000000", "", "update withdraw", PREFIX },
{ "row 30: ORIGINATOR_ID from an external peer", UP, -1, MANDATORY "800904 0a000009", "", "update discard|update", PREFIX },
{ "row 30: ORIGINATOR_ID of three octets", UP, -1, MANDATORY "800903 0a0000", "", "update discard|update withdraw", PREFIX },
{ "row 30: CLUSTER_LIST of five octets", UP, -1, MANDATORY "800a05 0a00000900", "", "update discard|update withdraw", PREFIX },
{ "row 31: AS4_PATH from a peer with 4-octet numbers", UP, -1, MANDATORY "c01106 0201 0000fdea", "", "update discard", PREFIX },
{ "row 32: a next hop of nine octets", UP, -1, ORIGIN AS_PATH "800e13 0002 01 09 200100000000000000 00 20 20010db8", "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 32: an IPv4 prefix by a next hop of 24 octets", UP, -1, ORIGIN AS_PATH "800e21 0001 01 18 0000000000000000" V6_NEXT_HOP "00 18 0a0000", "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 33: MP_REACH_NLRI of a family that was not agreed", UP, -1, ORIGIN AS_PATH "800e0d 0019 46 04 c0000202 00 00000000", "", "update", "" },
{ "row 35: a prefix of 33 bits", UP, -1, MANDATORY, "NOTIFICATION 3/10 CLOSE", "down 3/10", "21 0a00000001" },
{ "row 35: a prefix that overruns", UP, -1, MANDATORY, "NOTIFICATION 3/10 CLOSE", "down 3/10", "20 0a0000" },
{ "row 35: an IPv6 prefix of 129 bits", UP, -1, ORIGIN AS_PATH "800e27 0002 01 10" V6_NEXT_HOP "00 81 2001000000000000000000000000000000", "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 37: a prefix and no attributes at all", UP, -1, "", "", "update withdraw", PREFIX },
{ "row 38: an UPDATE that only resembles End-of-RIB", UP, -1, "800f04 0002 01 20", "NOTIFICATION 3/9 CLOSE", "down 3/9", "" },
{ "row 39: OTC of three octets", UP, -1, MANDATORY "c02303 000001", "", "update withdraw", PREFIX },
{ "row 39: AIGP in bad shape", UP, -1, MANDATORY "801a02 ffff", "", "update", PREFIX },
{ "row 39: attribute 255", UP, -1, MANDATORY "c0ff01 00", "", "update", PREFIX },
{ "row 42: a ROUTE-REFRESH of 22 bytes", UP, 0, MARKER "0016 05 0001 00", "NOTIFICATION 1/2 CLOSE", "down 1/2", "" },
{ "row 42: a ROUTE-REFRESH of an unknown family", UP, MSG_ROUTE_REFRESH, "4004 00 47", "", "", "" },
{ "row 43: a NOTIFICATION of 20 bytes", UP, 0, MARKER "0014 03 06", "CLOSE", "down 0/0", "" },
{ "row 43: a NOTIFICATION with an unknown code", UP, MSG_NOTIFICATION, "c8 07", "CLOSE", "down 200/7", "" },
{ "row 44: a shutdown text longer than its message", UP, MSG_NOTIFICATION, "06 02 ff 6869", "CLOSE", "down 6/2", "" },
{ "row 54: Cease with Hard Reset", UP, MSG_NOTIFICATION, "06 09 06 02", "CLOSE", "down 6/2", "" },
{ "row 54: Hard Reset that carries nothing", UP, MSG_NOTIFICATION, "06 09", "CLOSE", "down 6/9", "" },
{ "row 56: NEXT_HOP without a value", UP, -1, ORIGIN AS_PATH "400300", "", "update withdraw", PREFIX },
{ "row 57: the first AS is not the peer's", UP, -1, ORIGIN "400206 0201 0000fdeb" NEXT_HOP, "", "update withdraw|update", PREFIX },
{ "row 58: our own AS in the path is no error", UP, -1, ORIGIN "40020a 0202 0000fdea 0000fde9" NEXT_HOP, "", "update", PREFIX },
{ "row 59: a confederation segment", UP, -1, ORIGIN "40020c 0201 0000fdea 0301 0000fdeb" NEXT_HOP, "", "update withdraw", PREFIX },
{ "row 60: a withdrawn prefix of 33 bits", UP, MSG_UPDATE, "0006 21 0a00000001 0000", "NOTIFICATION 3/10 CLOSE", "down 3/10", "" },
{ "row 60: the withdrawn routes overrun", UP, MSG_UPDATE, "0009 18 0a0000 0000", "NOTIFICATION 3/1 CLOSE", "down 3/1", "" },
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct path_table *paths; /* of one test; NULL: it has no rib */
static struct rib *rib;
static struct policy policy;

static void
say_update(struct fake_peer *p, const char *attrs, const char *nlri)
{
	char body[1024];

	snprintf(body, sizeof(body), "0000 %04zx %s %s", hex(attrs).left, attrs,
	    nlri);
	fake_say(p, MSG_UPDATE, body);
}

static void
into_rib(struct fake_peer *p, const struct update *u)
{
	(void)p;
	assert_int_equal(rib_import(rib, 1, u), RIB_IMPORTED);
}

static void
arrange_rib(const struct setting *as)
{
	static const struct action action = { ACTION_LOCAL_PREF,
		{ FILTER_PREF }, { 0 } };

	paths = path_table_new(1);
	rib = rib_new(paths);
	policy = (struct policy){ .otherwise = as->refused
		    ? VERDICT_REFUSE
		    : rib_verdict(rib, &action, 1) };
	rib_set_identity(rib,
	    &(struct identity){ .asn = LOCAL_AS,
		.router_id = LOCAL_ID,
		.cluster_id = as->client ? LOCAL_ID : 0 });
	rib_add_source(rib, 1,
	    &(struct rib_source){ .kind = as->client ? PEER_IBGP : PEER_EBGP,
		.import = IMPORT_ACCEPT,
		.asn = as->client ? LOCAL_AS : PEER_AS,
		.router_id = PEER_ID,
		.reflected = as->client,
		.client = as->client,
		.policy = as->filtered ? &policy : NULL });
}

/* A route for its own, if its UPDATEs have path ids. */
static void
say_route(struct fake_peer *p, const struct setting *as, const char *attrs,
    const char *nlri)
{
	char with_id[64];

	snprintf(with_id, sizeof(with_id), "00000007 %s", nlri);
	say_update(p, attrs, as->path_ids && nlri[0] != 0 ? with_id : nlri);
}

/* Established, it has said PREFIX and 2001:db8::/32, which are in the rib. */
static struct fake_peer *
arrange_as(enum phase phase, const struct setting *as)
{
	struct fake_peer *p = fake_new();

	if (as->client)
		p->config.remote_as = LOCAL_AS;
	p->config.families[FAMILY_V6] = true;
	p->config.add_path_receive = as->path_ids;
	p->config.extended_next_hop = as->extended_next_hop;

	struct bgp_open o = fake_open(p);

	o.caps.extended_next_hop = as->extended_next_hop;
	if (as->path_ids)
		o.caps.add_path[FAMILY_V4] = ADD_PATH_SEND;
	fake_start(p);
	fake_connects(p);
	if (phase >= CONFIRMING)
		fake_say_open(p, &o);
	if (phase == UP) {
		fake_say_keepalive(p);
		arrange_rib(as);
		p->on_update = into_rib;
		say_route(p, as, MANDATORY, PREFIX);
		say_update(p, MP_REACH ORIGIN AS_PATH, "");
	}
	fake_forget(p);
	return p;
}

static struct fake_peer *
arrange(enum phase phase)
{
	return arrange_as(phase, &settings[0]);
}

static int
teardown(void **state)
{
	fake_teardown(state);
	if (paths != NULL) {
		rib_free(rib);
		path_table_free(paths);
	}
	paths = NULL;
	return 0;
}

static bool
has_route(const struct prefix *p, const struct setting *as, bool looped)
{
	bool used = !as->refused && !looped;
	struct rib_route r;

	if (!rib_lookup(rib, p, 0, &r))
		return false;
	assert_int_equal(r.eligible, used);
	assert_int_equal(r.filtered, as->refused && !looped);
	assert_int_equal(
	    r.path->local_pref == FILTER_PREF, used && as->filtered);
	return true;
}

/* What is withdrawn is gone, whatever filters made of it; nothing else is. */
static void
check_routes(const struct row *row, const struct setting *as, const char *news)
{
	static const struct prefix v4 = { { FAMILY_V4, { 10 } }, 24 };
	static const struct prefix v6 = {
		{ FAMILY_V6, { 0x20, 0x01, 0x0d, 0xb8 } }, 32
	};
	bool withdrawn = strcmp(news, "update withdraw") == 0;
	bool looped = strncmp(row->name, "row 58", 6) == 0;

	assert_int_equal(has_route(&v4, as, looped), !withdrawn);
	assert_true(has_route(&v6, as, false));
}

/* The peer's AS is ours, if it is internal. */
static void
say_open_as(struct fake_peer *p, const struct setting *as, const char *body)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", body);
	if (as->client && strncmp(body, "04 fdea", 7) == 0)
		memcpy(text, "04 fde9", 7);
	fake_say(p, MSG_OPEN, text);
}

struct trial {
	const struct row *row;
	const struct setting *as;
	char name[160];
};

static void
gets_the_reaction_it_should(void **state)
{
	const struct trial *trial = *state;
	const struct row *row = trial->row;
	const struct setting *as = trial->as;
	struct fake_peer *p = arrange_as(row->phase, as);
	const char *internal = strchr(row->news, '|');
	char news[80];

	snprintf(news, sizeof(news), "%s",
	    internal != NULL && as->client ? internal + 1 : row->news);
	news[strcspn(news, "|")] = '\0';

	if (row->type == 0)
		fake_say_bytes(p, row->body);
	else if (row->type < 0)
		say_route(p, as, row->body, row->nlri);
	else if (row->type == MSG_OPEN)
		say_open_as(p, as, row->body);
	else
		fake_say(p, (uint8_t)row->type, row->body);
	assert_said(p, row->said);
	assert_news(p, news);
	if (strncmp(news, "update", 6) == 0)
		check_routes(row, as, news);
}

/* An UPDATE of n bytes: MANDATORY, and 0.0.0.0/0 as often as there is room. */
static void
say_long(struct fake_peer *p, size_t n)
{
	struct rbuf attrs = hex(MANDATORY);
	uint8_t *room = exact_block(n);
	struct wbuf w = wbuf_of(room, n);

	msg_begin(&w, MSG_UPDATE);
	wbuf_u16(&w, 0);
	wbuf_u16(&w, (uint16_t)attrs.left);
	wbuf_copy(&w, attrs);
	memset(room + w.len, 0, n - w.len);
	w.len = n;
	assert_true(msg_end(&w, 0));
	fake_say_block(p, wbuf_read(&w, 0));
}

static struct fake_peer *
arrange_add_path(bool ours, uint8_t theirs)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.families[FAMILY_V6] = true;
	p->config.add_path_receive = ours;
	o.caps.add_path[FAMILY_V4] = o.caps.add_path[FAMILY_V6] = theirs;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	fake_forget(p);
	return p;
}

TEST(path_ids_are_taken_where_they_are_agreed) /* RFC 7911 3 */
{
	struct fake_peer *p = arrange_add_path(true, ADD_PATH_SEND);

	say_update(p, MANDATORY, "00000001" PREFIX "00000002" PREFIX);
	fake_say(p, MSG_UPDATE, "0008 00000001" PREFIX "0000");
	assert_said(p, "");
	assert_news(p, "update update");
}

/* Row 34: 10.1.0.0/16 by fd00::1 and fe80::1, and who may say so. */
TEST(ipv4_by_an_ipv6_next_hop_has_to_be_agreed_on)
{
	static const char update[] =
	    "0000 0038 40010100 40020602010000fdea 800e28 0001 01 20 "
	    "fd000000000000000000000000000001 "
	    "fe800000000000000000000000000001 00 100a01";

	for (unsigned i = 0; i < 4; i++) {
		struct fake_peer *p = fake_new();
		struct bgp_open o = fake_open(p);

		p->config.extended_next_hop = (i & 1) != 0;
		o.caps.extended_next_hop = (i & 2) != 0;
		fake_start(p);
		fake_connects(p);
		fake_say_open(p, &o);
		fake_say_keepalive(p);
		fake_forget(p);
		fake_say(p, MSG_UPDATE, update);
		assert_said(p, i == 3 ? "" : "NOTIFICATION 3/9 CLOSE");
	}
}

TEST(prefixes_without_the_path_ids_agreed_are_refused) /* row 51 */
{
	struct fake_peer *p = arrange_add_path(true, ADD_PATH_SEND);

	/* The id is 18 0a 00 00, then there is nothing. */
	say_update(p, MANDATORY, PREFIX);
	assert_said(p, "NOTIFICATION 3/10 CLOSE");
	assert_news(p, "down 3/10");
	p = arrange_add_path(true, ADD_PATH_SEND);
	fake_say(p, MSG_UPDATE, "0004" PREFIX "0000");
	assert_said(p, "NOTIFICATION 3/10 CLOSE");
	p = arrange_add_path(true, ADD_PATH_SEND);
	say_update(p, MP_REACH ORIGIN AS_PATH, "");
	assert_said(p, "NOTIFICATION 3/9 CLOSE");
}

/* Row 51: an id of 33 reads as three times 0.0.0.0/0 and a prefix of 33 bits. */
TEST(path_ids_that_were_not_agreed_are_refused)
{
	static const uint8_t modes[] = { 0, ADD_PATH_RECEIVE };

	for (size_t i = 0; i < 2; i++) {
		struct fake_peer *p = arrange_add_path(true, modes[i]);

		say_update(p, MANDATORY, "00000021" PREFIX);
		assert_said(p, "NOTIFICATION 3/10 CLOSE");
	}
	struct fake_peer *p = arrange_add_path(false, ADD_PATH_SEND);

	say_update(p, MANDATORY, "00000021" PREFIX);
	assert_said(p, "NOTIFICATION 3/10 CLOSE");
}

static struct fake_peer *
arrange_extended(bool ours, bool theirs)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.extended_messages = ours;
	o.caps.extended_message = theirs;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	fake_forget(p);
	return p;
}

TEST(an_extended_message_is_taken_where_both_have_them) /* RFC 8654 4 */
{
	struct fake_peer *p = arrange_extended(true, true);

	say_long(p, MSG_MAX + 1);
	say_long(p, MSG_MAX_EXTENDED);
	assert_said(p, "");
	assert_news(p, "update update");
}

TEST(an_extended_message_is_refused_unless_both_have_them) /* row 4 */
{
	struct fake_peer *p = arrange_extended(true, false);

	say_long(p, MSG_MAX);
	assert_news(p, "update");
	say_long(p, MSG_MAX + 1);
	assert_said(p, "NOTIFICATION 1/2 CLOSE");
	p = arrange_extended(false, true);
	say_long(p, MSG_MAX + 1);
	assert_said(p, "NOTIFICATION 1/2 CLOSE");
}

TEST(a_keepalive_stays_short_with_extended_messages) /* row 2, RFC 8654 4 */
{
	struct fake_peer *p = arrange_extended(true, true);

	fake_say_bytes(p, MARKER "1001 04");
	assert_said(p, "NOTIFICATION 1/2 CLOSE");
}

/* Row 50: half of one is kept by TCP's side; what is left is less than a message. */
TEST(an_extended_message_may_come_in_parts)
{
	struct fake_peer *p = arrange_extended(true, true);
	uint8_t *bytes = exact_block(MSG_MAX_EXTENDED);
	struct conn *c = p->at->conn;

	memset(bytes, 0, MSG_MAX_EXTENDED);
	memset(bytes, 0xff, 16);
	bytes[16] = bytes[17] = 0xff;
	bytes[18] = MSG_UPDATE;
	assert_int_equal(conn_input(c, bytes, MSG_MAX_EXTENDED - 1, p->now), 0);
	assert_int_equal(
	    conn_input(c, bytes, MSG_MAX_EXTENDED, p->now), MSG_MAX_EXTENDED);
	assert_news(p, "update withdraw"); /* without attributes */
}

TEST(an_internal_peer_with_our_router_id_is_refused) /* row 7 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o;

	p->config.remote_as = LOCAL_AS;
	fake_start(p);
	fake_connects(p);
	o = fake_open(p);
	o.router_id = LOCAL_ID;
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/3 CLOSE");
}

TEST(an_external_peer_may_have_our_router_id) /* row 7, RFC 6286 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	fake_connects(p);
	o.router_id = LOCAL_ID;
	fake_say_open(p, &o);
	assert_said(p, "OPEN KEEPALIVE");
}

TEST(no_family_in_common_is_refused) /* row 12 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	fake_connects(p);
	o.caps.family[FAMILY_V4] = false;
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/7 CLOSE");
}

TEST(a_role_that_does_not_go_with_ours_is_refused) /* row 12, RFC 9234 4.2 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.role = ROLE_CUSTOMER;
	fake_start(p);
	fake_connects(p);
	o.caps.has_role = true;
	o.caps.role = ROLE_CUSTOMER - 1;
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/11 CLOSE");
}

TEST(no_role_is_refused_by_who_is_strict) /* row 12, RFC 9234 4.2 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.role = ROLE_CUSTOMER;
	p->config.role_strict = true;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/11 CLOSE");
}

TEST(a_shutdown_text_is_made_safe_to_show) /* rows 12, 44, 55 */
{
	struct fake_peer *p = arrange(UP);

	fake_say(p, MSG_NOTIFICATION, "06 02 08 1b5b33 31 ff c3a4 0a");
	assert_string_equal(session_error(p->session)->text, "?[31?\xc3\xa4?");
	assert_true(session_error(p->session)->received);
}

TEST(each_fault_is_counted_by_its_attribute)
{
	struct fake_peer *p = arrange(UP);
	const struct session_stats *stats = session_stats(p->session);

	say_update(p, "400101 03" AS_PATH NEXT_HOP, PREFIX);
	say_update(p, MANDATORY "400601 00", PREFIX);
	say_update(p, MANDATORY "406401 00", PREFIX);
	assert_int_equal(stats->attr_withdrawn[ATTR_ORIGIN], 1);
	assert_int_equal(stats->attr_discarded[ATTR_ATOMIC_AGGREGATE], 1);
	assert_int_equal(stats->updates_withdrawn, 1);
	assert_int_equal(stats->updates_discarded, 1);
	assert_int_equal(stats->updates_reset, 1);
	assert_int_equal(stats->notifications_out[ERR_UPDATE], 1);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, teardown)
	static struct trial trials[SETTINGS * ROWS];
	struct CMUnitTest tests[SETTINGS * ROWS + 15] = {
		[SETTINGS * ROWS] =
		    T(an_internal_peer_with_our_router_id_is_refused),
		T(an_external_peer_may_have_our_router_id),
		T(no_family_in_common_is_refused),
		T(a_role_that_does_not_go_with_ours_is_refused),
		T(no_role_is_refused_by_who_is_strict),
		T(a_shutdown_text_is_made_safe_to_show),
		T(each_fault_is_counted_by_its_attribute),
		T(path_ids_are_taken_where_they_are_agreed),
		T(ipv4_by_an_ipv6_next_hop_has_to_be_agreed_on),
		T(prefixes_without_the_path_ids_agreed_are_refused),
		T(path_ids_that_were_not_agreed_are_refused),
		T(an_extended_message_is_taken_where_both_have_them),
		T(an_extended_message_is_refused_unless_both_have_them),
		T(a_keepalive_stays_short_with_extended_messages),
		T(an_extended_message_may_come_in_parts),
	};
#undef T

	for (size_t i = 0; i < SETTINGS * ROWS; i++) {
		struct trial *t = &trials[i];

		*t = (struct trial){ &rows[i / SETTINGS],
			&settings[i % SETTINGS], "" };
		snprintf(t->name, sizeof(t->name), "%s (%s)", t->row->name,
		    t->as->name);
		tests[i] = (struct CMUnitTest){ t->name,
			gets_the_reaction_it_should, NULL, teardown, t };
	}
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("session_rows", tests, NULL, NULL);
}
