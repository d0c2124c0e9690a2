/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/service_cidr.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

TEST(both_families_are_read)
{
	struct service_cidr *s = decoded(service_cidr_decode,
	    "metadata: {name: kubernetes}\n"
	    "spec: {cidrs: [10.96.0.0/16, 'fd00:96::/108']}\n");

	assert_int_equal(s->n, 2);
	assert_prefix(&s->cidrs[0], "10.96.0.0/16");
	assert_prefix(&s->cidrs[1], "fd00:96::/108");
	service_cidr_free(s);
}

TEST(one_that_is_being_deleted_counts)
{
	struct service_cidr *s = decoded(service_cidr_decode,
	    "metadata: {name: more, deletionTimestamp: '2026-01-01T00:00:00Z', "
	    "finalizers: [networking.k8s.io/service-cidr-finalizer]}\n"
	    "spec: {cidrs: [10.97.0.0/24]}\n"
	    "status: {conditions: [{type: Ready, status: 'False', "
	    "reason: Terminating}]}\n");

	assert_int_equal(s->n, 1);
	service_cidr_free(s);
}

TEST(one_without_prefixes_is_none)
{
	struct service_cidr *s =
	    decoded(service_cidr_decode, "metadata: {name: more}\n");

	assert_int_equal(s->n, 0);
	service_cidr_free(s);
}

#define CIDRS(list) "metadata: {name: c}\nspec: {cidrs: " list "}\n"

TEST(what_can_not_be_announced_is_refused)
{
	assert_not_decoded(service_cidr_decode, CIDRS("[none]"),
	    "spec.cidrs[0]: none: not an IP prefix");
	assert_not_decoded(service_cidr_decode, CIDRS("[10.96.0.0/16, 1]"),
	    "spec.cidrs[1]: 1: not a string");
	assert_not_decoded(service_cidr_decode, CIDRS("10.96.0.0/16"),
	    "spec.cidrs: \"10.96.0.0/16\": not a list");
	assert_not_decoded(service_cidr_decode, CIDRS("[0.0.0.0/0]"),
	    "spec.cidrs[0]: \"0.0.0.0/0\": a default route is never announced");
	assert_not_decoded(service_cidr_decode, CIDRS("['fe80::/64']"),
	    "spec.cidrs[0]: \"fe80::/64\": meets what is never announced: "
	    "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 (multicast), "
	    "240.0.0.0/4 (reserved), ::/80, fe80::/10 and ff00::/8 (multicast)");
	assert_not_decoded(service_cidr_decode,
	    CIDRS("[10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24]"),
	    "spec.cidrs: more than 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_are_read),
		cmocka_unit_test(one_that_is_being_deleted_counts),
		cmocka_unit_test(one_without_prefixes_is_none),
		cmocka_unit_test(what_can_not_be_announced_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
