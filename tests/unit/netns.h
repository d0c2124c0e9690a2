/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace of the test's own, and what iproute2 says of it: the kernel's
 * state, not ours.
 */
#ifndef TESTS_UNIT_NETNS_H
#define TESTS_UNIT_NETNS_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

/* False, and said to the driver: the machine lets us have none. */
static inline bool
netns_enter(void)
{
	if (unshare(CLONE_NEWNET) == 0 ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
		return true;
	puts("Bail out! no network namespace of our own");
	return false;
}

static inline const char *
said(const char *command)
{
	static char text[1 << 16];
	FILE *out = popen(command, "r");

	assert_non_null(out);
	text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
	pclose(out);
	return text;
}

#define HAS(command, part) assert_non_null(strstr(said(command), part))
#define HAS_NOT(command, part) assert_null(strstr(said(command), part))

static inline int
lines(const char *command)
{
	int n = 0;

	for (const char *c = said(command); *c != '\0'; c++)
		n += *c == '\n';
	return n;
}

static inline void
sh(const char *command)
{
	assert_int_equal(system(command), 0);
}
#endif
