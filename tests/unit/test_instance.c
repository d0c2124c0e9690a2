/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "common/api/instance.h"
#include "common/api/selector.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static const struct instance b = { "other", "lbbgp.io/b" };

static void
assert_refused(const char *ns, const char *class, const char *why)
{
	const struct instance i = { ns, class };
	struct err err;

	assert_false(instance_check(&i, &err));
	assert_string_equal(err.text, why);
}

TEST(names_of_a_cluster_are_taken)
{
	struct err err;

	assert_true(instance_check(&instance_default, &err));
	assert_true(instance_check(&b, &err));
}

TEST(other_names_are_refused_with_what_is_allowed)
{
	assert_refused("Other", "lbbgp.io/b",
	    "--namespace: Other: not a name of 1 to 63 of a-z, 0-9 and -");
	assert_refused("", "lbbgp.io/b",
	    "--namespace: : not a name of 1 to 63 of a-z, 0-9 and -");
	assert_refused("a-", "lbbgp.io/b",
	    "--namespace: a-: not a name of 1 to 63 of a-z, 0-9 and -");
	assert_refused("other", "example.com/b",
	    "--class: example.com/b: not lbbgp.io/ and a name of 1 to 63 of "
	    "a-z, 0-9 and -");
	assert_refused("other", "lbbgp.io/",
	    "--class: lbbgp.io/: not lbbgp.io/ and a name of 1 to 63 of a-z, "
	    "0-9 and -");
}

TEST(service_is_ours_or_anothers_or_of_another_load_balancer)
{
	const struct instance *a = &instance_default;

	assert_true(instance_serves(a, NULL));
	assert_true(instance_serves(a, "lbbgp.io/lbbgp"));
	assert_false(instance_serves(&b, NULL));
	assert_true(instance_serves(&b, "lbbgp.io/b"));
	assert_true(instance_of_others(&b, NULL));
	assert_true(instance_of_others(&b, "lbbgp.io/lbbgp"));
	assert_true(instance_of_others(a, "lbbgp.io/b"));
	assert_false(instance_of_others(a, NULL));
	assert_false(instance_of_others(a, "example.com/lb"));
	assert_false(instance_of_others(&b, "example.com/lb"));
	assert_false(instance_of_others(&b, "lbbgp.io/b"));
}

TEST(node_is_whose_it_says_or_of_all)
{
	struct labels none = { 0 }, of_b = { 0 }, of_first = { 0 };
	struct err err = { 0 };
	json_t *map = json_pack("{s:s}", INSTANCE_LABEL, "b");

	labels_decode(&of_b, map, "", &err);
	json_decref(map);
	map = json_pack("{s:s}", INSTANCE_LABEL, "lbbgp");
	labels_decode(&of_first, map, "", &err);
	json_decref(map);
	assert_false(instance_yields_node(&instance_default, &none));
	assert_false(instance_yields_node(&b, &none));
	assert_true(instance_yields_node(&instance_default, &of_b));
	assert_false(instance_yields_node(&b, &of_b));
	assert_false(instance_yields_node(&instance_default, &of_first));
	assert_true(instance_yields_node(&b, &of_first));
	labels_fini(&of_b);
	labels_fini(&of_first);
}

static void
assert_class(const char *yaml, const char *class)
{
	json_t *obj = manifest(yaml);

	assert_string_equal(instance_class_of(obj), class);
	assert_true(instance_has(&instance_default, obj) ==
	    (strcmp(class, INSTANCE_CLASS) == 0));
	assert_true(
	    instance_has(&b, obj) == (strcmp(class, "lbbgp.io/b") == 0));
	json_decref(obj);
}

TEST(resource_without_a_class_is_of_the_default_one)
{
	assert_class("{metadata: {name: x}}", "lbbgp.io/lbbgp");
	assert_class(
	    "{metadata: {name: x, annotations: {a: b}}}", "lbbgp.io/lbbgp");
	assert_class(
	    "{metadata: {name: x, annotations: {lbbgp.io/class: lbbgp.io/b}}}",
	    "lbbgp.io/b");
	assert_class(
	    "{metadata: {name: x, annotations: {lbbgp.io/class: ''}}}", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_a_cluster_are_taken),
		cmocka_unit_test(other_names_are_refused_with_what_is_allowed),
		cmocka_unit_test(
		    service_is_ours_or_anothers_or_of_another_load_balancer),
		cmocka_unit_test(node_is_whose_it_says_or_of_all),
		cmocka_unit_test(
		    resource_without_a_class_is_of_the_default_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
