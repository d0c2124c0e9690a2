/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors of a request for routes, against a table made by hand: peer "down" gave
 * what "up" is sent. A test compares which prefixes come out.
 */
#include "bgpd/control/control.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"
#include "common/base64.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/reply.h"
#include "tests/unit/routes.h"

enum { DOWN = 1, UP = 2 }; /* sources */

static void
give(struct fake_daemon *d, uint32_t source, const char *prefix,
    const char *as_path, const char *communities, const char *large)
{
	struct attrs a = heard(as_path, "10.0.0.1");
	struct prefix p = pfx(prefix);

	a.communities = hex(communities);
	a.large_communities = hex(large);
	if (a.communities.left > 0)
		a.has |= ATTR_BIT(ATTR_COMMUNITIES);
	if (a.large_communities.left > 0)
		a.has |= ATTR_BIT(ATTR_LARGE_COMMUNITIES);
	struct path *path = path_intern(d->paths, &a);

	rib_set(d->rib, source, &p, path);
	path_unref(path);
}

static int
setup(void **state)
{
	struct fake_daemon *d = fake_daemon_new();
	struct fake_peer *up = fake_established(90), *down = fake_new();
	struct group_key all = ebgp_key;

	down->config.remote = addr_v4(0xc0000263); /* 192.0.2.99 */
	fake_start(down);
	fake_daemon_peer(d, "down", down->session, false);
	fake_daemon_peer(d, "up", up->session, true);
	all.pass_received = true;
	adjout_move((struct member *)d->peers[UP - 1].member, &all);
	give(d, DOWN, "0.0.0.0/0", VIA_65002, "", "");
	give(d, DOWN, "20.0.0.0/8", VIA_65002_65001, "fdea0001", "");
	give(d, DOWN, "20.1.0.0/16", VIA_65002, "fdea0001 ffffff01", "");
	give(d, DOWN, "20.1.2.0/24", VIA_65001, "",
	    "0000fdea 00000001 00000002 0000fdea 00000003 00000004");
	give(d, UP, "20.1.2.0/25", VIA_65002, "", "");
	give(d, DOWN, "2001:db8::/32", VIA_65002, "fdea0001", "");
	while (!adjout_fill_some(d->adjout, 100))
		;
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	fake_daemon_free(*state);
	return fake_teardown(state);
}

static json_t *
ask(struct fake_daemon *d, const char *fields)
{
	char *request =
	    xasprintf("{\"version\": 1, \"request\": \"routes\", %s}", fields);
	struct control_caller caller = { .may_act = false };
	char *line = control_answer(
	    &fake_daemon_ops, d, request, strlen(request), &caller);
	json_t *reply = json_of(line);

	free(line);
	free(request);
	return reply;
}

static int
text_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The prefixes of the reply in the order of their texts, one behind the other. */
static void
assert_selects(struct fake_daemon *d, const char *fields, const char *want)
{
	json_t *reply = ask(d, fields), *row;
	const char *prefixes[16];
	char is[256] = "";
	size_t i;

	json_array_foreach (at(reply, "routes"), i, row)
		prefixes[i] = json_string_value(at(row, "prefix"));
	qsort(prefixes, json_array_size(at(reply, "routes")),
	    sizeof(prefixes[0]), text_cmp);
	for (i = 0; i < json_array_size(at(reply, "routes")); i++)
		snprintf(is + strlen(is), sizeof(is) - strlen(is), "%s%s",
		    i > 0 ? " " : "", prefixes[i]);
	assert_string_equal(is, want);
	assert_at(reply, "cursor", "null");
	json_decref(reply);
}

static void
assert_refused(struct fake_daemon *d, const char *fields, const char *why)
{
	json_t *reply = ask(d, fields);

	assert_string_equal(json_string_value(at(reply, "error")), why);
	json_decref(reply);
}

static void
a_prefix_is_exact_without_a_match(void **state)
{
	assert_selects(*state, "\"prefix\": \"20.1.0.0/16\"", "20.1.0.0/16");
	assert_selects(*state,
	    "\"prefix\": \"20.1.9.9/16\", \"match\": \"exact\"", "20.1.0.0/16");
	assert_selects(*state, "\"prefix\": \"20.1.0.0/17\"", "");
}

