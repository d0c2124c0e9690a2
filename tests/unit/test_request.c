/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/request.h"
#include "common/api/service.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

/* "10.0.0.1 fd00::1", or the text of the refusal. */
static const char *
list(const char *text)
{
	static char out[600];
	struct addr addrs[REQUEST_MAX];
	char one[ADDR_TEXT];
	struct err err;
	size_t n;

	if (!request_parse_addrs(text, addrs, &n, &err)) {
		snprintf(out, sizeof(out), "%s", err.text);
		return out;
	}
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(
		    strcat(out, i > 0 ? " " : ""), addr_print(&addrs[i], one));
	return out;
}

static enum reason
reason_of(const char *yaml)
{
	struct service *s = decoded(service_decode, yaml);
	struct err err;
	struct request w;

	bool good = request_read(s, &w, &err);

	assert_int_equal(good, w.reason == REASON_ASSIGNED);
	service_free(s);
	return w.reason;
}

TEST(lists_are_trimmed_sorted_and_without_doubles)
{
	assert_string_equal(list(""), "");
	assert_string_equal(list("  "), "");
	assert_string_equal(list("10.0.0.1"), "10.0.0.1");
	assert_string_equal(list(" fd00::1 ,10.0.0.2,\t10.0.0.1, FD00:0::1"),
	    "10.0.0.1 10.0.0.2 fd00::1");
	assert_string_equal(
	    list("[\"10.0.0.1\", \"::ffff:10.0.0.1\"]"), "10.0.0.1");
	assert_string_equal(list("[]"), "");
}

TEST(what_is_no_list_of_addresses_is_refused_by_name)
{
	assert_string_equal(list("10.0.0.1,x y"), "x y: not an IP address");
	assert_string_equal(list("10.0.0.1,,"), ": not an IP address");
	assert_string_equal(
	    list("10.0.0.0/24"), "10.0.0.0/24: not an IP address");
	assert_string_equal(list("[1]"), "[1]: not a list of strings");
	assert_non_null(strstr(list("[\"10.0.0.1\""), "ends too early"));
	assert_non_null(strstr(list("{}"), "not an IP address"));
}

TEST(a_list_has_an_end)
{
	char text[16 * (REQUEST_MAX + 1)] = "10.0.0.0";

	for (unsigned i = 1; i <= REQUEST_MAX; i++)
		sprintf(text + strlen(text), ",10.0.0.%u", i);
	assert_string_equal(list(text), "more than 16 addresses");
}

TEST(a_long_word_is_told_by_its_beginning)
{
	char text[201], said[128];

	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	snprintf(said, sizeof(said), "%.100s: not an IP address", text);
	assert_string_equal(list(text), said);
	text[100] = '\0';
	assert_string_equal(list(text), said);
}

TEST(an_empty_annotation_asks_for_nothing)
{
	assert_int_equal(reason_of("metadata: {name: a, annotations: "
				   "{purelb.io/addresses: '', "
				   "purelb.io/service-group: '', "
				   "metallb.io/loadBalancerIPs: 10.0.0.1}}\n"
				   "spec: {type: LoadBalancer}\n"),
	    REASON_ASSIGNED);
}

TEST(a_name_too_long_is_a_bad_request)
{
	char yaml[600];

	snprintf(yaml, sizeof(yaml),
	    "metadata: {name: a, annotations: {lbbgp.io/service-group: '%0300d'}}\n"
	    "spec: {type: LoadBalancer}\n",
	    0);
	assert_int_equal(reason_of(yaml), REASON_BAD_REQUEST);
}

TEST(each_reason_has_a_name)
{
	for (enum reason r = 0; r < REASONS; r++)
		assert_non_null(reason_name(r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_trimmed_sorted_and_without_doubles),
		cmocka_unit_test(
		    what_is_no_list_of_addresses_is_refused_by_name),
		cmocka_unit_test(a_list_has_an_end),
		cmocka_unit_test(a_long_word_is_told_by_its_beginning),
		cmocka_unit_test(an_empty_annotation_asks_for_nothing),
		cmocka_unit_test(a_name_too_long_is_a_bad_request),
		cmocka_unit_test(each_reason_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
