/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads meet here. The loop's adds and removes sessions, opens their sockets and
 * looks; the other one (serve()) reads packets, carries out what is due and sleeps. All
 * of struct bfd is under one lock. Who holds it while the other thread wants it is run
 * with that one's priority (PTHREAD_PRIO_INHERIT), and nobody does anything long with
 * it; so it never keeps a packet waiting.
 *
 * The thread takes no memory and writes no log: both have locks that know no
 * priorities. What it has to say waits in struct bfd, and an eventfd wakes the loop.
 * What it wakes for is the next moment that bfd_run() names, by a timerfd, or a packet.
 * Packets are read before it looks who is silent: when it was held up itself, they are
 * there. Of a flood it reads so many, does what is due, and pauses for a millisecond.
 *
 * A session has a socket of its own to send by. Where there can't be one now (no route,
 * no interface, no address yet) it is tried again each second, and so is one over which
 * nothing could be sent.
 */
#include "bgpd/bfd/bfd_io.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/bfd/bfd.h"
#include "bgpd/bfd/bfd_kept_io.h"
#include "bgpd/bfd/bfd_socket_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/lockdown_io.h"
#include "common/log.h"
#include "common/loop_io.h"

enum {
	PRIORITY = 20,          /* of SCHED_RR; interrupts as threads have 50 */
	STACK = 512 * 1024,     /* bytes, of which: */
	LOCKED = 48 * 1024,     /* … are never swapped out */
	BUDGET = 256,           /* packets that are read before what is due */
	FLOOD_PAUSE = 1,        /* ms */
	LATE = 5000,            /* us */
	RETRY = 1,              /* s */
	N_EVENTS = 4,           /* of the kernel, likewise */
	NEWS = 32,              /* pieces that are taken at once */
	HEARERS = 2 * FAMILIES, /* by family and multihop */
	UNTRIED = -1,           /* nothing was sent so far */
};

#define LEFT_OVER \
	UINT32_MAX /* id of what is of the run before and not wanted */

struct sender { /* what a session sends by */
	int fd;
	int failed; /* errno of the last one; 0: it went out; UNTRIED */
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
	/* Of the loop alone. */
	struct event *news, *retry; /* owned */
	struct road *roads;         /* owned */
	size_t n_roads;
	struct rng rng;
	bool told_slow;
	struct bfd_kept *kept; /* owned; of the run before, and not taken yet */
	size_t n_kept;
	struct bfd_kept_file *file; /* owned; NULL: there is none */
	bool taken;                 /* what is in it */
	/* Of both, under the lock. */
	pthread_mutex_t lock;
	struct bfd *bfd;      /* owned */
	int hearers[HEARERS]; /* -1: closed */
	uint64_t late, latest;
	bool quit, over, drop;
	/* Made once. */
	int epoll, timer, wake, told;
	bool real_time;
	char slow[128]; /* why not */
	void *stack;    /* mapped */
	pthread_t thread;
	bool runs;
	sem_t dropped;
	/* Of the thread alone. */
	struct bfd_batch *batch; /* owned */
	uint64_t due, armed;     /* the timer's */
};

static uint64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
lock(struct bfd_io *io)
{
	pthread_mutex_lock(&io->lock);
}

static void
unlock(struct bfd_io *io)
{
	pthread_mutex_unlock(&io->lock);
}

/* Of an eventfd; a full one has been heard, too. */
static void
ring(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n;
}

static void
quiet(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n;
}

/* --- What struct bfd asks for, under the lock, in any of the threads. --- */

