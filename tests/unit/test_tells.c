/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "bgpd/status/tells.h"
#include "common/api/meta.h"
#include "tests/test.h"

static struct condition_of said[1];
static struct conditions conditions = { said, 1 };

/* The resource says this of itself now. */
static const struct conditions *
says(const char *status, const char *message)
{
	said[0] = (struct condition_of){ (char *)"Accepted",
		{ .status = status,
		    .reason = (char *)"",
		    .message = (char *)message } };
	return &conditions;
}

static struct tell
refusal(const char *why)
{
	return (struct tell){ 2, "a", "", 0, why };
}

static void
count(void *arg, const struct tell *tell)
{
	unsigned *n = arg;

	assert_int_equal(tell->kind, 2);
	assert_string_equal(tell->name, "a");
	++*n;
}

static unsigned
taken(struct tells *t, uint64_t now)
{
	unsigned n = 0;

	tells_take(t, now, count, &n);
	return n;
}

TEST(nobody_waits_without_a_node)
{
	struct tells *t = tells_new(NULL);
	struct tell bad = refusal("no");

	assert_int_equal(tells_due(t), 0);
	tells_add(t, &bad, 1000);
	assert_int_equal(tells_due(t), 1000);
	assert_int_equal(taken(t, 999), 0);
	assert_int_equal(taken(t, 1000), 1);
	assert_int_equal(taken(t, 1000), 0);
	assert_int_equal(tells_due(t), 0);
	tells_free(t);
}

TEST(what_the_resource_says_by_now_is_not_written)
{
	struct tells *t = tells_new("n1");
	struct tell bad = refusal("no"), good = refusal(NULL);

	tells_add(t, &bad, 1000);
	tells_seen(t, 2, "a", says("False", "another"));
	tells_seen(t, 2, "a", says("True", "no"));
	tells_seen(t, 2, "b", says("False", "no"));
	tells_seen(t, 3, "a", says("False", "no"));
	assert_int_not_equal(tells_due(t), 0);
	tells_seen(t, 2, "a", says("False", "no"));
	assert_int_equal(taken(t, 99999), 0);
	tells_add(t, &good, 1000);
	tells_pardon(t, 2, "a"); /* that waits, not a refusal */
	tells_seen(t, 2, "a", says("False", "no"));
	assert_int_not_equal(tells_due(t), 0);
	tells_seen(t, 2, "a", says("True", ""));
	assert_int_equal(tells_due(t), 0);
	tells_free(t);
}

/* kubectl waits for what is said of it as it is now. */
TEST(what_the_resource_says_of_an_older_generation_is_written_again)
{
	struct tells *t = tells_new("n1");
	struct tell good = refusal(NULL);

	good.generation = 2;
	tells_add(t, &good, 1000);
	says("True", "");
	said[0].condition.observed = 1;
	tells_seen(t, 2, "a", &conditions);
	assert_int_not_equal(tells_due(t), 0);
	said[0].condition.observed = 2;
	tells_seen(t, 2, "a", &conditions);
	assert_int_equal(tells_due(t), 0);
	tells_free(t);
}

TEST(last_verdict_counts)
{
	struct tells *t = tells_new("n1");
	struct tell bad = refusal("no"), worse = refusal("never");

	tells_add(t, &bad, 1000);
	tells_add(t, &worse, 1000);
	tells_seen(t, 2, "a", says("False", "no"));
	assert_int_equal(taken(t, 99999), 1);
	tells_add(t, &bad, 1000);
	tells_pardon(t, 2, "a");
	assert_int_equal(taken(t, 99999), 0);
	tells_add(t, &bad, 1000);
	tells_recant(t, 2, "a", "never");
	tells_recant(t, 2, "a", NULL);
	assert_int_not_equal(tells_due(t), 0);
	tells_recant(t, 2, "a", "no");
	assert_int_equal(tells_due(t), 0);
	tells_free(t);
}

enum { NODES = 1000, EVENT = 100 /* ms from a write to all nodes */ };

/* Else each writes, and each write comes to each: a million events. */
TEST(few_of_a_thousand_nodes_write)
{
	struct tells *nodes[NODES];
	struct tell bad = refusal("no");
	unsigned writers = 0;
	uint64_t first = 0;
	char name[16];

	for (unsigned i = 0; i < NODES; i++) {
		snprintf(name, sizeof(name), "node-%u", i);
		nodes[i] = tells_new(name);
		tells_add(nodes[i], &bad, 1000);
	}
	for (uint64_t now = 1000; now < 11000; now++)
		for (unsigned i = 0; i < NODES; i++) {
			if (first != 0 && now == first + EVENT)
				tells_seen(
				    nodes[i], 2, "a", says("False", "no"));
			writers += taken(nodes[i], now);
			if (first == 0 && writers > 0)
				first = now;
		}
	assert_in_range(writers, 1, 40);
	for (unsigned i = 0; i < NODES; i++) {
		assert_int_equal(tells_due(nodes[i]), 0);
		tells_free(nodes[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits_without_a_node),
		cmocka_unit_test(what_the_resource_says_by_now_is_not_written),
		cmocka_unit_test(
		    what_the_resource_says_of_an_older_generation_is_written_again),
		cmocka_unit_test(last_verdict_counts),
		cmocka_unit_test(few_of_a_thousand_nodes_write),
	};

	return cmocka_run_group_tests_name("tells", tests, NULL, NULL);
}
