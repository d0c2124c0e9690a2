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

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/http_request.h"
#include "common/loop_io.h"
#include "common/metrics.h"
#include "tests/test.h"
#include "tests/unit/free_port.h"

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

static struct {    /* what permit() says, and has heard */
	bool shut; /* else everybody may */
	enum permit says;
	char token[64];
	struct addr from;
} gate;

static enum permit
permit(
    void *arg, const struct bearer *bearer, unsigned *ticket, struct err *why)
{
	(void)arg;
	if (bearer->token == NULL)
		strcpy(gate.token, "none");
	else
		snprintf(gate.token, sizeof(gate.token), "%.*s", (int)bearer->n,
		    bearer->token);
	gate.from = bearer->from;
	*ticket = 7;
	err_set(why, "as the gate says");
	return gate.says;
}

static const struct http_ops ops = { .ready = ready };
static const struct http_ops gated_ops = { .ready = ready, .permit = permit };

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	metrics = metrics_new();
	metrics_add(metrics, table, 1, NULL);
	is_ready = true;
	memset(&gate, 0, sizeof(gate));
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

static struct http *
try(const char *where, struct err *err)
{
	const struct http_options options = { .where = where,
		.metrics = metrics };

	return http_new(
	    base, &options, gate.shut ? &gated_ops : &ops, NULL, err);
}

static struct http *
serve(const char *host, uint16_t port)
{
	char where[64];
	struct err err = { "" };

	snprintf(where, sizeof(where), "%s:%u", host, port);
	struct http *h = try(where, &err);

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
	    "HTTP/1.1 405", 12);
	assert_non_null(strstr(reply, "\r\nAllow: GET, HEAD\r\n"));
	assert_memory_equal(
	    ask(port, "BREW /metrics HTTP/1.0\r\n\r\n"), "HTTP/1.1 501", 12);
	assert_null(strstr(reply, "Allow"));
	assert_memory_equal(ask(port, "junk\r\n\r\n"), "HTTP/1.1 400", 12);
	http_free(h);
}

/* RFC 9112 3.2: what is asked for of nobody is answered by nobody. */
TEST(who_names_no_host_is_told_so)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);

	ask(port, "GET /metrics HTTP/1.1\r\n\r\n");
	assert_memory_equal(reply, "HTTP/1.1 400", 12);
	assert_non_null(strstr(reply, "Host: one is needed, not 0"));
	assert_null(strstr(reply, "lbbgp_seven"));
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

/* The 4,001st waits until the first one's second is over. */
TEST(they_come_at_a_rate)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	uint64_t start = loop_now();

	for (unsigned i = 0; i < 4001; i++)
		get(port, "/healthz");
	assert_memory_equal(reply, "HTTP/1.1 200", 12);
	assert_true(loop_now() - start >= 990);
	http_free(h);
}

static void
run_for(unsigned ms)
{
	struct timeval time = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
}

/* A byte now and then does not count. */
TEST(who_drips_is_gone_in_time)
{
	uint16_t port = free_port();
	struct http *h = serve("127.0.0.1", port);
	int fd = dial(port);
	unsigned steps = 0;

	for (; steps < 150 && !is_closed(fd); steps++) {
		send(fd, "x", 1, MSG_NOSIGNAL);
		run_for(100);
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
		assert_null(try(rows[i], &err));
		assert_memory_equal(err.text, rows[i], strlen(rows[i]));
	}
}

/* Not what errno has from before. */
TEST(a_host_that_is_none_is_told)
{
	struct err err;

	assert_null(try("[::1%nolink]:9180", &err));
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
	assert_null(try(where, &err));
	assert_non_null(strstr(err.text, "Address already in use"));
	http_free(h);
}

