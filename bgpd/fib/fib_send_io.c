/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fib/fib_send_io.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"

struct fib_send {
	fib_sent *sent;
	void *arg;
	int fd;
	int told;            /* an eventfd: the batch is through */
	struct event *event; /* owned; of it */
	pthread_t thread;
	bool runs;
	bool busy;
	sem_t given; /* there is a batch, or the end */
	/* Of the thread from given to told, else the loop's. */
	bool quit;
	const uint8_t *bytes; /* borrowed */
	size_t n;
	int error;
};

static void *
work(void *arg)
{
	struct fib_send *s = arg;
	uint64_t one = 1;

	for (;;) {
		while (sem_wait(&s->given) != 0)
			continue;
		if (s->quit)
			return NULL;
		s->error = send(s->fd, s->bytes, s->n, 0) < 0 ? errno : 0;
		while (write(s->told, &one, sizeof(one)) < 0 && errno == EINTR)
			continue;
	}
}

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	struct fib_send *s = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return;
	s->busy = false;
	s->sent(s->arg, s->error);
}

struct fib_send *
fib_send_new(
    struct event_base *base, int fd, fib_sent *sent, void *arg, struct err *err)
{
	int told = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (told < 0) {
		err_set(err, "eventfd: %s", strerror(errno));
		return NULL;
	}
	struct fib_send *s = xcalloc(1, sizeof(*s));

	*s = (struct fib_send){
		.sent = sent, .arg = arg, .fd = fd, .told = told
	};
	sem_init(&s->given, 0, 0);
	s->event = event_new(base, told, EV_READ | EV_PERSIST, on_told, s);
	event_add(s->event, NULL);
	return s;
}

void
fib_send_free(struct fib_send *s)
{
	if (s == NULL)
		return;
	if (s->runs) {
		s->quit = true; /* behind the batch that it may be at */
		sem_post(&s->given);
		pthread_join(s->thread, NULL);
	}
	event_free(s->event);
	sem_destroy(&s->given);
	close(s->told);
	free(s);
}

/* Signals are the loop's. */
static bool
begin(struct fib_send *s, struct err *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int rc = pthread_create(&s->thread, NULL, work, s);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->runs = rc == 0;
	return s->runs || err_set(err, "thread: %s", strerror(rc));
}

bool
fib_send(struct fib_send *s, const uint8_t *bytes, size_t n, struct err *err)
{
	if (!s->runs && !begin(s, err))
		return false;
	s->bytes = bytes;
	s->n = n;
	s->busy = true;
	sem_post(&s->given);
	return true;
}

bool
fib_send_is_busy(const struct fib_send *s)
{
	return s->busy;
}
