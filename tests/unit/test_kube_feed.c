/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One kind's way through lists and watches, with the server's answers as bytes and a
 * clock that the test turns. What the feed tells is kept as words, the request that it
 * would send next can be asked for. Faults of the server, of the network and of what it
 * sends are answers like others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube.h"
#include "common/kube/kube_feed.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"

static const struct store_kind services = {
	.api = "v1", .kind = "Service", .plural = "services", .namespaced = true
};

static const struct store_kind service_cidrs = { .api = "networking.k8s.io/v1",
	.kind = "ServiceCIDR",
	.plural = "servicecidrs",
	.other_api = "networking.k8s.io/v1beta1" };

static const struct store_kind blocks = { .api = "crd.projectcalico.org/v1",
	.kind = "BlockAffinity",
	.plural = "blockaffinities",
	.optional = true };

static const struct store_kind whole = {
	.api = "v1", .kind = "Service", .plural = "services", .whole = true
};

#define LIST_PATH "/api/v1/services?resourceVersion=0"
#define NOT_OLDER(version)                          \
	"/api/v1/services?resourceVersion=" version \
	"&resourceVersionMatch=NotOlderThan"
#define CHECK_PATH "/api/v1/services?limit=1"
#define PAGE_PATH "/api/v1/services?limit=500"

/* A feed and all it has told, as words. */
struct fed {
	struct kube_feed *f;
	struct rng rng;
	uint64_t now;
	unsigned wait;
	char said[512];
};

static void __attribute__((format(printf, 2, 3)))
say(struct fed *fed, const char *fmt, ...)
{
	size_t n = strlen(fed->said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fed->said + n, sizeof(fed->said) - n, fmt, ap);
	va_end(ap);
}

static void
said_begin(void *arg)
{
	say(arg, "begin ");
}

static void
said_end(void *arg)
{
	say(arg, "end ");
}

static void
said_object(void *arg, enum kube_change change, const struct json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");

	say(arg, "%c%s%s ", "+AMD"[change],
	    json_string_value(json_object_get(meta, "name")),
	    json_is_array(json_object_get(meta, "managedFields")) ? ":whole"
								  : "");
}

static void
said_missing(void *arg)
{
	say(arg, "missing ");
}

static void
said_skipped(void *arg, const struct err *err)
{
	(void)err;
	say(arg, "skipped ");
}

static void
said_health(void *arg, const char *why)
{
	say(arg, "<%s> ", why != NULL ? why : "well");
}

static void
said_past(void *arg, uint64_t was, uint64_t is)
{
	say(arg, "past:%llu>%llu ", (unsigned long long)was,
	    (unsigned long long)is);
}

static const struct kube_feed_ops ops = {
	.past = said_past,
	.list_begin = said_begin,
	.list_end = said_end,
	.object = said_object,
	.missing = said_missing,
	.skipped = said_skipped,
	.health = said_health,
};

static int
feed_start(void **state, const struct store_kind *kind, bool paged)
{
	struct fed *fed = test_calloc(1, sizeof(*fed));
	struct kube_scope scope = { .kind = kind };

	rng_init(&fed->rng, 1);
	fed->f = kube_feed_new(&scope, paged, &fed->rng, &ops, fed);
	*state = fed;
	return 0;
}

static int
start_cached(void **state)
{
	return feed_start(state, &services, false);
}

static int
start_paged(void **state)
{
	return feed_start(state, &services, true);
}

static int
start_other(void **state)
{
	return feed_start(state, &service_cidrs, false);
}

static int
start_optional(void **state)
{
	return feed_start(state, &blocks, false);
}

static int
start_whole(void **state)
{
	return feed_start(state, &whole, false);
}

static int
stop(void **state)
{
	struct fed *fed = *state;

	kube_feed_free(fed->f);
	test_free(fed);
	return 0;
}

/* The next request begins with this path. */
static void
assert_asks(struct fed *fed, const char *path)
{
	char *asked = kube_feed_path(fed->f, fed->now);

	assert_memory_equal(asked, path, strlen(path));
	free(asked);
}

