/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that grows with what there is: done in slices, between which the loop has its
 * turn.
 */
#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "tests/sim/sim_load.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define ROUTES 30000      /* more than one slice forgets */
#define ANNOUNCED 100000u /* more than what is taken in at once */
#define BULK 10000u       /* addresses of a Service */

/* Of what no filter takes, so many would only be counted. */
#define TAKES                                             \
	"apiVersion: lbbgp.io/v1\nkind: BGPFilter\n"      \
	"metadata: {name: all}\n"                         \
	"spec: {import: [{name: all, action: Accept}]}\n" \
	"---\napiVersion: lbbgp.io/v1\nkind: BGPPeer\n"   \
	"metadata: {name: a}\n"                           \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, filters: [all]}\n"

static const struct view_peer *
peer_a(struct sim *s)
{
	const struct daemon_view *view = bgpd_view(s->bgpd);

	assert_int_equal(view->n_peers, 1);
	return &view->peers[0];
}

static uint32_t
received(struct sim *s)
{
	const struct view_peer *a = peer_a(s);

	return rib_counts(bgpd_view(s->bgpd)->rib, a->source, FAMILY_V4)
	    .received;
}

static struct sim *
with_a_table_from_a(void)
{
	struct sim *s = sim_with(TAKES);
	struct fake_peer *p = sim_establish(s, "a");

	for (uint32_t n = 0; n < ROUTES;)
		n += sim_say_routes(p, n, UINT32_MAX);
	sim_settle(s);
	assert_true(received(s) >= ROUTES);
	assert_false(
	    rib_counts(bgpd_view(s->bgpd)->rib, peer_a(s)->source, FAMILY_V4)
		.counted);
	return s;
}

TEST(routes_of_a_peer_that_goes_are_forgotten_in_slices)
{
	struct sim *s = with_a_table_from_a();
	uint32_t before = received(s);
	unsigned turns = 0;

	fake_hangs_up(sim_peer(s, "a"));
	assert_int_equal(received(s), before);
	for (; received(s) > 0 && turns < 100; turns++) {
		bgpd_tick(s->bgpd);
		assert_true(received(s) + 10000 >= before);
		before = received(s);
	}
	assert_true(turns > 2 && turns < 100);
}

/* What is left of before must not be taken for what it says now. */
TEST(peer_that_is_back_at_once_begins_with_nothing)
{
	struct sim *s = with_a_table_from_a();
	struct fake_peer *p = sim_peer(s, "a");

	fake_hangs_up(p);
	assert_true(received(s) > 0);
	assert_true(fake_arrives(p));

	struct bgp_open open = fake_open(p);

	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_true(sim_is_up(s, "a"));
	assert_int_equal(received(s), 0);
	sim_say_routes(p, 0, UINT32_MAX);
	uint32_t now = received(s);

	assert_true(now > 0);
	sim_settle(s);
	assert_int_equal(received(s), now);
}

TEST(table_for_the_first_of_its_kind_is_taken_in_in_slices)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_peer(s, "a");

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, advertiseWithoutEndpoints: true, "
	    "serviceExternalIPs: [{cidr: 11.0.0.0/8}]}\n");
	for (unsigned from = 0; from < ANNOUNCED; from += BULK)
		sim_put_bulk(s, from, BULK);
	sim_settle(s);
	p->spells = false;
	fake_connects(p);

	struct bgp_open open = fake_open(p);

	fake_say_open(p, &open);
	fake_say_keepalive(p);
	fake_flush(p);
	assert_false(adjout_has_ended(peer_a(s)->member));
	assert_true(adjout_queued(peer_a(s)->member, FAMILY_V4) >= ANNOUNCED);
	sim_settle(s);
	assert_true(adjout_has_ended(peer_a(s)->member));
	assert_int_equal(adjout_queued(peer_a(s)->member, FAMILY_V4), 0);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(routes_of_a_peer_that_goes_are_forgotten_in_slices),
		T(peer_that_is_back_at_once_begins_with_nothing),
		T(table_for_the_first_of_its_kind_is_taken_in_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
