/* SPDX-License-Identifier: Apache-2.0 */
#include "common/notify_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/text.h"

#define STARTING_MS 100 /* between two looks until it is ready */
#define RUNNING_MS 2000 /* … and then */

struct notify {
	const struct notify_ops *ops;
	void *arg;
	int fd;               /* -1: there is nobody to tell */
	struct event *look;   /* owned */
	struct event *alive;  /* owned; NULL: nobody waits for it */
	struct timeval pulse; /* of alive */
	bool ready;           /* as told */
	char *status;         /* owned; as told */
};

/* False: the manager is too busy to take it. */
static bool
tell(struct notify *n, const char *text)
{
	return send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) >=
	    0;
}

static void
tell_status(struct notify *n, const char *status)
{
	if (text_eq(status, n->status))
		return;
	char *text = xasprintf("STATUS=%s", status);

	if (tell(n, text))
		xreplace(&n->status, status);
	free(text);
}

static void
arm_look(struct notify *n)
{
	unsigned ms = n->ready ? RUNNING_MS : STARTING_MS;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(n->look, &tv);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;
	struct err why;
	bool ready = n->ops->ready(n->arg, &why);

	(void)fd;
	(void)what;
	if (ready && !n->ready)
		n->ready = tell(n, "READY=1");
	tell_status(n, ready ? "ready" : why.text);
	arm_look(n);
}

static void
on_alive(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;

	(void)fd;
	(void)what;
	tell(n, "WATCHDOG=1");
	event_add(n->alive, &n->pulse);
}

/* An absolute path, or @ and an abstract name (unix(7)). */
static int
notify_connect(const char *where)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t n = strlen(where);

	if ((where[0] != '/' && where[0] != '@') || n < 2 ||
	    n >= sizeof(at.sun_path)) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	memcpy(at.sun_path, where, n);
	if (where[0] == '@')
		at.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, len) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	return fd;
}

/* µs that the manager waits for WATCHDOG=1; 0: it does not. */
static unsigned long long
watchdog_usec(void)
{
	const char *usec = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");

	if (usec == NULL ||
	    (pid != NULL &&
		strtoull(pid, NULL, 10) != (unsigned long long)getpid()))
		return 0;
	return strtoull(usec, NULL, 10);
}

static void
open_watchdog(struct notify *n, struct event_base *base)
{
	unsigned long long half = watchdog_usec() / 2;

	if (half == 0)
		return;
	n->pulse = (struct timeval){ (time_t)(half / 1000000),
		(suseconds_t)(half % 1000000) };
	n->alive = evtimer_new(base, on_alive, n);
	event_add(n->alive, &n->pulse);
}

struct notify *
notify_new(struct event_base *base, const struct notify_ops *ops, void *arg)
{
	static const char *const variables[] = { "NOTIFY_SOCKET",
		"WATCHDOG_USEC", "WATCHDOG_PID" };
	struct notify *n = xcalloc(1, sizeof(*n));
	const char *where = getenv("NOTIFY_SOCKET");

	n->ops = ops;
	n->arg = arg;
	n->fd = where != NULL ? notify_connect(where) : -1;
	if (where != NULL && n->fd < 0)
		log_warn("service manager: NOTIFY_SOCKET: %s: %s", where,
		    strerror(errno));
	if (n->fd >= 0) {
		n->look = evtimer_new(base, on_look, n);
		arm_look(n);
		open_watchdog(n, base);
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	return n;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	loop_event_free(n->look);
	loop_event_free(n->alive);
	if (n->fd >= 0)
		close(n->fd);
	free(n->status);
	free(n);
}

void
notify_stopping(struct notify *n)
{
	if (n == NULL || n->fd < 0)
		return;
	event_del(n->look);
	tell(n, "STOPPING=1\nSTATUS=stopping");
}
