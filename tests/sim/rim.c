/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peer_io.c does with sockets, done with struct vsock: a tcp_listener stands for
 * one vlisten, a tcp_socket for one vsock, from its dial or its accept to its close.
 * Calls of links.c come in through the port; what TCP has to tell goes to the conn,
 * always from an event of the world, as tcp_port.h demands. A conn may close its socket
 * while it is told something, so whoever goes on afterwards asks first whether it
 * lives().
 *
 * The kernel's part of RFC 2385 is vtcp.c's. Here its promises are judged, since here
 * it is known which key a peer is to have.
 */
#include "tests/sim/rim.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/session/agreed.h"
#include "bgpd/session/collision.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/links.h"
#include "bgpd/session/session.h"
#include "bgpd/session/tcp_port.h"
#include "bgpd/wire/bgp.h"
#include "bgpd/wire/msg.h"
#include "common/alloc.h"
#include "common/err.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	PIECE = 16384,     /* more does not come at once */
	ROUNDS = 64,       /* writes in a row before others have their turn */
	LOOK_EVERY = 3000, /* ms between looks at the listener */
	MENDED_IN = 13000, /* ms until what the kernel refused is tried again */
	HANDSHAKE = 2000,  /* ms from TCP to Established, undisturbed */
	OPEN_IN = 35000,   /* ms that a dial may be without the peer's OPEN */
};

struct tcp_listener {
	struct rim *rim;
	struct listener *of; /* links.c's */
	struct vlisten *listen;
	bool paused;
};

struct tcp_socket {
	struct rim *rim;
	struct tcp_socket *prev, *next;
	struct conn *conn;  /* NULL: not taken yet */
	struct vsock *sock; /* NULL: TCP has gone */
	bool up, accepted;
	unsigned watched; /* s, in place of a hold time; 0: not */
	uint64_t up_at;   /* ms, of TCP */
	bool established; /* as last seen */
	bool raced;       /* it was accepted while we dialed */
	bool quick;       /* it came up undisturbed */
	uint8_t in[CONN_INPUT_KEPT + PIECE];
	size_t n_in;
	uint8_t out[CONN_OUTPUT_MOST]; /* what TCP did not take */
	size_t n_out;
};

struct rim {
	struct tcp_port port;
	struct world *w;
	struct vhost *host;
	const char *name; /* borrowed */
	struct bgpd *bgpd;
	struct links *links; /* owned */
	uint64_t tick_at, moves;
	struct tcp_socket *all; /* owned */
	const struct kernel *kernel;
	bool listens;       /* it is to */
	uint64_t looked_at; /* at the listener */
	bool deaf;          /* … and one was not there */
	bool lacks;         /* … or had not what it needs */
};

static const struct addr link_local = { FAMILY_V6, { 0xfe, 0x80 } };

struct scoped_addr
rim_scoped(const struct addr *addr)
{
	return scoped_addr(addr, addr_is_link_local(addr) ? "eth0" : "");
}

/* Of a peer that may run; NULL: it is nobody's address. */
static const struct session *
session_at(const struct daemon_view *view, const struct addr *remote)
{
	for (size_t i = 0; i < view->n_peers; i++) {
		const struct session *session = view->peers[i].session;

		if (view->peers[i].blocked == NULL &&
		    addr_eq(&session_config(session)->remote, remote))
			return session;
	}
	return NULL;
}

/* --- Keys. --- */

/* NULL: none, or it is nobody's. */
static const char *
wanted_key(const struct daemon_view *view, const struct addr *remote)
{
	const struct session *session = session_at(view, remote);

	return session != NULL ? session_config(session)->password : NULL;
}

/* --- The clock. --- */

static void
on_tick(void *arg, uint64_t what)
{
	struct rim *r = arg;

	(void)what;
	if (r->w->now < r->tick_at)
		return;
	r->tick_at = NEVER;
	r->moves++;
	links_tick(r->links, r->w->now);
}

static void
on_arm(void *arg, uint64_t at)
{
	struct rim *r = arg;

	r->tick_at = at;
	world_at(r->w, at, on_tick, r, 0);
}

