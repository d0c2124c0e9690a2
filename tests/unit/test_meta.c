/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/meta.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static struct meta
meta(const char *fields)
{
	char *yaml = xasprintf("metadata: {%s}\n", fields);
	json_t *obj = manifest(yaml);
	struct err err = { "" };
	struct meta m = { 0 };

	assert_true(meta_decode(&m, obj, &err));
	json_decref(obj);
	free(yaml);
	return m;
}

TEST(absent_texts_are_empty)
{
	struct meta m = meta("name: a");

	assert_string_equal(m.ns, "");
	assert_string_equal(m.uid, "");
	assert_string_equal(m.resource_version, "");
	assert_int_equal(m.created, 0);
	assert_false(m.deleted);
	meta_fini(&m);
}

TEST(times_are_seconds_since_1970)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2000-02-29T23:59:59Z", 951868799 },
		{ "2024-03-01T00:00:00.5Z", 1709251200 },
		{ "2100-03-01T00:00:00Z", 4107542400 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *fields =
		    xasprintf("name: a, creationTimestamp: %s", rows[i].text);
		struct meta m = meta(fields);

		assert_int_equal(m.created, rows[i].seconds);
		meta_fini(&m);
		free(fields);
	}
}

TEST(older_one_goes_first)
{
	struct meta old =
	    meta("name: b, uid: z, creationTimestamp: 2020-01-01T00:00:00Z");
	struct meta young =
	    meta("name: a, uid: a, creationTimestamp: 2021-01-01T00:00:00Z");
	struct meta twin =
	    meta("name: a, uid: zz, creationTimestamp: 2020-01-01T00:00:00Z");
	struct meta named = meta("name: c");
	struct meta other = meta("name: d");

	assert_true(meta_age_cmp(&old, &young) < 0);
	assert_true(meta_age_cmp(&twin, &old) > 0);
	assert_true(meta_age_cmp(&named, &other) < 0);
	assert_int_equal(meta_age_cmp(&old, &old), 0);
	meta_fini(&old);
	meta_fini(&young);
	meta_fini(&twin);
	meta_fini(&named);
	meta_fini(&other);
}

TEST(a_spec_is_the_same_in_one_generation_of_one_object)
{
	struct meta m = meta("name: a, uid: u, generation: 2");
	struct meta later = meta("name: a, uid: u, generation: 3");
	struct meta other = meta("name: a, uid: v, generation: 2");
	struct meta uncounted = meta("name: a, uid: u");

	assert_true(meta_same_spec(&m, &m));
	assert_false(meta_same_spec(&m, &later));
	assert_false(meta_same_spec(&m, &other));
	assert_false(meta_same_spec(&uncounted, &uncounted));
	meta_fini(&m);
	meta_fini(&later);
	meta_fini(&other);
	meta_fini(&uncounted);
}

TEST(status_of_a_condition_is_one_of_three_or_empty)
{
	json_t *obj = manifest("status: {conditions: ["
			       "{type: A, status: \"True\","
			       " lastTransitionTime: 1970-01-01T00:01:00Z},"
			       " {type: B, status: Unknown},"
			       " {type: C, status: maybe}, {type: D}]}\n");
	struct conditions cs;

	conditions_decode(&cs, obj);
	assert_string_equal(conditions_find(&cs, "A")->status, "True");
	assert_int_equal(conditions_find(&cs, "A")->changed, 60);
	assert_string_equal(conditions_find(&cs, "B")->status, "Unknown");
	assert_string_equal(conditions_find(&cs, "C")->status, "");
	assert_string_equal(conditions_find(&cs, "D")->status, "");
	conditions_fini(&cs);
	json_decref(obj);
}

TEST(malformed_conditions_are_left_out)
{
	json_t *obj = manifest("status: {conditions: [1, {status: \"True\"},"
			       " {type: A, status: \"True\", reason: R,"
			       " lastTransitionTime: t}]}\n");
	struct conditions cs;

	conditions_decode(&cs, obj);
	assert_int_equal(cs.n, 1);
	assert_string_equal(conditions_find(&cs, "A")->reason, "R");
	assert_int_equal(conditions_find(&cs, "A")->changed, 0);
	assert_string_equal(conditions_find(&cs, "A")->message, "");
	assert_null(conditions_find(&cs, "B"));
	conditions_fini(&cs);
	json_decref(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_texts_are_empty),
		cmocka_unit_test(times_are_seconds_since_1970),
		cmocka_unit_test(older_one_goes_first),
		cmocka_unit_test(
		    a_spec_is_the_same_in_one_generation_of_one_object),
		cmocka_unit_test(
		    status_of_a_condition_is_one_of_three_or_empty),
		cmocka_unit_test(malformed_conditions_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