static void
assert_watches_from(struct fed *fed, const char *version)
{
	char *asked = kube_feed_path(fed->f, fed->now);
	const char *at = strstr(asked, "&resourceVersion=");

	assert_non_null(strstr(asked, "watch=1&allowWatchBookmarks=true"));
	assert_non_null(at);
	assert_string_equal(at + strlen("&resourceVersion="), version);
	free(asked);
}

static void
assert_state(struct fed *fed, enum source_state state)
{
	struct err why;

	assert_int_equal(kube_feed_state(fed->f, &why), state);
}

/* What has been told since the last time. */
static void
assert_said(struct fed *fed, const char *words)
{
	assert_string_equal(fed->said, words);
	fed->said[0] = '\0';
}

/* An answer with this body, ms later; hung up on when the feed says so. */
static void
answer(struct fed *fed, long http, const char *body, unsigned ms)
{
	struct kube_answer a = { .http = http };

	kube_feed_answered(fed->f, http);
	fed->now += ms;
	if (http != 200) {
		a.body = body;
		a.n = strlen(body);
	} else if (!kube_feed_input(fed->f, body, strlen(body))) {
		a.error = "hung up";
	}
	fed->wait = kube_feed_ended(fed->f, &a, fed->now);
}

static void
cut_off(struct fed *fed, const char *error)
{
	struct kube_answer a = { .error = error };

	fed->wait = kube_feed_ended(fed->f, &a, fed->now);
}

#define LIST(version, more, items)                      \
	"{\"metadata\":{\"resourceVersion\":\"" version \
	"\",\"continue\":\"" more "\"},\"items\":[" items "]}"
#define ITEM(name) "{\"metadata\":{\"name\":\"" name "\"}}"
#define EVENT(type, name, version)                                          \
	"{\"type\":\"" type "\",\"object\":{\"metadata\":{\"name\":\"" name \
	"\",\"resourceVersion\":\"" version "\"}}}"
#define TOO_LARGE "{\"message\":\"Too large resource version\"}"
#define GONE_EVENT \
	"{\"type\":\"ERROR\",\"object\":{\"code\":410,\"message\":\"old\"}}"

static void
cut_list_so(struct fed *fed, const struct kube_answer *a)
{
	static const char part[] = "{\"items\":[" ITEM("a");

	kube_feed_answered(fed->f, 200);
	assert_true(kube_feed_input(fed->f, part, sizeof(part) - 1));
	fed->wait = kube_feed_ended(fed->f, a, fed->now);
}

/* In the middle of a list, as by a server that has no more time for it. */
static void
cut_list(struct fed *fed)
{
	const struct kube_answer a = { .http = 200,
		.error = "stream was reset" };

	cut_list_so(fed, &a);
}

/* Listed with one object "a" at version 5, and the watch has been asked for. */
static void
follow_by(struct fed *fed, const char *path)
{
	assert_asks(fed, path);
	answer(fed, 200, LIST("5", "", ITEM("a")), 1);
	assert_said(fed, "begin +a end ");
	assert_int_equal(fed->wait, 0);
	assert_watches_from(fed, "5");
}

static void
follow(struct fed *fed)
{
	follow_by(fed, LIST_PATH);
}

/* One object is asked for, and this version answered. */
static void
check(struct fed *fed, const char *version)
{
	char *text = xasprintf(LIST("%s", "more", ITEM("a")), version);

	assert_asks(fed, CHECK_PATH);
	answer(fed, 200, text, 1);
	free(text);
}

static void
relist_begins_with_the_first_page(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("5", "next", ITEM("a")), 1);
	assert_said(fed, "begin +a ");
	kube_feed_relist(fed->f);
	char *asked = kube_feed_path(fed->f, fed->now);

	assert_string_equal(asked, PAGE_PATH);
	free(asked);
	answer(fed, 200, LIST("6", "", ITEM("b")), 1);
	assert_said(fed, "begin +b end ");
	assert_watches_from(fed, "6");
	kube_feed_relist(fed->f);
	assert_asks(fed, PAGE_PATH);
}

