/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests as text in, and what they say of objects: which documents are taken,
 * refused or passed over, and why. Then the status, which a source of files keeps
 * beside them: what is laid over a manifest, and what of it stays while the rest is
 * edited.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/dir/manifest.h"
#include "common/err.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static const struct store_kind kinds[] = {
	{ .api = "v1", .kind = "Service", .namespaced = true },
	{ .api = "lbbgp.io/v1", .kind = "BGPPeer" },
	{ .api = "v1", .kind = "Secret", .namespaced = true, .ns = "ours" },
};

static const struct store_ops ops = { 0 };

static int
setup(void **state)
{
	*state = store_new(kinds, 3, &ops, NULL);
	return 0;
}

static int
teardown(void **state)
{
	store_free(*state);
	return 0;
}

static json_t *
parse(const char *text)
{
	json_t *v = json_loads(text, 0, NULL);

	assert_non_null(v);
	return v;
}

static void
assert_is(const struct store *store, const char *text, size_t want_kind,
    const char *ns, const char *name)
{
	json_t *v = parse(text);
	struct object_key key;
	struct err err;
	size_t kind;

	assert_int_equal(
	    manifest_identify(store, v, &kind, &key, &err), MANIFEST_OURS);
	assert_int_equal(kind, want_kind);
	assert_string_equal(key.ns, ns);
	assert_string_equal(key.name, name);
	json_decref(v);
}

static enum manifest_verdict
verdict(const struct store *store, const char *text, struct err *err)
{
	json_t *v = parse(text);
	struct object_key key;
	size_t kind;
	enum manifest_verdict got =
	    manifest_identify(store, v, &kind, &key, err);

	json_decref(v);
	return got;
}

#define HEAD(api, kind) "{\"apiVersion\":\"" api "\",\"kind\":\"" kind "\","

static void
namespace_is_default_unless_given(void **state)
{
	assert_is(*state,
	    HEAD("v1", "Service") "\"metadata\":{\"name\":\"a\"}}", 0,
	    "default", "a");
	assert_is(*state,
	    HEAD("v1", "Service") "\"metadata\":{\"name\":\"a.b-c\","
				  "\"namespace\":\"web\"}}",
	    0, "web", "a.b-c");
	assert_is(*state,
	    HEAD("lbbgp.io/v1", "BGPPeer") "\"metadata\":{\"name\":\"a\","
					   "\"namespace\":\"stray\"}}",
	    1, "", "a");
}

static void
others_are_foreign(void **state)
{
	struct err err;

	assert_int_equal(
	    verdict(*state, HEAD("v1", "Pod") "\"metadata\":{}}", &err),
	    MANIFEST_FOREIGN);
	assert_int_equal(
	    verdict(*state, HEAD("v2", "Service") "\"metadata\":{}}", &err),
	    MANIFEST_FOREIGN);
	assert_int_equal(
	    verdict(*state,
		HEAD("v1", "Secret") "\"metadata\":{\"name\":\"a\"}}", &err),
	    MANIFEST_FOREIGN);
	assert_int_equal(
	    verdict(*state,
		HEAD("lbbgp.io/v1", "ServiceGroup") "\"metadata\":{}}", &err),
	    MANIFEST_FOREIGN);
}

/* A program that doesn't read one of ours takes it for nobody's slip. */
static void
each_kind_that_has_a_crd_is_known(void **state)
{
	(void)state;
	struct store *services = store_new(kinds, 1, &ops, NULL);
	char *pattern = source_path("crd/lbbgp.io_*.yaml");
	glob_t crds;

	assert_int_equal(glob(pattern, 0, NULL, &crds), 0);
	for (size_t i = 0; i < crds.gl_pathc; i++) {
		char *crd = file_text(crds.gl_pathv[i]), kind[64], *object;
		struct err err;

		assert_non_null(strstr(crd, "listKind: "));
		assert_int_equal(
		    sscanf(strstr(crd, "listKind: "), "listKind: %63s", kind),
		    1);
		kind[strlen(kind) - strlen("List")] = '\0';
		object = xasprintf(
		    HEAD("lbbgp.io/v1", "%s") "\"metadata\":{}}", kind);
		assert_int_equal(
		    verdict(services, object, &err), MANIFEST_FOREIGN);
		free(object);
		free(crd);
	}
	globfree(&crds);
	free(pattern);
	store_free(services);
}

