/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners and sockets are rows of two tables, which are never used again, so that a
 * test can look at what has become of one. A SYN is judged at once, by the listener's
 * filter and keys of that moment; who passed waits in his row until links.c accepts
 * him, when time goes on in fake_port_run(). Nothing happens by itself: what the kernel
 * would refuse, and whom, the test says in the rows.
 */
#include "tests/fake/fake_port.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/session/conn.h"
#include "common/err.h"
#include "tests/test.h"

/* --- Listeners. --- */

static void
on_arm(void *arg, uint64_t at)
{
	struct fake_port *p = arg;

	p->tick_at = at;
}

static enum tcp_answer
on_is_here(void *arg, const struct scoped_addr *at, struct err *err)
{
	(void)arg;
	(void)at;
	(void)err;
	return TCP_DONE;
}

static enum tcp_answer
on_open(void *arg, struct listener *of, enum family family,
    struct tcp_listener **l, struct err *err)
{
	struct fake_port *p = arg;

	if (family == FAMILY_V6 && p->no_v6) {
		err_set(err, "no IPv6");
		return TCP_NEVER;
	}
	assert_true(p->n_listeners < FAKE_LISTENERS);
	*l = &p->listeners[p->n_listeners++];
	**l = (struct tcp_listener){
		.owner = p, .of = of, .family = family, .open = true
	};
	return TCP_DONE;
}

/* The node's own address on any link is zero here. */
static bool
on_is_at(struct tcp_listener *l, const struct scoped_addr *at)
{
	assert_true(l->listens);
	if (addr_eq(&at->addr, &l->owner->lacking))
		return false;
	return scoped_addr_cmp(&l->at, at) == 0 ||
	    (strcmp(l->at.zone, at->zone) == 0 && l->owner->own_is_source);
}

static bool
on_listen(struct tcp_listener *l, const struct scoped_addr *at, uint16_t port,
    struct err *err)
{
	(void)port;
	l->owner->listens_tried++;
	if (l->owner->is_taken)
		return err_set(err, "taken");
	if (at->zone[0] != '\0' && addr_eq(&at->addr, &l->owner->lacking))
		return err_set(err, "not here");
	l->at = *at;
	l->listens = true;
	return true;
}

static bool
on_is_there(struct tcp_listener *l)
{
	assert_true(l->listens && l->at.zone[0] != '\0');
	return !l->astray;
}

static char *
key_place(struct tcp_listener *l, const struct prefix *from)
{
	size_t free = FAKE_KEYS;

	for (size_t i = 0; i < FAKE_KEYS; i++) {
		if (l->keys[i].key[0] == '\0')
			free = i;
		else if (prefix_eq(&l->keys[i].from, from))
			return l->keys[i].key;
	}
	assert_true(free < FAKE_KEYS);
	l->keys[free].from = *from;
	return l->keys[free].key;
}

/* That of the longest prefix, or "". */
static const char *
key_of(const struct tcp_listener *l, const struct addr *addr)
{
	const char *key = "";
	unsigned len = 0;

	for (size_t i = 0; i < FAKE_KEYS; i++)
		if (l->keys[i].key[0] != '\0' && l->keys[i].from.len >= len &&
		    prefix_contains(&l->keys[i].from, addr)) {
			key = l->keys[i].key;
			len = l->keys[i].from.len;
		}
	return key;
}

static bool
on_set_key(struct tcp_listener *l, const struct prefix *from, const char *key,
    struct err *err)
{
	l->owner->keys_tried++;
	if (l->owner->no_keys || (l->one_kind && key != NULL && l->ao_keys > 0))
		return err_set(err, "no room for keys");
	snprintf(key_place(l, from), sizeof(l->keys[0].key), "%s",
	    key != NULL ? key : "");
	return true;
}

static void
steps_add(char *steps, size_t room, enum ao_step step, const struct ao_key *key)
{
	static const char signs[] = { '+', '!', '-' };
	size_t used = strlen(steps);

	snprintf(steps + used, room - used, "%s%c%u", used > 0 ? " " : "",
	    signs[step], key->send_id);
}

