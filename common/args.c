/* SPDX-License-Identifier: Apache-2.0 */
#include "common/args.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/log.h"
#include "config.h"

#define OPTIONS_MAX 40
#define LEFT_WIDTH 26
#define FIRST_LONG 256 /* values of getopt_long beyond any letter */

enum { OPT_HELP = FIRST_LONG, OPT_VERSION, OPT_ROW };

static size_t
count(const struct args_program *p)
{
	size_t n = 0;

	while (p->options[n].name != NULL)
		n++;
	return n;
}

static void
print_row(char letter, const char *name, const char *value, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", letter ? '-' : ' ',
	    letter ? letter : ' ', letter ? ", " : "  ", name,
	    value != NULL ? " " : "", value != NULL ? value : "");
	if (strlen(left) > LEFT_WIDTH)
		printf("  %s\n  %*s  %s\n", left, LEFT_WIDTH, "", help);
	else
		printf("  %-*s  %s\n", LEFT_WIDTH, left, help);
}

void
args_help_option(const struct args_option *o)
{
	print_row(o->letter, o->name, o->value, o->help);
	if (o->env != NULL)
		printf(
		    "  %*s  (else the variable %s)\n", LEFT_WIDTH, "", o->env);
}

void
args_help(const struct args_program *p)
{
	printf("Usage: %s %s\n\n%s\n\n", p->name, p->usage, p->about);
	for (const struct args_option *o = p->options; o->name != NULL; o++)
		args_help_option(o);
	print_row('h', "help", NULL, "print this and end");
	print_row(0, "version", NULL, "print the version and end");
	if (p->footer != NULL)
		printf("\n%s\n", p->footer);
}

static bool
list_add(struct args_list *list, const char *value, struct err *err)
{
	size_t most = sizeof(list->at) / sizeof(list->at[0]);

	if (list->n == most)
		return err_set(err, "given more than %zu times", most);
	list->at[list->n++] = value;
	return true;
}

static bool
take(const struct args_option *o, const char *value, struct err *err)
{
	if (o->flag != NULL)
		*o->flag = true;
	if (o->text != NULL)
		*o->text = value;
	if (o->list != NULL && !list_add(o->list, value, err))
		return false;
	return o->accept == NULL || o->accept(value, err);
}

static bool
take_environment(const struct args_program *p, struct err *err)
{
	for (const struct args_option *o = p->options; o->name != NULL; o++) {
		const char *value = o->env != NULL ? getenv(o->env) : NULL;

		if (value == NULL || value[0] == '\0')
			continue;
		if (!take(o, value, err))
			return err_prefix(err, "%s: ", o->env);
	}
	return true;
}

/* The tables of getopt_long, which has a way of its own to write them down. */
static void
getopt_tables(const struct args_program *p, struct option *names, char *letters)
{
	size_t n = count(p);

	assert(n <= OPTIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct args_option *o = &p->options[i];

		names[i] = (struct option){ o->name, o->value != NULL, NULL,
			OPT_ROW + (int)i };
		if (o->letter != 0)
			*letters++ = o->letter;
		if (o->letter != 0 && o->value != NULL)
			*letters++ = ':';
	}
	names[n] = (struct option){ "help", 0, NULL, OPT_HELP };
	names[n + 1] = (struct option){ "version", 0, NULL, OPT_VERSION };
	*letters++ = 'h';
	*letters = '\0';
}

static const struct args_option *
row_of(const struct args_program *p, int opt)
{
	for (const struct args_option *o = p->options; o->name != NULL; o++)
		if (o->letter == opt)
			return o;
	return &p->options[opt - OPT_ROW];
}

/* Half a name may be a slip of the hand: it is taken for none. */
static bool
is_whole(const struct option *o, const char *word)
{
	size_t n = strlen(o->name);

	return strncmp(word, "--", 2) == 0 &&
	    strncmp(word + 2, o->name, n) == 0 &&
	    (word[2 + n] == '\0' || word[2 + n] == '=');
}

static int
end_with(int *code, enum exit_code exit_code)
{
	*code = exit_code;
	return -1;
}

static int
refuse(const struct args_program *p, int *code, const char *why)
{
	if (why != NULL)
		fprintf(stderr, "%s: %s\n", p->name, why);
	fprintf(stderr, "Try '%s --help'.\n", p->name);
	return end_with(code, EXIT_USAGE);
}

int
args_parse(const struct args_program *p, int argc, char **argv, int *code)
{
	struct option names[OPTIONS_MAX + 3] = { 0 };
	char letters[2 * OPTIONS_MAX + 2];
	struct err err;
	int opt, name = -1;

	getopt_tables(p, names, letters);
	if (!take_environment(p, &err))
		return refuse(p, code, err.text);
	optind = 0; /* glibc: start afresh */
	while ((opt = getopt_long(argc, argv, letters, names, &name)) != -1) {
		if (opt == '?')
			return refuse(p, code, NULL);
		bool apart = optarg == argv[optind - 1]; /* "--name value" */

		if (name >= 0 &&
		    !is_whole(&names[name], argv[optind - (apart ? 2 : 1)])) {
			err_set(&err, "--%s has to be written out",
			    names[name].name);
			return refuse(p, code, err.text);
		}
		name = -1;
		if ((opt == OPT_HELP || opt == 'h') && p->help != NULL) {
			*p->help = true;
			continue;
		}
		if (opt == OPT_HELP || opt == 'h') {
			args_help(p);
			return end_with(code, EXIT_GOOD);
		}
		if (opt == OPT_VERSION) {
			printf("%s %s\n", p->name, PACKAGE_VERSION);
			return end_with(code, EXIT_GOOD);
		}
		const struct args_option *o = row_of(p, opt);
		if (!take(o, optarg, &err)) {
			err_prefix(&err, "--%s: ", o->name);
			return refuse(p, code, err.text);
		}
	}
	if (optind == argc || p->words)
		return optind;
	err_set(&err, "%.60s: no such option", argv[optind]);
	return refuse(p, code, err.text);
}

bool
args_log_level(const char *value, struct err *err)
{
	enum log_level level;

	if (!log_level_parse(value, &level))
		return err_set(
		    err, "%.60s: not one of error, warn, info or debug", value);
	log_set_level(level);
	return true;
}

bool
args_log_format(const char *value, struct err *err)
{
	bool json = strcmp(value, "json") == 0;

	if (!json && strcmp(value, "text") != 0)
		return err_set(err, "%.60s: not one of text or json", value);
	log_set_json(json);
	return true;
}
