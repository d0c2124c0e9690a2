/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that are shown, and an API server that answers when the test does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/review.h"
#include "common/log.h"
#include "common/source/source.h"
#include "tests/test.h"

#define PROMETHEUS                                                       \
	"{\"status\":{\"authenticated\":true,\"user\":{\"username\":"    \
	"\"system:serviceaccount:monitoring:prometheus\",\"uid\":\"u\"," \
	"\"groups\":[\"system:authenticated\"],"                         \
	"\"extra\":{\"pod\":[\"p-0\"]}}}}"
#define NOBODY "{\"status\":{\"user\":{},\"error\":\"expired\"}}"
#define ALLOWED "{\"status\":{\"allowed\":true}}"
#define REFUSED "{\"status\":{\"allowed\":false,\"reason\":\"\"}}"

static struct {
	struct reviews *reviews;
	uint64_t now;
	const char *from;
	bool deaf; /* nobody can be asked */
	unsigned asked, last;
	char path[128], body[1024];
	unsigned decided, ticket;
	enum permit permit;
	struct err why;
	char logged[512]; /* the last line */
} t;

static void
listen_to_log(enum log_level level, const char *line)
{
	(void)level;
	snprintf(t.logged, sizeof(t.logged), "%s", line);
}

static bool
ask(void *arg, unsigned ticket, const char *path, const char *body)
{
	(void)arg;
	t.asked++;
	t.last = ticket;
	snprintf(t.path, sizeof(t.path), "%s", path);
	snprintf(t.body, sizeof(t.body), "%s", body);
	return !t.deaf;
}

static void
decided(void *arg, unsigned ticket, enum permit permit, const struct err *why)
{
	(void)arg;
	t.decided++;
	t.ticket = ticket;
	t.permit = permit;
	t.why = *why;
}

static const struct review_ops ops = { .ask = ask, .decided = decided };

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	log_set_sink(listen_to_log);
	t.now = 1000000;
	t.from = "192.0.2.1";
	t.reviews = reviews_new(&ops, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	reviews_free(t.reviews);
	log_set_sink(NULL);
	return 0;
}

static enum permit
show(const char *token)
{
	struct bearer b = { token, token != NULL ? strlen(token) : 0, { 0 } };
	unsigned ticket = 0;
	enum permit permit;

	assert_true(addr_parse(t.from, &b.from));
	t.why.text[0] = '\0';
	permit = reviews_ask(t.reviews, &b, t.now, &ticket, &t.why);
	if (permit == PERMIT_WAITS)
		assert_int_not_equal(ticket, 0);
	return permit;
}

/* In a second in which nobody else shows one. */
static enum permit
show_later(const char *token)
{
	t.now += 1000;
	return show(token);
}

static void
answer(const char *body)
{
	const struct source_reply reply = { NULL, body, strlen(body) };

	reviews_answer(t.reviews, t.last, &reply, t.now);
}

static void
fail_with(const char *why)
{
	const struct source_reply reply = { why, "", 0 };

	reviews_answer(t.reviews, t.last, &reply, t.now);
}

/* All of it, from the first time that it is shown. */
static void
grant(const char *token)
{
	assert_int_equal(show_later(token), PERMIT_WAITS);
	answer(PROMETHEUS);
	answer(ALLOWED);
	assert_int_equal(t.permit, PERMIT_GRANTED);
}

TEST(who_shows_nothing_is_told_what_is_wanted)
{
	assert_int_equal(show(NULL), PERMIT_UNKNOWN);
	assert_string_equal(
	    t.why.text, "a bearer token of the cluster is wanted");
	assert_int_equal(t.asked, 0);
}