static bool
on_listener_set_ao(struct tcp_listener *l, const struct prefix *from,
    enum ao_step step, const struct ao_key *key, const struct ao_key *next,
    struct err *err)
{
	(void)next;
	assert_int_not_equal(step, AO_PREFER);
	if (l->owner->no_ao)
		return err_set(err, "no TCP-AO");
	if (l->one_kind && step == AO_ADD && key_of(l, &from->addr)[0] != '\0')
		return err_set(err, "there is a password");
	l->ao_keys += step == AO_ADD ? 1 : -1;
	steps_add(l->steps, sizeof(l->steps), step, key);
	return true;
}

static bool
on_set_filter(struct tcp_listener *l, const struct ttl_rule *rules, size_t n,
    struct err *err)
{
	if (l->owner->no_filter)
		return err_set(err, "no room for a filter");
	assert_true(n <= FAKE_KEYS);
	if (n > 0)
		memcpy(l->rules, rules, n * sizeof(rules[0]));
	l->n_rules = n;
	return true;
}

static struct tcp_socket *
waits_at(struct fake_port *p, const struct tcp_listener *l)
{
	for (size_t i = 0; i < p->n_sockets; i++)
		if (p->sockets[i].at == l && p->sockets[i].stage == FAKE_WAITS)
			return &p->sockets[i];
	return NULL;
}

static enum tcp_accepted
on_accept(void *arg, struct tcp_listener *l, struct tcp_socket **s,
    struct caller *caller, struct err *err)
{
	struct fake_port *p = arg;

	*s = waits_at(p, l);
	if (*s == NULL)
		return TCP_NOBODY;
	if (p->no_room) {
		err_set(err, "no room");
		return TCP_NO_ROOM;
	}
	(*s)->stage = FAKE_ACCEPTED;
	*caller = (*s)->caller;
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
	struct tcp_socket *s;

	assert_true(l->open);
	while ((s = waits_at(l->owner, l)) != NULL)
		s->stage = FAKE_REFUSED;
	l->open = l->listens = false;
}

/* --- Sockets. --- */

static bool
on_prove(struct tcp_socket *s, const struct addr *peer, const char *key,
    struct err *err)
{
	(void)peer;
	(void)key;
	assert_int_equal(s->stage, FAKE_ACCEPTED);
	return s->keyed || err_set(err, "made without the password");
}

static bool
on_prove_ao(struct tcp_socket *s, const struct ao_keys *keys, struct err *err)
{
	const struct ao_state state = { .rnext_id = s->ao_id };

	assert_int_equal(s->stage, FAKE_ACCEPTED);
	return (s->keyed && ao_keys_made(keys, &state)) ||
	    err_set(err, "made without TCP-AO, or under a key of others");
}

static bool
on_set_ao(struct tcp_socket *s, const struct prefix *peer, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next, struct err *err)
{
	(void)peer;
	(void)next;
	assert_non_null(s->conn);
	s->steps_tried++;
	if (s->refuses_ao)
		return err_set(err, "no room for keys");
	steps_add(s->steps, sizeof(s->steps), step, key);
	return true;
}

static bool
on_ao(struct tcp_socket *s, struct ao_state *state)
{
	(void)s;
	(void)state;
	return false;
}

static bool
on_prepare(
    struct tcp_socket *s, const struct session_config *config, struct err *err)
{
	(void)config;
	(void)err;
	assert_int_equal(s->stage, FAKE_ACCEPTED);
	return true;
}

static void
on_take(
    struct tcp_socket *s, struct conn *c, const struct session_config *config)
{
	(void)config;
	assert_int_equal(s->stage, FAKE_ACCEPTED);
	s->stage = FAKE_TAKEN;
	s->conn = c;
}

static void
on_refuse(struct tcp_socket *s)
{
	assert_int_equal(s->stage, FAKE_ACCEPTED);
	s->stage = FAKE_REFUSED;
}

static struct tcp_socket *
socket_new(struct fake_port *p, enum fake_stage stage)
{
	struct tcp_socket *s = &p->sockets[p->n_sockets++];

	assert_true(p->n_sockets < FAKE_SOCKETS);
	*s = (struct tcp_socket){ .stage = stage };
	return s;
}

static struct tcp_socket *
on_dial(void *arg, struct conn *c, const struct session_config *config)
{
	struct tcp_socket *s = socket_new(arg, FAKE_DIALED);

	(void)config;
	s->conn = c;
	return s;
}

static void
on_read(struct tcp_socket *s)
{
	size_t n = s->n_unread;

	assert_non_null(s->conn);
	s->n_unread = 0;
	if (n > 0)
		conn_input(s->conn, s->unread, n, s->at->owner->now);
}

