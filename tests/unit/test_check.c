/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/check.h"
#include "tests/test.h"

/* Answers as a word: "++-"; what they come to. */
static enum check_state
after(struct check *c, const char *answers)
{
	for (; *answers != '\0'; answers++) {
		enum check_state was = c->state;

		bool changed = check_answer(c, *answers == '+');

		assert_int_equal(changed, c->state != was);
	}
	return c->state;
}

TEST(first_good_answer_is_enough)
{
	struct check c;

	check_init(&c, 5, 3);
	assert_int_equal(c.state, CHECK_UNKNOWN);
	assert_int_equal(after(&c, "+"), CHECK_UP);
}

TEST(so_many_bad_answers_in_a_row_make_a_failure)
{
	struct check c;

	check_init(&c, 2, 3);
	assert_int_equal(after(&c, "+--+--"), CHECK_UP);
	assert_int_equal(after(&c, "-"), CHECK_DOWN);
	assert_int_equal(after(&c, "-----"), CHECK_DOWN);
}

TEST(so_many_good_answers_in_a_row_end_it)
{
	struct check c;

	check_init(&c, 2, 1);
	assert_int_equal(after(&c, "+-+"), CHECK_DOWN);
	assert_int_equal(after(&c, "-+"), CHECK_DOWN);
	assert_int_equal(after(&c, "+"), CHECK_UP);
}

TEST(who_has_never_answered_fails_as_well)
{
	struct check c;

	check_init(&c, 2, 3);
	assert_int_equal(after(&c, "--"), CHECK_UNKNOWN);
	assert_int_equal(after(&c, "-"), CHECK_DOWN);
	assert_int_equal(after(&c, "+"), CHECK_DOWN);
}

TEST(other_terms_keep_what_is_known)
{
	struct check c;

	check_init(&c, 2, 3);
	assert_int_equal(after(&c, "+--"), CHECK_UP);
	check_set_terms(&c, 1, 4);
	assert_int_equal(after(&c, "-"), CHECK_UP);
	assert_int_equal(after(&c, "-"), CHECK_DOWN);
	assert_int_equal(after(&c, "+"), CHECK_UP);
}

static enum check_state
sum(const char *states, bool any)
{
	enum check_state list[8] = { CHECK_UNKNOWN };
	size_t n = 0;

	for (; *states != '\0'; states++)
		list[n++] = *states == '+' ? CHECK_UP
		    : *states == '-'       ? CHECK_DOWN
					   : CHECK_UNKNOWN;
	return checks_state(list, n, any);
}

TEST(all_have_to_hold)
{
	assert_int_equal(sum("", false), CHECK_UP);
	assert_int_equal(sum("++", false), CHECK_UP);
	assert_int_equal(sum("+-+", false), CHECK_DOWN);
	assert_int_equal(sum("+?", false), CHECK_UNKNOWN);
	assert_int_equal(sum("?-", false), CHECK_DOWN);
}

TEST(any_is_enough)
{
	assert_int_equal(sum("", true), CHECK_UP);
	assert_int_equal(sum("-+", true), CHECK_UP);
	assert_int_equal(sum("--", true), CHECK_DOWN);
	assert_int_equal(sum("-?", true), CHECK_UNKNOWN);
	assert_int_equal(sum("?+", true), CHECK_UP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_good_answer_is_enough),
		cmocka_unit_test(so_many_bad_answers_in_a_row_make_a_failure),
		cmocka_unit_test(so_many_good_answers_in_a_row_end_it),
		cmocka_unit_test(who_has_never_answered_fails_as_well),
		cmocka_unit_test(other_terms_keep_what_is_known),
		cmocka_unit_test(all_have_to_hold),
		cmocka_unit_test(any_is_enough),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
