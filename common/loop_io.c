/* SPDX-License-Identifier: Apache-2.0 */
#include "common/loop_io.h"

#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/log.h"

struct loop_signals {
	const struct loop_ops *ops;
	void *arg;
	bool stopping;
	struct event *hup, *term, *interrupt; /* owned */
};

enum {
	AHEAD,
	IN_TURN,
	PRIORITIES
}; /* of events; libevent gives the middle one */

/*
 * Without the interval a timer that falls due waits for all callbacks of the round. A
 * count of callbacks would do as well, but many short ones would then pay for a look
 * at all sockets each.
 */
struct event_base *
loop_new(void)
{
	static const struct timeval interval = { .tv_usec = 1000 };
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0 &&
	    event_config_set_max_dispatch_interval(
		config, &interval, -1, IN_TURN) == 0)
		base = event_base_new_with_config(config);
	if (base == NULL || event_base_priority_init(base, PRIORITIES) != 0)
		abort();
	event_config_free(config);
	return base;
}

void
loop_ahead(struct event *event)
{
	event_priority_set(event, AHEAD);
}

uint64_t
loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t
loop_wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t
now_of_loop(void *arg)
{
	(void)arg;
	return loop_now();
}

static int64_t
wall_of_loop(void *arg)
{
	(void)arg;
	return loop_wall();
}

const struct clock loop_clock = { now_of_loop, wall_of_loop, NULL };

void
loop_arm(struct event *timer, uint64_t at)
{
	uint64_t now = loop_now();

	loop_arm_in(timer, at > now ? at - now : 0);
}

void
loop_arm_in(struct event *timer, uint64_t ms)
{
	struct timeval tv = { (time_t)(ms / 1000),
		(suseconds_t)(ms % 1000 * 1000) };

	event_add(timer, &tv);
}

void
loop_event_free(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void
on_hup(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signals *s = arg;

	(void)signo;
	(void)what;
	s->ops->reload(s->arg);
}

static void
on_stop(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signals *s = arg;

	(void)what;
	if (s->stopping) {
		log_warn("signal %d again: ending at once", (int)signo);
		_exit(128 + (int)signo);
	}
	s->stopping = true;
	s->ops->stop(s->arg, (int)signo);
}

static struct event *
watch(struct event_base *base, int signo, event_callback_fn fn, void *arg)
{
	struct event *ev = evsignal_new(base, signo, fn, arg);

	if (ev == NULL || event_add(ev, NULL) < 0)
		abort();
	return ev;
}

struct loop_signals *
loop_signals_new(struct event_base *base, const struct loop_ops *ops, void *arg)
{
	struct loop_signals *s = xcalloc(1, sizeof(*s));

	s->ops = ops;
	s->arg = arg;
	signal(SIGPIPE, SIG_IGN);
	s->hup = watch(base, SIGHUP, on_hup, s);
	s->term = watch(base, SIGTERM, on_stop, s);
	s->interrupt = watch(base, SIGINT, on_stop, s);
	return s;
}

void
loop_signals_free(struct loop_signals *s)
{
	if (s == NULL)
		return;
	event_free(s->hup);
	event_free(s->term);
	event_free(s->interrupt);
	free(s);
}