/* --- Listeners. --- */

static enum tcp_answer
on_is_here(void *arg, const struct scoped_addr *at, struct err *err)
{
	const struct rim *r = arg;

	if (addr_is_zero(&at->addr) || vhost_has(r->host, &at->addr))
		return TCP_DONE;
	err_set(err, "not here");
	return TCP_FAILED;
}

static void
on_waits(void *arg)
{
	struct tcp_listener *l = arg;

	if (!l->paused)
		links_incoming(l->rim->links, l->of, l->rim->w->now);
}

static enum tcp_answer
on_open(void *arg, struct listener *of, enum family family,
    struct tcp_listener **to, struct err *err)
{
	struct rim *r = arg;
	struct tcp_listener *l;

	(void)family;
	(void)err;
	l = xcalloc(1, sizeof(*l));
	l->rim = r;
	l->of = of;
	l->listen = vlisten_new(r->host, on_waits, l);
	*to = l;
	return TCP_DONE;
}

static bool
on_listen(struct tcp_listener *l, const struct scoped_addr *at, uint16_t port,
    struct err *err)
{
	(void)port;
	if (on_is_here(l->rim, at, err) != TCP_DONE)
		return false;
	if (l->rim->kernel->no_listening)
		return err_set(err, "taken");
	vlisten_begin(l->listen,
	    at->zone[0] != '\0' ? vhost_addr_to(l->rim->host, &link_local)
				: &at->addr);
	return true;
}

static bool
on_is_there(struct tcp_listener *l)
{
	return !l->rim->kernel->astray;
}

static bool
on_set_key(struct tcp_listener *l, const struct prefix *from, const char *key,
    struct err *err)
{
	char text[PREFIX_TEXT];

	if (l->rim->kernel->no_keys)
		return err_set(err, "no room for keys");
	vlisten_set_key(l->listen, from, key);
	prefix_print(from, text);
	world_trace(l->rim->w, "%s: %s key for %s", l->rim->name,
	    key != NULL ? "another" : "no", text);
	/* Whoever came in this moment would need none. */
	if (key == NULL &&
	    wanted_key(bgpd_view(l->rim->bgpd), &from->addr) != NULL)
		world_complain(l->rim->w, "%s: the key for %s is taken away",
		    l->rim->name, text);
	return true;
}

static bool
on_set_filter(struct tcp_listener *l, const struct ttl_rule *rules, size_t n,
    struct err *err)
{
	if (l->rim->kernel->no_filters)
		return err_set(err, "no room for a filter");
	vlisten_set_filter(l->listen, rules, n);
	return true;
}

static struct tcp_socket *
socket_new(struct rim *r)
{
	struct tcp_socket *s = xcalloc(1, sizeof(*s));

	s->rim = r;
	DL_APPEND(r->all, s);
	return s;
}

static enum tcp_accepted
on_accept(void *arg, struct tcp_listener *l, struct tcp_socket **to,
    struct caller *caller, struct err *err)
{
	struct vsock *sock = vlisten_accept(l->listen);

	(void)err;
	if (sock == NULL)
		return TCP_NOBODY;
	*to = socket_new(arg);
	(*to)->sock = sock;
	(*to)->up = (*to)->accepted = true;
	*caller = (struct caller){ rim_scoped(vsock_remote(sock)),
		*vsock_local(sock) };
	return TCP_ACCEPTED;
}

static void
on_pause(struct tcp_listener *l, bool pause)
{
	l->paused = pause;
}

static void
on_listener_close(struct tcp_listener *l)
{
	vlisten_close(l->listen);
	free(l);
}

/* --- Writing. --- */

static void
socket_free(struct tcp_socket *s)
{
	world_forget(s->rim->w, s);
	DL_DELETE(s->rim->all, s);
	free(s);
}

static bool
send_rest(struct tcp_socket *s)
{
	size_t sent = vsock_send(s->sock, s->out, s->n_out);

	memmove(s->out, s->out + sent, s->n_out - sent);
	s->n_out -= sent;
	return s->n_out == 0;
}

