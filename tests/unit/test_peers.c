/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peers of a node, from objects to sessions, over wires that the test holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/secret.h"
#include "bgpd/link/routers.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/links.h"
#include "bgpd/session/session.h"
#include "bgpd/session/session_port.h"
#include "bgpd/wire/bgp.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define NODE                                                                      \
	"{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: " \
	"[{type: InternalIP, address: 10.0.0.1}, "                                \
	"{type: InternalIP, address: 'fd00::1'}]}}"
#define CONFIG                                               \
	"{apiVersion: lbbgp.io/v1, kind: BGPConfiguration, " \
	"metadata: {name: default}, spec: {asNumber: 64517}}"
#define PEER(name, more)                                                           \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: " name          \
	"}, spec: {peerIP: 10.0.0.9, asNumber: 64512, families: [IPv4, IPv6]" more \
	"}}"

enum { KIND_PEER, KIND_SECRET, KIND_FILTER, KIND_NODE, KIND_CONFIG, KINDS };

struct world {
	struct store *store;
	struct path_table *paths;
	struct rib *rib;
	struct adjout *adjout;
	struct rng rng;
	struct peers *peers;
	struct node *node;
	struct bgp_configuration *config;
	struct session *session; /* the last one attached */
	struct conn *conn;       /* … and its connection */
	uint64_t now, tick_at;
	bool later;      /* routes are seen to only when the test does so */
	unsigned told;   /* everything, peers by this process */
	char waits[200]; /* to be written into the BGPPeer; "": nothing */
	char about[64];  /* … the last one */
	struct bfd_config watched; /* the last one set */
	unsigned set, unset;
	unsigned interfaces_asked;
	const struct invitation_ops *invited; /* NULL: nobody is */
	void *inviter;
	struct prefix invited_from;
	const struct session_config *invited_as;
	unsigned burst;
};

static struct world w;

static uint32_t peer_as; /* that the peer says; 64512 at first */

static bool reads_path_ids;       /* the peer does; not at first */
static bool reads_ipv6_next_hops; /* … of IPv4: the same */
static const char *ipv6_is_on;    /* which interface the node's address is on */
static struct router_found found; /* behind eth0 */

/* What the peer says of graceful restart; none at first. */
static struct caps_restart offered;
static struct caps_long_lived offered_long_lived;

/* By family; NULL: nobody can tell. */
static const struct neighbor_gateway *gateways;

static bool can_refresh; /* that it has RFC 2918 */

/* How often addresses were compared. */
static size_t asked;

bool __real_addr_eq(const struct addr *, const struct addr *);
bool __wrap_addr_eq(const struct addr *, const struct addr *);

bool
__wrap_addr_eq(const struct addr *a, const struct addr *b)
{
	asked++;
	return __real_addr_eq(a, b);
}

/* --- The rim: nothing leaves. --- */

static void *
on_attach(void *arg, struct session *session)
{
	(void)arg;
	w.session = session;
	return session;
}

/* As peer_io does: what waits is still sent. */
static void
on_detach(void *arg, void *link)
{
	(void)arg;
	if (session_agreed(link) != NULL)
		assert_false(conn_output(w.conn, &(struct rbuf){ 0 }));
}

static void *
on_invite(void *arg, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *of)
{
	(void)arg;
	assert_null(w.invited);
	w.invited = ops;
	w.inviter = of;
	w.invited_from = *from;
	w.invited_as = config;
	w.burst = burst;
	return &w;
}

static void
on_invitation_set(void *arg, void *invitation,
    const struct session_config *config, unsigned burst)
{
	(void)arg;
	assert_ptr_equal(invitation, &w);
	w.invited_as = config;
	w.burst = burst;
}

static void
on_invitation_end(void *arg, void *invitation)
{
	(void)arg;
	assert_ptr_equal(invitation, &w);
	w.invited = NULL;
}

static void
on_came(void *arg)
{
	(void)arg;
	peers_refresh(w.peers, w.node, w.config);
}

static uint64_t
now(void *arg)
{
	(void)arg;
	return w.now;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct world *world = arg;

	world->tick_at = at;
}

/* At once what the daemon does a part at a time. */
static void
on_routes_due(void *arg)
{
	(void)arg;
	while (!w.later &&
	    (!rib_forget_some(w.rib, UINT32_MAX) ||
		!adjout_fill_some(w.adjout, UINT32_MAX)))
		;
	if (!w.later && w.peers != NULL)
		peers_settled(w.peers);
}

static void
on_changed(void *arg)
{
	(void)arg;
}

static void
on_blocked(void *arg, const char *peer, const char *why)
{
	(void)arg;
	(void)peer;
	(void)why;
}

static void
on_judged(void *arg, const struct bgp_peer *peer, const char *why)
{
	(void)arg;
	snprintf(w.about, sizeof(w.about), "%s", peer->meta.name);
	snprintf(w.waits, sizeof(w.waits), "%s", why != NULL ? why : "good");
}

static void
on_recanted(void *arg, const char *peer, const char *why)
{
	(void)arg;
	(void)peer;
	if (strcmp(w.waits, why != NULL ? why : "good") == 0)
		w.waits[0] = '\0';
}

static void
on_bfd_set(void *arg, const struct bfd_config *config)
{
	(void)arg;
	w.watched = *config;
	w.set++;
}

static void
on_bfd_unset(void *arg, uint32_t id)
{
	(void)arg;
	assert_int_equal(id, w.watched.id);
	w.unset++;
}

static const struct bfd_port bfd = { .set = on_bfd_set, .unset = on_bfd_unset };

static void
on_told(void *arg)
{
	(void)arg;
	w.told++;
}

static void
on_bfd_changed(void *arg, const char *peer, const char *object, const char *why)
{
	(void)arg;
	(void)peer;
	(void)object;
	(void)why;
}

static const struct clock clock_of_w = { .now = now };

static bool
on_interface_of(void *arg, const struct addr *addr, char name[ZONE_TEXT])
{
	struct addr ours = addr_v4(0x0a000001);

	(void)arg;
	w.interfaces_asked++;
	if (addr->family == FAMILY_V6) {
		snprintf(name, ZONE_TEXT, "%s", ipv6_is_on);
		return true;
	}
	snprintf(name, ZONE_TEXT, "eth7");
	return addr_eq(addr, &ours);
}

static const struct neighbor_gateway *
on_gateways(void *arg)
{
	(void)arg;
	return gateways;
}

static struct router_found
on_router(void *arg, const char *interface)
{
	(void)arg;
	if (strcmp(interface, "eth0") == 0)
		return found;
	return (struct router_found){ .why = "it is down" };
}

static const struct session_port tcp = { .attach = on_attach,
	.detach = on_detach,
	.interface_of = on_interface_of,
	.invite = on_invite,
	.invitation_set = on_invitation_set,
	.invitation_end = on_invitation_end };

static void
on_refresh_due(void *arg)
{
	(void)arg;
}

static const struct peers_ops ops = {
	.arm = on_arm,
	.came = on_came,
	.routes_due = on_routes_due,
	.refresh_due = on_refresh_due,
	.changed = on_changed,
	.blocked = on_blocked,
	.judged = on_judged,
	.recanted = on_recanted,
	.told = on_told,
	.router = on_router,
	.gateways = on_gateways,
	.bfd_changed = on_bfd_changed,
};

/* --- The objects. --- */

static const struct store_kind kinds[KINDS] = {
	[KIND_PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false,
	    .decode = bgp_peer_decode, .free = bgp_peer_free },
	[KIND_SECRET] = { "v1", "Secret", "secrets", true, .ns = "lbbgp-system",
	    .decode = secret_decode, .free = secret_free },
	[KIND_FILTER] = { "lbbgp.io/v1", "BGPFilter", "bgpfilters", false,
	    .decode = bgp_filter_decode, .free = bgp_filter_free },
	[KIND_NODE] = { "v1", "Node", "nodes", false, .decode = node_decode,
	    .free = node_free },
	[KIND_CONFIG] = { "lbbgp.io/v1", "BGPConfiguration",
	    "bgpconfigurations", false, .decode = bgp_configuration_decode,
	    .free = bgp_configuration_free },
};

static void
put(size_t kind, const char *yaml)
{
	json_t *obj = manifest(yaml);

	store_put(w.store, kind, obj);
	json_decref(obj);
}

static int
setup(void **state)
{
	static const struct store_ops store_ops = { 0 };

	(void)state;
	peer_as = 64512;
	can_refresh = false;
	reads_path_ids = reads_ipv6_next_hops = false;
	ipv6_is_on = "eth0";
	found = (struct router_found){ .why = "it is silent" };
	offered = (struct caps_restart){ 0 };
	offered_long_lived = (struct caps_long_lived){ 0 };
	w = (struct world){ .now = 1000 };
	w.store = store_new(kinds, KINDS, &store_ops, &w);
	w.paths = path_table_new(1);
	w.rib = rib_new(w.paths);
	w.adjout = adjout_new(w.rib);
	rng_init(&w.rng, 1);
	struct peers_env env = { w.store,
		{ KIND_NODE, KIND_CONFIG, KIND_PEER, NULL }, KIND_SECRET,
		KIND_FILTER, w.rib, w.adjout, &w.rng, &clock_of_w, &tcp, &bfd,
		false };

	w.peers = peers_new(&env, &ops, &w);
	w.node = decoded(node_decode, NODE);
	w.config = decoded(bgp_configuration_decode, CONFIG);
	adjout_start(w.adjout);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	peers_free(w.peers);
	adjout_free(w.adjout);
	rib_free(w.rib);
	path_table_free(w.paths);
	store_free(w.store);
	node_free(w.node);
	bgp_configuration_free(w.config);
	return 0;
}

/* The peer dials from there, says OPEN and KEEPALIVE. */
static void
come_up_over(
    struct session *s, const struct addr *local, const struct addr *remote)
{
	struct bgp_open open = {
		.asn = peer_as,
		.hold_time = 90,
		.router_id = 9,
		.has_caps = true,
		.caps = { .family = { [FAMILY_V4] = true, [FAMILY_V6] = true },
		    .as4 = true,
		    .route_refresh = can_refresh,
		    .enhanced_refresh = can_refresh,
		    .restart = offered,
		    .long_lived = offered_long_lived },
	};
	open.caps.extended_next_hop = reads_ipv6_next_hops;
	if (reads_path_ids)
		open.caps.add_path[FAMILY_V4] = ADD_PATH_RECEIVE;
	struct conn *c = session_accept(s, local, remote, w.now);
	uint8_t room[256];
	struct wbuf out = wbuf_of(room, sizeof(room));

	w.conn = c;
	assert_non_null(c);
	assert_true(open_build(&out, &open));
	assert_true(keepalive_build(&out));
	assert_int_equal(conn_input(c, room, out.len, w.now), out.len);
	assert_int_equal(session_state(s), STATE_ESTABLISHED);
	while (conn_output(c, &(struct rbuf){ 0 }))
		;
}

static void
come_up(struct session *s)
{
	struct addr local = addr_v4(0x0a000001), remote = addr_v4(0x0a000009);

	come_up_over(s, &local, &remote);
}

/* One UPDATE with 10.n.0.0/16. */
static void
say_nth(uint8_t n)
{
	uint8_t update[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 0, 46, MSG_UPDATE, 0, 0, 0, 20,
		0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0, 0x40, 3, 4, 10,
		0, 0, 9, 16, 10, n };

	assert_int_equal(
	    conn_input(w.conn, update, sizeof(update), w.now), sizeof(update));
}

