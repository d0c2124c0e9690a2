/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/objects.h"
#include "common/err.h"
#include "common/json.h"
#include "common/yaml.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define NOW 1700000000 /* 2023-11-14T22:13:20Z */

static void
on_ready(void *arg)
{
	(void)arg;
}

static const struct store_ops ops = { .ready = on_ready };

/* The reply of a view that has seen these objects; owned. */
static json_t *
reply_of(const struct objects_view *view, const char *const *objects, size_t n,
    const char *request)
{
	struct store *store = store_new(view->kinds, view->n, &ops, NULL);
	json_t *asked = json_of(request);
	struct json_at root = json_at_root(asked);
	struct err err;

	for (size_t i = 0; i < n; i++) {
		json_t *object =
		    yaml_parse(objects[i], strlen(objects[i]), 1, &err);

		assert_non_null(object);
		store_put(store, 0, object);
		json_decref(object);
	}
	assert_int_equal(store_count(store, 0), n);
	char *text = view->reply(store, &root, NOW);
	json_t *reply = json_of(text);

	free(text);
	json_decref(asked);
	store_free(store);
	assert_at(reply, "version", "1");
	return reply;
}

static const char *const statuses[] = {
	"{metadata: {name: n2}, status: {heartbeat: '2023-11-14T22:13:00Z', "
	"peers: [{name: tor-b, address: 10.0.0.2, state: Active}, "
	"{name: tor-a, address: 10.0.0.1, state: Established}]}}",
	("{metadata: {name: n1}, status: {heartbeat: '2023-11-14T22:10:19Z', "
	 "peers: [{name: tor-a, address: 10.0.0.1, state: Established}]}}"),
	"{metadata: {name: n3}}",
};

TEST(neighbors_are_sorted_by_node_and_name)
{
	json_t *reply = reply_of(&objects_neighbors, statuses, 3, "{}");

	assert_int_equal(json_array_size(at(reply, "neighbors")), 3);
	assert_at(reply, "neighbors.0.node", "\"n1\"");
	assert_at(reply, "neighbors.1.node", "\"n2\"");
	assert_at(reply, "neighbors.1.name", "\"tor-a\"");
	assert_at(reply, "neighbors.2.name", "\"tor-b\"");
	json_decref(reply);
}

TEST(a_heartbeat_older_than_three_minutes_is_stale)
{
	json_t *reply = reply_of(&objects_neighbors, statuses, 3, "{}");

	assert_at(reply, "neighbors.0.stale", "true"); /* 181 s */
	assert_at(reply, "neighbors.0.heartbeat", "\"2023-11-14T22:10:19Z\"");
	assert_at(reply, "neighbors.1.stale", "false");
	json_decref(reply);
}

TEST(neighbors_go_by_address_or_name)
{
	json_t *by_address = reply_of(
	    &objects_neighbors, statuses, 3, "{\"address\": \"10.0.0.1\"}");
	json_t *by_name = reply_of(
	    &objects_neighbors, statuses, 3, "{\"address\": \"tor-b\"}");

	assert_int_equal(json_array_size(at(by_address, "neighbors")), 2);
	assert_int_equal(json_array_size(at(by_name, "neighbors")), 1);
	json_decref(by_address);
	json_decref(by_name);
}

#define STATUS_OF_TWO                                                         \
	"{metadata: {name: n2}, status: {heartbeat: '2023-11-14T22:13:00Z', " \
	"heldAddresses: [{address: 10.0.0.10, interface: eth0}, "             \
	"{address: 10.0.0.9, interface: eth0}]}}"
#define STATUS_OF_ONE                                                         \
	"{metadata: {name: n1}, status: {heartbeat: '2023-11-14T22:10:19Z', " \
	"heldAddresses: [{address: 10.0.0.10, interface: eth1}]}}"

static const char *const holders[] = {
	STATUS_OF_TWO,
	STATUS_OF_ONE,
	"{metadata: {name: n3}}",
};

TEST(what_nodes_hold_is_sorted_by_address)
{
	json_t *reply = reply_of(&objects_held, holders, 3, "{}");

	assert_int_equal(json_array_size(at(reply, "addresses")), 3);
	assert_at(reply, "addresses.0",
	    "{\"address\": \"10.0.0.9\", \"interface\": \"eth0\", "
	    "\"node\": \"n2\", \"heartbeat\": \"2023-11-14T22:13:00Z\", "
	    "\"stale\": false, \"state\": \"held\"}");
	assert_at(reply, "addresses.1.node", "\"n1\"");
	assert_at(reply, "addresses.1.stale", "true");
	assert_at(reply, "addresses.2.node", "\"n2\"");
	json_decref(reply);
}

TEST(who_holds_one_address_is_told)
{
	json_t *reply =
	    reply_of(&objects_held, holders, 3, "{\"address\": \"10.0.0.10\"}");

	assert_int_equal(json_array_size(at(reply, "addresses")), 2);
	json_decref(reply);
}

