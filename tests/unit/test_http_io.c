/* SPDX-License-Identifier: Apache-2.0 */
/* The server on loopback, asked by a plain socket on the same loop. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "common/http_io.h"
#include "common/metrics.h"
#include "tests/test.h"

static struct event_base *base;
static struct metrics *metrics;
static bool is_ready;
static char reply[4096];

static void
collect(void *arg, struct metrics_out *out)
{
	(void)arg;
	metrics_value(out, NULL, 0, 7);
}

static const struct metric table[] = {
	{ "lbbgp_seven", "Seven.", METRIC_GAUGE, collect, NULL },
};

static bool
ready(void *arg, struct err *why)
{
	(void)arg;
	return is_ready || err_set(why, "nothing is listed yet");
}

static const struct http_ops ops = { .ready = ready };

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	metrics = metrics_new();
	metrics_add(metrics, table, 1, NULL);
	is_ready = true;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	metrics_free(metrics);
	event_base_free(base);
	return 0;
}

/* A port that was free a moment ago. */
static uint16_t
free_port(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	close(fd);
	return ntohs(sa.sin_port);
}

static struct http *
serve(const char *host, uint16_t port)
{
	char where[64];
	struct err err = { "" };

	snprintf(where, sizeof(where), "%s:%u", host, port);
	struct http *h = http_new(base, where, metrics, &ops, NULL, &err);
	assert_string_equal(err.text, "");
	assert_non_null(h);
	return h;
}

static const char *
ask(uint16_t port, const char *request)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t n = 0;

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_true(write(fd, request, strlen(request)) > 0);
	for (ssize_t got = -1; got != 0 && n < sizeof(reply) - 1;) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		got = recv(fd, reply + n, sizeof(reply) - 1 - n, MSG_DONTWAIT);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	reply[n] = '\0';
	return reply;
}

static const char *
get(uint16_t port, const char *path)
{
	char request[256];

	snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
	return ask(port, request);
}

TEST(metrics_are_served_as_text)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);

	assert_memory_equal(get(port, "/metrics"), "HTTP/1.1 200", 12);
	assert_non_null(
	    strstr(reply, "Content-Type: text/plain; version=0.0.4"));
	assert_non_null(strstr(reply, "\r\n\r\n# HELP lbbgp_seven Seven."));
	assert_non_null(strstr(reply, "\nlbbgp_seven 7\n"));
	http_free(h);
}

TEST(readiness_is_asked_for_each_time)
{
	uint16_t port = free_port();
	struct http *h = serve("", port);

	is_ready = false;
	assert_memory_equal(get(port, "/readyz"), "HTTP/1.1 503", 12);
	assert_non_null(strstr(reply, "nothing is listed yet"));
	assert_memory_equal(get(port, "/healthz"), "HTTP/1.1 200", 12);
	is_ready = true;
	assert_memory_equal(get(port, "/readyz"), "HTTP/1.1 200", 12);
	http_free(h);
}

TEST(nothing_else_is_served)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);

	assert_memory_equal(get(port, "/"), "HTTP/1.1 404", 12);
	assert_memory_equal(get(port, "/metrics/x"), "HTTP/1.1 404", 12);
	assert_memory_equal(ask(port,
				"POST /metrics HTTP/1.1\r\nHost: x\r\n"
				"Connection: close\r\n"
				"Content-Length: 0\r\n\r\n"),
	    "HTTP/1.1 501", 12);
	assert_memory_equal(ask(port, "junk\r\n\r\n"), "HTTP/1.1 400", 12);
	http_free(h);
}

static int
dial(uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	return fd;
}

static bool
is_closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* More than are let in say nothing; a late one is answered all the same. */
TEST(who_is_silent_takes_neither_place_nor_descriptors)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	int silent[200];
	unsigned open = 0;

	for (unsigned i = 0; i < 200; i++)
		silent[i] = dial(port);
	assert_memory_equal(get(port, "/healthz"), "HTTP/1.1 200", 12);
	for (unsigned i = 0; i < 200; i++)
		open += !is_closed(silent[i]);
	assert_in_range(open, 1, 32);
	assert_true(is_closed(silent[0]));
	assert_false(is_closed(silent[199]));
	for (unsigned i = 0; i < 200; i++)
		close(silent[i]);
	http_free(h);
}

/* A byte now and then does not count. */
TEST(who_drips_is_gone_in_time)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	int fd = dial(port);
	unsigned steps = 0;

	for (; steps < 150 && !is_closed(fd); steps++) {
		struct timeval step = { 0, 100000 };

		send(fd, "x", 1, MSG_NOSIGNAL);
		event_base_loopexit(base, &step);
		event_base_dispatch(base);
	}
	assert_in_range(steps, 90, 120);
	close(fd);
	http_free(h);
}

TEST(an_endless_head_is_refused)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	char text[9000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_memory_equal(ask(port, text), "HTTP/1.1 431", 12);
	http_free(h);
}

TEST(bad_address_is_refused)
{
	static const char *const rows[] = { "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x",
		"192.0.2.1:9" };
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err.text[0] = '\0';
		assert_null(http_new(base, rows[i], metrics, &ops, NULL, &err));
		assert_memory_equal(err.text, rows[i], strlen(rows[i]));
	}
}

/* Not what errno has from before. */
TEST(a_host_that_is_none_is_told)
{
	struct err err;

	assert_null(
	    http_new(base, "[::1%nolink]:9180", metrics, &ops, NULL, &err));
	assert_memory_equal(err.text, "[::1%nolink]:9180: ", 19);
	assert_string_equal(
	    err.text + 19, evutil_gai_strerror(EVUTIL_EAI_NONAME));
}

TEST(taken_port_is_told)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	char where[64];
	struct err err;

	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	assert_null(http_new(base, where, metrics, &ops, NULL, &err));
	assert_non_null(strstr(err.text, "Address already in use"));
	http_free(h);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(metrics_are_served_as_text),
		T(readiness_is_asked_for_each_time),
		T(nothing_else_is_served),
		T(who_is_silent_takes_neither_place_nor_descriptors),
		T(who_drips_is_gone_in_time),
		T(an_endless_head_is_refused),
		T(bad_address_is_refused),
		T(a_host_that_is_none_is_told),
		T(taken_port_is_told),
	};

	return cmocka_run_group_tests_name("http_io", tests, NULL, NULL);
}
