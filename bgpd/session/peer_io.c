/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link joins a session to its sockets (peer_socket_io.c) and its timer. The way out is
 * session_io: a conn asks for a dial, the session for a tick. The way in is a listener
 * (listener_io.c): admission.c says whose an accepted connection is, and session_accept()
 * takes it.
 */
#include "bgpd/session/peer_io.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/admission.h"
#include "bgpd/session/listener_io.h"
#include "bgpd/session/peer_socket_io.h"
#include "bgpd/session/ration.h"
#include "bgpd/session/session.h"
#include "bgpd/session/tcp_io.h"
#include "bgpd/session/ttl_filter_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

enum {
	LINK_CONNS = 2,
	MORE_TEXT = 32,
};

struct peer_io {
	struct event_base *base;
	const struct peer_io_ops *ops;
	void *arg;
	struct admission *admission; /* owned */
	struct listeners *listeners; /* owned */
	struct peer_sockets sockets;
	struct peer_io_stats stats;
	struct rations strangers;
};

struct link_tcp {
	struct conn *conn; /* NULL: free */
	struct peer_socket *socket;
};

struct peer_link {
	struct admission_peer link; /* first: link_of() */
	struct peer_io *owner;
	struct session *session; /* borrowed */
	struct event *tick;      /* owned */
	struct link_tcp tcp[LINK_CONNS];
	struct ration refusals[ARRIVALS]; /* of each kind */
};

static struct peer_link *
link_of(struct admission_peer *link)
{
	return (struct peer_link *)link;
}

/* --- What a session asks for. --- */

static void
link_add(struct peer_link *l, struct conn *c, struct peer_socket *socket)
{
	unsigned i = l->tcp[0].conn == NULL ? 0 : 1;

	l->tcp[i].conn = c;
	l->tcp[i].socket = socket;
}

/* The slot of the conn, or NULL: it has no socket. */
static struct link_tcp *
link_slot(struct peer_link *l, const struct conn *c)
{
	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn == c)
			return &l->tcp[i];
	return NULL;
}

static void
on_connect(void *arg, struct conn *c)
{
	struct peer_link *l = arg;

	link_add(l, c,
	    peer_socket_dial(
		&l->owner->sockets, c, session_config(l->session)));
}

static void
on_close(void *arg, struct conn *c)
{
	struct link_tcp *slot = link_slot(arg, c);

	if (slot == NULL)
		return;
	peer_socket_close(slot->socket);
	*slot = (struct link_tcp){ NULL, NULL };
}

static void
on_want_write(void *arg, struct conn *c)
{
	struct link_tcp *slot = link_slot(arg, c);

	if (slot != NULL)
		peer_socket_want_write(slot->socket);
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	struct link_tcp *slot = link_slot(arg, c);

	if (slot != NULL)
		peer_socket_watch(slot->socket, seconds);
}

static void
on_arm(void *arg, uint64_t at)
{
	struct peer_link *l = arg;
	uint64_t now = loop_now();
	uint64_t ms = at > now ? at - now : 0;
	struct timeval in = { .tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	event_add(l->tick, &in);
}

static void
on_configured(void *arg)
{
	struct peer_link *l = arg;

	admission_set(
	    l->owner->admission, &l->link, session_config(l->session));
	listeners_rekey(l->owner->listeners);
}

static const struct session_io session_io = {
	.tcp = { on_connect, on_close, on_want_write, on_watch },
	.arm = on_arm,
	.configured = on_configured,
};

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct peer_link *l = arg;

	(void)fd;
	(void)what;
	session_tick(l->session, loop_now());
}

/* --- Who comes in. --- */

/* " (7 more since)", or "". */
static const char *
more_text(unsigned held, char text[MORE_TEXT])
{
	text[0] = '\0';
	if (held > 0)
		snprintf(text, MORE_TEXT, " (%u more since)", held);
	return text;
}

static void
stranger_told(struct peer_io *io, const struct addr *remote, uint64_t now)
{
	char text[ADDR_TEXT], more[MORE_TEXT];
	unsigned held;

	if (rations_take(&io->strangers, remote, ARRIVAL_STRANGER, now, &held))
		log_info("bgp: connection from %s, which is no peer: closed%s",
		    addr_print(remote, text), more_text(held, more));
}

static void
refusal_told(
    struct peer_link *l, enum arrival what, const struct err *why, uint64_t now)
{
	char more[MORE_TEXT];
	unsigned held;

