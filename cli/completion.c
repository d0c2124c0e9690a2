/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/explain/routers.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/err.h"

#define FILES ":files"

static const struct { /* what is known of an option's value */
	const char *option, *values[4];
} known[] = {
	{ "output", { "table", "json", NULL } },
	{ "color", { "auto", "always", "never", NULL } },
	{ "default-class", { "true", "false", NULL } },
	{ "source", { "kube", "dir:", NULL } },
	{ "socket", { FILES, NULL } },
	{ "kubeconfig", { FILES, NULL } },
	{ "filename", { FILES, NULL } },
};

static void
offer(FILE *to, const char *word, const char *beginning)
{
	if (strcmp(word, FILES) == 0 ||
	    strncmp(word, beginning, strlen(beginning)) == 0)
		fprintf(to, "%s\n", word);
}

/* The option that the word is, "--name" or "-n"; NULL: none. */
static const struct args_option *
option_find(const struct args_option *options, const char *word)
{
	for (const struct args_option *o = options; o->name != NULL; o++)
		if ((strncmp(word, "--", 2) == 0 &&
			strcmp(word + 2, o->name) == 0) ||
		    (o->letter != 0 && word[0] == '-' && word[1] == o->letter &&
			word[2] == '\0'))
			return o;
	return NULL;
}

static void
offer_values(FILE *to, const struct args_option *option, const char *beginning)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (size_t k = 0; strcmp(known[i].option, option->name) == 0 &&
		     known[i].values[k] != NULL;
		     k++)
			offer(to, known[i].values[k], beginning);
	for (size_t i = 0;
	     strcmp(option->name, "router") == 0 && router_word(i) != NULL; i++)
		offer(to, router_word(i), beginning);
}

/* Those that a command takes that the words lead to. */
static void
offer_options(FILE *to, const struct args_option *options, char *const *words,
    size_t n, const char *beginning)
{
	const struct command *list[COMMANDS_MOST];
	struct err err;
	size_t found = commands_about(words, n, list, COMMANDS_MOST, &err);

	for (const struct args_option *o = options; o->name != NULL; o++) {
		char *name = xasprintf("--%s", o->name);
		bool taken = false;

		for (size_t i = 0; i < found && !taken; i++)
			taken = command_takes(list[i], o->name);
		if (taken)
			offer(to, name, beginning);
		free(name);
	}
	offer(to, "--help", beginning);
	offer(to, "--version", beginning);
}

static void
offer_words(FILE *to, char **words, size_t n)
{
	bool help = n > 1 && strcmp(words[0], "help") == 0;

	if (n > 2 && strcmp(words[0], "dump") == 0)
		offer(to, FILES, "");
	if (n > 1 && strcmp(words[0], "convert") == 0)
		offer(to, FILES, "");
	else
		commands_complete(to, words + help, n - help);
	if (n == 1)
		offer(to, "help", words[0]);
}

void
completion_print(
    FILE *to, const struct args_option *options, char *const *words, size_t n)
{
	char **plain = xcalloc(n + 1, sizeof(*plain)); /* no options */
	const struct args_option *option = NULL;
	size_t used = 0;

	if (n == 0)
		goto out;
	for (size_t i = 0; i + 1 < n; i++) {
		bool value = option != NULL && option->value != NULL;

		option = value ? NULL : option_find(options, words[i]);
		if (!value && words[i][0] != '-')
			plain[used++] = words[i];
	}
	plain[used] = words[n - 1];
	if (option != NULL && option->value != NULL)
		offer_values(to, option, words[n - 1]);
	else if (words[n - 1][0] == '-')
		offer_options(to, options, plain, used, words[n - 1]);
	else
		offer_words(to, plain, used + 1);
out:
	free(plain);
}
