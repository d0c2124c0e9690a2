/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>

#include "bgpd/rib/slots.h"
#include "common/alloc.h"
#include "common/rng.h"
#include "tests/test.h"

enum { THINGS = 500, MANY = 10000 };

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

/* Some of them, as whoever calls has them. */
struct things {
	struct slots s;
	uint32_t modulus;
	struct rng rng;
	bool there[MANY + 1];
};

static struct things *
things_new(uint32_t modulus)
{
	struct things *t = xcalloc(1, sizeof(*t));

	slots_init(&t->s);
	t->modulus = modulus;
	rng_init(&t->rng, modulus);
	return t;
}

static void
things_free(struct things *t)
{
	slots_fini(&t->s);
	free(t);
}

static void
toggle(struct things *t, uint32_t index)
{
	if (t->there[index])
		slots_remove(&t->s, thing_hash, &t->modulus, index);
	else
		add(&t->s, index, &t->modulus);
	t->there[index] = !t->there[index];
}

static void
check(const struct things *t, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to; i++)
		assert_int_equal(has(&t->s, t->modulus, i), t->there[i]);
}

static void
add_and_remove(uint32_t modulus)
{
	struct things *t = things_new(modulus);

	for (unsigned step = 0; step < 5000; step++) {
		toggle(t, 1 + rng_below(&t->rng, THINGS));
		if (step % 250 == 0)
			slots_fit(&t->s, THINGS + 1, thing_hash, &modulus);
		if (step % 100 == 0)
			check(t, 1, THINGS);
	}
	things_free(t);
}

TEST(what_was_added_is_found_until_it_is_removed)
{
	add_and_remove(UINT32_MAX);
	add_and_remove(7);
	add_and_remove(1);
}

/* One that is there is removed one time of so many. */
static void
step_while_moved(struct things *t, uint32_t end, uint32_t of)
{
	uint32_t index = 1 + rng_below(&t->rng, end);

	if (t->there[index] && rng_below(&t->rng, of) != 0)
		return;
	toggle(t, index);
	if (t->s.old.at == NULL)
		return;
	check(t, index, index);
	for (unsigned n = 0; n < 16; n++) {
		index = 1 + rng_below(&t->rng, end);
		check(t, index, index);
	}
}

/* Ever more, of ever larger numbers. Returns how many steps a move was under way. */
static unsigned
add_and_remove_while_moved(uint32_t modulus, uint32_t of)
{
	struct things *t = things_new(modulus);
	unsigned moving = 0;

	for (unsigned step = 0; step < 8 * MANY; step++) {
		step_while_moved(t, 1 + step / 8, of);
		moving += t->s.old.at != NULL;
		if (step % 500 == 0)
			check(t, 1, MANY);
	}
	things_free(t);
	return moving;
}

TEST(while_a_table_is_moved_all_is_where_it_is_looked_for)
{
	assert_true(add_and_remove_while_moved(UINT32_MAX, 8) > 1000);
	/* Some runs go on at the start of the table. */
	for (uint32_t modulus = 500; modulus < 1500; modulus += 100)
		assert_true(add_and_remove_while_moved(modulus, 8) > 200);
}

/* The table grows for the numbers, of which few are there. */
TEST(a_number_beyond_the_old_table_is_not_put_into_it)
{
	add_and_remove_while_moved(UINT32_MAX, 1);
}

/* Things until the old table is there; how many. */
static uint32_t
add_until_moved(struct things *t)
{
	uint32_t n = 0;

	while (t->s.old.at == NULL || t->s.n < 1024)
		toggle(t, ++n);
	return n;
}

TEST(a_table_is_fitted_in_the_midst_of_a_move)
{
	struct things *t = things_new(UINT32_MAX);
	uint32_t n = add_until_moved(t);
	uint32_t mask = t->s.now.mask;

	for (uint32_t i = 301; i <= n; i++)
		toggle(t, i);
	assert_non_null(t->s.old.at);
	slots_fit(&t->s, 301, thing_hash, &t->modulus);
	assert_null(t->s.old.at);
	assert_true(t->s.now.mask < mask);
	check(t, 1, n);
	things_free(t);
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
		cmocka_unit_test(
		    while_a_table_is_moved_all_is_where_it_is_looked_for),
		cmocka_unit_test(
		    a_number_beyond_the_old_table_is_not_put_into_it),
		cmocka_unit_test(a_table_is_fitted_in_the_midst_of_a_move),
		cmocka_unit_test(an_empty_one_can_be_small_again),
		cmocka_unit_test(no_addition_moves_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
