/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper has a loop of its own, with one socket, SIGCHLD, and a timer for each
 * program that runs. A program is in a process group of its own. Its number is safe to
 * kill as long as the program has not been waited for: so the group is killed first,
 * and waited for then. What a program leaves behind becomes the helper's, which waits
 * for it, too: in a container, where the daemon is the first process, nobody else does.
 *
 * Who stops the daemon sends signals to all of its control group, or of its terminal.
 * The helper ignores them; it ends when the daemon does.
 */
#include "bgpd/health/commands_helper_io.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/lockdown_io.h"

#define HELPER_FD 3

struct helper {
	struct event_base *base;
	struct program_run *all; /* owned */
	char packet[COMMANDS_PACKET_MAX];
};

struct program_run {
	struct program_run *next;
	struct helper *helper;
	uint64_t serial;
	pid_t pid;
	bool timed_out;
	bool given_up;       /* nobody hears of it */
	struct event *timer; /* owned */
};

static void
reply(uint64_t serial, enum commands_end end, int detail)
{
	const struct commands_reply r = { serial, end, detail };

	if (send(HELPER_FD, &r, sizeof(r), MSG_NOSIGNAL) < 0)
		_exit(EXIT_FAILURE); /* nobody listens */
}

static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct program_run *run = arg;

	(void)fd;
	(void)what;
	run->timed_out = true;
	kill(-run->pid, SIGKILL);
}

/* The rest of its group goes with it, while its number is still its own. */
static void
run_end(struct program_run *run)
{
	int status = 0;

	kill(-run->pid, SIGKILL);
	waitpid(run->pid, &status, 0);
	if (run->given_up)
		return;
	if (run->timed_out)
		reply(run->serial, COMMANDS_TIMED_OUT, 0);
	else if (WIFEXITED(status))
		reply(run->serial, COMMANDS_EXITED, WEXITSTATUS(status));
	else
		reply(run->serial, COMMANDS_KILLED, WTERMSIG(status));
}

static bool
has_ended(const struct program_run *run)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)run->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == run->pid;
}

static bool
is_run(const struct helper *h, pid_t pid)
{
	for (const struct program_run *run = h->all; run != NULL;
	     run = run->next)
		if (run->pid == pid)
			return true;
	return false;
}

/*
 * What programs leave behind is the helper's: in a container nobody else would wait for
 * it. One of a program that has ended just now is left until that has been told.
 */
static void
reap_orphans(const struct helper *h)
{
	siginfo_t info = { 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid != 0 && !is_run(h, info.si_pid)) {
		waitpid(info.si_pid, NULL, WNOHANG);
		info.si_pid = 0;
	}
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct helper *h = arg;
	struct program_run **at = &h->all, *run;

	(void)fd;
	(void)what;
	while ((run = *at) != NULL) {
		if (!has_ended(run)) {
			at = &run->next;
			continue;
		}
		*at = run->next;
		run_end(run);
		event_free(run->timer);
		free(run);
	}
	reap_orphans(h);
}

/* Signals are as at the start of any program, whatever the helper ignores. */
static void
set_signals(posix_spawnattr_t *attr)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETPGROUP);
}

/* 0, or an errno. All else that is open is closed on exec. */
static int
spawn(pid_t *pid, char **argv)
{
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
		      "/usr/bin:/sbin:/bin";
	char *environment[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	for (int fd = 0; fd < HELPER_FD; fd++)
		posix_spawn_file_actions_addopen(
		    &files, fd, "/dev/null", O_RDWR, 0);
	set_signals(&attr);
	int rc = posix_spawn(pid, argv[0], &files, &attr, argv, environment);

	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static void
run_start(struct helper *h, const struct commands_request *r, char **argv)
{
	struct timeval timeout = { r->timeout / 1000,
		r->timeout % 1000 * 1000 };
	pid_t pid;
	int rc = spawn(&pid, argv);

	if (rc != 0) {
		reply(r->serial, COMMANDS_NOT_STARTED, rc);
		return;
	}
	struct program_run *run = xcalloc(1, sizeof(*run));

	*run = (struct program_run){
		.next = h->all, .helper = h, .serial = r->serial, .pid = pid
	};
	run->timer = evtimer_new(h->base, on_timeout, run);
	event_add(run->timer, &timeout);
	h->all = run;
}

static void
run_give_up(struct helper *h, uint64_t serial)
{
	for (struct program_run *run = h->all; run != NULL; run = run->next)
		if (run->serial == serial) {
			run->given_up = true;
			kill(-run->pid, SIGKILL);
		}
}

/* Of so many bytes; owned, ended by NULL, and points into them. */
static char **
words_split(char *words, size_t n)
{
	char **argv = xcalloc(n + 1, sizeof(*argv));
	char *end = words + n;

	for (size_t i = 0; words < end; i++) {
		argv[i] = words;
		words += strnlen(words, (size_t)(end - words)) + 1;
	}
	return argv;
}

static void
end(struct helper *h)
{
	for (struct program_run *run = h->all; run != NULL; run = run->next)
		kill(-run->pid, SIGKILL);
	_exit(EXIT_SUCCESS);
}

static void
on_request(evutil_socket_t fd, short what, void *arg)
{
	struct helper *h = arg;
	struct commands_request r;
	ssize_t n = recv(fd, h->packet, sizeof(h->packet), MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)sizeof(r))
		end(h);
	memcpy(&r, h->packet, sizeof(r));
	if (r.timeout == 0) {
		run_give_up(h, r.serial);
		return;
	}
	if (h->packet[n - 1] != '\0' || n == (ssize_t)sizeof(r))
		end(h); /* not ours */
	char **argv = words_split(h->packet + sizeof(r), (size_t)n - sizeof(r));

	run_start(h, &r, argv);
	free(argv);
}

/* Nothing of the daemon is left but its standard error and the socket. */
static void
close_rest(int fd)
{
	if (dup2(fd, HELPER_FD) != HELPER_FD ||
	    close_range(HELPER_FD + 1, ~0u, 0) != 0 ||
	    fcntl(HELPER_FD, F_SETFD, FD_CLOEXEC) != 0 || chdir("/") != 0)
		_exit(EXIT_FAILURE);
}

static void
lock(const char *user)
{
	const struct lockdown l = { .user = user, .runs_programs = true };
	struct err err = { "" };

	if (!lockdown(&l, &err))
		err_prefix(&err, "the helper that runs commands: ");
	send(HELPER_FD, err.text, strlen(err.text), MSG_NOSIGNAL);
	if (err.text[0] != '\0')
		_exit(EXIT_FAILURE);
}

void
commands_helper(int fd, const char *user)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };
	struct helper h = { 0 };

	close_rest(fd);
	prctl(PR_SET_NAME, "lbbgp-commands");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	lock(user);
	h.base = event_base_new();
	struct event *request =
	    event_new(h.base, HELPER_FD, EV_READ | EV_PERSIST, on_request, &h);
	struct event *child = evsignal_new(h.base, SIGCHLD, on_child, &h);

	event_add(request, NULL);
	event_add(child, NULL);
	event_base_dispatch(h.base);
	_exit(EXIT_FAILURE);
}
