/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "bgpd/rib/slots.h"
#include "common/rng.h"
#include "tests/test.h"

enum { THINGS = 500 };

/* The things are numbers; few hashes make long runs. */
static uint32_t
thing_hash(const void *owner, uint32_t index)
{
	const uint32_t *modulus = owner;

	return index % *modulus * 0x9e3779b9u;
}

static void
add(struct slots *s, uint32_t index, const uint32_t *modulus)
{
	slots_add(s, index, thing_hash(modulus, index), thing_hash, modulus);
}

static bool
has(const struct slots *s, uint32_t modulus, uint32_t index)
{
	struct slots_walk w = slots_walk(s, thing_hash(&modulus, index));
	uint32_t v;

	while ((v = slots_next(&w)) != 0)
		if (v == index)
			return true;
	return false;
}

static void
add_and_remove(uint32_t modulus)
{
	struct slots s;
	bool there[THINGS + 1] = { false };
	struct rng rng;

	slots_init(&s);
	rng_init(&rng, modulus);
	for (unsigned step = 0; step < 5000; step++) {
		uint32_t index = 1 + rng_below(&rng, THINGS);

		if (there[index])
			slots_remove(&s, thing_hash, &modulus, index);
		else
			add(&s, index, &modulus);
		there[index] = !there[index];
		if (step % 250 == 0)
			slots_fit(&s, THINGS + 1, thing_hash, &modulus);
		if (step % 100 == 0)
			for (uint32_t i = 1; i <= THINGS; i++)
				assert_int_equal(has(&s, modulus, i), there[i]);
	}
	slots_fini(&s);
}

TEST(what_was_added_is_found_until_it_is_removed)
{
	add_and_remove(UINT32_MAX);
	add_and_remove(7);
	add_and_remove(1);
}

TEST(an_empty_one_can_be_small_again)
{
	struct slots s;
	uint32_t modulus = UINT32_MAX;

	slots_init(&s);
	uint32_t first = s.now.mask;

	for (uint32_t i = 1; i <= THINGS; i++)
		add(&s, i, &modulus);
	assert_true(s.now.mask > first);
	for (uint32_t i = 1; i <= THINGS; i++)
		slots_remove(&s, thing_hash, &modulus, i);
	assert_int_equal(s.n, 0);
	slots_fit(&s, 1, thing_hash, &modulus);
	assert_int_equal(s.now.mask, first);
	slots_fini(&s);
}

/* The hashes of what is moved are asked for. */
static unsigned n_hashes;

static uint32_t
counted_hash(const void *owner, uint32_t index)
{
	n_hashes++;
	return thing_hash(owner, index);
}

static void
no_addition_moves_many(void **state)
{
	struct slots s;
	uint32_t modulus = UINT32_MAX;
	unsigned most = 0;

	(void)state;
	slots_init(&s);
	for (uint32_t i = 1; i <= 100000; i++) {
		n_hashes = 0;
		slots_add(
		    &s, i, thing_hash(&modulus, i), counted_hash, &modulus);
		most = n_hashes > most ? n_hashes : most;
		assert_true(has(&s, modulus, i));
		assert_true(has(&s, modulus, (i + 1) / 2));
	}
	assert_in_range(most, 2, 2000);
	slots_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_until_it_is_removed),
		cmocka_unit_test(an_empty_one_can_be_small_again),
		cmocka_unit_test(no_addition_moves_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
