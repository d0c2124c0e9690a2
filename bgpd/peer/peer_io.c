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
 *
 * GTSM (RFC 5082) is looked after in the same way: a filter of the listener drops what
 * has come too far, from the SYN on, and changes with the keys.
 */
#include "bgpd/peer/peer_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "bgpd/peer/conn.h"
#include "bgpd/peer/keys.h"
#include "bgpd/peer/links.h"
#include "bgpd/peer/peer_socket_io.h"
#include "bgpd/peer/port_holder_io.h"
#include "bgpd/peer/ration.h"
#include "bgpd/peer/session.h"
#include "bgpd/peer/tcp_io.h"
#include "bgpd/peer/ttl_filter_io.h"
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
	struct listener *prev, *next;
	struct addr at; /* all zero: any of the family */
	uint16_t port;
	bool looks_only;        /* is that address here? */
	bool done;              /* it listens, or has found what it looks for */
	bool hopeless;          /* nobody comes that way */
	int fd;                 /* -1: doesn't listen */
	struct event *event;    /* owned */
	struct keys *keys;      /* owned; of the fd */
	struct ttl_rule *rules; /* owned; of its filter */
	size_t n_rules;
	bool unfiltered; /* the kernel refuses the filter */
	struct err why;  /* "": it listens, or was not tried yet */
};

struct peer_io {
	struct event_base *base;
	const struct peer_io_ops *ops;
	void *arg;
	struct listener *listeners; /* owned */
	struct event *again;        /* owned; for what could not be bound */
	struct event *rekey;        /* owned; when keys may be others */
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

	links_set(l->owner->links, &l->link, session_config(l->session));
	rekey_later(l->owner);
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
	free(l->rules);
	l->event = NULL;
	l->keys = NULL;
	l->rules = NULL;
	l->n_rules = 0;
	l->unfiltered = false;
	l->fd = -1;
}

