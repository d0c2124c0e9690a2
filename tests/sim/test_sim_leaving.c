/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a daemon that is asked to end leaves for good: nothing of it may stay then.
 * For a restart the loop guard has to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/sim_node.h"

#define DAEMONSET(meta)                          \
	"apiVersion: apps/v1\nkind: DaemonSet\n" \
	"metadata: {namespace: lbbgp-system, name: lbbgp-bgpd" meta "}\n"
#define NAMESPACE(meta)                     \
	"apiVersion: v1\nkind: Namespace\n" \
	"metadata: {name: lbbgp-system" meta "}\n"
#define NODE(meta, status)                                                    \
	"apiVersion: v1\nkind: Node\n"                                        \
	"metadata: {name: node1, uid: u1" meta "}\n"                          \
	"spec: {podCIDRs: [10.33.5.0/24]}\n"                                  \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]" status \
	"}\n"
#define DELETED ", deletionTimestamp: '2026-01-31T00:00:00Z'"

/* What it says of its end; "" for a restart. */
static const char *
leaving(struct sim *s)
{
	sim_settle(s);
	const char *why = bgpd_leaving(s->bgpd);

	return why != NULL ? why : "";
}

static struct sim *
installed(void)
{
	struct sim *s = sim_new();

	sim_put(s, DAEMONSET(""));
	sim_put(s, NAMESPACE(""));
	sim_list_all(s);
	return s;
}

static void
restart_is_not_leaving(void **state)
{
	struct sim *s = installed();

	(void)state;
	assert_string_equal(leaving(s), "");
	sim_put(s, DAEMONSET(", generation: 2"));
	assert_string_equal(leaving(s), "");
}

static void
daemonset_that_goes_takes_us_along(void **state)
{
	struct sim *s = installed();

	(void)state;
	sim_put(s, DAEMONSET(DELETED));
	assert_string_equal(
	    leaving(s), "DaemonSet lbbgp-system/lbbgp-bgpd is being deleted");
	sim_drop(s, "DaemonSet", "lbbgp-bgpd");
	assert_string_equal(
	    leaving(s), "DaemonSet lbbgp-system/lbbgp-bgpd is gone");
	sim_put(s, DAEMONSET(""));
	assert_string_equal(leaving(s), "");
}

/* kubectl delete -k starts with it. */
static void
namespace_that_goes_takes_us_along(void **state)
{
	struct sim *s = installed();

	(void)state;
	sim_put(s, NAMESPACE(DELETED));
	assert_string_equal(
	    leaving(s), "Namespace lbbgp-system is being deleted");
}

static void
node_that_goes_takes_us_along(void **state)
{
	struct sim *s = installed();

	(void)state;
	sim_put(s, NODE(DELETED, ""));
	assert_string_equal(leaving(s), "the Node is being deleted");
	sim_put(s,
	    NODE("",
		", conditions: [{type: Ready, status: 'False', "
		"reason: KubeletNotReady, message: node is shutting down}]"));
	assert_string_equal(leaving(s), "the Node says that it shuts down");
	sim_put(s, NODE("", ""));
	assert_string_equal(leaving(s), "");
	sim_drop(s, "Node", "node1");
	assert_string_equal(leaving(s), "the Node is gone");
}

/* Before anything is known nothing is concluded from what is not there. */
static void
nothing_is_concluded_from_what_is_not_listed(void **state)
{
	struct sim *s = sim_new();

	(void)state;
	assert_string_equal(leaving(s), "");
	sim_list(s, "Node");
	assert_string_equal(leaving(s), "");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(restart_is_not_leaving),
		T(daemonset_that_goes_takes_us_along),
		T(namespace_that_goes_takes_us_along),
		T(node_that_goes_takes_us_along),
		T(nothing_is_concluded_from_what_is_not_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
