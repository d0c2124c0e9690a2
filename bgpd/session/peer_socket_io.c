/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket has one of four lives: accepted and not decided on (no events yet), dialing,
 * a conn's, closing (the conn is gone, its last words may still be on their way).
 *
 * Reading: what comes goes into the room that all sockets share, behind the start of a
 * message that was left of the last time; what conn_input() leaves is kept. Writing is
 * pulled: when there is room, conn_output() is asked until the shared room is full, and
 * what TCP does not take of it is kept, so that a socket owns memory only while a
 * message is cut.
 */
#include "bgpd/session/peer_socket_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/session_config.h"
#include "bgpd/session/tcp_ao_io.h"
#include "bgpd/session/tcp_io.h"
#include "bgpd/session/ttl_filter_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define ROOM 65536
_Static_assert(ROOM >= CONN_OUTPUT_MOST && ROOM > CONN_INPUT_KEPT,
    "any message fits into the room");

enum {
	LINGER = 2, /* s for the peer to read our NOTIFICATION */
	ROUNDS = 8, /* writes in a row before others have their turn */
};

struct tcp_socket {
	struct peer_sockets *owner;
	struct tcp_socket *prev, *next;
	struct conn *conn; /* NULL: not taken yet, or closing */
	struct addr remote;
	int fd; /* -1: the dial failed at once */
	bool connecting;
	bool corked;  /* something was queued while all were */
	bool one_hop; /* what is sent goes no further, but could */
	struct event *readable, *writable, *timer; /* owned */
	struct err why;                            /* the dial failed at once */
	uint8_t *in; /* owned; the start of a message, or NULL */
	size_t in_len, in_room;
	uint8_t *out; /* owned; what TCP did not take, or NULL */
	size_t out_len;
};

static void
peer_socket_free(struct tcp_socket *s)
{
	DL_DELETE(s->owner->all, s);
	loop_event_free(s->readable);
	loop_event_free(s->writable);
	loop_event_free(s->timer);
	if (s->fd >= 0)
		close(s->fd);
	free(s->in);
	free(s->out);
	free(s);
}

/* With a RST, which overtakes what the peer has not read. */
static void
cut_off(struct tcp_socket *s)
{
	if (s->readable != NULL)
		event_del(s->readable);
	if (s->writable != NULL)
		event_del(s->writable);
	if (s->fd >= 0)
		tcp_abort(s->fd);
	s->fd = -1;
}

/* The room is not cleared: what is never filled takes no memory. */
void
peer_sockets_init(struct peer_sockets *all, struct event_base *base)
{
	*all = (struct peer_sockets){ .base = base,
		.room = xrealloc(NULL, ROOM, 1) };
}

void
peer_sockets_fini(struct peer_sockets *all)
{
	while (all->all != NULL)
		peer_socket_free(all->all);
	free(all->room);
}

static void
free_in(struct tcp_socket *s, unsigned seconds)
{
	struct timeval in = { .tv_sec = seconds };

	event_add(s->timer, &in);
}

/* --- Writing. --- */

/* False when TCP is gone; the read event tells why. */
static bool
send_bytes(struct tcp_socket *s, const uint8_t *bytes, size_t n, size_t *sent)
{
	ssize_t took = send(s->fd, bytes, n, MSG_NOSIGNAL);

	*sent = took < 0 ? 0 : (size_t)took;
	return took >= 0 || errno == EAGAIN || errno == EINTR;
}

static void
keep_unsent(struct tcp_socket *s, const uint8_t *bytes, size_t n)
{
	uint8_t *kept = n == 0 ? NULL : xcalloc(1, n);

	if (n > 0)
		memcpy(kept, bytes, n);
	free(s->out);
	s->out = kept;
	s->out_len = n;
}

/* Whole messages, as many as fit that much of the room. */
static size_t
gather(struct tcp_socket *s, struct conn *c, size_t most)
{
	uint8_t *room = s->owner->room;
	size_t len = 0;
	struct rbuf bytes;

	while (len + conn_output_most(c) <= most && conn_output(c, &bytes)) {
		memcpy(room + len, bytes.p, bytes.left);
		len += bytes.left;
	}
	return len;
}

/* One write; false when there is no point in another one now. */
static bool
write_some(struct tcp_socket *s, struct conn *c, size_t most)
{
	bool old = s->out_len > 0;
	size_t n = old ? s->out_len : gather(s, c, most);
	const uint8_t *bytes = old ? s->out : s->owner->room;
	size_t sent;
	bool good;

	if (n == 0) {
		conn_sent(c, 0, false, loop_now());
		return false;
	}
	good = send_bytes(s, bytes, n, &sent);
	keep_unsent(s, bytes + sent, n - sent);
	conn_sent(c, sent, true, loop_now());
	if (!good || sent < n) {
		if (good)
			event_add(s->writable, NULL);
		return false;
	}
	return true;
}

