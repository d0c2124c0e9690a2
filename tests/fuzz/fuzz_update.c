/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An octet of what the session agreed, then the body of an UPDATE. What is accepted
 * is sent on and read again: the second reading has to give the same.
 */
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/link_bandwidth.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "update";

static uint8_t attr_bytes[2 * MSG_MAX_EXTENDED];
static uint8_t msg_bytes[MSG_MAX_EXTENDED];
static uint8_t room[2][UPDATE_SCRATCH(MSG_MAX_EXTENDED)];

static uint32_t
walk(struct nlri n)
{
	uint32_t walked = 0, path_id;
	struct prefix p;

	while (nlri_next(&n, &p, &path_id)) {
		assert(prefix_is_canonical(&p));
		assert(p.len <= family_bits(n.family));
		nlri_is_martian(&p);
		walked++;
	}
	assert(walked == n.count);
	return walked;
}

static void
compare(const struct attrs *a, const struct attrs *b)
{
	uint64_t as4 = ATTR_BIT(ATTR_AS4_PATH) | ATTR_BIT(ATTR_AS4_AGGREGATOR);

	assert(rbuf_eq(a->as_path, b->as_path) ||
	    as_path_length(a->as_path) == as_path_length(b->as_path));
	assert(rbuf_eq(a->communities, b->communities));
	assert(rbuf_eq(a->large_communities, b->large_communities));
	assert(rbuf_eq(a->unknown, b->unknown));
	assert(a->origin == b->origin && a->aggregator_as == b->aggregator_as);
	assert(((a->partial ^ b->partial) & ~as4) == 0);
}

/* Sends the prefixes of n with attrs, and reads the first message again. */
static void
pass_on(const struct update_ctx *ctx, const struct attrs *attrs, struct nlri n)
{
	struct wbuf encoded = wbuf_of(attr_bytes, sizeof(attr_bytes));
	struct wbuf w = wbuf_of(msg_bytes, sizeof(msg_bytes));
	struct wbuf scratch = wbuf_of(room[1], sizeof(room[1]));
	struct update_out o = { .w = &w,
		.max = MSG_MAX_EXTENDED,
		.family = n.family,
		.add_path = n.add_path };
	struct update again;
	struct bgp_err err;
	struct prefix p;
	struct msg msg;
	uint32_t path_id, sent = 0;

	if (!attrs_build(&encoded, attrs, n.family, ctx->as4) ||
	    !update_out_reach(&o, &attrs->next_hop, wbuf_read(&encoded, 0)))
		return;
	while (nlri_next(&n, &p, &path_id) &&
	    update_out_add(&o, p.addr.bytes, p.len, path_id))
		sent++;
	if (!update_out_end(&o))
		return;

	struct rbuf stream = wbuf_read(&w, 0);

	assert(msg_cut(&stream, MSG_MAX_EXTENDED, &msg, &err) == MSG_WHOLE);
	assert(update_parse(msg.body, ctx, &scratch, &again, &err) == UPD_OK);
	assert(again.reach[0].nlri.count + again.reach[1].nlri.count == sent);
	compare(attrs, &again.attrs);
}

/* What is said of a path is a number, and said by us it is the same. */
static void
try_bandwidth(const struct attrs *a)
{
	uint32_t asn = as_path_first(a->as_path);
	float bytes =
	    link_bandwidth_of(a->ext_communities, a->ipv6_ext_communities);
	uint8_t said[LINK_BANDWIDTH_OCTETS];

	if (bytes == LINK_BANDWIDTH_NONE)
		return;
	assert(bytes >= 0);
	link_bandwidth_build(said, asn, asn % 2 != 0, bytes);
	assert(link_bandwidth_of(
		   rbuf_of(said, sizeof(said)), (struct rbuf){ 0 }) == bytes);
}

/* Without the room that it is to have, an UPDATE is never better than it was. */
static void
try_without_room(struct rbuf body, const struct update_ctx *ctx, size_t size,
    enum upd_verdict with)
{
	struct wbuf little = wbuf_of(room[0], size / 8);
	struct update u;
	struct bgp_err err;

	assert(update_parse(body, ctx, &little, &u, &err) >= with);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct rbuf body = rbuf_of(bytes, size);
	uint8_t agreed = rbuf_u8(&body);
	struct update_ctx ctx = {
		.ebgp = agreed & 1,
		.as4 = agreed & 2,
		.first_as = agreed & 4,
		.peer_as = 65001,
		.family = { false, agreed & 8, agreed & 16 },
		.add_path = { false, agreed & 32, agreed & 64 },
		.extended_next_hop = agreed & 128,
	};
	struct wbuf scratch = wbuf_of(room[0], UPDATE_SCRATCH(size));
	struct update u;
	struct bgp_err err = { 0 };

	if (size > MSG_MAX_EXTENDED)
		return 0;

	enum upd_verdict v = update_parse(body, &ctx, &scratch, &u, &err);

	if (v == UPD_RESET) {
		assert(err.code == ERR_UPDATE && err.what != NULL);
		return 0;
	}
	attrs_has_community(&u.attrs, COMMUNITY_NO_EXPORT);
	try_bandwidth(&u.attrs);
	assert((v == UPD_OK) == (u.what == NULL));
	for (int i = 0; i < 2; i++) {
		walk(u.unreach[i]);
		if (walk(u.reach[i].nlri) == 0 || v == UPD_WITHDRAW)
			continue;

		struct attrs attrs = update_attrs(&u, i);

		pass_on(&ctx, &attrs, u.reach[i].nlri);
	}
	try_without_room(body, &ctx, size, v);
	return 0;
}