TEST(whose_token_it_is_and_what_he_may_is_asked)
{
	assert_int_equal(show("abc"), PERMIT_WAITS);
	assert_string_equal(
	    t.path, "/apis/authentication.k8s.io/v1/tokenreviews");
	assert_string_equal(t.body,
	    "{\"apiVersion\":\"authentication.k8s.io/v1\","
	    "\"kind\":\"TokenReview\",\"spec\":{\"token\":\"abc\"}}");
	answer(PROMETHEUS);
	assert_int_equal(t.decided, 0);
	assert_string_equal(
	    t.path, "/apis/authorization.k8s.io/v1/subjectaccessreviews");
	assert_string_equal(t.body,
	    "{\"apiVersion\":\"authorization.k8s.io/v1\","
	    "\"kind\":\"SubjectAccessReview\",\"spec\":{\"user\":"
	    "\"system:serviceaccount:monitoring:prometheus\","
	    "\"nonResourceAttributes\":{\"path\":\"/metrics\","
	    "\"verb\":\"get\"},\"uid\":\"u\","
	    "\"groups\":[\"system:authenticated\"],"
	    "\"extra\":{\"pod\":[\"p-0\"]}}}");
	answer(ALLOWED);
	assert_int_equal(t.decided, 1);
	assert_int_equal(t.ticket, t.last);
	assert_int_equal(t.permit, PERMIT_GRANTED);
}

TEST(what_was_answered_holds_for_a_while)
{
	grant("abc");
	t.now += REVIEW_GRANTED_MS - 1;
	assert_int_equal(show("abc"), PERMIT_GRANTED);
	assert_int_equal(t.asked, 2);
	t.now++;
	assert_int_equal(show("abc"), PERMIT_WAITS);
	assert_int_equal(t.asked, 3);
}

TEST(a_token_of_nobody_is_none)
{
	static const char *const rows[] = { NOBODY, "{\"status\":{}}",
		"{\"status\":{\"authenticated\":\"true\",\"user\":{}}}",
		"{\"status\":{\"authenticated\":true}}",
		"{\"status\":{\"authenticated\":true,\"user\":"
		"{\"username\":\"\"}}}",
		"{\"status\":{\"authenticated\":false,\"user\":"
		"{\"username\":\"a\"}}}" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char token[] = { (char)('a' + i), '\0' };

		assert_int_equal(show_later(token), PERMIT_WAITS);
		answer(rows[i]);
		assert_int_equal(t.decided, i + 1);
		assert_int_equal(t.permit, PERMIT_UNKNOWN);
		assert_non_null(strstr(t.why.text, "nobody's in this cluster"));
	}
}

TEST(who_may_not_is_told_so_by_name)
{
	static const char *const rows[] = { REFUSED, "{\"status\":{}}",
		"{\"status\":{\"allowed\":\"true\"}}",
		"{\"status\":{\"allowed\":true,\"denied\":true}}" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char token[] = { (char)('a' + i), '\0' };

		assert_int_equal(show_later(token), PERMIT_WAITS);
		answer(PROMETHEUS);
		answer(rows[i]);
		assert_int_equal(t.permit, PERMIT_FORBIDDEN);
		assert_string_equal(t.why.text,
		    "system:serviceaccount:monitoring:prometheus may not get "
		    "/metrics: a ClusterRole with nonResourceURLs [/metrics] "
		    "and verbs [get] is wanted");
	}
	assert_int_equal(show("a"), PERMIT_FORBIDDEN);
	assert_memory_equal(t.why.text, "system:serviceaccount:", 22);
	t.now += REVIEW_DENIED_MS;
	assert_int_equal(show("a"), PERMIT_WAITS);
}

static void
assert_nobody_is_let_in(void)
{
	assert_int_equal(t.permit, PERMIT_UNCERTAIN);
	assert_string_equal(t.why.text,
	    "the API server could not be asked who may get /metrics: see the "
	    "log of this program");
}

TEST(without_an_answer_nobody_is_let_in_and_it_is_asked_again)
{
	grant("abc");
	t.now += REVIEW_GRANTED_MS;
	assert_int_equal(show("abc"), PERMIT_WAITS);
	fail_with("HTTP 403: tokenreviews is forbidden");
	assert_nobody_is_let_in();
	assert_int_equal(show("abc"), PERMIT_WAITS);
	answer("no JSON");
	assert_nobody_is_let_in();
	assert_int_equal(show("abc"), PERMIT_WAITS);
	answer("{\"status\":true}");
	assert_nobody_is_let_in();
	assert_int_equal(show("abc"), PERMIT_WAITS);
	answer(PROMETHEUS);
	fail_with("nothing came for 4 s");
	assert_nobody_is_let_in();
	grant("abc");
}

