/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tap is an interface that is listened to: a packet socket and the memberships of the
 * hellos' groups. It goes with its interface, as the monitor tells of it: one that is
 * down or renamed keeps its socket, one that was deleted loses it, and if it is back
 * when interfaces are told next, gets another one and its groups again.
 *
 * Where no socket is to be had, or one fails, this node hears nobody, and who decides
 * must not take it for alone there: the interface is told not to be up (unheard.c).
 * They listen to it no more then, so whether there is a socket again is tried here.
 *
 * The owner may listen to others while it is given a frame, so the tap that is being
 * read may go in the middle of it.
 */
#include "bgpd/link/link_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "bgpd/link/link_groups_io.h"
#include "bgpd/link/link_monitor_io.h"
#include "bgpd/link/link_port.h"
#include "bgpd/link/link_socket_io.h"
#include "bgpd/link/link_unicast_io.h"
#include "bgpd/link/unheard.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define BATCH 64  /* frames of an interface before others have their turn */
#define RETRY_S 1 /* until a socket is tried again */

struct tap {
	struct link_io *io;
	int index;
	int fd;                 /* owned; -1: it could not be opened yet */
	struct event *readable; /* owned */
	bool in_hellos;         /* the groups of these are joined */
	bool all_groups;        /* are let in, as one could not be joined */
};

struct link_io {
	struct event_base *base; /* borrowed */
	const struct link_io_ops *ops;
	void *arg;
	struct link_port port;
	struct link_monitor *monitor; /* owned */
	struct link_groups *groups;   /* owned */
	struct link_unicast *unicast; /* owned */
	struct tap **taps;            /* owned; by index */
	size_t n_taps;
	struct tap *reading; /* NULL: it is gone */
	struct unheard unheard;
	struct event *retry; /* owned */
	bool told;           /* the owner, of interfaces as they are */
	struct link_counters counters;
	uint8_t frame[FRAME_MAX];
};

static struct tap *
find(const struct link_io *io, int index)
{
	for (size_t i = 0; i < io->n_taps; i++)
		if (io->taps[i]->index == index)
			return io->taps[i];
	return NULL;
}

static const char *
name(const struct tap *t)
{
	return link_monitor_name(t->io->monitor, t->index);
}

/* Whether it can be listened to. */

static void
tell_again(struct link_io *io)
{
	io->told = false;
	link_monitor_tell(io->monitor);
}

static void
retry_later(struct link_io *io)
{
	static const struct timeval then = { .tv_sec = RETRY_S };

	if (io->unheard.n > 0)
		event_add(io->retry, &then);
}

static void
lost(struct link_io *io, int index, const struct err *why)
{
	if (!unheard_add(&io->unheard, index, why))
		return;
	log_warn(
	    "link %s: %s", link_monitor_name(io->monitor, index), why->text);
	tell_again(io);
	retry_later(io);
}

static void
found(struct link_io *io, int index)
{
	if (!unheard_remove(&io->unheard, index))
		return;
	log_info("link %s: it can be listened to again",
	    link_monitor_name(io->monitor, index));
	tell_again(io);
}

static void
tap_close(struct tap *t)
{
	if (t->fd < 0)
		return;
	t->io->counters.missed += link_socket_missed(t->fd);
	if (t->io->reading == t)
		t->io->reading = NULL;
	event_free(t->readable);
	close(t->fd);
	t->readable = NULL;
	t->fd = -1;
}

/* Frames. */

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tap *t = arg;
	struct link_io *io = t->io;
	struct err why;

	(void)what;
	io->reading = t;
	for (unsigned i = 0; i < BATCH && io->reading == t; i++) {
		ssize_t n = link_socket_recv(
		    (int)fd, io->frame, sizeof(io->frame), &why);

		if (n < 0) {
			tap_close(t);
			lost(io, t->index, &why);
		}
		if (n <= 0)
			return;
		io->counters.received++;
		if ((size_t)n <= sizeof(io->frame))
			io->ops->frame(io->arg, t->index, io->frame, (size_t)n);
	}
}

