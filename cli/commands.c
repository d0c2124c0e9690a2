/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that somebody types is led to a row of the table by its first words; what is
 * behind them becomes a request by the row's keywords. The help and completion read the
 * same rows, the one all of them, the other those that a line may still come to.
 */
#include "cli/commands.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command_table.h"
#include "cli/doctor_cluster.h"
#include "cli/explain/explain.h"
#include "common/err.h"

#define REQUEST_VERSION 1

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

static size_t
matched_words(const char *spelling, char *const *words, size_t n)
{
	const char *word;
	size_t i = 0, length;

	for (; (word = word_at(spelling, i, &length)) != NULL; i++)
		if (i == n || strlen(words[i]) != length ||
		    strncmp(words[i], word, length) != 0)
			return 0;
	return i;
}

/* How many of the command's words begin the given ones; 0: not all of them do. */
static size_t
matched(const struct command *c, char *const *words, size_t n)
{
	size_t match = matched_words(c->words, words, n);

	if (match == 0 && c->alias != NULL)
		match = matched_words(c->alias, words, n);
	return match;
}

/* Is it of several words, of which that is the first? */
static bool
is_below(const struct command *c, const char *word)
{
	size_t length = strlen(word);

	return strncmp(c->words, word, length) == 0 && c->words[length] == ' ';
}

static bool
begins_command(const char *word)
{
	for (size_t i = 0; i < command_count; i++)
		if (is_below(&command_table[i], word))
			return true;
	return false;
}

/* "neighbors, routes": what may follow the word, each once. */
static struct err
words_behind(const char *word)
{
	size_t length = strlen(word), n = 0;
	struct err list = { 0 };
	const char *last = "";

	for (size_t i = command_count; i-- > 0;) {
		const char *next = command_table[i].words + length + 1;

		if (!is_below(&command_table[i], word) ||
		    strncmp(next, last, strcspn(next, " ") + 1) == 0)
			continue;
		err_prefix(&list, "%.*s%s", (int)strcspn(next, " "), next,
		    n++ > 0 ? ", " : "");
		last = next;
	}
	return list;
}

static bool
refuse_words(char *const *words, size_t n, struct err *err)
{
	if (n == 0)
		return err_set(err, "a command is missing");
	if (n == 1 && begins_command(words[0]))
		return err_set(err, "%.60s: a word must follow: %s", words[0],
		    words_behind(words[0]).text);
	if (n == 1)
		return err_set(err, "%.60s: no such command", words[0]);
	if (!begins_command(words[0]))
		return err_set(
		    err, "%.60s %.60s: no such command", words[0], words[1]);
	return err_set(err, "%.60s %.60s: no such command: %s takes %s",
	    words[0], words[1], words[0], words_behind(words[0]).text);
}

/* Where one spelling means two, a word that follows decides. */
const struct command *
command_find(
    char *const *words, size_t n, bool all_nodes, size_t *used, struct err *err)
{
	const struct command *found = NULL, *other = NULL;

	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];
		size_t match = matched(c, words, n);

		if (match == 0)
			continue;
		if (c->all_nodes != all_nodes) {
			other = c;
		} else if (found == NULL || (c->required && n > match)) {
			*used = match;
			found = c;
		}
	}
	if (found != NULL)
		return found;
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

/* NULL and err: it is none that the daemon could take. */
static json_t *
number_of(const char *text, struct err *err)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && n <= UINT32_MAX)
		return json_integer((json_int_t)n);
	err_set(err, "%.60s: not a number up to 4294967295", text);
	return NULL;
}

static json_t *
value_of(const struct keyword *k, const char *text, struct err *err)
{
	bool number = k->kind == KEYWORD_NUMBER || k->kind == KEYWORD_NUMBERS;
	json_t *v = number ? number_of(text, err) : json_string(text);

	if (v == NULL && !number)
		err_set(err, "not UTF-8");
	if (v == NULL)
		err_prefix(err, "%s: ", k->word);
	return v;
}

static bool
request_set(
    json_t *request, const struct keyword *k, const char *text, struct err *err)
{
	bool list = k->kind >= KEYWORD_MEMBERS;

	if (k->field == NULL ||
	    (!list && json_object_get(request, k->field) != NULL))
		return err_set(err, "%.60s: one word too many", text);
	json_t *v = value_of(k, text, err);

	if (v == NULL)
		return false;
	if (!list)
		return json_object_set_new(request, k->field, v) == 0;
	if (json_object_get(request, k->field) == NULL)
		json_object_set_new(request, k->field, json_array());
	return json_array_append_new(json_object_get(request, k->field), v) ==
	    0;
}

static bool
takes_next(const struct keyword *k)
{
	return k->kind != KEYWORD_ITSELF && k->kind != KEYWORD_MEMBERS;
}

