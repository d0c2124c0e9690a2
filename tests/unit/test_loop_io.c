/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop_io.h"
#include "tests/test.h"

static unsigned reloads, stops;
static int stopped_by;

static void
on_reload(void *arg)
{
	(void)arg;
	reloads++;
}

static void
on_stop(void *arg, int signo)
{
	(void)arg;
	stops++;
	stopped_by = signo;
}

static const struct loop_ops ops = { .reload = on_reload, .stop = on_stop };

static void
quiet(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

TEST(signals_become_calls)
{
	struct event_base *base = event_base_new();
	struct loop_signals *s = loop_signals_new(base, &ops, NULL);

	raise(SIGHUP);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(reloads, 1);
	raise(SIGPIPE); /* is survived */
	raise(SIGTERM);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(stops, 1);
	assert_int_equal(stopped_by, SIGTERM);
	loop_signals_free(s);
	event_base_free(base);
}

TEST(second_signal_ends_at_once)
{
	int status;

	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct event_base *base = event_base_new();

		log_set_sink(quiet);
		loop_signals_new(base, &ops, NULL);
		raise(SIGTERM);
		event_base_loop(base, EVLOOP_NONBLOCK);
		raise(SIGINT);
		event_base_loop(base, EVLOOP_NONBLOCK);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
}

TEST(clock_goes_forward)
{
	uint64_t before = loop_now();

	usleep(3000);
	uint64_t after = loop_now();
	assert_true(after >= before + 3);
	assert_true(after < before + 5000);
}

/* --- Sockets that are always readable, and a timer. --- */

enum {
	BUSY = 64,
	EACH = 2000, /* us, more than the loop's interval */
};

static struct event_base *base;
static uint64_t due; /* of the timer */
static unsigned served[BUSY], late;

static void
on_busy(evutil_socket_t fd, short what, void *arg)
{
	unsigned *n = arg;

	(void)fd;
	(void)what;
	late += due != 0 && loop_now() >= due;
	++*n;
	usleep(EACH);
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	due = 0;
	event_base_loopbreak(base);
}

static void
busy_new(struct event *events[], int pipes[][2])
{
	memset(served, 0, sizeof(served));
	base = loop_new();
	for (unsigned i = 0; i < BUSY; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(write(pipes[i][1], "", 1), 1);
		events[i] = event_new(base, pipes[i][0], EV_READ | EV_PERSIST,
		    on_busy, &served[i]);
		event_add(events[i], NULL);
	}
}

static void
busy_free(struct event *events[], int pipes[][2])
{
	for (unsigned i = 0; i < BUSY; i++) {
		event_free(events[i]);
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	event_base_free(base);
}

TEST(timer_that_is_ahead_waits_for_no_round_of_callbacks)
{
	struct event *events[BUSY], *timer;
	int pipes[BUSY][2];

	busy_new(events, pipes);
	timer = evtimer_new(base, on_due, NULL);
	loop_ahead(timer);
	due = loop_now() + 50;
	loop_arm(timer, due);
	event_base_dispatch(base);
	assert_in_range(late, 0, 1); /* it began in the same millisecond */
	event_free(timer);
	busy_free(events, pipes);
}

/* Though the loop looks at all of them again after each callback. */
TEST(busy_sockets_take_turns)
{
	struct event *events[BUSY];
	struct timeval end = { .tv_usec = 4 * BUSY * EACH };
	int pipes[BUSY][2];

	busy_new(events, pipes);
	event_base_loopexit(base, &end);
	event_base_dispatch(base);
	for (unsigned i = 0; i < BUSY; i++)
		assert_in_range(served[i], served[0] - 1, served[0] + 1);
	busy_free(events, pipes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_become_calls),
		cmocka_unit_test(second_signal_ends_at_once),
		cmocka_unit_test(
		    timer_that_is_ahead_waits_for_no_round_of_callbacks),
		cmocka_unit_test(busy_sockets_take_turns),
		cmocka_unit_test(clock_goes_forward),
	};

	return cmocka_run_group_tests_name("loop_io", tests, NULL, NULL);
}
