/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lbbgp - the command line: asks the daemon of this node, or reads the source.
 */
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/client_io.h"
#include "cli/commands.h"
#include "cli/explain/explain.h"
#include "cli/objects_io.h"
#include "cli/output.h"
#include "cli/plugin_io.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube_config.h"
#include "common/log.h"
#include "common/source_io.h"
#include "config.h"

#define SOCKET "/run/lbbgp/bgpd.sock"

struct options {
	const char *socket, *source, *kubeconfig, *output, *default_class;
	struct kube_person person;
	struct args_list as_groups;
	bool all_nodes;
};

struct program {
	struct options options;
	const struct command *command;
	char **words; /* borrowed: those behind the command's */
	size_t n_words;
	struct source_options from;
	json_t *request; /* owned */
	struct output output;
};

/* The reply to the request as it is now, owned; NULL, err and *code. */
static char *
ask(struct program *p, struct err *err, int *code)
{
	const struct options *o = &p->options;
	const struct json_at request = json_at_root(p->request);

	*code = EXIT_FAILED;
	if (p->command->view != NULL)
		return objects_read(
		    p->command->view, &p->from, &request, p->output.now, err);
	if (p->command->request == NULL)
		return xasprintf("{\"version\":1,\"programVersion\":\"%s\"}",
		    PACKAGE_VERSION);
	*code = EXIT_AWAY;
	char *line = json_dumps(p->request, JSON_COMPACT);
	char *reply = client_ask(o->socket, line, err);

	free(line);
	return reply;
}

/* Prints the reply; *cursor becomes where to ask on, or NULL. */
static bool
show(struct program *p, const json_t *reply, json_t **cursor, struct err *err)
{
	struct json_at at = json_at_root(reply), next = { 0 };
	const char *refusal = NULL;

	if (!json_get_string(&at, "error", &refusal, err) ||
	    !json_get_array(&at, "cursor", &next, err))
		return false;
	if (refusal != NULL)
		return err_set(err, "%s", refusal);
	output_reply(&p->output, p->command, &at, next.v != NULL);
	*cursor = json_incref((json_t *)next.v);
	return true;
}

/* A long list comes in parts, each of which says where the next one begins. */
static int
run(struct program *p, struct err *err)
{
	json_t *cursor = NULL;
	int code;

	do {
		char *text = ask(p, err, &code);

		if (text == NULL)
			return code;
		json_t *reply = json_parse(text, strlen(text), err);

		free(text);
		cursor = NULL;
		bool good = reply != NULL && show(p, reply, &cursor, err);

		json_decref(reply);
		if (!good)
			return EXIT_FAILED;
		if (cursor != NULL)
			json_object_set_new(p->request, "cursor", cursor);
	} while (cursor != NULL);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_GOOD;
	err_set(err, "standard output: what was to be written is lost");
	return EXIT_FAILED;
}

/* The table of commands as the end of --help; owned. */
static char *
footer_build(void)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		abort();
	commands_help(to);
	fputs("\nExit codes: 1 failed, 2 usage, 4 no daemon answers.", to);
	fclose(to);
	return text;
}

