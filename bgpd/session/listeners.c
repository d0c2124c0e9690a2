/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords (RFC 2385) and TCP-AO (RFC 5925). A listener has the keys of all peers
 * that can come there; the kernel drops what is not signed with them. Whenever a
 * configuration changes they are compared anew, once all have changed (rekey()). Three
 * things keep a connection that was made without the right key from ever seeing our
 * OPEN: its peer is taken only while the listener has its key (admission_judge());
 * whoever waited to be accepted when keys changed is sent away (listener_drain()); and
 * the kernel is asked of each accepted socket whether it was made under a key
 * (socket_prove(), by links.c).
 *
 * GTSM (RFC 5082) is looked after in the same way: a filter of the listener drops what
 * has come too far, from the SYN on, and changes with the keys.
 *
 * What fails is tried again after a while: to listen, to set keys or the filter, and to
 * accept when no descriptor was left. So it is looked whether a listener on a link is
 * still at the node's address there.
 */
#include "bgpd/session/listeners.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/session/admission.h"
#include "bgpd/session/ao.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/keys.h"
#include "bgpd/session/session_config.h"
#include "bgpd/session/tcp_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

enum {
	ACCEPT_ROUND = 16,        /* connections taken in a row */
	DRAIN_MOST = 1024,        /* more than wait to be taken */
	LISTEN_AGAIN = 10 * 1000, /* ms */
};

struct listener {
	struct listeners *owner;
	struct listener *prev, *next;
	struct scoped_addr at; /* as in struct peer_listen */
	uint16_t port;
	bool looks_only; /* is that address here? */
	bool shares;     /* another one is at that address of the link */
	bool done;     /* it listens, shares, or has found what it looks for */
	bool hopeless; /* nobody comes that way */
	bool paused;   /* there was no descriptor to accept with */
	struct tcp_listener *tcp; /* owned; NULL: none is open */
	struct keys *keys;        /* owned; of that one */
	struct ao_table *ao;      /* the same */
	struct ttl_rule *rules;   /* owned; of its filter */
	size_t n_rules;
	bool unfiltered; /* the kernel refuses the filter */
	struct err why;  /* "": it listens, or was not tried yet */
};

struct listeners {
	const struct tcp_port *tcp;  /* borrowed */
	struct admission *admission; /* borrowed */
	const struct listeners_ops *ops;
	void *arg;
	struct listener *all; /* owned */
	uint64_t
	    again_at;   /* ms, for what could not be bound or set; or NEVER */
	bool rekey_due; /* keys may be others */
	bool refused;   /* by the kernel: something of the last rekey */
};

static void listener_try(struct listener *, uint64_t now);

/* Not later than it was to be, however often it fails. */
static void
try_again(struct listeners *ls, uint64_t now)
{
	if (ls->again_at == NEVER)
		ls->again_at = now + LISTEN_AGAIN;
}

static bool
are_on_one_link(const struct listener *a, const struct listener *b)
{
	return a->at.zone[0] != '\0' && strcmp(a->at.zone, b->at.zone) == 0;
}

/* Those that left it to this one have to listen by themselves: at the next tick. */
static void
sharers_wake(const struct listener *of)
{
	struct listeners *ls = of->owner;
	struct listener *l;

	DL_FOREACH (ls->all, l) {
		if (!l->shares || !are_on_one_link(l, of))
			continue;
		l->shares = l->done = false;
		ls->again_at = 0;
	}
}

static void
listener_close(struct listener *l)
{
	if (l->tcp == NULL)
		return;
	if (l->done)
		sharers_wake(l);
	l->owner->tcp->listener_close(l->tcp);
	keys_free(l->keys);
	ao_table_free(l->ao);
	free(l->rules);
	l->tcp = NULL;
	l->keys = NULL;
	l->ao = NULL;
	l->rules = NULL;
	l->n_rules = 0;
	l->unfiltered = false;
	l->paused = false;
}

static void
listener_take(struct listener *l, struct tcp_socket *socket,
    const struct caller *caller, uint64_t now)
{
	struct listeners *ls = l->owner;
	struct gate gate = { l->keys, l->ao, !l->unfiltered };

	if (!ls->ops->came(ls->arg, socket, caller, &gate, now))
		ls->tcp->socket_refuse(socket);
}

static void
listener_free(struct listener *l)
{
	DL_DELETE(l->owner->all, l);
	listener_close(l);
	free(l);
}

/* --- Its keys. --- */

struct rekeying { /* of one listener */
	struct listener *listener;
	struct prefix *changed; /* owned */
	size_t n;
	uint64_t now;
};

/*
 * Whose key it is, and whether that was told of its refusal: of a range, or of the peer
 * that has the address. NULL: of nobody any more.
 */
