/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/command_table.h"
#include "cli/commands.h"
#include "common/err.h"
#include "tests/test.h"

enum { WORDS = 16 };

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

TEST(words_become_requests)
{
	assert_means(
	    "show neighbors", "{\"version\":1,\"request\":\"neighbors\"}");
	assert_means("show neighbors 10.0.0.1",
	    "{\"version\":1,\"request\":\"neighbors\","
	    "\"address\":\"10.0.0.1\"}");
	assert_means("show routes", "{\"version\":1,\"request\":\"routes\"}");
	assert_means("show routes received neighbor tor-a 10.0.0.0/8",
	    "{\"version\":1,\"request\":\"routes\",\"scope\":\"received\","
	    "\"neighbor\":\"tor-a\",\"prefix\":\"10.0.0.0/8\"}");
	assert_means("show announcements web/shop",
	    "{\"version\":1,\"request\":\"services\","
	    "\"service\":\"web/shop\"}");
	assert_means("show l2 192.0.2.9",
	    "{\"version\":1,\"request\":\"l2\","
	    "\"address\":\"192.0.2.9\"}");
	assert_means("show vips", "{\"version\":1,\"request\":\"vips\"}");
	assert_means("show filters edge",
	    "{\"version\":1,\"request\":\"filters\",\"name\":\"edge\"}");
	assert_means("show status", "{\"version\":1,\"request\":\"status\"}");
	assert_means("shutdown", "{\"version\":1,\"request\":\"shutdown\"}");
	assert_means("dump mrt received n1.mrt",
	    "{\"version\":1,\"request\":\"routes\",\"scope\":\"received\","
	    "\"file\":\"n1.mrt\"}");
	assert_means("monitor", "{\"version\":1,\"request\":\"monitor\"}");
	assert_means("monitor bfd route",
	    "{\"version\":1,\"request\":\"monitor\","
	    "\"kinds\":[\"bfd\",\"route\"]}");
	assert_means("version", "{\"version\":1}");
}

TEST(a_service_must_be_named)
{
	assert_means("explain service web/shop",
	    "{\"version\":1,\"service\":\"web/shop\"}");
	assert_means(
	    "explain service", "explain service: [NAMESPACE/]NAME must follow");
}

/* One name means one thing, in the plural and in the singular. */
TEST(a_name_chooses_one_service)
{
	static const char *const spellings[] = { "services", "service" };

	for (size_t i = 0; i < 2; i++) {
		char show[] = "show", what[16], name[] = "web/shop";
		char *words[] = { show, what, name };
		struct err err;
		size_t used;

		strcpy(what, spellings[i]);
		const struct command *all =
		    command_find(words, 2, false, &used, &err);
		const struct command *one =
		    command_find(words, 3, false, &used, &err);

		assert_int_equal(used, 2);
		assert_non_null(all->view);
		assert_null(all->argument);
		assert_non_null(one->view);
		assert_string_equal(one->argument, "service");
	}
}

TEST(arguments_come_in_any_order)
{
	assert_means("show routes 10.0.0.0/8 neighbor tor-a advertised",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"prefix\":\"10.0.0.0/8\",\"neighbor\":\"tor-a\","
	    "\"scope\":\"advertised\"}");
}

TEST(routes_are_selected)
{
	assert_means(
	    "show routes 10.0.0.0/8 longer community 64517:1 community "
	    "64517:2:3 limit 20",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"prefix\":\"10.0.0.0/8\",\"match\":\"longer\","
	    "\"communities\":[\"64517:1\",\"64517:2:3\"],\"limit\":20}");
	assert_means("show routes as-path-starts 65001 as-path-starts 65002 "
		     "as-path-contains 4200000000",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"asPathStartsWith\":[65001,65002],"
	    "\"asPathContains\":[4200000000]}");
}

TEST(a_neighbor_may_be_named_like_a_keyword)
{
	assert_means("show routes neighbor received",
	    "{\"version\":1,\"request\":\"routes\","
	    "\"neighbor\":\"received\"}");
}

TEST(what_is_not_understood_is_named)
{
	assert_means("", "a command is missing");
	assert_means("sho", "sho: no such command");
	assert_means("explain", "explain: a word must follow: service");
	assert_means("bfd", "bfd: no such command");
	assert_means("show neighbour",
	    "show neighbour: no such command: show takes neighbors, "
	    "bfd, bmp, routes, filters, announcements, l2, vips, status, "
	    "services, addresses, pools");
	assert_means("hide neighbors", "hide neighbors: no such command");
	assert_means("show neighbors a b", "b: one word too many");
	assert_means("show status now", "now: one word too many");
	assert_means(
	    "show routes received advertised", "advertised: one word too many");
	assert_means("show routes neighbor", "neighbor: a word must follow");
	assert_means("monitor all",
	    "all: not one of session, route, announcement, bfd, neighbor");
	assert_means("show neighbors \xff", "address: not UTF-8");
	assert_means("show routes community \xff", "community: not UTF-8");
	assert_means(
	    "show routes longer shorter", "shorter: one word too many");
	assert_means("show routes limit ten",
	    "limit: ten: not a number up to 4294967295");
	assert_means("show routes as-path-contains 4294967296",
	    "as-path-contains: 4294967296: not a number up to 4294967295");
	assert_means(
	    "show routes limit -1", "limit: -1: not a number up to 4294967295");
}