static int
options_read(struct options *o, int argc, char **argv, int *code)
{
	const struct args_option rows[] = {
		{ .name = "socket",
		    .value = "PATH",
		    .help = "the daemon's socket (default: " SOCKET ")",
		    .env = "LBBGP_SOCKET",
		    .text = &o->socket },
		{ .name = "source",
		    .value = "SOURCE",
		    .help = "kube (the default), or dir:PATH for a directory "
			    "of manifests",
		    .text = &o->source },
		{ .name = "kubeconfig",
		    .value = "FILE",
		    .help = "how to reach the API server (default: KUBECONFIG, "
			    "else ~/.kube/config)",
		    .text = &o->kubeconfig },
		{ .name = "context",
		    .value = "NAME",
		    .help = "of the kubeconfig (default: its current one)",
		    .text = &o->person.context },
		{ .name = "as",
		    .value = "USER",
		    .help = "ask the API server as this user",
		    .text = &o->person.as },
		{ .name = "as-group",
		    .value = "GROUP",
		    .help = "… and as one of this group; may be repeated",
		    .list = &o->as_groups },
		{ .name = "as-uid",
		    .value = "UID",
		    .help = "… and of this uid",
		    .text = &o->person.as_uid },
		{ .name = "output",
		    .letter = 'o',
		    .value = "FORMAT",
		    .help = "table (the default) or json",
		    .text = &o->output },
		{ .name = "all-nodes",
		    .help = "show neighbors: of all nodes, from the source",
		    .flag = &o->all_nodes },
		{ .name = "default-class",
		    .value = "BOOL",
		    .help = "explain service: as the allocator has been given "
			    "it: true (the default) or false",
		    .text = &o->default_class },
		{ 0 },
	};
	char *footer = footer_build();
	const struct args_program program = {
		.name = "lbbgp",
		.usage = "[OPTION]... COMMAND [ARGUMENT]...",
		.about = "Shows what the daemon of this node does and what "
			 "the cluster's objects say.",
		.options = rows,
		.footer = footer,
		.words = true,
	};
	int first = args_parse(&program, argc, argv, code);

	free(footer);
	return first;
}

/* What goes into the request by an option, not by a word. */
static bool
options_request(struct program *p, struct err *err)
{
	const char *class = p->options.default_class;

	if (class == NULL)
		return true;
	if (p->command->view != &explain_service)
		return err_set(
		    err, "--default-class: not with %s", p->command->words);
	if (strcmp(class, "true") != 0 && strcmp(class, "false") != 0)
		return err_set(err,
		    "--default-class: %.60s: neither true nor false", class);
	json_object_set_new(p->request, "defaultClass",
	    json_boolean(strcmp(class, "true") == 0));
	return true;
}

/* False and err: not understood. */
static bool
understand(struct program *p, char **words, size_t n, struct err *err)
{
	const struct options *o = &p->options;
	size_t used;

	p->output.json = strcmp(o->output, "json") == 0;
	if (!p->output.json && strcmp(o->output, "table") != 0)
		return err_set(
		    err, "--output: %.60s: not table or json", o->output);
	p->command = command_find(words, n, o->all_nodes, &used, err);
	if (p->command == NULL)
		return false;
	p->words = words + used;
	p->n_words = n - used;
	if (p->command->run != NULL)
		return true;
	char *request = command_request(p->command, p->words, p->n_words, err);

	if (request == NULL)
		return false;
	p->request = json_parse(request, strlen(request), err);
	free(request);
	return p->request != NULL && options_request(p, err);
}

static void
from_options(struct program *p)
{
	struct options *o = &p->options;

	o->person.as_groups = o->as_groups.at;
	o->person.n_as_groups = o->as_groups.n;
	o->person.run = plugin_run;
	p->from = (struct source_options){ .spec = o->source,
		.kubeconfig = o->kubeconfig,
		.person = &o->person,
		.program = "lbbgp",
		.read_only = true };
}

int
main(int argc, char **argv)
{
	struct program p = {
		.options = { .socket = SOCKET,
		    .source = "kube",
		    .output = "table" },
		.output = { .to = stdout, .now = time(NULL) },
	};
	struct err err = { 0 };
	int code, first = options_read(&p.options, argc, argv, &code);

	if (first < 0)
		return code;
	from_options(&p);
	char **words = argv + first;
	size_t n = (size_t)(argc - first);

	setlocale(LC_CTYPE, ""); /* else names beyond ASCII are escaped */
	log_set_level(LOG_LEVEL_WARN);
	if (n > 0 && strcmp(words[0], "complete") == 0) {
		commands_complete(stdout, words + 1, n - 1);
		return EXIT_GOOD;
	}
	if (!understand(&p, words, n, &err)) {
		fprintf(stderr, "lbbgp: %s\nTry 'lbbgp --help'.\n", err.text);
		return EXIT_USAGE;
	}
	if (p.command->run != NULL)
		return p.command->run(p.words, p.n_words);
	code = run(&p, &err);
	if (code != EXIT_GOOD)
		fprintf(stderr, "lbbgp: %s\n", err.text);
	json_decref(p.request);
	return code;
}
