/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/run/netns_lock_io.h"
#include "bgpd/run/rival_io.h"
#include "bgpd/run/run_io.h"
#include "common/err.h"
#include "common/log.h"
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

/* As while one is replaced by the next: both are there for a while. */
TEST(daemon_of_the_same_class_stays_when_the_first_has_ended)
{
	struct err why = { 0 };
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);
	struct rival_io *next = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_non_null(next);
	rival_io_free(a);
	assert_null(rival_io_new(*state, "lbbgp.io/b", &why));
	assert_non_null(strstr(why.text, "of class lbbgp.io/a, is in"));
	struct rival_io *third = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(third);
	rival_io_free(next);
	assert_null(rival_io_new(*state, "lbbgp.io/b", &why));
	rival_io_free(third);
	struct rival_io *b = rival_io_new(*state, "lbbgp.io/b", &why);

	assert_non_null(b);
	rival_io_free(b);
}

#define AT_ONCE 6
#define STARTS 20

/* The exit code: how often one could not start. */
static int
start_and_end(const char *directory, unsigned seed)
{
	struct err why = { 0 };
	int failed = 0;

	for (int i = 0; i < STARTS; i++) {
		struct rival_io *a =
		    rival_io_new(directory, "lbbgp.io/a", &why);

		failed += a == NULL;
		usleep(seed * 700 % 2100);
		rival_io_free(a);
	}
	return failed;
}

TEST(daemons_of_one_class_start_and_end_at_once)
{
	pid_t children[AT_ONCE];
	int status;

	for (unsigned i = 0; i < AT_ONCE; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(start_and_end(*state, i));
	}
	for (unsigned i = 0; i < AT_ONCE; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

/* A version before has the lock for itself. */
TEST(daemon_of_the_same_class_that_shares_nothing_is_not_minded)
{
	struct err why = { 0 };
	struct netns_lock *before =
	    netns_lock_new(*state, "class", "another lbbgp", "lbbgp.io/a");

	assert_true(netns_lock_take(before, &why));
	struct rival_io *a = rival_io_new(*state, "lbbgp.io/a", &why);

	assert_non_null(a);
	assert_null(rival_io_new(*state, "lbbgp.io/b", &why));
	rival_io_free(a);
	assert_null(rival_io_new(*state, "lbbgp.io/b", &why));
	netns_lock_free(before);
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

static char logged[512];

static void
keep(enum log_level level, const char *text)
{
	(void)level;
	snprintf(logged, sizeof(logged), "%s", text);
}

/* What is kept is kept without it, as where there can be no file. */
TEST(lock_whose_place_a_link_has_taken_is_none_and_told)
{
	struct err why = { 0 };
	char *path = run_path(*state, "guard");
	char *lock = xasprintf("%s.lock", path);
	struct netns_lock *l = netns_lock_new(*state, "guard", "guard", "us");

	assert_int_equal(unlink(lock), 0);
	assert_int_equal(symlink("elsewhere", lock), 0);
	log_set_sink(keep);
	assert_true(netns_lock_take(l, &why));
	log_set_sink(NULL);
	assert_non_null(strstr(logged, lock));
	assert_non_null(strstr(logged,
	    ": a symbolic link, which is not followed: a regular file may be "
	    "there, or nothing: nobody holds off a second daemon"));
	netns_lock_free(l);
	free(lock);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(
		    daemon_of_another_class_is_refused_while_one_is_there),
		IN_DIRECTORY(daemon_of_the_same_class_is_not_minded),
		IN_DIRECTORY(
		    daemon_of_the_same_class_stays_when_the_first_has_ended),
		IN_DIRECTORY(daemons_of_one_class_start_and_end_at_once),
		IN_DIRECTORY(
		    daemon_of_the_same_class_that_shares_nothing_is_not_minded),
		IN_DIRECTORY(daemon_that_was_killed_is_none),
		IN_DIRECTORY(
		    who_is_neither_daemon_nor_root_can_not_hold_the_lock),
		IN_DIRECTORY(lock_that_others_could_read_is_closed_to_them),
		IN_DIRECTORY(
		    lock_whose_place_a_link_has_taken_is_none_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
