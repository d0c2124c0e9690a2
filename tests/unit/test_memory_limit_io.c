/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/memory_limit_io.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

#define CGROUP "proc/self/cgroup"
#define V2 "sys/fs/cgroup/"
#define V1 "sys/fs/cgroup/memory/"

static void
without_a_cgroup_there_is_no_limit(void **state)
{
	assert_true(memory_limit(*state) == UINT64_MAX);
	directory_put(*state, CGROUP, "nonsense\n\n1:name=systemd:/x\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
}

static void
version_2_has_it_in_the_container(void **state)
{
	directory_put(*state, CGROUP, "0::/\n");
	directory_put(*state, V2 "memory.max", "268435456\n");
	assert_true(memory_limit(*state) == 268435456);
}

static void
the_least_of_all_above_counts(void **state)
{
	directory_put(*state, CGROUP, "0::/system.slice/lbbgp.service\n");
	directory_put(
	    *state, V2 "system.slice/lbbgp.service/memory.max", "max\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
	directory_put(
	    *state, V2 "system.slice/lbbgp.service/memory.high", "5000\n");
	assert_true(memory_limit(*state) == 5000);
	directory_put(*state, V2 "system.slice/memory.max", "4000\n");
	assert_true(memory_limit(*state) == 4000);
}

static void
version_1_has_a_tree_of_its_own(void **state)
{
	directory_put(
	    *state, CGROUP, "5:cpu,cpuacct:/a\n4:hugetlb,memory:/a/b\n0::/c\n");
	directory_put(
	    *state, V1 "memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
	directory_put(*state, V1 "a/b/memory.limit_in_bytes", "1048576\n");
	assert_true(memory_limit(*state) == 1048576);
}

/* A container that sees its own cgroup mounted, and the host's path to it. */
static void
a_path_of_the_host_s_leads_to_the_mount(void **state)
{
	directory_put(*state, CGROUP, "4:memory:/kubepods/burstable/pod1/2\n");
	directory_put(*state, V1 "memory.limit_in_bytes", "1048576\n");
	assert_true(memory_limit(*state) == 1048576);
}

TEST(this_machine_says_something)
{
	assert_true(memory_limit("") > 1 << 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(without_a_cgroup_there_is_no_limit),
		IN_DIRECTORY(version_2_has_it_in_the_container),
		IN_DIRECTORY(the_least_of_all_above_counts),
		IN_DIRECTORY(version_1_has_a_tree_of_its_own),
		IN_DIRECTORY(a_path_of_the_host_s_leads_to_the_mount),
		IN_DIRECTORY(this_machine_says_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
