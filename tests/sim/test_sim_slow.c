/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that reads a little now and then, while what it is to be told changes all the
 * time: it stays up, costs no memory for that, and has all in the end.
 */
#include <malloc.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/session/conn.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "tests/sim/sim_load.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define BULK 2000u    /* addresses of a Service */
#define SERVICES 4u   /* … of these */
#define ROUNDS 60u    /* 20 s each: longer than any hold time */
#define READ 1000u    /* bytes that it reads in each */
#define ROOM 0x40000u /* bytes that memory may grow by meanwhile */

static bool told[SERVICES * BULK];

static const struct view_peer *
peer_a(struct sim *s)
{
	return &bgpd_view(s->bgpd)->peers[0];
}

static void
note(struct nlri nlri, bool is)
{
	struct prefix p;
	uint32_t id;

	while (nlri_next(&nlri, &p, &id)) {
		const uint8_t *b = p.addr.bytes;
		uint32_t nth = (uint32_t)b[1] << 16 | b[2] << 8 | b[3];

		if (b[0] == 11 && p.len == 32 && nth < SERVICES * BULK)
			told[nth] = is;
	}
}

static void
hear_update(struct rbuf body)
{
	const struct update_ctx ctx = { .ebgp = true,
		.as4 = true,
		.peer_as = LOCAL_AS,
		.family = { [FAMILY_V4] = true } };
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct bgp_err err;
	struct update u;

	assert_int_equal(update_parse(body, &ctx, &scratch, &u, &err), UPD_OK);
	for (unsigned i = 0; i < 2; i++) {
		note(u.unreach[i], false);
		note(u.reach[i].nlri, true);
	}
}

static void
hear(struct rbuf bytes)
{
	struct bgp_err err;
	struct msg m;

	while (bytes.left > 0) {
		assert_int_equal(msg_cut(&bytes, MSG_MAX, &m, &err), MSG_WHOLE);
		assert_int_not_equal(m.type, MSG_NOTIFICATION);
		if (m.type == MSG_UPDATE)
			hear_update(m.body);
	}
}

/* Whole messages, until there are so many bytes or nothing is left. */
static void
read_some(struct fake_peer *p, size_t most, uint64_t now)
{
	struct rbuf bytes;

	for (size_t n = 0; n < most && conn_output(p->at->conn, &bytes);) {
		n += bytes.left;
		conn_sent(p->at->conn, bytes.left, true, now);
		hear(bytes);
	}
}

/* The Service has that many addresses by now. */
static void
change(struct sim *s, uint32_t service, uint32_t n)
{
	sim_put_bulk(s, service * BULK, n);
	sim_settle(s);
}

static void
live(struct sim *s, struct fake_peer *p, unsigned round)
{
	for (uint32_t service = 0; service < SERVICES; service++)
		change(
		    s, service, (round + service) % 2 == 0 ? BULK / 2 : BULK);
	sim_sleep(s, 20000);
	fake_say_keepalive(p);
	read_some(p, READ, s->now);
	assert_true(sim_is_up(s, "a"));
	assert_true(
	    adjout_queued(peer_a(s)->member, FAMILY_V4) <= SERVICES * BULK + 8);
}

TEST(peer_that_reads_a_little_stays_up_and_has_all_in_the_end)
{
	struct sim *s = sim_started();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, advertiseWithoutEndpoints: true, "
	    "serviceExternalIPs: [{cidr: 11.0.0.0/8}]}\n");
	struct fake_peer *p = sim_establish(s, "a");
	size_t before = 0;

	memset(told, 0, sizeof(told));
	p->spells = false;
	p->stuck = true;
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (round == ROUNDS / 4)
			before = mallinfo2().uordblks;
		live(s, p, round);
	}
	assert_true(adjout_queued(peer_a(s)->member, FAMILY_V4) > BULK);
	assert_true(mallinfo2().uordblks < before + ROOM);
	for (uint32_t service = 0; service < SERVICES; service++)
		change(s, service, service * BULK / SERVICES);
	read_some(p, SIZE_MAX, s->now);
	assert_int_equal(adjout_queued(peer_a(s)->member, FAMILY_V4), 0);
	for (uint32_t i = 0; i < SERVICES * BULK; i++)
		assert_int_equal(
		    told[i], i % BULK < i / BULK * BULK / SERVICES);
	assert_int_equal(p->tcps, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
		    peer_that_reads_a_little_stays_up_and_has_all_in_the_end,
		    sim_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
