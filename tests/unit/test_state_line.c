/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the last good state: there and back, damaged at any place, and what of an
 * object is left out of them.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bgpd/state/state_line.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/err.h"
#include "tests/test.h"

enum { SERVICE, NODE, SLICE, DAEMONSET, KINDS };

static const struct store_kind kinds[KINDS] = {
	[SERVICE] = { .api = "v1",
	    .kind = "Service",
	    .decode = service_decode_brief,
	    .free = service_free },
	[NODE] = { .api = "v1",
	    .kind = "Node",
	    .decode = node_decode,
	    .free = node_free },
	[SLICE] = { .api = "discovery.k8s.io/v1",
	    .kind = "EndpointSlice",
	    .decode = endpoint_slice_decode,
	    .free = endpoint_slice_free },
	[DAEMONSET] = { .api = "apps/v1", .kind = "DaemonSet" },
};

static char *
line(size_t *n)
{
	return state_line_new(&(struct state_line){ .op = STATE_PUT,
				  .kind = "v1/Service",
				  .key = { "web", "shop" },
				  .text = "{\"a\":\"b c/d\"}" },
	    n);
}

/* The line's bytes in a block of their own, with the one more that parsing needs. */
static bool
parse(const char *bytes, size_t n)
{
	char *copy = xcalloc(1, n + 1);
	struct state_line l;

	memcpy(copy, bytes, n);
	bool good = state_line_parse(copy, n, &l);

	free(copy);
	return good;
}

TEST(a_line_comes_back_as_it_was)
{
	struct state_line l;
	size_t n;
	char *text = line(&n);

	assert_int_equal(text[n - 1], '\n');
	assert_true(state_line_parse(text, n - 1, &l));
	assert_int_equal(l.op, STATE_PUT);
	assert_string_equal(l.kind, "v1/Service");
	assert_string_equal(l.key.ns, "web");
	assert_string_equal(l.key.name, "shop");
	assert_string_equal(l.text, "{\"a\":\"b c/d\"}");
	assert_int_equal(l.n, strlen(l.text));
	free(text);
}

TEST(a_line_without_an_object_has_empty_parts)
{
	struct state_line l;
	size_t n;
	char *text = state_line_new(
	    &(struct state_line){ .op = STATE_AWAY, .text = "17" }, &n);

	assert_true(state_line_parse(text, n - 1, &l));
	assert_string_equal(l.key.ns, "");
	assert_string_equal(l.key.name, "");
	assert_string_equal(l.text, "17");
	free(text);
}

TEST(a_line_cut_anywhere_is_damaged)
{
	size_t n;
	char *text = line(&n);

	assert_true(parse(text, n - 1));
	for (size_t cut = 0; cut < n - 1; cut++)
		assert_false(parse(text, cut));
	free(text);
}

TEST(a_line_with_any_bit_turned_is_damaged)
{
	size_t n;
	char *text = line(&n);

	for (size_t i = 0; i < 8 * (n - 1); i++) {
		text[i / 8] = (char)(text[i / 8] ^ (1 << (i % 8)));
		assert_false(parse(text, n - 1));
		text[i / 8] = (char)(text[i / 8] ^ (1 << (i % 8)));
	}
	free(text);
}

TEST(kinds_have_names_and_are_found_by_them)
{
	for (size_t i = 0; i < KINDS; i++) {
		char *name = state_kind_name(&kinds[i]);

		assert_int_equal(state_kind_find(kinds, KINDS, name), i);
		free(name);
	}
	assert_int_equal(state_kind_find(kinds, KINDS, "v1/Pod"), KINDS);
	assert_int_equal(state_kind_find(kinds, KINDS, "v1"), KINDS);
}

static json_t *
trimmed(unsigned kind, const char *text)
{
	json_t *obj = json_loads(text, 0, NULL), *whole = json_deep_copy(obj);

	assert_non_null(obj);
	char *left = state_trim(&kinds[kind], obj);

	assert_true(json_equal(obj, whole)); /* it is the source's */
	json_decref(obj);
	json_decref(whole);
	json_t *is = json_loads(left, 0, NULL);

	free(left);
	return is;
}

