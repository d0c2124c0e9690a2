/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords (RFC 2385). A listener has the keys of all peers of its family, and the
 * kernel drops what is not signed with them. Whenever a configuration changes they are
 * compared anew, once all have changed (rekey()). Three things keep a connection that
 * was made without the right key from ever seeing our OPEN: its peer is taken only while
 * the listener has its key (admission_judge()); whoever waited to be accepted when keys
 * changed is sent away (listener_drain()); and the kernel is asked of each accepted
 * socket whether it was made under a key (tcp_prove_key(), by peer_io.c).
 *
 * GTSM (RFC 5082) is looked after in the same way: a filter of the listener drops what
 * has come too far, from the SYN on, and changes with the keys.
 */
#include "bgpd/session/listener_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "bgpd/session/keys.h"
#include "bgpd/session/admission.h"
#include "bgpd/session/peer_io.h"
#include "bgpd/session/port_holder_io.h"
#include "bgpd/session/session_config.h"
#include "bgpd/session/tcp_io.h"
#include "bgpd/session/ttl_filter_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

enum {
	ACCEPT_ROUND = 16, /* connections taken in a row */
	DRAIN_MOST = 1024, /* more than wait to be taken */
	LISTEN_AGAIN = 10, /* s */
};

struct listener {
	struct listeners *owner;
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

struct listeners {
	struct event_base *base;
	struct admission *admission; /* borrowed */
	const struct listeners_ops *ops;
	void *arg;
	struct listener *all; /* owned */
	struct event *again;  /* owned; for what could not be bound or set */
	struct event *rekey;  /* owned; when keys may be others */
	bool rekey_due;
	bool refused; /* by the kernel: something of the last rekey */
};

static void on_incoming(evutil_socket_t, short, void *);
static void listener_try(struct listener *);

/* Not later than it was to be, however often it fails. */
static void
try_again(struct listeners *ls)
{
	struct timeval again = { .tv_sec = LISTEN_AGAIN };

	if (!event_pending(ls->again, EV_TIMEOUT, NULL))
		event_add(ls->again, &again);
}

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

static bool
listener_take(struct listener *l, int fd, const struct addr *remote)
{
	struct listeners *ls = l->owner;
	struct caller caller = { .remote = *remote };
	struct gate gate = { l->keys, !l->unfiltered };

	return tcp_local(fd, &caller.local) &&
	    ls->ops->came(ls->arg, fd, &caller, &gate);
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
	struct addr *changed; /* owned */
	size_t n;
};

/* Told once, and tried again. */
static void
key_refused(
    struct listeners *ls, const struct addr *addr, const struct err *why)
{
	struct admission_peer *link = admission_find(ls->admission, addr);