static void
write_all(struct tcp_socket *s)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		if (!write_some(s, s->conn, ROOM))
			return;
	event_add(s->writable, NULL);
}

/* What is left when the conn has gone. False: it cannot be delivered. */
static bool
send_rest(struct tcp_socket *s)
{
	size_t sent;

	if (s->out_len > 0) {
		if (!send_bytes(s, s->out, s->out_len, &sent))
			return false;
		keep_unsent(s, s->out + sent, s->out_len - sent);
	}
	if (s->out_len > 0)
		event_add(s->writable, NULL);
	else /* close() with bytes unread sends a RST that overtakes it */
		shutdown(s->fd, SHUT_WR);
	return true;
}

/* --- Reading. --- */

/* The last bytes are the start of a message, or nobody wants them any more. */
static void
keep_unread(struct tcp_socket *s, const uint8_t *bytes, size_t n)
{
	size_t room = n < CONN_INPUT_USUAL ? CONN_INPUT_USUAL : CONN_INPUT_KEPT;

	s->in_len = n < CONN_INPUT_KEPT ? n : 0;
	if (s->in_len == 0)
		return;
	if (room != s->in_room) {
		free(s->in);
		s->in = xcalloc(1, room);
		s->in_room = room;
	}
	memcpy(s->in, bytes, n);
}

/*
 * Errors of TCP as people are to read them: a router that drops what has come too far
 * is heard of as "No route to host".
 */
static void
lost(struct tcp_socket *s, int error)
{
	struct err why;

	err_set(&why, "%s%s", strerror(error),
	    error == EHOSTUNREACH && s->one_hop
		? "; if the peer is more than one hop away, it needs "
		  "spec.ebgpMultihop"
		: "");
	conn_tcp_down(s->conn, why.text, loop_now());
}

static void
read_some(struct tcp_socket *s)
{
	uint8_t *room = s->owner->room;
	size_t kept = s->in_len;
	ssize_t got = recv(s->fd, room + kept, ROOM - kept, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < 0) {
		lost(s, errno);
		return;
	}
	if (got == 0) {
		conn_tcp_down(s->conn, "closed by the peer", loop_now());
		return;
	}
	if (kept > 0)
		memcpy(room, s->in, kept);

	size_t n = kept + (size_t)got;
	size_t used = conn_input(s->conn, room, n, loop_now());

	if (s->conn != NULL)
		keep_unread(s, room + used, n - used);
}

/* The peer has closed too, or it never ends: nobody listens any more. */
static void
discard(struct tcp_socket *s)
{
	ssize_t got = recv(s->fd, s->owner->room, ROOM, 0);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		peer_socket_free(s);
}

/* --- Events. --- */

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_socket *s = arg;

	(void)fd;
	(void)what;
	if (s->conn == NULL)
		discard(s);
	else
		read_some(s);
}

static void
connected(struct tcp_socket *s)
{
	int error = tcp_error(s->fd);
	struct addr local;

	if (error == 0 && !tcp_local(s->fd, &local))
		error = errno;
	s->connecting = false;
	if (error != 0) {
		lost(s, error);
		return;
	}
	event_add(s->readable, NULL);
	conn_tcp_up(s->conn, true, &local, &s->remote, loop_now());
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_socket *s = arg;

	(void)fd;
	(void)what;
	if (s->connecting)
		connected(s);
	else if (s->conn != NULL)
		write_all(s);
	else if (!send_rest(s))
		peer_socket_free(s);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_socket *s = arg;

	(void)fd;
	(void)what;
	if (s->conn != NULL) { /* the dial failed at once */
		conn_tcp_down(s->conn, s->why.text, loop_now());
		return;
	}
	/*
	 * It will not hear our last words. A FIN would wait behind all it does not
	 * read, and for as long the peer would hold on to the session (RFC 9687 4).
	 */
	if (s->out_len > 0)
		cut_off(s);
	peer_socket_free(s);
}

/* --- The ways in. --- */

static struct tcp_socket *
peer_socket_new(struct peer_sockets *all, int fd)
{
	struct tcp_socket *s = xcalloc(1, sizeof(*s));

	s->owner = all;
	s->fd = fd;
	DL_APPEND(all->all, s);
	return s;
}

static void
peer_socket_join(
    struct tcp_socket *s, struct conn *c, const struct session_config *config)
{
	struct event_base *base = s->owner->base;

