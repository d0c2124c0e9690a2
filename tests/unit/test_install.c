/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the manifests start is in the image, and understands how it is started: each
 * container's command is run here, by the programs of this tree, with --help behind.
 */
#include <sys/wait.h>

#include "tests/test.h"
#include "tests/unit/manifests.h"

struct container {
	json_t *obj;      /* owned: the object that has it */
	const json_t *at; /* borrowed from obj */
	char *command;    /* owned: the words of `command` and `args` */
	char *help;       /* owned: what the program says to it and --help */
	int status;       /* of that */
};

static char *
source_text(const char *name)
{
	char *path = source_path(name);
	char *text = file_text(path);

	free(path);
	return text;
}

static const json_t *
below(const json_t *obj, const char *const *path)
{
	for (; *path != NULL; path++)
		obj = json_object_get(obj, *path);
	return obj;
}

/* Of the first object of a kind in a file of several documents. */
static json_t *
object_of_kind(const char *file, const char *kind)
{
	char *text = source_text(file);
	json_t *found = NULL;
	char *next = text;

	while (found == NULL && next != NULL) {
		char *document = next;

		next = strstr(document, "\n---\n");
		if (next != NULL) {
			*next = '\0';
			next += strlen("\n---\n");
		}
		found = manifest(document);
		if (strcmp(json_string_value(json_object_get(found, "kind")),
			kind) == 0)
			break;
		json_decref(found);
		found = NULL;
	}
	free(text);
	assert_non_null(found);
	return found;
}

static void
add_words(char **line, const json_t *words)
{
	for (size_t i = 0; i < json_array_size(words); i++) {
		char *longer = xasprintf("%s '%s'", *line,
		    json_string_value(json_array_get(words, i)));

		free(*line);
		*line = longer;
	}
}

/* The program of this tree that stands for the one at a path of the image. */
static void
run_with_help(struct container *c)
{
	char *line = xasprintf("./%s",
	    strrchr(json_string_value(
			json_array_get(json_object_get(c->at, "command"), 0)),
		'/') +
		1);
	json_t *rest = json_copy(json_object_get(c->at, "command"));

	json_array_remove(rest, 0);
	add_words(&line, rest);
	json_decref(rest);
	add_words(&line, json_object_get(c->at, "args"));
	c->command = xasprintf("%s --help 2>&1", line);
	free(line);
	FILE *out = popen(c->command, "re");

	assert_non_null(out);
	c->help = xcalloc(1, 1 << 16);
	assert_true(fread(c->help, 1, (1 << 16) - 1, out) > 0);
	c->status = pclose(out);
}

static struct container
container_of(const char *file, const char *kind)
{
	static const char *const of_pod[] = { "spec", "containers", NULL };
	static const char *const path[] = { "spec", "template", "spec",
		"containers", NULL };
	struct container c = { .obj = object_of_kind(file, kind) };
	const json_t *all =
	    below(c.obj, strcmp(kind, "Pod") == 0 ? of_pod : path);

	assert_int_equal(json_array_size(all), 1);
	c.at = json_array_get(all, 0);
	return c;
}

static void
container_fini(struct container *c)
{
	json_decref(c->obj);
	free(c->command);
	free(c->help);
}

/* manifests/image: programs=(usr/bin/lbbgp ...) */
static bool
image_has(const char *path)
{
	char *text = source_text("manifests/image");
	char *list = strstr(text, "\nprograms=(");
	bool has = false;

	assert_non_null(list);
	list += strlen("\nprograms=(");
	list[strcspn(list, ")")] = '\0';
	for (char *rest = NULL, *word = strtok_r(list, " \t\n", &rest);
	     word != NULL; word = strtok_r(NULL, " \t\n", &rest))
		has = has || (path[0] == '/' && strcmp(word, path + 1) == 0);
	free(text);
	return has;
}

static void
check_command(const char *file, const char *kind)
{
	struct container c = container_of(file, kind);
	const json_t *command = json_object_get(c.at, "command");

	/* args alone go to the image's ENTRYPOINT, which is another program */
	assert_non_null(command);
	assert_true(image_has(json_string_value(json_array_get(command, 0))));
	run_with_help(&c);
	if (!WIFEXITED(c.status) || WEXITSTATUS(c.status) != 0)
		fail_msg("%s: %s", c.command, c.help);
	container_fini(&c);
}

