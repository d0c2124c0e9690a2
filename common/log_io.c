/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log_io.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/log.h"

/* A pipe takes a line whole or, when it does not block, not at all: pipe(7). */
_Static_assert(LOG_LINE_MOST <= PIPE_BUF, "a line of the log is atomic");

struct log_io {
	int fd;
	bool own; /* the descriptor is closed at the end */
	bool socket;
};

static bool
is_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
}

static bool
on_line(void *arg, const char *line, size_t n)
{
	const struct log_io *l = arg;
	ssize_t sent;

	if (l->socket)
		sent = send(l->fd, line, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		sent = is_writable(l->fd) ? write(l->fd, line, n) : -1;
	return sent == (ssize_t)n;
}

/* A description of our own, which alone does not block; -1: there is none. */
static int
open_again(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

struct log_io *
log_io_new(int fd)
{
	struct log_io *l = xcalloc(1, sizeof(*l));
	struct stat st = { 0 };

	l->fd = fd;
	if (fstat(fd, &st) == 0)
		l->socket = S_ISSOCK(st.st_mode);
	int again = S_ISFIFO(st.st_mode) ? open_again(fd) : -1;

	if (again >= 0) {
		l->fd = again;
		l->own = true;
	}
	log_set_writer(on_line, l);
	return l;
}

void
log_io_free(struct log_io *l)
{
	if (l == NULL)
		return;
	log_set_writer(NULL, NULL);
	if (l->own)
		close(l->fd);
	free(l);
}
