/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/pack.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { PREFIXES = 2000 };

struct world {
	struct path_table *paths;
	struct prefix_table prefixes;
	uint32_t indices[PREFIXES];
	struct packer packer;
	uint8_t bytes[MSG_MAX];
};

static void
world_init(struct world *w, enum family family, size_t max)
{
	w->paths = path_table_new(1);
	prefix_table_init(&w->prefixes, family, 1);
	for (uint32_t i = 0; i < PREFIXES; i++) {
		struct addr a = family == FAMILY_V4 ? addr_v4(0x0a000000 + i)
						    : ip("2001:db8::");

		a.bytes[14] = family == FAMILY_V4 ? 0 : (uint8_t)(i >> 8);
		a.bytes[15] = family == FAMILY_V4 ? 0 : (uint8_t)i;
		struct prefix p = prefix_host(&a);

		w->indices[i] = prefix_table_add(&w->prefixes, &p);
	}
	packer_init(&w->packer, &w->prefixes, true, max);
}

static void
world_fini(struct world *w)
{
	packer_fini(&w->packer);
	prefix_table_fini(&w->prefixes);
	path_table_free(w->paths);
}

/* As BENCH measures: one community, one large community, eBGP. */
static struct path *
bench_path(struct world *w, enum family family)
{
	uint32_t community = 64517u << 16 | 120;
	struct large_community large = { 64517, 300, 100 };
	static const struct rib_source local = { .kind = PEER_LOCAL };
	struct path *in = path_local(w->paths,
	    &(struct path_local){ .communities = &community,
		.n_communities = 1,
		.large = &large,
		.n_large = 1 });
	struct path *out = policy_export(&ebgp_key, family, &local, in, 0);

	path_unref(in);
	return out;
}

static struct update
parse(struct rbuf bytes, uint8_t *room, size_t size)
{
	static const struct update_ctx ctx = {
		.ebgp = true,
		.as4 = true,
		.family = { [FAMILY_V4] = true, [FAMILY_V6] = true },
	};
	struct wbuf scratch = wbuf_of(room, size);
	struct msg msg;
	struct update u;
	struct bgp_err err;

	assert_int_equal(msg_cut(&bytes, MSG_MAX, &msg, &err), MSG_WHOLE);
	assert_int_equal(
	    update_parse(msg.body, &ctx, &scratch, &u, &err), UPD_OK);
	return u;
}

TEST(a_message_holds_806_host_routes)
{
	static struct world w;
	struct path *path;
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];

	world_init(&w, FAMILY_V4, MSG_MAX);
	path = bench_path(&w, FAMILY_V4);
	packer_set_path(&w.packer, path);
	struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));
	size_t left = pack_reach(&w.packer, &buf, w.indices, PREFIXES);

	assert_int_equal(PREFIXES - left, 806);
	struct update u = parse(wbuf_read(&buf, 0), room, sizeof(room));

	assert_int_equal(u.reach[0].nlri.count, 806);
	path_unref(path);
	world_fini(&w);
}

TEST(ipv6_goes_into_mp_reach)
{
	static struct world w;
	struct path *path;
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];

	world_init(&w, FAMILY_V6, MSG_MAX);
	path = bench_path(&w, FAMILY_V6);
	packer_set_path(&w.packer, path);
	struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));

	assert_int_equal(pack_reach(&w.packer, &buf, w.indices, 3), 0);
	struct update u = parse(wbuf_read(&buf, 0), room, sizeof(room));

	assert_int_equal(u.reach[1].nlri.count, 3);
	assert_true(
	    addr_eq(&u.reach[1].next_hop.addr, &ebgp_key.next_hop[FAMILY_V6]));
	assert_int_equal(w.bytes[24], ATTR_MP_REACH); /* RFC 7606 5.1: first */
	path_unref(path);
	world_fini(&w);
}

