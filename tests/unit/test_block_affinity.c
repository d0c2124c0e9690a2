/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/block_affinity.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static struct block_affinity *
affinity(const char *spec)
{
	char *yaml = xasprintf("metadata: {name: b}\nspec: %s\n", spec);
	struct block_affinity *b = decoded(block_affinity_decode, yaml);

	free(yaml);
	return b;
}

TEST(confirmed_block_is_in_use)
{
	struct block_affinity *b =
	    affinity("{node: node1, cidr: 10.33.5.0/24,"
		     " state: confirmed, deleted: \"false\"}");

	assert_string_equal(b->node, "node1");
	assert_prefix(&b->cidr, "10.33.5.0/24");
	assert_true(b->confirmed);
	block_affinity_free(b);
}

TEST(pending_or_deleted_block_is_not_in_use)
{
	struct block_affinity *pending =
	    affinity("{node: node1, cidr: 10.33.5.0/24, state: pending}");
	struct block_affinity *deleted = affinity(
	    "{node: node1, cidr: 10.33.5.0/24, state: confirmed, deleted: \"true\"}");

	assert_false(pending->confirmed);
	assert_false(deleted->confirmed);
	block_affinity_free(pending);
	block_affinity_free(deleted);
}

/* As CRDs of projectcalico.org/v3 have it, where it is of another type. */
TEST(whether_it_is_deleted_may_be_a_boolean)
{
	struct block_affinity *used = affinity(
	    "{node: node1, cidr: 10.33.5.0/24, state: confirmed, deleted: false}");
	struct block_affinity *deleted = affinity(
	    "{node: node1, cidr: 10.33.5.0/24, state: confirmed, deleted: true}");

	assert_true(used->confirmed);
	assert_false(deleted->confirmed);
	block_affinity_free(used);
	block_affinity_free(deleted);
	assert_not_decoded(block_affinity_decode,
	    "metadata: {name: b}\nspec: {node: node1, cidr: 10.0.0.0/24,"
	    " deleted: 1}\n",
	    "spec.deleted: 1: not a string");
}

TEST(block_without_a_prefix_is_refused)
{
	assert_not_decoded(block_affinity_decode,
	    "metadata: {name: b}\nspec: {node: node1, cidr: none}\n",
	    "spec.cidr: none: not an IP prefix");
	assert_not_decoded(block_affinity_decode,
	    "metadata: {name: b}\nspec: {node: node1, cidr: 10.0.0.0/24,"
	    " state: 1}\n",
	    "spec.state: 1: not a string");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirmed_block_is_in_use),
		cmocka_unit_test(pending_or_deleted_block_is_not_in_use),
		cmocka_unit_test(whether_it_is_deleted_may_be_a_boolean),
		cmocka_unit_test(block_without_a_prefix_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
