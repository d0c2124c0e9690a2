/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests in, replies out, against a view that is made by hand: peer "up" is
 * Established, "down" still dials. A reply is read as JSON, or a line at a time where
 * it comes in parts. Verbs are looked at by what the daemon is asked to do, and by who
 * may ask it.
 */
#include "bgpd/config/bgp_filter.h"
#include "bgpd/control/control.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/buf.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update.h"
#include "common/alloc.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/objects.h"
#include "tests/unit/reply.h"

#define ROUTES 1234 /* more than two replies hold */

/* Peer "up" is Established, "down" still dials. */
static int
setup(void **state)
{
	struct fake_daemon *d = fake_daemon_new();
	struct fake_peer *up = fake_established(90), *down = fake_new();

	down->config.remote = addr_v4(0xc0000263); /* 192.0.2.99 */
	down->config.add_path_send = true;
	down->config.extended_messages = true;
	down->config.extended_next_hop = true;
	down->config.role = ROLE_RS_CLIENT;
	down->config.role_strict = true;
	fake_start(down);
	fake_daemon_peer(d, "down", down->session, false);
	fake_daemon_peer(d, "up", up->session, true);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	fake_daemon_free(*state);
	return fake_teardown(state);
}

/* One line, owned. */
static char *
answer(struct fake_daemon *d, const char *request, bool may_act)
{
	struct control_caller caller = { .may_act = may_act };
	char *line = control_answer(
	    &fake_daemon_ops, d, request, strlen(request), &caller);

	assert_non_null(line);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	return line;
}

static json_t *
ask(struct fake_daemon *d, const char *request)
{
	char *line = answer(d, request, false);
	json_t *reply = json_of(line);

	free(line);
	assert_at(reply, "version", "1");
	return reply;
}

static void
assert_refused(struct fake_daemon *d, const char *request, const char *why)
{
	json_t *reply = ask(d, request);
	const char *text = json_string_value(at(reply, "error"));

	if (strstr(text, why) == NULL)
		print_error("%s\n", text);
	assert_non_null(strstr(text, why));
	assert_int_equal(json_object_size(reply), 2);
	json_decref(reply);
}

/* As peers.c has them of a BGPFilter. */
static const struct policy *
filter(struct filters *filters, enum filter_way way)
{
	struct bgp_filter *f = object(bgp_filter_decode,
	    "{metadata: {name: edge}, spec: {import: [{name: default, action: "
	    "Accept, prefixes: [{cidr: 0.0.0.0/0}]}], export: [{name: pods, "
	    "action: Reject, sources: [Pod]}]}}");
	const struct bgp_filter *list[] = { f };
	const struct filter_peer of = { .local_as = 64517 };
	const struct policy *policy;
	struct err err;

	assert_true(filters_compile(filters, list, 1, way, &of, &policy, &err));
	bgp_filter_free(f);
	return policy;
}

static void
a_neighbor_has_its_filters_and_their_hits(void **state)
{
	struct fake_daemon *d = *state;
	struct filters *filters = filters_new(d->rib);
	struct view_peer *p = &d->peers[1];

	p->import = filter(filters, FILTER_IMPORT);
	p->export = filter(filters, FILTER_EXPORT);
	p->import->hits[0] = 3;
	p->import->hits[1] = 4;
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"192.0.2.2\"}");

	assert_at(reply, "neighbors.0.filters.0.direction", "\"Import\"");
	assert_at(reply, "neighbors.0.filters.0.filter", "\"edge\"");
	assert_at(reply, "neighbors.0.filters.0.rule", "\"default\"");
	assert_at(reply, "neighbors.0.filters.0.action", "\"Accept\"");
	assert_at(reply, "neighbors.0.filters.0.hits", "3");
	assert_at(reply, "neighbors.0.filters.1.filter", "null");
	assert_at(reply, "neighbors.0.filters.1.action", "\"Reject\"");
	assert_at(reply, "neighbors.0.filters.1.hits", "4");
	assert_at(reply, "neighbors.0.filters.2.rule", "\"pods\"");
	assert_at(reply, "neighbors.0.filters.3.action", "\"Accept\"");
	assert_at(reply, "neighbors.0.filterFault", "null");
	json_decref(reply);
	filters_unref(p->import);
	filters_unref(p->export);
	p->import = p->export = NULL;
	filters_free(filters);
}

/* Peers with the same filters share a policy; that it has hits is no hit of each. */
static void
filters_are_counted_once_for_all_their_neighbors(void **state)
{
	struct fake_daemon *d = *state;
	struct filters *filters = filters_new(d->rib);

	d->peers[0].import = filter(filters, FILTER_IMPORT);
	d->peers[1].import = filter(filters, FILTER_IMPORT);
	d->peers[1].export = filter(filters, FILTER_EXPORT);
	d->peers[0].import->hits[0] = 3;
	d->peers[1].export->hits[0] = 5;
	json_t *reply = ask(d, "{\"version\": 1, \"request\": \"filters\"}");

	assert_int_equal(json_array_size(at(reply, "filters")), 2);
	assert_at(reply, "filters.0.direction", "\"Import\"");
	assert_at(reply, "filters.0.filter", "\"edge\"");
	assert_at(reply, "filters.0.rule", "\"default\"");
	assert_at(reply, "filters.0.action", "\"Accept\"");
	assert_at(reply, "filters.0.hits", "3");
	assert_int_equal(json_array_size(at(reply, "filters.0.neighbors")), 2);
	assert_at(reply, "filters.1.direction", "\"Export\"");
	assert_at(reply, "filters.1.action", "\"Reject\"");
	assert_at(reply, "filters.1.hits", "5");
	assert_int_equal(json_array_size(at(reply, "filters.1.neighbors")), 1);
	json_decref(reply);
	assert_refused(d,
	    "{\"version\": 1, \"request\": \"filters\", \"name\": \"none\"}",
	    "BGPFilter none: no neighbor of node");
	for (size_t i = 0; i < 2; i++) {
		filters_unref(d->peers[i].import);
		filters_unref(d->peers[i].export);
		d->peers[i].import = d->peers[i].export = NULL;
	}
	filters_free(filters);
}