static void
bad_names_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "{}", "not a manifest: apiVersion or kind is missing" },
		{ "[]", "not a manifest: apiVersion or kind is missing" },
		{ HEAD("v1", "Service") "\"metadata\":{}}",
		    "Service: metadata.name: missing" },
		{ HEAD("v1", "Service") "\"metadata\":{\"name\":true}}",
		    "Service: metadata.name: true: not a string" },
		{ HEAD("v1", "Service") "\"metadata\":[]}",
		    "Service: metadata: not an object" },
		{ HEAD("v1", "Service") "\"metadata\":{\"name\":\"../x\"}}",
		    "Service: metadata.name: \"../x\": not a name" },
		{ HEAD("v1", "Service") "\"metadata\":{\"name\":\"-x\"}}",
		    "Service: metadata.name: \"-x\": not a name" },
		{ HEAD("v1", "Service") "\"metadata\":{\"name\":\"X\"}}",
		    "Service: metadata.name: \"X\": not a name" },
		{ HEAD("v1", "Service") "\"metadata\":{\"name\":\"x\","
					"\"namespace\":\"a.b\"}}",
		    "Service: metadata.namespace: \"a.b\": not a name" },
		{ HEAD("lbbgp.io/v1", "BGPPear") "\"metadata\":{}}",
		    "kind: \"BGPPear\": lbbgp.io/v1 has BGPConfiguration, BGPFilter, "
		    "BGPNodeStatus, BGPPeer, ServiceGroup and VirtualIP" },
		{ HEAD("lbbgp.io/v2", "BGPPeer") "\"metadata\":{}}",
		    "BGPPeer: apiVersion: \"lbbgp.io/v2\": must be "
		    "lbbgp.io/v1" },
	};
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    verdict(*state, rows[i][0], &err), MANIFEST_REFUSED);
		assert_string_equal(err.text, rows[i][1]);
	}
}

static void
add_copy(void *arg, const json_t *obj)
{
	json_array_append_new(arg, json_deep_copy(obj));
}

static void
assert_expands(const char *text, const char *want)
{
	json_t *v = parse(text), *expected = parse(want), *got = json_array();

	for (size_t i = 0; i < manifest_count(v); i++)
		manifest_expand(v, i, add_copy, got);
	assert_true(json_equal(got, expected));
	json_decref(v);
	json_decref(expected);
	json_decref(got);
}

TEST(list_is_its_items)
{
	assert_expands(
	    "{\"kind\":\"List\",\"items\":[{},{},{}]}", "[{},{},{}]");
	assert_expands("{\"kind\":\"ServiceList\",\"items\":[]}", "[]");
	assert_expands("{\"kind\":\"List\",\"items\":null}", "[]");
	assert_expands("{\"kind\":\"Service\",\"items\":[{},{}]}",
	    "[{\"kind\":\"Service\",\"items\":[{},{}]}]");
	assert_expands("{\"kind\":\"List\"}", "[{\"kind\":\"List\"}]");
	assert_expands("{\"kind\":\"A\",\"items\":null}",
	    "[{\"kind\":\"A\",\"items\":null}]");
}

#define A "{\"apiVersion\":\"v1\",\"kind\":\"A\"}"

TEST(items_of_a_typed_list_have_its_kind)
{
	assert_expands(
	    "{\"apiVersion\":\"v1\",\"kind\":\"AList\",\"items\":[{}]}",
	    "[" A "]");
	assert_expands("{\"apiVersion\":\"v2\",\"kind\":\"BList\",\"items\":[" A
		       ",3]}",
	    "[" A ",3]");
	assert_expands(
	    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}]}", "[{}]");
}

TEST(list_in_a_list_is_part_of_it)
{
	assert_expands("{\"kind\":\"List\",\"items\":[" A
		       ",{\"apiVersion\":\"v1\",\"kind\":\"AList\",\"items\":"
		       "[{},{}]}," A "]}",
	    "[" A "," A "," A "," A "]");
}

static const char *
text_of(const json_t *obj, const char *field)
{
	return json_string_value(
	    json_object_get(json_object_get(obj, "metadata"), field));
}

TEST(object_has_identity_and_version)
{
	struct object_key key = { "web", "x" }, other = { "web", "y" };
	const char *m = "{\"metadata\":{\"name\":\"x\"},\"a\":1}";
	json_t *s = parse("{\"status\":{\"b\":2},\"a\":null}");
	json_t *one = manifest_combine(&kinds[0], &key, "v1", parse(m), s);
	json_t *two = manifest_combine(&kinds[0], &other, "v2", parse(m), NULL);

	assert_string_equal(text_of(one, "namespace"), "web");
	assert_string_equal(text_of(one, "resourceVersion"), "v1");
	assert_string_equal(text_of(two, "name"), "y");
	assert_int_equal(strlen(text_of(one, "uid")), 36);
	assert_string_not_equal(text_of(one, "uid"), text_of(two, "uid"));
	assert_null(json_object_get(one, "a"));
	assert_non_null(json_object_get(one, "status"));
	json_decref(one);
	json_decref(two);
	json_decref(s);
}

