/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <jansson.h>
#include <string.h>

#include "cli/convert_io.h"
#include "cli/explain/explain.h"
#include "cli/objects.h"
#include "cli/print.h"
#include "common/err.h"

#define REQUEST_VERSION 1

static const struct keyword route_keywords[] = {
	{ "advertised", "scope", false },
	{ "received", "scope", false },
	{ "neighbor", "neighbor", true },
	{ NULL, NULL, false },
};

static const struct command table[] = {
	{ .words = "show neighbors",
	    .arguments = "[ADDRESS]",
	    .help =
		"this node's sessions; with an address or a name all of one",
	    .argument = "address",
	    .request = "neighbors",
	    .rows = "neighbors",
	    .print = print_neighbors },
	{ .words = "show neighbors",
	    .arguments = "--all-nodes [ADDRESS]",
	    .help = "the sessions of all nodes, as BGPNodeStatus has them",
	    .all_nodes = true,
	    .argument = "address",
	    .view = &objects_neighbors,
	    .rows = "neighbors",
	    .print = print_node_neighbors },
	{ .words = "show routes",
	    .arguments = "[advertised|received] [neighbor X] [PREFIX]",
	    .help = "what is known, sent to peers or heard from them",
	    .keywords = route_keywords,
	    .argument = "prefix",
	    .request = "routes",
	    .rows = "routes",
	    .print = print_routes },
	{ .words = "show services",
	    .arguments = "[NAMESPACE/NAME]",
	    .help = "what this node announces for Services, or why not",
	    .argument = "service",
	    .request = "services",
	    .rows = "services",
	    .print = print_services },
	{ .words = "show status",
	    .arguments = "",
	    .help = "this node and the conditions that hold",
	    .request = "status",
	    .print = print_status },
	{ .words = "show service",
	    .arguments = "NAMESPACE/NAME",
	    .help = "what one Service has and asks for (from the source)",
	    .argument = "service",
	    .required = true,
	    .view = &explain_show,
	    .print = print_service },
	{ .words = "explain service",
	    .arguments = "NAMESPACE/NAME",
	    .help = "why it has its address or none, and who announces it "
		    "(from the source)",
	    .argument = "service",
	    .required = true,
	    .view = &explain_service,
	    .rows = "steps",
	    .print = print_explanation },
	{ .words = "show addresses",
	    .arguments = "",
	    .help = "which Service holds which address (from the source)",
	    .view = &objects_addresses,
	    .rows = "addresses",
	    .print = print_addresses },
	{ .words = "show pools",
	    .arguments = "",
	    .help = "ServiceGroups and what is free in them (from the source)",
	    .view = &objects_pools,
	    .rows = "pools",
	    .print = print_pools },
	{ .words = "convert",
	    .arguments = "[FILE]...",
	    .help = "manifests of MetalLB, PureLB, Calico, kube-vip or Cilium "
		    "as ours",
	    .run = convert_start },
	{ .words = "version",
	    .arguments = "",
	    .help = "the version of this program",
	    .print = print_version },
	{ .words = "shutdown",
	    .arguments = "",
	    .help = "let this node's daemon leave: Cease to all peers",
	    .request = "shutdown",
	    .print = print_shutdown },
};

#define COMMANDS (sizeof(table) / sizeof(table[0]))

/* The nth word of "show neighbors" and its length; NULL: there are not so many. */
static const char *
word_at(const char *words, size_t nth, size_t *length)
{
	for (;; nth--) {
		*length = strcspn(words, " ");
		if (*length == 0)
			return NULL;
		if (nth == 0)
			return words;
		words += *length + (words[*length] == ' ');
	}
}

/* How many of the command's words begin the given ones; 0: not all of them do. */
static size_t
matched(const struct command *c, char *const *words, size_t n)
{
	const char *word;
	size_t i = 0, length;

	for (; (word = word_at(c->words, i, &length)) != NULL; i++)
		if (i == n || strlen(words[i]) != length ||
		    strncmp(words[i], word, length) != 0)
			return 0;
	return i;
}

/* Does a command of several words begin with that one? */
static bool
begins_command(const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i < COMMANDS; i++)
		if (strncmp(table[i].words, word, length) == 0 &&
		    table[i].words[length] == ' ')
			return true;
	return false;
}

static bool
refuse_words(char *const *words, size_t n, struct err *err)
{
	if (n == 0)
		return err_set(err, "a command is missing");
	if (n == 1)
		return err_set(err,
		    begins_command(words[0]) ? "%.60s: a word must follow"
					     : "%.60s: no such command",
		    words[0]);
	return err_set(err, "%.60s %.60s: no such command", words[0], words[1]);
}