static void
neighbors_are_listed_by_name(void **state)
{
	json_t *reply =
	    ask(*state, "{\"version\": 1, \"request\": \"neighbors\"}");

	assert_int_equal(json_array_size(at(reply, "neighbors")), 2);
	assert_at(reply, "drain.state", "\"Active\"");
	assert_at(reply, "neighbors.0.name", "\"down\"");
	assert_at(reply, "neighbors.0.state", "\"Connect\"");
	assert_at(reply, "neighbors.0.holdTime", "0");
	assert_at(reply, "neighbors.1.name", "\"up\"");
	assert_at(reply, "neighbors.1.address", "\"192.0.2.2\"");
	assert_at(reply, "neighbors.1.asNumber", "65002");
	assert_at(reply, "neighbors.1.state", "\"Established\"");
	assert_at(reply, "neighbors.1.since", "\"2023-11-14T21:56:40Z\"");
	assert_at(reply, "neighbors.1.holdTime", "90");
	assert_at(reply, "neighbors.1.lastError", "null");
	assert_at(reply, "neighbors.1.prefixes.ipv4.sent", "2");
	json_decref(reply);
}

/* RFC 4271 4.2, with capabilities of RFC 4760, RFC 6793 and drafts for the texts. */
#define OPEN_OF_A_ROUTER                                                    \
	"04 fdea 005a 0a000003 27 0225 0104 0001 00 01 4104 0000fdea 4906 " \
	"04 746f721b 00 4b0f 0e 465252 6f7574696e67 2f31302e31"

/* What a terminal would take for a command is not shown. */
static void
a_router_may_say_what_it_is(void **state)
{
	struct fake_daemon *d = *state;
	struct fake_peer *p = fake_new();

	p->config.remote = addr_v4(0xc0000262); /* 192.0.2.98 */
	fake_start(p);
	fake_connects(p);
	fake_say(p, MSG_OPEN, OPEN_OF_A_ROUTER);
	fake_say_keepalive(p);
	fake_daemon_peer(d, "router", p->session, true);
	json_t *one = ask(d,
	    "{\"version\": 1, \"request\": \"neighbors\", \"address\": "
	    "\"router\"}");
	json_t *all = ask(d, "{\"version\": 1, \"request\": \"neighbors\"}");

	assert_at(
	    one, "neighbors.0.openReceived.software", "\"FRRouting/10.1\"");
	assert_at(one, "neighbors.0.openReceived.hostname", "\"tor?\"");
	assert_at(all, "neighbors.0.software", "null");
	assert_at(all, "neighbors.1.software", "null");
	assert_at(all, "neighbors.2.software", "\"FRRouting/10.1\"");
	json_decref(one);
	json_decref(all);
}

/* As peerSelector and peerPrefix make them. */
static void
all_of_one_bgp_peer_are_found_by_its_name(void **state)
{
	struct fake_daemon *d = *state;

	d->peers[0].name = "racks/192.0.2.1";
	d->peers[1].name = "racks/192.0.2.2";
	json_t *all = ask(d,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"racks\"}");
	json_t *none = ask(d,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"rack\"}");

	assert_int_equal(json_array_size(at(all, "neighbors")), 2);
	assert_at(none, "error", "\"no neighbor rack on node n1\"");
	json_decref(all);
	json_decref(none);
}

static void
one_neighbor_shows_both_sides(void **state)
{
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"192.0.2.2\"}");

	assert_int_equal(json_array_size(at(reply, "neighbors")), 1);
	assert_at(reply, "neighbors.0.openSent.asNumber", "65001");
	assert_at(reply, "neighbors.0.openReceived.asNumber", "65002");
	assert_at(reply, "neighbors.0.openReceived.routerID", "\"10.0.0.2\"");
	assert_at(reply, "neighbors.0.messages.received.open", "1");
	assert_at(reply, "neighbors.0.messages.sent.keepalive", "1");
	assert_at(reply, "neighbors.0.configured.families", "[\"IPv4\"]");
	assert_at(reply, "neighbors.0.attributeFaults.withdrawn", "{}");
	json_decref(reply);
}

static void
a_neighbor_goes_by_its_name_too(void **state)
{
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"down\"}");

	assert_at(reply, "neighbors.0.address", "\"192.0.2.99\"");
	assert_at(reply, "neighbors.0.openSent", "null");
	json_decref(reply);
}