static void
listener_free(struct listener *l)
{
	DL_DELETE(l->owner->listeners, l);
	listener_close(l);
	free(l);
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

static void
changed_add(struct rekeying *r, const struct addr *addr)
{
	r->changed = xrealloc(r->changed, r->n + 1, sizeof(r->changed[0]));
	r->changed[r->n++] = *addr;
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
	changed_add(r, addr);
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

static bool
has_rule(const struct listener *l, const struct ttl_rule *rule)
{
	for (size_t i = 0; i < l->n_rules; i++)
		if (addr_eq(&l->rules[i].addr, &rule->addr) &&
		    l->rules[i].least == rule->least)
			return true;
	return false;
}

static void
listener_refilter(struct listener *l, struct rekeying *r)
{
	struct timeval again = { .tv_sec = LISTEN_AGAIN };
	size_t n;
	struct ttl_rule *rules =
	    links_ttl_rules(l->owner->links, l->at.family, &n);
	bool was_unfiltered = l->unfiltered;
	struct err err;

	for (size_t i = 0; i < n; i++)
		if (was_unfiltered || !has_rule(l, &rules[i]))
			changed_add(r, &rules[i].addr);
	if (r->n > 0 || n != l->n_rules || was_unfiltered) {
		l->unfiltered = !ttl_filter_set(l->fd, rules, n, &err);
		if (l->unfiltered && !was_unfiltered)
			log_error("bgp: %s; peers with ttlSecurity are "
				  "dialed, but cannot dial us",
			    err.text);
	}
	if (l->unfiltered) {
		l->owner->rekey_due = true;
		event_add(l->owner->again, &again);
	}
	free(l->rules);
	l->rules = rules;
	l->n_rules = n;
}

static void
listener_rekey(struct listener *l)
{
	struct rekeying r = { .listener = l };

	listener_refilter(l, &r);
	links_update_keys(
	    l->owner->links, l->at.family, l->keys, &keys_ops, &r);
	if (l->event != NULL && r.n > 0)
		listener_drain(l, &r);
	free(r.changed);
}

static void
rekey(struct peer_io *io)
{
	struct listener *l;

	if (!io->rekey_due)
		return;
	io->rekey_due = false;
	DL_FOREACH (io->listeners, l)
		if (l->fd >= 0)
			listener_rekey(l);
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
	if (l->looks_only)
		return tcp_is_here(&l->at, err);
	l->fd = tcp_listener(l->at.family, err);
	if (l->fd < 0)
		return false;
	l->keys = keys_new();
	/* Before listen(): not one SYN may slip through without its key. */
	listener_rekey(l);
	if (!tcp_listen(l->fd, &l->at, l->port, err)) {
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

	if (l->done || l->hopeless)
		return;
	l->done = listener_open(l, &err);
	if (!l->done && errno == EAFNOSUPPORT) {
		l->hopeless = true;
		return;
	}
	if (!l->done)
		event_add(l->owner->again, &again);
	if (strcmp(err.text, l->why.text) == 0)
		return;
	l->why = err;
	l->owner->ops->listening(
	    l->owner->arg, &l->at, l->done ? NULL : l->why.text);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct peer_io *io = arg;
	struct listener *l;

	(void)fd;
	(void)what;
	rekey(io);
	DL_FOREACH (io->listeners, l) {
		if (l->event != NULL)
			event_add(l->event, NULL);
		listener_try(l);
	}
}

static bool
is_same(const struct listener *a, const struct listener *b)
{
	return addr_eq(&a->at, &b->at) && a->port == b->port &&
	    a->looks_only == b->looks_only;
}

/* What listeners would be for these rows; without sockets. Owned by the caller. */
static struct listener *
rows_of(struct peer_io *io, const struct peer_listen *wanted)
{
	struct listener *rows = xcalloc(wanted->n, sizeof(rows[0]));
	bool any[FAMILIES] = { false };

	for (size_t i = 0; i < wanted->n; i++)
		any[wanted->at[i].family] |= addr_is_zero(&wanted->at[i]);
	for (size_t i = 0; i < wanted->n; i++)
		rows[i] = (struct listener){
			.owner = io,
			.at = wanted->at[i],
			.port = wanted->port,
			.looks_only = any[wanted->at[i].family] &&
			    !addr_is_zero(&wanted->at[i]),
			.fd = -1,
		};
	return rows;
}

static bool
is_wanted(const struct listener *l, const struct listener *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(l, &rows[i]))
			return true;
	return false;
}

static void
listener_want(struct peer_io *io, const struct listener *row)
{
	struct listener *l;

	DL_FOREACH (io->listeners, l)
		if (is_same(l, row))
			return;
	l = xcalloc(1, sizeof(*l));
	*l = *row;
	DL_APPEND(io->listeners, l);
	listener_try(l);
}

/* Those that are not wanted go first: one of them may be in another's way. */
void
peer_io_listen(struct peer_io *io, const struct peer_listen *wanted)
{
	struct listener *rows = rows_of(io, wanted), *l, *next;
	size_t n = wanted->port != 0 ? wanted->n : 0;

	DL_FOREACH_SAFE (io->listeners, l, next) {
		if (is_wanted(l, rows, n))
			continue;
		if (l->why.text[0] != '\0')
			io->ops->listening(io->arg, &l->at, NULL);
		listener_free(l);
	}
	for (size_t i = 0; i < n; i++)
		listener_want(io, &rows[i]);
	free(rows);
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

static bool
listener_take(struct listener *l, int fd, const struct addr *remote)
{
	struct peer_io *io = l->owner;
	struct caller caller = { .remote = *remote };
	struct gate gate = { l->keys, !l->unfiltered };
	uint64_t now = loop_now();
	struct link *link;

	if (!tcp_local(fd, &caller.local))
		return false;
	switch (links_judge(io->links, &caller, &gate, now, &link)) {
	case ARRIVAL_TAKEN:
		return link_take(link_of(link), fd, &caller, now);
	case ARRIVAL_STRANGER:
		io->stats.unknown++;
		stranger_told(io, remote, now);
		break;
	case ARRIVAL_ELSEWHERE:
		io->stats.elsewhere++;
		elsewhere_told(link_of(link), &caller.local, now);
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
	return io;
}

void
peer_io_free(struct peer_io *io)
{
	if (io == NULL)
		return;
	while (io->listeners != NULL)
		listener_free(io->listeners);
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