/* One write; false when there is no point in another one now. */
static bool
write_some(struct tcp_socket *s)
{
	uint64_t now = s->rim->w->now;
	size_t had = s->n_out;
	struct rbuf bytes;

	if (had == 0) {
		if (!conn_output(s->conn, &bytes)) {
			conn_sent(s->conn, 0, false, now);
			return false;
		}
		memcpy(s->out, bytes.p, bytes.left);
		had = s->n_out = bytes.left;
		world_works(s->rim->w);
	}
	bool all = send_rest(s);

	conn_sent(s->conn, had - s->n_out, true, now);
	return all;
}

static void
on_write(void *arg, uint64_t what)
{
	struct tcp_socket *s = arg;

	(void)what;
	if (s->sock == NULL || !s->up)
		return;
	for (unsigned i = 0; i < ROUNDS; i++)
		if (!write_some(s))
			return;
	world_at(s->rim->w, s->rim->w->now, on_write, s, 0);
}

/* on_input() has told of all that has come. */
static void
on_read(struct tcp_socket *s)
{
	(void)s;
}

static void
on_want_write(struct tcp_socket *s)
{
	world_at(s->rim->w, s->rim->w->now, on_write, s, 0);
}

/* --- What is promised of a connection. --- */

/* Whoever has a password is up with it, or not at all. */
static void
judge_up(const struct tcp_socket *s)
{
	const char *wanted =
	    wanted_key(bgpd_view(s->rim->bgpd), vsock_remote(s->sock));
	const char *key = vsock_first_key(s->sock);

	if (wanted != NULL && (key == NULL || strcmp(key, wanted) != 0))
		world_complain(
		    s->rim->w, "%s: up without its key", s->rim->name);
}

/* Who accepts speaks at once; nobody who does not keeps the peer from us for long. */
static void
judge_dial(const struct tcp_socket *s)
{
	if (s->conn != NULL && s->up && conn_dialed(s->conn) &&
	    conn_state(s->conn) == STATE_OPENSENT &&
	    s->rim->w->now - s->up_at > OPEN_IN)
		world_complain(s->rim->w,
		    "%s: a dial waits for an OPEN for ever", s->rim->name);
}

static void
judge_socket(struct tcp_socket *s)
{
	bool is = s->conn != NULL && s->sock != NULL &&
	    conn_state(s->conn) == STATE_ESTABLISHED;
	char text[ADDR_TEXT];

	if (is && !s->established)
		world_trace(s->rim->w, "%s: up with %s, %s", s->rim->name,
		    addr_print(vsock_remote(s->sock), text),
		    conn_dialed(s->conn) ? "dialed" : "accepted");
	if (is && !s->established) {
		judge_up(s);
		s->quick = s->rim->w->now - s->up_at < HANDSHAKE;
	}
	s->established = is;
	judge_dial(s);
}

/* --- What TCP tells. --- */

static void
on_up(void *arg)
{
	struct tcp_socket *s = arg;

	s->up = true;
	s->up_at = s->rim->w->now;
	conn_tcp_up(s->conn, true, vsock_local(s->sock), vsock_remote(s->sock),
	    s->rim->w->now);
}

static uint64_t
id_of(const struct tcp_socket *s)
{
	return s->sock != NULL ? vsock_connection(s->sock) : 0;
}

/* Is it still there, after a call that may have closed it? */
static bool
lives(const struct rim *r, const struct tcp_socket *s, uint64_t id)
{
	const struct tcp_socket *each;

	DL_FOREACH (r->all, each)
		if (each == s)
			return id_of(each) == id;
	return false;
}

/* Of what waits to be read: a message, or all. */
static size_t
first_message(const struct tcp_socket *s)
{
	size_t n = s->n_in < MSG_HEADER
	    ? s->n_in
	    : (size_t)s->in[MSG_HEADER - 3] << 8 | s->in[MSG_HEADER - 2];

	return n < MSG_HEADER || n > s->n_in ? s->n_in : n;
}

