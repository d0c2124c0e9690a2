/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args - the options of a program, from one table that also prints --help.
 */
#ifndef COMMON_ARGS_H
#define COMMON_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct args_list { /* of an option that may be repeated */
	const char *at[16];
	size_t n;
};

struct args_option {
	const char *name;  /* "node" */
	char letter;       /* 'o' for -o; 0: none */
	const char *value; /* "NAME" in the help; NULL: it takes no value */
	const char *help;  /* one line */
	const char *env;   /* taken from this variable when not given */
	/* One of these is where it goes. */
	const char **text; /* borrowed from argv or the environment */
	struct args_list *list;
	bool *flag;
	bool (*accept)(const char *value, struct err *);
};

/* Rows that every program has. */
#define ARGS_LOG_ROWS                                               \
	{ .name = "log-level",                                      \
		.value = "LEVEL",                                   \
		.help = "error, warn, info (the default) or debug", \
		.accept = args_log_level },                         \
	{                                                           \
		.name = "log-format", .value = "FORMAT",            \
		.help = "text (the default) or json",               \
		.accept = args_log_format                           \
	}
bool args_log_level(const char *value, struct err *);
bool args_log_format(const char *value, struct err *);

struct args_program {
	const char *name; /* "lbbgp-bgpd" */
	const char
	    *usage; /* what follows the name: "--source SOURCE [OPTION]..." */
	const char *about;                 /* lines above the options */
	const struct args_option *options; /* ends with a row without a name */
	const char *footer;                /* below the options; may be NULL */
	bool words; /* may words follow that are no options? */
	bool *
	    help; /* set by --help, in whose place nothing is printed; or NULL */
};

enum exit_code {
	EXIT_GOOD = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3, /* --check: the configuration is bad */
	EXIT_AWAY = 4,    /* the daemon can't be reached */
};

void args_help(const struct args_program *);       /* all of it, on stdout */
void args_help_option(const struct args_option *); /* one's lines */

/*
 * Reads the options, --help and --version among them. Returns the index of the
 * first word that is no option, or -1: *code is what the program ends with now.
 */
int args_parse(const struct args_program *, int argc, char **argv, int *code);
#endif
