/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "common/err.h"

enum { WORDS = 8 };

/* Splits in place; the number of words. */
static size_t
split(char *line, char *words[WORDS])
{
	size_t n = 0;

	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		words[n++] = w;
	return n;
}

/* The request that the words come to, or why not; owned. */
static char *
request_of(const char *text, bool all_nodes)
{
	char line[160], *words[WORDS];
	struct err err = { "" };
	size_t used;

	strcpy(line, text);
	size_t n = split(line, words);
	const struct command *c =
	    command_find(words, n, all_nodes, &used, &err);
	char *request =
	    c != NULL ? command_request(c, words + used, n - used, &err) : NULL;

	return request != NULL ? request : strdup(err.text);
}

static void
assert_means(const char *words, const char *request)
{
	char *is = request_of(words, false);

	assert_string_equal(is, request);
	free(is);
}

static void
words_become_requests(void **state)
{
	(void)state;
	assert_means(
	    "show neighbors", "{\"version\":1,\"request\":\"neighbors\"}");
	assert_means("show neighbors 10.0.0.1",
	    "{\"version\":1,\"request\":\"neighbors\","
	    "\"address\":\"10.0.0.1\"}");
	assert_means("show routes", "{\"version\":1,\"request\":\"routes\"}");
	assert_means("show routes received neighbor tor-a 10.0.0.0/8",
	    "{\"version\":1,\"request\":\"routes\",\"scope\":\"received\","
	    "\"neighbor\":\"tor-a\",\"prefix\":\"10.0.0.0/8\"}");
	assert_means("show services web/shop",
	    "{\"version\":1,\"request\":\"services\","
	    "\"service\":\"web/shop\"}");
	assert_means("show status", "{\"version\":1,\"request\":\"status\"}");
	assert_means("shutdown", "{\"version\":1,\"request\":\"shutdown\"}");
	assert_means("version", "{\"version\":1}");
}

static void
a_service_must_be_named(void **state)
{
	(void)state;
	assert_means("explain service web/shop",
	    "{\"version\":1,\"service\":\"web/shop\"}");
	assert_means(
	    "explain service", "explain service: NAMESPACE/NAME must follow");
	assert_means(
	    "show service", "show service: NAMESPACE/NAME must follow");
}

static void
arguments_come_in_any_order(void **state)
{
	(void)state;
	assert_means("show routes 10.0.0.0/8 neighbor tor-a advertised",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"prefix\":\"10.0.0.0/8\",\"neighbor\":\"tor-a\","
	    "\"scope\":\"advertised\"}");
}

static void
a_neighbor_may_be_named_like_a_keyword(void **state)
{
	(void)state;
	assert_means("show routes neighbor received",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"neighbor\":\"received\"}");
}

static void
what_is_not_understood_is_named(void **state)
{
	(void)state;
	assert_means("", "a command is missing");
	assert_means("sho", "sho: no such command");
	assert_means("show", "show: a word must follow");
	assert_means("show neighbour", "show neighbour: no such command");
	assert_means("show neighbors a b", "b: one word too many");
	assert_means("show status now", "now: one word too many");
	assert_means(
	    "show routes received advertised", "advertised: one word too many");
	assert_means("show routes neighbor", "neighbor: a word must follow");
	assert_means("show neighbors \xff", "address: not UTF-8");
}

static void
all_nodes_chooses_the_source(void **state)
{
	char words_of[2][16] = { "show", "neighbors" };
	char *words[] = { words_of[0], words_of[1] };
	struct err err;
	size_t used;

	(void)state;
	const struct command *here = command_find(words, 2, false, &used, &err);
	const struct command *all = command_find(words, 2, true, &used, &err);

	assert_string_equal(here->request, "neighbors");
	assert_null(here->view);
	assert_null(all->request);
	assert_non_null(all->view);
	char *refusal = request_of("show routes", true);

	assert_string_equal(refusal, "--all-nodes: not with show routes");
	free(refusal);
}

static void
assert_completes(const char *text, const char *want)
{
	char line[160], *words[WORDS], empty[] = "", *out = NULL;
	size_t size;

	strcpy(line, text);
	size_t n = split(line, words);

	if (text[0] == '\0' || text[strlen(text) - 1] == ' ')
		words[n++] = empty;
	FILE *to = open_memstream(&out, &size);

	commands_complete(to, words, n);
	fclose(to);
	assert_string_equal(out, want);
	free(out);
}

static void
words_are_completed_once_each(void **state)
{
	(void)state;
	assert_completes("", "show\nexplain\nconvert\nversion\nshutdown\n");
	assert_completes("sh", "show\nshutdown\n");
	assert_completes("show s", "services\nstatus\nservice\n");
	assert_completes("show n", "neighbors\n");
	assert_completes("show routes ", "advertised\nreceived\nneighbor\n");
	assert_completes("show routes received n", "neighbor\n");
	assert_completes("show neighbors ", "");
	assert_completes("x", "");
}

static void
help_has_a_line_for_each_command(void **state)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	(void)state;
	commands_help(to);
	fclose(to);
	assert_non_null(strstr(out, "  show neighbors [ADDRESS]\n"));
	assert_non_null(strstr(out,
	    "  show routes [advertised|received] [neighbor X] [PREFIX]\n"));
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_requests),
		cmocka_unit_test(a_service_must_be_named),
		cmocka_unit_test(arguments_come_in_any_order),
		cmocka_unit_test(a_neighbor_may_be_named_like_a_keyword),
		cmocka_unit_test(what_is_not_understood_is_named),
		cmocka_unit_test(all_nodes_chooses_the_source),
		cmocka_unit_test(words_are_completed_once_each),
		cmocka_unit_test(help_has_a_line_for_each_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
