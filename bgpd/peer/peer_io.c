/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/peer/peer_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "bgpd/peer/conn.h"
#include "bgpd/peer/peer_socket_io.h"
#include "bgpd/peer/port_holder_io.h"
#include "bgpd/peer/session.h"
#include "bgpd/peer/tcp_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

enum {
	ACCEPT_ROUND = 16,         /* connections taken in a row */
	ACCEPT_BURST = 5,          /* of one peer, and then … */
	ACCEPT_EVERY = 1000,       /* ms for each */
	LISTEN_AGAIN = 10,         /* s */
	UNKNOWN_EVERY = 10 * 1000, /* ms between log lines */
	LINK_CONNS = 2,
};

struct listener {
	struct peer_io *owner;
	enum family family;
	int fd;              /* -1: doesn't listen */
	struct event *event; /* owned */
	struct addr at;
	uint16_t port;  /* 0: shall not listen */
	struct err why; /* "": it listens, or shall not */
};

struct peer_io {
	struct event_base *base;
	const struct peer_io_ops *ops;
	void *arg;
	struct listener listeners[FAMILIES];
	struct event *again; /* owned; for what could not be bound */
	struct peer_link *links;
	struct peer_sockets sockets;
	struct peer_io_stats stats;
	uint64_t unknown_told; /* ms */
};

struct link_tcp {
	struct conn *conn; /* NULL: free */
	struct peer_socket *socket;
};

struct peer_link {
	struct peer_io *owner;
	struct peer_link *prev, *next;
	struct session *session; /* borrowed */
	struct event *tick;      /* owned */
	struct link_tcp tcp[LINK_CONNS];
	struct addr keyed;  /* whose key the listener has */
	bool key_refused;   /* never without it: nobody is let in */
	unsigned tokens;    /* of ACCEPT_BURST */
	uint64_t tokens_at; /* ms, when they were last counted */
};

/* --- Keys. --- */

static struct listener *
listener_of(struct peer_io *io, enum family family)
{
	return &io->listeners[family];
}

/* The listener's key for this peer, as its configuration has it now. */
static void
link_set_key(struct peer_link *l)
{
	const struct session_config *config = session_config(l->session);
	struct listener *at = listener_of(l->owner, config->remote.family);
	struct err err;

	l->key_refused = false;
	if (at->fd < 0)
		return;
	if (!addr_eq(&l->keyed, &config->remote) &&
	    l->keyed.family == at->family)
		tcp_set_key(at->fd, &l->keyed, NULL, &err);
	l->keyed = config->remote;
	if (tcp_set_key(at->fd, &config->remote, config->password, &err))
		return;
	if (config->password == NULL)
		return; /* a kernel that knows no keys has none to forget */
	log_error("peer %s: %s", config->name, err.text);
	l->key_refused = true;
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
	link_set_key(arg);
}

static const struct session_io session_io = {
	.tcp = { on_connect, on_close, on_want_write },
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

/* --- Listening. --- */

static void on_incoming(evutil_socket_t, short, void *);

static void
listener_close(struct listener *l)
{
	if (l->fd < 0)
		return;
	event_free(l->event);
	close(l->fd);
	l->event = NULL;
	l->fd = -1;
}

/* In a pod others' processes are not to be seen; this is who it is as a rule. */
static void
tell_holder(uint16_t port, struct err *err)
{
	struct err was;

	port_holder(port, err);
	was = *err;
	err_set(err,
	    "%.300s; peers are dialed, but cannot dial us. If it is Calico's "
	    "BIRD: calicoNetwork.bgp: Disabled in its Installation, or "
	    "CALICO_NETWORKING_BACKEND=none, switches it off",
	    was.text);
}

static bool
listener_open(struct listener *l, struct err *err)
{
	struct peer_link *link;

	l->fd = tcp_listener(l->family, err);
	if (l->fd < 0)
		return false;
	/* Before listen(): not one SYN may slip through without its key. */
	DL_FOREACH (l->owner->links, link)
		link_set_key(link);
	if (!tcp_listen(l->fd, l->family, &l->at, l->port, err)) {
		bool taken = errno == EADDRINUSE;

		close(l->fd);
		l->fd = -1;
		if (taken)
			tell_holder(l->port, err);
		return false;
	}
	l->event = event_new(
	    l->owner->base, l->fd, EV_READ | EV_PERSIST, on_incoming, l);
	event_add(l->event, NULL);
	return true;
}

static void
listener_try(struct listener *l)
{
	struct timeval again = { .tv_sec = LISTEN_AGAIN };
	struct err err = { "" };

	if (l->fd >= 0 || l->port == 0)
		return;
	if (!listener_open(l, &err)) {
		if (errno == EAFNOSUPPORT) { /* so nobody comes that way */
			l->port = 0;
			return;
		}
		event_add(l->owner->again, &again);
	}
	if (strcmp(err.text, l->why.text) == 0 && l->fd < 0)
		return;
	l->why = err;
	l->owner->ops->listening(
	    l->owner->arg, l->family, l->fd < 0 ? l->why.text : NULL);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct peer_io *io = arg;

	(void)fd;
	(void)what;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		if (io->listeners[f].fd >= 0)
			event_add(io->listeners[f].event, NULL);
		listener_try(&io->listeners[f]);
	}
}

