/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "allocator/plan/plan.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "allocator/reconcile/waiters.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static const struct service web = { .meta = { .ns = "web" } };
static const struct service mail = { .meta = { .ns = "mail" } };
static struct groups groups;
static struct bitset changed;
static const struct plan served = { .reason = REASON_ASSIGNED };

/* Two, the second as the rest of its spec says. */
static void
groups_make(const char *rest)
{
	struct service_group *owned[2];
	const struct service_group *two[2];

	for (unsigned i = 0; i < 2; i++) {
		char *yaml = xasprintf("metadata: {name: g%u}\n"
				       "spec: {pools: [{subnet: 10.0.%u.0/24, "
				       "pool: 10.0.%u.0/24}]%s}\n",
		    i, i, i, i == 1 ? rest : "");

		two[i] = owned[i] = decoded(service_group_decode, yaml);
		free(yaml);
	}
	groups_fini(&groups);
	groups_init(
	    &groups, &(struct groups_spec){ .specs = two, .n_specs = 2 });
	service_group_free(owned[0]);
	service_group_free(owned[1]);
}

static struct waiters *
line(void)
{
	struct waiters *w = xcalloc(1, sizeof(*w));

	groups_make("");
	bitset_init(&changed, groups.n);
	waiters_regroup(w, &groups, &changed);
	return w;
}

/* All have left. */
static void
line_free(struct waiters *w)
{
	for (enum waits_for kind = 0; kind < WAITS_FOR; kind++)
		assert_null(w->queues[kind]);
	assert_null(w->line);
	free(w);
	bitset_fini(&changed);
	groups_fini(&groups);
}

static void
put(struct waiters *w, struct waiter **who, size_t group, unsigned families)
{
	const struct plan p = { .reason = REASON_POOL_EXHAUSTED,
		.wait = WAIT_FREE,
		.wait_group = group,
		.wait_families = (uint8_t)families };

	waiters_put(w, who, who, &web, &p);
}

enum { V4 = 1 << FAMILY_V4, V6 = 1 << FAMILY_V6 };

/* The next one behind that one, if any, to whom an IPv4 address will do. */
static struct waiter *
next_v4(const struct waiters *w, size_t group, const struct waiter *behind)
{
	return waiters_for_group(
	    w, group, FAMILY_V4, behind != NULL ? behind->place : 0);
}

TEST(first_come_first_served)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_ptr_equal(next_v4(w, 0, a), b);
	assert_null(next_v4(w, 0, b));
	assert_null(waiters_for_group(w, 0, FAMILY_V6, 0));
	assert_null(next_v4(w, 1, NULL));
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(who_waits_for_something_else_keeps_the_place_in_line)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V6);
	put(w, &b, 0, V4);
	put(w, &a, 0, V4 | V6);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_ptr_equal(next_v4(w, 0, a), b);
	put(w, &a, 0, V4); /* enters where a younger one is already */
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_ptr_equal(next_v4(w, 0, a), b);
	assert_int_equal(waiters_count(w, 0), 2);
	waiters_put(w, &a, &a, &web, &served);
	assert_null(a);
	assert_ptr_equal(next_v4(w, 0, NULL), b);
	assert_int_equal(waiters_count(w, 0), 1);
	put(w, &a, 0, V4); /* again, and at the end */
	assert_ptr_equal(next_v4(w, 0, NULL), b);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(who_leaves_between_two_steps_does_no_harm)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL, *c = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	put(w, &c, 0, V4);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	uint64_t place = a->place;

	waiters_leave(w, &a); /* the one given */
	waiters_leave(w, &b); /* the one that would be next */
	assert_ptr_equal(waiters_for_group(w, 0, FAMILY_V4, place), c);
	waiters_leave(w, &c);
	assert_null(waiters_for_group(w, 0, FAMILY_V4, place));
	line_free(w);
}

enum { MANY = 200 };