static void
a_link_local_neighbor_goes_by_its_link(void **state)
{
	struct fake_peer *p = fake_new();
	json_t *reply;

	assert_true(addr_parse("fe80::1", &p->config.remote));
	snprintf(p->config.zone, sizeof(p->config.zone), "eth0");
	fake_make(p);
	fake_daemon_peer(*state, "linked", p->session, false);
	reply = ask(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"FE80::1%eth0\"}");
	assert_int_equal(json_array_size(at(reply, "neighbors")), 1);
	assert_at(reply, "neighbors.0.name", "\"linked\"");
	assert_at(reply, "neighbors.0.address", "\"fe80::1%eth0\"");
	json_decref(reply);
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"fe80::1%eth1\"}",
	    "no neighbor fe80::1%eth1");
}

static void
an_unknown_neighbor_is_named(void **state)
{
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"192.0.2.3\"}",
	    "no neighbor 192.0.2.3 on node n1");
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"routes\", \"neighbor\": \"x\"}",
	    "no neighbor x");
}

static void
status_tells_the_node_and_its_conditions(void **state)
{
	fake_daemon_condition(*state, "DataPlaneUnknown");
	json_t *reply =
	    ask(*state, "{\"version\": 1, \"request\": \"status\"}");

	assert_at(reply, "node", "\"n1\"");
	assert_at(reply, "namespace", "\"lbbgp-b\"");
	assert_at(reply, "asNumber", "64517");
	assert_at(reply, "routerID", "\"10.31.90.1\"");
	assert_at(reply, "since", "\"2023-11-14T22:12:20Z\"");
	assert_at(reply, "conditions",
	    "[{\"type\": \"DataPlaneUnknown\", \"status\": \"True\", "
	    "\"reason\": \"Because\", \"message\": \"told\\u001b[31m so\", "
	    "\"lastTransitionTime\": \"2023-11-14T22:13:15Z\"}]");
	json_decref(reply);
}

static void
what_is_watched_is_said(void **state)
{
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"monitor\", "
	    "\"kinds\": [\"bfd\", \"session\"]}");

	assert_at(reply, "kinds", "[\"session\", \"bfd\"]");
	json_decref(reply);
	reply = ask(*state, "{\"version\": 1, \"request\": \"monitor\"}");
	assert_int_equal(json_array_size(at(reply, "kinds")), 4);
	json_decref(reply);
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"monitor\", \"neighbor\": \"no\"}",
	    "no neighbor no on node n1");
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"monitor\", \"kinds\": [\"all\"]}",
	    "kinds: all: not session, route, announcement or bfd");
}

static void
control_characters_leave_escaped(void **state)
{
	fake_daemon_condition(*state, "DataPlaneUnknown");
	char *line =
	    answer(*state, "{\"version\": 1, \"request\": \"status\"}", false);

	assert_null(strchr(line, '\x1b'));
	free(line);
}

static void
routes_say_who_gave_them(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_hears(d, 1, 1);
	json_t *reply = ask(d, "{\"version\": 1, \"request\": \"routes\"}");

	assert_int_equal(json_array_size(at(reply, "routes")), 3);
	assert_at(reply, "cursor", "null");
	assert_at(reply, "routes.0.prefix", "\"10.33.5.0/24\"");
	assert_at(reply, "routes.0.neighbor", "null");
	assert_at(reply, "routes.2.prefix", "\"20.0.0.0/24\"");
	assert_at(reply, "routes.2.neighbor", "\"192.0.2.2\"");
	assert_at(reply, "routes.2.neighborName", "\"up\"");
	assert_at(reply, "routes.2.asPath", "[65002]");
	assert_at(reply, "routes.2.best", "true");
	json_decref(reply);
}

static void
received_routes_leave_our_own_out(void **state)
{
	fake_daemon_hears(*state, 1, 2);
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"scope\": \"received\", \"neighbor\": \"up\"}");

	assert_int_equal(json_array_size(at(reply, "routes")), 2);
	assert_at(reply, "routes.0.neighborName", "\"up\"");
	json_decref(reply);
}

/* An UPDATE's worth of routes, in a rib that has no room to show any. */
static void
routes_that_are_only_counted_are_told(void **state)
{
	struct fake_daemon *d = *state;
	uint8_t nlri[] = { 8, 20, 8, 21 };
	struct rib_source source = { .import = IMPORT_KEEP };
	struct update u = {
		.attrs = { .origin = 0 },
		.reach[0].nlri = { rbuf_of(nlri, sizeof(nlri)), FAMILY_V4,
		    false, 2 },
	};
	uint32_t id = fake_daemon_view(d)->peers[1].source;

	rib_set_budget(d->rib, 0);
	rib_add_source(d->rib, id, &source);
	rib_import(d->rib, id, &u);
	json_t *reply = ask(d,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"scope\": \"received\"}");

	assert_at(reply, "routes", "[]");
	assert_at(reply, "counted", "[\"up\"]");
	json_decref(reply);
	reply = ask(d,
	    "{\"version\": 1, \"request\": \"neighbors\", "
	    "\"address\": \"up\"}");
	assert_at(reply, "neighbors.0.receivedRoutes", "\"Counted\"");
	assert_at(reply, "neighbors.0.prefixes.ipv4.received", "2");
	json_decref(reply);
	reply = ask(d, "{\"version\": 1, \"request\": \"status\"}");
	assert_at(reply, "tableBudget", "0");
	json_decref(reply);
}

