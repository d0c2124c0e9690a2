/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service manager is told: by the module, and by both daemons as they run.
 */
#include <event2/event.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "common/notify_io.h"
#include "tests/test.h"
#include "tests/unit/netns.h"

struct manager { /* in the place of systemd */
	int fd;
	char name[64];    /* as NOTIFY_SOCKET has it */
	char heard[4096]; /* so far, a message a line */
};

struct fixture {
	struct manager manager;
	struct event_base *base;
	struct notify *notify;
	bool ready;
	const char *why;
};

static char directory[] = "/tmp/test_notify_io.XXXXXX";

static void
listen_at(struct manager *m, bool abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t n = (size_t)snprintf(m->name, sizeof(m->name), "%s%s/notify",
	    abstract ? "@" : "", directory);

	memcpy(at.sun_path, m->name, n);
	if (abstract)
		at.sun_path[0] = '\0';
	else
		unlink(m->name);
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(m->fd, (struct sockaddr *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
	    0);
	if (!abstract)
		chmod(m->name, 0777);
	m->heard[0] = '\0';
	setenv("NOTIFY_SOCKET", m->name, 1);
}

static const char *
heard(struct manager *m)
{
	size_t n = strlen(m->heard);
	ssize_t got;

	while ((got = recv(m->fd, m->heard + n, sizeof(m->heard) - n - 2,
		    MSG_DONTWAIT)) > 0) {
		n += (size_t)got;
		m->heard[n++] = '\n';
		m->heard[n] = '\0';
	}
	return m->heard;
}

static bool
on_ready(void *arg, struct err *why)
{
	struct fixture *f = arg;

	return f->ready || err_set(why, "%s", f->why);
}

static const struct notify_ops ops = { .ready = on_ready };

static void
start(struct fixture *f)
{
	f->why = "listing Services";
	f->base = loop_new();
	f->notify = notify_new(f->base, &ops, f);
}

static void
run(struct fixture *f, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(f->base, &tv);
	event_base_dispatch(f->base);
}

static void
end(struct fixture *f)
{
	notify_free(f->notify);
	event_base_free(f->base);
	close(f->manager.fd);
}

static void
await(struct fixture *f, const char *text)
{
	uint64_t until = loop_now() + 10000;

	while (strstr(heard(&f->manager), text) == NULL) {
		assert_true(loop_now() < until);
		run(f, 10);
	}
}

TEST(readiness_is_told_once_and_the_state_when_it_changes)
{
	struct fixture f = { .ready = false };

	listen_at(&f.manager, false);
	start(&f);
	await(&f, "STATUS=listing Services\n");
	f.why = "peer tor: not told everything yet";
	await(&f, "STATUS=peer tor: not told everything yet\n");
	run(&f, 250);
	f.ready = true;
	await(&f, "STATUS=ready\n");
	run(&f, 250);
	notify_stopping(f.notify);
	run(&f, 250);
	assert_string_equal(heard(&f.manager),
	    "STATUS=listing Services\n"
	    "STATUS=peer tor: not told everything yet\n"
	    "READY=1\nSTATUS=ready\n"
	    "STOPPING=1\nSTATUS=stopping\n");
	end(&f);
}

TEST(a_socket_may_have_an_abstract_name)
{
	struct fixture f = { .ready = true };

	listen_at(&f.manager, true);
	start(&f);
	await(&f, "READY=1\n");
	end(&f);
}

TEST(a_watchdog_is_told_twice_in_its_time)
{
	struct fixture f = { .ready = true };
	char pid[24];
	unsigned n = 0;

	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_USEC", "100000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	listen_at(&f.manager, false);
	start(&f);
	run(&f, 1000);
	for (const char *at = heard(&f.manager);
	     (at = strstr(at, "WATCHDOG=1\n")) != NULL; at++)
		n++;
	assert_in_range(n, 5, 20); /* 20, or less on a machine that is busy */
	end(&f);
}

TEST(the_watchdog_of_another_process_is_not_ours)
{
	struct fixture f = { .ready = true };

	setenv("WATCHDOG_USEC", "20000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	listen_at(&f.manager, false);
	start(&f);
	run(&f, 200);
	assert_null(strstr(heard(&f.manager), "WATCHDOG"));
	end(&f);
}

/* What the daemon starts is not to speak in its place. */
TEST(the_variables_are_gone_afterwards)
{
	struct fixture f = { .ready = true };

	setenv("WATCHDOG_USEC", "20000", 1);
	listen_at(&f.manager, false);
	start(&f);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	end(&f);
}

TEST(without_a_manager_nobody_is_told)
{
	static const char *const none[] = { NULL, "", "vsock:2:1", "/nobody",
		"@" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct fixture f = { .ready = true, .manager.fd = -1 };

		if (none[i] != NULL)
			setenv("NOTIFY_SOCKET", none[i], 1);
		start(&f);
		run(&f, 10);
		notify_stopping(f.notify);
		end(&f);
	}
}

/* The real programs. */

static void
write_manifests(const char *path)
{
	char *name = xasprintf("%s/all.yaml", path);
	FILE *file;

	mkdir(path, 0755);
	file = fopen(name, "w");
	assert_non_null(file);
	fputs("apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"
	      "status: {addresses: [{type: InternalIP, address: 127.0.0.1}]}\n"
	      "---\napiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	      "metadata: {name: default}\n"
	      "spec: {asNumber: 64513, listenPort: 20179, "
	      "dataPlaneHealth: None}\n",
	    file);
	fclose(file);
	free(name);
}

static pid_t
start_program(const char *program, char *const more[])
{
	char *source = xasprintf("dir:%s/manifests", directory);
	char *path = xasprintf("./%s", program);
	const char *argv[10] = { path, "--source", source, "--metrics", "off" };
	size_t n = 5;

	while (*more != NULL)
		argv[n++] = *more++;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execv(path, (char *const *)argv);
		_exit(127);
	}
	free(source);
	free(path);
	return pid;
}

static void
await_of(struct manager *m, const char *text)
{
	uint64_t until = loop_now() + 20000;

	while (strstr(heard(m), text) == NULL) {
		assert_true(loop_now() < until);
		usleep(10000);
	}
}

static void
plays_by_the_rules(const char *program, char *const more[])
{
	struct manager m;
	int status;

	setenv("WATCHDOG_USEC", "200000", 1);
	listen_at(&m, false);
	pid_t pid = start_program(program, more);

	await_of(&m, "READY=1\n");
	await_of(&m, "STATUS=ready\n");
	m.heard[0] = '\0';
	await_of(&m, "WATCHDOG=1\n");
	assert_null(strstr(m.heard, "READY"));
	kill(pid, SIGTERM);
	await_of(&m, "STOPPING=1\n");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(m.fd);
}

TEST(the_node_daemon_tells_its_manager)
{
	char *socket = xasprintf("%s/bgpd.sock", directory);
	char *more[] = { "--node", "n1", "--socket", socket, NULL };

	plays_by_the_rules("lbbgp-bgpd", more);
	free(socket);
}

TEST(the_allocator_tells_its_manager)
{
	char *more[] = { NULL };

	plays_by_the_rules("lbbgp-allocator", more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    readiness_is_told_once_and_the_state_when_it_changes),
		cmocka_unit_test(a_socket_may_have_an_abstract_name),
		cmocka_unit_test(a_watchdog_is_told_twice_in_its_time),
		cmocka_unit_test(the_watchdog_of_another_process_is_not_ours),
		cmocka_unit_test(the_variables_are_gone_afterwards),
		cmocka_unit_test(without_a_manager_nobody_is_told),
		cmocka_unit_test(the_node_daemon_tells_its_manager),
		cmocka_unit_test(the_allocator_tells_its_manager),
	};

	if (!netns_enter()) /* the loop guard is the namespace's */
		return 1;
	if (mkdtemp(directory) == NULL) {
		puts("Bail out! no directory for sockets");
		return 1;
	}
	char *manifests = xasprintf("%s/manifests", directory);

	chmod(directory, 0755);
	write_manifests(manifests);
	free(manifests);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) == 0 ? rc : 1;
}