static bool *
key_told(struct listener *l, const struct prefix *from,
    const struct session_config **whose, const char **means)
{
	const struct admission *a = l->owner->admission;
	struct admission_range *range = admission_key_range(a, &l->at, from);

	if (range != NULL) {
		*whose = range->config;
		*means = "nobody is let in from its peerPrefix";
		return &range->key_refused;
	}
	struct admission_peer *peer = admission_key_peer(a, &l->at, from);

	if (peer == NULL)
		return NULL;
	*whose = peer->config;
	*means = "it is dialed, but cannot dial us";
	return &peer->key_refused;
}

/* Told once, and tried again. */
static void
key_refused(struct listener *l, const struct prefix *from,
    const struct err *why, uint64_t now)
{
	struct listeners *ls = l->owner;
	const struct session_config *whose;
	const char *means;
	bool *told = key_told(l, from, &whose, &means);

	ls->refused = true;
	try_again(ls, now);
	if (told == NULL || *told)
		return;
	*told = true;
	log_error("peer %s: %s; %s", whose->name, why->text, means);
}

static void
key_taken(struct listener *l, const struct prefix *from)
{
	const struct session_config *whose;
	const char *means;
	bool *told = key_told(l, from, &whose, &means);

	if (told != NULL)
		*told = false;
}

static void
changed_add(struct rekeying *r, const struct prefix *from)
{
	r->changed = xrealloc(r->changed, r->n + 1, sizeof(r->changed[0]));
	r->changed[r->n++] = *from;
}

static bool
on_key(void *arg, const struct prefix *from, const char *key)
{
	struct rekeying *r = arg;
	struct listener *l = r->listener;
	struct err err;

	if (!l->owner->tcp->listener_set_key(l->tcp, from, key, &err)) {
		key_refused(l, from, &err, r->now);
		return false;
	}
	key_taken(l, from);
	changed_add(r, from);
	return true;
}

static const struct keys_ops keys_ops = { .set = on_key };

static bool
on_ao(void *arg, const struct prefix *from, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next)
{
	struct rekeying *r = arg;
	struct listener *l = r->listener;
	struct err err;

	if (!l->owner->tcp->listener_set_ao(
		l->tcp, from, step, key, next, &err)) {
		key_refused(l, from, &err, r->now);
		return false;
	}
	key_taken(l, from);
	changed_add(r, from);
	return true;
}

static const struct ao_ops ao_ops = { .step = on_ao };

/*
 * An address has keys of one kind only, for the kernel refuses the other kind beside
 * it: what goes goes first. Who comes in between is not let in by socket_prove().
 */
static void
listener_set_keys(struct listener *l, struct rekeying *r)
{
	size_t n;
	struct ao_wanted *wanted =
	    admission_ao_wanted(l->owner->admission, &l->at, &n);

	ao_table_shrink(l->ao, wanted, n, &ao_ops, r);
	admission_update_keys(
	    l->owner->admission, &l->at, l->keys, &keys_ops, r);
	ao_table_update(l->ao, wanted, n, &ao_ops, r);
	free(wanted);
}

static bool
has_changed(const struct rekeying *r, const struct addr *addr)
{
	for (size_t i = 0; i < r->n; i++)
		if (prefix_contains(&r->changed[i], addr))
			return true;
	return false;
}

/*
 * Those who wait to be accepted were let in by the keys of before; where these are
 * others now, that says nothing. False: some may still wait.
 */
static bool
listener_drain(struct listener *l, const struct rekeying *r)
{
	struct listeners *ls = l->owner;
	struct tcp_socket *socket;
	struct caller caller;
	struct err err;

	for (unsigned i = 0; i < DRAIN_MOST; i++) {
		enum tcp_accepted got = ls->tcp->listener_accept(
		    ls->tcp->arg, l->tcp, &socket, &caller, &err);

		if (got != TCP_ACCEPTED)
			return got == TCP_NOBODY;
		if (has_changed(r, &caller.remote.addr)) {
			ls->ops->outdated(ls->arg);
			ls->tcp->socket_refuse(socket);
		} else {
			listener_take(l, socket, &caller, r->now);
		}
	}
	return false;
}

static bool
rule_eq(const struct ttl_rule *a, const struct ttl_rule *b)
{
	return prefix_eq(&a->from, &b->from) && a->least == b->least;
}

static bool
has_rule(const struct listener *l, const struct ttl_rule *rule)
{
	for (size_t i = 0; i < l->n_rules; i++)
		if (rule_eq(&l->rules[i], rule))
			return true;
	return false;
}