/* Whoever of them waits for the group is found, in line, whatever went before. */
TEST(many_come_and_go_in_any_order_and_are_found_in_line)
{
	struct waiters *w = line();
	struct waiter *many[MANY] = { 0 };
	struct rng rng;

	rng_init(&rng, 1);
	for (unsigned i = 0; i < MANY; i++)
		put(w, &many[i], i % 2, V4);
	for (unsigned round = 0; round < 50; round++) {
		bool there[MANY] = { false };
		struct waiter *at = NULL;

		for (unsigned k = 0; k < MANY; k++) {
			unsigned i = rng_below(&rng, MANY);

			put(w, &many[i], rng_below(&rng, 2), V4);
		}
		for (size_t group = 0; group < 2; group++) {
			uint64_t place = 0;

			while ((at = next_v4(w, group, at)) != NULL) {
				size_t i =
				    (size_t)((struct waiter **)at->who - many);

				assert_true(at->place > place);
				place = at->place;
				assert_false(there[i]);
				there[i] = true;
			}
		}
		for (unsigned i = 0; i < MANY; i++)
			assert_true(there[i]);
		assert_int_equal(
		    waiters_count(w, 0) + waiters_count(w, 1), MANY);
	}
	for (unsigned i = 0; i < MANY; i++)
		waiters_leave(w, &many[i * 77 % MANY]);
	line_free(w);
}

/* The second group is for namespace mail only. */
static struct waiters *
line_with_one_closed(void)
{
	struct waiters *w = line();

	groups_make(", namespaces: [mail]");
	return w;
}

/* Waits for any group. */
static void
put_any(struct waiters *w, struct waiter **who, const struct service *s)
{
	const struct plan p = { .reason = REASON_POOL_EXHAUSTED,
		.wait = WAIT_FREE,
		.wait_group = GROUPS_NONE,
		.wait_families = V4 };

	waiters_put(w, who, who, s, &p);
}

TEST(any_group_means_those_open_to_the_namespace)
{
	struct waiters *w = line_with_one_closed();
	struct waiter *a = NULL;

	put_any(w, &a, &web);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_null(waiters_for_group(w, 0, FAMILY_V6, 0));
	assert_null(next_v4(w, 1, NULL));
	assert_int_equal(waiters_count(w, 0), 1);
	assert_int_equal(waiters_count(w, 1), 0);
	waiters_leave(w, &a);
	assert_int_equal(waiters_count(w, 0), 0);
	line_free(w);
}

TEST(those_for_one_group_and_for_any_are_one_line)
{
	struct waiters *w = line_with_one_closed();
	struct waiter *a = NULL, *b = NULL, *c = NULL, *d = NULL;

	put_any(w, &a, &mail);
	put(w, &b, 0, V4);
	put_any(w, &c, &web);
	put_any(w, &d, &mail);
	assert_int_equal(waiters_count(w, 0), 4);
	assert_int_equal(waiters_count(w, 1), 2);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_ptr_equal(next_v4(w, 0, a), b);
	assert_ptr_equal(next_v4(w, 0, b), c);
	assert_ptr_equal(next_v4(w, 0, c), d);
	assert_null(next_v4(w, 0, d));
	assert_ptr_equal(next_v4(w, 1, a), d);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	waiters_leave(w, &c);
	waiters_leave(w, &d);
	line_free(w);
}

TEST(groups_are_given_whose_count_has_changed)
{
	struct waiters *w = line_with_one_closed();
	struct waiter *a = NULL, *b = NULL;

	assert_int_equal(bitset_take(&changed), GROUPS_NONE);
	put(w, &a, 1, V4);
	assert_int_equal(bitset_take(&changed), 1);
	put_any(w, &b, &mail);
	assert_int_equal(bitset_take(&changed), 0);
	assert_int_equal(bitset_take(&changed), 1);
	put_any(w, &b, &mail); /* no other way of waiting */
	assert_int_equal(bitset_take(&changed), GROUPS_NONE);
	waiters_leave(w, &a);
	assert_int_equal(bitset_take(&changed), 1);
	waiters_leave(w, &b);
	assert_int_equal(bitset_take(&changed), 0);
	line_free(w);
}