#define STATIC_POD "manifests/static-pod/lbbgp-bgpd.yaml"

TEST(bgpd_is_started_as_it_wants)
{
	check_command("manifests/bgpd.yaml", "DaemonSet");
	check_command(STATIC_POD, "Pod");
}

TEST(allocator_is_started_as_it_wants)
{
	check_command("manifests/allocator.yaml", "Deployment");
}

#define PULL "manifests/pull/pull.yaml"

TEST(the_image_is_pulled_by_what_it_can_start)
{
	check_command(PULL, "DaemonSet");
}

TEST(entrypoint_is_in_the_image)
{
	static const char mark[] = "\nENTRYPOINT [\"";
	char *text = source_text("Containerfile");
	char *path = strstr(text, mark);

	assert_non_null(path);
	path += strlen(mark);
	path[strcspn(path, "\"")] = '\0';
	assert_true(image_has(path));
	free(text);
}

/* The number of a port that the container names, or that the probe names itself. */
static int
probe_port(const json_t *container, const json_t *probe)
{
	const json_t *port =
	    json_object_get(json_object_get(probe, "httpGet"), "port");
	const json_t *ports = json_object_get(container, "ports");

	for (size_t i = 0; json_is_string(port) && i < json_array_size(ports);
	     i++) {
		const json_t *row = json_array_get(ports, i);

		if (json_equal(json_object_get(row, "name"), port))
			return (int)json_integer_value(
			    json_object_get(row, "containerPort"));
	}
	return (int)json_integer_value(port);
}

static void
check_probes(const char *file, const char *kind)
{
	static const char *const probes[] = { "readinessProbe",
		"livenessProbe" };
	struct container c = container_of(file, kind);

	run_with_help(&c);
	for (size_t i = 0; i < 2; i++) {
		const json_t *probe = json_object_get(c.at, probes[i]);
		char *listens = xasprintf(":%d)", probe_port(c.at, probe));

		if (strstr(c.help, listens) == NULL)
			fail_msg(
			    "%s: no port %s of %s", probes[i], listens, c.help);
		free(listens);
	}
	container_fini(&c);
}

TEST(probes_ask_where_the_programs_listen)
{
	check_probes("manifests/bgpd.yaml", "DaemonSet");
	check_probes(STATIC_POD, "Pod");
	check_probes("manifests/allocator.yaml", "Deployment");
}

/* What follows an option in the container's args. */
static const char *
value_of(const struct container *c, const char *option)
{
	const json_t *args = json_object_get(c->at, "args");

	for (size_t i = 0; i + 1 < json_array_size(args); i++)
		if (strcmp(json_string_value(json_array_get(args, i)),
			option) == 0)
			return json_string_value(json_array_get(args, i + 1));
	return "";
}

static bool
has_text(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) ==
		    0)
			return true;
	return false;
}

/* Else each restart would be taken for the end: that DaemonSet is not there. */
TEST(daemonset_that_is_watched_is_the_one_that_is_made)
{
	struct container c = container_of("manifests/bgpd.yaml", "DaemonSet");
	json_t *role = object_of_kind("manifests/bgpd.yaml", "Role");
	const char *watched = value_of(&c, "--daemonset");
	const json_t *rules = json_object_get(role, "rules");
	bool may = false;

	assert_string_equal(watched,
	    json_string_value(
		json_object_get(json_object_get(c.obj, "metadata"), "name")));
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);

		may |= has_text(
			   json_object_get(rule, "resources"), "daemonsets") &&
		    has_text(json_object_get(rule, "resourceNames"), watched);
	}
	assert_true(may);
	json_decref(role);
	container_fini(&c);
}

/* The root of the container is read-only. */
static void
check_socket(const char *file, const char *kind)
{
	struct container c = container_of(file, kind);
	const json_t *mounts = json_object_get(c.at, "volumeMounts");
	bool found = false;

	run_with_help(&c);
	for (size_t i = 0; i < json_array_size(mounts); i++) {
		const json_t *mount = json_array_get(mounts, i);
		char *socket = xasprintf("(default: %s/bgpd.sock)",
		    json_string_value(json_object_get(mount, "mountPath")));

		found |= strstr(c.help, socket) != NULL;
		free(socket);
	}
	assert_true(found);
	container_fini(&c);
}