static void
kind_is_listed_then_watched(void **state)
{
	struct fed *fed = *state;

	assert_state(fed, SOURCE_COMING);
	follow(fed);
	assert_state(fed, SOURCE_FOLLOWED);
	answer(fed, 200,
	    EVENT("ADDED", "b", "6") EVENT("DELETED", "a", "7")
		EVENT("BOOKMARK", "", "9"),
	    1);
	assert_said(fed, "<well> Ab Da ");
	assert_state(fed, SOURCE_FOLLOWED);
	assert_int_equal(fed->wait, 0);
	assert_watches_from(fed, "9");
}

static void
pages_are_asked_for_one_after_another(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("5", "t=1", ITEM("a")), 1);
	assert_said(fed, "begin +a ");
	assert_asks(fed, PAGE_PATH "&continue=t%3D1");
	answer(fed, 200, LIST("5", "", ITEM("b")), 1);
	assert_said(fed, "+b end ");
	assert_watches_from(fed, "5");
}

static void
page_that_failed_is_asked_for_again(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
	cut_off(fed, "reset");
	assert_in_range(fed->wait, 375, 500);
	assert_said(fed, "begin +a <reset> ");
	assert_asks(fed, PAGE_PATH "&continue=t");
}

/* Of a server that is short of everything; all are to come before they expire. */
static void
page_that_came_ends_the_backoff(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 6; i++) {
		cut_off(fed, "reset");
		cut_off(fed, "reset");
		assert_in_range(fed->wait, 750, 1000);
		answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
		assert_int_equal(fed->wait, 0);
		assert_asks(fed, PAGE_PATH "&continue=t");
	}
}

/* Else whoever has the first page, and never the second, would be asked for ever. */
static void
page_before_one_that_expires_ends_no_backoff(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 8; i++) {
		answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
		answer(fed, 410, "{}", 1);
	}
	assert_true(fed->wait > 15000);
}

/* Those that come after it have come before they expire, as long as that is so. */
static void
page_that_came_after_one_expired_ends_its_own_backoff(void **state)
{
	struct fed *fed = *state;

	answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
	answer(fed, 410, "{}", 1);
	for (unsigned i = 0; i < 6; i++) {
		cut_off(fed, "reset");
		cut_off(fed, "reset");
		assert_true(fed->wait <= 2000);
		answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
	}
}

/* What has failed since the list began is over, what made us list is not. */
static void
list_after_a_watch_that_failed_forgets_no_pause_but_its_own(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 4; i++) {
		assert_asks(fed, PAGE_PATH);
		answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
		cut_off(fed, "reset");
		answer(fed, 200, LIST("5", "", ITEM("a")), 1);
		assert_watches_from(fed, "5");
		answer(fed, 200, GONE_EVENT, 1);
	}
	assert_in_range(fed->wait, 1500, 2000);
}

static void
expired_pages_are_listed_from_the_first(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
	assert_asks(fed, PAGE_PATH "&continue=t");
	answer(fed, 410, "{}", 1);
	assert_in_range(fed->wait, 0, 1000);
	assert_said(fed, "begin +a ");
	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("7", "", ITEM("a")), 1);
	assert_said(fed, "begin +a end ");
}

static void
gone_as_a_status_lists_again(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 410, "{}", 1);
	assert_said(fed, "");
	assert_asks(fed, NOT_OLDER("5"));
}

static void
gone_as_an_event_lists_again(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 200, GONE_EVENT, 1);
	assert_said(fed, "<well> ");
	assert_asks(fed, NOT_OLDER("5"));
}

static void
second_gone_in_a_row_trusts_no_cache(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 410, "{}", 1);
	follow_by(fed, NOT_OLDER("5"));
	answer(fed, 200, GONE_EVENT, 1);
	assert_true(fed->wait > 0);
	assert_asks(fed, PAGE_PATH);
}

