/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link joins a session to its sockets and to the time. The way out is session_io: a
 * conn asks for a dial, the session for a tick. The way in is a listener (listeners.c):
 * admission.c says whose an accepted connection is and whether it may come in, the
 * kernel whether it was made under a key, and session_accept() takes it.
 *
 * The port has one timer, for the earliest of what sessions and listeners have asked
 * for. It may be told too early an hour, never too late a one: links_tick() looks anew.
 */
#include "bgpd/session/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "bgpd/session/admission.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/ration.h"
#include "bgpd/session/session.h"
#include "bgpd/session/tcp_port.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

enum {
	LINK_CONNS = 2,
	MORE_TEXT = 32,
	KEYS_AGAIN = 10 * 1000, /* ms */
};

struct links {
	const struct tcp_port *tcp; /* borrowed */
	const struct links_ops *ops;
	void *arg;
	struct admission *admission; /* owned */
	struct listeners *listeners; /* owned */
	struct link *all;            /* list; each its owner's */
	uint64_t armed;              /* what the port was last told, or NEVER */
	struct links_stats stats;
	struct rations strangers;
};

struct link_tcp {
	struct conn *conn; /* NULL: free */
	struct tcp_socket *socket;
	struct ao_keys ao; /* owned; that the socket has */
	uint64_t ao_again; /* ms: the kernel refused one of them; or NEVER */
};

struct link {
	struct admission_peer peer; /* first: link_of() */
	struct links *owner;
	struct link *prev, *next;
	struct session *session; /* borrowed */
	uint64_t tick_at;        /* ms, or NEVER */
	struct link_tcp tcp[LINK_CONNS];
	struct ration refusals[ARRIVALS]; /* of each kind */
};

struct invitation {
	struct admission_range range; /* first: invitation_of() */
	struct links *owner;
	const struct invitation_ops *ops;
	void *arg;
};

static struct invitation *
invitation_of(struct admission_range *range)
{
	return (struct invitation *)range;
}

static struct link *
link_of(struct admission_peer *peer)
{
	return (struct link *)peer;
}

static uint64_t
link_due(const struct link *l)
{
	uint64_t due = l->tick_at;

	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn != NULL)
			clock_hasten(&due, l->tcp[i].ao_again);
	return due;
}

static void
links_arm(struct links *links)
{
	uint64_t due = listeners_due(links->listeners);
	struct link *l;

	DL_FOREACH (links->all, l)
		clock_hasten(&due, link_due(l));
	if (due == NEVER || due == links->armed)
		return;
	links->armed = due;
	links->tcp->arm(links->tcp->arg, due);
}

/* --- What a session asks for. --- */

static void
link_add(struct link *l, struct conn *c, struct tcp_socket *socket)
{
	const struct session_config *config = session_config(l->session);
	unsigned i = l->tcp[0].conn == NULL ? 0 : 1;

	l->tcp[i].conn = c;
	l->tcp[i].socket = socket;
	l->tcp[i].ao = ao_keys_dup(&config->ao);
	l->tcp[i].ao_again = NEVER;
}

/* The slot of the conn, or NULL: it has no socket. */
static struct link_tcp *
link_slot(struct link *l, const struct conn *c)
{
	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn == c)
			return &l->tcp[i];
	return NULL;
}

static void
on_connect(void *arg, struct conn *c)
{
	struct link *l = arg;
	const struct tcp_port *tcp = l->owner->tcp;

	link_add(
	    l, c, tcp->socket_dial(tcp->arg, c, session_config(l->session)));
}

static void
on_close(void *arg, struct conn *c)
{
	struct link *l = arg;
	struct link_tcp *slot = link_slot(l, c);

	if (slot == NULL)
		return;
	l->owner->tcp->socket_close(slot->socket);
	ao_keys_free(&slot->ao);
	*slot = (struct link_tcp){ 0 };
}

static void
on_want_write(void *arg, struct conn *c)
{
	struct link *l = arg;
	struct link_tcp *slot = link_slot(l, c);

	if (slot != NULL)
		l->owner->tcp->socket_want_write(slot->socket);
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	struct link *l = arg;
	struct link_tcp *slot = link_slot(l, c);

	if (slot != NULL)
		l->owner->tcp->socket_watch(slot->socket, seconds);
}

