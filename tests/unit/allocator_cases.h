/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocator_cases - short ways to say what happens in a cluster and what is expected.
 */
#ifndef TESTS_UNIT_ALLOCATOR_CASES_H
#define TESTS_UNIT_ALLOCATOR_CASES_H

#include <stdio.h>

#include "tests/fake/fake_cluster.h"
#include "tests/test.h"

/* A group of one pool: 10.0.0.0/24 "10.0.0.0-10.0.0.3". */
static inline void
group(struct cluster *c, const char *name, const char *subnet, const char *pool)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{'spec':{'pools':[{'subnet':'%s','pool':'%s'}]}}", subnet, pool);
	cluster_put(c, "ServiceGroup", name, text);
}

/* Four addresses, 10.0.0.0 to 10.0.0.3. */
static inline struct cluster *
cluster_with_four(void)
{
	struct cluster *c = cluster_new(1);

	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_settle(c);
	return c;
}

/* And four more, 10.1.0.0 to 10.1.0.3, of a group that comes second: "other". */
static inline struct cluster *
two_groups(void)
{
	struct cluster *c = cluster_with_four();

	group(c, "other", "10.1.0.0/24", "10.1.0.0/30");
	cluster_put(c, "ServiceGroup", "other", "{'spec':{'priority':200}}");
	cluster_settle(c);
	return c;
}

static inline struct cluster *
dual_group(const char *v4, const char *v6)
{
	struct cluster *c = cluster_new(1);
	char text[512];

	snprintf(text, sizeof(text),
	    "{'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'%s'},"
	    "{'subnet':'fd00::/64','pool':'%s'}]}}",
	    v4, v6);
	cluster_put(c, "ServiceGroup", "dual", text);
	cluster_settle(c);
	return c;
}

/* The change, and everything that follows from it. */
static inline void
service(struct cluster *c, const char *where, const char *text)
{
	cluster_put(c, "Service", where, text);
	cluster_settle(c);
}

static inline void
annotate(
    struct cluster *c, const char *where, const char *key, const char *value)
{
	char text[512];

	snprintf(text, sizeof(text), "{'metadata':{'annotations':{'%s':'%s'}}}",
	    key, value);
	service(c, where, text);
}

static inline void
remove_service(struct cluster *c, const char *where)
{
	cluster_delete(c, "Service", where);
	cluster_settle(c);
}

#define assert_has(c, where, addresses) \
	assert_string_equal(cluster_addresses(c, where), addresses)
#define assert_says(c, where, condition) \
	assert_string_equal(cluster_condition(c, where), condition)
#define assert_has_event(c, text) \
	assert_string_equal(cluster_last_event(c), text)

#define ASKS(address) "{'spec':{'loadBalancerIP':'" address "'}}"
#define DUAL(policy) \
	"{'spec':{'ipFamilyPolicy':'" policy "','ipFamilies':['IPv4','IPv6']}}"
#endif
