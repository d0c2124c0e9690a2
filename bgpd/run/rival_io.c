/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/run/rival_io.h"

#include <errno.h>
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

/* Of our network namespace; names that are of no file begin with @ there (proc(5)). */
#define SOCKETS "/proc/self/net/unix"

struct rival_io {
	int fd; /* -1: somebody of our class has the name */
};

static int
name_take(const char *name, const char *class)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int n = snprintf(
	    at.sun_path + 1, sizeof(at.sun_path) - 1, "%s/%s", name, class);
	socklen_t length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) +
	    (socklen_t)n;

	if (fd < 0 || (size_t)n >= sizeof(at.sun_path) - 1)
		return -1;
	if (bind(fd, (struct sockaddr *)&at, length) == 0)
		return fd;
	if (errno != EADDRINUSE)
		log_warn("socket @%s/%s: %s: nobody holds off another lbbgp",
		    name, class, strerror(errno));
	close(fd);
	return -1;
}

/* The class of a line's socket if it is a daemon's, with its end cut off. */
static const char *
class_in(char *line, const char *name)
{
	char *at = strrchr(line, ' ');
	size_t n = strlen(name);

	line[strcspn(line, "\n")] = '\0';
	if (at == NULL || at[1] != '@' || strncmp(at + 2, name, n) != 0 ||
	    at[2 + n] != '/')
		return NULL;
	return at + 3 + n;
}

static bool
is_alone(const char *name, const char *class, struct err *err)
{
	FILE *sockets = fopen(SOCKETS, "re");
	char *line = NULL;
	size_t room = 0;
	bool alone = true;

	if (sockets == NULL) {
		log_warn("%s: %s: whether another lbbgp is on this node is not "
			 "known",
		    SOCKETS, strerror(errno));
		return true;
	}
	while (alone && getline(&line, &room, sockets) > 0) {
		const char *other = class_in(line, name);

		alone = other == NULL || strcmp(other, class) == 0 ||
		    err_set(err,
			"the daemon of another lbbgp, of class %.80s, is in "
			"this network namespace, where one does all of BGP, "
			"BFD, rules and addresses; this one is of class %s: "
			"choose other nodes for one of the two (nodeSelector "
			"of its DaemonSet)",
			other, class);
	}
	free(line);
	fclose(sockets);
	return alone;
}

struct rival_io *
rival_io_new(const char *name, const char *class, struct err *err)
{
	struct rival_io *r = xcalloc(1, sizeof(*r));

	/* First: of two that begin at once, one at least sees the other. */
	r->fd = name_take(name, class);
	if (is_alone(name, class, err))
		return r;
	rival_io_free(r);
	return NULL;
}

void
rival_io_free(struct rival_io *r)
{
	if (r == NULL)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}
