/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/client_io.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"

#define TIMEOUT_S 5

static const char *
hint(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "is lbbgp-bgpd running on this node? --socket or "
		       "LBBGP_SOCKET name another socket";
	case EACCES:
		return "only root and the socket's group may ask";
	case EPIPE:
	case ECONNRESET:
		return "lbbgp-bgpd has ended, or more ask it than it answers "
		       "at a time";
	default:
		return "no answer from lbbgp-bgpd";
	}
}

static bool
refuse(const char *path, struct err *err)
{
	int error = errno;

	return err_set(err, "%s: %s: %s", path, strerror(error), hint(error));
}

static int
connect_to(const char *path, struct err *err)
{
	struct timeval timeout = { TIMEOUT_S, 0 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path)) {
		err_set(err, "%s: longer than %zu bytes", path,
		    sizeof(un.sun_path) - 1);
		return -1;
	}
	strcpy(un.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    setsockopt(
		fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    setsockopt(
		fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	refuse(path, err);
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool
send_line(int fd, const char *request)
{
	char *line = xasprintf("%s\n", request);
	bool sent = send_all(fd, line, strlen(line));

	free(line);
	return sent;
}

/* One line, owned. */
static char *
read_line(FILE *in, const char *path, struct err *err)
{
	char *reply = NULL;
	size_t room = 0;

	errno = 0;
	if (getline(&reply, &room, in) > 0 && reply[strlen(reply) - 1] == '\n')
		return reply;
	if (errno == 0)
		err_set(err, "%s: the daemon closed the connection", path);
	else if (errno == EAGAIN)
		err_set(err, "%s: no reply in %d s", path, TIMEOUT_S);
	else
		refuse(path, err);
	free(reply);
	return NULL;
}

char *
client_ask(const char *path, const char *request, struct err *err)
{
	int fd = connect_to(path, err);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *reply = NULL;

	if (fd < 0)
		return NULL;
	if (in == NULL || !send_line(fd, request))
		refuse(path, err);
	else
		reply = read_line(in, path, err);
	if (in != NULL)
		fclose(in);
	else
		close(fd);
	return reply;
}

/* Nothing may happen for days. */
static void
be_patient(int fd)
{
	struct timeval ever = { 0 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &ever, sizeof(ever));
}

bool
client_follow(const char *path, const char *request,
    bool (*line)(void *arg, const char *text, struct err *), void *arg,
    struct err *err)
{
	int fd = connect_to(path, err);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	bool good = fd >= 0, refused = false;
	char *text;

	if (fd < 0)
		return false;
	if (in == NULL || !send_line(fd, request))
		good = refuse(path, err);
	while (good && !refused && (text = read_line(in, path, err)) != NULL) {
		refused = !line(arg, text, err);
		be_patient(fd);
		free(text);
	}
	if (in != NULL)
		fclose(in);
	else
		close(fd);
	return refused;
}
