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
 */
#include "bgpd/bfd/bfd_thread_io.h"

#include <errno.h>
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
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/bfd/bfd.h"
#include "bgpd/bfd/bfd_socket_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/lockdown_io.h"
#include "common/log.h"

enum {
	PRIORITY = 20,          /* of SCHED_RR; interrupts as threads have 50 */
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

uint64_t
bfd_thread_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct bfd *
bfd_thread_lock(struct bfd_thread *t)
{
	pthread_mutex_lock(&t->lock);
	return t->bfd;
}

void
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

void
bfd_thread_quiet(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n;
}

void
bfd_thread_wake(struct bfd_thread *t)
{
	ring(t->wake);
}

int
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

struct sender *
bfd_thread_sender(int fd)
{
	struct sender *link = xcalloc(1, sizeof(*link));

	link->fd = fd;
	link->failed = UNTRIED;
	return link;
}

void
bfd_thread_link(struct bfd_thread *t, uint32_t id, int fd, int scope)
{
	struct sender *link = fd >= 0 ? bfd_thread_sender(fd) : NULL;
	struct sender *was = bfd_link(bfd_thread_lock(t), id, link, scope);

	bfd_thread_unlock(t);
	sender_free(was);
}

int
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

unsigned
bfd_thread_hearer(const struct bfd_config *c)
{
	return 1u << index_of(c);
}

bool
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

void
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

struct bfd_thread *
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

void
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

void
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

const char *
bfd_thread_slow(const struct bfd_thread *t)
{
	return t->real_time ? NULL : t->slow;
}

void
bfd_thread_count(struct bfd_thread *t, struct bfd_totals *totals)
{
	*totals = (struct bfd_totals){ .real_time = t->real_time };
	memcpy(totals->trouble, t->slow, sizeof(totals->trouble));
	bfd_count_packets(bfd_thread_lock(t), totals);
	totals->late = t->late;
	totals->latest_us = t->latest;
	bfd_thread_unlock(t);
}
