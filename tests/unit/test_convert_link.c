/* SPDX-License-Identifier: Apache-2.0 */
#include <regex.h>

#include "cli/convert/job.h"
#include "cli/convert/link.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static bool
matches(const char *pattern, const char *name)
{
	char *whole = xasprintf("^(%s)$", pattern);
	regex_t r;

	assert_int_equal(regcomp(&r, whole, REG_EXTENDED | REG_NOSUB), 0);
	bool good = regexec(&r, name, 0, NULL, 0) == 0;

	regfree(&r);
	free(whole);
	return good;
}

/* ---- expressions of Go ---- */

static const struct {
	const char *go, *yes, *no;
} said[] = {
	{ "eth", "veth0", "bond0" },
	{ "^eth", "eth0", "veth0" },
	{ "eth0$", "veth0", "eth01" },
	{ "^eth0$", "eth0", "eth01" },
	{ "^(eth1|eth2)$", "eth2", "eth22" },
	{ "^eth1$|^bond", "bond0.7", "eth11" },
	{ "^eth1$|^bond", "eth1", "veth1" },
	{ "eth1|bond0", "bond01", "eth2" },
	{ "^bond\\d+\\.7$", "bond12.7", "bond12x7" },
	{ "^e[\\d]$", "e7", "ed" },
	{ "^\\w+$", "a_7", "a.7" },
	{ "^a\\D$", "ax", "a1" },
	{ "^en\\S+", "enp0s31f6", "en" },
	{ "^a\\-b$", "a-b", "ab" },
	{ "^eth[0-9]{2}$", "eth12", "eth1" },
};

TEST(an_expression_of_go_means_the_same_names)
{
	struct err err;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		json_t *v = link_pattern(said[i].go, &err);

		if (v == NULL)
			fail_msg("%s", err.text);
		if (!matches(json_string_value(v), said[i].yes) ||
		    matches(json_string_value(v), said[i].no))
			fail_msg(
			    "%s became %s", said[i].go, json_string_value(v));
		json_decref(v);
	}
}

TEST(what_posix_has_not_is_refused)
{
	static const char *const odd[] = { "", "[", "(", "(?:a)", "(?i)eth",
		"eth.*?", "a+?", "\\bé", "\\pL", "eth\\", "[\\]]", "[\\D]",
		"a{2,1}" };
	struct err err;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *v = link_pattern(odd[i], &err);

		if (v != NULL)
			fail_msg("%s became %s", odd[i], json_string_value(v));
		assert_non_null(strstr(err.text, "no regular expression"));
	}
}

TEST(a_name_means_itself_alone)
{
	static const char *const names[] = { "eth0", "bond0.7", "a+b", "x(y)",
		"br-0", "a:b", "a$", "[b]", "a{2}", "a|b" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *v = link_name(names[i]);

		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (matches(json_string_value(v), names[k]) != (i == k))
				fail_msg("%s for %s", json_string_value(v),
				    names[k]);
		assert_null(strchr(json_string_value(v), '\\'));
		json_decref(v);
	}
}

/* ---- into a group ---- */

#define ON(name) \
	"{interfaces: [" name "], nodes: {matchLabels: {rack: " name "}}}"

static void
add(struct job *j, json_t *group, const char *yaml)
{
	json_t *obj = manifest(yaml);
	const struct answering a = { .nodes = json_object_get(obj, "nodes"),
		.interfaces = json_object_get(obj, "interfaces"),
		.always = json_object_get(obj, "interfaces") != NULL };

	link_add(j, "X", &a, group);
	json_decref(obj);
}

static void
assert_l2(
    const char *first, const char *second, const char *want, const char *remark)
{
	struct job *j = job_new();
	json_t *group = job_make(j, "X", "ServiceGroup", "g");
	json_t *l2 = manifest(want);

	add(j, group, first);
	if (second != NULL)
		add(j, group, second);
	assert_true(json_equal(
	    json_object_get(json_object_get(job_spec(group), "announce"), "l2"),
	    l2));
	assert_int_equal(j->n_remarks, remark != NULL);
	if (remark != NULL)
		assert_non_null(strstr(j->remarks[0], remark));
	json_decref(l2);
	job_free(j);
}

TEST(who_answers_is_said_in_the_group)
{
	assert_l2("{}", NULL, "{mode: Auto}", NULL);
	assert_l2(ON("a"), NULL,
	    "{mode: Always, interfaces: [a], nodeSelector: "
	    "{matchLabels: {rack: a}}}",
	    NULL);
}

TEST(of_several_any_answers)
{
	assert_l2(ON("a"), ON("a"),
	    "{mode: Always, interfaces: [a], nodeSelector: "
	    "{matchLabels: {rack: a}}}",
	    NULL);
	assert_l2("{interfaces: [a]}", "{interfaces: [b]}",
	    "{mode: Always, interfaces: [a, b]}", NULL);
	assert_l2("{interfaces: [a]}", "{}", "{mode: Auto}", NULL);
	assert_l2("{}", "{interfaces: [a]}", "{mode: Auto}", NULL);
	assert_l2("{nodes: {matchLabels: {a: b}}}", "{}", "{mode: Auto}", NULL);
	assert_l2("{}", "{nodes: {matchLabels: {a: b}}}", "{mode: Auto}", NULL);
}

TEST(what_several_can_not_say_together_is_told)
{
	assert_l2(ON("a"), ON("b"),
	    "{mode: Always, interfaces: [a, b], nodeSelector: "
	    "{matchExpressions: [{key: rack, operator: In, values: [a, b]}]}}",
	    "each of the nodes answers on all of the interfaces");
	assert_l2("{nodes: {matchLabels: {a: b}}}",
	    "{nodes: {matchLabels: {c: d}}}", "{mode: Auto}",
	    "all nodes answer for addresses of g");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_of_go_means_the_same_names),
		cmocka_unit_test(what_posix_has_not_is_refused),
		cmocka_unit_test(a_name_means_itself_alone),
		cmocka_unit_test(who_answers_is_said_in_the_group),
		cmocka_unit_test(of_several_any_answers),
		cmocka_unit_test(what_several_can_not_say_together_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
