/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop's part of BFD: what it is asked for goes to the sessions of the thread
 * (bfd_thread_io.c), under their lock, and their news come back as events of the loop.
 *
 * A session has a socket of its own to send by. Where there can't be one now (no route,
 * no interface, no address yet) it is tried again each second, and so is one over which
 * nothing could be sent. Sockets to hear by are there while a session needs them.
 */
#include "bgpd/bfd/bfd_io.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "bgpd/bfd/bfd.h"
#include "bgpd/bfd/bfd_kept_io.h"
#include "bgpd/bfd/bfd_socket_io.h"
#include "bgpd/bfd/bfd_thread_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/rng.h"

enum {
	RETRY = 1, /* s */
	NEWS = 32, /* pieces that are taken at once */
};

struct road { /* a session as the loop knows it */
	struct bfd_config config;
	uint16_t source; /* port; 0: none so far */
	bool troubled;   /* to be opened anew */
};

struct bfd_io {
	const struct bfd_io_ops *ops;
	void *arg;
	struct bfd_port port;
	struct bfd_thread *thread;  /* owned */
	struct event *news, *retry; /* owned */
	struct road *roads;         /* owned */
	size_t n_roads;
	struct rng rng;
	bool told_slow, over;
	struct bfd_kept *kept; /* owned; of the run before, and not taken yet */
	size_t n_kept;
	struct bfd_kept_file *file; /* owned; NULL: there is none */
	bool taken;                 /* what is in it */
};

/* --- Roads. --- */

/* Nothing listens that no session needs. */
static void
hearers_close(struct bfd_io *io)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < io->n_roads; i++)
		wanted |= bfd_thread_hearer(&io->roads[i].config);
	bfd_thread_hear_only(io->thread, wanted);
}

static void
tell_trouble(struct bfd_io *io, struct road *r, const char *why)
{
	char text[SCOPED_ADDR_TEXT];

	scoped_addr_print(&r->config.remote, text);
	if (why[0] != '\0' && !r->troubled)
		log_warn("bfd %s: %s", text, why);
	else if (why[0] == '\0' && r->troubled)
		log_info("bfd %s: packets go out again", text);
	r->troubled = why[0] != '\0';
	bfd_trouble(bfd_thread_lock(io->thread), r->config.id, why);
	bfd_thread_unlock(io->thread);
}

/* Also anew, for one over which nothing goes: that goes on until something went out. */
static void
road_open(struct bfd_io *io, struct road *r)
{
	static const struct timeval soon = { RETRY, 0 };
	const struct bfd_config *c = &r->config;
	struct err err = { "" };
	int scope = 0, fd = -1;

	/* Its port is to be had again. */
	bfd_thread_link(io->thread, c->id, -1, scope);
	if (bfd_thread_hear(io->thread, c, &err))
		fd = bfd_socket_send(c, &io->rng, &r->source, &scope, &err);
	if (fd >= 0)
		bfd_thread_link(io->thread, c->id, fd, scope);
	else
		tell_trouble(io, r, err.text);
	if (r->troubled)
		event_add(io->retry, &soon);
}

/* Has the node come to the link of the peer since it was looked at, or left it? */
static bool
road_moved(struct bfd_io *io, const struct road *r)
{
	const struct bfd_config *c = &r->config;
	struct bfd_view v;

	bfd_look(bfd_thread_lock(io->thread), c->id, &v);
	bfd_thread_unlock(io->thread);
	return c->by_link && v.state != BFD_UP &&
	    c->multihop == bfd_socket_is_near(&c->remote.addr);
}

/* An address that comes late must not leave it with the wrong port for good. */
static void
road_move(struct bfd_io *io, struct road *r)
{
	r->config.multihop = !r->config.multihop;
	r->source = 0;
	bfd_set(bfd_thread_lock(io->thread), &r->config, bfd_thread_now());
	bfd_thread_unlock(io->thread);
	road_open(io, r);
	hearers_close(io);
}

static void
road_look(struct bfd_io *io, struct road *r)
{
	int failed;

	if (road_moved(io, r))
		road_move(io, r);
	failed = bfd_thread_failed(io->thread, r->config.id);
	if (failed > 0 && failed != ENOTCONN)
		tell_trouble(io, r, strerror(failed));
	if (failed > 0)
		road_open(io, r);
	else if (failed == 0 && r->troubled)
		tell_trouble(io, r, "");
}

/* Each second while there is a session: what is in trouble, or out of it, or moved. */
static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { RETRY, 0 };
	struct bfd_io *io = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < io->n_roads; i++)
		road_look(io, &io->roads[i]);
	if (io->n_roads > 0)
		event_add(io->retry, &soon);
	bfd_thread_wake(io->thread);
}

