/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link joins a session to its sockets (peer_socket_io.c) and its timer. The way out is
 * session_io: a conn asks for a dial, the session for a tick. The way in is a listener:
 * links.c says whose an accepted connection is, and session_accept() takes it.
 *
 * Passwords (RFC 2385). A listener has the keys of all peers of its family, and the
 * kernel drops what is not signed with them. Whenever a configuration changes they are
 * compared anew, once all have changed (rekey()). Three things keep a connection that
 * was made without the right key from ever seeing our OPEN: its peer is taken only while
 * the listener has its key (links_judge()); whoever waited to be accepted when keys
 * changed is sent away (listener_drain()); and the kernel is asked of each accepted
 * socket whether it was made under a key (tcp_prove_key()).
 */
#include "bgpd/peer/peer_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/peer/conn.h"
#include "bgpd/peer/keys.h"
#include "bgpd/peer/links.h"
#include "bgpd/peer/peer_socket_io.h"
#include "bgpd/peer/port_holder_io.h"
#include "bgpd/peer/ration.h"
#include "bgpd/peer/session.h"
#include "bgpd/peer/tcp_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

enum {
	ACCEPT_ROUND = 16, /* connections taken in a row */
	DRAIN_MOST = 1024, /* more than wait to be taken */
	LISTEN_AGAIN = 10, /* s */
	LINK_CONNS = 2,
	MORE_TEXT = 32,
};

struct listener {
	struct peer_io *owner;
	enum family family;
	int fd;              /* -1: doesn't listen */
	struct event *event; /* owned */
	struct keys *keys;   /* owned; of the fd */
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
	struct event *rekey; /* owned; when keys may be others */
	bool rekey_due;
	struct links *links; /* owned */
	struct peer_sockets sockets;
	struct peer_io_stats stats;
	struct rations strangers;
};

struct link_tcp {
	struct conn *conn; /* NULL: free */
	struct peer_socket *socket;
};

struct peer_link {
	struct link link; /* first: link_of() */
	struct peer_io *owner;
	struct session *session; /* borrowed */
	struct event *tick;      /* owned */
	struct link_tcp tcp[LINK_CONNS];
	bool key_refused; /* told: the kernel does not take its key */
	struct ration refusals;
};

static struct peer_link *
link_of(struct link *link)
{
	return (struct peer_link *)link;
}

/* --- Keys. --- */

/*
 * In the next turn, when all sessions have their new addresses: what they want then is
 * what counts.
 */