static void
on_send(void *arg, void *of, const uint8_t *bytes, size_t n)
{
	struct sender *link = of;

	(void)arg;
	link->failed = 0;
	if (send(link->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return;
	/* What was answered to one before is told once; then this one can go. */
	if (send(link->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return;
	link->failed = errno;
}

static void
on_news(void *arg)
{
	struct bfd_io *io = arg;

	ring(io->told);
}

static void
sender_free(struct sender *link)
{
	if (link != NULL)
		close(link->fd);
	free(link);
}

static void
on_gone(void *arg, void *link)
{
	(void)arg;
	sender_free(link);
}

static const struct bfd_ops bfd_ops = { on_send, on_news, on_gone };

/* --- The thread. --- */

/* Returns how many there were. */
static size_t
hear(struct bfd_io *io, unsigned i, uint64_t now)
{
	size_t n = bfd_batch_read(io->batch, io->hearers[i]);

	for (size_t at = 0; at < n; at++) {
		struct bfd_from from;
		size_t length;
		const uint8_t *bytes =
		    bfd_batch_at(io->batch, at, &length, &from);

		from.multihop = i >= FAMILIES;
		bfd_input(io->bfd, &from, rbuf_of(bytes, length), now);
	}
	return n;
}

/* True: there may be more. */
static bool
hear_all(struct bfd_io *io, uint64_t now)
{
	size_t budget = BUDGET, n;
	bool more = false;

	for (unsigned i = 0; i < HEARERS; i++) {
		if (io->hearers[i] < 0)
			continue;
		do {
			n = hear(io, i, now);
			budget -= n < budget ? n : budget;
		} while (n == BFD_BATCH && budget > 0);
		more |= n == BFD_BATCH;
	}
	return more;
}

static void
set_timer(struct bfd_io *io)
{
	struct itimerspec at = { 0 }; /* BFD_NEVER: none */

	if (io->due == io->armed)
		return;
	io->armed = io->due;
	if (io->due != BFD_NEVER) {
		at.it_value.tv_sec = (time_t)(io->due / 1000000);
		at.it_value.tv_nsec = (long)(io->due % 1000000) * 1000;
	}
	timerfd_settime(io->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void
note_late(struct bfd_io *io, uint64_t now)
{
	if (io->due == BFD_NEVER || now < io->due + LATE)
		return;
	io->late++;
	if (now - io->due > io->latest)
		io->latest = now - io->due;
}

static void
drop_rights(struct bfd_io *io)
{
	struct err err;

	lockdown_thread(&err); /* where that fails there are none */
	sem_post(&io->dropped);
}

static void *
serve(void *arg)
{
	struct bfd_io *io = arg;
	struct epoll_event events[N_EVENTS];
	const struct timespec pause = { 0, FLOOD_PAUSE * 1000000 };

	for (bool quit = false; !quit;) {
		int n = epoll_wait(io->epoll, events, N_EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.fd >= 0)
				quiet(events[i].data.fd);
		lock(io);
		uint64_t now = clock_us();

		note_late(io, now);
		bool flood = hear_all(io, now);

		io->due = bfd_run(io->bfd, now);
		quit = io->quit;
		bool drop = io->drop;

		io->drop = false;
		unlock(io);
		if (drop)
			drop_rights(io);
		set_timer(io);
		if (flood)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

/* counts: it is to be read when it is ready, as an eventfd; else it has packets. */
static bool
watch(struct bfd_io *io, int fd, bool counts)
{
	struct epoll_event in = { .events = EPOLLIN,
		.data.fd = counts ? fd : -1 };

	return epoll_ctl(io->epoll, EPOLL_CTL_ADD, fd, &in) == 0;
}

static int
thread_create(struct bfd_io *io, bool real_time)
{
	const struct sched_param priority = { .sched_priority = PRIORITY };
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, io->stack, STACK);
	if (real_time) {
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_RR);
		pthread_attr_setschedparam(&attr, &priority);
	}
	int error = pthread_create(&io->thread, &attr, serve, io);

	pthread_attr_destroy(&attr);
	return error;
}

/* Signals are for the loop. */
static bool
thread_start(struct bfd_io *io, struct err *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = thread_create(io, true);

	io->real_time = error == 0;
	if (error != 0) {
		snprintf(io->slow, sizeof(io->slow),
		    "no real-time priority: %s; it takes CAP_SYS_NICE at the "
		    "start",
		    strerror(error));
		error = thread_create(io, false);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	io->runs = error == 0;
	if (!io->runs)
		return err_set(err, "no thread: %s", strerror(error));
	pthread_setname_np(io->thread, "bfd");
	return true;
}

/* The stack goes downwards; what is locked is its upper end. */
static bool
stack_map(struct bfd_io *io)
{
	io->stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (io->stack == MAP_FAILED)
		return false;
	if (mlock((char *)io->stack + STACK - LOCKED, LOCKED) != 0)
		log_debug("bfd: stack is not locked: %s", strerror(errno));
	return true;
}

/* --- What is heard. --- */

static bool
hearer_wanted(const struct bfd_io *io, unsigned i)
{
	for (size_t at = 0; at < io->n_roads; at++) {
		const struct bfd_config *c = &io->roads[at].config;

		if (c->remote.addr.family + (c->multihop ? FAMILIES : 0u) == i)
			return true;
	}
	return false;
}

static bool
hearer_open(struct bfd_io *io, unsigned i, struct err *err)
{
	int fd = io->hearers[i];

	if (fd >= 0)
		return true;
	fd = bfd_socket_hear((enum family)(i % FAMILIES), i >= FAMILIES, err);
	if (fd < 0)
		return false;
	if (!watch(io, fd, false)) {
		err_set(err, "epoll: %s", strerror(errno));
		close(fd);
		return false;
	}
	lock(io);
	io->hearers[i] = fd;
	unlock(io);
	return true;
}

/* Nothing listens that no session needs. */
static void
hearers_close(struct bfd_io *io)
{
	for (unsigned i = 0; i < HEARERS; i++) {
		int fd = io->hearers[i];

		if (fd < 0 || hearer_wanted(io, i))
			continue;
		lock(io);
		io->hearers[i] = -1;
		unlock(io);
		close(fd);
	}
}

/* --- Roads, by the loop. --- */

static struct sender *
sender_new(int fd)
{
	struct sender *link = xcalloc(1, sizeof(*link));

	link->fd = fd;
	link->failed = UNTRIED;
	return link;
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
	lock(io);
	bfd_trouble(io->bfd, r->config.id, why);
	unlock(io);
}

static void
road_link(
    struct bfd_io *io, const struct road *r, struct sender *link, int scope)
{
	lock(io);
	struct sender *was = bfd_link(io->bfd, r->config.id, link, scope);

	unlock(io);
	sender_free(was);
}

/* Also anew, for one over which nothing goes: that goes on until something went out. */
static void
road_open(struct bfd_io *io, struct road *r)
{
	static const struct timeval soon = { RETRY, 0 };
	const struct bfd_config *c = &r->config;
	unsigned hearer = c->remote.addr.family + (c->multihop ? FAMILIES : 0u);
	struct err err = { "" };
	int scope = 0, fd = -1;

	road_link(io, r, NULL, scope); /* its port is to be had again */
	if (hearer_open(io, hearer, &err))
		fd = bfd_socket_send(c, &io->rng, &r->source, &scope, &err);
	if (fd >= 0)
		road_link(io, r, sender_new(fd), scope);
	else
		tell_trouble(io, r, err.text);
	if (r->troubled)
		event_add(io->retry, &soon);
}

/* As struct sender has it; there may be none. */
static int
road_failed(struct bfd_io *io, const struct road *r)
{
	lock(io);
	const struct sender *link = bfd_linked(io->bfd, r->config.id);
	int failed = link != NULL ? link->failed : ENOTCONN;

	unlock(io);
	return failed;
}

/* Has the node come to the link of the peer since it was looked at, or left it? */
static bool
road_moved(struct bfd_io *io, const struct road *r)
{
	const struct bfd_config *c = &r->config;
	struct bfd_view v;

	lock(io);
	bfd_look(io->bfd, c->id, &v);
	unlock(io);
	return c->by_link && v.state != BFD_UP &&
	    c->multihop == bfd_socket_is_near(&c->remote.addr);
}

/* An address that comes late must not leave it with the wrong port for good. */
static void
road_move(struct bfd_io *io, struct road *r)
{
	r->config.multihop = !r->config.multihop;
	r->source = 0;
	lock(io);
	bfd_set(io->bfd, &r->config, clock_us());
	unlock(io);
	road_open(io, r);
	hearers_close(io);
}

static void
road_look(struct bfd_io *io, struct road *r)
{
	int failed;

	if (road_moved(io, r))
		road_move(io, r);
	failed = road_failed(io, r);
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
	ring(io->wake);
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
	io->kept = bfd_kept_take(io->file, &io->n_kept, clock_us(), &err);
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
		lock(io);
		bfd_resume(io->bfd, r->config.id, k, clock_us());
		unlock(io);
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
	uint64_t now = clock_us();
	struct err err = { "" };
	int scope, fd = bfd_socket_send(&c, &io->rng, &k->source, &scope, &err);

	log_info("bfd %s: no peer has the session of the run before%s%s",
	    scoped_addr_print(&k->remote, text), fd < 0 ? ": " : "", err.text);
	if (fd < 0)
		return;
	struct sender *link = sender_new(fd);

	lock(io);
	bfd_end_kept(io->bfd, k, link, scope, now);
	bfd_run(io->bfd, now);
	unlock(io);
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
	if (!io->real_time && !io->told_slow)
		log_warn("bfd: %s: on a busy node it may take peers for dead",
		    io->slow);
	io->told_slow = true;
	if (r == NULL)
		r = road_add(io);
	r->config = *config;
	if (config->by_link)
		r->config.multihop = !bfd_socket_is_near(&config->remote.addr);
	lock(io);
	bool fresh = bfd_set(io->bfd, &r->config, clock_us());

	unlock(io);
	if (fresh) {
		r->source = 0;
		road_resume(io, r);
		road_open(io, r);
	}
	hearers_close(io);
	ring(io->wake);
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
	lock(io);
	bfd_unset(io->bfd, id, clock_us());
	unlock(io);
	hearers_close(io);
	ring(io->wake);
}

/* The first of the packets that say so go out here, whatever the thread does. */
static void
on_admin_down_all(void *arg)
{
	struct bfd_io *io = arg;
	uint64_t now = clock_us();
	struct err err;

	io->n_roads = 0;
	io->over = true;
	/* Those that were held for a restart, too. */
	if (io->file != NULL && !bfd_kept_remove(io->file, &err))
		log_warn("bfd: %s", err.text);
	lock(io);
	bfd_unset_all(io->bfd, now);
	bfd_run(io->bfd, now);
	unlock(io);
	hearers_close(io);
	ring(io->wake);
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
	uint64_t now = clock_us();
	struct err err;

	io->over = true;
	lock(io);
	size_t n = bfd_hold_all(io->bfd, kept, most, now);

	unlock(io);
	for (size_t i = 0; i < n; i++)
		kept_note_source(io, &kept[i]);
	io->n_roads = 0;
	bool good = n == 0 || bfd_kept_write(io->file, kept, n, now, &err);

	if (!good)
		log_warn("bfd: the next run begins anew: %s", err.text);
	lock(io);
	if (!good)
		bfd_unset_all(io->bfd, now);
	bfd_run(io->bfd, now);
	unlock(io);
	ring(io->wake);
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
	ring(io->wake);
}

static void
on_view(void *arg, uint32_t id, struct bfd_view *v)
{
	struct bfd_io *io = arg;

	lock(io);
	bfd_look(io->bfd, id, v);
	unlock(io);
}

static void
on_totals(void *arg, struct bfd_totals *t)
{
	struct bfd_io *io = arg;

	*t = (struct bfd_totals){ .real_time = io->real_time };
	memcpy(t->trouble, io->slow, sizeof(t->trouble));
	lock(io);
	bfd_count_packets(io->bfd, t);
	t->late = io->late;
	t->latest_us = io->latest;
	unlock(io);
}

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	struct bfd_io *io = arg;
	struct bfd_news news[NEWS];
	size_t n;

	(void)what;
	quiet(fd);
	do {
		n = 0;
		lock(io);
		while (n < NEWS && bfd_take(io->bfd, &news[n]))
			n++;
		bfd_reap(io->bfd);
		unlock(io);
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
lock_init(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(mutex, &attr);
	pthread_mutexattr_destroy(&attr);
}

static bool
open_descriptors(struct bfd_io *io, struct err *err)
{
	io->epoll = epoll_create1(EPOLL_CLOEXEC);
	io->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	io->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	io->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return (io->epoll >= 0 && io->timer >= 0 && io->wake >= 0 &&
		   io->told >= 0 && watch(io, io->timer, true) &&
		   watch(io, io->wake, true) && stack_map(io)) ||
	    err_set(err, "%s", strerror(errno));
}

static void
open_events(struct bfd_io *io, struct event_base *base)
{
	io->news = event_new(base, io->told, EV_READ | EV_PERSIST, on_told, io);
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
	for (unsigned i = 0; i < HEARERS; i++)
		io->hearers[i] = -1;
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = clock_us();
	rng_init(&io->rng, seed + 1);
	io->bfd = bfd_new(seed, &bfd_ops, io);
	io->batch = bfd_batch_new();
	io->due = io->armed = BFD_NEVER;
	io->stack = MAP_FAILED;
	open_kept(io, dir);
	lock_init(&io->lock);
	sem_init(&io->dropped, 0, 0);
	if (!open_descriptors(io, err) || !thread_start(io, err)) {
		bfd_io_free(io);
		return NULL;
	}
	open_events(io, base);
	return io;
}

void
bfd_io_lock_down(struct bfd_io *io)
{
	lock(io);
	io->drop = true;
	unlock(io);
	ring(io->wake);
	while (sem_wait(&io->dropped) != 0)
		continue; /* a signal */
}

static void
thread_end(struct bfd_io *io)
{
	if (!io->runs)
		return;
	lock(io);
	io->quit = true;
	unlock(io);
	ring(io->wake);
	pthread_join(io->thread, NULL);
}

void
bfd_io_free(struct bfd_io *io)
{
	const int fds[] = { io != NULL ? io->epoll : -1,
		io != NULL ? io->timer : -1, io != NULL ? io->wake : -1,
		io != NULL ? io->told : -1 };

	if (io == NULL)
		return;
	thread_end(io);
	if (io->news != NULL)
		event_free(io->news);
	if (io->retry != NULL)
		event_free(io->retry);
	io->n_roads = 0;
	hearers_close(io);
	bfd_free(io->bfd);
	bfd_batch_free(io->batch);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (io->stack != MAP_FAILED)
		munmap(io->stack, STACK);
	pthread_mutex_destroy(&io->lock);
	sem_destroy(&io->dropped);
	free(io->roads);
	free(io->kept);
	bfd_kept_close(io->file);
	free(io);
}