/* Nor its beginning, should the words be cut. */
TEST(a_token_that_the_server_repeats_is_not_in_the_log)
{
	assert_int_equal(show("eyJhbGciOi.secret"), PERMIT_WAITS);
	fail_with("HTTP 400: no such token: eyJhbGciOi.sec...");
	assert_string_equal(t.logged,
	    "metrics by HTTPS: a TokenReview: HTTP 400: no such token: (the "
	    "token); nobody is let in");
	grant("eyJhbGciOi.secret");
	t.now += REVIEW_GRANTED_MS;
	assert_int_equal(show("eyJhbGciOi.secret"), PERMIT_WAITS);
	answer(PROMETHEUS);
	fail_with("HTTP 400: his token is eyJhbGciOi.secret");
	assert_null(strstr(t.logged, "eyJhbGciOi"));
}

/* What is kept of who is known is of one size, however long his name is. */
TEST(a_long_name_is_cut)
{
	char *name = xcalloc(1, 100001);
	char *body;

	memset(name, 'n', 100000);
	body = xasprintf("{\"status\":{\"authenticated\":true,\"user\":"
			 "{\"username\":\"%s\"}}}",
	    name);
	assert_int_equal(show("abc"), PERMIT_WAITS);
	answer(body);
	answer(REFUSED);
	assert_int_equal(t.permit, PERMIT_FORBIDDEN);
	assert_int_equal(strspn(t.why.text, "n"), 200);
	assert_memory_equal(t.why.text + 200, " may not get /metrics", 21);
	free(body);
	free(name);
}

TEST(who_can_ask_nobody_lets_nobody_in)
{
	t.deaf = true;
	assert_int_equal(show("abc"), PERMIT_UNCERTAIN);
	t.deaf = false;
	assert_int_equal(show("abc"), PERMIT_WAITS);
	t.deaf = true;
	answer(PROMETHEUS);
	assert_nobody_is_let_in();
}

TEST(the_same_token_is_asked_about_once)
{
	assert_int_equal(show("abc"), PERMIT_WAITS);
	assert_int_equal(show("abc"), PERMIT_WAITS);
	assert_int_equal(t.asked, 1);
	answer(PROMETHEUS);
	assert_int_equal(show("abc"), PERMIT_WAITS);
	assert_int_equal(t.asked, 2);
	answer(ALLOWED);
	assert_int_equal(t.decided, 1);
}

TEST(an_answer_to_nothing_is_nothing)
{
	const struct source_reply reply = { NULL, ALLOWED, strlen(ALLOWED) };

	grant("abc");
	unsigned n = t.decided;
	reviews_answer(t.reviews, t.last, &reply, t.now);
	reviews_answer(t.reviews, t.last + 1, &reply, t.now);
	reviews_answer(t.reviews, 0, &reply, t.now);
	assert_int_equal(t.decided, n);
}

/* The token is another, but for its first bytes, and shorter. */
TEST(a_token_that_is_much_the_same_is_another)
{
	grant("abc");
	assert_int_equal(show_later("abcd"), PERMIT_WAITS);
	assert_int_equal(show_later("ab"), PERMIT_WAITS);
}

/* Of so many different ones, from as many addresses, those that are asked about. */
static unsigned
show_many(const char *prefix, unsigned n)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < n; i++) {
		char token[32], from[32];

		snprintf(token, sizeof(token), "%s%u", prefix, i);
		snprintf(from, sizeof(from), "198.51.100.%u", i);
		t.from = from;
		waiting += show(token) == PERMIT_WAITS;
	}
	t.from = "192.0.2.1";
	return waiting;
}

TEST(strangers_leave_room_for_who_is_known)
{
	grant("abc");
	t.now += REVIEW_GRANTED_MS;
	assert_int_equal(show_many("x", 50), REVIEW_STRANGERS_MAX);
	assert_int_equal(show("new"), PERMIT_UNCERTAIN);
	assert_string_equal(t.why.text,
	    "too many tokens that are not known are shown; again in a second");
	assert_int_equal(show("abc"), PERMIT_WAITS);
}

/* While the API server answers nothing. */
TEST(strangers_of_one_address_leave_room_for_those_of_others)
{
	for (unsigned i = 0; i < 100; i++) {
		char token[16];

		t.now += 100;
		snprintf(token, sizeof(token), "%u", i);
		show(token);
	}
	assert_int_equal(t.asked, REVIEW_STRANGERS_EACH);
	t.from = "192.0.2.2";
	assert_int_equal(show("rotated"), PERMIT_WAITS);
}