TEST(all_nodes_chooses_the_source)
{
	char words_of[2][16] = { "show", "neighbors" };
	char *words[] = { words_of[0], words_of[1] };
	struct err err;
	size_t used;

	const struct command *here = command_find(words, 2, false, &used, &err);
	const struct command *all = command_find(words, 2, true, &used, &err);

	assert_string_equal(here->request, "neighbors");
	assert_null(here->view);
	assert_null(all->request);
	assert_non_null(all->view);
	char *l2 = request_of("show l2 192.0.2.9", true);

	assert_string_equal(l2, "{\"version\":1,\"address\":\"192.0.2.9\"}");
	free(l2);
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

TEST(words_are_completed_once_each)
{
	assert_completes("",
	    "show\nexplain\ndoctor\nmonitor\ndump\ndiff\ndrain\nundrain\n"
	    "convert\ncompletion\nversion\nshutdown\n");
	assert_completes("sh", "show\nshutdown\n");
	assert_completes("show s", "status\nservices\n");
	assert_completes("show n", "neighbors\n");
	assert_completes("show routes ",
	    "advertised\nreceived\nneighbor\nlonger\nshorter\ncovering\n"
	    "community\nas-path-contains\nas-path-starts\nlimit\n");
	assert_completes("show routes received n", "neighbor\n");
	assert_completes("show neighbors ", "");
	assert_completes("x", "");
}

TEST(help_has_a_line_for_each_command)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	commands_help(to);
	fclose(to);
	assert_non_null(strstr(out, "  show neighbors [ADDRESS]\n"));
	assert_non_null(strstr(
	    out, "  show routes [advertised|received] [neighbor X] [PREFIX "));
	free(out);
}

/* The help on the words, or why there is none; owned. */
static char *
help_of(const char *text)
{
	const struct command *list[32];
	char line[160], *words[WORDS], *out = NULL;
	struct err err;
	size_t size;

	strcpy(line, text);
	size_t n = commands_about(words, split(line, words), list, 32, &err);

	if (n == 0)
		return strdup(err.text);
	FILE *to = open_memstream(&out, &size);

	command_help(to, list, n);
	fclose(to);
	return out;
}

TEST(help_is_about_the_words)
{
	char *text = help_of("show announcements web");

	assert_string_equal(text,
	    "Usage: lbbgp [OPTION]... show announcements [[NAMESPACE/]NAME]\n\n"
	    "show announcements [[NAMESPACE/]NAME]:\n"
	    "  what this node announces for Services, or why not\n"
	    "  (or: show announcement)\n"
	    "  Example: lbbgp show announcements web/shop\n");
	free(text);
	text = help_of("show");
	assert_non_null(strstr(text, "show pools"));
	assert_null(strstr(text, "explain"));
	free(text);
	text = help_of("nothing");
	assert_string_equal(text, "nothing: no such command");
	free(text);
}

TEST(options_belong_to_commands)
{
	static const struct {
		const char *words, *option;
		bool taken;
	} rows[] = {
		{ "show routes", "socket", true },
		{ "show routes", "kubeconfig", false },
		{ "show pools", "as-group", true },
		{ "show pools", "namespace", false },
		{ "show services", "namespace", true },
		{ "doctor", "namespace", true },
		{ "explain service", "class", true },
		{ "show services", "class", false },
		{ "explain service", "default-class", true },
		{ "show services", "default-class", false },
		{ "explain service", "router", true },
		{ "show services", "router", false },
		{ "convert", "output", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct command *list[2];
		char line[40], *words[WORDS];
		struct err err;

		strcpy(line, rows[i].words);
		assert_true(commands_about(
				words, split(line, words), list, 2, &err) > 0);
		assert_int_equal(
		    command_takes(list[0], rows[i].option), rows[i].taken);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_requests),
		cmocka_unit_test(a_service_must_be_named),
		cmocka_unit_test(arguments_come_in_any_order),
		cmocka_unit_test(routes_are_selected),
		cmocka_unit_test(a_neighbor_may_be_named_like_a_keyword),
		cmocka_unit_test(what_is_not_understood_is_named),
		cmocka_unit_test(all_nodes_chooses_the_source),
		cmocka_unit_test(words_are_completed_once_each),
		cmocka_unit_test(help_has_a_line_for_each_command),
		cmocka_unit_test(a_name_chooses_one_service),
		cmocka_unit_test(help_is_about_the_words),
		cmocka_unit_test(options_belong_to_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
