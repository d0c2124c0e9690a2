/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/l2_key.h"
#include "bgpd/config/secret.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define LONG "0123456789abcdef"
#define NAMED                                                    \
	"{metadata: {name: default}, spec: {l2: {secretKeyRef: " \
	"{name: lan, key: hmac}}}}"
#define SECRET(name, data)        \
	"{metadata: {name: " name \
	", namespace: lbbgp-system}, stringData: {" data "}}"

/* config, secret NULL: there is none. */
static struct l2_key
choose(const char *config, const char *secret, const char *value)
{
	struct bgp_configuration *c =
	    config != NULL ? decoded(bgp_configuration_decode, config) : NULL;
	struct secret *s =
	    secret != NULL ? decoded(secret_decode, secret) : NULL;
	struct l2_key k = l2_key_choose(c, "lbbgp-system", s, false);

	assert_string_equal(l2_key_secret(c), c != NULL ? "lan" : "lbbgp-l2");
	assert_int_equal(k.state == L2_KEY_GOOD, value != NULL);
	if (value != NULL)
		assert_string_equal(k.value->value, value);
	assert_int_equal(k.state == L2_KEY_MISSING, k.why.text[0] != '\0');
	k.value = NULL;
	bgp_configuration_free(c);
	secret_free(s);
	return k;
}

TEST(key_is_the_one_that_is_named)
{
	struct l2_key k =
	    choose(NAMED, SECRET("lan", "hmac: " LONG ", key: other"), LONG);

	assert_string_equal(k.doubt.text, "");
}

TEST(key_that_nobody_names_is_in_a_secret_of_its_own)
{
	choose(NULL, SECRET("lbbgp-l2", "key: " LONG), LONG);
	assert_int_equal(choose(NULL, NULL, NULL).state, L2_KEY_NONE);
}

/* Nothing goes out unsigned because of a slip of the pen. */
TEST(key_that_is_meant_and_missing_blocks)
{
	assert_string_equal(choose(NAMED, NULL, NULL).why.text,
	    "spec.l2.secretKeyRef.name: there is no Secret lan in namespace "
	    "lbbgp-system");
	assert_string_equal(
	    choose(NAMED, SECRET("lan", "key: " LONG), NULL).why.text,
	    "spec.l2.secretKeyRef.key: Secret lan in namespace lbbgp-system "
	    "has no key hmac");
	assert_string_equal(
	    choose(NAMED, SECRET("lan", "hmac: ''"), NULL).why.text,
	    "spec.l2.secretKeyRef.key: the value of hmac in Secret lan is "
	    "empty");
	assert_string_equal(
	    choose(NULL, SECRET("lbbgp-l2", "hmac: " LONG), NULL).why.text,
	    "Secret lbbgp-l2 in namespace lbbgp-system has no key key");
	assert_string_equal(
	    l2_key_choose(NULL, "lbbgp-system", NULL, true).why.text,
	    "Secret lbbgp-l2 in namespace lbbgp-system can not be read");
}

TEST(short_key_is_told)
{
	assert_string_equal(
	    choose(NULL, SECRET("lbbgp-l2", "key: geheim"), "geheim")
		.doubt.text,
	    "the value of key in Secret lbbgp-l2 is shorter than 16 bytes, so "
	    "who listens on a link may guess it");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_is_the_one_that_is_named),
		cmocka_unit_test(
		    key_that_nobody_names_is_in_a_secret_of_its_own),
		cmocka_unit_test(key_that_is_meant_and_missing_blocks),
		cmocka_unit_test(short_key_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