static void
longer_are_those_that_lie_in_it(void **state)
{
	assert_selects(*state,
	    "\"prefix\": \"20.1.0.0/16\", \"match\": \"longer\"",
	    "20.1.0.0/16 20.1.2.0/24 20.1.2.0/25");
	assert_selects(*state, "\"prefix\": \"::/0\", \"match\": \"longer\"",
	    "2001:db8::/32");
	assert_selects(*state,
	    "\"prefix\": \"20.1.0.0/16\", \"match\": \"longer\", "
	    "\"neighbor\": \"up\"",
	    "20.1.2.0/25");
}

static void
shorter_are_those_that_it_lies_in(void **state)
{
	assert_selects(*state,
	    "\"prefix\": \"20.1.2.200\", \"match\": \"shorter\"",
	    "0.0.0.0/0 20.0.0.0/8 20.1.0.0/16 20.1.2.0/24");
	assert_selects(*state,
	    "\"prefix\": \"20.0.0.0/8\", \"match\": \"shorter\"",
	    "0.0.0.0/0 20.0.0.0/8");
	assert_selects(*state,
	    "\"prefix\": \"2001:db8::1\", \"match\": \"shorter\"",
	    "2001:db8::/32");
}

static void
covering_is_the_longest_of_these(void **state)
{
	assert_selects(*state,
	    "\"prefix\": \"20.1.2.1\", \"match\": \"covering\"", "20.1.2.0/25");
	assert_selects(*state,
	    "\"prefix\": \"20.1.2.1\", \"match\": \"covering\", "
	    "\"neighbor\": \"down\"",
	    "20.1.2.0/24");
	assert_selects(*state,
	    "\"prefix\": \"99.0.0.1\", \"match\": \"covering\"", "0.0.0.0/0");
	assert_selects(
	    *state, "\"prefix\": \"::1\", \"match\": \"covering\"", "");
}

