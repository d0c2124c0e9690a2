/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/turn.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

typedef json_t *turn_fn(const json_t *, struct err *);

struct row {
	turn_fn *turn;
	const char *from, *to;
};

static const struct row good[] = {
	{ turn_as_number, "64512", "64512" },
	{ turn_as_number, "'4200000000'", "4200000000" },
	{ turn_as_number, "'1.10'", "65546" },
	{ turn_as_number, "'65535.65535'", "4294967295" },
	{ turn_as_number, "'0.1'", "1" },
	{ turn_seconds, "90", "90" },
	{ turn_seconds, "90s", "90" },
	{ turn_seconds, "1m30s", "90" },
	{ turn_seconds, "1h0m1s", "3601" },
	{ turn_seconds, "3000ms", "3" },
	{ turn_network, "10.1.2.3/8", "10.0.0.0/8" },
	{ turn_network, "'2001:DB8::1/32'", "'2001:db8::/32'" },
	{ turn_port, "1790", "1790" },
	{ turn_port, "'1790'", "1790" },
	{ turn_port, "0", "0" },
	{ turn_secret_name, "s", "{secretKeyRef: {name: s, key: password}}" },
	{ turn_hops, "true", "255" },
	{ turn_namespaces, "[a, b, a]", "[a, b]" },
	{ turn_priority, "65535", "65535" },
	{ turn_community, "1234:1", "1234:1" },
	{ turn_community, "large:64500:7:9", "64500:7:9" },
	{ turn_community_number, "'4259840100'", "65000:100" },
	{ turn_community_number, "no-export", "no-export" },
	{ turn_community, "no-export", "no-export" },
};

static const struct row bad[] = {
	{ turn_as_number, "x", "\"x\": not an AS number" },
	{ turn_as_number, "'1.65536'", "\"1.65536\": not an AS number" },
	{ turn_as_number, "'4294967296'", "\"4294967296\": not an AS number" },
	{ turn_as_number, "'1.'", "\"1.\": not an AS number" },
	{ turn_as_number, "'1.2.3'", "\"1.2.3\": not an AS number" },
	{ turn_as_number, "[]", "[]: not an AS number" },
	{ turn_seconds, "''", "\"\": not a duration" },
	{ turn_seconds, "'-1s'", "\"-1s\": not a duration" },
	{ turn_seconds, "'10'", "\"10\": not a duration" },
	{ turn_seconds, "1500ms", "\"1500ms\": not a whole number of seconds" },
	{ turn_network, "x", "\"x\": not an IP prefix" },
	{ turn_network, "{}", "{}: not an IP prefix" },
	{ turn_port, "65536", "65536: not a port" },
	{ turn_port, "'17 90'", "\"17 90\": not a port" },
	{ turn_port, "-1", "-1: not a port" },
	{ turn_secret_name, "7", "7: not a name" },
	{ turn_hops, "3", "3: not true or false" },
	{ turn_namespaces, "a", "\"a\": not a list of namespaces" },
	{ turn_priority, "0", "0: not a priority from 1 to 65535" },
	{ turn_priority, "65536", "65536: not a priority from 1 to 65535" },
	{ turn_priority, "'7'", "\"7\": not a priority from 1 to 65535" },
	{ turn_community, "'65536:1'", "\"65536:1\": not a community" },
	{ turn_community, "7", "7: not a community" },
	{ turn_community, "'64500'", "\"64500\": not a community" },
	{ turn_community_number, "'4294967296'",
	    "\"4294967296\": not a community" },
};

TEST(each_value_becomes_ours)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		json_t *from = manifest(good[i].from);
		json_t *want = manifest(good[i].to);
		struct err err = { "" };
		json_t *got = good[i].turn(from, &err);

		if (!json_equal(got, want))
			fail_msg("%s: %s", good[i].from, err.text);
		json_decref(got);
		json_decref(want);
		json_decref(from);
	}
}

TEST(each_bad_value_is_named)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *from = manifest(bad[i].from);
		struct err err = { "" };

		assert_null(bad[i].turn(from, &err));
		assert_string_equal(err.text, bad[i].to);
		json_decref(from);
	}
}

TEST(a_peer_has_its_port_behind_it)
{
	static const struct {
		const char *address;
		int64_t port;
		const char *peer;
	} rows[] = {
		{ "10.0.0.1", 0, "10.0.0.1" },
		{ "10.0.0.1", 179, "10.0.0.1" },
		{ "10.0.0.1", 1790, "10.0.0.1:1790" },
		{ "FD00::0:1", 179, "fd00::1" },
		{ "fd00::1", 1790, "[fd00::1]:1790" },
		{ "FE80::1%eth0", 0, "fe80::1%eth0" },
		{ "fe80::1%eth0", 1790, "[fe80::1%eth0]:1790" },
	};
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *address = json_string(rows[i].address);
		json_t *port = json_integer(rows[i].port);
		json_t *peer = turn_peer(address, port, &err);

		assert_string_equal(json_string_value(peer), rows[i].peer);
		json_decref(address);
		json_decref(port);
		json_decref(peer);
	}
	assert_null(turn_peer(NULL, NULL, &err));
}

TEST(a_port_that_is_none_is_refused)
{
	static const char *const ports[] = { "-1", "65536", "'1790'", "[]" };
	json_t *address = json_string("10.0.0.1");
	struct err err;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		json_t *port = manifest(ports[i]);

		assert_null(turn_peer(address, port, &err));
		assert_non_null(strstr(err.text, ": not a port"));
		json_decref(port);
	}
	json_decref(address);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_becomes_ours),
		cmocka_unit_test(each_bad_value_is_named),
		cmocka_unit_test(a_peer_has_its_port_behind_it),
		cmocka_unit_test(a_port_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
