/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of a test's own, such as a machine's root with its /proc: the state of
 * the test is its path.
 */
#ifndef TESTS_UNIT_DIRECTORY_H
#define TESTS_UNIT_DIRECTORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "tests/test.h"

static inline int
directory_setup(void **state)
{
	char root[] = "/tmp/lbbgp-test.XXXXXX";

	*state = xstrdup(mkdtemp(root));
	return 0;
}

static inline int
directory_teardown(void **state)
{
	char *command = xasprintf("rm -r '%s'", (char *)*state);
	int status = system(command);

	free(command);
	free(*state);
	return status;
}

/* What path lies in is made, too. */
static inline void
directory_put(const char *root, const char *path, const char *text)
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

#define IN_DIRECTORY(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, directory_setup, directory_teardown)
#endif
