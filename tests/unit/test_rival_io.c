/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/run/rival_io.h"
#include "common/err.h"
#include "tests/test.h"

static char name[64]; /* unlike that of real daemons */

static int
setup(void **state)
{
	(void)state;
	snprintf(name, sizeof(name), "lbbgp-test-%ld", (long)getpid());
	return 0;
}

TEST(daemon_of_another_class_is_refused_while_one_is_there)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(name, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_null(rival_io_new(name, "lbbgp.io/b", &why));
	assert_non_null(strstr(why.text, "of class lbbgp.io/a, is in"));
	assert_non_null(strstr(why.text, "this one is of class lbbgp.io/b"));
	rival_io_free(a);
	struct rival_io *b = rival_io_new(name, "lbbgp.io/b", &why);

	assert_non_null(b);
	rival_io_free(b);
}

TEST(daemon_of_the_same_class_is_not_minded)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(name, "lbbgp.io/a", &why);
	struct rival_io *again = rival_io_new(name, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_non_null(again);
	rival_io_free(again);
	assert_null(rival_io_new(name, "lbbgp.io/ab", &why));
	rival_io_free(a);
}

TEST(name_that_only_begins_so_is_none)
{
	struct err why = { 0 };
	char other[80];

	snprintf(other, sizeof(other), "%sx", name);
	struct rival_io *a = rival_io_new(other, "lbbgp.io/a", &why);
	struct rival_io *b = rival_io_new(name, "lbbgp.io/b", &why);

	assert_non_null(a);
	assert_non_null(b);
	rival_io_free(a);
	rival_io_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    daemon_of_another_class_is_refused_while_one_is_there),
		cmocka_unit_test(daemon_of_the_same_class_is_not_minded),
		cmocka_unit_test(name_that_only_begins_so_is_none),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
