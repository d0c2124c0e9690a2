/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node whose peers come from a prefix: routers that come and go, more of them than
 * may be, and somebody who has the whole prefix to come from.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "bgpd/session/session.h"
#include "common/alloc.h"
#include "common/log.h"
#include "tests/sim/daemon.h"
#include "tests/sim/etcd.h"
#include "tests/sim/router.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"
#include "tests/test.h"

enum {
	MOST = 12, /* routers */
	FLOOD = 40,
	RANGE = 0x0a090000, /* 10.9.0.0/24 */
};

#define CONFIG                                              \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 64517, dataPlaneHealth: None}\n"
#define RACKS_OF(limit, more)                               \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"          \
	"metadata: {name: racks}\n"                         \
	"spec: {peerPrefix: 10.9.0.0/24, peerLimit: " limit \
	", asNumbers: [{from: 65000, to: 65011}]" more "}\n"
#define RACKS(limit) RACKS_OF(limit, "")
#define KEYED RACKS_OF("8", ", password: {secretKeyRef: {name: bgp, key: k}}")
#define SECRET                                                            \
	"apiVersion: v1\nkind: Secret\nmetadata: {name: bgp, namespace: " \
	"lbbgp-system}\ndata: {k: c2VjcmV0}\n" /* secret */

struct racks {
	struct world *w;
	struct vtcp *net;
	struct etcd *etcd;
	struct daemon *node;
	struct router *at[MOST];
	struct vhost *strangers[FLOOD];
	struct vsock *dials[FLOOD];
};

static void
judge(void *arg)
{
	(void)arg;
}

static uint64_t
told(void *arg, unsigned node)
{
	(void)arg;
	(void)node;
	return UINT64_MAX;
}

static const struct router_way *
way(const char *name)
{
	unsigned i = 0;

	while (strcmp(router_ways[i].name, name) != 0)
		i++;
	return &router_ways[i];
}

static struct router *
rack_new(struct racks *r, unsigned i, const char *key)
{
	const char *name = i % 2 == 0 ? "frr, timers 3 9" : "bird, hold 12";
	struct addr at = addr_v4(RANGE + 1 + i), node = addr_v4(0x0a010001);
	const struct router_asks asks = { told, r, false };
	struct router *router = router_new(r->w, vhost_new(r->net, &at),
	    way(name), 65000 + i, 0x0a090001 + i, &asks);

	router_add(router, 0, &node, 64517, key);
	return router;
}

static struct racks *
racks_new(const char *peer, const char *key)
{
	struct racks *r = xcalloc(1, sizeof(*r));
	struct addr at = addr_v4(0x0a010001);

	r->w = world_new(1, false);
	r->w->judge = judge;
	r->net = vtcp_new(r->w);
	r->etcd = etcd_new();
	etcd_put(r->etcd, "%s", CONFIG);
	etcd_put(r->etcd, "%s", peer);
	etcd_put(r->etcd,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: node0, uid: n0}\n"
	    "spec: {podCIDRs: [10.33.0.0/24]}\n"
	    "status: {addresses: [{type: InternalIP, address: 10.1.0.1}]}\n");
	r->node = daemon_new(r->w, r->etcd, vhost_new(r->net, &at), "node", 0);
	for (unsigned i = 0; i < MOST; i++)
		r->at[i] = rack_new(r, i, key);
	daemon_start(r->node);
	world_run(r->w, r->w->now + 1000);
	return r;
}

static void
racks_free(struct racks *r)
{
	assert_string_equal(r->w->complaint, "");
	for (unsigned i = 0; i < MOST; i++)
		router_free(r->at[i]);
	for (unsigned i = 0; i < FLOOD; i++)
		if (r->dials[i] != NULL)
			vsock_abort(r->dials[i]);
	daemon_free(r->node);
	etcd_free(r->etcd);
	vtcp_free(r->net);
	world_free(r->w);
	free(r);
}

static const struct daemon_view *
view(const struct racks *r)
{
	return bgpd_view(daemon_bgpd(r->node));
}

