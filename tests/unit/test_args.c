/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/args.h"
#include "common/err.h"
#include "common/log.h"
#include "tests/test.h"

static const char *node, *output;
static bool check;

static bool
accept_even(const char *value, struct err *err)
{
	return atoi(value) % 2 == 0 || err_set(err, "%s: odd", value);
}

static const struct args_option options[] = {
	{ .name = "node",
	    .value = "NAME",
	    .help = "this node's name",
	    .env = "TEST_NODE",
	    .text = &node },
	{ .name = "output",
	    .letter = 'o',
	    .value = "FORMAT",
	    .help = "json",
	    .text = &output },
	{ .name = "check", .help = "only look", .flag = &check },
	{ .name = "even",
	    .value = "N",
	    .help = "a number",
	    .accept = accept_even },
	{ .name = "an-option-that-is",
	    .value = "LONG",
	    .help = "told below it" },
	ARGS_LOG_ROWS,
	{ 0 },
};

static struct args_program program = {
	.name = "prog",
	.usage = "[OPTION]...",
	.about = "Tries things.",
	.options = options,
	.footer = "The end.",
};

static char printed[4096];

/* Runs args_parse() on words, which end with NULL; collects what it prints. */
static int
parse(int *code, ...)
{
	char *argv[20] = { (char *)"prog" };
	int argc = 1, out = dup(1), err = dup(2), pipes[2];
	va_list ap;

	va_start(ap, code);
	while ((argv[argc] = va_arg(ap, char *)) != NULL)
		argc++;
	va_end(ap);
	node = output = NULL;
	check = false;
	*code = -1;
	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	dup2(pipes[1], 1);
	dup2(pipes[1], 2);
	int at = args_parse(&program, argc, argv, code);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(pipes[1]);
	ssize_t n = read(pipes[0], printed, sizeof(printed) - 1);
	close(pipes[0]);
	printed[n > 0 ? n : 0] = '\0';
	return at;
}

static int
setup(void **state)
{
	(void)state;
	unsetenv("TEST_NODE");
	program.words = false;
	return 0;
}

TEST(options_reach_their_places)
{
	int code;

	assert_int_equal(
	    parse(&code, "--node", "n1", "-ojson", "--check", "--even=4", NULL),
	    6);
	assert_string_equal(node, "n1");
	assert_string_equal(output, "json");
	assert_true(check);
	assert_int_equal(parse(&code, NULL), 1);
	assert_null(node);
	assert_false(check);
}

TEST(half_a_name_is_no_option)
{
	int code;

	assert_int_equal(parse(&code, "--nod", "--node", NULL), -1);
	assert_int_equal(code, EXIT_USAGE);
	assert_non_null(strstr(printed, "--node has to be written out"));
	assert_int_equal(parse(&code, "--eve=4", NULL), -1);
	assert_int_equal(parse(&code, "--che", NULL), -1);
	assert_int_equal(parse(&code, "word", "--he", NULL), -1);
	assert_int_equal(parse(&code, "--node", "--nod", NULL), 3);
	assert_string_equal(node, "--nod");
}

TEST(environment_stands_in)
{
	int code;

	setenv("TEST_NODE", "n2", 1);
	parse(&code, NULL);
	assert_string_equal(node, "n2");
	parse(&code, "--node=n3", NULL);
	assert_string_equal(node, "n3");
	setenv("TEST_NODE", "", 1);
	parse(&code, NULL);
	assert_null(node);
}

TEST(wrong_use_ends_with_2)
{
	int code;

	assert_int_equal(parse(&code, "--even", "3", NULL), -1);
	assert_int_equal(code, EXIT_USAGE);
	assert_string_equal(
	    printed, "prog: --even: 3: odd\nTry 'prog --help'.\n");
	assert_int_equal(parse(&code, "--nonsense", NULL), -1);
	assert_int_equal(code, EXIT_USAGE);
	assert_int_equal(parse(&code, "--node", NULL), -1);
	assert_int_equal(code, EXIT_USAGE);
	assert_int_equal(parse(&code, "word", NULL), -1);
	assert_int_equal(code, EXIT_USAGE);
	assert_int_equal(parse(&code, "--log-level", "loud", NULL), -1);
	assert_non_null(strstr(printed, "loud: not one of"));
	assert_int_equal(parse(&code, "--log-format", "xml", NULL), -1);
	assert_non_null(strstr(printed, "xml: not one of"));
}

TEST(words_may_follow_where_allowed)
{
	int code;

	program.words = true;
	assert_int_equal(parse(&code, "-o", "json", "show", "it", NULL), 3);
	assert_int_equal(parse(&code, "show", "-o", "json", NULL), 3);
	assert_string_equal(output, "json");
}

TEST(help_lists_every_option)
{
	int code;

	assert_int_equal(parse(&code, "--help", NULL), -1);
	assert_int_equal(code, EXIT_GOOD);
	assert_memory_equal(printed, "Usage: prog [OPTION]...\n\nTries", 30);
	assert_non_null(strstr(printed, "\n      --node NAME "));
	assert_non_null(strstr(printed, "(else the variable TEST_NODE)"));
	assert_non_null(strstr(printed, "\n  -o, --output FORMAT "));
	assert_non_null(strstr(printed, "--log-level LEVEL"));
	assert_non_null(strstr(printed, "\n  -h, --help "));
	assert_non_null(strstr(printed,
	    "\n      --an-option-that-is LONG\n"
	    "                              told below it\n"));
	assert_non_null(strstr(printed, "\n\nThe end.\n"));
	assert_int_equal(parse(&code, "-h", NULL), -1);
	assert_int_equal(code, EXIT_GOOD);
}

TEST(version_is_printed)
{
	int code;

	assert_int_equal(parse(&code, "--version", NULL), -1);
	assert_int_equal(code, EXIT_GOOD);
	assert_memory_equal(printed, "prog ", 5);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(options_reach_their_places),
		T(half_a_name_is_no_option),
		T(environment_stands_in),
		T(wrong_use_ends_with_2),
		T(words_may_follow_where_allowed),
		T(help_lists_every_option),
		T(version_is_printed),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
