/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/job.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define HEAD "kind: Thing\nmetadata: {namespace: ns, name: x}\n"

static const struct rule rules[] = {
	{ "spec.a.b", .to = "spec.same.deep" },
	{ "spec.time", .to = "spec.seconds", .turn = turn_seconds },
	{ "spec.idle", .to = "spec.idle", .idle = "7" },
	{ "spec.none", .why = "there is none" },
	{ 0 },
};

/* What becomes of the object by the rules; the remarks one below the other. */
static void
assert_applied(const char *yaml, const char *want, const char *remarks)
{
	struct job *j = job_new();
	struct foreign *f = job_add(j, manifest(yaml), NULL, NULL);
	json_t *ours = json_object(), *wanted = manifest(want);
	char text[1024] = "";

	rule_apply(j, f, rules, ours);
	job_tell_left(j, f);
	for (size_t i = 0; i < j->n_remarks; i++) {
		strcat(text, j->remarks[i]);
		strcat(text, "\n");
	}
	assert_string_equal(text, remarks);
	assert_true(json_equal(ours, wanted));
	json_decref(wanted);
	json_decref(ours);
	job_free(j);
}

TEST(fields_move_to_their_paths)
{
	assert_applied(HEAD "spec: {a: {b: [1]}, time: 1m, idle: 8}",
	    "{spec: {same: {deep: [1]}, seconds: 60, idle: 8}}", "");
}

TEST(what_says_nothing_is_passed_over)
{
	assert_applied(HEAD "spec: {a: {b: null}, idle: 7, none: false, "
			    "other: '', more: {x: [], y: {}}}\n"
			    "status: {ready: true}",
	    "{}", "");
}

TEST(what_has_no_counterpart_is_told)
{
	assert_applied(HEAD
	    "spec: {none: 3, a: {b: 1, c: 2}, list: [{x: 1, y: []}, 7]}",
	    "{spec: {same: {deep: 1}}}",
	    "Thing ns/x: spec.none: 3: there is none\n"
	    "Thing ns/x: spec.a.c: has no counterpart\n"
	    "Thing ns/x: spec.list[0].x: has no counterpart\n"
	    "Thing ns/x: spec.list[1]: has no counterpart\n");
}

TEST(a_bad_value_is_told_with_its_field)
{
	assert_applied(HEAD "spec: {time: soon}", "{}",
	    "Thing ns/x: spec.time: \"soon\": not a duration\n");
}

TEST(labels_are_told_and_bookkeeping_is_not)
{
	assert_applied("kind: Thing\napiVersion: v1\nmetadata: {name: x, uid: "
		       "u, labels: {a: b}, annotations: "
		       "{kubectl.kubernetes.io/last-applied-configuration: z}}",
	    "{}", "Thing x: metadata.labels.a: has no counterpart\n");
}

TEST(groups_match_as_a_whole)
{
	struct job *j = job_new();
	size_t i = 0;

	job_add(j, manifest("{kind: A, apiVersion: crd.x.io/v1}"), NULL, NULL);
	job_add(j, manifest("{kind: A, apiVersion: notx.io/v1}"), NULL, NULL);
	job_add(j, manifest("{kind: A, apiVersion: v1}"), NULL, NULL);
	assert_ptr_equal(job_next(j, "x.io", "A", &i), j->foreign[0]);
	assert_null(job_next(j, "x.io", "A", &i));
	i = 0;
	assert_ptr_equal(job_next(j, "", "A", &i), j->foreign[2]);
	job_free(j);
}

TEST(names_become_what_kubernetes_takes)
{
	static const struct {
		const char *wish, *name;
	} rows[] = {
		{ "good-name.1", "good-name.1" },
		{ "My Pool", "my-pool" },
		{ "--x--", "x" },
		{ "a..b.-c", "a--b--c" },
		{ "\xc3\xa4", "unnamed" },
		{ "", "unnamed-2" },
	};
	struct job *j = job_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    job_name(job_make(j, "x", "A", rows[i].wish)),
		    rows[i].name);
	job_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_move_to_their_paths),
		cmocka_unit_test(what_says_nothing_is_passed_over),
		cmocka_unit_test(what_has_no_counterpart_is_told),
		cmocka_unit_test(a_bad_value_is_told_with_its_field),
		cmocka_unit_test(labels_are_told_and_bookkeeping_is_not),
		cmocka_unit_test(groups_match_as_a_whole),
		cmocka_unit_test(names_become_what_kubernetes_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
