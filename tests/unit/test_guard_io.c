/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_io against the kernel, in a network namespace of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/kernel/guard_io.h"
#include "common/err.h"

static void
on_state(void *arg, const char *why)
{
	const char **told = arg;

	*told = why;
}

static const struct guard_io_ops ops = { .state = on_state };

/* What the kernel has, as iproute2 prints it. */
static void
rules_print(const char *family, char *text, size_t size)
{
	char command[64];

	snprintf(command, sizeof(command), "ip %s rule show", family);
	FILE *out = popen(command, "r");
	assert_non_null(out);
	text[fread(text, 1, size - 1, out)] = '\0';
	assert_int_equal(pclose(out), 0);
}

static struct guard_io *
guard(struct event_base *base, const char **told)
{
	struct err err;
	struct guard_io *g = guard_io_new(base, &ops, told, &err);

	assert_non_null(g);
	return g;
}

static void
set(struct guard_io *g, const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	guard_io_set(g, &p, 1);
}

static void
rules_come_stay_over_a_restart_and_go(void **state)
{
	struct event_base *base = event_base_new();
	const char *told = NULL;
	char text[4096];
	struct guard_io *g = guard(base, &told);

	(void)state;
	set(g, "10.33.192.0/18");
	assert_null(told);
	rules_print("-4", text, sizeof(text));
	assert_non_null(strstr(text,
	    "32760:\tfrom all to 10.33.192.0/18 iif lo goto 32766 proto 76"));
	assert_non_null(strstr(text,
	    "32761:\tfrom all to 10.33.192.0/18 lookup main suppress_prefixlength 17 proto 76"));
	assert_non_null(strstr(
	    text, "32762:\tfrom all to 10.33.192.0/18 unreachable proto 76"));
	guard_io_free(g);
	rules_print("-4", text, sizeof(text));
	assert_non_null(strstr(text, "10.33.192.0/18"));
	g = guard(base, &told);
	set(g, "fd00:33::/64");
	rules_print("-4", text, sizeof(text));
	assert_null(strstr(text, "10.33.192.0/18"));
	rules_print("-6", text, sizeof(text));
	assert_non_null(strstr(text,
	    "to fd00:33::/64 lookup main suppress_prefixlength 63 proto 76"));
	guard_io_remove(g);
	rules_print("-6", text, sizeof(text));
	assert_null(strstr(text, "fd00:33"));
	assert_null(told);
	guard_io_free(g);
	event_base_free(base);
}

static void
rules_that_somebody_deletes_come_back(void **state)
{
	struct event_base *base = event_base_new();
	struct timeval half = { 0, 500000 };
	const char *told = NULL;
	char text[4096];
	struct guard_io *g = guard(base, &told);

	(void)state;
	set(g, "10.0.0.0/8");
	assert_int_equal(system("ip rule del priority 32762"), 0);
	event_base_loopexit(base, &half);
	event_base_dispatch(base);
	rules_print("-4", text, sizeof(text));
	assert_non_null(
	    strstr(text, "32762:\tfrom all to 10.0.0.0/8 unreachable"));
	guard_io_remove(g);
	guard_io_free(g);
	event_base_free(base);
}

/* As IPv6 is where it is switched off; here it is a length that no prefix has. */
static void
a_cidr_that_the_kernel_refuses_does_not_hurt_the_others(void **state)
{
	struct event_base *base = event_base_new();
	const char *told = NULL;
	char text[4096];
	struct guard_io *g = guard(base, &told);
	struct prefix cidrs[2];
	struct err err;

	(void)state;
	assert_true(prefix_parse("10.0.0.0/8", &cidrs[0], &err));
	assert_true(prefix_parse("11.0.0.0/8", &cidrs[1], &err));
	set(g, "12.0.0.0/8");
	cidrs[0].len = 77;
	guard_io_set(g, cidrs, 2);
	assert_non_null(told);
	rules_print("-4", text, sizeof(text));
	assert_non_null(strstr(text, "to 11.0.0.0/8 unreachable"));
	assert_null(strstr(text, "to 12.0.0.0/8"));
	guard_io_remove(g);
	assert_null(told);
	guard_io_free(g);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_come_stay_over_a_restart_and_go),
		cmocka_unit_test(rules_that_somebody_deletes_come_back),
		cmocka_unit_test(
		    a_cidr_that_the_kernel_refuses_does_not_hurt_the_others),
	};

	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		puts("Bail out! no network namespace of our own");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
