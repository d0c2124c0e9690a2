/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/quota.h"
#include "tests/test.h"

static bool
take(struct quota *q, const char *from)
{
	struct addr addr;

	assert_true(addr_parse(from, &addr));
	return quota_take(q, &addr);
}

TEST(an_address_has_its_share_and_no_more)
{
	struct quota q = { .all = 5, .each = 2 };

	assert_true(take(&q, "192.0.2.1"));
	assert_true(take(&q, "192.0.2.1"));
	assert_false(take(&q, "192.0.2.1"));
	assert_true(take(&q, "192.0.2.2"));
	assert_false(take(&q, "192.0.2.1"));
	assert_false(quota_is_used_up(&q));
	assert_true(take(&q, "192.0.2.2"));
	assert_true(take(&q, "192.0.2.3"));
	assert_true(quota_is_used_up(&q));
	assert_false(take(&q, "192.0.2.4"));
}

TEST(a_link_of_ipv6_counts_as_one)
{
	struct quota q = { .all = 9, .each = 2 };

	assert_true(take(&q, "2001:db8::1"));
	assert_true(take(&q, "2001:db8::ffff:0:0:2"));
	assert_false(take(&q, "2001:db8::3"));
	assert_true(take(&q, "2001:db8:0:1::3"));
}

TEST(each_second_is_a_new_one)
{
	struct quota q = { .all = 2, .each = 1 };

	for (unsigned i = 0; i < 3; i++) {
		assert_true(take(&q, "192.0.2.1"));
		assert_false(take(&q, "192.0.2.1"));
		assert_true(take(&q, "192.0.2.2"));
		assert_true(quota_is_used_up(&q));
		quota_renew(&q);
		assert_false(quota_is_used_up(&q));
	}
}

TEST(all_may_be_others)
{
	struct quota q = { .all = QUOTA_MOST, .each = 1 };
	char from[16];

	for (unsigned i = 0; i < QUOTA_MOST; i++) {
		snprintf(from, sizeof(from), "192.0.2.%u", i);
		assert_true(take(&q, from));
	}
	assert_false(take(&q, "192.0.2.200"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_share_and_no_more),
		cmocka_unit_test(a_link_of_ipv6_counts_as_one),
		cmocka_unit_test(each_second_is_a_new_one),
		cmocka_unit_test(all_may_be_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