static struct road *
road_find(struct bfd_io *io, uint32_t id)
{
	for (size_t i = 0; i < io->n_roads; i++)
		if (io->roads[i].config.id == id)
			return &io->roads[i];
	return NULL;
}

static struct road *
road_add(struct bfd_io *io)
{
	io->roads = xrealloc(io->roads, io->n_roads + 1, sizeof(io->roads[0]));
	io->roads[io->n_roads] = (struct road){ 0 };
	return &io->roads[io->n_roads++];
}

/*
 * Only once there is a session: a run that ends before it knows of any leaves it to the
 * next one, for peers wait for that, and hear nothing else meanwhile.
 */
static void
kept_take(struct bfd_io *io)
{
	struct err err;

	if (io->file == NULL || io->taken)
		return;
	io->taken = true;
	io->kept = bfd_kept_take(io->file, &io->n_kept, bfd_thread_now(), &err);
	if (err.text[0] != '\0')
		log_info("bfd: sessions begin anew: %s", err.text);
}

static bool
is_of(const struct bfd_kept *k, const struct road *r)
{
	const struct bfd_config *c = &r->config;

	return scoped_addr_cmp(&k->remote, &c->remote) == 0 &&
	    addr_cmp(&k->local, &c->local) == 0 && k->multihop == c->multihop;
}

/* A new session goes on where one of the run before ended. */
static void
road_resume(struct bfd_io *io, struct road *r)
{
	for (size_t i = 0; i < io->n_kept; i++) {
		struct bfd_kept *k = &io->kept[i];

		if (!is_of(k, r))
			continue;
		r->source = k->source;
		bfd_resume(bfd_thread_lock(io->thread), r->config.id, k,
		    bfd_thread_now());
		bfd_thread_unlock(io->thread);
		*k = io->kept[--io->n_kept];
		return;
	}
}

/* One of the run before that is not wanted any more: its peer hears of that. */
static void
kept_end(struct bfd_io *io, struct bfd_kept *k)
{
	const struct bfd_config c = {
		.remote = k->remote, .local = k->local, .multihop = k->multihop
	};
	char text[SCOPED_ADDR_TEXT];
	uint64_t now = bfd_thread_now();
	struct err err = { "" };
	int scope, fd = bfd_socket_send(&c, &io->rng, &k->source, &scope, &err);

	log_info("bfd %s: no peer has the session of the run before%s%s",
	    scoped_addr_print(&k->remote, text), fd < 0 ? ": " : "", err.text);
	if (fd < 0)
		return;
	struct sender *link = bfd_thread_sender(fd);
	struct bfd *bfd = bfd_thread_lock(io->thread);

	bfd_end_kept(bfd, k, link, scope, now);
	bfd_run(bfd, now);
	bfd_thread_unlock(io->thread);
}

/* --- The port. --- */

static void
on_set(void *arg, const struct bfd_config *config)
{
	static const struct timeval soon = { RETRY, 0 };
	struct bfd_io *io = arg;
	struct road *r = road_find(io, config->id);

	if (io->over)
		return;
	kept_take(io);
	const char *slow = bfd_thread_slow(io->thread);

	if (slow != NULL && !io->told_slow)
		log_warn(
		    "bfd: %s: on a busy node it may take peers for dead", slow);
	io->told_slow = true;
	if (r == NULL)
		r = road_add(io);
	r->config = *config;
	if (config->by_link)
		r->config.multihop = !bfd_socket_is_near(&config->remote.addr);
	bool fresh =
	    bfd_set(bfd_thread_lock(io->thread), &r->config, bfd_thread_now());

	bfd_thread_unlock(io->thread);
	if (fresh) {
		r->source = 0;
		road_resume(io, r);
		road_open(io, r);
	}
	hearers_close(io);
	bfd_thread_wake(io->thread);
	if (!event_pending(io->retry, EV_TIMEOUT, NULL))
		event_add(io->retry, &soon);
}

static void
on_unset(void *arg, uint32_t id)
{
	struct bfd_io *io = arg;
	struct road *r = road_find(io, id);

	if (r == NULL)
		return;
	*r = io->roads[--io->n_roads];
	bfd_unset(bfd_thread_lock(io->thread), id, bfd_thread_now());
	bfd_thread_unlock(io->thread);
	hearers_close(io);
	bfd_thread_wake(io->thread);
}

/* The first of the packets that say so go out here, whatever the thread does. */
static void
on_admin_down_all(void *arg)
{
	struct bfd_io *io = arg;
	uint64_t now = bfd_thread_now();
	struct err err;

	io->n_roads = 0;
	io->over = true;
	/* Those that were held for a restart, too. */
	if (io->file != NULL && !bfd_kept_remove(io->file, &err))
		log_warn("bfd: %s", err.text);
	struct bfd *bfd = bfd_thread_lock(io->thread);

	bfd_unset_all(bfd, now);
	bfd_run(bfd, now);
	bfd_thread_unlock(io->thread);
	hearers_close(io);
	bfd_thread_wake(io->thread);
}