/* In their order: of several for one address the filter goes by the first. */
static bool
has_rules(const struct listener *l, const struct ttl_rule *rules, size_t n)
{
	for (size_t i = 0; i < n && i < l->n_rules; i++)
		if (!rule_eq(&l->rules[i], &rules[i]))
			return false;
	return n == l->n_rules;
}

static void
listener_refilter(struct listener *l, struct rekeying *r)
{
	size_t n;
	struct ttl_rule *rules =
	    admission_ttl_rules(l->owner->admission, &l->at, &n);
	bool was_unfiltered = l->unfiltered;
	struct err err;

	for (size_t i = 0; i < n; i++)
		if (was_unfiltered || !has_rule(l, &rules[i]))
			changed_add(r, &rules[i].from);
	if (was_unfiltered || !has_rules(l, rules, n)) {
		l->unfiltered =
		    !l->owner->tcp->listener_set_filter(l->tcp, rules, n, &err);
		if (l->unfiltered && !was_unfiltered)
			log_error("bgp: %s; peers with ttlSecurity are "
				  "dialed, but cannot dial us",
			    err.text);
	}
	if (l->unfiltered) {
		l->owner->refused = true;
		try_again(l->owner, r->now);
	}
	free(l->rules);
	l->rules = rules;
	l->n_rules = n;
}

static void
listener_rekey(struct listener *l, uint64_t now)
{
	struct rekeying r = { .listener = l, .now = now };

	listener_refilter(l, &r);
	listener_set_keys(l, &r);
	/* Without a descriptor to accept them with, they go with the socket. */
	if (l->done && r.n > 0 && !listener_drain(l, &r)) {
		listener_close(l);
		l->done = false;
		listener_try(l, now);
	}
	free(r.changed);
}

static void
rekey(struct listeners *ls, uint64_t now)
{
	struct listener *l;

	if (!ls->rekey_due)
		return;
	ls->rekey_due = false;
	DL_FOREACH (ls->all, l)
		if (l->tcp != NULL)
			listener_rekey(l, now);
}

/* --- Where it listens. --- */

/*
 * A source address may be the same as the node's own on the link: two sockets can't
 * listen there, and one does for both, for it has the keys of all peers on the link.
 */
static bool
is_listened_at(const struct listener *l)
{
	struct listeners *ls = l->owner;
	struct listener *other;

	DL_FOREACH (ls->all, other)
		if (other != l && other->tcp != NULL && other->done &&
		    other->port == l->port && are_on_one_link(other, l) &&
		    ls->tcp->listener_is_at(other->tcp, &l->at))
			return true;
	return false;
}

static enum tcp_answer
listener_open(struct listener *l, struct err *err, uint64_t now)
{
	const struct tcp_port *tcp = l->owner->tcp;
	enum tcp_answer answer;

	if (l->looks_only)
		return tcp->is_here(tcp->arg, &l->at, err);
	l->shares = is_listened_at(l);
	if (l->shares)
		return TCP_DONE;
	answer =
	    tcp->listener_open(tcp->arg, l, l->at.addr.family, &l->tcp, err);
	if (answer != TCP_DONE)
		return answer;
	l->keys = keys_new();
	l->ao = ao_table_new();
	/* Before it listens: not one SYN may slip through without its key. */
	listener_rekey(l, now);
	if (tcp->listener_listen(l->tcp, &l->at, l->port, err))
		return TCP_DONE;
	listener_close(l);
	return TCP_FAILED;
}

static bool
is_on_link(const struct listener *l)
{
	return l->tcp != NULL && l->at.zone[0] != '\0';
}

static void
listener_try(struct listener *l, uint64_t now)
{
	struct err err = { "" };
	enum tcp_answer answer;

	if (l->done || l->hopeless)
		return;
	answer = listener_open(l, &err, now);
	l->done = answer == TCP_DONE;
	l->hopeless = answer == TCP_NEVER;
	if (answer == TCP_FAILED || (l->done && is_on_link(l)))
		try_again(l->owner, now);
	if (l->hopeless || strcmp(err.text, l->why.text) == 0)
		return;
	l->why = err;
	l->owner->ops->listening(
	    l->owner->arg, &l->at, l->done ? NULL : l->why.text);
}

static void
listener_resume(struct listener *l)
{
	if (l->paused)
		l->owner->tcp->listener_pause(l->tcp, false);
	l->paused = false;
}

/* Nobody comes any more when the interface has gone, or has another address. */
static void
listener_look(struct listener *l, uint64_t now)
{
	if (!is_on_link(l))
		return;
	if (l->owner->tcp->listener_is_there(l->tcp)) {
		try_again(l->owner, now);
		return;
	}
	listener_close(l);
	l->done = false;
}

