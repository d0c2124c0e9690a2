/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "allocator/plan/plan.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "allocator/reconcile/waiters.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
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

static void
line_free(struct waiters *w)
{
	waiters_fini(w);
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

static struct waiter *
for_group(struct waiters *w, size_t group, enum family family)
{
	const struct addr a = { .family = (uint8_t)family };

	waiters_walk(w, &a, group);
	return waiters_next(w);
}

static struct waiter *
for_addr(struct waiters *w, const struct addr *a)
{
	waiters_walk(w, a, GROUPS_NONE);
	return waiters_next(w);
}

enum { V4 = 1 << FAMILY_V4, V6 = 1 << FAMILY_V6 };

TEST(first_come_first_served)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	assert_ptr_equal(waiters_next(w), b);
	assert_null(waiters_next(w));
	assert_null(for_group(w, 0, FAMILY_V6));
	assert_null(for_group(w, 1, FAMILY_V4));
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(who_changes_queues_keeps_the_place_in_line)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V6);
	put(w, &b, 0, V4);
	put(w, &a, 0, V4 | V6);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	assert_int_equal(w->counts[0], 2);
	waiters_put(w, &a, &a, &web, &served);
	assert_null(a);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), b);
	assert_int_equal(w->counts[0], 1);
	put(w, &a, 0, V4); /* again, and at the end */
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), b);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(who_leaves_while_the_queue_is_walked_does_no_harm)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL, *c = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	put(w, &c, 0, V4);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	waiters_leave(w, &a); /* the one given */
	waiters_leave(w, &b); /* the one that would be next */
	assert_ptr_equal(waiters_next(w), c);
	waiters_leave(w, &c);
	assert_null(waiters_next(w));
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
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	assert_null(for_group(w, 0, FAMILY_V6));
	assert_null(for_group(w, 1, FAMILY_V4));
	assert_int_equal(w->counts[0], 1);
	assert_int_equal(w->counts[1], 0);
	waiters_leave(w, &a);
	assert_int_equal(w->counts[0], 0);
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
	assert_int_equal(w->counts[0], 4);
	assert_int_equal(w->counts[1], 2);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	assert_ptr_equal(waiters_next(w), b);
	assert_ptr_equal(waiters_next(w), c);
	waiters_leave(w, &d);
	assert_null(waiters_next(w));
	assert_ptr_equal(for_group(w, 1, FAMILY_V4), a);
	assert_null(waiters_next(w));
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	waiters_leave(w, &c);
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
	assert_ptr_equal(for_group(w, 1, FAMILY_V4), a);
	assert_ptr_equal(waiters_next(w), b);
	assert_int_equal(w->counts[0], 2);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
}

TEST(an_address_has_a_queue_of_its_own)
{
	struct plan p = { .reason = REASON_ADDRESS_IN_USE,
		.wait = WAIT_ADDRESS,
		.wait_addr = addr_v4(1) };
	const struct addr other = addr_v4(2);
	struct waiters *w = line();
	struct waiter *a = NULL;

	waiters_put(w, &a, &a, &web, &p);
	assert_ptr_equal(for_addr(w, &p.wait_addr), a);
	assert_null(for_addr(w, &other));
	waiters_leave(w, &a);
	assert_null(for_addr(w, &p.wait_addr));
	line_free(w);
}

/* Whatever its namespace; it may have lost the key since. */
TEST(the_line_is_looked_along_for_a_key_that_one_of_them_has)
{
	struct service *keyed = decoded(service_decode,
	    "metadata: {name: a, namespace: web, annotations: {"
	    "lbbgp.io/sharing-key: k}}\nspec: {type: LoadBalancer}\n");
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put_any(w, &a, &web);
	assert_null(waiters_with_key(w, keyed));
	put_any(w, &b, keyed);
	assert_ptr_equal(waiters_with_key(w, keyed), a);
	assert_null(waiters_with_key(w, &web));
	put_any(w, &b, &web);
	assert_null(waiters_with_key(w, keyed));
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	line_free(w);
	service_free(keyed);
}

TEST(a_walk_ends_when_all_have_left)
{
	struct plan p = { .reason = REASON_ADDRESS_IN_USE,
		.wait = WAIT_ADDRESS,
		.wait_addr = addr_v4(1) };
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	waiters_put(w, &a, &a, &web, &p);
	waiters_put(w, &b, &b, &web, &p);
	assert_ptr_equal(for_addr(w, &p.wait_addr), a);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	assert_null(waiters_next(w));
	put_any(w, &a, &web);
	put_any(w, &b, &web);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
	waiters_leave(w, &a);
	waiters_leave(w, &b);
	assert_null(waiters_next(w));
	line_free(w);
}

TEST(new_groups_empty_the_queues_but_not_the_line)
{
	struct waiters *w = line();
	struct waiter *a = NULL, *b = NULL;

	put(w, &a, 0, V4);
	put(w, &b, 0, V4);
	waiters_regroup(w, &groups, &changed);
	assert_null(for_group(w, 0, FAMILY_V4));
	put(w, &b, 0, V4);
	put(w, &a, 0, V4);
	assert_ptr_equal(for_group(w, 0, FAMILY_V4), a);
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
		cmocka_unit_test(who_changes_queues_keeps_the_place_in_line),
		cmocka_unit_test(
		    who_leaves_while_the_queue_is_walked_does_no_harm),
		cmocka_unit_test(any_group_means_those_open_to_the_namespace),
		cmocka_unit_test(those_for_one_group_and_for_any_are_one_line),
		cmocka_unit_test(groups_are_given_whose_count_has_changed),
		cmocka_unit_test(other_groups_may_open_to_one_that_waits),
		cmocka_unit_test(an_address_has_a_queue_of_its_own),
		cmocka_unit_test(
		    the_line_is_looked_along_for_a_key_that_one_of_them_has),
		cmocka_unit_test(a_walk_ends_when_all_have_left),
		cmocka_unit_test(new_groups_empty_the_queues_but_not_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