#define FILTER(name, spec)                                                  \
	"{apiVersion: lbbgp.io/v1, kind: BGPFilter, metadata: {name: " name \
	"}, spec: {" spec "}}"

/* The same with NO_LLGR (RFC 9494 3.2). */
static void
say_not_for_long(uint8_t n)
{
	uint8_t update[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 0, 53, MSG_UPDATE, 0, 0, 0, 27,
		0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0, 0x40, 3, 4, 10,
		0, 0, 9, 0xc0, 8, 4, 255, 255, 0, 7, 16, 10, n };

	assert_int_equal(
	    conn_input(w.conn, update, sizeof(update), w.now), sizeof(update));
}

static void
say_prefix(void)
{
	say_nth(1);
}

static void
say_other_prefix(void)
{
	say_nth(2);
}

static uint32_t
received(void)
{
	size_t n;

	return rib_counts(w.rib, peers_view(w.peers, &n)->source, FAMILY_V4)
	    .received;
}

/* The path of the first prefix of the family that the peer is told. */
static const struct path *
told_path(enum family family)
{
	struct path_local local = { .local_pref = 100 };
	struct path *path = path_local(w.paths, &local);
	struct adjout_cursor at = { .family = family };
	struct adjout_route told;
	struct prefix p;
	struct err err;
	size_t n;

	assert_true(prefix_parse(
	    family == FAMILY_V6 ? "fd01::/64" : "10.64.0.0/16", &p, &err));
	rib_set(w.rib, RIB_LOCAL, &p, path);
	path_unref(path);
	assert_true(adjout_advertised_next(
	    peers_view(w.peers, &n)->member, &at, &told));
	return told.path;
}

static void
wait_for_reset(void)
{
	w.now = w.tick_at;
	peers_tick(w.peers);
}

/* --- The tests. --- */

/* The store frees a Node as soon as it has another; the refresh comes later. */
TEST(a_session_that_comes_up_asks_no_node_that_is_gone)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	node_free(w.node);
	w.node = NULL;
	come_up(w.session);
	assert_addr(&told_path(FAMILY_V6)->next_hop, "fd00::1");
	peers_stop(w.peers, "done");
}

/* The path id of the first IPv4 prefix that the peer is told. */
static uint32_t
told_path_id(void)
{
	struct adjout_cursor at = { .family = FAMILY_V4 };
	struct adjout_route told;
	size_t n;

	assert_true(adjout_advertised_next(
	    peers_view(w.peers, &n)->member, &at, &told));
	return told.path_id;
}

static void
announce_one(void)
{
	struct path_local local = { .local_pref = 100 };
	struct path *path = path_local(w.paths, &local);
	struct prefix p;
	struct err err;

	assert_true(prefix_parse("10.96.0.0/12", &p, &err));
	rib_set(w.rib, RIB_LOCAL, &p, path);
	path_unref(path);
}

TEST(path_ids_are_sent_to_who_reads_them) /* RFC 7911 */
{
	announce_one();
	put(KIND_PEER, PEER("a", ", addPaths: {send: All}"));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	assert_int_equal(told_path_id(), 0); /* not agreed */
	conn_tcp_down(w.conn, "gone", w.now);
	reads_path_ids = true;
	come_up(w.session);
	assert_int_not_equal(told_path_id(), 0);
	peers_stop(w.peers, "done");
}

TEST(how_many_paths_are_sent_changes_in_place)
{
	announce_one();
	reads_path_ids = true;
	put(KIND_PEER, PEER("a", ", addPaths: {send: All}"));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	put(KIND_PEER, PEER("a", ", addPaths: {send: Best, best: 3}"));
	peers_refresh(w.peers, w.node, w.config);
	assert_null(session_pending_reset(w.session));
	put(KIND_PEER, PEER("a", ", addPaths: {send: None}"));
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(session_pending_reset(w.session), "addPaths");
	assert_int_not_equal(told_path_id(), 0); /* until then */
	wait_for_reset();
	come_up(w.session);
	assert_int_equal(told_path_id(), 0);
	peers_stop(w.peers, "done");
}

/* A peer of both families, and how its session comes up between these addresses. */
static void
come_up_at(
    const char *peer_ip, const char *more, const char *here, const char *there)
{
	struct addr local, remote;
	char peer[300];

	snprintf(peer, sizeof(peer),
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: '%s', asNumber: 64512, families: [IPv4, IPv6]%s}}",
	    peer_ip, more);
	put(KIND_PEER, peer);
	peers_refresh(w.peers, w.node, w.config);
	assert_true(addr_parse(here, &local));
	assert_true(addr_parse(there, &remote));
	come_up_over(w.session, &local, &remote);
}

/* RFC 2545 3 */
TEST(over_a_link_the_next_hop_is_the_nodes_own_with_that_of_the_link)
{
	come_up_at("fe80::9%eth0", "", "fe80::1", "fe80::9");
	assert_string_equal(session_config(w.session)->zone, "eth0");
	assert_int_equal(session_config(w.session)->source.family, FAMILY_NONE);
	assert_addr(&told_path(FAMILY_V6)->next_hop, "fd00::1");
	assert_addr(&told_path(FAMILY_V6)->link_local, "fe80::1");
	assert_addr(&told_path(FAMILY_V4)->next_hop, "10.0.0.1");
	assert_int_equal(told_path(FAMILY_V4)->link_local.family, FAMILY_NONE);
	peers_stop(w.peers, "done");
}

/* RFC 8950; over a link that is so unless the BGPPeer says otherwise. */
TEST(over_a_link_ipv4_goes_by_ipv6_next_hops)
{
	reads_ipv6_next_hops = true;
	come_up_at("fe80::9%eth0", "", "fe80::1", "fe80::9");
	assert_addr(&told_path(FAMILY_V4)->next_hop, "fd00::1");
	assert_addr(&told_path(FAMILY_V4)->link_local, "fe80::1");
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: 'fe80::9%eth0', asNumber: 64512, "
	    "families: [IPv4, IPv6], extendedNextHop: false}}");
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(
	    session_pending_reset(w.session), "extendedNextHop");
	peers_stop(w.peers, "done");
}

TEST(a_node_without_ipv6_addresses_has_that_of_the_link)
{
	reads_ipv6_next_hops = true;
	w.node->n_internal_ips = 1;
	come_up_at("fe80::9%eth0", "", "fe80::1", "fe80::9");
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		assert_addr(&told_path(f)->next_hop, "fe80::1");
		assert_int_equal(told_path(f)->link_local.family, FAMILY_NONE);
	}
	peers_stop(w.peers, "done");
}

/* RFC 2545 3: a router could not tell how to get to an address on lo. */
TEST(an_address_that_is_not_on_the_link_is_no_next_hop_there)
{
	ipv6_is_on = "lo";
	come_up_at("fe80::9%eth0", "", "fe80::1", "fe80::9");
	assert_addr(&told_path(FAMILY_V6)->next_hop, "fe80::1");
	assert_int_equal(told_path(FAMILY_V6)->link_local.family, FAMILY_NONE);
	ipv6_is_on = "eth0";
	peers_refresh(w.peers, w.node, w.config);
	assert_addr(&told_path(FAMILY_V6)->next_hop, "fd00::1");
	assert_null(session_pending_reset(w.session));
	peers_stop(w.peers, "done");
}

#define BEHIND(more)                                                     \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, " \
	"spec: {interface: eth0, external: true" more "}}"

static void
find_router(const char *router, const char *other)
{
	found = (struct router_found){ .why = "it is silent" };
	assert_true(addr_parse(router, &found.router));
	if (other != NULL)
		assert_true(addr_parse(other, &found.other));
	peers_refresh(w.peers, w.node, w.config);
}

static void
come_up_behind(const char *router)
{
	struct addr local, remote;

	assert_true(addr_parse("fe80::1", &local));
	assert_true(addr_parse(router, &remote));
	come_up_over(w.session, &local, &remote);
}

TEST(peer_behind_an_interface_waits_until_its_router_is_found)
{
	size_t n;

	put(KIND_PEER, BEHIND(""));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(session_state(w.session), STATE_IDLE);
	assert_null(peers_view(w.peers, &n)->blocked);
	assert_non_null(strstr(session_error(w.session)->text,
	    "spec.interface: eth0: it is silent"));
	assert_string_equal(peers_links(w.peers, &n)[0], "eth0");
	assert_int_equal(n, 1);
	find_router("fe80::9", NULL);
	assert_int_not_equal(session_state(w.session), STATE_IDLE);
	assert_addr(&session_config(w.session)->remote, "fe80::9");
	assert_false(peers_use(w.peers, "eth0"));
	come_up_behind("fe80::9");
	assert_true(peers_use(w.peers, "eth0"));
	assert_false(peers_use(w.peers, "eth1"));
	assert_true(session_agreed(w.session)->caps.family[FAMILY_V4]);
	assert_true(session_agreed(w.session)->caps.family[FAMILY_V6]);
	peers_stop(w.peers, "done");
}

TEST(another_router_behind_an_interface_is_another_session)
{
	put(KIND_PEER, BEHIND(""));
	find_router("fe80::9", NULL);
	come_up_behind("fe80::9");
	find_router("fe80::8", NULL);
	assert_null(session_agreed(w.session));
	assert_addr(&session_config(w.session)->remote, "fe80::8");
	come_up_behind("fe80::8");
	peers_stop(w.peers, "done");
}

TEST(interface_that_is_gone_ends_its_session)
{
	size_t n;

	put(KIND_PEER, BEHIND(""));
	find_router("fe80::9", NULL);
	come_up_behind("fe80::9");
	found = (struct router_found){ .why = "it is gone" };
	peers_refresh(w.peers, w.node, w.config);
	assert_null(session_agreed(w.session));
	find_router("fe80::9", NULL);
	come_up_behind("fe80::9");
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	assert_null(session_agreed(w.session));
	peers_links(w.peers, &n);
	assert_int_equal(n, 0);
	peers_stop(w.peers, "done");
}

TEST(two_routers_on_one_link_are_told)
{
	size_t n;

	put(KIND_PEER, BEHIND(""));
	find_router("fe80::9", NULL);
	assert_null(peers_view(w.peers, &n)->doubt);
	find_router("fe80::9", "fe80::8");
	assert_non_null(
	    strstr(peers_view(w.peers, &n)->doubt, "another router, fe80::8"));
	peers_stop(w.peers, "done");
}

TEST(two_peers_behind_one_interface_are_rivals)
{
	size_t n;

	put(KIND_PEER, BEHIND(""));
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: b}, "
	    "spec: {interface: eth0, asNumber: 64512}}");
	find_router("fe80::9", NULL);
	assert_string_equal(peers_view(w.peers, &n)[1].blocked,
	    "spec.interface: BGPPeer a, which is older, has the same one");
	peers_stop(w.peers, "done");
}

TEST(ipv4_goes_by_the_sessions_ipv6_address_where_both_want_that)
{
	reads_ipv6_next_hops = true;
	come_up_at("fd00::9", "", "fd00::1", "fd00::9");
	assert_addr(&told_path(FAMILY_V4)->next_hop, "10.0.0.1");
	conn_tcp_down(w.conn, "gone", w.now);
	come_up_at("fd00::9", ", extendedNextHop: true", "fd00::1", "fd00::9");
	assert_addr(&told_path(FAMILY_V4)->next_hop, "fd00::1");
	peers_stop(w.peers, "done");
}

