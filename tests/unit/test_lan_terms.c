/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/lan_terms.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static struct lan_terms
terms(const char *yaml)
{
	struct lan_terms t;
	json_t *obj = manifest(yaml);

	lan_terms_decode(&t, obj);
	json_decref(obj);
	return t;
}

static int
weight(const struct lan_terms *t, const char *yaml)
{
	json_t *obj = manifest(yaml);
	struct labels labels = { 0 };
	struct err err;

	assert_true(labels_decode(&labels, obj, "labels", &err));
	json_decref(obj);
	int found = lan_terms_weight(t, &labels);

	labels_fini(&labels);
	return found;
}

TEST(terms_that_nobody_wrote_are_the_defaults)
{
	struct lan_terms t;

	lan_terms_decode(&t, NULL);
	assert_true(t.fail_back);
	assert_true(t.detect);
	assert_int_equal(t.n_interfaces, 0);
	assert_int_equal(weight(&t, "{a: b}"), 0);
	lan_terms_fini(&t);
}

TEST(weights_of_all_that_match_are_added)
{
	struct lan_terms t =
	    terms("{preferred: [{weight: 100, nodeSelector: "
		  "{matchLabels: {rack: a}}}, {weight: 1}, {weight: 7, "
		  "nodeSelector: {matchLabels: {disk: ssd}}}]}");

	assert_int_equal(weight(&t, "{rack: a, disk: ssd}"), 108);
	assert_int_equal(weight(&t, "{rack: a}"), 101);
	assert_int_equal(weight(&t, "{rack: b}"), 1);
	lan_terms_fini(&t);
}

TEST(what_is_switched_off_and_selected_is_read)
{
	struct lan_terms t = terms("{interfaces: [eth0, 'en.*'], "
				   "failBack: false, "
				   "duplicateDetection: false}");

	assert_int_equal(t.n_interfaces, 2);
	assert_string_equal(t.interfaces[1], "en.*");
	assert_false(t.fail_back);
	assert_false(t.detect);
	lan_terms_fini(&t);
}

TEST(an_expression_has_to_be_one_for_posix_and_the_api_server)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "eth0", true },
		{ "bond0[.][0-9]+", true },
		{ "(en|eth)[0-9]{1,3}", true },
		{ "eth(0", false },
		{ "eth[0", false },
		{ "*eth", false },
		{ "(?i)eth0", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *text = json_string(rows[i].text);

		assert_int_equal(rules_interface[0]->holds(text), rows[i].good);
		json_decref(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_that_nobody_wrote_are_the_defaults),
		cmocka_unit_test(weights_of_all_that_match_are_added),
		cmocka_unit_test(what_is_switched_off_and_selected_is_read),
		cmocka_unit_test(
		    an_expression_has_to_be_one_for_posix_and_the_api_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