void
peer_io_listen(struct peer_io *io, const struct peer_listen *wanted)
{
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		struct listener *l = &io->listeners[f];
		uint16_t port = wanted->families[f] ? wanted->port : 0;

		if (l->port == port && addr_eq(&l->at, &wanted->at[f]))
			continue;
		listener_close(l);
		l->port = port;
		l->at = wanted->at[f];
		if (port == 0 && l->why.text[0] != '\0')
			io->ops->listening(io->arg, f, NULL);
		l->why.text[0] = '\0';
		listener_try(l);
	}
}

/* --- Who comes in. --- */

static struct peer_link *
link_find(struct peer_io *io, const struct addr *remote)
{
	struct peer_link *l;

	DL_FOREACH (io->links, l)
		if (addr_eq(&session_config(l->session)->remote, remote))
			return l;
	return NULL;
}

/* BGP.md row 48. */
static bool
link_has_token(struct peer_link *l, uint64_t now)
{
	uint64_t more = (now - l->tokens_at) / ACCEPT_EVERY;

	if (more > 0) {
		l->tokens = more + l->tokens < ACCEPT_BURST
		    ? (unsigned)more + l->tokens
		    : ACCEPT_BURST;
		l->tokens_at = now;
	}
	if (l->tokens == 0)
		return false;
	l->tokens--;
	return true;
}

static void
unknown_peer(struct peer_io *io, const struct addr *remote, uint64_t now)
{
	char text[ADDR_TEXT];

	if (io->stats.unknown++ > 0 && now - io->unknown_told < UNKNOWN_EVERY)
		return;
	io->unknown_told = now;
	log_info("bgp: connection from %s, which is no peer: closed",
	    addr_print(remote, text));
}

/* False: nobody wants it, the fd is still the caller's. */
static bool
link_take(struct peer_link *l, int fd, const struct addr *remote, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	struct addr local;
	struct err err;

	if (l->key_refused)
		return false;
	if (!link_has_token(l, now)) {
		l->owner->stats.limited++;
		return false;
	}
	if (!tcp_prepare(fd, config, &err)) {
		log_warn("peer %s: %s", config->name, err.text);
		return false;
	}
	if (!tcp_local(fd, &local))
		return false;

	struct conn *c = session_accept(l->session, &local, remote, now);

	if (c == NULL)
		return false;
	link_add(l, c, peer_socket_take(&l->owner->sockets, c, fd));
	return true;
}

/* Out of files or memory: the listener would be readable without end. */
static void
accept_failed(struct listener *l, int error)
{
	struct timeval again = { .tv_sec = LISTEN_AGAIN };

	if (error != EMFILE && error != ENFILE && error != ENOBUFS &&
	    error != ENOMEM)
		return;
	log_warn("bgp: accept: %s", strerror(error));
	event_del(l->event);
	event_add(l->owner->again, &again);
}

static void
on_incoming(evutil_socket_t listener, short what, void *arg)
{
	struct listener *l = arg;
	uint64_t now = loop_now();
	struct addr remote;

	(void)what;
	for (unsigned i = 0; i < ACCEPT_ROUND; i++) {
		int fd = tcp_accept(listener, &remote);

		if (fd < 0) {
			accept_failed(l, errno);
			return;
		}

		struct peer_link *link = link_find(l->owner, &remote);

		if (link == NULL)
			unknown_peer(l->owner, &remote, now);
		if (link == NULL || !link_take(link, fd, &remote, now))
			tcp_abort(fd);
	}
}

/* --- Birth and death. --- */

struct peer_io *
peer_io_new(struct event_base *base, const struct peer_io_ops *ops, void *arg)
{
	struct peer_io *io = xcalloc(1, sizeof(*io));

	io->base = base;
	io->ops = ops;
	io->arg = arg;
	io->sockets.base = base;
	io->again = evtimer_new(base, on_again, io);
	for (enum family f = FAMILY_NONE; f < FAMILIES; f++) {
		io->listeners[f].owner = io;
		io->listeners[f].family = f;
		io->listeners[f].fd = -1;
	}
	return io;
}

void
peer_io_free(struct peer_io *io)
{
	if (io == NULL)
		return;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		listener_close(&io->listeners[f]);
	peer_sockets_fini(&io->sockets);
	event_free(io->again);
	free(io);
}

struct peer_link *
peer_link_new(struct peer_io *io, struct session *session)
{
	struct peer_link *l = xcalloc(1, sizeof(*l));

	l->owner = io;
	l->session = session;
	l->tick = evtimer_new(io->base, on_tick, l);
	l->tokens = ACCEPT_BURST;
	l->tokens_at = loop_now();
	DL_APPEND(io->links, l);
	session_attach(session, &session_io, l);
	link_set_key(l);
	return l;
}

void
peer_link_free(struct peer_link *l)
{
	if (l == NULL)
		return;

	struct listener *at = listener_of(l->owner, l->keyed.family);
	struct err err;

	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn != NULL)
			peer_socket_close(l->tcp[i].socket);
	if (at->fd >= 0)
		tcp_set_key(at->fd, &l->keyed, NULL, &err);
	session_detach(l->session);
	event_free(l->tick);
	DL_DELETE(l->owner->links, l);
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
