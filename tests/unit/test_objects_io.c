/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the source once, from an API server that is a process of its own. */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/doctor_cluster.h"
#include "cli/objects.h"
#include "cli/objects_io.h"
#include "cli/plugin_io.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube/kube_config.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "tests/fake/fake_api.h"
#include "tests/test.h"

#define SLOW 250 /* ms */

struct server {
	pid_t pid;
	unsigned port;
	char kubeconfig[40];
	bool by_default; /* it is not named */
	struct kube_person person;
};

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

/* The child's part: answers until it is killed. */
static void __attribute__((noreturn))
serve(const struct fake_answer *script, int tell)
{
	struct event_base *base = event_base_new();
	struct fake_api *api = fake_api_new(base, script);
	unsigned port = fake_api_port(api);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(tell, &port, sizeof(port)) == sizeof(port))
		event_base_dispatch(base);
	_exit(0);
}

static void
kubeconfig_write_as(struct server *s, unsigned port, const char *user)
{
	FILE *f;

	strcpy(s->kubeconfig, "/tmp/lbbgp-objects.XXXXXX");
	f = fdopen(mkstemp(s->kubeconfig), "w");
	assert_non_null(f);
	fprintf(f,
	    "---\ncurrent-context: x\n"
	    "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%u'}}]\n"
	    "users: [{name: u, user: {%s}}]\n",
	    port, user);
	assert_int_equal(fclose(f), 0);
}

static void
kubeconfig_write(struct server *s, unsigned port)
{
	kubeconfig_write_as(s, port, "token: t");
}

static struct server
server_start(const struct fake_answer *script)
{
	struct server s = { 0 };
	int tell[2];

	assert_int_equal(pipe(tell), 0);
	s.pid = fork();
	assert_true(s.pid >= 0);
	if (s.pid == 0)
		serve(script, tell[1]);
	assert_int_equal(
	    read(tell[0], &s.port, sizeof(s.port)), sizeof(s.port));
	close(tell[0]);
	close(tell[1]);
	kubeconfig_write(&s, s.port);
	log_set_sink(quiet);
	return s;
}

static void
server_stop(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	unlink(s->kubeconfig);
	log_set_sink(NULL);
}

/* How many addresses there are; -1 and err: they can't be read. */
static int
addresses_of(const struct server *s, struct err *err)
{
	json_t *request = json_object();
	struct json_at root = json_at_root(request);
	const struct source_options from = { .spec = "kube",
		.kubeconfig = s->by_default ? NULL : s->kubeconfig,
		.person = &s->person,
		.program = "lbbgp",
		.read_only = true };
	char *text = objects_read(&objects_addresses, &from, &root, 0, err);
	json_t *reply = text != NULL ? json_loads(text, 0, NULL) : NULL;
	int n = text != NULL
	    ? (int)json_array_size(json_object_get(reply, "addresses"))
	    : -1;

	json_decref(reply);
	json_decref(request);
	free(text);
	return n;
}

/* What the doctor finds, owned; NULL and err: nothing can be read. */
static json_t *
doctor_of(const struct server *s, int64_t now, struct err *err)
{
	json_t *request = json_object();
	struct json_at root = json_at_root(request);
	const struct source_options from = { .spec = "kube",
		.kubeconfig = s->kubeconfig,
		.person = &s->person,
		.program = "lbbgp",
		.read_only = true };
	char *text = objects_read(&doctor_cluster, &from, &root, now, err);
	json_t *reply = text != NULL ? json_loads(text, 0, NULL) : NULL;

	json_decref(request);
	free(text);
	return reply;
}

/* Is there a finding of this verdict, whose text has this part? */
static bool
is_found(const json_t *reply, const char *check, const char *verdict,
    const char *part)
{
	const json_t *list = json_object_get(reply, "findings");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *its, *how, *text;

		if (json_unpack(json_array_get(list, i), "{s:s, s:s, s:s}",
			"check", &its, "verdict", &how, "text", &text) == 0 &&
		    strcmp(its, check) == 0 && strcmp(how, verdict) == 0 &&
		    strstr(text, part) != NULL)
			return true;
	}
	return false;
}

#define PAGE(more, name, address)                                              \
	"{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"" more        \
	"\"},\"items\":[{\"metadata\":{\"namespace\":\"web\",\"name\":\"" name \
	"\"},\"spec\":{\"type\":\"LoadBalancer\",\"ports\":[{\"port\""         \
	":80}]},\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"" address \
	"\"}]}}}]}"
#define GET(where, code, text)                                               \
	{                                                                    \
		.method = "GET", .path = where, .status = code, .body = text \
	}