TEST(an_as_number_that_changes_resets_once)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	w.config->as_number = 64518;
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(session_stats(w.session)->flaps, 0);
	wait_for_reset();
	assert_int_equal(session_stats(w.session)->flaps, 1);
	come_up(w.session);
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(session_stats(w.session)->flaps, 1);
	peers_stop(w.peers, "done");
}

/* Forgetting goes on in its slices: nobody waits for it. */
TEST(peer_that_is_back_before_it_is_forgotten_begins_anew)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	say_prefix();
	assert_int_equal(received(), 1);
	w.later = true;
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(received(), 1);
	come_up(w.session);
	assert_int_equal(received(), 0);
	assert_int_equal(rib_prefixes(w.rib, FAMILY_V4)->n, 1);
	say_prefix();
	assert_int_equal(received(), 1);
	w.later = false;
	on_routes_due(NULL);
	assert_int_equal(received(), 1);
	assert_int_equal(rib_prefixes(w.rib, FAMILY_V4)->n, 1);
	peers_stop(w.peers, "done");
}

/* The rib has room for the highest id that there ever was. */
TEST(peer_that_is_back_again_and_again_takes_the_lowest_free_id)
{
	uint32_t most = 0;
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	for (unsigned i = 0; i < 10; i++) {
		come_up(w.session);
		say_prefix();
		w.later = true;
		conn_tcp_down(w.conn, "gone", w.now);
		come_up(w.session);
		uint32_t source = peers_view(w.peers, &n)->source;

		most = source > most ? source : most;
		w.later = false;
		on_routes_due(NULL);
		conn_tcp_down(w.conn, "gone", w.now);
	}
	assert_int_equal(most, 2);
	peers_stop(w.peers, "done");
}

/* Does the reset of that change say Cease, to a peer that would wait without? */
static bool
is_told_of(const char *more)
{
	uint32_t told;

	offered.present = true;
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	told = session_stats(w.session)->notifications_out[ERR_CEASE];
	put(KIND_PEER, more);
	peers_refresh(w.peers, w.node, w.config);
	wait_for_reset();
	return session_stats(w.session)->notifications_out[ERR_CEASE] != told;
}

TEST(changed_field_renews_the_session_without_a_word)
{
	assert_false(is_told_of(PEER("a", ", holdTime: 30")));
	peers_stop(w.peers, "done");
}

/* What it keeps of the session before would go: RFC 4724 4.2, consecutive restarts. */
TEST(session_whose_peer_has_not_been_told_all_is_not_renewed)
{
	offered.present = true;
	adjout_hold(w.adjout, true);
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	put(KIND_PEER, PEER("a", ", holdTime: 30"));
	peers_refresh(w.peers, w.node, w.config);
	wait_for_reset();
	assert_int_equal(session_state(w.session), STATE_ESTABLISHED);
	adjout_hold(w.adjout, false);
	while (conn_output(w.conn, &(struct rbuf){ 0 }))
		;
	w.now += 1000;
	peers_tick(w.peers);
	assert_int_not_equal(session_state(w.session), STATE_ESTABLISHED);
	peers_stop(w.peers, "done");
}

/* For BIRD 2.0, see peer_reset(). */
TEST(changed_families_are_no_restart)
{
	assert_true(is_told_of(
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: 10.0.0.9, asNumber: 64512, families: [IPv4]}}"));
	peers_stop(w.peers, "done");
}

/* R is over then: by this process, whatever comes behind it. */
TEST(first_state_is_told_once)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(w.told, 0);
	come_up(w.session);
	assert_int_equal(w.told, 1);
	conn_tcp_down(w.conn, "gone", w.now);
	come_up(w.session);
	assert_int_equal(w.told, 1);
	peers_stop(w.peers, "done");
}

/* --- A peer that restarts (RFC 4724 4.2). --- */

static struct rib_counts
counts(void)
{
	size_t n;

	return rib_counts(w.rib, peers_view(w.peers, &n)->source, FAMILY_V4);
}

/* End-of-RIB for IPv4. */
static void
say_end(void)
{
	static const uint8_t update[] = { 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 23, MSG_UPDATE,
		0, 0, 0, 0 };

	assert_int_equal(
	    conn_input(w.conn, update, sizeof(update), w.now), sizeof(update));
}

/* Up with one route; then TCP ends. The peer has 120 s to be back. */
static void
goes_away(const char *more)
{
	char peer[400];

	offered = (struct caps_restart){ .present = true,
		.time = 120,
		.family = { false, true, true },
		.forwarding = { false, true, true } };
	snprintf(peer, sizeof(peer),
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: 10.0.0.9, asNumber: 64512%s}}",
	    more);
	put(KIND_PEER, peer);
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	say_prefix();
	conn_tcp_down(w.conn, "gone", w.now);
}

static void
later(unsigned seconds)
{
	w.now += seconds * 1000u;
	peers_tick(w.peers);
}

