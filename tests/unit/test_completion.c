/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"
#include "common/args.h"
#include "tests/test.h"

static const struct args_option options[] = {
	{ .name = "socket", .value = "PATH" },
	{ .name = "source", .value = "SOURCE" },
	{ .name = "output", .letter = 'o', .value = "FORMAT" },
	{ .name = "all-nodes" },
	{ .name = "filename", .letter = 'f', .value = "FILE" },
	{ 0 },
};

/* A blank at the end begins a new word. */
static void
assert_completes(const char *text, const char *want)
{
	char line[160], *words[12], empty[] = "", *out = NULL;
	size_t n = 0, size;

	strcpy(line, text);
	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		words[n++] = w;
	if (text[0] == '\0' || text[strlen(text) - 1] == ' ')
		words[n++] = empty;
	FILE *to = open_memstream(&out, &size);

	completion_print(to, options, words, n);
	fclose(to);
	assert_string_equal(out, want);
	free(out);
}

TEST(words_are_completed_behind_options)
{
	assert_completes("he", "help\n");
	assert_completes("-o json sh", "show\nshutdown\n");
	assert_completes("--socket show expl", "explain\n");
	assert_completes("show --output=json rou", "routes\n");
	assert_completes("help show po", "pools\n");
	assert_completes("completion ", "bash\nzsh\nfish\n");
	assert_completes("convert a", ":files\n");
}

TEST(values_of_options_are_completed)
{
	assert_completes("dump mrt ", ":files\nreceived\nneighbor\n");
	assert_completes("-o ", "table\njson\n");
	assert_completes("show pools --output j", "json\n");
	assert_completes("--socket ", ":files\n");
	assert_completes("--source d", "dir:\n");
	assert_completes("diff -f ", ":files\n");
	assert_completes("diff --f", "--filename\n");
	assert_completes("show pools --f", "");
}

TEST(options_are_those_of_the_command)
{
	assert_completes("show routes --s", "--socket\n");
	assert_completes("show pools --s", "--source\n");
	assert_completes(
	    "show pools -", "--source\n--output\n--help\n--version\n");
	assert_completes("nonsense --o", "");
	assert_completes("--o", "--output\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_completed_behind_options),
		cmocka_unit_test(values_of_options_are_completed),
		cmocka_unit_test(options_are_those_of_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
