/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that the helper of commands_io starts: real ones, most of them shells that
 * tell what they find.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/health/commands_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "tests/test.h"

struct fixture {
	struct commands_io *commands;
	struct event_base *base;
	char told[256]; /* "1: ;2: exit status 3;": who answered how */
	int ours;       /* open, and not for programs */
	char dir[32];   /* where programs leave word; anybody may write there */
};

static void
on_answered(void *arg, uint32_t id, const char *why)
{
	struct fixture *f = arg;
	size_t used = strlen(f->told);

	snprintf(f->told + used, sizeof(f->told) - used, "%u: %s;", id,
	    why != NULL ? why : "");
	event_base_loopbreak(f->base);
}

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err = { "" };

	strcpy(f->dir, "/tmp/lbbgp-commands-XXXXXX");
	if (mkdtemp(f->dir) == NULL || chmod(f->dir, 0777) != 0)
		return -1;
	f->ours = open("/dev/null", O_RDONLY);
	f->commands = commands_io_new(NULL, &err);
	assert_string_equal(err.text, "");
	f->base = event_base_new();
	commands_io_attach(f->commands, f->base, on_answered, f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char *path = xasprintf("%s/word", f->dir);

	commands_io_free(f->commands);
	close(f->ours);
	event_base_free(f->base);
	unlink(path);
	rmdir(f->dir);
	free(path);
	free(f);
	return 0;
}

/* A line of shell; $0 is the file for its word. */
static void
ask(struct fixture *f, uint32_t id, const char *line, unsigned timeout)
{
	char *word = xasprintf("%s/word", f->dir);
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)line, word,
		NULL };

	commands_io_ask(f->commands, id, argv, timeout);
	free(word);
}

/* The next answer, or "" when none comes within a while. */
static const char *
await(struct fixture *f, unsigned ms)
{
	struct timeval patience = { ms / 1000, ms % 1000 * 1000 };

	f->told[0] = '\0';
	event_base_loopexit(f->base, &patience);
	event_base_dispatch(f->base);
	return f->told;
}

static const char *
answer(struct fixture *f, const char *line)
{
	ask(f, 1, line, 20000);
	return await(f, 20000);
}

/* What the program has left. */
static const char *
word(struct fixture *f)
{
	static char text[1024];
	char *path = xasprintf("%s/word", f->dir);
	FILE *file = fopen(path, "re");
	size_t n = 0;

	if (file != NULL) {
		n = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[n] = '\0';
	free(path);
	return text;
}

static void
status_0_is_good(void **state)
{
	assert_string_equal(answer(*state, "exit 0"), "1: ;");
}

static void
all_else_is_told(void **state)
{
	char *nowhere[] = { (char *)"/no/such/program", NULL };
	struct fixture *f = *state;

	assert_string_equal(answer(f, "exit 3"), "1: exit status 3;");
	assert_string_equal(answer(f, "kill -9 $$"), "1: signal 9;");
	commands_io_ask(f->commands, 2, nowhere, 1000);
	assert_string_equal(
	    await(f, 20000), "2: not started: No such file or directory;");
}

/* Words go to the program as they are. */
static void
no_shell_reads_the_words(void **state)
{
	struct fixture *f = *state;
	char *argv[] = { (char *)"/usr/bin/test", (char *)"$(id) 'x",
		(char *)"=", (char *)"$(id) 'x", NULL };

	commands_io_ask(f->commands, 1, argv, 20000);
	assert_string_equal(await(f, 20000), "1: ;");
}

static void
its_environment_is_the_path(void **state)
{
	struct fixture *f = *state;

	setenv("LBBGP_TEST_SECRET", "x", 1);
	assert_string_equal(
	    answer(f, "/usr/bin/env -u PWD -u SHLVL -u _ >$0"), "1: ;");
	assert_memory_equal(word(f), "PATH=", 5);
	assert_int_equal(strlen(strchr(word(f), '\n')), 1);
}

static void
it_has_no_input_and_nothing_of_ours_is_open(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    answer(f, "read x && exit 1; exec ls /proc/self/fd >$0"), "1: ;");
	/* the last one is the directory */
	assert_string_equal(word(f), "0\n1\n2\n3\n");
	assert_string_equal(
	    answer(f,
		"at=/proc/$$/fd; x=$(readlink $at/0 $at/1 $at/2); "
		"echo \"$x\" >$0"),
	    "1: ;");
	assert_string_equal(word(f), "/dev/null\n/dev/null\n/dev/null\n");
}