static bool
on_ao_state(void *arg, const struct conn *c, struct ao_state *state)
{
	struct link *l = arg;
	struct link_tcp *slot = link_slot(l, c);

	return slot != NULL && l->owner->tcp->socket_ao(slot->socket, state);
}

static void
on_arm(void *arg, uint64_t at)
{
	struct link *l = arg;
	struct links *links = l->owner;

	l->tick_at = at;
	if (at >= links->armed)
		return;
	links->armed = at;
	links->tcp->arm(links->tcp->arg, at);
}

struct ao_rekeying { /* of one connection */
	const struct link *link;
	struct tcp_socket *socket;
	bool told; /* that the kernel refuses one */
};

static bool
on_ao(void *arg, const struct prefix *peer, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next)
{
	struct ao_rekeying *r = arg;
	struct err err;

	if (r->link->owner->tcp->socket_set_ao(
		r->socket, peer, step, key, next, &err))
		return true;
	if (!r->told)
		log_error("peer %s: %s; it is tried again",
		    session_config(r->link->session)->name, err.text);
	r->told = true;
	return false;
}

static const struct ao_ops ao_ops = { .step = on_ao };

/*
 * Keys of a connection change under it, where it can go on under the new ones. One that
 * lags behind, since the kernel refused some, goes on under those that it should have.
 */
static void
slot_rekey(struct link *l, struct link_tcp *slot, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	struct prefix peer = prefix_host(&config->remote);
	bool behind = slot->ao_again != NEVER;
	struct ao_rekeying r = { l, slot->socket, behind };

	slot->ao_again = NEVER;
	if (slot->conn == NULL || config->ao.n == 0 ||
	    (!behind && !ao_keys_follow(&slot->ao, &config->ao)))
		return;
	if (!ao_keys_update(&slot->ao, &config->ao, &peer, true, &ao_ops, &r))
		slot->ao_again = now + KEYS_AGAIN;
}

static void
on_configured(void *arg, uint64_t now)
{
	struct link *l = arg;

	for (unsigned i = 0; i < LINK_CONNS; i++)
		slot_rekey(l, &l->tcp[i], now);

	admission_set(
	    l->owner->admission, &l->peer, session_config(l->session));
	listeners_rekey(l->owner->listeners);
	links_arm(l->owner);
}

static const struct session_io session_io = {
	.tcp = { on_connect, on_close, on_want_write, on_watch },
	.arm = on_arm,
	.configured = on_configured,
	.ao = on_ao_state,
};

/*
 * A hold timer may be due because we are late, not the peer: the loop was held, or the
 * program was stopped. What lies in the socket by then counts.
 */
static void
link_read(struct link *l, uint64_t now)
{
	for (unsigned i = 0; i < LINK_CONNS; i++)
		if (l->tcp[i].conn != NULL && conn_overdue(l->tcp[i].conn, now))
			l->owner->tcp->socket_read(l->tcp[i].socket);
}

