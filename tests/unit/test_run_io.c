/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/run/run_io.h"
#include "common/err.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

/* A file of ours with that mode; its name is gone. */
static int
file_of_mode(mode_t mode)
{
	char path[] = "/tmp/test_run.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	return fd;
}

/* One of another user: root gives it away; for others the root directory is one. */
static int
file_of_another(void)
{
	int fd = geteuid() == 0 ? file_of_mode(0600)
				: open("/", O_RDONLY | O_DIRECTORY);

	if (geteuid() == 0)
		assert_int_equal(fchown(fd, 1234, (gid_t)-1), 0);
	return fd;
}

TEST(a_file_that_only_we_may_use_is_private)
{
	int fd = file_of_mode(0600);
	struct err err;

	assert_true(run_is_private(fd, "f", &err));
	close(fd);
}

TEST(a_file_that_others_may_use_is_not)
{
	struct err err;

	for (mode_t right = 1; right <= 040; right <<= 1) {
		int fd = file_of_mode(0600 | right);

		assert_false(run_is_private(fd, "f", &err));
		close(fd);
	}
	assert_string_equal(err.text, "f: mode 0640: others have rights there");
}

TEST(a_file_of_another_user_is_not)
{
	int fd = file_of_another();
	struct err err;

	assert_false(run_is_private(fd, "f", &err));
	assert_non_null(strstr(err.text, "f: of user "));
	close(fd);
}

TEST(a_file_is_named_by_the_network_namespace)
{
	char *path = run_path("/run", "x");

	assert_int_equal(strncmp(path, "/run/x-", 7), 0);
	assert_int_equal(strspn(path + 7, "0123456789"), strlen(path + 7));
	assert_true(strlen(path) > 7);
	free(path);
}

TEST(this_machine_has_an_id_of_its_boot)
{
	char id[RUN_BOOT];
	struct err err;

	assert_true(run_boot("", id, &err));
	assert_int_equal(strlen(id), 36);
	assert_false(run_boot("/nowhere", id, &err));
	assert_string_equal(id, "");
	assert_string_equal(err.text,
	    "/nowhere/proc/sys/kernel/random/boot_id: No such file or "
	    "directory");
}

static void
an_empty_id_is_none(void **state)
{
	char id[RUN_BOOT];
	struct err err;

	directory_put(*state, "proc/sys/kernel/random/boot_id", "\n");
	assert_false(run_boot(*state, id, &err));
	assert_non_null(strstr(err.text, "/boot_id: no id in it"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_only_we_may_use_is_private),
		cmocka_unit_test(a_file_that_others_may_use_is_not),
		cmocka_unit_test(a_file_of_another_user_is_not),
		cmocka_unit_test(a_file_is_named_by_the_network_namespace),
		cmocka_unit_test(this_machine_has_an_id_of_its_boot),
		IN_DIRECTORY(an_empty_id_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
