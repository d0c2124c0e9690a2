/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use a group: doc/rules.md 15, 27. */
#include "tests/unit/allocator_cases.h"

TEST(a_group_may_be_closed_to_a_namespace)
{
	struct cluster *c = cluster_with_four();

	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'namespaces':['web']}}");
	service(c, "web/in", NULL);
	assert_has(c, "web/in", "10.0.0.0");
	service(c, "mail/any", NULL);
	assert_says(c, "mail/any", "False NoGroup");
	service(c, "mail/asks", ASKS("10.0.0.2"));
	assert_says(c, "mail/asks", "False NamespaceNotAllowed");
	annotate(c, "mail/named", "lbbgp.io/service-group", "four");
	assert_says(c, "mail/named", "False NamespaceNotAllowed");
	cluster_put(
	    c, "ServiceGroup", "four", "{'spec':{'namespaces':['mail']}}");
	cluster_settle(c);
	assert_has(c, "web/in", "10.0.0.0"); /* what one has, one keeps */
	assert_says(c, "web/in", "True Assigned");
	assert_has(c, "mail/asks", "10.0.0.2");
	cluster_free(c);
}

TEST(a_group_may_be_for_namespaces_with_a_label)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'namespaces':['db'],"
	    "'namespaceSelector':{'matchLabels':{'team':'edge'}}}}");
	cluster_put(c, "Namespace", "web", NULL);
	service(c, "db/named", NULL);
	assert_has(c, "db/named", "10.0.0.0");
	service(c, "web/a", NULL);
	assert_says(c, "web/a", "False NoGroup");
	cluster_put(
	    c, "Namespace", "web", "{'metadata':{'labels':{'team':'edge'}}}");
	cluster_settle(c);
	assert_has(c, "web/a", "10.0.0.1");
	cluster_free(c);
}

TEST(a_namespace_that_loses_its_label_keeps_its_addresses)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'namespaceSelector':{'matchLabels':{'team':'edge'}}}}");
	cluster_put(
	    c, "Namespace", "web", "{'metadata':{'labels':{'team':'edge'}}}");
	service(c, "web/old", NULL);
	cluster_put(
	    c, "Namespace", "web", "{'metadata':{'labels':{'team':null}}}");
	annotate(c, "web/new", "lbbgp.io/service-group", "four");
	assert_has(c, "web/old", "10.0.0.0");
	assert_says(c, "web/old", "True Assigned");
	assert_says(c, "web/new", "False NamespaceNotAllowed");
	cluster_free(c);
}

TEST(a_group_may_be_for_services_with_a_label)
{
	struct cluster *c = cluster_with_four();

	cluster_put(c, "ServiceGroup", "four",
	    "{'spec':{'serviceSelector':{'matchLabels':{'tier':'front'}}}}");
	annotate(c, "web/a", "lbbgp.io/service-group", "four");
	assert_says(c, "web/a", "False ServiceNotAllowed");
	service(c, "web/asks", ASKS("10.0.0.1"));
	assert_says(c, "web/asks", "False ServiceNotAllowed");
	service(c, "web/a", "{'metadata':{'labels':{'tier':'front'}}}");
	assert_has(c, "web/a", "10.0.0.0");
	service(c, "web/a", "{'metadata':{'labels':{'tier':'back'}}}");
	assert_has(c, "web/a", "10.0.0.0");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_may_be_closed_to_a_namespace),
		cmocka_unit_test(a_group_may_be_for_namespaces_with_a_label),
		cmocka_unit_test(
		    a_namespace_that_loses_its_label_keeps_its_addresses),
		cmocka_unit_test(a_group_may_be_for_services_with_a_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
