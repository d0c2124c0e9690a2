/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/addrset.h"
#include "common/rng.h"
#include "tests/test.h"

enum { MANY = 4096 };

static struct addrset_node nodes[MANY]; /* node i has the address i + 1 */

static unsigned
depth(const struct addrset_node *n)
{
	unsigned left = n != NULL ? depth(n->left) : 0;
	unsigned right = n != NULL ? depth(n->right) : 0;

	return n == NULL ? 0 : 1 + (left > right ? left : right);
}

static struct addrset_node *
node(unsigned i)
{
	nodes[i] = (struct addrset_node){ .addr = addr_v4(i + 1) };
	return &nodes[i];
}

TEST(in_order_insertion_keeps_it_flat)
{
	struct addrset_node *root = NULL;

	for (unsigned i = 0; i < MANY; i++)
		addrset_insert(&root, node(i));
	assert_int_equal(addrset_size(root), MANY);
	assert_true(depth(root) <= 2 * 12);
	for (unsigned i = 0; i < MANY - 16; i++) /* from one side only */
		assert_ptr_equal(
		    addrset_remove(&root, &nodes[i].addr), &nodes[i]);
	assert_true(depth(root) <= 6);
}

TEST(what_is_not_there_is_not_found)
{
	struct addrset_node *root = NULL;
	struct addr a = addr_v4(99);

	assert_null(addrset_find(root, &a));
	assert_null(addrset_remove(&root, &a));
	addrset_insert(&root, node(7));
	assert_null(addrset_find(root, &a));
	assert_null(addrset_at(root, 1));
	assert_int_equal(addrset_below(root, &a), 1);
}

/* Random insertions and removals against an array of flags. */
TEST(it_agrees_with_a_plain_array)
{
	static bool in[MANY];
	struct addrset_node *root = NULL;
	struct rng rng;

	rng_init(&rng, 1);
	for (unsigned step = 0; step < 40000; step++) {
		unsigned i = rng_below(&rng, MANY);

		if (in[i])
			assert_ptr_equal(
			    addrset_remove(&root, &nodes[i].addr), &nodes[i]);
		else
			addrset_insert(&root, node(i));
		in[i] = !in[i];
	}
	unsigned below = 0;

	for (unsigned i = 0; i < MANY; i++) {
		struct addr a = addr_v4(i + 1);

		assert_int_equal(addrset_below(root, &a), below);
		assert_ptr_equal(
		    addrset_find(root, &a), in[i] ? &nodes[i] : NULL);
		if (in[i])
			assert_ptr_equal(addrset_at(root, below++), &nodes[i]);
	}
	assert_int_equal(addrset_size(root), below);
	assert_true(depth(root) <= 2 * 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_insertion_keeps_it_flat),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(it_agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
