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
	RETRY = 1,              /* s */
	NEWS = 32,              /* pieces that are taken at once */
	STACK = 512 * 1024,     /* bytes, of which: */
	LOCKED = 48 * 1024,     /* … are never swapped out */
	BUDGET = 256,           /* packets that are read before what is due */
	FLOOD_PAUSE = 1,        /* ms */
	LATE = 5000,            /* us */
	N_EVENTS = 4,           /* of the kernel, likewise */
	HEARERS = 2 * FAMILIES, /* by family and multihop */
	UNTRIED = -1,           /* nothing was sent so far */
};

struct sender { /* what a session sends by */
	int fd;
	int failed; /* errno of the last one; 0: it went out; UNTRIED */
};

struct bfd_thread {
	/* Of both threads, under the lock. */
	pthread_mutex_t lock;
	struct bfd *bfd;      /* owned */
	int hearers[HEARERS]; /* -1: closed */
	uint64_t late, latest;
	bool quit, drop;
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
bfd_thread_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static struct bfd *
bfd_thread_lock(struct bfd_thread *t)
{
	pthread_mutex_lock(&t->lock);
	return t->bfd;
}

static void
bfd_thread_unlock(struct bfd_thread *t)
{
	pthread_mutex_unlock(&t->lock);
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
bfd_thread_quiet(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n;
}

static void
bfd_thread_wake(struct bfd_thread *t)
{
	ring(t->wake);
}

static int
bfd_thread_told(const struct bfd_thread *t)
{
	return t->told;
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
	struct bfd_thread *t = arg;

	ring(t->told);
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

static struct sender *
bfd_thread_sender(int fd)
{
	struct sender *link = xcalloc(1, sizeof(*link));

	link->fd = fd;
	link->failed = UNTRIED;
	return link;
}

static void
bfd_thread_link(struct bfd_thread *t, uint32_t id, int fd, int scope)
{
	struct sender *link = fd >= 0 ? bfd_thread_sender(fd) : NULL;
	struct sender *was = bfd_link(bfd_thread_lock(t), id, link, scope);

	bfd_thread_unlock(t);
	sender_free(was);
}

static int
bfd_thread_failed(struct bfd_thread *t, uint32_t id)
{
	const struct sender *link = bfd_linked(bfd_thread_lock(t), id);
	int failed = link != NULL ? link->failed : ENOTCONN;

	bfd_thread_unlock(t);
	return failed;
}

/* --- The thread. --- */

/* Returns how many there were. */
static size_t
hear(struct bfd_thread *t, unsigned i, uint64_t now)
{
	size_t n = bfd_batch_read(t->batch, t->hearers[i]);

	for (size_t at = 0; at < n; at++) {
		struct bfd_from from;
		size_t length;
		const uint8_t *bytes =
		    bfd_batch_at(t->batch, at, &length, &from);

		from.multihop = i >= FAMILIES;
		bfd_input(t->bfd, &from, rbuf_of(bytes, length), now);
	}
	return n;
}

/* True: there may be more. */
static bool
hear_all(struct bfd_thread *t, uint64_t now)
{
	size_t budget = BUDGET, n;
	bool more = false;

	for (unsigned i = 0; i < HEARERS; i++) {
		if (t->hearers[i] < 0)
			continue;
		do {
			n = hear(t, i, now);
			budget -= n < budget ? n : budget;
		} while (n == BFD_BATCH && budget > 0);
		more |= n == BFD_BATCH;
	}
	return more;
}

static void
set_timer(struct bfd_thread *t)
{
	struct itimerspec at = { 0 }; /* BFD_NEVER: none */

	if (t->due == t->armed)
		return;
	t->armed = t->due;
	if (t->due != BFD_NEVER) {
		at.it_value.tv_sec = (time_t)(t->due / 1000000);
		at.it_value.tv_nsec = (long)(t->due % 1000000) * 1000;
	}
	timerfd_settime(t->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void
note_late(struct bfd_thread *t, uint64_t now)
{
	if (t->due == BFD_NEVER || now < t->due + LATE)
		return;
	t->late++;
	if (now - t->due > t->latest)
		t->latest = now - t->due;
}

static void
drop_rights(struct bfd_thread *t)
{
	struct err err;

	lockdown_thread(&err); /* where that fails there are none */
	sem_post(&t->dropped);
}

static void *
serve(void *arg)
{
	struct bfd_thread *t = arg;
	struct epoll_event events[N_EVENTS];
	const struct timespec pause = { 0, FLOOD_PAUSE * 1000000 };

	for (bool quit = false; !quit;) {
		int n = epoll_wait(t->epoll, events, N_EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.fd >= 0)
				bfd_thread_quiet(events[i].data.fd);
		bfd_thread_lock(t);
		uint64_t now = bfd_thread_now();

		note_late(t, now);
		bool flood = hear_all(t, now);

		t->due = bfd_run(t->bfd, now);
		quit = t->quit;
		bool drop = t->drop;

		t->drop = false;
		bfd_thread_unlock(t);
		if (drop)
			drop_rights(t);
		set_timer(t);
		if (flood)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

/* counts: it is to be read when it is ready, as an eventfd; else it has packets. */
static bool
watch(struct bfd_thread *t, int fd, bool counts)
{
	struct epoll_event in = { .events = EPOLLIN,
		.data.fd = counts ? fd : -1 };

	return epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &in) == 0;
}

static int
thread_create(struct bfd_thread *t, bool real_time)
{
	const struct sched_param priority = { .sched_priority = PRIORITY };
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, t->stack, STACK);
	if (real_time) {
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_RR);
		pthread_attr_setschedparam(&attr, &priority);
	}
	int error = pthread_create(&t->thread, &attr, serve, t);

	pthread_attr_destroy(&attr);
	return error;
}

/* Signals are for the loop. */
static bool
thread_start(struct bfd_thread *t, struct err *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = thread_create(t, true);

	t->real_time = error == 0;
	if (error != 0) {
		snprintf(t->slow, sizeof(t->slow),
		    "no real-time priority: %s; it takes CAP_SYS_NICE at the "
		    "start",
		    strerror(error));
		error = thread_create(t, false);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	t->runs = error == 0;
	if (!t->runs)
		return err_set(err, "no thread: %s", strerror(error));
	pthread_setname_np(t->thread, "bfd");
	return true;
}

static void
thread_end(struct bfd_thread *t)
{
	if (!t->runs)
		return;
	bfd_thread_lock(t);
	t->quit = true;
	bfd_thread_unlock(t);
	ring(t->wake);
	pthread_join(t->thread, NULL);
}

/* --- What is heard. --- */

static unsigned
index_of(const struct bfd_config *c)
{
	return c->remote.addr.family + (c->multihop ? FAMILIES : 0u);
}

static unsigned
bfd_thread_hearer(const struct bfd_config *c)
{
	return 1u << index_of(c);
}

static bool
bfd_thread_hear(
    struct bfd_thread *t, const struct bfd_config *c, struct err *err)
{
	unsigned i = index_of(c);
	int fd = t->hearers[i];

	if (fd >= 0)
		return true;
	fd = bfd_socket_hear((enum family)(i % FAMILIES), i >= FAMILIES, err);
	if (fd < 0)
		return false;
	if (!watch(t, fd, false)) {
		err_set(err, "epoll: %s", strerror(errno));
		close(fd);
		return false;
	}
	bfd_thread_lock(t);
	t->hearers[i] = fd;
	bfd_thread_unlock(t);
	return true;
}

static void
bfd_thread_hear_only(struct bfd_thread *t, unsigned hearers)
{
	for (unsigned i = 0; i < HEARERS; i++) {
		int fd = t->hearers[i];

		if (fd < 0 || (hearers & 1u << i) != 0)
			continue;
		bfd_thread_lock(t);
		t->hearers[i] = -1;
		bfd_thread_unlock(t);
		close(fd);
	}
}

/* --- Birth and end. --- */

/* The stack goes downwards; what is locked is its upper end. */
static bool
stack_map(struct bfd_thread *t)
{
	t->stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (t->stack == MAP_FAILED)
		return false;
	if (mlock((char *)t->stack + STACK - LOCKED, LOCKED) != 0)
		log_debug("bfd: stack is not locked: %s", strerror(errno));
	return true;
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
open_descriptors(struct bfd_thread *t, struct err *err)
{
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return (t->epoll >= 0 && t->timer >= 0 && t->wake >= 0 &&
		   t->told >= 0 && watch(t, t->timer, true) &&
		   watch(t, t->wake, true) && stack_map(t)) ||
	    err_set(err, "%s", strerror(errno));
}

static void bfd_thread_free(struct bfd_thread *);

static struct bfd_thread *
bfd_thread_new(uint64_t seed, struct err *err)
{
	struct bfd_thread *t = xcalloc(1, sizeof(*t));

	for (unsigned i = 0; i < HEARERS; i++)
		t->hearers[i] = -1;
	t->bfd = bfd_new(seed, &bfd_ops, t);
	t->batch = bfd_batch_new();
	t->due = t->armed = BFD_NEVER;
	t->stack = MAP_FAILED;
	lock_init(&t->lock);
	sem_init(&t->dropped, 0, 0);
	if (open_descriptors(t, err) && thread_start(t, err))
		return t;
	bfd_thread_free(t);
	return NULL;
}

static void
bfd_thread_free(struct bfd_thread *t)
{
	if (t == NULL)
		return;
	const int fds[] = { t->epoll, t->timer, t->wake, t->told };

	thread_end(t);
	bfd_thread_hear_only(t, 0);
	bfd_free(t->bfd);
	bfd_batch_free(t->batch);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (t->stack != MAP_FAILED)
		munmap(t->stack, STACK);
	pthread_mutex_destroy(&t->lock);
	sem_destroy(&t->dropped);
	free(t);
}

static void
bfd_thread_lock_down(struct bfd_thread *t)
{
	bfd_thread_lock(t);
	t->drop = true;
	bfd_thread_unlock(t);
	ring(t->wake);
	while (sem_wait(&t->dropped) != 0)
		continue; /* a signal */
}

/* --- What it came to. --- */

static const char *
bfd_thread_slow(const struct bfd_thread *t)
{
	return t->real_time ? NULL : t->slow;
}

static void
bfd_thread_count(struct bfd_thread *t, struct bfd_totals *totals)
{
	*totals = (struct bfd_totals){ .real_time = t->real_time };
	memcpy(totals->trouble, t->slow, sizeof(totals->trouble));
	bfd_count_packets(bfd_thread_lock(t), totals);
	totals->late = t->late;
	totals->latest_us = t->latest;
	bfd_thread_unlock(t);
}

/* ---- The loop. ---- */

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
	if (io->news != NULL)
		event_free(io->news);
	if (io->retry != NULL)
		event_free(io->retry);
	bfd_thread_free(io->thread);
	bfd_kept_close(io->file);
	free(io->roads);
	free(io->kept);
	free(io);
}