static void
what_is_advertised_is_matched_too(void **state)
{
	const char *scope = "\"scope\": \"advertised\", \"prefix\": ";
	static const struct {
		const char *prefix, *match, *want;
	} rows[] = {
		{ "20.1.2.0/24", "exact", "20.1.2.0/24" },
		{ "20.1.0.0/16", "longer", "20.1.2.0/24" },
		{ "20.1.2.1", "shorter", "0.0.0.0/0 20.0.0.0/8 20.1.2.0/24" },
		/* The /25 is the peer's own, the /16 is not exported. */
		{ "20.1.2.1", "covering", "20.1.2.0/24" },
		{ "20.2.0.1", "covering", "20.0.0.0/8" },
		{ "3fff::1", "covering", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *fields = xasprintf("%s\"%s\", \"match\": \"%s\"", scope,
		    rows[i].prefix, rows[i].match);

		assert_selects(*state, fields, rows[i].want);
		free(fields);
	}
}

static void
all_communities_have_to_be_there(void **state)
{
	assert_selects(*state, "\"communities\": [\"65002:1\"]",
	    "20.0.0.0/8 20.1.0.0/16 2001:db8::/32");
	assert_selects(*state, "\"communities\": [\"65002:1\", \"no-export\"]",
	    "20.1.0.0/16");
	assert_selects(
	    *state, "\"communities\": [\"65002:3:4\"]", "20.1.2.0/24");
	assert_selects(*state,
	    "\"communities\": [\"65002:3:4\", \"65002:1:2\"]", "20.1.2.0/24");
	assert_selects(*state, "\"communities\": [\"65002:3:5\"]", "");
	assert_selects(*state,
	    "\"communities\": [\"65002:1\"], \"prefix\": \"20.1.0.0/16\", "
	    "\"match\": \"shorter\"",
	    "20.0.0.0/8 20.1.0.0/16");
}

static void
an_as_path_contains_or_starts_with_numbers(void **state)
{
	assert_selects(*state,
	    "\"asPathContains\": [65001], \"scope\": \"received\"",
	    "20.0.0.0/8 20.1.2.0/24");
	assert_selects(
	    *state, "\"asPathContains\": [65001, 65002]", "20.0.0.0/8");
	assert_selects(*state, "\"asPathStartsWith\": [65001]", "20.1.2.0/24");
	assert_selects(
	    *state, "\"asPathStartsWith\": [65002, 65001]", "20.0.0.0/8");
	assert_selects(*state, "\"asPathStartsWith\": [65001, 65002]", "");
	/* As it is sent, we are in front. */
	assert_selects(*state,
	    "\"asPathStartsWith\": [65000, 65001], \"scope\": \"advertised\"",
	    "20.1.2.0/24");
}

static void
bad_selectors_are_named(void **state)
{
	assert_refused(*state, "\"match\": \"longer\"",
	    "match: longer: only with a prefix");
	assert_refused(*state, "\"prefix\": \"::/0\", \"match\": \"longest\"",
	    "match: \"longest\": not one of exact, longer, shorter or "
	    "covering");
	assert_refused(*state, "\"communities\": [\"tor\"]",
	    "communities: tor: not of the form 64517:120, 64517:300:100 or "
	    "no-export");
	assert_refused(*state, "\"asPathContains\": [0]",
	    "asPathContains[0]: 0: not in 1..4294967295");
	assert_refused(*state,
	    "\"asPathStartsWith\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
	    "asPathStartsWith: 17 values: at most 16");
	assert_refused(
	    *state, "\"limit\": 0", "limit: 0: not in 1..4294967295");
}

/* Asks on with each cursor; the routes of all replies together. */
static size_t
count(struct fake_daemon *d, const char *fields, size_t most)
{
	json_t *cursor = json_null();
	size_t n = 0, replies = 0;

	while (cursor != NULL) {
		char *at_text = json_dumps(cursor, JSON_ENCODE_ANY);
		char *text = xasprintf("%s, \"cursor\": %s", fields, at_text);
		json_t *reply = ask(d, text);

		assert_in_range(json_array_size(at(reply, "routes")), 0, most);
		n += json_array_size(at(reply, "routes"));
		json_decref(cursor);
		cursor = json_is_null(at(reply, "cursor"))
		    ? NULL
		    : json_incref((json_t *)at(reply, "cursor"));
		json_decref(reply);
		free(text);
		free(at_text);
		assert_true(replies++ < 50);
	}
	return n;
}

static void
a_limit_makes_parts_of_any_selection(void **state)
{
	static const char *const matches[] = { "exact", "longer", "shorter",
		"covering" };
	static const size_t want[] = { 1, 3, 3, 1 };

	for (size_t i = 0; i < 4; i++) {
		char *fields = xasprintf("\"limit\": 1, \"match\": \"%s\", "
					 "\"prefix\": \"20.1.0.0/16\"",
		    matches[i]);

		assert_int_equal(count(*state, fields, 1), want[i]);
		free(fields);
	}
	assert_int_equal(
	    count(*state, "\"limit\": 2, \"scope\": \"received\"", 2), 6);
}

/* 4,000 routes with 900 communities each: to search them all takes long. */
static void
a_search_of_long_lists_comes_in_parts(void **state)
{
	struct fake_daemon *d = *state;
	uint8_t communities[3600] = { 0 };
	struct attrs a = { .has = ATTR_BIT(ATTR_COMMUNITIES),
		.communities = rbuf_of(communities, sizeof(communities)),
		.next_hop.addr = addr_v4(0x0a000001) };
	struct path *path = path_intern(d->paths, &a);

	for (uint32_t i = 0; i < 4000; i++) {
		struct addr first = addr_v4(0x1e000000 + (i << 8));
		struct prefix prefix = prefix_of(&first, 24);

		rib_set(d->rib, DOWN, &prefix, path);
	}
	path_unref(path);
	json_t *reply = ask(d, "\"communities\": [\"65002:9\"]");

	assert_at(reply, "routes", "[]");
	assert_true(json_is_array(at(reply, "cursor")));
	json_decref(reply);
	assert_int_equal(count(d, "\"communities\": [\"65002:1\"]", 500), 3);
}

/* The attributes of a row, as hex; owned. */
static char *
attributes_of(const json_t *row)
{
	size_t n;
	char *bytes = base64_decode(
	    json_string_value(json_object_get(row, "attributes")), &n);
	char *text = xcalloc(n * 2 + 1, 1);

	for (size_t i = 0; i < n; i++)
		snprintf(text + i * 2, 3, "%02x", (unsigned char)bytes[i]);
	free(bytes);
	return text;
}

static void
assert_attributes(struct fake_daemon *d, const char *prefix, const char *want)
{
	char *fields = xasprintf("\"raw\": true, \"prefix\": \"%s\"", prefix);
	json_t *reply = ask(d, fields);
	char *is = attributes_of(at(reply, "routes.0"));

	assert_string_equal(is, want);
	free(is);
	json_decref(reply);
	free(fields);
}

/* RFC 6396 4.3.4: AS numbers of 4 octets, MP_REACH_NLRI with its next hop only. */
static void
raw_routes_have_their_bytes(void **state)
{
	struct attrs a = heard(VIA_65002, "2001:db8::9");
	struct fake_daemon *d = *state;
	struct prefix v4 = pfx("21.0.0.0/8"), v6 = pfx("3fff::/20");
	struct path *path;

	a.next_hop.link_local = ip("fe80::9");
	path = path_intern(d->paths, &a);
	rib_set(d->rib, DOWN, &v4, path);
	rib_set(d->rib, DOWN, &v6, path);
	path_unref(path);
	assert_attributes(d, "20.0.0.0/8",
	    "40010100"
	    "40020a02020000fdea0000fde9"
	    "4003040a000001"
	    "c00804fdea0001");
	/* RFC 8950. */
	assert_attributes(d, "21.0.0.0/8",
	    "40010100"
	    "40020602010000fdea"
	    "800e2120"
	    "20010db8000000000000000000000009"
	    "fe800000000000000000000000000009");
	assert_attributes(d, "3fff::/20",
	    "40010100"
	    "40020602010000fdea"
	    "800e2120"
	    "20010db8000000000000000000000009"
	    "fe800000000000000000000000000009");
	/* Our own has none before it is sent to somebody. */
	assert_attributes(d, "10.33.5.0/24",
	    "40010100"
	    "400200"
	    "40030400000000"
	    "40050400000064");
}

static void
raw_routes_begin_with_who_gave_them(void **state)
{
	json_t *reply = ask(*state,
	    "\"raw\": true, \"limit\": 1, \"prefix\": \"20.1.0.0/16\", "
	    "\"match\": \"longer\"");
	char *next, *cursor;

	assert_at(reply, "self",
	    "{\"node\": \"n1\", \"asNumber\": 64517, "
	    "\"routerID\": \"10.31.90.1\"}");
	assert_at(reply, "peers",
	    "[{\"name\": \"down\", \"address\": \"192.0.2.99\", "
	    "\"asNumber\": 65002, \"routerID\": \"0.0.0.0\"}, "
	    "{\"name\": \"up\", \"address\": \"192.0.2.2\", "
	    "\"asNumber\": 65002, \"routerID\": \"10.0.0.2\"}]");
	assert_at(reply, "routes.0.neighborName", "\"down\"");
	assert_at(reply, "routes.0.pathID", "0");
	cursor = json_dumps(at(reply, "cursor"), 0);
	next = xasprintf("\"raw\": true, \"match\": \"longer\", \"prefix\": "
			 "\"20.1.0.0/16\", \"cursor\": %s",
	    cursor);
	json_decref(reply);
	reply = ask(*state, next);
	assert_null(json_object_get(reply, "peers"));
	assert_int_equal(json_array_size(at(reply, "routes")), 2);
	json_decref(reply);
	free(next);
	free(cursor);
	assert_refused(*state, "\"raw\": true, \"scope\": \"advertised\"",
	    "raw: not with scope advertised");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_prefix_is_exact_without_a_match),
		T(longer_are_those_that_lie_in_it),
		T(shorter_are_those_that_it_lies_in),
		T(covering_is_the_longest_of_these),
		T(what_is_advertised_is_matched_too),
		T(all_communities_have_to_be_there),
		T(an_as_path_contains_or_starts_with_numbers),
		T(bad_selectors_are_named),
		T(a_limit_makes_parts_of_any_selection),
		T(raw_routes_have_their_bytes),
		T(raw_routes_begin_with_who_gave_them),
		T(a_search_of_long_lists_comes_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
