/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket for real, in a directory of its own. */
#include <event2/event.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/control/control.h"
#include "bgpd/control/control_io.h"
#include "bgpd/control/monitor.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "tests/fake/fake_daemon.h"
#include "tests/test.h"

#define STATUS "{\"version\": 1, \"request\": \"status\"}\n"
#define ROUTES "{\"version\": 1, \"request\": \"routes\"}\n"

struct world {
	char dir[32];
	char path[64];
	struct event_base *base;
	struct fake_daemon *daemon;
	struct control_io *io;
};

static struct control_io *
open_socket(struct world *w, struct err *err)
{
	return control_io_new(
	    w->base, w->path, &fake_daemon_ops, w->daemon, err);
}

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct err err;

	strcpy(w->dir, "/tmp/lbbgp-control-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/run/sock", w->dir);
	w->base = event_base_new();
	w->daemon = fake_daemon_new();
	w->io = open_socket(w, &err);
	assert_non_null(w->io);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	control_io_free(w->io);
	fake_daemon_free(w->daemon);
	event_base_free(w->base);
	unlink(w->path);
	*strrchr(w->path, '/') = '\0';
	rmdir(w->path);
	rmdir(w->dir);
	free(w);
	return 0;
}

static int
dial(const struct world *w)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(un.sun_path, w->path);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Up to n bytes, as long as the daemon sends some; 0: it closed. */
static size_t
hear(struct world *w, int fd, char *text, size_t n)
{
	struct pollfd p = { fd, POLLIN, 0 };

	for (unsigned turns = 0; turns < 200 && poll(&p, 1, 5) == 0; turns++)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	ssize_t got = read(fd, text, n - 1);

	assert_true(got >= 0);
	text[got] = '\0';
	return (size_t)got;
}