TEST(socket_is_on_a_volume)
{
	check_socket("manifests/bgpd.yaml", "DaemonSet");
	check_socket(STATIC_POD, "Pod");
}

static bool
has_volume(const struct container *c, const char *path)
{
	const json_t *mounts = json_object_get(c->at, "volumeMounts");

	for (size_t i = 0; i < json_array_size(mounts); i++)
		if (strcmp(json_string_value(json_object_get(
			       json_array_get(mounts, i), "mountPath")),
			path) == 0)
			return true;
	return false;
}

static void
check_folder(const char *file, const char *kind)
{
	struct container c = container_of(file, kind);
	const char *source = value_of(&c, "--source") + strlen("dir:");
	char *beside = xasprintf("%s.state", source);

	assert_true(has_volume(&c, source));
	assert_true(has_volume(&c, beside));
	free(beside);
	container_fini(&c);
}

TEST(folders_are_there_and_so_is_what_is_written_about_them)
{
	check_folder(STATIC_POD, "Pod");
	check_folder(PULL, "DaemonSet");
}

static json_t *
image_of(const char *file, const char *kind)
{
	struct container c = container_of(file, kind);
	json_t *image = json_incref(json_object_get(c.at, "image"));

	container_fini(&c);
	return image;
}

/* A kustomization names it in one way for both. */
TEST(what_is_pulled_is_what_the_nodes_run)
{
	json_t *pulled = image_of(PULL, "DaemonSet");
	json_t *run = image_of("manifests/bgpd.yaml", "DaemonSet");

	assert_non_null(run);
	assert_true(json_equal(pulled, run));
	json_decref(pulled);
	json_decref(run);
}

static void
assert_script(const char *name, const char *words, int code)
{
	char *path = source_path(name);
	char *line = xasprintf("'%s' %s >/dev/null 2>&1", path, words);

	assert_int_equal(WEXITSTATUS(system(line)), code);
	free(line);
	free(path);
}

/* A word that is no name of an archive must not become one. */
TEST(scripts_know_their_words)
{
	assert_script("manifests/image", "--help", 0);
	assert_script("manifests/image", "--archive x.tar", 2);
	assert_script("manifests/image", "-x", 2);
	assert_script("manifests/image", "--arch", 2);
	assert_script("manifests/image", "--arch s390x x.tar", 2);
	assert_script("manifests/image", "--arch arm64 --help", 0);
	assert_script("manifests/sysroot", "--help", 0);
	assert_script("manifests/sysroot", "arm64 x", 2);
	assert_script("manifests/krew", "--help", 0);
	assert_script("manifests/krew", "x.tar.gz http://example.com/x", 2);
	assert_script("lab/install", "--print image", 0);
	assert_script("lab/install", "--help", 0);
	assert_script("lab/install", "nothing", 2);
	assert_script("lab/install", "''", 2);
}

/* Else one that crashes again and again would keep its node from being drained. */
TEST(an_allocator_that_is_not_ready_may_be_evicted)
{
	static const char *const path[] = { "spec",
		"unhealthyPodEvictionPolicy", NULL };
	json_t *budget =
	    object_of_kind("manifests/allocator.yaml", "PodDisruptionBudget");

	assert_string_equal(
	    json_string_value(below(budget, path)), "AlwaysAllow");
	json_decref(budget);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bgpd_is_started_as_it_wants),
		cmocka_unit_test(allocator_is_started_as_it_wants),
		cmocka_unit_test(entrypoint_is_in_the_image),
		cmocka_unit_test(
		    daemonset_that_is_watched_is_the_one_that_is_made),
		cmocka_unit_test(scripts_know_their_words),
		cmocka_unit_test(socket_is_on_a_volume),
		cmocka_unit_test(
		    folders_are_there_and_so_is_what_is_written_about_them),
		cmocka_unit_test(the_image_is_pulled_by_what_it_can_start),
		cmocka_unit_test(what_is_pulled_is_what_the_nodes_run),
		cmocka_unit_test(probes_ask_where_the_programs_listen),
		cmocka_unit_test(an_allocator_that_is_not_ready_may_be_evicted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