#define SLOW_PAGE(where, text)                                               \
	{                                                                    \
		.method = "GET", .path = where, .status = 200, .body = text, \
		.delay_ms = SLOW                                             \
	}

TEST(a_slow_list_is_waited_for)
{
	static const struct fake_answer script[] = {
		SLOW_PAGE("continue=2", PAGE("", "b", "10.0.0.2")),
		SLOW_PAGE("services?limit=500", PAGE("2", "a", "10.0.0.1")),
		{ 0 }
	};
	struct server s = server_start(script);
	struct err err;
	uint64_t start = loop_now();

	assert_int_equal(addresses_of(&s, &err), 2);
	assert_true(loop_now() - start >= (uint64_t)2 * SLOW);
	server_stop(&s);
}

TEST(a_server_that_is_busy_is_asked_again)
{
	static const struct fake_answer script[] = {
		GET("services?limit=500", 503, ""),
		GET("services?limit=500", 200, PAGE("", "a", "10.0.0.1")), { 0 }
	};
	struct server s = server_start(script);
	struct err err;

	assert_int_equal(addresses_of(&s, &err), 1);
	server_stop(&s);
}

TEST(a_refusal_is_told_at_once)
{
	static const struct fake_answer script[] = {
		GET("services", 403, "{\"message\":\"services is forbidden\"}"),
		{ 0 }
	};
	struct server s = server_start(script);
	struct err err;
	uint64_t start = loop_now();

	assert_int_equal(addresses_of(&s, &err), -1);
	assert_string_equal(
	    err.text, "Service: HTTP 403: services is forbidden");
	assert_true(loop_now() - start < 2000);
	server_stop(&s);
}

TEST(a_server_that_is_not_there_is_told_at_once)
{
	static const struct fake_answer script[] = { { 0 } };
	struct server s = server_start(script);
	struct err err;
	uint64_t start = loop_now();

	unlink(s.kubeconfig);
	kubeconfig_write(&s, 1); /* nobody listens there */
	assert_int_equal(addresses_of(&s, &err), -1);
	assert_non_null(strstr(err.text, "Service: "));
	assert_non_null(strstr(err.text, "onnect"));
	assert_true(loop_now() - start < 2000);
	server_stop(&s);
}

TEST(a_kind_that_the_cluster_does_not_know_is_told)
{
	static const struct fake_answer script[] = { { 0 } };
	struct server s = server_start(script);
	struct err err;

	assert_int_equal(addresses_of(&s, &err), -1);
	assert_non_null(strstr(err.text, "does not know this kind"));
	server_stop(&s);
}

/* Gives each time it is run a number as the token: $COUNT is its file. */
#define PLUGIN(more)                                                         \
	"exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: " \
	"sh, env: [{name: COUNT, value: %s}], args: [-c, 'echo x >>$COUNT; " \
	"printf ''{\"kind\":\"ExecCredential\",\"apiVersion\":"              \
	"\"client.authentication.k8s.io/v1beta1\",\"status\":{"              \
	"\"token\":\"t%%s\"" more "}}'' $(wc -l <$COUNT)']}"

struct counted {
	struct server server;
	char count[40];
};

static struct counted
plugin_start(const struct fake_answer *script, const char *user)
{
	struct counted c = { .server = server_start(script) };
	char text[1000];

	strcpy(c.count, "/tmp/lbbgp-count.XXXXXX");
	close(mkstemp(c.count));
	unlink(c.server.kubeconfig);
	snprintf(text, sizeof(text), user, c.count);
	kubeconfig_write_as(&c.server, c.server.port, text);
	c.server.person.run = plugin_run;
	return c;
}

/* The number of times it was run. */
static size_t
plugin_stop(struct counted *c)
{
	FILE *f = fopen(c->count, "r");
	char text[100];
	size_t n = fread(text, 1, sizeof(text), f) / 2;

	fclose(f);
	unlink(c->count);
	server_stop(&c->server);
	return n;
}

#define GET_AS(whom, where, code, text)                                       \
	{                                                                     \
		.method = "GET", .path = where, .status = code, .body = text, \
		.token = whom                                                 \
	}

TEST(a_plugin_gives_the_token)
{
	static const struct fake_answer script[] = {
		GET_AS(
		    "t1", "services?limit=500", 200, PAGE("", "a", "10.0.0.1")),
		{ 0 }
	};
	struct counted c = plugin_start(script, PLUGIN(""));
	struct err err;

	assert_int_equal(addresses_of(&c.server, &err), 1);
	assert_int_equal(plugin_stop(&c), 1);
}

