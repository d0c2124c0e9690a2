/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/endpoint_slice.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define SLICE                                           \
	"metadata: {name: x, namespace: web,"           \
	" labels: {kubernetes.io/service-name: web}}\n" \
	"addressType: IPv4\nendpoints:\n"

static struct endpoint_slice *
slice(const char *endpoints)
{
	char *yaml = xasprintf(SLICE "%s", endpoints);
	struct endpoint_slice *s = decoded(endpoint_slice_decode, yaml);

	free(yaml);
	return s;
}

TEST(slice_belongs_to_a_service_and_a_family)
{
	struct endpoint_slice *s = slice("- {nodeName: a}\n- {}\n");

	assert_string_equal(s->service, "web");
	assert_int_equal(s->family, FAMILY_V4);
	assert_int_equal(s->n_endpoints, 2);
	assert_string_equal(endpoint_node(s, &s->endpoints[0]), "a");
	assert_string_equal(endpoint_node(s, &s->endpoints[1]), "");
	endpoint_slice_free(s);
}

TEST(absent_readiness_is_ready_and_serving)
{
	struct endpoint_slice *s = slice("- {}\n- {conditions: {}}\n");

	for (size_t i = 0; i < 2; i++) {
		assert_true(s->endpoints[i].ready);
		assert_true(s->endpoints[i].serving);
		assert_false(s->endpoints[i].terminating);
	}
	endpoint_slice_free(s);
}

TEST(absent_serving_is_what_ready_says)
{
	struct endpoint_slice *s = slice("- {conditions: {ready: false}}\n");

	assert_false(s->endpoints[0].serving);
	endpoint_slice_free(s);
}

TEST(terminating_endpoint_may_still_serve)
{
	struct endpoint_slice *s =
	    slice("- {conditions: {ready: false,"
		  " serving: true, terminating: true}}\n");

	assert_false(s->endpoints[0].ready);
	assert_true(s->endpoints[0].serving);
	assert_true(s->endpoints[0].terminating);
	endpoint_slice_free(s);
}

TEST(slice_of_no_service_has_an_empty_name)
{
	struct endpoint_slice *s = decoded(endpoint_slice_decode,
	    "metadata: {name: x}\naddressType: FQDN\nendpoints: null\n");

	assert_string_equal(s->service, "");
	assert_int_equal(s->family, FAMILY_NONE);
	assert_int_equal(s->n_endpoints, 0);
	endpoint_slice_free(s);
}

TEST(what_is_odd_is_told_and_the_rest_is_read)
{
	struct endpoint_slice *s = decoded_but(endpoint_slice_decode,
	    SLICE
	    "- {}\n- {conditions: {ready: \"yes\"}}\n- {nodeName: node3}\n",
	    "endpoints[1].conditions.ready: \"yes\": not true or false");
	struct endpoint_slice *later = decoded_but(endpoint_slice_decode,
	    "metadata: {name: x}\naddressType: IPv5\n",
	    "addressType: \"IPv5\": not one of FQDN, IPv4 or IPv6");

	assert_int_equal(s->n_endpoints, 2);
	assert_string_equal(endpoint_node(s, &s->endpoints[1]), "node3");
	assert_int_equal(later->family, FAMILY_NONE);
	endpoint_slice_free(s);
	endpoint_slice_free(later);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slice_belongs_to_a_service_and_a_family),
		cmocka_unit_test(absent_readiness_is_ready_and_serving),
		cmocka_unit_test(absent_serving_is_what_ready_says),
		cmocka_unit_test(terminating_endpoint_may_still_serve),
		cmocka_unit_test(slice_of_no_service_has_an_empty_name),
		cmocka_unit_test(what_is_odd_is_told_and_the_rest_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