#define SERVICE(name, more)                                             \
	"{metadata: {name: " name ", namespace: web, annotations: "     \
	"{lbbgp.io/allocated-from: pool}}, spec: {type: LoadBalancer, " \
	"ports: [{port: 80}]}, status: {" more "}}"

static const char *const services[] = {
	SERVICE("ten", "loadBalancer: {ingress: [{ip: 10.0.0.10}]}"),
	SERVICE("two",
	    "loadBalancer: {ingress: [{ip: 10.0.0.2}, {ip: '2001:db8::1'}]}"),
	SERVICE("waits",
	    "conditions: [{type: lbbgp.io/AddressAssigned, status: 'False', "
	    "reason: PoolExhausted, message: nothing is free}]"),
	("{metadata: {name: inner, namespace: web}, spec: {type: ClusterIP, "
	 "ports: [{port: 80}]}}"),
};

TEST(addresses_are_sorted_as_numbers)
{
	json_t *reply = reply_of(&objects_addresses, services, 4, "{}");

	assert_int_equal(json_array_size(at(reply, "addresses")), 4);
	assert_at(reply, "addresses.0",
	    "{\"address\": \"10.0.0.2\", \"namespace\": \"web\", "
	    "\"name\": \"two\", \"group\": \"pool\", \"reason\": null, "
	    "\"message\": null}");
	assert_at(reply, "addresses.1.address", "\"10.0.0.10\"");
	assert_at(reply, "addresses.2.address", "\"2001:db8::1\"");
	json_decref(reply);
}

TEST(a_service_that_waits_says_why)
{
	json_t *reply = reply_of(&objects_addresses, services, 4, "{}");

	assert_at(reply, "addresses.3.address", "null");
	assert_at(reply, "addresses.3.name", "\"waits\"");
	assert_at(reply, "addresses.3.reason", "\"PoolExhausted\"");
	assert_at(reply, "addresses.3.message", "\"nothing is free\"");
	json_decref(reply);
}

static const char *const groups[] = {
	"{metadata: {name: b}, spec: {autoAssign: false, pools: ["
	"{subnet: 10.0.0.0/24, pool: 10.0.0.8/30, aggregation: /32}, "
	"{subnet: '2001:db8::/64', pool: '2001:db8::1-2001:db8::9', "
	"aggregation: /128}]}, status: {waiting: 2, "
	"ipv4: {capacity: 4, used: 1, free: 3}}}",
	"{metadata: {name: a}, spec: {pools: ["
	"{subnet: 10.0.1.0/24, pool: 10.0.2.0/30, aggregation: /32}]}}",
};

TEST(pools_are_one_row_a_group_and_family)
{
	json_t *reply = reply_of(&objects_pools, groups, 2, "{}");

	assert_int_equal(json_array_size(at(reply, "pools")), 3);
	assert_at(reply, "pools.1",
	    "{\"group\": \"b\", \"family\": \"IPv4\", "
	    "\"pools\": [\"10.0.0.8-10.0.0.11\"], \"capacity\": 4, "
	    "\"used\": 1, \"free\": 3, \"waiting\": 2, \"autoAssign\": false, "
	    "\"priority\": 100, \"faults\": []}");
	assert_at(reply, "pools.2.family", "\"IPv6\"");
	assert_at(reply, "pools.2.capacity", "null");
	json_decref(reply);
}

TEST(a_pool_that_nobody_may_use_says_why)
{
	json_t *reply = reply_of(&objects_pools, groups, 2, "{}");

	assert_at(reply, "pools.0.group", "\"a\"");
	assert_int_equal(json_array_size(at(reply, "pools.0.faults")), 1);
	json_decref(reply);
}

TEST(what_the_allocator_says_of_a_group_is_shown_instead)
{
	static const char *const refused[] = {
		"{metadata: {name: a}, spec: {pools: ["
		"{subnet: 10.0.1.0/24, pool: 10.0.2.0/30, aggregation: /32}]}, "
		"status: {conditions: [{type: Accepted, status: 'False', "
		"reason: PoolRefused, message: outside}]}}",
	};
	json_t *reply = reply_of(&objects_pools, refused, 1, "{}");

	assert_at(reply, "pools.0.faults", "[\"PoolRefused: outside\"]");
	json_decref(reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbors_are_sorted_by_node_and_name),
		cmocka_unit_test(a_heartbeat_older_than_three_minutes_is_stale),
		cmocka_unit_test(neighbors_go_by_address_or_name),
		cmocka_unit_test(what_nodes_hold_is_sorted_by_address),
		cmocka_unit_test(who_holds_one_address_is_told),
		cmocka_unit_test(addresses_are_sorted_as_numbers),
		cmocka_unit_test(a_service_that_waits_says_why),
		cmocka_unit_test(pools_are_one_row_a_group_and_family),
		cmocka_unit_test(a_pool_that_nobody_may_use_says_why),
		cmocka_unit_test(
		    what_the_allocator_says_of_a_group_is_shown_instead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