const struct command *
command_find(
    char *const *words, size_t n, bool all_nodes, size_t *used, struct err *err)
{
	const struct command *other = NULL;

	for (size_t i = 0; i < COMMANDS; i++) {
		size_t match = matched(&table[i], words, n);

		if (match == 0)
			continue;
		if (table[i].all_nodes == all_nodes) {
			*used = match;
			return &table[i];
		}
		other = &table[i];
	}
	if (other != NULL)
		err_set(err, "--all-nodes: not with %s", other->words);
	else
		refuse_words(words, n, err);
	return NULL;
}

static const struct keyword *
keyword_find(const struct command *c, const char *word)
{
	for (const struct keyword *k = c->keywords;
	     k != NULL && k->word != NULL; k++)
		if (strcmp(k->word, word) == 0)
			return k;
	return NULL;
}

static bool
request_set(
    json_t *request, const char *field, const char *value, struct err *err)
{
	if (field == NULL || json_object_get(request, field) != NULL)
		return err_set(err, "%.60s: one word too many", value);
	if (json_object_set_new(request, field, json_string(value)) != 0)
		return err_set(err, "%s: not UTF-8", field);
	return true;
}

static bool
request_fill(json_t *request, const struct command *c, char *const *words,
    size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct keyword *k = keyword_find(c, words[i]);
		const char *field = k != NULL ? k->field : c->argument;

		if (k != NULL && k->takes_next && ++i == n)
			return err_set(
			    err, "%s: a word must follow", words[i - 1]);
		if (!request_set(request, field, words[i], err))
			return false;
	}
	return true;
}

static bool
request_is_whole(
    const json_t *request, const struct command *c, struct err *err)
{
	return !c->required || json_object_get(request, c->argument) != NULL ||
	    err_set(err, "%s: %s must follow", c->words, c->arguments);
}

char *
command_request(
    const struct command *c, char *const *words, size_t n, struct err *err)
{
	json_t *request = json_pack("{s:i}", "version", REQUEST_VERSION);
	char *text = NULL;

	if (c->request != NULL)
		json_object_set_new(
		    request, "request", json_string(c->request));
	if (request_fill(request, c, words, n, err) &&
	    request_is_whole(request, c, err))
		text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	return text;
}

void
commands_help(FILE *to)
{
	fputs("Commands:\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %s%s%s\n      %s\n", table[i].words,
		    table[i].arguments[0] != '\0' ? " " : "",
		    table[i].arguments, table[i].help);
}

static bool
begins(const char *word, size_t length, const char *with)
{
	return strlen(with) <= length && strncmp(word, with, strlen(with)) == 0;
}

static void
complete_keywords(FILE *to, const struct command *c, const char *beginning)
{
	for (const struct keyword *k = c->keywords;
	     k != NULL && k->word != NULL; k++)
		if (begins(k->word, strlen(k->word), beginning))
			fprintf(to, "%s\n", k->word);
}

/* Do the words before the last one begin the command's? */
static bool
leads_to(const struct command *c, char *const *words, size_t n)
{
	const char *word;
	size_t length;

	for (size_t i = 0; i < n; i++)
		if ((word = word_at(c->words, i, &length)) == NULL ||
		    strlen(words[i]) != length ||
		    strncmp(words[i], word, length) != 0)
			return false;
	return true;
}

/* The word of the command that the words lead to and the last one begins; or NULL. */
static const char *
next_word(const struct command *c, char *const *words, size_t n, size_t *length)
{
	const char *word = word_at(c->words, n - 1, length);

	return word != NULL && leads_to(c, words, n - 1) &&
		begins(word, *length, words[n - 1])
	    ? word
	    : NULL;
}

/* Is it the same as that of a command further up? */
static bool
is_repeated(const struct command *c, const char *word, size_t length,
    char *const *words, size_t n)
{
	size_t other_length;

	for (const struct command *other = table; other < c; other++) {
		const char *w = next_word(other, words, n, &other_length);

		if (w != NULL && other_length == length &&
		    strncmp(w, word, length) == 0)
			return true;
	}
	return false;
}

void
commands_complete(FILE *to, char *const *words, size_t n)
{
	const char *word;
	size_t length;

	for (size_t i = 0; n > 0 && i < COMMANDS; i++) {
		const struct command *c = &table[i];

		if (matched(c, words, n - 1) > 0)
			complete_keywords(to, c, words[n - 1]);
		else if ((word = next_word(c, words, n, &length)) != NULL &&
		    !is_repeated(c, word, length, words, n))
			fprintf(to, "%.*s\n", (int)length, word);
	}
}