TEST(who_may_is_asked_by_what_is_shown)
{
	static const struct {
		enum permit says;
		const char *answer;
	} rows[] = { { PERMIT_GRANTED, "HTTP/1.1 200" },
		{ PERMIT_UNKNOWN, "HTTP/1.1 401" },
		{ PERMIT_FORBIDDEN, "HTTP/1.1 403" },
		{ PERMIT_UNCERTAIN, "HTTP/1.1 503" } };
	uint16_t port = free_port();
	struct addr loopback;

	gate.shut = true;
	struct http *h = serve("127.0.0.1", port);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool granted = rows[i].says == PERMIT_GRANTED;

		gate.says = rows[i].says;
		assert_memory_equal(get(port, "/metrics"), rows[i].answer, 12);
		assert_string_equal(gate.token, "none");
		assert_int_equal(strstr(reply, "lbbgp_seven") != NULL, granted);
		assert_int_equal(
		    strstr(reply, "as the gate says") != NULL, !granted);
	}
	assert_memory_equal(ask(port,
				"GET /metrics HTTP/1.1\r\nHost: x\r\n"
				"Authorization: Bearer abc\r\n\r\n"),
	    "HTTP/1.1 503", 12);
	assert_string_equal(gate.token, "abc");
	assert_true(addr_parse("127.0.0.1", &loopback));
	assert_true(addr_eq(&gate.from, &loopback));
	assert_memory_equal(get(port, "/readyz"), "HTTP/1.1 200", 12);
	is_ready = false;
	assert_memory_equal(get(port, "/readyz"), "HTTP/1.1 503", 12);
	assert_null(strstr(reply, "nothing is listed yet"));
	http_free(h);
}

/* Of another first, which is none of his business. */
static void
on_decide(evutil_socket_t fd, short what, void *arg)
{
	struct err why = { "late" };

	(void)fd;
	(void)what;
	http_decided(arg, 8, PERMIT_GRANTED, &why);
	http_decided(arg, 7, PERMIT_FORBIDDEN, &why);
}

TEST(who_waits_is_answered_when_it_is_decided)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	struct timeval soon = { 0, 50000 };
	uint16_t port = free_port();

	gate.shut = true;
	gate.says = PERMIT_WAITS;
	struct http *h = serve("127.0.0.1", port);
	int other = dial(port);
	assert_true(write(other, request, strlen(request)) > 0);
	event_base_once(base, -1, EV_TIMEOUT, on_decide, h, &soon);
	assert_memory_equal(get(port, "/metrics"), "HTTP/1.1 403", 12);
	assert_non_null(strstr(reply, "late"));
	assert_int_equal(
	    recv(other, reply, sizeof(reply) - 1, MSG_DONTWAIT) > 0, 1);
	assert_memory_equal(reply, "HTTP/1.1 403", 12);
	close(other);
	http_free(h);
}

/* ---- pages of its owner ---- */

static struct http_answer
page(void *arg, const struct http_request *r)
{
	(void)arg;
	return (struct http_answer){ "200 OK", "text/event-stream",
		"X-Field: 1\r\n", xasprintf("path %s\n", r->path),
		strcmp(r->path, "/stays") == 0 };
}

static struct http *
serve_pages_for(uint16_t port, unsigned stays_most)
{
	static const struct http_ops of_pages = { .page = page };
	char where[64];
	struct err err = { "" };

	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	const struct http_options options = { .where = where,
		.stays_most = stays_most };
	struct http *h = http_new(base, &options, &of_pages, NULL, &err);

	assert_non_null(h);
	return h;
}

static struct http *
serve_pages(uint16_t port)
{
	return serve_pages_for(port, 600);
}

