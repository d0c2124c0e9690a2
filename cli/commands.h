/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands - what lbbgp can be told, in one table: words, the request they mean, the
 * printer of its reply. Help and completion come from the same table.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/drain.h"

struct err;
struct json_at;
struct objects_view;
struct output;

enum keyword_kind {
	KEYWORD_ITSELF,  /* its field of the request is set to the word */
	KEYWORD_NEXT,    /* … or to the word behind it */
	KEYWORD_NUMBER,  /* … or to the number behind it */
	KEYWORD_MEMBERS, /* it joins a list itself */
	KEYWORD_TEXTS,   /* each time the word behind it joins a list */
	KEYWORD_NUMBERS, /* … or the number behind it */
};

struct keyword { /* among the arguments of a command */
	const char *word;
	const char *field;
	enum keyword_kind kind;
};

struct command {
	const char *words;     /* "show neighbors" */
	const char *alias;     /* another spelling, or NULL */
	const char *arguments; /* as the help has them; "": none */
	const char *help;
	const char *example;            /* what follows "lbbgp" */
	bool all_nodes;                 /* meant with --all-nodes */
	const struct keyword *keywords; /* ends with a row without a word */
	const char *argument;           /* field for any other word, or NULL */
	bool required;                  /* there has to be that word */
	bool namespaced;     /* of a Service, or of those in a namespace */
	const char *request; /* for the daemon (control.h), or NULL */
	const struct objects_view
	    *view;             /* else read from the source, or NULL */
	enum drain_wish drain; /* else written into a Node of the source */
	bool files;            /* … with the objects of -f beside it */
	bool dump;             /* the reply is written into a file */
	bool doctor;           /* the reply is what is wrong */
	bool follow;           /* … one after the other, as they come */
	const char *rows;      /* key of the reply's list, or NULL */
	void (*print)(struct output *, const struct json_at *reply);
	/* Instead of all that: takes the words behind, returns an exit code. */
	int (*run)(char *const *words, size_t n);
};

/*
 * The one that the words begin with, and in *used how many they are. NULL and err:
 * there is none.
 */
const struct command *command_find(
    char *const *words, size_t n, bool all_nodes, size_t *used, struct err *);
/* The request for the words behind the command's, as JSON, owned; NULL and err. */
char *command_request(
    const struct command *, char *const *words, size_t n, struct err *);

#define COMMANDS_MOST 32 /* that there are */

void commands_help(FILE *); /* two lines for each */
/* Is this option of any use with it? */
bool command_takes(const struct command *, const char *option);
/*
 * Those that the words, of a command or the beginning of one, are about; how many. 0
 * and err: none.
 */
size_t commands_about(char *const *words, size_t n, const struct command **list,
    size_t most, struct err *);
void command_help(FILE *, const struct command *const *list, size_t n);
/* What may stand for words[n - 1], the beginning of a word, one a line. */
void commands_complete(FILE *, char *const *words, size_t n);
#endif