void
links_tick(struct links *links, uint64_t now)
{
	struct link *l;

	links->armed = NEVER;
	listeners_tick(links->listeners, now);
	DL_FOREACH (links->all, l) {
		for (unsigned i = 0; i < LINK_CONNS; i++)
			if (l->tcp[i].ao_again <= now)
				slot_rekey(l, &l->tcp[i], now);
		if (l->tick_at > now)
			continue;
		l->tick_at = NEVER;
		link_read(l, now);
		session_tick(l->session, now);
	}
	links_arm(links);
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
stranger_told(
    struct links *links, const struct scoped_addr *remote, uint64_t now)
{
	char text[SCOPED_ADDR_TEXT], more[MORE_TEXT];
	unsigned held;

	if (rations_take(
		&links->strangers, &remote->addr, ARRIVAL_STRANGER, now, &held))
		log_info("bgp: connection from %s, which is no peer: closed%s",
		    scoped_addr_print(remote, text), more_text(held, more));
}

static void
refusal_told(
    struct link *l, enum arrival what, const struct err *why, uint64_t now)
{
	char more[MORE_TEXT];
	unsigned held;

	if (ration_take(&l->refusals[what], (int)what, now, &held))
		log_warn("peer %s: %s%s", session_config(l->session)->name,
		    why->text, more_text(held, more));
}

/* False: nobody wants it. */
static bool
link_take(struct link *l, struct tcp_socket *socket,
    const struct caller *caller, uint64_t now)
{
	const struct session_config *config = session_config(l->session);
	const struct tcp_port *tcp = l->owner->tcp;
	struct err err;

	if (config->password != NULL &&
	    !tcp->socket_prove(
		socket, &caller->remote.addr, config->password, &err)) {
		l->owner->stats.unkeyed++;
		refusal_told(l, ARRIVAL_UNKEYED, &err, now);
		return false;
	}
	if (config->ao.n > 0 &&
	    !tcp->socket_prove_ao(socket, &config->ao, &err)) {
		l->owner->stats.unkeyed++;
		refusal_told(l, ARRIVAL_UNKEYED, &err, now);
		return false;
	}
	if (!tcp->socket_prepare(socket, config, &err)) {
		refusal_told(l, ARRIVAL_TAKEN, &err, now);
		return false;
	}

	struct conn *c = session_accept(
	    l->session, &caller->local, &caller->remote.addr, now);

	if (c == NULL)
		return false;
	link_add(l, c, socket);
	tcp->socket_take(socket, c, config);
	/* It sends with what the peer used. */
	slot_rekey(l, link_slot(l, c), now);
	return true;
}

static void
elsewhere_told(struct link *l, const struct addr *local, uint64_t now)
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
astray_told(struct link *l, const struct caller *caller, uint64_t now)
{
	const char *zone = session_config(l->session)->zone;
	struct err why;

	err_set(&why,
	    "a connection from its address comes by %s, but the session is "
	    "over %s",
	    caller->remote.zone, zone);
	refusal_told(l, ARRIVAL_ASTRAY, &why, now);
}

static void
shared_told(struct link *l, uint64_t now)
{
	struct err why;

	err_set(&why,
	    "a connection from its address is closed: another BGPPeer has that "
	    "address at another port, and spec.sourceAddress tells them not "
	    "apart");
	refusal_told(l, ARRIVAL_SHARED, &why, now);
}

static void
guest_elsewhere_told(struct links *links, const struct session_config *config,
    const struct caller *caller, uint64_t now)
{
	char from[ADDR_TEXT], came[ADDR_TEXT], home[ADDR_TEXT];
	char more[MORE_TEXT];
	unsigned held;

	if (rations_take(&links->strangers, &caller->remote.addr,
		ARRIVAL_ELSEWHERE, now, &held))
		log_warn("peer %s: %s connects to %s, but the sessions are "
			 "from %s; spec.sourceAddress says from where%s",
		    config->name, addr_print(&caller->remote.addr, from),
		    addr_print(&caller->local, came),
		    addr_print(&config->source, home), more_text(held, more));
}

/* True: it has a session now. */
static bool
stranger_is_invited(struct links *links, const struct caller *caller,
    const struct gate *gate, uint64_t now)
{
	struct admission_range *range;

	switch (
	    admission_invited(links->admission, caller, gate, now, &range)) {
	case ARRIVAL_TAKEN:
		if (invitation_of(range)->ops->came(
			invitation_of(range)->arg, &caller->remote.addr))
			return true;
		links->stats.uninvited++;
		break;
	case ARRIVAL_STRANGER:
	case ARRIVAL_ASTRAY:
	case ARRIVAL_SHARED: /* none has the address */
		links->stats.unknown++;
		stranger_told(links, &caller->remote, now);
		break;
	case ARRIVAL_ELSEWHERE:
		links->stats.elsewhere++;
		guest_elsewhere_told(links, range->config, caller, now);
		break;
	case ARRIVAL_UNKEYED:
	case ARRIVAL_UNFILTERED:
		links->stats.unkeyed++;
		break;
	case ARRIVAL_TOO_FAST:
		links->stats.limited++;
		break;
	}
	return false;
}

static bool
on_came(void *arg, struct tcp_socket *socket, const struct caller *caller,
    const struct gate *gate, uint64_t now)
{
	struct links *links = arg;
	struct admission_peer *peer;
	enum arrival arrival =
	    admission_judge(links->admission, caller, gate, now, &peer);

	if (arrival == ARRIVAL_STRANGER) {
		if (!stranger_is_invited(links, caller, gate, now))
			return false;
		arrival =
		    admission_judge(links->admission, caller, gate, now, &peer);
	}
	switch (arrival) {
	case ARRIVAL_TAKEN:
		return link_take(link_of(peer), socket, caller, now);
	case ARRIVAL_STRANGER: /* its session is for another address */
		break;
	case ARRIVAL_ASTRAY:
		links->stats.unknown++;
		astray_told(link_of(peer), caller, now);
		break;
	case ARRIVAL_ELSEWHERE:
		links->stats.elsewhere++;
		elsewhere_told(link_of(peer), &caller->local, now);
		break;
	case ARRIVAL_SHARED:
		links->stats.shared++;
		shared_told(link_of(peer), now);
		break;
	case ARRIVAL_UNKEYED:
	case ARRIVAL_UNFILTERED:
		links->stats.unkeyed++;
		break;
	case ARRIVAL_TOO_FAST:
		links->stats.limited++;
		break;
	}
	return false;
}

static void
on_outdated(void *arg)
{
	struct links *links = arg;

	links->stats.unkeyed++;
}

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct links *links = arg;

	links->ops->listening(links->arg, at, why);
}