/*
 * Who is woken while they are looked at has his turn in the same round. What fails,
 * for whatever reason, has it in the next one: a time that is not to come would be for
 * ever.
 */
static void
again(struct listeners *ls, uint64_t now)
{
	struct listener *l;

	ls->again_at = NEVER;
	ls->rekey_due |= ls->refused;
	ls->refused = false;
	rekey(ls, now);
	DL_FOREACH (ls->all, l) {
		listener_resume(l);
		listener_look(l, now);
	}
	DL_FOREACH (ls->all, l)
		listener_try(l, now);
	if (ls->again_at <= now)
		ls->again_at = now + LISTEN_AGAIN;
}

void
listeners_tick(struct listeners *ls, uint64_t now)
{
	rekey(ls, now);
	if (now >= ls->again_at)
		again(ls, now);
}

uint64_t
listeners_due(const struct listeners *ls)
{
	return ls->rekey_due ? 0 : ls->again_at;
}

static bool
is_same(const struct listener *a, const struct listener *b)
{
	return scoped_addr_cmp(&a->at, &b->at) == 0 && a->port == b->port &&
	    a->looks_only == b->looks_only;
}

static bool
is_any(const struct scoped_addr *at)
{
	return addr_is_zero(&at->addr) && at->zone[0] == '\0';
}

/* What listeners would be for these rows; without sockets. Owned by the caller. */
static struct listener *
rows_of(struct listeners *ls, const struct peer_listen *wanted)
{
	struct listener *rows = xcalloc(wanted->n, sizeof(rows[0]));
	bool any[FAMILIES] = { false };

	for (size_t i = 0; i < wanted->n; i++)
		any[wanted->at[i].addr.family] |= is_any(&wanted->at[i]);
	for (size_t i = 0; i < wanted->n; i++)
		rows[i] = (struct listener){
			.owner = ls,
			.at = wanted->at[i],
			.port = wanted->port,
			.looks_only = any[wanted->at[i].addr.family] &&
			    !is_any(&wanted->at[i]),
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
listener_want(struct listeners *ls, const struct listener *row, uint64_t now)
{
	struct listener *l;

	DL_FOREACH (ls->all, l)
		if (is_same(l, row))
			return;
	l = xcalloc(1, sizeof(*l));
	*l = *row;
	DL_APPEND(ls->all, l);
	listener_try(l, now);
}

/* Those that are not wanted go first: one of them may be in another's way. */
void
listeners_set(
    struct listeners *ls, const struct peer_listen *wanted, uint64_t now)
{
	struct listener *rows = rows_of(ls, wanted), *l, *next;
	size_t n = wanted->port != 0 ? wanted->n : 0;

	DL_FOREACH_SAFE (ls->all, l, next) {
		if (is_wanted(l, rows, n))
			continue;
		if (l->why.text[0] != '\0')
			ls->ops->listening(ls->arg, &l->at, NULL);
		listener_free(l);
	}
	for (size_t i = 0; i < n; i++)
		listener_want(ls, &rows[i], now);
	free(rows);
}

/* Without descriptors or memory the listener would be readable without end. */
static void
accept_failed(struct listener *l, const struct err *err, uint64_t now)
{
	log_warn("bgp: accept: %s", err->text);
	l->paused = true;
	l->owner->tcp->listener_pause(l->tcp, true);
	try_again(l->owner, now);
}

void
listeners_incoming(struct listeners *ls, struct listener *l, uint64_t now)
{
	struct tcp_socket *socket;
	struct caller caller;
	struct err err;

	rekey(ls, now);
	for (unsigned i = 0; i < ACCEPT_ROUND && l->tcp != NULL; i++) {
		enum tcp_accepted got = ls->tcp->listener_accept(
		    ls->tcp->arg, l->tcp, &socket, &caller, &err);

		if (got == TCP_NO_ROOM)
			accept_failed(l, &err, now);
		if (got != TCP_ACCEPTED)
			return;
		listener_take(l, socket, &caller, now);
	}
}

/* --- Birth and death. --- */

struct listeners *
listeners_new(const struct tcp_port *tcp, struct admission *admission,
    const struct listeners_ops *ops, void *arg)
{
	struct listeners *ls = xcalloc(1, sizeof(*ls));

	ls->tcp = tcp;
	ls->admission = admission;
	ls->ops = ops;
	ls->arg = arg;
	ls->again_at = NEVER;
	return ls;
}

void
listeners_free(struct listeners *ls)
{
	if (ls == NULL)
		return;
	while (ls->all != NULL)
		listener_free(ls->all);
	free(ls);
}

void
listeners_rekey(struct listeners *ls)
{
	ls->rekey_due = true;
}