static void
gone_after_a_good_watch_is_the_first_in_its_row(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 4; i++) {
		assert_asks(fed, i == 0 ? LIST_PATH : NOT_OLDER("6"));
		answer(fed, 200, LIST("6", "", ""), 1);
		assert_watches_from(fed, "6");
		answer(fed, 200, EVENT("BOOKMARK", "", "6") GONE_EVENT, 20000);
		assert_in_range(fed->wait, 0, 1000);
	}
}

static void
refused_list_does_not_count_and_is_told_once(void **state)
{
	static const char forbidden[] =
	    "{\"message\":\"services is forbidden\"}";
	struct fed *fed = *state;
	struct err why;

	for (unsigned i = 0; i < 8; i++) {
		unsigned most = i < 6 ? 500u << i : 30000;

		assert_asks(fed, LIST_PATH);
		answer(fed, 403, forbidden, 1);
		assert_in_range(fed->wait, most * 3 / 4, most);
	}
	assert_int_equal(kube_feed_state(fed->f, &why), SOURCE_REFUSED);
	assert_string_equal(why.text, "HTTP 403: services is forbidden");
	assert_said(fed, "<HTTP 403: services is forbidden> ");
	answer(fed, 401, "", 1);
	answer(fed, 500, "", 1);
	cut_off(fed, "connection refused");
	cut_off(fed, "connection reset");
	assert_said(fed, "<HTTP 401> <HTTP 500> <connection refused> ");
	follow(fed);
	assert_state(fed, SOURCE_FOLLOWED);
}

static void
list_that_is_cut_off_does_not_count(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, LIST_PATH);
	answer(fed, 200, "{\"items\":[" ITEM("a"), 1);
	assert_said(fed, "begin +a <the list ends too early> ");
	assert_true(fed->wait > 0);
	assert_asks(fed, LIST_PATH);
}

static void
list_that_is_cut_off_twice_is_asked_for_in_pages(void **state)
{
	struct fed *fed = *state;

	cut_list(fed);
	assert_asks(fed, LIST_PATH);
	cut_list(fed);
	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
	assert_asks(fed, PAGE_PATH "&continue=t");
	cut_list(fed);
	assert_asks(fed, PAGE_PATH "&continue=t");
	answer(fed, 200, LIST("5", "", ITEM("b")), 1);
	assert_watches_from(fed, "5");
	kube_feed_relist(fed->f);
	assert_asks(fed, NOT_OLDER("5"));
}

/* It is the network's fault, as far as is known. */
static void
list_that_we_gave_up_is_asked_for_as_a_whole(void **state)
{
	const struct kube_answer silent = { .http = 200,
		.error = "nothing came for too long",
		.silent = true };
	const struct kube_answer renewed = { .http = 200,
		.error = "the connection is given up",
		.given_up = true };
	struct fed *fed = *state;

	for (unsigned i = 0; i < 4; i++) {
		assert_asks(fed, LIST_PATH);
		cut_list_so(fed, i % 2 == 0 ? &silent : &renewed);
	}
	assert_asks(fed, LIST_PATH);
}

/* That they expired says nothing of what a server has at hand. */
static void
pages_of_a_server_that_is_short_expire_and_lists_are_whole_later(void **state)
{
	struct fed *fed = *state;

	cut_list(fed);
	cut_list(fed);
	for (unsigned i = 0; i < 3; i++) {
		assert_asks(fed, PAGE_PATH);
		answer(fed, 200, LIST("5", "t", ITEM("a")), 1);
		assert_asks(fed, PAGE_PATH "&continue=t");
		answer(fed, 410, "{}", 1);
	}
	answer(fed, 200, LIST("5", "", ITEM("a")), 1);
	assert_state(fed, SOURCE_FOLLOWED);
	answer(fed, 410, "{}", 1); /* the first one of a watch */
	assert_in_range(fed->wait, 0, 1000);
	assert_asks(fed, NOT_OLDER("5"));
}

/* Without a byte of it the connection is at fault. */
static void
list_that_has_not_begun_is_asked_for_as_a_whole(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 4; i++) {
		cut_off(fed, "reset");
		assert_asks(fed, LIST_PATH);
	}
}

