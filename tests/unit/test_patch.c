/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "common/patch.h"
#include "common/rng.h"
#include "tests/test.h"

static json_t *
parse(const char *text)
{
	json_t *v = json_loads(text, 0, NULL);

	assert_non_null(v);
	return v;
}

static void
assert_laid(
    const char *target, const char *patch, unsigned rules, const char *want)
{
	json_t *t = parse(target), *p = parse(patch), *w = parse(want);

	patch_lay(t, p, rules);
	assert_true(json_equal(t, w));
	json_decref(t);
	json_decref(p);
	json_decref(w);
}

TEST(examples_of_rfc_7396_hold)
{
	static const char *const rows[][3] = {
		/* appendix A, its objects */
		{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"b\":\"c\"}",
		    "{\"a\":\"b\",\"b\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
		{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}",
		    "{\"b\":\"c\"}" },
		{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
		{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
		    "{\"a\":{\"b\":\"d\"}}" },
		{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
		{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
		{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}",
		    "{\"a\":{\"bb\":{}}}" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_laid(rows[i][0], rows[i][1], 0, rows[i][2]);
}

#define STATUS(list) "{\"status\":{\"conditions\":" list "}}"

TEST(conditions_are_merged_by_type)
{
	assert_laid(STATUS("[{\"type\":\"A\",\"x\":1},{\"type\":\"B\"}]"),
	    STATUS("[{\"type\":\"C\"},{\"type\":\"A\",\"y\":2}]"),
	    PATCH_CONDITIONS_BY_TYPE,
	    STATUS("[{\"type\":\"A\",\"x\":1,\"y\":2},{\"type\":\"B\"},"
		   "{\"type\":\"C\"}]"));
	assert_laid(STATUS("[{\"type\":\"A\"},{\"type\":\"B\"}]"),
	    STATUS("[{\"type\":\"A\",\"$patch\":\"delete\"},"
		   "{\"type\":\"Z\",\"$patch\":\"delete\"}]"),
	    PATCH_CONDITIONS_BY_TYPE, STATUS("[{\"type\":\"B\"}]"));
	assert_laid("{}", STATUS("[{\"type\":\"A\"}]"),
	    PATCH_CONDITIONS_BY_TYPE, STATUS("[{\"type\":\"A\"}]"));
}

TEST(other_lists_are_replaced)
{
	assert_laid("{\"spec\":{\"conditions\":[{\"type\":\"A\"}]}}",
	    "{\"spec\":{\"conditions\":[]}}", PATCH_CONDITIONS_BY_TYPE,
	    "{\"spec\":{\"conditions\":[]}}");
	assert_laid(STATUS("[{\"type\":\"A\"}]"), STATUS("[{\"type\":\"B\"}]"),
	    0, STATUS("[{\"type\":\"B\"}]"));
}

TEST(composed_patch_keeps_its_nulls)
{
	assert_laid("{\"a\":1}", "{\"a\":null,\"b\":{\"c\":null}}",
	    PATCH_COMPOSE, "{\"a\":null,\"b\":{\"c\":null}}");
	assert_laid(STATUS("[{\"type\":\"A\",\"x\":1}]"),
	    STATUS("[{\"type\":\"A\",\"$patch\":\"delete\"}]"),
	    PATCH_COMPOSE | PATCH_CONDITIONS_BY_TYPE,
	    STATUS("[{\"type\":\"A\",\"$patch\":\"delete\"}]"));
	assert_laid(STATUS("[{\"type\":\"A\",\"$patch\":\"delete\"}]"),
	    STATUS("[{\"type\":\"A\",\"x\":1}]"),
	    PATCH_COMPOSE | PATCH_CONDITIONS_BY_TYPE,
	    STATUS("[{\"type\":\"A\",\"x\":1}]"));
}

/* A random object or patch; a name always has a value of the same type. */
static json_t *
random_object(struct rng *r, unsigned depth, bool patch)
{
	json_t *v = json_object(), *list;
	char name[4];

	for (unsigned i = 0; i < 4; i++) {
		unsigned what = rng_below(r, patch && i >= 2 ? 4 : 3);

		snprintf(name, sizeof(name), "n%u", i);
		if (what == 0)
			continue;
		if (what == 3)
			json_object_set_new(v, name, json_null());
		else if (i < 2 && depth > 0)
			json_object_set_new(
			    v, name, random_object(r, depth - 1, patch));
		else if (i < 2)
			json_object_set_new(v, name, json_object());
		else
			json_object_set_new(
			    v, name, json_integer(rng_below(r, 5)));
	}
	list = json_array();
	for (unsigned i = 0; i < 3; i++) {
		json_t *c;

		if (rng_below(r, 2) == 0)
			continue;
		if (patch && rng_below(r, 2) == 0)
			c = json_pack("{s:s++,s:s}", "type", "T", "",
			    i == 0       ? "0"
				: i == 1 ? "1"
					 : "2",
			    "$patch", "delete");
		else
			c = json_pack("{s:s++,s:i}", "type", "T", "",
			    i == 0       ? "0"
				: i == 1 ? "1"
					 : "2",
			    "x", (int)rng_below(r, 9));
		json_array_append_new(list, c);
	}
	if (depth == 2)
		json_object_set_new(
		    v, "status", json_pack("{s:o}", "conditions", list));
	else
		json_decref(list);
	return v;
}

/* Conditions by their types: their order is no matter. */
static json_t *
sorted(json_t *obj)
{
	json_t *status = json_object_get(obj, "status");
	json_t *list = json_object_get(status, "conditions");
	json_t *out = json_object(), *c;
	size_t i;

	json_array_foreach (list, i, c)
		json_object_set(
		    out, json_string_value(json_object_get(c, "type")), c);
	json_object_set_new(status, "conditions", out);
	return obj;
}

TEST(composing_is_laying_one_after_the_other)
{
	struct rng r;

	rng_init(&r, 11);
	for (int i = 0; i < 3000; i++) {
		json_t *one = random_object(&r, 2, false);
		json_t *first = random_object(&r, 2, true);
		json_t *then = random_object(&r, 2, true);
		json_t *two = json_deep_copy(one);

		patch_lay(one, first, PATCH_CONDITIONS_BY_TYPE);
		patch_lay(one, then, PATCH_CONDITIONS_BY_TYPE);
		patch_lay(
		    first, then, PATCH_CONDITIONS_BY_TYPE | PATCH_COMPOSE);
		patch_lay(two, first, PATCH_CONDITIONS_BY_TYPE);
		assert_true(json_equal(sorted(one), sorted(two)));
		json_decref(one);
		json_decref(two);
		json_decref(first);
		json_decref(then);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_rfc_7396_hold),
		cmocka_unit_test(conditions_are_merged_by_type),
		cmocka_unit_test(other_lists_are_replaced),
		cmocka_unit_test(composed_patch_keeps_its_nulls),
		cmocka_unit_test(composing_is_laying_one_after_the_other),
	};

	return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