static void
rekey_later(struct peer_io *io)
{
	struct timeval at_once = { 0 };

	io->rekey_due = true;
	event_add(io->rekey, &at_once);
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
	struct peer_link *l = arg;

	links_set(l->owner->links, &l->link, session_config(l->session));
	rekey_later(l->owner);
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
static bool listener_take(struct listener *, int fd, const struct addr *);

static void
listener_close(struct listener *l)
{
	if (l->fd < 0)
		return;
	if (l->event != NULL)
		event_free(l->event);
	close(l->fd);
	keys_free(l->keys);
	l->event = NULL;
	l->keys = NULL;
	l->fd = -1;
}

/* --- Its keys. --- */

struct rekeying { /* of one listener */
	struct listener *listener;
	struct addr *changed; /* owned */
	size_t n;
};

/* Told once, and tried again. */
static void
key_refused(struct peer_io *io, const struct addr *addr, const struct err *why)
{
	struct timeval again = { .tv_sec = LISTEN_AGAIN };
	struct link *link = links_find(io->links, addr);

	io->rekey_due = true;
	event_add(io->again, &again);
	if (link == NULL || link_of(link)->key_refused)
		return;
	link_of(link)->key_refused = true;
	log_error("peer %s: %s; it is dialed, but cannot dial us",
	    link->config->name, why->text);
}

static void
key_taken(struct peer_io *io, const struct addr *addr)
{
	struct link *link = links_find(io->links, addr);

	if (link != NULL)
		link_of(link)->key_refused = false;
}

static bool
on_key(void *arg, const struct addr *addr, const char *key)
{
	struct rekeying *r = arg;
	struct listener *l = r->listener;
	struct err err;

	if (!tcp_set_key(l->fd, addr, key, &err)) {
		key_refused(l->owner, addr, &err);
		return false;
	}
	key_taken(l->owner, addr);
	r->changed = xrealloc(r->changed, r->n + 1, sizeof(r->changed[0]));
	r->changed[r->n++] = *addr;
	return true;
}

static const struct keys_ops keys_ops = { .set = on_key };

static bool
has_changed(const struct rekeying *r, const struct addr *addr)
{
	for (size_t i = 0; i < r->n; i++)
		if (addr_eq(&r->changed[i], addr))
			return true;
	return false;
}

/*
 * Those who wait to be accepted were let in by the keys of before; where these are
 * others now, that says nothing.
 */
static void
listener_drain(struct listener *l, const struct rekeying *r)
{
	struct addr remote;
	int fd;

	for (unsigned i = 0; i < DRAIN_MOST; i++) {
		fd = tcp_accept(l->fd, &remote);
		if (fd < 0)
			return;
		if (has_changed(r, &remote))
			l->owner->stats.unkeyed++;
		else if (listener_take(l, fd, &remote))
			continue;
		tcp_abort(fd);
	}
}

static void
listener_rekey(struct listener *l)
{
	struct rekeying r = { .listener = l };

	links_update_keys(l->owner->links, l->family, l->keys, &keys_ops, &r);
	if (l->event != NULL && r.n > 0)
		listener_drain(l, &r);
	free(r.changed);
}

static void
rekey(struct peer_io *io)
{
	if (!io->rekey_due)
		return;
	io->rekey_due = false;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		if (io->listeners[f].fd >= 0)
			listener_rekey(&io->listeners[f]);
}

static void
on_rekey(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	rekey(arg);
}

/* --- Where it listens. --- */

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
	l->fd = tcp_listener(l->family, err);
	if (l->fd < 0)
		return false;
	l->keys = keys_new();
	/* Before listen(): not one SYN may slip through without its key. */
	listener_rekey(l);
	if (!tcp_listen(l->fd, l->family, &l->at, l->port, err)) {
		bool taken = errno == EADDRINUSE;

		listener_close(l);
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
	rekey(io);
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

	if (ration_take(&l->refusals, (int)what, now, &held))
		log_warn("peer %s: %s%s", session_config(l->session)->name,
		    why->text, more_text(held, more));
}

/* False: nobody wants it, the fd is still the caller's. */
static bool
link_take(struct peer_link *l, int fd, const struct addr *remote, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	struct addr local;
	struct err err;

	if (config->password != NULL &&
	    !tcp_prove_key(fd, remote, config->password, &err)) {
		l->owner->stats.unkeyed++;
		refusal_told(l, ARRIVAL_UNKEYED, &err, now);
		return false;
	}
	if (!tcp_prepare(fd, config, &err)) {
		refusal_told(l, ARRIVAL_TAKEN, &err, now);
		return false;
	}
	if (!tcp_local(fd, &local))
		return false;

	struct conn *c = session_accept(l->session, &local, remote, now);

	if (c == NULL)
		return false;
	link_add(l, c, peer_socket_take(&l->owner->sockets, c, fd, config));
	return true;
}

static bool
listener_take(struct listener *l, int fd, const struct addr *remote)
{
	struct peer_io *io = l->owner;
	uint64_t now = loop_now();
	struct link *link;

	switch (links_judge(io->links, remote, l->keys, now, &link)) {
	case ARRIVAL_TAKEN:
		return link_take(link_of(link), fd, remote, now);
	case ARRIVAL_STRANGER:
		io->stats.unknown++;
		stranger_told(io, remote, now);
		break;
	case ARRIVAL_UNKEYED:
		io->stats.unkeyed++;
		break;
	case ARRIVAL_TOO_FAST:
		io->stats.limited++;
		break;
	}
	return false;
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
	struct addr remote;

	(void)what;
	rekey(l->owner);
	for (unsigned i = 0; i < ACCEPT_ROUND; i++) {
		int fd = tcp_accept(listener, &remote);

		if (fd < 0) {
			accept_failed(l, errno);
			return;
		}
		if (!listener_take(l, fd, &remote))
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
	io->rekey = evtimer_new(base, on_rekey, io);
	io->links = links_new();
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
	event_free(io->rekey);
	links_free(io->links);
	free(io);
}

struct peer_link *
peer_link_new(struct peer_io *io, struct session *session)
{
	struct peer_link *l = xcalloc(1, sizeof(*l));

	l->owner = io;
	l->session = session;
	l->tick = evtimer_new(io->base, on_tick, l);
	links_add(io->links, &l->link, session_config(session), loop_now());
	session_attach(session, &session_io, l);
	rekey_later(io);
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
	links_remove(l->owner->links, &l->link);
	rekey_later(l->owner);
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