static void
nonsense_is_hung_up_on(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, LIST_PATH);
	answer(fed, 200, "<html>", 1);
	assert_said(fed, "begin <byte 0x3c where it can't stand in a list> ");
	assert_asks(fed, LIST_PATH);
}

static void
missing_kind_is_asked_for_every_half_minute(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 20; i++) {
		assert_asks(fed, LIST_PATH);
		answer(fed, 404, "", 1);
		assert_said(fed, i == 0 ? "missing <well> " : "missing ");
		assert_in_range(fed->wait, 22500, 30000);
	}
	follow(fed);
}

#define BLOCKS "/apis/crd.projectcalico.org/v1/blockaffinities?"

/* It is not there, and then not for so long, s. */
static void
assert_waits(struct fed *fed, unsigned s)
{
	assert_asks(fed, BLOCKS);
	answer(fed, 404, "", 1);
	fed->said[0] = '\0';
	assert_in_range(fed->wait, s * 750, s * 1000);
}

static void
kind_that_need_not_be_there_is_asked_for_more_and_more_seldom(void **state)
{
	static const unsigned waits[] = { 30, 60, 120, 240, 300, 300, 300 };
	struct fed *fed = *state;

	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		assert_waits(fed, waits[i]);
}

static void
kind_that_need_not_be_there_and_was_is_soon_asked_for_again(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 5; i++)
		answer(fed, 404, "", 1);
	fed->said[0] = '\0';
	follow_by(fed, BLOCKS);
	answer(fed, 404, "", 1);
	assert_in_range(fed->wait, 1500, 2000);
	assert_waits(fed, 30);
	assert_waits(fed, 60);
}

static void
who_asks_anew_for_what_need_not_be_there_soon_asks_again(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 5; i++)
		answer(fed, 404, "", 1);
	kube_feed_restart(fed->f);
	assert_waits(fed, 30);
}

static void
kind_that_was_there_is_asked_for_twice_before_it_is_missing(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 404, "", 1);
	assert_said(fed, "");
	assert_in_range(fed->wait, 1500, 2000);
	assert_asks(fed, NOT_OLDER("5"));
	answer(fed, 404, "", 1);
	assert_said(fed, "missing <well> ");
}

#define V1 "/apis/networking.k8s.io/v1/servicecidrs?"
#define V1BETA1 "/apis/networking.k8s.io/v1beta1/servicecidrs?"

static void
kind_that_is_missing_is_asked_for_by_its_other_api(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 3; i++) {
		assert_asks(fed, V1);
		answer(fed, 404, "", 1);
		assert_said(fed, "");
		assert_int_equal(fed->wait, 0);
		assert_asks(fed, V1BETA1);
		answer(fed, 404, "", 1);
		assert_said(fed, i == 0 ? "missing <well> " : "missing ");
		assert_in_range(fed->wait, 22500, 30000);
	}
}

/* Whether or not it is there: so says a role of a version that did not know of it. */
static void
who_may_not_read_the_other_api_of_what_is_missing_goes_on_without(void **state)
{
	struct fed *fed = *state;

	for (unsigned i = 0; i < 3; i++) {
		assert_asks(fed, V1);
		answer(fed, 404, "", 1);
		assert_asks(fed, V1BETA1);
		answer(fed, 403, "", 1);
		assert_said(fed, i == 0 ? "missing <HTTP 403> " : "missing ");
		assert_in_range(fed->wait, 22500, 30000);
	}
	assert_asks(fed, V1);
	answer(fed, 403, "", 1);
	assert_said(fed, "");
}

static void
other_api_is_left_when_the_server_has_it_no_more(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, V1);
	answer(fed, 404, "", 1);
	follow_by(fed, V1BETA1);
	answer(fed, 404, "", 1);
	assert_asks(fed, V1BETA1);
	answer(fed, 404, "", 1);
	assert_int_equal(fed->wait, 0);
	assert_asks(fed, V1);
	answer(fed, 200, LIST("6", "", ITEM("a")), 1);
	assert_said(fed, "begin +a end ");
	assert_asks(fed, V1);
}

