/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_io against an HTTP server on loopback.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "bgpd/health/health_io.h"
#include "bgpd/health/health_port.h"
#include "tests/test.h"

static struct event_base *base;
static struct evhttp *server;
static char asked[128]; /* what the server was asked for last */
static unsigned answers;
static bool good;
static char told[32]; /* "1+ 2-": who answered how */

static void
on_answered(void *arg, uint32_t id, bool is_good)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof(told) - used, "%s%u%c",
	    used > 0 ? " " : "", id, is_good ? '+' : '-');
	good = is_good;
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
ask(const char *url)
{
	struct health_io *h = health_io_new(base, &ops, NULL);
	const struct health_port *port = health_io_port(h);
	unsigned before = answers;

	port->ask(port->arg, 1, url);
	assert_int_equal(answers, before); /* never from within */
	wait_for_answer();
	health_io_free(h);
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
	struct health_io *h = health_io_new(base, &ops, NULL);
	const struct health_port *port = health_io_port(h);
	char url[64];

	told[0] = '\0';
	port->ask(port->arg, 7, "http://");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", at);
	port->ask(port->arg, 8, url);
	port->ask(port->arg, 9, url);
	port->forget(port->arg, 9);
	wait_for_answer();
	wait_for_answer();
	assert_string_equal(told, "7- 8+");
	port->ask(port->arg, 9, "http://");
	port->ask(port->arg, 9, url); /* in place of the first */
	wait_for_answer();
	assert_string_equal(told, "7- 8+ 9+");
	health_io_free(h);
	evhttp_free(server);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