static void
the_socket_is_for_owner_and_group(void **state)
{
	const struct world *w = *state;
	struct stat st;

	assert_int_equal(stat(w->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
}

static void
a_request_has_one_reply(void **state)
{
	char reply[4096];
	int fd = dial(*state);

	say(fd, STATUS);
	hear(*state, fd, reply, sizeof(reply));
	assert_non_null(strstr(reply, "\"node\":\"n1\""));
	assert_int_equal(reply[strlen(reply) - 1], '\n');
	close(fd);
}

static void
two_requests_in_one_packet_have_two(void **state)
{
	char reply[8192];
	size_t n = 0;
	int fd = dial(*state);

	say(fd, STATUS ROUTES);
	while (strstr(reply, "\"cursor\"") == NULL || n == 0)
		n += hear(*state, fd, reply + n, sizeof(reply) - n);
	assert_non_null(strstr(reply, "\"node\":\"n1\""));
	assert_true(strstr(reply, "\"node\"") < strstr(reply, "\"routes\""));
	close(fd);
}

static void
a_request_may_come_byte_by_byte(void **state)
{
	struct world *w = *state;
	char reply[4096];
	int fd = dial(w);

	for (const char *p = STATUS; *p != '\0'; p++) {
		char one[2] = { *p, '\0' };

		say(fd, one);
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	hear(w, fd, reply, sizeof(reply));
	assert_non_null(strstr(reply, "\"node\":\"n1\""));
	close(fd);
}

static void
an_oversized_request_ends_the_connection(void **state)
{
	char big[CONTROL_REQUEST_MAX + 1], reply[4096];
	int fd = dial(*state);

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	say(fd, big);
	assert_int_equal(hear(*state, fd, reply, sizeof(reply)), 0);
	close(fd);
}

static void
a_client_that_reads_nothing_costs_one_reply(void **state)
{
	struct world *w = *state;
	char reply[4096];
	int slow = dial(w), other = dial(w);
	size_t sent = 0;

	fake_daemon_condition(w->daemon, "Padding");
	for (unsigned i = 0; i < 20000; i++) {
		ssize_t n = send(slow, STATUS, strlen(STATUS), MSG_DONTWAIT);

		sent += n > 0 ? (size_t)n : 0;
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	/* It is stopped from the other side, long before it has said all. */
	assert_true(sent < 20000 * strlen(STATUS));
	say(other, STATUS);
	hear(w, other, reply, sizeof(reply));
	assert_non_null(strstr(reply, "\"node\":\"n1\""));
	close(slow);
	close(other);
}

static void
more_clients_than_allowed_are_turned_away(void **state)
{
	struct world *w = *state;
	int fd[17];
	char reply[8];

	for (unsigned i = 0; i < 17; i++) {
		fd[i] = dial(w);
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(hear(w, fd[16], reply, sizeof(reply)), 0);
	for (unsigned i = 0; i < 17; i++)
		close(fd[i]);
}

#define MONITOR "{\"version\": 1, \"request\": \"monitor\"}\n"

static void
who_watches_is_told_line_by_line(void **state)
{
	struct world *w = *state;
	struct prefix prefix = { addr_v4(0x0a000000), 8 };
	char text[4096];
	int fd = dial(w);

	say(fd, MONITOR);
	hear(w, fd, text, sizeof(text));
	assert_non_null(strstr(text, "\"kinds\":[\"session\""));
	monitor_announcement(w->daemon->monitor, &prefix, true);
	hear(w, fd, text, sizeof(text));
	assert_non_null(strstr(text, "\"prefix\":\"10.0.0.0/8\""));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	say(fd, STATUS); /* no longer answered */
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	monitor_announcement(w->daemon->monitor, &prefix, false);
	hear(w, fd, text, sizeof(text));
	assert_non_null(strstr(text, "\"announced\":false"));
	close(fd);
}

/* Its queue is full, and so is the socket: all else goes on, and nothing grows. */
static void
who_watches_and_reads_nothing_loses_events(void **state)
{
	struct world *w = *state;
	struct prefix prefix = { addr_v4(0x0a000000), 8 };
	static char text[4 << 20];
	size_t n = 0;
	int fd = dial(w);

	say(fd, MONITOR);
	for (unsigned i = 0; i < 100000; i++) {
		monitor_announcement(w->daemon->monitor, &prefix, true);
		if (i % 100 == 0)
			event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	while (strstr(text, "\"lost\"") == NULL) {
		size_t got = hear(w, fd, text + n, sizeof(text) - n);

		assert_true(got > 0);
		n += got;
	}
	assert_true(n < (1 << 20));
	close(fd);
}

static void
places_to_watch_are_few_and_given_back(void **state)
{
	struct world *w = *state;
	int fd[MONITOR_WATCHERS + 1];
	char text[256];

	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i <= MONITOR_WATCHERS; i++) {
			fd[i] = dial(w);
			say(fd[i], MONITOR);
			hear(w, fd[i], text, sizeof(text));
		}
		assert_string_equal(text,
		    "{\"version\":1,\"error\":\"monitor: there are too many "
		    "already\"}\n");
		for (unsigned i = 0; i <= MONITOR_WATCHERS; i++)
			close(fd[i]);
		for (unsigned i = 0; i < 20; i++)
			event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
}

static unsigned warnings;

static void
count_warnings(enum log_level level, const char *text)
{
	(void)text;
	warnings += level == LOG_LEVEL_WARN;
}

static void
without_descriptors_a_client_waits_and_nobody_spins(void **state)
{
	struct world *w = *state;
	struct rlimit most, few;
	char reply[4096];
	int fd = dial(w);

	say(fd, STATUS);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &most), 0);
	few = (struct rlimit){ (rlim_t)fd + 1, most.rlim_max };
	warnings = 0;
	log_set_sink(count_warnings);
	setrlimit(RLIMIT_NOFILE, &few);
	for (unsigned i = 0; i < 50; i++)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	setrlimit(RLIMIT_NOFILE, &most);
	log_set_sink(NULL);
	assert_int_equal(warnings, 1);
	event_base_loop(w->base, EVLOOP_ONCE);
	hear(w, fd, reply, sizeof(reply));
	assert_non_null(strstr(reply, "\"node\":\"n1\""));
	close(fd);
}

static void
a_socket_that_answers_is_not_taken(void **state)
{
	struct world *w = *state;
	struct err err = { "" };
	struct stat st;

	assert_null(open_socket(w, &err));
	assert_non_null(strstr(err.text, "another daemon answers"));
	assert_int_equal(stat(w->path, &st), 0);
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct world *w = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct err err = { "" };
	char reply[4096];

	control_io_free(w->io);
	strcpy(un.sun_path, w->path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	close(fd); /* it stays in the directory */
	w->io = open_socket(w, &err);
	assert_non_null(w->io);
	fd = dial(w);
	say(fd, STATUS);
	assert_true(hear(w, fd, reply, sizeof(reply)) > 0);
	close(fd);
}

static void
what_is_no_socket_is_left_alone(void **state)
{
	struct world *w = *state;
	struct err err = { "" };
	struct stat st;

	control_io_free(w->io);
	fclose(fopen(w->path, "w"));
	w->io = open_socket(w, &err);
	assert_null(w->io);
	assert_non_null(strstr(err.text, "Address already in use"));
	assert_int_equal(stat(w->path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void
the_socket_goes_with_the_daemon(void **state)
{
	struct world *w = *state;
	struct stat st;

	control_io_free(w->io);
	w->io = NULL;
	assert_int_not_equal(stat(w->path, &st), 0);
}

static void
a_path_too_long_for_a_socket_is_refused(void **state)
{
	struct world *w = *state;
	char path[200];
	struct err err;

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_null(
	    control_io_new(w->base, path, &fake_daemon_ops, w->daemon, &err));
	assert_non_null(strstr(err.text, "longer than 107 bytes"));
}

static void
its_own_user_may_act(void **state)
{
	struct world *w = *state;
	char reply[256];
	int fd = dial(w);

	say(fd, "{\"version\": 1, \"request\": \"shutdown\"}\n");
	hear(w, fd, reply, sizeof(reply));
	assert_string_equal(reply, "{\"version\":1}\n");
	assert_int_equal(w->daemon->stopped, 1);
	close(fd);
}

/* As root makes it and somebody else removes it, who may do nothing by capabilities. */
static void
another_user_removes_a_socket_that_is_shared(void **state)
{
	struct world *w = *state;
	bool root = geteuid() == 0;
	gid_t gid = root ? 65532 : getegid();
	struct err err;
	int status;

	assert_int_equal(chmod(w->dir, 0755), 0);
	assert_true(control_io_share(w->io, (int)gid, &err));
	pid_t child = fork();

	if (child == 0) {
		if (root &&
		    (setgroups(0, NULL) != 0 || setgid(gid) != 0 ||
			setuid(65532) != 0))
			_exit(2);
		_exit(unlink(w->path) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(the_socket_is_for_owner_and_group),
		T(a_request_has_one_reply),
		T(two_requests_in_one_packet_have_two),
		T(a_request_may_come_byte_by_byte),
		T(an_oversized_request_ends_the_connection),
		T(a_client_that_reads_nothing_costs_one_reply),
		T(who_watches_is_told_line_by_line),
		T(who_watches_and_reads_nothing_loses_events),
		T(places_to_watch_are_few_and_given_back),
		T(more_clients_than_allowed_are_turned_away),
		T(without_descriptors_a_client_waits_and_nobody_spins),
		T(a_socket_that_answers_is_not_taken),
		T(a_stale_socket_is_replaced),
		T(what_is_no_socket_is_left_alone),
		T(the_socket_goes_with_the_daemon),
		T(another_user_removes_a_socket_that_is_shared),
		T(a_path_too_long_for_a_socket_is_refused),
		T(its_own_user_may_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
