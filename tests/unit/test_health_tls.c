/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom health_io takes for the server of an HTTPS check. The server is tls_server.py.
 */
#include <dirent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/health/health_io.h"
#include "bgpd/health/health_port.h"
#include "common/alloc.h"
#include "tests/test.h"

static char dir[] = "/tmp/lbbgp-health-XXXXXX";
static int server_in = -1; /* it ends when this is closed */
static pid_t server;
static unsigned port;
static char ours[8192], theirs[8192];

/* ---- the server ---- */

static void
read_file(const char *name, char *text, size_t room)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	text[fread(text, 1, room - 1, f)] = '\0';
	fclose(f);
	free(path);
}

static void
exec_server(int in, int out)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf(
	    "%s/tests/unit/tls_server.py", srcdir != NULL ? srcdir : ".");

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	close_range(3, ~0u, 0);
	execlp("python3", "python3", path, dir, NULL);
	_exit(127);
}

static int
start_server(void **state)
{
	int in[2], out[2];

	(void)state;
	if (mkdtemp(dir) == NULL || pipe(in) != 0 || pipe(out) != 0)
		return -1;
	fflush(stdout);
	server = fork();
	if (server == 0)
		exec_server(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	server_in = in[1];
	FILE *from = fdopen(out[0], "r");
	int got = fscanf(from, "%u", &port);

	fclose(from);
	read_file("ours.pem", ours, sizeof(ours));
	read_file("theirs.pem", theirs, sizeof(theirs));
	return got == 1 ? 0 : -1;
}

static int
stop_server(void **state)
{
	DIR *files = opendir(dir);
	struct dirent *file;

	(void)state;
	close(server_in);
	waitpid(server, NULL, 0);
	while ((file = readdir(files)) != NULL)
		unlinkat(dirfd(files), file->d_name, 0);
	closedir(files);
	return rmdir(dir);
}

/* ---- questions ---- */

static struct event_base *base;
static char reason[256]; /* "": good */
static bool answered;

static void
on_answered(void *arg, uint32_t id, const char *why)
{
	(void)arg;
	(void)id;
	answered = true;
	snprintf(reason, sizeof(reason), "%s", why != NULL ? why : "");
	event_base_loopbreak(base);
}

/* "" when the answer is good, else why not. */
static const char *
ask(const char *host, const char *path, bool verify, const char *ca)
{
	static const struct health_io_ops ops = { .answered = on_answered };
	char *url = xasprintf("https://%s:%u%s", host, port, path);
	const struct health_question q = { .ask = HEALTH_ASK_HTTPS,
		.timeout = 10000,
		.url = url,
		.verify = verify,
		.ca = ca,
		.n_ca = ca != NULL ? strlen(ca) : 0 };

	base = event_base_new();
	struct health_io *h = health_io_new(base, NULL, &ops, NULL);
	const struct health_port *to = health_io_port(h);

	answered = false;
	to->ask(to->arg, 1, &q);
	event_base_dispatch(base);
	assert_true(answered);
	health_io_free(h);
	event_base_free(base);
	free(url);
	return reason;
}

TEST(a_certificate_of_the_authority_is_taken)
{
	assert_string_equal(ask("127.0.0.1", "/livez", true, ours), "");
}

TEST(the_status_counts_there_too)
{
	assert_string_equal(
	    ask("127.0.0.1", "/healthz", true, ours), "HTTP status 404");
}

TEST(one_of_another_authority_is_not)
{
	assert_non_null(
	    strstr(ask("127.0.0.1", "/livez", true, theirs), "certificate"));
}

TEST(nor_one_that_the_system_does_not_know)
{
	assert_non_null(
	    strstr(ask("127.0.0.1", "/livez", true, NULL), "certificate"));
}

TEST(nor_one_for_another_host)
{
	assert_non_null(
	    strstr(ask("localhost", "/livez", true, ours), "localhost"));
}

TEST(unverified_any_is_taken)
{
	assert_string_equal(ask("localhost", "/livez", false, NULL), "");
}

TEST(an_authority_that_can_not_be_read_is_no_leave)
{
	assert_string_not_equal(
	    ask("127.0.0.1", "/livez", true, "no certificate"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_of_the_authority_is_taken),
		cmocka_unit_test(the_status_counts_there_too),
		cmocka_unit_test(one_of_another_authority_is_not),
		cmocka_unit_test(nor_one_that_the_system_does_not_know),
		cmocka_unit_test(nor_one_for_another_host),
		cmocka_unit_test(unverified_any_is_taken),
		cmocka_unit_test(an_authority_that_can_not_be_read_is_no_leave),
	};

	return cmocka_run_group_tests_name(
	    "health_tls", tests, start_server, stop_server);
}
