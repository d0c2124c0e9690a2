/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/run/rival_io.h"
#include "bgpd/run/run_io.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

TEST(daemon_of_another_class_is_refused_while_one_is_there)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_null(rival_io_new(*state, "lbbgp.io/b", &why));
	assert_non_null(strstr(why.text, "of class lbbgp.io/a, is in"));
	assert_non_null(strstr(why.text, "this one is of class lbbgp.io/b"));
	rival_io_free(a);
	struct rival_io *b = rival_io_new(*state, "lbbgp.io/b", &why);

	assert_non_null(b);
	rival_io_free(b);
}

TEST(daemon_of_the_same_class_is_not_minded)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);
	struct rival_io *again = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_non_null(again);
	rival_io_free(again);
	assert_null(rival_io_new(*state, "lbbgp.io/ab", &why));
	rival_io_free(a);
}

/* What it left says its class yet, and is of nobody. */
TEST(daemon_that_was_killed_is_none)
{
	struct err why = { 0 };
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(rival_io_new(*state, "lbbgp.io/a", &why) == NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	struct rival_io *b = rival_io_new(*state, "lbbgp.io/b", &why);

	assert_non_null(b);
	assert_null(rival_io_new(*state, "lbbgp.io/a", &why));
	assert_non_null(strstr(why.text, "of class lbbgp.io/b, is in"));
	rival_io_free(b);
}

/* Even who may only read could lock it. */
TEST(who_is_neither_daemon_nor_root_can_not_hold_the_lock)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);
	char *path = run_path(*state, "class");
	char *lock = xasprintf("%s.lock", path);
	struct stat st;

	assert_int_equal(stat(lock, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(st.st_uid, geteuid());
	free(lock);
	free(path);
	rival_io_free(a);
}

/* A version before made it so, and was killed. */
TEST(lock_that_others_could_read_is_closed_to_them)
{
	struct err why = { 0 };
	char *path = run_path(*state, "class");
	char *lock = xasprintf("%s.lock", path);
	struct stat st;

	directory_put(*state, strrchr(lock, '/') + 1, "lbbgp.io/b\n");
	assert_int_equal(chmod(lock, 0644), 0);
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_int_equal(stat(lock, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(lock);
	free(path);
	rival_io_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(
		    daemon_of_another_class_is_refused_while_one_is_there),
		IN_DIRECTORY(daemon_of_the_same_class_is_not_minded),
		IN_DIRECTORY(daemon_that_was_killed_is_none),
		IN_DIRECTORY(
		    who_is_neither_daemon_nor_root_can_not_hold_the_lock),
		IN_DIRECTORY(lock_that_others_could_read_is_closed_to_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
