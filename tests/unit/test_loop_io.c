/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/event.h>
#include <signal.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_become_calls),
		cmocka_unit_test(second_signal_ends_at_once),
		cmocka_unit_test(clock_goes_forward),
	};

	return cmocka_run_group_tests_name("loop_io", tests, NULL, NULL);
}