TEST(withdrawals_need_no_attributes)
{
	static struct world w;
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];

	world_init(&w, FAMILY_V4, MSG_MAX);
	struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));
	size_t left = pack_unreach(&w.packer, &buf, w.indices, PREFIXES);

	assert_int_equal(PREFIXES - left, (MSG_MAX - 23) / 5);
	struct update u = parse(wbuf_read(&buf, 0), room, sizeof(room));

	assert_int_equal(u.unreach[0].count, PREFIXES - left);
	world_fini(&w);
}

TEST(an_extended_message_is_as_full) /* RFC 8654 */
{
	static struct world w;
	static uint8_t bytes[MSG_MAX_EXTENDED];
	static uint32_t many[20000];

	world_init(&w, FAMILY_V4, MSG_MAX_EXTENDED);
	for (size_t i = 0; i < 20000; i++)
		many[i] = w.indices[i % PREFIXES];
	struct wbuf buf = wbuf_of(bytes, sizeof(bytes));
	size_t left = pack_unreach(&w.packer, &buf, many, 20000);

	assert_int_equal(20000 - left, (MSG_MAX_EXTENDED - 23) / 5);
	world_fini(&w);
}

TEST(all_prefixes_go_out_once)
{
	static struct world w;
	struct path *path;
	size_t left = PREFIXES;
	unsigned messages = 0;

	world_init(&w, FAMILY_V4, 300);
	path = bench_path(&w, FAMILY_V4);
	packer_set_path(&w.packer, path);
	for (; left > 0; messages++) {
		struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));

		left = pack_reach(&w.packer, &buf, w.indices, left);
		assert_true(buf.len <= 300);
	}
	assert_int_equal(messages, (PREFIXES + 46) / 47);
	path_unref(path);
	world_fini(&w);
}

static struct path *
path_of_length(struct world *w, size_t communities)
{
	static uint8_t bytes[MSG_MAX];
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	a.communities = rbuf_of(bytes, communities * 4);
	return path_intern(w->paths, &a);
}

TEST(what_fits_no_message_is_known_before)
{
	static struct world w;
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];

	world_init(&w, FAMILY_V4, MSG_MAX);
	struct path *too_long = path_of_length(&w, 1020);
	struct path *longest = NULL;

	assert_false(packer_fits(&w.packer, too_long));
	for (size_t n = 1020; longest == NULL; n--) {
		longest = path_of_length(&w, n);
		if (!packer_fits(&w.packer, longest)) {
			path_unref(longest);
			longest = NULL;
		}
	}
	packer_set_path(&w.packer, longest);
	struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));

	assert_true(pack_reach(&w.packer, &buf, w.indices, 1) == 0);
	parse(wbuf_read(&buf, 0), room, sizeof(room));
	path_unref(too_long);
	path_unref(longest);
	world_fini(&w);
}

/* With two next hops, the longest prefix and its path id. */
TEST(what_fits_has_room_for_any_prefix)
{
	static struct world w;
	static const uint8_t host[16] = { 0x20, 0x01, [15] = 1 };
	const struct next_hop hop = { ip("2001:db8::1"), ip("fe80::1") };

	world_init(&w, FAMILY_V6, MSG_MAX);
	for (size_t n = 960; n < 1020; n++) {
		struct path *path = path_of_length(&w, n);
		struct wbuf buf = wbuf_of(w.bytes, sizeof(w.bytes));
		struct update_out o = { .w = &buf,
			.max = MSG_MAX,
			.family = FAMILY_V6,
			.add_path = true };

		if (packer_fits(&w.packer, path)) {
			assert_true(update_out_reach(
			    &o, &hop, wbuf_read(&w.packer.attrs, 0)));
			assert_true(update_out_add(&o, host, 128, 1));
			assert_true(update_out_end(&o));
		}
		path_unref(path);
	}
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_holds_806_host_routes),
		cmocka_unit_test(ipv6_goes_into_mp_reach),
		cmocka_unit_test(withdrawals_need_no_attributes),
		cmocka_unit_test(an_extended_message_is_as_full),
		cmocka_unit_test(all_prefixes_go_out_once),
		cmocka_unit_test(what_fits_no_message_is_known_before),
		cmocka_unit_test(what_fits_has_room_for_any_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