TEST(other_groups_may_open_to_one_that_waits)
{
	struct waiters *w = line_with_one_closed();
	struct waiter *a = NULL, *b = NULL;

	put_any(w, &a, &web);
	put_any(w, &b, &mail);
	put_any(w, &a, &mail); /* as if it had other labels now */
	assert_ptr_equal(next_v4(w, 1, NULL), a);
	assert_ptr_equal(next_v4(w, 1, a), b);
	assert_int_equal(waiters_count(w, 0), 2);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(an_address_is_waited_for_by_those_who_ask_for_it)
{
	struct plan p = { .reason = REASON_ADDRESS_IN_USE,
		.wait = WAIT_ADDRESS,
		.wait_addr = addr_v4(1) };
	const struct addr other = addr_v4(2);
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	waiters_put(w, &a, &a, &web, &p);
	waiters_put(w, &b, &b, &web, &p);
	assert_ptr_equal(waiters_for_addr(w, &p.wait_addr, 0), a);
	assert_ptr_equal(waiters_for_addr(w, &p.wait_addr, a->place), b);
	assert_null(waiters_for_addr(w, &p.wait_addr, b->place));
	assert_null(waiters_for_addr(w, &other, 0));
	waiters_leave(w, &a);
	assert_ptr_equal(waiters_for_addr(w, &p.wait_addr, 0), b);
	put(w, &b, 0, V4);
	assert_null(waiters_for_addr(w, &p.wait_addr, 0));
	waiters_leave(w, &b);
	line_free(w);
}

/* Whatever its namespace; it may have lost the key since. */
TEST(those_with_a_key_are_found_by_it)
{
	struct service *keyed = decoded(service_decode,
	    "metadata: {name: a, namespace: web, annotations: {"
	    "lbbgp.io/sharing-key: k}}\nspec: {type: LoadBalancer}\n");
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put_any(w, &a, &web);
	assert_null(waiters_for_key(w, keyed, 0));
	put_any(w, &b, keyed);
	assert_ptr_equal(waiters_for_key(w, keyed, 0), b);
	assert_null(waiters_for_key(w, keyed, b->place));
	assert_null(waiters_for_key(w, &web, 0));
	put_any(w, &b, &web);
	assert_null(waiters_for_key(w, keyed, 0));
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
	service_free(keyed);
}

TEST(the_called_have_their_turn_once_each_and_in_line)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL, *c = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	put(w, &c, 0, V4);
	assert_null(waiters_take_called(w));
	waiters_call(w, c);
	waiters_call(w, b);
	waiters_call(w, a);
	waiters_call(w, c);
	waiters_leave(w, &b);
	assert_ptr_equal(waiters_take_called(w), a);
	assert_ptr_equal(waiters_take_called(w), c);
	assert_null(waiters_take_called(w));
	waiters_leave(w, &a);
	waiters_leave(w, &c);
	line_free(w);
}

TEST(with_new_groups_all_wait_for_nothing_but_stay_in_line)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	waiters_call(w, a);
	waiters_regroup(w, &groups, &changed);
	assert_null(next_v4(w, 0, NULL));
	assert_null(waiters_take_called(w));
	put(w, &b, 0, V4);
	put(w, &a, 0, V4);
	assert_ptr_equal(next_v4(w, 0, NULL), a);
	assert_ptr_equal(w->line, a);
	assert_ptr_equal(a->next, b);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(
		    who_waits_for_something_else_keeps_the_place_in_line),
		cmocka_unit_test(who_leaves_between_two_steps_does_no_harm),
		cmocka_unit_test(
		    many_come_and_go_in_any_order_and_are_found_in_line),
		cmocka_unit_test(any_group_means_those_open_to_the_namespace),
		cmocka_unit_test(those_for_one_group_and_for_any_are_one_line),
		cmocka_unit_test(groups_are_given_whose_count_has_changed),
		cmocka_unit_test(other_groups_may_open_to_one_that_waits),
		cmocka_unit_test(
		    an_address_is_waited_for_by_those_who_ask_for_it),
		cmocka_unit_test(those_with_a_key_are_found_by_it),
		cmocka_unit_test(
		    the_called_have_their_turn_once_each_and_in_line),
		cmocka_unit_test(
		    with_new_groups_all_wait_for_nothing_but_stay_in_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