/* False: it waits for more, or was the last one. */
static bool
read_message(struct tcp_socket *s)
{
	struct rim *r = s->rim;
	uint64_t id = id_of(s);
	uint8_t message[sizeof(s->in)];
	size_t n = first_message(s), used;

	memcpy(message, s->in, n);
	used = conn_input(s->conn, message, n, r->w->now);
	if (!lives(r, s, id))
		return false;
	s->n_in -= used;
	memmove(s->in, s->in + used, s->n_in);
	return used > 0;
}

/* One by one, as they may come: what one of two does would else be seen by nobody. */
static void
on_input(void *arg, const uint8_t *bytes, size_t n)
{
	struct tcp_socket *s = arg;

	s->rim->moves++;
	memcpy(s->in + s->n_in, bytes, n);
	s->n_in += n;
	while (s->n_in > 0 && read_message(s))
		judge_socket(s);
}

static void
on_writable(void *arg)
{
	on_want_write(arg);
}

static void
on_down(void *arg, const char *why)
{
	struct tcp_socket *s = arg;

	s->sock = NULL;
	s->rim->moves++;
	conn_tcp_down(s->conn, why, s->rim->w->now);
}

static const struct vsock_ops sock_ops = { on_up, on_input, on_writable,
	on_down };

/* --- Sockets. --- */

/* The kernel knows that there was a key, not which. */
static bool
on_prove(struct tcp_socket *s, const struct addr *peer, const char *key,
    struct err *err)
{
	(void)peer;
	if (vsock_first_key(s->sock) == NULL)
		return err_set(err, "made without a key");
	vsock_set_key(s->sock, key);
	return true;
}

static bool
on_prepare(
    struct tcp_socket *s, const struct session_config *config, struct err *err)
{
	(void)err;
	vsock_set_ttl(s->sock, session_config_ttl(config),
	    session_config_least_ttl(config));
	return true;
}

/* doc/bgp.md rows 48 and 49: whom nobody let in. */
static void
judge_taken(const struct tcp_socket *s, const struct session_config *config)
{
	const char *key = vsock_first_key(s->sock), *why = NULL;

	if (config->password != NULL &&
	    (key == NULL || strcmp(key, config->password) != 0))
		why = "without its key";
	if (vsock_first_ttl(s->sock) < session_config_least_ttl(config))
		why = "from afar";
	if (config->source.family != FAMILY_NONE &&
	    !addr_eq(&config->source, vsock_local(s->sock)))
		why = "to another address";
	if (why != NULL)
		world_complain(s->rim->w,
		    "%s: peer %s: a connection %s is taken", s->rim->name,
		    config->name, why);
}

static bool
is_dialed(const struct rim *r, const struct addr *remote)
{
	const struct tcp_socket *s;

	DL_FOREACH (r->all, s)
		if (s->conn != NULL && s->sock != NULL && !s->accepted &&
		    addr_eq(vsock_remote(s->sock), remote))
			return true;
	return false;
}

/* Its connections are signed by TCP MD5, or not. */
static bool
on_ao(struct tcp_socket *s, struct ao_state *state)
{
	(void)s;
	(void)state;
	return false;
}

static void
on_take(
    struct tcp_socket *s, struct conn *c, const struct session_config *config)
{
	judge_taken(s, config);
	s->conn = c;
	s->up_at = s->rim->w->now;
	s->raced = is_dialed(s->rim, vsock_remote(s->sock));
	vsock_use(s->sock, &sock_ops, s);
	on_want_write(s);
}

static void
on_refuse(struct tcp_socket *s)
{
	vsock_abort(s->sock);
	socket_free(s);
}

static struct tcp_socket *
on_dial(void *arg, struct conn *c, const struct session_config *config)
{
	struct rim *r = arg;
	const struct addr *local = config->source.family != FAMILY_NONE
	    ? &config->source
	    : vhost_addr_to(r->host, &config->remote);
	struct tcp_socket *s = socket_new(r);

	s->conn = c;
	s->sock = vsock_dial(
	    r->host, local, &config->remote, config->password, &sock_ops, s);
	vsock_set_ttl(s->sock, session_config_ttl(config),
	    session_config_least_ttl(config));
	return s;
}

