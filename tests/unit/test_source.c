/* SPDX-License-Identifier: Apache-2.0 */
/* How long who waits for a source goes on waiting. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/source/source.h"
#include "tests/test.h"

enum { A, B, N };

static void *
decode(const struct json_t *obj, struct err *err)
{
	(void)obj;
	(void)err;
	return xcalloc(1, 1);
}

static const struct store_kind kinds[] = {
	[A] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .decode = decode,
	    .free = free },
	[B] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = decode,
	    .free = free },
};

struct world {
	struct store *store;
	struct source *source;
	enum source_state states[N];
	uint64_t heard;
	const char *server;
	struct err why;
};

static enum source_state
say_state(const void *impl, size_t kind, struct err *why)
{
	const struct world *w = impl;

	if (w->states[kind] != SOURCE_FOLLOWED)
		err_set(why, "why of %zu", kind);
	return w->states[kind];
}

static uint64_t
say_heard(const void *impl)
{
	const struct world *w = impl;

	return w->heard;
}

static const char *
say_server(const void *impl)
{
	const struct world *w = impl;

	return w->server;
}

static void
free_nothing(void *impl)
{
	(void)impl;
}

static int
start(void **state)
{
	static const struct store_ops nobody = { 0 };
	static const struct source_ops ops = { .state = say_state,
		.heard = say_heard,
		.server = say_server,
		.free = free_nothing };
	struct world *w = test_calloc(1, sizeof(*w));

	w->store = store_new(kinds, N, &nobody, NULL);
	w->source = source_new(&ops, w);
	w->states[A] = w->states[B] = SOURCE_COMING;
	*state = w;
	return 0;
}

static int
stop(void **state)
{
	struct world *w = *state;

	source_free(w->source);
	store_free(w->store);
	test_free(w);
	return 0;
}

/* Since 1000, for 500 ms without anything. */
static bool
may_list(struct world *w, uint64_t now)
{
	static const struct source_wait wait = { 1000, 500 };

	return source_may_list(w->source, w->store, &wait, now, &w->why);
}

static void
the_limit_counts_from_what_came_last(void **state)
{
	struct world *w = *state;

	assert_true(may_list(w, 1499));
	assert_false(may_list(w, 1500));
	assert_string_equal(w->why.text, "Service: nothing came for 0 s");
	w->server = "https://a";
	assert_false(may_list(w, 1500));
	assert_string_equal(
	    w->why.text, "Service: nothing came from https://a for 0 s");
	w->heard = 9000;
	assert_true(may_list(w, 9499));
	assert_false(may_list(w, 9500));
	w->heard = 10; /* before the wait began */
	assert_true(may_list(w, 1499));
}

static void
what_may_pass_is_waited_for(void **state)
{
	struct world *w = *state;

	w->states[B] = SOURCE_FAULTY;
	assert_true(may_list(w, 1499));
	assert_false(may_list(w, 1500));
	assert_string_equal(w->why.text, "Node: why of 1");
	w->server = "https://a";
	assert_false(may_list(w, 1500));
	assert_string_equal(
	    w->why.text, "Node: why of 1; https://a was asked for 0 s");
}

static void
a_refusal_is_not_waited_for(void **state)
{
	struct world *w = *state;

	w->states[B] = SOURCE_REFUSED;
	assert_false(may_list(w, 1000));
	assert_string_equal(w->why.text, "Node: why of 1");
}

static void
what_has_been_listed_refuses_nothing(void **state)
{
	struct world *w = *state;

	w->states[B] = SOURCE_REFUSED;
	store_list_begin(w->store, B);
	store_list_end(w->store, B);
	assert_true(may_list(w, 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_limit_counts_from_what_came_last, start, stop),
		cmocka_unit_test_setup_teardown(
		    what_may_pass_is_waited_for, start, stop),
		cmocka_unit_test_setup_teardown(
		    a_refusal_is_not_waited_for, start, stop),
		cmocka_unit_test_setup_teardown(
		    what_has_been_listed_refuses_nothing, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
