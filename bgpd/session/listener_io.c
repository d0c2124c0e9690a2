/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/listener_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/session/port_holder_io.h"
#include "bgpd/session/tcp_ao_io.h"
#include "bgpd/session/tcp_io.h"
#include "bgpd/session/ttl_filter_io.h"
#include "common/alloc.h"
#include "common/err.h"

struct tcp_listener {
	const struct listener_io_ops *ops;
	void *arg;
	struct listener *of;
	int fd;
	struct scoped_addr at; /* where it listens */
	struct event *event;   /* owned; pending once it listens */
};

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tcp_listener *l = arg;

	(void)fd;
	(void)what;
	l->ops->incoming(l->arg, l->of);
}

struct tcp_listener *
listener_io_new(struct event_base *base, struct listener *of, int fd,
    const struct listener_io_ops *ops, void *arg)
{
	struct tcp_listener *l = xcalloc(1, sizeof(*l));

	l->ops = ops;
	l->arg = arg;
	l->of = of;
	l->fd = fd;
	l->event = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, l);
	return l;
}

void
listener_io_free(struct tcp_listener *l)
{
	event_free(l->event);
	close(l->fd);
	free(l);
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

bool
listener_io_listen(struct tcp_listener *l, const struct scoped_addr *at,
    uint16_t port, struct err *err)
{
	if (!tcp_listen(l->fd, at, port, err)) {
		if (errno == EADDRINUSE)
			tell_holder(port, err);
		return false;
	}
	l->at = *at;
	event_add(l->event, NULL);
	return true;
}

bool
listener_io_is_at(struct tcp_listener *l, const struct scoped_addr *at)
{
	return tcp_is_at(l->fd, at);
}

bool
listener_io_is_there(struct tcp_listener *l)
{
	return tcp_is_on_link(l->fd, l->at.zone);
}

bool
listener_io_set_key(struct tcp_listener *l, const struct prefix *peers,
    const char *key, struct err *err)
{
	return tcp_set_key(l->fd, peers, key, err);
}

bool
listener_io_set_ao(struct tcp_listener *l, const struct prefix *peers,
    enum ao_step step, const struct ao_key *key, const struct ao_key *next,
    struct err *err)
{
	return tcp_ao_step(l->fd, peers, step, key, next, err);
}

bool
listener_io_set_filter(struct tcp_listener *l, const struct ttl_rule *rules,
    size_t n, struct err *err)
{
	return ttl_filter_set(l->fd, rules, n, err);
}

static enum tcp_accepted
accept_failed(int error, struct err *err)
{
	err_set(err, "%s", strerror(error));
	switch (error) {
	case EAGAIN:
		return TCP_NOBODY;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return TCP_NO_ROOM;
	default:
		return TCP_LOST;
	}
}

enum tcp_accepted
listener_io_accept(
    struct tcp_listener *l, int *fd, struct caller *caller, struct err *err)
{
	*fd = tcp_accept(l->fd, &caller->remote);
	if (*fd < 0)
		return accept_failed(errno, err);
	if (tcp_local(*fd, &caller->local))
		return TCP_ACCEPTED;
	tcp_abort(*fd);
	return TCP_LOST;
}

void
listener_io_pause(struct tcp_listener *l, bool pause)
{
	if (pause)
		event_del(l->event);
	else
		event_add(l->event, NULL);
}
