/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/attribute_sets.h"
#include "bgpd/announce/attributes.h"
#include "tests/test.h"

static uint32_t standard[] = { 7, 9 };
static uint32_t large[][3] = { { 1, 2, 3 }, { 7, 9, 0 } };

TEST(equal_sets_have_one_number_and_others_another)
{
	struct attribute_sets *s = attribute_sets_new();
	/* No two are equal, but some have the same words. */
	const struct attributes all[] = {
		{ .n_standard = 0 },
		{ .standard = standard, .n_standard = 1 },
		{ .standard = standard, .n_standard = 2 },
		{ .large = large, .n_large = 1 },
		{ .standard = standard,
		    .n_standard = 2,
		    .large = large + 1,
		    .n_large = 1 },
		{ .has_local_pref = true },
		{ .has_local_pref = true, .local_pref = 7 },
		{ .kinds = ANNOUNCED_POD },
		{ .bandwidth = 100 },
		{ .bandwidth = 200 },
		{ .bandwidth = 100, .non_transitive = true },
		{ .bandwidth = 100, .bandwidth_as = 65001 },
		{ .has_med = true },
		{ .has_med = true, .med = 7 },
		{ .prepends = 1 },
		{ .prepends = 2 },
		{ .peers = standard, .n_peers = 2 },
		{ .own = true },
		{ .own = true, .plain = 1 },
		{ .own = true, .max_announcers = 1 },
		{ .own = true, .local = true },
	};
	uint32_t number[sizeof(all) / sizeof(all[0])];
	size_t n = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < n; i++) {
		number[i] = attribute_sets_intern(s, &all[i]);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(number[i], number[j]);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(attribute_sets_intern(s, &all[i]), number[i]);
		assert_true(
		    attributes_eq(attribute_sets_get(s, number[i]), &all[i]));
	}
	assert_int_equal(number[0], 0);
	attribute_sets_free(s);
}

TEST(a_set_lasts_as_long_as_its_last_reference)
{
	struct attribute_sets *s = attribute_sets_new();
	struct attributes a = { .standard = standard, .n_standard = 2 };
	struct attributes b = { .large = large, .n_large = 1 };

	uint32_t number = attribute_sets_intern(s, &a);

	attribute_sets_ref(s, number);
	attribute_sets_unref(s, number);
	assert_true(attributes_eq(attribute_sets_get(s, number), &a));
	attribute_sets_unref(s, number);
	/* Then its number is another's. */
	assert_int_equal(attribute_sets_intern(s, &b), number);
	assert_true(attributes_eq(attribute_sets_get(s, number), &b));
	attribute_sets_free(s);
}

TEST(what_two_want_is_of_both_kinds)
{
	struct attributes all = { .kinds = ANNOUNCED_SERVICE };
	const struct attributes other = { .kinds = ANNOUNCED_EXTERNAL };

	attributes_unite(&all, &other, 1);
	assert_int_equal(all.kinds, ANNOUNCED_SERVICE | ANNOUNCED_EXTERNAL);
	assert_false(attributes_eq(&all, &other));
}

/* Each is of a set of its own; of two who differ the better offer counts. */
TEST(med_and_prepends_are_part_of_a_set)
{
	struct attribute_sets *s = attribute_sets_new();
	struct attributes none = { 0 }, zero = { .has_med = true };
	struct attributes seven = { .has_med = true, .med = 7 };
	struct attributes longer = { .prepends = 2 };
	uint32_t numbers[] = { attribute_sets_intern(s, &none),
		attribute_sets_intern(s, &zero),
		attribute_sets_intern(s, &seven),
		attribute_sets_intern(s, &longer) };

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(numbers[i], numbers[j]);
	assert_int_equal(attribute_sets_get(s, numbers[2])->med, 7);
	assert_int_equal(attribute_sets_get(s, numbers[3])->prepends, 2);
	assert_false(attributes_eq(&none, &zero));
	assert_false(attributes_eq(&zero, &seven));
	assert_false(attributes_eq(&none, &longer));
	attributes_unite(&none, &seven, 1);
	attributes_unite(&none, &longer, 1);
	assert_true(none.has_med);
	assert_int_equal(none.med, 7);
	assert_int_equal(none.prepends, 2);
	attributes_unite(&none, &zero, 1);
	assert_int_equal(none.med, 0);
	for (size_t i = 0; i < 4; i++)
		attribute_sets_unref(s, numbers[i]);
	attribute_sets_free(s);
}

