/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bgpd/link/interface.h"
#include "bgpd/link/unheard.h"
#include "tests/test.h"

static const struct interface list[] = {
	{ .name = "eth0", .index = 2, .up = true },
	{ .name = "eth1", .index = 3, .up = true },
	{ .name = "eth2", .index = 4, .up = false },
};

#define N (sizeof(list) / sizeof(list[0]))

static struct unheard
with_eth1(void)
{
	struct unheard u = { 0 };
	struct err why;

	err_set(&why, "no right");
	assert_true(unheard_add(&u, 3, &why));
	return u;
}

TEST(only_those_that_are_unheard_are_masked)
{
	struct unheard u = with_eth1();
	struct interface *masked = unheard_mask(&u, list, N);

	assert_true(masked[0].up);
	assert_false(masked[1].up);
	assert_false(masked[2].up);
	assert_string_equal(masked[1].name, "eth1");
	free(masked);
	unheard_fini(&u);
}

TEST(the_first_reason_stays)
{
	struct unheard u = with_eth1();
	struct err why, text;

	err_set(&why, "another reason");
	assert_false(unheard_add(&u, 3, &why));
	assert_true(unheard_add(&u, 2, &why));
	assert_true(unheard_print(&u, list, N, &text));
	assert_string_equal(text.text, "eth0: another reason; eth1: no right");
	unheard_fini(&u);
}

TEST(what_is_heard_again_is_removed_once)
{
	struct unheard u = with_eth1();
	struct err text;

	assert_true(unheard_remove(&u, 3));
	assert_false(unheard_remove(&u, 3));
	assert_false(unheard_has(&u, 3));
	assert_false(unheard_print(&u, list, N, &text));
	unheard_fini(&u);
}

static bool
is_first(void *arg, int index)
{
	return index == *(int *)arg;
}

TEST(those_that_are_gone_are_forgotten)
{
	struct unheard u = with_eth1();
	struct err why = { 0 };
	int there = 2;

	unheard_add(&u, 2, &why);
	unheard_keep(&u, is_first, &there);
	assert_true(unheard_has(&u, 2));
	assert_false(unheard_has(&u, 3));
	unheard_fini(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_those_that_are_unheard_are_masked),
		cmocka_unit_test(the_first_reason_stays),
		cmocka_unit_test(what_is_heard_again_is_removed_once),
		cmocka_unit_test(those_that_are_gone_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