	ls->refused = true;
	try_again(ls);
	if (link == NULL || link->key_refused)
		return;
	link->key_refused = true;
	log_error("peer %s: %s; it is dialed, but cannot dial us",
	    link->config->name, why->text);
}

static void
key_taken(struct listeners *ls, const struct addr *addr)
{
	struct admission_peer *link = admission_find(ls->admission, addr);

	if (link != NULL)
		link->key_refused = false;
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
 * others now, that says nothing. False: some may still wait.
 */
static bool
listener_drain(struct listener *l, const struct rekeying *r)
{
	struct addr remote;
	int fd;

	for (unsigned i = 0; i < DRAIN_MOST; i++) {
		fd = tcp_accept(l->fd, &remote);
		if (fd < 0)
			return errno == EAGAIN;
		if (has_changed(r, &remote))
			l->owner->ops->outdated(l->owner->arg);
		else if (listener_take(l, fd, &remote))
			continue;
		tcp_abort(fd);
	}
	return false;
}

static int
rule_cmp(const void *a, const void *b)
{
	const struct ttl_rule *x = a, *y = b;
	int order = addr_cmp(&x->addr, &y->addr);

	return order != 0 ? order : x->least - y->least;
}

/* Rules are in the order of their addresses. */
static bool
has_rule(const struct listener *l, const struct ttl_rule *rule)
{
	return l->n_rules > 0 &&
	    bsearch(rule, l->rules, l->n_rules, sizeof(*rule), rule_cmp) !=
	    NULL;
}

static void
listener_refilter(struct listener *l, struct rekeying *r)
{
	size_t n;
	struct ttl_rule *rules =
	    admission_ttl_rules(l->owner->admission, l->at.family, &n);
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
		l->owner->refused = true;
		try_again(l->owner);
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
	admission_update_keys(
	    l->owner->admission, l->at.family, l->keys, &keys_ops, &r);
	/* Without a file to accept them with, they go with the socket. */
	if (l->event != NULL && r.n > 0 && !listener_drain(l, &r)) {
		listener_close(l);
		l->done = false;
		listener_try(l);
	}
	free(r.changed);
}

static void
rekey(struct listeners *ls)
{
	struct listener *l;

	if (!ls->rekey_due)
		return;
	ls->rekey_due = false;
	DL_FOREACH (ls->all, l)
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
	struct err err = { "" };

	if (l->done || l->hopeless)
		return;
	l->done = listener_open(l, &err);
	if (!l->done && errno == EAFNOSUPPORT) {
		l->hopeless = true;
		return;
	}
	if (!l->done)
		try_again(l->owner);
	if (strcmp(err.text, l->why.text) == 0)
		return;
	l->why = err;
	l->owner->ops->listening(
	    l->owner->arg, &l->at, l->done ? NULL : l->why.text);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct listeners *ls = arg;
	struct listener *l;

	(void)fd;
	(void)what;
	ls->rekey_due |= ls->refused;
	ls->refused = false;
	rekey(ls);
	DL_FOREACH (ls->all, l) {
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
rows_of(struct listeners *ls, const struct peer_listen *wanted)
{
	struct listener *rows = xcalloc(wanted->n, sizeof(rows[0]));
	bool any[FAMILIES] = { false };

	for (size_t i = 0; i < wanted->n; i++)
		any[wanted->at[i].family] |= addr_is_zero(&wanted->at[i]);
	for (size_t i = 0; i < wanted->n; i++)
		rows[i] = (struct listener){
			.owner = ls,
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
listener_want(struct listeners *ls, const struct listener *row)
{
	struct listener *l;

	DL_FOREACH (ls->all, l)
		if (is_same(l, row))
			return;
	l = xcalloc(1, sizeof(*l));
	*l = *row;
	DL_APPEND(ls->all, l);
	listener_try(l);
}

/* Those that are not wanted go first: one of them may be in another's way. */
void
listeners_set(struct listeners *ls, const struct peer_listen *wanted)
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
		listener_want(ls, &rows[i]);
	free(rows);
}

/* Out of files or memory: the listener would be readable without end. */
static void
accept_failed(struct listener *l, int error)
{
	if (error != EMFILE && error != ENFILE && error != ENOBUFS &&
	    error != ENOMEM)
		return;
	log_warn("bgp: accept: %s", strerror(error));
	event_del(l->event);
	try_again(l->owner);
}

static void
on_incoming(evutil_socket_t fd_of_then, short what, void *arg)
{
	struct listener *l = arg;
	struct addr remote;

	(void)fd_of_then; /* rekey() may open another */
	(void)what;
	rekey(l->owner);
	for (unsigned i = 0; i < ACCEPT_ROUND; i++) {
		int fd = tcp_accept(l->fd, &remote);

		if (fd < 0) {
			accept_failed(l, errno);
			return;
		}
		if (!listener_take(l, fd, &remote))
			tcp_abort(fd);
	}
}

/* --- Birth and death. --- */

struct listeners *
listeners_new(struct event_base *base, struct admission *admission,
    const struct listeners_ops *ops, void *arg)
{
	struct listeners *ls = xcalloc(1, sizeof(*ls));

	ls->base = base;
	ls->admission = admission;
	ls->ops = ops;
	ls->arg = arg;
	ls->again = evtimer_new(base, on_again, ls);
	ls->rekey = evtimer_new(base, on_rekey, ls);
	return ls;
}

void
listeners_free(struct listeners *ls)
{
	if (ls == NULL)
		return;
	while (ls->all != NULL)
		listener_free(ls->all);
	event_free(ls->again);
	event_free(ls->rekey);
	free(ls);
}

void
listeners_rekey(struct listeners *ls)
{
	struct timeval at_once = { 0 };

	ls->rekey_due = true;
	event_add(ls->rekey, &at_once);
}