/* A flow to an address that two Services share may be for either. */
TEST(bandwidths_are_added)
{
	struct attributes all = { 0 };
	const struct attributes own = {
		.bandwidth = 300, .bandwidth_as = 65001, .non_transitive = true
	};
	const struct attributes open = { .bandwidth = 100 }, none = { 0 };
	const struct attributes most = { .bandwidth = UINT32_MAX - 1 };

	attributes_unite(&all, &none, 1);
	assert_int_equal(all.bandwidth, 0);
	attributes_unite(&all, &own, 2);
	attributes_unite(&all, &none, 5);
	assert_int_equal(all.bandwidth, 600);
	assert_int_equal(all.bandwidth_as, 65001);
	assert_true(all.non_transitive);
	attributes_unite(&all, &open, 1);
	assert_int_equal(all.bandwidth, 700);
	assert_false(all.non_transitive);
	attributes_unite(&all, &own, 1);
	assert_false(all.non_transitive);
	attributes_unite(&all, &most, 9);
	assert_int_equal(all.bandwidth, UINT32_MAX);
}

/* What holds in place of it is there as long as it is, and goes with it. */
TEST(a_set_of_ones_own_has_a_plain_one)
{
	struct attribute_sets *s = attribute_sets_new();
	struct attributes plain = { .has_med = true, .med = 1 };
	struct attributes own = { .has_med = true, .med = 2 }, same = own;
	uint32_t number = attribute_sets_intern_own(s, &own, &plain);

	assert_int_equal(attribute_sets_intern_own(s, &same, &plain), number);
	assert_int_not_equal(own.plain, number);
	assert_int_equal(attribute_sets_get(s, own.plain)->med, 1);
	attribute_sets_unref(s, number);
	assert_int_equal(attribute_sets_get(s, number)->med, 2);
	assert_int_equal(attribute_sets_get(s, own.plain)->med, 1);
	attribute_sets_unref(s, number);
	/* Both numbers are free. */
	struct attributes a = { .prepends = 1 }, b = { .prepends = 2 };
	uint32_t x = attribute_sets_intern(s, &a);
	uint32_t y = attribute_sets_intern(s, &b);

	assert_int_equal(x + y, number + own.plain);
	assert_int_equal(x > y ? x - y : y - x,
	    number > own.plain ? number - own.plain : own.plain - number);
	attribute_sets_free(s);
}

/* Also when it says the same as the group does: then it differs by that it says it. */
TEST(ones_own_differs_from_the_same_without)
{
	struct attribute_sets *s = attribute_sets_new();
	struct attributes plain = { 0 }, own = { 0 };
	uint32_t number = attribute_sets_intern_own(s, &own, &plain);

	assert_int_not_equal(number, 0);
	assert_int_equal(own.plain, 0);
	attribute_sets_unref(s, number);
	attribute_sets_free(s);
}

/* None are all: what one wants for some peers, and another for all, all are told. */
TEST(peers_of_two_are_united)
{
	struct attribute_sets *s = attribute_sets_new();
	struct attributes all = { 0 }, a = { 0 }, b = { 0 }, sum = { 0 };

	attributes_add_peer(&a, 2);
	attributes_add_peer(&b, 1);
	uint32_t number = attribute_sets_intern(s, &a);

	assert_int_not_equal(number, attribute_sets_intern(s, &b));
	assert_int_not_equal(number, 0);
	assert_true(attributes_eq(attribute_sets_get(s, number), &a));
	assert_false(attributes_eq(&a, &b));
	assert_false(attributes_eq(&a, &all));
	attributes_copy(&sum, &a, 1);
	assert_true(attributes_eq(&sum, &a));
	assert_false(attributes_are_for(&sum, 1));
	assert_false(attributes_are_for(&sum, 0));
	attributes_unite(&sum, &b, 1);
	assert_true(attributes_are_for(&sum, 1));
	assert_true(attributes_are_for(&sum, 2));
	assert_false(attributes_are_for(&sum, 3));
	attributes_unite(&sum, &all, 1);
	assert_true(attributes_are_for(&sum, 3));
	attributes_unite(&sum, &b, 1);
	assert_true(attributes_are_for(&sum, 3));
	attributes_fini(&a);
	attributes_fini(&b);
	attributes_fini(&sum);
	attribute_sets_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sets_have_one_number_and_others_another),
		cmocka_unit_test(what_two_want_is_of_both_kinds),
		cmocka_unit_test(med_and_prepends_are_part_of_a_set),
		cmocka_unit_test(bandwidths_are_added),
		cmocka_unit_test(peers_of_two_are_united),
		cmocka_unit_test(a_set_of_ones_own_has_a_plain_one),
		cmocka_unit_test(ones_own_differs_from_the_same_without),
		cmocka_unit_test(a_set_lasts_as_long_as_its_last_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
