/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index: of several wants of one prefix, which decides.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/announce/index.h"
#include "common/err.h"
#include "tests/test.h"

#define SAID 512

struct world {
	struct announce_index *index;
	char said[SAID]; /* "+10.0.0.1/32", "-…", "guard …", "free …" */
};

static void
say(struct world *w, const char *what, const struct prefix *p)
{
	char text[PREFIX_TEXT];
	size_t n = strlen(w->said);

	snprintf(w->said + n, SAID - n, "%s%s%s", n > 0 ? ", " : "", what,
	    prefix_print(p, text));
}

static void
on_decorate(void *arg, const struct prefix *p, struct attributes *into)
{
	(void)arg;
	(void)p;
	(void)into;
}

static void
on_shared(void *arg, const struct prefix *p, bool shared)
{
	say(arg, shared ? "guard " : "free ", p);
}

static void
on_changed(void *arg, const struct prefix *p, const struct attributes *now)
{
	say(arg, now != NULL ? "+" : "-", p);
}

static const struct announce_index_ops ops = { on_decorate, on_shared,
	on_changed };

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

/* What the object wants now, one want; "" for the prefix: nothing. */
static void
wants(struct world *w, const char *who, const char *text, enum verdict verdict,
    bool holds)
{
	struct wants list = { 0 };

	w->said[0] = '\0';
	if (text[0] != '\0') {
		struct prefix p = prefix(text);

		wants_add(&list, &p, verdict)->holds = holds;
	}
	announce_index_set(w->index, who, &list);
}

static int
setup(void **state)
{
	static struct world w;

	w.said[0] = '\0';
	w.index = announce_index_new(&ops, &w);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	announce_index_free(w->index);
	return 0;
}

#define X "192.0.2.7/32"
#define X6 "2001:db8::7/128"

static void
who_would_do_with_any_node_gives_way_to_who_would_not(void **state)
{
	struct world *w = *state;

	wants(w, "any", X, VERDICT_AGGREGATE, false);
	assert_string_equal(w->said, "+" X);
	wants(w, "local", X, VERDICT_NO_LOCAL_ENDPOINT, false);
	assert_string_equal(w->said, "-" X);
	assert_int_equal(announce_index_count(w->index, FAMILY_V4), 0);
	wants(w, "local", X, VERDICT_LOCAL_ENDPOINT, false);
	assert_string_equal(w->said, "+" X);
	/* Of two with policy Local it is announced where one has an endpoint. */
	wants(w, "other", X, VERDICT_NO_LOCAL_ENDPOINT, false);
	assert_string_equal(w->said, "");
	wants(w, "local", "", 0, false);
	assert_string_equal(w->said, "-" X);
	/* Who has no endpoint anywhere loses nothing by it. */
	wants(w, "other", X, VERDICT_NO_ENDPOINT, false);
	assert_string_equal(w->said, "+" X);
	wants(w, "any", "", 0, false);
	assert_string_equal(w->said, "-" X);
}

static const char *
service_of(const struct world *w, const char *text)
{
	struct prefix p = prefix(text);
	const char *key = announce_index_service(w->index, &p);

	return key != NULL ? key : "";
}

static void
a_service_that_wants_a_prefix_announced_is_known(void **state)
{
	struct world *w = *state;

	assert_string_equal(service_of(w, X), "");
	wants(w, "a/local", X, VERDICT_NO_LOCAL_ENDPOINT, false);
	wants(w, "a/other", X6, VERDICT_AGGREGATE, false);
	assert_string_equal(service_of(w, X), "");
	wants(w, "a/any", X, VERDICT_AGGREGATE, false);
	assert_string_equal(service_of(w, X), "a/any");
	assert_string_equal(service_of(w, X6), "a/other");
	wants(w, "a/other", X6, VERDICT_NO_ENDPOINT, false);
	assert_string_equal(service_of(w, X6), "");
}

