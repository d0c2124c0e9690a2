/* SPDX-License-Identifier: Apache-2.0 */
/* The command line's side of the socket, against a child that plays the daemon. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/client_io.h"
#include "common/err.h"
#include "tests/test.h"

struct daemon {
	char dir[32];
	char path[64];
	int fd; /* listens; -1: nobody does */
	pid_t pid;
};

static int
setup(void **state)
{
	static struct daemon d;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(d.dir, "/tmp/lbbgp-client-XXXXXX");
	assert_non_null(mkdtemp(d.dir));
	snprintf(d.path, sizeof(d.path), "%s/sock", d.dir);
	strcpy(un.sun_path, d.path);
	d.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(d.fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(d.fd, 1), 0);
	*state = &d;
	return 0;
}

static int
teardown(void **state)
{
	struct daemon *d = *state;

	close(d->fd);
	unlink(d->path);
	rmdir(d->dir);
	return 0;
}

/* Answers one request with that, then hangs up. */
static void
serve(struct daemon *d, const char *reply)
{
	char line[256];

	d->pid = fork();
	if (d->pid != 0)
		return;
	FILE *in = fdopen(accept(d->fd, NULL, NULL), "r+");

	if (fgets(line, sizeof(line), in) != NULL &&
	    strcmp(line, "{\"version\":1}\n") == 0) {
		fseek(in, 0, SEEK_CUR);
		fputs(reply, in);
		fflush(in);
	}
	_exit(0);
}

static char *
ask(const struct daemon *d, struct err *err)
{
	return client_ask(d->path, "{\"version\":1}", err);
}

static void
a_request_gets_its_reply(void **state)
{
	struct daemon *d = *state;
	struct err err;

	serve(d, "{\"version\":1,\"node\":\"n1\"}\n");
	char *reply = ask(d, &err);

	assert_string_equal(reply, "{\"version\":1,\"node\":\"n1\"}\n");
	free(reply);
	waitpid(d->pid, NULL, 0);
}

static void
half_a_reply_is_none(void **state)
{
	struct daemon *d = *state;
	struct err err = { "" };

	serve(d, "{\"version\":");
	assert_null(ask(d, &err));
	assert_non_null(strstr(err.text, "closed the connection"));
	waitpid(d->pid, NULL, 0);
}

/* As one does who has too many others to answer. */
static void
who_hangs_up_unheard_is_told(void **state)
{
	struct daemon *d = *state;
	struct err err = { "" };

	d->pid = fork();
	if (d->pid == 0) {
		struct pollfd asked = { .events = POLLIN };

		asked.fd = accept(d->fd, NULL, NULL);
		poll(&asked, 1, -1);
		_exit(0);
	}
	assert_null(ask(d, &err));
	assert_non_null(strstr(err.text, "more ask it than it answers"));
	waitpid(d->pid, NULL, 0);
}

struct lines {
	unsigned n, most;
};

static bool
on_line(void *arg, const char *text, struct err *err)
{
	struct lines *l = arg;

	assert_int_equal(text[strlen(text) - 1], '\n');
	return ++l->n < l->most || err_set(err, "enough");
}

static void
lines_are_followed_until_the_end(void **state)
{
	struct daemon *d = *state;
	struct lines l = { 0, 9 };
	struct err err = { "" };

	serve(d, "{}\n{\"at\":1}\n{\"at\":2}\n");
	assert_false(
	    client_follow(d->path, "{\"version\":1}", on_line, &l, &err));
	assert_int_equal(l.n, 3);
	assert_non_null(strstr(err.text, "closed the connection"));
	waitpid(d->pid, NULL, 0);
	l = (struct lines){ 0, 2 };
	serve(d, "{}\n{\"at\":1}\n{\"at\":2}\n");
	assert_true(
	    client_follow(d->path, "{\"version\":1}", on_line, &l, &err));
	assert_int_equal(l.n, 2);
	assert_string_equal(err.text, "enough");
	waitpid(d->pid, NULL, 0);
}

TEST(a_missing_socket_comes_with_a_hint)
{
	struct err err = { "" };

	assert_null(client_ask("/nowhere/bgpd.sock", "{}", &err));
	assert_non_null(strstr(err.text, "/nowhere/bgpd.sock: No such file"));
	assert_non_null(strstr(err.text, "is lbbgp-bgpd running"));
}

static void
a_stale_socket_comes_with_a_hint(void **state)
{
	struct daemon *d = *state;
	struct err err = { "" };

	close(d->fd);
	assert_null(ask(d, &err));
	assert_non_null(strstr(err.text, "Connection refused"));
	assert_non_null(strstr(err.text, "is lbbgp-bgpd running"));
	d->fd = -1;
}

TEST(a_path_too_long_is_refused)
{
	char path[200];
	struct err err = { "" };

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_null(client_ask(path, "{}", &err));
	assert_non_null(strstr(err.text, "longer than 107 bytes"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_request_gets_its_reply),
		T(half_a_reply_is_none),
		T(who_hangs_up_unheard_is_told),
		T(lines_are_followed_until_the_end),
		T(a_missing_socket_comes_with_a_hint),
		T(a_stale_socket_comes_with_a_hint),
		T(a_path_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