TEST(a_plugin_is_asked_again_when_its_token_is_refused)
{
	static const struct fake_answer script[] = {
		GET_AS("t1", "services?limit=500", 200,
		    PAGE("2", "a", "10.0.0.1")),
		GET_AS("t1", "continue=2", 401, "{}"),
		GET_AS("t2", "continue=2", 200, PAGE("", "b", "10.0.0.2")),
		{ 0 }
	};
	struct counted c = plugin_start(script, PLUGIN(""));
	struct err err;

	assert_int_equal(addresses_of(&c.server, &err), 2);
	assert_int_equal(plugin_stop(&c), 2);
}

TEST(a_refusal_of_the_new_token_too_is_told)
{
	static const struct fake_answer script[] = {
		GET("services", 401, "{\"message\":\"Unauthorized\"}"),
		GET("services", 401, "{\"message\":\"Unauthorized\"}"), { 0 }
	};
	struct counted c = plugin_start(script, PLUGIN(""));
	struct err err;

	assert_int_equal(addresses_of(&c.server, &err), -1);
	assert_string_equal(err.text, "Service: HTTP 401: Unauthorized");
	assert_int_equal(plugin_stop(&c), 2);
}

TEST(a_plugin_is_asked_again_when_its_token_has_expired)
{
	static const struct fake_answer script[] = {
		{ .method = "GET",
		    .path = "services?limit=500",
		    .status = 200,
		    .body = PAGE("2", "a", "10.0.0.1"),
		    .delay_ms = SLOW },
		GET_AS("t2", "continue=2", 200, PAGE("", "b", "10.0.0.2")),
		{ 0 }
	};
	struct counted c = plugin_start(script,
	    PLUGIN(",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\""));
	struct err err;

	assert_int_equal(addresses_of(&c.server, &err), 2);
	assert_int_equal(plugin_stop(&c), 2);
}

TEST(a_daemon_runs_no_plugin)
{
	static const struct fake_answer script[] = { { 0 } };
	struct counted c = plugin_start(script, PLUGIN(""));
	struct err err;

	c.server.person.run = NULL;
	assert_int_equal(addresses_of(&c.server, &err), -1);
	assert_non_null(strstr(
	    err.text, ": users[0].user.exec: a daemon runs no exec plugins; "));
	assert_int_equal(plugin_stop(&c), 0);
}

/* $HOME/.kube/config is the server's kubeconfig. */
static void
home_make(const struct server *s, char home[40])
{
	char path[60];

	strcpy(home, "/tmp/lbbgp-home.XXXXXX");
	assert_non_null(mkdtemp(home));
	snprintf(path, sizeof(path), "%s/.kube", home);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/config");
	assert_int_equal(symlink(s->kubeconfig, path), 0);
	setenv("HOME", home, 1);
}

static void
home_remove(const char *home)
{
	char path[60];

	snprintf(path, sizeof(path), "%s/.kube/config", home);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(home);
	unsetenv("KUBECONFIG");
}

TEST(kubeconfig_is_looked_for_where_kubectl_does)
{
	static const struct fake_answer script[] = {
		GET_AS("t", "services", 200, PAGE("", "a", "10.0.0.1")),
		GET_AS("t", "services", 200, PAGE("", "a", "10.0.0.1")), { 0 }
	};
	struct server s = server_start(script);
	char home[40], list[100];
	struct err err;

	home_make(&s, home);
	s.by_default = true;
	unsetenv("KUBECONFIG");
	assert_int_equal(addresses_of(&s, &err), 1);
	setenv("KUBECONFIG", "/nonexistent", 1);
	assert_int_equal(addresses_of(&s, &err), -1);
	assert_non_null(strstr(err.text, "there is no /nonexistent ("));
	snprintf(
	    list, sizeof(list), "/nonexistent::/dev/null:%s", s.kubeconfig);
	setenv("KUBECONFIG", list, 1);
	assert_int_equal(addresses_of(&s, &err), 1);
	home_remove(home);
	server_stop(&s);
}

#define EMPTY "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}"
#define REVIEWED(what)                                                       \
	{                                                                    \
		.method = "POST", .path = "subjectaccessreviews",            \
		.status = 201, .body = "{\"status\":{\"allowed\":" what "}}" \
	}