TEST(no_more_than_so_many_are_asked_about_at_a_time)
{
	char token[16];

	for (unsigned i = 0; i < 12; i++) {
		snprintf(token, sizeof(token), "known%u", i);
		grant(token);
	}
	t.now += REVIEW_GRANTED_MS;
	assert_int_equal(show_many("known", 12), REVIEW_PENDING_MAX);
}

/* Ten a second, each of which is answered at once, so that none waits. */
static unsigned
asked_about(unsigned seconds, unsigned addresses)
{
	unsigned before = t.asked;

	for (unsigned i = 0; i < seconds * 10; i++) {
		for (unsigned k = 0; k < addresses; k++) {
			char token[16], from[32];

			snprintf(token, sizeof(token), "n%u.%u", i, k);
			snprintf(from, sizeof(from), "198.51.100.%u", k);
			t.from = from;
			if (show(token) == PERMIT_WAITS)
				answer(NOBODY);
		}
		t.now += 100;
	}
	t.from = "192.0.2.1";
	return t.asked - before;
}

TEST(strangers_come_at_a_rate)
{
	assert_int_equal(asked_about(10, 1), 10 * REVIEW_SECOND_EACH);
	assert_int_equal(asked_about(10, 30), 10 * REVIEW_SECOND_MAX);
}

/* Prometheus, whose token is another one every hour. */
TEST(strangers_of_one_address_do_not_use_up_the_rate)
{
	for (unsigned i = 0; i < 100; i++) {
		char token[16];

		snprintf(token, sizeof(token), "rotated%u", i);
		asked_about(1, 3);
		assert_int_equal(show(token), PERMIT_WAITS);
		answer(PROMETHEUS);
		answer(ALLOWED);
	}
}

/* Far more of them than there are slots, and longer than what was granted holds. */
TEST(strangers_do_not_make_forget_who_is_let_in)
{
	uint64_t granted_at = t.now + 1000;

	grant("abc");
	for (unsigned i = 0; t.now < granted_at + 2 * REVIEW_GRANTED_MS; i++) {
		char token[16];

		snprintf(token, sizeof(token), "%u", i);
		assert_int_equal(show_later(token), PERMIT_WAITS);
		answer(NOBODY);
		if (t.now < granted_at + REVIEW_GRANTED_MS)
			assert_int_equal(show("abc"), PERMIT_GRANTED);
	}
	assert_in_range(show_many("x", 50), 1, REVIEW_STRANGERS_MAX);
	assert_int_equal(show("new"), PERMIT_UNCERTAIN);
	assert_int_equal(show("abc"), PERMIT_WAITS);
}

/* What is asked about keeps its slot, whoever comes. */
TEST(who_waits_is_not_forgotten)
{
	assert_int_equal(show("abc"), PERMIT_WAITS);
	unsigned first = t.last;

	for (unsigned i = 0; i < 200; i++) {
		char token[16];

		snprintf(token, sizeof(token), "%u", i);
		assert_int_equal(show_later(token), PERMIT_WAITS);
		answer(NOBODY);
	}
	t.last = first;
	answer(PROMETHEUS);
	answer(ALLOWED);
	assert_int_equal(t.ticket, first);
	assert_int_equal(t.permit, PERMIT_GRANTED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_shows_nothing_is_told_what_is_wanted),
		T(whose_token_it_is_and_what_he_may_is_asked),
		T(what_was_answered_holds_for_a_while),
		T(a_token_of_nobody_is_none),
		T(who_may_not_is_told_so_by_name),
		T(without_an_answer_nobody_is_let_in_and_it_is_asked_again),
		T(a_token_that_the_server_repeats_is_not_in_the_log),
		T(a_long_name_is_cut),
		T(who_can_ask_nobody_lets_nobody_in),
		T(the_same_token_is_asked_about_once),
		T(an_answer_to_nothing_is_nothing),
		T(a_token_that_is_much_the_same_is_another),
		T(strangers_leave_room_for_who_is_known),
		T(strangers_of_one_address_leave_room_for_those_of_others),
		T(no_more_than_so_many_are_asked_about_at_a_time),
		T(strangers_come_at_a_rate),
		T(strangers_of_one_address_do_not_use_up_the_rate),
		T(strangers_do_not_make_forget_who_is_let_in),
		T(who_waits_is_not_forgotten),
	};

	return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
