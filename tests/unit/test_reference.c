/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are made from tables of the code are what `make reference` writes. */
#include "doc/metrics.h"
#include "doc/resources.h"
#include "doc/told.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static void
assert_page(const char *name, char *made)
{
	char *path = source_path(name), *there = file_text(path);

	if (strcmp(there, made) != 0)
		fail_msg(
		    "%s: the tables say something else: make reference", name);
	free(path);
	free(there);
	free(made);
}

TEST(metrics_are_those_of_the_tables)
{
	assert_page("doc/metrics.md", metrics_page());
}

TEST(fields_are_those_of_the_tables)
{
	assert_page("doc/reference/resources.md", resources_page());
}

TEST(conditions_are_those_of_the_tables)
{
	assert_page("doc/reference/conditions.md", told_page());
}

TEST(each_reason_has_words)
{
	char *page = told_page();

	assert_null(strstr(page, "(null)"));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_those_of_the_tables),
		cmocka_unit_test(conditions_are_those_of_the_tables),
		cmocka_unit_test(each_reason_has_words),
		cmocka_unit_test(fields_are_those_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