static unsigned
established(const struct racks *r)
{
	return (unsigned)view_established(view(r));
}

/* So many sessions come up, and there are never more peers than may be. */
static void
await(struct racks *r, unsigned sessions)
{
	uint64_t began = r->w->now;

	while (established(r) != sessions) {
		if (r->w->now - began > 200000 || r->w->complaint[0] != '\0')
			fail_msg("%u sessions of %zu peers; %s", established(r),
			    view(r)->n_peers, r->w->complaint);
		world_run(r->w, r->w->now + 100);
		if (view(r)->n_ranges == 1) /* 0 while it starts */
			assert_true(
			    view(r)->n_peers <= view(r)->ranges[0].limit);
	}
}

static void
start(struct racks *r, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		router_start(r->at[i]);
}

static uint64_t
flaps(const struct racks *r)
{
	const struct daemon_view *v = view(r);
	uint64_t n = 0;

	for (size_t i = 0; i < v->n_peers; i++)
		n += session_stats(v->peers[i].session)->flaps;
	return n;
}

static bool
holds(const struct racks *r, const char *type)
{
	const struct daemon_view *v = view(r);

	for (size_t i = 0; i < v->n_conditions; i++)
		if (strcmp(v->conditions[i].type, type) == 0)
			return true;
	return false;
}

TEST(routers_come_and_go)
{
	struct racks *r = racks_new(RACKS("100"), NULL);

	assert_int_equal(view(r)->n_peers, 0);
	start(r, 0, 6);
	await(r, 6);
	assert_int_equal(view(r)->n_peers, 6);
	assert_string_equal(view(r)->peers[0].name, "racks/10.9.0.1");
	router_stop(r->at[0]);
	router_kill(r->at[1]);
	await(r, 4);
	assert_int_equal(view(r)->n_peers, 6); /* to be seen for a while */
	/* RFC 4724: what able ones said is kept for longer. */
	world_run(r->w, r->w->now + 300000);
	assert_int_equal(view(r)->n_peers, 4);
	assert_int_equal(established(r), 4);
	start(r, 0, 2);
	await(r, 6);
	start(r, 6, MOST);
	await(r, MOST);
	assert_int_equal(flaps(r), 0);
	racks_free(r);
}

static bool
all_have_routes(const struct racks *r, unsigned to)
{
	for (unsigned i = 0; i < to; i++)
		if (router_routes(r->at[i], 0) == 0)
			return false;
	return true;
}

/* RFC 4724: they keep what they have until then, as those do whom we dial. */
TEST(they_are_back_after_a_restart)
{
	struct racks *r = racks_new(RACKS("100"), NULL);

	start(r, 0, MOST);
	await(r, MOST);
	world_run(r->w, r->w->now + 1000);
	assert_true(all_have_routes(r, MOST));
	daemon_stop(r->node);
	world_run(r->w, r->w->now + 2000);
	assert_true(all_have_routes(r, MOST));
	daemon_start(r->node);
	for (unsigned n = 0; n < 600; n++) {
		world_run(r->w, r->w->now + 100);
		assert_true(all_have_routes(r, MOST));
	}
	assert_int_equal(established(r), MOST);
	racks_free(r);
}

TEST(those_beyond_the_limit_wait_for_a_place)
{
	struct racks *r = racks_new(RACKS("8"), NULL);

	start(r, 0, MOST);
	await(r, 8);
	world_run(r->w, r->w->now + 100000);
	assert_int_equal(established(r), 8);
	assert_true(view(r)->ranges[0].refused > 0);
	assert_true(holds(r, "PeerLimitReached"));
	assert_int_equal(flaps(r), 0);
	etcd_put(r->etcd, "%s", RACKS("100"));
	await(r, MOST);
	assert_false(holds(r, "PeerLimitReached"));
	assert_int_equal(flaps(r), 0);
	racks_free(r);
}

static void
on_up(void *arg)
{
	(void)arg;
}

static void
on_input(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
}

