/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/http_request.h"
#include "tests/test.h"

#define WHOLE "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"

TEST(method_and_path_are_read)
{
	struct http_request r;

	assert_true(http_request_parse(WHOLE, strlen(WHOLE), &r));
	assert_true(r.get);
	assert_false(r.head);
	assert_string_equal(r.path, "/metrics");
	assert_true(http_request_parse("HEAD / HTTP/1.0\n\n", 17, &r));
	assert_true(r.head);
	assert_string_equal(r.path, "/");
	assert_true(http_request_parse("PUT / HTTP/1.1\r\n\r\n", 18, &r));
	assert_false(r.get || r.head);
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
		"GET  HTTP/1.1\n", "GET / HTTP/1.\n", "GET / HTTP/1.1" };
	struct http_request r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(http_request_parse(rows[i], strlen(rows[i]), &r));
}

TEST(a_path_that_is_too_long_is_none)
{
	char text[200] = "GET /";
	struct http_request r;

	memset(text + 5, 'a', 100);
	strcat(text, " HTTP/1.1\n\n");
	assert_true(http_request_parse(text, strlen(text), &r));
	assert_string_equal(r.path, "");
}

/* Of a request with these fields; owned, "": none. */
static char *
token_of(const char *fields)
{
	char *head = xasprintf("GET /metrics HTTP/1.1\r\n%s\r\n", fields);
	struct http_request r;

	assert_true(http_request_parse(head, strlen(head), &r));
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
	static const char *const rows[] = { "", "Host: Bearer x\r\n",
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

/* Of a request for this with these fields. */
static void
assert_host(const char *fields, const char *want)
{
	char *head = xasprintf("GET / HTTP/1.1\r\n%s\r\n", fields);
	struct http_request r;

	assert_true(http_request_parse(head, strlen(head), &r));
	assert_int_equal(r.host != NULL, want != NULL);
	if (want != NULL) {
		assert_int_equal(r.n_host, strlen(want));
		assert_memory_equal(r.host, want, r.n_host);
	}
	free(head);
}

TEST(the_host_is_read_where_one_is_named)
{
	assert_host("Host: localhost:9183\r\n", "localhost:9183");
	assert_host("Accept: a\r\nhost:[::1]:80 \r\n", "[::1]:80");
	assert_host("Host:\r\n", "");
	assert_host("Accept: Host: a\r\n", NULL);
	assert_host("Host: localhost\r\nhost: evil.example\r\n", NULL);
}

TEST(what_is_behind_the_question_mark_is_the_query)
{
	struct http_request r;

	assert_true(http_request_parse(WHOLE, strlen(WHOLE), &r));
	assert_int_equal(r.n_query, 3);
	assert_memory_equal(r.query, "x=1", 3);
	assert_true(http_request_parse("GET /? HTTP/1.1\n\n", 17, &r));
	assert_non_null(r.query);
	assert_int_equal(r.n_query, 0);
	assert_true(http_request_parse("GET / HTTP/1.1\n\n", 16, &r));
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
		cmocka_unit_test(what_is_behind_the_question_mark_is_the_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