/* What the server has at hand of that may be older, and is not until it changes. */
static void
other_api_of_a_kind_that_was_followed_is_asked_for_the_newest(void **state)
{
	struct fed *fed = *state;

	follow_by(fed, V1);
	answer(fed, 404, "", 1);
	assert_asks(fed, V1);
	answer(fed, 404, "", 1);
	assert_int_equal(fed->wait, 0);
	assert_asks(fed, V1BETA1 "limit=500");
	answer(fed, 200, LIST("6", "", ITEM("a")), 1);
	assert_said(fed, "begin +a end ");
}

static void
lost_connection_goes_on_from_the_newest_version(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 200, EVENT("ADDED", "b", "6"), 1);
	assert_said(fed, "<well> Ab ");
	assert_watches_from(fed, "6");
	for (unsigned i = 0; i < 10; i++) {
		cut_off(fed, "connection refused");
		assert_true(fed->wait >= 375);
		assert_asks(fed, CHECK_PATH);
	}
	assert_said(fed, "<connection refused> ");
	check(fed, "900");
	assert_said(fed, "");
	assert_int_equal(fed->wait, 0);
	assert_watches_from(fed, "6");
	answer(fed, 200, EVENT("ADDED", "c", "7"), 1);
	assert_said(fed, "<well> Ac ");
	assert_int_equal(fed->wait, 0);
}

static void
watch_that_is_refused_three_times_lists_again(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 504, TOO_LARGE, 1);
	check(fed, "5");
	assert_watches_from(fed, "5");
	answer(fed, 504, "", 1);
	check(fed, "5");
	assert_watches_from(fed, "5");
	answer(fed, 504, "", 1);
	assert_said(fed, "<HTTP 504: Too large resource version> ");
	follow_by(fed, NOT_OLDER("5"));
	assert_state(fed, SOURCE_FAULTY);
}

static void
servers_that_are_behind_are_asked_for_the_newest(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	kube_feed_relist(fed->f);
	assert_asks(fed, NOT_OLDER("5"));
	answer(fed, 504, TOO_LARGE, 1);
	assert_true(fed->wait > 0);
	assert_asks(fed, NOT_OLDER("5"));
	answer(fed, 504, TOO_LARGE, 1);
	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("6", "", ITEM("a")), 1);
	assert_said(
	    fed, "<HTTP 504: Too large resource version> begin +a end ");
	kube_feed_relist(fed->f);
	assert_asks(fed, NOT_OLDER("6"));
}

static void
version_that_goes_back_in_a_watch_is_told(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 200, EVENT("ADDED", "b", "9"), 1);
	assert_watches_from(fed, "9");
	answer(fed, 200, EVENT("ADDED", "c", "8"), 1);
	assert_said(fed, "<well> Ab Ac past:9>8 ");
	assert_watches_from(fed, "8");
	answer(
	    fed, 200, EVENT("BOOKMARK", "", "8") EVENT("BOOKMARK", "", "7"), 1);
	assert_said(fed, "past:8>7 ");
}

static void
version_that_goes_back_in_a_list_is_told(void **state)
{
	struct fed *fed = *state;

	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("9", "", ITEM("a")), 1);
	kube_feed_relist(fed->f);
	assert_asks(fed, PAGE_PATH);
	answer(fed, 200, LIST("8", "", ITEM("a")), 1);
	assert_said(fed, "begin +a end begin +a past:9>8 end ");
}

static void
version_that_goes_back_while_nobody_looked_is_told(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	cut_off(fed, "connection refused");
	check(fed, "4");
	assert_said(fed, "<connection refused> past:5>4 ");
	kube_feed_restart(fed->f);
	follow_by(fed, PAGE_PATH);
}

static void
check_that_fails_is_made_again(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	cut_off(fed, "connection refused");
	assert_asks(fed, CHECK_PATH);
	answer(fed, 503, "", 1);
	assert_true(fed->wait >= 375);
	assert_asks(fed, CHECK_PATH);
	answer(fed, 200, "{\"items\":[", 1);
	assert_asks(fed, CHECK_PATH);
	answer(fed, 404, "", 1);
	assert_asks(fed, NOT_OLDER("5"));
}