static void
on_down(void *arg, const char *why)
{
	struct vsock **dial = arg;

	(void)why;
	*dial = NULL;
}

/* Each address dials, and says nothing. */
static void
flood(struct racks *r)
{
	static const struct vsock_ops ops = { on_up, on_input, on_up, on_down };
	struct addr node = addr_v4(0x0a010001);

	for (unsigned i = 0; i < FLOOD; i++) {
		struct addr at = addr_v4(RANGE + 100 + i);

		if (r->strangers[i] == NULL)
			r->strangers[i] = vhost_new(r->net, &at);
		if (r->dials[i] == NULL)
			r->dials[i] = vsock_dial(r->strangers[i], &at, &node,
			    NULL, &ops, &r->dials[i]);
	}
}

TEST(who_floods_takes_no_session_that_is_up)
{
	struct racks *r = racks_new(RACKS("8"), NULL);

	start(r, 0, 6);
	await(r, 6);
	for (unsigned n = 0; n < 100; n++) {
		flood(r);
		world_run(r->w, r->w->now + 500);
		assert_true(view(r)->n_peers <= 8);
	}
	assert_int_equal(established(r), 6);
	assert_int_equal(flaps(r), 0);
	assert_true(view(r)->ranges[0].refused > 0);
	racks_free(r);
}

TEST(who_has_no_password_is_nobody)
{
	struct racks *r = racks_new(KEYED, "secret");

	world_run(r->w, r->w->now + 2000);
	assert_non_null(view(r)->ranges[0].blocked); /* there is no Secret */
	etcd_put(r->etcd, "%s", SECRET);
	world_run(r->w, r->w->now + 2000);
	start(r, 0, 6);
	for (unsigned n = 0; n < 20; n++) {
		flood(r);
		world_run(r->w, r->w->now + 1000);
	}
	await(r, 6);
	assert_int_equal(view(r)->n_peers, 6);
	assert_int_equal(view(r)->ranges[0].refused, 0);
	router_set_key(r->at[0], "another");
	await(r, 5);
	world_run(r->w, r->w->now + 100000);
	assert_int_equal(established(r), 5);
	racks_free(r);
}

/* Neither with a router that comes and goes, nor after the password of all has gone. */
TEST(no_key_of_a_router_that_came_outlasts_that_of_the_prefix)
{
	struct racks *r = racks_new(KEYED, "secret");

	etcd_put(r->etcd, "%s", SECRET);
	start(r, 0, 6);
	await(r, 6);
	router_stop(r->at[0]);
	router_kill(r->at[1]);
	await(r, 4);
	start(r, 0, 2);
	await(r, 6);
	etcd_put(r->etcd, "%s", RACKS("8"));
	for (unsigned i = 0; i < 6; i++)
		router_set_key(r->at[i], NULL);
	world_run(r->w, r->w->now + 2000);
	await(r, 6);
	start(r, 6, 8);
	world_run(r->w, r->w->now + 100000);
	assert_int_equal(established(r), 6); /* two more still have it */
	router_set_key(r->at[6], NULL);
	await(r, 7);
	racks_free(r);
}

/* RFC 7705: they know it by its own, and refuse the other one first. */
TEST(who_comes_may_know_the_node_by_either_number)
{
	struct racks *r = racks_new(RACKS_OF("8",
					", localASNumber: 64999, "
					"localASNumberOptions: {dualAS: true}"),
	    NULL);

	start(r, 0, 6);
	await(r, 6);
	assert_int_equal(view(r)->n_peers, 6);
	racks_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routers_come_and_go),
		cmocka_unit_test(they_are_back_after_a_restart),
		cmocka_unit_test(those_beyond_the_limit_wait_for_a_place),
		cmocka_unit_test(who_floods_takes_no_session_that_is_up),
		cmocka_unit_test(who_has_no_password_is_nobody),
		cmocka_unit_test(
		    no_key_of_a_router_that_came_outlasts_that_of_the_prefix),
		cmocka_unit_test(who_comes_may_know_the_node_by_either_number),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