	s->conn = c;
	s->one_hop = session_config_ttl(config) == 1 && config->zone[0] == '\0';
	s->timer = evtimer_new(base, on_timer, s);
	if (s->fd < 0)
		return;
	s->readable =
	    event_new(base, s->fd, EV_READ | EV_PERSIST, on_readable, s);
	s->writable = event_new(base, s->fd, EV_WRITE, on_writable, s);
}

struct tcp_socket *
peer_socket_dial(struct peer_sockets *all, struct conn *c,
    const struct session_config *config)
{
	struct err err;
	int fd = tcp_dial(config, &err);
	struct tcp_socket *s = peer_socket_new(all, fd);

	peer_socket_join(s, c, config);
	s->remote = config->remote;
	if (fd < 0) {
		s->why = err;
		free_in(s, 0);
	} else {
		s->connecting = true;
		event_add(s->writable, NULL);
	}
	return s;
}

struct tcp_socket *
peer_socket_accepted(struct peer_sockets *all, int fd)
{
	return peer_socket_new(all, fd);
}

bool
peer_socket_prove(struct tcp_socket *s, const struct addr *peer,
    const char *key, struct err *err)
{
	return tcp_prove_key(s->fd, peer, key, err);
}

bool
peer_socket_prove_ao(
    struct tcp_socket *s, const struct ao_keys *keys, struct err *err)
{
	struct ao_state state;

	if (!tcp_ao_state(s->fd, &state))
		return err_set(
		    err, "a connection that was made without TCP-AO");
	return ao_keys_made(keys, &state) ||
	    err_set(err,
		"a connection that was made under TCP-AO key %u, which "
		"others have",
		state.rnext_id);
}

bool
peer_socket_set_ao(struct tcp_socket *s, const struct prefix *peer,
    enum ao_step step, const struct ao_key *key, const struct ao_key *next,
    struct err *err)
{
	return s->fd < 0 || tcp_ao_step(s->fd, peer, step, key, next, err);
}

bool
peer_socket_ao(struct tcp_socket *s, struct ao_state *state)
{
	return s->fd >= 0 && tcp_ao_state(s->fd, state);
}

/* With a least TTL of its own it needs the filter of its listener no more. */
bool
peer_socket_prepare(
    struct tcp_socket *s, const struct session_config *config, struct err *err)
{
	if (!tcp_prepare(s->fd, config, err))
		return false;
	ttl_filter_drop(s->fd);
	return true;
}

void
peer_socket_take(
    struct tcp_socket *s, struct conn *c, const struct session_config *config)
{
	peer_socket_join(s, c, config);
	event_add(s->readable, NULL);
	event_add(s->writable, NULL);
}

void
peer_socket_refuse(struct tcp_socket *s)
{
	cut_off(s);
	peer_socket_free(s);
}

void
peer_socket_read(struct tcp_socket *s)
{
	if (s->fd >= 0 && !s->connecting)
		read_some(s);
}

void
peer_socket_want_write(struct tcp_socket *s)
{
	if (s->connecting || s->writable == NULL)
		return;
	if (s->owner->corked)
		s->corked = true;
	else
		event_add(s->writable, NULL);
}

void
peer_sockets_cork(struct peer_sockets *all)
{
	all->corked = true;
}

void
peer_sockets_uncork(struct peer_sockets *all)
{
	struct tcp_socket *s;

	all->corked = false;
	DL_FOREACH (all->all, s) {
		if (s->corked && s->conn != NULL &&
		    write_some(s, s->conn, conn_output_most(s->conn)))
			event_add(s->writable, NULL);
		s->corked = false;
	}
}

void
peer_socket_watch(struct tcp_socket *s, uint16_t seconds)
{
	if (!tcp_watch(s->fd, seconds))
		log_warn("bgp: TCP keepalives: %s", strerror(errno));
}

/* The conn's last words, behind what TCP did not take yet. */
static void
keep_last(struct tcp_socket *s)
{
	struct rbuf last;

	if (!conn_output(s->conn, &last))
		return;
	s->out = xrealloc(s->out, s->out_len + last.left, 1);
	memcpy(s->out + s->out_len, last.p, last.left);
	s->out_len += last.left;
}

void
peer_socket_close(struct tcp_socket *s)
{
	bool talks = !s->connecting && s->fd >= 0;

	if (talks)
		keep_last(s);
	s->conn = NULL;
	if (s->writable != NULL)
		event_del(s->writable);
	if (talks && send_rest(s)) {
		free_in(s, LINGER);
		return;
	}
	cut_off(s);
	free_in(s, 0);
}