static void
another_service_is_found_when_the_known_one_goes(void **state)
{
	struct world *w = *state;

	wants(w, "configuration", X, VERDICT_LISTED, false);
	assert_string_equal(service_of(w, X), "");
	wants(w, "a/first", X, VERDICT_AGGREGATE, false);
	wants(w, "a/second", X, VERDICT_AGGREGATE, false);
	wants(w, "a/third", X, VERDICT_NO_ENDPOINT, false);
	assert_string_equal(service_of(w, X), "a/first");
	wants(w, "a/first", "", 0, false);
	assert_string_equal(service_of(w, X), "a/second");
	wants(w, "a/second", "", 0, false);
	assert_string_equal(service_of(w, X), "");
	wants(w, "a/third", X, VERDICT_LOCAL_ENDPOINT, false);
	assert_string_equal(service_of(w, X), "a/third");
	wants(w, "a/third", X, VERDICT_LOCAL_ENDPOINT, false);
	assert_string_equal(service_of(w, X), "a/third");
}

static void
a_listed_address_that_nobody_holds_is_guarded(void **state)
{
	static const char *const hosts[] = { X, X6 };
	struct world *w = *state;
	char expected[64];

	for (unsigned i = 0; i < 2; i++) {
		const char *x = hosts[i];

		wants(w, "configuration", x, VERDICT_FOLLOWS, false);
		snprintf(expected, sizeof(expected), "guard %s", x);
		assert_string_equal(w->said, expected);
		wants(w, "shop", x, VERDICT_NO_LOCAL_ENDPOINT, true);
		snprintf(expected, sizeof(expected), "free %s", x);
		assert_string_equal(w->said, expected);
		wants(w, "shop", x, VERDICT_LISTED, true);
		snprintf(expected, sizeof(expected), "+%s", x);
		assert_string_equal(w->said, expected);
		/* Guarded before the last packet can come. */
		wants(w, "shop", "", 0, false);
		snprintf(expected, sizeof(expected), "guard %s, -%s", x, x);
		assert_string_equal(w->said, expected);
		wants(w, "configuration", "", 0, false);
		snprintf(expected, sizeof(expected), "free %s", x);
		assert_string_equal(w->said, expected);
	}
}

static void
what_covers_is_the_longest_that_is_announced(void **state)
{
	struct world *w = *state;
	struct prefix found, x = prefix(X), other = prefix("192.0.3.1/32");
	struct prefix x6 = prefix(X6);
	char text[PREFIX_TEXT];

	wants(w, "a", "192.0.2.0/24", VERDICT_SERVICE_CIDR, false);
	wants(w, "b", "192.0.2.0/28", VERDICT_AGGREGATE, false);
	wants(w, "c", X, VERDICT_NO_LOCAL_ENDPOINT, true);
	assert_true(announce_index_cover(w->index, &x, &found));
	assert_string_equal(prefix_print(&found, text), "192.0.2.0/28");
	wants(w, "b", "", 0, false);
	assert_true(announce_index_cover(w->index, &x, &found));
	assert_string_equal(prefix_print(&found, text), "192.0.2.0/24");
	assert_false(announce_index_cover(w->index, &other, &found));
	assert_false(announce_index_cover(w->index, &x6, &found));
	wants(w, "c", X, VERDICT_LOCAL_ENDPOINT, true);
	assert_true(announce_index_cover(w->index, &x, &found));
	assert_string_equal(prefix_print(&found, text), X);
}

/* A Service that says of its address itself what its MED is, or where it gives way. */
static void
own(struct world *w, const char *who, uint32_t med, enum verdict verdict)
{
	struct wants list = { 0 };
	struct prefix p = prefix(X);
	struct want *want = wants_add(&list, &p, verdict);

	w->said[0] = '\0';
	want->own = true;
	want->attributes = (struct attributes){ .has_med = true, .med = med };
	want->plain = (struct attributes){ .has_med = true, .med = 9 };
	announce_index_set(w->index, who, &list);
}

/* As own() with MED 5, and with so many endpoints here. */
static void
own_weighted(struct world *w, const char *who, uint32_t bandwidth)
{
	struct wants list = { 0 };
	struct prefix p = prefix(X);
	struct want *want = wants_add(&list, &p, VERDICT_LOCAL_ENDPOINT);

	want->own = true;
	want->attributes = (struct attributes){
		.has_med = true, .med = 5, .bandwidth = bandwidth
	};
	want->plain = (struct attributes){
		.has_med = true, .med = 9, .bandwidth = bandwidth
	};
	announce_index_set(w->index, who, &list);
}

static uint32_t
med(const struct world *w)
{
	struct prefix p = prefix(X);

	return announce_index_told(w->index, &p)->med;
}