static void
assert_trimmed(unsigned kind, const char *text, const char *want)
{
	json_t *is = trimmed(kind, text), *due = json_loads(want, 0, NULL);

	assert_non_null(due);
	assert_true(json_equal(is, due));
	json_decref(is);
	json_decref(due);
}

TEST(what_no_decoder_reads_is_left_out)
{
	assert_trimmed(SERVICE,
	    "{\"metadata\": {\"name\": \"s\", \"managedFields\": [1], "
	    "\"annotations\": {\"lbbgp.io/allocated-from\": \"p\", "
	    "\"example.org/notes\": \"long\"}}, \"spec\": {}}",
	    "{\"metadata\": {\"name\": \"s\", \"annotations\": "
	    "{\"lbbgp.io/allocated-from\": \"p\"}}, \"spec\": {}}");
	assert_trimmed(NODE,
	    "{\"metadata\": {\"name\": \"n\", \"annotations\": {\"a\": \"b\", "
	    "\"kubectl.kubernetes.io/last-applied-configuration\": \"x\"}}, "
	    "\"status\": {\"images\": [1], \"addresses\": [2], \"conditions\": "
	    "[{\"type\": \"MemoryPressure\"}, {\"type\": \"Ready\"}, 5]}}",
	    "{\"metadata\": {\"name\": \"n\", \"annotations\": {\"a\": \"b\"}}, "
	    "\"status\": {\"addresses\": [2], \"conditions\": "
	    "[{\"type\": \"Ready\"}, 5]}}");
	assert_trimmed(SLICE,
	    "{\"metadata\": {\"name\": \"s\", \"generateName\": \"x-\", "
	    "\"ownerReferences\": [1], \"annotations\": {\"a\": \"b\"}}, "
	    "\"ports\": [1], \"addressType\": \"IPv4\", \"endpoints\": "
	    "[{\"nodeName\": \"n\", \"addresses\": [\"10.0.0.1\"], "
	    "\"hostname\": \"h\", \"zone\": \"z\", \"targetRef\": {}, "
	    "\"hints\": {}, \"deprecatedTopology\": {}}]}",
	    "{\"metadata\": {\"name\": \"s\", \"annotations\": {}}, "
	    "\"addressType\": \"IPv4\", \"endpoints\": "
	    "[{\"nodeName\": \"n\"}]}");
	assert_trimmed(DAEMONSET,
	    "{\"metadata\": {\"name\": \"d\"}, \"spec\": 1, \"status\": 2}",
	    "{\"metadata\": {\"name\": \"d\"}}");
}

TEST(an_object_of_odd_parts_is_kept_as_it_is)
{
	static const char odd[] =
	    "{\"metadata\": {\"name\": \"s\", \"annotations\": 5}, "
	    "\"status\": [1]}";

	assert_trimmed(SERVICE, odd, odd);
	assert_trimmed(NODE, odd, odd);
	assert_trimmed(SLICE, "{\"endpoints\": 5}", "{\"endpoints\": 5}");
	assert_trimmed(SLICE, "{\"endpoints\": [5]}", "{\"endpoints\": [5]}");
	assert_trimmed(NODE, "{\"metadata\": null}", "{\"metadata\": null}");
}

