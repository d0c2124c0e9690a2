/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of other systems: each tests/convert/NAME.yaml becomes NAME.ours,
 * with the remarks of NAME.remarks. What is made of garbage passes our
 * decoders all the same.
 */
#include <glob.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "common/yaml_print.h"
#include "common/api/service_group.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/conversions.h"

#define SEED 20261121
#define GARBAGE_ROUNDS 150

/* As our own programs and the API server see it. */
static bool
is_accepted(const json_t *obj, struct err *err)
{
	const char *kind = json_string_value(json_object_get(obj, "kind"));

	if (strcmp(kind, "BGPConfiguration") == 0)
		return bgp_configuration_known(obj, err);
	if (strcmp(kind, "BGPPeer") == 0)
		return bgp_peer_known(obj, err);
	if (strcmp(kind, "BGPFilter") == 0)
		return bgp_filter_known(obj, err);
	if (strcmp(kind, "ServiceGroup") == 0)
		return service_group_known(obj, err);
	if (strcmp(kind, "VirtualIP") == 0)
		return virtual_ip_known(obj, err);
	return strcmp(kind, "Secret") == 0;
}

static void
assert_all_accepted(const struct convert *c)
{
	struct err err = { "" };
	const json_t *obj;

	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++)
		if (!is_accepted(obj, &err))
			fail_msg("%s", err.text);
}

/* The text means the objects that it was printed from. */
static void
assert_printed_well(const struct convert *c)
{
	const json_t *obj;

	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++) {
		char *text = NULL;
		size_t n;
		FILE *to = open_memstream(&text, &n);

		yaml_print(to, obj);
		fclose(to);
		json_t *again = manifest(text);

		assert_true(json_equal(obj, again));
		json_decref(again);
		free(text);
	}
}

static void
assert_file(const char *path, const char *suffix, char *got)
{
	char *name = xasprintf(
	    "%.*s%s", (int)(strlen(path) - strlen(".yaml")), path, suffix);
	char *text = file_text(name);

	assert_string_equal(got, text);
	free(text);
	free(name);
	free(got);
}

static void
becomes_what_the_file_says(void **state)
{
	const char *path = *state;
	json_t *docs = documents_of(path);
	struct convert *c = converted(docs);

	assert_file(path, ".ours", printed(c));
	assert_file(path, ".remarks", remarks(c));
	assert_all_accepted(c);
	assert_printed_well(c);
	convert_free(c);
	json_decref(docs);
}

TEST(the_reference_fabric_becomes_its_manifests)
{
	static const char *const ours[] = { "configuration", "peer-openwrt",
		"peer-unraid", "group" };
	char *path = source_path("tests/convert/fabric.yaml");
	json_t *docs = documents_of(path);
	struct convert *c = converted(docs);

	for (size_t i = 0; i < 4; i++) {
		char *name =
		    xasprintf("tests/corpus/good/fabric-%s.yaml", ours[i]);
		char *where = source_path(name);
		json_t *want = documents_of(where);

		assert_true(
		    json_equal(convert_object(c, i), json_array_get(want, 0)));
		json_decref(want);
		free(where);
		free(name);
	}
	assert_null(convert_object(c, 4));
	assert_non_null(strstr(convert_remark(c, 0),
	    "ServiceGroup purelb/bgp-ippool: Services that name no group"));
	assert_string_equal(convert_remark(c, 1),
	    "BGPConfiguration default: spec.logSeverityScreen: has no "
	    "counterpart");
	assert_string_equal(convert_remark(c, 2),
	    "BGPConfiguration default: lbbgp's BGPConfiguration default is "
	    "written; applied, it replaces one that is there");
	assert_null(convert_remark(c, 3));
	convert_free(c);
	json_decref(docs);
	free(path);
}

/* ---- garbage ---- */

static json_t *
junk(struct rng *r)
{
	static const char *const texts[] = { "null", "true", "-1", "4294967296",
		"0.5", "\"\"", "\"10.0.0.0/8\"", "\"::/0\"", "\"a-b-c\"",
		"\"x\\ny\"", "[]", "[[]]", "[null]", "{}", "{\"cidr\": []}",
		"{\"a\": {\"b\": []}}", "\"!(a == 'b'\"", "\"9999999999999s\"",
		"\"peers: [1, {}]\"", "[\"\", 7, {}]" };
	const char *text = texts[rng_below(r, sizeof(texts) / sizeof(*texts))];
	struct err err;

	json_t *v = yaml_parse(text, strlen(text), 1, &err);

	assert_non_null(v);
	return v;
}

/* One in thirty values becomes something else, or goes. */
static void
spoil(json_t *v, struct rng *r)
{
	const char *key;
	json_t *below;
	void *next;
	size_t i;

	json_object_foreach_safe(v, next, key, below)
	{
		uint32_t luck = rng_below(r, 60);

		if (luck == 0)
			json_object_del(v, key);
		else if (luck == 1)
			json_object_set_new(v, key, junk(r));
		else
			spoil(below, r);
	}
	json_array_foreach (v, i, below) {
		if (rng_below(r, 30) == 0)
			json_array_set_new(v, i, junk(r));
		else
			spoil(below, r);
	}
}

