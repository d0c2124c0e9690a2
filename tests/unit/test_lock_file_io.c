/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/lock_file_io.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

#define NAME "lock"

/* The directory of the test, open. */
static int
place(void *const *state)
{
	int fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct stat
stat_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st;
}

static mode_t
mode_of(int fd)
{
	return stat_of(fd).st_mode & 07777;
}

static void
assert_refused(int dir, const char *name, const char *why)
{
	struct err err;

	assert_int_equal(lock_file_open(dir, name, &err), -1);
	assert_string_equal(err.text, why);
}

static void
one_that_is_made_is_for_nobody_else_to_read(void **state)
{
	mode_t was = umask(0);
	struct err err;
	int dir = place(state), fd = lock_file_open(dir, NAME, &err);

	umask(was);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(fd), 0600);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	close(dir);
}

static void
one_that_others_could_read_is_closed_to_them(void **state)
{
	int dir = place(state);

	directory_put(*state, NAME, "somebody\n");
	assert_int_equal(fchmodat(dir, NAME, 0644, 0), 0);
	struct err err;
	int fd = lock_file_open(dir, NAME, &err);
	char text[16] = "";

	assert_int_equal(mode_of(fd), 0600);
	assert_int_equal(read(fd, text, sizeof(text)), 9); /* it stays */
	close(fd);
	close(dir);
}

static void
link_is_not_followed(void **state)
{
	int dir = place(state);

	directory_put(*state, "precious", "");
	assert_int_equal(fchmodat(dir, "precious", 0644, 0), 0);
	assert_int_equal(symlinkat("precious", dir, NAME), 0);
	assert_refused(dir, NAME,
	    NAME
	    ": a symbolic link, which is not followed: a regular file may be "
	    "there, or nothing");
	int fd = openat(dir, "precious", O_RDONLY | O_CLOEXEC);

	assert_int_equal(mode_of(fd), 0644);
	close(fd);
	close(dir);
}

static void
what_is_no_file_is_refused(void **state)
{
	int dir = place(state);

	assert_int_equal(mkfifoat(dir, NAME, 0600), 0);
	assert_refused(dir, NAME,
	    NAME ": not a regular file: one may be there, or nothing");
	close(dir);
}

static void
what_can_not_be_opened_is_refused(void **state)
{
	int dir = place(state);

	assert_int_equal(mkdirat(dir, NAME, 0700), 0);
	assert_refused(dir, NAME, NAME ": Is a directory");
	close(dir);
}

/* As a daemon that started as root and became that user makes it. */
static void
one_of_the_user_that_root_became_stays_his_and_is_closed(void **state)
{
	int dir = place(state);
	uid_t user = geteuid() == 0 ? 65532 : geteuid();
	struct err err;

	directory_put(*state, NAME, "");
	assert_int_equal(fchmodat(dir, NAME, 0666, 0), 0);
	assert_int_equal(fchownat(dir, NAME, user, (gid_t)-1, 0), 0);
	int fd = lock_file_open(dir, NAME, &err);

	assert_int_equal(stat_of(fd).st_uid, user);
	assert_int_equal(mode_of(fd), 0600);
	close(fd);
	close(dir);
}

/* Of root, in a process that is not root: exits with 0 if it is refused. */
static void
open_as_another(int dir, const char *name, const char *why)
{
	struct err err;

	if (geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 || setgid(65532) != 0 ||
		setuid(65532) != 0))
		_exit(2);
	if (lock_file_open(dir, name, &err) >= 0)
		_exit(3);
	_exit(strcmp(err.text, why) != 0);
}

static void
one_of_another_user_that_others_could_lock_is_refused(void **state)
{
	int dir = place(state), status;
	bool root = geteuid() == 0;

	directory_put(*state, NAME, "");
	assert_int_equal(fchmodat(dir, NAME, 0606, 0), 0);
	assert_int_equal(chmod(*state, 0755), 0);
	pid_t child = fork();

	if (child == 0)
		open_as_another(dir, root ? NAME : "/etc/passwd",
		    root ? NAME ": of user 0, mode 0606: others could lock it, "
				"which user 65532 can't forbid: it is to be "
				"removed, or given to that user"
			 : "/etc/passwd: Permission denied");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(dir);
}

static void
one_that_was_removed_is_no_longer_there(void **state)
{
	struct err err;
	int dir = place(state), fd = lock_file_open(dir, NAME, &err);
	char *path = xasprintf("%s/" NAME, (const char *)*state);

	assert_true(lock_file_is_there(fd, dir, NAME));
	assert_true(lock_file_is_there(fd, AT_FDCWD, path));
	assert_int_equal(unlink(path), 0);
	assert_false(lock_file_is_there(fd, dir, NAME));
	int next = lock_file_open(dir, NAME, &err);

	assert_false(lock_file_is_there(fd, dir, NAME));
	assert_true(lock_file_is_there(next, dir, NAME));
	close(next);
	close(fd);
	close(dir);
	free(path);
}

/* lock_file_open() would refuse it: who comes next has no lock. */
static void
one_that_is_behind_a_link_is_not_there(void **state)
{
	struct err err;
	int dir = place(state), fd = lock_file_open(dir, NAME, &err);

	assert_int_equal(renameat(dir, NAME, dir, "moved"), 0);
	assert_int_equal(symlinkat("moved", dir, NAME), 0);
	assert_false(lock_file_is_there(fd, dir, NAME));
	close(fd);
	close(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(one_that_is_made_is_for_nobody_else_to_read),
		IN_DIRECTORY(one_that_others_could_read_is_closed_to_them),
		IN_DIRECTORY(link_is_not_followed),
		IN_DIRECTORY(what_is_no_file_is_refused),
		IN_DIRECTORY(what_can_not_be_opened_is_refused),
		IN_DIRECTORY(
		    one_of_the_user_that_root_became_stays_his_and_is_closed),
		IN_DIRECTORY(
		    one_of_another_user_that_others_could_lock_is_refused),
		IN_DIRECTORY(one_that_was_removed_is_no_longer_there),
		IN_DIRECTORY(one_that_is_behind_a_link_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
