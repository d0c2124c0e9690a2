/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/boot_io.h"
#include "common/alloc.h"
#include "common/log.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

#define ID "11f1c1a6-36b4-46b8-a0b2-5a1a6a1c9b0e\n"
#define OTHER_ID "21f1c1a6-36b4-46b8-a0b2-5a1a6a1c9b0e\n"

/* The directory is a machine's root, and has one for the mark. */
static void
boot(const char *root, const char *id)
{
	directory_put(root, "proc/sys/kernel/random/boot_id", id);
}

static struct boot_io *
start(const char *root)
{
	char *run = xasprintf("%s/run", root);
	struct boot_io *b = boot_io_new(root, run);

	free(run);
	return b;
}

/* A run of the program that may make the mark; was it there when it came? */
static bool
run(const char *root, bool marks)
{
	struct boot_io *b = start(root);
	bool was = boot_io_preserved(b);

	if (marks)
		boot_io_set(b, true);
	boot_io_free(b);
	return was;
}

static void
what_one_run_marks_the_next_one_finds(void **state)
{
	boot(*state, ID);
	assert_false(run(*state, false));
	assert_false(run(*state, true));
	assert_true(run(*state, false));
	assert_true(run(*state, true));
}

static void
another_boot_preserves_nothing(void **state)
{
	boot(*state, ID);
	run(*state, true);
	boot(*state, OTHER_ID);
	assert_false(run(*state, true));
	assert_true(run(*state, false));
}

static void
who_leaves_for_good_takes_the_mark_along(void **state)
{
	boot(*state, ID);
	run(*state, true);

	struct boot_io *b = start(*state);

	boot_io_set(b, false);
	boot_io_free(b);
	assert_false(run(*state, false));
}

static uint64_t
away(const char *root)
{
	struct boot_io *b = start(root);
	uint64_t ms = boot_io_away(b);

	boot_io_free(b);
	return ms;
}

static void
end(const char *root, bool marks)
{
	struct boot_io *b = start(root);

	if (marks)
		boot_io_set(b, true);
	boot_io_ended(b);
	boot_io_free(b);
}

static void
for_how_long_nobody_was_there_is_known(void **state)
{
	boot(*state, ID);
	end(*state, true);
	usleep(20000);
	assert_in_range(away(*state), 20, 10000);
	assert_true(run(*state, false));
	/* One that never came so far changes nothing. */
	end(*state, false);
	usleep(20000);
	assert_in_range(away(*state), 40, 10000);
}

static void
who_was_killed_has_left_no_time(void **state)
{
	boot(*state, ID);
	end(*state, true);
	run(*state, true);
	assert_int_equal(away(*state), 0);
	assert_true(run(*state, false));
}

static void
time_of_another_boot_is_none(void **state)
{
	boot(*state, ID);
	end(*state, true);
	boot(*state, OTHER_ID);
	usleep(5000);
	assert_int_equal(away(*state), 0);
}

/* Two that are empty are not the same boot. */
static void
without_a_boot_id_nothing_is_taken_for_preserved(void **state)
{
	assert_false(run(*state, true));
	assert_false(run(*state, true));
	boot(*state, "");
	assert_false(run(*state, true));
	assert_false(run(*state, true));
}

static char warned[400];

static void
on_log(enum log_level level, const char *text)
{
	if (level == LOG_LEVEL_WARN)
		snprintf(warned + strlen(warned),
		    sizeof(warned) - strlen(warned), "%s\n", text);
}

/* It names the file that is the trouble, and no trouble there is not. */
static void
why_nothing_is_preserved_is_told(void **state)
{
	char *want = xasprintf(
	    "graceful restart: %s/proc/sys/kernel/random/boot_id: No such file "
	    "or directory: after a restart peers are told that forwarding was "
	    "not preserved\n",
	    (char *)*state);

	log_set_sink(on_log);
	warned[0] = '\0';
	run(*state, true);
	assert_string_equal(warned, want);
	boot(*state, "");
	warned[0] = '\0';
	run(*state, true);
	assert_non_null(strstr(warned, "/boot_id: no id in it: "));
	boot(*state, ID);
	warned[0] = '\0';
	run(*state, true);
	assert_string_equal(warned, "");
	log_set_sink(NULL);
	free(want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(what_one_run_marks_the_next_one_finds),
		IN_DIRECTORY(another_boot_preserves_nothing),
		IN_DIRECTORY(who_leaves_for_good_takes_the_mark_along),
		IN_DIRECTORY(for_how_long_nobody_was_there_is_known),
		IN_DIRECTORY(who_was_killed_has_left_no_time),
		IN_DIRECTORY(time_of_another_boot_is_none),
		IN_DIRECTORY(without_a_boot_id_nothing_is_taken_for_preserved),
		IN_DIRECTORY(why_nothing_is_preserved_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