/* A command that takes some words and no others names them. */
static bool
refuse_keyword(const struct command *c, const char *word, struct err *err)
{
	size_t n = 0;

	while (c->keywords[n].word != NULL)
		n++;
	err_set(err, "%s", c->keywords[n - 1].word);
	for (size_t i = n - 1; i-- > 0;)
		err_prefix(err, "%s, ", c->keywords[i].word);
	return err_prefix(err, "%.60s: not one of ", word);
}

static bool
request_fill(json_t *request, const struct command *c, char *const *words,
    size_t n, struct err *err)
{
	const struct keyword any = { c->argument, c->argument, KEYWORD_ITSELF };

	for (size_t i = 0; i < n; i++) {
		const struct keyword *k = keyword_find(c, words[i]);

		if (k == NULL && c->argument == NULL && c->keywords != NULL)
			return refuse_keyword(c, words[i], err);
		if (k == NULL)
			k = &any;
		if (takes_next(k) && ++i == n)
			return err_set(err, "%s: a word must follow", k->word);
		if (!request_set(request, k, words[i], err))
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

static void
print_usage(FILE *to, const struct command *c)
{
	fprintf(to, "%s%s%s", c->words, c->arguments[0] != '\0' ? " " : "",
	    c->arguments);
}

void
commands_help(FILE *to)
{
	fputs("Commands:\n", to);
	for (size_t i = 0; i < command_count; i++) {
		fputs("  ", to);
		print_usage(to, &command_table[i]);
		fprintf(to, "\n      %s\n", command_table[i].help);
	}
	fputs("  help [COMMAND]\n"
	      "      what a command is for, its arguments and options\n",
	    to);
}

bool
command_takes(const struct command *c, const char *option)
{
	static const char *const of_source[] = { "source", "kubeconfig",
		"context", "as", "as-group", "as-uid" };

	for (size_t i = 0; i < sizeof(of_source) / sizeof(of_source[0]); i++)
		if (strcmp(option, of_source[i]) == 0)
			return c->view != NULL || c->drain != DRAIN_NONE;
	if (strcmp(option, "probe") == 0)
		return c->doctor && c->view == NULL;
	if (strcmp(option, "socket") == 0)
		return c->request != NULL || c->doctor;
	if (strcmp(option, "filename") == 0)
		return c->files;
	if (strcmp(option, "namespace") == 0)
		return c->namespaced || c->doctor;
	if (strcmp(option, "class") == 0)
		return c->view == &explain_service ||
		    c->view == &doctor_cluster;
	if (strcmp(option, "wait") == 0 || strcmp(option, "timeout") == 0)
		return c->drain != DRAIN_NONE;
	if (strcmp(option, "all-nodes") == 0)
		return c->all_nodes;
	if (strcmp(option, "default-class") == 0 ||
	    strcmp(option, "router") == 0)
		return c->view == &explain_service;
	return c->print != NULL; /* output, color */
}

static bool
leads_to_spelling(const char *spelling, char *const *words, size_t n)
{
	const char *word;
	size_t length;

	for (size_t i = 0; i < n; i++)
		if ((word = word_at(spelling, i, &length)) == NULL ||
		    strlen(words[i]) != length ||
		    strncmp(words[i], word, length) != 0)
			return false;
	return true;
}

/* Do all the words begin the command's? */
static bool
leads_to(const struct command *c, char *const *words, size_t n)
{
	return leads_to_spelling(c->words, words, n);
}

size_t
commands_about(char *const *words, size_t n, const struct command **list,
    size_t most, struct err *err)
{
	size_t found = 0;

	for (size_t i = 0; i < command_count && found < most; i++)
		if (matched(&command_table[i], words, n) > 0 ||
		    leads_to(&command_table[i], words, n))
			list[found++] = &command_table[i];
	if (found == 0)
		refuse_words(words, n, err);
	return found;
}

void
command_help(FILE *to, const struct command *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? "Usage: " : "       ", to);
		fputs("lbbgp [OPTION]... ", to);
		print_usage(to, list[i]);
		fputc('\n', to);
	}
	for (size_t i = 0; i < n; i++) {
		fputc('\n', to);
		print_usage(to, list[i]);
		fprintf(to, ":\n  %s\n", list[i]->help);
		if (list[i]->alias != NULL)
			fprintf(to, "  (or: %s)\n", list[i]->alias);
		fprintf(to, "  Example: lbbgp %s\n", list[i]->example);
	}
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

	for (const struct command *other = command_table; other < c; other++) {
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

	for (size_t i = 0; n > 0 && i < command_count; i++) {
		const struct command *c = &command_table[i];

		if (matched(c, words, n - 1) > 0)
			complete_keywords(to, c, words[n - 1]);
		else if ((word = next_word(c, words, n, &length)) != NULL &&
		    !is_repeated(c, word, length, words, n))
			fprintf(to, "%.*s\n", (int)length, word);
	}
}
