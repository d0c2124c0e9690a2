/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/peer_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "bgpd/session/listener_io.h"
#include "bgpd/session/peer_socket_io.h"
#include "bgpd/session/session_port.h"
#include "bgpd/session/tcp_ao_io.h"
#include "bgpd/session/tcp_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/loop_io.h"

struct peer_io {
	struct tcp_port port;
	struct session_port sessions;
	struct links *links; /* owned */
	struct event *timer; /* owned; of links_tick() */
	struct peer_sockets sockets;
	struct err no_ao; /* "": the kernel has it */
};

static void
on_arm(void *arg, uint64_t at)
{
	struct peer_io *io = arg;

	loop_arm(io->timer, at);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct peer_io *io = arg;

	(void)fd;
	(void)what;
	peer_sockets_cork(&io->sockets);
	links_tick(io->links, loop_now());
	peer_sockets_uncork(&io->sockets);
}

static enum tcp_answer
failed(void)
{
	return errno == EAFNOSUPPORT ? TCP_NEVER : TCP_FAILED;
}

static enum tcp_answer
on_is_here(void *arg, const struct scoped_addr *at, struct err *err)
{
	(void)arg;
	return tcp_is_here(at, err) ? TCP_DONE : failed();
}

static void
on_incoming(void *arg, struct listener *of)
{
	struct peer_io *io = arg;

	links_incoming(io->links, of, loop_now());
}

static const struct listener_io_ops listener_io_ops = { on_incoming };

static enum tcp_answer
on_open(void *arg, struct listener *of, enum family family,
    struct tcp_listener **listener, struct err *err)
{
	struct peer_io *io = arg;
	int fd = tcp_listener(family, err);

	if (fd < 0)
		return failed();
	*listener =
	    listener_io_new(io->sockets.base, of, fd, &listener_io_ops, io);
	return TCP_DONE;
}

static enum tcp_accepted
on_accept(void *arg, struct tcp_listener *listener, struct tcp_socket **socket,
    struct caller *caller, struct err *err)
{
	struct peer_io *io = arg;
	int fd;
	enum tcp_accepted got = listener_io_accept(listener, &fd, caller, err);

	if (got == TCP_ACCEPTED)
		*socket = peer_socket_accepted(&io->sockets, fd);
	return got;
}

static struct tcp_socket *
on_dial(void *arg, struct conn *c, const struct session_config *config)
{
	struct peer_io *io = arg;

	return peer_socket_dial(&io->sockets, c, config);
}

static const struct tcp_port port = {
	.arm = on_arm,
	.is_here = on_is_here,
	.listener_open = on_open,
	.listener_listen = listener_io_listen,
	.listener_is_at = listener_io_is_at,
	.listener_is_there = listener_io_is_there,
	.listener_set_key = listener_io_set_key,
	.listener_set_ao = listener_io_set_ao,
	.listener_set_filter = listener_io_set_filter,
	.listener_accept = on_accept,
	.listener_pause = listener_io_pause,
	.listener_close = listener_io_free,
	.socket_prove = peer_socket_prove,
	.socket_prove_ao = peer_socket_prove_ao,
	.socket_set_ao = peer_socket_set_ao,
	.socket_ao = peer_socket_ao,
	.socket_prepare = peer_socket_prepare,
	.socket_take = peer_socket_take,
	.socket_refuse = peer_socket_refuse,
	.socket_dial = on_dial,
	.socket_read = peer_socket_read,
	.socket_want_write = peer_socket_want_write,
	.socket_watch = peer_socket_watch,
	.socket_close = peer_socket_close,
};

static void *
on_attach(void *arg, struct session *session)
{
	struct peer_io *io = arg;

	return links_attach(io->links, session, loop_now());
}

static void
on_detach(void *arg, void *link)
{
	(void)arg;
	links_detach(link);
}

static void
on_listen(void *arg, const struct peer_listen *listen)
{
	struct peer_io *io = arg;

	links_listen(io->links, listen, loop_now());
}

static bool
on_is_flushed(void *arg)
{
	return peer_io_flushed(arg);
}

static bool
on_interface_of(void *arg, const struct addr *addr, char name[ZONE_TEXT])
{
	(void)arg;
	return tcp_interface_of(addr, name);
}

static const char *
on_lacks_ao(void *arg)
{
	struct peer_io *io = arg;

	return io->no_ao.text[0] != '\0' ? io->no_ao.text : NULL;
}

static void *
on_invite(void *arg, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *of)
{
	struct peer_io *io = arg;

	return links_invite(
	    io->links, from, config, burst, ops, of, loop_now());
}

static void
on_invitation_set(void *arg, void *invitation,
    const struct session_config *config, unsigned burst)
{
	(void)arg;
	invitation_set(invitation, config, burst);
}

static void
on_invitation_end(void *arg, void *invitation)
{
	(void)arg;
	invitation_end(invitation);
}

static const struct session_port sessions = {
	.attach = on_attach,
	.detach = on_detach,
	.listen = on_listen,
	.is_flushed = on_is_flushed,
	.interface_of = on_interface_of,
	.lacks_ao = on_lacks_ao,
	.invite = on_invite,
	.invitation_set = on_invitation_set,
	.invitation_end = on_invitation_end,
};

struct peer_io *
peer_io_new(struct event_base *base, const struct links_ops *ops, void *arg)
{
	struct peer_io *io = xcalloc(1, sizeof(*io));

	io->port = port;
	io->port.arg = io;
	io->sessions = sessions;
	io->sessions.arg = io;
	peer_sockets_init(&io->sockets, base);
	tcp_ao_is_there(&io->no_ao);
	io->timer = evtimer_new(base, on_timer, io);
	loop_ahead(io->timer);
	io->links = links_new(&io->port, ops, arg);
	return io;
}

void
peer_io_free(struct peer_io *io)
{
	if (io == NULL)
		return;
	links_free(io->links);
	peer_sockets_fini(&io->sockets);
	event_free(io->timer);
	free(io);
}

struct links *
peer_io_links(struct peer_io *io)
{
	return io->links;
}

const struct session_port *
peer_io_sessions(const struct peer_io *io)
{
	return &io->sessions;
}

bool
peer_io_flushed(const struct peer_io *io)
{
	return io->sockets.all == NULL;
}
