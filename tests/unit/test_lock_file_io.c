/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
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

static mode_t
mode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_mode & 07777;
}

static void
one_that_is_made_is_for_nobody_else_to_read(void **state)
{
	mode_t was = umask(0);
	int dir = place(state), fd = lock_file_open(dir, NAME);

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
	int fd = lock_file_open(dir, NAME);
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
	assert_int_equal(lock_file_open(dir, NAME), -1);
	assert_int_equal(errno, ELOOP);
	int fd = openat(dir, "precious", O_RDONLY | O_CLOEXEC);

	assert_int_equal(mode_of(fd), 0644);
	close(fd);
	close(dir);
}

static void
one_that_was_removed_is_no_longer_there(void **state)
{
	int dir = place(state), fd = lock_file_open(dir, NAME);
	char *path = xasprintf("%s/" NAME, (const char *)*state);

	assert_true(lock_file_is_there(fd, dir, NAME));
	assert_true(lock_file_is_there(fd, AT_FDCWD, path));
	assert_int_equal(unlink(path), 0);
	assert_false(lock_file_is_there(fd, dir, NAME));
	int next = lock_file_open(dir, NAME);

	assert_false(lock_file_is_there(fd, dir, NAME));
	assert_true(lock_file_is_there(next, dir, NAME));
	close(next);
	close(fd);
	close(dir);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(one_that_is_made_is_for_nobody_else_to_read),
		IN_DIRECTORY(one_that_others_could_read_is_closed_to_them),
		IN_DIRECTORY(link_is_not_followed),
		IN_DIRECTORY(one_that_was_removed_is_no_longer_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