static void
refusal_is_what_only_people_mend(void **state)
{
	static const struct {
		long http;
		enum source_state state;
	} answers[] = {
		{ 400, SOURCE_REFUSED },
		{ 401, SOURCE_REFUSED },
		{ 403, SOURCE_REFUSED },
		{ 408, SOURCE_FAULTY },
		{ 429, SOURCE_FAULTY },
		{ 500, SOURCE_FAULTY },
		{ 503, SOURCE_FAULTY },
	};
	struct fed *fed = *state;
	struct kube_answer a = { .error = "no such host", .refused = true };

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		assert_asks(fed, LIST_PATH);
		answer(fed, answers[i].http, "", 1);
		assert_state(fed, answers[i].state);
	}
	cut_off(fed, "connection reset");
	assert_state(fed, SOURCE_FAULTY);
	kube_feed_ended(fed->f, &a, fed->now);
	assert_state(fed, SOURCE_REFUSED);
	assert_asks(fed, LIST_PATH);
	answer(fed, 200, "{", 1);
	assert_state(fed, SOURCE_FAULTY);
}

static void
silent_watch_goes_on_at_once(void **state)
{
	struct fed *fed = *state;
	struct kube_answer a = {
		.http = 200, .error = "silent", .silent = true
	};

	follow(fed);
	kube_feed_answered(fed->f, 200);
	fed->now += 90000;
	assert_int_equal(kube_feed_ended(fed->f, &a, fed->now), 0);
	assert_said(fed, "<well> ");
	assert_watches_from(fed, "5");
}

static void
watch_that_ends_at_once_is_not_asked_for_in_a_loop(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 200, "", 1);
	assert_in_range(fed->wait, 375, 500);
	answer(fed, 200, "", 1);
	assert_in_range(fed->wait, 750, 1000);
	assert_watches_from(fed, "5");
	answer(fed, 200, "", 20000); /* one that lasted is well */
	assert_int_equal(fed->wait, 0);
}

/* Each of its watches would be a good one. */
static void
watch_of_nothing_but_its_own_version_is_not_asked_for_in_a_loop(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	answer(fed, 200, EVENT("BOOKMARK", "", "5"), 1);
	assert_in_range(fed->wait, 375, 500);
	answer(fed, 200, EVENT("BOOKMARK", "", "5"), 1);
	assert_in_range(fed->wait, 750, 1000);
	answer(fed, 200, EVENT("BOOKMARK", "", "6"), 1);
	assert_int_equal(fed->wait, 0);
	assert_watches_from(fed, "6");
}

/* Thus a server may answer for a version that it has forgotten (typha#227). */
static void
watch_that_ends_at_once_three_times_lists_again(void **state)
{
	struct fed *fed = *state;

	follow(fed);
	for (unsigned i = 0; i < 3; i++) {
		assert_watches_from(fed, "5");
		answer(fed, 200, "", 1);
		assert_true(fed->wait > 0);
	}
	assert_asks(fed, NOT_OLDER("5"));
	answer(fed, 200, LIST("9", "", ITEM("a")), 1);
	assert_watches_from(fed, "9");
	answer(fed, 200, "", 1);
	assert_true(fed->wait >= 3000); /* no pause has been forgotten */
	assert_asks(fed, NOT_OLDER("9"));
}

static void
server_may_ask_for_a_longer_wait(void **state)
{
	struct fed *fed = *state;
	struct kube_answer a = { .http = 429, .retry_after_ms = 9000 };

	assert_asks(fed, LIST_PATH);
	assert_int_equal(kube_feed_ended(fed->f, &a, fed->now), 9000);
}

#define LONG(name) \
	"{\"metadata\":{\"name\":\"" name "\",\"managedFields\":[{}]}}"

/* One is listed, one is told of. */
static void
hear_long(struct fed *fed)
{
	assert_asks(fed, LIST_PATH);
	answer(fed, 200, LIST("5", "", LONG("a")), 1);
	assert_watches_from(fed, "5");
	answer(fed, 200, "{\"type\":\"ADDED\",\"object\":" LONG("b") "}", 1);
}

