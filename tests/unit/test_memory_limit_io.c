/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/memory_limit_io.h"
#include "common/alloc.h"
#include "tests/test.h"

/* A machine's /proc and /sys, below a directory of our own. */
static int
setup(void **state)
{
	char root[] = "/tmp/test_memory_limit.XXXXXX";

	*state = xstrdup(mkdtemp(root));
	return 0;
}

static int
teardown(void **state)
{
	char *command = xasprintf("rm -r '%s'", (char *)*state);
	int status = system(command);

	free(command);
	free(*state);
	return status;
}

static void
put(const char *root, const char *path, const char *text)
{
	char *whole = xasprintf("%s/%s", root, path);

	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	FILE *f = fopen(whole, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(whole);
}

#define CGROUP "proc/self/cgroup"
#define V2 "sys/fs/cgroup/"
#define V1 "sys/fs/cgroup/memory/"

static void
without_a_cgroup_there_is_no_limit(void **state)
{
	assert_true(memory_limit(*state) == UINT64_MAX);
	put(*state, CGROUP, "nonsense\n\n1:name=systemd:/x\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
}

static void
version_2_has_it_in_the_container(void **state)
{
	put(*state, CGROUP, "0::/\n");
	put(*state, V2 "memory.max", "268435456\n");
	assert_true(memory_limit(*state) == 268435456);
}

static void
the_least_of_all_above_counts(void **state)
{
	put(*state, CGROUP, "0::/system.slice/lbbgp.service\n");
	put(*state, V2 "system.slice/lbbgp.service/memory.max", "max\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
	put(*state, V2 "system.slice/lbbgp.service/memory.high", "5000\n");
	assert_true(memory_limit(*state) == 5000);
	put(*state, V2 "system.slice/memory.max", "4000\n");
	assert_true(memory_limit(*state) == 4000);
}

static void
version_1_has_a_tree_of_its_own(void **state)
{
	put(*state, CGROUP, "5:cpu,cpuacct:/a\n4:hugetlb,memory:/a/b\n0::/c\n");
	put(*state, V1 "memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(memory_limit(*state) == UINT64_MAX);
	put(*state, V1 "a/b/memory.limit_in_bytes", "1048576\n");
	assert_true(memory_limit(*state) == 1048576);
}

/* A container that sees its own cgroup mounted, and the host's path to it. */
static void
a_path_of_the_host_s_leads_to_the_mount(void **state)
{
	put(*state, CGROUP, "4:memory:/kubepods/burstable/pod1/2\n");
	put(*state, V1 "memory.limit_in_bytes", "1048576\n");
	assert_true(memory_limit(*state) == 1048576);
}

TEST(this_machine_says_something)
{
	assert_true(memory_limit("") > 1 << 20);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(without_a_cgroup_there_is_no_limit),
		T(version_2_has_it_in_the_container),
		T(the_least_of_all_above_counts),
		T(version_1_has_a_tree_of_its_own),
		T(a_path_of_the_host_s_leads_to_the_mount),
		T(this_machine_says_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