static void
what_is_configured_of_the_open_is_shown(void **state)
{
	static const struct {
		const char *peer, *sends, *extended, *hops, *role;
	} rows[] = {
		{ "down", "true", "true", "true", "\"RouteServerClient\"" },
		{ "up", "false", "false", "false", "null" },
	};

	for (size_t i = 0; i < 2; i++) {
		char request[100];

		snprintf(request, sizeof(request),
		    "{\"version\": 1, \"request\": \"neighbors\", "
		    "\"address\": \"%s\"}",
		    rows[i].peer);
		json_t *reply = ask(*state, request);
		const json_t *c = at(reply, "neighbors.0.configured");

		assert_at(c, "addPaths.send", rows[i].sends);
		assert_at(c, "addPaths.receive", "false");
		assert_at(c, "extendedMessages", rows[i].extended);
		assert_at(c, "extendedNextHop", rows[i].hops);
		assert_at(c, "role", rows[i].role);
		assert_at(c, "roleStrict", rows[i].extended);
		json_decref(reply);
	}
}

static void
advertised_routes_are_shown_as_sent(void **state)
{
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"scope\": \"advertised\", \"prefix\": \"10.33.5.9/24\"}");

	assert_int_equal(json_array_size(at(reply, "routes")), 1);
	assert_at(reply, "routes.0.prefix", "\"10.33.5.0/24\"");
	assert_at(reply, "routes.0.nextHop", "\"192.0.2.1\"");
	assert_at(reply, "routes.0.pathID", "0"); /* no add-path */
	assert_at(reply, "routes.0.asPath", "[65000]");
	assert_at(reply, "routes.0.sources", "[\"Pod\"]");
	json_decref(reply);
}

static void
nothing_is_advertised_to_a_peer_that_is_down(void **state)
{
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"scope\": \"advertised\", \"neighbor\": \"down\"}");

	assert_at(reply, "routes", "[]");
	assert_at(reply, "cursor", "null");
	json_decref(reply);
}

static void
one_prefix_is_looked_up(void **state)
{
	fake_daemon_hears(*state, 0, 3);
	fake_daemon_hears(*state, 1, 3);
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"prefix\": \"20.0.1.0/24\"}");

	assert_int_equal(json_array_size(at(reply, "routes")), 2);
	assert_at(reply, "routes.0.best", "true");
	assert_at(reply, "routes.1.best", "false");
	json_decref(reply);
}

/* Asks on with each cursor; the number of rows of all replies together. */
static size_t
count_rows(struct fake_daemon *d, const char *words, const char *key)
{
	json_t *request = json_of(words);
	size_t rows = 0, replies = 0;
	bool more = true;

	while (more && replies++ < 50) {
		char *text = json_dumps(request, 0);
		json_t *reply = ask(d, text);

		assert_true(json_array_size(at(reply, key)) <= 510);
		rows += json_array_size(at(reply, key));
		more = json_is_array(at(reply, "cursor"));
		json_object_set(
		    request, "cursor", json_object_get(reply, "cursor"));
		json_decref(reply);
		free(text);
	}
	assert_false(more);
	json_decref(request);
	return rows;
}

/* 600 routes, each with 1,000 communities of its own, would be a reply of 10 MB. */
static void
fat_routes_come_in_small_parts(void **state)
{
	struct fake_daemon *d = *state;
	const char *request = "{\"version\": 1, \"request\": \"routes\"}";
	uint8_t communities[4000] = { 0 };
	struct attrs a = { .communities = rbuf_of(communities, 4000),
		.next_hop.addr = addr_v4(0x0a000001) };
	char *text;

	for (uint32_t i = 0; i < 600; i++) {
		struct addr first = addr_v4(0x1e000000 + (i << 8));
		struct prefix prefix = prefix_of(&first, 24);

		communities[0] = (uint8_t)i;
		communities[1] = (uint8_t)(i >> 8);
		struct path *path = path_intern(d->paths, &a);

		rib_set(d->rib, fake_daemon_view(d)->peers[1].source, &prefix,
		    path);
		path_unref(path);
	}
	text = answer(d, request, false);
	assert_in_range(strlen(text), 1000, 1 << 20);
	free(text);
	assert_int_equal(
	    count_rows(
		d, "{\"version\": 1, \"request\": \"routes\"}", "routes"),
	    600 + 2);
}

static void
routes_of_one_prefix_come_in_parts_too(void **state)
{
	struct fake_daemon *d = *state;
	uint8_t communities[4000] = { 0 };
	struct attrs a = { .communities = rbuf_of(communities, 4000),
		.next_hop.addr = addr_v4(0x0a000001) };
	struct addr first = addr_v4(0x1e000000);
	struct prefix prefix = prefix_of(&first, 24);

	for (uint32_t i = 0; i < 100; i++) {
		struct path *path;

		communities[0] = (uint8_t)i;
		rib_add_source(
		    d->rib, 100 + i, &(struct rib_source){ .asn = 1 });
		path = path_intern(d->paths, &a);
		rib_set(d->rib, 100 + i, &prefix, path);
		path_unref(path);
	}
	assert_int_equal(count_rows(d,
			     "{\"version\": 1, \"request\": \"routes\", "
			     "\"prefix\": \"30.0.0.0/24\"}",
			     "routes"),
	    100);
}

