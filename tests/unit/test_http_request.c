/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_request.h"
#include "tests/test.h"

#define WHOLE "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"

static struct err err;

static bool
parse(const char *head, struct http_request *r)
{
	err.text[0] = '\0';
	return http_request_parse(head, strlen(head), r, &err);
}

TEST(method_and_path_are_read)
{
	struct http_request r;

	assert_true(parse(WHOLE, &r));
	assert_true(r.get);
	assert_false(r.head);
	assert_string_equal(r.path, "/metrics");
	assert_true(parse("HEAD / HTTP/1.0\n\n", &r));
	assert_true(r.head);
	assert_string_equal(r.path, "/");
	assert_true(parse("PUT / HTTP/1.1\r\nHost:\r\n\r\n", &r));
	assert_false(r.get || r.head);
	assert_true(r.other);
	assert_true(parse("put / HTTP/1.0\r\n\r\n", &r));
	assert_false(r.get || r.head || r.other);
}

TEST(a_head_cut_anywhere_is_not_whole)
{
	for (size_t n = 0; n < strlen(WHOLE); n++) {
		char *copy = xcalloc(n + 1, 1);
		char *exact = realloc(copy, n > 0 ? n : 1);

		memcpy(exact, WHOLE, n);
		assert_int_equal(http_head_length(exact, n), 0);
		free(exact);
	}
	assert_int_equal(
	    http_head_length(WHOLE "more", strlen(WHOLE) + 4), strlen(WHOLE));
	assert_int_equal(http_head_length("a\n\nb", 4), 3);
}

TEST(what_is_no_request_is_refused)
{
	static const char *const rows[] = { "\n", "GET\n", "GET /\n",
		"GET / HTTP/2.0\n", "GET / HTTP/1.1x\n", " / HTTP/1.1\n",
		"GET  HTTP/1.1\n", "GET / HTTP/1.\n", "GET / HTTP/1.1",
		"\r\n\r\n", "\n\nGET / HTTP/1.0\n\n" };
	struct http_request r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(parse(rows[i], &r));
}

TEST(a_path_that_is_too_long_is_none)
{
	char text[200] = "GET /";
	struct http_request r;

	memset(text + 5, 'a', 100);
	strcat(text, " HTTP/1.0\n\n");
	assert_true(parse(text, &r));
	assert_string_equal(r.path, "");
}

/* Of a request with these fields; owned, "": none. */
static char *
token_of(const char *fields)
{
	char *head = xasprintf("GET /metrics HTTP/1.0\r\n%s\r\n", fields);
	struct http_request r;

	assert_true(parse(head, &r));
	char *token =
	    xasprintf("%.*s", (int)r.n_token, r.token != NULL ? r.token : "");
	free(head);
	return token;
}

static void
assert_token(const char *fields, const char *want)
{
	char *token = token_of(fields);

	assert_string_equal(token, want);
	free(token);
}

TEST(a_bearer_token_is_read)
{
	assert_token("Authorization: Bearer a.b-c_d~+/==\r\n", "a.b-c_d~+/==");
	assert_token("Host: x\r\nauthorization:\tbearer   eyJ \r\n", "eyJ");
	assert_token("Authorization: Bearer x\nHost: y\n", "x");
}