/* The MED of the group, 9, though one alone would have it lower. */
static void
what_a_service_says_itself_holds_while_nobody_says_otherwise(void **state)
{
	struct world *w = *state;

	own(w, "a/first", 5, VERDICT_HOST);
	assert_int_equal(med(w), 5);
	own(w, "a/second", 5, VERDICT_HOST);
	assert_int_equal(med(w), 5);
	own(w, "a/second", 20, VERDICT_HOST);
	assert_int_equal(med(w), 9);
	own(w, "a/first", 20, VERDICT_HOST);
	assert_int_equal(med(w), 20);
	wants(w, "a/second", X, VERDICT_HOST, false); /* it says nothing */
	assert_int_equal(med(w), 9);
	wants(w, "a/second", "", 0, false);
	assert_int_equal(med(w), 20);
	/* Nor one that has no endpoint yet, with the same or with others. */
	own(w, "a/second", 20, VERDICT_NO_ENDPOINT);
	assert_int_equal(med(w), 20);
	own(w, "a/second", 1, VERDICT_NO_ENDPOINT);
	assert_int_equal(med(w), 9);
	own(w, "a/second", 20, VERDICT_NO_ENDPOINT);
	assert_int_equal(med(w), 20);
}

/* They say the same, on each node with other endpoints. */
static void
what_services_say_holds_whatever_their_weights(void **state)
{
	struct world *w = *state;
	struct prefix p = prefix(X);

	own_weighted(w, "a/first", 100);
	own_weighted(w, "a/second", 300);
	assert_int_equal(med(w), 5);
	assert_int_equal(announce_index_told(w->index, &p)->bandwidth, 400);
	own(w, "a/third", 6, VERDICT_HOST);
	assert_int_equal(med(w), 9);
	assert_int_equal(announce_index_told(w->index, &p)->bandwidth, 400);
}

static void
who_gives_way_alone_does_not_if_others_say_otherwise(void **state)
{
	struct world *w = *state;

	own(w, "a/first", 5, VERDICT_GIVES_WAY);
	assert_string_equal(w->said, "");
	own(w, "a/second", 5, VERDICT_GIVES_WAY);
	assert_string_equal(w->said, "");
	own(w, "a/second", 6, VERDICT_GIVES_WAY);
	assert_string_equal(w->said, "+" X);
	assert_int_equal(med(w), 9);
	wants(w, "b/local", X, VERDICT_NO_LOCAL_ENDPOINT, false);
	assert_string_equal(w->said, "-" X);
	wants(w, "b/local", "", 0, false);
	assert_string_equal(w->said, "+" X);
	wants(w, "a/second", "", 0, false);
	assert_string_equal(w->said, "-" X);
}

/* Its endpoint is here: it is a firm one when it does not give way. */
static void
who_gives_way_with_an_endpoint_here_is_as_firm_as_others(void **state)
{
	struct world *w = *state;
	struct wants list = { 0 };
	struct prefix p = prefix(X);
	struct want *want = wants_add(&list, &p, VERDICT_GIVES_WAY);

	want->own = true;
	want->attributes =
	    (struct attributes){ .has_med = true, .med = 5, .local = true };
	want->plain = (struct attributes){ .has_med = true, .med = 9 };
	w->said[0] = '\0';
	announce_index_set(w->index, "a/first", &list);
	assert_string_equal(w->said, "");
	own(w, "a/second", 6, VERDICT_NO_LOCAL_ENDPOINT);
	assert_string_equal(w->said, "+" X);
	assert_int_equal(med(w), 9);
	own(w, "a/second", 5, VERDICT_NO_LOCAL_ENDPOINT);
	assert_string_equal(w->said, "-" X);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_service_that_wants_a_prefix_announced_is_known),
		T(another_service_is_found_when_the_known_one_goes),
		T(who_would_do_with_any_node_gives_way_to_who_would_not),
		T(a_listed_address_that_nobody_holds_is_guarded),
		T(what_covers_is_the_longest_that_is_announced),
		T(what_a_service_says_itself_holds_while_nobody_says_otherwise),
		T(what_services_say_holds_whatever_their_weights),
		T(who_gives_way_alone_does_not_if_others_say_otherwise),
		T(who_gives_way_with_an_endpoint_here_is_as_firm_as_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