static void
what_nobody_reads_is_left_out(void **state)
{
	hear_long(*state);
	assert_said(*state, "begin +a end <well> Ab ");
}

static void
kind_may_be_wanted_whole(void **state)
{
	hear_long(*state);
	assert_said(*state, "begin +a:whole end <well> Ab:whole ");
}

#define CACHED(name) cmocka_unit_test_setup_teardown(name, start_cached, stop)
#define PAGED(name) cmocka_unit_test_setup_teardown(name, start_paged, stop)
#define OTHER(name) cmocka_unit_test_setup_teardown(name, start_other, stop)
#define OPTIONAL(name) \
	cmocka_unit_test_setup_teardown(name, start_optional, stop)
#define WHOLE(name) cmocka_unit_test_setup_teardown(name, start_whole, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CACHED(kind_is_listed_then_watched),
		CACHED(what_nobody_reads_is_left_out),
		WHOLE(kind_may_be_wanted_whole),
		PAGED(relist_begins_with_the_first_page),
		PAGED(pages_are_asked_for_one_after_another),
		PAGED(page_that_failed_is_asked_for_again),
		PAGED(page_that_came_ends_the_backoff),
		PAGED(page_before_one_that_expires_ends_no_backoff),
		PAGED(page_that_came_after_one_expired_ends_its_own_backoff),
		PAGED(
		    list_after_a_watch_that_failed_forgets_no_pause_but_its_own),
		PAGED(expired_pages_are_listed_from_the_first),
		CACHED(gone_as_a_status_lists_again),
		CACHED(gone_as_an_event_lists_again),
		CACHED(second_gone_in_a_row_trusts_no_cache),
		CACHED(gone_after_a_good_watch_is_the_first_in_its_row),
		CACHED(refused_list_does_not_count_and_is_told_once),
		CACHED(list_that_is_cut_off_does_not_count),
		CACHED(list_that_is_cut_off_twice_is_asked_for_in_pages),
		CACHED(
		    pages_of_a_server_that_is_short_expire_and_lists_are_whole_later),
		CACHED(list_that_we_gave_up_is_asked_for_as_a_whole),
		CACHED(list_that_has_not_begun_is_asked_for_as_a_whole),
		CACHED(nonsense_is_hung_up_on),
		CACHED(missing_kind_is_asked_for_every_half_minute),
		OPTIONAL(
		    kind_that_need_not_be_there_is_asked_for_more_and_more_seldom),
		OPTIONAL(
		    kind_that_need_not_be_there_and_was_is_soon_asked_for_again),
		OPTIONAL(
		    who_asks_anew_for_what_need_not_be_there_soon_asks_again),
		CACHED(
		    kind_that_was_there_is_asked_for_twice_before_it_is_missing),
		OTHER(kind_that_is_missing_is_asked_for_by_its_other_api),
		OTHER(
		    who_may_not_read_the_other_api_of_what_is_missing_goes_on_without),
		OTHER(other_api_is_left_when_the_server_has_it_no_more),
		OTHER(
		    other_api_of_a_kind_that_was_followed_is_asked_for_the_newest),
		CACHED(lost_connection_goes_on_from_the_newest_version),
		CACHED(watch_that_is_refused_three_times_lists_again),
		CACHED(servers_that_are_behind_are_asked_for_the_newest),
		CACHED(version_that_goes_back_in_a_watch_is_told),
		PAGED(version_that_goes_back_in_a_list_is_told),
		CACHED(version_that_goes_back_while_nobody_looked_is_told),
		CACHED(check_that_fails_is_made_again),
		CACHED(refusal_is_what_only_people_mend),
		CACHED(silent_watch_goes_on_at_once),
		CACHED(watch_that_ends_at_once_is_not_asked_for_in_a_loop),
		CACHED(
		    watch_of_nothing_but_its_own_version_is_not_asked_for_in_a_loop),
		CACHED(watch_that_ends_at_once_three_times_lists_again),
		CACHED(server_may_ask_for_a_longer_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