static void
kept_note_source(const struct bfd_io *io, struct bfd_kept *k)
{
	for (size_t i = 0; i < io->n_roads; i++)
		if (is_of(k, &io->roads[i]))
			k->source = io->roads[i].source;
}

/*
 * Whoever can't go on in the next run must not ask for patience. FRR and BIRD pass over
 * another session of ours while they bear with this one: for 255 s neither end would
 * miss the other, and then BGP would end.
 */
static void
on_hold_all(void *arg)
{
	struct bfd_io *io = arg;
	size_t most = io->file != NULL ? io->n_roads : 0;
	struct bfd_kept *kept = xcalloc(most, sizeof(*kept));
	uint64_t now = bfd_thread_now();
	struct err err;

	io->over = true;
	size_t n = bfd_hold_all(bfd_thread_lock(io->thread), kept, most, now);

	bfd_thread_unlock(io->thread);
	for (size_t i = 0; i < n; i++)
		kept_note_source(io, &kept[i]);
	io->n_roads = 0;
	bool good = n == 0 || bfd_kept_write(io->file, kept, n, now, &err);

	if (!good)
		log_warn("bfd: the next run begins anew: %s", err.text);
	struct bfd *bfd = bfd_thread_lock(io->thread);

	if (!good)
		bfd_unset_all(bfd, now);
	bfd_run(bfd, now);
	bfd_thread_unlock(io->thread);
	bfd_thread_wake(io->thread);
	free(kept);
}

static void
on_resumed_all(void *arg)
{
	struct bfd_io *io = arg;

	if (io->over)
		return;
	kept_take(io);
	while (io->n_kept > 0)
		kept_end(io, &io->kept[--io->n_kept]);
	bfd_thread_wake(io->thread);
}

static void
on_view(void *arg, uint32_t id, struct bfd_view *v)
{
	struct bfd_io *io = arg;

	bfd_look(bfd_thread_lock(io->thread), id, v);
	bfd_thread_unlock(io->thread);
}

static void
on_totals(void *arg, struct bfd_totals *t)
{
	struct bfd_io *io = arg;

	bfd_thread_count(io->thread, t);
}

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	struct bfd_io *io = arg;
	struct bfd_news news[NEWS];
	size_t n;

	(void)what;
	bfd_thread_quiet(fd);
	do {
		n = 0;
		struct bfd *bfd = bfd_thread_lock(io->thread);

		while (n < NEWS && bfd_take(bfd, &news[n]))
			n++;
		bfd_reap(bfd);
		bfd_thread_unlock(io->thread);
		for (size_t i = 0; i < n; i++)
			io->ops->news(io->arg, &news[i]);
	} while (n == NEWS);
}

const struct bfd_port *
bfd_io_port(const struct bfd_io *io)
{
	return &io->port;
}

static void
open_events(struct bfd_io *io, struct event_base *base)
{
	io->news = event_new(base, bfd_thread_told(io->thread),
	    EV_READ | EV_PERSIST, on_told, io);
	loop_ahead(io->news);
	event_add(io->news, NULL);
	io->retry = evtimer_new(base, on_retry, io);
}

static void
open_kept(struct bfd_io *io, const char *dir)
{
	struct err err;

	if (dir == NULL)
		return;
	io->file = bfd_kept_open(dir, &err);
	if (io->file == NULL)
		log_warn(
		    "bfd: sessions will not outlast a restart: %s", err.text);
}

struct bfd_io *
bfd_io_new(struct event_base *base, const char *dir,
    const struct bfd_io_ops *ops, void *arg, struct err *err)
{
	struct bfd_io *io = xcalloc(1, sizeof(*io));
	uint64_t seed;

	io->ops = ops;
	io->arg = arg;
	io->port = (struct bfd_port){ on_set, on_unset, on_admin_down_all,
		on_hold_all, on_resumed_all, on_view, on_totals, io };
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = bfd_thread_now();
	rng_init(&io->rng, seed + 1);
	open_kept(io, dir);
	io->thread = bfd_thread_new(seed, err);
	if (io->thread == NULL) {
		bfd_io_free(io);
		return NULL;
	}
	open_events(io, base);
	return io;
}

void
bfd_io_lock_down(struct bfd_io *io)
{
	bfd_thread_lock_down(io->thread);
}

void
bfd_io_free(struct bfd_io *io)
{
	if (io == NULL)
		return;
	loop_event_free(io->news);
	loop_event_free(io->retry);
	bfd_thread_free(io->thread);
	bfd_kept_close(io->file);
	free(io->roads);
	free(io->kept);
	free(io);
}