/* Whose answer stays open; he has read its beginning, if there is one. */
static int
listener(uint16_t port)
{
	static const char request[] = "GET /stays HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial(port);

	assert_true(write(fd, request, strlen(request)) > 0);
	for (unsigned i = 0; i < 3; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ssize_t n = recv(fd, reply, sizeof(reply) - 1, MSG_DONTWAIT);
	reply[n > 0 ? n : 0] = '\0';
	return fd;
}

TEST(its_owner_may_answer_in_place_of_all_else)
{
	uint16_t port = free_port();
	struct http *h = serve_pages(port);

	assert_memory_equal(get(port, "/metrics"), "HTTP/1.1 200", 12);
	assert_non_null(strstr(reply, "\r\nX-Field: 1\r\n"));
	assert_non_null(strstr(reply, "\r\n\r\npath /metrics\n"));
	assert_memory_equal(
	    ask(port, "POST / HTTP/1.0\r\n\r\n"), "HTTP/1.1 405", 12);
	ask(port, "HEAD /stays HTTP/1.0\r\n\r\n");
	assert_memory_equal(reply, "HTTP/1.1 200", 12);
	assert_null(strstr(reply, "path"));
	http_free(h);
}

static bool
is_local(const char *host)
{
	uint16_t port = free_port();
	struct http *h = serve(host, port);
	bool local = http_is_local(h);

	http_free(h);
	return local;
}

/* Whatever the C library takes for it. */
TEST(loopback_is_reached_from_this_host_only)
{
	assert_true(is_local("127.0.0.1"));
	assert_true(is_local("127.8.0.1"));
	assert_true(is_local("0x7f000001"));
	assert_true(is_local("127.1"));
	assert_true(is_local("localhost"));
	assert_true(is_local("[::1]"));
	assert_true(is_local("[::ffff:127.0.0.1]"));
	assert_false(is_local(""));
	assert_false(is_local("0.0.0.0"));
	assert_false(is_local("[::]"));
}

TEST(an_answer_that_stays_is_added_to)
{
	uint16_t port = free_port();
	struct http *h = serve_pages(port);
	int fd = listener(port);

	assert_non_null(strstr(reply, "\r\n\r\npath /stays\n"));
	assert_null(strstr(reply, "Content-Length"));
	assert_int_equal(http_listeners(h), 1);
	http_tell(h, "news\n");
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(recv(fd, reply, sizeof(reply), MSG_DONTWAIT), 5);
	assert_memory_equal(reply, "news\n", 5);
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(http_listeners(h), 0);
	http_free(h);
}

/* Other than all else, which has ten seconds. */
TEST(an_answer_that_stays_ends_in_time)
{
	uint16_t port = free_port();
	struct http *h = serve_pages_for(port, 1);
	int fd = listener(port);

	run_for(700);
	assert_int_equal(http_listeners(h), 1);
	run_for(800);
	assert_int_equal(http_listeners(h), 0);
	assert_true(is_closed(fd));
	close(fd);
	http_free(h);
}

/* The others are served all the same. */
TEST(so_many_may_listen_and_no_more)
{
	uint16_t port = free_port();
	struct http *h = serve_pages(port);
	int fds[9];

	for (unsigned i = 0; i < 9; i++) {
		fds[i] = listener(port);
		assert_memory_equal(
		    reply, i < 8 ? "HTTP/1.1 200" : "HTTP/1.1 503", 12);
	}
	assert_int_equal(http_listeners(h), 8);
	assert_memory_equal(get(port, "/"), "HTTP/1.1 200", 12);
	for (unsigned i = 0; i < 9; i++)
		close(fds[i]);
	http_free(h);
}

/* Once the kernel has taken what it takes, megabytes on both sides. */
TEST(a_slow_reader_is_let_go)
{
	uint16_t port = free_port();
	struct http *h = serve_pages(port);
	int slow = listener(port), reads = listener(port);
	char text[4001];
	unsigned i = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (; i < 10000 && http_listeners(h) == 2; i++) {
		http_tell(h, text);
		event_base_loop(base, EVLOOP_NONBLOCK);
		while (recv(reads, reply, sizeof(reply), MSG_DONTWAIT) > 0)
			;
	}
	assert_in_range(i, 2, 9999);
	assert_int_equal(http_listeners(h), 1);
	close(slow);
	close(reads);
	http_free(h);
}

TEST(who_talks_on_does_not_listen)
{
	uint16_t port = free_port();
	struct http *h = serve_pages(port);
	int fd = listener(port);

	assert_int_equal(write(fd, "x", 1), 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(http_listeners(h), 0);
	close(fd);
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
		T(who_names_no_host_is_told_so),
		T(who_is_silent_takes_neither_place_nor_descriptors),
		T(they_come_at_a_rate),
		T(who_drips_is_gone_in_time),
		T(an_endless_head_is_refused),
		T(bad_address_is_refused),
		T(a_host_that_is_none_is_told),
		T(taken_port_is_told),
		T(who_may_is_asked_by_what_is_shown),
		T(who_waits_is_answered_when_it_is_decided),
		T(its_owner_may_answer_in_place_of_all_else),
		T(loopback_is_reached_from_this_host_only),
		T(an_answer_that_stays_is_added_to),
		T(an_answer_that_stays_ends_in_time),
		T(so_many_may_listen_and_no_more),
		T(a_slow_reader_is_let_go),
		T(who_talks_on_does_not_listen),
	};

	return cmocka_run_group_tests_name("http_io", tests, NULL, NULL);
}
