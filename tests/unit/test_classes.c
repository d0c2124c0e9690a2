/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocator/lead/classes.h"
#include "common/api/instance.h"
#include "common/api/meta.h"
#include "common/err.h"
#include "tests/test.h"

enum { GROUP, PEER };

static const struct instance b = { "other", "lbbgp.io/b" };

static void
says(struct classes *c, const char *name, int64_t created, const char *class)
{
	const struct meta meta = { .name = (char *)name, .created = created };

	classes_namespace(c, &meta, class);
}

static void
assert_clash(const struct classes *c, const char *begins)
{
	struct err why = { 0 };

	assert_true(classes_clash(c, &why) == (begins[0] != '\0'));
	assert_int_equal(strncmp(why.text, begins, strlen(begins)), 0);
}

TEST(own_namespace_names_the_class)
{
	struct classes *c = classes_new(&b);

	assert_clash(c, ""); /* none is there, as in a directory */
	says(c, "other", 5, NULL);
	assert_clash(c,
	    "Namespace other: its annotation lbbgp.io/class is missing, "
	    "--class is lbbgp.io/b: ");
	says(c, "other", 5, "lbbgp.io/c");
	assert_clash(
	    c, "Namespace other: its annotation lbbgp.io/class is lbbgp.io/c");
	says(c, "other", 5, "lbbgp.io/b");
	assert_clash(c, "");
	classes_free(c);
}

TEST(default_class_needs_no_annotation_in_lbbgp_system)
{
	struct classes *c = classes_new(&instance_default);

	says(c, "default", 1, NULL);
	says(c, "lbbgp-system", 5, NULL);
	assert_clash(c, "");
	says(c, "lbbgp-system", 5, "lbbgp.io/b");
	assert_clash(c, "Namespace lbbgp-system: its annotation ");
	classes_free(c);
}

TEST(of_two_with_one_class_the_older_decides)
{
	struct classes *c = classes_new(&b);

	says(c, "other", 5, "lbbgp.io/b");
	says(c, "third", 6, "lbbgp.io/b");
	says(c, "lbbgp-system", 1, NULL);
	assert_clash(c, "");
	says(c, "third", 5, "lbbgp.io/b"); /* by name, then */
	assert_clash(c, "");
	says(c, "third", 4, "lbbgp.io/b");
	assert_clash(
	    c, "Namespace third has the class lbbgp.io/b, too, and came first");
	classes_namespace_gone(c, "third");
	assert_clash(c, "");
	classes_namespace_gone(c, "other");
	says(c, "third", 9, "lbbgp.io/b");
	assert_clash(c, "Namespace third ");
	classes_free(c);
}

/* Who may annotate an old Namespace can't stop the one that all know. */
TEST(default_class_is_that_of_lbbgp_system_first)
{
	const struct instance moved = { "other", INSTANCE_CLASS };
	struct classes *c = classes_new(&instance_default);

	says(c, "lbbgp-system", 5, NULL);
	says(c, "old", 1, "lbbgp.io/lbbgp");
	assert_clash(c, "");
	classes_free(c);
	c = classes_new(&moved);
	says(c, "other", 1, "lbbgp.io/lbbgp");
	assert_clash(c, "");
	says(c, "lbbgp-system", 5, NULL);
	assert_clash(c, "Namespace lbbgp-system has the class lbbgp.io/lbbgp");
	says(c, "lbbgp-system", 5, "lbbgp.io/b");
	assert_clash(c, "");
	classes_free(c);
}

static void
resource(struct classes *c, size_t kind, const char *name, const char *class,
    uint64_t now)
{
	const struct meta meta = {
		.ns = (char *)"", .name = (char *)name, .uid = (char *)"u"
	};

	classes_resource(c, kind, &meta, class, now);
}

TEST(what_nobody_goes_by_is_told_and_again_now_and_then)
{
	struct classes *c = classes_new(&instance_default);
	struct classes_stray s;

	resource(c, GROUP, "x", "lbbgp.io/lbbgp", 0);
	assert_true(classes_due(c) == UINT64_MAX);
	resource(c, GROUP, "x", "lbbgp.io/b", 0);
	resource(c, PEER, "x", "lbbgp.io/b", 5000);
	assert_int_equal(classes_due(c), CLASSES_WAIT);
	assert_false(classes_next(c, CLASSES_WAIT - 1, &s));
	assert_true(classes_next(c, CLASSES_WAIT, &s));
	assert_int_equal(s.kind, GROUP);
	assert_string_equal(s.key.name, "x");
	assert_string_equal(s.class, "lbbgp.io/b");
	assert_false(classes_next(c, CLASSES_WAIT, &s));
	resource(c, PEER, "x", "lbbgp.io/b", 6000); /* it is no other one */
	assert_int_equal(classes_due(c), 5000 + CLASSES_WAIT);
	assert_true(classes_next(c, 5000 + CLASSES_WAIT, &s));
	assert_int_equal(s.kind, PEER);
	assert_int_equal(classes_due(c), CLASSES_WAIT + CLASSES_AGAIN);
	assert_true(classes_next(c, CLASSES_WAIT + CLASSES_AGAIN, &s));
	assert_int_equal(s.kind, GROUP);
	classes_free(c);
}

TEST(what_another_lbbgp_goes_by_is_not_told)
{
	struct classes *c = classes_new(&instance_default);
	struct classes_stray s;

	resource(c, GROUP, "x", "lbbgp.io/b", 0);
	says(c, "other", 1, "lbbgp.io/b");
	assert_true(classes_due(c) == UINT64_MAX);
	assert_false(classes_next(c, CLASSES_WAIT, &s));
	classes_namespace_gone(c, "other");
	assert_true(classes_next(c, CLASSES_WAIT, &s));
	resource(c, GROUP, "x", NULL, 0);
	assert_true(classes_due(c) == UINT64_MAX);
	classes_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_namespace_names_the_class),
		cmocka_unit_test(
		    default_class_needs_no_annotation_in_lbbgp_system),
		cmocka_unit_test(of_two_with_one_class_the_older_decides),
		cmocka_unit_test(default_class_is_that_of_lbbgp_system_first),
		cmocka_unit_test(
		    what_nobody_goes_by_is_told_and_again_now_and_then),
		cmocka_unit_test(what_another_lbbgp_goes_by_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