TEST(routes_of_a_peer_that_restarts_stay_until_it_has_said_all)
{
	goes_away("");
	assert_int_equal(counts().stale, 1);
	later(119);
	come_up(w.session);
	assert_int_equal(counts().stale, 1);
	say_end();
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(route_that_is_said_again_outlives_the_end)
{
	goes_away("");
	come_up(w.session);
	say_prefix();
	assert_int_equal(counts().stale, 0);
	say_end();
	assert_int_equal(counts().received, 1);
	peers_stop(w.peers, "done");
}

TEST(routes_of_a_peer_that_is_not_back_in_time_go)
{
	goes_away("");
	assert_int_equal(w.tick_at, w.now + 120000);
	later(119);
	assert_int_equal(counts().received, 1);
	later(1);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(routes_of_a_peer_that_never_ends_go_after_six_minutes)
{
	goes_away("");
	come_up(w.session);
	later(359);
	assert_int_equal(counts().received, 1);
	later(1);
	assert_int_equal(counts().received, 0);
	assert_int_equal(session_state(w.session), STATE_ESTABLISHED);
	peers_stop(w.peers, "done");
}

TEST(peer_that_has_not_kept_its_forwarding_keeps_no_route)
{
	goes_away("");
	offered.forwarding[FAMILY_V4] = false;
	come_up(w.session);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(peer_that_is_back_without_it_keeps_no_route)
{
	goes_away("");
	offered = (struct caps_restart){ 0 };
	come_up(w.session);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(peer_that_keeps_nothing_loses_its_routes)
{
	goes_away("");
	offered.family[FAMILY_V4] = false;
	come_up(w.session);
	say_prefix();
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(routes_go_with_a_notification)
{
	goes_away("");
	come_up(w.session);
	say_prefix();
	session_stop(w.session, CEASE_RESET, NULL, w.now);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

/* --- A peer that says all once more (RFC 7313 4). --- */

static void
say_marker(uint8_t kind)
{
	const uint8_t marker[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 0, 23, MSG_ROUTE_REFRESH, 0,
		FAMILY_V4, kind, 1 };

	assert_int_equal(
	    conn_input(w.conn, marker, sizeof(marker), w.now), sizeof(marker));
}

/* Up with two routes; both sides know RFC 7313. */
static void
has_two(void)
{
	can_refresh = true;
	goes_away("");
	later(120);
	come_up(w.session);
	say_prefix();
	say_other_prefix();
}

TEST(what_is_not_said_again_between_the_markers_goes)
{
	has_two();
	say_end();
	say_marker(REFRESH_END); /* of nothing */
	assert_int_equal(counts().received, 2);
	say_marker(REFRESH_BEGIN);
	assert_int_equal(counts().stale, 2);
	say_prefix();
	say_end(); /* of some other thing */
	assert_int_equal(counts().received, 2);
	say_marker(REFRESH_BEGIN);
	say_marker(REFRESH_END);
	assert_int_equal(counts().received, 1);
	assert_int_equal(counts().stale, 0);
	peers_stop(w.peers, "done");
}

TEST(marker_before_the_end_of_the_first_table_is_ignored)
{
	has_two();
	say_marker(REFRESH_BEGIN);
	say_marker(REFRESH_END);
	assert_int_equal(counts().received, 2);
	peers_stop(w.peers, "done");
}

/* What is kept over a restart is not what it says once more before it is through. */
TEST(marker_in_a_restart_takes_nothing_that_is_kept)
{
	can_refresh = true;
	goes_away("");
	later(1);
	come_up(w.session);
	say_other_prefix();
	say_marker(REFRESH_BEGIN);
	say_marker(REFRESH_END);
	assert_int_equal(counts().stale, 1);
	assert_int_equal(counts().received, 2);
	say_end();
	assert_int_equal(counts().received, 1);
	peers_stop(w.peers, "done");
}

TEST(refresh_that_never_ends_does_after_six_minutes)
{
	has_two();
	say_end();
	say_marker(REFRESH_BEGIN);
	later(359);
	assert_int_equal(counts().received, 2);
	later(1);
	assert_int_equal(counts().received, 0);
	assert_int_equal(session_state(w.session), STATE_ESTABLISHED);
	peers_stop(w.peers, "done");
}

/* RFC 9494 4.2 */
TEST(routes_live_long_behind_the_restart_time)
{
	offered_long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, false },
		.time = { 0, 3600, 0 } };
	goes_away(", gracefulRestart: {longLivedTime: 60}");
	later(120);
	assert_int_equal(counts().stale, 1);
	later(3599);
	assert_int_equal(counts().stale, 1);
	later(1);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

/* It asks for an hour, and says that it went on forwarding. */
static void
goes_away_for_long(void)
{
	offered_long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, false },
		.forwarding = { false, true, false },
		.time = { 0, 3600, 0 } };
	goes_away(", gracefulRestart: {longLivedTime: 60}");
}

/* RFC 9494 4.2: of two restarts in a row the time is that of the first. */
TEST(long_lived_routes_outlast_a_second_restart)
{
	goes_away_for_long();
	later(120);
	later(1000);
	come_up(w.session);
	say_other_prefix();
	assert_int_equal(counts().stale, 1);
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(counts().stale, 2);
	later(2599);
	assert_int_equal(counts().stale, 2);
	later(1);
	assert_int_equal(counts().received, 0);
	/* Of a session that has said all they are those of the next restart. */
	come_up(w.session);
	say_prefix();
	say_end();
	conn_tcp_down(w.conn, "gone", w.now);
	later(120);
	later(3599);
	assert_int_equal(counts().stale, 1);
	later(1);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

/* … and the peer is back again when it is over, though no clock said so yet. */
TEST(second_restart_does_not_prolong_what_is_over)
{
	goes_away_for_long();
	later(120);
	come_up(w.session);
	say_other_prefix();
	w.now += 3600 * 1000u;
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(counts().received, 1);
	assert_int_equal(w.tick_at, w.now + 120000);
	peers_stop(w.peers, "done");
}

/* RFC 9494 4.2: its restart time is none then. */
TEST(family_of_the_long_lived_capability_alone_is_kept)
{
	goes_away_for_long();
	offered.family[FAMILY_V4] = offered.forwarding[FAMILY_V4] = false;
	later(120);
	come_up(w.session);
	say_prefix();
	say_end();
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(counts().stale, 1);
	later(0);
	later(3599);
	assert_int_equal(counts().stale, 1);
	later(1);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

static bool
may_say_llgr_stale(const char *peer)
{
	size_t n;

	put(KIND_PEER, peer);
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	bool may =
	    rib_source(w.rib, peers_view(w.peers, &n)->source)->long_lived;

	session_reset(w.session, CEASE_RESET, NULL, w.now);
	return may;
}

/* RFC 9494 4.3: by the capability of both. */
TEST(llgr_stale_is_of_whoever_has_agreed_to_it)
{
	goes_away("");
	assert_false(may_say_llgr_stale(PEER("a", "")));
	offered_long_lived.present = true;
	assert_false(may_say_llgr_stale(PEER("a", "")));
	assert_true(may_say_llgr_stale(
	    PEER("a", ", gracefulRestart: {longLivedTime: 60}")));
	peers_stop(w.peers, "done");
}

TEST(route_that_says_no_llgr_goes_with_the_restart_time)
{
	offered_long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, false },
		.time = { 0, 3600, 0 } };
	goes_away(", gracefulRestart: {longLivedTime: 60}");
	come_up(w.session);
	say_prefix();
	say_not_for_long(3);
	conn_tcp_down(w.conn, "gone", w.now);
	assert_int_equal(counts().stale, 2);
	later(120);
	assert_int_equal(counts().stale, 1);
	peers_stop(w.peers, "done");
}

TEST(who_is_shut_down_leaves_no_route)
{
	goes_away("");
	put(KIND_PEER, PEER("a", ", shutdown: {enabled: true}"));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

TEST(who_is_deleted_leaves_no_route)
{
	goes_away("");
	peers_refresh(w.peers, NULL, w.config);
	assert_int_equal(rib_size(w.rib, FAMILY_V4), 0);
	assert_false(rib_has_rest(w.rib));
}

TEST(who_lost_its_secret_leaves_no_route)
{
	goes_away("");
	put(KIND_PEER,
	    PEER("a",
		", password: {secretKeyRef: {name: gone, key: password}}"));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

/* They are of a router that is not meant any more. */
TEST(routes_of_before_are_not_of_another_peer)
{
	static const char *const others[] = {
		"{peerIP: 10.0.0.8, asNumber: 64512}",
		"{peerIP: 10.0.0.9, asNumber: 64513}",
		"{peerIP: 10.0.0.9, external: true}",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		bool same = i == 2;
		char peer[400];

		goes_away("");
		snprintf(peer, sizeof(peer),
		    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: "
		    "{name: a}, spec: %s}",
		    others[i]);
		put(KIND_PEER, peer);
		peers_refresh(w.peers, w.node, w.config);
		assert_int_equal(counts().received, same);
	}
	peers_stop(w.peers, "done");
}

TEST(peer_that_is_back_in_another_as_keeps_no_route)
{
	goes_away("");
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: 10.0.0.9, external: true}}");
	peers_refresh(w.peers, w.node, w.config);
	peer_as = 64513;
	come_up(w.session);
	assert_int_equal(counts().received, 0);
	peers_stop(w.peers, "done");
}

/* What it has said before does not count, until it has said it again. */
TEST(stale_routes_are_none_too_many)
{
	goes_away(", maxPrefixes: 1");
	come_up(w.session);
	say_other_prefix();
	assert_int_equal(session_state(w.session), STATE_ESTABLISHED);
	assert_int_equal(counts().received, 2);
	say_prefix();
	assert_int_equal(session_error(w.session)->subcode, CEASE_MAX_PREFIXES);
	peers_stop(w.peers, "done");
}

TEST(without_a_node_there_is_no_peer)
{
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	peers_refresh(w.peers, NULL, w.config);
	peers_view(w.peers, &n);
	assert_int_equal(n, 0);
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	peers_stop(w.peers, "done");
}

TEST(a_family_without_a_next_hop_is_told)
{
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	assert_false(peers_view(w.peers, &n)->mute[FAMILY_V6]);
	w.node->n_internal_ips = 1;
	peers_refresh(w.peers, w.node, w.config);
	assert_true(peers_view(w.peers, &n)->mute[FAMILY_V6]);
	assert_false(peers_view(w.peers, &n)->mute[FAMILY_V4]);
	peers_stop(w.peers, "done");
}

TEST(what_is_freed_while_it_is_up_has_no_last_words)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
}

TEST(a_second_peer_of_one_address_is_blocked)
{
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	put(KIND_PEER, PEER("b", ", sourceAddress: 10.0.0.1"));
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_int_equal(n, 2);
	assert_null(peers[0].blocked);
	assert_string_equal(peers[1].blocked,
	    "spec.peerIP: BGPPeer a, which is older, has the same address");
	peers_stop(w.peers, "done");
}

TEST(session_goes_on_as_that_of_another_peer_with_its_address)
{
	const struct object_key key = { "", "z" };
	size_t n;

	put(KIND_PEER, PEER("z", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	const struct session *session = w.session;
	uint32_t source = peers_view(w.peers, &n)->source;

	store_drop(w.store, KIND_PEER, &key);
	put(KIND_PEER, PEER("b", ""));
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_int_equal(n, 1);
	assert_string_equal(peers[0].name, "b");
	assert_ptr_equal(peers[0].session, session);
	assert_int_equal(peers[0].source, source);
	assert_non_null(session_agreed(session));
	assert_int_equal(session_stats(session)->flaps, 0);
	assert_null(session_pending_reset(session));
	peers_stop(w.peers, "done");
}

TEST(peer_that_is_down_begins_anew_under_another_name)
{
	const struct object_key key = { "", "z" };
	size_t n;

	put(KIND_PEER, PEER("z", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	conn_tcp_down(w.conn, "pulled", w.now);
	assert_int_equal(session_stats(w.session)->flaps, 1);

	store_drop(w.store, KIND_PEER, &key);
	put(KIND_PEER, PEER("b", ""));
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_int_equal(n, 1);
	assert_string_equal(peers[0].name, "b");
	assert_int_equal(session_stats(peers[0].session)->flaps, 0);
	peers_stop(w.peers, "done");
}

/* Nor is one renamed that only gives way: there it is still. */
TEST(session_of_a_peer_that_is_still_there_is_its_own)
{
	size_t n;

	put(KIND_PEER, PEER("b", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	put(KIND_PEER, PEER("c", ""));
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_int_equal(n, 2);
	assert_string_equal(peers[0].name, "b");
	assert_non_null(session_agreed(peers[0].session));
	assert_non_null(peers[1].blocked);
	peers_stop(w.peers, "done");
}

#define NODE2                                                         \
	"{apiVersion: v1, kind: Node, metadata: {name: n2}, status: " \
	"{addresses: [{type: InternalIP, address: 10.0.0.2}]}}"
#define OF_NODES                                                         \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: p}, " \
	"spec: {peerSelector: {}, password: {secretKeyRef: {name: bgp, " \
	"key: k}}}}"

TEST(peer_of_nodes_is_told_what_each_of_its_sessions_lacks)
{
	size_t n;

	put(KIND_NODE, NODE2);
	put(KIND_CONFIG, CONFIG);
	put(KIND_PEER, OF_NODES);
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(peers_view(w.peers, &n)->name, "p/n2");
	assert_int_equal(n, 1);
	assert_string_equal(w.about, "p");
	assert_non_null(strstr(w.waits, "no Secret bgp"));
}

/* There is no object to tell it; the BGPNodeStatus does. */
TEST(mesh_that_lacks_its_secret_is_blocked)
{
	size_t n;

	put(KIND_NODE, NODE2);
	put(KIND_CONFIG,
	    "{apiVersion: lbbgp.io/v1, kind: BGPConfiguration, metadata: "
	    "{name: default}, spec: {asNumber: 64517, nodeToNodeMeshEnabled: "
	    "true}}");
	bgp_configuration_free(w.config);
	w.config = decoded(bgp_configuration_decode,
	    "{metadata: {name: default}, spec: {asNumber: 64517, "
	    "nodeToNodeMeshEnabled: true, nodeMeshPassword: {secretKeyRef: "
	    "{name: bgp, key: k}}}}");
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peer = peers_view(w.peers, &n);

	assert_int_equal(n, 1);
	assert_string_equal(peer->name, "mesh:n2");
	assert_string_equal(peer->blocked,
	    "spec.nodeMeshPassword.secretKeyRef.name: there is no Secret bgp "
	    "in namespace lbbgp-system");
	assert_string_equal(w.waits, "");
	assert_int_equal(peers_mesh(w.peers), 1);

	bgp_configuration_free(w.config);
	w.config = decoded(bgp_configuration_decode,
	    "{metadata: {name: default}, spec: {asNumber: 64517, "
	    "nodeToNodeMeshEnabled: true, nodeMeshTCPAO: {secretName: bgp, "
	    "keys: [{keyID: 1, secretKey: k}]}}}");
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(peers_view(w.peers, &n)->blocked,
	    "spec.nodeMeshTCPAO.secretName: there is no Secret bgp in "
	    "namespace lbbgp-system");
}

/* The node says this of itself. */
static void
node_says(const char *annotations)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{apiVersion: v1, kind: Node, metadata: {name: n1, annotations: "
	    "{%s}}, status: {addresses: [{type: InternalIP, address: "
	    "10.0.0.1}]}}",
	    annotations);
	node_free(w.node);
	w.node = decoded(node_decode, text);
	peers_refresh(w.peers, w.node, w.config);
}

/* Wherever it is good it goes on: what is wrong here is told of this node alone. */
TEST(a_peer_that_the_node_does_not_name_is_blocked_until_it_does)
{
	size_t n;

	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {asNumber: 64512, fromNode: {peerIP: {annotation: "
	    "lbbgp.io/tor}}}}");
	node_says("");
	assert_string_equal(peers_view(w.peers, &n)->blocked,
	    "Node n1: metadata.annotations[lbbgp.io/tor]: missing: "
	    "spec.fromNode.peerIP takes the value from there");
	node_says("lbbgp.io/tor: 10.0.0.9");
	assert_null(peers_view(w.peers, &n)->blocked);
	come_up(w.session);
	node_says("lbbgp.io/tor: 10.0.0.9, lbbgp.io/x: more");
	assert_non_null(session_agreed(w.session));
	node_says("lbbgp.io/tor: 10.0.0.8"); /* another router */
	assert_null(session_agreed(w.session));
	assert_addr(&session_config(w.session)->remote, "10.0.0.8");
	node_says("lbbgp.io/tor: nobody"); /* a slip */
	assert_null(peers_view(w.peers, &n)->blocked);
	assert_non_null(strstr(peers_view(w.peers, &n)->doubt, ": nobody: "));
	assert_addr(&session_config(w.session)->remote, "10.0.0.8");
	node_says("");
	assert_non_null(strstr(peers_view(w.peers, &n)->blocked, "missing"));
	node_says("lbbgp.io/tor: nobody"); /* there is nothing to go on with */
	assert_non_null(strstr(peers_view(w.peers, &n)->blocked, ": nobody: "));
	assert_int_equal(n, 1);
	assert_string_equal(w.waits, "");
	peers_stop(w.peers, "done");
}

/* Whoever wants a session down gets it down, whatever the node says. */
TEST(a_peer_that_the_node_names_wrongly_is_shut_down_all_the_same)
{
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {asNumber: 64512, fromNode: {peerIP: {annotation: "
	    "lbbgp.io/tor}}}}");
	node_says("lbbgp.io/tor: 10.0.0.9");
	come_up(w.session);
	node_says("lbbgp.io/tor: nobody");
	assert_non_null(session_agreed(w.session));
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {asNumber: 64512, shutdown: {enabled: true}, fromNode: "
	    "{peerIP: {annotation: lbbgp.io/tor}}}}");
	peers_refresh(w.peers, w.node, w.config);
	assert_null(session_agreed(w.session));
	assert_int_equal(session_error(w.session)->subcode, CEASE_SHUTDOWN);
	peers_stop(w.peers, "done");
}

#define DATED(name, year, spec)                                           \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: " name \
	", creationTimestamp: '" year "-01-01T00:00:00Z'}, spec: {" spec "}}"
#define OF_NODE \
	"asNumber: 64512, fromNode: {peerIP: {annotation: lbbgp.io/tor}}"
#define AT_9 "peerIP: 10.0.0.9, asNumber: 64512"

/* What it goes on with by a slip is its own as if the Node said it. */
TEST(address_that_a_peer_goes_on_with_is_taken)
{
	size_t n;

	put(KIND_PEER, DATED("b", "2025", OF_NODE));
	node_says("lbbgp.io/tor: 10.0.0.9");
	come_up(w.session);
	node_says("lbbgp.io/tor: nobody");
	put(KIND_PEER, DATED("a", "2026", AT_9));
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(peers_view(w.peers, &n)[0].blocked,
	    "spec.peerIP: BGPPeer b, which is older, has the same address");
	assert_null(peers_view(w.peers, &n)[1].blocked);
	assert_non_null(session_agreed(peers_view(w.peers, &n)[1].session));
	peers_stop(w.peers, "done");
}

TEST(address_that_a_peer_goes_on_with_goes_to_an_older_one)
{
	size_t n;

	put(KIND_PEER, DATED("b", "2026", OF_NODE));
	node_says("lbbgp.io/tor: 10.0.0.9");
	come_up(w.session);
	node_says("lbbgp.io/tor: nobody");
	put(KIND_PEER, DATED("a", "2025", AT_9));
	for (unsigned i = 0; i < 2; i++) { /* it stays so */
		peers_refresh(w.peers, w.node, w.config);
		assert_null(peers_view(w.peers, &n)[0].blocked);
		assert_non_null(
		    strstr(peers_view(w.peers, &n)[1].blocked, ": nobody: "));
		assert_null(session_agreed(peers_view(w.peers, &n)[1].session));
	}
	peers_stop(w.peers, "done");
}

TEST(a_secret_that_the_node_names_is_missing_on_this_node)
{
	size_t n;

	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: 10.0.0.9, asNumber: 64512, fromNode: "
	    "{passwordSecret: {annotation: lbbgp.io/secret}}}}");
	node_says("lbbgp.io/secret: rack-7");
	assert_string_equal(peers_view(w.peers, &n)->blocked,
	    "spec.fromNode.passwordSecret: there is no Secret rack-7 in "
	    "namespace lbbgp-system");
	assert_string_equal(w.waits, "");
	node_says("");
	assert_non_null(strstr(peers_view(w.peers, &n)->blocked, "missing"));
	peers_stop(w.peers, "done");
}

/* It is another router then, and there is nothing to wait for. */
TEST(a_default_gateway_is_waited_for_and_followed)
{
	struct neighbor_gateway known[FAMILIES] = {
		[FAMILY_V4] = { .why = "no gateway" },
	};
	size_t n;

	gateways = known;
	put(KIND_PEER,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "
	    "spec: {peerIP: gateway, asNumber: 64512}}");
	peers_refresh(w.peers, w.node, w.config);
	assert_true(peers_want_gateway(w.peers));
	assert_null(peers_view(w.peers, &n)->blocked);
	assert_string_equal(
	    session_error(w.session)->text, "spec.peerIP: no gateway");
	known[FAMILY_V4].at =
	    (struct scoped_addr){ .addr = addr_v4(0x0a000009) };
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	known[FAMILY_V4].other = addr_v4(0x0a000007);
	peers_refresh(w.peers, w.node, w.config);
	assert_non_null(session_agreed(w.session));
	assert_string_equal(peers_view(w.peers, &n)->doubt,
	    "spec.peerIP: the node has another default gateway, 10.0.0.7, of "
	    "the same metric");
	known[FAMILY_V4].at.addr = addr_v4(0x0a000008);
	peers_refresh(w.peers, w.node, w.config);
	assert_null(session_agreed(w.session));
	assert_addr(&session_config(w.session)->remote, "10.0.0.8");
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	assert_false(peers_want_gateway(w.peers));
	peers_stop(w.peers, "done");
	gateways = NULL;
}

#define AT_PORT(name, more)                                               \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: " name \
	"}, spec: {asNumber: 64512, peerIP: '10.0.0.9:1790'" more "}}"

TEST(two_at_one_address_and_other_ports_are_two_sessions)
{
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	put(KIND_PEER, AT_PORT("b", ""));
	peers_refresh(w.peers, w.node, w.config);
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_int_equal(n, 2);
	assert_null(peers[0].blocked);
	assert_null(peers[1].blocked);
	assert_int_equal(session_config(peers[1].session)->port, 1790);
	put(KIND_PEER, AT_PORT("b", ", passive: true"));
	peers_refresh(w.peers, w.node, w.config);
	peers = peers_view(w.peers, &n);
	assert_null(peers[0].blocked);
	assert_non_null(strstr(peers[1].blocked,
	    "spec.passive: BGPPeer a has the same address at another port"));
	put(KIND_PEER,
	    AT_PORT("b", ", passive: true, sourceAddress: 10.0.0.5"));
	peers_refresh(w.peers, w.node, w.config);
	assert_null(peers_view(w.peers, &n)[1].blocked);
	peers_stop(w.peers, "done");
}

/* When the node of this name resets after a change, ms. */
static uint64_t
delay_of(unsigned i)
{
	char name[16];

	snprintf(name, sizeof(name), "node%u", i);
	free(w.node->meta.name);
	w.node->meta.name = xstrdup(name);
	w.tick_at = 0;
	w.config->as_number++;
	peers_refresh(w.peers, w.node, w.config);
	uint64_t delay = w.tick_at - w.now;

	wait_for_reset();
	assert_int_equal(session_stats(w.session)->flaps, 1 + i);
	return delay;
}

TEST(nodes_do_not_reset_in_the_same_moment)
{
	uint64_t sum = 0, at[200];

	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	for (unsigned i = 0; i < 200; i++) {
		come_up(w.session);
		at[i] = delay_of(i);
		assert_in_range(at[i], 5000, 15000);
		sum += at[i];
	}
	assert_in_range(sum / 200, 9000, 11000);
	for (unsigned second = 5; second < 15; second++) {
		unsigned n = 0;

		for (unsigned i = 0; i < 200; i++)
			n += at[i] / 1000 == second;
		assert_in_range(n, 5, 40); /* 20 */
	}
	peers_stop(w.peers, "done");
}

TEST(change_that_is_taken_back_resets_nothing)
{
	size_t n;

	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	put(KIND_PEER, PEER("a", ", holdTime: 30"));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(peers_view(w.peers, &n)->reset_at, w.tick_at);
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(peers_view(w.peers, &n)->reset_at, 0);
	wait_for_reset();
	assert_int_equal(session_stats(w.session)->flaps, 0);
	peers_stop(w.peers, "done");
}

TEST(session_of_another_address_ends_at_once)
{
	put(KIND_PEER, PEER("a", ""));
	peers_refresh(w.peers, w.node, w.config);
	come_up(w.session);
	put(KIND_PEER, PEER("a", ", sourceAddress: 10.0.0.2"));
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(session_stats(w.session)->flaps, 1);
	peers_stop(w.peers, "done");
}

/* ms of CPU for a node with that many peers: the first look, and one more. */
static void
refresh_many(unsigned n, double ms[2])
{
	char yaml[256];

	for (unsigned i = 0; i < n; i++) {
		snprintf(yaml, sizeof(yaml),
		    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: "
		    "p%u}, spec: {peerIP: 10.1.%u.%u, asNumber: 64512, passive: "
		    "true}}",
		    i, i / 250, i % 250 + 1);
		put(KIND_PEER, yaml);
	}
	for (unsigned k = 0; k < 2; k++) {
		clock_t from = clock();

		peers_refresh(w.peers, w.node, w.config);
		ms[k] = (double)(clock() - from) * 1000 / CLOCKS_PER_SEC;
	}
}

/* Each peer is held against the older ones of its address, not against all. */
static void
refresh_of_many_peers_costs_what_they_are(void **state)
{
	size_t n;
	double few[2], many[2];

	asked = 0;
	refresh_many(1000, few);
	assert_in_range(asked, 1000, 20000);
	teardown(state);
	setup(state);
	asked = 0;
	refresh_many(4000, many);
	assert_in_range(asked, 4000, 80000);
	peers_view(w.peers, &n);
	assert_int_equal(n, 4000);
	print_message("1,000 peers: %.1f ms, again %.1f; 4,000: %.1f, %.1f\n",
	    few[0], few[1], many[0], many[1]);
}

#define WITH_SECRET(more)                                                     \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a}, "      \
	"spec: {peerIP: 10.0.0.9, asNumber: 64512, password: {secretKeyRef: " \
	"{name: bgp, key: k}}}" more "}"
#define REFUSED(why)                                                         \
	", status: {conditions: [{type: Accepted, status: 'False', reason: " \
	"Refused, message: '" why "', lastTransitionTime: "                  \
	"'2026-11-29T00:00:00Z'}]}"
#define NO_SECRET                                                     \
	"spec.password.secretKeyRef.name: there is no Secret bgp in " \
	"namespace lbbgp-system"

static void
secret_comes(bool comes)
{
	struct object_key key = { "lbbgp-system", "bgp" };

	if (comes)
		put(KIND_SECRET,
		    "{apiVersion: v1, kind: Secret, metadata: {name: bgp, "
		    "namespace: lbbgp-system}, data: {k: Z2VoZWlt}}");
	else
		store_drop(w.store, KIND_SECRET, &key);
	peers_refresh(w.peers, w.node, w.config);
}

/* Verdicts wait to be written, and a Secret often comes right behind its BGPPeer. */
TEST(verdict_that_holds_no_more_is_taken_back)
{
	for (unsigned i = 0; i < 3; i++) {
		put(KIND_PEER, WITH_SECRET(""));
		secret_comes(false);
		assert_non_null(strstr(w.waits, "no Secret bgp"));
		secret_comes(true);
		assert_string_equal(w.waits, "");
		put(KIND_PEER, WITH_SECRET(REFUSED(NO_SECRET)));
		secret_comes(true);
		assert_string_equal(w.waits, "good");
		secret_comes(false);
		assert_string_equal(w.waits, "");
	}
}

#define EDITED(status, generation, observed)                                   \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: a, "        \
	"generation: " generation "}, spec: {peerIP: 10.0.0.9, asNumber: "     \
	"64512}, status: {conditions: [{type: Accepted, status: '" status "'," \
	" reason: R, message: '', observedGeneration: " observed "}]}}"

/* It was refused once; kubectl waits for what is said of it as it is now. */
TEST(what_is_said_of_a_peer_before_its_edit_is_said_again)
{
	put(KIND_PEER, EDITED("True", "3", "3"));
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(w.waits, "");
	put(KIND_PEER, EDITED("True", "4", "3"));
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(w.waits, "good");
	put(KIND_PEER, EDITED("True", "4", "4"));
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(w.waits, "");
}

/* The Secret that it names now is missing, not the one of before too long. */
TEST(another_fault_takes_the_place_of_the_one_that_was_told)
{
	put(KIND_PEER, WITH_SECRET(REFUSED(NO_SECRET)));
	secret_comes(false);
	assert_string_equal(w.waits, "");
	put(KIND_PEER, WITH_SECRET(REFUSED("it is too long")));
	secret_comes(false);
	assert_string_equal(w.waits, NO_SECRET);
}

/* --- BFD. --- */

static void
bfd_says(enum bfd_state state, bool fell, bool admin)
{
	struct bfd_news news = { w.watched.id, (uint8_t)state, BFD_DIAG_EXPIRED,
		fell, admin };

	peers_bfd(w.peers, &news);
}

static void
refresh_with(const char *yaml)
{
	put(KIND_PEER, yaml);
	peers_refresh(w.peers, w.node, w.config);
}

/* RFC 4271 5.1.5: by the AS number that the session goes by. */
TEST(peer_in_the_as_of_local_as_is_internal)
{
	refresh_with(PEER("a", ", localASNumber: 64512"));
	come_up(w.session);
	assert_true(session_agreed(w.session)->internal);
	const struct path *path = told_path(FAMILY_V4);

	assert_true((path->has & ATTR_BIT(ATTR_LOCAL_PREF)) != 0);
	assert_int_equal(path->as_len, 0);
	peers_stop(w.peers, "done");
}

TEST(a_peer_with_bfd_is_watched_as_it_says)
{
	refresh_with(PEER("a", ", bfd: {transmitInterval: 50}"));
	assert_int_equal(w.set, 1);
	assert_addr(&w.watched.remote.addr, "10.0.0.9");
	assert_addr(&w.watched.local, "10.0.0.1");
	assert_int_equal(w.watched.tx_ms, 50);
	assert_int_equal(w.watched.rx_ms, 300);
	assert_int_equal(w.watched.mult, 3);
	assert_false(w.watched.multihop || w.watched.by_link);
	peers_refresh(w.peers, w.node, w.config);
	assert_int_equal(w.set, 1);
	refresh_with(PEER("a", ", bfd: {transmitInterval: 60}"));
	assert_int_equal(w.set, 2);
	assert_int_equal(w.unset, 0);
}

TEST(a_peer_that_is_shut_down_is_not_watched)
{
	refresh_with(PEER("a", ", bfd: {}"));
	refresh_with(PEER("a", ", bfd: {}, shutdown: {enabled: true}"));
	assert_int_equal(w.unset, 1);
	refresh_with(PEER("a", ", bfd: {}"));
	assert_int_equal(w.set, 2);
	refresh_with(PEER("a", ", bfd: {enabled: false}"));
	assert_int_equal(w.unset, 2);
}

TEST(several_hops_are_derived_from_the_session)
{
	refresh_with(PEER("a", ", bfd: {}, ebgpMultihop: 5"));
	assert_true(w.watched.multihop);
	assert_int_equal(w.watched.min_ttl, 0);
	refresh_with(PEER("a", ", bfd: {minimumTTL: 9}, ebgpMultihop: 5"));
	assert_int_equal(w.watched.min_ttl, 9);
	refresh_with(PEER("a", ", bfd: {multihop: false}, ebgpMultihop: 5"));
	assert_false(w.watched.multihop);
	refresh_with(PEER("a", ", bfd: {}, localASNumber: 64512"));
	assert_true(w.watched.by_link);
}

TEST(a_peer_that_bfd_finds_gone_is_told_so_and_reset)
{
	size_t n;

	refresh_with(PEER("a", ", bfd: {}"));
	come_up(w.session);
	bfd_says(BFD_UP, false, false);
	bfd_says(BFD_DOWN, true, false);
	assert_null(session_agreed(w.session));
	const struct session_error *e =
	    session_error(peers_view(w.peers, &n)->session);

	assert_int_equal(e->code, ERR_CEASE);
	assert_int_equal(e->subcode, CEASE_BFD_DOWN);
	assert_string_equal(
	    e->text, "BFD Down: Control Detection Time Expired");
}

/* RFC 5882 3.2, and 4.3 for one that never was Up. */
TEST(bfd_that_is_shut_down_or_never_was_up_ends_nothing)
{
	refresh_with(PEER("a", ", bfd: {}"));
	come_up(w.session);
	bfd_says(BFD_DOWN, false, false);
	assert_non_null(session_agreed(w.session));
	bfd_says(BFD_UP, false, false);
	bfd_says(BFD_DOWN, true, true);
	assert_non_null(session_agreed(w.session));
	peers_stop(w.peers, "done");
}

TEST(news_of_a_session_that_was_unset_is_late)
{
	refresh_with(PEER("a", ", bfd: {}"));
	come_up(w.session);
	refresh_with(PEER("a", ""));
	bfd_says(BFD_DOWN, true, false);
	assert_non_null(session_agreed(w.session));
	peers_stop(w.peers, "done");
}

TEST(a_strict_session_waits_for_bfd)
{
	struct addr local = addr_v4(0x0a000001), remote = addr_v4(0x0a000009);

	refresh_with(PEER("a", ", bfd: {strict: true}"));
	assert_int_equal(session_state(w.session), STATE_IDLE);
	assert_null(session_accept(w.session, &local, &remote, w.now));
	assert_non_null(
	    strstr(session_error(w.session)->text, "spec.bfd.strict"));
	bfd_says(BFD_UP, false, false);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
	come_up(w.session);
	bfd_says(BFD_DOWN, true, false);
	assert_int_equal(session_state(w.session), STATE_IDLE);
	bfd_says(BFD_INIT, false, false);
	assert_int_equal(session_state(w.session), STATE_IDLE);
	bfd_says(BFD_UP, false, false);
	come_up(w.session);
	peers_stop(w.peers, "done");
}

/* What was Up is a session that there is no more. */
TEST(a_strict_session_waits_for_bfd_of_another_road)
{
	refresh_with(PEER("a", ", bfd: {strict: true}"));
	bfd_says(BFD_UP, false, false);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
	refresh_with(PEER("a", ", bfd: {strict: true, transmitInterval: 50}"));
	assert_int_equal(session_state(w.session), STATE_CONNECT);
	refresh_with(PEER("a", ", bfd: {strict: true, multihop: true}"));
	assert_int_equal(session_state(w.session), STATE_IDLE);
	bfd_says(BFD_UP, false, false);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
}

/* Whether it is another road the port finds out, and there is news of it only then. */
TEST(a_strict_session_goes_on_where_the_road_may_be_the_same)
{
	refresh_with(PEER("a", ", bfd: {strict: true}, localASNumber: 64512"));
	assert_true(w.watched.by_link);
	bfd_says(BFD_UP, false, false);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
	refresh_with(PEER("a",
	    ", bfd: {strict: true, multihop: true}, localASNumber: 64512"));
	assert_int_equal(w.set, 2);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
	bfd_says(BFD_DOWN, false, false);
	assert_int_equal(session_state(w.session), STATE_IDLE);
}

TEST(a_strict_session_that_the_peer_ends_waits_again)
{
	struct bgp_err reset = { ERR_CEASE, CEASE_RESET, NULL, { 0 } };
	uint8_t room[64];
	struct wbuf out = wbuf_of(room, sizeof(room));

	refresh_with(PEER("a", ""));
	come_up(w.session);
	refresh_with(PEER("a", ", bfd: {strict: true}"));
	assert_non_null(session_agreed(w.session));
	assert_true(notification_build(&out, &reset));
	conn_input(w.conn, room, out.len, w.now);
	assert_int_equal(session_state(w.session), STATE_IDLE);
	assert_int_equal(session_retry_at(w.session), NEVER);
	bfd_says(BFD_UP, false, false);
	assert_int_equal(session_state(w.session), STATE_CONNECT);
}

TEST(a_session_that_is_up_is_not_ended_for_being_strict)
{
	refresh_with(PEER("a", ""));
	come_up(w.session);
	refresh_with(PEER("a", ", bfd: {strict: true}"));
	assert_non_null(session_agreed(w.session));
	peers_stop(w.peers, "done");
}

/* --- Filters. --- */

#define TAKES(net)                                                           \
	"import: [{name: a, action: Accept, prefixes: [{cidr: " net "}]}], " \
	"export: [{name: own, action: Reject}]"

static const struct view_peer *
view(void)
{
	size_t n;
	const struct view_peer *v = peers_view(w.peers, &n);

	assert_int_equal(n, 1);
	return v;
}

static bool
has_best(const char *text)
{
	struct rib_route route;
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return rib_best(w.rib, &p, &route);
}

static void
announce_nth(uint8_t n)
{
	struct path_local local = { .local_pref = 100 };
	struct path *path = path_local(w.paths, &local);
	struct prefix p = { { FAMILY_V4, { 10, 9, n } }, 24 };

	rib_set(w.rib, RIB_LOCAL, &p, path);
	path_unref(path);
}

static void
with_filters(const char *filter, const char *peer)
{
	if (filter != NULL)
		put(KIND_FILTER, filter);
	put(KIND_PEER, peer);
	peers_refresh(w.peers, w.node, w.config);
}

TEST(filters_apply_to_what_is_there_and_reset_nothing)
{
	announce_nth(0);
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	come_up(w.session);
	say_prefix();
	say_other_prefix();
	assert_true(has_best("10.1.0.0/16"));
	assert_false(has_best("10.2.0.0/16"));
	assert_int_equal(counts().filtered, 1);
	assert_int_equal(adjout_advertised(view()->member, FAMILY_V4), 0);
	with_filters(FILTER("f",
			 "import: [{name: a, action: Accept, "
			 "prefixes: [{cidr: 10.2.0.0/16}]}]"),
	    PEER("a", ", filters: [f]"));
	assert_false(has_best("10.1.0.0/16"));
	assert_true(has_best("10.2.0.0/16"));
	assert_int_equal(adjout_advertised(view()->member, FAMILY_V4), 1);
	with_filters(NULL, PEER("a", ", filters: []"));
	assert_int_equal(counts().accepted, 0);
	assert_int_equal(counts().received, 2);
	assert_null(view()->import);
	assert_int_equal(session_stats(w.session)->flaps, 0);
	assert_int_equal(session_stats(w.session)->out[MSG_ROUTE_REFRESH], 0);
	peers_stop(w.peers, "done");
}

TEST(own_as_in_paths_is_borne_from_now_on)
{
	rib_set_identity(
	    w.rib, &(struct identity){ .asn = 64512, .router_id = 1 });
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	come_up(w.session);
	say_prefix();
	assert_false(has_best("10.1.0.0/16"));
	with_filters(
	    NULL, PEER("a", ", filters: [f], numAllowedLocalASNumbers: 1"));
	assert_true(has_best("10.1.0.0/16"));
	with_filters(NULL, PEER("a", ", filters: [f]"));
	assert_false(has_best("10.1.0.0/16"));
	assert_int_equal(session_stats(w.session)->flaps, 0);
	peers_stop(w.peers, "done");
}

/* The group of before hears of changes until all it told has been looked at. */
TEST(filters_of_before_last_until_the_session_has_moved)
{
	announce_nth(1);
	with_filters(FILTER("f",
			 "export: [{name: a, action: Accept, set: "
			 "{med: 1}}]"),
	    PEER("a", ", filters: [f]"));
	come_up(w.session);
	while (conn_output(w.conn, &(struct rbuf){ 0 }))
		;
	w.later = true;
	with_filters(FILTER("f",
			 "export: [{name: b, action: Accept, set: "
			 "{med: 2}}]"),
	    PEER("a", ", filters: [f]"));
	announce_nth(2);
	w.later = false;
	on_routes_due(NULL);
	assert_int_equal(adjout_advertised(view()->member, FAMILY_V4), 2);
	peers_stop(w.peers, "done");
}

/* RFC 4724: what is kept of one that is away is judged as well. */
TEST(filters_apply_to_routes_that_are_kept)
{
	offered = (struct caps_restart){ .present = true, .time = 100 };
	offered.family[FAMILY_V4] = offered.forwarding[FAMILY_V4] = true;
	with_filters(FILTER("f", TAKES("10.1.0.0/16")),
	    PEER("a", ", filters: [f], gracefulRestart: {}"));
	come_up(w.session);
	say_prefix();
	conn_tcp_down(w.conn, "gone", w.now);
	assert_true(has_best("10.1.0.0/16"));
	with_filters(FILTER("f", TAKES("10.2.0.0/16")),
	    PEER("a", ", filters: [f], gracefulRestart: {}"));
	assert_false(has_best("10.1.0.0/16"));
	peers_stop(w.peers, "done");
}

TEST(filters_of_the_configuration_are_those_of_peers_without)
{
	bgp_configuration_free(w.config);
	w.config = decoded(bgp_configuration_decode,
	    "{metadata: {name: default}, spec: {asNumber: 64517, filters: "
	    "[f]}}");
	with_filters(FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ""));
	come_up(w.session);
	say_prefix();
	assert_true(has_best("10.1.0.0/16"));
	with_filters(NULL, PEER("a", ", filters: []"));
	assert_false(has_best("10.1.0.0/16"));
	peers_stop(w.peers, "done");
}

TEST(a_filter_that_is_missing_leaves_those_in_force)
{
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	come_up(w.session);
	say_prefix();
	assert_null(view()->filter_fault);
	with_filters(NULL, PEER("a", ", filters: [f, g]"));
	assert_string_equal(view()->filter_fault,
	    "spec.filters[1]: there is no valid BGPFilter \"g\"");
	assert_string_equal(w.waits, view()->filter_fault);
	assert_null(view()->blocked);
	assert_true(has_best("10.1.0.0/16"));
	assert_int_equal(session_stats(w.session)->flaps, 0);
	with_filters(FILTER("g",
			 "export: [{name: a, action: Accept, set: "
			 "{addCommunities: [nobody]}}]"),
	    PEER("a", ", filters: [f, g]"));
	assert_string_equal(view()->filter_fault,
	    "BGPFilter g: rule a: community \"nobody\": not a name of the "
	    "BGPConfiguration's communities");
	assert_string_equal(w.waits, ""); /* of others it may be one */
	assert_true(has_best("10.1.0.0/16"));
	with_filters(FILTER("g", ""), PEER("a", ", filters: [f, g]"));
	assert_null(view()->filter_fault);
	peers_stop(w.peers, "done");
}

/* … which has the node's address of the session. */
TEST(filters_know_by_which_interface_the_peer_is_reached)
{
	with_filters(FILTER("f",
			 "import: [{name: a, action: Accept, interfaces: "
			 "[eth7]}]"),
	    PEER("a", ", filters: [f]"));
	come_up(w.session);
	say_prefix();
	assert_true(has_best("10.1.0.0/16"));
	struct session *a = w.session;

	w.interfaces_asked = 0;
	with_filters(NULL,
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: b}, "
	    "spec: {peerIP: 10.0.0.8, asNumber: 64512, filters: [f]}}");
	assert_int_equal(
	    w.interfaces_asked, 1); /* for all: there may be many */
	store_drop(w.store, KIND_PEER, &(struct object_key){ "", "b" });
	peers_refresh(w.peers, w.node, w.config);
	w.session = a;
	with_filters(
	    NULL, PEER("a", ", filters: [f], sourceAddress: 10.0.0.2"));
	come_up_over(w.session, &(struct addr){ FAMILY_V4, { 10, 0, 0, 2 } },
	    &(struct addr){ FAMILY_V4, { 10, 0, 0, 9 } });
	say_prefix();
	assert_false(has_best("10.1.0.0/16"));
	peers_stop(w.peers, "done");
}

/* That is not for the BGPPeer to hear, which names none. */
TEST(a_filter_that_the_configuration_lacks_is_told_of_it)
{
	bgp_configuration_free(w.config);
	w.config = decoded(bgp_configuration_decode,
	    "{metadata: {name: default}, spec: {asNumber: 64517, filters: "
	    "[f]}}");
	with_filters(NULL, PEER("a", ""));
	assert_string_equal(view()->filter_fault,
	    "BGPConfiguration default: spec.filters[0]: there is no valid BGPFilter "
	    "\"f\"");
	assert_string_equal(w.waits, "");
}

/* Nor is what is wrong forgotten, or kept, for that. */
TEST(of_a_peer_that_must_not_run_filters_are_found_as_well)
{
	with_filters(NULL,
	    PEER("a",
		", filters: [f], password: {secretKeyRef: {name: s, key: "
		"p}}"));
	assert_non_null(strstr(view()->blocked, "Secret"));
	assert_non_null(view()->filter_fault);
	with_filters(FILTER("f", TAKES("10.1.0.0/16")),
	    PEER("a",
		", filters: [f], password: {secretKeyRef: {name: s, key: "
		"p}}"));
	assert_non_null(view()->blocked);
	assert_null(view()->filter_fault);
}

/* What it would say is not known: nothing is told, as it might be too much. */
TEST(without_its_filters_a_peer_does_not_start)
{
	with_filters(NULL, PEER("a", ", filters: [f]"));
	assert_string_equal(view()->blocked,
	    "spec.filters[0]: there is no valid BGPFilter \"f\"");
	assert_int_equal(session_state(w.session), STATE_IDLE);
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	assert_null(view()->blocked);
	come_up(w.session);
	peers_stop(w.peers, "done");
}

/* 20 of them, of which a rib with no room keeps none. */
static void
flood(void)
{
	rib_set_budget(w.rib, 4096);
	for (uint8_t n = 0; n < 20; n++)
		say_nth(n);
	assert_true(counts().counted);
	rib_set_budget(w.rib, RIB_BUDGET);
}

TEST(what_was_only_counted_the_peer_is_asked_for)
{
	can_refresh = true;
	with_filters(NULL, PEER("a", ""));
	come_up(w.session);
	flood();
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	while (conn_output(w.conn, &(struct rbuf){ 0 }))
		;
	assert_int_equal(session_stats(w.session)->out[MSG_ROUTE_REFRESH], 2);
	assert_false(view()->unheard);
	say_prefix();
	assert_true(has_best("10.1.0.0/16"));
	peers_stop(w.peers, "done");
}

TEST(who_cannot_be_asked_is_told_of_and_not_reset)
{
	with_filters(NULL, PEER("a", ""));
	come_up(w.session);
	flood();
	with_filters(
	    FILTER("f", TAKES("10.1.0.0/16")), PEER("a", ", filters: [f]"));
	assert_true(view()->unheard);
	assert_int_equal(session_stats(w.session)->flaps, 0);
	conn_tcp_down(w.conn, "gone", w.now);
	come_up(w.session);
	assert_false(view()->unheard);
	peers_stop(w.peers, "done");
}

/* --- Who comes from a prefix. --- */

#define RANGE(meta, more)                                                 \
	"{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: " meta \
	"}, spec: {peerPrefix: 10.0.0.0/24, asNumber: 64512" more "}}"

static bool
comes(uint8_t last)
{
	struct addr addr = { FAMILY_V4, { 10, 0, 0, last } };

	assert_non_null(w.invited);
	return w.invited->came(w.inviter, &addr);
}

static void
comes_up(uint8_t last)
{
	struct addr local = addr_v4(0x0a000001);
	struct addr addr = { FAMILY_V4, { 10, 0, 0, last } };

	assert_true(comes(last));
	come_up_over(w.session, &local, &addr);
}

static const struct view_range *
the_range(void)
{
	size_t n;
	const struct view_range *v = peers_ranges(w.peers, &n);

	assert_int_equal(n, 1);
	return v;
}

static size_t
how_many(void)
{
	size_t n;

	peers_view(w.peers, &n);
	assert_int_equal(the_range()->n, n);
	return n;
}

static void
time_goes(uint64_t ms)
{
	w.now += ms;
	peers_tick(w.peers);
}

TEST(who_comes_from_a_prefix_has_a_session)
{
	refresh_with(RANGE("r", ""));
	assert_int_equal(how_many(), 0);
	assert_null(peers_behind(w.peers));
	assert_int_equal(w.invited_from.len, 24);
	assert_true(addr_eq(&w.invited_as->source,
	    &(struct addr){ FAMILY_V4, { 10, 0, 0, 1 } }));
	comes_up(9);
	assert_int_equal(how_many(), 1);
	assert_string_equal(view()->name, "r/10.0.0.9");
	assert_true(view()->comes);
	assert_true(session_config(w.session)->passive);
	assert_false(comes(1)); /* that is ourselves */
	assert_int_equal(how_many(), 1);
	say_prefix();
	assert_int_equal(received(), 1);
	peers_stop(w.peers, "done");
	assert_false(comes(10));
	assert_int_equal(the_range()->n, 1);
}

/* What kind of a peer he is says the AS number in his OPEN. */
static enum peer_kind
kind_of_who_comes(const char *range)
{
	refresh_with(range);
	comes_up(9);
	enum peer_kind kind = rib_source(w.rib, view()->source)->kind;

	assert_int_equal(told_path(FAMILY_V4)->as_len, kind == PEER_EBGP);
	peers_stop(w.peers, "done");
	return kind;
}

TEST(who_comes_from_another_as_is_external)
{
	assert_int_equal(kind_of_who_comes(RANGE("r", "")), PEER_EBGP);
}

TEST(who_comes_from_our_as_is_internal)
{
	assert_int_equal(
	    kind_of_who_comes(RANGE("r", ", localASNumber: 64512")), PEER_IBGP);
}

TEST(who_comes_by_ipv6_has_a_session)
{
	struct addr local, remote;

	assert_true(addr_parse("fd00::1", &local));
	assert_true(addr_parse("fd00::9", &remote));
	refresh_with(
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: r}, "
	    "spec: {peerPrefix: 'fd00::/64', asNumber: 64512}}");
	assert_false(comes(9)); /* of the other family */
	assert_true(w.invited->came(w.inviter, &remote));
	come_up_over(w.session, &local, &remote);
	assert_string_equal(view()->name, "r/fd00::9");
	assert_true(session_config(w.session)->families[FAMILY_V6]);
	assert_false(session_config(w.session)->families[FAMILY_V4]);
	peers_stop(w.peers, "done");
}

TEST(who_has_come_is_forgotten_when_he_is_gone)
{
	refresh_with(RANGE("r", ""));
	comes_up(9);
	time_goes(600000);
	assert_int_equal(how_many(), 1);
	conn_tcp_down(w.conn, "gone", w.now);
	assert_null(peers_behind(w.peers));
	assert_int_equal(w.tick_at, w.now); /* he may be idle */
	time_goes(0);
	time_goes(59999);
	assert_int_equal(how_many(), 1);
	time_goes(1);
	assert_int_equal(how_many(), 0);
	comes_up(9);
	assert_int_equal(how_many(), 1);
	peers_stop(w.peers, "done");
}

TEST(who_is_back_in_time_is_not_forgotten)
{
	refresh_with(RANGE("r", ""));
	comes_up(9);
	conn_tcp_down(w.conn, "gone", w.now);
	time_goes(0);
	time_goes(59999);
	come_up(w.session);
	time_goes(1);
	conn_tcp_down(w.conn, "gone", w.now);
	time_goes(0);
	time_goes(59999);
	assert_int_equal(how_many(), 1);
}

/* What he said is his as long as it is kept; a new peer would be another source. */
TEST(who_restarts_is_not_forgotten)
{
	offered = (struct caps_restart){ .present = true, .time = 300 };
	offered.family[FAMILY_V4] = offered.forwarding[FAMILY_V4] = true;
	refresh_with(RANGE("r", ""));
	comes_up(9);
	say_prefix();
	conn_tcp_down(w.conn, "gone", w.now);
	time_goes(0);
	time_goes(299999);
	assert_int_equal(received(), 1);
	assert_int_equal(how_many(), 1);
	time_goes(1);
	time_goes(60000);
	assert_int_equal(how_many(), 0);
}

/* Forgotten, he would be back at once and do it again. */
TEST(who_sent_too_much_is_not_forgotten)
{
	refresh_with(RANGE("r", ", maxPrefixes: 1"));
	comes_up(9);
	say_prefix();
	say_other_prefix();
	assert_null(session_agreed(w.session));
	time_goes(0);
	time_goes(600000);
	assert_int_equal(how_many(), 1);
	assert_true(session_suspended(w.session));
}

TEST(no_more_come_than_may)
{
	refresh_with(RANGE("r", ", peerLimit: 2"));
	assert_int_equal(w.burst, 2);
	comes_up(9);
	comes_up(10);
	assert_false(comes(11));
	assert_int_equal(the_range()->refused, 1);
	assert_int_equal(how_many(), 2);
	conn_tcp_down(w.conn, "gone", w.now); /* that makes room */
	time_goes(1);
	comes_up(11);
	assert_int_equal(how_many(), 2);
	size_t n;
	const struct view_peer *peers = peers_view(w.peers, &n);

	assert_string_equal(peers[0].name, "r/10.0.0.11");
	assert_string_equal(peers[1].name, "r/10.0.0.9");
	refresh_with(RANGE("r", ", peerLimit: 1")); /* who is there stays */
	assert_int_equal(w.burst, 1);
	assert_int_equal(how_many(), 2);
	assert_false(comes(12));
	peers_stop(w.peers, "done");
}

TEST(all_go_with_their_prefix)
{
	refresh_with(RANGE("r", ""));
	comes_up(9);
	refresh_with(
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: "
	    "r}, spec: {peerPrefix: 10.0.0.8/29, asNumber: 64512}}");
	assert_int_equal(w.invited_from.len, 29);
	assert_non_null(session_agreed(w.session));
	refresh_with(
	    "{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: {name: r}, "
	    "spec: {peerPrefix: 10.0.0.16/29, asNumber: 64512}}");
	assert_int_equal(how_many(), 0);
	struct object_key key = { "", "r" };

	comes_up(17);
	store_drop(w.store, KIND_PEER, &key);
	peers_refresh(w.peers, w.node, w.config);
	size_t n;

	peers_ranges(w.peers, &n);
	assert_int_equal(n, 0);
	peers_view(w.peers, &n);
	assert_int_equal(n, 0);
	assert_null(w.invited);
}

TEST(who_gets_a_peer_of_his_own_keeps_his_session)
{
	refresh_with(RANGE("r", ""));
	comes_up(9);
	refresh_with(PEER("a", ""));
	assert_string_equal(view()->name, "a");
	assert_false(view()->comes);
	assert_int_equal(the_range()->n, 0);
	assert_int_equal(session_stats(w.session)->flaps, 0);
	conn_tcp_down(w.conn, "gone", w.now);
	time_goes(0);
	time_goes(600000);
	assert_string_equal(view()->name, "a");
}

TEST(what_all_of_them_have_changes_for_each)
{
	refresh_with(RANGE("r", ""));
	comes_up(9);
	refresh_with(RANGE("r", ", holdTime: 30"));
	assert_string_equal(session_pending_reset(w.session), "holdTime");
	refresh_with(RANGE("r", ", shutdown: {enabled: true}"));
	assert_null(session_agreed(w.session));
	assert_null(w.invited);
	assert_true(the_range()->shut);
	refresh_with(RANGE("r", ""));
	assert_non_null(w.invited);
}

/* It is told, too, while nobody is there. */
TEST(nobody_may_come_without_the_secret)
{
	refresh_with(RANGE("r, resourceVersion: '7'",
	    ", password: {secretKeyRef: {name: bgp, key: k}}"));
	assert_null(w.invited);
	assert_non_null(strstr(the_range()->blocked, "no Secret bgp"));
	assert_string_equal(w.about, "r");
	assert_non_null(strstr(w.waits, "no Secret bgp"));
	put(KIND_SECRET,
	    "{apiVersion: v1, kind: Secret, metadata: {name: bgp, namespace: "
	    "lbbgp-system}, data: {k: c2VjcmV0}}");
	peers_refresh(w.peers, w.node, w.config);
	assert_string_equal(w.invited_as->password, "secret");
	assert_null(the_range()->blocked);
	assert_string_equal(w.waits, ""); /* it was not written yet */
}

TEST(of_two_with_one_prefix_the_older_has_it)
{
	size_t n;

	refresh_with(RANGE("r", ", peerLimit: 1"));
	refresh_with(RANGE("q", ""));
	const struct view_range *v = peers_ranges(w.peers, &n);

	assert_int_equal(n, 2);
	assert_null(v[1].blocked == NULL ? v[1].blocked : v[0].blocked);
	assert_int_equal((v[0].blocked != NULL) + (v[1].blocked != NULL), 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(filters_apply_to_what_is_there_and_reset_nothing),
		T(own_as_in_paths_is_borne_from_now_on),
		T(a_peer_that_the_node_does_not_name_is_blocked_until_it_does),
		T(a_peer_that_the_node_names_wrongly_is_shut_down_all_the_same),
		T(address_that_a_peer_goes_on_with_is_taken),
		T(address_that_a_peer_goes_on_with_goes_to_an_older_one),
		T(a_secret_that_the_node_names_is_missing_on_this_node),
		T(a_default_gateway_is_waited_for_and_followed),
		T(two_at_one_address_and_other_ports_are_two_sessions),
		T(filters_of_before_last_until_the_session_has_moved),
		T(filters_apply_to_routes_that_are_kept),
		T(filters_of_the_configuration_are_those_of_peers_without),
		T(a_filter_that_is_missing_leaves_those_in_force),
		T(filters_know_by_which_interface_the_peer_is_reached),
		T(a_filter_that_the_configuration_lacks_is_told_of_it),
		T(of_a_peer_that_must_not_run_filters_are_found_as_well),
		T(without_its_filters_a_peer_does_not_start),
		T(what_was_only_counted_the_peer_is_asked_for),
		T(who_cannot_be_asked_is_told_of_and_not_reset),
		T(a_session_that_comes_up_asks_no_node_that_is_gone),
		T(path_ids_are_sent_to_who_reads_them),
		T(how_many_paths_are_sent_changes_in_place),
		T(over_a_link_the_next_hop_is_the_nodes_own_with_that_of_the_link),
		T(over_a_link_ipv4_goes_by_ipv6_next_hops),
		T(a_node_without_ipv6_addresses_has_that_of_the_link),
		T(an_address_that_is_not_on_the_link_is_no_next_hop_there),
		T(peer_behind_an_interface_waits_until_its_router_is_found),
		T(another_router_behind_an_interface_is_another_session),
		T(interface_that_is_gone_ends_its_session),
		T(two_routers_on_one_link_are_told),
		T(two_peers_behind_one_interface_are_rivals),
		T(ipv4_goes_by_the_sessions_ipv6_address_where_both_want_that),
		T(an_as_number_that_changes_resets_once),
		T(peer_that_is_back_before_it_is_forgotten_begins_anew),
		T(peer_that_is_back_again_and_again_takes_the_lowest_free_id),
		T(changed_field_renews_the_session_without_a_word),
		T(session_whose_peer_has_not_been_told_all_is_not_renewed),
		T(changed_families_are_no_restart),
		T(first_state_is_told_once),
		T(routes_of_a_peer_that_restarts_stay_until_it_has_said_all),
		T(route_that_is_said_again_outlives_the_end),
		T(routes_of_a_peer_that_is_not_back_in_time_go),
		T(routes_of_a_peer_that_never_ends_go_after_six_minutes),
		T(peer_that_has_not_kept_its_forwarding_keeps_no_route),
		T(peer_that_is_back_without_it_keeps_no_route),
		T(peer_that_keeps_nothing_loses_its_routes),
		T(routes_go_with_a_notification),
		T(what_is_not_said_again_between_the_markers_goes),
		T(marker_before_the_end_of_the_first_table_is_ignored),
		T(marker_in_a_restart_takes_nothing_that_is_kept),
		T(refresh_that_never_ends_does_after_six_minutes),
		T(routes_live_long_behind_the_restart_time),
		T(long_lived_routes_outlast_a_second_restart),
		T(second_restart_does_not_prolong_what_is_over),
		T(family_of_the_long_lived_capability_alone_is_kept),
		T(llgr_stale_is_of_whoever_has_agreed_to_it),
		T(route_that_says_no_llgr_goes_with_the_restart_time),
		T(who_is_shut_down_leaves_no_route),
		T(who_is_deleted_leaves_no_route),
		T(who_lost_its_secret_leaves_no_route),
		T(routes_of_before_are_not_of_another_peer),
		T(peer_that_is_back_in_another_as_keeps_no_route),
		T(stale_routes_are_none_too_many),
		T(without_a_node_there_is_no_peer),
		T(a_family_without_a_next_hop_is_told),
		T(what_is_freed_while_it_is_up_has_no_last_words),
		T(a_second_peer_of_one_address_is_blocked),
		T(session_goes_on_as_that_of_another_peer_with_its_address),
		T(peer_that_is_down_begins_anew_under_another_name),
		T(session_of_a_peer_that_is_still_there_is_its_own),
		T(peer_of_nodes_is_told_what_each_of_its_sessions_lacks),
		T(mesh_that_lacks_its_secret_is_blocked),
		T(nodes_do_not_reset_in_the_same_moment),
		T(change_that_is_taken_back_resets_nothing),
		T(session_of_another_address_ends_at_once),
		T(refresh_of_many_peers_costs_what_they_are),
		T(verdict_that_holds_no_more_is_taken_back),
		T(what_is_said_of_a_peer_before_its_edit_is_said_again),
		T(another_fault_takes_the_place_of_the_one_that_was_told),
		T(peer_in_the_as_of_local_as_is_internal),
		T(a_peer_with_bfd_is_watched_as_it_says),
		T(a_peer_that_is_shut_down_is_not_watched),
		T(several_hops_are_derived_from_the_session),
		T(a_peer_that_bfd_finds_gone_is_told_so_and_reset),
		T(bfd_that_is_shut_down_or_never_was_up_ends_nothing),
		T(news_of_a_session_that_was_unset_is_late),
		T(a_strict_session_waits_for_bfd),
		T(a_strict_session_waits_for_bfd_of_another_road),
		T(a_strict_session_goes_on_where_the_road_may_be_the_same),
		T(a_strict_session_that_the_peer_ends_waits_again),
		T(a_session_that_is_up_is_not_ended_for_being_strict),
		T(who_comes_from_a_prefix_has_a_session),
		T(who_comes_from_another_as_is_external),
		T(who_comes_from_our_as_is_internal),
		T(who_comes_by_ipv6_has_a_session),
		T(who_has_come_is_forgotten_when_he_is_gone),
		T(who_is_back_in_time_is_not_forgotten),
		T(who_restarts_is_not_forgotten),
		T(who_sent_too_much_is_not_forgotten),
		T(no_more_come_than_may),
		T(all_go_with_their_prefix),
		T(who_gets_a_peer_of_his_own_keeps_his_session),
		T(what_all_of_them_have_changes_for_each),
		T(nobody_may_come_without_the_secret),
		T(of_two_with_one_prefix_the_older_has_it),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
