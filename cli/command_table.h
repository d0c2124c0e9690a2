/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_table - what lbbgp can be told: words, the request they mean, the printer of
 * its reply.
 */
#ifndef CLI_COMMAND_TABLE_H
#define CLI_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/drain.h"

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

extern const struct command command_table[];
extern const size_t command_count; /* how many rows it has */
#endif