/* Mbit/s; 1 gigabit is 0x4cee6b28 bytes a second as float. */
static void
link_bandwidth_of_a_route_is_shown(void **state)
{
	static const uint8_t gigabit[] = { 0x40, 4, 0xfd, 0xe9, 0x4c, 0xee,
		0x6b, 0x28 };
	static const struct {
		size_t n;
		const char *shown;
	} rows[] = { { 0, "null" }, { sizeof(gigabit), "1000.0" } };
	struct fake_daemon *d = *state;
	struct addr first = addr_v4(0x1e000000);
	struct prefix prefix = prefix_of(&first, 24);

	rib_add_source(d->rib, 100, &(struct rib_source){ .asn = 1 });
	for (size_t i = 0; i < 2; i++) {
		struct attrs a = { .ext_communities =
				       rbuf_of(gigabit, rows[i].n),
			.next_hop.addr = addr_v4(0x0a000001) };
		struct path *path = path_intern(d->paths, &a);

		rib_set(d->rib, 100, &prefix, path);
		path_unref(path);
		json_t *reply = ask(d,
		    "{\"version\": 1, \"request\": \"routes\", "
		    "\"prefix\": \"30.0.0.0/24\"}");

		assert_at(reply, "routes.0.linkBandwidth", rows[i].shown);
		json_decref(reply);
	}
}

static void
a_cursor_leads_through_all_routes(void **state)
{
	fake_daemon_hears(*state, 0, ROUTES);
	assert_int_equal(
	    count_rows(
		*state, "{\"version\": 1, \"request\": \"routes\"}", "routes"),
	    ROUTES + 2);
	assert_int_equal(count_rows(*state,
			     "{\"version\": 1, \"request\": \"routes\", "
			     "\"scope\": \"received\"}",
			     "routes"),
	    ROUTES);
}

static void
a_cursor_leads_through_all_that_is_advertised(void **state)
{
	struct fake_daemon *d = *state;

	for (uint32_t i = 0; i < ROUTES; i++) {
		struct addr first = addr_v4(0x1e000000 + (i << 8));
		struct prefix prefix = prefix_of(&first, 24);

		fake_daemon_announces(d, &prefix);
	}
	assert_int_equal(count_rows(d,
			     "{\"version\": 1, \"request\": \"routes\", "
			     "\"scope\": \"advertised\"}",
			     "routes"),
	    ROUTES + 2);
}

static void
a_cursor_of_any_numbers_does_no_harm(void **state)
{
	static const char *const scopes[] = { "all", "advertised", "received" };
	char request[160];

	fake_daemon_hears(*state, 1, 10);
	for (size_t i = 0; i < 3; i++) {
		snprintf(request, sizeof(request),
		    "{\"version\": 1, \"request\": \"routes\", \"scope\": "
		    "\"%s\", \"cursor\": [99, 2, 4294967295, 4294967295]}",
		    scopes[i]);
		json_decref(ask(*state, request));
	}
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"routes\", \"cursor\": [0, 3]}",
	    "cursor: not one of ours");
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"routes\", \"cursor\": [-1]}",
	    "cursor[0]");
}

#define SERVICE(name, more)                                    \
	"{metadata: {name: " name ", namespace: web}, spec: {" \
	"ports: [{port: 80}], ipFamilies: [IPv4], clusterIP: " \
	"10.33.128.9, clusterIPs: [10.33.128.9]" more

static void
services_say_what_they_want_or_why_not(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_put(d, "Service", SERVICE("plain", "}}"));
	fake_daemon_put(
	    d, "Service", SERVICE("waits", ", type: LoadBalancer}}"));
	fake_daemon_put(d, "Service",
	    SERVICE("out",
		", type: LoadBalancer}, status: {loadBalancer: "
		"{ingress: [{ip: 198.51.100.7}]}}}"));
	json_t *reply = ask(d, "{\"version\": 1, \"request\": \"services\"}");

	assert_int_equal(json_array_size(at(reply, "services")), 2);
	assert_at(reply, "services.0.name", "\"waits\"");
	assert_at(reply, "services.0.prefix", "null");
	assert_at(reply, "services.0.reason", "\"NoAddress\"");
	assert_at(reply, "services.1.namespace", "\"web\"");
	assert_at(reply, "services.1.prefix", "\"198.51.100.7/32\"");
	assert_at(reply, "services.1.announced", "false");
	assert_at(reply, "services.1.reason", "\"OutsidePools\"");
	json_decref(reply);
}

/* Whether it has an address or not: it is none of ours to wait for. */
static void
a_service_of_another_class_is_not_said_to_wait(void **state)
{
	struct fake_daemon *d = *state;

	d->view.class = "lbbgp.io/lbbgp";
	fake_daemon_put(d, "Service",
	    SERVICE("theirs",
		", type: LoadBalancer, loadBalancerClass: example.com/lb}, "
		"status: {loadBalancer: {ingress: [{ip: 10.33.192.1}]}}}"));
	json_t *reply = ask(d, "{\"version\": 1, \"request\": \"services\"}");

	assert_at(reply, "services.0.prefix", "null");
	assert_at(reply, "services.0.announced", "false");
	assert_at(reply, "services.0.reason", "\"OtherClass\"");
	assert_at(reply, "services.0.message",
	    "\"it is of another class: spec.loadBalancerClass: "
	    "example.com/lb\"");
	json_decref(reply);
}