static void
on_watch(struct tcp_socket *s, uint16_t seconds)
{
	s->watched = seconds;
	if (s->sock != NULL)
		vsock_watch(s->sock, seconds);
}

/*
 * RFC 4271 6.8: where the connection that we dial is to survive, nothing that the peer
 * dialed comes up before it is known that ours does not. (Where the peer's is to, it is
 * for the peer to wait.)
 */
static void
judge_end(const struct tcp_socket *s)
{
	const struct rim *r = s->rim;
	const struct session *session;
	const struct session_error *why;

	/* It ends by itself, not along with its daemon or its peer. */
	if (!s->raced || !s->quick || conn_state(s->conn) == STATE_ESTABLISHED)
		return;
	session = session_at(bgpd_view(r->bgpd), &conn_agreed(s->conn)->remote);
	if (session == NULL)
		return;
	why = session_error(session);
	if (why->at == r->w->now && why->code == ERR_CEASE &&
	    why->subcode == CEASE_COLLISION &&
	    collision_ours_survives(
		session_config(session)->router_id, conn_agreed(s->conn)))
		world_complain(
		    r->w, "%s: a collision ends what was up", r->name);
}

static void
on_close(struct tcp_socket *s)
{
	struct vsock *sock = s->sock;
	bool told = sock != NULL && s->up && send_rest(s);
	struct rbuf last;

	if (told && conn_output(s->conn, &last))
		told = vsock_send(sock, last.p, last.left) == last.left;
	if (told)
		vsock_close(sock);
	else if (sock != NULL)
		vsock_abort(sock);
	if (s->established) {
		world_trace(s->rim->w, "%s: closes", s->rim->name);
		judge_end(s);
	}
	socket_free(s);
}

static const struct tcp_port port = {
	.arm = on_arm,
	.is_here = on_is_here,
	.listener_open = on_open,
	.listener_listen = on_listen,
	.listener_is_there = on_is_there,
	.listener_set_key = on_set_key,
	.listener_set_filter = on_set_filter,
	.listener_accept = on_accept,
	.listener_pause = on_pause,
	.listener_close = on_listener_close,
	.socket_prove = on_prove,
	.socket_ao = on_ao,
	.socket_prepare = on_prepare,
	.socket_take = on_take,
	.socket_refuse = on_refuse,
	.socket_dial = on_dial,
	.socket_read = on_read,
	.socket_want_write = on_want_write,
	.socket_watch = on_watch,
	.socket_close = on_close,
};

/* --- Birth and death. --- */

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct rim *r = arg;

	bgpd_listening(r->bgpd, at, why);
}

static const struct links_ops links_ops = { on_listening };

struct rim *
rim_new(struct world *w, struct vhost *host, const struct kernel *kernel,
    const char *name, struct bgpd *bgpd)
{
	struct rim *r = xcalloc(1, sizeof(*r));

	r->port = port;
	r->port.arg = r;
	r->w = w;
	r->host = host;
	r->kernel = kernel;
	r->name = name;
	r->bgpd = bgpd;
	r->tick_at = NEVER;
	r->links = links_new(&r->port, &links_ops, r);
	return r;
}

void
rim_free(struct rim *r)
{
	links_free(r->links);
	while (r->all != NULL)
		socket_free(r->all);
	world_forget(r->w, r);
	free(r);
}

struct links *
rim_links(struct rim *r)
{
	return r->links;
}

void
rim_listen(struct rim *r, const struct peer_listen *listen)
{
	r->listens = listen->port != 0 && listen->n > 0;
	links_listen(r->links, listen, r->w->now);
}

bool
rim_is_flushed(const struct rim *r)
{
	return !vhost_is_sending(r->host);
}

/* --- Promises, and looking. --- */

/* Does a listener have what keeps others from that session? */
static bool
is_guarded(const struct rim *r, const struct session_config *c)
{
	const char *has = vhost_key(r->host, &c->remote);

	return (c->password == NULL ||
		   (has != NULL && strcmp(has, c->password) == 0)) &&
	    vhost_least_ttl(r->host, &c->remote) >= session_config_least_ttl(c);
}