static void
on_send(void *arg, int index, const uint8_t *frame, size_t n)
{
	struct link_io *io = arg;
	const struct tap *t = find(io, index);
	bool sent =
	    t != NULL && t->fd >= 0 && link_socket_send(t->fd, index, frame, n);

	io->counters.sent += sent;
	io->counters.unsent += !sent;
}

static void
on_send_vrrp(void *arg, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *payload, size_t n)
{
	struct link_io *io = arg;
	bool sent = link_unicast_send(io->unicast, index, src, dst, payload, n);

	io->counters.sent += sent;
	io->counters.unsent += !sent;
}

/* Groups. */

/* Where a group can't be joined all of them are let in, of which there is no report. */
static void
let_in(struct tap *t)
{
	struct err why;

	if (!t->all_groups &&
	    !link_groups_refused(t->io->groups, t->index, &why))
		return;
	if (!t->all_groups)
		log_info(
		    "link %s: %s; all groups are let in", name(t), why.text);
	t->all_groups = true;
	if (t->fd >= 0)
		link_socket_all_groups(t->fd, t->index);
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	struct link_io *io = arg;
	struct tap *t = find(io, index);

	if (!in)
		link_groups_leave(io->groups, index, group);
	else if (!link_groups_join(io->groups, index, group) && t != NULL)
		let_in(t);
}

/* Once for a tap, whatever becomes of its socket. */
static void
join_hellos(struct tap *t, bool in)
{
	struct addr v4 = frame_hello_group(FAMILY_V4);
	struct addr v6 = frame_hello_group(FAMILY_V6);

	if (t->in_hellos == in)
		return;
	t->in_hellos = in;
	on_join(t->io, t->index, &v4, in);
	on_join(t->io, t->index, &v6, in);
}

/* Taps. */

static bool
tap_try(struct tap *t, struct err *err)
{
	t->fd = link_socket_open(t->index, err);
	if (t->fd < 0)
		return false;
	t->readable =
	    event_new(t->io->base, t->fd, EV_READ | EV_PERSIST, on_readable, t);
	event_add(t->readable, NULL);
	join_hellos(t, true);
	let_in(t);
	return true;
}

/* One that is unheard has to wait: else it could fail again and again. */
static void
tap_open(struct tap *t)
{
	struct err why;

	if (t->fd < 0 && !unheard_has(&t->io->unheard, t->index) &&
	    !tap_try(t, &why))
		lost(t->io, t->index, &why);
}

static struct tap *
tap_new(struct link_io *io, int index)
{
	struct tap *t = xcalloc(1, sizeof(*t));

	*t = (struct tap){ .io = io, .index = index, .fd = -1 };
	return t;
}

static void
tap_free(struct tap *t)
{
	tap_close(t);
	free(t);
}

static bool
has(const int *index, size_t n, int wanted)
{
	for (size_t i = 0; i < n; i++)
		if (index[i] == wanted)
			return true;
	return false;
}

/* Those that stay are taken over; a frame may be read from one of them now. */
static void
on_listen(void *arg, const int *index, size_t n)
{
	struct link_io *io = arg;
	struct tap **taps = xcalloc(n + 1, sizeof(struct tap *));

	for (size_t i = 0; i < n; i++) {
		struct tap *t = find(io, index[i]);

		taps[i] = t != NULL ? t : tap_new(io, index[i]);
	}
	for (size_t i = 0; i < io->n_taps; i++)
		if (!has(index, n, io->taps[i]->index)) {
			join_hellos(io->taps[i], false);
			tap_free(io->taps[i]);
		}
	free(io->taps);
	io->taps = taps;
	io->n_taps = n;
	for (size_t i = 0; i < n; i++)
		tap_open(taps[i]);
}

static bool
can_be_heard(struct link_io *io, int index)
{
	struct tap *t = find(io, index);
	struct err why;

	if (t != NULL)
		return tap_try(t, &why);
	int fd = link_socket_open(index, &why);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct link_io *io = arg;

	(void)fd;
	(void)what;
	for (size_t i = io->unheard.n; i-- > 0;) {
		int index = io->unheard.all[i].index;

		if (can_be_heard(io, index))
			found(io, index);
	}
	retry_later(io);
}

