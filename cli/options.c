/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which options a command takes is asked of commands.c, so that help and completion
 * tell of no others.
 */
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/explain/routers.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"

static char *
router_help_build(void)
{
	char *words = router_words();
	char *help = xasprintf(
	    "explain service: what to ask the routers is for this kind: %s",
	    words);

	free(words);
	return help;
}

/* The table of commands as the end of --help; owned. */
static char *
footer_build(void)
{
	char *text = NULL;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	commands_help(to);
	fputs("\nExit codes: 1 failed, 2 usage, 4 no daemon answers.", to);
	fclose(to);
	return text;
}

/* "lbbgp" alone: what there is, in short. */
static void
overview_print(const struct args_program *p)
{
	printf("Usage: %s %s\n\n%s\n\n", p->name, p->usage, p->about);
	commands_help(stdout);
	puts("\n'lbbgp help COMMAND' tells its options, 'lbbgp --help' all.");
}

static void
options_help(
    const struct args_program *p, const struct command *const *list, size_t n)
{
	bool headed = false;

	for (const struct args_option *o = p->options; o->name != NULL; o++) {
		bool taken = false;

		for (size_t i = 0; i < n; i++)
			taken |= command_takes(list[i], o->name);
		if (!taken)
			continue;
		if (!headed)
			puts("\nOptions:");
		headed = true;
		args_help_option(o);
	}
}

/* The words may begin with "help". The exit code. */
static int
help_print(const struct args_program *p, char **words, size_t n)
{
	const struct command *list[COMMANDS_MOST];
	bool asked = n > 0 && strcmp(words[0], "help") == 0;
	struct err err;

	words += asked;
	n -= asked;
	if (n == 0 && !asked && !*p->help) {
		overview_print(p);
		return EXIT_GOOD;
	}
	if (n == 0) {
		args_help(p);
		return EXIT_GOOD;
	}
	size_t found = commands_about(words, n, list, COMMANDS_MOST, &err);

	if (found == 0) {
		fprintf(stderr, "lbbgp: %s\nTry 'lbbgp help'.\n", err.text);
		return EXIT_USAGE;
	}
	command_help(stdout, list, found);
	options_help(p, list, found);
	return EXIT_GOOD;
}

static bool
help_is_wanted(const struct cli_args *o, size_t n, char **words)
{
	return o->help || n == 0 || strcmp(words[0], "help") == 0;
}

/* Asked for help, or by a shell: words about the options themselves. */
static bool
is_answered(const struct cli_args *o, const struct args_program *p,
    char **words, size_t n, int *code)
{
	if (n > 0 && strcmp(words[0], "complete") == 0) {
		completion_print(stdout, p->options, words + 1, n - 1);
		*code = EXIT_GOOD;
		return true;
	}
	if (!help_is_wanted(o, n, words))
		return false;
	*code = help_print(p, words, n);
	return true;
}

/* clang-format off */

/* Where objects are read, and as whom. */
#define FROM_ROWS(o) \
	{ .name = "source", .value = "SOURCE", .text = &o->source, \
	  .help = "kube (the default), or dir:PATH for a directory of manifests" }, \
	{ .name = "kubeconfig", .value = "FILE", .text = &o->kubeconfig, \
	  .help = "how to reach the API server (default: KUBECONFIG, else " \
		  "~/.kube/config)" }, \
	{ .name = "context", .value = "NAME", .text = &o->person.context, \
	  .help = "of the kubeconfig (default: its current one)" }, \
	{ .name = "as", .value = "USER", .text = &o->person.as.user, \
	  .help = "ask the API server as this user" }, \
	{ .name = "as-group", .value = "GROUP", .list = &o->as_groups, \
	  .help = "… and as one of this group; may be repeated" }, \
	{ .name = "as-uid", .value = "UID", .text = &o->person.as.uid, \
	  .help = "… and of this uid" }

#define OUTPUT_ROWS(o) \
	{ .name = "output", .letter = 'o', .value = "FORMAT", .text = &o->output, \
	  .help = "table (the default) or json" }, \
	{ .name = "color", .value = "WHEN", .text = &o->color, \
	  .help = "always, never or auto (the default: on a terminal, unless " \
		  "NO_COLOR is set)" }

/* clang-format on */

int
options_read(struct cli_args *o, int argc, char **argv, int *code)
{
	char *router_help = router_help_build();
	const struct args_option rows[] = {
		{ .name = "socket",
		    .value = "PATH",
		    .help = "the daemon's socket (default: " SOCKET ")",
		    .env = "LBBGP_SOCKET",
		    .text = &o->socket },
		FROM_ROWS(o),
		{ .name = "namespace",
		    .letter = 'n',
		    .value = "NAMESPACE",
		    .help =
			"of the Service that is named without one, or of "
			"those shown; doctor: where lbbgp is (default: as "
			"the daemon of this node says, else " INSTANCE_NAMESPACE
			")",
		    .text = &o->ns },
		OUTPUT_ROWS(o),
		{ .name = "all-nodes",
		    .help =
			"show neighbors, show bfd, show l2, doctor: of all nodes, "
			"from the source",
		    .flag = &o->all_nodes },
		{ .name = "wait",
		    .help = "drain, undrain: until the node says that it is "
			    "done",
		    .flag = &o->wait },
		{ .name = "timeout",
		    .value = "TIME",
		    .help = "… but so long at most (default: 5m, and the "
			    "drain.wait of the node)",
		    .text = &o->timeout },
		{ .name = "filename",
		    .letter = 'f',
		    .value = "FILE",
		    .help = "diff: of objects as they would be (-: standard "
			    "input); may be repeated",
		    .list = &o->files },
		{ .name = "class",
		    .value = "CLASS",
		    .help =
			"explain service, doctor --all-nodes: of which "
			"lbbgp, where there are several (default: " INSTANCE_CLASS
			"; doctor: as the daemon of this "
			"node says)",
		    .text = &o->class },
		{ .name = "default-class",
		    .value = "BOOL",
		    .help = "explain service: as the allocator has been given "
			    "it: true (the default) or false",
		    .text = &o->default_class },
		{ .name = "probe",
		    .help = "doctor: send packets to this node's peers, too",
		    .flag = &o->probe },
		{ .name = "router",
		    .value = "KIND",
		    .help = router_help,
		    .text = &o->router },
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
		.help = &o->help,
	};
	int first = args_parse(&program, argc, argv, code);

	if (first >= 0 &&
	    is_answered(
		o, &program, argv + first, (size_t)(argc - first), code))
		first = -1;
	free(footer);
	free(router_help);
	return first;
}
