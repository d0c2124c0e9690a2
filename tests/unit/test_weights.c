/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/weights.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/prefix.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"

#define PASSES 5

static const struct object_key shop = { "web", "shop" };
static const struct object_key blog = { "web", "blog" };

static struct addr
ip(uint8_t last)
{
	return (struct addr){ FAMILY_V4, { 192, 0, 2, last } };
}

/* A Service with one address. */
static uint32_t
ask(struct weights *w, const struct object_key *key, uint32_t weight)
{
	struct addr addr = ip(1);

	weights_begin(w, key);
	uint32_t said = weights_ask(w, &addr, weight, PASSES);

	weights_end(w);
	return said;
}

struct due {
	unsigned n, most;
	char names[64];
};

static bool
note(void *arg, const struct object_key *key)
{
	struct due *d = arg;

	strcat(strcat(d->names, key->name), " ");
	return ++d->n < d->most;
}

/* The names of those that are due after so many passes, and no sooner. */
static const char *
due_after(struct weights *w, unsigned passes)
{
	static struct due d;

	for (unsigned i = 0; i < passes; i++) {
		d = (struct due){ .most = 9 };
		assert_true(weights_wait(w));
		weights_grow_older(w, note, &d);
		if (i + 1 < passes)
			assert_string_equal(d.names, "");
	}
	return d.names;
}

TEST(first_weight_is_said_at_once_and_changes_once)
{
	struct weights *w = weights_new();

	assert_int_equal(ask(w, &shop, 3), 3);
	assert_false(weights_wait(w));
	assert_int_equal(ask(w, &shop, 4), 4);
	assert_int_equal(ask(w, &shop, 5), 4);
	assert_int_equal(ask(w, &shop, 6), 4);
	assert_string_equal(due_after(w, PASSES), "shop ");
	assert_int_equal(ask(w, &shop, 6), 6);
	assert_int_equal(ask(w, &shop, 7), 6); /* and so on */
	weights_free(w);
}

TEST(what_comes_back_to_what_was_said_is_no_news)
{
	struct weights *w = weights_new();

	ask(w, &shop, 3);
	ask(w, &shop, 4);
	assert_int_equal(ask(w, &shop, 5), 4);
	assert_int_equal(ask(w, &shop, 4), 4);
	assert_string_equal(due_after(w, PASSES), "");
	assert_false(weights_wait(w));
	assert_int_equal(ask(w, &shop, 9), 9);
	weights_free(w);
}

TEST(services_do_not_wait_for_each_other)
{
	struct weights *w = weights_new();

	ask(w, &shop, 1);
	ask(w, &blog, 1);
	ask(w, &shop, 2);
	assert_string_equal(due_after(w, 2), "");
	assert_int_equal(ask(w, &blog, 2), 2);
	ask(w, &shop, 3);
	ask(w, &blog, 3);
	assert_string_equal(due_after(w, PASSES - 2), "shop ");
	assert_int_equal(ask(w, &shop, 3), 3);
	assert_string_equal(due_after(w, 2), "blog ");
	weights_free(w);
}

TEST(addresses_of_a_service_are_apart)
{
	struct weights *w = weights_new();
	struct addr one = ip(1), two = ip(2);

	for (uint32_t weight = 1; weight < 4; weight++) {
		weights_begin(w, &shop);
		assert_int_equal(weights_ask(w, &one, weight, PASSES),
		    weight < 3 ? weight : 2);
		assert_int_equal(weights_ask(w, &two, 7, PASSES), 7);
		weights_end(w);
	}
	assert_string_equal(due_after(w, PASSES), "shop ");
	weights_free(w);
}

TEST(what_went_comes_again_as_it_is)
{
	struct weights *w = weights_new();

	ask(w, &shop, 1);
	ask(w, &shop, 2);
	weights_begin(w, &shop);
	weights_end(w);
	assert_false(weights_wait(w));
	assert_int_equal(ask(w, &shop, 9), 9);
	weights_free(w);
}

TEST(a_shorter_interval_counts_from_now)
{
	struct weights *w = weights_new();
	struct addr addr = ip(1);

	ask(w, &shop, 1);
	ask(w, &shop, 2);
	weights_begin(w, &shop);
	assert_int_equal(weights_ask(w, &addr, 3, 2), 2);
	weights_end(w);
	assert_string_equal(due_after(w, 2), "shop ");
	weights_free(w);
}

/* Who has enough hears no more in this pass; nothing is due twice. */
TEST(who_is_told_may_stop)
{
	struct weights *w = weights_new();
	struct due d = { .most = 1 };

	for (uint32_t weight = 1; weight < 4; weight++) {
		ask(w, &shop, weight);
		ask(w, &blog, weight);
	}
	due_after(w, PASSES - 1);
	weights_grow_older(w, note, &d);
	assert_int_equal(d.n, 1);
	assert_false(weights_wait(w));
	weights_free(w);
}

/* Never two changes of one in less than PASSES, and in the end all is said. */
TEST(random_changes_keep_the_interval_and_all_is_said)
{
	struct weights *w = weights_new();
	struct rng rng;
	uint32_t said[2] = { 0 }, is[2] = { 0 };
	unsigned at[2] = { 0 };
	const struct object_key *keys[] = { &shop, &blog };
	struct due d;

	rng_init(&rng, 7);
	for (unsigned pass = 1; pass < 20000; pass++) {
		for (unsigned i = 0; i < 2; i++) {
			if (pass < 19900 && rng_below(&rng, 3) == 0)
				is[i] = 1 + rng_below(&rng, 3);
			uint32_t now = is[i] > 0 ? ask(w, keys[i], is[i]) : 0;

			if (now == said[i])
				continue;
			assert_true(said[i] == 0 || at[i] == 0 ||
			    pass - at[i] >= PASSES);
			at[i] = said[i] != 0 ? pass : 0;
			said[i] = now;
		}
		d = (struct due){ .most = 9 };
		if (weights_wait(w))
			weights_grow_older(w, note, &d);
	}
	assert_int_equal(said[0], is[0]);
	assert_int_equal(said[1], is[1]);
	assert_false(weights_wait(w));
	weights_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_weight_is_said_at_once_and_changes_once),
		cmocka_unit_test(what_comes_back_to_what_was_said_is_no_news),
		cmocka_unit_test(services_do_not_wait_for_each_other),
		cmocka_unit_test(addresses_of_a_service_are_apart),
		cmocka_unit_test(what_went_comes_again_as_it_is),
		cmocka_unit_test(a_shorter_interval_counts_from_now),
		cmocka_unit_test(who_is_told_may_stop),
		cmocka_unit_test(
		    random_changes_keep_the_interval_and_all_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
