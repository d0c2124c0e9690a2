/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/commands_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/health/commands_helper_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

struct command_asked {
	struct command_asked *next;
	uint32_t id;
	uint64_t serial; /* the helper's word for it; 0: it was never asked */
};

struct commands_io {
	int fd;
	pid_t helper;
	struct event *ready; /* owned */
	struct event *soon;  /* owned; tells of those that were never asked */
	commands_io_answered *answered;
	void *arg;
	uint64_t serial;
	struct command_asked *all; /* owned */
	bool ended;                /* the helper has */
};

/* ---- birth and death ---- */

/* What the helper says of itself, once it can be asked. */
static bool
await_helper(int fd, struct err *err)
{
	char text[sizeof(err->text)] = "";
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	if (n == 0 && recv(fd, text, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
		return true; /* empty, and not the end */
	return err_set(err, "--allow-commands: %s",
	    n > 0 ? text : "the helper that runs commands has ended");
}

struct commands_io *
commands_io_new(const char *user, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		err_set(err, "--allow-commands: %s", strerror(errno));
		return NULL;
	}
	pid_t pid = fork();

	if (pid == 0)
		commands_helper(pair[1], user);
	close(pair[1]);
	if (pid < 0 || !await_helper(pair[0], err)) {
		if (pid < 0)
			err_set(err, "--allow-commands: %s", strerror(errno));
		close(pair[0]);
		return NULL;
	}
	struct commands_io *c = xcalloc(1, sizeof(*c));

	*c = (struct commands_io){ .fd = pair[0], .helper = pid };
	return c;
}

static struct command_asked **
command_find(struct commands_io *c, uint32_t id)
{
	struct command_asked **at = &c->all;

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static void
command_drop(struct command_asked **at)
{
	struct command_asked *command = *at;

	*at = command->next;
	free(command);
}

void
commands_io_free(struct commands_io *c)
{
	if (c == NULL)
		return;
	while (c->all != NULL)
		command_drop(&c->all);
	if (c->ready != NULL) {
		event_free(c->ready);
		event_free(c->soon);
	}
	close(c->fd);
	waitpid(c->helper, NULL, 0);
	free(c);
}

/* ---- answers ---- */

/* From within, it may be asked and forgotten. */
static void
answer(struct commands_io *c, struct command_asked **at, const char *why)
{
	uint32_t id = (*at)->id;

	command_drop(at);
	c->answered(c->arg, id, why);
}

/* NULL: good. */
static const char *
reply_fault(const struct commands_reply *r, char *text, size_t room)
{
	if (r->end == COMMANDS_EXITED && r->detail == 0)
		return NULL;
	if (r->end == COMMANDS_TIMED_OUT)
		return "it has not ended in time";
	if (r->end == COMMANDS_NOT_STARTED)
		snprintf(text, room, "not started: %s", strerror(r->detail));
	else
		snprintf(text, room, "%s %d",
		    r->end == COMMANDS_EXITED ? "exit status" : "signal",
		    (int)r->detail);
	return text;
}

static void
reply_came(struct commands_io *c, const struct commands_reply *r)
{
	struct command_asked **at = &c->all;
	char text[80];

	while (*at != NULL && (*at)->serial != r->serial)
		at = &(*at)->next;
	if (*at != NULL)
		answer(c, at, reply_fault(r, text, sizeof(text)));
}

/* Who can't be asked has no good answer; what was asked is asked again by its owner. */
static void
helper_ended(struct commands_io *c)
{
	log_error("commands: the helper that runs them has ended: their checks "
		  "fail until lbbgp-bgpd is started again");
	c->ended = true;
	event_del(c->ready);
	for (struct command_asked *command = c->all; command != NULL;
	     command = command->next)
		command->serial = 0;
	event_active(c->soon, EV_TIMEOUT, 0);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct commands_io *c = arg;
	struct commands_reply r;
	ssize_t n;

	(void)what;
	while ((n = recv(fd, &r, sizeof(r), MSG_DONTWAIT)) == sizeof(r))
		reply_came(c, &r);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		helper_ended(c);
}

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct commands_io *c = arg;
	struct command_asked **at = &c->all;

	(void)fd;
	(void)what;
	while (*at != NULL && (*at)->serial != 0)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	event_active(c->soon, EV_TIMEOUT, 0); /* for the next one */
	answer(c, at, "the helper that runs commands does not answer");
}

void
commands_io_attach(struct commands_io *c, struct event_base *base,
    commands_io_answered *answered, void *arg)
{
	c->answered = answered;
	c->arg = arg;
	c->ready = event_new(base, c->fd, EV_READ | EV_PERSIST, on_ready, c);
	c->soon = event_new(base, -1, 0, on_soon, c);
	event_add(c->ready, NULL);
}

/* ---- questions ---- */

static size_t
request_build(char packet[COMMANDS_PACKET_MAX],
    const struct commands_request *r, char *const *argv)
{
	size_t n = sizeof(*r);

	memcpy(packet, r, n);
	for (; argv != NULL && *argv != NULL; argv++) {
		size_t len = strlen(*argv) + 1;

		if (len > COMMANDS_PACKET_MAX - n)
			return 0;
		memcpy(packet + n, *argv, len);
		n += len;
	}
	return n;
}

static bool
request_send(
    struct commands_io *c, const struct commands_request *r, char *const *argv)
{
	char packet[COMMANDS_PACKET_MAX];
	size_t n = c->ended ? 0 : request_build(packet, r, argv);

	return n > 0 &&
	    send(c->fd, packet, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n;
}

void
commands_io_ask(
    struct commands_io *c, uint32_t id, char *const *argv, unsigned timeout)
{
	const struct commands_request r = { .serial = ++c->serial,
		.timeout = timeout };
	struct command_asked *command = xcalloc(1, sizeof(*command));

	*command = (struct command_asked){ .next = c->all, .id = id };
	c->all = command;
	if (request_send(c, &r, argv))
		command->serial = r.serial;
	else
		event_active(c->soon, EV_TIMEOUT, 0);
}

void
commands_io_forget(struct commands_io *c, uint32_t id)
{
	struct command_asked **at = command_find(c, id);

	if (*at == NULL)
		return;
	const struct commands_request r = { .serial = (*at)->serial };

	if (r.serial != 0)
		request_send(c, &r, NULL);
	command_drop(at);
}