/* Nobody of root's tells what a program may do. */
static void
it_is_not_root_and_has_no_capabilities(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    answer(f,
		"grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs):' "
		"/proc/self/status | tr -s '\\t ' '  ' >$0"),
	    "1: ;");
	if (geteuid() == 0)
		assert_non_null(strstr(word(f),
		    "Uid: 65532 65532 65532 65532\n"
		    "Gid: 65532 65532 65532 65532\nGroups: \n"));
	assert_non_null(strstr(word(f),
	    "CapPrm: 0000000000000000\n"
	    "CapEff: 0000000000000000\n"));
	assert_non_null(strstr(word(f),
	    "CapAmb: 0000000000000000\n"
	    "NoNewPrivs: 1\n"));
}

/* With all that it has started: the word would come after the limit. */
static void
its_group_is_killed_at_the_timeout(void **state)
{
	struct fixture *f = *state;

	ask(f, 1, "(sleep 1; echo alive >$0) & sleep 60", 100);
	assert_string_equal(await(f, 20000), "1: it has not ended in time;");
	assert_string_equal(await(f, 1500), "");
	assert_string_equal(word(f), "");
}

static void
what_it_leaves_behind_is_killed_when_it_ends(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    answer(f, "(sleep 1; echo alive >$0) & exit 0"), "1: ;");
	assert_string_equal(await(f, 1500), "");
	assert_string_equal(word(f), "");
}

/* As in a container, where its first process, the daemon, would have to. */
static void
nobody_but_the_helper_has_to_wait_for_it(void **state)
{
	struct fixture *f = *state;
	siginfo_t info = { 0 };

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ask(f, 1, "sleep 60 & sleep 60", 100);
	assert_string_equal(await(f, 20000), "1: it has not ended in time;");
	assert_string_equal(await(f, 500), "");
	assert_int_equal(
	    waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	assert_int_equal(info.si_pid, 0);
	assert_string_equal(answer(f,
				"grep -hsA 4 '^State:.Z' /proc/[0-9]*/status |"
				" grep \"^PPid:.$PPID\\$\""),
	    "1: exit status 1;");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void
who_is_forgotten_is_killed_and_says_nothing(void **state)
{
	struct fixture *f = *state;

	ask(f, 1, "sleep 1; echo alive >$0", 20000);
	commands_io_forget(f->commands, 1);
	ask(f, 1, "exit 7", 20000); /* of the same id */
	assert_string_equal(await(f, 20000), "1: exit status 7;");
	assert_string_equal(await(f, 1500), "");
	assert_string_equal(word(f), "");
}

static void
several_run_at_once(void **state)
{
	struct fixture *f = *state;

	ask(f, 1, "sleep 0.3; exit 1", 20000);
	ask(f, 2, "exit 2", 20000);
	assert_string_equal(await(f, 20000), "2: exit status 2;");
	assert_string_equal(await(f, 20000), "1: exit status 1;");
}

/* Of the terminal's or the service manager's signals the daemon knows best. */
static void
signals_of_the_daemon_are_not_the_programs(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(answer(f,
				"kill -TERM $PPID; kill -INT $PPID;"
				" kill -HUP $PPID"),
	    "1: ;");
	assert_string_equal(answer(f, "kill -TERM $$"), "1: signal 15;");
}

static void
without_the_helper_every_answer_is_bad(void **state)
{
	struct fixture *f = *state;

	ask(f, 1, "sleep 5", 20000);
	ask(f, 2, "kill -9 $PPID", 20000);
	const char *told = await(f, 20000);

	assert_non_null(strstr(told, "does not answer"));
	assert_non_null(strstr(await(f, 20000), "does not answer"));
	assert_string_equal(answer(f, "exit 0"),
	    "1: the helper that runs commands does not answer;");
}

/* Without an end of its own, at the daemon's. */
static void
programs_end_with_the_daemon(void **state)
{
	struct fixture *f = *state;
	struct timeval moment = { 1, 500000 };

	ask(f, 1, "echo begun >$0; sleep 1; echo alive >$0", 20000);
	while (strcmp(word(f), "begun\n") != 0)
		usleep(10000);
	commands_io_free(f->commands);
	f->commands = NULL;
	event_base_loopexit(f->base, &moment);
	event_base_loop(f->base, EVLOOP_NO_EXIT_ON_EMPTY);
	assert_string_equal(word(f), "begun\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(status_0_is_good),
		T(all_else_is_told),
		T(no_shell_reads_the_words),
		T(its_environment_is_the_path),
		T(it_has_no_input_and_nothing_of_ours_is_open),
		T(it_is_not_root_and_has_no_capabilities),
		T(its_group_is_killed_at_the_timeout),
		T(what_it_leaves_behind_is_killed_when_it_ends),
		T(nobody_but_the_helper_has_to_wait_for_it),
		T(who_is_forgotten_is_killed_and_says_nothing),
		T(several_run_at_once),
		T(signals_of_the_daemon_are_not_the_programs),
		T(without_the_helper_every_answer_is_bad),
		T(programs_end_with_the_daemon),
	};

	return cmocka_run_group_tests_name("commands_io", tests, NULL, NULL);
}
