/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields that reset a session are those of which the schemas say so.
 */
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/session/session_config.h"
#include "common/api/fields.h"
#include "tests/test.h"

static const struct session_config was = { .name = "p" };
static const struct as_range range = { 1, 2 };

/* Each changed by itself; the paths are those of the tables. */
static const struct {
	const char *path;
	struct session_config now;
} rows[] = {
	{ "spec.peerIP", { .remote = { FAMILY_V4, { 10 } } } },
	{ "spec.peerIP", { .port = 1790 } },
	{ "spec.interface", { .zone = "eth0" } },
	{ "spec.asNumber", { .remote_as = 2 } },
	{ "spec.asNumbers", { .remote_ranges = &range, .n_remote_ranges = 1 } },
	{ "spec.external", { .remote_as_rule = REMOTE_AS_EXTERNAL } },
	{ "spec.internal", { .remote_as_rule = REMOTE_AS_INTERNAL } },
	{ "spec.localASNumber", { .local_as = 2 } },
	{ "spec.localASNumberOptions.noPrepend", { .prepend_as = true } },
	{ "spec.localASNumberOptions.replaceAS", { .keep_as = true } },
	{ "spec.localASNumberOptions.dualAS", { .dual_as = true } },
	{ "spec.routerID", { .router_id = 2 } },
	{ "spec.password", { .password = "secret" } },
	{ "spec.ttlSecurity", { .ttl_security = 1 } },
	{ "spec.ebgpMultihop", { .multihop = 2 } },
	{ "spec.sourceAddress", { .source = { FAMILY_V4, { 10 } } } },
	{ "spec.routeReflectorClient", { .client = true } },
	{ "spec.routeReflectorClient", { .cluster_id = 2 } },
	{ "spec.holdTime", { .hold_time = 9 } },
	{ "spec.keepaliveTime", { .keepalive_time = 3 } },
	{ "spec.gracefulRestart", { .restart = { .on = true } } },
	{ "spec.gracefulRestart.enabled", { .restart = { .on = true } } },
	{ "spec.gracefulRestart.restartTime",
	    { .restart = { .on = true, .time = 9 } } },
	{ "spec.gracefulRestart.longLivedTime",
	    { .restart = { .on = true, .long_lived = 9 } } },
	{ "spec.gracefulRestart.notification",
	    { .restart = { .on = true, .notification = true } } },
	{ "spec.addPaths.send", { .add_path_send = true } },
	{ "spec.addPaths.receive", { .add_path_receive = true } },
	{ "spec.role", { .role = ROLE_PEER } },
	{ "spec.roleStrict", { .role_strict = true } },
	{ "spec.extendedMessages", { .extended_messages = true } },
	{ "spec.extendedNextHop", { .extended_next_hop = true } },
	{ "spec.fromNode.peerIP.annotation",
	    { .remote = { FAMILY_V4, { 10 } } } },
	{ "spec.fromNode.peerIP.label", { .remote = { FAMILY_V4, { 10 } } } },
	{ "spec.fromNode.asNumber.annotation", { .remote_as = 2 } },
	{ "spec.fromNode.asNumber.label", { .remote_as = 2 } },
	{ "spec.fromNode.sourceAddress.annotation",
	    { .source = { FAMILY_V4, { 10 } } } },
	{ "spec.fromNode.sourceAddress.label",
	    { .source = { FAMILY_V4, { 10 } } } },
	{ "spec.fromNode.passwordSecret.annotation", { .password = "secret" } },
	{ "spec.fromNode.passwordSecret.label", { .password = "secret" } },
	{ "spec.families", { .families = { [FAMILY_V6] = true } } },
};

static const struct field *
field_of(const char *path)
{
	const struct field *f = fields_find(&bgp_peer_fields, path);

	return f != NULL ? f : fields_find(&bgp_configuration_fields, path);
}

TEST(what_resets_a_session_is_said_to)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field *f = field_of(rows[i].path);

		assert_non_null(session_config_resets(&was, &rows[i].now));
		assert_non_null(f);
		assert_true(f->flags & FIELD_RESETS);
	}
}

/* Keys that come and go do not, see test_ao. */
TEST(tcp_ao_that_begins_or_ends_resets_a_session)
{
	const struct ao_key key = { 1, 1, AO_HMAC_SHA_1_96, "one" };
	const struct session_config with = { .name = "p", .ao = { &key, 1 } };

	assert_string_equal(session_config_resets(&was, &with), "tcpAO");
	assert_string_equal(session_config_resets(&with, &was), "tcpAO");
	assert_null(session_config_resets(&with, &with));
	assert_non_null(field_of("spec.tcpAO"));
}

TEST(field_that_is_named_exists)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[64] = "spec.";

		strcat(path, session_config_resets(&was, &rows[i].now));
		assert_non_null(field_of(path));
	}
}

TEST(what_is_said_to_reset_does)
{
	for (size_t i = 0; i < bgp_peer_fields.n; i++) {
		const struct field *f = &bgp_peer_fields.at[i];
		bool found = !(f->flags & FIELD_RESETS);

		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			found |= strcmp(rows[k].path, f->path) == 0;
		if (!found)
			fail_msg("%s resets nothing", f->path);
	}
}

/* The OPEN says nothing of what is not offered. */
TEST(restart_resets_by_what_is_said_of_it)
{
	static const struct restart_config all[] = { { .time = 9 },
		{ .long_lived = 9 }, { .notification = true } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct session_config from = { .name = "p" },
				      to = { .restart = all[i] };

		assert_null(session_config_resets(&from, &to));
		from.restart.on = to.restart.on = true;
		assert_non_null(session_config_resets(&from, &to));
	}
}

TEST(rest_applies_in_place)
{
	static const struct session_config same[] = {
		{ .connect_retry = 60 },
		{ .passive = true },
		{ .name = "other" },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_null(session_config_resets(&was, &same[i]));
	assert_false(field_of("spec.connectRetryTime")->flags & FIELD_RESETS);
	assert_false(field_of("spec.passive")->flags & FIELD_RESETS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_resets_a_session_is_said_to),
		cmocka_unit_test(tcp_ao_that_begins_or_ends_resets_a_session),
		cmocka_unit_test(field_that_is_named_exists),
		cmocka_unit_test(what_is_said_to_reset_does),
		cmocka_unit_test(restart_resets_by_what_is_said_of_it),
		cmocka_unit_test(rest_applies_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