static void
one_service_goes_by_namespace_and_name(void **state)
{
	fake_daemon_put(
	    *state, "Service", SERVICE("waits", ", type: LoadBalancer}}"));
	json_t *reply = ask(*state,
	    "{\"version\": 1, \"request\": \"services\", "
	    "\"service\": \"web/waits\"}");

	assert_int_equal(json_array_size(at(reply, "services")), 1);
	json_decref(reply);
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"services\", "
	    "\"service\": \"we/bwaits\"}",
	    "no service we/bwaits");
}

#define LB(name, policy, ip)                                       \
	SERVICE(name,                                              \
	    ", type: LoadBalancer, externalTrafficPolicy: " policy \
	    "}, status: {loadBalancer: {ingress: [{ip: "           \
	    "'" ip "'}]}}}")

/* A node that lists addresses of both families, and one that has an endpoint. */
static void
has_services(struct fake_daemon *d)
{
	fake_daemon_put(d, "BGPConfiguration",
	    "{metadata: {name: default}, spec: {asNumber: 64517, "
	    "podCIDRSource: NodeSpec, advertiseWithoutEndpoints: true, "
	    "serviceLoadBalancerIPs: [{cidr: 10.60.0.0/24}, "
	    "{cidr: 10.60.9.9/32}, {cidr: '2001:db8::/64'}]}}");
	fake_daemon_put(d, "Service", LB("wide", "Cluster", "10.60.0.1"));
	fake_daemon_put(d, "Service", LB("local", "Local", "10.60.0.2"));
	fake_daemon_put(d, "Service", LB("six", "Cluster", "2001:db8::7"));
	fake_daemon_put(d, "Service", LB("alone", "Local", "10.60.9.9"));
}

/* What the peer is to be sent has been handed to its session. */
static void
drain(struct fake_daemon *d, unsigned nth)
{
	struct member *m = (struct member *)d->peers[nth].member;
	struct rbuf msg;

	while (adjout_next(m, &msg))
		;
}

#define LIST "{\"version\": 1, \"request\": \"services\"}"

static void
services_say_to_whom_they_were_sent(void **state)
{
	struct fake_daemon *d = *state;

	has_services(d);
	json_t *reply = ask(d, LIST);

	assert_at(reply, "services.0.announced", "false");
	assert_at(reply, "services.0.reason", "\"SentToNobody\"");
	assert_at(reply, "services.0.notSentTo.1.reason",
	    "\"it is about to be sent\"");
	json_decref(reply);
	drain(d, 1);
	reply = ask(d, LIST);
	assert_at(reply, "services.0.prefix", "\"10.60.0.1/32\"");
	assert_at(reply, "services.0.announcedBy", "\"10.60.0.0/24\"");
	assert_at(reply, "services.0.announced", "true");
	assert_at(reply, "services.0.reason", "\"Covered\"");
	assert_at(reply, "services.0.sentTo", "[\"up\"]");
	assert_at(reply, "services.0.message",
	    "\"a configured CIDR covers it: 10.60.0.0/24; not sent to down: "
	    "the session is Connect\"");
	assert_at(reply, "services.1.announcedBy", "\"10.60.0.2/32\"");
	assert_at(reply, "services.1.announced", "true");
	assert_at(reply, "services.3.prefix", "\"10.60.9.9/32\"");
	assert_at(reply, "services.3.announced", "true");
	json_decref(reply);
}

/* What blocks may be of any language, and is cut between its characters. */
static void
why_a_peer_is_not_told_is_cut_between_characters(void **state)
{
	static const char tail[] = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
	struct fake_daemon *d = *state;
	char text[128];

	has_services(d);
	drain(d, 1);
	for (int n = 85; n < 95; n++) {
		snprintf(text, sizeof(text), "%0*d%s", n, 7, tail);
		d->peers[0].blocked = text;
		json_t *reply = ask(d, LIST);

		assert_non_null(strstr(
		    json_string_value(at(reply, "services.0.message")),
		    "covers it: 10.60.0.0/24; not sent to down: blocked, 00"));
		json_decref(reply);
	}
	d->peers[0].blocked = NULL;
}

/* Its configuration has IPv4 only: nobody carries the other family. */
static void
a_service_of_a_family_that_no_session_carries_is_sent_to_nobody(void **state)
{
	struct fake_daemon *d = *state;

	has_services(d);
	drain(d, 1);
	json_t *reply = ask(d, LIST);

	assert_at(reply, "services.2.announcedBy", "\"2001:db8::/64\"");
	assert_at(reply, "services.2.announced", "false");
	assert_at(reply, "services.2.reason", "\"SentToNobody\"");
	assert_at(reply, "services.2.sentTo", "[]");
	assert_at(reply, "services.2.message",
	    "\"a configured CIDR covers it: 2001:db8::/64; sent to nobody: "
	    "down: spec.families lacks IPv6; up: spec.families lacks IPv6\"");
	json_decref(reply);
}

static void
a_node_without_peers_announces_nothing_to_anybody(void **state)
{
	struct fake_daemon *d = *state;

	adjout_leave((struct member *)d->peers[1].member);
	d->view.n_peers = 0;
	has_services(d);
	json_t *reply = ask(d, LIST);

	for (unsigned i = 0; i < 4; i++) {
		char path[64];

		snprintf(path, sizeof(path), "services.%u.announced", i);
		assert_at(reply, path, "false");
	}
	assert_at(reply, "services.1.message",
	    "\"has an endpoint here; sent to nobody: no BGPPeer is for this "
	    "node\"");
	json_decref(reply);
}

