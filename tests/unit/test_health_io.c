/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_io against an HTTP server on loopback. What is over TLS is in
 * test_health_tls.c, commands are in test_commands_io.c.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bgpd/health/health_io.h"
#include "bgpd/health/health_port.h"
#include "tests/test.h"

static struct event_base *base;
static struct evhttp *server;
static char asked[128]; /* what the server was asked for last */
static unsigned answers;
static bool good;
static char told[32]; /* "1+ 2-": who answered how */
static char reason[128];

static void
on_answered(void *arg, uint32_t id, const char *why)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof(told) - used, "%s%u%c",
	    used > 0 ? " " : "", id, why == NULL ? '+' : '-');
	snprintf(reason, sizeof(reason), "%s", why != NULL ? why : "");
	good = why == NULL;
	answers++;
	event_base_loopbreak(base);
}

static const struct health_io_ops ops = { .answered = on_answered };

static void
on_request(struct evhttp_request *request, void *arg)
{
	const char *host = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Host");

	(void)arg;
	snprintf(asked, sizeof(asked), "%s %s", host,
	    evhttp_request_get_uri(request));
	evhttp_send_reply(
	    request, strstr(asked, "/bad") != NULL ? 503 : HTTP_OK, NULL, NULL);
}

static uint16_t
serve(const char *address)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct evhttp_bound_socket *bound;

	base = event_base_new();
	server = evhttp_new(base);
	bound = evhttp_bind_socket_with_handle(server, address, 0);
	assert_non_null(bound);
	evhttp_set_gencb(server, on_request, NULL);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound),
			     (struct sockaddr *)&at, &len),
	    0);
	return ntohs(at.ss_family == AF_INET
		? ((struct sockaddr_in *)&at)->sin_port
		: ((struct sockaddr_in6 *)&at)->sin6_port);
}

static void
wait_for_answer(void)
{
	struct timeval patience = { 10, 0 };
	unsigned before = answers;

	event_base_loopexit(base, &patience);
	event_base_dispatch(base);
	assert_int_equal(answers, before + 1);
}

static void
ask_question(const struct health_question *question)
{
	struct health_io *h = health_io_new(base, NULL, &ops, NULL);
	const struct health_port *port = health_io_port(h);
	unsigned before = answers;

	port->ask(port->arg, 1, question);
	assert_int_equal(answers, before); /* never from within */
	wait_for_answer();
	health_io_free(h);
}

static void
ask_url(const struct health_port *port, uint32_t id, const char *url)
{
	const struct health_question question = {
		.ask = HEALTH_ASK_HTTP, .timeout = 5000, .url = url
	};

	port->ask(port->arg, id, &question);
}

static void
ask(const char *url)
{
	const struct health_question question = {
		.ask = HEALTH_ASK_HTTP, .timeout = 5000, .url = url
	};

	ask_question(&question);
}

/* The host as it stands in a URL, served at the address. */
static void
ask_at(const char *host, const char *address, const char *path)
{
	char url[128];

	snprintf(
	    url, sizeof(url), "http://%s:%u%s", host, serve(address), path);
	ask(url);
	evhttp_free(server);
	event_base_free(base);
}

TEST(any_2xx_is_good)
{
	ask_at("127.0.0.1", "127.0.0.1", "/healthz");
	assert_true(good);
	ask_at("127.0.0.1", "127.0.0.1", "/bad");
	assert_false(good);
	assert_string_equal(reason, "HTTP status 503");
}

TEST(the_whole_url_is_asked_for)
{
	ask_at("127.0.0.1", "127.0.0.1", "/ready?verbose=1");
	assert_non_null(strstr(asked, "127.0.0.1:"));
	assert_non_null(strstr(asked, " /ready?verbose=1"));
	ask_at("127.0.0.1", "127.0.0.1", "");
	assert_string_equal(strchr(asked, ' '), " /");
}

TEST(an_ipv6_address_stands_in_brackets)
{
	ask_at("[::1]", "::1", "/");
	assert_true(good);
}

TEST(a_name_is_looked_up)
{
	ask_at("localhost", "127.0.0.1", "/");
	assert_true(good);
}

TEST(nobody_there_is_bad)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", serve("127.0.0.1"));
	evhttp_free(server);
	ask(url);
	assert_false(good);
	ask("http://");
	assert_false(good);
	event_base_free(base);
}