/* Does one of the peers that may run not pass that? */
static bool
fails_one(const struct rim *r,
    bool (*passes)(const struct rim *, const struct session_config *))
{
	const struct daemon_view *view = bgpd_view(r->bgpd);

	for (size_t i = 0; i < view->n_peers && r->listens; i++)
		if (view->peers[i].blocked == NULL &&
		    !passes(r, session_config(view->peers[i].session)))
			return true;
	return false;
}

static bool
is_waited_for(const struct rim *r, const struct session_config *c)
{
	return vhost_is_listening(r->host, &c->remote);
}

/* Once it was looked for a listener in vain, the status says so. */
static bool
is_told(const struct rim *r)
{
	const struct daemon_view *view = bgpd_view(r->bgpd);

	for (size_t i = 0; i < view->n_conditions; i++)
		if (strcmp(view->conditions[i].type, "NotListening") == 0)
			return true;
	return false;
}

static bool
is_whole(const struct rim *r)
{
	const struct kernel *k = r->kernel;

	return !k->no_keys && !k->no_filters && !k->no_listening &&
	    r->w->now - k->whole_at > MENDED_IN;
}

/* What is not there must come soon: a look later it is, if the kernel has it so. */
static void
judge_listener(struct rim *r)
{
	bool lacks, deaf;

	if (r->w->now - r->looked_at < LOOK_EVERY)
		return;
	r->looked_at = r->w->now;
	deaf = fails_one(r, is_waited_for);
	if (deaf && r->deaf && !is_told(r))
		world_complain(
		    r->w, "%s: nothing says that it does not listen", r->name);
	lacks = is_whole(r) && (deaf || fails_one(r, is_guarded));
	if (lacks && r->lacks)
		world_complain(r->w,
		    "%s: the listener is not there, or lacks the key or the "
		    "filter of a peer",
		    r->name);
	r->lacks = lacks;
	r->deaf = deaf;
}

void
rim_judge(struct rim *r)
{
	struct tcp_socket *s, *other;

	DL_FOREACH (r->all, s)
		judge_socket(s);
	DL_FOREACH (r->all, s)
		DL_FOREACH (r->all, other)
			if (other != s && other->established &&
			    s->established &&
			    addr_eq(vsock_remote(s->sock),
				vsock_remote(other->sock)))
				world_complain(r->w,
				    "%s: two sessions with one peer", r->name);
	judge_listener(r);
}

static const struct tcp_socket *
established(const struct rim *r, const struct addr *remote)
{
	const struct tcp_socket *s;

	DL_FOREACH (r->all, s)
		if (s->established && s->sock != NULL &&
		    addr_eq(vsock_remote(s->sock), remote))
			return s;
	return NULL;
}

uint64_t
rim_moves(const struct rim *r)
{
	return r->moves;
}

uint64_t
rim_connection(const struct rim *r, const struct addr *remote)
{
	const struct tcp_socket *s = established(r, remote);

	return s != NULL ? vsock_connection(s->sock) : 0;
}

const struct agreed *
rim_agreed(const struct rim *r, const struct addr *remote)
{
	const struct tcp_socket *s = established(r, remote);

	return s != NULL ? conn_agreed(s->conn) : NULL;
}

const struct session_config *
rim_running(const struct rim *r, const struct addr *remote)
{
	const struct session *session = session_at(bgpd_view(r->bgpd), remote);

	return session != NULL ? session_running(session) : NULL;
}

unsigned
rim_count(const struct rim *r)
{
	const struct tcp_socket *s;
	unsigned n = 0;

	DL_FOREACH (r->all, s)
		n++;
	return n;
}

unsigned
rim_hold_time(const struct rim *r, const struct addr *remote)
{
	const struct tcp_socket *s = established(r, remote);

	if (s == NULL)
		return 0;
	if (s->watched == 0)
		return conn_agreed(s->conn)->hold_time;
	/* What TCP knows is not read, or there is nothing to know for it. */
	return vhost_is_deaf(r->host) || vsock_has_far(s->sock) ? 0
								: s->watched;
}
