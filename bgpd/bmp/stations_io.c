/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bmp/stations_io.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/bmp/stations.h"
#include "common/alloc.h"
#include "common/clock.h"

#define WAIT_S 30 /* to be connected, or for the station to take a byte */
#define FULL (256 << 10) /* bytes that may wait to be sent */
#define HALF (64 << 10)  /* … and when more are asked for */
#define TURNS 64         /* questions in one go */

struct bmp_conn {
	struct stations_io *io;
	uint32_t id;
	struct bufferevent *bev; /* owned, with its socket */
	struct event *woken;     /* owned */
	int failed;              /* errno of the dial; 0: it is under way */
	bool closing;            /* when all is out */
	struct bmp_conn *next, *prev;
};

struct stations_io {
	struct event_base *base;
	const struct clock *clock;
	struct stations *stations; /* borrowed */
	struct stations_port port;
	struct bmp_conn *conns; /* owned */
	uint8_t *room;          /* owned: for stations_next() */
};

static void
conn_free(struct bmp_conn *c)
{
	DL_DELETE(c->io->conns, c);
	bufferevent_free(c->bev);
	event_free(c->woken);
	free(c);
}

static uint64_t
now_of(const struct stations_io *io)
{
	return clock_now(io->clock);
}

static size_t
unsent(const struct bmp_conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

static void
conn_lose(struct bmp_conn *c, const char *why)
{
	struct stations_io *io = c->io;
	uint32_t id = c->id;
	bool told = c->closing || io->stations == NULL;

	conn_free(c);
	if (!told)
		stations_closed(io->stations, id, why, now_of(io));
}

/* As much as may wait; others have their turn in between. */
static void
conn_fill(struct bmp_conn *c)
{
	struct stations_io *io = c->io;
	unsigned turns = 0;

	while (!c->closing && unsent(c) < FULL && turns++ < TURNS &&
	    stations_wait(io->stations, c->id)) {
		struct wbuf w = wbuf_of(io->room, STATION_ROOM);

		stations_next(io->stations, c->id, &w, now_of(io));
		bufferevent_write(c->bev, w.p, w.len);
	}
	if (!c->closing && unsent(c) < FULL &&
	    stations_wait(io->stations, c->id))
		event_active(c->woken, EV_TIMEOUT, 1);
	if (c->closing) /* all of it has to be out */
		bufferevent_setwatermark(c->bev, EV_WRITE, 0, 0);
}

static void
on_woken(evutil_socket_t fd, short what, void *arg)
{
	struct bmp_conn *c = arg;

	(void)fd;
	(void)what;
	if (c->failed != 0)
		conn_lose(c, strerror(c->failed));
	else if (c->closing && unsent(c) == 0)
		conn_free(c);
	else if (c->io->stations != NULL)
		conn_fill(c);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	(void)bev;
	on_woken(-1, 0, arg);
}

/* A station says nothing (RFC 7854 3.2). */
static void
on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);

	(void)arg;
	evbuffer_drain(in, evbuffer_get_length(in));
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct bmp_conn *c = arg;
	int error = EVUTIL_SOCKET_ERROR();

	(void)bev;
	if ((what & BEV_EVENT_CONNECTED) != 0 && c->io->stations != NULL)
		stations_connected(c->io->stations, c->id, now_of(c->io));
	else if ((what & BEV_EVENT_TIMEOUT) != 0)
		conn_lose(c, "it takes nothing for 30 s");
	else if ((what & BEV_EVENT_EOF) != 0)
		conn_lose(c, "it closed the connection");
	else if ((what & BEV_EVENT_ERROR) != 0)
		conn_lose(c, strerror(error));
}

static void
set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* One whose host is gone says nothing of it, and a socket takes what is left to say. */
static void
watch(int fd)
{
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, WAIT_S / 2);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, WAIT_S / 6);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, WAIT_S * 1000);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

static socklen_t
address_fill(
    struct sockaddr_storage *to, const struct addr *addr, uint16_t port)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	if (addr->family == FAMILY_V6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, addr->bytes, 16);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	memcpy(&v4->sin_addr, addr->bytes, 4);
	return sizeof(*v4);
}

static void
on_dial(void *arg, uint32_t id, const struct addr *addr, uint16_t port)
{
	struct timeval wait = { WAIT_S, 0 };
	struct stations_io *io = arg;
	struct bmp_conn *c = xcalloc(1, sizeof(*c));
	struct sockaddr_storage to;
	socklen_t n = address_fill(&to, addr, port);

	c->io = io;
	c->id = id;
	c->bev = bufferevent_socket_new(io->base, -1, BEV_OPT_CLOSE_ON_FREE);
	c->woken = evtimer_new(io->base, on_woken, c);
	DL_APPEND(io->conns, c);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_set_timeouts(c->bev, NULL, &wait);
	bufferevent_setwatermark(c->bev, EV_WRITE, HALF, 0);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(
		c->bev, (struct sockaddr *)&to, (int)n) !=
	    0) { /* told later: who dials is in the midst of it */
		c->failed = errno != 0 ? errno : ENETUNREACH;
		bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
		event_active(c->woken, EV_TIMEOUT, 1);
		return;
	}
	watch(bufferevent_getfd(c->bev));
}

static struct bmp_conn *
conn_find(const struct stations_io *io, uint32_t id)
{
	struct bmp_conn *c;

	DL_FOREACH (io->conns, c)
		if (c->id == id)
			return c;
	return NULL;
}

static void
on_hang_up(void *arg, uint32_t id)
{
	struct bmp_conn *c = conn_find(arg, id);

	if (c == NULL)
		return;
	c->closing = true;
	event_active(c->woken, EV_TIMEOUT, 1);
}

static void
on_wake(void *arg, uint32_t id)
{
	struct bmp_conn *c = conn_find(arg, id);

	if (c != NULL)
		event_active(c->woken, EV_TIMEOUT, 1);
}

static bool
on_is_flushed(void *arg)
{
	const struct stations_io *io = arg;
	const struct bmp_conn *c;

	DL_FOREACH (io->conns, c)
		if (c->closing)
			return false;
	return true;
}

struct stations_io *
stations_io_new(struct event_base *base, const struct clock *clock)
{
	struct stations_io *io = xcalloc(1, sizeof(*io));

	io->base = base;
	io->clock = clock;
	io->room = xcalloc(STATION_ROOM, 1);
	io->port = (struct stations_port){ on_dial, on_hang_up, on_wake,
		on_is_flushed, io };
	return io;
}

void
stations_io_free(struct stations_io *io)
{
	if (io == NULL)
		return;
	while (io->conns != NULL)
		conn_free(io->conns);
	free(io->room);
	free(io);
}

void
stations_io_serve(struct stations_io *io, struct stations *stations)
{
	io->stations = stations;
}

const struct stations_port *
stations_io_port(const struct stations_io *io)
{
	return &io->port;
}