	if (ration_take(&l->refusals[what], (int)what, now, &held))
		log_warn("peer %s: %s%s", session_config(l->session)->name,
		    why->text, more_text(held, more));
}

/* False: nobody wants it, the fd is still the caller's. */
static bool
link_take(
    struct peer_link *l, int fd, const struct caller *caller, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	struct err err;

	if (config->password != NULL &&
	    !tcp_prove_key(fd, &caller->remote, config->password, &err)) {
		l->owner->stats.unkeyed++;
		refusal_told(l, ARRIVAL_UNKEYED, &err, now);
		return false;
	}
	if (!tcp_prepare(fd, config, &err)) {
		refusal_told(l, ARRIVAL_TAKEN, &err, now);
		return false;
	}
	ttl_filter_drop(fd);

	struct conn *c =
	    session_accept(l->session, &caller->local, &caller->remote, now);

	if (c == NULL)
		return false;
	link_add(l, c, peer_socket_take(&l->owner->sockets, c, fd, config));
	return true;
}

static void
elsewhere_told(struct peer_link *l, const struct addr *local, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	char came[ADDR_TEXT], home[ADDR_TEXT];
	struct err why;

	err_set(&why,
	    "it connects to %s, but the session is from %s; "
	    "spec.sourceAddress says from where",
	    addr_print(local, came), addr_print(&config->source, home));
	refusal_told(l, ARRIVAL_ELSEWHERE, &why, now);
}

static void
on_listening(void *arg, const struct addr *at, const char *why)
{
	struct peer_io *io = arg;

	io->ops->listening(io->arg, at, why);
}

static bool
on_came(void *arg, int fd, const struct caller *caller, const struct gate *gate)
{
	struct peer_io *io = arg;
	uint64_t now = loop_now();
	struct admission_peer *link;

	switch (admission_judge(io->admission, caller, gate, now, &link)) {
	case ARRIVAL_TAKEN:
		return link_take(link_of(link), fd, caller, now);
	case ARRIVAL_STRANGER:
		io->stats.unknown++;
		stranger_told(io, &caller->remote, now);
		break;
	case ARRIVAL_ELSEWHERE:
		io->stats.elsewhere++;
		elsewhere_told(link_of(link), &caller->local, now);
		break;
	case ARRIVAL_UNKEYED:
	case ARRIVAL_UNFILTERED:
		io->stats.unkeyed++;
		break;
	case ARRIVAL_TOO_FAST:
		io->stats.limited++;
		break;
	}
	return false;
}

static void
on_outdated(void *arg)
{
	struct peer_io *io = arg;

	io->stats.unkeyed++;
}

static const struct listeners_ops listeners_ops = {
	.listening = on_listening,
	.came = on_came,
	.outdated = on_outdated,
};

/* --- Birth and death. --- */

struct peer_io *
peer_io_new(struct event_base *base, const struct peer_io_ops *ops, void *arg)
{
	struct peer_io *io = xcalloc(1, sizeof(*io));

	io->base = base;
	io->ops = ops;
	io->arg = arg;
	io->sockets.base = base;
	io->admission = admission_new();
	io->listeners = listeners_new(base, io->admission, &listeners_ops, io);
	return io;
}

void
peer_io_free(struct peer_io *io)
{
	if (io == NULL)
		return;
	listeners_free(io->listeners);
	peer_sockets_fini(&io->sockets);
	admission_free(io->admission);
	free(io);
}

void
peer_io_listen(struct peer_io *io, const struct peer_listen *wanted)
{
	listeners_set(io->listeners, wanted);
}

struct peer_link *
peer_link_new(struct peer_io *io, struct session *session)
{
	struct peer_link *l = xcalloc(1, sizeof(*l));

	l->owner = io;
	l->session = session;
	l->tick = evtimer_new(io->base, on_tick, l);
	admission_add(
	    io->admission, &l->link, session_config(session), loop_now());
	session_attach(session, &session_io, l);
	listeners_rekey(io->listeners);
	return l;
}

void
peer_link_free(struct peer_link *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn != NULL)
			peer_socket_close(l->tcp[i].socket);
	session_detach(l->session);
	event_free(l->tick);
	admission_remove(l->owner->admission, &l->link);
	listeners_rekey(l->owner->listeners);
	free(l);
}

bool
peer_io_flushed(const struct peer_io *io)
{
	return io->sockets.all == NULL;
}

const struct peer_io_stats *
peer_io_stats(const struct peer_io *io)
{
	return &io->stats;
}