/* The endpoint in a slice, as it is and as it comes back. */
static void
assert_endpoint(const char *conditions, bool left_out)
{
	char *text = xasprintf("{\"metadata\": {\"name\": \"s\"}, "
			       "\"endpoints\": [{\"conditions\": {%s}}]}",
	    conditions);
	json_t *whole = json_loads(text, 0, NULL), *is = trimmed(SLICE, text);
	struct err err;
	struct endpoint_slice *a = endpoint_slice_decode(whole, &err);
	struct endpoint_slice *b = endpoint_slice_decode(is, &err);

	const struct endpoint *was = &a->endpoints[0], *now = &b->endpoints[0];
	const json_t *endpoint =
	    json_array_get(json_object_get(is, "endpoints"), 0);

	assert_int_equal(was->ready, now->ready);
	assert_int_equal(was->serving, now->serving);
	assert_int_equal(was->terminating, now->terminating);
	assert_int_equal(
	    json_object_get(endpoint, "conditions") == NULL, left_out);
	endpoint_slice_free(a);
	endpoint_slice_free(b);
	json_decref(whole);
	json_decref(is);
	free(text);
}

TEST(only_what_an_absent_condition_means_is_left_out)
{
	static const char *const values[] = { NULL, "true", "false", "null" };
	size_t cut = 0;

	for (size_t i = 0; i < 64; i++) {
		const char *ready = values[i % 4], *serving = values[i / 4 % 4];
		const char *ends = values[i / 16];
		bool good = ready == values[1] &&
		    (serving == NULL || serving == values[1]) &&
		    (ends == NULL || ends == values[2]);
		char *text = xasprintf("\"a\": 1%s%s%s%s%s%s",
		    ready != NULL ? ", \"ready\": " : "",
		    ready != NULL ? ready : "",
		    serving != NULL ? ", \"serving\": " : "",
		    serving != NULL ? serving : "",
		    ends != NULL ? ", \"terminating\": " : "",
		    ends != NULL ? ends : "");

		assert_endpoint(text, good);
		cut += good;
		free(text);
	}
	assert_int_equal(cut, 4);
}

/* What is left out, filled with what no decoder would take without a fault. */
static const char poisoned[] =
    "{\"metadata\": {\"name\": \"x\", \"namespace\": \"lbbgp-system\", "
    "\"managedFields\": 5, \"generateName\": 5, \"ownerReferences\": 5, "
    "\"annotations\": "
    "{\"kubectl.kubernetes.io/last-applied-configuration\": 5}}, "
    "\"spec\": {}, \"status\": {\"allocatable\": 5, \"capacity\": 5, "
    "\"config\": 5, \"daemonEndpoints\": 5, \"features\": 5, \"images\": 5, "
    "\"nodeInfo\": 5, \"volumesAttached\": 5, \"volumesInUse\": 5, "
    "\"conditions\": [{\"type\": \"DiskPressure\", \"status\": 5}, "
    "{\"type\": \"MemoryPressure\", \"status\": 5}, "
    "{\"type\": \"PIDPressure\", \"status\": 5}]}, "
    "\"ports\": 5, \"endpoints\": [{\"addresses\": 5, \"zone\": 5, "
    "\"deprecatedTopology\": 5, \"hints\": 5, \"hostname\": 5, "
    "\"targetRef\": 5}]}";

TEST(no_decoder_looks_at_what_is_left_out)
{
	json_t *obj = json_loads(poisoned, 0, NULL);

	assert_non_null(obj);
	for (size_t i = 0; i < DAEMONSET; i++) {
		struct err err = { "" };
		void *item = kinds[i].decode(obj, &err);

		assert_non_null(item);
		assert_string_equal(err.text, "");
		kinds[i].free(item);
	}
	json_decref(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_back_as_it_was),
		cmocka_unit_test(a_line_without_an_object_has_empty_parts),
		cmocka_unit_test(a_line_cut_anywhere_is_damaged),
		cmocka_unit_test(a_line_with_any_bit_turned_is_damaged),
		cmocka_unit_test(kinds_have_names_and_are_found_by_them),
		cmocka_unit_test(what_no_decoder_reads_is_left_out),
		cmocka_unit_test(an_object_of_odd_parts_is_kept_as_it_is),
		cmocka_unit_test(
		    only_what_an_absent_condition_means_is_left_out),
		cmocka_unit_test(no_decoder_looks_at_what_is_left_out),
	};

	return cmocka_run_group_tests_name("state_line", tests, NULL, NULL);
}