static const struct listeners_ops listeners_ops = {
	.listening = on_listening,
	.came = on_came,
	.outdated = on_outdated,
};

void
links_incoming(struct links *links, struct listener *at, uint64_t now)
{
	listeners_incoming(links->listeners, at, now);
	links_arm(links);
}

/* --- Birth and death. --- */

struct links *
links_new(const struct tcp_port *tcp, const struct links_ops *ops, void *arg)
{
	struct links *links = xcalloc(1, sizeof(*links));

	links->tcp = tcp;
	links->ops = ops;
	links->arg = arg;
	links->armed = NEVER;
	links->admission = admission_new();
	links->listeners =
	    listeners_new(tcp, links->admission, &listeners_ops, links);
	return links;
}

void
links_free(struct links *links)
{
	if (links == NULL)
		return;
	listeners_free(links->listeners);
	admission_free(links->admission);
	free(links);
}

void
links_listen(
    struct links *links, const struct peer_listen *wanted, uint64_t now)
{
	listeners_set(links->listeners, wanted, now);
	links_arm(links);
}

struct link *
links_attach(struct links *links, struct session *session, uint64_t now)
{
	struct link *l = xcalloc(1, sizeof(*l));

	l->owner = links;
	l->session = session;
	l->tick_at = NEVER;
	DL_APPEND(links->all, l);
	admission_add(links->admission, &l->peer, session_config(session), now);
	listeners_rekey(links->listeners);
	session_attach(session, &session_io, l);
	links_arm(links);
	return l;
}

void
links_detach(struct link *l)
{
	struct links *links;

	if (l == NULL)
		return;
	links = l->owner;
	for (unsigned i = 0; i < LINK_CONNS; i++) {
		if (l->tcp[i].conn != NULL)
			links->tcp->socket_close(l->tcp[i].socket);
		ao_keys_free(&l->tcp[i].ao);
	}
	session_detach(l->session);
	admission_remove(links->admission, &l->peer);
	DL_DELETE(links->all, l);
	listeners_rekey(links->listeners);
	links_arm(links);
	free(l);
}

struct invitation *
links_invite(struct links *links, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *arg, uint64_t now)
{
	struct invitation *i = xcalloc(1, sizeof(*i));

	*i = (struct invitation){
		.range = { .config = config, .from = *from, .burst = burst },
		.owner = links,
		.ops = ops,
		.arg = arg,
	};
	admission_add_range(links->admission, &i->range, now);
	listeners_rekey(links->listeners);
	links_arm(links);
	return i;
}

void
invitation_set(
    struct invitation *i, const struct session_config *config, unsigned burst)
{
	i->range.config = config;
	i->range.burst = burst;
	listeners_rekey(i->owner->listeners);
	links_arm(i->owner);
}

void
invitation_end(struct invitation *i)
{
	struct links *links = i->owner;

	admission_remove_range(links->admission, &i->range);
	listeners_rekey(links->listeners);
	links_arm(links);
	free(i);
}

const struct links_stats *
links_stats(const struct links *links)
{
	return &links->stats;
}