/* Kinds that are not there, or may not be read, are no end of it. */
TEST(a_doctor_goes_on_without_what_it_may_not_read)
{
	static const struct fake_answer script[] = { GET("/api/v1/nodes", 200,
							 EMPTY),
		GET("bgppeers", 403, "{\"message\":\"no bgppeers\"}"),
		GET("bgpfilters", 200, EMPTY),
		GET("/version", 200, "{\"gitVersion\":\"v1.33.1\"}"),
		GET("daemonsets/lbbgp-bgpd", 403, "{\"message\":\"no sets\"}"),
		REVIEWED("true"), REVIEWED("false"), REVIEWED("true"), { 0 } };
	struct server s = server_start(script);
	struct err err = { "" };
	json_t *reply = doctor_of(&s, time(NULL), &err);

	assert_string_equal(err.text, "");
	assert_non_null(reply);
	assert_true(is_found(reply, "server", "good", "v1.33.1"));
	assert_true(is_found(reply, "resources", "bad", "BGPConfiguration"));
	assert_true(is_found(
	    reply, "objects", "unseen", "BGPPeer: HTTP 403: no bgppeers"));
	assert_true(is_found(reply, "peers", "unseen", "BGPPeer"));
	assert_true(is_found(reply, "groups", "doubt", "no ServiceGroup"));
	assert_true(is_found(reply, "rollout", "unseen", "HTTP 403: no sets"));
	assert_true(is_found(reply, "rights", "bad", "may not "));
	json_decref(reply);
	server_stop(&s);
}

/* By the Date of its answers. */
TEST(a_doctor_sees_the_clock_of_the_server)
{
	static const struct fake_answer script[] = { GET("/api/v1/nodes", 200,
							 EMPTY),
		GET("/version", 200, "{}"), { 0 } };
	struct server s = server_start(script);
	struct err err = { "" };
	json_t *reply = doctor_of(&s, time(NULL) + 3600, &err);

	assert_true(is_found(reply, "server", "bad", " s ahead of that of "));
	json_decref(reply);
	server_stop(&s);
}

TEST(a_doctor_without_a_server_says_why)
{
	static const struct fake_answer script[] = { { 0 } };
	struct server s = server_start(script);
	struct err err = { "" };
	uint64_t start = loop_now();

	server_stop(&s);
	kubeconfig_write(&s, s.port);
	assert_null(doctor_of(&s, time(NULL), &err));
	assert_non_null(strstr(err.text, "Node: "));
	assert_true(loop_now() - start < 5000);
	unlink(s.kubeconfig);
}

/* Three Nodes that stand in a folder in no order. */
TEST(nodes_of_a_folder_are_in_the_order_of_names)
{
	char dir[] = "/tmp/lbbgp-objects.XXXXXX", file[64], spec[64];
	json_t *request = json_object();
	struct json_at root = json_at_root(request);
	struct err err = { "" };
	struct source_options from = {
		.spec = spec, .program = "lbbgp", .read_only = true
	};

	assert_non_null(mkdtemp(dir));
	snprintf(spec, sizeof(spec), "dir:%s", dir);
	snprintf(file, sizeof(file), "%s/nodes.yaml", dir);
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	for (const char *n = "312"; *n != '\0'; n++)
		fprintf(f,
		    "---\n{apiVersion: v1, kind: Node, metadata: {name: n%c}}\n",
		    *n);
	assert_int_equal(fclose(f), 0);
	char *text = objects_read(&doctor_cluster, &from, &root, 0, &err);

	assert_string_equal(err.text, "");
	json_t *reply = json_loads(text, 0, NULL);

	assert_true(is_found(reply, "daemons", "bad", " on n1, n2, n3"));
	unlink(file);
	rmdir(dir);
	json_decref(reply);
	json_decref(request);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_list_is_waited_for),
		cmocka_unit_test(a_server_that_is_busy_is_asked_again),
		cmocka_unit_test(a_refusal_is_told_at_once),
		cmocka_unit_test(a_server_that_is_not_there_is_told_at_once),
		cmocka_unit_test(a_kind_that_the_cluster_does_not_know_is_told),
		cmocka_unit_test(a_doctor_goes_on_without_what_it_may_not_read),
		cmocka_unit_test(a_doctor_sees_the_clock_of_the_server),
		cmocka_unit_test(a_doctor_without_a_server_says_why),
		cmocka_unit_test(nodes_of_a_folder_are_in_the_order_of_names),
		cmocka_unit_test(a_plugin_gives_the_token),
		cmocka_unit_test(
		    a_plugin_is_asked_again_when_its_token_is_refused),
		cmocka_unit_test(a_refusal_of_the_new_token_too_is_told),
		cmocka_unit_test(
		    a_plugin_is_asked_again_when_its_token_has_expired),
		cmocka_unit_test(a_daemon_runs_no_plugin),
		cmocka_unit_test(kubeconfig_is_looked_for_where_kubectl_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