static void
on_want_write(struct tcp_socket *s)
{
	assert_non_null(s->conn);
}

static void
on_watch(struct tcp_socket *s, uint16_t seconds)
{
	(void)seconds;
	assert_non_null(s->conn);
}

static void
on_close(struct tcp_socket *s)
{
	assert_non_null(s->conn);
	s->conn = NULL;
	s->stage = FAKE_CLOSED;
}

static const struct tcp_port port = {
	.arm = on_arm,
	.is_here = on_is_here,
	.listener_open = on_open,
	.listener_listen = on_listen,
	.listener_is_at = on_is_at,
	.listener_is_there = on_is_there,
	.listener_set_key = on_set_key,
	.listener_set_ao = on_listener_set_ao,
	.listener_set_filter = on_set_filter,
	.listener_accept = on_accept,
	.listener_pause = on_pause,
	.listener_close = on_listener_close,
	.socket_prove = on_prove,
	.socket_prove_ao = on_prove_ao,
	.socket_set_ao = on_set_ao,
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

/* --- For tests. --- */

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct fake_port *p = arg;

	(void)at;
	snprintf(p->listening, sizeof(p->listening), "%s", why ? why : "");
}

void
fake_port_init(struct fake_port *p)
{
	static const struct links_ops ops = { on_listening };

	*p = (struct fake_port){ .port = port, .now = 1000, .tick_at = NEVER };
	p->port.arg = p;
	p->links = links_new(&p->port, &ops, p);
}

void
fake_port_fini(struct fake_port *p)
{
	links_free(p->links);
	for (size_t i = 0; i < p->n_listeners; i++)
		assert_false(p->listeners[i].open);
	for (size_t i = 0; i < p->n_sockets; i++)
		assert_null(p->sockets[i].conn);
}

static void
tell_incoming(struct fake_port *p)
{
	for (size_t i = 0; i < p->n_listeners; i++) {
		struct tcp_listener *l = &p->listeners[i];

		if (l->listens && !l->paused && waits_at(p, l) != NULL)
			links_incoming(p->links, l->of, p->now);
	}
}

void
fake_port_run(struct fake_port *p, unsigned ms)
{
	uint64_t until = p->now + ms;
	unsigned ticks = 0; /* at that time */

	tell_incoming(p);
	while (p->tick_at <= until) {
		if (p->tick_at > p->now) {
			p->now = p->tick_at;
			ticks = 0;
		}
		assert_true(++ticks < FAKE_TICKS); /* or it is for ever */
		p->tick_at = NEVER;
		links_tick(p->links, p->now);
		tell_incoming(p);
	}
	p->now = until;
}

/* An address of a listener on a link is the link-local one there. */
static bool
is_reached(const struct tcp_listener *l, const struct caller *caller)
{
	if (!l->listens || l->family != caller->local.family)
		return false;
	if (l->at.zone[0] != '\0')
		return strcmp(l->at.zone, caller->remote.zone) == 0 &&
		    addr_is_link_local(&caller->local);
	return addr_is_zero(&l->at.addr) ||
	    addr_eq(&l->at.addr, &caller->local);
}

static struct tcp_listener *
listener_for(struct fake_port *p, const struct caller *caller)
{
	for (size_t i = 0; i < p->n_listeners; i++)
		if (is_reached(&p->listeners[i], caller))
			return &p->listeners[i];
	return NULL;
}

static bool
is_filtered(const struct tcp_listener *l, const struct addr *from, uint8_t ttl)
{
	for (size_t i = 0; i < l->n_rules; i++)
		if (prefix_contains(&l->rules[i].from, from))
			return ttl < l->rules[i].least;
	return false;
}

struct tcp_socket *
fake_port_connect(struct fake_port *p, const struct caller *caller,
    const char *key, uint8_t ttl)
{
	struct tcp_socket *s = socket_new(p, FAKE_DROPPED);
	struct tcp_listener *l = listener_for(p, caller);

	if (l == NULL || is_filtered(l, &caller->remote.addr, ttl) ||
	    strcmp(key_of(l, &caller->remote.addr), key != NULL ? key : "") !=
		0)
		return s;
	s->at = l;
	s->caller = *caller;
	s->keyed = key != NULL;
	s->stage = FAKE_WAITS;
	return s;
}