TEST(each_answer_bears_the_id_of_its_question)
{
	uint16_t at = serve("127.0.0.1");
	struct health_io *h = health_io_new(base, NULL, &ops, NULL);
	const struct health_port *port = health_io_port(h);
	char url[64];

	told[0] = '\0';
	ask_url(port, 7, "http://");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", at);
	ask_url(port, 8, url);
	ask_url(port, 9, url);
	port->forget(port->arg, 9);
	wait_for_answer();
	wait_for_answer();
	assert_string_equal(told, "7- 8+");
	ask_url(port, 9, "http://");
	ask_url(port, 9, url); /* in place of the first */
	wait_for_answer();
	assert_string_equal(told, "7- 8+ 9+");
	health_io_free(h);
	evhttp_free(server);
	event_base_free(base);
}

/* As an answer that is longer than anybody reads: what counts is its status. */
static void
on_long_request(struct evhttp_request *request, void *arg)
{
	static char body[300000];
	struct evbuffer *out = evhttp_request_get_output_buffer(request);

	(void)arg;
	evbuffer_add(out, body, sizeof(body));
	evhttp_send_reply(request, HTTP_OK, NULL, NULL);
}

TEST(a_long_answer_is_good_by_its_status)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", serve("127.0.0.1"));
	evhttp_set_gencb(server, on_long_request, NULL);
	ask(url);
	assert_string_equal(reason, "");
	assert_true(good);
	evhttp_free(server);
	event_base_free(base);
}

static void
on_redirected(struct evhttp_request *request, void *arg)
{
	evhttp_add_header(evhttp_request_get_output_headers(request),
	    "Location", "/elsewhere");
	(void)arg;
	snprintf(asked, sizeof(asked), "%s", evhttp_request_get_uri(request));
	evhttp_send_reply(request, 302, NULL, NULL);
}

/* Who redirects is not asked further: it would lead anywhere. */
TEST(a_redirection_is_not_followed)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", serve("127.0.0.1"));
	evhttp_set_gencb(server, on_redirected, NULL);
	ask(url);
	assert_string_equal(reason, "HTTP status 302");
	assert_string_equal(asked, "/");
	evhttp_free(server);
	event_base_free(base);
}

/* Accepts, as the kernel does, and is silent. */
static int
open_silent(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	base = event_base_new();
	return fd;
}

TEST(who_is_silent_until_the_timeout_is_bad)
{
	struct health_question q = { .ask = HEALTH_ASK_HTTP, .timeout = 100 };
	uint16_t port;
	int fd = open_silent(&port);
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	q.url = url;
	ask_question(&q);
	assert_false(good);
	assert_non_null(strstr(reason, "timed out"));
	close(fd);
	event_base_free(base);
}

TEST(a_tcp_connection_is_enough)
{
	struct health_question q = {
		.ask = HEALTH_ASK_TCP, .timeout = 5000, .host = "127.0.0.1"
	};
	int fd = open_silent(&q.port);

	ask_question(&q);
	assert_true(good);
	q.host = "localhost"; /* which may be ::1 as well */
	ask_question(&q);
	assert_true(good);
	close(fd);
	ask_question(&q);
	assert_false(good);
	event_base_free(base);
}

TEST(a_tcp_connection_over_ipv6)
{
	struct health_question q = { .ask = HEALTH_ASK_TCP,
		.timeout = 5000,
		.host = "::1",
		.port = serve("::1") };

	ask_question(&q);
	assert_true(good);
	evhttp_free(server);
	event_base_free(base);
}

TEST(no_command_is_run_without_leave)
{
	char *argv[] = { (char *)"/bin/true", NULL };
	const struct health_question q = {
		.ask = HEALTH_ASK_COMMAND, .timeout = 5000, .argv = argv
	};
	base = event_base_new();

	ask_question(&q);
	assert_false(good);
	assert_non_null(strstr(reason, "--allow-commands"));
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_2xx_is_good),
		cmocka_unit_test(the_whole_url_is_asked_for),
		cmocka_unit_test(an_ipv6_address_stands_in_brackets),
		cmocka_unit_test(a_name_is_looked_up),
		cmocka_unit_test(nobody_there_is_bad),
		cmocka_unit_test(each_answer_bears_the_id_of_its_question),
		cmocka_unit_test(a_long_answer_is_good_by_its_status),
		cmocka_unit_test(a_redirection_is_not_followed),
		cmocka_unit_test(who_is_silent_until_the_timeout_is_bad),
		cmocka_unit_test(a_tcp_connection_is_enough),
		cmocka_unit_test(a_tcp_connection_over_ipv6),
		cmocka_unit_test(no_command_is_run_without_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
