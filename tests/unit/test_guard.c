/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "bgpd/kernel/guard.h"
#include "common/alloc.h"
#include "common/err.h"

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static void
a_cidr_gets_three_rules_before_main(void **state)
{
	struct prefix cidr = prefix("10.33.192.0/18");
	struct guard_changes c;

	(void)state;
	guard_diff(&cidr, 1, NULL, 0, &c);
	assert_int_equal(c.n_add, GUARD_RULES);
	assert_int_equal(c.n_del, 0);
	assert_int_equal(c.add[0].priority, 32760);
	assert_int_equal(c.add[0].action, GUARD_GOTO);
	assert_int_equal(c.add[0].target, 32766);
	assert_true(c.add[0].own_packets);
	assert_int_equal(c.add[1].priority, 32761);
	assert_int_equal(c.add[1].action, GUARD_LOOKUP);
	assert_int_equal(c.add[1].table, 254);
	assert_int_equal(c.add[1].suppress, 17);
	assert_int_equal(c.add[2].priority, 32762);
	assert_int_equal(c.add[2].action, GUARD_UNREACHABLE);
	guard_changes_fini(&c);
}

static void
what_is_there_is_left_alone(void **state)
{
	struct prefix cidrs[] = { prefix("10.0.0.0/8"), prefix("fd00::/64") };
	struct guard_changes first, second;

	(void)state;
	guard_diff(cidrs, 2, NULL, 0, &first);
	guard_diff(cidrs, 2, first.add, first.n_add, &second);
	assert_int_equal(second.n_add, 0);
	assert_int_equal(second.n_del, 0);
	guard_changes_fini(&first);
	guard_changes_fini(&second);
}

static void
the_refusal_goes_first_and_its_exceptions_last(void **state)
{
	struct prefix cidr = prefix("10.33.128.0/18");
	struct guard_changes there, c;

	(void)state;
	guard_diff(&cidr, 1, NULL, 0, &there);
	guard_diff(NULL, 0, there.add, there.n_add, &c);
	assert_int_equal(c.n_add, 0);
	assert_int_equal(c.n_del, GUARD_RULES);
	assert_int_equal(c.del[0].action, GUARD_UNREACHABLE);
	guard_changes_fini(&there);
	guard_changes_fini(&c);
}

static void
a_rule_of_ours_that_was_tampered_with_is_replaced(void **state)
{
	struct prefix cidr = prefix("10.33.128.0/18");
	struct guard_changes there, c;

	(void)state;
	guard_diff(&cidr, 1, NULL, 0, &there);
	there.add[1].suppress = -1;
	guard_diff(&cidr, 1, there.add, there.n_add, &c);
	assert_int_equal(c.n_add, 1);
	assert_int_equal(c.add[0].suppress, 17);
	assert_int_equal(c.n_del, 1);
	assert_int_equal(c.del[0].suppress, -1);
	guard_changes_fini(&there);
	guard_changes_fini(&c);
}

static void
thousands_of_aggregates_are_compared_at_once(void **state)
{
	enum { MANY = 20000 };
	struct prefix *cidrs = xcalloc(MANY, sizeof(*cidrs));
	struct guard_changes there, c;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		cidrs[i].addr = addr_v4(0x0a000000 + i * 16);
		cidrs[i].len = 28;
	}
	guard_diff(cidrs, MANY, NULL, 0, &there);
	guard_diff(cidrs, MANY - 1, there.add, there.n_add, &c);
	assert_int_equal(c.n_add, 0);
	assert_int_equal(c.n_del, GUARD_RULES);
	guard_changes_fini(&there);
	guard_changes_fini(&c);
	free(cidrs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cidr_gets_three_rules_before_main),
		cmocka_unit_test(what_is_there_is_left_alone),
		cmocka_unit_test(
		    the_refusal_goes_first_and_its_exceptions_last),
		cmocka_unit_test(thousands_of_aggregates_are_compared_at_once),
		cmocka_unit_test(
		    a_rule_of_ours_that_was_tampered_with_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