/* The row tells of the prefix, whoever wants it. */
static void
services_tell_what_is_announced_for_others_too(void **state)
{
	struct fake_daemon *d = *state;

	fake_daemon_put(d, "BGPConfiguration",
	    "{metadata: {name: default}, spec: {asNumber: 64517, "
	    "podCIDRSource: NodeSpec, advertiseWithoutEndpoints: true, "
	    "serviceExternalIPs: [{cidr: 10.60.0.0/24}]}}");
	fake_daemon_put(d, "Service", LB("foreign", "Local", "10.60.0.2"));
	fake_daemon_put(d, "Service",
	    SERVICE("own",
		", type: ClusterIP, externalTrafficPolicy: Local, "
		"externalIPs: [10.60.0.3]}}"));
	fake_daemon_put(d, "Service", LB("same", "Local", "10.60.0.3"));
	drain(d, 1);
	json_t *reply = ask(d, LIST);

	assert_at(reply, "services.0.reason", "\"OutsidePools\"");
	assert_at(reply, "services.0.announced", "false");
	assert_at(reply, "services.0.message",
	    "\"in no ServiceGroup, and no CIDR is listed for it; but "
	    "10.60.0.0/24 covers it and is announced\"");
	assert_at(reply, "services.2.reason", "\"OutsidePools\"");
	assert_at(reply, "services.2.announced", "true");
	assert_at(reply, "services.2.message",
	    "\"in no ServiceGroup, and no CIDR is listed for it, but it is "
	    "announced for another; not sent to down: the session is "
	    "Connect\"");
	json_decref(reply);
}

/* Where the cursor stands may be gone meanwhile. */
static void
a_cursor_goes_on_where_its_service_was(void **state)
{
	struct fake_daemon *d = *state;
	char yaml[320];

	for (unsigned i = 0; i < 600; i++) {
		snprintf(yaml, sizeof(yaml),
		    SERVICE("s%u", ", type: LoadBalancer}}"), i);
		fake_daemon_put(d, "Service", yaml);
	}
	static const char *const cursors[] = { "[500, \"web/s499\"]",
		"[500, \"web/gone\"]", "[500, \"nonsense\"]", "[500]",
		"[7, \"web/s499\"]" };

	for (size_t i = 0; i < 5; i++) {
		char request[160];

		snprintf(request, sizeof(request),
		    "{\"version\": 1, \"request\": \"services\", \"cursor\": "
		    "%s}",
		    cursors[i]);
		json_t *reply = ask(d, request);

		assert_int_equal(json_array_size(at(reply, "services")), 100);
		assert_at(reply, "services.0.name", "\"s500\"");
		assert_at(reply, "cursor", "null");
		json_decref(reply);
	}
	assert_refused(d,
	    "{\"version\": 1, \"request\": \"services\", \"cursor\": "
	    "[\"x\"]}",
	    "cursor[0]");
}

/* Two to three replies for one Service, each of its addresses once. */
static void
a_service_of_many_addresses_is_shown_in_parts(void **state)
{
	struct fake_daemon *d = *state;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fputs("externalIPs: [", to);
	for (unsigned i = 0; i < 1200; i++)
		fprintf(to, "10.61.%u.%u, ", i / 250, i % 250);
	fputs("]", to);
	fclose(to);
	char *yaml = xasprintf(
	    "{metadata: {name: big, namespace: web}, spec: {%s}}", text);

	fake_daemon_put(d, "Service", yaml);
	fake_daemon_put(d, "Service", SERVICE("s1", ", type: LoadBalancer}}"));
	assert_int_equal(count_rows(d, LIST, "services"), 1201);
	/* Where it has fewer by now, or is gone, those behind it follow. */
	assert_int_equal(count_rows(d,
			     "{\"version\": 1, \"request\": \"services\", "
			     "\"cursor\": [1, \"web/big\", 1199]}",
			     "services"),
	    2);
	assert_int_equal(count_rows(d,
			     "{\"version\": 1, \"request\": \"services\", "
			     "\"cursor\": [1, \"web/big\", 4294967295]}",
			     "services"),
	    1);
	assert_int_equal(count_rows(d,
			     "{\"version\": 1, \"request\": \"services\", "
			     "\"cursor\": [1, \"web/gone\", 7]}",
			     "services"),
	    1);
	free(yaml);
	free(text);
}

/* Those that are not shown take time, too. */
static void
services_that_want_nothing_are_walked_in_parts(void **state)
{
	struct fake_daemon *d = *state;
	char yaml[320];

	for (unsigned i = 0; i < 6000; i++) {
		snprintf(yaml, sizeof(yaml),
		    SERVICE("s%u", ", type: ClusterIP}}"), i);
		fake_daemon_put(d, "Service", yaml);
	}
	fake_daemon_put(
	    d, "Service", SERVICE("last", ", type: LoadBalancer}}"));
	json_t *reply = ask(d, LIST);

	assert_int_equal(json_array_size(at(reply, "services")), 0);
	assert_at(reply, "cursor", "[0, \"web/s4999\"]");
	json_decref(reply);
	assert_int_equal(count_rows(d, LIST, "services"), 1);
	reply = ask(d,
	    "{\"version\": 1, \"request\": \"services\", "
	    "\"service\": \"web/last\"}");
	assert_int_equal(json_array_size(at(reply, "services")), 1);
	json_decref(reply);
}