TEST(what_is_no_bearer_token_is_none)
{
	static const char *const rows[] = { "", "X-Field: Bearer x\r\n",
		"Authorization: Basic eDp5\r\n", "Authorization: Bearer\r\n",
		"Authorization: Bearer \r\n", "Authorization: Bearerx\r\n",
		"Authorization: Bearer ==\r\n", "Authorization: Bearer a b\r\n",
		"Authorization: Bearer a\"b\r\n",
		"Authorization: Bearer a,b\r\n",
		"X-Authorization: Bearer x\r\n",
		"Authorization: Bearer x\r\nAuthorization: Bearer x\r\n",
		"Authorization: Bearer x\r\nauthorization: Basic y\r\n" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_token(rows[i], "");
}

/* Of a request line with these fields; owned, NULL: it is refused. */
static char *
host_of(const char *line, const char *fields)
{
	char *head = xasprintf("%s\r\n%s\r\n", line, fields), *host = NULL;
	struct http_request r;

	if (parse(head, &r))
		host = xasprintf(
		    "%.*s", (int)r.n_host, r.host != NULL ? r.host : "none");
	free(head);
	return host;
}

static void
assert_host(const char *line, const char *fields, const char *want)
{
	char *host = host_of(line, fields);

	assert_non_null(host);
	assert_string_equal(host, want);
	free(host);
}

#define GET "GET / HTTP/1.1"

TEST(the_host_is_read_where_one_is_named)
{
	assert_host(GET, "Host: localhost:9183\r\n", "localhost:9183");
	assert_host(GET, "Accept: a\r\nhost:[::1]:80 \r\n", "[::1]:80");
	assert_host(GET, "Host: 10.0.0.1\r\n", "10.0.0.1");
	assert_host(GET, "Host:\r\n", "");
	assert_host("GET / HTTP/1.0", "", "");
}

/* RFC 9112 3.2. */
TEST(a_host_that_is_missing_is_there_twice_or_is_none_is_refused)
{
	static const char *const rows[] = { "", "Accept: Host: a\r\n",
		"X-Host: a\r\n", "Host: localhost\r\nhost: evil.example\r\n",
		"Host: a\r\nAccept: b\r\nHost: a\r\n", "Host: a b\r\n",
		"Host: a/b\r\n", "Host: a@b\r\n", "Host: a\tb\r\n" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(host_of(GET, rows[i]));
		assert_memory_equal(err.text, "Host: ", 6);
		assert_null(host_of("GET http://a/ HTTP/1.1", rows[i]));
	}
	assert_null(host_of("GET / HTTP/1.0", "Host: a\r\nHost: a\r\n"));
}

/* RFC 9112 5.1 and 5.2. */
TEST(a_field_without_a_name_and_a_colon_behind_it_is_refused)
{
	static const char *const rows[] = { "Host : evil\r\n", "X\t: a\r\n",
		" Host: b\r\n", "\tb\r\n", ": a\r\n", "a\r\n", "a b: c\r\n",
		"(a): b\r\n", "a\r: b\r\n" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *fields = xasprintf("Host: a\r\n%s", rows[i]);

		assert_null(host_of(GET, fields));
		assert_non_null(strstr(err.text, "field"));
		free(fields);
	}
	assert_host(GET, "Host: a\r\nX!#$%&'*+-.^_`|~9: b : c\r\n", "a");
}

/* RFC 9112 3.2.2: it decides, whatever the field says. */
TEST(an_absolute_target_names_the_host)
{
	struct http_request r;

	assert_host(
	    "GET http://localhost/ HTTP/1.1", "Host: a\r\n", "localhost");
	assert_host("GET http://evil.example:80/ HTTP/1.1",
	    "Host: localhost\r\n", "evil.example:80");
	assert_host("GET HTTPS://[::1]:9180 HTTP/1.0", "", "[::1]:9180");
	assert_true(
	    parse("GET http://a/tables?q=b/c HTTP/1.1\nHost: a\n\n", &r));
	assert_string_equal(r.path, "/tables");
	assert_memory_equal(r.query, "q=b/c ", 6);
	assert_true(parse("GET http://a?q HTTP/1.0\n\n", &r));
	assert_string_equal(r.path, "/");
	assert_memory_equal(r.query, "q ", 2);
	assert_true(parse("GET http://a HTTP/1.0\n\n", &r));
	assert_string_equal(r.path, "/");
	assert_null(r.query);
	assert_true(parse("GET ftp://a/ HTTP/1.0\n\n", &r)); /* is nowhere */
	assert_string_equal(r.path, "ftp://a/");
	assert_null(r.host);
}

/* RFC 9110 4.2.1 and 4.2.4. */
TEST(an_absolute_target_of_no_host_or_with_a_user_is_refused)
{
	static const char *const rows[] = { "GET http:// HTTP/1.0",
		"GET http:///tables HTTP/1.0", "GET http://?q=a HTTP/1.0",
		"GET http://localhost@evil.example/ HTTP/1.0",
		"GET http://a#b HTTP/1.0" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(host_of(rows[i], ""));
		assert_string_equal(err.text, "the target names no host");
	}
}

/* RFC 9112 2.2; of old clients behind the body of their last request. */
TEST(an_empty_line_before_a_request_is_none_of_it)
{
	struct http_request r;

	assert_int_equal(http_head_length("\r\n" WHOLE, strlen(WHOLE) + 2),
	    strlen(WHOLE) + 2);
	assert_int_equal(http_head_length("\r\n", 2), 0);
	assert_int_equal(http_head_length("\r", 1), 0);
	assert_true(parse("\r\n" WHOLE, &r));
	assert_string_equal(r.path, "/metrics");
	assert_int_equal(r.n_host, 1);
	assert_true(parse("\nGET / HTTP/1.0\n\n", &r));
}

TEST(what_is_behind_the_question_mark_is_the_query)
{
	struct http_request r;

	assert_true(parse(WHOLE, &r));
	assert_int_equal(r.n_query, 3);
	assert_memory_equal(r.query, "x=1", 3);
	assert_true(parse("GET /? HTTP/1.0\n\n", &r));
	assert_non_null(r.query);
	assert_int_equal(r.n_query, 0);
	assert_true(parse("GET / HTTP/1.0\n\n", &r));
	assert_null(r.query);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(method_and_path_are_read),
		cmocka_unit_test(a_head_cut_anywhere_is_not_whole),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(a_path_that_is_too_long_is_none),
		cmocka_unit_test(a_bearer_token_is_read),
		cmocka_unit_test(what_is_no_bearer_token_is_none),
		cmocka_unit_test(the_host_is_read_where_one_is_named),
		cmocka_unit_test(
		    a_host_that_is_missing_is_there_twice_or_is_none_is_refused),
		cmocka_unit_test(
		    a_field_without_a_name_and_a_colon_behind_it_is_refused),
		cmocka_unit_test(an_absolute_target_names_the_host),
		cmocka_unit_test(
		    an_absolute_target_of_no_host_or_with_a_user_is_refused),
		cmocka_unit_test(an_empty_line_before_a_request_is_none_of_it),
		cmocka_unit_test(what_is_behind_the_question_mark_is_the_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