static void
on_hush(void *arg, int index, bool hush)
{
	struct link_io *io = arg;

	link_monitor_hush(io->monitor, index, hush);
}

/* Interfaces. */

struct list {
	const struct interface *all;
	size_t n;
};

static bool
is_there(void *arg, int index)
{
	const struct list *list = arg;

	for (size_t i = 0; i < list->n; i++)
		if (list->all[i].index == index)
			return true;
	return false;
}

/* Also where news of another interface under the same index was lost. */
static void
open_missing(void *arg)
{
	struct link_io *io = arg;

	for (size_t i = 0; i < io->n_taps; i++) {
		struct tap *t = io->taps[i];

		if (t->fd >= 0 && !link_socket_is_bound(t->fd, t->index))
			tap_close(t);
		tap_open(t);
	}
}

static void
drop_gone(struct link_io *io, struct list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < io->n_taps; i++)
		if (is_there(list, io->taps[i]->index))
			io->taps[kept++] = io->taps[i];
		else
			tap_free(io->taps[i]);
	io->n_taps = kept;
}

/* The owner may listen to one that is lost by that: then it is told of that again. */
static void
tell(struct link_io *io, const struct interface *all, size_t n)
{
	struct interface *masked = unheard_mask(&io->unheard, all, n);
	struct err why;
	bool deaf = unheard_print(&io->unheard, all, n, &why);

	io->told = true;
	io->ops->unheard(io->arg, deaf ? why.text : NULL);
	io->ops->interfaces(io->arg, masked, n);
	free(masked);
}

static void
on_interfaces(void *arg, const struct interface *all, size_t n, bool changed)
{
	struct link_io *io = arg;
	struct list list = { all, n };

	drop_gone(io, &list);
	unheard_keep(&io->unheard, is_there, &list);
	link_groups_settle(io->groups, is_there, &list);
	open_missing(io);
	if (changed || !io->told)
		tell(io, all, n);
}

/*
 * Where news was lost nothing is closed: that may last while pods come and go, and who
 * is deaf for so long takes others for dead.
 */
static void
on_deleted(void *arg, int index)
{
	struct link_io *io = arg;

	link_groups_lost(io->groups, index);
	for (size_t i = 0; i < io->n_taps; i++)
		if (io->taps[i]->index == index)
			tap_close(io->taps[i]);
}

static const struct link_monitor_ops monitor_ops = {
	.interfaces = on_interfaces,
	.deleted = on_deleted,
	.looked = open_missing,
};

/* Birth. */

struct link_io *
link_io_new(struct event_base *base, const struct link_io_ops *ops, void *arg,
    struct err *err)
{
	struct link_io *io = xcalloc(1, sizeof(*io));

	io->base = base;
	io->ops = ops;
	io->arg = arg;
	io->port = (struct link_port){ on_listen, on_send, on_send_vrrp,
		on_join, on_hush, io };
	io->groups = link_groups_new();
	io->unicast = link_unicast_new();
	io->retry = evtimer_new(base, on_retry, io);
	io->monitor = link_monitor_new(base, &monitor_ops, io, err);
	if (io->monitor != NULL)
		return io;
	link_io_free(io);
	return NULL;
}

void
link_io_free(struct link_io *io)
{
	if (io == NULL)
		return;
	for (size_t i = 0; i < io->n_taps; i++)
		tap_free(io->taps[i]);
	free(io->taps);
	link_monitor_free(io->monitor);
	link_groups_free(io->groups);
	link_unicast_free(io->unicast);
	event_free(io->retry);
	unheard_fini(&io->unheard);
	free(io);
}

const struct link_port *
link_io_port(const struct link_io *io)
{
	return &io->port;
}

struct link_counters
link_io_counters(struct link_io *io)
{
	for (size_t i = 0; i < io->n_taps; i++)
		if (io->taps[i]->fd >= 0)
			io->counters.missed +=
			    link_socket_missed(io->taps[i]->fd);
	return io->counters;
}
