/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/control_io.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bgpd/control/control.h"
#include "bgpd/control/monitor.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/listener_io.h"
#include "common/log.h"
#include "common/loop_io.h"

#define CLIENTS_MAX 16
#define TIMEOUT_S 5 /* for a request to come, or its reply to leave */

struct client {
	struct control_io *io;
	struct bufferevent *bev; /* owned, with its socket */
	struct control_caller caller;
	struct watcher *watcher; /* owned; NULL: it only asks */
	struct event *woken;     /* owned; … events wait to be written */
	struct client *next;
};

struct control_io {
	const struct control_ops *ops;
	void *arg;
	char *path;                      /* owned */
	struct evconnlistener *listener; /* owned */
	struct client *clients;          /* owned */
	unsigned n_clients;
};

static void
client_free(struct client *c)
{
	struct client **at = &c->io->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->io->n_clients--;
	if (c->watcher != NULL)
		monitor_leave(c->watcher);
	loop_event_free(c->woken);
	bufferevent_free(c->bev);
	free(c);
}

/* Who watches: what has come goes out once what came before it has. */

static void
watch_write(struct client *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	char *text =
	    evbuffer_get_length(out) == 0 ? monitor_take(c->watcher) : NULL;

	if (text != NULL)
		bufferevent_write(c->bev, text, strlen(text));
	free(text);
}

static void
on_woken(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	watch_write(arg);
}

/* From the midst of what happens; so nothing is written yet. */
static void
on_wake(void *arg)
{
	struct client *c = arg;

	event_active(c->woken, EV_TIMEOUT, 1);
}

/* It may take its time from now on: a queue that is full costs itself only. */
static bool
watch_begin(struct client *c)
{
	struct monitor *monitor = c->io->ops->monitor(c->io->arg);

	c->watcher = monitor_watch(
	    monitor, c->caller.watch, c->caller.neighbor, on_wake, c);
	if (c->watcher == NULL)
		return false;
	c->woken = evtimer_new(bufferevent_get_base(c->bev), on_woken, c);
	bufferevent_set_timeouts(c->bev, NULL, NULL);
	return true;
}

static const char *
reply_to(struct client *c, const char *line, size_t n, char **owned)
{
	struct control_io *io = c->io;

	*owned = control_answer(io->ops, io->arg, line, n, &c->caller);
	if (c->caller.watch != 0 && !watch_begin(c))
		return "{\"version\":1,\"error\":\"monitor: there are too many "
		       "already\"}\n";
	return *owned;
}

/* Requests are answered one by one: as long as a reply waits, nothing is read. */
static void
on_read(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t n;

	if (c->watcher != NULL) { /* read to learn of its end only */
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	char *line = evbuffer_readln(in, &n, EVBUFFER_EOL_LF);

	if (line == NULL) {
		if (evbuffer_get_length(in) >= CONTROL_REQUEST_MAX)
			client_free(c);
		return;
	}
	char *owned;
	const char *reply = reply_to(c, line, n, &owned);

	if (c->watcher == NULL)
		bufferevent_disable(bev, EV_READ);
	bufferevent_write(bev, reply, strlen(reply));
	free(owned);
	free(line);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	if (c->watcher != NULL) {
		watch_write(c);
		return;
	}
	bufferevent_enable(bev, EV_READ);
	on_read(bev, arg);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	client_free(arg);
}

static bool
caller_may_act(evutil_socket_t fd)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) == 0 &&
	    (cred.uid == 0 || cred.uid == geteuid());
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from,
    int n, void *arg)
{
	struct timeval timeout = { TIMEOUT_S, 0 };
	struct control_io *io = arg;

	(void)from;
	(void)n;
	if (io->n_clients == CLIENTS_MAX) {
		close(fd);
		return;
	}
	struct client *c = xcalloc(1, sizeof(*c));

	*c = (struct client){ .io = io,
		.bev = bufferevent_socket_new(
		    evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE),
		.caller.may_act = caller_may_act(fd),
		.next = io->clients };
	io->clients = c;
	io->n_clients++;
	bufferevent_setwatermark(c->bev, EV_READ, 0, CONTROL_REQUEST_MAX);
	bufferevent_set_timeouts(c->bev, &timeout, &timeout);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

static bool
address(const char *path, struct sockaddr_un *un, struct err *err)
{
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(un->sun_path))
		return err_set(err, "--socket: %s: longer than %zu bytes", path,
		    sizeof(un->sun_path) - 1);
	strcpy(un->sun_path, path);
	return true;
}

/* Somebody answers: a second daemon would fight the first one. */
static bool
is_taken(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool taken = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0;

	if (fd >= 0)
		close(fd);
	return taken;
}

/* The last directory of the path, owned; NULL: it names none, or the root. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash != path
	    ? xasprintf("%.*s", (int)(slash - path), path)
	    : NULL;
}

/* Only that one: the rest is the system's. */
static void
make_directory(const char *path)
{
	char *dir = directory_of(path);

	if (dir != NULL && mkdir(dir, 0755) != 0 && errno != EEXIST)
		log_warn("control: %s: %s", dir, strerror(errno));
	free(dir);
}

/* What is no socket stays: bind() refuses then. */
static void
remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
}

static int
listen_open(const char *path, struct err *err)
{
	struct sockaddr_un un;

	if (!address(path, &un, err))
		return -1;
	make_directory(path);
	if (is_taken(&un)) {
		err_set(
		    err, "--socket: %s: another daemon answers there", path);
		return -1;
	}
	remove_stale(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	mode_t mask = umask(0117); /* 0660 from the first moment */
	bool good = fd >= 0 &&
	    bind(fd, (const struct sockaddr *)&un, sizeof(un)) == 0 &&
	    listen(fd, CLIENTS_MAX) == 0;

	umask(mask);
	if (good)
		return fd;
	err_set(err, "--socket: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

struct control_io *
control_io_new(struct event_base *base, const char *path,
    const struct control_ops *ops, void *arg, struct err *err)
{
	int fd = listen_open(path, err);

	if (fd < 0)
		return NULL;
	struct control_io *io = xcalloc(1, sizeof(*io));

	io->ops = ops;
	io->arg = arg;
	io->path = xstrdup(path);
	io->listener = evconnlistener_new(
	    base, on_accept, io, LEV_OPT_CLOSE_ON_FREE, 0, fd);
	listener_be_patient(io->listener);
	return io;
}

bool
control_io_share(const struct control_io *io, int gid, struct err *err)
{
	char *dir = directory_of(io->path);
	bool good = dir != NULL && chown(dir, (uid_t)-1, (gid_t)gid) == 0 &&
	    chmod(dir, 0775) == 0;

	if (!good)
		err_set(err, "%s: group %d: %s", dir != NULL ? dir : "/", gid,
		    strerror(errno));
	free(dir);
	return good;
}

void
control_io_free(struct control_io *io)
{
	if (io == NULL)
		return;
	while (io->clients != NULL)
		client_free(io->clients);
	evconnlistener_free(io->listener);
	unlink(io->path);
	free(io->path);
	free(io);
}
