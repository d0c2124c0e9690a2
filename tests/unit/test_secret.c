/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/secret.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

TEST(values_are_decoded_from_base64)
{
	struct secret *s = decoded(secret_decode,
	    "metadata: {name: s, namespace: lbbgp-system}\n"
	    "data: {a: c2VjcmV0, b: \"\"}\n");

	assert_string_equal(secret_get(s, "a")->value, "secret");
	assert_int_equal(secret_get(s, "a")->length, 6);
	assert_int_equal(secret_get(s, "b")->length, 0);
	assert_null(secret_get(s, "c"));
	secret_free(s);
}

TEST(plain_text_of_a_manifest_wins)
{
	struct secret *s = decoded(secret_decode,
	    "metadata: {name: s}\ndata: {a: eA==}\nstringData: {a: secret}\n");

	assert_string_equal(secret_get(s, "a")->value, "secret");
	secret_free(s);
}

TEST(refusal_never_tells_the_value)
{
	assert_not_decoded(secret_decode,
	    "metadata: {name: s}\ndata: {a: \"%%%\"}\n", "data.a: not base64");
	assert_not_decoded(secret_decode,
	    "metadata: {name: s}\ndata: {a: 17}\n", "data.a: not base64");
	assert_not_decoded(secret_decode,
	    "metadata: {name: s}\nstringData: {a: 17}\n",
	    "stringData.a: not a string");
	assert_not_decoded(secret_decode,
	    "metadata: {name: s}\nstringData: hunter2\n",
	    "stringData: not an object");
	assert_not_decoded(secret_decode, "metadata: {name: s}\ndata: 12345\n",
	    "data: not an object");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_decoded_from_base64),
		cmocka_unit_test(plain_text_of_a_manifest_wins),
		cmocka_unit_test(refusal_never_tells_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