TEST(whatever_comes_out_of_garbage_is_accepted)
{
	char *pattern = source_path("tests/convert/*.yaml");
	glob_t found = { 0 };
	struct rng r;

	rng_init(&r, SEED);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		json_t *docs = documents_of(found.gl_pathv[i]);

		for (unsigned round = 0; round < GARBAGE_ROUNDS; round++) {
			json_t *spoilt = json_deep_copy(docs);

			spoil(spoilt, &r);
			struct convert *c = converted(spoilt);

			assert_all_accepted(c);
			assert_printed_well(c);
			convert_free(c);
			json_decref(spoilt);
		}
		json_decref(docs);
	}
	globfree(&found);
	free(pattern);
}

/* ---- together ---- */

static struct convert *
converted_text(const char *yaml)
{
	char *text = xstrdup(yaml);
	json_t *docs = documents(text);
	struct convert *c = converted(docs);

	json_decref(docs);
	free(text);
	return c;
}

TEST(names_are_made_fit_and_unique)
{
	struct convert *c = converted_text(
	    "{apiVersion: metallb.io/v1beta1, kind: AddressPool, metadata: "
	    "{name: A_b.}, spec: {protocol: bgp, addresses: [10.0.0.0/24]}}"
	    "\n---\n"
	    "{apiVersion: metallb.io/v1beta1, kind: AddressPool, metadata: "
	    "{name: a-b}, spec: {protocol: bgp, addresses: [10.0.1.0/24]}}");
	char *text = remarks(c);

	assert_string_equal(text,
	    "AddressPool A_b.: metadata.name: the ServiceGroup is a-b\n"
	    "AddressPool a-b: metadata.name: the ServiceGroup is a-b-2\n");
	free(text);
	convert_free(c);
}

TEST(peers_of_metallb_join_the_configuration_of_calico)
{
	struct convert *c = converted_text(
	    "{apiVersion: projectcalico.org/v3, kind: BGPConfiguration, "
	    "metadata: {name: default}, spec: {asNumber: 64500, "
	    "nodeToNodeMeshEnabled: false}}"
	    "\n---\n"
	    "{apiVersion: metallb.io/v1beta2, kind: BGPPeer, metadata: {name: "
	    "tor}, spec: {myASN: 64510, peerASN: 64600, peerAddress: "
	    "10.0.0.1}}");
	json_t *want =
	    manifest("{apiVersion: lbbgp.io/v1, kind: BGPPeer, metadata: "
		     "{name: tor}, spec: {peerIP: 10.0.0.1, asNumber: 64600, "
		     "localASNumber: 64510}}");

	assert_null(
	    json_object_get(json_object_get(convert_object(c, 0), "spec"),
		"advertisePodCIDRs"));
	assert_true(json_equal(convert_object(c, 1), want));
	assert_non_null(strstr(convert_remark(c, 0), "is written; applied"));
	assert_null(convert_remark(c, 1));
	json_decref(want);
	convert_free(c);
}

TEST(a_remark_is_one_line)
{
	struct convert *c = converted_text(
	    "{apiVersion: v1, kind: \"Pod\\n\\e[31m\", metadata: {name: x}}");

	assert_string_equal(convert_remark(c, 0),
	    "Pod??[31m x: left out: not of a kind that is converted");
	convert_free(c);
}

TEST(what_is_no_manifest_is_told)
{
	struct convert *c =
	    converted_text("[1, 2]\n---\nkind: List\n---\ntext\n---\n"
			   "metadata: {name: x}");

	assert_string_equal(convert_remark(c, 0),
	    "file: left out: it has no apiVersion or kind");
	assert_string_equal(convert_remark(c, 1),
	    "file: x: left out: it has no apiVersion or kind");
	assert_null(convert_remark(c, 2));
	assert_null(convert_object(c, 0));
	convert_free(c);
}

TEST(empty_input_is_told)
{
	struct convert *c = converted_text("kind: List\nitems: []");

	assert_string_equal(
	    convert_remark(c, 0), "input: there is no object in it");
	assert_null(convert_remark(c, 1));
	convert_free(c);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(the_reference_fabric_becomes_its_manifests),
		cmocka_unit_test(names_are_made_fit_and_unique),
		cmocka_unit_test(
		    peers_of_metallb_join_the_configuration_of_calico),
		cmocka_unit_test(a_remark_is_one_line),
		cmocka_unit_test(what_is_no_manifest_is_told),
		cmocka_unit_test(empty_input_is_told),
		cmocka_unit_test(whatever_comes_out_of_garbage_is_accepted),
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]), ROOM = 64 };
	struct CMUnitTest tests[ROOM];
	char *pattern = source_path("tests/convert/*.yaml");
	glob_t found = { 0 };
	size_t n = OTHERS;

	memcpy(tests, others, sizeof(others));
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && n < ROOM; i++)
			tests[n++] = (struct CMUnitTest){
				strrchr(found.gl_pathv[i], '/') + 1,
				becomes_what_the_file_says, NULL, NULL,
				found.gl_pathv[i]
			};
	free(pattern);
	int failed = n == OTHERS /* they are not where they should be */
	    ? 1
	    : _cmocka_run_group_tests("convert", tests, n, NULL, NULL);

	globfree(&found);
	return failed;
}
