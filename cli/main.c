/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lbbgp - the command line: asks the daemon of this node, or reads the source.
 *
 * The words are looked up in the table of commands, which says what they mean: a
 * request to the daemon (client_io.c), objects of the source, read here (objects_io.c),
 * a Node that is written there (drain_io.c), or another program. A reply of either
 * kind is one JSON object and goes to print.c. One with a cursor is a part: the rest is
 * asked for until there is no cursor.
 */
#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/client_io.h"
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/doctor_io.h"
#include "cli/drain_io.h"
#include "cli/dump_io.h"
#include "cli/explain/explain.h"
#include "cli/explain/routers.h"
#include "cli/files_io.h"
#include "cli/objects_io.h"
#include "cli/options.h"
#include "cli/plugin_io.h"
#include "cli/print.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube/kube_creds_io.h"
#include "common/log.h"
#include "common/source/source.h"
#include "config.h"

struct program {
	struct cli_args options;
	const struct command *command;
	char **words; /* borrowed: those behind the command's */
	size_t n_words;
	struct source_options from;
	unsigned limit;  /* s, of --wait; 0: as long as it takes */
	json_t *request; /* owned */
	struct output output;
};

/* The objects of files, for a command that takes them. */
static bool
files_request(struct program *p, struct err *err)
{
	const struct cli_args *o = &p->options;
	json_t *objects = json_array();
	const struct json_at array = json_at_root(objects);

	json_object_set_new(p->request, "objects", objects);
	json_object_set_new(p->request, "onDirectory",
	    json_boolean(strncmp(o->source, "dir:", 4) == 0));
	for (size_t i = 0; i < o->files.n; i++)
		if (!files_read(o->files.at[i], &array, err))
			return false;
	return true;
}

/* A doctor that is not told which lbbgp it looks at takes the daemon's of this node. */
static void
instance_learn(struct program *p)
{
	const struct cli_args *o = &p->options;
	char *class, *ns;

	if (o->class != NULL || o->ns != NULL ||
	    !doctor_instance(o->socket, &class, &ns))
		return;
	json_object_set_new(p->request, "class", json_string(class));
	json_object_set_new(p->request, "namespace", json_string(ns));
	free(class);
	free(ns);
}

/* The reply to the request as it is now, owned; NULL, err and *code. */
static char *
ask(struct program *p, struct err *err, int *code)
{
	const struct cli_args *o = &p->options;
	const struct json_at request = json_at_root(p->request);

	*code = EXIT_FAILED;
	if (p->command->files && !files_request(p, err))
		return NULL;
	if (p->command->doctor && p->command->view != NULL)
		instance_learn(p);
	if (p->command->view != NULL)
		return objects_read(
		    p->command->view, &p->from, &request, p->output.now, err);
	if (p->command->drain != DRAIN_NONE)
		return drain_carry_out(
		    json_string_value(json_object_get(p->request, "node")),
		    p->command->drain, (struct drain_wait){ o->wait, p->limit },
		    &p->from, err);
	if (p->command->dump)
		return dump_carry_out(
		    o->socket, &request, (uint32_t)p->output.now, err, code);
	if (p->command->doctor)
		return doctor_carry_out(
		    o->socket, PACKAGE_VERSION, o->probe, o->ns);
	if (p->command->request == NULL)
		return xasprintf("{\"version\":1,\"programVersion\":\"%s\"}",
		    PACKAGE_VERSION);
	*code = EXIT_AWAY;
	char *line = json_dumps(p->request, JSON_COMPACT);
	char *reply = client_ask(o->socket, line, err);

	free(line);
	return reply;
}

/* Of a list: leaves the rows of the namespace that was asked for. */
static void
rows_choose(const struct program *p, json_t *reply)
{
	const char *ns = p->options.ns;

	if (ns == NULL || !p->command->namespaced || p->command->rows == NULL ||
	    json_object_get(p->request, "service") != NULL)
		return;
	json_t *rows = json_object_get(reply, p->command->rows);
	json_t *chosen = json_array(), *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *its =
		    json_string_value(json_object_get(row, "namespace"));

		if (its != NULL && strcmp(its, ns) == 0)
			json_array_append(chosen, row);
	}
	json_object_set_new(reply, p->command->rows, chosen);
}