/* A row names each of them. */
static void
reply_is_shorter_where_there_are_many_peers(void **state)
{
	struct fake_daemon *d = *state;
	struct daemon_view was = d->view;
	struct view_peer many[96];
	json_t *reply;

	for (unsigned i = 0; i < 96; i++)
		many[i] = d->peers[0];
	d->view.peers = many;
	d->view.n_peers = 96;
	for (unsigned i = 0; i < 100; i++) {
		char yaml[320];

		snprintf(yaml, sizeof(yaml),
		    SERVICE("s%u", ", type: LoadBalancer}}"), i);
		fake_daemon_put(d, "Service", yaml);
	}
	reply = ask(d, LIST);
	assert_in_range(json_array_size(at(reply, "services")), 1, 10);
	json_decref(reply);
	assert_int_equal(count_rows(d, LIST, "services"), 100);
	d->view = was;
}

static void
a_cursor_leads_through_all_services(void **state)
{
	char yaml[320];

	for (unsigned i = 0; i < ROUTES; i++) {
		snprintf(yaml, sizeof(yaml),
		    SERVICE("s%u", ", type: LoadBalancer}}"), i);
		fake_daemon_put(*state, "Service", yaml);
	}
	assert_int_equal(
	    count_rows(*state, "{\"version\": 1, \"request\": \"services\"}",
		"services"),
	    ROUTES);
}

static void
shutdown_needs_the_right_to_act(void **state)
{
	struct fake_daemon *d = *state;

	assert_refused(d, "{\"version\": 1, \"request\": \"shutdown\"}",
	    "shutdown: only root");
	assert_int_equal(d->stopped, 0);
	free(answer(d, "{\"version\": 1, \"request\": \"shutdown\"}", true));
	assert_int_equal(d->stopped, 1);
}

static void
what_is_no_request_is_refused_with_a_reason(void **state)
{
	assert_refused(*state, "", "");
	assert_refused(*state, "{\"version\": 1", "");
	assert_refused(*state, "[]", "");
	assert_refused(*state, "{}", "version: 0");
	assert_refused(*state, "{\"version\": 2, \"request\": \"status\"}",
	    "speaks version 1");
	assert_refused(*state, "{\"version\": 1}", "request: missing");
	assert_refused(*state, "{\"version\": 1, \"request\": \"reboot\"}",
	    "request: reboot: not known");
	assert_refused(*state, "{\"version\": 1, \"request\": 7}", "request");
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"routes\", \"scope\": \"x\"}",
	    "scope");
	assert_refused(*state,
	    "{\"version\": 1, \"request\": \"routes\", \"prefix\": \"1/33\"}",
	    "prefix");
}

static void
a_value_cut_within_a_character_is_refused_too(void **state)
{
	/* 59 bytes, then one of two. */
	assert_refused(*state,
	    "{\"version\": 1, \"request\": "
	    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "\xc3\xa9\"}",
	    "xxx?: not known");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_neighbor_has_its_filters_and_their_hits),
		T(filters_are_counted_once_for_all_their_neighbors),
		T(neighbors_are_listed_by_name),
		T(a_router_may_say_what_it_is),
		T(all_of_one_bgp_peer_are_found_by_its_name),
		T(one_neighbor_shows_both_sides),
		T(a_neighbor_goes_by_its_name_too),
		T(a_link_local_neighbor_goes_by_its_link),
		T(an_unknown_neighbor_is_named),
		T(status_tells_the_node_and_its_conditions),
		T(what_is_watched_is_said),
		T(control_characters_leave_escaped),
		T(routes_say_who_gave_them),
		T(received_routes_leave_our_own_out),
		T(fat_routes_come_in_small_parts),
		T(routes_of_one_prefix_come_in_parts_too),
		T(link_bandwidth_of_a_route_is_shown),
		T(routes_that_are_only_counted_are_told),
		T(what_is_configured_of_the_open_is_shown),
		T(advertised_routes_are_shown_as_sent),
		T(nothing_is_advertised_to_a_peer_that_is_down),
		T(one_prefix_is_looked_up),
		T(a_cursor_leads_through_all_routes),
		T(a_cursor_leads_through_all_that_is_advertised),
		T(a_cursor_of_any_numbers_does_no_harm),
		T(services_say_what_they_want_or_why_not),
		T(a_service_of_another_class_is_not_said_to_wait),
		T(one_service_goes_by_namespace_and_name),
		T(services_say_to_whom_they_were_sent),
		T(why_a_peer_is_not_told_is_cut_between_characters),
		T(a_service_of_a_family_that_no_session_carries_is_sent_to_nobody),
		T(a_node_without_peers_announces_nothing_to_anybody),
		T(services_tell_what_is_announced_for_others_too),
		T(a_cursor_goes_on_where_its_service_was),
		T(services_that_want_nothing_are_walked_in_parts),
		T(reply_is_shorter_where_there_are_many_peers),
		T(a_cursor_leads_through_all_services),
		T(a_service_of_many_addresses_is_shown_in_parts),
		T(shutdown_needs_the_right_to_act),
		T(what_is_no_request_is_refused_with_a_reason),
		T(a_value_cut_within_a_character_is_refused_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
