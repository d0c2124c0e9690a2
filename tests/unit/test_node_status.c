/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/control/node_status.h"
#include "bgpd/control/view.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "common/store.h"
#include "tests/fake/fake_peer.h"

static const struct view_condition conditions[] = {
	{ "PeerBlocked", "Configuration", "BGPPeer b: no Secret", 1000 },
};

/* The status of a node with these peers; owned. */
static json_t *
status_of(const struct view_peer *peers, size_t n, const char *uid)
{
	static const struct store_ops store_ops = { 0 };
	static const struct announce_ops announce_ops = { 0 };
	static const struct announce_kinds kinds = { 0 };
	struct store *store = store_new(NULL, 0, &store_ops, NULL);
	struct announce *announce =
	    announce_new("node1", store, &kinds, &announce_ops, NULL);
	struct daemon_view view = {
		.node = "node1",
		.asn = LOCAL_AS,
		.router_id = LOCAL_ID,
		.announce = announce,
		.peers = peers,
		.n_peers = n,
		.conditions = conditions,
		.n_conditions = 1,
		.now = 60000,
		.wall = 1769817600000,
	};
	char *text = node_status_build(&view, uid);
	json_t *object = json_loads(text, 0, NULL);

	free(text);
	announce_free(announce);
	store_free(store);
	assert_non_null(object);
	return object;
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
status_has_only_fields_of_the_schema(void **state)
{
	struct fake_peer *up = fake_established(90), *down = fake_new();
	struct err err = { "" };

	(void)state;
	fake_start(down);
	fake_connects(down);
	fake_say_notification(down, 6, 2); /* a last error, too */
	struct view_peer peers[] = {
		{ .name = "a", .session = up->session },
		{ .name = "b", .session = down->session, .blocked = "no" },
	};
	json_t *object = status_of(peers, 2, "uid-1");
	json_t *status = json_object_get(object, "status");
	bool known = fields_status_known(&bgp_node_status_fields, status, &err);

	assert_string_equal(err.text, "");
	assert_true(known);
	assert_int_equal(
	    json_integer_value(json_object_get(status, "peersConfigured")), 2);
	assert_int_equal(
	    json_integer_value(json_object_get(status, "peersEstablished")), 1);
	assert_string_equal(
	    text_of(status, "heartbeat"), "2026-01-31T00:00:00Z");
	json_decref(object);
}

static void
status_goes_with_its_node(void **state)
{
	json_t *object = status_of(NULL, 0, "uid-1");
	json_t *meta = json_object_get(object, "metadata");
	json_t *owner =
	    json_array_get(json_object_get(meta, "ownerReferences"), 0);

	(void)state;
	assert_string_equal(text_of(object, "kind"), "BGPNodeStatus");
	assert_string_equal(text_of(meta, "name"), "node1");
	assert_string_equal(text_of(owner, "kind"), "Node");
	assert_string_equal(text_of(owner, "uid"), "uid-1");
	json_decref(object);
}

static void
status_of_an_unknown_node_has_no_owner(void **state)
{
	json_t *object = status_of(NULL, 0, "");

	(void)state;
	assert_null(json_object_get(
	    json_object_get(object, "metadata"), "ownerReferences"));
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
		    status_has_only_fields_of_the_schema, fake_teardown),
		cmocka_unit_test(status_goes_with_its_node),
		cmocka_unit_test(status_of_an_unknown_node_has_no_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