/* It stays as it was written down while the rest is edited. */
TEST(generation_of_a_file_counts_nothing)
{
	struct object_key key = { "", "x" };
	json_t *m = parse("{\"metadata\":{\"name\":\"x\",\"generation\":3}}");
	json_t *v = manifest_combine(&kinds[1], &key, "v1", m, NULL);

	assert_null(
	    json_object_get(json_object_get(v, "metadata"), "generation"));
	json_decref(v);
}

TEST(given_uid_stays)
{
	struct object_key key = { "", "x" };
	json_t *m = parse("{\"metadata\":{\"name\":\"x\",\"uid\":\"u\"}}");
	json_t *v = manifest_combine(&kinds[1], &key, "v1", m, NULL);

	assert_string_equal(text_of(v, "uid"), "u");
	assert_null(text_of(v, "namespace"));
	json_decref(v);
}

static uint64_t
hash_of(const char *text, const char *want)
{
	json_t *v = parse(text);
	uint64_t hash;
	char *got = manifest_text(v, &hash);

	assert_string_equal(got, want);
	free(got);
	json_decref(v);
	return hash;
}

TEST(text_and_its_hash_tell_values_apart)
{
	uint64_t hash = hash_of("{\"y\":1,\"x\":2}", "{\"x\":2,\"y\":1}");

	assert_true(
	    hash == hash_of("{ \"x\" : 2,\"y\":1}", "{\"x\":2,\"y\":1}"));
	assert_true(hash != hash_of("{\"x\":2,\"y\":2}", "{\"x\":2,\"y\":2}"));
}

TEST(status_patch_keeps_annotations)
{
	json_t *p = parse("{\"spec\":1,\"status\":{\"a\":null},\"metadata\":"
			  "{\"labels\":{},\"annotations\":{\"b\":\"c\"}}}");
	json_t *want = parse("{\"status\":{\"a\":null},\"metadata\":"
			     "{\"annotations\":{\"b\":\"c\"}}}");
	json_t *other = parse("{\"spec\":1,\"metadata\":{\"labels\":{}}}");

	manifest_keep_status(p);
	assert_true(json_equal(p, want));
	manifest_keep_status(other);
	assert_int_equal(json_object_size(other), 0);
	json_decref(p);
	json_decref(want);
	json_decref(other);
}

TEST(whole_object_says_its_kind)
{
	json_t *v = json_object();

	assert_false(manifest_is_whole(v));
	manifest_make_whole(v, &kinds[1]);
	assert_true(manifest_is_whole(v));
	json_decref(v);
}

static void
state_path_goes_both_ways(void **state)
{
	struct object_key key = { "web", "a.b" }, got;
	char *path = manifest_state_path(&kinds[0], &key);
	size_t kind;

	assert_string_equal(path, "Service/web/a.b.json");
	assert_true(manifest_state_key(*state, path, &kind, &got));
	assert_int_equal(kind, 0);
	assert_string_equal(got.ns, "web");
	assert_string_equal(got.name, "a.b");
	free(path);
	key = (struct object_key){ "", "n" };
	path = manifest_state_path(&kinds[1], &key);
	assert_string_equal(path, "BGPPeer/_/n.json");
	assert_true(manifest_state_key(*state, path, &kind, &got));
	assert_string_equal(got.ns, "");
	free(path);
}

static void
other_paths_are_no_state(void **state)
{
	static const char *const rows[] = { "", "events.log", "Service",
		"Service/web", "Service/web/x", "Service/web/x.txt",
		"Service/web/.json", "Service/_/x.json", "BGPPeer/web/x.json",
		"Pod/web/x.json", "Service/web/a/x.json",
		"Service/web/x.json.tmp", ".json" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = xstrdup(rows[i]);
		struct object_key key;
		size_t kind;

		assert_false(manifest_state_key(*state, path, &kind, &key));
		free(path);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(namespace_is_default_unless_given),
		T(others_are_foreign),
		T(each_kind_that_has_a_crd_is_known),
		T(bad_names_are_refused),
		T(list_is_its_items),
		T(items_of_a_typed_list_have_its_kind),
		T(list_in_a_list_is_part_of_it),
		T(object_has_identity_and_version),
		T(generation_of_a_file_counts_nothing),
		T(given_uid_stays),
		T(text_and_its_hash_tell_values_apart),
		T(status_patch_keeps_annotations),
		T(whole_object_says_its_kind),
		T(state_path_goes_both_ways),
		T(other_paths_are_no_state),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