/* The limit that is left once these rows are shown; true: nothing of it is. */
static bool
limit_spend(struct program *p, const json_t *reply)
{
	json_t *limit = json_object_get(p->request, "limit");
	json_int_t left = json_integer_value(limit) -
	    (json_int_t)json_array_size(
		json_object_get(reply, p->command->rows));

	if (limit == NULL)
		return false;
	if (left > 0)
		json_integer_set(limit, left);
	return left <= 0;
}

/* Prints the reply; *cursor becomes where to ask on, or NULL. */
static bool
show(struct program *p, json_t *reply, json_t **cursor, struct err *err)
{
	rows_choose(p, reply);
	struct json_at at = json_at_root(reply), next = { 0 };
	const char *refusal = NULL;

	if (!json_get_string(&at, "error", &refusal, err) ||
	    !json_get_array(&at, "cursor", &next, err))
		return false;
	if (refusal != NULL)
		return err_set(err, "%s", refusal);
	bool last = next.v == NULL || limit_spend(p, reply);

	print_reply(&p->output, &at, !last);
	if (!last)
		*cursor = json_incref((json_t *)next.v);
	return true;
}

/* What a doctor found is printed all the same. */
static bool
is_well(const struct program *p, const json_t *reply, struct err *err)
{
	json_int_t bad = json_integer_value(json_object_get(reply, "bad"));

	if (!p->command->doctor || bad == 0)
		return true;
	return err_set(err, "%d %s bad: see above", (int)bad,
	    bad == 1 ? "finding is" : "findings are");
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
		bool good = reply != NULL && show(p, reply, &cursor, err) &&
		    is_well(p, reply, err);

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

static bool
on_line(void *arg, const char *text, struct err *err)
{
	json_t *reply = json_parse(text, strlen(text), err), *none = NULL;
	struct program *p = arg;

	p->output.parts = 0; /* each is a reply of its own */
	bool good = reply != NULL && show(p, reply, &none, err);

	json_decref(reply);
	if (good && (fflush(stdout) != 0 || ferror(stdout)))
		return err_set(err, "standard output: %s", strerror(errno));
	return good;
}

/* Until somebody ends it, or the daemon. */
static int
follow(struct program *p, struct err *err)
{
	char *line = json_dumps(p->request, JSON_COMPACT);

	bool refused = client_follow(p->options.socket, line, on_line, p, err);

	free(line);
	return refused ? EXIT_FAILED : EXIT_AWAY;
}

/* A Service that is named without its namespace has the one that kubectl takes. */
static void
namespace_complete(struct program *p)
{
	const char *name =
	    json_string_value(json_object_get(p->request, "service"));
	const struct cli_args *o = &p->options;

	if (name == NULL || strchr(name, '/') != NULL)
		return;
	char *ns = xstrdup(o->ns);

	if (ns == NULL && strcmp(o->source, "kube") == 0)
		ns = kube_namespace_read(o->kubeconfig, &o->person);
	json_object_set_new(p->request, "service",
	    json_sprintf("%s/%s", ns != NULL ? ns : "default", name));
	free(ns);
}

static bool
wait_request(struct program *p, struct err *err)
{
	const struct cli_args *o = &p->options;

	if ((o->wait || o->timeout != NULL) && p->command->drain == DRAIN_NONE)
		return err_set(err, "--%s: not with %s",
		    o->wait ? "wait" : "timeout", p->command->words);
	if (o->timeout != NULL && !o->wait)
		return err_set(err, "--timeout: only with --wait");
	return o->timeout == NULL || drain_timeout(o->timeout, &p->limit, err);
}

static bool
files_understand(const struct program *p, struct err *err)
{
	size_t n = p->options.files.n;

	if (p->command->files == (n > 0))
		return true;
	return n > 0
	    ? err_set(err, "--filename: not with %s", p->command->words)
	    : err_set(err, "%s: -f FILE is missing", p->command->words);
}

static bool
router_request(struct program *p, struct err *err)
{
	const char *router = p->options.router;

	if (router == NULL)
		return true;
	if (p->command->view != &explain_service)
		return err_set(err, "--router: not with %s", p->command->words);
	if (!router_is_known(router)) {
		char *words = router_words();

		err_set(err, "--router: %.60s: not one of %s", router, words);
		free(words);
		return false;
	}
	json_object_set_new(p->request, "router", json_string(router));
	return true;
}

static bool
class_request(struct program *p, struct err *err)
{
	const struct cli_args *o = &p->options;
	bool doctor = p->command->doctor;
	const struct instance asked = {
		doctor && o->ns != NULL ? o->ns : INSTANCE_NAMESPACE,
		o->class != NULL ? o->class : INSTANCE_CLASS
	};

	if (o->class != NULL && !command_takes(p->command, "class"))
		return err_set(err, "--class: not with %s%s", p->command->words,
		    doctor ? " of one node" : "");
	if (!instance_check(&asked, err))
		return false;
	if (doctor && o->ns == NULL && !instance_is_default(&asked))
		return err_set(err,
		    "--class: --namespace is missing: where the lbbgp of class "
		    "%s is",
		    asked.class);
	if (o->class != NULL)
		json_object_set_new(
		    p->request, "class", json_string(asked.class));
	if (doctor && o->ns != NULL)
		json_object_set_new(
		    p->request, "namespace", json_string(asked.ns));
	return true;
}

/* What goes into the request by an option, not by a word. */
static bool
options_request(struct program *p, struct err *err)
{
	const char *class = p->options.default_class;

	if (p->options.ns != NULL && !command_takes(p->command, "namespace"))
		return err_set(
		    err, "--namespace: not with %s", p->command->words);
	if (p->options.probe &&
	    (!p->command->doctor || p->command->view != NULL))
		return err_set(err, "--probe: not with %s%s", p->command->words,
		    p->command->all_nodes ? " --all-nodes" : "");
	if (!wait_request(p, err) || !files_understand(p, err) ||
	    !router_request(p, err))
		return false;
	namespace_complete(p);
	if (!class_request(p, err))
		return false;
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

static bool
env_is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

static bool
paper_choose(struct program *p, struct err *err)
{
	const char *color = p->options.color, *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO);
	struct winsize size = { 0 };

	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		p->output.width = size.ws_col;
	if (strcmp(color, "auto") == 0)
		p->output.colored = terminal && !env_is_set("NO_COLOR") &&
		    term != NULL && strcmp(term, "dumb") != 0;
	else if (strcmp(color, "always") == 0)
		p->output.colored = true;
	else if (strcmp(color, "never") != 0)
		return err_set(
		    err, "--color: %.60s: not always, never or auto", color);
	return true;
}

/* Does what is dumped go where a reply is printed else? */
static bool
dumps_to_output(const struct program *p)
{
	const char *file =
	    json_string_value(json_object_get(p->request, "file"));

	return file != NULL && strcmp(file, "-") == 0;
}

/* False and err: not understood. */
static bool
understand(struct program *p, char **words, size_t n, struct err *err)
{
	const struct cli_args *o = &p->options;
	size_t used;

	p->output.json = strcmp(o->output, "json") == 0;
	if (!p->output.json && strcmp(o->output, "table") != 0)
		return err_set(
		    err, "--output: %.60s: not table or json", o->output);
	if (!paper_choose(p, err))
		return false;
	p->command = command_find(words, n, o->all_nodes, &used, err);
	if (p->command == NULL)
		return false;
	p->output.rows = p->command->rows;
	p->output.print = p->command->print;
	p->words = words + used;
	p->n_words = n - used;
	if (p->command->run != NULL)
		return true;
	char *request = command_request(p->command, p->words, p->n_words, err);

	if (request == NULL)
		return false;
	p->request = json_parse(request, strlen(request), err);
	free(request);
	if (p->command->dump && dumps_to_output(p))
		p->output.to = stderr;
	return p->request != NULL && options_request(p, err);
}

static void
from_options(struct program *p)
{
	struct cli_args *o = &p->options;

	o->person.as.groups = o->as_groups.at;
	o->person.as.n_groups = o->as_groups.n;
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
		    .output = "table",
		    .color = "auto" },
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
	if (!understand(&p, words, n, &err)) {
		fprintf(stderr, "lbbgp: %s\nTry 'lbbgp --help'.\n", err.text);
		return EXIT_USAGE;
	}
	if (p.command->run != NULL)
		return p.command->run(p.words, p.n_words);
	code = p.command->follow ? follow(&p, &err) : run(&p, &err);
	if (code != EXIT_GOOD)
		fprintf(stderr, "lbbgp: %s\n", err.text);
	json_decref(p.request);
	return code;
}
